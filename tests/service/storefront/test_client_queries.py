"""The queries that existing storefronts send, in their own form: fragments, aliases, variables, GET and POST."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from saasexport.service.graphql import endpoint, executing
from tests.service.storefront.client_queries import GUEST, PRICES, PRODUCT, SENT
from tests.service.storefront.front import Front


@pytest.mark.parametrize("name", SENT)
@pytest.mark.parametrize("view", ["default", "french", "wholesale"])
def test_a_client_s_query_is_answered_without_an_error(front: Front, name: str, view: str) -> None:
    query, variables, field = SENT[name]
    assert front.ask(query, variables, view=view)[field] is not None


@pytest.mark.parametrize("name", SENT)
def test_the_same_by_get_says_the_same(front: Front, name: str) -> None:
    query, variables, _ = SENT[name]
    collapsed = " ".join(line.partition("#")[0].strip() for line in query.splitlines())
    asked = {"query": collapsed, "variables": json.dumps(variables), "cb": "f00d"}
    reply = front.caller.ask("GET", f"/graphql?{urlencode(asked)}", None, front.headers())
    assert (reply.status, reply.content["data"]) == (200, front.ask(query, variables))


@pytest.mark.parametrize("name", SENT)
def test_the_short_way_says_what_the_long_one_does(
    front: Front, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The executor takes a short way for values that are ready."""
    query, variables, _ = SENT[name]
    answer = front.ask(query, variables)
    monkeypatch.setattr(endpoint._ENGINE[0], "options", {})
    assert front.ask(query, variables) == answer


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("String", "text", "text"),
        ("String!", None, "Cannot return null for non-nullable field"),
        ("String", 5, "5"),
        ("Int", 5, 5),
        ("Int", True, 1),
        ("Int", 5.5, "Int cannot represent non-integer value"),
        ("Float", 5, 5.0),
        ("Float", float("inf"), "Float cannot represent non numeric value"),
        ("Boolean", 1, True),
        ("ID", 5, "5"),
        ("[String]", ["a", None], ["a", None]),
        ("[String!]", ["a", None], "Cannot return null for non-nullable field"),
        ("[String]", "ab", "Expected Iterable"),
        ("[[String]]", ["ab"], "Expected Iterable"),
        ("Kind", "ONE", "ONE"),
        ("Kind", "TWO", "Enum 'Kind' cannot represent value"),
    ],
)
def test_a_value_of_another_kind_goes_the_long_way(kind: str, value: object, expected: object) -> None:
    graphql = pytest.importorskip("graphql")
    schema = graphql.build_schema(f"enum Kind {{ ONE }} type Query {{ field: {kind} }}")
    results = [
        graphql.execute_sync(schema, graphql.parse("{ field }"), {"field": value}, **options)
        for options in ({}, executing.options_of(graphql))
    ]
    if isinstance(expected, str) and " " in expected:
        assert {expected in result.errors[0].message for result in results} == {True}
        assert results[0].data == results[1].data
    else:
        assert [(result.errors, result.data) for result in results] == [(None, {"field": expected})] * 2


def listing(front: Front, name: str) -> Any:
    """The answer to a search of the list."""
    query, variables, _ = SENT[name]
    return front.ask(query, variables)["productSearch"]


