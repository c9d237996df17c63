"""The permission feeds: categoryPermissions and productOverrides."""

import pytest

from saasexport.feeds.category_permissions import FEED as PERMISSIONS
from saasexport.feeds.product_overrides import FEED as OVERRIDES
from tests.feeds.sales_shop import GENERAL, GUESTS, WHOLESALE, SalesShop

ALLOW, DENY, PARENT = -1, -2, 0
FOLDER = "catalog/magento_catalogpermissions/"

ROOT, TEA, GREEN, HIDDEN = 2, 10, 11, 12


@pytest.fixture
def shop(tmp_path):
    found = SalesShop(tmp_path / "shop.sqlite")
    found.configure(FOLDER + "enabled", "1")
    found.category(1, "1", active=None)
    found.category(ROOT, "1/2")
    found.category(TEA, "1/2/10")
    found.category(GREEN, "1/2/10/11")
    found.category(HIDDEN, "1/2/12", active=0)
    return found


def permit(shop, category_id, view=PARENT, price=PARENT, checkout=PARENT, website=None, group=None, number=None):
    shop.add(
        "magento_catalogpermissions",
        permission_id=number,
        category_id=category_id,
        website_id=website,
        customer_group_id=group,
        grant_catalog_category_view=view,
        grant_catalog_product_price=price,
        grant_checkout_items=checkout,
    )


def place(shop, product_id, *categories, websites=(1,)):
    """A product in some categories, with a SKU like its id."""
    shop.product(product_id, f"p{product_id}", websites=websites)
    for category_id in categories:
        shop.add("catalog_category_product", category_id=category_id, product_id=product_id)


def said(shop, website="base"):
    """Visible, price, cart of product 1 by group."""
    return {
        item["customerGroupCode"]: (item["displayable"], item["priceDisplayable"], item["addToCartAllowed"])
        for item in shop.items(OVERRIDES, 1).values()
        if item["websiteCode"] == website
    }


def test_a_permission_has_an_item(shop):
    permit(shop, TEA, ALLOW, DENY, PARENT, website=2, group=1, number=7)
    permit(shop, GREEN, number=8)
    items = shop.items(PERMISSIONS)

    assert items["7"] == {
        "id": "7",
        "categoryId": "10",
        "websiteCode": "b2b",
        "customerGroupCode": GENERAL,
        "grantCatalogCategoryView": "allow",
        "grantCatalogProductPrice": "deny",
        "grantCheckoutItems": "parent",
    }
    assert items["8"] == {
        "id": "8",
        "categoryId": "11",
        "websiteCode": None,
        "customerGroupCode": None,
        "grantCatalogCategoryView": "parent",
        "grantCatalogProductPrice": "parent",
        "grantCheckoutItems": "parent",
    }
    assert 6 == len(items) == shop.count(PERMISSIONS)


def test_the_configuration_has_four_items(shop):
    shop.configure(FOLDER + "grant_catalog_product_price", "0")
    shop.configure(FOLDER + "grant_checkout_items", "2")
    shop.configure(FOLDER + "grant_checkout_items_groups", "2,1")
    nothing = dict.fromkeys(
        (
            "categoryId",
            "websiteCode",
            "customerGroupCode",
            "grantCatalogCategoryView",
            "grantCatalogProductPrice",
            "grantCheckoutItems",
        )
    )
    view, price, checkout = (
        f"fallback-grant_{name}" for name in ("catalog_category_view", "catalog_product_price", "checkout_items")
    )
    expected = {
        "fallback-enabled": {**nothing, "id": "fallback-enabled", "value": "1"},
        # Not configured: everybody, as in Commerce.
        view: {**nothing, "id": view, "grantCatalogCategoryView": "allow", "value": "1"},
        price: {**nothing, "id": price, "grantCatalogProductPrice": "deny", "value": "0"},
        checkout: {**nothing, "id": checkout, "value": f"{GENERAL},{WHOLESALE}"},
    }
    assert expected == shop.items(PERMISSIONS, 0)


