"""The categories feed (feeds.md 3.3 and 5)."""

import pytest

from saasexport.feed import Shop
from saasexport.feeds.categories import FEED
from saasexport.shop.category_tree import category_tree
from tests.feeds.storefront import MADE, Storefront


@pytest.fixture
def shop(tmp_path):
    return Storefront(tmp_path / "shop.sqlite")


def of_default(shop, *ids):
    """The fields of the default store view's items, by category id."""
    return {
        int(item["categoryId"]): item
        for item in shop.items(FEED, *ids).values()
        if item["storeViewCode"] == "default"
    }


def test_an_item_has_every_field(shop):
    shop.category(
        10,
        "1/2/10",
        position=4,
        url_key="bikes",
        name="Bikes",
        description="All bikes",
        meta_title="Buy bikes",
        meta_keywords="bike",
        meta_description="Bikes of all kinds",
        display_mode="PRODUCTS",
        is_anchor=1,
        image="bikes.jpg",
        available_sort_by="position,price",
        default_sort_by="position",
    )
    shop.category(11, "1/2/10/11")

    assert shop.items(FEED, 10)["bikes/default"] == {
        "categoryId": "10",
        "storeViewCode": "default",
        "storeCode": "main",
        "websiteCode": "base",
        "name": "Bikes",
        "description": "All bikes",
        "metaTitle": "Buy bikes",
        "metaKeywords": "bike",
        "metaDescription": "Bikes of all kinds",
        "displayMode": "PRODUCTS",
        "urlKey": "bikes",
        "urlPath": "bikes",
        "image": "http://shop/media/catalog/category/bikes.jpg",
        "level": 2,
        "path": "1/2/10",
        "parentId": "2",
        "children": ["11"],
        "position": 4,
        "defaultSortBy": "position",
        "availableSortBy": ["position", "price"],
        "isAnchor": 1,
        "includeInMenu": 1,
        "isActive": 1,
        "createdAt": MADE,
        "updatedAt": MADE,
    }


def test_what_is_null_is_left_out_but_for_what_is_worked_out(shop):
    shop.category(10, "1/2/10", is_active="absent", include_in_menu="absent", url_key=None)

    assert shop.items(FEED, 10)["10/default"] == {
        "categoryId": "10",
        "storeViewCode": "default",
        "storeCode": "main",
        "websiteCode": "base",
        "urlPath": "10",
        "image": None,
        "level": 2,
        "path": "1/2/10",
        "parentId": "2",
        "children": None,
        "position": 0,
        "defaultSortBy": "position",
        "availableSortBy": None,
        "createdAt": MADE,
        "updatedAt": MADE,
    }


def test_an_item_for_each_store_view_that_sells_from_the_root(shop):
    shop.category(3, "1/3", url_key=None)
    shop.category(30, "1/3/30", url_key="trade-only")
    shop.run("update store_group set root_category_id = 3 where group_id = 2")
    shop.category(10, "1/2/10", url_key="bikes")

    assert sorted(shop.items(FEED)) == [
        "/default",
        "/french",
        "/trade",
        "bikes/default",
        "bikes/french",
        "trade-only/trade",
    ]
    assert shop.count(FEED) == 6


def test_the_root_of_a_store_has_an_empty_path_and_the_trees_root_no_item(shop):
    found = shop.items(FEED, 1, 2)

    assert {"2"} == {item["categoryId"] for item in found.values()}
    assert (found["/default"]["urlPath"], found["/default"]["name"]) == ("", "Default Category")


def test_the_path_is_made_of_url_keys_and_null_does_not_hide_the_defaults(shop):
    shop.category(10, "1/2/10", url_key="bikes")
    shop.category(11, "1/2/10/11", url_key=None)
    shop.category(12, "1/2/10/11/12", url_key="wheels")
    shop.describe(10, store_id=3, url_key="velos")
    shop.describe(12, store_id=3, url_key=None)

    assert {"bikes/wheels/default", "bikes/wheels/trade", "velos/wheels/french"} == set(shop.items(FEED, 12))
    assert "urlKey" not in shop.items(FEED, 12)["velos/wheels/french"]


def test_a_category_without_a_path_is_called_by_its_id(shop):
    shop.category(10, "1/2/10", url_key=None)
    shop.category(11, "1/2/10/11", url_key=None)

    assert {"10/default", "10/french", "10/trade", "11/default", "11/french", "11/trade"} == set(
        shop.items(FEED, 10, 11)
    )


def test_below_an_inactive_category_nothing_is_active_or_in_the_menu(shop):
    shop.category(10, "1/2/10")
    shop.category(11, "1/2/10/11", is_active=0)
    shop.category(12, "1/2/10/11/12")
    shop.category(13, "1/2/10/11/12/13")

    assert {
        category_id: (item["isActive"], item["includeInMenu"])
        for category_id, item in of_default(shop, 10, 11, 12, 13).items()
    } == {10: (1, 1), 11: (0, 1), 12: (0, 0), 13: (0, 0)}


