"""The same on Magento's sample shop, whose prices and categories many people know."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.storefront.front import Front, front_of
from tests.support import SHARED

pytest.importorskip("graphql")

LUMA = SHARED / "data" / "luma.sqlite"


@pytest.fixture(scope="module")
def luma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A storefront's way to Luma."""
    with front_of(LUMA, tmp_path_factory.mktemp("luma")) as front:
        yield front


BAGS = "24-WB01 24-MB05 24-MB01 24-WB04 24-WB07 24-UB02 24-WB05 24-WB02 24-MB02 24-MB06 24-MB03 24-WB03 24-WB06 24-MB04"

FACETS = "facets { attribute buckets { title ... on ScalarBucket { id count } ... on RangeBucket { from to count } } }"


@pytest.mark.thorough
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


@pytest.mark.sample(1)
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


SIZE_L, BLACK = "Y29uZmlndXJhYmxlLzQ2LzE1Ng==", "Y29uZmlndXJhYmxlLzMwLzQ2"


@pytest.mark.parametrize(
    ("phrase", "total", "corrected"),
    [
        ("jacket", 23, ""),
        ("jackets", 23, ""),
        ("JACKET", 23, ""),
        ("jäcket", 23, ""),
        ("jackt", 23, "jacket"),
        ("kangroo", 1, "kangeroo"),
        ("yogga", 27, "yoga"),
        ("hoodi", 25, ""),
        ("watches", 9, ""),
        ("lumatech", 20, ""),
        ("LumaTech™", 20, ""),
        ("cocona®", 27, ""),
        ("MB99", 0, ""),
        ("24-MB09", 0, ""),
    ],
)
def test_accents_endings_beginnings_signs_and_typos_make_no_difference(
    luma: Front, phrase: str, total: int, corrected: str
) -> None:
    answer = luma.search(phrase, "warnings { message }")
    told = [f"nothing was found for {phrase!r}, so {corrected!r} is shown"] if corrected else []
    assert (answer["total_count"], [row["message"] for row in answer["warnings"]]) == (total, told)


@pytest.mark.parametrize(
    ("phrase", "skus"),
    [
        ("24-mb", "24-MB01 24-MB02 24-MB03 24-MB04 24-MB05 24-MB06"),
        ("24mb0", "24-MB01 24-MB02 24-MB03 24-MB04 24-MB05 24-MB06"),
        ("WS12-XS", "WS12"),
        ("ws12xsblue", "WS12"),
        ("WS12-XS-Blue", "WS12"),
    ],
)
def test_a_sku_is_found_in_parts_and_a_variant_as_its_product(luma: Front, phrase: str, skus: str) -> None:
    assert sorted(luma.skus(phrase)) == skus.split()


def test_what_is_not_visible_individually_is_answered_and_not_found(luma: Front) -> None:
    assert luma.product("MH01-L-Black", "visibility") == {"visibility": "Not Visible Individually"}
    assert luma.skus("", filter=[{"attribute": "sku", "eq": "MH01-L-Black"}]) == []
    pages = [{"attribute": "visibility", "in": ["Search", "Catalog, Search"]}]
    assert luma.search("", filter=pages)["total_count"] == 187


def test_attributes_and_images_have_roles(luma: Front) -> None:
    fields = 'all: attributes { name roles } found: attributes(roles: "visible in search") { name }'
    row = luma.product("24-MB01", fields + ' pdp: attributes(roles: ["visible_in_pdp"]) { name }')
    assert {"name": "activity", "roles": ["visible_in_search"]} in row["all"]
    assert [entry["name"] for entry in row["found"]] == [
        *("activity", "style_bags", "material", "strap_bags", "features_bags", "pattern")
    ]
    assert row["pdp"] == []
    images = luma.product("MH01", 'images(roles: "thumbnail") { url roles }')["images"]
    assert [image["url"] for image in images] == [
        "http://luma.example/media/catalog/product/m/h/mh01-gray_main.jpg"
    ]


def test_choices_lead_to_a_variant(luma: Front) -> None:
    query = """query ($ids: [String!]!) { refineProduct(sku: "MH01", optionIds: $ids) {
      __typename sku ... on ComplexProductView { options { id values { title } } }
    } }"""

    def refined(*ids: str) -> Any:
        return luma.ask(query, {"ids": list(ids)})["refineProduct"]

    assert refined(SIZE_L)["options"] == [
        {"id": "size", "values": [{"title": size} for size in ("L", "M", "S", "XL", "XS")]},
        {"id": "color", "values": [{"title": color} for color in ("Black", "Gray", "Orange")]},
    ]
    assert refined(SIZE_L, BLACK) == {"__typename": "SimpleProductView", "sku": "MH01-L-Black"}
    assert refined(BLACK, SIZE_L) == {"__typename": "SimpleProductView", "sku": "MH01-L-Black"}
    assert refined(BLACK, "Y29uZmlndXJhYmxlLzMwLzQ5") is None


