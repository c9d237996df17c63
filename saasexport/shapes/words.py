"""The words in which the shape of an item is written down: data, and nothing that tests or makes an item.

The service and the exporter read it, each with code of its own: a bug of one must not hide in the other.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Scalar:
    """A value that is tested as a whole: what kind it is of, and how a message says that."""

    kind: str
    says: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListOf:
    """A list with at least one element: in every feed an empty list is null."""

    element: "Type"


@dataclass(frozen=True)
class Rule:
    """What must hold between the fields of a record; its kind, and the fields it is about if they differ."""

    kind: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """An object with these fields, and no others unless it is open."""

    fields: "dict[str, Field]"
    rules: tuple[Rule, ...] = ()
    is_open: bool = False


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


STRING = Scalar("string", "a string")
KEY = Scalar("key", "a string that is not empty")
BOOLEAN = Scalar("boolean", "true or false")
# What 64 bits hold: PHP, SQLite and most services read no more.
INTEGER = Scalar("integer", "an integer")
NUMBER = Scalar("number", "a number")
SCALAR = Scalar("scalar", "a string, a number, true or false")
DATE_TIME = Scalar("date_time", "a time as 2024-05-06 07:08:09")
RFC3339 = Scalar("rfc3339", "a time as 2024-05-06T07:08:09+00:00")
ANY_TIME = Scalar("any_time", "a time as 2024-05-06 07:08:09 or 2024-05-06T07:08:09+00:00")
BASE64 = Scalar("base64", "base64")
MD5 = Scalar("md5", "32 hexadecimal digits")
SHA1 = Scalar("sha1", "40 hexadecimal digits")
GROUP_OR_ALL = Scalar("group_or_all", "'0' or 40 hexadecimal digits")
UUID = Scalar("uuid", "a UUID")
STRING_OR_NULL = Scalar("string_or_null", "a string or null")
# Declared by Adobe and never filled: the key is there, its value is not.
NOTHING = Scalar("nothing", "null")
# 0 stands for a state of the shop's own; 1 is new, 10 is rejected.
ORDER_STATE = Scalar("order_state", "an integer from 0 to 10")
JSON = Scalar("json", "JSON")


def one_of(*values: str) -> Scalar:
    """One of these texts."""
    return Scalar("one_of", "one of " + ", ".join(values), values)


def exactly_one(*names: str) -> Rule:
    """One of these fields is there, and only one."""
    return Rule("exactly_one", names)


@dataclass(frozen=True)
class FeedShape:
    """What a feed's items look like.

    `item` and `tombstone` are complete: they hold `deleted` and the time of
    export besides the fields that were declared.  Two states of an item that
    differ in fields of `not_compared` alone are the same.
    """

    feed: str
    identity: tuple[str, ...]
    exported: str
    item: Record
    not_compared: frozenset[str] = frozenset()
    tombstone: Record = field(init=False)

    def __post_init__(self) -> None:
        needed = {*self.identity, "deleted", self.exported}
        # A deleted item says what it was; anything else the feed knows may come along.
        fields = {name: it if name in needed else optional(it) for name, it in self.item.fields.items()}
        object.__setattr__(self, "tombstone", Record(fields, is_open=self.item.is_open))


def feed(
    name: str,
    identity: tuple[str, ...],
    fields: "dict[str, Type | Field]",
    *rules: Rule,
    exported: str = "modifiedAt",
    time: Scalar = DATE_TIME,
    not_compared: tuple[str, ...] = (),
) -> FeedShape:
    """A feed, whose items carry `deleted` and the time of export besides the fields given."""
    declared = {**fields, "deleted": BOOLEAN, exported: time}
    return FeedShape(name, identity, exported, record(declared, *rules), frozenset(not_compared))
