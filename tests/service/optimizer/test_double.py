"""The double of the Optimizer: its gate, its rules, and what it holds."""

import copy
import gzip
import json
import random
import subprocess
import sys
import urllib.error
import urllib.request
from urllib.parse import quote, urlencode

import jsonschema
import pytest

from saasexport.service.optimizer.application import Client
from saasexport.service.optimizer.business import broken_rules
from saasexport.service.optimizer.merging import merge
from saasexport.service.optimizer.tenant import RESOURCES, Tenant, faults
from saasexport.service.serving import OptimizerService
from tests.support import BIN, SHARED

OPENAPI = SHARED / "data" / "optimizer" / "openapi.yaml"
SOURCE = {"locale": "default"}
SCOPE = "openid,AdobeID,profile,email,commerce.aco.ingestion"

VALID = {
    "metadata": {
        "code": "material",
        "source": SOURCE,
        "label": "Material",
        "dataType": "TEXT",
        "visibleIn": ["PRODUCT_DETAIL"],
        "filterable": True,
        "sortable": False,
        "searchable": True,
        "searchWeight": 1,
        "searchTypes": ["AUTOCOMPLETE"],
    },
    "category-metadata": {"code": "a", "source": SOURCE, "label": "A", "dataType": "DECIMAL"},
    "categories": {
        "slug": "gear/bags",
        "source": SOURCE,
        "name": "Bags",
        "description": None,
        "families": ["top_menu"],
        "position": 1,
        "metaTags": {"title": "t", "keywords": ["a"], "description": "d"},
        "attributes": [{"code": "a", "values": ["b"]}],
        "images": [{"url": "u", "label": "l", "roles": ["BASE"], "customRoles": ["x"]}],
    },
    "products": {
        "sku": "24-MB01",
        "source": SOURCE,
        "name": "Joust Duffle Bag",
        "slug": "joust",
        "status": "ENABLED",
        "description": "d",
        "shortDescription": None,
        "visibleIn": ["CATALOG", "SEARCH"],
        "metaTags": {"title": "t", "keywords": ["a"]},
        "attributes": [{"code": "a", "values": ["b"], "variantReferenceId": None}],
        "images": [{"url": "u", "roles": ["BASE", "SMALL"], "customRoles": []}],
        "routes": [{"path": "gear", "position": 0}],
        "links": [{"type": "UPSELL", "sku": "b"}],
        "externalIds": [{"id": "1", "origin": "AdobeCommerce"}],
        "configurations": [
            {
                "attributeCode": "size",
                "type": "SWATCH",
                "values": [{"variantReferenceId": "x", "label": "L", "colorHex": "#000", "imageUrl": "u"}],
                "label": "Size",
                "defaultVariantReferenceId": None,
            }
        ],
        "bundles": [
            {
                "group": "g",
                "items": [{"sku": "a", "qty": 1.5, "userDefinedQty": True}],
                "required": True,
                "multiSelect": False,
                "defaultItemSkus": ["a"],
            }
        ],
    },
    "layers": {"sku": "a", "source": {"layer": "winter", "locale": "default"}, "name": "n", "links": []},
    "price-books": {"priceBookId": "base", "name": "Main Website", "currency": "USD"},
    "prices": {
        "sku": "24-MB01",
        "priceBookId": "base",
        "regular": 34,
        "discounts": [{"code": "a", "price": 28.8}, {"code": "b", "percentage": 5}],
        "tierPrices": [{"qty": 5, "percentage": 5}, {"qty": 10, "price": 20}],
    },
}

OTHER_VALUES = (None, True, 0, -1, 2.5, "", "text", "x" * 65, "Gear_", "ENABLED", [], ["a"], [1], {}, {"a": 1})


def places(value, found, path=()):
    """Every place within a value, outermost first."""
    found.append(path)
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        places(inner, found, (*path, key))
    return found


def broken(chance, item):
    """The item with something changed that is right or wrong."""
    item = copy.deepcopy(item)
    *outer, last = chance.choice(places(item, [])[1:])
    holder = item
    for key in outer:
        holder = holder[key]
    action = chance.choice(("remove", "replace", "replace", "add"))
    if action == "remove" and isinstance(holder, dict):
        del holder[last]
    elif action == "add" and isinstance(holder, dict):
        holder["unknown"] = chance.choice(OTHER_VALUES)
    else:
        holder[last] = chance.choice(OTHER_VALUES)
    return item


