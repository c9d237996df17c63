"""From a file to a feed: everything that can be known before an item is assembled.

A fault has its line and costs this feed only.  What the file leaves open is
derived so that nothing can be missed: a table that is read and not watched has
every item compared when it changes.
"""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from saasexport.entity_key import DECLARED_INTEGER, TEXT, Key
from saasexport.feed import EVERYTHING, Due, Feed, Setting, Shop, Subscription
from saasexport.feeds.own import casting, functions, head, reads
from saasexport.feeds.own.assembly import Assembler, Column, ListQuery
from saasexport.feeds.own.functions import Functions, UuidOf
from saasexport.feeds.own.head import Fault, Head
from saasexport.feeds.own.reads import Reads
from saasexport.queries import fold, quote
from saasexport.shapes.declared import lines_of
from saasexport.shapes.words import JSON, NOTHING, SCALAR, FeedShape, Field, ListOf, Record

# How long a query may take for a chunk of entities.
SECONDS = 5

# Queries of ours; every other name is a field's, or begins with via_ or id_.
OURS = ("items", "walk", "count", "due")

# What a query may use beside [shop.parameters].
PARAMETERS = {
    "items": ("ids", "now", "since"),
    "walk": ("after", "limit", "now", "since"),
    "count": ("after", "upto", "now", "since"),
    "due": ("now",),
    "keys": ("keys", "now"),
}

# What the engine itself puts into an item.
ENGINES = ("deleted",)


@dataclass
class Query:
    """A named query of a file."""

    name: str
    line: int  # of its name
    text: str
    reads: Reads = field(default_factory=Reads)

    def line_of(self, word: str) -> int:
        """The line in which a word stands first, else that of the query's name."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?!\w)")
        for number, line in enumerate(self.text.split("\n"), self.line + 1):
            if pattern.search(line):
                return number
        return self.line


@dataclass
class Loaded:
    """A file of a feed: the feed, or the faults for which there is none."""

    path: str
    head: Head
    feed: Feed | None = None
    faults: list[Fault] = field(default_factory=list)
    queries: dict[str, Query] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)  # tables that are read and have no line
    functions: Functions = field(default_factory=dict)  # that its queries may call

    @property
    def name(self) -> str:
        """The feed's name; empty if the file does not say it."""
        return self.head.feed

    def lines(self) -> list[str]:
        """The faults, as `file:line: reason`."""
        return [
            f"{self.path}:{fault.line}: {fault.reason}" if fault.line else f"{self.path}: {fault.reason}"
            for fault in sorted(self.faults)
        ]


def _no_uuid(kind: str, key: str) -> str:
    raise LookupError(f"no UUIDs are made here, {kind} {key} asked for one")


@dataclass(frozen=True)
class Surroundings:
    """What a file is read with."""

    shop: sqlite3.Connection  # which only reads
    published: Mapping[str, Feed]  # the built-in feeds, whose names, tables and identities are kept
    parameters: Mapping[str, Any] = field(default_factory=dict)  # [shop.parameters]
    uuid_of: UuidOf = _no_uuid  # what the shop's UUIDs are made by
    more_functions: Functions = field(default_factory=dict)  # of a pair's module, beside ours
    code: bytes = b""  # of that module


def load(path: str, text: str, around: Surroundings) -> Loaded:
    """The feed that a file declares, or its faults; nothing is raised for what the file says."""
    loaded = Loaded(path, head.read(text))
    loaded.faults += loaded.head.faults
    loaded.queries = {query.name: query for query in _queries(text, loaded.faults)}
    if loaded.faults:
        return loaded
    ours = {**functions.FUNCTIONS, **functions.making_uuids(around.uuid_of)}
    loaded.functions = {**ours, **_functions_of(loaded, around)}
    functions.register(around.shop, loaded.functions)
    schema = reads.Schema(around.shop)
    loader = _Loader(loaded, around, schema)
    feed = loader.feed(text)
    if not loaded.faults:
        loaded.feed = feed
    return loaded


def _functions_of(loaded: Loaded, around: Surroundings) -> Functions:
    """The functions of the file's module, by names that only its queries call: one connection reads for all feeds."""
    unique = {name: f"{name}_of_{loaded.name}" for name in around.more_functions}
    for query in loaded.queries.values():
        for name, other in unique.items():
            query.text = reads.with_function(query.text, name, other)
    return {unique[name]: entry for name, entry in around.more_functions.items()}


