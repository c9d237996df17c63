"""The numbers of one store view in memory: a bit per product for everything that is filtered and counted.

Built from the entries at the start, then patched with what each step changed.
"""

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from saasexport.service.search.documents import ANY_GROUP
from saasexport.service.search.words import fold

# The edges that ranges of prices and of other numbers are cut at.
LADDER = (
    *(0.0, 10.0, 25.0, 50.0, 75.0),
    *(step * 10.0**power for power in range(2, 9) for step in (1, 1.5, 2, 3, 5, 7.5)),
)

Key = tuple[str, str]

# The labels of options: few, and each is that of many products.
fold_label = lru_cache(10_000)(fold)


class ViewMemory:
    """The products of a store view that can be searched for, by their numbers."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        self.bits: dict[str, dict[str, int]] = {}
        self.spelled: dict[str, dict[str, Counter[str]]] = {}
        self.skus: dict[int, str] = {}
        self.names: dict[int, str] = {}
        self.created: dict[int, str] = {}
        self.prices: dict[str, dict[int, float]] = {}
        self.sorts: dict[str, dict[int, Any]] = {}
        self.numbers: dict[str, dict[int, list[float]]] = {}
        self.placed: dict[str, dict[str, Counter[int]]] = {}
        self.orders: dict[str, list[int]] = {}
        numbers: defaultdict[Key, list[int]] = defaultdict(list)
        # Many products say the same of an attribute: that is looked at once for all of them.
        alike: defaultdict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
        for number, sku, text in rows:
            body = json.loads(text)
            self._add(number, sku, body)
            for key in _keys_of(body):
                numbers[key].append(number)
            for code, labels in body["facets"].items():
                alike[code, tuple(labels)].append(number)
        for (code, same), members in alike.items():
            self._count_labels(code, same, len(members))
            for label in same:
                numbers[f"facet:{code}", fold_label(label)] += members
        for (kind, value), members in numbers.items():
            self.bits.setdefault(kind, {})[value] = bitmap(members)

    def patch(self, number: int, sku: str, before: str | None, after: str | None) -> None:
        """Replace what is known of a product."""
        if before == after:
            return
        old: set[Key] = set()
        new: set[Key] = set()
        if before:
            body = json.loads(before)
            self._remove(number, body)
            old = _keys_of(body) | self._count(body, -1)
        if after:
            body = json.loads(after)
            self._add(number, sku, body)
            new = _keys_of(body) | self._count(body, 1)
        bit = 1 << number
        for kind, value in old - new:
            values = self.bits[kind]
            values[value] &= ~bit
            if not values[value]:
                del values[value]
        for kind, value in new - old:
            values = self.bits.setdefault(kind, {})
            values[value] = values.get(value, 0) | bit
        self.orders.clear()

    @property
    def every(self) -> int:
        """All products."""
        return self.bits.get("all", {}).get("", 0)

    def of_group(self, kind: str, value: str, group: str) -> int:
        """Products of which something holds for a group."""
        whole = self.bits.get(kind, {}).get(value, 0)
        own = self.bits.get("own", {}).get(group, 0)
        return (whole & ~own) | self.bits.get(f"{kind}@{group}", {}).get(value, 0) if own else whole

    def price(self, number: int, group: str) -> float | None:
        """What a product costs a group at least."""
        if group in self.prices and self.bits.get("own", {}).get(group, 0) >> number & 1:
            return self.prices[group].get(number)
        return self.prices.get(ANY_GROUP, {}).get(number)

    def rungs(self, attribute: str, group: str) -> list[int]:
        """The products in each range of the ladder, by their prices or by another attribute."""
        if attribute == "price":
            return [self.of_group("price", str(rung), group) for rung in range(len(LADDER))]
        values = self.bits.get(f"range:{attribute}", {})
        return [values.get(str(rung), 0) for rung in range(len(LADDER))]

    def find_between(self, attribute: str, start: float, end: float | None, group: str) -> int:
        """Products that have at least `start` and less than `end` of an attribute, or cost so much."""
        members = 0
        for rung, inside in enumerate(self.rungs(attribute, group)):
            low, high = LADDER[rung], LADDER[rung + 1] if rung + 1 < len(LADDER) else float("inf")
            if not inside or high <= start or (end is not None and low >= end):
                continue
            # Below the first step of the ladder are negative numbers, too, but no prices.
            if low < start or (end is not None and high > end) or (not rung and attribute != "price"):
                amounts = ((number, self._of(attribute, number, group)) for number in numbers_of(inside))
                inside = bitmap(number for number, row in amounts if _is_any_between(row, start, end))
            members |= inside
        return members

    def find_equal(self, attribute: str, amounts: set[float], group: str) -> int:
        """Products that have one of these numbers of an attribute, or cost so much."""
        rungs = self.rungs(attribute, group)
        members = 0
        for rung in {rung_of(amount) for amount in amounts}:
            members |= bitmap(
                number
                for number in numbers_of(rungs[rung])
                if not amounts.isdisjoint(self._of(attribute, number, group))
            )
        return members

    def _of(self, attribute: str, number: int, group: str) -> list[float]:
        if attribute == "price":
            price = self.price(number, group)
            return [] if price is None else [price]
        return self.numbers[attribute].get(number, [])

    def place(self, code: str, value: str) -> float:
        """Where a facet's value stands among the others, as most products say; infinite if none does."""
        counts = self.placed.get(code, {}).get(value)
        places = [(-count, place) for place, count in counts.items() if count > 0] if counts else []
        return min(places)[1] if places else float("inf")

    def label(self, code: str, value: str) -> str:
        """A facet's value as most products write it."""
        return min(self.spelled[code][value].items(), key=lambda item: (-item[1], item[0]))[0]

    def _count(self, body: dict[str, Any], by: int) -> set[Key]:
        """Take note of a product's labels; gives the keys of them."""
        for code, labels in body["facets"].items():
            self._count_labels(code, labels, by)
        return {(f"facet:{code}", fold_label(label)) for code, labels in body["facets"].items() for label in labels}

    def _count_labels(self, code: str, labels: Iterable[str], by: int) -> None:
        spelled = self.spelled.setdefault(code, defaultdict(Counter))
        for label in labels:
            spelled[fold_label(label)][label] += by

    def _add(self, number: int, sku: str, body: dict[str, Any]) -> None:
        self.skus[number] = sku
        self.names[number] = fold(body["name"])
        self.created[number] = body["created"]
        for code, value in body["sort"].items():
            self.sorts.setdefault(code, {})[number] = value
        for group, (_, price) in body["groups"].items():
            if price is not None:
                self.prices.setdefault(group, {})[number] = price
        for code, amounts in body["ranges"].items():
            self.numbers.setdefault(code, {})[number] = amounts
        for code, order in body["order"].items():
            placed = self.placed.setdefault(code, defaultdict(Counter))
            for label, place in order.items():
                placed[fold_label(label)][place] += 1

    def _remove(self, number: int, body: dict[str, Any]) -> None:
        del self.skus[number], self.names[number], self.created[number]
        for code in body["sort"]:
            del self.sorts[code][number]
        for group, (_, price) in body["groups"].items():
            if price is not None:
                del self.prices[group][number]
        for code in body["ranges"]:
            del self.numbers[code][number]
        for code, order in body["order"].items():
            for label, place in order.items():
                self.placed[code][fold_label(label)][place] -= 1


