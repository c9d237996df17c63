"""Whether a product is in stock where its store views sell: `inStock` and `lowStock` (feeds.md 3.1.11).

The tables a sale writes to stand under vias of their own, all named `stock...`: most sales change neither
field, and `fingerprints` says so without assembling the product.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields, split, views_of
from saasexport.shop import scopes, stock
from saasexport.stdlib import Any, NamedTuple
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
    stocks = stock.Stocks(shop, batch.products, batch.of_type(*stock.COMPOSITE_TYPES))
    own = batch.once(shop, settings_of)
    outcomes = _Outcomes(shop)
    fields = Fields()
    for product_id, views in batch.views.items():
        outcome = outcomes.of(stocks, product_id, views, own.get(product_id, ()))
        fields.fingerprints[product_id] = outcome.fingerprint
        fields.common[product_id] = outcome.common
        if outcome.by_view:
            fields.by_view[product_id] = outcome.by_view
        for store_id, error in outcome.faults.items():
            fields.fail(product_id, error, store_id)
    return fields


# The settings of a stock item by website, as they stand in the row.
Settings = tuple[tuple[int, tuple[Any, ...]], ...]


def settings_of(shop: Shop, batch: Batch) -> dict[int, Settings]:
    """The settings of a batch's stock items."""
    return settings(shop, batch.products)


def settings(shop: Shop, ids: Iterable[int]) -> dict[int, Settings]:
    """The settings of stock items, by product (feeds.md 3.1.5)."""
    found: dict[int, Settings] = {}
    for product_ids, website_id, *row in shop.rows(SQL.settings, ids):
        own = ((website_id, tuple(row)),)
        for product_id in map(int, product_ids.split(",")):
            found[product_id] = found[product_id] + own if product_id in found else own
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
    outcomes = _Outcomes(shop)
    found = {}
    for product_id, website_ids in sites.items():
        views = views_of(shop, tuple(website_ids))
        found[product_id] = outcomes.of(stocks, product_id, views, own.get(product_id, ())).fingerprint
    return found


# Where a store view sells from: the stock of its website, if it has one, and the threshold in force.
_Place = tuple[int | None, int | float]

# Whether a product is in stock, and short of it, at a place; or why that cannot be said.
_Answer = tuple[bool, bool] | InvalidValue


class _Outcome(NamedTuple):
    """What products say that have the same answers and settings."""

    fingerprint: str
    common: dict[str, Any]
    by_view: dict[int, dict[str, Any]]
    faults: dict[int, str]  # by store view


class _Outcomes:
    """What products say of their stock: most of a batch say the same."""

    def __init__(self, shop: Shop) -> None:
        self._places = shop.once(_places)
        self._of_views: dict[int, list[_Place]] = {}  # by the list of store views, which products share
        self._known: dict[tuple[Any, ...], _Outcome] = {}

    def of(self, stocks: stock.Stocks, product_id: int, views: list[scopes.StoreView], own: Settings) -> _Outcome:
        """What a product says in some store views, whose settings are `own`."""
        places = self._of_views.get(id(views))
        if places is None:
            places = self._of_views[id(views)] = list(dict.fromkeys(self._places[view.id] for view in views))
        answers = [_answer(stocks, product_id, *place) for place in places]
        given = (id(views), own, *answers)
        outcome = self._known.get(given)
        if outcome is None:
            by_place = dict(zip(places, answers, strict=True))
            outcome = self._known[given] = _outcome({view.id: by_place[self._places[view.id]] for view in views}, own)
        return outcome


def _answer(stocks: stock.Stocks, product_id: int, stock_id: int | None, threshold: int | float) -> _Answer:
    try:
        status = None if stock_id is None else stocks.status(product_id, stock_id)
    except InvalidValue as error:
        return error
    if status is None:
        # Without a quantity PHP compares truth values: the threshold decides.
        return False, threshold != 0
    quantity, is_salable = status
    return is_salable, quantity < threshold


def _outcome(answers: dict[int, _Answer], own: Settings) -> _Outcome:
    """What is said where store views have these answers."""
    texts = [f"{store_id}{answer}" for store_id, answer in answers.items()]
    texts += [f"{website_id}{row}" for website_id, row in own]
    fingerprint = sha1(" ".join(texts).encode(errors="replace")).hex()
    usable = {store_id: answer for store_id, answer in answers.items() if not isinstance(answer, InvalidValue)}
    faults: dict[int, str] = {}
    if not all(map(is_left_out, MADE_OF_STOCK)):
        faults = {store_id: f"inStock: {answer}" for store_id, answer in answers.items() if store_id not in usable}
    if not usable:
        return _Outcome(fingerprint, {"inStock": None, "lowStock": None}, {}, faults)
    fields = {store_id: {"inStock": is_in, "lowStock": is_low} for store_id, (is_in, is_low) in usable.items()}
    return _Outcome(fingerprint, *split(fields), faults)


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