def _queries(text: str, faults: list[Fault]) -> Iterator[Query]:
    """The queries of a file, each once."""
    blocks: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines_of(text), 1):
        if line.startswith("-- name:"):
            blocks.append((line[8:].strip(), number, []))
        elif blocks:
            blocks[-1][2].append(line)
    first: dict[str, int] = {}
    for name, number, lines in blocks:
        if not name:
            faults.append(Fault(number, "expected -- name: NAME"))
        elif name in first:
            faults.append(Fault(number, f"query {name} stands twice, first in line {first[name]}"))
        else:
            first[name] = number
            query = "\n".join(lines).rstrip()
            end = reads.code(query).rstrip()
            yield Query(name, number, query[: len(end)].rstrip(";") if end.endswith(";") else query)


class _Loader:
    """Reads one file against one shop."""

    def __init__(self, loaded: Loaded, around: Surroundings, schema: reads.Schema) -> None:
        self.loaded = loaded
        self.head = loaded.head
        self.around = around
        self.schema = schema
        self.shape: FeedShape = self.head.shape()
        self.fields = {
            name: it for name, it in self.shape.item.fields.items() if name not in (*ENGINES, self.shape.exported)
        }

    def feed(self, text: str) -> Feed | None:
        """The feed; faults are added to the file's."""
        key = self._key()
        for query in self.loaded.queries.values():
            self._prepare(query)
        items = self.loaded.queries.get("items")
        if items is None:
            self._fault(0, "lacks the query -- name: items")
        if key is None or items is None or self.loaded.faults:
            return None
        assembler = self._assembler(items, key)
        subscriptions, settings = self._watches()
        for query in self.loaded.queries.values():
            if query.name in ("walk", "via", "due") or query.name.startswith(("via_", "id_")):
                self._check_result(query)
        if self.loaded.faults:
            return None
        feed = self._declare(assembler, subscriptions, settings, text)
        for other in self.around.published.values():
            if other.name != feed.name and feed.table in (other.table, other.view):
                self._fault(self.head.feed_line, f"feed: {feed.name} would have the table of the feed {other.name}")
        return feed

    def _fault(self, line: int, reason: str) -> None:
        self.loaded.faults.append(Fault(line, reason))

    # The entities

    def _key(self) -> Key | None:
        line, table, column = self.head.entity_line, self.head.table, self.head.column
        if not self._require(line, "entity", table, column):
            return None
        _, declared, _ = self.schema.columns(table)[fold(column)]
        kind = self.head.kind or ("integer" if "int" in declared.lower() else "text")
        name = quote(column)
        sample = f"select typeof({name}) from {quote(table)} where {name} is not null limit 1"
        if self.around.shop.execute(sample).fetchall() == [("blob",)]:
            self._fault(
                line,
                f"entity: {table}.{column} holds binary keys (blobs), which cannot be entity ids;"
                " keep them in the shop as text, as lower(hex(...)) writes them",
            )
            return None
        return DECLARED_INTEGER if kind == "integer" else TEXT

    def _require(self, line: int, word: str, table: str, column: str = "") -> bool:
        """Whether the shop has a table that can be watched, and its column."""
        kind = self.schema.kind(table)
        if kind != "table" or fold(table).startswith("sqlite_"):
            reason = f"no table {table}{_near(table, self.schema.names())}" if not kind else f"{table} is a {kind}"
            if kind == "view":
                reason += ", which cannot be watched: name the tables that it reads"
            elif kind:
                reason = f"{table} is a virtual table, or one of SQLite's own, which cannot be watched"
            self._fault(line, f"{word}: {reason}")
            return False
        columns = self.schema.columns(table)
        if column and fold(column) not in columns:
            names = [name for name, _, _ in columns.values()]
            self._fault(line, f"{word}: {table} has no column {column}{_near(column, names)}")
            return False
        return True

    # The queries

    def _prepare(self, query: Query) -> None:
        allowed = (*self._parameters_of(query.name), *self.around.parameters)
        for name in reads.parameters_of(query.text):
            if name not in allowed:
                known = ", ".join(f":{each}" for each in allowed)
                self._fault(query.line_of(f":{name}"), f"query {query.name}: no parameter :{name}; there are {known}")
                return
        values = {**dict.fromkeys(allowed), **self.around.parameters, "ids": "[]", "keys": "[]", "limit": 0}
        try:
            query.reads = reads.of_query(self.around.shop, self.schema, query.text, values)
        except reads.Refused as error:
            reason = str(error)
            word = reason.rpartition(": ")[2].partition(" ")[0] if ": " in reason else ""
            self._fault(query.line_of(word) if word else query.line, f"query {query.name}: {reason}")
            return
        doubled = [name for name in query.reads.names if re.fullmatch(r".+:\d+", name)]
        for name in doubled:
            column = name.rpartition(":")[0]
            self._fault(query.line_of(column), f"query {query.name}: column {column} stands twice")

    def _parameters_of(self, name: str) -> tuple[str, ...]:
        if name.startswith(("via_", "id_")):
            return PARAMETERS["keys"]
        return PARAMETERS.get(name, PARAMETERS["items"])

    def _check_result(self, query: Query) -> None:
        names = query.reads.names
        if query.name == "due" and set(names) != {"entity", "moment"}:
            self._fault(query.line, "query due: expected the columns entity and moment")
        elif query.name != "due" and len(names) != 1:
            self._fault(query.line, f"query {query.name}: gives {len(names)} columns, expected one, of entity ids")

    # Items

    def _assembler(self, items: Query, key: Key) -> Assembler | None:
        names = items.reads.names
        if names[0] != "entity":
            self._fault(items.line, f"query items: the first column is {names[0]}, expected entity")
            return None
        columns = tuple(self._columns(items))
        lists = tuple(
            made
            for query in self.loaded.queries.values()
            if query.name not in OURS and not query.name.startswith(("via_", "id_"))
            if (made := self._list(query)) is not None
        )
        given = {column.name.partition(".")[0] for column in columns}
        for query in lists:
            if query.name in given:
                self._fault(items.line_of(query.name), f"{query.name}: is given by items and by a query of its own")
        given.update(query.name for query in lists)
        for name, declared in self.fields.items():
            if name not in given and _must_be_given(declared):
                self._fault(items.line, f"query items: gives no {name}, which every item of {self.head.feed} has")
        return Assembler(
            items=items.text,
            entity=0,
            error=names.index("error") if "error" in names and "error" not in self.fields else None,
            columns=columns,
            lists=lists,
            fields=self.fields,
            constant={name: None for name, it in self.fields.items() if name not in given and not it.is_optional},
            identity=self.shape.identity,
            key=key,
            rules=self.shape.item.rules,
        )

    def _columns(self, items: Query) -> Iterator[Column]:
        names = items.reads.names
        for at, name in enumerate(names):
            if at == 0 or (name == "error" and "error" not in self.fields):
                continue
            declared = self._field(name)
            if declared is None:
                reason = "is set by the exporter" if name in (*ENGINES, self.shape.exported) else self._no_field(name)
                self._fault(items.line_of(name), f"{name}: {reason}")
            elif outer := _outer(name, names):
                self._fault(items.line_of(name), f"{name}: its field {outer} is a column as well")
            else:
                yield Column(at, name, declared, casting.of_type(declared.type, name))

    def _field(self, name: str) -> Field | None:
        if name in self.fields:
            return self.fields[name]
        first = name.partition(".")[0]
        if first in self.fields:
            return casting.field_of(self.shape, name)
        if self.shape.item.is_open and name not in (*ENGINES, self.shape.exported):
            return Field(SCALAR, True, True)
        return None

    def _no_field(self, name: str) -> str:
        return f"is no field of {self.head.feed}{_near(name, self.fields)}"

    def _list(self, query: Query) -> ListQuery | None:
        declared = self.fields.get(query.name)
        if declared is None and self.shape.item.is_open:
            declared = Field(JSON, True, True)
        if declared is None:
            known = (*self.fields, *OURS)
            self._fault(query.line, f"query {query.name}: is no field of {self.head.feed}{_near(query.name, known)}")
            return None
        kind = declared.type
        if not isinstance(kind, ListOf) and kind != JSON:
            self._fault(query.line, f"query {query.name}: the field is no list; give it as a column of items")
            return None
        names = query.reads.names
        if "entity" not in names:
            self._fault(query.line, f"query {query.name}: has no column entity")
            return None
        restricting = tuple((at, name[5:]) for at, name in enumerate(names) if name.startswith("item."))
        for at, name in restricting:
            if name not in self.shape.identity:
                identity = ", ".join(self.shape.identity)
                self._fault(query.line_of(names[at]), f"item.{name}: does not identify an item; {identity} do")
        elements = tuple(
            (at, name) for at, name in enumerate(names) if name != "entity" and not name.startswith("item.")
        )
        for _, name in elements:
            if outer := _outer(name, names):
                self._fault(query.line_of(name), f"{query.name}.{name}: its field {outer} is a column as well")
        element = kind.element if isinstance(kind, ListOf) else None
        is_plain = not isinstance(element, Record) and (element is not None or len(elements) == 1)
        if is_plain and len(elements) != 1:
            self._fault(query.line, f"query {query.name}: gives {len(elements)} columns of values, expected one")
            return None
        if isinstance(element, Record):
            self._check_element(query, element, [name for _, name in elements])
        cast = casting.of_type(kind, query.name)
        return ListQuery(query.name, query.text, names.index("entity"), restricting, elements, declared, cast, is_plain)

    def _check_element(self, query: Query, element: Record, names: list[str]) -> None:
        for name in names:
            if not element.is_open and casting.field_of(element, name) is None:
                meant = _near(name, element.fields)
                self._fault(query.line_of(name), f"{query.name}.{name}: is no field of {query.name}{meant}")
        given = {name.partition(".")[0] for name in names}
        for name, declared in element.fields.items():
            if name not in given and _must_be_given(declared):
                self._fault(query.line, f"query {query.name}: gives no {name}, which every element has")

    # What is watched

    def _watches(self) -> tuple[list[Subscription], tuple[Setting, ...]]:
        subscriptions: list[Subscription] = []
        settings: list[Setting] = []
        for watch in self.head.watches:
            if not self._require(watch.line, "watch", watch.table, watch.column):
                continue
            if watch.via and f"via_{watch.via}" not in self.loaded.queries:
                vias = [name[4:] for name in self.loaded.queries if name.startswith("via_")]
                self._fault(watch.line, f"watch: there is no query via_{watch.via}{_near(watch.via, vias)}")
            subscriptions.append(Subscription(*self._place(watch.table, watch.column), watch.via or None))
        for watch in self.head.everything:
            if not self._require(watch.line, "everything", watch.table, watch.column):
                continue
            place = self._place(watch.table, watch.column or self.schema.key_column(watch.table))
            if watch.values:
                settings.append(Setting(*place, watch.values))
            else:
                subscriptions.append(Subscription(*place, EVERYTHING))
        for table, line in self.head.unwatched_lines.items():
            if not self.schema.kind(table):
                self._fault(line, f"unwatched: no table {table}{_near(table, self.schema.names())}")
        subscriptions += self._find_unnamed()
        own = Subscription(*self._place(self.head.table, self.head.column))
        return [own, *subscriptions], tuple(settings)

    def _place(self, table: str, column: str) -> tuple[str, str]:
        return self.schema.name(table), self.schema.columns(table)[fold(column)][0]

    def _find_unnamed(self) -> Iterator[Subscription]:
        """The tables that are read and have no line: every item is compared when one changes."""
        named = {fold(each.table) for each in (*self.head.watches, *self.head.everything)} | set(self.head.unwatched)
        queries = [query for query in self.loaded.queries.values() if not query.name.startswith(("via_", "id_"))]
        tables = dict.fromkeys(table for query in queries for table in query.reads.columns)
        repeated = {table for query in queries for table in query.reads.repeated}
        own = self.schema.name(self.head.table)
        for table in tables:
            if fold(table) in named or (table == own and own not in repeated):
                continue
            if self.schema.kind(table) != "table" or fold(table).startswith("sqlite_"):
                line = next(query.line for query in queries if table in query.reads.columns)
                self._fault(line, f"{table} is read and cannot be watched; say so: -- unwatched: {table}, and why")
                continue
            self.loaded.compared.append(table)
            yield Subscription(table, self.schema.key_column(table), EVERYTHING)

    # The feed

    def _declare(
        self, assembler: Assembler | None, subscriptions: list[Subscription], settings: tuple[Setting, ...], text: str
    ) -> Feed:
        assert assembler is not None  # noqa: S101  # there are no faults
        queries = {name: query.text for name, query in self.loaded.queries.items()}
        entity = self._place(self.head.table, self.head.column)
        used = {name for query in queries.values() for name in reads.parameters_of(query)}
        parameters = {name: value for name, value in self.around.parameters.items() if name in used}
        return Feed(
            **self._names(),
            identity=self.shape.identity,
            entity=entity,
            assemble=assembler,
            subscriptions=tuple(subscriptions),
            settings=settings,
            vias={name[4:]: query for name, query in queries.items() if name.startswith("via_")},
            walk=queries.get("walk", ""),
            count=queries.get("count") or _count(queries["items"], entity),
            id_types=self._id_types(queries),
            key=assembler.key,
            due=_due(queries["due"], assembler.key) if "due" in queries else None,
            origin=self.loaded.path,
            parameters={**parameters},
            seconds=SECONDS,
            places={
                query.text: ("/".join(self.loaded.path.split(os.sep)[-2:]), query.line, query.name)
                for query in self.loaded.queries.values()
            },
            digest=digest_of(text.encode() + self.around.code, parameters),
        )

    def _names(self) -> dict[str, Any]:
        """What a published feed has by its name, and another by its file."""
        published = self.around.published.get(self.head.feed)
        if published is not None:
            names = ("name", "indexer", "title", "view", "table", "minimal", "legacy", "exporter", "batch_size")
            more = ("time_field", "time_format", "unhashed")
            return {name: getattr(published, name) for name in (*names, *more)}
        return {
            "name": self.head.feed,
            "title": self.head.title,
            "minimal": self.head.kept,
            "legacy": self.head.is_legacy,
            "batch_size": self.head.batch_size or 100,
        }

    def _id_types(self, queries: dict[str, str]) -> dict[str, str]:
        published = self.around.published.get(self.head.feed)
        types = {name[3:]: query for name, query in queries.items() if name.startswith("id_")}
        known = dict(published.id_types) if published is not None else {}
        itself = {name: "" for name, query in known.items() if not query}
        default = next((types[name] for name, query in known.items() if query and name in types), "")
        if not known and types:
            default = next(iter(types.values()))
        return {"default": default, **itself, **types}


