"""What bad input gets, what a query may cost, who may ask, and what nobody can read here."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from saasexport.service.graphql import bounds
from tests.service.conftest import Caller
from tests.service.storefront.front import JSON, Front, served
from tests.service.storefront.test_changes import answers
from tests.service.valid_items import item

get_introspection_query = pytest.importorskip("graphql").get_introspection_query


def nested(depth: int) -> str:
    """A query that is so many fields deep."""
    inner = "sku"
    for _ in range((depth - 2) // 2):
        inner = f"links {{ product {{ {inner} }} }}"
    return f'{{ products(skus: ["KL-CUP"]) {{ {inner} }} }}'


def many(field: str) -> str:
    """A field under 400 names."""
    return "{ " + " ".join(f"a{number}: {field}" for number in range(400)) + " }"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        (nested(20), "query too complex: it is 20 levels deep, 15 are allowed"),
        (many("attributeMetadata { sortable { label } }"), "1200 fields, 1000 are allowed"),
        (many("__schema { types { name } }"), "1200 fields, 1000 are allowed"),
        (
            "{ products(skus: []) { ...A ...A ...A } } fragment A on ProductView " + many("sku"),
            "1201 fields, 1000 are allowed",
        ),
        ("{ a " + " ".join("b" for _ in range(20_000)) + " }", "more than 15000 tokens"),
        ("#" + "x" * 70_000 + "\n{ __typename }", "the query has more than 65536 bytes"),
        ("{" * 3_000 + "}" * 3_000, ""),
        ("{ products(skus: [" + '"A",' * 101 + "]) { sku } }", "skus: at most 100 are answered at once"),
        ('{ productSearch(phrase: "", page_size: 501) { total_count } }', "expected a number from 1 to 500"),
    ],
    ids=["depth", "fields", "schema", "fragments", "tokens", "length", "braces", "skus", "page"],
)
def test_what_a_query_may_be_is_bounded(front: Front, query: str, message: str) -> None:
    errors = front.errors(query)
    assert len(errors) == 1
    assert message in errors[0]


def test_what_a_query_may_take_of_products_and_time_is_bounded(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = '{ a: productSearch(phrase: "", page_size: 200) { items { productView { sku } } } }'
    assert front.errors(query) == []
    monkeypatch.setattr(bounds, "MOST_PRODUCTS", 150)
    assert {text.partition(":")[0] for text in front.errors(query)} == {"query too complex"}
    monkeypatch.setattr(bounds, "MOST_PRODUCTS", 20_000)
    monkeypatch.setattr(bounds, "SECONDS", 0.0)
    assert "query too complex: it takes more than 0 s" in front.errors(query)[0]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "query",
    [
        many('productSearch(phrase: "a")').replace(")", ") { total_count }"),
        many("categories { id }"),
        many("attributeMetadata { __typename }"),
        many("__schema { __typename }"),
        many('__type(name: "Query") { name }').replace("{ a0", '{ products(skus: "KL-CUP") { sku } a0'),
        "{ recommendations { totalResults } }",
    ],
    ids=["searches", "categories", "metadata", "schema", "types", "units"],
)
def test_no_field_is_answered_when_the_time_is_over(
    front: Front, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setattr(bounds, "SECONDS", -1.0)
    messages = front.errors(query)
    assert set(messages) == {"query too complex: it takes more than -1 s"}
    assert len(messages) <= 100


@pytest.mark.parametrize(
    "query",
    [
        nested(14),
        get_introspection_query(),
        "{ __schema { types { fields { type { ofType { ofType { name } } } } } } }",
        "{ __typename }",
    ],
)
def test_what_clients_send_is_within_the_bounds(front: Front, query: str) -> None:
    assert front.errors(query) == []


@pytest.mark.parametrize(
    ("query", "message", "kind"),
    [
        ("{ productSearch { total_count } }", "of type 'String!' is required", "ValidationError"),
        ("{ orders { id } }", "Cannot query field 'orders'", "ValidationError"),
        ("{ customers { email } }", "Cannot query field 'customers'", "ValidationError"),
        ("{ products(skus: [", "Syntax Error", "InvalidSyntax"),
        ('{ categories(subtree: {startLevel: 1, depth: 1}) { id } }', "exactly one id", "ValidationError"),
        ('{ searchCategory(searchTerm: "te") { totalCount } }', "at least 3", "ValidationError"),
    ],
)
def test_an_error_has_its_place_and_kind(front: Front, query: str, message: str, kind: str) -> None:
    reply = front.reply(query)
    (error, *_) = reply.content["errors"]
    assert message in error["message"]
    assert error["extensions"]["classification"] == kind
    assert error.get("locations")
    assert (reply.status, set(reply.content)) == (200, {"errors", "data", "extensions"})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b"[]", "expected a query"),
        (b"{}", "expected a query"),
        (b'{"query": 1}', "expected a query"),
        (b'{"query": "{a}", "variables": []}', "expected variables to be an object"),
        (b'{"query": "{a}", "operationName": 1}', "operationName a text"),
        (b"[" * 100_000, "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
    ],
)
def test_a_body_that_is_no_question_is_a_bad_request(front: Front, body: bytes, message: str) -> None:
    reply = front.caller.ask("POST", "/graphql", body, JSON | front.headers())
    assert (reply.status, len(reply.content["errors"])) == (400, 1)
    assert message in reply.content["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        "query ($t: String!) { products(skus: [$t]) { sku } }",
        "query ($t: String!) { refineProduct(sku: $t, optionIds: [$t]) { sku } }",
        "query ($t: String!) { variants(sku: $t) { cursor } }",
        "query ($t: String!) { categories(ids: [$t]) { id } }",
        "query ($t: String!) { searchCategory(searchTerm: $t) { totalCount } }",
        "query ($t: String!) { productSearch(phrase: $t) { total_count } }",
        'query ($t: String!) { productSearch(phrase: "", filter: {attribute: $t, eq: "a"}) { total_count } }',
        'query ($t: String!) { productSearch(phrase: "", filter: {attribute: "sku", eq: $t}) { total_count } }',
        'query ($t: String!) { productSearch(phrase: "", filter: {attribute: "categoryPath", eq: $t})'
        " { warnings { message } } }",
        "query ($t: String!) { recommendations(currentSku: $t, cartSkus: [$t]) { totalResults } }",
    ],
)
@pytest.mark.parametrize("text", [r"bag\ud800", r"\udc00bag", "bag\udfff"])
def test_half_a_sign_is_a_sign_that_nobody_writes(front: Front, query: str, text: str) -> None:
    body = json.dumps({"query": query})[:-1] + f', "variables": {{"t": "{text}"}}}}'
    reply = front.caller.ask("POST", "/graphql", body.encode("utf-8", "surrogatepass"), JSON | front.headers())
    if text.isascii():
        assert "unexpected" not in json.dumps(reply.content)
        assert (reply.status, set(reply.content) >= {"data"}) == (200, True)
    else:
        assert (reply.status, reply.content["errors"][0]["message"]) == (400, "the body is not JSON")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"f": [{"attribute": "name", "contains": "a"}] * 101}, "at most 100 conditions with 1000 values each"),
        ({"f": {"attribute": "price", "in": ["1"] * 1001}}, "at most 100 conditions with 1000 values each"),
        ({"f": {"attribute": "categoryPath", "in": ["x"] * 1001}}, "at most 100 conditions with 1000 values each"),
        ({"f": {"attribute": "name", "contains": "x" * 101}}, "take at most 100 characters"),
        ({"s": [{"attribute": "name", "direction": "ASC"}] * 11}, "sort: at most 10 attributes"),
    ],
)
def test_what_a_search_may_ask_is_bounded(front: Front, variables: dict[str, Any], message: str) -> None:
    query = (
        "query ($f: [SearchClauseInput!], $s: [ProductSearchSortInput!])"
        ' { productSearch(phrase: "", filter: $f, sort: $s) { total_count } }'
    )
    (error,) = front.errors(query, variables)
    assert message in error


def test_a_body_that_is_too_long_is_not_read(front: Front) -> None:
    assert front.caller.ask("POST", "/graphql", b" " * 300_000, JSON | front.headers()).status == 413


# Headers


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Missing Magento-Store-View-Code header: the store views are default, french, wholesale"),
        ({"Magento-Store-View-Code": ""}, "Missing Magento-Store-View-Code header"),
        ({"Magento-Store-View-Code": "undefined"}, "Missing Magento-Store-View-Code header"),
        (
            {"Magento-Store-View-Code": "default", "Magento-Website-Code": "wholesale"},
            "Magento-Website-Code 'wholesale' contradicts the store view 'default', whose website is 'base'",
        ),
        (
            {"Magento-Store-View-Code": "french", "Magento-Store-Code": "elsewhere"},
            "Magento-Store-Code 'elsewhere' contradicts the store view 'french', whose store is 'kettle_lane'",
        ),
    ],
)
def test_a_scope_that_is_none_is_named(front: Front, headers: dict[str, str], message: str) -> None:
    body = json.dumps({"query": '{ products(skus: ["KL-CUP"]) { sku } }'}).encode()
    reply = front.caller.ask("POST", "/graphql", body, JSON | headers)
    (error,) = reply.content["errors"]
    assert (reply.status, reply.content["data"]) == (200, None)
    assert message in error["message"]


def test_a_missing_data_space_is_named_where_there_are_several(demo_items: Path, tmp_path: Path) -> None:
    query = "{ products(skus: []) { sku } }"
    with served(tmp_path, demo_items) as service:
        front = Front(service)
        front.caller.post("products", [item("products")], environment="other-space")
        (message,) = front.errors(query)
        assert message.startswith("Missing Magento-Environment-Id header: the data spaces are other-space, test-")
        assert front.errors(query, Magento_Environment_Id="other-space") == []
        reply = front.caller.ask("POST", "/other-space/graphql", json.dumps({"query": query}).encode(), front.headers())
        assert reply.content["data"] == {"products": []}


def test_an_unknown_store_view_has_no_index_and_no_products(front: Front) -> None:
    (message,) = front.errors('{ productSearch(phrase: "tea") { total_count } }', view="spanish")
    assert "No index was found for this request: the store views of" in message
    assert "are default, french, wholesale" in message
    assert front.ask('{ products(skus: ["KL-CUP"]) { sku } }', view="spanish") == {"products": []}


@pytest.mark.parametrize(
    "headers",
    [
        {"AC-View-Id": "x", "AC-Policy-Brand": "y", "Magento-Nonsense": "z"},
        {"X-Api-Key": "undefined", "Magento-Customer-Group": "undefined", "X-Request-Id": ""},
        {"Magento-Customer-Group": "f" * 40},
        {"magento-store-view-code": "default", "MAGENTO-WEBSITE-CODE": "base"},
    ],
)
def test_headers_that_mean_nothing_are_ignored(front: Front, headers: dict[str, str]) -> None:
    body = json.dumps({"query": '{ products(skus: ["KL-CUP"]) { sku } }'}).encode()
    scope = {} if "magento-store-view-code" in headers else front.headers()
    reply = front.caller.ask("POST", "/graphql", body, JSON | scope | headers)
    assert reply.content["data"] == {"products": [{"sku": "KL-CUP"}]}


def test_an_unknown_data_space_is_told_which_there_are(front: Front) -> None:
    query = '{ productSearch(phrase: "tea") { total_count } }'
    (message,) = front.errors(query, Magento_Environment_Id="nowhere")
    assert "No index was found for this request: the data spaces are test-" in message
    plain = front.get("/storefront/search.json", environment="nowhere")
    assert (plain.status, "none is known of 'nowhere'" in plain.content["message"]) == (400, True)


def test_a_catalogue_view_stands_for_a_store_view(front: Front) -> None:
    query = '{ products(skus: ["KL-KTL-STOVE"]) { name } }'
    assert front.ask(query, view="", AC_View_Id="french") == {"products": [{"name": "Bouilloire à sifflet"}]}


def test_a_request_id_is_repeated_or_made_up(front: Front) -> None:
    assert front.reply("{ __typename }", X_Request_Id="mine").content["extensions"] == {"request-id": "mine"}
    assert len(front.reply("{ __typename }").content["extensions"]["request-id"]) == 36


@pytest.mark.parametrize("path", ["/graphql", "/search/graphql", "/graphql/"])
def test_a_question_may_be_asked_at_several_paths(front: Front, path: str) -> None:
    body = json.dumps({"query": "{ __typename }"}).encode()
    assert front.caller.ask("POST", path, body, JSON).content["data"] == {"__typename": "Query"}


# Origins


def test_a_preflight_is_answered_before_all_else(front: Front) -> None:
    asked = {
        "Origin": "https://shop.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,magento-environment-id,x-api-key",
    }
    reply = front.caller.ask("OPTIONS", "/graphql", None, asked)
    assert (reply.status, reply.content) == (204, None)
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["access-control-allow-methods"] == "GET, POST, OPTIONS"
    assert reply.headers["access-control-allow-headers"] == asked["Access-Control-Request-Headers"]
    assert reply.headers["access-control-max-age"] == "86400"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, demo_items: Path) -> Iterator[Front]:
    """A service with a key for feeds, another for storefronts, and two origins."""
    with served(
        tmp_path_factory.mktemp("guarded"),
        demo_items,
        api_key=b"of-feeds",
        storefront_key=b"of-storefronts",
        allowed_origins=["https://shop.example", "https://other.example/"],
    ) as service:
        yield Front(service)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://other.example", "https://other.example"),
        ("https://evil.example", None),
        ("http://shop.example", None),
        ("null", None),
        ("", None),
    ],
)
def test_only_origins_that_are_given_may_read(guarded: Front, origin: str, allowed: str | None) -> None:
    for method, path in (("OPTIONS", "/graphql"), ("GET", "/storefront/units.json")):
        reply = guarded.caller.ask(method, path, None, {"Origin": origin, "X-Api-Key": "of-storefronts"})
        assert reply.headers.get("access-control-allow-origin") == allowed
        assert reply.headers["vary"] == "Origin"


# Keys


PATHS = [
    ("POST", "/graphql"),
    ("GET", "/graphql?query=%7B__typename%7D"),
    ("GET", "/storefront/"),
    ("GET", "/storefront/product?sku=KL-CUP"),
    ("GET", "/storefront/search.json?phrase=tea"),
    ("GET", "/storefront/recommend.json?sku=KL-CUP"),
    ("GET", "/storefront/units.json"),
    ("POST", "/any-space/graphql"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("key", [None, "", "of-feeds", "OF-STOREFRONTS", "of-storefronts "[:-2]])
def test_a_storefront_needs_its_key(guarded: Front, method: str, path: str, key: str | None) -> None:
    body = json.dumps({"query": "{ __typename }"}).encode() if method == "POST" else None
    headers = front_headers(guarded, key)
    assert guarded.caller.ask(method, path, body, headers).status == 401


def front_headers(front: Front, key: str | None) -> dict[str, str]:
    """The headers of a question with a key."""
    return JSON | front.headers() | ({} if key is None else {"X-Api-Key": key})


def test_with_its_key_a_storefront_is_answered(guarded: Front) -> None:
    body = json.dumps({"query": '{ products(skus: ["KL-CUP"]) { sku } }'}).encode()
    reply = guarded.caller.ask("POST", "/graphql", body, front_headers(guarded, "of-storefronts"))
    assert reply.content["data"] == {"products": [{"sku": "KL-CUP"}]}


@pytest.mark.parametrize("path", ["/", "/feeds", "/feeds/orders/x", "/feeds/orders/x/digests", "/feeds/reviews/x/item"])
def test_a_storefront_s_key_opens_nothing_else(guarded: Front, path: str) -> None:
    assert guarded.caller.ask("GET", path, None, {"X-Api-Key": "of-storefronts"}).status == 401
    assert guarded.caller.ask("GET", path, None, {"X-Api-Key": "of-feeds"}).status in (200, 400, 404)


def test_a_storefront_s_key_sends_nothing(guarded: Front) -> None:
    headers = {"Content-Type": "application/json", "X-Api-Key": "of-storefronts"}
    assert guarded.caller.ask("POST", "/feeds/products/x", b"[]", headers).status == 401


# What nobody can read here


OF_PEOPLE = ("nickname", "text", "title", "firstname", "lastname", "street", "telephone", "orderId")


def test_orders_customers_and_reviews_cannot_be_read(front: Front, demo_items: Path) -> None:
    """Whatever these say of people is in no answer, however much is asked."""
    private = {
        value
        for entry in received(demo_items, "orders") + received(demo_items, "reviews")
        for key, value in flat(entry)
        if isinstance(value, str) and len(value) > 5 and ("mail" in key.lower() or key in OF_PEOPLE)
    }
    assert len(private) > 20
    pages = [("", {}), ("", {"q": "espresso"}), ("product", {"sku": "KL-ESP-HOUSE"})]
    everything = json.dumps(answers(front)) + "".join(front.page(path, **more)[2] for path, more in pages)
    names = {entry.get("name") for entry in received(demo_items, "products")}
    assert [text for text in private - names if text in everything] == []


def flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of an item with the name it has."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from flat(inner, key)
    else:
        yield key, value


def received(file: Path, feed: str) -> list[Any]:
    """The items of a feed that were received."""
    with closing(sqlite3.connect(file)) as db:
        select = "select item from item join feed on feed.id = feed_id where feed.name = ?"
        return [json.loads(text) for (text,) in db.execute(select, (feed,))]


# Without the extra


def test_without_the_extra_the_one_line_that_installs_it_is_told(tmp_path: Path) -> None:
    program = f"""
