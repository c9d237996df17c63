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

from collections.abc import Iterable, Iterator

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


# A row of a stock's index: the quantity, and whether the product can be sold.
Status = tuple[int | float, bool]


class _Settings(NamedTuple):
    """The settings of a stock item as they are in force; most of a shop's share one."""

    min_qty: int | float  # the out-of-stock threshold
    has_backorders: bool
    is_managed: bool
    is_in_stock: bool


# By product and stock: a quantity, or why there is none.
_Quantities = dict[int, dict[int, "int | float | InvalidValue"]]

_NOWHERE: dict[int, Any] = {}


class Stocks:
    """The stock of some products; what cannot be used raises InvalidValue when it is asked for."""

    def __init__(self, shop: Shop, ids: Iterable[int], composites: Iterable[int] = ()) -> None:
        ids = set(ids)
        self._options = _parts(shop, list(composites))
        for options in self._options.values():
            for _, parts in options:
                ids.update(parts)
        self._default = shop.once(_load_configuration)
        self._items: dict[int, _Settings | InvalidValue] = {}
        self._quantities: dict[int, int | float | InvalidValue] = {}  # of stock items
        self._load_items(shop.rows(SQL.stock_items, ids))
        self._sources = _sums(shop.rows(SQL.source_items, ids), "qty")
        self._reservations = _sums(_sum_reservations(shop.rows(SQL.reservations, ids)), "qtyForSale")

    def stocks_with_items(self, product_id: int) -> list[int]:
        """The stocks whose feed has an item of the product (feeds.md 3.5.1), ascending."""
        stocks = sorted(self._sources.get(product_id, ()))
        return stocks if product_id in self._items else [each for each in stocks if each != DEFAULT_STOCK]

    def status(self, product_id: int, stock_id: int) -> Status | None:
        """What the index of a stock says of a product, None if the product is not in it."""
        if product_id in self._options and stock_id not in self._sources.get(product_id, ()):
            return self._composite_status(product_id, stock_id)
        return self._own_status(product_id, stock_id)

    def less_reserved(self, quantity: int | float, product_id: int, stock_id: int) -> int | float:
        """A quantity less what is reserved of it; it may be negative (feeds.md 3.5.2)."""
        if product_id not in self._reservations:
            return quantity
        reserved = self._reservations[product_id].get(stock_id)
        # Decimals of the shop have four places; the sum of two floats may show more.
        return quantity if reserved is None else plain(round(quantity + _require_usable(reserved), 4))

    def is_infinite(self, product_id: int) -> bool:
        """Whether the product never runs out (feeds.md 3.5.3, 5: by the settings in force)."""
        item = self._item(product_id)
        return not item.is_managed or (item.has_backorders and item.min_qty == 0)

    def _load_items(self, rows: list[Any]) -> None:
        known: dict[tuple[Any, ...], _Settings | InvalidValue] = {}
        for row in rows:
            product_id, quantity, settings = row[0], row[1], row[2:]
            if settings not in known:
                known[settings] = _settings(settings, self._default)
            self._items[product_id] = known[settings]
            self._quantities[product_id] = quantity if type(quantity) is int else _quantity(quantity, "qty")

    def _item(self, product_id: int) -> _Settings:
        item = self._items.get(product_id, self._default)
        if isinstance(item, InvalidValue):
            raise item
        return item

    def _own_status(self, product_id: int, stock_id: int) -> Status | None:
        if stock_id == DEFAULT_STOCK:
            given = self._quantities.get(product_id)
        else:
            given = self._sources.get(product_id, _NOWHERE).get(stock_id)
        if given is None:
            return None
        min_qty, has_backorders, is_managed, is_in_stock = self._item(product_id)
        quantity = _require_usable(given)
        if not is_managed:
            return quantity, True
        if stock_id == DEFAULT_STOCK and not is_in_stock:
            return quantity, False
        if has_backorders and min_qty >= 0:
            return quantity, True
        return quantity, self.less_reserved(quantity, product_id, stock_id) > min_qty

    def _composite_status(self, product_id: int, stock_id: int) -> Status | None:
        item = self._item(product_id)
        is_open = not item.is_managed or item.is_in_stock
        options = self._options[product_id]
        if stock_id == DEFAULT_STOCK:
            if product_id not in self._items:
                return None
            return _require_usable(self._quantities[product_id]), is_open and self._has_parts(options, stock_id)
        parts = {child for _, option in options for child in option}
        found = [status for status in (self._part_status(child, stock_id) for child in parts) if status]
        if not found:
            return None
        return plain(round(sum(quantity for quantity, _ in found), 4)), is_open and self._has_parts(options, stock_id)

    def _has_parts(self, options: list[tuple[bool, list[int]]], stock_id: int) -> bool:
        is_any = False
        for is_required, parts in options:
            if any(self._is_part_salable(child, stock_id) for child in parts):
                is_any = True
            elif is_required:
                return False
        return is_any

    def _is_part_salable(self, product_id: int, stock_id: int) -> bool:
        status = self._part_status(product_id, stock_id)
        return status is not None and status[1]

    def _part_status(self, product_id: int, stock_id: int) -> Status | None:
        try:
            return self._own_status(product_id, stock_id)
        except InvalidValue:
            return None  # set aside where it is an item of its own; what contains it goes on without it


