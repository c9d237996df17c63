"""What Magento's stock indexers would hold: quantity and salability, by product and stock (feeds.md 3.5, 5).

Nothing fills `cataloginventory_stock_status` and `inventory_stock_<id>` here, so both are worked out from the
tables a shop writes.  What the indexes say, and what Magento's programs would have written beside:

- The default stock (1) is the stock item.  Without stock management it is in stock.  With it, `is_in_stock`
  must be set and the quantity above the out-of-stock threshold or backorders allowed: a save in Magento takes
  `is_in_stock` back by itself when the quantity falls to the threshold, a till does not.
- Any other stock is its enabled sources' items, those with status 0 counted as 0.  Above the threshold,
  without stock management or with backorders it can be sold, whatever `is_in_stock` says.
- Reservations count for salability, not for the quantity.  Backorders with a threshold below zero end there.
- A configurable, grouped or bundle product has no source items.  It is in stock when its own stock item is
  (`is_in_stock` alone, as in Magento) and what it is made of can be sold from the same stock: one part, or
  one of every required option of a bundle, disabled parts left out.  Its quantity in the default stock is its
  own, elsewhere the sum of its parts.  Where it has source items it is treated as any other product.
- A setting is the stock item's own or, where it says so or there is none, the configuration's.
- SKUs are compared as SQLite compares them: `a` and `A` are two products with source items of their own.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop
from saasexport.shop import scopes
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import boolean, number

SQL = queries.beside(__file__)

DEFAULT_STOCK = 1
COMPOSITE_TYPES = ("configurable", "grouped", "bundle")

# The paths of the settings that a stock item may leave to the configuration, and Magento's own defaults.
_SETTINGS = {
    "cataloginventory/item_options/manage_stock": "1",
    "cataloginventory/item_options/backorders": "0",
    "cataloginventory/item_options/min_qty": "0",
}
CONFIGURATION = tuple(_SETTINGS)


class Status(NamedTuple):
    """A row of a stock's index."""

    quantity: int | float
    is_salable: bool


class _Settings(NamedTuple):
    """A stock item, its settings as they are in force."""

    quantity: "int | float | InvalidValue"
    min_qty: int | float  # the out-of-stock threshold
    has_backorders: bool
    is_managed: bool
    is_in_stock: bool


# By product and stock: a quantity, or why there is none.
_Quantities = dict[int, dict[int, "int | float | InvalidValue"]]


class Stocks:
    """The stock of some products; what cannot be used raises InvalidValue when it is asked for."""

    def __init__(self, shop: Shop, ids: Iterable[int], composites: Iterable[int] = ()) -> None:
        ids, composites = set(ids), list(composites)
        self._options, enabled = _parts(shop, composites)
        self._enabled = enabled
        ids |= {child for options in self._options.values() for _, parts in options for child in parts}
        self._default = shop.once(_load_configuration)
        self._items = _items(shop.rows(SQL.stock_items, ids), self._default)
        self._sources = _sums(shop.rows(SQL.source_items, ids), "qty")
        self._in_default_source = {row[0] for row in shop.rows(SQL.default_source_items, ids)}
        self._reservations = _sums(shop.rows(SQL.reservations, ids), "qtyForSale")

    def stocks_with_items(self, product_id: int) -> list[int]:
        """The stocks whose feed has an item of the product (feeds.md 3.5.1), ascending."""
        found = list(self._sources.get(product_id, ()))
        if product_id in self._in_default_source and product_id in self._items:
            found.insert(0, DEFAULT_STOCK)
        return found

    def status(self, product_id: int, stock_id: int) -> Status | None:
        """What the index of a stock says of a product, None if the product is not in it."""
        if product_id not in self._options:
            return self._own_status(product_id, stock_id)
        if stock_id == DEFAULT_STOCK:
            is_own = product_id in self._in_default_source
        else:
            is_own = stock_id in self._sources.get(product_id, ())
        status = self._own_status if is_own else self._composite_status
        return status(product_id, stock_id)

    def for_sale(self, product_id: int, stock_id: int) -> int | float:
        """The quantity less what is reserved; it may be negative (feeds.md 3.5.2)."""
        if stock_id == DEFAULT_STOCK:
            quantity = _whole_if_known(self._item(product_id).quantity)
        else:
            quantity = _whole_if_known(self._sources[product_id][stock_id])
        reserved = self._reservations.get(product_id, {}).get(stock_id)
        # Decimals of the shop have four places; the sum of two floats may show more.
        return quantity if reserved is None else plain(round(quantity + _whole_if_known(reserved), 4))

    def is_infinite(self, product_id: int) -> bool:
        """Whether the product never runs out (feeds.md 3.5.3, 5: by the settings in force)."""
        item = self._item(product_id)
        return not item.is_managed or (item.has_backorders and item.min_qty == 0)

    def _item(self, product_id: int) -> _Settings:
        item = self._items.get(product_id, self._default)
        if isinstance(item, InvalidValue):
            raise item
        return item

    def _is_available(self, product_id: int, stock_id: int, item: _Settings) -> bool:
        if item.has_backorders and item.min_qty >= 0:
            return True
        return self.for_sale(product_id, stock_id) > item.min_qty

    def _own_status(self, product_id: int, stock_id: int) -> Status | None:
        if stock_id == DEFAULT_STOCK:
            if product_id not in self._items:
                return None
            item = self._item(product_id)
            is_open, quantity = item.is_in_stock, _whole_if_known(item.quantity)
        else:
            found = self._sources.get(product_id, {}).get(stock_id)
            if found is None:
                return None
            item = self._item(product_id)
            is_open, quantity = True, _whole_if_known(found)
        is_salable = not item.is_managed or (is_open and self._is_available(product_id, stock_id, item))
        return Status(quantity, is_salable)

    def _composite_status(self, product_id: int, stock_id: int) -> Status | None:
        item = self._item(product_id)
        is_open = not item.is_managed or item.is_in_stock
        if stock_id == DEFAULT_STOCK:
            if product_id not in self._items:
                return None
            return Status(_whole_if_known(item.quantity), is_open and self._has_parts(product_id, stock_id))
        parts = {child for _, option in self._options[product_id] for child in option}
        found = [status for status in (self._part_status(child, stock_id) for child in parts) if status]
        if not found:
            return None
        quantity = plain(round(sum(status.quantity for status in found), 4))
        return Status(quantity, is_open and self._has_parts(product_id, stock_id))

    def _has_parts(self, product_id: int, stock_id: int) -> bool:
        is_any = False
        for is_required, parts in self._options[product_id]:
            if any(self._is_part_salable(child, stock_id) for child in parts):
                is_any = True
            elif is_required:
                return False
        return is_any

    def _is_part_salable(self, product_id: int, stock_id: int) -> bool:
        status = self._part_status(product_id, stock_id)
        return status is not None and status.is_salable

    def _part_status(self, product_id: int, stock_id: int) -> Status | None:
        try:
            return self._own_status(product_id, stock_id) if product_id in self._enabled else None
        except InvalidValue:
            return None  # set aside where it is an item of its own; what contains it goes on without it


