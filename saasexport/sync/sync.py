"""The story: partial sync, full sync, resend, and sending what legacy feeds collected.

Each way to send finds entities of the shop and takes them some at a time
through the steps of saasexport.sync.steps.  Killed anywhere, the next run goes on
from there.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from saasexport.capture import changelog
from saasexport.clock import now_text
from saasexport.database import deletion_guard, indexer
from saasexport.database.db import connect_shop, transaction
from saasexport.entity_key import EntityId
from saasexport.errors import ShopError
from saasexport.feed import Feed, Shop, json_list, reading_shop
from saasexport.sync import steps, unreadable_keys
from saasexport.sync.steps import Synced, Work, deliver, operation, shop_of, sync_chunk

__all__ = [
    "Synced",
    "Work",
    "confirm_deletions",
    "full_sync",
    "keep_bounded",
    "partial_sync",
    "resend_failed",
    "send_collected",
    "settle",
    "sync_awaiting",
    "sync_due",
    "sync_entities",
    "walk",
]


class _Reset(Exception):
    """The indexer was reset while a full sync was walking: it begins anew."""


# The ways to send


def partial_sync(work: Work, feed: Feed) -> Synced:
    """Send what changed in the shop since the last run."""
    ours = work.installation.ours
    synced = Synced()
    view = indexer.view(ours, feed)
    shop = shop_of(work, feed)
    head, _ = changelog.head(shop.connection, feed)
    upto = view.pass_version or head
    reason = _distrust(work, feed, shop, view, head)
    if reason:
        _walk_anew(work, feed, shop, reason)
        return synced
    if head == view.version_id:
        settle(work, feed, shop, "partial", synced)
        return synced
    opened = changelog.open_pass(shop, ours, feed, view.version_id, upto, view.pass_position)
    if opened.everything:
        _walk_anew(work, feed, shop, opened.everything)
        return synced
    if opened.is_empty:
        # A sale that changes no item, a configuration value that nobody reads: nothing is done, and nothing told.
        with transaction(ours):
            indexer.close_pass(ours, feed, opened.upto, opened.fingerprint, now_text())
        _purge(work, feed, opened.upto)
        return synced
    with operation(work, feed, "partial reindex", synced):
        for ids in changelog.batches(ours, feed, opened.after, steps.CHUNK):
            if work.is_over:
                synced.is_complete = False
                return synced
            advance = partial(indexer.advance, ours, feed, upto)
            sync_chunk(work, feed, shop, ids, synced, advance, holds="partial")
        if opened.has_unreadable:
            _record_unreadable(work, feed, shop, synced)
        moment = _next_due(feed, shop)
        with transaction(ours):
            indexer.close_pass(ours, feed, opened.upto, opened.fingerprint, now_text())
            _plan_due(work, feed, shop, moment)
        settle(work, feed, shop, "partial", synced)
    _purge(work, feed, opened.upto)
    return synced


def full_sync(work: Work, feed: Feed, until: float = float("inf")) -> Synced:
    """Walk every entity of the shop, from where an earlier run was; `until` ends this slice."""
    ours = work.installation.ours
    synced = Synced()
    shop = shop_of(work, feed)
    moment = _next_due(feed, shop)
    with transaction(ours):
        indexer.begin(ours, feed, now_text())
        _plan_due(work, feed, shop, moment)
    position = indexer.state(ours, feed).position
    with operation(work, feed, "full sync", synced):
        for ids in walk(work, feed, shop, position):
            if work.is_over or time.monotonic() >= until:
                synced.is_complete = False
                return synced
            try:
                sync_chunk(work, feed, shop, ids, synced, partial(_move, work, feed), holds="full")
            except _Reset:
                synced.is_complete = False
                return synced
        # Before it counts as finished: whoever is killed here must come back to it.
        _record_unreadable(work, feed, shop, synced)
        settle(work, feed, shop, "full", synced)
        if not synced.is_complete:
            return synced
        moment = _next_due(feed, shop)
        with transaction(ours):
            indexer.finish(ours, feed, now_text())
            ours.execute(indexer.SQL.reconciled, {"feed": feed.name, "now": now_text()})
            _plan_due(work, feed, shop, moment)
        work.walked.append(feed)
    return synced


def sync_awaiting(work: Work, feed: Feed) -> Synced:
    """Take up what a job staged and did not live to send."""
    return _sync_found(work, feed, "entities_awaiting", "partial reindex")


def resend_failed(work: Work, feed: Feed) -> Synced:
    """Collect the failed items again and send them."""
    caller = f"{feed.name}_feed_resend_failed_items"
    return _sync_found(work, feed, "entities_to_retry", "retry failed items", caller=caller)


def sync_due(work: Work, feed: Feed) -> Synced:
    """Send what changed because a day has come, without any write to the shop."""
    ours = work.installation.ours
    synced = Synced()
    view = indexer.view(ours, feed)
    if feed.due is None:
        return synced
    shop = shop_of(work, feed)
    if view.due_after and view.due_after > _text(shop.now + timedelta(hours=1)):
        # The clock was ahead: moments it passed by are still to come.
        _walk_anew(work, feed, shop, "the clock was set back")
        moment = _next_due(feed, shop)
        with transaction(ours):
            _plan_due(work, feed, shop, moment, is_done=True)
        return synced
    if not view.due_at or view.due_at > _text(shop.now):
        return synced
    since = datetime.fromisoformat(view.due_after or view.due_at).replace(tzinfo=UTC)
    with operation(work, feed, "partial reindex", synced):
        ids = sorted(set(feed.due.ids(shop, since)))
        for start in range(0, len(ids), steps.CHUNK):
            if work.is_over:
                synced.is_complete = False
                return synced
            sync_chunk(work, feed, shop, ids[start : start + steps.CHUNK], synced, holds="partial")
        moment = _next_due(feed, shop)
        with transaction(ours):
            _plan_due(work, feed, shop, moment, is_done=True)
    return synced


def sync_entities(work: Work, feed: Feed, ids: Iterable[EntityId], name: str) -> Synced:
    """Send the items of these entities; with work.is_forced, whether they changed or not."""
    synced = Synced()
    shop = shop_of(work, feed)
    read = {feed.key.read(each) for each in ids}
    with operation(work, feed, name, synced):
        for some in (feed.key.only(read), feed.key.others(read)):
            ordered: list[EntityId] = sorted(some)
            for start in range(0, len(ordered), steps.CHUNK):
                sync_chunk(work, feed, shop, ordered[start : start + steps.CHUNK], synced)
    return synced


def send_collected(work: Work, feed: Feed) -> Synced:
    """Send what a legacy feed has collected."""
    table = work.installation.table(feed)
    size = work.batch_size(feed) * max(4, work.thread_count(feed))
    synced = Synced()
    pending = table.collected(0, size)
    if not pending:
        return synced
    with operation(work, feed, "partial sync (legacy)", synced):
        while pending:
            if work.is_over:
                synced.is_complete = False
                break
            synced.processed += len(pending)
            deliver(work, feed, table, pending, synced)
            pending = table.collected(pending[-1].row_id, size)
    return synced


def confirm_deletions(work: Work, feed: Feed) -> Synced:
    """Send the deletions that the guard holds back."""
    work.sends_legacy = True
    ours = work.installation.ours
    synced = sync_entities(work, feed, deletion_guard.held(ours, feed), "partial reindex")
    with transaction(ours):
        ours.execute(indexer.SQL.hold_as_usual, {"feed": feed.name})
    return synced


# How they find entities


def walk(work: Work, feed: Feed, shop: Shop, position: EntityId | None) -> Iterator[list[EntityId]]:
    """Every entity of the shop after a position, and every one we know that is gone, in ascending chunks."""
    table = work.installation.table(feed)
    key = feed.key
    after = key.lowest if position is None else position
    while after != key.highest:
        rows = shop.rows(feed.walk, after=after, limit=steps.CHUNK, since=shop.since)
        values = [row[0] for row in rows]
        walked = key.only(map(key.read, values))
        if not key.ascend(walked, after):
            # What is gone would be looked for in the wrong places, and the walk might never end.
            raise ShopError(f"{feed.name}: the query walk gives keys that do not ascend", "order by KEY collate binary")
        upto = key.reach(values, steps.CHUNK)
        # Entities that are gone stand in our table only.
        known = table.rows("gone_candidates", after=after, upto=upto, ids=json_list(walked), limit=steps.CHUNK)
        missing = [row[0] for row in known]
        if len(missing) == steps.CHUNK:
            upto = missing[-1]
            walked = [entity_id for entity_id in walked if entity_id <= upto]
        if ids := sorted({*walked, *missing}):
            yield ids
        after = upto


def _sync_found(work: Work, feed: Feed, query: str, name: str, **more: str) -> Synced:
    table = work.installation.table(feed)
    synced = Synced()
    ids = [row[0] for row in table.rows(query, after=feed.key.lowest, limit=steps.CHUNK)]
    if not ids:
        return synced
    with operation(work, feed, name, synced, **more):
        shop = shop_of(work, feed)
        while ids:
            if work.is_over:
                synced.is_complete = False
                break
            read = [feed.key.read(each) for each in ids]
            for part in (feed.key.only(read), feed.key.others(read)):
                if part:
                    sync_chunk(work, feed, shop, list(part), synced, holds="partial")
            ids = [row[0] for row in table.rows(query, after=ids[-1], limit=steps.CHUNK)]
        settle(work, feed, shop, "partial", synced)
    return synced


def _record_unreadable(work: Work, feed: Feed, shop: Shop, synced: Synced) -> None:
    """Have the rows whose key is none on record as failed, and those without any key told."""
    for texts in unreadable_keys.pages(feed, shop, work.installation.table(feed), steps.CHUNK):
        sync_chunk(work, feed, shop, texts, synced)
    for column, number in unreadable_keys.without_key(feed, shop).items():
        rows = "1 row has" if number == 1 else f"{number} rows have"
        message = f"{column}: {rows} no key and cannot be exported; give them one in the shop"
        work.log.warning("01-16", f"{feed.name}: {message}")
        work.stopped[message] = None


# What they decide


def _distrust(work: Work, feed: Feed, shop: Shop, view: indexer.View, head: int) -> str:
    """Why the changelog is not read but the feed walked anew; empty if it can be trusted."""
    if reason := changelog.lost(shop.connection, feed, view.version_id, view.fingerprint):
        return reason
    if head < (view.pass_version or view.version_id):
        return f"{feed.changelog} ends at {head}, before the row that was last read"
    state = indexer.state(work.installation.ours, feed)
    if state.status == "invalid" and state.position is None and head > view.version_id:
        return state.reason or "it is invalid"
    return ""


def _walk_anew(work: Work, feed: Feed, shop: Shop, reason: str) -> None:
    """Walk the feed from its beginning instead of reading its changelog, whose rows are covered by that."""
    ours = work.installation.ours
    head, fingerprint = changelog.head(shop.connection, feed)
    with transaction(ours):
        indexer.invalidate(ours, feed, reason, now_text())
        indexer.close_pass(ours, feed, head, fingerprint, now_text())
    work.log.say(f"{feed.name}: full sync: {reason}")
    _purge(work, feed, head)


def keep_bounded(work: Work, feed: Feed) -> None:
    """Drop a changelog that is too long, also of a feed that is not synced now: it will be compared with the shop."""
    view = indexer.view(work.installation.ours, feed)
    shop = shop_of(work, feed)
    head, _ = changelog.head(shop.connection, feed)
    limit = work.installation.config["export.changelog_limit"]
    if head - view.version_id <= limit:
        return
    if indexer.state(work.installation.ours, feed).status == "suspended":
        # The cursor stays: the rows that are missing after it have the feed walked anew once it is released.
        _purge(work, feed, head)
    else:
        _walk_anew(work, feed, shop, f"{feed.changelog} has more than {limit} rows that were not read")


def settle(work: Work, feed: Feed, shop: Shop, by: str, synced: Synced) -> None:
    """At the end of a pass: delete the items of entities that are gone, or hold that back if they are too many."""
    ours = work.installation.ours
    found = deletion_guard.pending(ours, feed, by)
    guard = work.installation.config["export.deletion_guard"]
    if deletion_guard.is_suspicious(ours, feed, len(found), guard):
        with transaction(ours):
            deletion_guard.hold_back(ours, feed, by)
        why = f"{len(found)} entities are gone at once, and the deletion of their items is held back"
        if deletion_guard.holds_any(ours, feed):
            number = "1 entity" if len(found) == 1 else f"{len(found)} entities"
            why = f"its file was changed, and of {number} items are gone: their deletion is held back"
        message = f"{feed.name}: {why}; if it is right: saasexport deletions {feed.name} --confirm"
        work.log.error("01-06", message)
        work.stopped[message] = None
        return
    for start in range(0, len(found), steps.CHUNK):
        if work.is_over:
            synced.is_complete = False
            return
        sync_chunk(work, feed, shop, found[start : start + steps.CHUNK], synced)
    if by == "full":
        with transaction(ours):
            ours.execute(indexer.SQL.hold_as_usual, {"feed": feed.name})


def _move(work: Work, feed: Feed, position: EntityId) -> None:
    if not indexer.move(work.installation.ours, feed, position):
        raise _Reset


def _next_due(feed: Feed, shop: Shop) -> str | None:
    """The next moment that changes items without a write; read before our transaction, which is for ours alone."""
    moment = feed.due.next(shop) if feed.due else None
    return _text(moment) if moment else None


def _plan_due(work: Work, feed: Feed, shop: Shop, at: str | None, is_done: bool = False) -> None:
    """Keep the next moment that changes items without a write; `is_done`: those up to now have been taken up."""
    if feed.due is None:
        return
    view = indexer.view(work.installation.ours, feed)
    if not is_done and view.due_after:
        # A moment that came while this sync was running is still to be taken up.
        at = min(filter(None, (at, view.due_at)), default=None)
    after = view.due_after if view.due_after and not is_done else _text(shop.now)
    values = {"feed": feed.name, "after": after, "at": at}
    work.installation.ours.execute(indexer.SQL.set_due, values)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _purge(work: Work, feed: Feed, cursor: int) -> None:
    """Remove what is read from the shop's changelog, now and then; the shop comes first."""
    if cursor < changelog.KEPT:
        return
    writer = connect_shop(work.installation.config["shop.database"], write=True)
    try:
        # Our purge is the one that can wait.
        writer.execute("pragma busy_timeout = 50")
        with reading_shop(feed.name):
            changelog.purge(writer, feed, cursor)
    finally:
        writer.close()
