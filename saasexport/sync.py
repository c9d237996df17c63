"""The story: partial sync, full sync, resend, and sending what legacy feeds collected.

Each way to send takes entities of the shop some at a time, assembles their
items, stages what is new, changed or gone together with the cursor, sends it,
and records how it went.  Killed anywhere, the next run goes on from there.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from saasexport import changelog, indexer
from saasexport.client import Client, Outcome
from saasexport.db import transaction
from saasexport.feed import Feed, Shop, json_list
from saasexport.feed_table import Contested, FeedTable, Pending, Staged
from saasexport.hashing import encode
from saasexport.installation import Installation, now_text
from saasexport.log import COLLECTING, SENDING, Log
from saasexport.uuids import Uuids

# Entities assembled at a time: reads of the shop stay within a few milliseconds,
# and memory is a chunk's, whatever the size of the catalogue.
CHUNK = 250

_LOWEST = -(2**63)
_HIGHEST = 2**63 - 1

# A progress record of a long sync every so many seconds (operations.md 4).
PROGRESS_SECONDS = 30


@dataclass
class Synced:
    """What a sync came to."""

    processed: int = 0  # entities
    items: int = 0  # their items
    sent: int = 0  # delivered
    deleted: int = 0  # of these, as deleted
    rejected: int = 0
    waiting: int = 0  # to be retried
    failed: int = 0  # cannot be assembled
    is_complete: bool = True  # false: the time was up, the next run goes on


@dataclass
class Work:
    """What a job or command syncs with."""

    installation: Installation
    client: Client
    log: Log
    deadline: float = float("inf")  # time.monotonic(): no new chunk or batch begins after it
    is_forced: bool = False  # send what is delivered already, too
    sends_legacy: bool = False  # what legacy feeds collect is sent at once, not by another job
    problems: dict[tuple[str, str], int] = field(default_factory=dict)  # (kind or feed, reason) -> items
    progress: Callable[[Feed, Synced], None] | None = None  # called after each batch

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline


class _Reset(Exception):
    """The indexer was reset while a full sync was walking: it begins anew."""


# The ways to send


def partial_sync(work: Work, feed: Feed) -> Synced:
    """Send what changed in the shop since the last run."""
    found, ours = work.installation, work.installation.ours
    synced = Synced()
    view = indexer.view(ours, feed)
    shop = _shop(work, feed)
    head, fingerprint = changelog.head(shop.connection, feed)
    reason = changelog.lost(shop.connection, feed, view.version_id, view.fingerprint)
    if reason:
        _reconcile(work, feed, head, fingerprint, reason)
        return synced
    if head == view.version_id:
        return synced
    upto = view.pass_version or head
    with _operation(work, feed, "partial reindex", synced):
        opened = changelog.open_pass(shop, ours, feed, view.version_id, upto, view.pass_position)
        if opened.everything:
            _reconcile(work, feed, opened.upto, opened.fingerprint, opened.everything)
            return synced
        for ids in changelog.batches(ours, opened.after, CHUNK):
            if work.is_over:
                synced.is_complete = False
                return synced
            _sync_entities(work, feed, shop, ids, synced, partial(indexer.advance, ours, feed, upto, ids[-1]))
        with transaction(ours):
            indexer.close_pass(ours, feed, opened.upto, opened.fingerprint, now_text())
            _plan_due(work, feed, shop)
    _purge(found, feed, opened.upto)
    return synced


def full_sync(work: Work, feed: Feed, until: float = float("inf")) -> Synced:
    """Walk every entity of the shop, from where an earlier run was; `until` ends this slice."""
    ours = work.installation.ours
    synced = Synced()
    shop = _shop(work, feed)
    with transaction(ours):
        indexer.begin(ours, feed, now_text())
        _plan_due(work, feed, shop)
    position = indexer.state(ours, feed).position
    with _operation(work, feed, "full sync", synced):
        for ids, last in _walk(work, feed, shop, position):
            if work.is_over or time.monotonic() >= until:
                synced.is_complete = False
                return synced
            try:
                _sync_entities(work, feed, shop, ids, synced, partial(_move, work, feed, last))
            except _Reset:
                synced.is_complete = False
                return synced
        with transaction(ours):
            indexer.finish(ours, feed, now_text())
            ours.execute(indexer.SQL.reconciled, {"feed": feed.name, "now": now_text()})
            _plan_due(work, feed, shop)
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
    if feed.due is None or not view.due_at or view.due_at > now_text():
        return synced
    shop = _shop(work, feed)
    since = datetime.fromisoformat(view.due_after or view.due_at).replace(tzinfo=UTC)
    with _operation(work, feed, "partial reindex", synced):
        ids = sorted(set(feed.due.ids(shop, since)))
        for start in range(0, len(ids), CHUNK):
            if work.is_over:
                synced.is_complete = False
                return synced
            _sync_entities(work, feed, shop, ids[start : start + CHUNK], synced)
        with transaction(ours):
            _plan_due(work, feed, shop, is_done=True)
    return synced


def sync_entities(work: Work, feed: Feed, ids: Iterable[int], operation: str) -> Synced:
    """Send these entities' items, whether they changed or not."""
    synced = Synced()
    shop = _shop(work, feed)
    ordered = sorted(set(ids))
    with _operation(work, feed, operation, synced):
        for start in range(0, len(ordered), CHUNK):
            _sync_entities(work, feed, shop, ordered[start : start + CHUNK], synced)
    return synced


