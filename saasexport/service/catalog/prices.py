"""What a product costs a customer group on a website: the group's own item, else the one for all; never a mixture."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from saasexport.service.catalog.items import Item, Items

# The item that holds for groups without one of their own.
ALL_GROUPS = "0"


class Price(NamedTuple):
    """What a product costs, before and after all discounts; exact until it is shown."""

    regular: Decimal
    final: Decimal
    tiers: tuple[tuple[float, Decimal], ...] = ()  # from this quantity on


class Range(NamedTuple):
    """The least and the most that a product of several parts can cost."""

    minimum: Price
    maximum: Price


def exact(number: Any) -> Decimal:
    """A number of an item without the noise of binary fractions."""
    return Decimal(str(number))


def round_amount(amount: Decimal) -> float:
    """An amount as it is answered: 4 decimals, half up, rounded at the end only."""
    return float(amount.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def price_item(items: Items, sku: str, website: str, group: str) -> Item | None:
    """The price item that holds for a group."""
    return items.one("prices", sku, group, website) or items.one("prices", sku, ALL_GROUPS, website)


def price_of(item: Item) -> Price:
    """The price that an item says."""
    regular = exact(item["regular"])
    amounts = [apply_discount(regular, discount, item.get("type")) for discount in item.get("discounts") or ()]
    final = min([regular, *amounts])
    return Price(regular, final, _tiers(item, regular, final))


def apply_discount(regular: Decimal, discount: Item, kind: str | None) -> Decimal:
    """What is left of a price after one discount."""
    if discount.get("price") is not None:
        return exact(discount["price"])
    percent = exact(discount.get("percentage") or 0)
    # Of a bundle the special price is the share that is paid.
    if discount.get("code") == "special_price" and str(kind).startswith("BUNDLE"):
        return regular * percent / 100
    return regular * (100 - percent) / 100


def _tiers(item: Item, regular: Decimal, final: Decimal) -> tuple[tuple[float, Decimal], ...]:
    """The tiers that are cheaper than the price of one."""
    rows = []
    for tier in item.get("tierPrices") or ():
        off = tier.get("percentage")
        amount = exact(tier["price"]) if off is None else regular * (100 - exact(off)) / 100
        if amount < final:
            rows.append((float(tier["qty"]), amount))
    return tuple(sorted(rows))


def range_of(prices: Iterable[Price]) -> Range | None:
    """The cheapest and the dearest of several products."""
    rows = list(prices)
    if not rows:
        return None
    least = min(rows, key=lambda price: (price.final, price.regular))
    most = max(rows, key=lambda price: (price.final, price.regular))
    return Range(Price(least.regular, least.final), Price(most.regular, most.final))


class Selection(NamedTuple):
    """A part of a bundle that can be chosen: what it adds."""

    regular: Decimal
    final: Decimal


class Choice(NamedTuple):
    """An option of a bundle, of which one or several parts are chosen."""

    is_required: bool
    is_multiple: bool
    selections: tuple[Selection, ...]


def bundle_range(item: Item | None, choices: list[Choice], is_fixed: bool) -> Range | None:
    """What a bundle can cost: its own price if that is fixed, and what the parts add."""
    own = exact(item["regular"]) if item and is_fixed else Decimal(0)
    offered = [choice for choice in choices if choice.selections]
    if not offered:
        return None
    required = [choice for choice in offered if choice.is_required]
    if required or is_fixed:
        least = [_cheapest(choice) for choice in required]
    else:
        least = [min(map(_cheapest, offered), key=lambda part: part.final)]
    most = [part for choice in offered for part in _dearest(choice)]
    return Range(_sum(item, own, least), _sum(item, own, most))


def _cheapest(choice: Choice) -> Selection:
    return min(choice.selections, key=lambda part: (part.final, part.regular))


def _dearest(choice: Choice) -> list[Selection]:
    if choice.is_multiple:
        return list(choice.selections)
    return [max(choice.selections, key=lambda part: (part.final, part.regular))]


def _sum(item: Item | None, own: Decimal, parts: list[Selection]) -> Price:
    regular = own + sum(part.regular for part in parts)
    whole = own + sum(part.final for part in parts)
    finals = [whole]
    for discount in (item or {}).get("discounts") or ():
        if discount.get("price") is None:
            finals.append(apply_discount(whole, discount, "BUNDLE"))
        else:
            finals.append(whole - own + exact(discount["price"]))
    return Price(regular, min(finals))
