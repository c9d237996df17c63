"""Price items: a fallback item per product and website, and one per customer group that differs (feeds.md 3.4).

Most products have one price everywhere and nothing else.  They take the short way, which is what makes the feed
fast; whatever has a special price, a price of a website, a tier or a rule goes the long way, `_special`.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.feeds.prices import groups, places
from saasexport.feeds.prices.due import DUE
from saasexport.feeds.prices.scope import Scope, Website, scope
from saasexport.shop import scopes
from saasexport.shop.customer_groups import group_code
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import RFC_3339, date_time, number, text

SQL = queries.beside(__file__)

# product id, sku, type id, website ids, price, special price; the last two of the default scope
_Product = tuple[int, Any, str, str | None, Any, Any]

# website (0: default scope) -> attribute code -> value
_Values = dict[int, dict[str, Any]]


class _Batch(NamedTuple):
    """What some of the products have besides one price everywhere."""

    rows: dict[int, list[groups.Row]]
    values: dict[int, _Values]


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The price items of these products (feeds.md 3.4)."""
    known = scope(shop)
    products: list[_Product] = shop.rows(SQL.products, ids, **known.ids("price", "special_price"))
    places_of = places.load(shop, ids, {row[0]: row[3] for row in products})
    batch = _load(shop, known, ids, products)
    fixed = _fixed_bundles(shop, known, products)
    for product in products:
        product_id, sku, type_id, _, price, special_price = product
        sold = places_of[product_id]
        kind = places.type_of(type_id)
        if kind == "BUNDLE":
            kind = "BUNDLE_FIXED" if product_id in fixed else "BUNDLE_DYNAMIC"
        has_more = special_price is not None or product_id in batch.rows or product_id in batch.values
        if not has_more and sold.fallbacks is not None and type(sku) is str:
            try:
                regular = number(price, "regular") or 0
            except InvalidValue:
                pass  # the long way says which items it concerns
            else:
                common = {"productId": product_id, "sku": sku, "type": kind, "regular": regular, "discounts": None}
                yield EntityItems(product_id, common, sold.fallbacks)
                continue
        yield _special(batch, product, kind, sold)


def _special(batch: _Batch, product: _Product, kind: str, sold: places.Places) -> EntityItems:
    """All items of a product, each worked out for itself and set aside for itself."""
    product_id, sku, *_ = product
    rows = batch.rows.get(product_id, ())
    values = batch.values.get(product_id, {})
    parts: list[dict[str, Any]] = []
    failed: list[FailedItem] = []
    for website, parents in sold.all:
        fallback = _fallback(product, values, rows, website)
        for group_id in (None, *groups.of_website(rows, website.id)):
            place = {
                "websiteCode": website.code,
                "customerGroupCode": "0" if group_id is None else group_code(group_id),
            }
            try:
                parts.append({**place, **_price(fallback, rows, website.id, group_id, parents)})
            except InvalidValue as error:
                failed.append(FailedItem({"sku": sku, **place}, str(error)))
    common = {"productId": product_id, "sku": text(sku, "sku"), "type": kind} if parts else {}
    return EntityItems(product_id, common, parts, failed)


# The regular price on a website, and what all its groups have in common; or why none of them has an item
_Fallback = tuple[int | float, groups.Price] | InvalidValue


def _fallback(product: _Product, values: _Values, rows: Sequence[groups.Row], website: Website) -> _Fallback:
    """The rules of feeds.md 3.4.2 and 3.4.3."""
    _, sku, type_id, _, regular, special_price = product
    try:
        if text(sku, "sku") is None:
            raise InvalidValue("sku", "is missing")
        if website.code is None:
            raise InvalidValue("websiteCode", f"website {website.id} has no code")
        own = {"price": regular, "special_price": special_price}
        if values:
            own |= {**values.get(0, {}), **values.get(website.id, {})}
        price: groups.Price = {}
        if own["special_price"] is not None and _holds(own, website.today):
            kind = "percentage" if type_id == "bundle" else "price"
            amount = number(own["special_price"], "discounts." + kind)
            price["special_price"] = {"code": "special_price", kind: amount}
        groups.put(rows, website.id, None, price)
        return number(own["price"], "regular") or 0, price
    except InvalidValue as error:
        return error


def _price(
    fallback: _Fallback,
    rows: Sequence[groups.Row],
    website_id: int,
    group_id: int | None,
    parents: list[dict[str, Any]],
) -> dict[str, Any]:
    """What an item says besides its place: of a group, what it has in common with the others and what it has not."""
    if isinstance(fallback, InvalidValue):
        raise fallback
    regular, price = fallback
    if group_id is not None:
        price = price.copy()
        groups.put(rows, website_id, group_id, price)
    fields: dict[str, Any] = {
        "regular": regular,
        "discounts": [entry for entry in price.values() if "code" in entry] or None,
    }
    if parents:
        fields["parents"] = parents
    if tiers := [entry for entry in price.values() if "qty" in entry]:
        fields["tierPrices"] = tiers
    return fields


def _holds(own: dict[str, Any], today: str) -> bool:
    """Whether a special price holds today: from its first day to its last, both included (feeds.md 5)."""
    first = _day(own.get("special_from_date"), "special_from_date")
    last = _day(own.get("special_to_date"), "special_to_date")
    return first <= today and (not last or today <= last)


def _day(value: Any, field: str) -> str:
    """The day of a date, or an empty text where there is none."""
    return "" if value == "" else (date_time(value, field, "date") or "")[:10]


def _load(shop: Shop, known: Scope, ids: Sequence[int], products: list[_Product]) -> _Batch:
    values: dict[int, _Values] = {}
    if known.website_of:
        _collect(values, known, shop.rows(SQL.store_prices, ids, **known.ids("price", "special_price")))
    special = {row[0] for row in products if row[5] is not None}
    special |= {
        product_id for product_id, own in values.items() if any("special_price" in each for each in own.values())
    }
    if special:
        dates = known.ids("special_from_date", "special_to_date")
        _collect(values, known, shop.rows(SQL.special_dates, special, **dates))
    return _Batch(groups.load(shop, ids), values)


def _collect(values: dict[int, _Values], known: Scope, rows: list[tuple[int, int, int, Any]]) -> None:
    for product_id, store_id, attribute_id, value in rows:
        website_id = known.website_of.get(store_id) if store_id else 0
        if website_id is not None:
            values.setdefault(product_id, {}).setdefault(website_id, {})[known.code_of[attribute_id]] = value


def _fixed_bundles(shop: Shop, known: Scope, products: list[_Product]) -> set[int]:
    bundles = {row[0] for row in products if row[2] == "bundle"}
    return {row[0] for row in shop.rows(SQL.fixed_bundles, bundles, **known.ids("price_type"))} if bundles else set()


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
