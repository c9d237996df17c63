"""Entries behind a product's own attributes: download, attribute set, tax class, inventory (feeds.md 3.1.5).

They look like attributes, but the shop has no values of them.  `ac_downloadable` and `ac_inventory` are JSON
as PHP writes it.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products import downloadable, stock
from saasexport.feeds.products.batch import Batch, Fields, Product
from saasexport.shop import scopes
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
    entries = _Entries(shop, batch)
    for product in batch.products.values():
        own = batch.values.overrides.get(product.id, _NO_VALUES)
        is_same = not any("tax_class_id" in values for values in own.values()) if own else True
        default = batch.values.defaults[product.id].get("tax_class_id")
        if is_same and product.id not in links and entries.has_one_row(product.id):
            try:
                fields.common[product.id] = {"attributes": entries.of(product, default, 0)}
            except InvalidValue as error:
                _fail(fields, product.id, error)
            continue
        by_view: dict[int, list[Entry]] = {}
        for view in batch.views[product.id]:
            tax_class = own.get(view.id, _NO_VALUES).get("tax_class_id", default)
            try:
                by_view[view.id] = entries.of(product, tax_class, view.website_id)
            except InvalidValue as error:
                _fail(fields, product.id, error, view.id)
                continue
            if options := links.get(product.id, _NO_VALUES).get(view.id):
                content = downloadable.describe(
                    batch, product.id, view, samples.get(product.id, {}).get(view.id, []), options
                )
                by_view[view.id] = [_entry("ac_downloadable", content), *by_view[view.id]]
        if by_view:
            fields.spread(product.id, "attributes", by_view)
    return fields


def _fail(fields: Fields, product_id: int, error: InvalidValue, store_id: int | None = None) -> None:
    if not is_left_out("attributes"):
        fields.fail(product_id, f"attributes.ac_inventory: {error}", store_id)


class _Entries:
    """The entries of a batch's products but `ac_downloadable`; those that say the same share a list."""

    def __init__(self, shop: Shop, batch: Batch) -> None:
        self._settings = batch.once(shop, stock.settings_of)
        self._sets = shop.once(_attribute_sets)
        self._tax_classes = shop.once(_tax_classes)
        self._load_settings = shop.once(_load_settings)
        self._known: dict[tuple[Any, ...], list[Entry]] = {}
        self._inventory: dict[tuple[Any, ...], Entry] = {}

    def has_one_row(self, product_id: int) -> bool:
        """Whether the settings of a product's stock item, if it has one, are those of all websites."""
        settings = self._settings.get(product_id, ())
        return not settings or (len(settings) == 1 and settings[0][0] == 0)

    def of(self, product: Product, tax_class: Any, website_id: int) -> list[Entry]:
        """The entries of a product on a website; not to be changed."""
        settings = self._settings.get(product.id, ())
        given = (product.attribute_set_id, tax_class, website_id, settings)
        if given not in self._known:
            entries = [
                self._sets.get(product.attribute_set_id, _NO_SET),
                self._tax_classes.get(tax_class, _NO_TAX_CLASS),
            ]
            rows = dict(settings)
            row = rows.get(website_id, rows.get(0))
            if row is not None:
                entries.append(self._of_row(row))
            self._known[given] = entries
        return self._known[given]

    def _of_row(self, row: tuple[Any, ...]) -> Entry:
        """`ac_inventory`: the website's row, else that of website 0; no entry without a stock item."""
        if row not in self._inventory:
            self._inventory[row] = _entry("ac_inventory", self._write(row))
        return self._inventory[row]

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
