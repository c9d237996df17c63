"""A question to the search, as every interface asks it, and its answer."""

from typing import Any, NamedTuple

MOST_PER_PAGE = 500
LONGEST_PHRASE = 1_000

# Conditions of a filter, values of a condition, attributes to sort by, and a part of a text.
MOST_CLAUSES = 100
MOST_VALUES = 1_000
MOST_SORTS = 10
LONGEST_PART = 100


class SearchError(Exception):
    """The question is none that can be answered; `code` is Live Search's number."""

    code = 1004


class NoIndex(SearchError):
    """Nothing is known of the store view."""

    code = 1001


class Clause(NamedTuple):
    """One condition of a filter: one of the values, or a range, or a part of a text."""

    attribute: str
    values: tuple[str, ...] | None = None
    start: float | None = None
    end: float | None = None
    starts_with: str | None = None
    contains: str | None = None
    is_range: bool = False

    @property
    def operator(self) -> str:
        """How it is asked."""
        if self.is_range:
            return "range"
        return "startsWith" if self.starts_with is not None else "contains" if self.contains is not None else "in"


class Sort(NamedTuple):
    """What to sort by."""

    attribute: str
    is_descending: bool = False


class Query(NamedTuple):
    """What is searched for."""

    phrase: str = ""
    clauses: tuple[Clause, ...] = ()
    sorts: tuple[Sort, ...] = ()
    page: int = 1
    size: int = 20
    with_facets: bool = True


class Bucket(NamedTuple):
    """A value of a facet; `kind` is scalar, range or category."""

    kind: str
    title: str
    products: int
    id: str = ""
    start: float = 0.0
    end: float | None = None
    category: Any = None


class Facet(NamedTuple):
    """An attribute with its values in the result."""

    attribute: str
    title: str
    kind: str  # PINNED or INTELLIGENT
    buckets: list[Bucket]


class Result(NamedTuple):
    """The answer: a page of SKUs and what stands beside it."""

    total: int
    skus: list[str]
    page: int
    size: int
    facets: list[Facet]
    suggestions: list[str]
    related: list[str]
    warnings: list[tuple[str, str]]
    terms: tuple[str, ...]
    applied: dict[str, Any]  # SKU -> the pin that moved it

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)


def clause_of(given: dict[str, Any]) -> Clause:
    """A condition as clients send it; SearchError if it is not one."""
    name = str(given.get("attribute") or "")
    used = [key for key in ("eq", "in", "range", "startsWith", "contains") if given.get(key) is not None]
    if not name:
        raise SearchError("a filter needs an attribute")
    if len(used) != 1:
        raise SearchError(f"the filter on {name} needs exactly one of eq, in, range, startsWith and contains")
    value = given[used[0]]
    match used[0]:
        case "eq":
            return Clause(name, (str(value),))
        case "in":
            return Clause(name, tuple(str(one) for one in value if one is not None))
        case "range":
            return Clause(name, start=value.get("from"), end=value.get("to"), is_range=True)
        case "startsWith":
            return Clause(name, starts_with=str(value))
    return Clause(name, contains=str(value))
