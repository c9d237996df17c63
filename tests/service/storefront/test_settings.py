"""What a merchant sets: pins, synonyms, facets, languages and units, in one file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from saasexport.errors import ConfigError
from saasexport.service.settings_file import read_settings
from tests.service.storefront.front import Front, served
from tests.support import ROOT

SETTINGS = """
[[pin]]
sku = "KL-CUP"
phrase = "kettle"
position = 2

[[pin]]
sku = "KL-KTL-STOVE"
id = "last"
name = "Stoves come last"
phrase = "kettle"
action = "bury"

[[pin]]
sku = "KL-BRW-000197"
phrase = "ettl"
match = "contains"
action = "boost"

[[pin]]
sku = "KL-DL-RECIPES"
phrase = "kettle"
action = "hide"

[[pin]]
sku = "KL-GRD-HAND"
category = "/brewing/"

[[pin]]
sku = "KL-RULE"
phrase = "stove"
store_view = "french"

[[pin]]
sku = "KL-RULE"
phrase = "stove"
ends = "2020-01-01"

[[synonym]]
terms = ["flask", "kettle"]

[[synonym]]
from = "gear"
to = ["hand grinder", "tea strainer"]

[[synonym]]
terms = ["pot à lait", "descaler"]
store_view = "french"

[[facet]]
attribute = "brand"
label = "Made by"
sort = "alphabetical"
values = 3

[[facet]]
attribute = "price"
interval = 20
selections = 3

[[language]]
store_view = "french"
language = "en"

[[unit]]
id = "one"
type = "more-like-this"
page_type = "Product"
label = "Like it"
size = 3
filters = [{ field = "PRICE", current = "less" }, { field = "out_of_stock", exclude = true }]

[[unit]]
type = "most-viewed"
page_type = "CMS"
"""


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, demo_items: Path) -> Iterator[Front]:
    """A storefront's way to the demo shop with these settings."""
    pytest.importorskip("graphql")
    folder = tmp_path_factory.mktemp("settled")
    (folder / "settings.toml").write_text(SETTINGS)
    with served(folder, demo_items, settings=read_settings(str(folder / "settings.toml"))) as service:
        yield Front(service)


def test_a_pin_takes_its_place_and_a_buried_product_the_last_one(settled: Front, front: Front) -> None:
    usual, order = front.skus("kettle"), settled.skus("kettle")
    assert order[:3] == ["KL-BRW-000197", "KL-CUP", usual[2]]
    assert order[-1] == "KL-KTL-STOVE"
    # One is hidden, and one pinned that the phrase does not find.
    assert set(order) == {*usual, "KL-CUP"} - {"KL-DL-RECIPES"}
    assert "KL-CUP" not in usual


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pins_are_placed_before_pages_are_cut(settled: Front, size: int) -> None:
    whole = settled.skus("kettle")
    pages = [settled.search("kettle", page_size=size, current_page=page)["skus"] for page in (1, 2, 3)]
    assert [sku for page in pages for sku in page] == whole[: 3 * size]


def test_a_pinned_product_has_to_pass_the_filter(settled: Front) -> None:
    assert "KL-CUP" not in settled.skus("kettle", filter=[{"attribute": "brand", "eq": "Copper Row"}])


def test_rules_hold_under_the_default_order_alone(settled: Front, front: Front) -> None:
    for attribute in ("price", "name"):
        sort = [{"attribute": attribute, "direction": "ASC"}]
        assert settled.skus("kettle", sort=sort) == front.skus("kettle", sort=sort)


@pytest.mark.parametrize("sort", [None, [{"attribute": "position", "direction": "DESC"}]])
def test_a_category_has_pins_of_its_own(settled: Front, sort: Any) -> None:
    brewing = [{"attribute": "categoryPath", "eq": "brewing"}]
    assert settled.skus("", filter=brewing, sort=sort)[0] == "KL-GRD-HAND"
    assert settled.skus("grinder", filter=brewing, sort=sort)[0] == "KL-GRD-HAND" or sort


def test_a_rule_holds_in_its_store_view_and_until_its_end(settled: Front) -> None:
    assert settled.skus("stove") == ["KL-KTL-STOVE"]
    assert settled.skus("stove", view="french") == ["KL-RULE", "KL-KTL-STOVE"]


APPLIED = "items { productView { sku } applied_query_rule { rule_id rule_name action_type } }"


