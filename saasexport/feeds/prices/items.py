"""Price items: a fallback item per product and website, and one per customer group that differs (feeds.md 3.4).

Most products have one price everywhere and nothing else.  They take the short way, `_plain`, which is what makes the
feed fast; whatever has a special price, a price of a website, a tier or a rule goes the long way, `_special`.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, Feed, Items, Shop, Subscription
from saasexport.feeds.prices import groups
from saasexport.feeds.prices.due import DUE
from saasexport.feeds.prices.scope import Scope, Website, scope
from saasexport.shop import scopes
from saasexport.shop.customer_groups import group_code
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import RFC_3339, date_time, number, text

SQL = queries.beside(__file__)

# Everything else, virtual products too, is SIMPLE (feeds.md 3.4.1).
_TYPES = {
    "configurable": "CONFIGURABLE",
    "downloadable": "DOWNLOADABLE",
    "grouped": "GROUPED",
    "bundle": "BUNDLE",
    "giftcard": "GIFTCARD",
}

# product id, sku, type id, website id, price, special price; the last two of the default scope
_Template = tuple[int, Any, str, int, Any, Any]

# website id -> parents that are on it, of one product
_Parents = dict[int, list[dict[str, Any]]]


class _Batch(NamedTuple):
    """What some of the products have besides one price everywhere."""

    groups: groups.Groups
    own: dict[tuple[int, int], dict[str, Any]]  # (product, website; 0: default scope) -> attribute code -> value
    products: set[int]  # those that have anything here


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The price items of these products (feeds.md 3.4)."""
    known = scope(shop)
    rows: list[_Template] = shop.rows(SQL.templates, ids, **known.ids("price", "special_price"))
    parents = _parents(shop, ids)
    batch = _load(shop, known, ids, rows)
    fixed = _fixed_bundles(shop, known, rows)
    for product_id, of_product in groupby(rows, itemgetter(0)):
        templates = list(of_product)
        _, sku, type_id, _, _, special_price = templates[0]
        kind = _TYPES.get(type_id, "SIMPLE")
        if kind == "BUNDLE":
            kind = "BUNDLE_FIXED" if product_id in fixed else "BUNDLE_DYNAMIC"
        common = {"productId": product_id, "sku": sku, "type": kind}
        placed = parents.get(product_id, _NO_PARENTS)
        if special_price is None and product_id not in batch.products:
            try:
                yield _plain(known, common, templates, placed)
                continue
            except InvalidValue:
                pass  # the long way says which items it concerns
        yield _special(known, batch, common, templates, placed)


def _plain(known: Scope, common: dict[str, Any], templates: list[_Template], parents: _Parents) -> EntityItems:
    """The fallback items of a product that has one price on all its websites and nothing else."""
    if type(common["sku"]) is not str:
        raise InvalidValue("sku", "needs a closer look")
    parts: list[dict[str, Any]] = []
    for template in templates:
        website = known.websites.get(template[3])
        if website is None:
            continue
        if website.code is None:
            raise InvalidValue("websiteCode", "is missing")
        part: dict[str, Any] = {"websiteCode": website.code, "customerGroupCode": "0"}
        if parents and website.id in parents:
            part["parents"] = parents[website.id]
        parts.append(part)
    regular = number(templates[0][4], "regular") or 0
    return EntityItems(common["productId"], {**common, "regular": regular, "discounts": None}, parts)


def _special(
    known: Scope, batch: _Batch, common: dict[str, Any], templates: list[_Template], parents: _Parents
) -> EntityItems:
    """All items of a product, each worked out for itself and set aside for itself."""
    product_id, sku = common["productId"], common["sku"]
    items = Items()
    for template in templates:
        website = known.websites.get(template[3])
        if website is None:
            continue
        fallback = _fallback(batch, template, website)
        for group_id in (None, *batch.groups.of_website(product_id, website.id)):
            code = "0" if group_id is None else group_code(group_id)
            identity = {"sku": sku, "customerGroupCode": code, "websiteCode": website.code}
            items.add(identity, _part, fallback, batch.groups, template, group_id, parents.get(website.id))
    return items.of(product_id, {"productId": product_id, "type": common["type"]})


def _fallback(batch: _Batch, template: _Template, website: Website) -> tuple[int | float, groups.Price] | InvalidValue:
    """The regular price on a website, and what all its groups have in common; or why none of them has an item."""
    try:
        return _website_price(batch, template, website)
    except InvalidValue as error:
        return error


def _website_price(batch: _Batch, template: _Template, website: Website) -> tuple[int | float, groups.Price]:
    """The rules of feeds.md 3.4.2 and 3.4.3."""
    product_id, sku, type_id, website_id, price, special_price = template
    if text(sku, "sku") is None:
        raise InvalidValue("sku", "is missing")
    if website.code is None:
        raise InvalidValue("websiteCode", f"website {website.id} has no code")
    own = {
        "price": price,
        "special_price": special_price,
        **batch.own.get((product_id, 0), {}),
        **batch.own.get((product_id, website_id), {}),
    }
    result = groups.Price({}, {})
    if own["special_price"] is not None and _holds(own, website.today):
        kind = "percentage" if type_id == "bundle" else "price"
        amount = number(own["special_price"], "discounts." + kind)
        result.discounts["special_price"] = {"code": "special_price", kind: amount}
    batch.groups.put_website(product_id, website_id, result)
    return number(own["price"], "regular") or 0, result


