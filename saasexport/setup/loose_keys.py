"""Columns of the shop whose type lets text stay text: keys and what queries compare are read as the numbers they are.

An imported file makes every column text, and then '9' comes after '10', and
'12' is not 12.  A temporary view stands in the place of such a table, for our
connection only, so that no query of a feed has to know.  Where columns are
declared as whole numbers nothing is done, and their indexes are used; a view
cannot use any, so that such a shop is read slowly.
"""

import functools
from collections.abc import Iterable

from saasexport import queries
from saasexport.database.db import read_shop
from saasexport.entity_key import Key
from saasexport.feed import Feed, json_list
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)


def read_as_numbers(shop: sqlite3.Connection, feeds: Iterable[Feed]) -> bool:
    """Have the keys in the tables of these feeds read as numbers, on a connection that reads; whether it had to."""
    feeds = [feed for feed in feeds if feed.key.is_named]
    names = sorted({queries.fold(subscription.table) for feed in feeds for subscription in feed.all_subscriptions()})
    tables: dict[str, dict[str, str]] = {}
    for table, column, declared in read_shop(shop, SQL.columns, {"tables": json_list(names)}):
        tables.setdefault(table, {})[column] = declared.upper()
    keys = {feed.key for feed in feeds}
    views = [view for table, columns in tables.items() if (view := _view(table, columns, keys))]
    if not views:
        return False
    shop.execute("pragma query_only = off")  # a view of ours, not the shop's
    for view in views:
        shop.execute(view)
    shop.execute("pragma query_only = on")
    return True


def _view(table: str, columns: dict[str, str], keys: set[Key]) -> str:
    """The view for a table; empty if its keys are numbers by their type."""
    loose = {name: _query(table, name, keys) for name, declared in columns.items() if _is_loose(declared)}
    if not any(loose.values()):
        return ""
    selected = [
        f'{query.format(column=_quote(name))} as "{_quote(name)}"'
        if (query := loose.get(name))
        else f'"{_quote(name)}"'
        for name in columns
    ]
    view: str = SQL.view.format(table=_quote(table), columns=",\n       ".join(selected))
    return view


def _query(table: str, column: str, keys: set[Key]) -> str:
    """How a column that may hold anything is read; empty if as it is."""
    if _is_key(table, column, keys):
        return str(SQL.key)
    name = column.lower()
    is_number = name in _NUMBERS or name.startswith(_BEGINNINGS) or (table.lower(), name) in _NUMBERS_OF_TABLES
    return str(SQL.number) if is_number else ""


# What queries of feeds compare with numbers, or order by; what they only hand on is read by its field's type.
_BEGINNINGS = ("is_", "use_", "used_", "grant_", "enable_", "selection_")
_NUMBERS = frozenset(
    (
        *("all_groups", "backorders", "children_count", "disabled", "enabled", "level", "manage_stock", "min_qty"),
        *("no_discount", "percentage_value", "position", "priority", "price", "qty", "quantity"),
        *("redirect_type", "required", "rule_price", "sort_order", "stock_status", "total_qty"),
    )
)
_NUMBERS_OF_TABLES = frozenset(
    (
        ("catalog_product_entity_decimal", "value"),
        ("catalog_product_entity_tier_price", "value"),
        ("eav_attribute_option_swatch", "type"),
        ("inventory_source_item", "status"),
        ("sales_payment_transaction", "transaction_id"),
    )
)


def _is_key(table: str, column: str, keys: set[Key]) -> bool:
    # The values of such a table are options of its attributes.
    is_value = column.lower() == "value" and table.lower().endswith("_entity_int")
    return is_value or any(key.is_in(column) for key in keys)


@functools.lru_cache(maxsize=1000)
def _is_loose(declared: str) -> bool:
    """Whether SQLite leaves text of digits as text in a column of this type."""
    if "INT" in declared:
        return False
    kinds = ("CHAR", "CLOB", "TEXT", "BLOB", "REAL", "FLOA", "DOUB")
    return declared in ("", "ANY") or any(kind in declared for kind in kinds)


def _quote(name: str) -> str:
    return name.replace('"', '""')
