"""Which products a unit may show: conditions on a product, and on how it stands to the one that is looked at."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from saasexport.service.catalog.product import Product

FIELDS = ("CATEGORY", "PRODUCT", "PRICE", "TYPE", "VISIBILITY", "OUT_OF_STOCK", "LOW_STOCK")

SAME, OTHER, GREATER, LESS = "same", "other", "greater", "less"

_KEYS: dict[str, Any] = {
    "field": str,
    "exclude": bool,
    "values": list,
    "from": (int, float),
    "to": (int, float),
    "percent": bool,
    "current": str,
    "is": bool,
}

_KEYS_OF = {
    **dict.fromkeys(("CATEGORY", "PRODUCT", "TYPE", "VISIBILITY"), ("values", "current")),
    "PRICE": ("from", "to", "percent", "current"),
    **dict.fromkeys(("OUT_OF_STOCK", "LOW_STOCK"), ("is",)),
}


class Filter(NamedTuple):
    """One condition; products that meet it are the only ones, or are left out."""

    field: str
    is_exclusion: bool = False
    values: tuple[str, ...] = ()
    start: float = 0.0
    end: float | None = None
    is_percentage: bool = False  # of the current product's price
    current: str = ""  # same, other, greater or less: how it stands to the current product
    wanted: bool = True  # of what is or is not

    def value(self) -> dict[str, Any]:
        """The condition as it is written in the settings."""
        row: dict[str, Any] = {"field": self.field, "exclude": self.is_exclusion}
        if self.field in ("OUT_OF_STOCK", "LOW_STOCK"):
            row["is"] = self.wanted
        elif self.current:
            row["current"] = self.current
        elif self.field == "PRICE":
            row |= {"from": self.start, "to": self.end, "percent": self.is_percentage}
        else:
            row["values"] = list(self.values)
        return row


class Place(NamedTuple):
    """The page that a unit is shown on."""

    product: Product | None
    category: str | None


def filter_of(entry: Any) -> Filter:
    """A condition of the settings; ValueError says what is wrong with it."""
    if not isinstance(entry, dict):
        raise ValueError("expected a table")
    for key, value in entry.items():
        if key not in _KEYS:
            raise ValueError(f"unknown key {key!r}; the keys are {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]) or (_KEYS[key] is not bool and isinstance(value, bool)):
            raise ValueError(f"{key} has the wrong type")
        if key in ("from", "to") and not 0 <= value < math.inf:
            raise ValueError(f"{key}: expected a number from 0 on")
    field = entry.get("field", "").upper()
    if field not in FIELDS:
        raise ValueError(f"field: expected one of {', '.join(FIELDS)}")
    current = entry.get("current", "")
    if current not in ("", *((GREATER, LESS) if field == "PRICE" else (SAME, OTHER))):
        raise ValueError("current: expected greater or less of PRICE, same or other of other fields")
    if field in ("CATEGORY", "PRODUCT", "TYPE", "VISIBILITY") and not current and not entry.get("values"):
        raise ValueError(f"{field} needs values or current")
    if field == "PRICE" and not current and not {"from", "to"} & set(entry):
        raise ValueError("PRICE needs from, to or current")
    if "to" in entry and entry["to"] <= entry.get("from", 0):
        raise ValueError("to: expected more than from")
    for key in {"values", "from", "to", "percent", "current", "is"} & set(entry):
        if key not in _KEYS_OF[field]:
            raise ValueError(f"{key} says nothing of {field}")
    return Filter(
        field,
        entry.get("exclude", False),
        tuple(str(value) for value in entry.get("values", ())),
        float(entry.get("from", 0)),
        float(entry["to"]) if "to" in entry else None,
        entry.get("percent", False),
        current,
        entry.get("is", True),
    )


def passes(product: Product, filters: tuple[Filter, ...], place: Place) -> bool:
    """Whether all inclusions hold of a product and no exclusion does."""
    return all(_HOLDS[rule.field](product, rule, place) != rule.is_exclusion for rule in filters)


def _paths(product: Product | None) -> set[str]:
    return {path.strip("/") for path in (product.item.get("categories") or ())} if product else set()


def _category(product: Product, rule: Filter, place: Place) -> bool:
    """Whether it is in one of the categories or below; what the current page is about counts as its category."""
    wanted = {path.strip("/") for path in rule.values}
    if rule.current:
        wanted = {place.category.strip("/")} if place.category else _paths(place.product)
    is_within = any(path == want or path.startswith(want + "/") for path in _paths(product) for want in wanted)
    return is_within != (rule.current == OTHER)


def _one_of(value: Callable[[Product], str]) -> Callable[[Product, Filter, Place], bool]:
    def holds(product: Product, rule: Filter, place: Place) -> bool:
        if not rule.current:
            return value(product).casefold() in {name.casefold() for name in rule.values}
        is_same = place.product is not None and value(product) == value(place.product)
        return is_same != (rule.current == OTHER)

    return holds


def _price(product: Product, rule: Filter, place: Place) -> bool:
    price = product.least_price()
    if price is None:
        return False
    amount = float(price.final)
    current = place.product.least_price() if place.product else None
    if not rule.current and not rule.is_percentage:
        return rule.start <= amount and (rule.end is None or amount < rule.end)
    if current is None:
        return False
    if rule.current:
        return price.final > current.final if rule.current == GREATER else price.final < current.final
    share = float(current.final) / 100
    return rule.start * share <= amount and (rule.end is None or amount < rule.end * share)


_HOLDS: dict[str, Callable[[Product, Filter, Place], bool]] = {
    "CATEGORY": _category,
    "PRODUCT": _one_of(lambda product: product.sku),
    "TYPE": _one_of(lambda product: product.kind),
    "VISIBILITY": _one_of(lambda product: product.visibility),
    "PRICE": _price,
    "OUT_OF_STOCK": lambda product, rule, _: product.in_stock != rule.wanted,
    "LOW_STOCK": lambda product, rule, _: bool(product.item.get("lowStock")) == rule.wanted,
}
