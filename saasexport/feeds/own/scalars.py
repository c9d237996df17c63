"""The single values of an item, made of what SQLite keeps: text, numbers, bytes.

A column's type says little about what it holds, so each conversion takes every
way in which shops write its kind of value, and raises Wrong for the rest.
"""

import json
import math
import re
from collections.abc import Callable
from functools import lru_cache

from saasexport.shapes.words import Scalar
from saasexport.stdlib import UTC, Any, datetime
from saasexport.values import DATE_TIME, RFC_3339

Conversion = Callable[[Any], Any]


class Wrong(Exception):
    """A value does not fit; the text says why if it is not just of the wrong kind."""


def conversion_of(kind: Scalar) -> Conversion:
    """What makes values of a kind; it is never given None but where null is a value of the kind."""
    return _choice(kind.choices) if kind.choices else _CONVERSIONS[kind.kind]


def show(value: Any) -> str:
    """A value as a message shows it: one line, not too long."""
    if isinstance(value, bytes):
        return "binary data"
    printed = repr(value) if isinstance(value, str) else json.dumps(value, default=show)
    return printed if len(printed) <= 60 else printed[:57] + "..."


def parsed_json(value: str) -> Any:
    """What a JSON text says.  ValueError if it is none."""
    try:
        try:
            made, end = _scan(value, 0)
        except StopIteration:
            end = -1
        # Blanks around it, and what else is in the way, are left to the decoder, which takes three times as long.
        return made if end == len(value) else _decoder.decode(value)
    except RecursionError as error:
        raise ValueError from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


# NaN and Infinity are Python's, not JSON's.
_decoder = json.JSONDecoder(parse_constant=_no_constant)
_scan: Callable[[str, int], tuple[Any, int]] = _decoder.scan_once  # type: ignore[attr-defined]  # the stubs lack it


# Texts


def _string(value: Any) -> str:
    if isinstance(value, str):
        if not value.isascii():
            _require_utf8(value)
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(_number(value))


def _require_utf8(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong(f"{show(value)} is not valid UTF-8 text") from None


def _key(value: Any) -> str:
    made = _string(value)
    if not made:
        raise Wrong("is empty")
    return made


def _string_or_null(value: Any) -> str | None:
    return None if value is None else _string(value)


def _choice(choices: tuple[str, ...]) -> Conversion:
    def convert(value: Any) -> str:
        made = _string(value)
        if made not in choices:
            raise Wrong
        return made

    return convert


def _matching(pattern: str) -> Conversion:
    matches = re.compile(pattern).fullmatch

    def convert(value: Any) -> str:
        made = _string(value)
        if not matches(made):
            raise Wrong
        return made

    return convert


_is_uuid = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch


def _uuid(value: Any) -> str:
    made = _string(value).lower()
    if not _is_uuid(made):
        raise Wrong
    return made


# Numbers

_is_decimal = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?").fullmatch
_is_whole = re.compile(r"[+-]?[0-9]{1,19}").fullmatch


def _number(value: Any) -> int | float:
    """A number; a whole one is an int, so that 14.0 and '14' are one value."""
    if isinstance(value, str):
        text = value.strip()
        if not _is_decimal(text):
            raise Wrong
        value = int(text) if _is_whole(text) else float(text)
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    # What 64 bits do not hold comes from JSON only, and no reader of the item would take it.
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    raise Wrong


def _integer(value: Any) -> int:
    number = _number(value)
    if isinstance(number, float):
        raise Wrong
    return number


def _order_state(value: Any) -> int:
    state = _integer(value)
    if not 0 <= state <= 10:
        raise Wrong
    return state


_TRUE = frozenset({"1", "true", "t", "yes"})
_FALSE = frozenset({"", "0", "false", "f", "no"})


def _boolean(value: Any) -> bool:
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise Wrong


# Times

# A time without its day, or a day of the week, is not what a shop means; Python would read both.
_is_time = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?").fullmatch


@lru_cache(maxsize=4096)
def _moment(value: str, form: str) -> str:
    """A time as people and programs write it, as UTC in a form that is cut to seconds."""
    text = value.strip()
    try:
        if not _is_time(text):
            raise ValueError
        moment = datetime.fromisoformat(text.upper())
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
        if moment.year < 1000:  # strftime writes fewer digits then, and no shop means it
            raise ValueError
    except (ValueError, OverflowError):
        raise Wrong(f"{show(value)} is not a time") from None
    return moment.strftime(form)


def _time(form: str) -> Conversion:
    def convert(value: Any) -> str:
        if not isinstance(value, str):
            raise Wrong(f"{show(value)} is not a time")
        return _moment(value, form)

    return convert


# Anything


def _scalar(value: Any) -> Any:
    return value if isinstance(value, bool) else _string(value) if isinstance(value, str) else _number(value)


def _json(value: Any) -> Any:
    """What a JSON text says, or a value that was put together of columns; an empty list is null, as everywhere."""
    try:
        made = parsed_json(value) if isinstance(value, str) else _without_fractions(value)
        json.dumps(made, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        raise Wrong from None
    return None if made == [] else made


def _without_fractions(value: Any) -> Any:
    """A value whose numbers are ints where they are whole."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return [_without_fractions(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_fractions(each) for name, each in value.items()}
    return value


def _nothing(value: Any) -> None:
    raise Wrong(f"{show(value)} where the feed never has a value")


_CONVERSIONS: dict[str, Conversion] = {
    "string": _string,
    "key": _key,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "scalar": _scalar,
    "date_time": _time(DATE_TIME),
    "rfc3339": _time(RFC_3339),
    "any_time": _time(DATE_TIME),
    "base64": _matching(r"(?=.)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"),
    "md5": _matching("[0-9a-f]{32}"),
    "sha1": _matching("[0-9a-f]{40}"),
    "group_or_all": _matching("0|[0-9a-f]{40}"),
    "uuid": _uuid,
    "string_or_null": _string_or_null,
    "nothing": _nothing,
    "order_state": _order_state,
    "json": _json,
}
