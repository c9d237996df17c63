"""Filters, and the facets beside a result: each ignores its own filter and obeys all others."""

from typing import Any

import pytest

from tests.service.storefront.front import Front

FACETS = """facets {
  attribute title type
  buckets {
    __typename title
    ... on ScalarBucket { id count }
    ... on RangeBucket { from to count }
    ... on CategoryView { id name path count }
  }
}"""


def clause(attribute: str, *values: str) -> dict[str, Any]:
    """Some values of an attribute."""
    return {"attribute": attribute, "in": list(values)}


def facets(front: Front, *clauses: dict[str, Any], phrase: str = "", **scope: Any) -> dict[str, dict[str, int]]:
    """The number behind each value, by facet."""
    rows = front.search(phrase, FACETS, filter=list(clauses), **scope)["facets"]
    return {row["attribute"]: {bucket["title"]: bucket["count"] for bucket in row["buckets"]} for row in rows}


def total(front: Front, *clauses: dict[str, Any], phrase: str = "", **scope: Any) -> int:
    """How many products are found."""
    number: int = front.search(phrase, filter=list(clauses), **scope)["total_count"]
    return number


BRANDS = [
    "Old Quay Roasters",
    "Blue Gate Tea House",
    "Copper Row",
    "Hill Farm Pottery",
    "Tinsmith & Daughter",
    "Kettle Lane",
]


@pytest.mark.parametrize("phrase", ["", "kettle"])
@pytest.mark.parametrize("attribute", ["brand", "brew_methods", "organic", "color"])
def test_a_facet_counts_what_choosing_its_value_finds(front: Front, attribute: str, phrase: str) -> None:
    counts = facets(front, phrase=phrase).get(attribute, {})
    assert counts or (phrase, attribute) == ("kettle", "color")
    for value, count in counts.items():
        assert total(front, clause(attribute, value), phrase=phrase) == count


def test_a_facet_ignores_its_own_filter(front: Front) -> None:
    free = facets(front)
    chosen = facets(front, clause("brand", "Copper Row"))
    assert chosen["brand"] == free["brand"]
    assert set(chosen["brand"]) == set(BRANDS)
    assert chosen["brew_methods"] != free["brew_methods"]


def test_a_facet_obeys_the_filters_of_others(front: Front) -> None:
    chosen = facets(front, clause("brand", "Copper Row"), clause("organic", "yes"))
    assert chosen["brand"] == {
        brand: count for brand in BRANDS if (count := total(front, clause("brand", brand), clause("organic", "yes")))
    }
    assert chosen["organic"] == {
        "yes": total(front, clause("brand", "Copper Row"), clause("organic", "yes"))
    }
    assert total(front, clause("brand", "Copper Row"), clause("organic", "yes")) == chosen["organic"]["yes"]


def test_values_of_one_filter_are_alternatives_and_filters_add_up(front: Front) -> None:
    one, other = (set(front.skus("", filter=[clause("brand", brand)])) for brand in ("Copper Row", "Kettle Lane"))
    assert set(front.skus("", filter=[clause("brand", "Copper Row", "Kettle Lane")])) == one | other
    assert front.skus("", filter=[clause("brand", "Copper Row"), clause("brand", "Kettle Lane")]) == []
    assert not one & other


@pytest.mark.parametrize("value", ["Copper Row", "copper row", "COPPER ROW", "Cópper Row"])
def test_values_are_compared_without_regard_to_case_and_accents(front: Front, value: str) -> None:
    assert total(front, clause("brand", value)) == 34


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"attribute": "sku", "eq": "kl-cup"}, ["KL-CUP"]),
        ({"attribute": "sku", "startsWith": "KL-WSH"}, ["KL-WSH-LATTE", "KL-WSH-ONLINE"]),
        ({"attribute": "name", "contains": "recipes"}, ["KL-DL-RECIPES"]),
        ({"attribute": "name", "startsWith": "tea tin"}, ["KL-TIN-LARGE"]),
        ({"attribute": "color", "startsWith": "harb"}, ["KL-CUP"]),
        ({"attribute": "color", "contains": "bor blu"}, ["KL-CUP"]),
        ({"attribute": "visibility", "eq": "Search"}, ["KL-SEARCH"]),
        ({"attribute": "visibility", "in": ["Catalog"]}, ["KL-CATALOG"]),
        ({"attribute": "price", "eq": "36"}, ["KL-RULE"]),
    ],
)
def test_every_operator_finds_what_it_says(front: Front, condition: dict[str, Any], expected: list[str]) -> None:
    assert sorted(front.skus("", filter=[condition], group=2)) == expected


