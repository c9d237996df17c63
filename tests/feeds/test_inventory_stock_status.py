"""The inventory stock status feed: rules 3.5.1 to 3.5.3 and what section 5 puts right."""

import pytest

from saasexport.feed import FailedItem
from saasexport.feeds.inventory_stock_status import FEED
from tests.feeds.catalogue import Catalogue


@pytest.fixture
def shop(tmp_path):
    return Catalogue(tmp_path / "shop.sqlite")


def item(stock_id, sku, product_id, qty, qty_for_sale, infinite, salable):
    return {
        "stockId": stock_id,
        "sku": sku,
        "productId": product_id,
        "qty": qty,
        "qtyForSale": qty_for_sale,
        "infiniteStock": infinite,
        "isSalable": salable,
    }


def test_the_default_stock_is_the_stock_item_of_products_in_its_source(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=8.5)
    shop.source_item("default", "mug", 8.5)
    shop.product(2, "no-source-item")
    shop.stock_item(2, qty=3)
    shop.product(3, "no-stock-item")
    shop.source_item("default", "no-stock-item", 4)

    assert {"1/mug": item("1", "mug", 1, 8.5, 8.5, False, True)} == shop.items(FEED)
    assert shop.count(FEED) == 1


def test_another_stock_is_the_sum_of_its_enabled_sources(shop):
    shop.product(1, "mug")
    shop.source_item("eu", "mug", 5.5)
    shop.source_item("us", "mug", 4)
    shop.add("inventory_source", source_code="old", name="Old", enabled=0, country_id="FR", postcode="0")
    shop.add("inventory_source_stock_link", stock_id=10, source_code="old", priority=3)
    shop.source_item("old", "mug", 1000)
    shop.product(2, "only-old")
    shop.source_item("old", "only-old", 7)

    assert {"10/mug": item("10", "mug", 1, 9.5, 9.5, False, True)} == shop.items(FEED)
    assert shop.count(FEED) == 1


def test_a_source_item_out_of_stock_counts_as_nothing(shop):
    shop.product(1, "mug")
    shop.source_item("eu", "mug", 5, status=0)
    shop.product(2, "cup")
    shop.source_item("eu", "cup", 5, status=0)
    shop.source_item("us", "cup", 2)

    assert {
        "10/mug": item("10", "mug", 1, 0, 0, False, False),
        "10/cup": item("10", "cup", 2, 2, 2, False, True),
    } == shop.items(FEED)


def test_a_product_may_lie_in_several_stocks_and_a_source_belong_to_several(shop):
    shop.add("inventory_stock", stock_id=20, name="Other")
    shop.add("inventory_source_stock_link", stock_id=20, source_code="us", priority=1)
    shop.product(1, "mug")
    shop.stock_item(1, qty=1)
    shop.source_item("default", "mug", 1)
    shop.source_item("eu", "mug", 2)
    shop.source_item("us", "mug", 3)

    assert {
        "1/mug": item("1", "mug", 1, 1, 1, False, True),
        "10/mug": item("10", "mug", 1, 5, 5, False, True),
        "20/mug": item("20", "mug", 1, 3, 3, False, True),
    } == shop.items(FEED)
    assert shop.count(FEED) == 3


def test_sums_of_decimals_are_exact(shop):
    shop.product(1, "mug")
    shop.source_item("eu", "mug", 0.1)
    shop.source_item("us", "mug", 0.2)
    shop.add("inventory_reservation", stock_id=10, sku="mug", quantity=-0.05)

    assert {"10/mug": item("10", "mug", 1, 0.3, 0.25, False, True)} == shop.items(FEED)


def test_reservations_lower_what_is_for_sale_in_their_stock(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=8)
    shop.source_item("default", "mug", 8)
    shop.source_item("eu", "mug", 5)
    shop.add("inventory_reservation", stock_id=1, sku="mug", quantity=-3)
    shop.add("inventory_reservation", stock_id=1, sku="mug", quantity=1)
    shop.add("inventory_reservation", stock_id=10, sku="mug", quantity=-7)

    assert {
        "1/mug": item("1", "mug", 1, 8, 6, False, True),
        # All of it is promised, so it cannot be sold; the quantity for sale is not clamped.
        "10/mug": item("10", "mug", 1, 5, -2, False, False),
    } == shop.items(FEED)