def test_below_a_category_that_is_not_in_the_menu_nothing_is_in_the_menu(shop):
    shop.category(10, "1/2/10")
    shop.category(11, "1/2/10/11", include_in_menu=0)
    shop.category(12, "1/2/10/11/12")

    assert {
        category_id: (item["isActive"], item["includeInMenu"])
        for category_id, item in of_default(shop, 10, 11, 12).items()
    } == {10: (1, 1), 11: (1, 0), 12: (1, 0)}


def test_an_ancestor_with_one_of_the_two_values_lacks_the_other_one_with_neither_hides_nothing(shop):
    shop.category(10, "1/2/10", is_active="absent", include_in_menu="absent")
    shop.category(11, "1/2/10/11")
    shop.category(20, "1/2/20", include_in_menu="absent")
    shop.category(21, "1/2/20/21")
    shop.category(30, "1/2/30", is_active="absent")
    shop.category(31, "1/2/30/31")

    assert {
        category_id: (item["isActive"], item["includeInMenu"])
        for category_id, item in of_default(shop, 11, 21, 31).items()
    } == {11: (1, 1), 21: (1, 0), 31: (0, 0)}


def test_a_store_root_that_does_not_say_hides_nothing_and_one_that_does_hides_all(shop):
    shop.category(10, "1/2/10")
    shop.run("delete from catalog_category_entity_int where entity_id = 2 and attribute_id = 69")
    assert (of_default(shop, 10)[10]["isActive"], of_default(shop, 10)[10]["includeInMenu"]) == (1, 1)

    shop.run("update catalog_category_entity_int set value = 0 where entity_id = 2")
    assert (of_default(shop, 10)[10]["isActive"], of_default(shop, 10)[10]["includeInMenu"]) == (0, 0)


def test_an_ancestor_is_seen_as_the_store_view_sees_it(shop):
    shop.category(10, "1/2/10", is_active=0)
    shop.category(11, "1/2/10/11")
    shop.describe(10, store_id=3, is_active=1)

    found = shop.items(FEED, 11)
    assert {
        item["storeViewCode"]: item["isActive"] for item in found.values()
    } == {"default": 0, "trade": 0, "french": 1}


def test_children_are_the_active_ones_by_position_in_the_items_store_view(shop):
    shop.category(10, "1/2/10", url_key="top")
    shop.category(11, "1/2/10/11", position=3)
    shop.category(12, "1/2/10/12", position=1)
    shop.category(13, "1/2/10/13", position=2, is_active=0)
    shop.category(14, "1/2/10/12/14", position=0)
    shop.describe(13, store_id=3, is_active=1)
    shop.describe(12, store_id=3, is_active=0)

    found = shop.items(FEED, 10)
    assert found["top/default"]["children"] == ["12", "11"]
    assert found["top/french"]["children"] == ["13", "11"]


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        (None, None),
        ("", None),
        ("x.png", "http://shop/media/catalog/category/x.png"),
        ("http://elsewhere/folder/x.png", "http://shop/media/catalog/category/x.png"),
        ("/media/catalog/category/x.png", "http://shop/media/catalog/category/x.png"),
        ("/pub/media/wysiwyg/x.png", "http://shop/media/wysiwyg/x.png"),
        ("media/catalog/category/x.png", "http://shop/media/catalog/category/x.png"),
        ("pub/media/wysiwyg/x.png", "http://shop/media/wysiwyg/x.png"),
        ("/static/x.png", "/static/x.png"),
    ],
)
def test_the_address_of_an_image(shop, stored, sent):
    shop.category(10, "1/2/10", image=stored)

    assert sent == of_default(shop, 10)[10]["image"]


@pytest.mark.parametrize(
    ("available", "wanted", "available_sent", "sent"),
    [
        (None, None, None, "price"),  # the configuration's
        ("name,price", "name", ["name", "price"], "name"),
        ("name,price", None, ["name", "price"], "price"),
        ("name, price", "price", ["name", "price"], "price"),
        ("name", "price", ["name"], "name"),  # not among those available
        (None, "colour", None, "position"),  # nothing can be sorted by it
        ("colour,name", "colour", ["colour", "name"], "name"),
        ("colour", "name", ["colour"], "name"),  # none of those available can be sorted by: all can
    ],
)
def test_what_a_category_is_sorted_by(shop, available, wanted, available_sent, sent):
    shop.configure("catalog/frontend/default_sort_by", "price")
    shop.run("update catalog_eav_attribute set used_for_sort_by = 1 where attribute_id in (73, 77)")
    shop.category(10, "1/2/10", available_sort_by=available, default_sort_by=wanted)

    item = of_default(shop, 10)[10]
    assert (available_sent, sent) == (item["availableSortBy"], item["defaultSortBy"])


