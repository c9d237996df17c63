"""Addresses of products (feeds.md 3.1.3, url and urlRewrites)."""

import pytest

from saasexport.feeds.products import FEED, urls
from tests.feeds.storefront import Storefront


@pytest.fixture
def shop(tmp_path):
    found = Storefront(tmp_path / "shop.sqlite")
    found.bare(5, "mug", websites=(1, 2))
    found.say(5, url_key="mug")
    return found


def rewrite(shop, request_path, target_path="catalog/product/view/id/5", store_id=1, **more):
    values = {"entity_type": "product", "entity_id": 5, **more}
    shop.add("url_rewrite", request_path=request_path, target_path=target_path, store_id=store_id, **values)


def said(shop, view="default"):
    found, fields = shop.area(urls, 5)
    assert fields.faults == {}
    return found[5][view]


def test_the_products_own_rewrite_is_its_address(shop):
    rewrite(shop, "mug.html")
    rewrite(shop, "old.html", "mug.html", redirect_type=301)
    rewrite(shop, "cups/mug.html", "catalog/product/view/id/5/category/3", metadata='{"category_id":"3"}')

    assert said(shop) == {
        "url": "http://shop/mug.html",
        "urlRewrites": [
            {"url": "http://shop/mug.html", "parameters": [{"name": "id", "value": "5"}]},
            {"url": "http://shop/old.html", "parameters": None},
            {
                "url": "http://shop/cups/mug.html",
                "parameters": [{"name": "id", "value": "5"}, {"name": "category", "value": "3"}],
            },
        ],
    }


def test_the_last_of_several_counts(shop):
    rewrite(shop, "first.html")
    rewrite(shop, "second.html")

    assert said(shop)["url"] == "http://shop/second.html"


def test_without_a_rewrite_the_address_names_the_product(shop):
    rewrite(shop, "mug.html", store_id=3)
    rewrite(shop, "about", entity_type="cms-page")
    shop.say(5, store_id=2, url_key=None)

    assert said(shop) == {"url": "http://shop/catalog/product/view/id/5/s/mug/", "urlRewrites": None}
    assert said(shop, "french")["url"] == "http://shop/mug.html"
    assert said(shop, "trade")["url"] == "http://trade/catalog/product/view/id/5/s//"


def test_a_name_without_a_value_is_no_parameter(shop):
    rewrite(shop, "mug.html", "catalog/product/view/id/5/category")

    assert said(shop)["urlRewrites"][0]["parameters"] == [{"name": "id", "value": "5"}]


def test_the_address_follows_the_configuration_and_the_rewrites_do_not(shop):
    shop.configure("web/url/use_store", "1")
    shop.configure("web/seo/use_rewrites", "0", "stores", 3)
    for store_id in (1, 3):
        rewrite(shop, "mug.html", store_id=store_id)

    assert (
        said(shop)["url"],
        said(shop)["urlRewrites"][0]["url"],
    ) == ("http://shop/default/mug.html", "http://shop/mug.html")
    assert said(shop, "french")["url"] == "http://shop/index.php/french/mug.html"


def test_addresses_that_are_the_same_in_all_store_views_are_told_once(shop):
    shop.bare(6, "cup")
    for store_id in (1, 3):
        rewrite(shop, "cup.html", "catalog/product/view/id/6", store_id=store_id, entity_id=6)

    _, fields = shop.area(urls, 6)
    assert (fields.by_view, fields.common[6]["url"]) == ({}, "http://shop/cup.html")


def test_binary_data_in_a_path_sets_the_item_aside(shop):
    rewrite(shop, b"\xff", store_id=3)

    _, fields = shop.area(urls, 5)
    assert fields.faults == {(5, 3): "urlRewrites: binary data where text belongs"}


def test_a_changed_rewrite_leads_to_its_product(shop):
    rewrite(shop, "mug.html")

    assert {5} == shop.touched(FEED, "update url_rewrite set request_path = 'x.html'")
    assert {5} == shop.touched(FEED, "delete from url_rewrite")
