"""Custom options that have values to choose from (feeds.md 3.1.8, custom_option).

A store view's price counts only where it has a title of its own: so Commerce reads them.  An option without
values cannot be chosen from: it is set aside, and the product goes out without it.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import Found, local_stores, option, text_in, texts, uid, value
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import boolean, number, text, whole

SQL = queries.beside(__file__)

TYPES = ("drop_down", "radio", "checkbox", "multiple")

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("catalog_product_option", "product_id"),
    Subscription("catalog_product_option_title", "option_id", "custom_option"),
    Subscription("catalog_product_option_price", "option_id", "custom_option"),
    Subscription("catalog_product_option_type_value", "option_id", "custom_option"),
    Subscription("catalog_product_option_type_title", "option_type_id", "custom_option_value"),
    Subscription("catalog_product_option_type_price", "option_type_id", "custom_option_value"),
)
VIAS: dict[str, str] = {
    "custom_option": SQL.via_custom_option,
    "custom_option_value": SQL.via_custom_option_value,
}
CONFIGURATION: tuple[str, ...] = ()


class CustomOption(NamedTuple):
    """A row of catalog_product_option."""

    id: int
    product_id: int
    type: str
    is_require: int
    sku: str | None
    max_characters: int | None
    file_extension: str | None
    image_size_x: int | None
    image_size_y: int | None
    sort_order: int


def custom_options(shop: Shop, batch: Batch, types: tuple[str, ...]) -> dict[int, list[CustomOption]]:
    """The products' options of these types, in their order."""
    found: dict[int, list[CustomOption]] = {}
    for each in batch.once(shop, _load_options):
        if each.type in types:
            found.setdefault(each.product_id, []).append(each)
    return found


def _load_options(shop: Shop, batch: Batch) -> list[CustomOption]:
    return [CustomOption(*row) for row in shop.rows(SQL.options, batch.ids)]


def find(shop: Shop, batch: Batch, fields: Fields) -> Found:
    """The options of a batch (feeds.md 3.1.8)."""
    by_product = custom_options(shop, batch, TYPES)
    if not by_product:
        return {}
    ids = [each.id for options in by_product.values() for each in options]
    titles = texts(shop, SQL.titles, ids)
    values = _Values(shop, ids)
    found: Found = {}
    for product_id, options in by_product.items():
        usable = []
        for each in options:
            if each.id in values.by_option:
                usable.append(each)
            else:
                fields.set_aside(product_id, f"optionsV2: option {each.id} has no values")
        stores = {store_id for each in usable for store_id in (*titles[each.id], *values.stores(each.id))}
        lists: dict[int, list[dict[str, Any]]] = {}
        for view_id, store_id in local_stores(batch, product_id, stores).items():
            try:
                if store_id not in lists:
                    lists[store_id] = [_option(each, titles[each.id], values, store_id) for each in usable]
                found.setdefault(product_id, {})[view_id] = lists[store_id]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view_id)
    return found


def _option(each: CustomOption, titles: dict[int, Any], values: "_Values", store_id: int) -> dict[str, Any]:
    return option(
        "custom_option",
        values.of(each.id, store_id),
        id=str(each.id),
        label=text(text_in(titles, store_id), "optionsV2.label"),
        sortOrder=whole(each.sort_order, "optionsV2.sortOrder"),
        required=boolean(each.is_require),
        renderType=each.type,
    )


class _Values:
    """The values of some options."""

    def __init__(self, shop: Shop, option_ids: list[int]) -> None:
        self.by_option: dict[int, list[Any]] = {}
        for row in shop.rows(SQL.option_values, option_ids):
            self.by_option.setdefault(row[1], []).append(row)
        ids = [row[0] for rows in self.by_option.values() for row in rows]
        self._titles = texts(shop, SQL.value_titles, ids)
        self._prices: dict[int, dict[int, tuple[Any, Any]]] = {}
        for value_id, store_id, price, price_type in shop.rows(SQL.value_prices, ids):
            self._prices.setdefault(value_id, {})[store_id] = (price, price_type)

    def stores(self, option_id: int) -> set[int]:
        """The store views with titles of their own, 0 among them."""
        return {store_id for row in self.by_option[option_id] for store_id in self._titles[row[0]]}

    def of(self, option_id: int, store_id: int) -> list[dict[str, Any]]:
        """The values of an option as a store view sees them."""
        return [self._value(row, store_id) for row in self.by_option[option_id]]

    def _value(self, row: Any, store_id: int) -> dict[str, Any]:
        value_id, option_id, sku, sort_order = row
        titles, prices = self._titles[value_id], self._prices.get(value_id, {})
        price, price_type = prices.get(0, (None, None))
        if store_id in titles:
            own_price, own_type = prices.get(store_id, (None, None))
            price = price if own_price is None else own_price
            price_type = price_type if own_type is None else own_type
        return value(
            id=uid("custom-option", option_id, value_id),
            label=text(text_in(titles, store_id), "optionsV2.values.label"),
            sortOrder=whole(sort_order, "optionsV2.values.sortOrder"),
            isDefault=False,
            sku=text(sku, "optionsV2.values.sku"),
            price=number(price, "optionsV2.values.price"),
            priceType=text(price_type, "optionsV2.values.priceType"),
        )
