"""What is said beside products: by which attributes one can sort and filter, and which words were found."""

import html
import re
from collections.abc import Iterable
from typing import Any

from saasexport.service.catalog.attributes import Attribute
from saasexport.service.graphql.values import Values
from saasexport.service.search.words import fold

_SORTABLE = (
    ("name", "Product Name", False, "text"),
    ("price", "Price", True, "price"),
    ("position", "Position", False, None),
    ("relevance", "Relevance", False, None),
    ("inStock", "In Stock", False, "boolean"),
)
_FILTERABLE = (
    ("categories", "Categories", False, None),
    ("categoryIds", "Category ids", False, None),
    ("categoryPath", "Category path", False, None),
    ("price", "Price", True, "price"),
    ("sku", "SKU", False, "text"),
    ("visibility", "Visibility", False, "select"),
    ("inStock", "In Stock", False, "boolean"),
)


def metadata(attributes: Iterable[Attribute]) -> Values:
    """What can be sorted and filtered by, with what every shop has."""
    rows = list(attributes)
    sortable = [row for row in rows if row.is_sortable]
    filterable = [row for row in rows if row.is_filterable_in_search or (row.is_filterable and row.is_facet)]
    return {"sortable": _with(sortable, _SORTABLE), "filterableInSearch": _with(filterable, _FILTERABLE)}


def _entry(code: str, label: str, numeric: bool, kind: str | None) -> Values:
    return {"attribute": code, "label": label, "numeric": numeric, "frontendInput": kind}


def _with(attributes: list[Attribute], more: Iterable[tuple[str, str, bool, str | None]]) -> list[Values]:
    rows = [_entry(row.code, row.label, row.is_numeric, row.frontend_input) for row in attributes]
    known = {row.code for row in attributes}
    return rows + [_entry(*row) for row in more if row[0] not in known]


def highlights(name: str, terms: Iterable[str]) -> list[Values]:
    """The words of a name that were searched for, marked; everything else is escaped."""
    wanted = [term for term in terms if term]

    def mark(match: re.Match[str]) -> str:
        word = match[0]
        is_hit = any(fold(word).startswith(term) for term in wanted)
        return f"<em>{html.escape(word)}</em>" if is_hit else html.escape(word)

    plain = html.unescape(name)
    pieces = re.sub(r"[^\W_]+|[\W_]+", mark, plain)
    matched = [word for word in re.findall(r"[^\W_]+", plain) if any(fold(word).startswith(term) for term in wanted)]
    return [{"attribute": "name", "value": pieces, "matched_words": matched}] if matched else []


def asked_fields(info: Any) -> set[str]:
    """The fields of an answer that are asked for, those in fragments too."""
    names: set[str] = set()

    def walk(selections: Any) -> None:
        for node in selections.selections if selections else ():
            kind = node.kind
            if kind == "field":
                names.add(node.name.value)
            elif kind == "inline_fragment":
                walk(node.selection_set)
            else:
                walk(info.fragments[node.name.value].selection_set)

    for node in info.field_nodes:
        walk(node.selection_set)
    return names
