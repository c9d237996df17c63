"""The items of a feed whose file is SQL: rows of its queries, cast by the feed's shape.

What an entity gives depends on the shop only, so entities are asked for some at a
time.  A row that does not fit sets its own item aside, with every fault it has.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from saasexport.entity_key import EntityId, Key
from saasexport.errors import ShopError
from saasexport.feed import EntityItems, FailedItem, Shop
from saasexport.feeds.own import casting
from saasexport.feeds.own.casting import ABSENT, Cast, Empty, put, when_empty
from saasexport.shapes.words import Field, Record, Rule
from saasexport.stdlib import Any, NamedTuple, sqlite3
from saasexport.values import is_left_out

Row = Sequence[Any]

# The rows of a list by the values that restrict them to items, one key of none if nothing does.
Elements = dict[tuple[Any, ...], list[Any]]

# How long the reasons of an item may be: a list of thousands of elements may be wrong in each.
LONGEST_REASON = 2000


@dataclass(frozen=True)
class Column:
    """A column of `items`: the field that it fills, or the field of a field."""

    at: int  # its place in a row
    name: str  # as in the query, `image.url`
    field: Field
    cast: Cast


@dataclass(frozen=True)
class ListQuery:
    """A query that gives a list field, an element a row."""

    name: str  # the field's
    query: str
    entity: int  # the place of the column `entity`
    restricting: tuple[tuple[int, str], ...]  # places of columns such as "item.sku", and the identity fields they name
    elements: tuple[tuple[int, str], ...]  # places of the columns of an element, and their names
    field: Field
    cast: Cast
    is_plain: bool  # an element is a value, not a record

    def element(self, row: Row) -> Any:
        """The element that a row gives, before it is cast."""
        if self.is_plain:
            return row[self.elements[0][0]]
        if not self._is_nested:
            return {name: row[at] for at, name in self.elements}
        return _nest(row, self.elements)

    @cached_property
    def _is_nested(self) -> bool:
        return any("." in name for _, name in self.elements)


class _Object(NamedTuple):
    """A field of an item that is an object, put together of columns such as "image.url"."""

    name: str
    empty: Empty
    cast: Cast
    columns: tuple[tuple[int, str], ...]  # their places, and their names in it


@dataclass(frozen=True)
class Assembler:
    """Gives the items of entities; `Feed.assemble` of a feed of one's own."""

    items: str
    entity: int  # the place of the column `entity` in `items`
    error: int | None  # ... and of `error`
    columns: tuple[Column, ...]
    lists: tuple[ListQuery, ...]
    fields: dict[str, Field]  # of the feed's items
    constant: dict[str, None]  # fields that no query gives and that are null
    identity: tuple[str, ...]
    key: Key
    rules: tuple[Rule, ...] = ()  # between the fields of an item

    def __call__(self, shop: Shop, ids: Sequence[EntityId]) -> Iterable[EntityItems]:
        """The items of some entities; of one that has none, nothing.

        Where a query fails for what an entity's rows hold, that entity alone is set aside.
        """
        try:
            return list(self._assemble(shop, ids))
        except ShopError as error:
            if not ids or not self._is_of_rows(shop, error):
                raise
            if len(ids) == 1:
                failed = FailedItem({}, _reason([_in_words(error)]), is_whole=True)
                return [EntityItems(ids[0], {}, [], [failed])]
        half = len(ids) // 2
        return [*self(shop, ids[:half]), *self(shop, ids[half:])]

    def _is_of_rows(self, shop: Shop, error: ShopError) -> bool:
        """Whether a query failed for what rows hold: it works where there are none."""
        cause = error.__cause__
        if not isinstance(cause, sqlite3.Error) or getattr(cause, "sqlite_errorcode", 0) != sqlite3.SQLITE_ERROR:
            return False
        try:
            for query in (self.items, *(each.query for each in self.lists)):
                shop.rows(query, ())
        except ShopError:
            return False
        return True

    def _assemble(self, shop: Shop, ids: Sequence[EntityId]) -> Iterator[EntityItems]:
        rows: dict[EntityId, list[Row]] = {}
        wanted = frozenset(ids)
        for row in shop.rows(self.items, ids):
            entity_id = self.key.read(row[self.entity])
            if entity_id in wanted:
                rows.setdefault(entity_id, []).append(row)
        given = _Given(
            [
                (column.at, column.name, column.cast, when_empty(column.field))
                for column in self.columns
                if "." not in column.name and not is_left_out(column.name)
            ],
            [each for each in self._objects if not is_left_out(each.name)],
            [
                (query, when_empty(query.field), self._elements(shop, query, rows, ids))
                for query in self.lists
                if rows and not is_left_out(query.name)
            ],
        )
        for entity_id in ids:
            if entity_id in rows:
                yield self._entity(entity_id, rows[entity_id], given)

    @cached_property
    def _objects(self) -> tuple[_Object, ...]:
        columns: dict[str, list[Column]] = {}
        for column in self.columns:
            if "." in column.name:
                columns.setdefault(column.name.partition(".")[0], []).append(column)
        objects = []
        for name, parts in columns.items():
            field = self.fields.get(name) or Field(_record_of(name, parts), True, True)
            places = tuple((part.at, part.name[len(name) + 1 :]) for part in parts)
            objects.append(_Object(name, when_empty(field), casting.of_type(field.type, name), places))
        return tuple(objects)

    def _elements(
        self, shop: Shop, query: ListQuery, entities: Container[EntityId | None], ids: Sequence[EntityId]
    ) -> dict[EntityId | None, Elements]:
        elements: dict[EntityId | None, Elements] = {}
        for row in shop.rows(query.query, ids):
            entity_id = self.key.read(row[query.entity])
            if entity_id in entities:
                values = self.restriction(query, row) if query.restricting else ()
                elements.setdefault(entity_id, {}).setdefault(values, []).append(query.element(row))
        return elements

    def restriction(self, query: ListQuery, row: Row) -> tuple[Any, ...]:
        """The values of the identity fields that an item must have for the row of a list to be of it."""
        # Made as the item's own are, so that 1, '1' and 1.0 name one item; what is no such value names none.
        casts = self._identity_casts
        return tuple([None if row[at] is None else casts[name](row[at], []) for at, name in query.restricting])

    @cached_property
    def _identity_casts(self) -> dict[str, Cast]:
        return {name: casting.of_type(self.fields[name].type, name) for name in self.identity}

    def _entity(self, entity_id: EntityId, rows: list[Row], given: "_Given") -> EntityItems:
        items: list[dict[str, Any]] = []
        failed: list[FailedItem] = []
        times: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            faults: list[str] = []
            item = self._item(row, given, faults)
            for query, empty, by_entity in given.lists:
                elements = by_entity.get(entity_id)
                value = self._cast_list(item, query, elements, faults) if elements else None
                if not put(item, query.name, empty, value):
                    casting.add_fault(faults, query.name, "has no value")
            if not faults and self.rules:
                casting.check_rules(self.rules, item, faults)
            if self.error is not None and row[self.error] is not None:
                faults = [str(row[self.error])]
            identity = {name: item[name] for name in self.identity if name in item}
            times[tuple(identity.values())] += 1
            if faults:
                failed.append(FailedItem(identity, _reason(faults)))
            else:
                items.append(item)
        if len(times) < len(rows):
            self._set_repeated_aside(times, items, failed)
        return EntityItems(entity_id, {}, items, failed)

    def _set_repeated_aside(
        self, times: Counter[tuple[Any, ...]], items: list[dict[str, Any]], failed: list[FailedItem]
    ) -> None:
        """Of rows with one identity nobody knows which is meant: a join that multiplies, or a fault of the shop."""
        repeated = {values: count for values, count in times.items() if count > 1 and len(values) == len(self.identity)}
        items[:] = [item for item in items if tuple([item[name] for name in self.identity]) not in repeated]
        failed[:] = [each for each in failed if tuple(each.identity.values()) not in repeated]
        for values, count in repeated.items():
            identity = dict(zip(self.identity, values, strict=True))
            shown = ", ".join(f"{name} {value}" for name, value in identity.items())
            reason = f"{count} items with one identity ({shown}): a join may give rows more than once"
            failed.append(FailedItem(identity, _reason([reason])))

    def _item(self, row: Row, given: "_Given", faults: list[str]) -> dict[str, Any]:
        item: dict[str, Any] = dict(self.constant)
        for at, name, cast, empty in given.columns:
            value = row[at]
            if value is not None and (value := cast(value, faults)) is not None:
                if value is not ABSENT:
                    item[name] = value
            elif not put(item, name, empty, None):
                casting.add_fault(faults, name, "has no value")
        for name, empty, cast, columns in given.objects:
            value = _nest(row, columns)
            if value or empty is Empty.OBJECT:
                value = cast(value, faults)
            if not put(item, name, empty, value or None):
                casting.add_fault(faults, name, "has no value")
        return item

    def _cast_list(self, item: dict[str, Any], query: ListQuery, elements: Elements, faults: list[str]) -> Any:
        """The elements of a list that are of an item; None if there are none."""
        value = elements.get(tuple([item.get(name) for _, name in query.restricting]))
        return None if value is None else query.cast(value, faults)


