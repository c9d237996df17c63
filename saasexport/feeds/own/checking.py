"""What can be said of a feed's file by trying it: items that do not fit, and what only looks wrong.

Some entities are assembled together and alone, and compared: what an entity
gives may depend on the shop only.  Nothing is written.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from saasexport.entity_key import EntityId
from saasexport.feed import EntityItems, Shop
from saasexport.feeds.own import reads
from saasexport.feeds.own.assembly import Assembler, ListQuery
from saasexport.feeds.own.entities import CHUNK, assemble, entity_ids, items_of
from saasexport.feeds.own.loaded import Loaded, Query
from saasexport.queries import fold
from saasexport.stdlib import Any, NamedTuple

# How many entities are read, and how many of them alone as well.
MOST = 2_000
ALONE = 200

# What is wrong with an item, as the service would say it: (path of the field, reason).
Judge = Callable[[dict[str, Any]], Iterable[tuple[str, str]]]


class Finding(NamedTuple):
    """Something to tell of a file: a fault, or what may be meant as it is."""

    line: int  # 0: of the file as a whole
    text: str
    is_fault: bool = True
    items: int = 0  # that have it, of how many, of which entity the first; 0: it is not about items
    of: int = 0
    entity: EntityId | None = None
    what: str = "items"

    def in_words(self, path: str) -> str:
        """The line for people."""
        place = f"{path}:{self.line}" if self.line else path
        word = "" if self.is_fault else "note: "
        count = f"  ({self.items} of {self.of} {self.what}, first: entity {self.entity})" if self.items else ""
        return f"{place}: {word}{self.text}{count}"


@dataclass
class Checked:
    """What was found out about a file."""

    findings: list[Finding] = field(default_factory=list)
    entities: int = 0
    items: int = 0
    first: dict[str, Any] | None = None  # the first item that can be sent

    @property
    def is_right(self) -> bool:
        """Whether there is no fault."""
        return not any(finding.is_fault for finding in self.findings)


def check(loaded: Loaded, shop: Shop, judge: Judge, only: Sequence[EntityId] = ()) -> Checked:
    """What is to be told of a file that could be loaded; of some entities only, if they are named."""
    assert loaded.feed is not None  # noqa: S101  # the caller looked
    checked = Checked()
    ids = list(only) or entity_ids(loaded.feed, shop, MOST)
    checked.findings += () if only else _walk_back(loaded, shop)
    together = assemble(loaded.feed, shop, ids)
    counting = _Counting(loaded)
    _judge_items(loaded, together, judge, counting)
    checked.entities = len(ids)
    checked.items = counting.of
    checked.first = next((item for entity in together.values() for item in items_of(entity)), None)
    checked.findings += counting.findings()
    checked.findings += _alone(loaded, shop, ids, together)
    if isinstance(loaded.feed.assemble, Assembler):
        checked.findings += _without_item(loaded, shop, loaded.feed.assemble, ids, together)
    checked.findings += by_text(loaded)
    checked.findings.sort(key=lambda finding: (not finding.is_fault, finding.line))
    return checked


def _walk_back(loaded: Loaded, shop: Shop) -> Iterator[Finding]:
    """What is wrong with a walk of one's own: keys that do not ascend, or not from where a page is to begin."""
    feed, query = loaded.feed, loaded.queries.get("walk")
    if feed is None or query is None:
        return
    after: Any = feed.key.lowest
    for _ in range(2):
        values = [row[0] for row in shop.rows(feed.walk, after=after, limit=ALONE, since=shop.since)]
        keys = feed.key.only(map(feed.key.read, values))
        if not feed.key.ascend(keys, after):
            yield Finding(query.line, "query walk: gives keys that do not ascend from :after on; order by them")
            return
        # Behind the first page, and where there is none, behind its first key.
        after = keys[-1] if len(values) == ALONE and keys else keys[0] if keys else after


# Items