def test_a_grant_that_is_none_of_the_three_sets_the_permission_aside(shop):
    permit(shop, TEA, 5, number=7)
    assert shop.failed(PERMISSIONS) == [({"id": "7"}, "grantCatalogCategoryView: 5 is neither -1, -2 nor 0")]


def test_changes_lead_to_their_permission(shop):
    permit(shop, TEA, website=2, number=7)
    permit(shop, GREEN, number=8)
    touched = shop.touched(
        PERMISSIONS, "update magento_catalogpermissions set category_id = 12 where permission_id = 8"
    )
    assert {8} == touched
    assert {7} == shop.touched(PERMISSIONS, "update store_website set code = 'trade' where website_id = 2")
    change = f"update core_config_data set value = '0' where path = '{FOLDER}enabled'"
    assert shop.touched(PERMISSIONS, change) == "everything"


def test_a_product_has_an_override_for_each_group_a_permission_concerns(shop):
    place(shop, 1, TEA, websites=(1, 2))
    permit(shop, TEA, ALLOW, DENY, DENY, website=1, group=0)

    expected = {
        "sku": "p1",
        "productId": 1,
        "websiteCode": "base",
        "customerGroupCode": GUESTS,
        "displayable": True,
        "priceDisplayable": False,
        "addToCartAllowed": False,
    }
    assert {f"p1/base/{GUESTS}": expected} == shop.items(OVERRIDES)
    assert shop.count(OVERRIDES) == 1


def test_without_a_group_or_website_a_permission_concerns_all(shop):
    place(shop, 1, TEA, websites=(1, 2))
    permit(shop, TEA, view=DENY)
    denied = (False, True, True)
    assert dict.fromkeys((GUESTS, GENERAL, WHOLESALE), denied) == said(shop) == said(shop, "b2b")
    assert shop.count(OVERRIDES) == 6


def test_nothing_is_overridden_where_permissions_are_off(shop):
    shop.configure(FOLDER + "enabled", "0", "websites", 2)
    place(shop, 1, TEA, websites=(1, 2))
    permit(shop, TEA, view=DENY, group=0)
    assert [f"p1/base/{GUESTS}"] == list(shop.items(OVERRIDES))
    assert shop.count(OVERRIDES) == 1


def test_what_a_permission_leaves_open_comes_from_above_and_from_the_configuration_in_the_end(shop):
    shop.configure(FOLDER + "grant_checkout_items", "2")
    shop.configure(FOLDER + "grant_checkout_items_groups", "1")
    place(shop, 1, GREEN)
    permit(shop, ROOT, view=DENY, price=DENY)
    permit(shop, GREEN, price=ALLOW)
    assert said(shop) == {GUESTS: (False, True, False), GENERAL: (False, True, True), WHOLESALE: (False, True, False)}
    assert shop.count(OVERRIDES) == 3


def test_the_nearer_category_wins_however_specific_the_farther_one_is(shop):
    place(shop, 1, GREEN)
    permit(shop, TEA, view=DENY, website=1, group=0)
    permit(shop, GREEN, view=ALLOW)
    assert said(shop)[GUESTS] == (True, True, True)


def test_the_most_specific_permission_of_a_category_wins(shop):
    place(shop, 1, TEA)
    permit(shop, TEA, view=DENY)
    permit(shop, TEA, view=ALLOW, group=1)
    permit(shop, TEA, view=DENY, group=1, website=1)
    permit(shop, TEA, view=ALLOW, website=1)
    assert said(shop) == {GUESTS: (True, True, True), GENERAL: (False, True, True), WHOLESALE: (True, True, True)}


def test_deny_wins_over_allow_at_equal_rank(shop):
    place(shop, 1, TEA)
    permit(shop, TEA, view=DENY, price=ALLOW, group=1)
    permit(shop, TEA, view=ALLOW, price=DENY, checkout=ALLOW, website=1)
    assert said(shop)[GENERAL] == (False, False, True)