def test_which_rule_moved_a_product_is_told_in_preview_only(settled: Front) -> None:
    query = f'{{ productSearch(phrase: "kettle", page_size: 500) {{ {APPLIED} }} }}'
    preview = settled.ask(query, Magento_Is_Preview="true")["productSearch"]["items"]
    rules = {item["productView"]["sku"]: item["applied_query_rule"] for item in preview if item["applied_query_rule"]}
    assert rules == {
        "KL-CUP": {"rule_id": "pin-1", "rule_name": "[[pin]] 1", "action_type": "PIN"},
        "KL-KTL-STOVE": {"rule_id": "last", "rule_name": "Stoves come last", "action_type": "BURY"},
        "KL-BRW-000197": {"rule_id": "pin-3", "rule_name": "[[pin]] 3", "action_type": "BOOST"},
    }
    usual = settled.ask(query)["productSearch"]["items"]
    assert {str(item["applied_query_rule"]) for item in usual} == {"None"}


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("flask", "kettle"), ("flask brass", "kettle brass")],
)
def test_two_way_synonyms_find_each_other(settled: Front, front: Front, phrase: str, expected: str) -> None:
    assert set(settled.skus(phrase)) == set(front.skus(expected))


def test_a_one_way_synonym_finds_what_it_stands_for_and_names_it(settled: Front, front: Front) -> None:
    answer = settled.search("gear", "related_terms", page_size=500)
    assert set(answer["skus"]) == {*front.skus("hand grinder"), *front.skus("tea strainer")}
    assert answer["related_terms"] == ["hand grinder", "tea strainer"]
    assert settled.search("hand grinder", "related_terms")["related_terms"] == []


def test_a_synonym_holds_in_its_store_view(settled: Front) -> None:
    assert settled.skus("pot a lait", view="french") == ["KL-SEARCH"]
    assert settled.skus("pot a lait") == []


def test_a_language_that_is_set_counts_not_the_one_that_is_guessed(settled: Front) -> None:
    answer = settled.search("strainers", "warnings { code }", view="french")
    assert (answer["skus"], answer["warnings"]) == (["KL-SALE-OPEN"], [])


FACETS = "facets { attribute title type buckets { title ... on RangeBucket { from to count } } }"


def test_facets_are_as_they_are_set(settled: Front) -> None:
    rows = settled.search("", FACETS)["facets"]
    assert [(row["attribute"], row["title"], row["type"]) for row in rows[:3]] == [
        ("categories", "Categories", "PINNED"),
        ("brand", "Made by", "PINNED"),
        ("price", "Price", "PINNED"),
    ]
    made_by = [bucket["title"] for bucket in rows[1]["buckets"]]
    assert made_by == ["Blue Gate Tea House", "Copper Row", "Hill Farm Pottery"]
    assert [(bucket["title"], bucket["from"], bucket["to"]) for bucket in rows[2]["buckets"]] == [
        ("0.0-20.0", 0.0, 20.0),
        ("20.0-40.0", 20.0, 40.0),
        (">40.0", 40.0, None),
    ]


def test_units_are_those_of_the_file(settled: Front) -> None:
    one, other = settled.get("/storefront/units.json").content
    assert (one["unitId"], one["storefrontLabel"], one["displayNumber"]) == ("one", "Like it", 3)
    assert one["filters"] == [
        {"field": "PRICE", "exclude": False, "current": "less"},
        {"field": "OUT_OF_STOCK", "exclude": True, "is": True},
    ]
    assert (other["typeId"], other["pageType"], other["unitName"]) == ("most-viewed", "CMS", "most-viewed")


def test_a_unit_s_filters_are_about_the_product_that_is_looked_at(settled: Front) -> None:
    fields = "productsView { sku inStock ... on SimpleProductView { price { final { amount { value } } } } }"
    query = f'{{ recommendationsByUnitIds(unitIds: ["one"], currentSku: "KL-RULE") {{ results {{ {fields} }} }} }}'
    (unit,) = settled.ask(query, group=2)["recommendationsByUnitIds"]["results"]
    prices = [row["price"]["final"]["amount"]["value"] for row in unit["productsView"] if "price" in row]
    assert len(unit["productsView"]) == 3
    assert all(price < 36 for price in prices)
    assert {row["inStock"] for row in unit["productsView"]} == {True}


def test_a_unit_that_needs_shoppers_shows_its_fallback_and_says_so(settled: Front) -> None:
    query = "{ recommendations(pageType: CMS) { results { typeId productsView { queryType } } } }"
    (unit,) = settled.ask(query)["recommendations"]["results"]
    assert unit["typeId"] == "most-viewed"
    assert [row["queryType"] for row in unit["productsView"]] == ["backup"] * 5