class _Counting:
    """Collects what is wrong with items: alike reasons are one, with the first one's words."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.of = 0
        self._by_reason: dict[tuple[str, str], tuple[str, EntityId, int]] = {}

    def add(self, name: str, reason: str, entity: EntityId) -> None:
        """Count one item that has it."""
        # What was found in an item differs from item to item.
        alike = (re.sub(r"\[\d+\]", "", name), re.sub(r"""'[^']*'|"[^"]*"|\d+""", "?", reason))
        first = self._by_reason.get(alike, (f"{name}: {reason}" if name else reason, entity, 0))
        self._by_reason[alike] = (*first[:2], first[2] + 1)

    def findings(self) -> Iterator[Finding]:
        """One for each reason."""
        for (name, _), (text, entity, items) in self._by_reason.items():
            yield Finding(line_of(self.loaded, name), text, True, items, self.of, entity)


def _judge_items(loaded: Loaded, together: dict[EntityId, EntityItems], judge: Judge, counting: _Counting) -> None:
    assert loaded.feed is not None  # noqa: S101
    names = "|".join(map(re.escape, loaded.head.shape().item.fields)) if loaded.head.feed else "-"
    between = re.compile(rf"; (?=(?:{names})\b[^ ]*: )")
    owners: dict[tuple[Any, ...], EntityId] = {}
    for entity in together.values():
        for failed in entity.failed:
            counting.of += 1
            for fault in between.split(failed.error):
                name, colon, reason = fault.partition(": ")
                is_field = bool(colon) and re.fullmatch(rf"(?:{names})\b\S*", name) is not None
                counting.add(*((name, reason) if is_field else ("", fault)), entity.id)
        for item in items_of(entity):
            counting.of += 1
            for name, reason in judge(item):
                counting.add(name, reason, entity.id)
            identity = tuple(map(str, (item.get(each) for each in loaded.feed.identity)))
            owner = owners.setdefault(identity, entity.id)
            if owner != entity.id:
                shown = ", ".join(f"{n} {v}" for n, v in zip(loaded.feed.identity, identity, strict=True))
                reason = f"{shown!r} is an item of entity {owner} as well"
                counting.add(loaded.feed.identity[0], reason, entity.id)


def line_of(loaded: Loaded, name: str) -> int:
    """The line that gives a field: where a column has its name, else where its query begins."""
    if not loaded.queries:
        return 0
    first, _, inner = re.sub(r"\[\d+\]", "", name).partition(".")
    items = loaded.queries["items"]
    if first in loaded.queries and loaded.queries[first].is_list:
        return _column(loaded.queries[first], inner or first)
    return (_column(items, name) if inner and name in items.reads.names else 0) or _column(items, first)


def _column(query: Query, name: str) -> int:
    written = re.compile(rf"""\bas\s+["`\[]?{re.escape(name)}["`\]]?\s*(,|$)""", re.IGNORECASE)
    for number, line in enumerate(query.text.split("\n"), query.line + 1):
        if written.search(line.partition("--")[0].rstrip()):
            return number
    return query.line_of(name) if name else query.line


# Alone and together


