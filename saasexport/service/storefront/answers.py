"""The JSON answers of the storefront: what the shell and the demo ask."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from saasexport.service.connected import Answers
from saasexport.service.recommend.units import Context
from saasexport.service.search.query import MOST_PER_PAGE, Clause, Query, Sort
from saasexport.service.settings import Settings
from saasexport.service.storefront.plain import recommended_value, result_value, unit_value
from saasexport.web.wire import Answer, Refusal

# What a parameter stands for; a header of the same meaning counts where it is missing.
SCOPE_PARAMETERS = {
    "environment": "magento-environment-id",
    "store_view": "magento-store-view-code",
    "group": "magento-customer-group",
}

_RANGE = re.compile(r"(\d+(\.\d+)?\.\.(\d+(\.\d+)?)?|\.\.\d+(\.\d+)?)")


class Parameters:
    """The parameters of a query."""

    def __init__(self, query: str) -> None:
        self._given = parse_qs(query, keep_blank_values=True)

    def one(self, name: str, default: str = "") -> str:
        """A parameter that is given once."""
        return self._given.get(name, [default])[-1]

    def all(self, name: str) -> list[str]:
        """A parameter that may be repeated."""
        return self._given.get(name, [])

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter that is a number from 1 on."""
        text = self.one(name, str(default))
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most):
            raise Refusal(400, f"{name}: expected a number from 1 to {most}")
        return int(text)

    def scope(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers, with what parameters say instead."""
        return {**headers, **{header: self.one(name) for name, header in SCOPE_PARAMETERS.items() if self.one(name)}}


def query_of(parameters: Parameters, size: int = 20) -> Query:
    """A search as an address has it: filter=ATTRIBUTE:VALUE may be repeated, sort=-price is the dearest first."""
    clauses: dict[str, list[str]] = {}
    rows = []
    for text in parameters.all("filter"):
        attribute, colon, value = text.partition(":")
        if not colon:
            raise Refusal(400, "filter: expected ATTRIBUTE:VALUE")
        if (attribute == "price" and ".." in value) or _RANGE.fullmatch(value):
            rows.append(_range(attribute, *value.split("..", 1)))
        else:
            clauses.setdefault(attribute, []).append(value)
    if category := parameters.one("category"):
        clauses.setdefault("categoryPath", []).append(category)
    rows += [Clause(attribute, tuple(values)) for attribute, values in clauses.items()]
    sorts = tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in parameters.all("sort") if name)
    phrase = parameters.one("phrase") or parameters.one("q")
    page = parameters.number("page", 1, 1_000_000)
    size = parameters.number("page_size", size, MOST_PER_PAGE)
    return Query(phrase, tuple(rows), sorts, page, size)


def _range(attribute: str, low: str, high: str) -> Clause:
    try:
        start, end = float(low or 0), float(high) if high else None
    except ValueError:
        start, end = math.nan, None
    if not math.isfinite(start) or not math.isfinite(end or 0):
        raise Refusal(400, f"filter: expected {attribute}:FROM..TO")
    return Clause(attribute, start=start, end=end, is_range=True)


def search(answers: Answers, parameters: Parameters) -> dict[str, Any]:
    """A page of a search."""
    result = answers.search(query_of(parameters))
    scope = answers.scope
    return {
        "environment": scope.environment,
        "storeView": scope.view.code,
        **result_value(result, answers.products(result.skus)),
    }


def recommend(answers: Answers, parameters: Parameters) -> dict[str, Any]:
    """The units of a product's page, or of another page."""
    sku = parameters.one("sku")
    products = answers.products([sku]) if sku else []
    if sku and not products:
        raise Refusal(404, f"there is no product {sku[:100]!r}")
    page = parameters.one("page_type", "Product")
    kind = parameters.one("type")
    wanted = parameters.all("unit")
    units = [
        unit
        for unit in answers.connected.settings.units
        if (unit.id in wanted if wanted else unit.page_type == page) and kind in ("", unit.type)
    ]
    current = products[0].sku if products else None
    context = Context(current, parameters.one("category") or None, tuple(parameters.all("cart")))
    rows = [recommended_value(row) for row in answers.recommend(units, context)]
    scope = answers.scope
    return {
        "environment": scope.environment,
        "storeView": scope.view.code,
        "sku": current,
        "units": rows,
        "totalResults": len(rows),
    }


def units(settings: Settings) -> list[dict[str, Any]]:
    """The units as they are set up."""
    return [unit_value(unit) for unit in settings.units]


def json_answer(content: object) -> Answer:
    """An answer in JSON."""
    return Answer(200, json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode())
