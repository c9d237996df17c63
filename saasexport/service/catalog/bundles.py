"""What a bundle can cost, from its parts or from its own price and what they add to it."""

from decimal import Decimal
from typing import Any

from saasexport.service.catalog.items import Item
from saasexport.service.catalog.prices import Choice, Range, Selection, bundle_range, exact, price_item

# How an option that takes several parts is shown.
MULTIPLE = ("checkbox", "multi", "multiselect")


def price_range(catalog: Any, bundle: Any) -> Range | None:
    """The cheapest and the dearest that can be chosen."""
    item = price_item(catalog.items, bundle.sku, catalog.website_of(bundle.item), catalog.scope.group)
    is_fixed = bundle.kind == "bundle_fixed" or (item or {}).get("type") == "BUNDLE_FIXED"
    if is_fixed and item is None:
        return None
    own = exact(item["regular"]) if item else Decimal(0)
    choices = [
        Choice(bool(option.get("required")), option.get("renderType") in MULTIPLE, selections)
        for option in bundle.item.get("optionsV2") or ()
        if option["type"] == "bundle" and (selections := _selections(catalog, option, own if is_fixed else None))
    ]
    return bundle_range(item, choices, is_fixed)


def _selections(catalog: Any, option: Item, own: Decimal | None) -> tuple[Selection, ...]:
    """The parts that can be had, or all when none can."""
    rows = []
    for value in option.get("values") or ():
        part = catalog.product(value["sku"]) if value.get("sku") else None
        selection = _selection(part, value, own) if part else None
        if part and selection:
            rows.append((part.in_stock, selection))
    return tuple(row for in_stock, row in rows if in_stock) or tuple(row for _, row in rows)


def _selection(part: Any, value: Item, own: Decimal | None) -> Selection | None:
    quantity = exact(value.get("qty") or 1)
    if own is not None:
        added = exact(value.get("price") or 0)
        amount = own * added / 100 if value.get("priceType") == "percent" else added
        return Selection(amount * quantity, amount * quantity)
    price = part.least_price()
    return Selection(price.regular * quantity, price.final * quantity) if price else None
