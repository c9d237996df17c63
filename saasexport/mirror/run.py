"""One run: what the server says of its tables, compared with what it said last, and what differs copied.

All that is read is of one snapshot, and all that is written is one transaction of the
copy.  The first copy, which nobody uses yet, is written a piece at a time, so that one
that is cut off goes on where it was.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from saasexport.errors import ShopError
from saasexport.mirror import plan, ranges
from saasexport.mirror.copy import Copy, plan_of
from saasexport.mirror.ranges import Batch, Digests
from saasexport.mirror.server import Server, Torn
from saasexport.mirror.tables import INTEGER, WHOLE, Column, Table
from saasexport.queries import quote

# A snapshot in which the shop changed a table itself is thrown away, and another one taken.
TRIES = 3

# Where a gate is no proof, every table is looked at so often all the same.
GATE_SECONDS = 3600


@dataclass
class Outcome:
    """What a run has done."""

    written: int = 0  # rows
    read: int = 0  # rows
    tables: int = 0
    digested: list[str] = field(default_factory=list)
    gates: dict[str, Any] = field(default_factory=dict)  # to be kept for the next run
    notes: list[str] = field(default_factory=list)  # values that SQLite cannot keep
    warnings: list[tuple[str, str]] = field(default_factory=list)  # about the server, each with its remedy
    snapshot_at: float = 0  # the moment that the copy shows
    seconds: float = 0


@dataclass(frozen=True)
class How:
    """How a run is made."""

    wanted: plan.Wanted
    source: str
    is_full: bool = False
    is_first: bool = False  # nobody uses the copy yet
    gates: dict[str, Any] = field(default_factory=dict)  # what the last run kept
    progress: Callable[[str, int], None] = lambda _table, _rows: None  # told of rows as they come
    expect: Callable[[int], None] = lambda _rows: None  # told how many a first copy will have, about


@dataclass
class _Fetched:
    table: Table
    stage: str
    batches: list[Batch]
    width: int
    now: Digests  # of ranges that are not as they were
    changed: list[int] | None  # those ranges; None: all are to be kept anew
    is_new: bool


def mirror(server: Server, copy: Copy, how: How) -> Outcome:
    """Bring the copy up to date; on any error it is as it was."""
    emptied: set[str] = set()
    for _ in range(TRIES):
        try:
            return _Run(server, copy, how, emptied).run()
        except Torn as torn:
            reason = torn
            with suppress(Exception):
                server.end()
    raise ShopError(f"the shop changed its tables while they were read: {reason}", "the next run tries again")


class _Run:
    def __init__(self, server: Server, copy: Copy, how: How, emptied: set[str]) -> None:
        self.server, self.copy, self.how = server, copy, how
        self.emptied = emptied  # tables that an earlier snapshot of this run showed empty at once
        self.outcome = Outcome()
        self.known = copy.tables()
        before = (copy.recall("source"), copy.recall("epoch"))
        self.is_full = how.is_full or (before != (how.source, server.epoch) and before != (None, None))
        self.fetched: list[_Fetched] = []
        self._inexact: dict[str, None] = {}

    def run(self) -> Outcome:
        shown = self.server.tables(self.how.wanted.prefix)
        made = plan.make(self.how.wanted, shown, plan_of(self.copy))
        gates = self.server.gates(made.tables)
        self.outcome.snapshot_at = time.time()
        changed = [table for table in made.tables if not self._is_unchanged(table, gates)]
        if self.how.is_first:
            self.how.expect(self.server.estimate(made.tables))
            # The disk is not waited for: of a first copy a power cut may take the last pieces, which are made again.
            self.copy.db.execute("pragma synchronous = normal")
            with self.copy.transaction():
                self.copy.keep(source=self.how.source, epoch=self.server.epoch)
        if changed:
            self.server.begin()
            for number, table in enumerate(changed):
                self._look_at(number, table)
            self.server.end()
            self._refuse_torn(made.tables)
        # The last question: while much is written, a server may hang up.
        self.outcome.warnings = [*made.warnings, *self.server.warnings(made.tables)]
        self._write(made)
        self._keep_gates(made.tables, changed, gates)
        self.outcome.tables = len(made.tables)
        self.outcome.notes = list(self._inexact)
        return self.outcome

    def _is_unchanged(self, table: Table, gates: dict[str, str]) -> bool:
        shape, reading, _ = self.known.get(table.here, ("", "", 0))
        if self.is_full or (shape, reading) != (table.shape, table.reading):
            return False
        if self.how.gates.get("state") != self.copy.recall("state"):
            return False
        gate, looked_at = self.how.gates.get("tables", {}).get(table.name, ("", 0))
        is_fresh = self.server.is_gate_exact or 0 <= self.outcome.snapshot_at - looked_at < GATE_SECONDS
        return bool(gate) and gates.get(table.name) == gate and is_fresh

    def _keep_gates(self, tables: list[Table], changed: list[Table], gates: dict[str, str]) -> None:
        looked_at = {table.name for table in changed}
        before = self.how.gates.get("tables", {})
        kept = {}
        for table in tables:
            if gate := gates.get(table.name):
                moment = self.outcome.snapshot_at if table.name in looked_at else before[table.name][1]
                kept[table.name] = (gate, moment)
        self.outcome.gates = {"state": self.copy.recall("state"), "tables": kept}

    def _refuse_torn(self, tables: list[Table]) -> None:
        """Whether the tables are still those that the plan was made for: some changes show at once."""
        now = {table.name: table for table in plan.distinct(self.server.tables(self.how.wanted.prefix))[0]}
        for table in tables:
            names = [column.name for column in table.columns]
            if table.name not in now or now[table.name].only(names) != table:
                raise Torn(f"{table.name} was changed")

    # One table

    def _look_at(self, number: int, table: Table) -> None:
        self.outcome.digested.append(table.here)
        shape, reading, width = self.known.get(table.here, ("", "", 0))
        is_new = shape != table.shape
        before: Digests = {} if is_new else self.copy.digests(table)
        with self.server.reading():
            if is_new:
                width = self._width(table)
            now = self.server.digests(table, width)
        is_wider = table.part == INTEGER and (is_new or not self.how.is_first) and (factor := ranges.excess(now)) > 1
        if is_wider:
            width, now, before = width * factor, ranges.widen(now, factor), ranges.widen(before, factor)
        if before and not now and not self.how.is_first:
            self._refuse_sudden_loss(table)
        is_full = self.is_full or reading != table.reading
        numbers = sorted(before.keys() | now.keys()) if is_full else ranges.differing(before, now)
        if not (numbers or is_new or is_full):
            return
        batches = list(_batches(table, width, numbers, is_full and not is_new))
        if self.how.is_first:
            self._copy_at_once(table, width, now, batches, is_new)
        else:
            changed = None if is_new or is_wider else ranges.differing(before, now)
            if changed is not None:
                # Of all tables together there may be many ranges.
                now = {each: now[each] for each in changed if each in now}
            some = [batch for _, batch in batches]
            self._fetch(_Fetched(table, self.copy.stage(number, table), some, width, now, changed, is_new))

    def _refuse_sudden_loss(self, table: Table) -> None:
        """An emptied table shows through an older snapshot (PostgreSQL): what it is now, another one tells."""
        if table.name not in self.emptied:
            self.emptied.add(table.name)
            raise Torn(f"{table.name} was emptied")

    def _width(self, table: Table) -> int:
        return ranges.width_of(*self.server.extent(table)) if table.part == INTEGER else 1

    def _fetch(self, fetched: _Fetched) -> None:
        for batch in fetched.batches:
            self.copy.add(fetched.table, fetched.stage, self._rows(fetched.table, batch))
        self.fetched.append(fetched)

    def _copy_at_once(
        self, table: Table, width: int, now: Digests, batches: list[tuple[list[int], Batch]], is_new: bool
    ) -> None:
        """Write the first copy, a piece at a time: its rows and their digests together."""
        if is_new:
            with self.copy.transaction():
                self.copy.make(table)
                self.copy.keep_table(table, width)
        for some, batch in batches:
            rows = self._rows(table, batch)
            with self.copy.transaction():
                if is_new:
                    self.copy.add(table, f"main.{quote(table.here)}", rows)
                else:
                    stage = self.copy.stage(0, table)
                    self.copy.add(table, stage, rows)
                    self.copy.apply(table, stage, [batch])
                self.copy.keep_digests(table, now, some)

    def _rows(self, table: Table, batch: Batch) -> Iterator[list[tuple[Any, ...]]]:
        inexact = [(at, column) for at, column in enumerate(table.columns) if column.digits or column.most]
        # A lock is held for a batch, and not for a whole large table.
        with self.server.reading():
            for rows in self.server.rows(table, batch):
                for at, column in inexact:
                    if _has_inexact([row[at] for row in rows if row[at] is not None], column):
                        self._tell_inexact(table, column)
                self.outcome.read += len(rows)
                self.how.progress(table.here, len(rows))
                yield rows

    def _tell_inexact(self, table: Table, column: Column) -> None:
        if column.most and column.name in table.key:
            raise ShopError(
                f"{table.name}.{column.name}: a key of 2^63 or more, which SQLite cannot hold",
                "leave out what reads the table; the copy stays as it was",
            )
        self._inexact[f"{table.here}.{column.name}: has numbers of more digits than SQLite keeps exactly"] = None

    # The copy

    def _write(self, made: plan.Plan) -> None:
        kept = json.dumps(made.kept)
        gone = self.known.keys() - {table.here for table in made.tables}
        before = (self.copy.recall("plan"), self.copy.recall("source"), self.copy.recall("epoch"))
        if self.how.is_first:
            for table in made.tables:
                with self.copy.transaction():
                    self.copy.index(table)
        if not self.fetched and not gone and before == (kept, self.how.source, self.server.epoch):
            return
        with self.copy.transaction():
            writes = self.copy.db.total_changes
            for name in sorted(gone):
                self.copy.drop(name)
            for fetched in self.fetched:
                self._write_table(fetched)
            self.copy.keep(plan=kept, source=self.how.source, epoch=self.server.epoch)
            if self.copy.db.total_changes != writes:
                self.copy.keep(state=os.urandom(8).hex())

    def _write_table(self, fetched: _Fetched) -> None:
        table = fetched.table
        if fetched.is_new:
            self.copy.make(table)
        self.outcome.written += self.copy.apply(table, fetched.stage, fetched.batches)
        if fetched.is_new:
            self.copy.index(table)
        self.copy.keep_digests(table, fetched.now, fetched.changed)
        self.copy.keep_table(table, fetched.width)
        self.copy.db.execute(f"drop table {fetched.stage}")


def _batches(table: Table, width: int, numbers: Iterable[int], is_full: bool) -> Iterator[tuple[list[int], Batch]]:
    numbers = list(numbers)
    if table.part == INTEGER:
        yield from ranges.whole_batches(numbers, width) if is_full else ranges.batches(numbers, width)
    elif table.part == WHOLE or is_full or len(numbers) > 128:
        yield numbers, Batch()
    else:
        yield numbers, Batch(hashes=tuple(numbers))


def _has_inexact(values: list[str], column: Column) -> bool:
    """Whether SQLite would keep another number of some."""
    if column.most:
        return max(map(int, values), default=0) > column.most
    # Nearly all are short.
    return max(map(len, values), default=0) > column.digits + 1 and any(_is_inexact(value, column) for value in values)


def _is_inexact(value: str, column: Column) -> bool:
    if len(value) <= column.digits + 1:
        return False
    if "." not in value and abs(int(value)) < 2**63:
        return False
    try:
        return Decimal(value) != Decimal(repr(float(value)))
    except (ArithmeticError, ValueError):
        return False  # NaN: it stays text
