"""What is recommended: from orders and catalogue, said to be what it is."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from saasexport.service.recommend.orders import Order, Sales, order_of
from tests.service.storefront.front import Front

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def order(days: float, **quantities: float) -> Order:
    """An order so many days ago."""
    return Order(datetime.fromtimestamp(NOW.timestamp() - days * 86_400, UTC), "base", dict(quantities))


def test_most_bought_counts_pieces_of_the_last_days() -> None:
    sales = Sales([order(1, a=2, b=1), order(6, b=2), order(8, c=99)], NOW)
    assert sales.most_bought() == (["b", "a"], True)


@pytest.mark.parametrize(("days", "is_recent"), [(6.9, True), (8, False), (29, False), (100, False), (900, False)])
def test_where_nothing_was_bought_lately_one_looks_further_back_and_says_so(days: float, is_recent: bool) -> None:
    assert Sales([order(days, a=1)], NOW).most_bought() == (["a"], is_recent)


def test_without_orders_nothing_is_bought() -> None:
    sales = Sales([], NOW)
    assert (sales.most_bought(), sales.trending(), sales.bought_with(["a"])) == (([], True), ([], True), [])


def test_trending_is_what_rises_not_what_sells_most() -> None:
    sales = Sales([order(1, a=10, b=3), order(10, a=12, b=1), order(2, c=1)], NOW)
    assert sales.trending() == (["b", "c"], True)


def test_bought_together_is_what_chance_does_not_explain() -> None:
    """Everybody buys bags; cups and saucers go together."""
    orders = [order(5, bag=1, cup=1, saucer=1) for _ in range(5)]
    orders += [order(5, bag=1, **{f"thing{number}": 1}) for number in range(60)]
    sales = Sales(orders, NOW)
    assert sales.bought_with(["cup"])[0] == "saucer"
    # Once is chance where there are many orders.
    assert "thing7" not in sales.bought_with(["bag"])


def line(sku: str, quantity: float, **more: Any) -> dict[str, Any]:
    """A line of an order."""
    return {"productSku": sku, "sku": f"{sku}-red", "qty": quantity, **more}


def test_an_order_is_its_top_lines_less_what_came_back() -> None:
    lines = [
        line("cup", 4),
        line("cup-red", 4, parentEntityId="1"),
        line("tea", 5, qtyRefunded=2, qtyCanceled=1),
        line("jug", 1, qtyRefunded=1),
        line("tea", 1),
    ]
    item = {"status": "complete", "createdAt": "2026-02-27T10:00:00+00:00", "websiteCode": "base", "items": lines}
    counted = order_of(item)
    assert counted is not None
    assert (counted.website, counted.quantities) == ("base", {"cup": 4.0, "tea": 3.0})


@pytest.mark.parametrize("status", ["canceled", "closed", "fraud", "holded", "pending_payment", None])
def test_an_order_that_came_to_nothing_does_not_count(status: str | None) -> None:
    item = {"status": status, "createdAt": "2026-02-27T10:00:00+00:00", "items": [line("cup", 1)]}
    assert order_of(item) is None


# Through the interface

UNITS = """
query ($page: PageType, $sku: String, $cart: [String], $bought: [PurchaseHistory], $viewed: [ViewHistory],
       $config: UnitConfigInput) {
  recommendations(pageType: $page, currentSku: $sku, cartSkus: $cart, userPurchaseHistory: $bought,
                  userViewHistory: $viewed, config: $config) {
    totalResults
    results { typeId displayOrder userError totalProducts productsView { sku queryType visibility inStock } }
  }
}
"""

DAY = "2026-01-0{}T00:00:00Z"


def units(front: Front, variables: dict[str, Any], **scope: Any) -> dict[str, Any]:
    """The units of a page, by type."""
    answer = front.ask(UNITS, variables, **scope)["recommendations"]
    assert answer["totalResults"] == len(answer["results"])
    return {row["typeId"]: row for row in answer["results"]}


def skus(unit: Any) -> list[str]:
    """What a unit shows."""
    return [row["sku"] for row in unit["productsView"]]


def test_there_is_a_unit_of_each_honest_type_in_order(front: Front) -> None:
    rows = units(front, {"page": "Product", "sku": "KL-ESP-HOUSE"})
    assert [(name, row["displayOrder"]) for name, row in rows.items()] == [
        ("most-purchased", 1),
        ("trending", 2),
        ("bought-bought", 3),
        ("more-like-this", 4),
        ("recently-viewed", 5),
        ("just-for-you", 6),
    ]


def test_no_product_is_shown_twice_nor_what_is_in_the_cart_bought_or_looked_at(front: Front) -> None:
    rows = units(
        front,
        {
            "page": "Product",
            "sku": "KL-ESP-HOUSE",
            "cart": ["KL-TEA-BREAK"],
            "bought": [{"items": ["KL-CUP", None], "date": DAY.format(1)}],
        },
    )
    shown = [sku for row in rows.values() for sku in skus(row)]
    assert len(shown) == len(set(shown)) > 10
    assert not {"KL-ESP-HOUSE", "KL-TEA-BREAK", "KL-CUP"} & set(shown)


def test_only_what_can_be_shown_is_recommended(front: Front) -> None:
    for view, group in (("default", 0), ("wholesale", 0), ("wholesale", 2)):
        rows = units(front, {"page": "CMS", "sku": "KL-ESP-HOUSE"}, view=view, group=group)
        for sku in {sku for row in rows.values() for sku in skus(row)}:
            product = front.product(sku, "visibility", view=view, group=group)
            assert product["visibility"] != "Not Visible Individually"


def test_what_was_viewed_comes_back_newest_first(front: Front) -> None:
    viewed = [
        {"sku": "KL-RULE", "date": DAY.format(1)},
        {"sku": "KL-GRD-HAND", "date": DAY.format(3)},
        {"sku": "KL-CUP", "date": DAY.format(2)},
        {"sku": "KL-ESP-HOUSE", "date": DAY.format(4)},
        {"sku": "KL-NOBODY", "date": DAY.format(5)},
    ]
    # In a unit of its own, so that no other one has shown them before.
    config = {"typeId": "recently-viewed"}
    rows = units(front, {"sku": "KL-ESP-HOUSE", "viewed": viewed, "config": config}, Magento_Is_Preview="true")
    assert skus(rows["recently-viewed"]) == ["KL-GRD-HAND", "KL-CUP", "KL-RULE"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("recently-viewed", "recently-viewed needs userViewHistory"),
        ("more-like-this", "more-like-this needs currentSku"),
        ("bought-bought", "bought-bought needs currentSku or cartSkus"),
        ("viewed-viewed", "viewed-viewed needs currentSku"),
        ("visual-similarity", "visual-similarity needs currentSku"),
    ],
)
def test_a_unit_says_what_it_lacks(front: Front, kind: str, error: str) -> None:
    rows = units(front, {"config": {"typeId": kind}}, Magento_Is_Preview="true")
    assert (rows[kind]["userError"], rows[kind]["productsView"], rows[kind]["totalProducts"]) == (error, [], 0)


@pytest.mark.parametrize("kind", ["most-viewed", "most-added-to-cart", "viewed-viewed", "viewed-bought"])
def test_what_needs_shoppers_shows_backups_only(front: Front, kind: str) -> None:
    variables = {"sku": "KL-ESP-HOUSE", "config": {"typeId": kind}}
    rows = units(front, variables, Magento_Is_Preview="true")
    assert {row["queryType"] for row in rows[kind]["productsView"]} == {"backup"}
    assert len(rows[kind]["productsView"]) == 5


def test_alike_is_what_shares_words_categories_and_values(front: Front) -> None:
    rows = units(front, {"page": "Product", "sku": "KL-ESP-NIGHT"})
    assert rows["more-like-this"]["userError"] is None
    assert {row["queryType"] for row in rows["more-like-this"]["productsView"]} == {"primary"}


def condition(field: str, **operator: Any) -> dict[str, Any]:
    """A rule of one condition."""
    return {"type": "INCLUSION", "conditions": [{"field": field, "operator": operator}]}


def test_a_configuration_that_is_tried_out_obeys_its_rules(front: Front) -> None:
    def prices(rules: list[dict[str, Any]], group: int = 2) -> list[float]:
        config = {"typeId": "most-viewed", "displayNumber": 25, "filterRules": rules}
        rows = units(front, {"sku": "KL-RULE", "config": config}, group=group, Magento_Is_Preview="true")
        fields = "... on SimpleProductView { price { final { amount { value } } } }"
        products = [front.product(sku, fields, group=group) for sku in skus(rows["most-viewed"])]
        return [row["price"]["final"]["amount"]["value"] for row in products if row.get("price")]

    static = prices([condition("PRICE", rangeOperator={"type": "STATIC", "value": {"from": 10, "to": 20}})])
    assert static
    assert all(10 <= price < 20 for price in static)
    share = prices([condition("PRICE", rangeOperator={"type": "PERCENTAGE", "value": {"from": 50, "to": 100}})])
    assert share
    assert all(18 <= price < 36 for price in share)
    dearer = prices([condition("PRICE", numericOperator={"type": "GREATER_THAN_CURRENT"})])
    assert dearer
    assert all(price > 36 for price in dearer)


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        (condition("CATEGORY", customOperator={"value": ["coffee"]}), lambda row: "coffee" in row["paths"]),
        (condition("TYPE", customOperator={"value": ["configurable"]}), lambda row: row["complex"]),
        (condition("OUT_OF_STOCK", isOperator={"value": False}), lambda row: row["inStock"]),
        (
            {**condition("OUT_OF_STOCK", isOperator={"value": True}), "type": "EXCLUSION"},
            lambda row: row["inStock"],
        ),
        (condition("CATEGORY", stringOperator={"type": "SAME_AS_CURRENT"}), lambda row: "coffee" in row["paths"]),
    ],
    ids=["category", "type", "in stock", "not out of stock", "same category"],
)
def test_each_kind_of_rule_holds_of_all_that_is_shown(front: Front, rule: dict[str, Any], passes: Any) -> None:
    config = {"typeId": "most-viewed", "displayNumber": 25, "filterRules": [rule]}
    rows = units(front, {"sku": "KL-FIL-MEADOW", "config": config}, Magento_Is_Preview="true")
    names = skus(rows["most-viewed"])
    assert names
    for sku in names:
        row = front.product(sku, "__typename inStock categories { slug }")
        facts = {
            "paths": {category["slug"].partition("/")[0] for category in row["categories"]},
            "complex": row["__typename"] == "ComplexProductView",
            "inStock": row["inStock"],
        }
        assert passes(facts), (sku, facts)


@pytest.mark.parametrize(
    "rule",
    [
        condition("PRICE", isOperator={"type": "IS", "value": True}),
        condition("UNKNOWN_FIELD", customOperator={"type": "CUSTOM", "value": ["x"]}),
        condition("CATEGORY"),
        condition("PRICE", rangeOperator={"type": "DYNAMIC", "value": {"from": 1}}),
        {**condition("TYPE", customOperator={"value": ["simple"]}), "type": "UNKNOWN_FILTER_RULE_TYPE"},
    ],
)
def test_a_rule_that_says_nothing_is_an_error(front: Front, rule: dict[str, Any]) -> None:
    variables = {"sku": "KL-RULE", "config": {"typeId": "most-viewed", "filterRules": [rule]}}
    (message,) = front.errors(UNITS, variables, Magento_Is_Preview="true")
    assert message.startswith("filterRules: ")


def test_a_configuration_is_heard_in_preview_only(front: Front) -> None:
    rows = units(front, {"page": "Product", "sku": "KL-RULE", "config": {"typeId": "most-viewed"}})
    assert "most-viewed" not in rows


def test_units_are_answered_by_id_in_the_order_asked_unknown_ones_left_out(front: Front) -> None:
    rows = [row for row in front.get("/storefront/units.json").content if row["pageType"] == "Cart"]
    ids = [rows[3]["unitId"], "nobody", rows[0]["unitId"], rows[3]["unitId"]]
    query = "query ($ids: [String!]!) { recommendationsByUnitIds(unitIds: $ids) { results { unitId } } }"
    answer = front.ask(query, {"ids": ids})["recommendationsByUnitIds"]["results"]
    assert [row["unitId"] for row in answer] == [ids[0], ids[2]]


def test_without_settings_there_is_a_unit_of_each_honest_type_on_each_page_with_an_id_of_its_own(front: Front) -> None:
    rows = front.get("/storefront/units.json").content
    types = ("most-purchased", "trending", "bought-bought", "more-like-this", "recently-viewed", "just-for-you")
    pages = ("CMS", "Cart", "Category", "Checkout", "PageBuilder", "Product")
    assert [(row["pageType"], row["typeId"]) for row in rows] == [(page, kind) for page in pages for kind in types]
    assert {row["unitId"] for row in rows} == {
        str(uuid.uuid5(uuid.NAMESPACE_URL, f"saasexport:unit:{kind}:{page}")) for page in pages for kind in types
    }
