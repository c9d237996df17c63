"""Which path of the connected services means what."""

from typing import NamedTuple
from urllib.parse import unquote

GRAPHQL, SEARCH, RECOMMEND, UNITS = "graphql", "search", "recommend", "units"
PAGE, PREFLIGHT = "page", "preflight"
LISTING, PRODUCT = "listing", "product"


class Asked(NamedTuple):
    """What a request of the connected services is about; `name` is a data space, or a page."""

    what: str
    name: str = ""


def asked_of(path: str) -> Asked | None:
    """What stands at a path; None if it is none of ours."""
    match path.rstrip("/").split("/"):
        case ["", "graphql"] | ["", "search", "graphql"]:
            return Asked(GRAPHQL)
        case ["", environment, "graphql"]:
            return Asked(GRAPHQL, unquote(environment))
        case ["", "storefront"]:
            return Asked(PAGE, LISTING)
        case ["", "storefront", "product"]:
            return Asked(PAGE, PRODUCT)
        case ["", "storefront", ("search.json" | "recommend.json" | "units.json") as name]:
            return Asked(name.removesuffix(".json"))
    return None
