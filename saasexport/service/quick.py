"""Read a valid item with one regular expression of its text, made from the shape of its feed.

Nearly every item is valid, so that answer has to be cheap: to parse an item
and to look at its values takes seven times as long.  What the expression does
not match is parsed, and looked at by `validation.problems()`, which has the last
word; so it may never match what the walk refuses.  A test compares the two.

It knows compact JSON alone, and the names of an object in one order, each once:
so none is given twice.  The order is the sender's, learnt from what is parsed.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeAlias

from saasexport.service.rules import variants_of
from saasexport.shapes.words import FeedShape, Field, ListOf, Record, Scalar, Type

# The names of the objects at a path, in the order in which they are sent.
Orders: TypeAlias = dict[str, list[str]]

# What is longer is parsed: what is kept while an expression is matched grows with the text.
LONGEST = 65_536

# To make an expression takes as long as to parse some hundred items.
FIRST_LOOK = 25

# Of groups only the plain repetitions are used: to 3.11.4 Python goes on in the wrong place behind possessive ones.
NOTHING_MATCHES = "(?!)"

# A set of characters that is not "all but these", and of the first 256 alone, is looked through in half the time.
_PLAIN = r"[ !#-[\]-\xff]*+"
# Half a surrogate pair is no character, and whether its other half follows is not asked here.
_ESCAPE = r'\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4})'
_STRING = rf'"{_PLAIN}(?:"|(?:(?:{_ESCAPE}|[^\x00-\xff]++){_PLAIN})+")'
_BOOLEAN = "(?:true|false)"
_INTEGER = "-?(?:0|[1-9][0-9]{0,17})"
_NUMBER = rf"{_INTEGER}(?:\.[0-9]{{1,17}}|)"
# Years that have no 29th of February have it at most in the walk.
_DATE = (
    "(?!0000)[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DATE_TIME = f"{_DATE} {_TIME}"
_RFC3339 = rf"{_DATE}T{_TIME}(?:Z|\+00:00)"
_HEX = "[0-9a-f]"
_BASE64 = "[A-Za-z0-9+/]"

_BY_KIND = {
    "string": _STRING,
    "key": f'(?!""){_STRING}',
    "boolean": _BOOLEAN,
    "integer": _INTEGER,
    "number": _NUMBER,
    "scalar": f"(?:{_STRING}|{_BOOLEAN}|{_NUMBER})",
    "date_time": f'"{_DATE_TIME}"',
    "rfc3339": f'"{_RFC3339}"',
    "any_time": f'"(?:{_DATE_TIME}|{_RFC3339})"',
    "base64": f'"(?!")(?:{_BASE64}{{4}})*(?:{_BASE64}{{2}}==|{_BASE64}{{3}}=|)"',
    "md5": f'"{_HEX}{{32}}"',
    "sha1": f'"{_HEX}{{40}}"',
    "group_or_all": f'"(?:0|{_HEX}{{40}})"',
    "uuid": f'"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"',
    "string_or_null": f"(?:{_STRING}|null)",
    "nothing": "null",
    "order_state": "(?:10|[0-9])",
    # Lists in lists are beyond a regular expression.
    "json": NOTHING_MATCHES,
    "false": "false",
}

_FALSE = Scalar("false", "false")


class Expression:
    """The expression of the items of one feed that are not deleted: a deletion is short, and parsed."""

    def __init__(self, shape: FeedShape) -> None:
        self._item = Record({**shape.item.fields, "deleted": Field(_FALSE)}, shape.item.rules, shape.item.is_open)
        self._wanted = (*shape.identity, shape.exported)
        self._orders: Orders = {}
        self._compiled: Orders = {}
        self._missed = 0
        self._next_look = FIRST_LOOK
        self._compile()

    def find(self, text: str, position: int) -> tuple[str, ...] | None:
        """The item that begins there, and the JSON of its identity and time of export; None if it must be parsed."""
        match = self._match(text, position, position + LONGEST)
        return match.group(*self._groups) if match else None

    def learn(self, item: object) -> None:
        """Take on the order of names in a valid item that had to be parsed."""
        self._missed += 1
        for path, record, names in _objects(self._item, item, ""):
            self._orders[path] = _merge_orders(self._orders.get(path) or list(record.fields), names)
        # Whatever orders come in turn: making expressions takes no more time than parsing what was missed.
        if self._missed >= self._next_look and self._orders != self._compiled:
            self._next_look = 2 * self._missed
            self._compiled = dict(self._orders)
            self._compile()

    def _compile(self) -> None:
        expression = re.compile(_record(self._item, "", self._orders, self._wanted))
        found = [name for name in self._orders.get("") or self._item.fields if name in self._wanted]
        self._match = expression.match
        self._groups = (0, *(found.index(name) + 1 for name in self._wanted))


def _objects(declared: Type, value: object, path: str) -> Iterator[tuple[str, Record, list[str]]]:
    """Every object in a valid value: its path, what was declared, and its names as they were sent."""
    if isinstance(declared, ListOf) and isinstance(value, list):
        for element in value:
            yield from _objects(declared.element, element, path)
    elif isinstance(declared, Record) and isinstance(value, dict):
        yield path, declared, [name for name in value if name in declared.fields]
        for name, field in declared.fields.items():
            if name in value:
                yield from _objects(field.type, value[name], f"{path}.{name}")


def _merge_orders(known: list[str], seen: list[str]) -> list[str]:
    """What was seen in its order, each other name where it stood: behind the same one."""
    there = set(seen)
    if [name for name in known if name in there] == seen:
        return known
    merged = list(seen)
    before = None
    for name in known:
        if name not in there:
            merged.insert(merged.index(before) + 1 if before else 0, name)
        before = name
    return merged


def _pattern(declared: Type, path: str, orders: Orders) -> str:
    if isinstance(declared, Record):
        return _record(declared, path, orders)
    if isinstance(declared, ListOf):
        element = _pattern(declared.element, path, orders)
        if isinstance(declared.element, Scalar):
            return rf"\[{element}(?:\]|(?:,{element})+\])"
        # This takes longer to match, and half as long to make.
        return rf"\[(?:{element}(?:,|(?=\])))+(?<!,)\]"
    if declared.kind == "one_of":
        return f"(?:{'|'.join(re.escape(json.dumps(choice)) for choice in declared.choices)})"
    return _BY_KIND[declared.kind]


def _record(record: Record, path: str, orders: Orders, captured: Collection[str] = ()) -> str:
    if record.is_open:
        return NOTHING_MATCHES
    variants = variants_of(record)
    order = orders.get(path) or list(record.fields)
    differs = [number for number, name in enumerate(order) if any(it[name] != variants[0][name] for it in variants)]
    first, last = (differs[0], differs[-1] + 1) if differs else (len(order), len(order))

    def members(fields: Mapping[str, Field | None], begin: int, end: int) -> str:
        return "".join(
            _member(name, field, _separator(record, order[:number]), f"{path}.{name}", orders, name in captured)
            for number, name in enumerate(order)
            if begin <= number < end and (field := fields[name])
        )

    if any(name in captured for name in order[first:last]):
        variants = variants[:1]  # a group would stand in each
    choice = "|".join(members(fields, first, last) for fields in variants)
    return rf"\{{{members(variants[0], 0, first)}(?:{choice}){members(variants[0], last, len(order))}\}}"


def _separator(record: Record, before: list[str]) -> str:
    """What stands before a member that may be the first one, or not."""
    if not before:
        return ""
    is_sure = any(not record.fields[name].is_optional for name in before)
    return "," if is_sure else r"(?:(?<=\{)|(?<!\{),)"


def _member(name: str, field: Field, separator: str, path: str, orders: Orders, is_captured: bool) -> str:
    value = _pattern(field.type, path, orders)
    if field.is_nullable:
        value = f"(?:{value}|null)"
    if is_captured:
        value = f"({value})"
    member = f"{separator}{re.escape(json.dumps(name))}:{value}"
    return f"(?:{member}|)" if field.is_optional else member
