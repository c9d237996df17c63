"""Which path of the connected services means what: who may ask, from which page, and what is answered."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from saasexport.service.catalog.scope import ScopeError
from saasexport.service.connected import Answers, Building, Connected
from saasexport.service.recommend.units import Context
from saasexport.service.search.query import MOST_PER_PAGE, Clause, Query, SearchError, Sort
from saasexport.service.storefront.plain import recommended_value, result_value, unit_value
from saasexport.web.wire import Answer, Headers, Refusal, Request

GRAPHQL, SEARCH, UNITS = "graphql", "search", "units"

# A question, not a batch of items.
LONGEST_BODY = 262_144

# What a parameter of the JSON answers stands for; a header of the same meaning counts where it is missing.
SCOPE_PARAMETERS = {
    "environment": "magento-environment-id",
    "store_view": "magento-store-view-code",
    "group": "magento-customer-group",
}


class Asked(NamedTuple):
    """What a request of the connected services is about."""

    what: str
    environment: str = ""


class Storefront:
    """The paths of the connected services."""

    def __init__(self, connected: Connected, key: bytes = b"", origins: Iterable[str] = ()) -> None:
        self.connected = connected
        self._key = key
        self._origins = {origin.rstrip("/") for origin in origins}

    def admit(self, request: Request) -> Asked | None:
        """What a request is about; None if it is none of ours."""
        asked = _asked(request.path)
        if asked is None:
            return None
        unread = request.length > 0
        if request.method == "OPTIONS":
            return Asked("preflight")
        if not request.has_key(self._key):
            raise Refusal(401, "the X-Api-Key is missing or wrong", headers=self._cors(request), closes=unread)
        allowed = ("GET", "HEAD", "POST") if asked.what == GRAPHQL else ("GET", "HEAD")
        if request.method not in allowed:
            allow = ("Allow", ", ".join((*allowed, "OPTIONS")))
            raise Refusal(405, f"{request.method} is not for {request.path[:200]}", headers=(allow,), closes=unread)
        if request.length > (LONGEST_BODY if request.method == "POST" else 0):
            raise Refusal(413, f"the body has more than {LONGEST_BODY} bytes", closes=True)
        return asked

    def answer(self, asked: Asked, request: Request, body: bytes) -> Answer:
        """Do what was asked."""
        if asked.what == "preflight":
            return Answer(204, b"", (*self._cors(request), *_PREFLIGHT, *_echo(request)))
        try:
            answer = self._answered(asked, request, body)
        except (ScopeError, SearchError) as error:
            raise Refusal(400, str(error), headers=self._cors(request)) from error
        except Building as error:
            later = ("Retry-After", "5")
            raise Refusal(503, "the index is being made", headers=(later, *self._cors(request))) from error
        return Answer(answer.status, answer.body, (*answer.headers, *self._cors(request)), answer.kind)

    def _answered(self, asked: Asked, request: Request, body: bytes) -> Answer:
        if asked.what == GRAPHQL:
            from saasexport.service.graphql.endpoint import answered  # late: an extra that few have

            return answered(self.connected, request, body, asked.environment)
        if asked.what == UNITS:
            return _json([unit_value(unit) for unit in self.connected.settings.units])
        parameters = Parameters(request.query)
        with self.connected.answering(parameters.scope(request.headers), is_strict=False) as answers:
            if asked.what == SEARCH:
                return _json(_search(answers, parameters))
            return _json(_recommend(answers, parameters))

    def _cors(self, request: Request) -> Headers:
        if not self._origins:
            return (("Access-Control-Allow-Origin", "*"),)
        origin = request.headers.get("origin", "").rstrip("/")
        vary = ("Vary", "Origin")
        return (("Access-Control-Allow-Origin", origin), vary) if origin in self._origins else (vary,)


_PREFLIGHT: Headers = (("Access-Control-Allow-Methods", "GET, POST, OPTIONS"), ("Access-Control-Max-Age", "86400"))


def _echo(request: Request) -> Headers:
    wanted = request.headers.get("access-control-request-headers", "")
    return (("Access-Control-Allow-Headers", wanted),) if wanted else ()


def _asked(path: str) -> Asked | None:
    match path.rstrip("/").split("/"):
        case ["", "graphql"] | ["", "search", "graphql"]:
            return Asked(GRAPHQL)
        case ["", environment, "graphql"]:
            return Asked(GRAPHQL, unquote(environment))
        case ["", "storefront", ("search.json" | "recommend.json" | "units.json") as name]:
            return Asked(name.removesuffix(".json"))
    return None


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


def query_of(parameters: Parameters) -> Query:
    """A search as an address has it: filter=ATTRIBUTE:VALUE may be repeated, sort=-price is the dearest first."""
    clauses: dict[str, list[str]] = {}
    rows = []
    for text in parameters.all("filter"):
        attribute, colon, value = text.partition(":")
        if not colon:
            raise Refusal(400, "filter: expected ATTRIBUTE:VALUE")
        low, dots, high = value.partition("..")
        if dots and attribute == "price":
            try:
                rows.append(Clause("price", start=float(low or 0), end=float(high) if high else None, is_range=True))
            except ValueError as error:
                raise Refusal(400, "filter: expected price:FROM..TO") from error
        else:
            clauses.setdefault(attribute, []).append(value)
    if category := parameters.one("category"):
        clauses.setdefault("categoryPath", []).append(category)
    rows += [Clause(attribute, tuple(values)) for attribute, values in clauses.items()]
    sorts = tuple(Sort(name.removeprefix("-"), name.startswith("-")) for name in parameters.all("sort") if name)
    phrase = parameters.one("phrase") or parameters.one("q")
    page = parameters.number("page", 1, 1_000_000)
    size = parameters.number("page_size", 20, MOST_PER_PAGE)
    return Query(phrase, tuple(rows), sorts, page, size)


def _search(answers: Answers, parameters: Parameters) -> dict[str, Any]:
    result = answers.search(query_of(parameters))
    scope = answers.scope
    return {
        "environment": scope.environment,
        "storeView": scope.view.code,
        **result_value(result, answers.products(result.skus)),
    }


def _recommend(answers: Answers, parameters: Parameters) -> dict[str, Any]:
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


def _json(content: object) -> Answer:
    return Answer(200, json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode())
