"""The words in which the shape of an item is written down.

A schema is read twice: `quick.py` compiles it to one test that only says yes
or no, and `validation.py` walks it to say what is wrong and where.
"""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias

Item: TypeAlias = "dict[str, object]"


@dataclass(frozen=True)
class Scalar:
    """A value that is tested as a whole.

    `test` is a Python expression over `{v}`; it may call the functions of
    `TESTS`.  It is text, not a function, so that it can be compiled into the
    test of the whole item.
    """

    says: str
    test: str


@dataclass(frozen=True)
class ListOf:
    """A list with at least one element: in every feed an empty list is null."""

    element: "Type"


# A rule looks at fields that are valid one by one, and says what is wrong
# between them, beginning with the name of a field.
Rule: TypeAlias = Callable[[Item], "str | None"]


@dataclass(frozen=True)
class Record:
    """An object with these fields and no others."""

    fields: "dict[str, Field]"
    rules: tuple[Rule, ...] = ()


Type: TypeAlias = Scalar | ListOf | Record


@dataclass(frozen=True)
class Field:
    """A field of a record: its type, and whether it may be absent or null."""

    type: Type
    is_optional: bool = False
    is_nullable: bool = False


def record(fields: "dict[str, Type | Field]", *rules: Rule) -> Record:
    """A record; a field given as a bare type is always there and never null."""
    return Record({name: as_field(it) for name, it in fields.items()}, rules)


def as_field(declared: Type | Field) -> Field:
    """The field that a bare type stands for."""
    return declared if isinstance(declared, Field) else Field(declared)


def optional(declared: Type | Field) -> Field:
    """A field that may be absent, but is not null unless said so."""
    it = as_field(declared)
    return Field(it.type, True, it.is_nullable)


def nullable(declared: Type | Field) -> Field:
    """A field that may be null, but is always there unless said so."""
    it = as_field(declared)
    return Field(it.type, it.is_optional, True)


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

# What the test of a scalar may call.
TESTS: dict[str, object] = {
    "is_date_time": is_date_time,
    "is_rfc3339": is_rfc3339,
    "is_base64": is_base64,
    "is_sha1": re.compile("[0-9a-f]{40}").fullmatch,
    "is_md5": re.compile("[0-9a-f]{32}").fullmatch,
    "is_uuid": re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch,
}

STRING = Scalar("a string", "type({v}) is str")
KEY = Scalar("a string that is not empty", "type({v}) is str and {v} != ''")
BOOLEAN = Scalar("true or false", "{v} is True or {v} is False")
# What 64 bits hold: PHP, SQLite and most services read no more.
INTEGER = Scalar("an integer", f"type({{v}}) is int and {-(2**63)} <= {{v}} <= {2**63 - 1}")
# JSON has no NaN, but 1e999 is read as infinity.
NUMBER = Scalar(
    "a number",
    "(type({v}) is float or type({v}) is int) and -1.7976931348623157e308 <= {v} <= 1.7976931348623157e308",
)
SCALAR = Scalar("a string, a number, true or false", f"type({{v}}) is str or {BOOLEAN.test} or {NUMBER.test}")
# A text that cannot be a time by its length is not remembered either.
DATE_TIME = Scalar("a time as 2024-05-06 07:08:09", "type({v}) is str and len({v}) == 19 and is_date_time({v})")
RFC3339 = Scalar("a time as 2024-05-06T07:08:09+00:00", "type({v}) is str and len({v}) < 40 and is_rfc3339({v})")
ANY_TIME = Scalar(
    "a time as 2024-05-06 07:08:09 or 2024-05-06T07:08:09+00:00",
    "type({v}) is str and len({v}) < 40 and (is_date_time({v}) or is_rfc3339({v}))",
)
BASE64 = Scalar("base64", "type({v}) is str and is_base64({v})")
MD5 = Scalar("32 hexadecimal digits", "type({v}) is str and is_md5({v}) is not None")
SHA1 = Scalar("40 hexadecimal digits", "type({v}) is str and is_sha1({v}) is not None")
GROUP_OR_ALL = Scalar("'0' or 40 hexadecimal digits", "type({v}) is str and ({v} == '0' or is_sha1({v}) is not None)")
UUID = Scalar("a UUID", "type({v}) is str and is_uuid({v}) is not None")


def one_of(*values: str) -> Scalar:
    """One of these texts."""
    return Scalar("one of " + ", ".join(values), f"type({{v}}) is str and {{v}} in {values!r}")


def exactly_one(*names: str) -> Rule:
    """A rule: one of these fields is there, and only one."""

    def rule(item: Item) -> str | None:
        if sum(name in item for name in names) == 1:
            return None
        return f"{names[0]}: exactly one of {' and '.join(names)} is needed"

    return rule


@dataclass(frozen=True)
class FeedSchema:
    """What a feed's items look like.

    `item` and `tombstone` are complete: they hold `deleted` and the time of
    export besides the fields that were declared.
    """

    feed: str
    identity: tuple[str, ...]
    exported: str
    item: Record
    tombstone: Record = field(init=False)

    def __post_init__(self) -> None:
        needed = {*self.identity, "deleted", self.exported}
        # A deleted item says what it was; anything else the feed knows may come along.
        fields = {name: it if name in needed else optional(it) for name, it in self.item.fields.items()}
        object.__setattr__(self, "tombstone", Record(fields))


def feed(
    name: str,
    identity: tuple[str, ...],
    fields: "dict[str, Type | Field]",
    *rules: Rule,
    exported: str = "modifiedAt",
    time: Scalar = DATE_TIME,
) -> FeedSchema:
    """A feed, whose items carry `deleted` and the time of export besides the fields given."""
    declared = {**fields, "deleted": BOOLEAN, exported: time}
    return FeedSchema(name, identity, exported, record(declared, *rules))
