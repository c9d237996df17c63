"""From a file to a feed: everything that can be known before an item is assembled.

A fault has its line and costs this feed only.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from saasexport.entity_key import DECLARED_INTEGER, TEXT, Key
from saasexport.feed import Due, Feed, Setting, Shop, Subscription
from saasexport.feeds.own import functions, head, reads
from saasexport.feeds.own.assembly import Assembler
from saasexport.feeds.own.columns import Columns
from saasexport.feeds.own.functions import Functions, UuidOf
from saasexport.feeds.own.loaded import Loaded, Query, queries_of
from saasexport.feeds.own.subscriptions import Subscriptions
from saasexport.queries import fold, quote
from saasexport.stdlib import UTC, Any, datetime, sqlite3
from saasexport.values import DATE_TIME

# How long a query may take for a chunk of entities.
SECONDS = 5


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
    loaded.queries = {query.name: query for query in queries_of(text, loaded.faults)}
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


class _Loader:
    """Reads one file against one shop."""

    def __init__(self, loaded: Loaded, around: Surroundings, schema: reads.Schema) -> None:
        self.loaded = loaded
        self.head = loaded.head
        self.around = around
        self.schema = schema
        self.subscriptions = Subscriptions(loaded, schema)
        self._fault = loaded.add_fault

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
        assembler = Columns(self.loaded).assembler(items, key)
        subscriptions, settings = self.subscriptions.read()
        for query in self.loaded.queries.values():
            if query.is_of_keys or query.name in ("walk", "via", "due"):
                self._check_result(query)
        if assembler is None or self.loaded.faults:
            return None
        feed = self._declare(assembler, subscriptions, settings, text)
        for other in self.around.published.values():
            if other.name != feed.name and feed.table in (other.table, other.view):
                self._fault(self.head.feed_line, f"feed: {feed.name} would have the table of the feed {other.name}")
        return feed

    # The entities

    def _key(self) -> Key | None:
        line, table, column = self.head.entity_line, self.head.table, self.head.column
        if not self.subscriptions.require(line, "entity", table, column):
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

    # The queries

    def _prepare(self, query: Query) -> None:
        allowed = (*query.parameters, *self.around.parameters)
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

    def _check_result(self, query: Query) -> None:
        names = query.reads.names
        if query.name == "due" and set(names) != {"entity", "moment"}:
            self._fault(query.line, "query due: expected the columns entity and moment")
        elif query.name != "due" and len(names) != 1:
            self._fault(query.line, f"query {query.name}: gives {len(names)} columns, expected one, of entity ids")

    # The feed

    def _declare(
        self, assembler: Assembler, subscriptions: list[Subscription], settings: tuple[Setting, ...], text: str
    ) -> Feed:
        queries = {name: query.text for name, query in self.loaded.queries.items()}
        entity = self.subscriptions.place(self.head.table, self.head.column)
        used = {name for query in queries.values() for name in reads.parameters_of(query)}
        parameters = {name: value for name, value in self.around.parameters.items() if name in used}
        return Feed(
            **self._names(),
            identity=assembler.identity,
            entity=entity,
            assemble=assembler,
            subscriptions=tuple(subscriptions),
            settings=settings,
            vias={name: query.text for name, query in self.loaded.vias.items()},
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
        past = since.astimezone(UTC).strftime(DATE_TIME)
        rows = shop.rows(
            f"select entity from (\n{query}\n) where datetime(moment) > :past and datetime(moment) <= :now", past=past
        )
        return key.only(key.read(row[0]) for row in rows)

    return Due(next_moment, ids)


def digest_of(content: bytes, parameters: Mapping[str, Any]) -> str:
    """What tells that a feed is not the one it was: its file, and the parameters that it names."""
    named = "".join(f"{name}\0{value}\0" for name, value in sorted(parameters.items()))
    return hashlib.sha1(content + b"\0" + named.encode(), usedforsecurity=False).hexdigest()
