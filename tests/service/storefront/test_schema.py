"""The schema is the published one, but for what is listed here."""

import json
from importlib.resources import files
from typing import Any

import pytest

from tests.support import SHARED

graphql = pytest.importorskip("graphql")

PUBLISHED = SHARED / "data" / "graphql" / "schema_saas.json"

OUR_FIELDS = {
    # Dropped from the published schema, still asked by widgets and PWA Studio.
    "ProductSearchItem.product",
    # Answered by older versions of recommendations.
    "ProductView.rank",
    "ProductView.score",
    "SimpleProductView.rank",
    "SimpleProductView.score",
    "ComplexProductView.rank",
    "ComplexProductView.score",
}

# Commerce's own, of which a storefront's search answers a part: they hang on ProductSearchItem.product alone.
OLD_PRODUCT = {
    "ProductInterface",
    "SimpleProduct",
    "ConfigurableProduct",
    "BundleProduct",
    "GroupedProduct",
    "VirtualProduct",
    "DownloadableProduct",
    "GiftCardProduct",
    "ComplexTextValue",
    "ProductImage",
    "PriceRange",
    "ProductPrice",
    "ProductDiscount",
    "FixedProductTax",
    "Money",
    "CurrencyEnum",
}

# graphql-core does not execute a schema that has these.
LEFT_OUT_DIRECTIVES = {"defer", "stream"}


def introspected() -> Any:
    """Our schema in the form of the published one."""
    text = files("saasexport.service.graphql").joinpath("schema.graphql").read_text(encoding="utf-8")
    return graphql.introspection_from_schema(graphql.build_schema(text))["__schema"]


@pytest.fixture(scope="module")
def published() -> Any:
    """The published schema."""
    if not PUBLISHED.exists():
        pytest.skip("the published schema is not here")
    return json.loads(PUBLISHED.read_text())["__schema"]


def kind_of(reference: Any) -> str:
    """A type as it is written, with what may not be null."""
    if reference["kind"] == "NON_NULL":
        return f"{kind_of(reference['ofType'])}!"
    if reference["kind"] == "LIST":
        return f"[{kind_of(reference['ofType'])}]"
    return str(reference["name"])


def facts(schema: Any, roots: set[str]) -> dict[str, object]:
    """Everything about the types that can be reached from these fields of the query, each under its own name."""
    types = {entry["name"]: entry for entry in schema["types"]}
    rows: dict[str, object] = {}
    waiting = [(schema["queryType"]["name"], field) for field in roots]
    seen: set[str] = set()

    def reach(reference: Any) -> None:
        name = kind_of(reference).strip("[]!")
        if name not in seen:
            seen.add(name)
            enter(types[name])

    def enter_field(owner: str, field: Any) -> None:
        rows[f"{owner}.{field['name']}"] = kind_of(field["type"])
        for argument in field.get("args") or ():
            rows[f"{owner}.{field['name']}({argument['name']})"] = (kind_of(argument["type"]), argument["defaultValue"])
            reach(argument["type"])
        reach(field["type"])

    def enter(entry: Any) -> None:
        owner = entry["name"]
        rows[owner] = entry["kind"]
        for field in [*(entry.get("fields") or ()), *(entry.get("inputFields") or ())]:
            if f"{owner}.{field['name']}" not in OUR_FIELDS:
                enter_field(owner, field)
        for value in entry.get("enumValues") or ():
            rows[f"{owner} {value['name']}"] = "value"
        for other in [*(entry.get("interfaces") or ()), *(entry.get("possibleTypes") or ())]:
            rows[f"{owner} and {other['name']}"] = "related"
            reach(other)

    for owner, name in waiting:
        field = next(field for field in types[owner]["fields"] if field["name"] == name)
        enter_field(owner, field)
    return rows


ROOTS = {
    "products",
    "refineProduct",
    "variants",
    "categories",
    "navigation",
    "categoryTree",
    "searchCategory",
    "productSearch",
    "attributeMetadata",
    "recommendations",
    "recommendationsByUnitIds",
}


def test_types_fields_arguments_and_what_may_be_null_are_the_published_ones(published: Any) -> None:
    ours, theirs = facts(introspected(), ROOTS), facts(published, ROOTS)
    different = {name: (ours.get(name), theirs.get(name)) for name in ours.keys() | theirs.keys()}
    assert {name: pair for name, pair in different.items() if pair[0] != pair[1]} == {}
    assert len(ours) > 500


def test_what_we_add_is_listed(published: Any) -> None:
    everything = {entry["name"]: entry for entry in introspected()["types"]}
    theirs = {entry["name"]: entry for entry in published["types"]}
    reachable = {name for name in facts(introspected(), ROOTS) if name in everything}
    own = set(everything) - reachable - {"Query"} - {name for name in everything if name.startswith("__")}
    assert own <= OLD_PRODUCT | {"Int", "Float", "Boolean", "String", "ID"}
    extra = {
        f"{name}.{field['name']}"
        for name in reachable
        for field in everything[name].get("fields") or ()
        if field["name"] not in {other["name"] for other in theirs[name].get("fields") or ()}
    }
    assert extra == OUR_FIELDS


def test_the_root_fields_are_those_of_the_three_services() -> None:
    query = next(entry for entry in introspected()["types"] if entry["name"] == "Query")
    assert {field["name"] for field in query["fields"]} == ROOTS


def test_nothing_can_be_written() -> None:
    schema = introspected()
    assert (schema["mutationType"], schema["subscriptionType"]) == (None, None)
    assert not {entry["name"] for entry in schema["directives"]} & LEFT_OUT_DIRECTIVES
