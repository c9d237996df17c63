"""The inventory stock status feed: one item per product and stock it lies in (feeds.md 2.6, 3.5).

Every sale changes source items or reservations, so what the shop's triggers write is their SKU alone; which
products and stocks that means is worked out when the changelog is read.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.shop import scopes, stock
from saasexport.stdlib import Any
from saasexport.values import text

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these products in every stock that has them (feeds.md 3.5.1)."""
    stocks = stock.Stocks(shop, ids)
    for product_id, sku in shop.rows(SQL.products, ids):
        stock_ids = stocks.stocks_with_items(product_id)
        if stock_ids:
            yield _entity(stocks, product_id, sku, stock_ids)


def _entity(stocks: stock.Stocks, product_id: int, sku: Any, stock_ids: list[int]) -> EntityItems:
    """The items of a product; each one that cannot be made fails, and its neighbours go on."""
    parts: list[dict[str, Any]] = []
    failed: list[FailedItem] = []
    common: dict[str, Any] = {}
    for stock_id in stock_ids:
        try:
            common = common or _common(stocks, product_id, sku)
            if status := stocks.status(product_id, stock_id):
                parts.append(_part(stocks, product_id, stock_id, status))
        except InvalidValue as error:
            known = {} if isinstance(sku, bytes) else {"sku": sku}
            failed.append(FailedItem({"stockId": str(stock_id), **known}, str(error)))
    return EntityItems(product_id, common, parts, failed)


def _common(stocks: stock.Stocks, product_id: int, sku: Any) -> dict[str, Any]:
    """What is the same in every stock."""
    return {"productId": product_id, "sku": text(sku, "sku"), "infiniteStock": stocks.is_infinite(product_id)}


def _part(stocks: stock.Stocks, product_id: int, stock_id: int, status: stock.Status) -> dict[str, Any]:
    quantity, is_salable = status
    return {
        "stockId": str(stock_id),
        "qty": quantity,
        "qtyForSale": stocks.less_reserved(quantity, product_id, stock_id),
        "isSalable": is_salable,
    }


FEED = Feed(
    name="inventoryStockStatus",
    indexer="inventory_data_exporter_stock_status",
    table="inventory_data_exporter_stock_status_feed",
    identity=("stockId", "sku"),
    minimal=("stockId", "sku", "isSalable", "qty", "qtyForSale", "infiniteStock"),
    entity=("catalog_product_entity", "entity_id"),
    sql=SQL,
    subscriptions=(
        Subscription("cataloginventory_stock_item", "product_id"),
        Subscription("inventory_source_item", "sku", "sku"),
        Subscription("inventory_reservation", "sku", "sku"),
        Subscription("inventory_source", "source_code", "source"),
        Subscription("inventory_source_stock_link", "source_code", "source"),
        Subscription("inventory_stock", "stock_id", "stock"),
    ),
    settings=(scopes.settings(*stock.CONFIGURATION),),
    assemble=assemble,
    time_field="updatedAt",
    unhashed=("productId",),
    id_types={"default": SQL.by_sku, "sku": SQL.by_sku, "productId": ""},
    near=SQL.near,
    varying=("qty", "qtyForSale", "infiniteStock", "isSalable"),
)
