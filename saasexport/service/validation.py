"""Whether an item is as its feed's shape wants it, and if not, why.

`Validator.read()` is asked about the text of every item; what it says nothing
of is parsed, and `Validator.check()` walks over its values.
"""

import json
from collections.abc import Iterator
from itertools import islice
from json.encoder import encode_basestring_ascii
from typing import NamedTuple, cast

from saasexport.service.quick import Expression
from saasexport.service.rules import Item, check_of
from saasexport.service.scalars import is_valid, utc
from saasexport.shapes.words import FeedShape, ListOf, Record, Scalar, Type

MISSING_FIELD = "MISSING_FIELD"
UNKNOWN_FIELD = "UNKNOWN_FIELD"
INVALID_VALUE = "INVALID_VALUE"
DUPLICATE_FIELD = "DUPLICATE_FIELD"

# An item that is wrong throughout is told the first few of its faults.
PROBLEMS_NAMED = 5

# How much of a name, and about how much of a path, is told: names and depth are the sender's choice.
LONGEST_NAME = 60
LONGEST_PATH = 200


class Problem(NamedTuple):
    """One thing that is wrong with an item."""

    code: str
    path: str
    text: str
    value: object = None

    def __str__(self) -> str:
        return f"{self.path}: {self.text}" if self.path else self.text


class Duplicated(dict[str, object]):
    """An object that gives a name twice; two readers of it may see two different items."""

    name = ""


class Row(NamedTuple):
    """What the store is told of a valid item."""

    identity: str
    item: str
    is_deleted: bool
    exported_at: str


class Validator:
    """The shape of one feed, compiled."""

    def __init__(self, shape: FeedShape) -> None:
        self.shape = shape
        self._expression = Expression(shape)
        self._identity = shape.identity
        self._exported = shape.exported

    def read(self, text: str, position: int, is_utf8: bool) -> tuple[Row, int] | None:
        """The row of the valid item that begins there, and where it ends; None if it must be parsed.

        The text may be that of the bytes of UTF-8, each as one character.
        """
        found = self._expression.find(text, position)
        if found is None:
            return None
        item, *identity, exported = found
        end = position + len(item)
        if is_utf8 and not item.isascii():
            try:
                item, *identity = [piece.encode("latin-1").decode() for piece in (item, *identity)]
            except UnicodeDecodeError:  # told with its place when all of it is decoded
                return None
        return Row(_identity_of(identity), item, False, utc(exported[1:-1])), end

    def check(self, item: object, text: str = "") -> Row | list[Problem]:
        """The row of an item that was parsed from a text, or everything that is wrong with it."""
        is_deleted = type(item) is dict and item.get("deleted") is True
        wrong = list(islice(problems(self.shape.tombstone if is_deleted else self.shape.item, item), PROBLEMS_NAMED))
        if wrong:
            return wrong
        if not is_deleted:
            self._expression.learn(item)
        valid = cast("dict[str, str]", item)
        identity = identity_text([str(valid[name]) for name in self._identity])
        return Row(identity, text, is_deleted, utc(valid[self._exported]))


def _identity_of(values: list[str]) -> str:
    """The identity, of its values as JSON."""
    joined = ",".join(values)
    if joined.isascii() and "\\" not in joined and joined.count('"') == 2 * len(values):
        return f"[{joined}]"
    return identity_text([str(json.loads(value)) for value in values])


def identity_text(values: list[str]) -> str:
    """The identity as the JSON list of its values: unlike any join, it cannot collide."""
    return "[" + ",".join(map(encode_basestring_ascii, values)) + "]"


def problems(declared: Type, value: object, path: str = "") -> Iterator[Problem]:
    """Everything that is wrong with a value, in the order of the shape."""
    if isinstance(declared, Scalar):
        if not is_valid(declared, value):
            yield Problem(INVALID_VALUE, path, f"expected {declared.says}, found {show(value)}", value)
    elif isinstance(declared, ListOf):
        yield from _list_problems(declared, value, path)
    elif not isinstance(value, dict):
        yield Problem(INVALID_VALUE, path, f"expected an object, found {show(value)}", value)
    else:
        yield from _record_problems(declared, value, path)


def _list_problems(declared: ListOf, value: object, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(INVALID_VALUE, path, f"expected a list, found {show(value)}", value)
    elif not value:
        yield Problem(INVALID_VALUE, path, "a list without elements has to be null", value)
    else:
        for index, element in enumerate(value):
            yield from problems(declared.element, element, element_path(path, index))


def _record_problems(declared: Record, value: Item, path: str) -> Iterator[Problem]:
    if isinstance(value, Duplicated):
        yield Problem(DUPLICATE_FIELD, field_path(path, value.name), "is given twice")
        return
    is_sound = True
    for name, field in declared.fields.items():
        if name not in value:
            if not field.is_optional:
                is_sound = False
                yield Problem(MISSING_FIELD, field_path(path, name), "is missing")
        elif value[name] is not None or not field.is_nullable:
            for problem in problems(field.type, value[name], field_path(path, name)):
                is_sound = False
                yield problem
    for name in value:
        if name not in declared.fields and not declared.is_open:
            yield Problem(UNKNOWN_FIELD, field_path(path, name), "is not a field of this feed", value[name])
    if is_sound:
        # A rule relies on the types of the fields it compares.
        for rule in declared.rules:
            broken = check_of(rule)(value)
            if broken is not None:
                name, _, text = broken.partition(": ")
                yield Problem(INVALID_VALUE, field_path(path, name), text, value.get(name))


def field_path(path: str, name: str) -> str:
    """The path of a field, no longer than it is told."""
    if len(path) >= LONGEST_PATH:
        return path
    return f"{path}.{name[:LONGEST_NAME]}" if path else name[:LONGEST_NAME]


def element_path(path: str, index: int) -> str:
    """The path of a list's element, no longer than it is told."""
    return path if len(path) >= LONGEST_PATH else f"{path}[{index}]"


def show(value: object) -> str:
    """A value as a message names it: short, whatever came in."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return repr(value) if len(value) <= 40 else repr(value[:40]) + "..."
    text = repr(value)
    return text if len(text) <= 40 else text[:40] + "..."
