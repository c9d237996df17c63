"""What the queries of a feed read, as SQLite itself says.

Its authorizer names every table and column, through views and common table
expressions; `explain` tells how often a table is opened.  Neither runs the query.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache

from saasexport import queries
from saasexport.queries import fold, quote
from saasexport.stdlib import Any, sqlite3

SQL = queries.beside(__file__)

_ALLOWED = frozenset({sqlite3.SQLITE_READ, sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


class Refused(Exception):
    """A query cannot be used; the text says why."""


@dataclass
class Reads:
    """What a query reads: table -> columns, and the tables that it opens more than once."""

    columns: dict[str, set[str]] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)
    names: tuple[str, ...] = ()  # of its result's columns


class Schema:
    """The tables, views and columns of a shop; names are compared without regard to case, as SQLite does."""

    def __init__(self, shop: sqlite3.Connection) -> None:
        self._shop = shop
        self._objects: dict[str, tuple[str, str, int]] = {"sqlite_master": ("sqlite_master", "table", 1)}
        self._indexes: dict[int, str] = {}
        for name, kind, rootpage, table in shop.execute(SQL.objects):
            if kind == "index":
                self._indexes[rootpage] = table
                continue
            kind = "virtual table" if kind == "table" and not rootpage else kind
            self._objects[fold(name)] = (name, kind, rootpage)
        self._columns: dict[str, dict[str, tuple[str, str, int]]] = {}
        self._connect_virtual_tables()

    def _connect_virtual_tables(self) -> None:
        """Use the virtual tables once: SQLite connects them then, which the authorizer would take for writing."""
        virtual = (name for name, kind, _ in self._objects.values() if kind == "virtual table")
        sources = ("json_each('[]')", "json_tree('[]')", "pragma_table_info('')", *map(quote, virtual))
        for source in sources:
            # A module that is not here is reported where a query needs it.
            with suppress(sqlite3.Error):
                self._shop.execute(f"select 1 from {source} limit 0")

    def kind(self, table: str) -> str:
        """table, view or virtual table; empty if there is none of this name."""
        return self._objects.get(fold(table), ("", "", 0))[1]

    def name(self, table: str) -> str:
        """A table's name as the shop writes it."""
        return self._objects.get(fold(table), (table, "", 0))[0]

    def names(self) -> list[str]:
        """The names of all tables."""
        return [name for name, kind, _ in self._objects.values() if kind == "table"]

    def pages(self) -> tuple[dict[int, str], dict[int, str]]:
        """The tables by the page at which each begins, as `explain` names them; and those of indexes."""
        return {rootpage: name for name, kind, rootpage in self._objects.values() if kind == "table"}, self._indexes

    def columns(self, table: str) -> dict[str, tuple[str, str, int]]:
        """Small name -> name, declared type, place in the primary key."""
        table = self.name(table)
        if table not in self._columns:
            rows = self._shop.execute(SQL.columns, {"table": table})
            self._columns[table] = {fold(name): (name, kind, pk) for name, kind, pk in rows}
        return self._columns[table]

    def key_column(self, table: str) -> str:
        """The column by which a row is named in a changelog: of the primary key, else the first."""
        columns = list(self.columns(table).values())
        return next((name for name, _, pk in columns if pk == 1), columns[0][0])


def of_query(shop: sqlite3.Connection, schema: Schema, query: str, parameters: Mapping[str, Any]) -> Reads:
    """What a query reads.  Refused if it is not one select that only reads, or does not prepare."""
    if _statements(query) != 1:
        raise Refused("is not a single select")
    if _first_word(query) not in ("select", "with", "values"):
        raise Refused("is not a select")
    if mark := _OTHER_PARAMETER.search(code(query)):
        raise Refused(f"{mark[0]} is no parameter; they are written as :ids")
    reads = Reads()
    denied: list[str] = []

    def authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
        if action not in _ALLOWED or (action == sqlite3.SQLITE_FUNCTION and second == "load_extension"):
            denied.append(_TABLE_FUNCTION if first == "sqlite_master" else _ACTIONS.get(action, "does more than read"))
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and first and schema.kind(first) in ("table", "virtual table"):
            reads.columns.setdefault(schema.name(first), set()).add(second or "")
        return sqlite3.SQLITE_OK

    with _authorize(shop, authorize), _any_text(shop):
        try:
            program = shop.execute("explain " + query, parameters).fetchall()
            reads.names = tuple(column[0] for column in shop.execute(_describe(query), parameters).description)
        # ValueError and Warning: what some versions of Python raise for a text that is no query.
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise Refused(denied[0] if denied else str(error)) from error
    reads.repeated = _find_repeated(program, schema)
    return reads