def send_collected(work: Work, feed: Feed) -> Synced:
    """Send what a legacy feed has collected."""
    table = work.installation.table(feed)
    size = work.installation.batch_size(feed)
    synced = Synced()
    after = 0
    with _operation(work, feed, "partial sync (legacy)", synced):
        while pending := table.collected(after, size * 4):
            if work.is_over:
                synced.is_complete = False
                break
            after = pending[-1].row_id
            synced.processed += len(pending)
            _deliver(work, feed, table, pending, synced)
    return synced


# The steps they share


def _sync_entities(
    work: Work,
    feed: Feed,
    shop: Shop,
    ids: list[int],
    synced: Synced,
    advance: Callable[[], None] | None = None,
) -> None:
    """Assemble, stage together with the cursor, send, record."""
    table = work.installation.table(feed)
    staged = _stage(work, feed, shop, table, ids, advance)
    synced.processed += len(ids)
    synced.items += staged.items
    synced.failed += staged.failed
    if staged.newly_failed:
        _report(work, feed, "01-06", "cannot be assembled", staged.newly_failed)
    if work.sends_legacy or not feed.legacy:
        _deliver(work, feed, table, staged.pending, synced)
    if staged.again:
        # An identity that another entity held has become free.
        _sync_entities(work, feed, shop, staged.again, synced)


def _stage(
    work: Work, feed: Feed, shop: Shop, table: FeedTable, ids: list[int], advance: Callable[[], None] | None
) -> Staged:
    ours = work.installation.ours
    while True:
        entities = list(feed.assemble(shop, ids))
        try:
            with transaction(ours):
                now = now_text()
                staged = table.stage(ids, entities, now, work.is_forced)
                _keep_uuids(shop, now)
                if advance:
                    advance()
            return staged
        except Contested as contested:
            ids = sorted({*ids, *contested.entities})


def _deliver(work: Work, feed: Feed, table: FeedTable, pending: list[Pending], synced: Synced) -> None:
    """Send in batches; each batch's outcome is on record before the next one is sent."""
    size = work.installation.batch_size(feed)
    for batch in work.client.batches(pending, size):
        if work.is_over:
            synced.is_complete = False
            return
        _record(work, feed, table, work.client.deliver(feed, batch), synced)
        if work.progress:
            work.progress(feed, synced)


def _record(work: Work, feed: Feed, table: FeedTable, outcomes: list[Outcome], synced: Synced) -> None:
    delivered: dict[tuple[str, int], list[Pending]] = {}
    others = []
    for outcome in outcomes:
        if outcome.status == 200:
            delivered.setdefault((outcome.request_id, outcome.code), []).append(outcome.pending)
            synced.sent += 1
            synced.deleted += outcome.pending.is_deleted
        else:
            row_id = outcome.pending.row_id
            others.append((outcome.status, outcome.error, outcome.request_id, outcome.code, row_id))
            reason = "rejected by the service" if outcome.status == 400 else outcome.error
            _report(work, feed, _log_code(outcome), reason, 1, outcome.error)
            synced.rejected += outcome.status == 400
            synced.waiting += outcome.status == 2
    with transaction(work.installation.ours):
        for (request_id, code), items in delivered.items():
            table.record_delivered(items, encode({"requestId": request_id, "code": code}))
        if delivered:
            work.installation.ours.execute(indexer.SQL.synced, {"feed": feed.name, "now": now_text()})
        if others:
            table.record_not_delivered(others)


def _walk(work: Work, feed: Feed, shop: Shop, position: int | None) -> Iterator[tuple[list[int], int]]:
    """Every entity of the shop after a position, and every one we know that is gone, in ascending chunks."""
    table = work.installation.table(feed)
    after = _LOWEST if position is None else position
    upto = after
    while upto < _HIGHEST:
        walked = [row[0] for row in shop.rows(feed.walk, after=after, limit=CHUNK, since=_since(shop))]
        upto = walked[-1] if len(walked) == CHUNK else _HIGHEST
        # Entities that are gone stand in our table only.
        known = table.rows("gone_candidates", after=after, upto=upto, ids=json_list(walked), limit=CHUNK)
        gone = [row[0] for row in known]
        if len(gone) == CHUNK:
            upto = gone[-1]
            walked = [entity_id for entity_id in walked if entity_id <= upto]
        ids = sorted({*walked, *gone})
        if ids:
            yield ids, ids[-1]
        after = upto


