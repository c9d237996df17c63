"""Links and parents of products (feeds.md 3.1.3)."""

import pytest

from saasexport.feeds.products import FEED, relations
from tests.feeds.storefront import Storefront


@pytest.fixture
def shop(tmp_path):
    found = Storefront(tmp_path / "shop.sqlite")
    found.run("insert into catalog_product_link_type (link_type_id, code) values (4, 'up_sell'), (5, 'cross_sell')")
    found.bare(1, "mug", websites=(1, 2))
    return found


def link(shop, linked_id, type_id, product_id=1):
    shop.add(
        "catalog_product_link", product_id=product_id, linked_product_id=linked_id, link_type_id=type_id
    )


def relate(shop, parent_id, child_id=1):
    shop.add("catalog_product_relation", parent_id=parent_id, child_id=child_id)


def said(shop, field, view="default"):
    found, fields = shop.area(relations, 1)
    assert fields.faults == {}
    return found[1][view][field]


def test_a_product_without_any_says_null(shop):
    found, _ = shop.area(relations, 1)
    assert found[1]["default"] == {"links": None, "parents": None}


def test_links_come_by_type_then_sku_and_grouped_members_are_none(shop):
    for product_id, sku in ((2, "b"), (3, "a"), (4, "B")):
        shop.bare(product_id, sku, websites=(1, 2))
    link(shop, 2, 4)
    link(shop, 2, 1)
    link(shop, 3, 1)
    link(shop, 4, 1)
    link(shop, 3, 5)
    link(shop, 3, 3)

    assert said(shop, "links") == [
        {"sku": "a", "type": "crosssell"},
        {"sku": "B", "type": "related"},
        {"sku": "a", "type": "related"},
        {"sku": "b", "type": "related"},
        {"sku": "b", "type": "upsell"},
    ]


def test_a_link_or_parent_is_told_on_the_websites_of_both(shop):
    shop.bare(2, "here", websites=(1,))
    shop.bare(3, "there", type_id="grouped", websites=(2,))
    link(shop, 2, 1)
    relate(shop, 3)

    assert [{"sku": "here", "type": "related"}] == said(shop, "links") == said(shop, "links", "french")
    assert said(shop, "links", "trade") is None
    assert said(shop, "parents") is None
    assert said(shop, "parents", "trade") == [{"sku": "there", "productType": "grouped"}]


def test_parents_come_by_type_then_sku_and_a_bundle_may_have_its_own_price(shop):
    shop.bare(2, "z", type_id="configurable", websites=(1, 2))
    shop.bare(3, "fixed", type_id="bundle", websites=(1, 2))
    shop.bare(4, "dynamic", type_id="bundle", websites=(1, 2))
    shop.bare(5, "view", type_id="bundle", websites=(1, 2))
    shop.say(3, price_type=1)
    shop.say(4, price_type=0)
    shop.say(5, store_id=3, price_type=1)  # the default scope decides here
    for parent_id in (2, 3, 4, 5):
        relate(shop, parent_id)

    assert said(shop, "parents") == [
        {"sku": "dynamic", "productType": "bundle"},
        {"sku": "view", "productType": "bundle"},
        {"sku": "fixed", "productType": "bundle_fixed"},
        {"sku": "z", "productType": "configurable"},
    ]


def test_lists_that_are_the_same_in_all_store_views_are_told_once(shop):
    shop.bare(2, "everywhere", websites=(1, 2))
    link(shop, 2, 1)

    _, fields = shop.area(relations, 1)
    assert fields.by_view == {}


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("delete from catalog_product_link where product_id = 1", {1}),
        ("update catalog_product_entity set sku = 'x' where entity_id = 2", {1, 2}),
        ("delete from catalog_product_website where product_id = 2 and website_id = 1", {1, 2}),
        ("update catalog_product_entity set type_id = 'simple' where entity_id = 3", {1, 3}),
        ("delete from catalog_product_relation", {1}),
        ("insert into catalog_product_entity_int (attribute_id, entity_id, value) values (122, 3, 1)", {1, 3}),
    ],
)
def test_a_change_at_the_other_end_leads_back(shop, change, touched):
    shop.bare(2, "linked", websites=(1,))
    shop.bare(3, "set", type_id="bundle", websites=(1,))
    shop.bare(4, "alone", websites=(1,))
    link(shop, 2, 4)
    relate(shop, 3)

    assert touched == shop.touched(FEED, change)
