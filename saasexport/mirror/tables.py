"""Tables of the server, as they are copied.

A dialect describes every table it is shown; the plan keeps of each the columns
that feeds read and the key, and nothing else reaches this machine.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, NamedTuple

from saasexport.queries import fold

# How rows are parted into ranges: by an integer key, by a hash of a text or binary one, or not at all.
INTEGER, TEXT, BINARY, WHOLE = "integer", "text", "binary", "whole"


class Column(NamedTuple):
    """A column of the server's, and how it is read."""

    name: str
    declared: str  # its type here, letter case included
    value: str  # SQL of the server for what is stored here
    digest: str  # SQL of the server for its part in a row's digest, never null
    part: str = WHOLE  # how a key that begins with it parts its rows
    digits: int = 0  # of numbers that may have more than SQLite keeps: above this
    most: int | None = None  # of whole numbers, the largest that SQLite keeps as one, where the server goes beyond
    is_nullable: bool = True
    is_binary: bool = False
    is_long: bool = False  # its values may be of any length
    identity: str = ""  # what tells that another column has taken its name

    @property
    def is_text(self) -> bool:
        """Whether its values are texts here as well."""
        return self.declared.startswith("TEXT")


class Table(NamedTuple):
    """A table or view of the server's."""

    name: str
    here: str  # its name in the copy: without the prefix
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()  # names of columns; none: rows are compared as a whole
    indexes: tuple[tuple[str, ...], ...] = ()
    identity: str = ""  # what tells that another table has taken its name
    is_table: bool = True  # no view, and nothing that lives elsewhere
    has_versions: bool = False  # the server's versions of rows tell which have changed

    @property
    def first(self) -> Column | None:
        """The column that parts the rows into ranges."""
        return next((column for column in self.columns if self.key and column.name == self.key[0]), None)

    @property
    def part(self) -> str:
        """How the rows are parted into ranges."""
        return self.first.part if self.first else WHOLE

    def only(self, names: Iterable[str]) -> "Table":
        """This table with the columns of these names, in any letter case, and its key."""
        wanted = {fold(name) for name in names} | {fold(name) for name in self.key}
        columns = tuple(column for column in self.columns if fold(column.name) in wanted)
        present = {column.name for column in columns}
        indexes = dict.fromkeys(tuple(_leading(index, present)) for index in self.indexes)
        useful = tuple(index for index in indexes if index and index != self.key[: len(index)])
        return self._replace(columns=columns, indexes=useful)

    @property
    def shape(self) -> str:
        """What the copy of it looks like; another one is made anew."""
        return repr((self.key, self.part, [(column.name, column.declared) for column in self.columns]))

    @property
    def reading(self) -> str:
        """What it is read by: rows that were read in another way are all compared."""
        values = [(column.name, column.value, column.digest, column.identity) for column in self.columns]
        content = repr((self.identity, self.is_table, self.has_versions, self.key, values))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def _leading(index: tuple[str, ...], present: set[str]) -> Iterable[str]:
    for name in index:
        if name not in present:
            return
        yield name


def key_and_indexes(
    columns: list[Column], rows: Iterable[tuple[Any, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns that name a row: the primary key, else a unique index without NULL; and all other indexes."""
    indexes: dict[str, list[tuple[str, bool, bool]]] = {}
    for index, non_unique, column, sub_part in rows:
        indexes.setdefault(index, []).append((column, str(non_unique) == "0", sub_part is not None))
    nullable = {column.name for column in columns if column.is_nullable}
    known = {column.name for column in columns}
    whole = {name: [each[0] for each in some] for name, some in indexes.items() if all(e[0] in known for e in some)}
    key: tuple[str, ...] = ()
    for name, names in whole.items():
        is_key = all(unique and not is_cut for _, unique, is_cut in indexes[name])
        if is_key and not nullable & set(names):
            key = tuple(names)
            break
    return key, tuple(tuple(names) for names in whole.values() if tuple(names) != key)
