"""The items of a feed whose file is SQL: rows of its queries, cast by the feed's shape.

What an entity gives depends on the shop only, so entities are asked for some at a
time.  A row that does not fit sets its own item aside, with every fault it has.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from saasexport.entity_key import EntityId, Key
from saasexport.feed import EntityItems, FailedItem, Shop
from saasexport.feeds.own import casting
from saasexport.feeds.own.casting import ABSENT, Cast
from saasexport.shapes.words import Field, Record
from saasexport.values import is_left_out


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

    def element(self, row: Sequence[Any]) -> Any:
        """The element that a row gives, before it is cast."""
        if self.is_plain:
            return row[self.elements[0][0]]
        made: dict[str, Any] = {}
        for at, name in self.elements:
            _nest(made, name, row[at])
        return made


@dataclass(frozen=True)
class Assembler:
    """Gives the items of entities; `Feed.assemble` of a feed of one's own."""

    items: str
    entity: int  # the place of the column `entity` in `items`
    error: int | None  # ... and of `error`
    columns: tuple[Column, ...]
    lists: tuple[ListQuery, ...]
    fields: dict[str, Field]  # of the feed's items
    objects: tuple[str, ...]  # fields that are put together of columns such as "image.url"
    constant: dict[str, None]  # fields that no query gives and that are null
    identity: tuple[str, ...]
    key: Key

    def __call__(self, shop: Shop, ids: Sequence[EntityId]) -> Iterator[EntityItems]:
        """The items of some entities; of one that has none, nothing."""
        rows: dict[EntityId, list[Sequence[Any]]] = {}
        wanted = set(ids)
        for row in shop.rows(self.items, ids):
            entity_id = self.key.read(row[self.entity])
            if entity_id in wanted:
                rows.setdefault(entity_id, []).append(row)
        elements = [(query, self._elements(shop, query, rows.keys(), ids)) for query in self.lists]
        for entity_id in ids:
            if entity_id in rows:
                yield self._entity(entity_id, rows[entity_id], elements)

    def _elements(
        self, shop: Shop, query: ListQuery, entities: Iterable[EntityId], ids: Sequence[EntityId]
    ) -> dict[EntityId, list[Sequence[Any]]]:
        found: dict[EntityId, list[Sequence[Any]]] = {entity_id: [] for entity_id in entities}
        if found and not is_left_out(query.name):
            for row in shop.rows(query.query, ids):
                entity_id = self.key.read(row[query.entity])
                if entity_id in found:
                    found[entity_id].append(row)
        return found

    def _entity(
        self,
        entity_id: EntityId,
        rows: list[Sequence[Any]],
        elements: list[tuple[ListQuery, dict[EntityId, list[Sequence[Any]]]]],
    ) -> EntityItems:
        items: list[dict[str, Any]] = []
        failed: list[FailedItem] = []
        seen: dict[tuple[Any, ...], int] = {}
        for row in rows:
            faults: list[str] = []
            item = self._item(row, faults)
            for query, of_entities in elements:
                self._add_list(item, query, of_entities[entity_id], faults)
            if self.error is not None and row[self.error] is not None:
                faults = [str(row[self.error])]
            identity = {name: item[name] for name in self.identity if name in item}
            values = tuple(identity.values())
            seen[values] = seen.get(values, 0) + 1
            if faults:
                failed.append(FailedItem(identity, "; ".join(dict.fromkeys(faults))))
            else:
                items.append(item)
        repeated = {values: times for values, times in seen.items() if times > 1 and len(values) == len(self.identity)}
        if repeated:
            items = [item for item in items if self._values(item) not in repeated]
            failed = [each for each in failed if tuple(each.identity.values()) not in repeated]
            failed += (self._repeated(values, times) for values, times in repeated.items())
        return EntityItems(entity_id, {}, items, failed)

    def _values(self, item: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(item[name] for name in self.identity)

    def _repeated(self, values: tuple[Any, ...], times: int) -> FailedItem:
        """Of rows with one identity nobody knows which is meant: a join that multiplies, or a fault of the shop."""
        identity = dict(zip(self.identity, values, strict=True))
        shown = ", ".join(f"{name} {value}" for name, value in identity.items())
        return FailedItem(identity, f"{times} items with one identity ({shown}): a join may give rows more than once")

    def _item(self, row: Sequence[Any], faults: list[str]) -> dict[str, Any]:
        item: dict[str, Any] = dict(self.constant)
        for column in self.columns:
            if is_left_out(column.name):
                continue
            value = row[column.at]
            if "." in column.name:
                self._put_inner(item, column, value, faults)
            elif not casting.missing(column.name, column.field, value, faults):
                casting.put(item, column.name, column.field, column.cast(value, column.name, faults))
            else:
                casting.put(item, column.name, column.field, None)
        for name in self.objects:
            if name in item:
                self._close(item, name, self.fields[name], faults)
            elif not is_left_out(name):
                casting.missing(name, self.fields[name], None, faults)
                casting.put(item, name, self.fields[name], None)
        return item

    def _put_inner(self, item: dict[str, Any], column: Column, value: Any, faults: list[str]) -> None:
        """A field of a field; an object none of whose fields has a value is none."""
        if value is not None:
            made = column.cast(value, column.name, faults)
            if made is not ABSENT:
                _nest(item, column.name, made)

    def _close(self, item: dict[str, Any], name: str, field: Field, faults: list[str]) -> None:
        """Complete an object that was put together of columns: null, or a fault, where it lacks a field."""
        assert isinstance(field.type, Record)  # noqa: S101  # the caller looked
        for inner, declared in field.type.fields.items():
            value = item[name].get(inner)
            if casting.missing(f"{name}.{inner}", declared, value, faults):
                casting.put(item[name], inner, declared, None)
            elif isinstance(declared.type, Record):
                self._close(item[name], inner, declared, faults)

    def _add_list(self, item: dict[str, Any], query: ListQuery, rows: list[Sequence[Any]], faults: list[str]) -> None:
        if is_left_out(query.name):
            return
        of_item = [
            query.element(row)
            for row in rows
            if all(casting.same(row[at], item.get(name)) for at, name in query.restricting)
        ]
        if not of_item:
            casting.missing(query.name, query.field, None, faults)
            casting.put(item, query.name, query.field, None)
            return
        casting.put(item, query.name, query.field, query.cast(of_item, query.name, faults))


def _nest(made: dict[str, Any], name: str, value: Any) -> None:
    """Put a value under a name such as `image.url`."""
    *outer, last = name.split(".")
    for part in outer:
        inner = made.setdefault(part, {})
        if not isinstance(inner, dict):
            return
        made = inner
    made[last] = value