import sys, urllib.request, urllib.error
sys.modules["graphql"] = None
from saasexport.service.server import CommerceService
with CommerceService({str(tmp_path / "held.sqlite")!r}) as service:
    for path in ("/graphql?query={quote("{__typename}")}", "/storefront/units.json"):
        try:
            print(urllib.request.urlopen(service.url + path, timeout=20).status)
        except urllib.error.HTTPError as error:
            print(error.code, error.read().decode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    message = "/graphql needs graphql-core; run: pip install 'saasexport[graphql]'"
    assert done.stdout.splitlines() == ["501 " + json.dumps({"errors": [{"message": message}]}), "200"]


# Caching


def test_a_get_can_be_kept_and_a_post_or_preview_cannot(front: Front) -> None:
    path = f"/graphql?query={quote('{ products(skus: [$s]) { sku } }'.replace('$s', chr(34) + 'KL-CUP' + chr(34)))}"
    one, other = (front.caller.ask("GET", path, None, front.headers()) for _ in range(2))
    assert one.headers["etag"] == other.headers["etag"]
    assert "Magento-Customer-Group" in one.headers["vary"]
    preview = front.caller.ask("GET", path, None, front.headers(Magento_Is_Preview="true"))
    assert preview.headers["cache-control"] == "no-store"
    usual = front.caller.ask("GET", path, None, front.headers(Magento_Is_Preview="false"))
    assert usual.headers["cache-control"] == "no-cache"
    assert front.reply("{ __typename }").headers["cache-control"] == "no-store"


def test_what_was_not_modified_is_not_sent_again(front: Front) -> None:
    path = f"/graphql?query={quote('{ categories { name } }')}"
    etag = front.caller.ask("GET", path, None, front.headers()).headers["etag"]
    kept = front.caller.ask("GET", path, None, front.headers(If_None_Match=etag))
    assert (kept.status, kept.content, kept.headers["etag"]) == (304, None, etag)
    changed = front.caller.ask("GET", path, None, front.headers("french", If_None_Match=etag))
    assert changed.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/graphql", 405),
        ("DELETE", "/storefront/", 405),
        ("POST", "/storefront/search.json", 405),
        ("GET", "/storefront/nowhere", 404),
        ("HEAD", "/storefront/units.json", 200),
    ],
)
def test_other_methods_and_paths_are_refused(front: Front, method: str, path: str, status: int) -> None:
    assert front.caller.ask(method, path).status == status


def test_a_caller_of_feeds_goes_on_as_ever(front: Front) -> None:
    caller: Caller = front.caller
    assert {row["feed"] for row in caller.get("/feeds").content} >= {"products", "orders"}