# What is wrong in the file


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[unit]]\ntype = 'best'", "[[unit]] 1: type: expected one of most-purchased"),
        ("[[unit]]\ntype = 'trending'\npage_type = 'Home'", "[[unit]] 1: page_type: expected one of CMS"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nsize = 26", "[[unit]] 1: size: expected a number from 1 to 25"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nsize = true", "[[unit]] 1: size has the wrong type"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfallback = 'x'", "[[unit]] 1: fallback: expected one of"),
        ("[[unit]]\nid='a'\ntype='trending'\npage_type='CMS'\n" * 2, "[[unit]]: an id is given twice"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='HUE'}]", "[[unit]] 1: filters: field: expected"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='TYPE'}]", "TYPE needs values or current"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='PRICE',current='same'}]", "current: expected"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{size=1}]", "filters: unknown key 'size'"),
        ("[[pin]]\nphrase = 'tea'", "[[pin]] 1: expected sku, and either phrase or category"),
        ("[[pin]]\nsku = 'A'", "[[pin]] 1: expected sku, and either phrase or category"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\ncategory = 'b'", "[[pin]] 1: expected sku, and either phrase or category"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\naction = 'burn'", "action of pin, boost, bury, hide"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\nposition = 0", "position a number from 1 on"),
        ("[[synonym]]\nterms = ['one']", "[[synonym]] 1: expected terms, a list of two or more"),
        ("[[synonym]]\nfrom = 'one'", "[[synonym]] 1: expected terms, a list of two or more"),
        ("[[facet]]\nlabel = 'x'", "[[facet]] 1: expected attribute"),
        ("[[facet]]\nattribute = 'x'\nsort = 'size'", "[[facet]] 1: expected attribute, and sort"),
        ("[[facet]]\nattribute = 'x'\nvalues = -1", "[[facet]] 1: values and selections are numbers up to 100"),
        ("[[facet]]\nattribute = 'x'\nvalues = 101", "[[facet]] 1: values and selections are numbers up to 100"),
        ("[[facet]]\nattribute = 'price'\nselections = 101", "values and selections are numbers up to 100"),
        ("[[facet]]\nattribute = 'price'\ninterval = inf", "interval one up to 40,000,000"),
        ("[[facet]]\nattribute = 'price'\ninterval = nan", "interval one up to 40,000,000"),
        ("[[facet]]\nattribute = 'price'\ninterval = -5", "interval one up to 40,000,000"),
        ("[[facet]]\nattribute = 'x'\n" * 2, "[[facet]]: x is set twice"),
        ("[[language]]\nstore_view = 'a'\nlanguage = 'en'\n" * 2, "[[language]]: a is set twice"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\nstarts = 'today'", "[[pin]] 1: starts and ends are days as 2026-11-01"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\nends = '20261101'", "[[pin]] 1: starts and ends are days"),
        ("[[pin]]\nsku = 'A'\nphrase = 'a'\nends = '2026-02-30'", "[[pin]] 1: starts and ends are days"),
        ("[[pin]]\nsku='A'\nphrase='a'\nstarts='2026-02-02'\nends='2026-02-01'", "ends not before starts"),
        ("[[pin]]\nsku = 'A'\nphrase = ''", "[[pin]] 1: expected sku, and either phrase or category"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='PRICE'}]", "PRICE needs from, to or current"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='PRICE',from=nan}]", "from: expected a number"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='PRICE',from=9,to=9}]", "to: expected more"),
        ("[[unit]]\ntype='trending'\npage_type='CMS'\nfilters=[{field='LOW_STOCK',to=1}]", "to says nothing of LOW"),
        ("[[language]]\nlanguage = 'en'", "[[language]] 1: expected store_view, and language"),
        ("[[language]]\nstore_view = 'a'\nlanguage = 'English'", "[[language]] 1: expected store_view, and language"),
        ("[[rule]]\na = 1", "rule: expected [[unit]], [[synonym]], [[pin]], [[facet]] or [[language]]"),
        ("[unit]\na = 1", "unit: expected [[unit]]"),
        ("[[pin]]\ncolour = 'red'", "[[pin]] 1: unknown key 'colour'"),
        ("[[pin", "Expected"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_entry(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_settings(str(path))
    assert str(caught.value).startswith(f"--settings {path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        read_settings(str(tmp_path / "none.toml"))


def test_the_settings_of_the_documentation_are_settings(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "storefront.md").read_text().partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "settings.toml").write_text(text)
    settings = read_settings(str(tmp_path / "settings.toml"))
    assert [unit.label for unit in settings.units] == ["You may also like"]
    assert (len(settings.pins), len(settings.synonyms), len(settings.facets)) == (1, 3, 2)
    assert settings.is_english("ch") is False