@pytest.mark.skipif(not OPENAPI.exists(), reason="Adobe's OpenAPI file is not here")
def test_its_rules_agree_with_adobes_own_on_a_thousand_items():
    yaml = pytest.importorskip("yaml")
    api = _with_nulls(yaml.safe_load(OPENAPI.read_text()))
    chance = random.Random(17)
    different, wrong = [], 0
    for number in range(1_400):
        name = list(VALID)[number % len(VALID)]
        kind = chance.choice(("post", "post", "post", "patch", "delete")) if number >= 2 * len(VALID) else "post"
        method = "patch" if kind == "patch" and name != "layers" else "post"
        is_deletion = kind == "delete"
        body = api["paths"][RESOURCES[name].path + ("/delete" if is_deletion else "")][method]["requestBody"]
        schema = body["content"]["application/json"]["schema"]["items"]
        item = VALID[name] if number < 2 * len(VALID) else broken(chance, VALID[name])
        theirs = list(jsonschema.Draft202012Validator({**schema, "components": api["components"]}).iter_errors(item))
        wrong += bool(theirs)
        if bool(theirs) != bool(faults(RESOURCES[name], item, is_deletion, method == "patch")):
            different.append((name, kind, item, [error.message for error in theirs][:2]))
    assert different[:3] == []
    assert 400 < wrong < 1_000


def _with_nulls(node):
    """A schema of OpenAPI 3.0 as one of JSON Schema: what may be null says so in its type."""
    if isinstance(node, list):
        return [_with_nulls(each) for each in node]
    if not isinstance(node, dict):
        return node
    node = {key: _with_nulls(value) for key, value in node.items()}
    if node.pop("nullable", False):
        node["type"] = [node["type"], "null"]
    return node


@pytest.mark.parametrize("name", VALID)
def test_the_example_of_each_resource_is_taken(name):
    assert faults(RESOURCES[name], VALID[name], False) == []


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("products", {"source": ...}, ("source", "required property 'source' not found", "")),
        (
            "products",
            {"status": "active"},
            ("status", 'status: does not have a value in the enumeration ["ENABLED", "DISABLED"]', "active"),
        ),
        ("prices", {"regular": "34"}, ("regular", "regular: string found, number expected", "34")),
        ("prices", {"regular": True}, ("regular", "regular: boolean found, number expected", "true")),
        ("categories", {"name": "x" * 129}, ("name", "name: must be at most 128 characters long", "x" * 129)),
        ("categories", {"name": ""}, ("name", "name: must be at least 1 characters long", "")),
        (
            "categories",
            {"active": True},
            (
                "active",
                "property 'active' is not defined in the schema and the schema does not allow additional properties",
                "true",
            ),
        ),
        (
            "categories",
            {"position": 2**31},
            ("position", "position: 2147483648 is no integer of 32 bits", "2147483648"),
        ),
        (
            "price-books",
            {"parentId": "main"},
            ("", "must be valid to one and only one schema, but 2 are valid", ""),
        ),
        (
            "products",
            {"bundles": [{"group": "a", "items": [{"sku": "x"}]}, {"group": "b", "items": [{"sku": "x"}]}]},
            ("bundles", "Duplicate SKU found in bundle items", "x"),
        ),
    ],
)
def test_a_fault_is_told_in_adobes_words(name, change, fault):
    item = {key: value for key, value in {**VALID[name], **change}.items() if value is not ...}
    assert [tuple(each) for each in faults(RESOURCES[name], item, False)] == [fault]


# What it holds


@pytest.fixture
def clock():
    """A clock that a test moves."""
    return [1_000_000_000.0]


@pytest.fixture
def tenant(clock):
    """A tenant with a branch of categories and a tree of price books."""
    made = Tenant(lambda: clock[0])
    made.put("categories", [{"slug": slug, "source": SOURCE, "name": slug} for slug in ("a", "a/b", "a/b/c", "ab")])
    made.put("categories", [{"slug": "a/b", "source": {"locale": "fr"}, "name": "fr"}])
    made.put("price-books", [{"priceBookId": "w", "name": "w", "currency": "USD"}])
    made.put("price-books", [{"priceBookId": "w::g", "name": "g", "parentId": "w"}])
    made.put("prices", [{"sku": "1", "priceBookId": book, "regular": 1} for book in ("w", "w::g", "main", "none")])
    return made


