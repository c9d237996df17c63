"""The steps that every way to send shares: assemble, stage, submit, record.

What is new, changed or gone stands on record with status 0, together with the
cursor, before it is sent; each batch's outcome is on record before the next
batch is.  Killed anywhere, the next run goes on from there.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import cached_property

from saasexport.database import delays, deletion_guard, history, indexer, stock_fingerprints
from saasexport.database.db import transaction
from saasexport.database.feed_table import Conflict, Pending, Staged
from saasexport.database.uuids import Uuids
from saasexport.delivery.client import Outcome
from saasexport.entity_key import EntityId
from saasexport.feed import Feed, Shop, TooHeavy
from saasexport.log import COLLECTING, SENDING
from saasexport.stdlib import Any
from saasexport.sync import outcomes, repairs, unreadable_keys
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.operation import Operation
from saasexport.sync.report import CANNOT_BE_ASSEMBLED, HELD_BACK, WITHOUT_KEY, Report
from saasexport.values import leaving_out

# So many are tried first; then what the last ones weighed says how many.
FIRST = 16

# The bytes that the items of entities read at once should come to: they take some twenty times as much memory.
AT_ONCE = 1_310_720


class Interrupted(Exception):
    """A pass ends before its end: the time is up, or its indexer was reset.  The next run goes on."""


class FullSyncNeeded(Exception):
    """Why the changelog is not read but the feed walked from its beginning."""


class Pass:
    """One pass over a feed: the shop as it sees it, the feed's table, and what it has come to.

    With `guard`, its name for the deletion guard, entities that are gone altogether
    wait for its end, which decides by their number whether they are deleted.
    """

    def __init__(self, exporter: Exporter, options: Options, feed: Feed, guard: str = "") -> None:
        self.exporter = exporter
        self.options = options
        self.feed = feed
        self.guard = guard
        self.ours = exporter.installation.ours
        self.table = exporter.installation.table(feed)
        self.report = Report(problems=exporter.problems)
        self.batch_size = exporter.batch_size(options, feed)
        self.counts_repairs = False  # it is the daily comparison
        self.reads_changelog = False  # when each change was written stands in a temp table then
        self._pace = FIRST  # entities that are read at once
        self._operation: Operation | None = None
        self.repeats = exporter.repeats(options, feed)

    @cached_property
    def shop(self) -> Shop:
        """The shop, as it is when the pass first asks it."""
        installation = self.exporter.installation
        shop = installation.shop_now(Uuids(self.ours, installation.shop_identity), self.feed)
        if os.environ.get("EXPORTER_PROFILER") == "1":
            shop.profiler = self.exporter.log.provider
        return shop

    def announce(self, name: str, **more: Any) -> None:
        """Leave the record that the pass begins; one that finds nothing to do leaves none."""
        if self._operation is None:
            self._operation = Operation(self.exporter.log, self.feed, name, self.batch_size, **more)

    def close(self) -> None:
        """Leave the record of what the pass came to."""
        if self._operation is not None:
            self._operation.end(self.report)

    # Entities

    @property
    def at_once(self) -> int:
        """How many entities are read at once, by the weight of the last ones."""
        return min(self._pace, self.options.chunk)

    def chunk(self, ids: Sequence[EntityId], advance: Callable[[EntityId], None] | None = None) -> None:
        """Assemble some entities, stage what is new together with the cursor (`advance`), submit, record.

        Raises Interrupted, before anything is done, when the time is up.
        """
        if self.options.is_slice_over:
            raise Interrupted
        self._sync(ids, advance, self.guard)

    def chunks(self, ids: Sequence[EntityId | None]) -> Iterator[Sequence[EntityId]]:
        """Entities in chunks, each all keys or all texts that are none."""
        for start in range(0, len(ids), self.options.chunk):
            part = ids[start : start + self.options.chunk]
            yield from filter(None, (self.feed.key.only(part), list(self.feed.key.others(part))))

    def delete_what_is_missing(self) -> None:
        """Delete the items of entities that the pass found gone, or hold that back if they are too many."""
        missing = deletion_guard.pending(self.ours, self.feed, self.guard)
        percent = self.exporter.installation.config["export.deletion_guard"]
        if deletion_guard.is_suspicious(self.ours, self.feed, len(missing), percent, self.options.fewest):
            with transaction(self.ours):
                deletion_guard.hold_back(self.ours, self.feed, self.guard)
            why = f"{len(missing)} entities are gone at once, and the deletion of their items is {HELD_BACK}"
            if deletion_guard.holds_any(self.ours, self.feed):
                number = "1 entity" if len(missing) == 1 else f"{len(missing)} entities"
                why = f"its file was changed, and of {number} items are gone: their deletion is {HELD_BACK}"
            message = f"{self.feed.name}: {why}; if it is right: saasexport deletions {self.feed.name} --confirm"
            self.exporter.log.error("01-06", message)
            self.report.problems.tell(message)
            return
        for ids in self.chunks(missing):
            if self.options.is_over:
                raise Interrupted
            self._sync(ids, None, "")
        if self.guard == "full":
            with transaction(self.ours):
                self.ours.execute(indexer.SQL.hold_as_usual, {"feed": self.feed.name})

    def record_unreadable_keys(self) -> None:
        """Have the rows whose key is none on record as failed, and those without any key told."""
        for texts in unreadable_keys.pages(self.feed, self.shop, self.table, self.options.chunk):
            self._sync(texts, None, "")
        for column, number in unreadable_keys.without_key(self.feed, self.shop).items():
            rows = "1 row has" if number == 1 else f"{number} rows have"
            message = f"{column}: {rows} {WITHOUT_KEY}; give them one in the shop"
            self.exporter.log.warning("01-16", f"{self.feed.name}: {message}")
            self.report.problems.tell(message)

    def in_pieces(self, ids: Sequence[EntityId], do: Callable[[Sequence[EntityId]], int]) -> None:
        """Do something with entities, as many at once as their weight allows; `do` gives the bytes of their items."""
        at = 0
        while at < len(ids):
            piece = ids[at : at + self._pace]
            try:
                with self.shop.reading(len(piece)):
                    weight = do(piece)
            except TooHeavy:
                self._pace = len(piece) // 2
                continue
            at += len(piece)
            fitting = len(piece) * AT_ONCE // max(weight, 1)
            self._pace = max(1, min(fitting, self._pace * 4, self.options.chunk))

    def _sync(self, ids: Sequence[EntityId], advance: Callable[[EntityId], None] | None, guard: str) -> None:
        self.in_pieces(ids, lambda piece: self._sync_piece(piece, advance, guard))

    def _sync_piece(self, ids: Sequence[EntityId], advance: Callable[[EntityId], None] | None, guard: str) -> int:
        moment = self.exporter.clock()
        staged = self._stage(ids, advance, guard)
        if self.counts_repairs and staged.pending:
            repairs.count(self.table, self.feed, self.shop, (staged.pending, moment), self.options.reading)
        self.report.processed += len(ids)
        self.report.items += staged.items
        self.report.failed += staged.failed
        if staged.newly_failed:
            self.count_problem("01-06", CANNOT_BE_ASSEMBLED, staged.newly_failed)
            if staged.unidentified:
                message = f"{self.feed.name}: {staged.unidentified} items without an identifier are skipped"
                self.exporter.log.warning("01-16", message)
        if self.options.send_legacy or not self.feed.legacy:
            self.deliver(staged.pending)
        self.progress()
        if staged.reassemble:
            # An identity that another entity held has become free.
            self._sync(staged.reassemble, None, "")
        return staged.weight

    def _stage(self, ids: Sequence[EntityId], advance: Callable[[EntityId], None] | None, guard: str) -> Staged:
        last = ids[-1]
        while True:
            entities, prints = self._read(ids)
            try:
                with transaction(self.ours):
                    staged = self._record(ids, entities, prints, guard)
                    if advance:
                        advance(last)
                return staged
            except Conflict as conflict:
                ids = sorted({*ids, *conflict.entities})

    def _read(self, ids: Sequence[EntityId]) -> tuple[list[Any], dict[int, str]]:
        """The feed's entities, and their fingerprints if the shop has not moved meanwhile."""
        if self.feed.fingerprint is None:
            return assemble(self.feed, self.shop, ids), {}
        before = stock_fingerprints.version(self.shop)
        entities = assemble(self.feed, self.shop, ids)
        if stock_fingerprints.version(self.shop) != before:
            return entities, {}
        return entities, {entity.id: entity.fingerprint for entity in entities if entity.fingerprint}

    def _record(self, ids: Sequence[EntityId], entities: list[Any], prints: dict[int, str], guard: str) -> Staged:
        """Put on record what is new, changed or gone, and what goes with it; inside a transaction."""
        now = self.exporter.clock()
        doubted = deletion_guard.load_doubted(self.ours, self.feed, ids) if guard else None
        staged = self.table.stage(ids, entities, now, self.options.force, doubted)
        if staged.pending and self.reads_changelog:
            self.table.remember_written(staged.pending)
        elif staged.pending:
            # No changelog told of it: the shop must be counted anew though none has moved.
            self.ours.execute(indexer.SQL.uncount, {"feed": self.feed.name})
        deletion_guard.forget(self.ours, self.feed, [each for each in ids if each not in staged.gone])
        deletion_guard.add(self.ours, self.feed, staged.gone, guard, now)
        if self.feed.fingerprint is not None:
            stock_fingerprints.keep(self.ours, self.feed, ids, prints)
        if isinstance(self.shop.uuid_of, Uuids):
            self.shop.uuid_of.flush(now)
        return staged

    # Items

    def send(self, pending: list[Pending]) -> None:
        """Send what was staged before; raises Interrupted, before anything is sent, when the time is up."""
        if self.options.is_over:
            raise Interrupted
        self.report.processed += len(pending)
        self.deliver(pending)

    def deliver(self, pending: list[Pending]) -> None:
        """Send in batches; each batch's outcome is put on record as it comes."""
        if not pending:
            return
        client = self.exporter.client
        batches = self._in_time(client.batches(pending, self.batch_size))
        threads = self.exporter.thread_count(self.options, self.feed)
        with self.repeats or nullcontext():
            for delivered in client.deliver_all(self.feed, batches, threads):
                self._record_outcomes(delivered)
                self.progress()

    def _in_time(self, batches: Iterable[list[Pending]]) -> Iterator[list[Pending]]:
        """The batches, until the time is up."""
        for batch in batches:
            if self.options.is_over:
                self.report.is_complete = False
                return
            yield batch

    def _record_outcomes(self, some: list[Outcome]) -> None:
        """Write down what became of the items of a batch, in one transaction."""
        delivered = [outcome for outcome in some if outcome.status == 200]
        others = [outcome for outcome in some if outcome.status != 200]
        self._count(delivered, others)
        try:
            with transaction(self.ours):
                now = self.exporter.clock()
                if delivered:
                    delays.add(self.ours, self.feed, self.table, [outcome.pending for outcome in delivered], now)
                outcomes.record_delivered(self.table, delivered)
                if others:
                    outcomes.record_not_delivered(self.table, others)
                if self.repeats:
                    self.repeats.record(some, now)
                if delivered:
                    self.ours.execute(indexer.SQL.synced, {"feed": self.feed.name, "now": now})
                history.add(self.ours, self.feed.name, len(delivered), len(others), now)
        except Exception as error:
            # They stay on record as not sent, and go once more.
            message = f"{self.feed.name}: {len(delivered)} items were sent, that was not saved: {error}"
            self.exporter.log.error("04-13", message, SENDING)
            raise

    def _count(self, delivered: list[Outcome], others: list[Outcome]) -> None:
        report = self.report
        deleted = sum([outcome.pending.is_deleted for outcome in delivered])
        report.tried += len(delivered) - deleted + sum(not outcome.pending.is_deleted for outcome in others)
        report.sent += len(delivered)
        report.deleted += deleted
        report.rejected += sum(outcome.status == 400 for outcome in others)
        report.waiting += sum(outcome.status == 2 for outcome in others)
        for outcome in others:
            code = outcomes.code_of(outcome, self.options.resend)
            reason = outcomes.reason_of(outcome, self.exporter.client.stopped_feeds.values())
            self.count_problem(code, reason, 1, outcome.error)

    # What people are told

    def progress(self) -> None:
        """Tell how far the pass has come: a person every time, the log now and then."""
        if self.options.progress:
            self.options.progress(self.feed, self.report)
        if self._operation is not None:
            self._operation.note(self.report, lambda: indexer.source_records(self.ours, self.feed))

    def count_problem(self, code: str, reason: str, items: int, detail: str = "") -> None:
        """Count items that have a problem; the first of its kind in a job is logged."""
        if self.report.problems.add(self.feed.name, reason, items):
            group = COLLECTING if code.startswith("01") else SENDING
            self.exporter.log.error(code, f"{self.feed.name}: {detail or reason}", group)


def assemble(feed: Feed, shop: Shop, ids: Sequence[EntityId]) -> list[Any]:
    """The feed's entities; ids are all keys, or all texts that are none.  ShopError if the shop cannot be read."""
    if texts := feed.key.others(ids):
        return unreadable_keys.entities(feed, shop, texts)
    keys = feed.key.only(ids)
    with leaving_out(shop.exclude):
        return shop.measure(feed.name, len(ids), lambda: list(feed.assemble(shop, keys)))
