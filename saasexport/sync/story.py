"""The story: partial sync, full sync, resend, and sending what legacy feeds collected.

Each way to send finds entities of the shop and takes them some at a time
through the steps of saasexport.sync.steps.  Killed anywhere, the next run goes on
from there.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from saasexport.database import deletion_guard, full_syncs, indexer
from saasexport.database.db import transaction
from saasexport.entity_key import EntityId
from saasexport.feed import Feed
from saasexport.stdlib import Any
from saasexport.sync import changes, due
from saasexport.sync.changes import Changes
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.report import Report
from saasexport.sync.steps import FullSyncNeeded, Interrupted, Pass
from saasexport.sync.walk import known_entities, walk


@contextmanager
def begin(exporter: Exporter, options: Options, feed: Feed, guard: str = "") -> Iterator[Pass]:
    """A pass, up to its end: one that is interrupted is not complete, one that cannot do falls back to a full sync."""
    this_pass = Pass(exporter, options, feed, guard)
    try:
        yield this_pass
    except FullSyncNeeded as reason:
        changes.fall_back_to_full_sync(this_pass, str(reason))
    except Interrupted:
        this_pass.report.is_complete = False
    this_pass.close()


def partial_sync(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Send what changed in the shop since the last run."""
    with begin(exporter, options, feed, "partial") as this_pass:
        changed = Changes(this_pass)
        for ids in changed.entities():
            this_pass.chunk(ids, advance=changed.advance)
        changed.close()
        this_pass.delete_what_is_missing()
    return this_pass.report


def full_sync(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Compare every entity of the shop with what was sent, from where an earlier run was."""
    with begin(exporter, options, feed, "full") as this_pass:
        progress = FullSync(this_pass)
        for ids in walk(this_pass, progress.position):
            this_pass.chunk(ids, advance=progress.advance)
        # Before it counts as finished: whoever is killed here must come back to it.
        this_pass.record_unreadable_keys()
        this_pass.delete_what_is_missing()
        progress.finish()
    return this_pass.report


def sync_awaiting(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Take up what a job staged and did not live to send."""
    with begin(exporter, options, feed, "partial") as this_pass:
        if this_pass.repeats:
            this_pass.repeats.schedule_due(exporter.clock())
        _take_up(this_pass, "entities_awaiting", "partial reindex")
    return this_pass.report


def resend_failed(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Collect the failed items again and send them."""
    with begin(exporter, options, feed, "partial") as this_pass:
        _take_up(this_pass, "entities_to_retry", "retry failed items", caller=f"{feed.name}_feed_resend_failed_items")
    return this_pass.report


def sync_due(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Send what changed because a day has come, without any write to the shop."""
    with begin(exporter, options, feed, "partial") as this_pass:
        if feed.due is not None and due.is_set_back(this_pass):
            changes.fall_back_to_full_sync(this_pass, "the clock was set back")
            _plan_due(this_pass)
        elif (ids := due.entities(this_pass)) is not None:
            this_pass.announce("partial reindex")
            for some in this_pass.chunks(ids):
                this_pass.chunk(some)
            _plan_due(this_pass)
    return this_pass.report


def sync_entities(exporter: Exporter, options: Options, feed: Feed, ids: Iterable[EntityId], name: str) -> Report:
    """Send the items of these entities; with options.force, whether they changed or not."""
    read = {feed.key.read(each) for each in ids}
    with begin(exporter, options, feed) as this_pass:
        this_pass.announce(name)
        for some in this_pass.chunks([*sorted(feed.key.only(read)), *sorted(feed.key.others(read))]):
            this_pass.chunk(some)
    return this_pass.report


def sync_guarded(exporter: Exporter, options: Options, feed: Feed, ids: Iterable[EntityId], name: str) -> Report:
    """Send the items of these entities that changed or failed; those that are gone are deleted as the guard allows."""
    with begin(exporter, options._replace(send_legacy=True), feed, "partial") as this_pass:
        for some in this_pass.chunks([*sorted(feed.key.only(ids)), *sorted(feed.key.others(ids))]):
            this_pass.announce(name)
            this_pass.chunk(some)
        this_pass.delete_what_is_missing()
    return this_pass.report


def send_collected(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Send what a legacy feed has collected."""
    with begin(exporter, options, feed) as this_pass:
        size = this_pass.batch_size * max(4, exporter.thread_count(options, feed))
        pending = this_pass.table.load_collected(0, size)
        while pending:
            this_pass.announce("partial sync (legacy)")
            this_pass.send(pending)
            pending = this_pass.table.load_collected(pending[-1].row_id, size)
    return this_pass.report


def confirm_deletions(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Send the deletions that the guard holds back."""
    ours = exporter.installation.ours
    ids = deletion_guard.load_held(ours, feed)
    report = sync_entities(exporter, options._replace(send_legacy=True), feed, ids, "partial reindex")
    with transaction(ours):
        ours.execute(indexer.SQL.hold_as_usual, {"feed": feed.name})
    return report


def keep_bounded(exporter: Exporter, options: Options, feed: Feed) -> None:
    """Drop a changelog that is too long, also of a feed that is not synced now."""
    with begin(exporter, options, feed) as this_pass:
        changes.keep_bounded(this_pass)


class FullSync:
    """How far a full sync has come, on record."""

    def __init__(self, this_pass: Pass) -> None:
        """Begin, or go on."""
        self.this_pass = this_pass
        ours, feed = this_pass.ours, this_pass.feed
        moment = due.next_moment(this_pass)
        state = indexer.state(ours, feed)
        this_pass.counts_repairs = state.reason in full_syncs.COMPARISONS
        with transaction(ours):
            if state.status == "invalid" and state.position is None:
                full_syncs.add(ours, feed.name, state.reason, this_pass.exporter.clock())
                if this_pass.counts_repairs:
                    ours.execute(indexer.SQL.begin_comparison, {"feed": feed.name})
            indexer.begin(ours, feed, this_pass.exporter.clock())
            due.plan(this_pass, moment)
        self.position = indexer.state(ours, feed).position
        this_pass.announce("full sync")

    def advance(self, position: EntityId) -> None:
        """Record how far it has come; Interrupted if the indexer was reset meanwhile, since then it begins anew."""
        if not indexer.move(self.this_pass.ours, self.this_pass.feed, position):
            raise Interrupted

    def finish(self) -> None:
        """Every entity was seen: the indexer is valid, unless there was no time to send what was staged."""
        if not self.this_pass.report.is_complete:
            raise Interrupted
        ours, feed, clock = self.this_pass.ours, self.this_pass.feed, self.this_pass.exporter.clock
        moment = due.next_moment(self.this_pass)
        with transaction(ours):
            indexer.finish(ours, feed, clock())
            ours.execute(indexer.SQL.reconciled, {"feed": feed.name, "now": clock()})
            due.plan(self.this_pass, moment)


def _take_up(this_pass: Pass, query: str, name: str, **more: Any) -> None:
    """Take the entities that a query of the feed table names through the steps."""
    for ids in known_entities(this_pass, query):
        this_pass.announce(name, **more)
        this_pass.chunk(ids)
    if this_pass.report.processed:
        this_pass.delete_what_is_missing()


def _plan_due(this_pass: Pass) -> None:
    """Keep the next moment that changes items: those up to now have been taken up."""
    moment = due.next_moment(this_pass)
    with transaction(this_pass.ours):
        due.plan(this_pass, moment, is_done=True)
