"""The file of settings, in TOML: what is wrong in it is said with file, entry and what was expected."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from saasexport.errors import ConfigError
from saasexport.service.recommend.filters import filter_of
from saasexport.service.search.phrase import Synonym
from saasexport.service.search.words import fold, words
from saasexport.service.settings import (
    DEFAULT,
    HONEST,
    MATCHES,
    NEEDS_BEHAVIOUR,
    PAGE_TYPES,
    FacetSetting,
    Pin,
    Settings,
    Unit,
    unit_id,
)

PIN_ACTIONS = ("pin", "boost", "bury", "hide")

FACET_SORTS = ("count", "alphabetical", "catalog")

# How wide ranges are where only their number is set, and may be at most, as in Live Search.
DEFAULT_INTERVAL = 5.0
MOST_INTERVAL = 40_000_000

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
    _check_alone("facet", (facet.attribute for facet in facets))
    _check_alone("language", (view for view, _ in languages))
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
    if "terms" in entry and not ("from" in entry or "to" in entry):
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
    if pin is None or bool(pin.phrase) == bool(pin.category):
        raise ValueError(f"[[pin]] {number}: expected sku, and either phrase or category")
    if pin.match not in MATCHES or pin.action not in PIN_ACTIONS or pin.position < 1:
        raise ValueError(
            f"[[pin]] {number}: match is one of {', '.join(MATCHES)}, action of {', '.join(PIN_ACTIONS)},"
            " position a number from 1 on"
        )
    if not _is_day(pin.starts) or not _is_day(pin.ends) or (pin.ends and pin.ends < pin.starts):
        raise ValueError(f"[[pin]] {number}: starts and ends are days as 2026-11-01, ends not before starts")
    return pin


def _is_day(text: str) -> bool:
    """Whether it is a day, or nothing."""
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _language(entry: dict[str, Any], number: int) -> tuple[str, str]:
    view, language = entry.get("store_view"), entry.get("language", "")
    if not view or not re.fullmatch("[A-Za-z]{2}([-_][A-Za-z]{2})?", language):
        raise ValueError(f"[[language]] {number}: expected store_view, and language: en, fr, de_CH, ...")
    return view, language


def _facet(entry: dict[str, Any], number: int) -> FacetSetting:
    sort, interval = entry.get("sort", "count"), float(entry.get("interval", 0))
    if not entry.get("attribute") or sort not in FACET_SORTS:
        raise ValueError(f"[[facet]] {number}: expected attribute, and sort one of {', '.join(FACET_SORTS)}")
    values, selections = entry.get("values", 0), entry.get("selections", 0)
    if not 0 <= values <= 100 or not 0 <= selections <= 100 or not 0 <= interval <= MOST_INTERVAL:
        raise ValueError(
            f"[[facet]] {number}: values and selections are numbers up to 100, interval one up to {MOST_INTERVAL:,}"
        )
    if selections and not interval:
        interval = DEFAULT_INTERVAL
    return FacetSetting(
        entry["attribute"], entry.get("label", ""), entry.get("pinned", True), sort, values, interval, selections
    )


def _check_alone(name: str, keys: Iterable[str]) -> None:
    """ValueError if something is set twice."""
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        raise ValueError(f"[[{name}]]: {twice[0]} is set twice")
