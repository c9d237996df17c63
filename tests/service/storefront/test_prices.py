"""What a product costs: by customer group and website, of one thing and of things to choose from."""

from typing import Any

import pytest

from tests.service.storefront.front import Front

PRICE = "roles regular { amount { value currency } } final { amount { value } }"
TIERS = "tiers { tier { amount { value } } quantity { ... on ProductViewTierRangeCondition { gte lt } } }"
ONE = f"... on SimpleProductView {{ price {{ {PRICE} {TIERS} }} }}"
RANGE = f"... on ComplexProductView {{ priceRange {{ minimum {{ {PRICE} }} maximum {{ {PRICE} }} }} }}"


def amounts(price: Any) -> tuple[object, object]:
    """Before and after discounts."""
    return price["regular"]["amount"]["value"], price["final"]["amount"]["value"]


@pytest.mark.parametrize(
    ("sku", "view", "group", "regular", "final"),
    [
        ("KL-ESP-HOUSE", "default", None, 14.5, 14.5),
        # The group's item is a copy of its own; the one for all holds for everybody else.
        ("KL-ESP-HOUSE", "wholesale", 2, 11.9, 10.5),
        ("KL-RULE", "default", 0, 36.0, 32.4),
        ("KL-RULE", "default", 1, 36.0, 30.6),
        ("KL-RULE", "default", 3, 36.0, 36.0),
        ("KL-RULE", "wholesale", 2, 36.0, 27.0),
        # The lowest of regular price, 5 % off for the group, and the catalogue rule.
        ("KL-TIERS", "default", 1, 4.5, 4.05),
        ("KL-TIERS", "default", 2, 4.5, 4.2),
        ("KL-SALE-NOW", "default", 0, 32.0, 24.0),
        ("KL-TEA-BREAK", "default", 1, 7.2, 6.48),
        ("KL-NO-PRICE", "default", 0, 0.0, 0.0),
    ],
)
def test_a_product_has_the_price_of_the_group(
    front: Front, sku: str, view: str, group: int | None, regular: float, final: float
) -> None:
    price = front.product(sku, ONE, view=view, group=group)["price"]
    assert (price["roles"], amounts(price)) == (["visible"], (regular, final))


def test_a_currency_is_that_of_the_store_view(front: Front) -> None:
    assert front.product("KL-RULE", ONE)["price"]["regular"]["amount"]["currency"] == "USD"
    assert front.product("KL-RULE", ONE, view="wholesale")["price"]["regular"]["amount"]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("sku", "view", "group", "tiers"),
    [
        ("KL-ESP-HOUSE", "default", None, [(13.0, 6.0, None)]),
        # Of the tiers only those cheaper than one alone: 13 is not, where one costs 10.5.
        ("KL-ESP-HOUSE", "wholesale", 2, [(9.25, 30.0, None)]),
        ("KL-TIERS", "default", 0, [(4.14, 10.0, 20.0), (3.9, 20.0, None)]),
        # 8 % off the regular price is more than the rule leaves.
        ("KL-TIERS", "default", 1, []),
        ("KL-TIERS", "default", 2, [(4.14, 10.0, None)]),
        ("KL-RULE", "default", 0, []),
    ],
)
def test_tiers_follow_each_other_without_a_gap(
    front: Front, sku: str, view: str, group: int | None, tiers: list[tuple[float, float, float | None]]
) -> None:
    rows = front.product(sku, ONE, view=view, group=group)["price"]["tiers"]
    conditions = [(row["tier"]["amount"]["value"], *row["quantity"]) for row in rows]
    assert [(value, part["gte"], part["lt"]) for value, part in conditions] == tiers


def test_a_product_without_a_price_item_stays_and_has_none(front: Front) -> None:
    assert front.product("KL-GIFT-CARD", "sku " + ONE) == {"sku": "KL-GIFT-CARD", "price": None}


@pytest.mark.parametrize(
    ("sku", "minimum", "maximum"),
    [
        # Of the enabled cups the cheapest has a special price; the dearest one that can be had.
        ("KL-CUP", (17.0, 9.0), (25.0, 25.0)),
        ("KL-BLEND", (13.0, 13.0), (21.0, 21.0)),
        # Of the tastings the cheapest tea and the matcha.
        ("KL-GRP-TASTING", (7.2, 7.2), (24.0, 24.0)),
        # 60 + the cheapest coffee, which adds nothing, + a kettle for 10 %; 90 percent of that are paid.
        # The most: + 3.5 for the other coffee + two cups for 18 each; the trivet is disabled.
        ("KL-SET-MORNING", (66.0, 59.4), (105.5, 94.95)),
        # A dripper for 29, and a grinder for 58 that need not be taken.
        ("KL-SET-BREWER", (29.0, 29.0), (87.0, 87.0)),
    ],
)
def test_a_product_to_choose_from_has_a_range(
    front: Front, sku: str, minimum: tuple[float, float], maximum: tuple[float, float]
) -> None:
    prices = front.product(sku, RANGE)["priceRange"]
    assert (amounts(prices["minimum"]), amounts(prices["maximum"])) == (minimum, maximum)
    assert prices["minimum"]["roles"] == prices["maximum"]["roles"] == ["visible"]


def test_a_range_is_of_the_group_s_prices(front: Front) -> None:
    prices = front.product("KL-GRP-TASTING", RANGE, group=1)["priceRange"]
    assert (amounts(prices["minimum"]), amounts(prices["maximum"])) == ((7.2, 6.48), (24.0, 24.0))


@pytest.mark.parametrize("sku", ["KL-JUG", "KL-GRP-EMPTY"])
def test_a_set_without_parts_has_no_range_and_cannot_be_had(front: Front, sku: str) -> None:
    fields = "inStock addToCartAllowed " + RANGE
    assert front.product(sku, fields) == {"inStock": False, "addToCartAllowed": False, "priceRange": None}


@pytest.mark.parametrize(("sku", "fields", "path"), [
    ("KL-TIERS", ONE, ["price"]),
    ("KL-NO-PRICE", ONE, ["price"]),
    ("KL-BRW-000102", ONE, ["price"]),
    ("KL-CUP", RANGE, ["priceRange", "minimum"]),
    ("KL-CUP", RANGE, ["priceRange", "maximum"]),
])
def test_a_price_that_must_not_be_shown_is_not_on_the_wire(
    front: Front, sku: str, fields: str, path: list[str]
) -> None:
    price = front.product(sku, fields + " addToCartAllowed", view="wholesale", group=0)
    assert price["addToCartAllowed"] is False
    for step in path:
        price = price[step]
    assert (price["roles"], amounts(price)) == (["hidden"], (None, None))
    assert not price.get("tiers")


def test_a_search_counts_filters_and_sorts_by_the_prices_of_the_group(front: Front) -> None:
    below = [{"attribute": "price", "range": {"from": 30.5, "to": 30.7}}]
    assert ["KL-RULE" in front.skus("", filter=below, group=group) for group in (0, 1, 2)] == [False, True, False]
    # The kettle costs 33.2 for everybody.
    between = [{"attribute": "sku", "in": ["KL-RULE", "KL-BRW-000102"]}]
    by_price = [{"attribute": "price", "direction": "ASC"}]
    orders = [front.skus("", filter=between, sort=by_price, group=group) for group in (1, 2)]
    assert orders == [["KL-RULE", "KL-BRW-000102"], ["KL-BRW-000102", "KL-RULE"]]
