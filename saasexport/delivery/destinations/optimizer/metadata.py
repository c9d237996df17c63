"""Attributes as the Optimizer's product metadata."""

from collections.abc import Mapping

from saasexport.delivery.destinations.optimizer.words import EXTRA_ATTRIBUTE, NoTranslation, require, source
from saasexport.stdlib import Any

# The Optimizer wants these names; Commerce spells the one that is different.
CODES = {"short_description": "shortDescription"}

VISIBLE = {
    "visible": "PRODUCT_DETAIL",
    "visibleInListing": "PRODUCT_LISTING",
    "visibleInSearch": "SEARCH_RESULTS",
    "visibleInCompareList": "PRODUCT_COMPARE",
}


def code_of(code: str) -> str:
    """The name of an attribute there."""
    if code == EXTRA_ATTRIBUTE:
        raise NoTranslation(f"{code} is the code of stock and weight there")
    return CODES.get(code, code)


def identity(item: Mapping[str, Any]) -> dict[str, Any]:
    """What metadata is deleted by."""
    return {"code": code_of(item["attributeCode"]), "source": {"locale": item["storeViewCode"]}}


def translate(item: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of an attribute in a store view."""
    code = require(item, "attributeCode")
    metadata = {
        "code": code_of(code),
        "source": source(item),
        "label": item.get("label") or code,
        "dataType": _data_type(item.get("dataType"), item.get("frontendInput")),
        "visibleIn": [name for field, name in VISIBLE.items() if item.get(field)],
        "filterable": bool(item.get("filterable")),
        "sortable": bool(item.get("sortable")),
        "searchable": bool(item.get("searchable")),
    }
    if item.get("searchWeight") is not None:
        metadata["searchWeight"] = item["searchWeight"]
    if item.get("searchable"):
        metadata["searchTypes"] = ["AUTOCOMPLETE"]
    return metadata


def companion(made: Mapping[str, Any]) -> dict[str, Any] | None:
    """What goes with a locale's first attribute: metadata of the one that products carry their stock and weight in.

    The shop has no such attribute; without metadata it is stored and not shown.
    """
    if made["code"] != "sku":
        return None
    identity = {"code": EXTRA_ATTRIBUTE, "source": made["source"]}
    if "dataType" not in made:  # a deletion
        return identity
    shown = {"label": "Stock and weight", "dataType": "TEXT", "visibleIn": ["PRODUCT_DETAIL"]}
    return {**identity, **shown, "filterable": False, "sortable": False, "searchable": False}


def _data_type(kind: Any, frontend_input: Any) -> str:
    if kind == "decimal":
        return "DECIMAL"
    if kind != "int":
        return "TEXT"
    if frontend_input == "boolean":
        return "BOOLEAN"
    return "TEXT" if frontend_input in ("text", "select") else "INTEGER"
