"""Luma with two websites and a French view: prices by group, permissions, and words that are not English."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.storefront.front import Front, front_of, until
from tests.service.valid_items import item
from tests.support import SHARED

pytest.importorskip("graphql")

pytestmark = pytest.mark.slow

LUMA = SHARED / "data" / "luma-multistore.sqlite"


@pytest.fixture(scope="module")
def luma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A storefront's way to the larger Luma, in whose second website something is forbidden."""
    with front_of(LUMA, tmp_path_factory.mktemp("luma")) as front:
        space = front.caller.get("/feeds").content[0]["environment"]
        front.caller.post("categoryPermissions", PERMISSIONS, space)
        front.caller.post("productOverrides", OVERRIDES, space)
        front.search("", view="b2b_en")
        until(front.is_ready)
        yield front


def fallback(name: str, value: str, **grant: str) -> dict[str, Any]:
    """What holds where no category says anything."""
    nothing = dict.fromkeys(
        ("categoryId", "websiteCode", "customerGroupCode", "grantCatalogCategoryView", "grantCatalogProductPrice",
         "grantCheckoutItems")
    )  # fmt: skip
    return item("categoryPermissions", id=f"fallback-{name}", **{**nothing, **grant}, value=value)


PERMISSIONS = [
    fallback("enabled", "1"),
    fallback("grant_catalog_category_view", "1", grantCatalogCategoryView="allow"),
    fallback("grant_catalog_product_price", "1", grantCatalogProductPrice="allow"),
    fallback("grant_checkout_items", "1", grantCheckoutItems="allow"),
    item(
        "categoryPermissions",
        id="1",
        categoryId="34",  # gear/watches
        websiteCode="b2b",
        grantCatalogCategoryView="deny",
        grantCatalogProductPrice="deny",
        grantCheckoutItems="deny",
    ),
]


def override(sku: str, shown: bool, price: bool, cart: bool) -> dict[str, Any]:
    """What whoever is not logged in may do with a product of the second website."""
    allowed = {"displayable": shown, "priceDisplayable": price, "addToCartAllowed": cart}
    return item("productOverrides", sku=sku, websiteCode="b2b", **allowed)


OVERRIDES = [
    override("24-MB01", False, False, False),
    override("24-MB02", True, False, False),
    override("24-MB03", True, True, False),
    override("MH01", True, False, False),
]

ENDS = "minimum { regular { amount { value } } final { amount { value } } } maximum { final { amount { value } } }"


@pytest.mark.parametrize(
    ("sku", "view", "group", "expected"),
    [
        ("MH01", "default", 3, (52.0, 46.8, 52.0)),
        ("MH01", "fr", 3, (52.0, 46.8, 52.0)),
        ("MH01", "b2b_en", 2, (52.0, 36.4, 52.0)),
        ("MH01", "b2b_en", 3, (41.6, 41.6, 52.0)),
        ("24-WG080", "default", 2, (61.0, 58.7, 77.0)),
        ("24-WG080", "b2b_en", 2, (61.0, 58.7, 72.0)),
        ("24-WG085_Group", "b2b_en", 0, (14.0, 14.0, 21.0)),
    ],
)
def test_a_range_is_of_the_website_s_and_the_group_s_prices(
    luma: Front, sku: str, view: str, group: int, expected: tuple[float, float, float]
) -> None:
    fields = f"... on ComplexProductView {{ priceRange {{ {ENDS} }} }}"
    row = luma.product(sku, fields, view=view, group=group)["priceRange"]
    least, most = row["minimum"], row["maximum"]["final"]["amount"]["value"]
    assert (least["regular"]["amount"]["value"], least["final"]["amount"]["value"], most) == expected


