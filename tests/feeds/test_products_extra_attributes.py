"""Attribute set, tax class and inventory as attributes of products (feeds.md 3.1.5)."""

import json

import pytest

from saasexport.feeds.products import FEED, extra_attributes
from tests.feeds.catalogue import TAX_CLASS, Catalogue


@pytest.fixture
def shop(tmp_path):
    found = Catalogue(tmp_path / "shop.sqlite")
    found.product(1, "mug", websites=(1, 2))
    return found


def said(shop):
    """The entries by store view's code and attribute's code, in their order."""
    found, fields = shop.area(extra_attributes, 1)
    assert fields.faults == {}
    return {
        code: {entry["attributeCode"]: entry["value"] for entry in own["attributes"]} for code, own in found[1].items()
    }


def inventory(shop):
    return {code: json.loads(own["ac_inventory"][0]) for code, own in said(shop).items() if "ac_inventory" in own}


def test_the_entries_and_their_order(shop):
    shop.value(1, TAX_CLASS, 2)
    shop.stock_item(1)

    found, fields = shop.area(extra_attributes, 1)
    expected = [
        {"attributeCode": "ac_attribute_set", "value": ["Default"]},
        {"attributeCode": "ac_tax_class", "value": ["Taxable Goods"]},
        {
            "attributeCode": "ac_inventory",
            "value": [
                # Nothing is configured here, so each setting is the stock item's.
                '{"manageStock":true,"cartMinQty":1,"cartMaxQty":0,"backorders":"no",'
                '"enableQtyIncrements":false,"qtyIncrements":0}'
            ],
        },
    ]
    assert {
        "default": {"attributes": expected},
        "trade": {"attributes": expected},
        "french": {"attributes": expected},
    } == (found[1])
    assert fields.by_view == {}


def test_without_a_stock_item_there_is_no_inventory(shop):
    assert list(said(shop)["default"]) == ["ac_attribute_set", "ac_tax_class"]


@pytest.mark.parametrize(("tax_class", "expected"), [(2, "Taxable Goods"), (0, "no"), (None, "no"), (77, "no")])
def test_the_tax_class_is_told_by_name(shop, tax_class, expected):
    shop.value(1, TAX_CLASS, tax_class)

    assert [expected] == said(shop)["default"]["ac_tax_class"]


def test_the_tax_class_may_be_a_store_views_own(shop):
    shop.value(1, TAX_CLASS, 2)
    shop.value(1, TAX_CLASS, 0, store_id=2)

    found = {code: own["ac_tax_class"] for code, own in said(shop).items()}
    assert found == {"default": ["Taxable Goods"], "trade": ["no"], "french": ["Taxable Goods"]}


def test_an_attribute_set_that_is_gone_is_null(shop):
    shop.run("pragma foreign_keys = off; update catalog_product_entity set attribute_set_id = 99")

    assert said(shop)["default"]["ac_attribute_set"] == [None]


def test_a_setting_is_the_configurations_where_the_stock_item_says_so(shop):
    for name, value in (
        ("manage_stock", "0"),
        ("min_sale_qty", "2"),
        ("max_sale_qty", "10000"),
        ("backorders", "2"),
        ("enable_qty_increments", "1"),
        ("qty_increments", "1.5"),
    ):
        shop.configure(f"cataloginventory/item_options/{name}", value)
    shop.stock_item(1)

    assert inventory(shop)["default"] == {
        "manageStock": False,
        "cartMinQty": 2,
        "cartMaxQty": 10000,
        "backorders": "allow_and_notify",
        "enableQtyIncrements": True,
        "qtyIncrements": 1.5,
    }


def test_and_the_stock_items_own_where_it_does_not(shop):
    shop.configure("cataloginventory/item_options/backorders", "2")
    shop.stock_item(1, manage_stock=0, min_sale_qty=3, max_sale_qty=4, backorders=1, qty_increments=2.5)
    shop.run("update cataloginventory_stock_item set enable_qty_increments = 1, use_config_enable_qty_inc = 0")

    assert inventory(shop)["trade"] == {
        "manageStock": False,
        "cartMinQty": 3,
        "cartMaxQty": 4,
        "backorders": "allow",
        "enableQtyIncrements": True,
        "qtyIncrements": 2.5,
    }


@pytest.mark.parametrize(("backorders", "expected"), [(0, "no"), (1, "allow"), (2, "allow_and_notify"), (7, "no")])
def test_backorders_are_told_in_words(shop, backorders, expected):
    shop.stock_item(1, backorders=backorders)

    assert expected == inventory(shop)["default"]["backorders"]


def test_a_minimum_per_customer_group_leaves_the_stock_item_its_own(shop):
    shop.configure("cataloginventory/item_options/min_sale_qty", '{"0":"1","1":"5"}')
    shop.stock_item(1)
    shop.run("update cataloginventory_stock_item set min_sale_qty = 4")

    assert inventory(shop)["default"]["cartMinQty"] == 4


def test_a_website_may_have_a_stock_item_of_its_own(shop):
    shop.stock_item(1, max_sale_qty=5)
    shop.run("insert into cataloginventory_stock (stock_id, website_id) values (2, 2)")
    shop.add(
        "cataloginventory_stock_item",
        product_id=1,
        stock_id=2,
        website_id=2,
        max_sale_qty=7,
        use_config_max_sale_qty=0,
        qty=1,
    )

    assert {code: own["cartMaxQty"] for code, own in inventory(shop).items()} == {"default": 5, "trade": 7, "french": 5}


def test_a_bad_setting_sets_the_item_aside(shop):
    shop.stock_item(1, max_sale_qty="plenty")

    _, fields = shop.area(extra_attributes, 1)
    error = "attributes.ac_inventory: max_sale_qty: 'plenty' is not a number"
    assert {(1, None): error} == fields.faults


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update eav_attribute_set set attribute_set_name = 'x'", {1}),
        ("update tax_class set class_name = 'x'", {1}),
        ("update cataloginventory_stock_item set max_sale_qty = 1", {1}),
        (
            "insert into core_config_data (path, value) values ('cataloginventory/item_options/max_sale_qty', '9')",
            "everything",
        ),
    ],
)
def test_a_change_leads_to_the_product(shop, sql, expected):
    shop.value(1, TAX_CLASS, 2)
    shop.stock_item(1)

    assert expected == shop.touched(FEED, sql)
