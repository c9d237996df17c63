"""scopesWebsite and scopesCustomerGroup (feeds.md 3.7)."""

import pytest

from saasexport.feeds import scopes_customer_group, scopes_website
from tests.feeds.catalogue import Catalogue

# SHA-1 of "0" and "1".
ZERO = "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"
ONE = "356a192b7913b04c54574d18c28d46e6395428ab"


@pytest.fixture
def shop(tmp_path):
    return Catalogue(tmp_path / "shop.sqlite")


@pytest.fixture
def groups(shop):
    shop.run(
        """insert into customer_group (customer_group_id, customer_group_code)
           values (0, 'NOT LOGGED IN'), (1, 'General')"""
    )
    return shop


def test_a_website_lists_its_groups_and_their_store_views(shop):
    assert shop.items(scopes_website.FEED) == {
        "1": {
            "websiteId": "1",
            "websiteCode": "base",
            "stores": [
                {
                    "storeId": "1",
                    "storeCode": "main",
                    "storeViews": [
                        {"storeViewId": "1", "storeViewCode": "default"},
                        {"storeViewId": "3", "storeViewCode": "french"},
                    ],
                }
            ],
        },
        "2": {
            "websiteId": "2",
            "websiteCode": "b2b",
            "stores": [
                {
                    "storeId": "2",
                    "storeCode": "wholesale",
                    "storeViews": [{"storeViewId": "2", "storeViewCode": "trade"}],
                }
            ],
        },
    }


def test_admin_is_no_website(shop):
    assert shop.entities(scopes_website.FEED, 0) == []
    assert shop.count(scopes_website.FEED) == 2


def test_a_website_or_group_without_anything_says_null(shop):
    shop.run(
        """insert into store_website (website_id, code) values (3, 'empty'), (4, 'bare');
           insert into store_group (group_id, website_id, code, name) values (4, 4, 'bare-group', 'Bare')"""
    )

    found = shop.items(scopes_website.FEED, 3, 4)
    assert found["3"] == {"websiteId": "3", "websiteCode": "empty", "stores": None}
    assert found["4"]["stores"] == [{"storeId": "4", "storeCode": "bare-group", "storeViews": None}]


@pytest.mark.parametrize(
    ("change", "websites"),
    [
        ("update store_website set code = 'main' where website_id = 1", {1}),
        ("update store_group set code = 'shop' where group_id = 2", {2}),
        ("update store_group set website_id = 1 where group_id = 2", {1, 2}),
        ("update store set code = 'fr' where store_id = 3", {1}),
        ("update store set group_id = 2 where store_id = 3", {1, 2}),
        ("insert into store (code, group_id, website_id, name) values ('it', 1, 1, 'Italian')", {1}),
        ("delete from store where store_id = 2", {2}),
        ("delete from store_website where website_id = 2", {2}),
    ],
)
def test_a_change_of_scopes_leads_to_the_websites_concerned(shop, change, websites):
    assert websites == shop.touched(scopes_website.FEED, change)


def test_a_customer_group_is_named_by_the_hash_of_its_id(groups):
    assert groups.items(scopes_customer_group.FEED) == {
        "0": {"customerGroupId": "0", "customerGroupCode": ZERO, "websites": ["base", "b2b"]},
        "1": {"customerGroupId": "1", "customerGroupCode": ONE, "websites": ["base", "b2b"]},
    }
    assert groups.count(scopes_customer_group.FEED) == 2


def test_excluded_websites_are_left_out_and_all_excluded_is_null(groups):
    groups.add("customer_group_excluded_website", customer_group_id=0, website_id=1)
    groups.add("customer_group_excluded_website", customer_group_id=1, website_id=1)
    groups.add("customer_group_excluded_website", customer_group_id=1, website_id=2)

    found = groups.items(scopes_customer_group.FEED)
    assert {key: item["websites"] for key, item in found.items()} == {"0": ["b2b"], "1": None}


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("update customer_group set customer_group_code = 'Guests' where customer_group_id = 0", {0}),
        ("insert into customer_group_excluded_website (customer_group_id, website_id) values (1, 2)", {1}),
        ("insert into store_website (website_id, code) values (9, 'new')", "everything"),
    ],
)
def test_a_change_leads_to_the_customer_groups_concerned(groups, change, touched):
    assert touched == groups.touched(scopes_customer_group.FEED, change)
