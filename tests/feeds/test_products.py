"""The products feed put together from its areas (feeds.md 3.1 and 2.1)."""

import pytest

from saasexport.feed import EVERYTHING
from saasexport.feeds.products import FEED, assembly, attributes, media, row
from tests.feeds.storefront import MADE, Storefront


@pytest.fixture
def shop(tmp_path):
    return Storefront(tmp_path / "shop.sqlite")


def test_a_whole_item_of_a_plain_product(shop):
    shop.bare(1, "mug")
    shop.say(1, name="Mug", status=1, visibility=4, tax_class_id=2, url_key="mug")
    shop.stock_item(1, qty=5)
    shop.category(10, "1/2/10", url_key="cups")
    shop.list_in(10, 1)

    item = shop.items(FEED, 1)["mug/default"]
    entries = item.pop("attributes")
    assert [entry["attributeCode"] for entry in entries] == ["ac_attribute_set", "ac_tax_class", "ac_inventory"]
    assert item == {
        "sku": "mug",
        "storeViewCode": "default",
        "storeCode": "main",
        "websiteCode": "base",
        "name": "Mug",
        "productId": 1,
        "type": "simple",
        "status": "Enabled",
        "taxClassId": "Taxable Goods",
        "createdAt": MADE,
        "updatedAt": MADE,
        "urlKey": "mug",
        "visibility": "Catalog, Search",
        "weightUnit": None,
        "currency": "USD",
        "displayable": True,
        "buyable": True,
        "categories": ["cups"],
        "categoryData": [{"categoryId": "10", "categoryPath": "cups", "productPosition": 0}],
        "media_gallery": None,
        "optionsV2": None,
        "shopperInputOptions": None,
        "samples": None,
        "images": None,
        "videos": None,
        "links": None,
        "inStock": True,
        "lowStock": False,
        "url": "http://shop/catalog/product/view/id/1/s/mug/",
        "urlRewrites": None,
        "variants": None,
        "parents": None,
    }


def test_an_item_for_each_store_view_of_each_website(shop):
    for product_id, websites in ((1, (1,)), (2, (2,)), (3, (1, 2)), (4, ())):
        shop.bare(product_id, f"sku-{product_id}", websites=websites)
        shop.say(product_id, status=1)

    assert sorted(shop.items(FEED)) == [
        "sku-1/default",
        "sku-1/french",
        "sku-2/trade",
        "sku-3/default",
        "sku-3/french",
        "sku-3/trade",
    ]
    assert shop.count(FEED) == 6


def test_a_disabled_store_view_has_its_items(shop):
    shop.run("update store set is_active = 0")
    shop.bare(1, "mug")
    shop.say(1, status=2)

    assert {
        key: item["status"] for key, item in shop.items(FEED).items()
    } == {"mug/default": "Disabled", "mug/french": "Disabled"}


def test_a_website_assignment_that_outlived_its_product_is_no_product(shop):
    shop.run("pragma foreign_keys = off; insert into catalog_product_website values (77, 1)")

    assert shop.entities(FEED, 77) == []
    assert shop.count(FEED) == 0


@pytest.mark.parametrize(
    ("status", "qty", "is_buyable"), [(1, 5, True), (1, 0, False), (2, 5, False), (None, 5, False)]
)
def test_a_product_is_buyable_when_enabled_and_in_stock(shop, status, qty, is_buyable):
    shop.bare(1, "mug")
    shop.say(1, status=status)
    shop.stock_item(1, qty=qty, is_in_stock=int(qty > 0))

    assert [is_buyable, is_buyable] == [item["buyable"] for item in shop.items(FEED, 1).values()]


def test_a_product_disabled_in_one_store_view_is_not_buyable_there(shop):
    shop.bare(1, "mug", websites=(1, 2))
    shop.say(1, status=1)
    shop.say(1, store_id=3, status=2)
    shop.stock_item(1)

    assert {
        item["storeViewCode"]: item["buyable"] for item in shop.items(FEED, 1).values()
    } == {"default": True, "french": False, "trade": False}


def test_what_is_the_same_everywhere_is_common_and_an_override_moves_its_field_only(shop):
    shop.bare(1, "mug")
    shop.say(1, status=1, name="Mug", meta_title="Title")
    shop.say(1, store_id=3, name="Tasse")

    (entity,) = shop.entities(FEED, 1)
    assert entity.parts == [
        {"storeViewCode": "default", "storeCode": "main", "websiteCode": "base", "name": "Mug"},
        {"storeViewCode": "french", "storeCode": "main", "websiteCode": "base", "name": "Tasse"},
    ]
    assert entity.common["metaTitle"] == "Title"


def test_extra_entries_stand_behind_the_shops_own_where_store_views_differ_too(shop):
    shop.attribute(201, "motto", "varchar")
    shop.bare(1, "mug")
    shop.say(1, status=1, motto="Drink!")
    shop.say(1, store_id=3, motto="Buvez !", tax_class_id=2)

    assert {
        key: [(entry["attributeCode"], entry["value"][0]) for entry in item["attributes"]]
        for key, item in shop.items(FEED, 1).items()
    } == {
        "mug/default": [("motto", "Drink!"), ("ac_attribute_set", "Default"), ("ac_tax_class", "no")],
        "mug/french": [("motto", "Buvez !"), ("ac_attribute_set", "Default"), ("ac_tax_class", "Taxable Goods")],
    }


def test_products_are_found_by_sku_and_by_id(shop):
    shop.bare(1, "24")
    shop.bare(2, "mug")

    def found(id_type, keys):
        return [row[0] for row in shop.db.execute(FEED.id_types[id_type], {"keys": keys})]

    assert found("default", '["mug", "nothing"]') == [2]
    assert found("sku", "[24]") == [1]
    assert found("productId", '["1", 2]') == [1, 2]


def test_each_table_and_column_is_watched_once(shop):
    watched = [(found.table, found.column) for found in FEED.subscriptions]
    assert len(set(watched)) == len(watched)
    assert {found.via for found in FEED.subscriptions} - {None, EVERYTHING} == set(FEED.vias)


def test_an_area_that_uses_anothers_name_for_another_query_is_refused(monkeypatch):
    monkeypatch.setattr(assembly.media, "VIAS", {"media": "select 1", "category": "select 2"})
    with pytest.raises(ValueError, match="category stands for two queries"):
        assembly._vias()


def test_every_query_of_a_subscription_runs_and_gives_nothing_for_nothing(shop):
    for via, query in FEED.vias.items():
        assert shop.db.execute(query, {"keys": "[]"}).fetchall() == [], via


def test_every_attribute_that_an_area_reads_is_read():
    read = {*row.REQUESTED, *media.ROLES, *attributes.LISTED, "status", "price_type", "url_key"}
    read |= {"visibility", "tax_class_id", "links_title", "links_purchased_separately"}

    assert read - assembly.ATTRIBUTES == set()
