"""`inStock` and `lowStock` of products (feeds.md 3.1.11), composite products, and what a sale leads to."""

import pytest

from saasexport.feed import Shop
from saasexport.feeds.products import FEED, stock
from tests.feeds.catalogue import COLOUR, STATUS, Catalogue


@pytest.fixture
def shop(tmp_path):
    return Catalogue(tmp_path / "shop.sqlite")


def in_stock(shop, *ids):
    found, fields = shop.area(stock, *ids)
    assert fields.faults == {}
    return {product_id: {code: said["inStock"] for code, said in views.items()} for product_id, views in found.items()}


def low_stock(shop, *ids):
    found, _ = shop.area(stock, *ids)
    return {product_id: {code: said["lowStock"] for code, said in views.items()} for product_id, views in found.items()}


def test_a_product_is_in_stock_where_its_websites_stock_has_it(shop):
    shop.product(1, "default-only", websites=(1, 2))
    shop.stock_item(1)
    shop.product(2, "trade-only", websites=(1, 2))
    shop.source_item("eu", "trade-only", 3)
    shop.product(3, "both", websites=(1, 2))
    shop.stock_item(3)
    shop.source_item("us", "both", 3)

    assert in_stock(shop, 1, 2, 3) == {
        1: {"default": True, "trade": False, "french": True},
        2: {"default": False, "trade": True, "french": False},
        3: {"default": True, "trade": True, "french": True},
    }


def test_flags_that_are_the_same_everywhere_are_common(shop):
    shop.product(1, "both", websites=(1, 2))
    shop.stock_item(1)
    shop.source_item("us", "both", 3)

    _, fields = shop.area(stock, 1)
    assert (fields.common, fields.by_view) == ({1: {"inStock": True, "lowStock": False}}, {})


def test_the_default_stock_needs_no_source_item(shop):
    shop.product(1, "mug")
    shop.stock_item(1)

    assert in_stock(shop, 1) == {1: {"default": True, "french": True}}


@pytest.mark.parametrize(
    ("stock_item", "expected"),
    [
        ({"qty": 1, "is_in_stock": 1}, True),
        ({"qty": 1, "is_in_stock": 0}, False),
        ({"qty": 0, "is_in_stock": 1}, False),  # a till does not take is_in_stock back, Magento does
        ({"qty": None, "is_in_stock": 1}, False),
        ({"qty": 0, "is_in_stock": 1, "backorders": 1}, True),
        ({"qty": 0, "is_in_stock": 0, "backorders": 1}, False),
        ({"qty": 0, "is_in_stock": 0, "manage_stock": 0}, True),
        ({"qty": 4, "is_in_stock": 1, "min_qty": 4}, False),
    ],
)
def test_the_default_stock_says_what_magento_would_have_written(shop, stock_item, expected):
    shop.product(1, "mug")
    shop.stock_item(1, **stock_item)

    assert {1: {"default": expected, "french": expected}} == in_stock(shop, 1)


