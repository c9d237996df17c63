"""Whether the lines of a feed's file name every entity that a change concerns, tried on a copy of the shop.

An entity must give the same in a shop that has only the rows whose changes name
it: what happens to the others must not matter to it.  A table without a line
names nobody here, though every item is compared when it changes.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from saasexport.entity_key import EntityId
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.shop_copy import Place, Table
from saasexport.feeds.own.trial import Trial, assembled_alone
from saasexport.queries import fold
from saasexport.stdlib import Any

# What columns are given to see whether anybody cares.
OTHER_VALUES = (None, 0, 1, "-")

# Rows that matter only together, of which each is tried for whether the others do without it.
FEW = 64


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
        for each in suspects[:FEW] if len(suspects) > 1 else ():
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
                query = self.trial.loaded.vias.get(line.via)
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