class _Given(NamedTuple):
    """What fills the items of some entities: nothing for fields that the configuration leaves out."""

    columns: list[tuple[int, str, Cast, Empty]]
    objects: list[_Object]
    lists: list[tuple[ListQuery, Empty, dict[EntityId | None, Elements]]]


def _nest(row: Row, columns: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """An object of the columns that have a value, `image.url` being a field of a field."""
    made: dict[str, Any] = {}
    for at, name in columns:
        if row[at] is not None:
            *outer, last = name.split(".")
            inner = made
            for part in outer:
                inner = inner.setdefault(part, {})
            inner[last] = row[at]
    return made


def _record_of(name: str, columns: Sequence[Column]) -> Record:
    """The shape of an object that no feed's shape declares: its fields are the columns that there are."""
    fields: dict[str, Field] = {}
    by_first: dict[str, list[Column]] = {}
    for column in columns:
        by_first.setdefault(column.name[len(name) + 1 :].partition(".")[0], []).append(column)
    for first, parts in by_first.items():
        path = f"{name}.{first}"
        inner = _record_of(path, parts) if parts[0].name != path else parts[0].field.type
        fields[first] = Field(inner, True, True)
    return Record(fields)


def _in_words(error: ShopError) -> str:
    """What SQLite says against an entity's rows."""
    reason = str(error.__cause__)
    if reason.startswith("user-defined function raised"):
        return "a function failed: what it was given is not UTF-8 text, or not what it takes"
    return f"a query cannot read it: {reason}"


def _reason(faults: list[str]) -> str:
    """The faults of an item as one line that can be stored, each once."""
    reason = "; ".join(dict.fromkeys(faults)).encode("utf-8", "backslashreplace").decode()
    return reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 3] + "..."