def slugs(tenant):
    """The slugs of the default locale."""
    return sorted(slug for slug, locale in tenant.items["categories"] if locale == "default")


def test_a_category_takes_what_is_below_it_and_brings_it_back_within_a_week(tenant, clock):
    tenant.delete("categories", [{"slug": "a/b", "source": SOURCE}])
    tenant.delete("categories", [{"slug": "a", "source": SOURCE}])
    assert slugs(tenant) == ["ab"]
    assert ("a/b", "fr") in tenant.items["categories"]
    tenant.put("categories", [{"slug": "a", "source": SOURCE, "name": "again"}])
    assert slugs(tenant) == ["a", "ab"]  # what was deleted before stays so
    clock[0] += 6 * 86_400
    tenant.put("categories", [{"slug": "a/b", "source": SOURCE, "name": "again"}])
    assert slugs(tenant) == ["a", "a/b", "a/b/c", "ab"]
    tenant.delete("categories", [{"slug": "a/b", "source": SOURCE}])
    clock[0] += 8 * 86_400
    tenant.put("categories", [{"slug": "a/b", "source": SOURCE, "name": "late"}])
    assert slugs(tenant) == ["a", "a/b", "ab"]


def test_a_price_book_takes_its_children_and_all_their_prices(tenant):
    assert [price["priceBookId"] for price in tenant.dropped] == ["none"]
    tenant.delete("price-books", [{"priceBookId": "w"}])
    assert sorted(tenant.items["price-books"]) == [("main",)]
    assert sorted(tenant.items["prices"]) == [("1", "main")]
    tenant.put("price-books", [{"priceBookId": "w", "name": "w", "currency": "USD"}])
    assert sorted(tenant.items["prices"]) == [("1", "main"), ("1", "w"), ("1", "w::g")]


# The gate


@pytest.fixture
def service():
    """A tenant over HTTP."""
    with OptimizerService("T", Client("me", "secret"), max_body=10_000) as made:
        yield made


def ask(service, path, body=b"[]", method="POST", **headers):
    """Status, type, headers and content of an answer."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(service.url + path, body, names, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            content = error.read()
            return error.code, json.loads(content) if content.startswith(b"{") else content


def token(service, **more):
    """A token's answer."""
    form = {"grant_type": "client_credentials", "client_id": "me", "client_secret": "secret", "scope": SCOPE, **more}
    return ask(
        service, "/ims/token/v3", urlencode(form).encode(), Content_Type="application/x-www-form-urlencoded"
    )


PRODUCTS = "/T/v1/catalog/products"


def test_the_gate(service):
    status, given = token(service)
    assert (status, given["token_type"], given["expires_in"]) == (200, "bearer", 86_399)
    good = {"Authorization": f"Bearer {given['access_token']}", "Content_Type": "application/json"}
    weak = {**good, "Authorization": f"Bearer {token(service, scope='openid')[1]['access_token']}"}
    assert token(service, client_secret="wrong") == (
        401,
        {"error": "invalid_client", "error_description": "client id or secret is wrong"},
    )
    assert ask(service, PRODUCTS, **good) == (200, {"status": "ACCEPTED", "acceptedCount": 0})
    assert ask(service, PRODUCTS, gzip.compress(b"[]"), Content_Encoding="gzip", **good)[0] == 200
    assert ask(service, "/U/v1/catalog/products", **good)[0] == 404
    assert ask(service, PRODUCTS, method="PUT", **good)[0] == 405
    assert ask(service, PRODUCTS)[1]["error_code"] == "403010"
    assert ask(service, PRODUCTS, **{**good, "Authorization": "Bearer no"})[1]["error_code"] == "401013"
    assert ask(service, PRODUCTS, **weak)[0] == 403
    assert ask(service, PRODUCTS, **{**good, "Content_Type": "text/plain"})[0] == 415
    assert ask(service, PRODUCTS, b"[" + b" " * 10_000, **good)[0] == 413
    assert ask(service, PRODUCTS, b"{}", **good)[0] == 400
    many = json.dumps([{}] * 101).encode()
    assert ask(service, PRODUCTS, many, **good) == (400, {"status": "FAILED", "message": "items_limit_exceeded"})
    service.application.expire_tokens()
    assert ask(service, PRODUCTS, **good)[0] == 401


