"""Whether a product is in stock where its store views sell: `inStock` and `lowStock` (feeds.md 3.1.11).

The tables a sale writes to stand under vias of their own, all named `stock...`: most sales change neither
field, and `fingerprints` says so without assembling the product.
"""

from collections.abc import Iterable
from hashlib import sha1
from typing import Any

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import scopes, stock
from saasexport.values import is_left_out, number

SQL = queries.beside(__file__)

# The fields that stock decides.
MADE_OF_STOCK = ("inStock", "lowStock", "buyable")

_THRESHOLD = "cataloginventory/options/stock_threshold_qty"

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("inventory_source_item", "sku", "stock"),
    Subscription("inventory_reservation", "sku", "stock"),
    Subscription("cataloginventory_stock_item", "product_id", "stock_item"),
    Subscription("inventory_source", "source_code", "stock_source"),
    Subscription("inventory_source_stock_link", "source_code", "stock_source"),
    Subscription("inventory_stock", "stock_id", "stock_id"),
    Subscription("inventory_stock_sales_channel", "code", "stock_channel"),
    # What composite products are made of, and whether the parts are enabled and which SKU they have.
    Subscription("catalog_product_super_link", "parent_id"),
    Subscription("catalog_product_link", "product_id"),
    Subscription("catalog_product_bundle_option", "parent_id"),
    Subscription("catalog_product_bundle_selection", "parent_product_id"),
    Subscription("catalog_product_entity", "entity_id", "parts"),
    Subscription("catalog_product_entity_int", "entity_id", "parts"),
)
VIAS: dict[str, str] = {
    "stock": SQL.via_stock,
    "stock_item": SQL.via_stock_item,
    "stock_source": SQL.via_stock_source,
    "stock_id": SQL.via_stock_id,
    "stock_channel": SQL.via_stock_channel,
    "parts": SQL.via_parts,
}
CONFIGURATION: tuple[str, ...] = (*stock.CONFIGURATION, _THRESHOLD)


def area(shop: Shop, batch: Batch) -> Fields:
    """In stock, and short of it, on the website of each store view (feeds.md 3.1.11)."""
    stocks = stock.Stocks(shop, batch.ids, batch.of_type(*stock.COMPOSITE_TYPES))
    places = shop.once(_places)
    fields = Fields()
    for product_id in batch.products:
        flags = _Flags(stocks, product_id)
        in_stock: dict[int, bool] = {}
        low_stock: dict[int, bool] = {}
        for view in batch.views[product_id]:
            try:
                in_stock[view.id], low_stock[view.id] = flags.at(places[view.id])
            except InvalidValue as error:
                if not all(map(is_left_out, MADE_OF_STOCK)):
                    fields.fail(product_id, f"inStock: {error}", view.id)
        fields.spread(product_id, "inStock", in_stock)
        fields.spread(product_id, "lowStock", low_stock)
    return fields


def settings(shop: Shop, ids: Iterable[int]) -> dict[int, dict[int, tuple[Any, ...]]]:
    """The settings of stock items, by product and website (feeds.md 3.1.5)."""
    found: dict[int, dict[int, tuple[Any, ...]]] = {}
    for product_id, website_id, *row in shop.rows(SQL.settings, ids):
        found.setdefault(product_id, {})[website_id] = tuple(row)
    return found


def fingerprints(shop: Shop, ids: Iterable[int]) -> dict[int, str]:
    """What products say of their stock, as a short text each; equal texts mean that no item is another one.

    It covers everything that items take from the tables a sale writes to: the two flags in every store view,
    and the settings in `ac_inventory`.
    """
    ids = list(ids)
    sites: dict[int, list[int]] = {}
    composites = []
    for product_id, type_id, website_id in shop.rows(SQL.sites, ids):
        if product_id not in sites and type_id in stock.COMPOSITE_TYPES:
            composites.append(product_id)
        sites.setdefault(product_id, []).append(website_id)
    stocks = stock.Stocks(shop, sites, composites)
    own = settings(shop, sites)
    views = scopes.store_views(shop)
    places = shop.once(_places)
    found = {}
    for product_id, website_ids in sites.items():
        flags = _Flags(stocks, product_id)
        said: list[tuple[int, Any]] = []
        for view in views:
            if view.website_id in website_ids:
                try:
                    said.append((view.id, flags.at(places[view.id])))
                except InvalidValue as error:
                    said.append((view.id, str(error)))
        content = repr((said, own.get(product_id)))
        found[product_id] = sha1(content.encode(errors="replace"), usedforsecurity=False).hexdigest()
    return found


# Where a store view sells from: the stock of its website, if it has one, and the threshold in force.
_Place = tuple[int | None, int | float]


class _Flags:
    """Whether a product is in stock, and short of it; worked out once per place."""

    def __init__(self, stocks: stock.Stocks, product_id: int) -> None:
        self._stocks = stocks
        self._product_id = product_id
        self._known: dict[_Place, tuple[bool, bool]] = {}

    def at(self, place: _Place) -> tuple[bool, bool]:
        """The two flags; raises InvalidValue."""
        if place not in self._known:
            stock_id, threshold = place
            status = None if stock_id is None else self._stocks.status(self._product_id, stock_id)
            if status is None:
                # Without a quantity PHP compares truth values: the threshold decides.
                self._known[place] = (False, threshold != 0)
            else:
                self._known[place] = (status.is_salable, status.quantity < threshold)
        return self._known[place]


def _places(shop: Shop) -> dict[int, _Place]:
    stock_of = stock.stock_of_website(shop)
    configuration = scopes.configuration(shop)
    places: dict[int, _Place] = {}
    for view in scopes.store_views(shop):
        try:
            threshold = number(configuration.value(_THRESHOLD, view), _THRESHOLD) or 0
        except InvalidValue:
            threshold = 0  # as PHP reads a text that is no number
        places[view.id] = (stock_of.get(view.website_code), threshold)
    return places