def test_the_most_specific_permission_may_leave_everything_to_the_parent(shop):
    place(shop, 1, TEA)
    permit(shop, TEA, view=DENY)
    permit(shop, TEA, group=1, website=1)
    assert GENERAL not in said(shop)
    assert shop.count(OVERRIDES) == 2


def test_a_product_may_be_seen_if_any_of_its_active_categories_may(shop):
    place(shop, 1, TEA, GREEN, HIDDEN)
    permit(shop, TEA, view=DENY, price=DENY)
    permit(shop, GREEN, view=ALLOW)
    permit(shop, HIDDEN, price=ALLOW)
    assert said(shop)[GUESTS] == (True, False, True)


@pytest.mark.parametrize(
    "change",
    [
        "update catalog_category_entity_int set value = 0 where entity_id = 11",
        "update catalog_category_entity_int set value = 0 where entity_id = 10",
        "update store_group set root_category_id = 12 where group_id = 1",
        "delete from catalog_product_website",
        "delete from catalog_category_product",
    ],
)
def test_a_product_outside_the_websites_active_categories_has_no_override(shop, change):
    place(shop, 1, GREEN)
    permit(shop, TEA, view=DENY)
    assert 3 == len(shop.items(OVERRIDES)) == shop.count(OVERRIDES)
    shop.run(change)
    assert 0 == len(shop.items(OVERRIDES)) == shop.count(OVERRIDES)


def test_a_category_is_active_on_a_website_if_it_is_in_one_of_its_store_views(shop):
    place(shop, 1, HIDDEN, websites=(1, 2))
    permit(shop, HIDDEN, view=DENY, group=0)
    shop.add("catalog_category_entity_int", entity_id=HIDDEN, attribute_id=46, store_id=3, value=1)
    assert [f"p1/base/{GUESTS}"] == list(shop.items(OVERRIDES))
    assert shop.count(OVERRIDES) == 1


def test_changes_lead_to_the_products_they_concern(shop):
    place(shop, 1, TEA)
    place(shop, 2, GREEN)
    place(shop, 3, HIDDEN)
    permit(shop, GREEN, view=DENY, number=7)
    permit(shop, TEA, view=DENY, number=8)

    changes = {
        "update magento_catalogpermissions set grant_checkout_items = -2 where permission_id = 7": {2},
        "update magento_catalogpermissions set grant_checkout_items = -2 where permission_id = 8": {1, 2},
        "update magento_catalogpermissions set category_id = 12 where permission_id = 7": {2, 3},
        "delete from magento_catalogpermissions where permission_id = 8": {1, 2},
        "update catalog_category_entity_int set value = 0 where entity_id = 10": {1, 2},
        "update catalog_category_entity set path = '1/2/12/11' where entity_id = 11": {2},
        "delete from catalog_category_product where product_id = 3": {3},
        "update catalog_product_entity set sku = 'x' where entity_id = 3": {3},
        "insert into catalog_product_website values (1, 2)": {1},
        "insert into customer_group (customer_group_id, customer_group_code) values (3, 'Retail')": "everything",
        f"update core_config_data set value = '0' where path = '{FOLDER}enabled'": "everything",
    }
    assert changes == {sql: shop.touched(OVERRIDES, sql) for sql in changes}


def test_the_commerce_table_without_foreign_keys_will_do(shop):
    shop.run(
        "drop table magento_catalogpermissions;"
        "create table magento_catalogpermissions (permission_id integer primary key autoincrement,"
        " category_id integer not null, website_id integer, customer_group_id integer,"
        " grant_catalog_category_view integer not null, grant_catalog_product_price integer not null,"
        " grant_checkout_items integer not null)"
    )
    place(shop, 1, TEA)
    permit(shop, TEA, view=DENY, website=9)
    [(_, error)] = shop.failed(PERMISSIONS)
    assert error == "websiteCode: the shop has no website 9 with a code"
    assert shop.items(OVERRIDES) == {}
    assert shop.count(OVERRIDES) == 0