def test_what_is_reserved_cannot_be_bought(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.stock_item(1, qty=2)
    shop.source_item("eu", "mug", 2)
    shop.add("inventory_reservation", stock_id=1, sku="mug", quantity=-2)

    assert in_stock(shop, 1) == {1: {"default": False, "trade": True, "french": False}}


def test_a_website_without_a_stock_has_nothing_in_stock(shop):
    shop.run("delete from inventory_stock_sales_channel where code = 'base'")
    shop.product(1, "mug")
    shop.stock_item(1)

    assert in_stock(shop, 1) == {1: {"default": False, "french": False}}


def test_low_stock_is_a_quantity_below_the_threshold_of_the_store_view(shop):
    shop.configure("cataloginventory/options/stock_threshold_qty", "5")
    shop.configure("cataloginventory/options/stock_threshold_qty", "4", "stores", 3)
    shop.product(1, "four", websites=(1, 2))
    shop.stock_item(1, qty=4)
    shop.source_item("eu", "four", 5)

    assert low_stock(shop, 1) == {1: {"default": True, "french": False, "trade": False}}


def test_low_stock_counts_the_quantity_and_not_what_is_reserved(shop):
    shop.configure("cataloginventory/options/stock_threshold_qty", "3")
    shop.product(1, "mug")
    shop.stock_item(1, qty=3)
    shop.add("inventory_reservation", stock_id=1, sku="mug", quantity=-2)

    assert low_stock(shop, 1) == {1: {"default": False, "french": False}}


def test_without_a_threshold_only_a_negative_quantity_is_low(shop):
    shop.product(1, "none")
    shop.stock_item(1, qty=0, backorders=1)
    shop.product(2, "owed")
    shop.stock_item(2, qty=-1, backorders=1)
    shop.product(3, "unknown")

    assert low_stock(shop, 1, 2, 3) == {
        1: {"default": False, "french": False},
        2: {"default": True, "french": True},
        3: {"default": False, "french": False},
    }


def test_without_a_quantity_any_threshold_is_above_it(shop):
    shop.configure("cataloginventory/options/stock_threshold_qty", "1")
    shop.product(1, "unknown")

    assert low_stock(shop, 1) == {1: {"default": True, "french": True}}


def test_a_bad_quantity_sets_the_product_aside_where_it_counts(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.stock_item(1)
    shop.source_item("eu", "mug", "many")

    _, fields = shop.area(stock, 1)
    assert fields.faults == {(1, 2): "inStock: qty: 'many' is not a number"}


# Composite products


@pytest.fixture
def parts(shop):
    """Two parts, 1 and 2: both in the default stock, 1 also in stock 10."""
    for product_id, sku in ((1, "part-1"), (2, "part-2")):
        shop.product(product_id, sku, websites=(1, 2))
        shop.stock_item(product_id)
    shop.source_item("eu", "part-1", 3)
    return shop


def configurable(shop, is_in_stock=1):
    shop.product(9, "whole", "configurable", websites=(1, 2))
    shop.stock_item(9, qty=0, is_in_stock=is_in_stock)
    shop.add("catalog_product_super_attribute", product_id=9, attribute_id=COLOUR)
    for part in (1, 2):
        shop.add("catalog_product_super_link", product_id=part, parent_id=9)


def test_a_configurable_product_is_in_stock_while_one_part_is(parts):
    configurable(parts)

    assert in_stock(parts, 9) == {9: {"default": True, "trade": True, "french": True}}
    parts.run("update cataloginventory_stock_item set is_in_stock = 0 where product_id = 1")
    parts.run("delete from inventory_source_item")
    assert in_stock(parts, 9) == {9: {"default": True, "trade": False, "french": True}}
    parts.run("update cataloginventory_stock_item set is_in_stock = 0 where product_id = 2")
    assert in_stock(parts, 9) == {9: {"default": False, "trade": False, "french": False}}


def test_a_composite_product_that_is_out_of_stock_itself_stays_so(parts):
    configurable(parts, is_in_stock=0)

    assert in_stock(parts, 9) == {9: {"default": False, "trade": False, "french": False}}


def test_a_disabled_part_does_not_count(parts):
    configurable(parts)
    parts.run(f"update catalog_product_entity_int set value = 2 where attribute_id = {STATUS} and entity_id = 1")

    assert in_stock(parts, 9) == {9: {"default": True, "trade": False, "french": True}}


def test_a_part_that_cannot_be_used_does_not_take_the_whole_along(parts):
    configurable(parts)
    parts.run("update cataloginventory_stock_item set qty = 'x' where product_id = 1")

    assert in_stock(parts, 9) == {9: {"default": True, "trade": True, "french": True}}


def test_a_part_whose_id_is_no_number_harms_nobody(parts):
    configurable(parts)
    parts.run("pragma foreign_keys = off; update catalog_product_super_link set product_id = 'x' where product_id = 1")

    assert in_stock(parts, 2, 9) == {
        2: {"default": True, "trade": False, "french": True},
        9: {"default": True, "trade": False, "french": True},
    }
    assert [len(entity.parts) for entity in parts.entities(FEED, 2, 9)] == [3, 3]


def test_a_composite_without_parts_is_not_in_stock(shop):
    shop.product(9, "whole", "configurable")
    shop.stock_item(9, qty=0)

    assert in_stock(shop, 9) == {9: {"default": False, "french": False}}


def test_a_grouped_product_is_in_stock_while_one_member_is(parts):
    parts.product(9, "set", "grouped", websites=(1, 2))
    parts.stock_item(9, qty=0)
    parts.add("catalog_product_link", product_id=9, linked_product_id=2, link_type_id=3)
    parts.add("catalog_product_link", product_id=9, linked_product_id=1, link_type_id=1)

    # Only the member (3) counts, not the related product (1).
    assert in_stock(parts, 9) == {9: {"default": True, "trade": False, "french": True}}


def bundle(shop, *options):
    shop.product(9, "bundle", "bundle", websites=(1, 2))
    shop.stock_item(9, qty=0)
    for option_id, (required, product_ids) in enumerate(options, 1):
        shop.add("catalog_product_bundle_option", option_id=option_id, parent_id=9, required=required)
        for product_id in product_ids:
            shop.add(
                "catalog_product_bundle_selection",
                option_id=option_id,
                parent_product_id=9,
                product_id=product_id,
            )


@pytest.mark.parametrize(
    ("options", "default", "trade"),
    [
        ([(1, [1])], True, True),
        ([(1, [1, 2])], True, True),
        ([(1, [1]), (1, [2])], True, False),
        ([(1, [1]), (0, [2])], True, True),
        ([(0, [2])], True, False),
        ([(1, [1]), (1, [])], False, False),
        ([], False, False),
    ],
)
def test_a_bundle_is_in_stock_when_every_required_option_is(parts, options, default, trade):
    bundle(parts, *options)

    assert {9: {"default": default, "trade": trade, "french": default}} == in_stock(parts, 9)


def test_the_quantity_of_a_composite_is_its_own_or_that_of_its_parts(parts):
    parts.configure("cataloginventory/options/stock_threshold_qty", "4")
    parts.source_item("us", "part-2", 1)
    configurable(parts)

    # 0 in the default stock; 3 + 1 in the other.
    assert low_stock(parts, 9) == {9: {"default": True, "trade": False, "french": True}}


def test_a_composite_with_a_source_item_counts_by_it(parts):
    configurable(parts)
    parts.run("delete from inventory_source_item where sku = 'part-1'")
    parts.source_item("us", "whole", 1)

    assert in_stock(parts, 9) == {9: {"default": True, "trade": True, "french": True}}


# What changes lead to


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update inventory_source_item set quantity = 1 where sku = 'part-1'", {1, 9}),
        ("insert into inventory_reservation (stock_id, sku, quantity) values (1, 'part-2', -1)", {2, 9}),
        ("update cataloginventory_stock_item set qty = 1 where product_id = 2", {2, 9}),
        ("update cataloginventory_stock_item set qty = 1 where product_id = 5", {5}),
        ("update inventory_source set enabled = 0 where source_code = 'eu'", {1, 9}),
        ("delete from inventory_source_stock_link where source_code = 'eu'", {1, 9}),
        # All products of the website, since its stock is another one.
        ("delete from inventory_stock_sales_channel where code = 'b2b'", {1, 2, 9}),
        ("update inventory_stock_sales_channel set stock_id = 1 where code = 'b2b'", {1, 2, 9}),
        ("delete from inventory_stock where stock_id = 10", {1, 2, 9}),
        (f"update catalog_product_entity_int set value = 2 where attribute_id = {STATUS} and entity_id = 1", {1, 9}),
        (
            "insert into core_config_data (path, value) values ('cataloginventory/options/stock_threshold_qty', '9')",
            "everything",
        ),
    ],
)
def test_a_change_leads_to_the_products_it_concerns_and_what_they_are_part_of(parts, sql, expected):
    configurable(parts)
    parts.product(5, "alone")
    parts.stock_item(5)

    assert expected == parts.touched(FEED, sql)