def test_a_request_with_a_bad_item_stores_nothing_and_names_it(service):
    good = {"Authorization": f"Bearer {token(service)[1]['access_token']}", "Content_Type": "application/json"}
    bad = {**VALID["products"], "status": "active", "slug": 5}
    answer = ask(service, PRODUCTS, json.dumps([VALID["products"], bad]).encode(), **good)
    assert answer == (
        400,
        {
            "status": "FAILED",
            "message": "Items validation failed for 1 items",
            "errors": [
                {"itemIndex": 1, "code": "slug", "message": "slug: integer found, string expected", "value": "5"},
                {
                    "itemIndex": 1,
                    "code": "status",
                    "message": 'status: does not have a value in the enumeration ["ENABLED", "DISABLED"]',
                    "value": "active",
                },
            ],
        },
    )
    assert ask(service, "/_state/products", None, "GET") == (200, {"items": [], "next": None})
    ask(service, PRODUCTS, json.dumps([VALID["products"]]).encode(), **good)
    assert ask(service, "/_state/products", None, "GET") == (200, {"items": [VALID["products"]], "next": None})


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 1000])
@pytest.mark.parametrize("name", ["products", "categories", "price-books", "prices", "metadata", "layers"])
def test_what_it_holds_is_read_in_pages_by_identity(name, limit):
    with OptimizerService("T", Client("me", "secret")) as made:
        items = made.application.tenant.items[name]
        items.clear()
        parts = len(RESOURCES[name].identity)
        texts = ("B", "a", "ä", 'q"[]', "x&y=1%", "\U0001f600")
        for text in texts:
            items[(text, "fr", "en")[:parts]] = {"of": text}
        pages, query = [], {"limit": limit}
        while True:
            status, page = ask(made, f"/_state/{name}?{urlencode(query)}", None, "GET")
            assert status == 200
            pages.append([item["of"] for item in page["items"]])
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert [text for page in pages for text in page] == ["B", "a", 'q"[]', "x&y=1%", "ä", "\U0001f600"]
        assert {len(page) for page in pages[:-1]} <= {limit}
        assert 1 <= len(pages[-1]) <= limit
        # All at once without a limit.
        whole = ask(made, f"/_state/{name}", None, "GET")[1]["items"]
        assert [item["of"] for item in whole] == [text for page in pages for text in page]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=a", "limit=1001", "after=x", "after=[]", 'after=["a"]', 'after=["a",1]', "offset=1"]
)
def test_a_page_that_is_none_is_refused(service, query):
    assert ask(service, f"/_state/products?{quote(query, safe='=')}", None, "GET")[0] == 400