@pytest.mark.parametrize(
    ("settings", "configured", "salable", "infinite"),
    [
        ({}, {}, False, False),
        ({"manage_stock": 0}, {}, True, True),
        ({"backorders": 1, "min_qty": 0}, {}, True, True),
        ({"backorders": 2, "min_qty": 0}, {}, True, True),
        # Backorders with a limit are not endless.
        ({"backorders": 1, "min_qty": -5}, {}, True, False),
        ({"backorders": 1, "min_qty": 3}, {}, True, False),
        # A setting that is left to the configuration is the configuration's.
        ({}, {"manage_stock": "0"}, True, True),
        ({}, {"backorders": "1"}, True, True),
        ({"manage_stock": 1}, {"backorders": "1"}, True, True),
        ({"backorders": 1}, {}, True, True),
        ({"backorders": 1}, {"min_qty": "-5"}, True, False),
        # What the item says itself, the configuration does not change.
        ({"manage_stock": 1}, {"manage_stock": "0"}, False, False),
        ({"backorders": 0}, {"backorders": "1"}, False, False),
    ],
)
def test_nothing_left_can_still_be_sold_by_the_settings_in_force(shop, settings, configured, salable, infinite):
    for name, value in configured.items():
        shop.configure(f"cataloginventory/item_options/{name}", value)
    shop.product(1, "mug")
    shop.stock_item(1, qty=0, **settings)
    shop.source_item("default", "mug", 0)
    shop.source_item("eu", "mug", 0)

    assert {
        "1/mug": item("1", "mug", 1, 0, 0, infinite, salable),
        "10/mug": item("10", "mug", 1, 0, 0, infinite, salable),
    } == shop.items(FEED)


def test_the_threshold_is_what_must_be_exceeded(shop):
    shop.configure("cataloginventory/item_options/min_qty", "5")
    for product_id, sku, quantity, own in ((1, "at", 5, {}), (2, "above", 6, {}), (3, "own", 5, {"min_qty": 4})):
        shop.product(product_id, sku)
        shop.stock_item(product_id, qty=quantity, **own)
        shop.source_item("default", sku, quantity)
        shop.source_item("eu", sku, quantity)

    found = {name: each["isSalable"] for name, each in shop.items(FEED).items()}
    assert found == {
        "1/at": False,
        "10/at": False,
        "1/above": True,
        "10/above": True,
        "1/own": True,
        "10/own": True,
    }


def test_backorders_end_at_a_threshold_below_zero(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=0, backorders=1, min_qty=-5)
    shop.source_item("default", "mug", 0)
    shop.add("inventory_reservation", stock_id=1, sku="mug", quantity=-5)

    assert {"1/mug": item("1", "mug", 1, 0, -5, False, False)} == shop.items(FEED)


def test_the_default_stock_needs_is_in_stock_another_stock_does_not(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=9, is_in_stock=0)
    shop.source_item("default", "mug", 9)
    shop.source_item("eu", "mug", 9)

    assert {
        "1/mug": item("1", "mug", 1, 9, 9, False, False),
        "10/mug": item("10", "mug", 1, 9, 9, False, True),
    } == shop.items(FEED)


def test_skus_that_differ_by_case_are_two_products(shop):
    shop.product(1, "mug")
    shop.product(2, "MUG")
    shop.source_item("eu", "mug", 1)
    shop.source_item("us", "MUG", 2)

    assert {
        "10/mug": item("10", "mug", 1, 1, 1, False, True),
        "10/MUG": item("10", "MUG", 2, 2, 2, False, True),
    } == shop.items(FEED)