def _keys_of(body: dict[str, Any]) -> set[Key]:
    """Everything that has a bitmap and holds of a product, but for its labels."""
    keys = {
        ("all", ""),
        ("visibility", body["visibility"]),
        ("kind", body["kind"]),
        ("stock", "true" if body["stock"] else "false"),
        ("low", "true" if body["low"] else "false"),
    }
    keys |= {("category", category) for category in body["categories"]}
    keys |= {(f"range:{code}", str(rung_of(amount))) for code, amounts in body["ranges"].items() for amount in amounts}
    for group, (is_displayable, price) in body["groups"].items():
        suffix = f"@{group}" if group else ""
        if group:
            keys.add(("own", group))
        if is_displayable:
            keys.add((f"shown{suffix}", ""))
        if price is not None:
            keys.add((f"price{suffix}", str(rung_of(price))))
    return keys


def _is_any_between(amounts: Iterable[float], start: float, end: float | None) -> bool:
    return any(start <= amount and (end is None or amount < end) for amount in amounts)


def rung_of(price: float) -> int:
    """The range of the ladder that a price is in."""
    return max(bisect_right(LADDER, price) - 1, 0)


def bitmap(numbers: Iterable[int]) -> int:
    """A bit per number."""
    members = list(numbers)
    if not members:
        return 0
    row = bytearray(max(members) // 8 + 1)
    for number in members:
        row[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(row, "little")


def numbers_of(bits: int) -> Iterator[int]:
    """The numbers whose bits are set, in their order."""
    for at, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            base = at << 3
            for shift in _SHIFTS[byte]:
                yield base + shift


_SHIFTS = [[shift for shift in range(8) if byte >> shift & 1] for byte in range(256)]
