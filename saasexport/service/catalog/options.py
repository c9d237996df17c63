"""What can be chosen of a complex product, and what is left of it once something is chosen."""

import base64
import json
from collections.abc import Iterable
from typing import NamedTuple

from saasexport.service.catalog.bundles import MULTIPLE
from saasexport.service.catalog.catalog import Catalog, Variant
from saasexport.service.catalog.items import Item
from saasexport.service.catalog.prices import Range
from saasexport.service.catalog.product import Product

MOST_VARIANTS = 100


class Value(NamedTuple):
    """One value of an option; `kind` is Configuration, Swatch or Product."""

    kind: str
    id: str
    title: str | None
    in_stock: bool
    swatch: tuple[str, str] | None = None
    product: Product | None = None
    quantity: float | None = None
    is_default: bool = False
    may_edit_quantity: bool = False


class Option(NamedTuple):
    """An option and the values it offers."""

    id: str
    title: str | None
    is_required: bool
    is_multiple: bool
    values: list[Value]


class Refined(NamedTuple):
    """A configurable product of which something is chosen: the variants that are left."""

    parent: Product
    variants: list[Variant]
    chosen: frozenset[str]

    def options(self) -> list[Option]:
        """The axes with the values that are still possible; one that is chosen can be chosen otherwise."""
        everything = _selectable(self.parent)
        return _configurable(
            self.parent, {code: _matching(everything, self.chosen, code) for code in _axes(everything)}
        )

    def price_range(self) -> Range | None:
        """What the variants that are left cost."""
        prices: Range | None = self.parent.catalog.range_of(variant.child for variant in self.variants)
        return prices


def options_of(product: Product) -> list[Option]:
    """The options of a product, in their order."""
    if product.options is None:
        product.options = _work_out(product)
    options: list[Option] = product.options
    return options


def _work_out(product: Product) -> list[Option]:
    if product.kind == "configurable":
        variants = product.catalog.variants(product.sku)
        return _configurable(product, dict.fromkeys(_axes(variants), variants))
    kind = "grouped" if product.kind == "grouped" else "bundle"
    entries = [entry for entry in product.item.get("optionsV2") or () if entry["type"] == kind]
    return [_of_products(product.catalog, entry, product) for entry in sorted(entries, key=_order)]


def refine(catalog: Catalog, sku: str, chosen: Iterable[str]) -> Product | Refined | None:
    """What is left once these values are chosen; None if nothing is."""
    product = catalog.product(sku)
    if product is None or product.kind != "configurable":
        return product
    ids = frozenset(_strip_padding(uid) for uid in chosen if uid)
    if not ids:
        return product
    left = _matching(_selectable(product), ids)
    whole = [variant for variant in left if len(ids) == len(variant.choices)]
    if len(whole) == 1:
        return whole[0].child
    return Refined(product, left, ids) if left else None


def _selectable(product: Product) -> list[Variant]:
    """The variants that have a value of every axis: another one can never be chosen."""
    axes = {option.id for option in options_of(product)}
    return [variant for variant in product.catalog.variants(product.sku) if variant.choices.keys() >= axes]


def _axes(variants: list[Variant]) -> set[str]:
    return {code for variant in variants for code in variant.choices}


def _matching(variants: list[Variant], ids: frozenset[str], free: str = "") -> list[Variant]:
    """The variants with all of these values, whatever they have of the attribute that is free."""
    of_free = {_strip_padding(variant.choices[free]) for variant in variants if free in variant.choices}
    wanted = ids - of_free
    return [variant for variant in variants if wanted <= {_strip_padding(uid) for uid in variant.uids}]


def variants_page(
    catalog: Catalog, sku: str, chosen: Iterable[str], size: int, cursor: str | None
) -> tuple[list[Variant], str | None]:
    """Variants after a cursor, and the cursor to go on with; ValueError for one that is none of ours."""
    ids = frozenset(_strip_padding(uid) for uid in chosen)
    rows = _matching(catalog.variants(sku), ids)
    if cursor:
        last = _last_sku(cursor)
        rows = [variant for variant in rows if variant.child.sku > last]
    page = rows[: max(1, min(size, MOST_VARIANTS))]
    following = f"{page[-1].child.sku}::::::{size}".encode() if len(rows) > len(page) else b""
    return page, base64.b64encode(following).decode() or None


def _last_sku(cursor: str) -> str:
    sku, separator, _ = base64.b64decode(cursor + "==", validate=False).decode().rpartition("::::::")
    if not separator:
        raise ValueError("cursor")
    return sku


def _configurable(product: Product, variants: dict[str, list[Variant]]) -> list[Option]:
    """The axes of a configurable product, each with the values that its variants have."""
    rows = []
    for entry in sorted(product.item.get("optionsV2") or (), key=_order):
        if entry["type"] != "configurable":
            continue
        stock: dict[str, bool] = {}
        for variant in variants.get(entry["id"], ()):
            if uid := variant.choices.get(entry["id"]):
                stock[uid] = stock.get(uid, False) or variant.child.in_stock
        attribute = product.catalog.attributes.get(entry["id"])
        title = entry.get("label") or (attribute.label if attribute else entry["id"])
        values = [value for value in entry.get("values") or () if value.get("id") in stock]
        values.sort(key=lambda value: (value.get("sortOrder") or 0, value.get("label") or ""))
        shown = [_configuration(entry, value, stock[value["id"]]) for value in values]
        if shown:
            rows.append(Option(entry["id"], title, False, False, shown))
    return rows


def _configuration(option: Item, value: Item, in_stock: bool) -> Value:
    swatch = _swatch(option, value)
    return Value("Swatch" if swatch else "Configuration", value["id"], value.get("label"), in_stock, swatch)


def _swatch(option: Item, value: Item) -> tuple[str, str] | None:
    for field, kind in (("colorHex", "COLOR_HEX"), ("imageUrl", "IMAGE"), ("customSwatchValue", "CUSTOM")):
        if value.get(field):
            return kind, value[field]
    try:
        settings = json.loads(option.get("swatchType") or "{}")
    except ValueError:
        return None
    # The text of a text swatch is not exported; its label mostly is the same.
    is_text = isinstance(settings, dict) and settings.get("swatch_input_type") == "text"
    return ("TEXT", value.get("label") or "") if is_text else None


def _of_products(catalog: Catalog, entry: Item, product: Product) -> Option:
    """An option whose values are products."""
    is_grouped = entry["type"] == "grouped"
    values = []
    for value in sorted(entry.get("values") or (), key=_order):
        part = catalog.product(value["sku"]) if value.get("sku") else None
        if part:
            values.append(
                Value(
                    "Product",
                    value.get("id") or part.sku,
                    value.get("label") or part.name,
                    part.in_stock,
                    product=part,
                    quantity=value.get("qty"),
                    is_default=bool(value.get("isDefault")) and not is_grouped,
                    may_edit_quantity=bool(value.get("qtyMutability")),
                )
            )
    is_multiple = is_grouped or entry.get("renderType") in MULTIPLE
    title = entry.get("label") or (product.name if is_grouped else None)
    return Option(entry["id"], title, bool(entry.get("required")), is_multiple, values)


def _order(entry: Item) -> float:
    return entry.get("sortOrder") or 0


def _strip_padding(uid: str) -> str:
    return uid.rstrip("=")
