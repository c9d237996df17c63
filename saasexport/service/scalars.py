"""What the service asks of a single value, by the kind that a shape gives it."""

import base64
import binascii
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from saasexport.shapes.words import Scalar


# The items of a batch share most of their times, which makes remembering them worth while.
@lru_cache(10_000)
def is_date_time(text: str) -> bool:
    """Whether this is a moment such as 2024-05-06 07:08:09, which exists in the calendar."""
    return _DATE_TIME.fullmatch(text) is not None and _exists(text)


@lru_cache(10_000)
def is_rfc3339(text: str) -> bool:
    """Whether this is a moment such as 2024-05-06T07:08:09+00:00."""
    return _RFC3339.fullmatch(text) is not None and _exists(text)


def _exists(text: str) -> bool:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            moment.astimezone(UTC)  # which year 1 or 9999 may leave
    except (ValueError, OverflowError):
        return False
    return True


def utc(text: str) -> str:
    """A valid time of either kind as UTC text that sorts in the order of time."""
    if len(text) == 19:
        return text
    if text[19:] == "+00:00":
        return f"{text[:10]} {text[11:19]}"
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat(" ")


def is_base64(text: str) -> bool:
    """Whether this is standard base64 with its padding, of at least one byte."""
    try:
        return bool(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return False


_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_RFC3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)

_SHA1 = re.compile("[0-9a-f]{40}")
_MD5 = re.compile("[0-9a-f]{32}")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Test = Callable[[object], bool]


def _text(test: Callable[[str], object]) -> Test:
    return lambda value: type(value) is str and bool(test(value))


def _is_string(value: object) -> bool:
    return type(value) is str


def _is_boolean(value: object) -> bool:
    return value is True or value is False


def _is_number(value: object) -> bool:
    """JSON has no NaN, but 1e999 is read as infinity."""
    return (type(value) is float or type(value) is int) and -sys.float_info.max <= value <= sys.float_info.max


def _is_integer(value: object, least: int = -(2**63), most: int = 2**63 - 1) -> bool:
    return type(value) is int and least <= value <= most


_BY_KIND: dict[str, Test] = {
    "string": _is_string,
    "key": lambda value: type(value) is str and value != "",
    "boolean": _is_boolean,
    "integer": _is_integer,
    "number": _is_number,
    "scalar": lambda value: _is_string(value) or _is_boolean(value) or _is_number(value),
    # A text that cannot be a time by its length is not remembered either.
    "date_time": _text(lambda text: len(text) == 19 and is_date_time(text)),
    "rfc3339": _text(lambda text: len(text) < 40 and is_rfc3339(text)),
    "any_time": _text(lambda text: len(text) < 40 and (is_date_time(text) or is_rfc3339(text))),
    "base64": _text(is_base64),
    "md5": _text(_MD5.fullmatch),
    "sha1": _text(_SHA1.fullmatch),
    "group_or_all": _text(lambda text: text == "0" or _SHA1.fullmatch(text)),
    "uuid": _text(_UUID.fullmatch),
    "string_or_null": lambda value: value is None or type(value) is str,
    "nothing": lambda value: value is None,
    "order_state": lambda value: _is_integer(value, 0, 10),
    "json": lambda _: True,
}


def is_valid(scalar: Scalar, value: object) -> bool:
    """Whether a value is of this kind."""
    if scalar.kind == "one_of":
        return type(value) is str and value in scalar.choices
    return _BY_KIND[scalar.kind](value)