@pytest.mark.parametrize(
    ("view", "group", "currency", "final", "tiers"),
    [
        ("default", 2, "USD", 34.0, [(5.0, None, 32.3)]),
        ("default", 3, "USD", 34.0, [(5.0, 10.0, 32.3), (10.0, None, 27.2)]),
        ("b2b_en", 2, "EUR", 23.8, []),
        ("b2b_en", 3, "EUR", 34.0, [(5.0, 10.0, 32.3), (10.0, None, 27.2)]),
    ],
)
def test_a_price_is_the_group_s_with_the_tiers_that_are_cheaper(
    luma: Front, view: str, group: int, currency: str, final: float, tiers: list[Any]
) -> None:
    fields = """... on SimpleProductView { price { roles final { amount { value currency } }
      tiers { tier { amount { value } } quantity { ... on ProductViewTierRangeCondition { gte lt } } } } }"""
    price = luma.product("24-MB01", fields, view=view, group=group)["price"]
    assert (price["roles"], price["final"]["amount"]) == (["visible"], {"value": final, "currency": currency})
    assert [
        (row["quantity"][0]["gte"], row["quantity"][0]["lt"], row["tier"]["amount"]["value"]) for row in price["tiers"]
    ] == tiers


def test_a_search_filters_and_counts_by_the_group_s_prices(luma: Front) -> None:
    def found(group: int, low: float, high: float) -> bool:
        clauses = [
            {"attribute": "sku", "eq": "MH01"},
            {"attribute": "price", "range": {"from": low, "to": high}},
        ]
        return bool(luma.search("", filter=clauses, view="b2b_en", group=group)["total_count"])

    assert found(2, 36.4, 36.5)
    assert not found(2, 41.6, 41.7)
    assert found(3, 41.6, 41.7)
    assert not found(3, 36.4, 36.5)


@pytest.mark.parametrize(
    ("sku", "group", "expected"),
    [
        ("24-MB01", 0, None),
        ("24-MB01", 2, (["visible"], 23.8, True)),
        ("24-MB02", 0, (["hidden"], None, False)),
        ("24-MB03", 0, (["visible"], 38.0, False)),
        # Of this one nothing is said, and it cannot be had.
        ("24-MB04", 0, (["visible"], 28.8, False)),
        ("24-MB05", 0, (["visible"], 36.0, True)),
        # What is said of a product holds of its variants.
        ("MH01-XS-Orange", 0, (["hidden"], None, False)),
        ("MH01-XS-Orange", 2, (["visible"], 36.4, True)),
    ],
)
def test_permissions_decide_what_a_group_sees_and_buys(
    luma: Front, sku: str, group: int, expected: tuple[Any, ...] | None
) -> None:
    fields = "addToCartAllowed ... on SimpleProductView { price { roles final { amount { value } } } }"
    row = luma.product(sku, fields, view="b2b_en", group=group)
    seen = row and (row["price"]["roles"], row["price"]["final"]["amount"]["value"], row["addToCartAllowed"])
    assert seen == expected
    assert (sku in luma.skus("", view="b2b_en", group=group)) == (expected is not None and "-XS-" not in sku)


def test_a_category_that_a_group_may_not_see_is_in_no_answer(luma: Front) -> None:
    def paths(group: int) -> set[str]:
        answer = luma.search("", "facets { attribute buckets { title } }", view="b2b_en", group=group)
        return {bucket["title"] for bucket in answer["facets"][0]["buckets"]}

    assert paths(2) - paths(0) == {"gear/watches"}
    watches = [{"attribute": "categoryPath", "eq": "gear/watches"}]
    assert luma.skus("", filter=watches, view="b2b_en", group=0) == []
    assert len(luma.skus("", filter=watches, view="b2b_en", group=2)) == 7
    ids = [row["id"] for row in luma.ask('{ categories(ids: ["34", "32"]) { id } }', view="b2b_en")["categories"]]
    assert ids == ["32"]


@pytest.mark.parametrize(
    ("phrase", "view", "total", "corrected"),
    [
        ("runs", "default", 9, ""),
        ("runs", "fr", 0, ""),
        ("bottles", "b2b_en", 1, ""),
        ("bottles", "fr", 0, ""),
        ("duffles", "default", 3, ""),
        ("duffles", "fr", 3, "duffle"),
        ("backpacks", "fr", 4, "backpack"),
        ("jäcket", "fr", 21, ""),
        ("francais", "fr", 39, ""),
        ("français", "fr", 39, ""),
    ],
)
def test_words_have_english_endings_in_english_views_alone(
    luma: Front, phrase: str, view: str, total: int, corrected: str
) -> None:
    answer = luma.search(phrase, "warnings { message }", view=view, group=3)
    told = [f"nothing was found for {phrase!r}, so {corrected!r} is shown"] if corrected else []
    assert (answer["total_count"], [row["message"] for row in answer["warnings"]]) == (total, told)