def stock_of_website(shop: Shop) -> dict[str, int]:
    """The stock that sells on each website, by the website's code (feeds.md 3.1.11)."""
    return shop.once(_stock_of_website)


def _stock_of_website(shop: Shop) -> dict[str, int]:
    return dict(shop.rows(SQL.channels))


# The choices a composite product is made of: whether one must be made, and the enabled products to choose from.
_Options = dict[int, list[tuple[bool, list[int]]]]


def _parts(shop: Shop, composites: list[int]) -> _Options:
    options: _Options = {product_id: [] for product_id in composites}
    if not composites:
        return options
    choices: dict[tuple[int, int], list[int]] = {}
    for parent_id, child_id, option_id, is_required, is_enabled in shop.rows(SQL.parts, composites):
        if (parent_id, option_id) not in choices:
            choices[parent_id, option_id] = []
            options[parent_id].append((bool(boolean(is_required)), choices[parent_id, option_id]))
        if is_enabled and isinstance(child_id, int):
            choices[parent_id, option_id].append(child_id)
    return options


def _load_configuration(shop: Shop) -> _Settings:
    """What holds for a product without a stock item: the configuration (feeds.md 3.5.1, NULL defaults)."""
    settings = scopes.configuration(shop)
    manage_stock, backorders, min_qty = (settings.value(path) or usual for path, usual in _SETTINGS.items())
    try:
        threshold = number(min_qty, "min_qty") or 0
    except InvalidValue:
        threshold = 0  # as PHP reads a text that is no number
    return _Settings(threshold, bool(boolean(backorders)), bool(boolean(manage_stock)), False)


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
            (number(min_qty, "min_qty") or 0) if boolean(use_config_min_qty) is False else default.min_qty,
            bool(boolean(backorders)) if boolean(use_config_backorders) is False else default.has_backorders,
            bool(boolean(manage_stock)) if boolean(use_config_manage_stock) is False else default.is_managed,
            bool(boolean(is_in_stock)),
        )
    except InvalidValue as error:
        return error


def _sums(rows: Iterable[Any], field: str) -> _Quantities:
    """The sum of each product and stock; one quantity that cannot be used spoils it."""
    sums: _Quantities = {}
    fractions = set()
    for product_id, stock_id, value in rows:
        quantity = value if type(value) is int else _quantity(value, field)
        if product_id not in sums:
            sums[product_id] = {stock_id: quantity}
        elif stock_id not in sums[product_id]:
            sums[product_id][stock_id] = quantity
        else:
            before = sums[product_id][stock_id]
            sums[product_id][stock_id] = _plus(before, quantity)
        if type(quantity) is float:
            fractions.add((product_id, stock_id))
    for product_id, stock_id in fractions:
        quantity = sums[product_id][stock_id]
        if not isinstance(quantity, InvalidValue):
            quantity = _quantity(quantity, field)
            sums[product_id][stock_id] = plain(round(quantity, 4)) if isinstance(quantity, float) else quantity
    return sums


def _plus(one: "int | float | InvalidValue", other: "int | float | InvalidValue") -> "int | float | InvalidValue":
    if isinstance(one, InvalidValue):
        return one
    return other if isinstance(other, InvalidValue) else one + other


def _sum_reservations(rows: list[Any]) -> Iterator[tuple[int, int, Any]]:
    """What is reserved of each product and stock; a quantity that is no number stands for the sum."""
    for product_id, stock_id, total, stranger in rows:
        yield product_id, stock_id, stranger if isinstance(_quantity(stranger, ""), InvalidValue) else total


def _quantity(value: Any, field: str) -> "int | float | InvalidValue":
    try:
        return number(value, field) or 0
    except InvalidValue as error:
        return error


def _require_usable(quantity: "int | float | InvalidValue") -> int | float:
    if isinstance(quantity, InvalidValue):
        raise quantity
    return quantity


def plain(quantity: int | float) -> int | float:
    """10 rather than 10.0 (feeds.md 5: whole floats print as integers)."""
    return int(quantity) if quantity == int(quantity) else quantity
