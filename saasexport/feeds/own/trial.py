"""One trial of a feed's file: a copy of the shop, what entities give of it, and the rows by which lines name them.

A line names an entity by a row only if it does so when the row is there, and
also when it was deleted: vias are asked after the commit.
"""

import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from saasexport.entity_key import EntityId
from saasexport.feed import EntityItems, Feed, Shop
from saasexport.feeds.own.entities import assemble
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.loaded import Loaded, Query
from saasexport.feeds.own.naming import Naming, named_places
from saasexport.feeds.own.shop_copy import Copy, Place, Table
from saasexport.queries import fold
from saasexport.stdlib import Any

# How long a file is tried if nobody says otherwise, and how many entities at most.
SECONDS = 6.0
MOST = 400

# Keys of which a via is asked at once, where few of many lead to the entities that are tried.
KEYS = 64

# How often a via leads from the keys that it was made for to as many entities as its largest table has rows, at most.
TIMES = 8

class Trial:
    """A file, a copy of the shop, and the rows by which its lines name entities."""

    def __init__(self, loaded: Loaded, shop: Shop, ids: list[EntityId], seconds: float = SECONDS) -> None:
        assert loaded.feed is not None  # noqa: S101  # the caller looked
        self.loaded = loaded
        self.feed: Feed = loaded.feed
        self._ends = time.monotonic() + seconds
        self.copy = Copy(shop.connection, loaded.functions)
        self.shop = self.copy.shop(shop, self.feed.seconds)
        self._reduced = Copy(self.copy.connection, loaded.functions)
        self._reduced_shop = self._reduced.shop(shop, self.feed.seconds)
        self.ids = list(ids)
        random.Random(0).shuffle(self.ids)  # noqa: S311  # entities of all kinds early; the same ones each time
        self.ids = self.ids[:MOST]
        self._sample = set(self.ids)
        self._emptied: set[str] = set()  # the tables of which the reduced shop has no row
        self._before: dict[EntityId, EntityItems | None] = {}
        self._namings: dict[tuple[str, str, str], Naming] = {}
        self.lines = self._lines()

    def close(self) -> None:
        """Take the copies away."""
        self._reduced.close()
        self.copy.close()

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() > self._ends

    @property
    def is_late(self) -> bool:
        """Whether there is no time left for proposals either."""
        return time.monotonic() > self._ends + 1

    # What is tried

    def _lines(self) -> dict[str, list[Watch]]:
        """The lines of every table that items are made of; tables of which every item is compared are left out."""
        queries = self.loaded.making_items
        head = self.loaded.head
        left = {*head.unwatched, *(fold(each.table) for each in head.everything if not each.values)}
        lines: dict[str, list[Watch]] = {}
        for table in dict.fromkeys(table for query in queries for table in query.reads.columns):
            if fold(table) not in left and self.copy.schema.kind(table) == "table":
                lines[table] = self.lines_of(table)
        return lines

    @property
    def tables(self) -> set[str]:
        """The tables that items are made of, and that of the entities."""
        return {self.feed.entity[0], *(table for query in self.loaded.making_items for table in query.reads.columns)}

    def columns(self, table: str) -> list[str]:
        """The columns of a table that items are made of."""
        reads = {column for query in self.loaded.making_items for column in query.reads.columns.get(table, ())}
        return [column for column in self.copy.table(table).columns if column in reads]

    @cached_property
    def own(self) -> Watch:
        """The line that the entity's table has without being written."""
        return Watch(0, *self.feed.entity)

    def watching(self, table: str) -> list[Watch]:
        """The lines that name entities by rows of a table, the entity's own included."""
        lines = self.lines[table]
        return [self.own, *lines] if table == self.feed.entity[0] else lines

    def whole(self) -> Iterator[tuple[str, Watch]]:
        """The tables of which every item is compared, with their lines."""
        for line in self.loaded.head.everything:
            if not line.values and self.copy.schema.kind(line.table) == "table":
                yield self.copy.schema.name(line.table), line

    def lines_of(self, table: str) -> list[Watch]:
        """The lines that a file says of a table."""
        head = self.loaded.head
        return [each for each in (*head.watches, *head.everything) if fold(each.table) == fold(table)]

    # Who is named

    def naming(self, line: Watch) -> Naming:
        """Whom a line names of the entities that are tried."""
        key = (fold(line.table), fold(line.column), line.via or repr(line.values))
        if key not in self._namings:
            self._namings[key] = self._name(line)
        return self._namings[key]

    def places(self, lines: Iterable[Watch], entity_id: EntityId) -> set[Place]:
        """The rows that name an entity by some lines of a table, both while they are there and once deleted."""
        return named_places(list(map(self.naming, lines)), entity_id)

    def _name(self, line: Watch) -> Naming:
        table = self.copy.table(line.table)
        rows = [(place, value) for place, (value,) in table.values(line.column)]
        leading = self._leading(line, list(dict.fromkeys(value for _, value in rows if value is not None)))
        query = self.loaded.vias.get(line.via)
        if query is None or table.name not in query.reads.columns:
            return Naming(rows, leading)
        return Naming(rows, leading, partial(self._when_deleted, table, query.text))

    def _when_deleted(self, table: Table, query: str, place: Place, key: Any) -> set[EntityId]:
        if self.is_over:
            return set()
        with self.copy.take_back():
            table.delete([place])
            return ask(self.shop, self.feed, query, [key])

    def _leading(self, line: Watch, keys: list[Any]) -> dict[Any, set[EntityId]]:
        """The entities to which each key leads, of those that are tried."""
        if line.values:
            texts = set(map(str, line.values))
            return {key: self._sample for key in keys if str(key) in texts}
        if not line.via:
            read = {key: self.feed.key.read(key) for key in keys}
            return {key: {each} for key, each in read.items() if each is not None and each in self._sample}
        query = self.loaded.vias[line.via]
        size = 1 if len(keys) < 20 * KEYS else KEYS
        pieces = [keys[start : start + size] for start in range(0, len(keys), size)]
        leading: dict[Any, set[EntityId]] = {}
        led = 0
        while pieces and not self.is_over:
            piece = pieces.pop()
            every = ask(self.shop, self.feed, query.text, piece)
            led += len(every)
            if led > self._most_led(query) and line not in self.loaded.head.watches:
                return {}
            ids = every & self._sample
            if ids and len(piece) == 1:
                leading[piece[0]] = ids
            elif ids:
                pieces += [piece[: len(piece) // 2], piece[len(piece) // 2 :]]
        return leading

    def _most_led(self, query: Query) -> int:
        """How many entities the keys of a via's own may lead to: a line that is only thought of is given up there."""
        sizes = [self.copy.table(name).size for name in query.reads.columns if self.copy.schema.kind(name) == "table"]
        return TIMES * max([*sizes, 1000])

    # What entities give

    def before(self, entity_id: EntityId) -> EntityItems | None:
        """What an entity gives of the shop as it is."""
        if entity_id not in self._before:
            self._before[entity_id] = assembled_alone(self.feed, self.shop, entity_id)
        return self._before[entity_id]

    def reduce_to(self, table: str) -> None:
        """Begin with a shop without rows of one table; all others are as they are."""
        for each in [name for name in self._emptied if name != table]:
            self.fill(each)
        if table not in self._emptied:
            self.empty([table])

    def empty(self, tables: Iterable[str]) -> None:
        """Begin with a shop without rows of these tables; all others are as they are."""
        for table in tables:
            self._reduced.table(table).empty()
            self._emptied.add(table)

    def fill(self, table: str) -> None:
        """Give the reduced shop all rows of a table."""
        self._reduced.table(table).empty()
        self._reduced.table(table).insert(self.copy.table(table).every_row())
        self._emptied.discard(table)

    def is_same(self, entity_id: EntityId, kept: dict[str, set[Place]]) -> bool:
        """Whether an entity gives the same in the reduced shop, with some rows of each table put in."""
        with self._reduced.take_back():
            for table, places in kept.items():
                self._reduced.table(table).insert(self.copy.table(table).rows(places))
            return assembled_alone(self.feed, self._reduced_shop, entity_id) == self.before(entity_id)

    def changes(self, entity_id: EntityId, change: Callable[[], Any]) -> bool:
        """Whether an entity gives something else after a change of the whole shop."""
        before = self.before(entity_id)
        with self.copy.take_back():
            change()
            return assembled_alone(self.feed, self.shop, entity_id) != before

    def differing(self, change: Callable[[], Any]) -> list[EntityId]:
        """The entities that give something else after a change of the whole shop."""
        before = {entity_id: self.before(entity_id) for entity_id in self.ids}
        with self.copy.take_back():
            change()
            after = assemble(self.feed, self.shop, self.ids)
        return [entity_id for entity_id in self.ids if after.get(entity_id) != before[entity_id]]

    def names(self, keys: Iterable[tuple[Watch, list[Any]]], entity_id: EntityId) -> bool:
        """Whether the keys that triggers wrote down for each line lead to an entity, as the copy is now."""
        for line, written in keys:
            values = [value for value in written if value is not None]
            if line.via and not line.values:
                query = self.loaded.vias[line.via].text
                if values and entity_id in ask(self.shop, self.feed, query, values):
                    return True
            elif any(entity_id in ids for ids in self._leading(line, values).values()):
                return True
        return False

    def keys(self, table: str, places: Iterable[Place]) -> list[tuple[Watch, list[Any]]]:
        """What triggers write down for each line when rows of a table are deleted."""
        lines = self.watching(table)
        rows = dict(self.copy.table(table).values(*(line.column for line in lines)))
        return [(line, [rows[place][at] for place in places]) for at, line in enumerate(lines)]


def assembled_alone(feed: Feed, shop: Shop, entity_id: EntityId) -> EntityItems | None:
    """What an entity gives, asked for alone; None if it gives nothing."""
    return assemble(feed, shop, [entity_id], 1).get(entity_id)


def ask(shop: Shop, feed: Feed, query: str, keys: Sequence[Any]) -> set[EntityId]:
    """The entities that a via gives for keys, as the engine asks it."""
    try:
        listed = json.dumps(keys)
    except (TypeError, ValueError):  # a blob: the engine walks the feed anew then
        return set()
    rows: list[Mapping[int, Any]] = shop.rows(query, keys=listed)
    return {key for row in rows if (key := feed.key.whole(row[0])) is not None}