def stock_of_website(shop: Shop) -> dict[str, int]:
    """The stock that sells on each website, by the website's code (feeds.md 3.1.11)."""
    return shop.once(_stock_of_website)


def _stock_of_website(shop: Shop) -> dict[str, int]:
    return dict(shop.rows(SQL.channels))


# The choices a composite product is made of: whether one must be made, and the products to choose from.
_Options = dict[int, list[tuple[bool, list[int]]]]


def _parts(shop: Shop, composites: list[int]) -> tuple[_Options, set[int]]:
    options: _Options = {product_id: [] for product_id in composites}
    if not composites:
        return options, set()
    choices: dict[tuple[int, int], list[int]] = {}
    for parent_id, child_id, option_id, is_required in shop.rows(SQL.parts, composites):
        if (parent_id, option_id) not in choices:
            choices[parent_id, option_id] = []
            options[parent_id].append((bool(boolean(is_required)), choices[parent_id, option_id]))
        if isinstance(child_id, int):
            choices[parent_id, option_id].append(child_id)
    children = {child for parts in choices.values() for child in parts}
    return options, {row[0] for row in shop.rows(SQL.enabled, children)}


def _load_configuration(shop: Shop) -> _Settings:
    """What holds for a product without a stock item: the configuration (feeds.md 3.5.1, NULL defaults)."""
    settings = scopes.configuration(shop)
    manage_stock, backorders, min_qty = (settings.value(path) or usual for path, usual in _SETTINGS.items())
    try:
        threshold = number(min_qty, "min_qty") or 0
    except InvalidValue:
        threshold = 0  # as PHP reads a text that is no number
    return _Settings(0, threshold, bool(boolean(backorders)), bool(boolean(manage_stock)), False)


def _items(rows: list[Any], default: _Settings) -> "dict[int, _Settings | InvalidValue]":
    """Stock items by product; most of a shop have one of a few sets of settings."""
    items: dict[int, _Settings | InvalidValue] = {}
    known: dict[tuple[Any, ...], _Settings | InvalidValue] = {}
    for row in rows:
        values = row[2:]
        if values not in known:
            known[values] = _settings(values, default)
        settings = known[values]
        if not isinstance(settings, InvalidValue):
            settings = _Settings(_quantity(row[1], "qty"), *settings[1:])
        items[row[0]] = settings
    return items


def _settings(row: Any, default: _Settings) -> "_Settings | InvalidValue":
    (
        min_qty,
        use_config_min_qty,
        backorders,
        use_config_backorders,
        manage_stock,
        use_config_manage_stock,
        is_in_stock,
    ) = row
    try:
        # NULL in a flag means the configuration (feeds.md 3.5.1, NULL defaults).
        return _Settings(
            0,
            (number(min_qty, "min_qty") or 0) if boolean(use_config_min_qty) is False else default.min_qty,
            bool(boolean(backorders)) if boolean(use_config_backorders) is False else default.has_backorders,
            bool(boolean(manage_stock)) if boolean(use_config_manage_stock) is False else default.is_managed,
            bool(boolean(is_in_stock)),
        )
    except InvalidValue as error:
        return error


def _sums(rows: list[Any], field: str) -> _Quantities:
    found: _Quantities = {}
    for product_id, stock_id, total, stranger in rows:
        quantity = _quantity(stranger, field)
        if not isinstance(quantity, InvalidValue):
            quantity = _quantity(total, field)
        if isinstance(quantity, float):
            quantity = plain(round(quantity, 4))
        found.setdefault(product_id, {})[stock_id] = quantity
    return found


def _quantity(value: Any, field: str) -> "int | float | InvalidValue":
    try:
        return number(value, field) or 0
    except InvalidValue as error:
        return error


def _whole_if_known(quantity: "int | float | InvalidValue") -> int | float:
    if isinstance(quantity, InvalidValue):
        raise quantity
    return quantity


def plain(quantity: int | float) -> int | float:
    """10 rather than 10.0 (feeds.md 5: whole floats print as integers)."""
    return int(quantity) if quantity == int(quantity) else quantity