def test_a_sku_that_stands_twice_is_an_item_of_each_product(shop):
    """The engine gives it to the lower one and shows the other as failed (feeds.md 5)."""
    shop.product(1, "mug")
    shop.product(2, "mug")
    shop.source_item("eu", "mug", 1)

    assert [entity.id for entity in shop.entities(FEED)] == [1, 2]
    assert {1, 2} == shop.touched(FEED, "update inventory_source_item set quantity = 2")


def test_a_quantity_that_is_no_number_sets_its_own_item_aside(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=8)
    shop.source_item("default", "mug", 8)
    shop.source_item("eu", "mug", "many")
    shop.source_item("us", "mug", 2)
    shop.product(2, "cup")
    shop.source_item("eu", "cup", 1)

    mug, cup = shop.entities(FEED)
    assert [part["stockId"] for part in mug.parts] == ["1"]
    assert [FailedItem({"stockId": "10", "sku": "mug"}, "qty: 'many' is not a number")] == mug.failed
    assert (len(cup.parts), cup.failed) == (1, [])


def test_a_bad_setting_sets_the_items_of_its_product_aside(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty=8, min_qty="few")
    shop.source_item("eu", "mug", 2)

    (mug,) = shop.entities(FEED)
    assert mug.parts == []
    assert [FailedItem({"stockId": "10", "sku": "mug"}, "min_qty: 'few' is not a number")] == mug.failed


def test_a_bad_quantity_of_the_stock_item_concerns_the_default_stock_only(shop):
    shop.product(1, "mug")
    shop.stock_item(1, qty="lots")
    shop.source_item("default", "mug", 8)
    shop.source_item("eu", "mug", 2)

    (mug,) = shop.entities(FEED)
    assert [part["stockId"] for part in mug.parts] == ["10"]
    assert [FailedItem({"stockId": "1", "sku": "mug"}, "qty: 'lots' is not a number")] == mug.failed


@pytest.fixture
def stocked(shop):
    """Three products: 1 in the default stock, 2 in eu, 3 in us."""
    for product_id, sku, source in ((1, "mug", "default"), (2, "cup", "eu"), (3, "pot", "us")):
        shop.product(product_id, sku)
        shop.stock_item(product_id)
        shop.source_item(source, sku, 5)
    return shop


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update inventory_source_item set quantity = 1 where sku = 'cup'", {2}),
        ("update inventory_source_item set sku = 'pot' where sku = 'cup'", {2, 3}),
        ("delete from inventory_source_item where sku = 'mug'", {1}),
        ("insert into inventory_reservation (stock_id, sku, quantity) values (10, 'pot', -1)", {3}),
        ("insert into inventory_reservation (stock_id, sku, quantity) values (10, 'gone', -1)", set()),
        ("update cataloginventory_stock_item set backorders = 1 where product_id = 2", {2}),
        ("update catalog_product_entity set sku = 'kettle' where entity_id = 3", {3}),
        ("delete from catalog_product_entity where entity_id = 1", {1}),
        ("update inventory_source set enabled = 0 where source_code = 'eu'", {2}),
        ("delete from inventory_source_stock_link where source_code = 'us'", {3}),
        ("insert into inventory_source_stock_link (stock_id, source_code, priority) values (1, 'us', 9)", {3}),
        ("delete from inventory_stock where stock_id = 10", {2, 3}),
        ("update core_config_data set value = '1' where path = 'web/unsecure/base_url'", set()),
        (
            "insert into core_config_data (path, value) values ('cataloginventory/item_options/backorders', '1')",
            "everything",
        ),
    ],
)
def test_a_change_leads_to_the_products_it_concerns(stocked, sql, expected):
    assert expected == stocked.touched(FEED, sql)


def test_products_are_named_by_sku_or_id(stocked):
    def ids(query, keys):
        return [row[0] for row in stocked.db.execute(query, {"keys": keys})]

    assert ids(FEED.id_types["default"], '["cup"]') == [2]
    assert ids(FEED.id_types["sku"], '["pot", "cup", "none"]') == [2, 3]
    assert FEED.id_types["productId"] == ""
