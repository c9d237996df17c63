"""What a merchant sets for the connected services: units, synonyms, pins and facets; and what holds without."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from saasexport.service.recommend.filters import Filter
from saasexport.service.search.phrase import Synonym
from saasexport.service.search.words import fold, sounds_english

PAGE_TYPES = ("CMS", "Cart", "Category", "Checkout", "PageBuilder", "Product")

# What can be said from catalogue and orders, and what a unit of it is called.
HONEST = {
    "most-purchased": "Most purchased",
    "trending": "Trending",
    "bought-bought": "Bought together",
    "more-like-this": "More like this",
    "recently-viewed": "Recently viewed",
    "just-for-you": "Recommended for you",
}

# These need the behaviour of shoppers, which nobody sends: they answer with their fallback.
NEEDS_BEHAVIOUR = ("most-viewed", "most-added-to-cart", "viewed-viewed", "viewed-bought", "visual-similarity")


class FacetSetting(NamedTuple):
    """How a facet is shown."""

    attribute: str
    label: str = ""
    is_pinned: bool = True
    sort: str = "count"
    values: int = 0
    interval: float = 0.0
    selections: int = 0


class Unit(NamedTuple):
    """A named box of recommended products."""

    id: str
    name: str
    type: str
    page_type: str
    label: str
    size: int = 5
    filters: tuple[Filter, ...] = ()
    fallback: str = ""
    order: int = 1


class Pin(NamedTuple):
    """A product that a phrase or a category shows at a place, moves up or down, or hides."""

    sku: str
    id: str = ""
    name: str = ""
    position: int = 1
    phrase: str | None = None
    match: str = "is"
    category: str | None = None
    action: str = "pin"
    store_view: str = ""
    starts: str = ""
    ends: str = ""

    def applies(self, phrase: str, category: str | None, view: str, today: str) -> bool:
        """Whether it holds for this question."""
        if (self.store_view and self.store_view != view) or today < self.starts or (self.ends and today > self.ends):
            return False
        if self.category is not None:
            return not phrase and category == self.category.strip("/")
        wanted, typed = fold(self.phrase or ""), fold(phrase)
        return bool(MATCHES[self.match](typed, wanted)) and bool(typed)


MATCHES: dict[str, Callable[[str, str], bool]] = {
    "is": lambda typed, wanted: typed == wanted,
    "contains": lambda typed, wanted: wanted in typed,
    "starts_with": lambda typed, wanted: typed.startswith(wanted),
    "ends_with": lambda typed, wanted: typed.endswith(wanted),
}


class Settings(NamedTuple):
    """All that is set."""

    units: tuple[Unit, ...]
    synonyms: tuple[tuple[Synonym, str], ...] = ()
    pins: tuple[Pin, ...] = ()
    facets: tuple[FacetSetting, ...] = ()
    languages: tuple[tuple[str, str], ...] = ()

    def is_english(self, view: str) -> bool:
        """Whether the words of a store view have the endings of English."""
        language = dict(self.languages).get(view)
        return sounds_english(view) if language is None else re.split("[-_]", language.lower())[0] == "en"

    def synonyms_of(self, view: str) -> list[Synonym]:
        """The synonyms of a store view."""
        return [synonym for synonym, of in self.synonyms if of in ("", view)]

    def rules(self, phrase: str, category: str | None, view: str) -> list[Pin]:
        """What holds for a question today, one per product: what is for exactly this phrase before all else."""
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        rules = [pin for pin in self.pins if pin.applies(phrase, category, view, today)]
        rules.sort(key=lambda pin: pin.match != "is")
        return list({pin.sku.casefold(): pin for pin in reversed(rules)}.values())[::-1]


def default_units() -> tuple[Unit, ...]:
    """One unit for each type that is honest, on each type of page."""
    return tuple(
        Unit(unit_id(kind, page), f"{name} ({page})", kind, page, name, order=order)
        for page in PAGE_TYPES
        for order, (kind, name) in enumerate(HONEST.items(), 1)
    )


def unit_id(kind: str, page: str) -> str:
    """The id of a unit that nobody configured: the same everywhere."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"saasexport:unit:{kind}:{page}"))


DEFAULT = Settings(default_units())
