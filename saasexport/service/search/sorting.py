"""The order of a result: total, so that pages have neither gaps nor repetitions."""

from collections.abc import Iterable, Iterator
from typing import Any

from saasexport.service.search.memory import ViewMemory, numbers_of
from saasexport.service.search.query import Sort

# With so few it is quicker to sort them than to look for them in an order of all.
FEW = 500


class Orders:
    """The orders of one store view; what is worked out for all products is kept until one changes."""

    def __init__(self, memory: ViewMemory, group: str, positions: dict[int, int] | None) -> None:
        self._memory = memory
        self._group = group
        self._positions = positions or {}

    def sort(self, members: int, sorts: tuple[Sort, ...]) -> Iterable[int]:
        """The members in the order of several attributes; the SKU decides at last."""
        is_kept = len(sorts) == 1 and sorts[0].attribute in ("price", "name", "newest")
        if is_kept and members.bit_count() > FEW:
            return self._walk(members, sorts[0])
        rows = sorted(numbers_of(members), key=self._memory.skus.__getitem__)
        for sort in reversed(sorts):
            rows = self._by(rows, sort)
        return rows

    def _walk(self, members: int, sort: Sort) -> Iterator[int]:
        name = f"{sort.attribute}:{sort.is_descending}:{self._group if sort.attribute == 'price' else ''}"
        if name not in self._memory.orders:
            rows = sorted(self._memory.skus, key=self._memory.skus.__getitem__)
            self._memory.orders[name] = self._by(rows, sort)
        present = members.to_bytes((members.bit_length() + 7) // 8, "little")
        size = len(present)
        for number in self._memory.orders[name]:
            at = number >> 3
            if at < size and present[at] >> (number & 7) & 1:
                yield number

    def _by(self, rows: list[int], sort: Sort) -> list[int]:
        """The rows by one attribute, ties as they were, those without a value last."""
        if sort.attribute == "position":
            # The merchandised order is one, whichever direction is asked for.
            newest = sorted(rows, key=self._memory.created.__getitem__, reverse=True)
            return sorted(newest, key=lambda number: self._positions.get(number, 1 << 40))
        if sort.attribute == "newest":
            return sorted(rows, key=self._memory.created.__getitem__, reverse=True)
        values = {number: self._value(number, sort.attribute) for number in rows}
        valued = [number for number in rows if values[number] is not None]
        valued.sort(key=values.__getitem__, reverse=sort.is_descending)
        return valued + [number for number in rows if values[number] is None]

    def _value(self, number: int, attribute: str) -> Any:
        match attribute:
            case "price":
                return self._memory.price(number, self._group)
            case "name":
                return self._memory.names[number]
            case "inStock":
                return self._memory.bits.get("stock", {}).get("true", 0) >> number & 1
            case "sku":
                return self._memory.skus[number]
        return self._memory.sorts.get(attribute, {}).get(number)
