"""Facets of numbers, values in the shop's order, and values that stay because they were chosen."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from saasexport.service.settings_file import read_settings
from tests.service.storefront.front import Front, served, until
from tests.service.storefront.test_facets import FACETS, clause

SETTINGS = """
[[facet]]
attribute = "cup_size"
sort = "catalog"

[[facet]]
attribute = "color"
sort = "catalog"
values = 2

[[facet]]
attribute = "categories"
sort = "catalog"

[[facet]]
attribute = "price"
selections = 4
"""

# What a cup has of it, in mg: one product has two values, one has what is no number.
CAFFEINE = {
    "KL-TEA-BREAK": ["5"],
    "KL-TEA-SENCHA": ["12.5"],
    "KL-MAT-STONE": ["12.50"],
    "KL-ESP-NIGHT": ["30", "80"],
    "KL-POT": ["-3"],
    "KL-RULE": ["much"],
}


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory, demo_items: Path) -> Iterator[Front]:
    """The demo shop with a number that is a filter, and with these settings."""
    pytest.importorskip("graphql")
    folder = tmp_path_factory.mktemp("numbered")
    (folder / "settings.toml").write_text(SETTINGS)
    with served(folder, demo_items, settings=read_settings(str(folder / "settings.toml"))) as service:
        front = Front(service)
        space = front.caller.get("/feeds").content[0]["environment"]
        later = {"modifiedAt": "2031-01-01 00:00:00"}
        scope = {"storeViewCode": "default"}
        attribute = front.get(f"/feeds/productAttributes/{space}/item", attributeCode="caffeine", **scope).content
        front.caller.post("productAttributes", [{**attribute, "filterableInSearch": True, **later}], space)
        items = [front.get(f"/feeds/products/{space}/item", sku=sku, **scope).content for sku in CAFFEINE]
        for item in items:
            item["attributes"] = [
                *(entry for entry in item["attributes"] or () if entry["attributeCode"] != "caffeine"),
                {"attributeCode": "caffeine", "value": CAFFEINE[item["sku"]]},
            ]
        assert front.caller.post("products", [{**item, **later} for item in items], space).status == 200
        front.search("")
        until(front.is_ready)
        yield front


def buckets(front: Front, attribute: str, *clauses: dict[str, Any], phrase: str = "") -> list[tuple[str, int]]:
    """The values of a facet with their numbers, in their order."""
    rows = front.search(phrase, FACETS, filter=list(clauses))["facets"]
    return [
        (bucket["title"], bucket["count"]) for row in rows if row["attribute"] == attribute for bucket in row["buckets"]
    ]


def test_numbers_are_put_into_ranges(numbered: Front) -> None:
    assert buckets(numbered, "caffeine") == [
        ("0.0-10.0", 2),
        ("10.0-25.0", 2),
        ("25.0-50.0", 1),
        ("50.0-75.0", 1),
        (">75.0", 1),
    ]
    (facet,) = [row for row in numbered.search("", FACETS)["facets"] if row["attribute"] == "caffeine"]
    assert {bucket["__typename"] for bucket in facet["buckets"]} == {"RangeBucket"}
    assert [(bucket["from"], bucket["to"]) for bucket in facet["buckets"]][1:] == [
        (10.0, 25.0),
        (25.0, 50.0),
        (50.0, 75.0),
        (75.0, None),
    ]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"range": {"from": 10, "to": 25}}, ["KL-MAT-STONE", "KL-TEA-SENCHA"]),
        ({"range": {"from": 12.5, "to": 30}}, ["KL-MAT-STONE", "KL-TEA-SENCHA"]),
        ({"range": {"from": 75}}, ["KL-ESP-NIGHT"]),
        ({"range": {"to": 10}}, ["KL-TEA-BREAK"]),
        ({"range": {"from": -5, "to": 5}}, ["KL-POT"]),
        ({"range": {"from": 100}}, []),
        ({"eq": "12.5"}, ["KL-MAT-STONE", "KL-TEA-SENCHA"]),
        ({"in": ["5.0", "80"]}, ["KL-ESP-NIGHT", "KL-TEA-BREAK"]),
    ],
)
def test_numbers_are_filtered_by_as_prices_are(
    numbered: Front, condition: dict[str, Any], expected: list[str]
) -> None:
    assert sorted(numbered.skus("", filter=[{"attribute": "caffeine", **condition}])) == expected


def test_a_number_is_not_compared_as_a_text(numbered: Front) -> None:
    query = 'query ($f: [SearchClauseInput!]) { productSearch(phrase: "", filter: $f) { total_count } }'
    (error,) = numbered.errors(query, {"f": [{"attribute": "caffeine", "startsWith": "1"}]})
    assert "caffeine is filtered by eq, in, range, not by startsWith" in error
    (error,) = numbered.errors(query, {"f": [{"attribute": "caffeine", "eq": "much"}]})
    assert "caffeine: 'much' is no number" in error


def test_the_preview_filters_by_a_range_of_numbers(numbered: Front) -> None:
    _, _, text = numbered.page("", filter="caffeine:10..25")
    assert all(f">{name}</a></h3>" in text for name in ("First Pick Sencha", "Stone Ground Matcha"))
    assert "2 products" in text


def test_values_stand_in_the_order_of_the_shop(numbered: Front) -> None:
    assert [title for title, _ in buckets(numbered, "cup_size")] == ["Breakfast", "Cappuccino", "Espresso"]
    assert [title for title, _ in buckets(numbered, "categories")][:4] == ["coffee", "tea", "brewing", "kitchen-tools"]


def test_a_value_that_was_chosen_stays_beyond_those_that_are_shown(numbered: Front) -> None:
    assert [title for title, _ in buckets(numbered, "color")] == ["Charcoal", "Moss"]
    assert [title for title, _ in buckets(numbered, "color", clause("color", "cream"))] == ["Charcoal", "Moss", "Cream"]


def test_ranges_that_are_set_keep_their_ends(numbered: Front) -> None:
    """Four of them, as wide as they are where only their number is set."""
    titles = [title for title, _ in buckets(numbered, "price")]
    assert titles == ["0.0-5.0", "5.0-10.0", "10.0-15.0", ">15.0"]
    cheap = {"attribute": "sku", "eq": "KL-ESP-HOUSE"}
    assert buckets(numbered, "price", cheap) == [("10.0-15.0", 1)]


@pytest.mark.parametrize(
    ("chosen", "attribute", "title"),
    [
        (clause("categories", "tea"), "categories", "tea"),
        (clause("categories", "/brewing/kettles"), "categories", "brewing/kettles"),
        (clause("brand", "Kettle Lane"), "brand", "Kettle Lane"),
        ({"attribute": "price", "range": {"from": 1000, "to": 1500}}, "price", "1000.0-1500.0"),
        ({"attribute": "price", "range": {"from": 300}}, "price", ">300.0"),
    ],
)
def test_what_was_chosen_stays_when_nothing_is_left_of_it(
    front: Front, chosen: dict[str, Any], attribute: str, title: str
) -> None:
    only = clause("sku", "KL-ESP-HOUSE")
    assert (title, 0) in buckets(front, attribute, only, chosen)
    assert (title, 0) not in buckets(front, attribute, only)
