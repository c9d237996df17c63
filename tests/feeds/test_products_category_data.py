"""The categories a product is listed in, as the index that nothing keeps here would say (feeds.md 3.1.6)."""

import pytest

from saasexport.feeds.products import FEED, category_data
from tests.feeds.storefront import Storefront


@pytest.fixture
def shop(tmp_path):
    """10 (an anchor) > 11 > 12; 20; and product 1, enabled and visible."""
    found = Storefront(tmp_path / "shop.sqlite")
    found.category(10, "1/2/10", url_key="top", is_anchor=1)
    found.category(11, "1/2/10/11", url_key="mid")
    found.category(12, "1/2/10/11/12", url_key="low")
    found.category(20, "1/2/20", url_key="other")
    found.bare(1, "mug")
    found.say(1, status=1, visibility=4)
    return found


def said(shop, product_id=1, view="default"):
    """Id, path and position of each category a product is listed in."""
    found, fields = shop.area(category_data, product_id)
    assert fields.faults == {}
    data = found[product_id][view]["categoryData"]
    if data is None:
        assert "categories" not in found[product_id][view]
        return None
    assert [one["categoryPath"] for one in data] == found[product_id][view]["categories"]
    return [(one["categoryId"], one["categoryPath"], one["productPosition"]) for one in data]


def test_its_own_categories_by_id_with_their_positions(shop):
    shop.list_in(20, 1, position=3)
    shop.list_in(11, 1, position=7)

    assert said(shop) == [("10", "top", 10007), ("11", "top/mid", 7), ("20", "other", 3)]


def test_an_anchor_lists_what_is_below_behind_its_own_with_the_lowest_position(shop):
    shop.list_in(11, 1, position=9)
    shop.list_in(12, 1, position=4)

    assert said(shop) == [("10", "top", 10004), ("11", "top/mid", 9), ("12", "top/mid/low", 4)]


def test_an_anchors_own_assignment_counts(shop):
    shop.list_in(12, 1, position=4)
    shop.list_in(10, 1, position=5)

    assert said(shop) == [("10", "top", 5), ("12", "top/mid/low", 4)]


def test_the_root_is_no_category_of_a_product(shop):
    shop.describe(2, is_anchor=1)
    shop.list_in(2, 1)

    assert said(shop) is None
    shop.list_in(20, 1)
    assert said(shop) == [("20", "other", 0)]


def test_nothing_is_listed_in_or_through_an_inactive_category(shop):
    shop.list_in(12, 1)
    shop.list_in(20, 1)
    shop.run("update catalog_category_entity_int set value = 0 where attribute_id = 46 and entity_id = 11")

    assert said(shop) == [("20", "other", 0)]


@pytest.mark.parametrize(
    ("values", "is_listed"),
    [
        ({"status": 1, "visibility": 2}, True),
        ({"status": 1, "visibility": 3}, True),
        ({"status": 1, "visibility": 1}, False),
        ({"status": 2, "visibility": 4}, False),
        ({"status": 1}, False),
    ],
)
def test_only_enabled_and_visible_products_are_listed(shop, values, is_listed):
    shop.bare(2, "cup")
    shop.say(2, **values)
    shop.list_in(20, 2)

    assert ([("20", "other", 0)] if is_listed else None) == said(shop, 2)


def test_status_and_categories_are_those_of_the_store_view(shop):
    shop.list_in(20, 1)
    shop.describe(20, store_id=3, url_key="autre")
    shop.bare(2, "cup")
    shop.say(2, status=1, visibility=4)
    shop.say(2, store_id=3, visibility=None)
    shop.list_in(20, 2)

    assert said(shop) == [("20", "other", 0)]
    assert said(shop, view="french") == [("20", "autre", 0)]
    assert said(shop, 2) == [("20", "other", 0)]
    assert said(shop, 2, "french") is None


def test_only_categories_below_the_stores_root(shop):
    shop.category(3, "1/3", url_key=None)
    shop.category(30, "1/3/30", url_key="trade-only")
    shop.run("update store_group set root_category_id = 3 where group_id = 2")
    shop.bare(2, "cup", websites=(1, 2))
    shop.say(2, status=1, visibility=4)
    shop.list_in(20, 2)
    shop.list_in(30, 2)

    assert said(shop, 2) == [("20", "other", 0)]
    assert said(shop, 2, "trade") == [("30", "trade-only", 0)]


def test_a_category_without_a_path_is_called_by_its_id_as_in_the_categories_feed(shop):
    shop.category(40, "1/2/40", url_key=None)
    shop.list_in(40, 1)

    assert said(shop) == [("40", "40", 0)]


def test_a_position_that_is_no_number_sets_the_product_aside(shop):
    shop.list_in(20, 1, position="first")

    _, fields = shop.area(category_data, 1)
    assert {"categoryData: 'first' is not a number"} == set(fields.faults.values())


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("update catalog_category_product set position = 2 where product_id = 3", {3}),
        ("delete from catalog_category_product where product_id = 2", {2}),
        # a rename, a move and an anchor reach what is listed below
        ("update catalog_category_entity_varchar set value = 'x' where attribute_id = 117 and entity_id = 10", {2, 3}),
        ("update catalog_category_entity set path = '1/2/20/11', parent_id = 20 where entity_id = 11", {2, 3}),
        ("update catalog_category_entity_int set value = 0 where attribute_id = 54 and entity_id = 10", {2, 3}),
        ("insert into catalog_category_entity_int (attribute_id, entity_id, value) values (54, 20, 1)", {1}),
        ("insert into catalog_category_entity_text (attribute_id, entity_id, value) values (47, 10, 'x')", set()),
    ],
)
def test_a_change_of_a_category_reaches_the_products_in_it_and_below(shop, change, touched):
    for product_id in (2, 3):
        shop.bare(product_id, f"sku-{product_id}")
    shop.list_in(20, 1)
    shop.list_in(11, 2)
    shop.list_in(12, 3)

    assert touched == shop.touched(FEED, change)
