"""A sale at the till: stock and reservations change all the time, and seldom an item of the products feed."""

import pytest

from tests.convergence import differences, tick

EMPTY = "update cataloginventory_stock_item set qty = 0, is_in_stock = 0 where product_id = {}"
FILL = "update cataloginventory_stock_item set qty = 50, is_in_stock = 1 where product_id = {}"
PRODUCT = "(select entity_id from catalog_product_entity where sku = ?)"

SELL = "insert into inventory_reservation (stock_id, sku, quantity) values (1, ?, -1)"


def assembled(exporter):
    """The products that were assembled, from the log's records of partial syncs."""
    log = (exporter.folder / "var" / "log" / "commerce-data-export.log").read_text()
    return [
        line.partition("processed ")[2].partition(",")[0]
        for line in log.splitlines()
        if '"feed":"products","operation":"partial reindex","status":"Progress' in line
    ]


@pytest.fixture
def sku(synced):
    """A product with plenty of stock."""
    return synced.ask_shop(
        "select sku from inventory_source_item where source_code = 'default' and quantity > 20 and status = 1"
        " and sku in (select sku from catalog_product_entity where type_id = 'simple') order by sku limit 1"
    )[0][0]


def test_a_sale_that_changes_no_stock_field_has_no_product_assembled(synced, sku):
    before = assembled(synced)
    sent = len(synced.sent())
    synced.change(SELL, sku)
    tick(synced)
    assert assembled(synced) == before
    assert [feed for feed, _, _ in synced.sent()[sent:]] == ["inventoryStockStatus"]
    assert differences(synced) == []


def test_a_sale_that_empties_the_shelf_changes_the_product(synced, sku):
    synced.change(EMPTY.format(PRODUCT), sku)
    tick(synced)
    assert synced.item("products", sku=sku, storeViewCode="default")["inStock"] is False
    synced.change(FILL.format(PRODUCT), sku)
    tick(synced)
    assert synced.item("products", sku=sku, storeViewCode="default")["inStock"] is True
    assert differences(synced) == []


def test_what_was_assembled_for_another_reason_is_not_taken_for_what_it_was(synced, sku):
    """In stock, sold out together with a new name, in stock again: the last change must not be missed."""
    synced.change(EMPTY.format(PRODUCT), sku)
    synced.change("update catalog_product_entity set updated_at = datetime('now', '+1 hour') where sku = ?", sku)
    tick(synced)
    assert synced.item("products", sku=sku, storeViewCode="default")["inStock"] is False
    synced.change(FILL.format(PRODUCT), sku)
    tick(synced)
    assert synced.item("products", sku=sku, storeViewCode="default")["inStock"] is True
    assert differences(synced) == []


def test_a_stock_setting_reaches_the_products_attributes(synced, sku):
    synced.change(
        "update cataloginventory_stock_item set max_sale_qty = 3, use_config_max_sale_qty = 0"
        f" where product_id = {PRODUCT}",
        sku,
    )
    tick(synced)
    attributes = synced.item("products", sku=sku, storeViewCode="default")["attributes"]
    inventory = next(one["value"][0] for one in attributes if one["attributeCode"] == "ac_inventory")
    assert '"cartMaxQty":3,' in inventory
    assert differences(synced) == []