def _part(
    fallback: tuple[int | float, groups.Price] | InvalidValue,
    prices: groups.Groups,
    template: _Template,
    group_id: int | None,
    parents: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    if isinstance(fallback, InvalidValue):
        raise fallback
    regular, price = fallback
    product_id, sku, _, website_id, *_ = template
    if group_id is not None:
        price = price.copy()
        prices.put_group(product_id, website_id, group_id, price)
    part = {
        "sku": text(sku, "sku"),
        "regular": regular,
        "discounts": list(price.discounts.values()) or None,
    }
    if parents:
        part["parents"] = parents
    if price.tiers:
        part["tierPrices"] = list(price.tiers.values())
    return part


def _holds(own: dict[str, Any], today: str) -> bool:
    """Whether a special price holds today: from its first day to its last, both included (feeds.md 5)."""
    first = _day(own.get("special_from_date"), "special_from_date")
    last = _day(own.get("special_to_date"), "special_to_date")
    return first <= today and (not last or today <= last)


def _day(value: Any, field: str) -> str:
    """The day of a date, or an empty text where there is none."""
    return "" if value == "" else (date_time(value, field, "date") or "")[:10]


def _load(shop: Shop, known: Scope, ids: Sequence[int], rows: list[_Template]) -> _Batch:
    own: dict[tuple[int, int], dict[str, Any]] = {}
    if known.website_of:
        _collect(own, known, shop.rows(SQL.store_prices, ids, **known.ids("price", "special_price")))
    special = {row[0] for row in rows if row[5] is not None}
    special |= {product_id for (product_id, _), values in own.items() if "special_price" in values}
    if special:
        dates = known.ids("special_from_date", "special_to_date")
        _collect(own, known, shop.rows(SQL.special_dates, special, **dates))
    prices = groups.load(shop, ids)
    products = {product_id for product_id, _ in own} | prices.tiers.keys() | prices.rules.keys()
    return _Batch(prices, own, products)


def _collect(own: dict[tuple[int, int], dict[str, Any]], known: Scope, rows: list[tuple[int, int, int, Any]]) -> None:
    for product_id, store_id, attribute_id, value in rows:
        website_id = known.website_of.get(store_id) if store_id else 0
        if website_id is not None:
            own.setdefault((product_id, website_id), {})[known.code_of[attribute_id]] = value


def _fixed_bundles(shop: Shop, known: Scope, rows: list[_Template]) -> set[int]:
    bundles = {row[0] for row in rows if row[2] == "bundle"}
    return {row[0] for row in shop.rows(SQL.fixed_bundles, bundles, **known.ids("price_type"))} if bundles else set()


_NO_PARENTS: _Parents = {}


def _parents(shop: Shop, ids: Sequence[int]) -> dict[int, _Parents]:
    """The parents of products by website (feeds.md 3.4.1)."""
    parents: dict[int, _Parents] = {}
    for child_id, website_id, type_id, sku in shop.rows(SQL.parents, ids):
        entry = {"type": _TYPES.get(type_id, "SIMPLE"), "sku": sku}
        parents.setdefault(child_id, {}).setdefault(website_id, []).append(entry)
    return parents


FEED = Feed(
    name="prices",
    indexer="catalog_data_exporter_product_prices",
    title="Product Prices Feed",
    table="cde_product_prices_feed",
    identity=("sku", "customerGroupCode", "websiteCode"),
    entity=("catalog_product_entity", "entity_id"),
    sql=SQL,
    subscriptions=(
        Subscription("catalog_product_entity", via="family"),
        Subscription("catalog_product_website", "product_id", via="family"),
        Subscription("catalog_product_entity_decimal"),
        Subscription("catalog_product_entity_datetime"),
        Subscription("catalog_product_entity_int"),
        Subscription("catalog_product_entity_tier_price"),
        Subscription("catalogrule_product_price", "product_id"),
        Subscription("catalog_product_relation", "child_id"),
        Subscription("eav_attribute", "attribute_id", via="attribute"),
        Subscription("eav_entity_type", "entity_type_id", via=EVERYTHING),
        *scopes.SUBSCRIPTIONS,
    ),
    settings=(scopes.settings("catalog/price/scope", "general/locale/timezone"),),
    batch_size=500,
    time_field="updatedAt",
    time_format=RFC_3339,
    id_types={"default": SQL.by_sku, "sku": SQL.by_sku, "productId": ""},
    near=SQL.near,
    due=DUE,
    assemble=assemble,
    varying=("parents", "regular", "discounts", "tierPrices"),
)