def test_the_service_starts_as_a_double():
    command = [sys.executable, BIN / "commerce_service", "--optimizer", "T", "--client", "me:secret", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(url + "/_state/price-books", timeout=10) as answer:
            assert json.load(answer)["items"] == [{"priceBookId": "main", "name": "main", "currency": "USD"}]
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()


def test_more_requests_than_a_minute_may_have_get_a_page_of_html(service):
    good = {"Authorization": f"Bearer {token(service)[1]['access_token']}", "Content_Type": "application/json"}
    service.application.most_requests = 2
    assert [ask(service, PRODUCTS, **good)[0] for _ in range(3)] == [200, 200, 429]
    assert b"<html>" in ask(service, PRODUCTS, **good)[1]


def test_more_products_than_a_minute_may_have_get_one_too():
    with OptimizerService("T", Client("me", "secret"), products_per_minute=5) as made:
        good = {"Authorization": f"Bearer {token(made)[1]['access_token']}", "Content_Type": "application/json"}

        def send(number, path=PRODUCTS, method="POST"):
            items = [{**VALID["products"], "sku": str(each)} for each in range(number)]
            if path != PRODUCTS:
                items = [{"sku": item["sku"], "source": SOURCE} for item in items]
            return ask(made, path, json.dumps(items).encode(), method, **good)[0]

        assert [send(3), send(3), send(2, method="PATCH"), send(1)] == [200, 429, 200, 429]
        assert send(5, f"{PRODUCTS}/delete") == 200
        assert ask(made, "/T/v1/catalog/products/prices", b"[]", **good)[0] == 200


# PATCH, the rules in words, delay and restart


def test_a_patch_merges_and_changes_nothing_of_what_is_not_there(service):
    good = {"Authorization": f"Bearer {token(service)[1]['access_token']}", "Content_Type": "application/json"}
    ask(service, PRODUCTS, json.dumps([VALID["products"]]).encode(), **good)
    change = {
        "sku": "24-MB01",
        "source": SOURCE,
        "name": "Renamed",
        "metaTags": {"title": "other"},
        "visibleIn": [],
        "attributes": [{"code": "a", "values": ["c"]}, {"code": "z", "values": ["d"]}],
        "links": [{"type": "UPSELL", "sku": "c"}],
    }
    body = json.dumps([change, {**change, "sku": "absent"}]).encode()
    assert ask(service, PRODUCTS, body, "PATCH", **good) == (200, {"status": "ACCEPTED", "acceptedCount": 2})
    ((_, held),) = service.application.tenant.items["products"].items()
    assert held == {
        **VALID["products"],
        "name": "Renamed",
        "metaTags": {"title": "other", "keywords": ["a"]},
        "visibleIn": [],
        "attributes": [{"code": "a", "values": ["c"]}, {"code": "z", "values": ["d"]}],
        "links": [{"type": "UPSELL", "sku": "b"}, {"type": "UPSELL", "sku": "c"}],
    }
    assert ask(service, PRODUCTS, b'[{"name": "x"}]', "PATCH", **good)[0] == 400
    assert ask(service, f"{PRODUCTS}/layers", b"[]", "PATCH", **good)[0] == 405
    assert ask(service, f"{PRODUCTS}/delete", b"[]", "PATCH", **good)[0] == 405


@pytest.mark.parametrize(
    ("resource", "given", "expected"),
    [
        ("categories", {"families": ["b"]}, {"families": ["b"], "tierPrices": [{"qty": 5}]}),
        ("metadata", {"tierPrices": [{"qty": 6}]}, {"families": ["a"], "tierPrices": [{"qty": 6}]}),
        ("prices", {"tierPrices": [{"qty": 6}]}, {"families": ["a"], "tierPrices": [{"qty": 5}, {"qty": 6}]}),
    ],
)
def test_lists_whose_entries_have_no_identity_are_replaced(resource, given, expected):
    assert merge(resource, {"families": ["a"], "tierPrices": [{"qty": 5}]}, given) == expected


@pytest.mark.parametrize(("length", "is_taken"), [(100_000, True), (199_000, True), (200_001, False), (300_000, False)])
def test_a_product_has_at_most_200_kilobytes(length, is_taken):
    item = {**VALID["products"], "description": "x" * length}
    assert (faults(RESOURCES["products"], item, False) == []) is is_taken


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"priceBookId": "none"}, "priceBookId"),
        ({"sku": "24-MB01"}, "sku"),
        ({"regular": -1}, "regular"),
        ({"discounts": [{"code": "a", "price": -0.5}]}, "regular"),
        ({"discounts": [{"code": "a", "price": 1}, {"code": "a", "price": 2}]}, "discounts"),
        ({"discounts": [{"code": str(number), "price": 1} for number in range(11)]}, "discounts"),
        ({"discounts": [{"code": "a", "percentage": 100}]}, "percentage"),
        ({"tierPrices": [{"qty": 2, "percentage": 0}]}, "percentage"),
        ({"tierPrices": [{"qty": 1, "price": 1}]}, "qty"),
        ({"tierPrices": [{"qty": 5, "price": 1}, {"qty": 2, "price": 2}]}, "qty"),
        ({}, ""),
    ],
)
def test_what_breaks_a_rule_in_words_is_refused_only_where_that_is_wanted(change, code):
    price = {"sku": "simple", "priceBookId": "main", "regular": 3, **change}
    for is_strict in (False, True):
        with OptimizerService("T", Client("me", "secret"), is_strict=is_strict) as made:
            good = {"Authorization": f"Bearer {token(made)[1]['access_token']}", "Content_Type": "application/json"}
            ask(made, PRODUCTS, json.dumps([VALID["products"]]).encode(), **good)
            status, answer = ask(made, f"{PRODUCTS}/prices", json.dumps([price]).encode(), **good)
            codes = [error["code"] for error in answer.get("errors", ())]
            assert (status, codes) == ((400, [code]) if is_strict and code else (200, []))


