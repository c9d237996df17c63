"""Pages of a feed's items: filtered, searched, in either direction, whatever their number.

A page begins where the one before ended (`id`), so that it costs the same deep
inside a table as at its start.  Items that are delivered and alive, nearly all,
are found by walking; the others by the partial index over what is not.  A
search that finds nothing for a while stops and says how far it came.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from saasexport import queries
from saasexport.dashboard.filters import SORTS, Wanted
from saasexport.database.hashing import encode
from saasexport.entity_key import EntityId
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.sync import lookup

SQL = queries.beside(__file__)

PAGE = 50

# Rows looked through between two looks at the clock.
SLICE = 20_000

SEARCH_SECONDS = 1.0

# So many items are counted, sorted and sent again at once.
MOST_MATCHING = 100_000

_DELIVERED = (200, 0)


class Item(NamedTuple):
    """A row of a feed table."""

    id: int
    source_entity_id: EntityId
    feed_id: str
    feed_data: str | None
    is_deleted: int
    status: int
    errors: str | None
    metadata: str | None
    modified_at: str

    @property
    def request_id(self) -> str:
        """The request that its last try went with."""
        request_id = _json(self.metadata).get("requestId")
        return request_id if isinstance(request_id, str) else ""

    def identifiers(self, feed: Feed) -> dict[str, str]:
        """What identifies it, as far as it is known."""
        kept = _json(self.feed_data)
        return {name: str(kept[name]) for name in feed.identity if name in kept}


@dataclass(frozen=True)
class Found:
    """A page of items, newest rows first."""

    items: list[Item]
    newer: int | None = None  # the page before begins above this row
    older: int | None = None  # the next page begins below this row
    is_exact: bool = False  # the search text is an entity's own name or number
    stopped_at: int | None = None  # the search went no further than this row

    def is_whole(self, wanted: Wanted) -> bool:
        """Whether there is no other page."""
        others = (self.newer, self.older, self.stopped_at, wanted.before, wanted.after, wanted.page or None)
        return all(each is None for each in others)

    def follow_up(self, wanted: Wanted) -> Wanted:
        """What its other pages are asked for by: a search goes on as what this page was taken to mean."""
        return replace(wanted, contains=bool(wanted.search) and not self.is_exact)


class Matching(NamedTuple):
    """The rows that a filter leaves, and whether these are all."""

    ids: list[int]
    is_complete: bool


def count(
    installation: Installation, feed: Feed, wanted: Wanted, shown: Found | None = None
) -> tuple[int, bool]:
    """How many items a filter leaves, `shown` of them on a page, and whether that is exact: a search has its time."""
    if wanted.search or wanted.reason:
        if shown and shown.is_whole(wanted):
            return len(shown.items), True
        rows = matching(installation, feed, wanted)
        return len(rows.ids), rows.is_complete
    query = SQL.counts.format(feed_table=feed.table)
    numbers = {(status, gone): number for status, gone, number in installation.ours.execute(query)}
    total = installation.ours.execute(SQL.total.format(feed_table=feed.table)).fetchone()[0]
    numbers[_DELIVERED] = total - sum(numbers.values())
    return (sum(numbers.get(kind, 0) for kind in wanted.kinds()) if wanted.kinds() else total), True


def matching(installation: Installation, feed: Feed, wanted: Wanted) -> Matching:
    """Every row that a filter leaves, up to a bound."""
    look = _Look(installation.ours, feed, replace(wanted, before=None, after=None), MOST_MATCHING)
    if wanted.search and not wanted.contains and (entities := _entities(installation, feed, wanted.search)):
        ids = look.ids_of_entities(entities)
        if ids:
            return Matching(ids[:MOST_MATCHING], len(ids) <= MOST_MATCHING)
    ids, stopped_at = look.ids_through_all()
    return Matching(ids[:MOST_MATCHING], stopped_at is None and len(ids) <= MOST_MATCHING)


def find(installation: Installation, feed: Feed, wanted: Wanted, size: int = PAGE) -> Found:
    """A page of the feed's items."""
    if wanted.sort.removeprefix("-") in SORTS:
        return _sorted_page(installation, feed, wanted, size)
    look = _Look(installation.ours, feed, wanted, size)
    if wanted.search and not wanted.contains:
        entities = _entities(installation, feed, wanted.search)
        if entities:
            page = look.of_entities(entities)
            if page.items or wanted.before or wanted.after:
                return page
    return look.through_all()


def _sorted_page(installation: Installation, feed: Feed, wanted: Wanted, size: int) -> Found:
    """A page of the items in another order than the newest first."""
    everything = wanted.is_everything
    ids = None if everything else json.dumps(matching(installation, feed, wanted).ids)
    query = SQL.sorted.format(
        feed_table=feed.table,
        column=SORTS[wanted.sort.removeprefix("-")],
        direction="asc" if wanted.sort.startswith("-") else "desc",
    )
    values = {"ids": ids, "limit": size + 1, "offset": wanted.page * size}
    rows = [row[0] for row in installation.ours.execute(query, values)]
    place = {row_id: number for number, row_id in enumerate(rows[:size])}
    items = sorted(by_ids(installation.ours, feed, list(place)), key=lambda item: place[item.id])
    # Pages of another order are told by their number.
    following = wanted.page + 1 if len(rows) > size else None
    return Found(items, newer=wanted.page - 1 if wanted.page else None, older=following)


