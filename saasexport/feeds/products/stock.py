"""Whether a product is in stock where its store views sell: `inStock` and `lowStock` (feeds.md 3.1.11).

The tables a sale writes to stand under vias of their own, all named `stock...`: most sales change neither
field, and `fingerprints` says so without assembling the product.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields, views_of
from saasexport.shop import scopes, stock
from saasexport.stdlib import Any
from saasexport.values import is_left_out, number, sha1

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
    """In stock, and short of it, on the website of each store view (feeds.md 3.1.11); and the fingerprints."""
    stocks = stock.Stocks(shop, batch.ids, batch.of_type(*stock.COMPOSITE_TYPES))
    own = batch.once(shop, settings_of)
    prints = _Prints(shop)
    fields = Fields()
    for product_id, views in batch.views.items():
        places = prints.places_of(views)
        flags = _flags(stocks, product_id, places)
        fields.fingerprints[product_id] = prints.of(views, flags, own.get(product_id))
        if len(flags) == 1 and not isinstance(first := flags[places[0]], InvalidValue):
            fields.common[product_id] = {"inStock": first[0], "lowStock": first[1]}
            continue
        in_stock: dict[int, bool] = {}
        low_stock: dict[int, bool] = {}
        for view, place in zip(views, places, strict=True):
            answers = flags[place]
            if not isinstance(answers, InvalidValue):
                in_stock[view.id], low_stock[view.id] = answers
            elif not all(map(is_left_out, MADE_OF_STOCK)):
                fields.fail(product_id, f"inStock: {answers}", view.id)
        fields.spread(product_id, "inStock", in_stock)
        fields.spread(product_id, "lowStock", low_stock)
    return fields


def settings_of(shop: Shop, batch: Batch) -> dict[int, dict[int, tuple[Any, ...]]]:
    """The settings of a batch's stock items."""
    return settings(shop, batch.products)


def settings(shop: Shop, ids: Iterable[int]) -> dict[int, dict[int, tuple[Any, ...]]]:
    """The settings of stock items, by product and website (feeds.md 3.1.5)."""
    found: dict[int, dict[int, tuple[Any, ...]]] = {}
    for row in shop.rows(SQL.settings, ids):
        found.setdefault(row[0], {})[row[1]] = row[2:]
    return found


def fingerprints(shop: Shop, ids: Iterable[int]) -> dict[int, str]:
    """What products say of their stock, as a short text each; equal texts mean that no item is another one.

    It covers everything that items take from the tables a sale writes to: the two flags in every store view,
    and the settings in `ac_inventory`.  `area` gives the same of the products it is asked for.
    """
    sites: dict[int, list[int]] = {}
    composites = []
    for product_id, type_id, website_id in shop.rows(SQL.sites, ids):
        if product_id not in sites and type_id in stock.COMPOSITE_TYPES:
            composites.append(product_id)
        sites.setdefault(product_id, []).append(website_id)
    stocks = stock.Stocks(shop, sites, composites)
    own = settings(shop, sites)
    prints = _Prints(shop)
    found = {}
    for product_id, website_ids in sites.items():
        views = views_of(shop, tuple(website_ids))
        flags = _flags(stocks, product_id, prints.places_of(views))
        found[product_id] = prints.of(views, flags, own.get(product_id))
    return found


# Where a store view sells from: the stock of its website, if it has one, and the threshold in force.
_Place = tuple[int | None, int | float]

# Whether a product is in stock, and short of it, at each place; or why that cannot be said.
_Said = dict[_Place, "tuple[bool, bool] | InvalidValue"]


def _flags(stocks: stock.Stocks, product_id: int, places: Iterable[_Place]) -> _Said:
    flags: _Said = {}
    for place in places:
        if place not in flags:
            try:
                flags[place] = _at(stocks, product_id, *place)
            except InvalidValue as error:
                flags[place] = error
    return flags


def _at(stocks: stock.Stocks, product_id: int, stock_id: int | None, threshold: int | float) -> tuple[bool, bool]:
    status = None if stock_id is None else stocks.status(product_id, stock_id)
    if status is None:
        # Without a quantity PHP compares truth values: the threshold decides.
        return False, threshold != 0
    return status.is_salable, status.quantity < threshold


_NONE: dict[int, tuple[Any, ...]] = {}


class _Prints:
    """Fingerprints, made of what products say."""

    def __init__(self, shop: Shop) -> None:
        self._places = shop.once(_places)
        self._of_views: dict[int, list[_Place]] = {}  # by the list of store views, which products share
        self._texts: dict[tuple[Any, ...], str] = {}  # most stock items have one of a few sets of settings
        self._known: dict[tuple[Any, ...], str] = {}  # and most products say the same

    def places_of(self, views: list[scopes.StoreView]) -> list[_Place]:
        """Where these store views sell from, each."""
        if id(views) not in self._of_views:
            self._of_views[id(views)] = [self._places[view.id] for view in views]
        return self._of_views[id(views)]

    def of(self, views: list[scopes.StoreView], flags: _Said, own: dict[int, tuple[Any, ...]] | None) -> str:
        """The fingerprint of a product, whose settings are `own`."""
        given = (id(views), *flags.values(), *(own or _NONE).items())
        if given not in self._known:
            answers = [f"{view.id}{flags[place]}" for view, place in zip(views, self.places_of(views), strict=True)]
            answers += [f"{website_id}{self._text(row)}" for website_id, row in (own or _NONE).items()]
            self._known[given] = sha1(" ".join(answers).encode(errors="replace")).hex()
        return self._known[given]

    def _text(self, row: tuple[Any, ...]) -> str:
        if row not in self._texts:
            self._texts[row] = repr(row)
        return self._texts[row]


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