def test_directives_in_a_description_are_filled_with_the_store_views_addresses(shop):
    shop.category(10, "1/2/10", url_key="top", description='{{media url="a.png"}} {{store url=""}}')

    found = shop.items(FEED, 10)
    assert found["top/default"]["description"] == "http://shop/media/a.png http://shop/"
    assert found["top/trade"]["description"] == "http://trade/media/a.png http://trade/"


def test_a_description_that_may_hold_no_html_is_escaped(shop):
    shop.run("update catalog_eav_attribute set is_html_allowed_on_front = 0 where attribute_id = 47")
    shop.category(10, "1/2/10", description="<b>\"O'Neill & Co\"</b>\nnew")

    assert of_default(shop, 10)[10]["description"] == "&lt;b&gt;&quot;O&#039;Neill &amp; Co&quot;&lt;/b&gt;<br />\nnew"


def test_a_value_that_cannot_be_used_sets_aside_the_items_of_its_store_view(shop):
    shop.category(10, "1/2/10", url_key="top")
    shop.describe(10, store_id=3, is_anchor="often")

    (entity,) = shop.entities(FEED, 10)
    assert [part["storeViewCode"] for part in entity.parts] == ["default", "trade"]
    (failed,) = entity.failed
    assert failed.identity == {"urlPath": "top", "storeViewCode": "french"}
    assert failed.error == "isAnchor: 'often' is not a number"


@pytest.mark.parametrize("column", ["level", "position"])
def test_a_number_that_is_none_sets_aside_its_category_and_no_other(shop, column):
    shop.category(10, "1/2/10", url_key="top")
    shop.category(11, "1/2/10/11", url_key="below")
    shop.run(f"update catalog_category_entity set {column} = 'zz' where entity_id = 10")

    bad, good = shop.entities(FEED, 10, 11)
    assert (len(bad.parts), len(bad.failed)) == (0, 3)
    assert bad.failed[0].error == f"{column}: 'zz' is not a number"
    assert [part["storeViewCode"] for part in good.parts] == ["default", "trade", "french"]
    assert good.common["urlPath"] == "top/below"


def test_a_category_whose_path_is_none_is_in_no_store(shop):
    shop.category(10, "1/2/10")
    shop.run("update catalog_category_entity set path = x'ff' where entity_id = 10")

    assert shop.entities(FEED, 10) == []


def test_what_is_the_same_in_all_store_views_is_common(shop):
    shop.category(10, "1/2/10", name="Bikes")
    shop.describe(10, store_id=3, name="Velos")

    (entity,) = shop.entities(FEED, 10)
    assert entity.common["path"] == "1/2/10"
    assert [part["name"] for part in entity.parts] == ["Bikes", "Bikes", "Velos"]


@pytest.fixture
def tree(shop):
    """Two branches: 10 > 11 > 12, and 20."""
    for category_id, path in ((10, "1/2/10"), (11, "1/2/10/11"), (12, "1/2/10/11/12"), (20, "1/2/20")):
        shop.category(category_id, path, name=f"Category {category_id}")
    return shop


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        # a rename: itself, all below, and the parent that lists it
        (
            "update catalog_category_entity_varchar set value = 'x' where attribute_id = 117 and entity_id = 11",
            {10, 11, 12},
        ),
        ("delete from catalog_category_entity_int where entity_id = 10", {2, 10, 11, 12}),
        ("insert into catalog_category_entity_text (attribute_id, entity_id, value) values (47, 11, 'x')", {11}),
        # a move: itself and what is below, the old parent and the new one
        (
            "update catalog_category_entity set path = '1/2/20/11', parent_id = 20 where entity_id = 11",
            {10, 11, 12, 20},
        ),
        ("update catalog_category_entity set position = 9 where entity_id = 12", {11, 12}),
        ("delete from catalog_category_entity where entity_id = 20", {2, 20}),
        # one that goes without those below it takes its key out of their paths
        ("delete from catalog_category_entity where entity_id = 11", {10, 11, 12}),
        ("update store_group set root_category_id = 20 where group_id = 1", "everything"),
        ("insert into store (code, website_id, group_id, name) values ('new', 1, 1, 'New')", "everything"),
        ("update catalog_eav_attribute set used_for_sort_by = 1 where attribute_id = 73", "everything"),
        ("update core_config_data set value = 'http://x/' where path = 'web/unsecure/base_url'", "everything"),
        ("insert into core_config_data (path, value) values ('general/locale/code', 'fr_FR')", set()),
    ],
)
def test_a_change_leads_to_the_categories_concerned(tree, change, touched):
    assert touched == tree.touched(FEED, change)


def test_store_views_without_values_of_their_own_share_a_branch_of_the_tree(tree):
    tree.describe(10, store_id=3, url_key="dix")

    branches = category_tree(Shop(tree.db)).branches
    assert branches[1] is branches[2]
    assert branches[1] is not branches[3]
    assert (branches[1].url_path(11), branches[3].url_path(11)) == ("c10/c11", "dix/c11")