def test_a_fourth_level_of_price_books_breaks_a_rule(tenant):
    parents = ["w", "w::g", "third"]
    tenant.put("price-books", [{"priceBookId": "third", "name": "t", "parentId": "w::g"}])
    levels = [list(broken_rules(tenant, "price-books", {"priceBookId": "x", "parentId": each})) for each in parents]
    assert [len(wrong) for wrong in levels] == [0, 0, 1]


def test_what_is_accepted_takes_effect_after_its_delay_whatever_the_order(clock):
    delays = iter((30, 10, 0))
    made = Tenant(lambda: clock[0], lambda: next(delays))
    for name in ("first", "second", "third"):
        made.put("categories", [{"slug": "a", "source": SOURCE, "name": name}])
    names = []
    for _ in range(4):
        names.append(made.items["categories"]["a", "default"]["name"])
        clock[0] += 10
        made.take_effect()
    assert names == ["third", "second", "second", "first"]


@pytest.mark.parametrize("rest", [b"", b"[17", b'[1.0, "put", "categories", [{"slug"'])
def test_a_double_that_is_started_again_holds_what_it_held(tmp_path, clock, rest):
    file = tmp_path / "state"

    def start(delay=0.0):
        return Tenant(lambda: clock[0], lambda: delay, str(file))

    made = start()
    made.put("categories", [{"slug": slug, "source": SOURCE, "name": "Ä"} for slug in ("a", "a/b", "c")])
    made.delete("categories", [{"slug": "a", "source": SOURCE}])
    made.close()
    made = start(delay=60)
    made.put("categories", [{"slug": "late", "source": SOURCE, "name": "late"}])
    made.close()
    with file.open("ab") as ending:
        ending.write(rest)
    made = start()
    assert slugs(made) == ["c"]
    clock[0] += 60
    made.put("categories", [{"slug": "a", "source": SOURCE, "name": "again"}])
    made.close()
    assert slugs(start()) == ["a", "a/b", "c", "late"]


def test_a_storefront_sees_what_is_enabled_and_has_metadata_with_the_nearest_price(tenant):
    codes = ("sku", "name", "description", "shortDescription", "price")
    tenant.put("metadata", [{"code": code, "source": SOURCE} for code in codes])
    tenant.put("metadata", [{"code": code, "source": {"locale": "fr"}} for code in codes[1:]])
    shown = {**VALID["products"], "sku": "1", "name": "shown"}
    others = [{**shown, "sku": "2", "status": "DISABLED"}, {**shown, "sku": "3", "visibleIn": []}]
    tenant.put("products", [shown, *others, {**shown, "source": {"locale": "fr"}}])
    tenant.delete("prices", [{"sku": "1", "priceBookId": "w::g"}])
    tenant.put("prices", [{"sku": "1", "priceBookId": "w", "regular": 7}])
    assert tenant.visible("w::g") == [{"sku": "1", "locale": "default", "name": "shown", "price": 7}]
    assert tenant.visible("none") == [{"sku": "1", "locale": "default", "name": "shown", "price": None}]


def test_the_switches_of_the_double_are_options_of_the_service(tmp_path):
    options = ["--state", tmp_path / "state", "--delay", "0.5", "--strict", "--token-seconds", "60"]
    command = [sys.executable, BIN / "commerce_service", "--optimizer", "T", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().split()[-1]
        form = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret", "scope": SCOPE}
        request = urllib.request.Request(url + "/ims/token/v3", urlencode(form).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["expires_in"] == 60
    finally:
        process.terminate()
        assert process.wait(30) == 0
        process.stdout.close()
    assert (tmp_path / "state").exists()