def test_stock_can_be_filtered_by(front: Front) -> None:
    stock = {value: set(front.skus("", filter=[clause("inStock", value)])) for value in ("true", "false")}
    assert "KL-STK-OUT" in stock["false"]
    assert "KL-CUP" in stock["true"]
    assert len(stock["true"]) + len(stock["false"]) == total(front)


# Prices


def test_price_ranges_are_half_open_and_add_up(front: Front) -> None:
    (row,) = [row for row in front.search("", FACETS)["facets"] if row["attribute"] == "price"]
    buckets = row["buckets"]
    assert [bucket["title"] for bucket in buckets] == [
        "0.0-10.0",
        "10.0-25.0",
        "25.0-50.0",
        "50.0-75.0",
        "75.0-100.0",
        ">100.0",
    ]
    assert [bucket["to"] for bucket in buckets[:-1]] == [bucket["from"] for bucket in buckets[1:]]
    assert (buckets[0]["from"], buckets[-1]["to"]) == (0.0, None)
    ranges = [{"from": bucket["from"], "to": bucket["to"]} for bucket in buckets]
    found = [set(front.skus("", filter=[{"attribute": "price", "range": bounds}])) for bounds in ranges]
    assert [len(skus) for skus in found] == [bucket["count"] for bucket in buckets]
    assert sum(map(len, found)) == len(set.union(*found))
    # The gift card, the empty shelf and the jug without variants have no price.
    assert total(front) - sum(map(len, found)) == 3


@pytest.mark.parametrize(
    ("bounds", "is_found"),
    [
        ({"from": 36, "to": 37}, True),
        ({"from": 35, "to": 36}, False),
        ({"from": 36}, True),
        ({"to": 36}, False),
        ({"to": 36.01}, True),
        ({"from": 36.01}, False),
    ],
)
def test_a_range_has_its_beginning_and_not_its_end(front: Front, bounds: dict[str, float], is_found: bool) -> None:
    only = [clause("sku", "KL-RULE"), {"attribute": "price", "range": bounds}]
    assert (front.skus("", filter=only, group=2) == ["KL-RULE"]) == is_found


# Categories


def test_without_a_category_all_of_them_are_a_facet(front: Front) -> None:
    (row,) = [row for row in front.search("", FACETS)["facets"] if row["attribute"] == "categories"]
    assert (row["title"], row["type"]) == ("Categories", "PINNED")
    brewing = next(bucket for bucket in row["buckets"] if bucket["title"] == "brewing")
    assert brewing == {"__typename": "ScalarBucket", "title": "brewing", "id": "14", "count": 63}
    assert total(front, clause("categories", "brewing")) == 63


@pytest.mark.parametrize("path", ["brewing", "/brewing"])
def test_within_a_category_its_children_are_the_facet(front: Front, path: str) -> None:
    rows = front.search("", FACETS, filter=[{"attribute": "categoryPath", "eq": path}])["facets"]
    (row,) = [row for row in rows if row["attribute"] == "categories"]
    assert [(bucket["__typename"], bucket["name"]) for bucket in row["buckets"][:1]] == [("CategoryView", "Kettles")]
    assert {bucket["title"]: bucket["count"] for bucket in row["buckets"]} == {
        "brewing/kettles": 15,
        "brewing/teapots": 15,
        "brewing/grinders": 14,
        "brewing/pour-over": 14,
    }


@pytest.mark.parametrize(
    "condition",
    [
        {"attribute": "categoryPath", "eq": "brewing/kettles"},
        {"attribute": "categories", "in": ["brewing/kettles"]},
        {"attribute": "categoryIds", "eq": "15"},
        {"attribute": "categoryIds", "in": ["15", "999"]},
        {"attribute": "categoryPath", "in": ["/brewing/kettles/"]},
    ],
)
def test_a_category_is_named_by_path_or_id(front: Front, condition: dict[str, Any]) -> None:
    assert total(front, condition) == 15