def _sync_found(work: Work, feed: Feed, query: str, operation: str, **more: str) -> Synced:
    table = work.installation.table(feed)
    synced = Synced()
    after = _LOWEST
    shop: Shop | None = None
    ids = [row[0] for row in table.rows(query, after=after, limit=CHUNK)]
    if not ids:
        return synced
    with _operation(work, feed, operation, synced, **more):
        shop = _shop(work, feed)
        while ids:
            if work.is_over:
                synced.is_complete = False
                break
            _sync_entities(work, feed, shop, ids, synced)
            ids = [row[0] for row in table.rows(query, after=ids[-1], limit=CHUNK)]
    return synced


def _shop(work: Work, feed: Feed) -> Shop:
    installation = work.installation
    return installation.shop_now(Uuids(installation.ours, installation.shop_identity), feed)


def _since(shop: Shop) -> str:
    """The start of a look-back, as text; empty for all."""
    if not shop.look_back_days:
        return ""
    from datetime import timedelta

    return (shop.now - timedelta(days=shop.look_back_days)).strftime("%Y-%m-%d %H:%M:%S")


def _keep_uuids(shop: Shop, now: str) -> None:
    if isinstance(shop.uuid_of, Uuids):
        shop.uuid_of.flush(now)


def _move(work: Work, feed: Feed, position: int) -> None:
    if not indexer.move(work.installation.ours, feed, position):
        raise _Reset


def _reconcile(work: Work, feed: Feed, head: int, fingerprint: str | None, reason: str) -> None:
    """Walk the feed anew instead of reading its changelog, whose rows are covered by that."""
    ours = work.installation.ours
    with transaction(ours):
        indexer.invalidate(ours, feed, reason, now_text())
        indexer.close_pass(ours, feed, head, fingerprint, now_text())
    work.log.say(f"{feed.name}: full sync: {reason}")


def _plan_due(work: Work, feed: Feed, shop: Shop, is_done: bool = False) -> None:
    """Keep the next moment that changes items without a write; `is_done`: those up to now have been taken up."""
    if feed.due is None:
        return
    view = indexer.view(work.installation.ours, feed)
    moment = feed.due.next(shop)
    at = _text(moment) if moment else None
    if not is_done and view.due_after:
        # A moment that came while this sync was running is still to be taken up.
        at = min(filter(None, (at, view.due_at)), default=None)
    after = view.due_after if view.due_after and not is_done else _text(shop.now)
    values = {"feed": feed.name, "after": after, "at": at}
    work.installation.ours.execute(indexer.SQL.set_due, values)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@contextmanager
def _operation(work: Work, feed: Feed, operation: str, synced: Synced, **more: Any) -> Iterator[None]:
    """Records of a sync in the log: its beginning, its result, its end."""
    name = operation if not feed.legacy or operation.endswith("(legacy)") else f"{operation} (legacy)"
    started = time.monotonic()
    work.log.operation(feed.name, name, "Initialize", None, **more)
    yield
    total = -(-synced.items // work.installation.batch_size(feed)) or 1
    progress = f"Progress {total}/{total}, processed {synced.processed}, synced {synced.sent}"
    work.log.operation(feed.name, name, progress, started, **more)
    if synced.is_complete:
        work.log.operation(feed.name, name, "Complete", started, **more)


def _report(work: Work, feed: Feed, code: str, reason: str, items: int, detail: str = "") -> None:
    """Count a problem; the first of its kind in a job is logged."""
    # A service that is down is one problem, whatever the feed.
    about = "" if code in _SERVICE_CODES else feed.name
    if (about, reason) not in work.problems:
        group = COLLECTING if code.startswith("01") else SENDING
        work.log.error(code, f"{feed.name}: {detail or reason}", group)
    work.problems[about, reason] = work.problems.get((about, reason), 0) + items


# Without an answer, 429, 5xx, unreadable.
_SERVICE_CODES = ("02-03", "02-05", "02-07", "02-08")


def _log_code(outcome: Outcome) -> str:
    if outcome.status == 400:
        return "02-09"
    if outcome.code == 429:
        return "02-07"
    if outcome.code >= 500:
        return "02-08"
    if outcome.code == 200:
        return "02-03"
    return "02-10" if outcome.code >= 300 else "02-05"


def _purge(found: Installation, feed: Feed, cursor: int) -> None:
    from saasexport.db import connect_shop

    if cursor < changelog.KEPT:
        return
    writer = connect_shop(found.config["shop.database"], write=True)
    try:
        # Our purge is the one that can wait.
        writer.execute("pragma busy_timeout = 50")
        changelog.purge(writer, feed, cursor)
    finally:
        writer.close()