def _find_repeated(program: list[Any], schema: Schema) -> set[str]:
    """The tables that a program of SQLite's opens for more than one term of the query, itself or an index alone.

    What it reads from one table that it made for several terms, or for windows over rows, may be rows of any it opens.
    """
    # An index that leads to its table is opened with it; what else is opened is a term of its own.
    leading = {row[2] for row in program if row[1] == "DeferredSeek"}
    tables, indexes = schema.pages()
    opened: Counter[str] = Counter()
    for _, operation, cursor, page, database, *_ in program:
        if operation == "OpenRead" and database == 0:
            if page in tables:
                opened[tables[page]] += 1
            elif page in indexes and cursor not in leading:
                opened[indexes[page]] += 1
    # Keys of `in (select ...)` are opened again, too, where SQLite asks for them of an equal column: a set, no rows.
    of_rows = {row[2] for row in program if row[1] == "OpenEphemeral" and row[5] is None}
    is_shared = any(row[1] == "OpenDup" and row[3] in of_rows for row in program)
    return {table for table, times in opened.items() if times > 1 or is_shared}


_ACTIONS = {
    sqlite3.SQLITE_ATTACH: "attaches a database",
    sqlite3.SQLITE_PRAGMA: "uses a pragma",
    sqlite3.SQLITE_INSERT: "writes",
    sqlite3.SQLITE_UPDATE: "writes",
    sqlite3.SQLITE_DELETE: "writes",
    sqlite3.SQLITE_FUNCTION: "loads an extension",
}


# SQLite makes a table-valued function at its first use, by what looks like writing to its schema.
_TABLE_FUNCTION = "uses a table-valued function that is none of json_each, json_tree and pragma_table_info"


@contextmanager
def _authorize(shop: sqlite3.Connection, authorize: Any) -> Any:
    shop.set_authorizer(authorize)
    try:
        yield
    finally:
        shop.set_authorizer(None)


@contextmanager
def _any_text(shop: sqlite3.Connection) -> Iterator[None]:
    """Take what is no text as well: `explain` shows blobs of the query as if they were."""
    usual = shop.text_factory
    shop.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        yield
    finally:
        shop.text_factory = usual


def _describe(query: str) -> str:
    return f"select * from (\n{query}\n) limit 0"


def _first_word(query: str) -> str:
    return next(iter(code(query).split(None, 1)), "").lower()


def _statements(query: str) -> int:
    return len([part for part in code(query).split(";") if part.strip()])


# A comment, or what stands in quotes.
_NO_CODE = re.compile(
    r"""--[^\n]* | /\*.*?(?:\*/|\Z) | '[^']*(?:'|\Z) | "[^"]*(?:"|\Z) | `[^`]*(?:`|\Z) | \[[^]]*(?:]|\Z)""",
    re.DOTALL | re.VERBOSE,
)


@lru_cache(maxsize=64)
def code(query: str) -> str:
    """A query with blanks where its comments, texts and quoted names are: each character at its place."""
    return _NO_CODE.sub(lambda match: " " * len(match[0]), query)


def with_parameter(query: str, name: str, replacement: str) -> str:
    """A query in which a parameter is replaced by an expression, wherever it stands as one."""
    marks = code(query)
    pieces: list[str] = []
    at = 0
    while (start := marks.find(name, at)) >= 0:
        behind = start + len(name)
        is_whole = behind == len(marks) or not (marks[behind].isalnum() or marks[behind] == "_")
        pieces += [query[at:start], replacement if is_whole else name]
        at = behind
    return "".join([*pieces, query[at:]])


def with_function(query: str, name: str, other: str) -> str:
    """A query that calls another function wherever it calls the one of a name."""
    calls = re.compile(rf"(?<![\w.:]){name}(?=\s*\()", re.IGNORECASE | re.ASCII)
    pieces: list[str] = []
    at = 0
    for call in calls.finditer(code(query)):
        pieces += [query[at : call.start()], other]
        at = call.end()
    return "".join([*pieces, query[at:]])


# SQLite has other ways to write a parameter; nothing would fill them.
_OTHER_PARAMETER = re.compile(r"(?<![\w$])[?@$]\w*")


def parameters_of(query: str) -> Iterable[str]:
    """The names of the parameters of a query."""
    return dict.fromkeys(re.findall(r"(?<![:\w]):([A-Za-z_]\w*)", code(query)))
