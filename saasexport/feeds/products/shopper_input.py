"""`shopperInputOptions`: custom options that a shopper fills in (feeds.md 3.1.9).

As with other custom options, a store view's price counts only where it has a title of its own.
"""

from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import local_stores, text_in, texts, uid
from saasexport.feeds.products.options import custom
from saasexport.stdlib import Any
from saasexport.values import boolean, number, text, whole

TYPES = ("field", "area", "file", "date", "time", "date_time")

# The same tables as those of the other custom options.
SUBSCRIPTIONS: tuple[Subscription, ...] = custom.SUBSCRIPTIONS
VIAS: dict[str, str] = custom.VIAS
CONFIGURATION: tuple[str, ...] = ()


def area(shop: Shop, batch: Batch) -> Fields:
    """The options to fill in (feeds.md 3.1.9); a product without any is not mentioned."""
    fields = Fields()
    by_product = custom.custom_options(shop, batch, TYPES)
    if not by_product:
        return fields
    ids = [each.id for options in by_product.values() for each in options]
    titles = texts(shop, custom.SQL.titles, ids)
    prices = texts(shop, custom.SQL.prices, ids)
    for product_id, options in by_product.items():
        stores = {store_id for each in options for store_id in titles[each.id]}
        lists: dict[int, list[dict[str, Any]]] = {}
        by_view: dict[int, list[dict[str, Any]]] = {}
        for view_id, store_id in local_stores(batch, product_id, stores).items():
            try:
                if store_id not in lists:
                    lists[store_id] = [
                        _option(each, titles[each.id], prices.get(each.id, {}), store_id) for each in options
                    ]
                by_view[view_id] = lists[store_id]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view_id)
        fields.spread(product_id, "shopperInputOptions", by_view)
    return fields


def _option(each: custom.CustomOption, titles: dict[int, Any], prices: dict[int, Any], store_id: int) -> dict[str, Any]:
    price = prices.get(store_id) if store_id in titles else None
    known = {
        "id": uid("custom-option", each.id),
        "label": text(text_in(titles, store_id), "shopperInputOptions.label"),
        "sortOrder": whole(each.sort_order, "shopperInputOptions.sortOrder"),
        "required": boolean(each.is_require),
        "renderType": each.type,
        "price": number(prices.get(0) if price is None else price, "shopperInputOptions.price"),
        "fileExtension": text(each.file_extension, "shopperInputOptions.fileExtension"),
        "sku": text(each.sku, "shopperInputOptions.sku"),
        "range": {"from": None, "to": number(each.max_characters, "shopperInputOptions.range.to")},
        "imageSizeX": whole(each.image_size_x, "shopperInputOptions.imageSizeX"),
        "imageSizeY": whole(each.image_size_y, "shopperInputOptions.imageSizeY"),
    }
    return {name: found for name, found in known.items() if found is not None}
