"""A trial: everything as a sync would do it, but nothing is sent and nothing is saved."""

from collections.abc import Iterator, Sequence

from saasexport import queries
from saasexport.database.feed_table import Conflict, Pending, Staged
from saasexport.database.uuids import Uuids
from saasexport.entity_key import EntityId
from saasexport.feed import Feed, json_list
from saasexport.stdlib import NamedTuple
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.report import Report
from saasexport.sync.resync import BY_IDS, Selection, require
from saasexport.sync.steps import Pass, assemble
from saasexport.sync.story import begin
from saasexport.sync.walk import walk

SQL = queries.beside(__file__)

# Reasons why items cannot be assembled that a trial names; a shop may have thousands.
MOST_FAULTS = 20


class Trial(NamedTuple):
    """What a sync would do: `report.sent` would be sent."""

    report: Report
    faults: list[tuple[EntityId, str]]  # (entity, why an item cannot be assembled), the first of them


def trial(
    exporter: Exporter, options: Options, feed: Feed, selection: Selection, as_if_empty: bool = False
) -> Trial:
    """Collect without sending or saving.

    `as_if_empty` takes the feed table for empty, so that every item is new.
    """
    require(exporter.installation, feed)
    faults: list[tuple[EntityId, str]] = []
    with begin(exporter, options, feed) as this_pass:
        this_pass.announce("full sync" if selection.ids is None else BY_IDS, dryRun=True)
        walked = walk(this_pass, selection.after)
        for ids in walked if selection.ids is None else this_pass.chunks(selection.ids):
            this_pass.in_pieces(ids, lambda piece: _try(this_pass, piece, as_if_empty, faults))
    return Trial(this_pass.report, faults)


def try_stored(exporter: Exporter, options: Options, feed: Feed, selection: Selection) -> Trial:
    """What `stored_again` would send."""
    this_pass = Pass(exporter, options, feed)
    report = this_pass.report
    row = 0
    this_pass.ours.execute("begin immediate")
    try:
        this_pass.table.send_again(*selection)
        while pending := this_pass.table.load_collected(row, 1000):
            row = pending[-1].row_id
            _count(this_pass, pending)
            report.processed += len(pending)
    finally:
        this_pass.ours.execute("rollback")
    report.items = report.tried
    return Trial(report, [])


def _try(this_pass: Pass, ids: Sequence[EntityId], as_if_empty: bool, faults: list[tuple[EntityId, str]]) -> int:
    """Stage entities in a transaction that is taken back; gives the bytes of their items."""
    while True:
        entities = assemble(this_pass.feed, this_pass.shop, ids)
        this_pass.ours.execute("begin immediate")
        try:
            if as_if_empty:
                this_pass.table.forget_entities(ids)
            now = this_pass.exporter.clock()
            staged = this_pass.table.stage(ids, entities, now, this_pass.options.force)
            for pending in _pending(this_pass, ids, staged):
                _count(this_pass, pending)
            if staged.failed:
                faults.extend(_faults(this_pass, ids)[: MOST_FAULTS - len(faults)])
            if isinstance(this_pass.shop.uuid_of, Uuids):
                this_pass.shop.uuid_of.flush(now)
            break
        except Conflict as conflict:
            ids = sorted({*ids, *conflict.entities})
        finally:
            this_pass.ours.execute("rollback")
    this_pass.report.processed += len(ids)
    this_pass.report.items += staged.items
    this_pass.report.failed += staged.failed
    this_pass.progress()
    return staged.weight


def _pending(this_pass: Pass, ids: Sequence[EntityId], staged: Staged) -> Iterator[list[Pending]]:
    """What would be sent of some entities; what a legacy feed has collected of them some at a time."""
    if not this_pass.feed.legacy:
        yield staged.pending
        return
    row = 0
    while pending := this_pass.table.load_collected_of(ids, row):
        row = pending[-1].row_id
        yield pending


def _faults(this_pass: Pass, ids: Sequence[EntityId]) -> list[tuple[EntityId, str]]:
    query: str = SQL.faults.format(feed_table=this_pass.feed.table)
    return this_pass.ours.execute(query, {"ids": json_list(ids)}).fetchall()


def _count(this_pass: Pass, pending: list[Pending]) -> None:
    report = this_pass.report
    deleted = sum(item.is_deleted for item in pending)
    report.sent += len(pending)
    report.deleted += deleted
    report.tried += len(pending) - deleted
    for batch in this_pass.exporter.client.batches(pending, this_pass.batch_size):
        this_pass.exporter.log.not_sent(this_pass.feed.name, [item.body for item in batch])