def test_an_inactive_category_is_no_value_of_a_facet(front: Front) -> None:
    titles = facets(front)["categories"]
    assert "summer-market" not in titles
    assert "" not in titles


def test_counts_obey_what_the_group_may_see(front: Front) -> None:
    guest, trade = (facets(front, view="wholesale", group=group) for group in (0, 2))
    assert sum(guest["categories"].values()) < sum(trade["categories"].values())
    for group, counts in ((0, guest), (2, trade)):
        for path, count in counts["categories"].items():
            assert total(front, clause("categories", path), view="wholesale", group=group) == count


# Shape


def test_a_value_that_was_chosen_stays_with_nothing_behind_it(front: Front) -> None:
    counts = facets(front, clause("color", "Moss"), clause("brand", "Copper Row"))
    assert counts["color"]["Moss"] == 0
    assert all(count for value, count in counts["brand"].items() if value != "Copper Row")


def test_no_other_value_and_no_facet_is_empty(front: Front) -> None:
    for phrase in ("", "kettle", "stove", "zzz"):
        counts = facets(front, phrase=phrase)
        assert all(counts.values())
        assert all(count for values in counts.values() for count in values.values())


def test_facets_do_not_depend_on_page_and_sort(front: Front) -> None:
    expected = front.search("tea", FACETS)["facets"]
    for more in ({"current_page": 2}, {"page_size": 3}, {"sort": [{"attribute": "price", "direction": "DESC"}]}):
        assert front.search("tea", FACETS, **more)["facets"] == expected


def test_values_are_named_as_most_products_write_them_in_each_store_view(front: Front) -> None:
    assert "Cream" in facets(front)["color"]
    assert "Crème" in facets(front, view="french")["color"]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"attribute": "shoe_size", "eq": "9"}, "shoe_size is not filterable"),
        ({"attribute": "description", "eq": "x"}, "description is not filterable"),
        ({"attribute": "brand"}, "needs exactly one of eq, in, range, startsWith and contains"),
        ({"attribute": "brand", "eq": "a", "in": ["b"]}, "needs exactly one of eq, in, range, startsWith and contains"),
        ({"attribute": "price", "eq": "cheap"}, "'cheap' is no number"),
        ({"attribute": "", "eq": "x"}, "a filter needs an attribute"),
        ({"attribute": "description", "contains": "x"}, "description is not filterable"),
        ({"attribute": "categoryPath", "startsWith": "brew"}, "categoryPath is filtered by eq, in, not by startsWith"),
        ({"attribute": "categories", "contains": "brew"}, "categories is filtered by eq, in, not by contains"),
        ({"attribute": "categoryIds", "range": {"from": 1}}, "categoryIds is filtered by eq, in, not by range"),
        ({"attribute": "visibility", "startsWith": "Cat"}, "visibility is filtered by eq, in, not by startsWith"),
        ({"attribute": "inStock", "contains": "true"}, "inStock is filtered by eq, in, not by contains"),
        ({"attribute": "price", "startsWith": "36"}, "price is filtered by eq, in, range, not by startsWith"),
        ({"attribute": "sku", "range": {"to": 5}}, "sku is filtered by eq, in, startsWith, contains, not by range"),
        ({"attribute": "name", "range": {}}, "name is filtered by eq, in, startsWith, contains, not by range"),
    ],
)
def test_a_filter_that_is_none_is_an_error_with_a_reason(front: Front, condition: dict[str, Any], message: str) -> None:
    query = 'query ($f: [SearchClauseInput!]) { productSearch(phrase: "", filter: $f) { total_count } }'
    reply = front.reply(query, {"f": [condition]})
    (error,) = reply.content["errors"]
    assert message in error["message"]
    assert (error["path"], error["extensions"]["code"], reply.content["data"]) == (["productSearch"], 1004, None)


@pytest.mark.parametrize("operator", ["startsWith", "contains"])
def test_a_part_of_an_unknown_attribute_matches_nothing_and_warns(front: Front, operator: str) -> None:
    answer = front.search("", "warnings { code message }", filter=[{"attribute": "shoe_size", operator: "9"}])
    assert answer["total_count"] == 0
    assert answer["warnings"] == [{"code": "UNKNOWN_ATTRIBUTE", "message": "no product has an attribute shoe_size"}]
