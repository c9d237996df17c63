"""What the service asks of a single value, by the kind that a shape gives it.

A test is a Python expression over `{v}`; it may call the functions of `TESTS`.
It is text, not a function, so that it can be compiled into the test of the
whole item.
"""

import base64
import binascii
import re
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

# What a test may call.
TESTS: dict[str, object] = {
    "is_date_time": is_date_time,
    "is_rfc3339": is_rfc3339,
    "is_base64": is_base64,
    "is_sha1": re.compile("[0-9a-f]{40}").fullmatch,
    "is_md5": re.compile("[0-9a-f]{32}").fullmatch,
    "is_uuid": re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch,
}

_BOOLEAN = "{v} is True or {v} is False"
# JSON has no NaN, but 1e999 is read as infinity.
_NUMBER = "(type({v}) is float or type({v}) is int) and -1.7976931348623157e308 <= {v} <= 1.7976931348623157e308"

_BY_KIND = {
    "string": "type({v}) is str",
    "key": "type({v}) is str and {v} != ''",
    "boolean": _BOOLEAN,
    "integer": f"type({{v}}) is int and {-(2**63)} <= {{v}} <= {2**63 - 1}",
    "number": _NUMBER,
    "scalar": f"type({{v}}) is str or {_BOOLEAN} or {_NUMBER}",
    # A text that cannot be a time by its length is not remembered either.
    "date_time": "type({v}) is str and len({v}) == 19 and is_date_time({v})",
    "rfc3339": "type({v}) is str and len({v}) < 40 and is_rfc3339({v})",
    "any_time": "type({v}) is str and len({v}) < 40 and (is_date_time({v}) or is_rfc3339({v}))",
    "base64": "type({v}) is str and is_base64({v})",
    "md5": "type({v}) is str and is_md5({v}) is not None",
    "sha1": "type({v}) is str and is_sha1({v}) is not None",
    "group_or_all": "type({v}) is str and ({v} == '0' or is_sha1({v}) is not None)",
    "uuid": "type({v}) is str and is_uuid({v}) is not None",
    "string_or_null": "{v} is None or type({v}) is str",
    "nothing": "{v} is None",
    "order_state": "type({v}) is int and 0 <= {v} <= 10",
    "json": "True",
}


def expression(scalar: Scalar, value: str) -> str:
    """The test of a variable, as Python."""
    if scalar.kind == "one_of":
        return f"type({value}) is str and {value} in {scalar.choices!r}"
    return _BY_KIND[scalar.kind].format(v=value)