def _outer(name: str, names: Iterable[str]) -> str:
    """The column, if there is one, that gives the whole object of which a column such as `image.url` gives a field."""
    parts = name.split(".")
    return next((outer for n in range(1, len(parts)) if (outer := ".".join(parts[:n])) in names), "")


def _must_be_given(declared: Field) -> bool:
    """Whether a field must have a value; one that Adobe never fills is null."""
    return not declared.is_optional and not declared.is_nullable and declared.type != NOTHING


def _count(items: str, entity: tuple[str, str]) -> str:
    """The number of items of the entities after one, up to another; empty where items does not ask for ids."""
    if "ids" not in reads.parameters_of(items):
        return ""
    table, column = map(quote, entity)
    range_of_ids = f"{column} > :after collate binary and {column} <= :upto collate binary"
    ids = f"(select json_group_array({column}) from {table} where {range_of_ids})"
    return f"select count(*) from (\n{reads.with_parameter(items, ':ids', ids)}\n)"


def _due(query: str, key: Key) -> Due:
    """When the items of entities change by themselves."""

    def next_moment(shop: Shop) -> datetime | None:
        [(moment,)] = shop.rows(f"select min(datetime(moment)) from (\n{query}\n) where datetime(moment) > :now")
        return datetime.fromisoformat(moment).replace(tzinfo=UTC) if moment else None

    def ids(shop: Shop, since: datetime) -> Iterable[Any]:
        past = since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        rows = shop.rows(
            f"select entity from (\n{query}\n) where datetime(moment) > :past and datetime(moment) <= :now", past=past
        )
        return key.only(key.read(row[0]) for row in rows)

    return Due(next_moment, ids)


def digest_of(content: bytes, parameters: Mapping[str, Any]) -> str:
    """What tells that a feed is not the one it was: its file, and the parameters that it names."""
    named = "".join(f"{name}\0{value}\0" for name, value in sorted(parameters.items()))
    return hashlib.sha1(content + b"\0" + named.encode(), usedforsecurity=False).hexdigest()


def _near(name: str, names: Iterable[str]) -> str:
    """What may have been meant, as the end of a reason."""
    by_small = {each.lower(): each for each in names}
    near = get_close_matches(name.lower(), by_small, 1)
    return f"; did you mean {by_small[near[0]]}?" if near else ""