def test_tables_of_a_sale_have_vias_of_their_own():
    tables = {"inventory_source_item", "inventory_reservation", "cataloginventory_stock_item"}
    vias = {each.via for each in FEED.subscriptions if each.table in tables}

    assert vias
    assert all(via.startswith("stock") for via in vias)


@pytest.mark.parametrize(
    ("sql", "changed"),
    [
        ("update cataloginventory_stock_item set qty = 99", set()),
        ("insert into inventory_reservation (stock_id, sku, quantity) values (1, 'part-1', -1)", set()),
        ("update inventory_source_item set quantity = 2", set()),
        # The last one is gone: the part is out of stock, and so is what it is part of on that website.
        ("insert into inventory_reservation (stock_id, sku, quantity) values (10, 'part-1', -3)", {1, 9}),
        ("update cataloginventory_stock_item set qty = 0 where product_id = 2", {2}),
        # Settings are told in ac_inventory.
        ("update cataloginventory_stock_item set max_sale_qty = 7 where product_id = 1", {1}),
    ],
)
def test_a_fingerprint_differs_when_an_item_would(parts, sql, changed):
    configurable(parts)
    before = stock.fingerprints(Shop(parts.db), [1, 2, 9])
    parts.run(sql)
    after = stock.fingerprints(Shop(parts.db), [1, 2, 9])

    assert {1, 2, 9} == set(before) == set(after)
    assert changed == {product_id for product_id in before if before[product_id] != after[product_id]}


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "update cataloginventory_stock_item set qty = 0 where product_id = 2",
        "update cataloginventory_stock_item set qty = 'much'",
        "delete from cataloginventory_stock_item",
        "insert into inventory_reservation (stock_id, sku, quantity) values (10, 'part-1', -3)",
        "delete from inventory_stock_sales_channel",
    ],
)
def test_a_product_that_is_assembled_has_the_fingerprint_it_has_when_only_that_is_asked_for(parts, sql):
    configurable(parts)
    parts.run(sql)
    shop = Shop(parts.db)

    assembled = {entity.id: entity.fingerprint for entity in FEED.assemble(shop, [1, 2, 9])}

    assert assembled == stock.fingerprints(shop, [1, 2, 9])
    assert {1, 2, 9} == set(assembled)


def test_a_product_on_no_website_has_no_fingerprint(shop):
    shop.product(1, "nowhere", websites=())

    assert stock.fingerprints(Shop(shop.db), [1, 2]) == {}