def _alone(
    loaded: Loaded, shop: Shop, ids: Sequence[EntityId], together: dict[EntityId, EntityItems]
) -> Iterator[Finding]:
    """What an entity gives otherwise alone: it depends on which others are asked for."""
    assert loaded.feed is not None  # noqa: S101
    some = ids[:: max(1, len(ids) // ALONE)][:ALONE]
    alone = assemble(loaded.feed, shop, some, 1)
    differing: dict[str, list[EntityId]] = {}
    for entity_id in some:
        for name in _differences(together.get(entity_id), alone.get(entity_id)):
            differing.setdefault(name, []).append(entity_id)
    for name, entities in differing.items():
        text = "is another where an entity is assembled alone: it may depend on the shop only, never on other ids"
        line = line_of(loaded, name)
        yield Finding(line, f"{name}: {text}", True, len(entities), len(some), entities[0], "entities")


def _differences(one: EntityItems | None, other: EntityItems | None) -> list[str]:
    """The fields that differ; `items` where there are more or fewer."""
    if one == other:
        return []
    items, others = (items_of(each) if each else [] for each in (one, other))
    if len(items) != len(others) or items == others:
        return ["items"]
    pairs = zip(items, others, strict=True)
    return list(dict.fromkeys(n for a, b in pairs for n in {**a, **b} if a.get(n) != b.get(n)))


# Rows of lists


def _without_item(
    loaded: Loaded, shop: Shop, assembler: Assembler, ids: Sequence[EntityId], together: dict[EntityId, EntityItems]
) -> Iterator[Finding]:
    """The rows of lists that are an element of no item, though their entity has some."""
    for query in assembler.lists:
        rows = lost = 0
        first: EntityId | None = None
        for start in range(0, len(ids), CHUNK):
            piece = set(ids[start : start + CHUNK])
            for row in shop.rows(query.query, ids[start : start + CHUNK]):
                entity_id = assembler.key.read(row[query.entity])
                if entity_id in piece and entity_id in together:
                    rows += 1
                    if not _has_item(assembler, query, row, together[entity_id]):
                        lost += 1
                        first = entity_id if first is None else first
        if lost:
            names = ", ".join(f'"item.{name}"' for _, name in query.restricting)
            text = f"{query.name}: rows that find no item by {names}"
            line = loaded.queries[query.name].line
            yield Finding(line, text, True, lost, rows, first, "rows")


def _has_item(assembler: Assembler, query: ListQuery, row: Sequence[Any], entity: EntityItems) -> bool:
    values = dict(zip((name for _, name in query.restricting), assembler.restriction(query, row), strict=True))
    identities = [*items_of(entity), *(failed.identity for failed in entity.failed)]
    return any(all(item.get(name, value) == value for name, value in values.items()) for item in identities)


# By the text


_MOMENT = re.compile(
    r"\b(?:date|time|datetime|julianday|unixepoch|strftime)\s*\((?:\s*\)|[^()]*'now')"
    r"|\bcurrent_(?:date|time|timestamp)\b",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"\brandom(?:blob)?\s*\(", re.IGNORECASE)


def by_text(loaded: Loaded) -> Iterator[Finding]:
    """What may be meant as it is: what is compared as a whole, and what changes without a write to the shop."""
    for table in loaded.compared:
        line = loaded.first_reading(table)
        yield Finding(line, f"{table}: no line names it, so that every item is compared when it changes", False)
    for query in loaded.queries.values():
        marks = reads.code(query.text)
        for pattern, text in (
            (_MOMENT, "the day changes without a write to the shop: use :now, and say in a query due when"),
            (_RANDOM, "is another at every look, and its items are sent every time"),
        ):
            for match in pattern.finditer(query.text):
                if marks[match.start()] != " ":
                    line = query.line + 1 + query.text.count("\n", 0, match.start())
                    yield Finding(line, f"query {query.name}: {' '.join(match[0].split())}: {text}", False)
        if "now" in reads.parameters_of(query.text) and "due" not in loaded.queries and query.name != "due":
            text = ":now without a query due: an item that changes with the day is compared once a day only"
            yield Finding(query.line_of(":now"), f"query {query.name}: {text}", False)
    yield from _opened_twice(loaded)


def _opened_twice(loaded: Loaded) -> Iterator[Finding]:
    """Tables that a query opens more than once, and that are watched by one key alone."""
    whole = {fold(watch.table) for watch in loaded.head.everything}
    for watch in loaded.head.watches:
        table = fold(watch.table)
        others = [each for each in loaded.head.watches if fold(each.table) == table and each is not watch]
        if watch.via or others or table in whole:
            continue
        opening = [
            query.name
            for query in loaded.queries.values()
            if table in map(fold, query.reads.repeated) and not query.is_of_keys
        ]
        if opening:
            text = f"{watch.table} is opened more than once by {', '.join(opening)}"
            yield Finding(watch.line, f"{text}: a row may concern other entities than this names; see --prove", False)