def by_ids(ours: sqlite3.Connection, feed: Feed, ids: Sequence[int]) -> list[Item]:
    """Items by their row numbers, those that are there, newest first."""
    query = SQL.rows.format(feed_table=feed.table)
    values = {"ids": json.dumps(list(ids)), "identity": json.dumps(feed.identity)}
    return [Item(*row) for row in ours.execute(query, values)]


class _Look:
    """One look into a feed table."""

    def __init__(self, ours: sqlite3.Connection, feed: Feed, wanted: Wanted, size: int) -> None:
        self.ours = ours
        self.feed = feed
        self.wanted = wanted
        self.size = size
        self.is_down = wanted.after is None
        self.values: dict[str, Any] = {"limit": size + 1, **_patterns(feed, wanted.search)}
        self.values["reason"] = _like(wanted.reason)[1:-1].replace("#", "%") if wanted.reason else None

    def of_entities(self, entities: list[EntityId]) -> Found:
        """The items of some entities."""
        return self._page(self.ids_of_entities(entities), is_exact=True)

    def ids_of_entities(self, entities: list[EntityId]) -> list[int]:
        """The rows of some entities."""
        kinds = self.wanted.kinds()
        lowest, highest = self._range()
        values = {"entities": json.dumps(entities), "kinds": _kinds(kinds), "low": lowest, "high": highest}
        return self._ids("of_entities", **values)

    def through_all(self) -> Found:
        """All rows that match, slice by slice until the page is full or the time is up."""
        ids, stopped_at = self.ids_through_all()
        return self._page(ids, stopped_at=stopped_at)

    def ids_through_all(self) -> tuple[list[int], int | None]:
        """The rows that match, and where the time was up if it was."""
        until = time.monotonic() + SEARCH_SECONDS
        lowest, highest = self._range()
        last = self.ours.execute(SQL.last_id.format(feed_table=self.feed.table)).fetchone()[0]
        lowest, highest = max(lowest, 0), min(highest, last + 1)
        ids: list[int] = []
        while lowest + 1 < highest and len(ids) <= self.size:
            if self.is_down:
                edge = max(highest - SLICE, lowest)
                ids += self._slice(edge, highest)
                highest = edge + 1
            else:
                edge = min(lowest + SLICE, highest)
                ids += self._slice(lowest, edge)
                lowest = edge - 1
            if time.monotonic() > until and len(ids) <= self.size and lowest + 1 < highest:
                return ids, highest if self.is_down else lowest
        return ids, None

    def _range(self) -> tuple[int, int]:
        """The rows between which the page lies, both excluded."""
        before, after = self.wanted.before, self.wanted.after
        return (-1 if after is None else after), (2**62 if before is None else before)

    def _slice(self, low: int, high: int) -> list[int]:
        kinds = self.wanted.kinds()
        ids: list[int] = []
        if not kinds or _DELIVERED in kinds:
            ids = self._ids("walk", low=low, high=high, only_delivered=bool(kinds))
        for status, deleted in kinds:
            if (status, deleted) != _DELIVERED:
                ids += self._ids("others", low=low, high=high, status=status, deleted=deleted)
        return sorted(ids, reverse=self.is_down)[: self.size + 1]

    def _ids(self, query: str, **values: Any) -> list[int]:
        direction = "desc" if self.is_down else "asc"
        statement = getattr(SQL, query).format(feed_table=self.feed.table, direction=direction)
        return [row[0] for row in self.ours.execute(statement, {**self.values, **values})]

    def _page(self, ids: list[int], is_exact: bool = False, stopped_at: int | None = None) -> Found:
        is_more = len(ids) > self.size
        shown = sorted(ids[: self.size], reverse=True)
        items = by_ids(self.ours, self.feed, shown)
        # Where we came from there are others: the row we started at, if no other.
        is_newer = is_more if not self.is_down else self.wanted.before is not None
        is_older = is_more if self.is_down else True
        return Found(
            items,
            newer=shown[0] if shown and is_newer else None,
            older=shown[-1] if shown and is_older else None,
            is_exact=is_exact,
            stopped_at=stopped_at,
        )


def _entities(installation: Installation, feed: Feed, text: str) -> list[EntityId]:
    """The entities that a search text names exactly: by number, by feed_id, or by what the shop calls them."""
    entities: set[EntityId] = set(lookup.failed_as(installation, feed, text))
    number = feed.key.whole(text)
    if number is not None:
        entities.add(number)
    query = SQL.entity_of_feed_id.format(feed_table=feed.table)
    entities |= {row[0] for row in installation.ours.execute(query, {"feed_id": text.lower()})}
    try:
        for id_type in feed.id_types:
            entities.update(lookup.ids_of(feed, lookup.shop_of(installation, feed), id_type, text))
    except (sqlite3.Error, SaasExportError, TypeError, ValueError):
        pass  # a shop that cannot be read has no names; what we have is looked through all the same
    return list(entities)


def _patterns(feed: Feed, text: str) -> dict[str, str | None]:
    """What a search looks for: in the whole of feed_data, to be quick, and in the identifiers, to be right."""
    if not text:
        return {"anywhere": None, "pattern": None, "paths": "[]"}
    return {
        "anywhere": _like(encode(text)[1:-1]),
        "pattern": _like(text),
        "paths": json.dumps([f'$."{name}"' for name in feed.identity]),
    }


def _like(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _kinds(kinds: list[tuple[int, int]]) -> str | None:
    return json.dumps([f"{status}/{deleted}" for status, deleted in kinds]) if kinds else None


def _json(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
