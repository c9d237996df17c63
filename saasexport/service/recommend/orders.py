"""What was bought, how often and together: from the orders, of which nothing else is looked at."""

import math
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from saasexport.service.catalog.items import Item

COUNTED = {"complete", "processing", "received", "picked_up", "pending"}

# How far back is looked for sales, the next one when the one before holds nothing.
WINDOWS = (7, 30, 180, 36_500)

# Below so many orders one that has two products says something.
FEW_ORDERS = 50


class Order(NamedTuple):
    """When, in which website, and how many of each product."""

    at: datetime
    website: str | None
    quantities: dict[str, float]


class Sales:
    """The orders of a website."""

    def __init__(self, orders: Iterable[Order], now: datetime) -> None:
        self._orders = list(orders)
        self._now = now
        self._pairs: dict[str, Counter[str]] | None = None
        self._having: Counter[str] = Counter()

    def most_bought(self) -> tuple[list[str], bool]:
        """Products by quantity in the last days; and whether those are the last seven."""
        for days in WINDOWS:
            counts = self._between(days, 0)
            if counts:
                return [sku for sku, _ in sorted(counts.items(), key=lambda row: (-row[1], row[0]))], days == WINDOWS[0]
        return [], True

    def trending(self) -> tuple[list[str], bool]:
        """Products by how much more of them is bought than in as many days before."""
        for days in WINDOWS[:3]:
            now, before = self._between(days, 0), self._between(2 * days, days)
            rises = {sku: quantity - before.get(sku, 0.0) for sku, quantity in now.items()}
            rising = [(-rise, sku) for sku, rise in rises.items() if rise > 0]
            if rising:
                return [sku for _, sku in sorted(rising)], days == WINDOWS[0]
        return [], True

    def bought_with(self, skus: Iterable[str]) -> list[str]:
        """Products that orders of these have more often than chance would have it."""
        pairs = self._count()
        least = 1 if len(self._orders) < FEW_ORDERS else 2
        scores: dict[str, float] = {}
        for sku in skus:
            for other, both in pairs.get(sku, {}).items():
                if both >= least:
                    surprise = _surprise(both, self._having[sku], self._having[other], len(self._orders))
                    scores[other] = scores.get(other, 0.0) + surprise
        return [sku for sku, _ in sorted(scores.items(), key=lambda row: (-row[1], row[0]))]

    def _between(self, oldest: int, newest: int) -> dict[str, float]:
        start, end = self._now - timedelta(days=oldest), self._now - timedelta(days=newest)
        counts: dict[str, float] = {}
        for order in self._orders:
            if start <= order.at and (order.at < end or newest == 0):
                for sku, quantity in order.quantities.items():
                    counts[sku] = counts.get(sku, 0.0) + quantity
        return counts

    def _count(self) -> dict[str, Counter[str]]:
        if self._pairs is None:
            self._pairs = {}
            for order in self._orders:
                self._having.update(order.quantities.keys())
                for one, other in combinations(sorted(order.quantities), 2):
                    self._pairs.setdefault(one, Counter())[other] += 1
                    self._pairs.setdefault(other, Counter())[one] += 1
        return self._pairs


def order_of(item: Item) -> Order | None:
    """An order's top-level lines; None if it does not count."""
    if item.get("status") not in COUNTED or not item.get("createdAt"):
        return None
    quantities: dict[str, float] = {}
    for line in item.get("items") or ():
        if line.get("parentEntityId"):
            continue
        sku = line.get("productSku") or line.get("sku")
        left = (line.get("qty") or 0) - (line.get("qtyRefunded") or 0) - (line.get("qtyCanceled") or 0)
        if sku and left > 0:
            quantities[sku] = quantities.get(sku, 0.0) + left
    at = datetime.fromisoformat(item["createdAt"])
    return Order(at if at.tzinfo else at.replace(tzinfo=UTC), item.get("websiteCode"), quantities)


def _surprise(both: int, one: int, other: int, orders: int) -> float:
    """The log-likelihood ratio of two products in one order."""
    neither = orders - one - other + both
    cells = (both, one - both, other - both, neither)
    whole = _entropy(cells)
    rows = _entropy((one, orders - one))
    columns = _entropy((other, orders - other))
    return max(2 * (rows + columns - whole), 0.0) + both / 1e6


def _entropy(counts: tuple[int, ...]) -> float:
    total = sum(counts)
    return -sum(count * math.log(count / total) for count in counts if count > 0)