def test_a_bundle_offers_its_parts(luma: Front) -> None:
    fields = """... on ComplexProductView { options { id required multi values { title
      ... on ProductViewOptionValueProduct { quantity isDefault product { sku } } } } }"""
    options = luma.product("24-WG080", fields)["options"]
    assert [(row["id"], row["required"], row["multi"], len(row["values"])) for row in options] == [
        ("1", True, False, 3),
        ("2", True, False, 1),
        ("3", True, False, 3),
        ("4", True, False, 1),
    ]
    assert options[0]["values"][0] == {
        "title": "Sprite Stasis Ball 55 cm",
        "quantity": 1.0,
        "isDefault": True,
        "product": {"sku": "24-WG081-blue"},
    }


def test_a_facet_ignores_its_own_filter_and_obeys_others(luma: Front) -> None:
    gear = {"attribute": "categoryPath", "eq": "gear"}

    def materials(*clauses: Any) -> dict[str, int]:
        rows = luma.search("", FACETS, filter=[gear, *clauses])["facets"]
        (row,) = [row for row in rows if row["attribute"] == "material"]
        return {bucket["title"]: bucket["count"] for bucket in row["buckets"]}

    free = materials()
    assert {name: free[name] for name in ("Nylon", "Polyester", "Plastic", "Leather")} == {
        "Nylon": 12,
        "Polyester": 12,
        "Plastic": 10,
        "Leather": 6,
    }
    assert materials({"attribute": "material", "in": ["Leather"]}) == free
    watches = materials({"attribute": "categories", "in": ["gear/watches"]})
    assert sum(watches.values()) < sum(free.values())
    assert luma.search("", filter=[gear, {"attribute": "material", "eq": "leather"}])["total_count"] == 6


def test_the_children_of_a_category_are_its_facet(luma: Front) -> None:
    rows = luma.search("", FACETS, filter=[{"attribute": "categoryPath", "eq": "gear"}])["facets"]
    assert [bucket["title"] for bucket in rows[0]["buckets"]] == ["gear/bags", "gear/fitness-equipment", "gear/watches"]


@pytest.mark.parametrize("size", [7, 40])
@pytest.mark.parametrize(
    "arguments",
    [
        {"sort": [{"attribute": "price", "direction": "ASC"}]},
        {"sort": [{"attribute": "price", "direction": "DESC"}]},
        {"sort": [{"attribute": "name", "direction": "DESC"}]},
        {"phrase": "yoga"},
        {"filter": [{"attribute": "categoryPath", "eq": "gear"}]},
    ],
    ids=str,
)
def test_orders_are_total(luma: Front, arguments: dict[str, Any], size: int) -> None:
    whole = luma.skus(**arguments)
    pages = range(1, -(-len(whole) // size) + 1)
    parts = [luma.search(page_size=size, current_page=page, **arguments)["skus"] for page in pages]
    assert [sku for part in parts for sku in part] == whole
    assert len(set(whole)) == len(whole)


def test_variants_come_in_pages(luma: Front) -> None:
    query = """query ($cursor: String) { variants(sku: "MH01", pageSize: 4, cursor: $cursor) {
      cursor variants { product { sku } } } }"""
    skus: list[str] = []
    cursor = None
    for _ in range(4):
        page = luma.ask(query, {"cursor": cursor})["variants"]
        skus += [row["product"]["sku"] for row in page["variants"]]
        cursor = page["cursor"]
    assert cursor is None
    assert skus == [
        f"MH01-{size}-{color}" for size in ("L", "M", "S", "XL", "XS") for color in ("Black", "Gray", "Orange")
    ]


def test_links_lead_to_what_is_visible(luma: Front) -> None:
    fields = "links { product { sku visibility } linkTypes }"
    rows = [row for sku in ("24-MB01", "MH01", "WJ01") for row in luma.product(sku, fields)["links"]]
    assert rows
    assert "Not Visible Individually" not in {row["product"]["visibility"] for row in rows}


def test_the_preview_tells_categories_of_one_name_apart(luma: Front) -> None:
    _, _, text = luma.page("", q="jacket")
    for name in ("Women / Tops", "Men / Tops", "Women / Tops / Jackets", "Men / Tops / Jackets"):
        assert f"<span>{name}</span>" in text
    _, _, text = luma.page("", category="gear")
    assert "<span>Bags</span>" in text
