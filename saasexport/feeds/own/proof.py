"""Whether the lines of a feed's file name every entity that a change concerns, tried on a copy of the shop.

An entity must give the same in a shop that has only the rows whose changes name
it: what happens to the others must not matter to it.  A line names an entity by
a row only if it does so when the row is there, and also when it was deleted:
vias are asked after the commit.  A table without a line names nobody here,
though every item is compared when it changes.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from saasexport.entity_key import EntityId
from saasexport.feed import EntityItems, Feed, Shop
from saasexport.feeds.own.checking import assemble
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.loading import Loaded, Query
from saasexport.feeds.own.naming import Naming, named_places
from saasexport.feeds.own.trial import Copy, Place, Table, ask, assembled_alone
from saasexport.queries import fold

# How long a file is tried if nobody says otherwise, and how many entities at most.
SECONDS = 6.0
MOST = 400

# What columns are given to see whether anybody cares.
OTHER_VALUES = (None, 0, 1, "-")

# Keys of which a via is asked at once, where few of many lead to the entities that are tried.
KEYS = 64

# How often a via leads from the keys that it was made for to as many entities as its largest table has rows, at most.
TIMES = 8


@dataclass
class Missed:
    """A change that concerns an entity that no line names."""

    table: str
    places: list[Place]  # one row, or rows that matter together only
    entity: EntityId
    change: str  # in words


@dataclass
class Proved:
    """What the trial of a file showed."""

    missed: dict[str, list[Missed]] = field(default_factory=dict)  # by table
    shown: set[str] = field(default_factory=set)  # tables of which some row is shown to matter
    needed: set[Watch] = field(default_factory=set)  # lines without which something is missed
    naming: set[Watch] = field(default_factory=set)  # lines that name an entity at all
    entities: int = 0
    of: int = 0
    tables: list[str] = field(default_factory=list)
    is_whole: bool = True  # False: the time was over before everything was tried


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
        queries = self._queries()
        head = self.loaded.head
        left = {*head.unwatched, *(fold(each.table) for each in head.everything if not each.values)}
        lines: dict[str, list[Watch]] = {}
        for table in dict.fromkeys(table for query in queries for table in query.reads.columns):
            if fold(table) not in left and self.copy.schema.kind(table) == "table":
                lines[table] = self.lines_of(table)
        return lines

    def _queries(self) -> list[Query]:
        """The queries that items are made of."""
        return [
            query
            for query in self.loaded.queries.values()
            if query.name not in ("walk", "count", "due") and not query.name.startswith(("via_", "id_"))
        ]

    @property
    def tables(self) -> set[str]:
        """The tables that items are made of, and that of the entities."""
        return {self.feed.entity[0], *(table for query in self._queries() for table in query.reads.columns)}

    def columns(self, table: str) -> list[str]:
        """The columns of a table that items are made of."""
        reads = {column for query in self._queries() for column in query.reads.columns.get(table, ())}
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

    def first_reading(self, table: str) -> int:
        """The line of the first query that reads a table."""
        return next((query.line for query in self._queries() if table in query.reads.columns), 0)

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
        query = self.loaded.queries.get(f"via_{line.via}")
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
        query = self.loaded.queries[f"via_{line.via}"]
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
                query = self.loaded.queries[f"via_{line.via}"].text
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


class Prover:
    """Tries a file's lines, entity by entity."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.proved = Proved(tables=list(trial.lines), of=len(trial.ids))
        self._reduced = dict(trial.lines)  # the tables that are still tried

    def prove(self) -> Proved:
        """What the trial shows in its time."""
        trial, proved = self.trial, self.proved
        trial.empty(self._reduced)
        for entity_id in trial.ids:
            if trial.is_over:
                proved.is_whole = False
                return proved
            self._try(entity_id)
            proved.entities += 1
        self._try_moves()
        self._try_whole()
        for entity_id in trial.ids:
            if trial.is_over or not self._try_lines(entity_id):
                break
        for name in [each for each in self._reduced if each not in proved.shown and each not in proved.missed]:
            self._try_columns(name)
        proved.is_whole = not trial.is_over
        return proved

    def _keep_places(self, entity_id: EntityId) -> dict[str, set[Place]]:
        return {table: self.trial.places(self.trial.watching(table), entity_id) for table in self._reduced}

    def _try(self, entity_id: EntityId) -> None:
        kept = self._keep_places(entity_id)
        while self._reduced and not self.trial.is_same(entity_id, kept) and not self.trial.is_over:
            blamed = [table for table in kept if self._blame(entity_id, table, kept[table])]
            if not blamed:  # rows of several tables, or together with others: nothing can be said
                return
            for table in blamed:
                # What is known of a table must not stand before what the others lack.
                self.trial.fill(table)
                del self._reduced[table], kept[table]

    def _blame(self, entity_id: EntityId, name: str, kept: set[Place]) -> bool:
        """Whether rows of a table that do not name an entity matter to it; the one that does is told."""
        table = self.trial.copy.table(name)
        suspects = [place for place, _ in table.values() if place not in kept]
        if not suspects or not self.trial.changes(entity_id, partial(table.delete, suspects)):
            return False
        while len(suspects) > 1 and not self.trial.is_over:
            middle = len(suspects) // 2
            for half in (suspects[:middle], suspects[middle:]):
                if self.trial.changes(entity_id, partial(table.delete, half)):
                    suspects = half
                    break
            else:
                break
        for each in suspects[:KEYS] if len(suspects) > 1 else ():
            rest = [place for place in suspects if place != each]
            if self.trial.changes(entity_id, partial(table.delete, rest)):
                suspects = rest
        keys = self.trial.keys(name, suspects)
        is_named_there = self.trial.names(keys, entity_id)
        with self.trial.copy.take_back():
            table.delete(suspects)
            is_named_gone = self.trial.names(keys, entity_id)
        if is_named_there and is_named_gone:
            return False
        change = "is deleted" if is_named_there else self._words(table, suspects[0], entity_id)
        self.proved.missed.setdefault(name, []).append(Missed(name, suspects, entity_id, change))
        return True

    def _words(self, table: Table, place: Place, entity_id: EntityId) -> str:
        """What has to be done with a row for an entity to change without being named."""
        for column in sorted(self.trial.columns(table.name), key=lambda each: bool(table.domain(each))):
            for value in OTHER_VALUES:
                if self.trial.changes(entity_id, partial(table.update, place, column, value)):
                    return f"has another {column}"
        return "is inserted or deleted"

    # Rows that move

    def _try_moves(self) -> None:
        """Give the columns by which a via reads its own table other values: it is asked when the old one is gone."""
        for name in list(self._reduced):
            for line in self.trial.lines[name]:
                query = self.trial.loaded.queries.get(f"via_{line.via}")
                columns = query.reads.columns.get(name, set()) if query else set()
                for column in sorted(columns - {""}):
                    self._move(name, column)

    def _move(self, name: str, column: str) -> None:
        trial, table = self.trial, self.trial.copy.table(name)
        lines = trial.watching(name)
        rows = table.values(column, *(line.column for line in lines))
        others = list(dict.fromkeys(values[0] for _, values in rows))
        for place, (old, *keys) in rows[:40]:
            concerned = {each for line in lines for each in trial.ids if place in trial.naming(line).places(each)}
            for new in [other for other in (None, *others[:3]) if other is not old and other != old]:
                for entity_id in list(concerned)[:3]:
                    if trial.is_over or name in self.proved.missed:
                        return
                    self._move_row(table, (place, column, new), list(zip(lines, keys, strict=True)), entity_id)

    def _move_row(
        self, table: Table, move: tuple[Place, str, Any], keys: list[tuple[Watch, Any]], entity_id: EntityId
    ) -> None:
        place, column, new = move
        trial = self.trial
        before = trial.before(entity_id)
        with trial.copy.take_back():
            if not table.update(place, column, new):
                return
            after = [
                (line, [key, new] if fold(line.column) == fold(column) else [key]) for line, key in keys
            ]
            is_missed = assembled_alone(trial.feed, trial.shop, entity_id) != before and not trial.names(
                after, entity_id
            )
        if is_missed:
            missed = Missed(table.name, [place], entity_id, f"has another {column}")
            self.proved.missed.setdefault(table.name, []).append(missed)

    # Rows whose absence changes nothing, and whose values may

    def _try_columns(self, name: str) -> None:
        """Give all rows of a table another value, a column after the other."""
        trial, table = self.trial, self.trial.copy.table(name)
        if not table.values():
            return
        # A row that gets another key names whom both keys name.
        keys = {line.column for line in trial.watching(name)}
        for column in (each for each in trial.columns(name) if each not in keys):
            for value in OTHER_VALUES:
                if name in self.proved.missed or trial.is_over:
                    return
                for entity_id in trial.differing(partial(table.update_all, column, value))[:10]:
                    self._try_value(table, column, value, entity_id)

    def _try_value(self, table: Table, column: str, value: Any, entity_id: EntityId) -> None:
        trial = self.trial
        every = {place for place, _ in table.values()}

        def is_changed_by(places: Iterable[Place]) -> bool:
            return trial.changes(entity_id, lambda: [table.update(place, column, value) for place in places])

        watching = trial.watching(table.name)
        suspects = every - trial.places(watching, entity_id)
        if suspects and is_changed_by(suspects):
            place = next((each for each in sorted(suspects) if is_changed_by([each])), next(iter(suspects)))
            missed = Missed(table.name, [place], entity_id, f"has another {column}")
            self.proved.missed.setdefault(table.name, []).append(missed)
            return
        self.proved.shown.add(table.name)
        for line in trial.lines[table.name]:
            without = trial.places((each for each in watching if each is not line), entity_id)
            if line not in self.proved.needed and is_changed_by(every - without):
                self.proved.needed.add(line)

    # Which lines are needed

    def _try_whole(self) -> None:
        """See whether tables of which every item is compared matter to any."""
        for name, line in self.trial.whole():
            table = self.trial.copy.table(name)
            self.proved.tables.append(name)
            changes = [table.empty, *self._other_values(table)] if table.values() else []
            if any(self.trial.differing(change) for change in changes if not self.trial.is_over):
                self.proved.shown.add(name)
                self.proved.needed.add(line)

    def _other_values(self, table: Table) -> Iterator[Callable[[], Any]]:
        for column in self.trial.columns(table.name):
            for value in OTHER_VALUES:
                yield partial(table.update_all, column, value)

    def _try_lines(self, entity_id: EntityId) -> bool:
        """Take out each line that was not yet seen to be needed; False if there are none left."""
        trial, proved = self.trial, self.proved
        kept: dict[str, set[Place]] | None = None
        is_any = False
        for name, lines in self._reduced.items():
            places = trial.places(trial.watching(name), entity_id)
            if name not in proved.shown:
                is_any = True
                kept = kept if kept is not None else self._keep_places(entity_id)
                if places and not trial.is_same(entity_id, {**kept, name: set()}):
                    proved.shown.add(name)
            for line in lines:
                if line in proved.needed:
                    continue
                is_any = True
                if entity_id in trial.naming(line).entities:
                    proved.naming.add(line)
                without = trial.places((each for each in trial.watching(name) if each is not line), entity_id)
                if without != places:
                    kept = kept if kept is not None else self._keep_places(entity_id)
                    if not trial.is_same(entity_id, {**kept, name: without}):
                        proved.needed.add(line)
        return is_any
