"""What the index knows of one product in one store view."""

import json
import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from saasexport.service.catalog.catalog import Catalog, Space
from saasexport.service.catalog.items import Item, Items
from saasexport.service.catalog.prices import ALL_GROUPS, round_amount
from saasexport.service.catalog.product import INVISIBLE, Product
from saasexport.service.catalog.scope import Scope, StoreView
from saasexport.service.search.words import fold, grams, index_text, words

# No group has this code: what holds for every group that nothing is said of.
ANY_GROUP = ""


class Document(NamedTuple):
    """A product as it is indexed; `body` is None if it cannot be searched for, only looked up."""

    sku: str
    reads: frozenset[str]
    body: dict[str, Any] | None = None
    texts: tuple[str, ...] = ()  # keys, name, categories, and attributes of three weights

    @property
    def json(self) -> str | None:
        """The body as it is kept."""
        return json.dumps(self.body, separators=(",", ":"), sort_keys=True) if self.body else None


def terms_of(texts: tuple[str, ...]) -> set[tuple[str, str]]:
    """What the typo dictionary and the suggestions count of a product's texts."""
    rows = {("word", word) for text in texts for word in text.split() if len(word) < 40}
    return rows | {("name", gram) for gram in grams(texts[1]) if len(gram) > 1}


def document(space: Space, view: StoreView, sku: str) -> Document | None:
    """The document of a product; None if it is not there or disabled."""
    catalog = Catalog(space, Scope("", view, ANY_GROUP))
    product = catalog.find_enabled(sku)
    if product is None:
        return None
    if product.visibility == INVISIBLE:
        return Document(sku, frozenset(catalog.reads - {sku}))
    children = _children(catalog, product)
    facets, numbers = _values(catalog, [product, *children])
    ranges = {code: _numbers(facets.pop(code)) for code in list(facets) if catalog.attributes[code].is_range}
    item = product.item
    body = {
        "name": product.name or sku,
        "id": item.get("productId"),
        "created": item.get("createdAt") or "",
        "visibility": product.visibility,
        "kind": product.kind,
        "stock": product.in_stock,
        "low": bool(item.get("lowStock")),
        "categories": {str(row["categoryId"]): row["productPosition"] for row in item.get("categoryData") or ()},
        "facets": facets,
        "ranges": {code: amounts for code, amounts in ranges.items() if amounts},
        "order": _order_of_values(item),
        "sort": numbers,
        "groups": _groups(space, view, product, children),
    }
    reads = frozenset(catalog.reads - {sku})
    return Document(sku, reads, body, _texts(catalog, product, children))


def _children(catalog: Catalog, product: Product) -> list[Product]:
    """The enabled variants, whether the group of nobody may see them or not."""
    if product.kind != "configurable":
        catalog.parts(product.item)
        return []
    rows = [catalog.find_enabled(item["productSku"]) for item in catalog.items.starting("variants", product.sku)]
    return [row for row in rows if row]


def _values(catalog: Catalog, products: list[Product]) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """The labels of facets, those of variants folded in, and what the product is sorted by."""
    labels: dict[str, dict[str, None]] = {}
    numbers: dict[str, Any] = {}
    for product in products:
        for entry in product.item.get("attributes") or ():
            attribute = catalog.attributes.get(entry["attributeCode"])
            values = [str(value).strip() for value in entry.get("value") or () if value not in (None, "")]
            if not attribute or not values:
                continue
            if attribute.is_facet:
                labels.setdefault(attribute.code, {}).update(dict.fromkeys(values))
            if attribute.is_sortable and product is products[0]:
                numbers[attribute.code] = _number(values[0]) if attribute.is_numeric else fold(values[0])
    return {code: sorted(values) for code, values in sorted(labels.items())}, numbers


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _numbers(texts: Iterable[str]) -> list[float]:
    return [number for number in map(_number, texts) if number is not None]


def _order_of_values(item: Item) -> dict[str, dict[str, int]]:
    """In which order the shop has the values of what is configured; nothing else says it."""
    rows = {}
    for option in item.get("optionsV2") or ():
        if option["type"] == "configurable":
            values = option.get("values") or ()
            rows[option["id"]] = {value["label"]: value["sortOrder"] or 0 for value in values if value.get("label")}
    return {code: order for code, order in rows.items() if any(order.values())}


def _groups(space: Space, view: StoreView, product: Product, children: list[Product]) -> dict[str, Any]:
    """What each customer group sees: [displayable, least price]; those left out see what any group does."""
    items = space.items
    skus = [product.sku, *(child.sku for child in children), *sorted(product.catalog.reads)]
    codes = set(space.permissions.groups)
    for sku in dict.fromkeys(skus):
        codes |= _groups_of(items, sku, view.website)
    rows: dict[str, Any] = {}
    for code in (ANY_GROUP, *sorted(codes - {ALL_GROUPS})):
        seen = Catalog(space, Scope("", view, code)).find_enabled(product.sku)
        permission = seen.permission if seen else None
        price = seen.least_price() if seen and permission and permission.shows_price else None
        row = [bool(permission and permission.is_displayable), round_amount(price.final) if price else None]
        if code == ANY_GROUP or row != rows[ANY_GROUP]:
            rows[code] = row
    return rows


def _groups_of(items: Items, sku: str, website: str) -> set[str]:
    prices = items.starting("prices", sku)
    overrides = items.starting("productOverrides", sku, website)
    return {str(item["customerGroupCode"]) for item in prices if item["websiteCode"] == website} | {
        str(item["customerGroupCode"]) for item in overrides
    }


def _texts(catalog: Catalog, product: Product, children: list[Product]) -> tuple[str, ...]:
    """The texts that are searched: keys, name, categories, attributes of weight 6 to 10, 2 to 5, and 1."""
    item = product.item
    by_weight: tuple[list[str], list[str], list[str]] = ([], [], [])
    for owner in (product, *children):
        for entry in owner.item.get("attributes") or ():
            attribute = catalog.attributes.get(entry["attributeCode"])
            if attribute and attribute.is_searchable and attribute.frontend_input not in ("date", "datetime"):
                values = [str(value) for value in entry.get("value") or () if value]
                by_weight[_class(attribute.weight)].extend(values)
    for code, field in (("description", "description"), ("short_description", "shortDescription")):
        attribute = catalog.attributes.get(code)
        if attribute and attribute.is_searchable and item.get(field):
            by_weight[_class(attribute.weight)].append(item[field])
    categories = []
    for entry in item.get("categoryData") or ():
        category = catalog.tree.by_id.get(str(entry["categoryId"]))
        categories += [category.name, category.url_path.rpartition("/")[2]] if category else []
    # Words of a variant's SKU, a colour or a size, say as little of the product as its values do.
    by_weight[2].extend(child.sku for child in children)
    return (
        index_text(product.sku),
        index_text(product.name or ""),
        " ".join(dict.fromkeys(words(index_text(*categories)))),
        *(index_text(*dict.fromkeys(texts)) for texts in by_weight),
    )


def _class(weight: int) -> int:
    return 0 if weight > 5 else 1 if weight > 1 else 2
