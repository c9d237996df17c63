"""The variants feed (feeds.md 2.5, 3.6 and what section 5 puts right)."""

import pytest

from saasexport.feed import FailedItem
from saasexport.feeds.variants import FEED
from tests.feeds.catalogue import COLOUR, SIZE, Catalogue

RED = {"attributeCode": "colour", "uid": "Y29uZmlndXJhYmxlLzkzLzEx", "label": "Red", "valueIndex": "11"}
BLUE = {"attributeCode": "colour", "uid": "Y29uZmlndXJhYmxlLzkzLzEy", "label": "Blue", "valueIndex": "12"}
LARGE = {"attributeCode": "size", "uid": "Y29uZmlndXJhYmxlLzk0LzIx", "label": "L", "valueIndex": "21"}


@pytest.fixture
def shop(tmp_path):
    """Product 9 by size and colour: 1 is red and large, 2 is blue and large, disabled and on no website."""
    found = Catalogue(tmp_path / "shop.sqlite")
    found.product(9, "shirt", "configurable")
    for product_id, sku, colour, status in ((1, "shirt-red", 11, 1), (2, "shirt-blue", 12, 2)):
        found.product(product_id, sku, websites=(), status=status)
        found.value(product_id, COLOUR, colour)
        found.value(product_id, SIZE, 21)
        found.add("catalog_product_super_link", product_id=product_id, parent_id=9)
    for option_id, attribute_id, label in ((11, COLOUR, "Red"), (12, COLOUR, "Blue"), (21, SIZE, "L")):
        found.add("eav_attribute_option", option_id=option_id, attribute_id=attribute_id)
        found.add("eav_attribute_option_value", option_id=option_id, store_id=0, value=label)
    found.add("catalog_product_super_attribute", product_id=9, attribute_id=COLOUR, position=2)
    found.add("catalog_product_super_attribute", product_id=9, attribute_id=SIZE, position=1)
    return found


def test_one_item_per_configurable_product_and_part(shop):
    assert shop.items(FEED) == {
        "shirt/shirt-red": {
            "id": "2b690a8e36bfa4353d8e4afdbe2a0dcf",
            "optionValues": [LARGE, RED],
            "parentId": "9",
            "productId": "1",
            "parentSku": "shirt",
            "productSku": "shirt-red",
        },
        "shirt/shirt-blue": {
            "id": "9f44a27edcecd4d0db83ed4237356065",
            "optionValues": [LARGE, BLUE],
            "parentId": "9",
            "productId": "2",
            "parentSku": "shirt",
            "productSku": "shirt-blue",
        },
    }
    assert shop.count(FEED) == 2


def test_a_part_of_two_configurable_products_has_an_item_in_each_with_its_attributes(shop):
    shop.product(8, "set", "configurable")
    shop.add("catalog_product_super_attribute", product_id=8, attribute_id=COLOUR)
    shop.add("catalog_product_super_link", product_id=1, parent_id=8)

    found = shop.items(FEED, 1)
    assert {"set/shirt-red", "shirt/shirt-red"} == found.keys()
    assert (
        found["set/shirt-red"]["id"],
        found["set/shirt-red"]["optionValues"],
    ) == ("44b56a9c3330567d4300b4447ddf0263", [RED])
    assert shop.count(FEED) == 3


def test_labels_and_values_of_store_views_add_nothing(shop):
    shop.add("eav_attribute_option_value", option_id=11, store_id=3, value="Rouge")
    shop.value(1, COLOUR, 12, store_id=3)

    assert shop.items(FEED, 1)["shirt/shirt-red"]["optionValues"] == [LARGE, RED]


def test_a_value_that_only_a_store_view_has_counts_as_it_is(shop):
    shop.run(f"delete from catalog_product_entity_int where entity_id = 1 and attribute_id = {COLOUR}")
    shop.value(1, COLOUR, 12, store_id=3)

    assert shop.items(FEED, 1)["shirt/shirt-red"]["optionValues"] == [LARGE, BLUE]


def test_an_option_without_admin_label_has_the_first_there_is(shop):
    shop.run("update eav_attribute_option_value set store_id = 3, value = 'Rouge' where option_id = 11")

    assert shop.items(FEED, 1)["shirt/shirt-red"]["optionValues"] == [LARGE, {**RED, "label": "Rouge"}]


def test_a_part_without_some_values_has_the_others_and_one_without_any_no_item(shop):
    shop.run("delete from eav_attribute_option where option_id = 12")
    assert shop.items(FEED, 2)["shirt/shirt-blue"]["optionValues"] == [LARGE]

    shop.run(f"update catalog_product_entity_int set value = null where entity_id = 2 and attribute_id = {SIZE}")
    assert shop.items(FEED, 2) == {}
    assert shop.count(FEED) == 1


def test_a_bad_label_sets_aside_the_variants_that_have_it(shop):
    shop.db.execute("update eav_attribute_option_value set value = ? where option_id = 11", (b"\x00",))

    red, blue = shop.entities(FEED)
    error = "optionValues.label: binary data where text belongs"
    assert ([], [FailedItem({"parentSku": "shirt", "productSku": "shirt-red"}, error)]) == (red.parts, red.failed)
    assert (len(blue.parts), blue.failed) == (1, [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update catalog_product_entity set sku = 'x' where entity_id = 1", {1}),
        # The id of the configurable product itself leads to nothing.
        ("update catalog_product_entity set sku = 'x' where entity_id = 9", {1, 2, 9}),
        ("delete from catalog_product_entity where entity_id = 1", {1}),
        ("delete from catalog_product_entity where entity_id = 9", {1, 2, 9}),
        ("pragma foreign_keys = off; delete from catalog_product_entity where entity_id = 9", {1, 2, 9}),
        ("update catalog_product_entity_int set value = 12 where entity_id = 1 and attribute_id = 93", {1}),
        ("delete from catalog_product_super_link where product_id = 2", {2}),
        ("delete from catalog_product_super_attribute where attribute_id = 93", {1, 2, 9}),
        ("update eav_attribute set attribute_code = 'tint' where attribute_id = 93", {1, 2}),
        ("update eav_attribute_option_value set value = 'Crimson' where option_id = 11", {1}),
        ("delete from eav_attribute_option where option_id = 11", {1, 2}),
    ],
)
def test_a_change_leads_to_the_parts_it_concerns(shop, sql, expected):
    assert expected == shop.touched(FEED, sql)


def test_parts_of_a_configurable_product_that_is_gone_have_no_item_of_it(shop):
    shop.run("pragma foreign_keys = off; delete from catalog_product_entity where entity_id = 9")

    assert shop.items(FEED, 1, 2, 9) == {}
    assert shop.count(FEED) == 0


def test_the_sku_of_a_configurable_product_names_its_parts_too(shop):
    def ids(keys):
        return [row[0] for row in shop.db.execute(FEED.id_types["default"], {"keys": keys})]

    assert ids('["shirt"]') == [1, 2, 9]
    assert ids('["shirt-red"]') == [1]
