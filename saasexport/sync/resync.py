"""What saas:resync and indexer:reindex do besides the story: from the start, some entities, onwards, a trial.

All of it goes through the same steps.  A full sync that was asked for begins at
the first entity, and only one that has seen every entity makes its indexer valid.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from saasexport import queries
from saasexport.capture import changelog
from saasexport.clock import now_text
from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.database.feed_table import Contested, FeedTable, Pending
from saasexport.database.uuids import Uuids
from saasexport.entity_key import EntityId
from saasexport.errors import ConfigError
from saasexport.feed import Feed, Shop, json_list
from saasexport.setup.installation import Installation
from saasexport.sync import steps
from saasexport.sync.steps import Synced, Work
from saasexport.sync.sync import full_sync, send_collected, settle, sync_entities, walk

SQL = queries.beside(__file__)

BY_IDS = "partial resync by ids"

# Reasons why items cannot be assembled that a trial names; a shop may have thousands.
MOST_FAULTS = 20


def require(found: Installation, feed: Feed) -> None:
    """Raise unless the configuration wants the feed and the shop can give it."""
    if not found.is_enabled(feed):
        raise ConfigError(
            f"{found.config.file}: feed {feed.name} is switched off", f"set [feeds.{feed.name}] enabled = true"
        )
    changelog.require(found.shop, feed)


# Whole feeds


def from_the_start(work: Work, feed: Feed) -> Synced:
    """Walk every entity, however far an earlier run has come."""
    require(work.installation, feed)
    with transaction(work.installation.ours):
        indexer.set_status(work.installation.ours, feed, "invalid", "a full sync was asked for", now_text())
    return _sent_too(work, feed, full_sync(work, feed))


def onwards(work: Work, feed: Feed) -> Synced:
    """Go on after the highest entity that was exported; earlier ones are not visited."""
    require(work.installation, feed)
    ours = work.installation.ours
    highest = highest_exported(work, feed)
    if highest is None:
        return from_the_start(work, feed)
    state = indexer.state(ours, feed)
    if state.status == "working" and state.position is not None and state.position >= highest:
        # The full sync that was interrupted has seen the earlier ones: this completes it.
        with transaction(ours):
            indexer.move(ours, feed, highest)
        return _sent_too(work, feed, full_sync(work, feed))
    synced = Synced()
    shop = steps.shop_of(work, feed)
    with steps.operation(work, feed, "full sync", synced):
        for ids in walk(work, feed, shop, highest):
            steps.sync_chunk(work, feed, shop, ids, synced, holds="full")
        settle(work, feed, shop, "full", synced)
    return _sent_too(work, feed, synced)


def highest_exported(work: Work, feed: Feed) -> Any:
    """The highest source id that was delivered."""
    row = work.installation.ours.execute(_sql("highest_exported", feed)).fetchone()
    return row[0] if row else None


def empty(work: Work, feed: Feed) -> None:
    """Forget everything that was sent; until it is synced again the feed is invalid."""
    ours = work.installation.ours
    with transaction(ours):
        work.installation.table(feed).empty()
        ours.execute(SQL.no_longer_gone, {"feed": feed.name})
        indexer.set_status(ours, feed, "invalid", "its feed table was emptied", now_text())


def count_rows(work: Work, feed: Feed) -> int:
    """The rows of the feed table."""
    return int(work.installation.ours.execute(_sql("count", feed)).fetchone()[0])


def stored_again(work: Work, feed: Feed, ids: list[EntityId] | None = None, after: EntityId | None = None) -> Synced:
    """Send what a legacy feed has stored, delivered or not, without collecting."""
    with transaction(work.installation.ours):
        work.installation.table(feed).send_again(ids, after)
    sent = send_collected(work, feed)
    sent.items = sent.tried
    return sent


def _sent_too(work: Work, feed: Feed, collected: Synced) -> Synced:
    """Send what a legacy feed has just collected, if that is asked for; gives both results as one."""
    if not feed.legacy or not work.sends_legacy or not work.installation.table(feed).collected(0, 1):
        return collected
    sent = send_collected(work, feed)
    for name in ("tried", "sent", "deleted", "rejected", "waiting"):
        setattr(collected, name, getattr(collected, name) + getattr(sent, name))
    return collected


# Some entities


def some_entities(work: Work, feed: Feed, ids: list[EntityId]) -> Synced:
    """Send the items of these entities, whether they changed or not."""
    work.is_forced = work.sends_legacy = True
    return sync_entities(work, feed, ids, BY_IDS)


# A trial


class Trial(NamedTuple):
    """What a sync would do: `synced.sent` would be sent."""

    synced: Synced
    faults: list[tuple[EntityId, str]]  # (entity, why an item cannot be assembled), the first of them


def trial(
    work: Work, feed: Feed, ids: list[EntityId] | None = None, after: EntityId | None = None, as_if_empty: bool = False
) -> Trial:
    """Collect without sending or saving: everything, some entities, or those after one.

    `as_if_empty` takes the feed table for empty, so that every item is new.
    """
    require(work.installation, feed)
    shop = steps.shop_of(work, feed)
    result = Trial(Synced(), [])
    with steps.operation(work, feed, "full sync" if ids is None else BY_IDS, result.synced, dryRun=True):
        for chunk in walk(work, feed, shop, after) if ids is None else _chunks(ids):
            steps.in_pieces(work, feed, shop, chunk, lambda piece: _try(work, feed, shop, piece, as_if_empty, result))
    return result


def try_stored(work: Work, feed: Feed, ids: list[EntityId] | None = None, after: EntityId | None = None) -> Trial:
    """What `stored_again` would send."""
    synced = Synced()
    ours = work.installation.ours
    table = work.installation.table(feed)
    row = 0
    ours.execute("begin immediate")
    try:
        work.installation.table(feed).send_again(ids, after)
        while pending := table.collected(row, 1000):
            row = pending[-1].row_id
            _count(work, feed, pending, synced)
            synced.processed += len(pending)
    finally:
        ours.execute("rollback")
    synced.items = synced.tried
    return Trial(synced, [])


def _try(work: Work, feed: Feed, shop: Shop, ids: Sequence[EntityId], as_if_empty: bool, result: Trial) -> int:
    """Stage entities in a transaction that is taken back."""
    ours = work.installation.ours
    table = work.installation.table(feed)
    while True:
        entities = steps.assembled(feed, shop, ids)
        ours.execute("begin immediate")
        try:
            if as_if_empty:
                table.forget_entities(ids)
            staged = table.stage(ids, entities, now_text(), work.is_forced)
            for pending in _pending(table, ids) if feed.legacy else [staged.pending]:
                _count(work, feed, pending, result.synced)
            faults = ours.execute(_sql("faults", feed), {"ids": json_list(ids)}).fetchall() if staged.failed else []
            if isinstance(shop.uuid_of, Uuids):
                shop.uuid_of.flush(now_text())
            break
        except Contested as contested:
            ids = sorted({*ids, *contested.entities})
        finally:
            ours.execute("rollback")
    synced = result.synced
    synced.processed += len(ids)
    synced.items += staged.items
    synced.failed += staged.failed
    result.faults.extend(faults[: MOST_FAULTS - len(result.faults)])
    steps.progress(work, feed, synced)
    return staged.weight


def _pending(table: FeedTable, ids: Sequence[EntityId]) -> Iterator[list[Pending]]:
    """What a legacy feed has collected of some entities, some of it at a time."""
    row = 0
    while pending := table.collected_of(ids, row):
        row = pending[-1].row_id
        yield pending


def _count(work: Work, feed: Feed, pending: list[Pending], synced: Synced) -> None:
    deleted = sum(item.is_deleted for item in pending)
    synced.sent += len(pending)
    synced.deleted += deleted
    synced.tried += len(pending) - deleted
    for batch in work.client.batches(pending, work.batch_size(feed)):
        work.log.not_sent(feed.name, [item.body for item in batch])


def _chunks(ids: list[EntityId]) -> Iterator[list[EntityId]]:
    for start in range(0, len(ids), steps.CHUNK):
        yield ids[start : start + steps.CHUNK]


def _sql(name: str, feed: Feed) -> str:
    query: str = getattr(SQL, name)
    return query.format(feed_table=feed.table)