def test_a_search_page_has_products_facets_and_pages(front: Front) -> None:
    answer = listing(front, "search page")
    assert answer["page_info"] == {"current_page": 1, "page_size": 8, "total_pages": -(-answer["total_count"] // 8)}
    assert [facet["attribute"] for facet in answer["facets"]][:2] == ["categories", "price"]
    first = answer["items"][0]
    assert first["productView"]["sku"] == "KL-KTL-STOVE"
    assert first["highlights"] == [
        {"attribute": "name", "value": "Stove Top <em>Kettle</em>", "matched_words": ["Kettle"]}
    ]


def test_a_category_page_has_its_children_as_categories(front: Front) -> None:
    facets = {facet["attribute"]: facet for facet in listing(front, "category page")["facets"]}
    buckets = facets["categories"]["buckets"]
    assert {bucket["__typename"] for bucket in buckets} == {"CategoryView"}
    assert {bucket["title"] for bucket in buckets} == {
        "brewing/kettles",
        "brewing/grinders",
        "brewing/pour-over",
        "brewing/teapots",
    }
    assert {bucket["path"] == bucket["title"] for bucket in buckets} == {True}


def test_the_type_of_the_first_value_tells_a_bundle_from_a_configurable(front: Front) -> None:
    rows = front.ask(PRODUCT + PRICES, {"skus": ["KL-CUP", "KL-SET-MORNING"]})["products"]
    kinds = [row["options"][0]["values"][0]["__typename"] for row in rows]
    assert kinds == ["ProductViewOptionValueSwatch", "ProductViewOptionValueProduct"]


def test_the_old_product_is_what_commerce_says(front: Front) -> None:
    query, variables, _ = SENT["listing widget"]
    narrowed = {**(variables or {}), "filter": [{"attribute": "sku", "eq": "KL-RULE"}]}
    (item,) = front.ask(query, narrowed)["productSearch"]["items"]
    old = item["product"]
    assert (old["__typename"], old["sku"], old["name"]) == ("SimpleProduct", "KL-RULE", "Moka Pot")
    least = old["price_range"]["minimum_price"]
    assert least["regular_price"] == {"value": 36.0, "currency": "USD"}
    assert (least["final_price"]["value"], least["discount"]) == (32.4, {"amount_off": 3.6, "percent_off": 10.0})
    assert old["price_range"]["maximum_price"]["final_price"]["value"] == 32.4
    assert old["image"]["url"].startswith("//shop.example/")


def test_a_group_in_the_context_counts_where_no_header_names_one(front: Front) -> None:
    query, variables, _ = SENT["listing widget"]
    general = "356a192b7913b04c54574d18c28d46e6395428ab"
    narrowed = {
        **(variables or {}),
        "filter": [{"attribute": "sku", "eq": "KL-RULE"}],
        "context": {"customerGroup": general},
    }

    def final(**scope: Any) -> object:
        (item,) = front.ask(query, narrowed, **scope)["productSearch"]["items"]
        return item["product"]["price_range"]["minimum_price"]["final_price"]["value"]

    assert (final(), final(group=0)) == (30.6, 32.4)


@pytest.mark.parametrize(
    ("group", "price"),
    [
        ("356a192b7913b04c54574d18c28d46e6395428ab", 30.6),
        ("356A192B7913B04C54574D18C28D46E6395428AB", 30.6),
        (GUEST, 32.4),
        ("", 32.4),
        ("undefined", 32.4),
        ("1", 32.4),
    ],
)
def test_the_context_may_be_written_into_the_query(front: Front, group: str, price: float) -> None:
    query = (
        '{ productSearch(phrase: "", filter: {attribute: "sku", eq: "KL-RULE"}, context: {customerGroup: "%s"})'
        " { items { productView { ... on SimpleProductView { price { final { amount { value } } } } } } } }"
    )
    (item,) = front.ask(query % group)["productSearch"]["items"]
    assert item["productView"]["price"]["final"]["amount"]["value"] == price


@pytest.mark.parametrize(
    "query",
    [
        "{ __typename }",
        "query A { a: __typename } query B { b: __typename }",
        'query ($unused: Int, $phrase: String = "") { productSearch(phrase: $phrase) { total_count } }',
        "query ($no: Boolean = false) { products(skus: []) { sku name @include(if: $no) id @skip(if: true) } }",
        '{ products(skus: "KL-CUP") { sku images(roles: "thumbnail") { url } } }',
        "{ __schema { types { name fields(includeDeprecated: true) { name } } directives { name } } }",
        '{ __type(name: "ProductView") { possibleTypes { name } } }',
        '{ productSearch(phrase: """tea""", page_size: 1,, current_page: 1) { total_count } }',
        '{ products(skus: ["KL\\u002DCUP"]) { sku } }',
    ],
)
def test_what_else_the_language_has_is_understood(front: Front, query: str) -> None:
    body = json.dumps({"query": query, "operationName": "B" if "query B" in query else None}).encode()
    reply = front.caller.ask("POST", "/graphql", body, {"Content-Type": "application/json", **front.headers()})
    assert (reply.status, reply.content.get("errors")) == (200, None)
