"""The copy: its tables, what it knows of itself, and how rows come into it.

Rows that are fetched wait in temporary tables until all of a run are there; then they
are compared with those of the copy, and what differs is written, in one transaction.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from saasexport import queries
from saasexport.errors import ShopError
from saasexport.mirror import ranges
from saasexport.mirror.ranges import Batch, Digests
from saasexport.mirror.tables import BINARY, INTEGER, WHOLE, Table
from saasexport.queries import quote

SQL = queries.beside(__file__)


class Copy:
    """The copy of a shop, open for writing."""

    def __init__(self, path: str) -> None:
        self.path = path
        is_new = not os.path.exists(path)
        if is_new:
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        try:
            self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
            self.db.execute("pragma cache_size = -4000")
            self.db.execute("pragma temp_store = file")
            tables = {row[0] for row in self.db.execute("select name from sqlite_master where type = 'table'")}
            if tables and "saasexport_mirror" not in tables:
                raise ShopError(f"{path}: is no copy of a server's", "name another file, or take [mirror] out")
            self.db.execute("pragma journal_mode = wal")
            if not tables:
                self.db.executescript(SQL.state)
                self.db.execute("insert or ignore into saasexport_mirror (only_row) values (1)")
        except sqlite3.Error as error:
            raise ShopError(f"{path}: {error}", "it can be made anew: move it away, and run mirror_shop") from error
        self.db.create_function("hash_of", 2, ranges.hash_of, deterministic=True)

    def close(self) -> None:
        """Close it."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that the block writes, or nothing."""
        self.db.execute("begin immediate")
        try:
            yield
            self.db.execute("commit")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("rollback")
            raise

    # What it knows of itself

    def recall(self, name: str) -> Any:
        """What is kept under the name of a column."""
        row = self.db.execute(f"select {name} from saasexport_mirror").fetchone()
        return row[0] if row else None

    def keep(self, **values: Any) -> None:
        """Keep values under the names of columns, if they are others."""
        for name, value in values.items():
            self.db.execute(
                f"update saasexport_mirror set {name} = :value where {name} is not :value", {"value": value}
            )

    def tables(self) -> dict[str, tuple[str, str, int]]:
        """The tables that are copied: name -> shape, reading, width."""
        rows = self.db.execute("select name, shape, reading, width from saasexport_mirror_table")
        return {name: (shape, reading, width) for name, shape, reading, width in rows}

    def digests(self, table: Table) -> Digests:
        """What the server said of a table's ranges when they were copied."""
        rows = self.db.execute("select range, rows, digest from saasexport_mirror_range where name = ?", (table.here,))
        return {number: (count, int(digest)) for number, count, digest in rows}

    def keep_digests(self, table: Table, now: Digests, numbers: Iterable[int] | None = None) -> None:
        """Keep what the server said of some ranges, or of all."""
        before = self.digests(table)
        some = before.keys() | now.keys() if numbers is None else set(numbers)
        for number in some:
            if number not in now:
                query = "delete from saasexport_mirror_range where name = ? and range = ?"
                self.db.execute(query, (table.here, number))
            elif before.get(number) != now[number]:
                query = "insert or replace into saasexport_mirror_range values (?, ?, ?, ?)"
                self.db.execute(query, (table.here, number, now[number][0], str(now[number][1])))

    def keep_table(self, table: Table, width: int) -> None:
        """Keep how a table is copied, if that is not as it was."""
        entry = (table.shape, table.reading, width)
        if self.tables().get(table.here) != entry:
            self.db.execute("insert or replace into saasexport_mirror_table values (?, ?, ?, ?)", (table.here, *entry))

    # Tables

    def make(self, table: Table) -> None:
        """Make a table anew, without rows."""
        self.drop(table.here)
        self.db.execute(f"create table {quote(table.here)} {_body(table)}")

    def index(self, table: Table) -> None:
        """Make the indexes of a table that has its rows: sorted, which is quicker than one row after the other."""
        for number, index in enumerate(table.indexes, 1):
            columns = ", ".join(map(quote, index))
            # A name that no table of a shop has.
            name = quote(f"{table.here}.{number}")
            self.db.execute(f"create index if not exists {name} on {quote(table.here)} ({columns})")

    def drop(self, name: str) -> None:
        """Take a table away, and what is known of it."""
        self.db.execute(f"drop table if exists {quote(name)}")
        self.db.execute("delete from saasexport_mirror_table where name = ?", (name,))
        self.db.execute("delete from saasexport_mirror_range where name = ?", (name,))

    def add(self, table: Table, target: str, batches: Iterable[list[tuple[Any, ...]]]) -> None:
        """Put rows of the server's into a table of this shape."""
        # A text that is no UTF-8 stays bytes in Python, and becomes a text in SQLite.
        marks = ", ".join("cast(? as text)" if column.is_text else "?" for column in table.columns)
        query = f"insert into {target} values ({marks})"
        try:
            for rows in batches:
                self.db.executemany(query, rows)
        except sqlite3.IntegrityError as error:
            raise ShopError(
                f"{table.name}: two rows have the same key here, which differ there: {', '.join(table.key)}",
                "leave out what reads the table; the copy stays as it was",
            ) from error

    def stage(self, number: int, table: Table) -> str:
        """An empty table beside the copy for rows of this table; gives its name."""
        name = f"temp.stage_{number}"
        self.db.execute(f"drop table if exists {name}")
        self.db.execute(f"create table {name} {_body(table)}")
        return name

    def apply(self, table: Table, stage: str, batches: Iterable[Batch]) -> int:
        """Have the rows of some ranges as they are in a stage; gives the number of rows written."""
        if not table.key:
            return self._apply_whole(table, stage)
        written = 0
        same = " and ".join(f"{stage[5:]}.{quote(name)} = copy.{quote(name)}" for name in table.key)
        for batch in batches:
            written += self.db.execute(
                f"delete from {quote(table.here)} as copy where ({_condition(table, batch)})"
                f" and not exists (select 1 from {stage} where {same})"
            ).rowcount
        return written + self.db.execute(_upsert(table, stage)).rowcount

    def _apply_whole(self, table: Table, stage: str) -> int:
        """Rows without a key are compared as a whole, and counted."""
        names = [quote(column.name) for column in table.columns]
        columns, exact = ", ".join(names), ", ".join(f"{name} collate binary" for name in names)
        same = " and ".join(f"wanted.{name} collate binary is numbered.{name}" for name in names)
        counted = f"{stage}_counted"
        self.db.execute(f"drop table if exists {counted}")
        self.db.execute(
            f"create table {counted} as"
            f" select {columns}, row_number() over (partition by {exact}) as number from {stage}"
        )
        self.db.execute(f"create index temp.{stage[5:]}_number on {stage[5:]}_counted ({exact}, number)")
        words = {"table": quote(table.here), "columns": columns, "exact": exact, "stage": stage, "same": same}
        written = self.db.execute(SQL.excess_rows.format(**words)).rowcount
        return written + self.db.execute(SQL.lacking_rows.format(**words)).rowcount


