"""The same on Magento's sample shop, whose prices and categories many people know."""

from collections.abc import Iterator

import pytest

from saasexport.service.server import CommerceService
from tests import convergence
from tests.service.storefront.front import Front
from tests.support import SHARED, Exporter

pytest.importorskip("graphql")

LUMA = SHARED / "data" / "luma.sqlite"


@pytest.fixture(scope="module")
def luma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A storefront's way to Luma."""
    if not LUMA.exists():
        pytest.skip("the sample shop is not here")
    folder = tmp_path_factory.mktemp("luma")
    with CommerceService(str(folder / "held.sqlite")) as service:
        convergence.tick(Exporter.on_copy(folder / "shop", LUMA, url=service.url))
        yield Front(service)


BAGS = "24-WB01 24-MB05 24-MB01 24-WB04 24-WB07 24-UB02 24-WB05 24-WB02 24-MB02 24-MB06 24-MB03 24-WB03 24-WB06 24-MB04"

FACETS = "facets { attribute buckets { title ... on ScalarBucket { id count } ... on RangeBucket { from to count } } }"


def test_bags_are_found_with_their_categories_and_prices(luma: Front) -> None:
    answer = luma.search("bag", FACETS)
    assert sorted(answer["skus"]) == sorted(BAGS.split())
    categories, prices = answer["facets"][:2]
    assert categories["buckets"] == [
        {"title": "gear", "id": "31", "count": 14},
        {"title": "gear/bags", "id": "32", "count": 14},
    ]
    assert [(bucket["title"], bucket["count"]) for bucket in prices["buckets"]] == [
        ("10.0-25.0", 1),
        ("25.0-50.0", 11),
        (">50.0", 2),
    ]


@pytest.mark.parametrize(
    ("phrase", "sku"),
    [
        ("24-MB01", "24-MB01"),
        ("24MB01", "24-MB01"),
        ("mb01", "24-MB01"),
        ("joust duffle", "24-MB01"),
        ("MH01-L-Black", "MH01"),
        ("set of sprite", "24-WG085_Group"),
    ],
)
def test_a_product_is_found_by_name_and_parts_of_its_sku(luma: Front, phrase: str, sku: str) -> None:
    assert luma.skus(phrase) == [sku]


def test_a_typo_finds_jackets(luma: Front) -> None:
    assert luma.skus("jackt") == luma.skus("jacket")
    assert len(luma.skus("jacket")) == 23


RANGE = "priceRange { minimum { final { amount { value } } } maximum { final { amount { value } } } }"


@pytest.mark.parametrize(
    ("sku", "least", "most"), [("MH01", 52.0, 52.0), ("24-WG080", 61.0, 77.0), ("24-WG085_Group", 14.0, 21.0)]
)
def test_ranges_are_those_of_the_shop(luma: Front, sku: str, least: float, most: float) -> None:
    prices = luma.product(sku, f"... on ComplexProductView {{ {RANGE} }}")["priceRange"]
    assert [prices[end]["final"]["amount"]["value"] for end in ("minimum", "maximum")] == [least, most]


def test_a_category_has_its_products_and_facets_of_navigation(luma: Front) -> None:
    clause = [{"attribute": "categoryPath", "eq": "women/tops-women/jackets-women"}]
    answer = luma.search("", FACETS, filter=clause)
    assert sorted(answer["skus"]) == [f"WJ{number:02}" for number in range(1, 13)]
    # The sample's attributes are filters of categories, not of searches.
    assert {"price", "size", "material"} <= {row["attribute"] for row in answer["facets"]}
    assert "material" not in {row["attribute"] for row in luma.search("jacket", FACETS)["facets"]}


def test_values_that_differ_in_case_are_one(luma: Front) -> None:
    clause = [{"attribute": "categoryPath", "eq": "gear/bags"}]
    rows = luma.search("", FACETS, filter=clause)["facets"]
    titles = [bucket["title"] for row in rows for bucket in row["buckets"]]
    assert len({title.casefold() for title in titles}) == len(set(titles))


def test_all_pages_together_are_all_products(luma: Front) -> None:
    pages = [luma.search("", page_size=50, current_page=page)["skus"] for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [50, 50, 50, 37]
    assert len({sku for page in pages for sku in page}) == 187


def test_links_lead_to_what_is_visible(luma: Front) -> None:
    fields = "links { product { sku visibility } linkTypes }"
    rows = [row for sku in ("24-MB01", "MH01", "WJ01") for row in luma.product(sku, fields)["links"]]
    assert rows
    assert "Not Visible Individually" not in {row["product"]["visibility"] for row in rows}
