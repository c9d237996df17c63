"""A copy of the shop to be changed at will, table by table and row by row.

The copy is a temporary database that SQLite takes away when it is closed.  It
has no triggers, and foreign keys are not enforced: a row may go alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property

from saasexport.errors import ShopError
from saasexport.feed import Shop
from saasexport.feeds.own import functions
from saasexport.feeds.own.functions import Functions
from saasexport.feeds.own.reads import Schema
from saasexport.feeds.own.ways import by_name
from saasexport.queries import fold, quote
from saasexport.stdlib import Any, sqlite3

# Pages copied between two looks at whether somebody waits to write, and how often it may begin anew as somebody did.
PAGES = 20_000
STARTS = 20

# Kibibytes of a copy that stay in memory: it is changed and changed back all the time.
CACHE = 100_000

# What tells a row: its rowid, or the values of its primary key.
Place = tuple[Any, ...]


class Copy:
    """A copy of a shop, or of a copy."""

    def __init__(self, source: sqlite3.Connection, of_file: Functions) -> None:
        self.connection = sqlite3.connect("", isolation_level=None)
        remaining = [0]
        starts = [0]

        def look(_status: int, left: int, _total: int) -> None:
            starts[0] += left > remaining[0]
            remaining[0] = left
            if starts[0] > STARTS:
                raise ShopError("the shop is written too often to be copied", "try it on a copy of its file")

        source.backup(self.connection, pages=PAGES, progress=look, sleep=0)
        self.connection.execute("pragma journal_mode = memory")
        self.connection.execute(f"pragma cache_size = -{CACHE}")
        self.connection.execute("pragma foreign_keys = off")
        self.connection.execute("pragma recursive_triggers = off")
        for (name,) in self.connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            self.connection.execute(f"drop trigger {quote(name)}")
        functions.register(self.connection, of_file)
        self.schema = Schema(self.connection)
        self.connection.execute("begin")  # and never commit: each row put in would be written by itself
        self._tables: dict[str, Table] = {}

    def close(self) -> None:
        """Take it away."""
        self.connection.close()

    def shop(self, like: Shop, seconds: float) -> Shop:
        """The copy as a pass sees it that sees the shop as `like`."""
        shop = Shop(self.connection, like.now, like.look_back_days, None, like.feed, like.exclude, like.max_body)
        shop.parameters, shop.seconds = like.parameters, seconds
        return shop

    def table(self, name: str) -> "Table":
        """A table of it."""
        name = self.schema.name(name)
        if name not in self._tables:
            self._tables[name] = Table(self.connection, self.schema, name)
        return self._tables[name]

    @contextmanager
    def take_back(self) -> Iterator[None]:
        """Take back what the block does."""
        self.connection.execute("savepoint trial")
        try:
            yield
        finally:
            self.connection.execute("rollback to trial")
            self.connection.execute("release trial")


class Table:
    """A table of a copy, row by row."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, name: str) -> None:
        self.connection = connection
        self.schema = schema
        self.name = name
        rows = connection.execute("select name, hidden from pragma_table_xinfo(?) order by cid", (name,)).fetchall()
        self.columns = [column for column, hidden in rows if not hidden]
        keys = sorted((pk, column) for column, _, pk in schema.columns(name).values() if pk)
        small = {fold(column) for column, _ in rows}
        hidden_name = next((each for each in ("rowid", "_rowid_", "oid") if each not in small), "")
        self.key_columns = [column for _, column in keys]
        self._key = list(map(quote, self.key_columns))
        if hidden_name and self._has(hidden_name):
            self._key = [hidden_name]
        self._where = " and ".join(f"{column} is ?" for column in self._key)
        listed = ", ".join(map(quote, self.columns))
        self._every = f"select {listed} from {quote(name)}"
        self._select = f"{self._every} where {self._where}"
        marks = ", ".join("?" * len(self.columns))
        self._insert = f"insert or replace into {quote(name)} ({listed}) values ({marks})"
        self._delete = f"delete from {quote(name)} where {self._where}"

    @cached_property
    def size(self) -> int:
        """The number of its rows before it was changed."""
        number: int = self.connection.execute(f"select count(*) from {quote(self.name)}").fetchone()[0]
        return number

    def _has(self, column: str) -> bool:
        try:
            self.connection.execute(f"select {column} from {quote(self.name)} limit 0")
        except sqlite3.Error:
            return False
        return True

    @cached_property
    def foreign_keys(self) -> dict[str, str]:
        """Column -> the table of which it holds keys, as the shop says it; both in small letters."""
        query = 'select lower("from"), lower("table") from pragma_foreign_key_list(?)'
        return dict(self.connection.execute(query, (self.name,)))

    def domain(self, column: str) -> str:
        """The table, in small letters, of which a column holds keys; empty if the shop does not say it."""
        is_key = [fold(column)] == [fold(each) for each in self.key_columns]
        return self.foreign_keys.get(fold(column), fold(self.name) if is_key else "")

    def variety(self, column: str) -> tuple[int, int]:
        """Whether it has no, one or more rows, and no, one or more values of a column: 0, 1 or 2."""
        some = f"select {quote(column)} from {quote(self.name)} limit 2"
        values = some.replace("select", "select distinct", 1)
        query = f"select (select count(*) from ({some})), (select count(*) from ({values}))"
        number_of_rows, number_of_values = self.connection.execute(query).fetchone()
        return number_of_rows, number_of_values

    def likely_domains(self, column: str) -> set[str]:
        """The tables, in small letters, of which a column holds keys by its name, where the shop does not say it."""
        return set() if self.domain(column) else self._likely.get(fold(column), set())

    @cached_property
    def _likely(self) -> dict[str, set[str]]:
        likely: dict[str, set[str]] = {}
        for link in by_name(self.schema, self.name, self.foreign_keys):
            likely.setdefault(fold(link.column), set()).add(fold(link.other))
        return likely

    def values(self, *columns: str) -> list[tuple[Place, tuple[Any, ...]]]:
        """Every row: its place, and what stands in some columns."""
        listed = ", ".join([*self._key, *map(quote, columns)])
        size = len(self._key)
        rows = self.connection.execute(f"select {listed} from {quote(self.name)}")
        return [(row[:size], row[size:]) for row in rows]

    def every_row(self) -> list[tuple[Any, ...]]:
        """All rows, as `insert` takes them."""
        return self.connection.execute(self._every).fetchall()

    def rows(self, places: Iterable[Place]) -> list[tuple[Any, ...]]:
        """Whole rows, as `insert` takes them."""
        return [row for place in places for row in self.connection.execute(self._select, place)]

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Put rows into it."""
        self.connection.executemany(self._insert, rows)

    def delete(self, places: Iterable[Place]) -> None:
        """Delete rows."""
        self.connection.executemany(self._delete, places)

    def empty(self) -> None:
        """Delete all rows."""
        self.connection.execute(f"delete from {quote(self.name)}")

    def update(self, place: Place, column: str, value: Any) -> bool:
        """Give a column of a row another value; False if the shop's own constraints refuse it."""
        try:
            self.connection.execute(
                f"update {quote(self.name)} set {quote(column)} = ? where {self._where}", (value, *place)
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def update_all(self, column: str, value: Any) -> None:
        """Give a column of every row another value, where the shop's own constraints allow it."""
        with suppress(sqlite3.IntegrityError):  # of a key that must be a number
            self.connection.execute(f"update or ignore {quote(self.name)} set {quote(column)} = ?", (value,))

    def in_words(self, places: Sequence[Place]) -> str:
        """Rows as people would name them."""
        keys = ["/".join(map(str, place)) for place in places[:3]]
        return f"row {keys[0]}" if len(places) == 1 else f"rows {', '.join(keys)}" + " ..." * (len(places) > len(keys))
