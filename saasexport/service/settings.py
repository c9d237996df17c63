"""What a merchant sets for the connected services: units, synonyms, pins and facets, in one TOML file."""

import re
import tomllib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from saasexport.errors import ConfigError
from saasexport.service.recommend.filters import Filter, filter_of
from saasexport.service.search.phrase import Synonym
from saasexport.service.search.words import fold, sounds_english, words

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


PIN_ACTIONS = ("pin", "boost", "bury", "hide")


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
        return bool(_MATCHES[self.match](typed, wanted)) and bool(typed)


_MATCHES: dict[str, Callable[[str, str], bool]] = {
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

_UNIT = {
    "id": str,
    "name": str,
    "type": str,
    "page_type": str,
    "label": str,
    "size": int,
    "filters": list,
    "fallback": str,
}
_SYNONYM = {"terms": list, "from": str, "to": list, "store_view": str}
_PIN = {
    "sku": str,
    "id": str,
    "name": str,
    "position": int,
    "phrase": str,
    "match": str,
    "category": str,
    "action": str,
    "store_view": str,
    "starts": str,
    "ends": str,
}
_FACET = {
    "attribute": str,
    "label": str,
    "pinned": bool,
    "sort": str,
    "values": int,
    "interval": (int, float),
    "selections": int,
}
_LANGUAGE = {"store_view": str, "language": str}
_TABLES: dict[str, dict[str, Any]] = {
    "unit": _UNIT,
    "synonym": _SYNONYM,
    "pin": _PIN,
    "facet": _FACET,
    "language": _LANGUAGE,
}


def read_settings(path: str) -> Settings:
    """The settings in a file; ConfigError names the file, the entry and what was expected."""
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"--settings {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"--settings {path}: {error}") from error
    try:
        return _settings(content)
    except ValueError as error:
        raise ConfigError(f"--settings {path}: {error}") from error


def _settings(content: dict[str, Any]) -> Settings:
    for name, entries in content.items():
        if name not in _TABLES or not isinstance(entries, list):
            raise ValueError(f"{name}: expected [[unit]], [[synonym]], [[pin]], [[facet]] or [[language]]")
        for number, entry in enumerate(entries, 1):
            _check_entry(f"[[{name}]] {number}", entry, _TABLES[name])
    units = tuple(_unit(entry, order) for order, entry in enumerate(content.get("unit", ()), 1))
    if len({unit.id for unit in units}) < len(units):
        raise ValueError("[[unit]]: an id is given twice")
    entries = enumerate(content.get("synonym", ()), 1)
    synonyms = tuple(row for number, entry in entries for row in _synonyms(entry, number))
    pins = tuple(_pin(entry, number) for number, entry in enumerate(content.get("pin", ()), 1))
    facets = tuple(_facet(entry, number) for number, entry in enumerate(content.get("facet", ()), 1))
    languages = tuple(_language(entry, number) for number, entry in enumerate(content.get("language", ()), 1))
    return Settings(units or DEFAULT.units, synonyms, pins, facets, languages)


def _check_entry(where: str, entry: Any, kinds: dict[str, Any]) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"{where}: expected a table")
    for key, value in entry.items():
        if key not in kinds:
            raise ValueError(f"{where}: unknown key {key!r}; the keys are {', '.join(kinds)}")
        if not isinstance(value, kinds[key]) or (kinds[key] is not bool and isinstance(value, bool)):
            raise ValueError(f"{where}: {key} has the wrong type")


def _unit(entry: dict[str, Any], order: int) -> Unit:
    kind, page = entry.get("type", ""), entry.get("page_type", "")
    if kind not in HONEST and kind not in NEEDS_BEHAVIOUR:
        raise ValueError(f"[[unit]] {order}: type: expected one of {', '.join((*HONEST, *NEEDS_BEHAVIOUR))}")
    if page not in PAGE_TYPES:
        raise ValueError(f"[[unit]] {order}: page_type: expected one of {', '.join(PAGE_TYPES)}")
    fallback = entry.get("fallback", "")
    if fallback and fallback not in HONEST:
        raise ValueError(f"[[unit]] {order}: fallback: expected one of {', '.join(HONEST)}")
    name = entry.get("name") or HONEST.get(kind, kind)
    label = entry.get("label") or name
    size = entry.get("size", 5)
    if not 1 <= size <= 25:
        raise ValueError(f"[[unit]] {order}: size: expected a number from 1 to 25")
    try:
        filters = tuple(map(filter_of, entry.get("filters", ())))
    except ValueError as error:
        raise ValueError(f"[[unit]] {order}: filters: {error}") from error
    return Unit(entry.get("id") or unit_id(kind, page), name, kind, page, label, size, filters, fallback, order)


def _synonyms(entry: dict[str, Any], number: int) -> list[tuple[Synonym, str]]:
    view = entry.get("store_view", "")
    if "terms" in entry:
        rows = [tuple(words(fold(str(term)))) for term in entry["terms"]]
        pairs = [(row, tuple(other for other in rows if other != row)) for row in rows]
    else:
        start = tuple(words(fold(entry.get("from", ""))))
        pairs = [(start, tuple(tuple(words(fold(str(term)))) for term in entry.get("to", ())))]
    if not all(row and others and all(others) for row, others in pairs):
        raise ValueError(f"[[synonym]] {number}: expected terms, a list of two or more, or from and a list to")
    return [(Synonym(row, others), view) for row, others in pairs]


def _pin(entry: dict[str, Any], number: int) -> Pin:
    named = {"id": f"pin-{number}", "name": f"[[pin]] {number}"}
    pin = Pin(**{**named, **entry}) if entry.get("sku") else None
    if pin is None or (pin.phrase is None) == (pin.category is None):
        raise ValueError(f"[[pin]] {number}: expected sku, and either phrase or category")
    if pin.match not in _MATCHES or pin.action not in PIN_ACTIONS or pin.position < 1:
        raise ValueError(
            f"[[pin]] {number}: match is one of {', '.join(_MATCHES)}, action of {', '.join(PIN_ACTIONS)},"
            " position a number from 1 on"
        )
    return pin


def _language(entry: dict[str, Any], number: int) -> tuple[str, str]:
    view, language = entry.get("store_view"), entry.get("language", "")
    if not view or not re.fullmatch("[A-Za-z]{2}([-_][A-Za-z]{2})?", language):
        raise ValueError(f"[[language]] {number}: expected store_view, and language: en, fr, de_CH, ...")
    return view, language


def _facet(entry: dict[str, Any], number: int) -> FacetSetting:
    sort = entry.get("sort", "count")
    if not entry.get("attribute") or sort not in ("count", "alphabetical"):
        raise ValueError(f"[[facet]] {number}: expected attribute, and sort count or alphabetical")
    return FacetSetting(
        entry["attribute"],
        entry.get("label", ""),
        entry.get("pinned", True),
        sort,
        min(max(entry.get("values", 0), 0), 100),
        max(float(entry.get("interval", 0)), 0.0),
        min(max(entry.get("selections", 0), 0), 100),
    )
