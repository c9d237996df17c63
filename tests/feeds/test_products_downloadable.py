"""`samples` (feeds.md 3.1.3) and `ac_downloadable` (feeds.md 3.1.5)."""

import pytest

from saasexport.feeds.products import FEED, downloadable, extra_attributes
from tests.feeds.catalogue import SEPARATELY, Catalogue


@pytest.fixture
def shop(tmp_path):
    found = Catalogue(tmp_path / "shop.sqlite")
    found.product(1, "book", "downloadable", websites=(1, 2))
    return found


def sample(shop, sample_id, title=None, product_id=1, **row):
    shop.add("downloadable_sample", sample_id=sample_id, product_id=product_id, **row)
    if title is not None:
        shop.add("downloadable_sample_title", sample_id=sample_id, store_id=0, title=title)


def test_samples_by_sort_order_with_the_store_views_words_and_addresses(shop):
    sample(shop, 1, title="Bread", sort_order=10)
    sample(shop, 2, sort_order=9)
    shop.add("downloadable_sample_title", sample_id=1, store_id=3, title="Pain")

    def samples(url, label):
        return [
            {
                "resource": {
                    "url": f"{url}downloadable/download/sample/sample_id/2",
                    "label": None,
                    "roles": None,
                },
                "sortOrder": "9",
            },
            {
                "resource": {
                    "url": f"{url}downloadable/download/sample/sample_id/1",
                    "label": label,
                    "roles": None,
                },
                "sortOrder": "10",
            },
        ]

    found, _ = shop.area(downloadable, 1)
    assert {
        "default": {"samples": samples("http://shop/", "Bread")},
        "trade": {"samples": samples("http://trade/", "Bread")},
        "french": {"samples": samples("http://shop/", "Pain")},
    } == found[1]


def test_a_product_without_samples_is_not_mentioned(shop):
    found, _ = shop.area(downloadable, 1)

    assert found[1] == {"default": {}, "trade": {}, "french": {}}


def test_ac_downloadable_is_json_as_php_writes_it(shop):
    shop.value(1, SEPARATELY, 1)
    sample(shop, 1, title="Käse")
    shop.add("downloadable_link", link_id=1, product_id=1, sort_order=2, number_of_downloads=5, sample_url="x")
    shop.add("downloadable_link_title", link_id=1, store_id=0, title="Bread")
    shop.add("downloadable_link_price", link_id=1, website_id=0, price=3.5)
    shop.add("downloadable_link", link_id=2, product_id=1, sort_order=1)

    found, _ = shop.area(extra_attributes, 1)
    assert found[1]["default"]["attributes"][0] == {
        "attributeCode": "ac_downloadable",
        "value": [
            '{"purchase_separately":true,'
            '"samples":[{"label":"K\\u00e4se",'
            '"url":"http:\\/\\/shop\\/downloadable\\/download\\/sample\\/sample_id\\/1"}],'
            '"links":[{"uid":"ZG93bmxvYWRhYmxlLzI=","label":"Link 0","price":0,"number_of_downloads":0,'
            '"sample_url":null},'
            '{"uid":"ZG93bmxvYWRhYmxlLzE=","label":"Bread","price":3.5,"number_of_downloads":5,'
            '"sample_url":"http:\\/\\/shop\\/downloadable\\/download\\/linkSample\\/link_id\\/1"}]}'
        ],
    }


def test_ac_downloadable_of_nothing_has_empty_lists(shop):
    found, _ = shop.area(extra_attributes, 1)

    expected = '{"purchase_separately":false,"samples":[],"links":[]}'
    assert [expected] == found[1]["default"]["attributes"][0]["value"]


def test_only_downloadable_products_have_ac_downloadable(shop):
    shop.product(2, "mug")
    sample(shop, 1, product_id=2)

    found, _ = shop.area(extra_attributes, 2)
    codes = [entry["attributeCode"] for entry in found[2]["default"]["attributes"]]
    assert codes == ["ac_attribute_set", "ac_tax_class"]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "sql",
    [
        "update downloadable_sample set sort_order = 4",
        "update downloadable_sample_title set title = 'x'",
        "delete from downloadable_sample",
    ],
)
def test_a_change_leads_to_the_product(shop, sql):
    sample(shop, 1, title="Bread")

    assert {1} == shop.touched(FEED, sql)
