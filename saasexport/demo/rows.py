"""Rows on their way into a new shop.

Rows are kept back per table and inserted many at a time, which is what makes a shop of 100,000 products
a matter of seconds.  A row that others refer to takes its id from `next_id`, so that nothing depends on
the order of inserts.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

Value = str | int | float | None
Row = tuple[Value, ...]


class Rows:
    """The rows of a shop that are not inserted yet."""

    def __init__(self, shop: sqlite3.Connection) -> None:
        self._shop = shop
        self._waiting: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        self._last_id: defaultdict[str, int] = defaultdict(int)

    def next_id(self, table: str) -> int:
        """Take the next free id of a table."""
        self._last_id[table] += 1
        return self._last_id[table]

    def add(self, table: str, **columns: Value) -> None:
        """Add one row, column by column."""
        self._waiting[table, ", ".join(columns)].append(tuple(columns.values()))

    def add_all(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        """Add rows that all give the same columns, named as SQL names them: "website_id, code"."""
        self._waiting[table, columns].extend(rows)

    def insert(self) -> None:
        """Insert what waits, in the order in which it came."""
        for (table, columns), rows in self._waiting.items():
            marks = ", ".join("?" * len(columns.split(", ")))
            self._shop.executemany(f"insert into {table} ({columns}) values ({marks})", rows)
        self._waiting.clear()
