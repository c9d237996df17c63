"""Sources, stocks and sales channels, and what a product's stock is made of."""

from dataclasses import dataclass, field

from saasexport.demo.rows import Rows, Value

DEFAULT_STOCK, WHOLESALE_STOCK = 1, 2

SOURCES = (
    ("default", "The shop's back room", 1, "US", "04101"),
    ("harbour", "Harbour warehouse", 1, "FR", "76600"),
    ("hill", "Hill depot", 1, "FR", "76290"),
    # Closed since the roof leaked: what lies there is not for sale.
    ("attic", "The attic", 0, "FR", "76600"),
)

SourceItem = tuple[str, float, int]  # source, quantity, 1: in stock


@dataclass(frozen=True)
class Stock:
    """What there is of a product; `item` holds columns of its stock item that are not as usual."""

    sources: tuple[SourceItem, ...] = (("default", 40, 1), ("harbour", 120, 1))
    item: dict[str, Value] = field(default_factory=dict)


USUAL_STOCK = Stock()
# Of products that are made of others: what there is of the parts decides.
NOT_KEPT = Stock(())
# Of what nobody can carry away.
ENDLESS = Stock((), {"manage_stock": 0, "use_config_manage_stock": 0})


def write_sources(rows: Rows) -> None:
    """Write both stocks and where their goods lie."""
    rows.add_all(
        "cataloginventory_stock",
        "stock_id, stock_name, website_id",
        [(DEFAULT_STOCK, "Default", 0)],
    )
    rows.add_all("inventory_source", "source_code, name, enabled, country_id, postcode", SOURCES)
    rows.add_all(
        "inventory_stock",
        "stock_id, name",
        [(DEFAULT_STOCK, "Default Stock"), (WHOLESALE_STOCK, "Wholesale Stock")],
    )
    rows.add_all(
        "inventory_source_stock_link",
        "stock_id, source_code, priority",
        (
            (DEFAULT_STOCK, "default", 1),
            (WHOLESALE_STOCK, "harbour", 1),
            (WHOLESALE_STOCK, "hill", 2),
            (WHOLESALE_STOCK, "attic", 3),
        ),
    )
    rows.add_all(
        "inventory_stock_sales_channel",
        "type, code, stock_id",
        (("website", "base", DEFAULT_STOCK), ("website", "wholesale", WHOLESALE_STOCK)),
    )
    # A product that was deleted left its source item behind.
    rows.add("inventory_source_item", source_code="hill", sku="KL-GONE", quantity=3, status=1)


def write_stock(rows: Rows, product_id: int, sku: str, stock: Stock) -> None:
    """Write a product's stock item and its source items."""
    in_shop = {source: (quantity, status) for source, quantity, status in stock.sources}.get(
        "default", (0, int(not stock.sources))
    )
    columns: dict[str, Value] = {
        "product_id": product_id,
        "stock_id": DEFAULT_STOCK,
        "website_id": 0,
        "qty": in_shop[0],
        "is_in_stock": in_shop[1],
        "min_qty": 0,
        "use_config_min_qty": 1,
        "backorders": 0,
        "use_config_backorders": 1,
        "min_sale_qty": 1,
        "use_config_min_sale_qty": 1,
        "max_sale_qty": 10000,
        "use_config_max_sale_qty": 1,
        "notify_stock_qty": 1,
        "use_config_notify_stock_qty": 1,
        "manage_stock": 1,
        "use_config_manage_stock": 1,
        "qty_increments": 1,
        "use_config_qty_increments": 1,
        "enable_qty_increments": 0,
        "use_config_enable_qty_inc": 1,
    }
    rows.add("cataloginventory_stock_item", **columns | stock.item)
    rows.add_all(
        "inventory_source_item",
        "source_code, sku, quantity, status",
        ((source, sku, quantity, status) for source, quantity, status in stock.sources),
    )