def _body(table: Table) -> str:
    columns = [f"{quote(column.name)} {column.declared}" for column in table.columns]
    is_number = len(table.key) == 1 and table.part == INTEGER
    if is_number:
        columns = [f"{each} primary key" if each.startswith(quote(table.key[0]) + " ") else each for each in columns]
    elif table.key:
        columns.append(f"primary key ({', '.join(map(quote, table.key))})")
    return f"({', '.join(columns)})"


def _condition(table: Table, batch: Batch) -> str:
    """SQLite's condition for the rows of some ranges."""
    first = table.first
    if first is None or first.part == WHOLE or batch.is_all:
        return "true"
    name = f"copy.{quote(first.name)}"
    if batch.hashes:
        is_binary = int(first.part == BINARY)
        return f"hash_of(cast({name} as blob), {is_binary}) in ({', '.join(map(str, batch.hashes))})"
    pieces = []
    for least, most in batch.pieces:
        ends = [f"{name} >= {least}"] if least is not None else []
        ends += [f"{name} < {most}"] if most is not None else []
        pieces.append(f"({' and '.join(ends) or 'true'})")
    return " or ".join(pieces)


def _upsert(table: Table, stage: str) -> str:
    """Rows that are equal are not written, and fire no trigger; a key may be another in its letter case."""
    names = [quote(column.name) for column in table.columns]
    is_number = len(table.key) == 1 and table.part == INTEGER
    changing = [name for name in names if not (is_number and name == quote(table.key[0]))]
    query = f"insert into {quote(table.here)} ({', '.join(names)}) select {', '.join(names)} from {stage} where true"
    key = ", ".join(map(quote, table.key))
    if not changing:
        return f"{query} on conflict ({key}) do nothing"
    updates = ", ".join(f"{name} = excluded.{name}" for name in changing)
    differs = " or ".join(f"{quote(table.here)}.{name} collate binary is not excluded.{name}" for name in changing)
    return f"{query} on conflict ({key}) do update set {updates} where {differs}"


def plan_of(copy: Copy) -> dict[str, Any]:
    """What is kept of the plan."""
    plan: dict[str, Any] = json.loads(copy.recall("plan") or "{}")
    return plan
