"""The inventory stock status feed: one item per product and stock it lies in (feeds.md 2.6, 3.5).

Every sale changes source items or reservations, so what the shop's triggers write is their SKU alone; which
products and stocks that means is worked out when the changelog is read.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.shop import scopes, stock
from saasexport.values import text

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these products in every stock that has them (feeds.md 3.5.1)."""
    stocks = stock.Stocks(shop, ids)
    for product_id, sku in shop.rows(SQL.products, ids):
        stock_ids = stocks.indexed(product_id)
        if stock_ids:
            yield _entity(stocks, product_id, sku, stock_ids)


def _entity(stocks: stock.Stocks, product_id: int, sku: str, stock_ids: list[int]) -> EntityItems:
    try:
        common = {"sku": text(sku, "sku"), "productId": product_id}
    except InvalidValue as error:
        failed = [FailedItem({"stockId": str(stock_id)}, str(error)) for stock_id in stock_ids]
        return EntityItems(product_id, {}, [], failed)
    parts, failed = [], []
    for stock_id in stock_ids:
        try:
            status = stocks.status(product_id, stock_id)
            if status is None:
                continue
            parts.append(
                {
                    "stockId": str(stock_id),
                    "qty": status.quantity,
                    "qtyForSale": stocks.for_sale(product_id, stock_id),
                    "infiniteStock": stocks.is_infinite(product_id),
                    "isSalable": status.is_salable,
                }
            )
        except InvalidValue as error:
            failed.append(FailedItem({"stockId": str(stock_id), "sku": sku}, str(error)))
    return EntityItems(product_id, common, parts, failed)


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
    id_types={"default": SQL.via_sku, "sku": SQL.via_sku, "productId": ""},
    varying=("qty", "qtyForSale", "infiniteStock", "isSalable"),
)
