"""PATCH: what an item becomes when some of its fields are given."""

from collections.abc import Mapping
from typing import Any

# Lists whose entries are matched by a field or two of theirs; any other list is replaced.
MATCHED: dict[str, dict[str, tuple[str, ...]]] = {
    "products": {
        "attributes": ("code",),
        "images": ("url",),
        "routes": ("path",),
        "links": ("type", "sku"),
        "bundles": ("group",),
        "configurations": ("attributeCode",),
        "externalIds": ("origin",),
    },
    "prices": {"discounts": ("code",), "tierPrices": ("qty",)},
}


def merge(resource: str, item: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The item with the fields of the change."""
    merged = dict(item)
    for name, value in change.items():
        before = merged.get(name)
        names: tuple[str, ...] = MATCHED.get(resource, {}).get(name, ())
        if isinstance(value, dict) and isinstance(before, dict):
            merged[name] = {**before, **value}
        elif names and isinstance(value, list) and isinstance(before, list):
            merged[name] = _match(before, value, names)
        else:
            merged[name] = value
    return merged


def _match(before: list[dict[str, Any]], given: list[dict[str, Any]], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The entries with those given in the place of their like, or behind them."""
    entries = {tuple(str(each.get(name)) for name in names): each for each in before}
    entries |= {tuple(str(each.get(name)) for name in names): each for each in given}
    return list(entries.values())
