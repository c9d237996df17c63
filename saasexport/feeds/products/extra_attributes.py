"""Entries behind a product's own attributes: download, attribute set, tax class, inventory (feeds.md 3.1.5).

They look like attributes, but the shop has no values of them.  `ac_downloadable` and `ac_inventory` are JSON
as PHP writes it.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products import downloadable, stock
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop import scopes
from saasexport.shop.scopes import StoreView
from saasexport.stdlib import Any
from saasexport.values import Shared, boolean, is_left_out, number

SQL = queries.beside(__file__)

_PATH = "cataloginventory/item_options/"

# The keys of ac_inventory in their order, the setting each comes from, and its kind (feeds.md 3.1.5).
_INVENTORY = (
    ("manageStock", "manage_stock", "bool"),
    ("cartMinQty", "min_sale_qty", "float"),
    ("cartMaxQty", "max_sale_qty", "float"),
    ("backorders", "backorders", "backorders"),
    ("enableQtyIncrements", "enable_qty_increments", "bool"),
    ("qtyIncrements", "qty_increments", "float"),
)
_BACKORDERS = {1: "allow", 2: "allow_and_notify"}

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    *downloadable.SUBSCRIPTIONS,
    Subscription("eav_attribute_set", "attribute_set_id", "attribute_set"),
    Subscription("tax_class", "class_id", "tax_class_entry"),
    Subscription("cataloginventory_stock_item", "product_id", "stock_item"),
)
VIAS: dict[str, str] = {
    **downloadable.VIAS,
    "attribute_set": SQL.via_attribute_set,
    "tax_class_entry": SQL.via_tax_class,
    "stock_item": stock.SQL.via_stock_item,
}
CONFIGURATION: tuple[str, ...] = (
    *downloadable.CONFIGURATION,
    *(_PATH + setting for _, setting, _ in _INVENTORY),
)

Entry = dict[str, Any]

_NO_VALUES: dict[Any, Any] = {}


def area(shop: Shop, batch: Batch) -> Fields:
    """`attributes`: the entries to be appended to the product's own, in their order (feeds.md 3.1.5)."""
    fields = Fields()
    # The areas that own options and samples report what is wrong with them; here such a view has no entry.
    links = downloadable.find(shop, batch, Fields())
    samples = downloadable.samples(shop, batch, Fields()) if links else {}
    inventory = _Inventory(shop, batch)
    sets = shop.once(_attribute_sets)
    classes = shop.once(_tax_classes)
    made: dict[tuple[Any, int], list[Entry]] = {}
    for product in batch.products.values():
        made.clear()
        default = batch.values.defaults[product.id].get("tax_class_id")
        own_values = batch.values.overrides.get(product.id, _NO_VALUES)
        of_set = sets.get(product.attribute_set_id, _NO_SET)
        by_view: dict[int, list[Entry]] = {}
        for view in batch.views[product.id]:
            tax_class = own_values.get(view.id, _NO_VALUES).get("tax_class_id", default)
            if (tax_class, view.website_id) in made:
                by_view[view.id] = made[tax_class, view.website_id]
                continue
            entries = [of_set, classes.get(tax_class, _NO_TAX_CLASS)]
            try:
                entries += inventory.of(product.id, view)
            except InvalidValue as error:
                if not is_left_out("attributes"):
                    fields.fail(product.id, f"attributes.ac_inventory: {error}", view.id)
                continue
            if product.id not in links:
                made[tax_class, view.website_id] = entries
            elif options := links[product.id].get(view.id):
                own = samples.get(product.id, {}).get(view.id, [])
                content = downloadable.describe(batch, product.id, view, own, options)
                entries.insert(0, _entry("ac_downloadable", content))
            by_view[view.id] = entries
        if by_view:
            fields.spread(product.id, "attributes", by_view)
    return fields


class _Inventory:
    """`ac_inventory` of the products of a batch: each distinct set of settings is written once."""

    def __init__(self, shop: Shop, batch: Batch) -> None:
        self._rows = batch.once(shop, stock.settings_of)
        self._load_settings = shop.once(_load_settings)
        self._made: dict[tuple[Any, ...], list[Entry]] = {}

    def of(self, product_id: int, view: StoreView) -> list[Entry]:
        """The entry of a product, none without a stock item: the website's row, else that of website 0."""
        rows = self._rows.get(product_id)
        if rows is None:
            return []
        row = rows.get(view.website_id, rows.get(0))
        if row is None:
            return []
        if row not in self._made:
            self._made[row] = [_entry("ac_inventory", self._write(row))]
        return self._made[row]

    def _write(self, row: tuple[Any, ...]) -> str:
        content: dict[str, Any] = {}
        for position, (key, setting, kind) in enumerate(_INVENTORY):
            own, use_config = row[2 * position : 2 * position + 2]
            value = self._load_settings.get(setting) if boolean(use_config) else None
            if value is None:
                value = None if own is None else _convert(own, kind, setting)
            if value is not None:
                content[key] = value
        return downloadable.as_php_json(content)


def _convert(value: Any, kind: str, setting: str) -> Any:
    if kind == "bool":
        return boolean(value)
    found = number(value, setting)
    return _BACKORDERS.get(int(found or 0), "no") if kind == "backorders" else found


def _load_settings(shop: Shop) -> dict[str, Any]:
    """The settings of the configuration; one that is missing or no number leaves the stock item its own."""
    settings = scopes.configuration(shop)
    found = {}
    for _, setting, kind in _INVENTORY:
        value = settings.value(_PATH + setting)
        try:
            found[setting] = None if value is None else _convert(value, kind, setting)
        except InvalidValue:
            continue  # a minimum per customer group is JSON
    return found


def _entry(code: str, value: str | None) -> Entry:
    return Shared({"attributeCode": code, "value": [value]})


_NO_SET = _entry("ac_attribute_set", None)
_NO_TAX_CLASS = _entry("ac_tax_class", "no")


def _attribute_sets(shop: Shop) -> dict[int, Entry]:
    return _entries(shop.rows(SQL.attribute_sets), "ac_attribute_set")


def _tax_classes(shop: Shop) -> dict[int, Entry]:
    return _entries(shop.rows(SQL.tax_classes), "ac_tax_class")


def _entries(rows: Iterable[tuple[int, str]], code: str) -> dict[int, Entry]:
    return {row_id: _entry(code, name) for row_id, name in rows}
