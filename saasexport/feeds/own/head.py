"""The head of a feed's file: what its directives say, each fault with its line.

Nothing of the shop is read here, so that a feed's name is known before the shop is open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from saasexport.queries import fold
from saasexport.shapes import SHAPES
from saasexport.shapes.declared import NAME, QUOTED, TYPES, Directive, directives, field_of, names_of, shape, unquote
from saasexport.shapes.words import FeedShape
from saasexport.stdlib import NamedTuple

WORDS = (
    "feed",
    "entity",
    "watch",
    "everything",
    "unwatched",
    "identity",
    "kept",
    "title",
    "mode",
    "batch_size",
    "field",
)

# What only a feed of a name of one's own may say: a published feed's is published.
OF_OWN_NAME = ("identity", "kept", "title", "mode", "batch_size", "field")

# What the engine itself puts into an item.
ENGINES = ("deleted", "modifiedAt")

# Said once; the others as often as needed.
ONCE = ("feed", "entity", "identity", "kept", "title", "mode", "batch_size")

# A name of the shop's, as SQL takes it.
_NAME = rf'(?:{QUOTED}|[^\s.",()]+)'
_COLUMN = re.compile(rf"({_NAME})\.({_NAME})")
_ENTITY = re.compile(rf"({_NAME})\.({_NAME})(?:\s+(text|integer))?")
_WATCH = re.compile(rf"({_NAME})\.({_NAME})(?:\s+via\s+([A-Za-z_][A-Za-z0-9_]*))?")
_EVERYTHING = re.compile(rf"({_NAME})(?:\.({_NAME})\s+in\s*\((.*)\))?")
_UNWATCHED = re.compile(rf"({_NAME})\s*,\s*(\S.*)")
_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|(-?\d+))\s*(,|$)")


class Fault(NamedTuple):
    """What is wrong with a file, and at which line of it; 0: with the file as a whole."""

    line: int
    reason: str


class Watch(NamedTuple):
    """A line that says what a change of a table leads to."""

    line: int
    table: str
    column: str = ""  # empty: of a whole table
    via: str = ""
    values: tuple[str | int, ...] = ()  # only rows in which the column has one of these


@dataclass
class Head:
    """What the directives of a file say."""

    feed: str = ""
    feed_line: int = 0
    table: str = ""  # the entities'
    column: str = ""
    kind: str = ""  # of entity ids, text or integer, if the file says so
    entity_line: int = 0
    watches: list[Watch] = field(default_factory=list)
    everything: list[Watch] = field(default_factory=list)
    unwatched: dict[str, str] = field(default_factory=dict)  # table, in small letters -> the reason
    unwatched_lines: dict[str, int] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    title: str = ""
    is_legacy: bool = False
    batch_size: int = 0
    fields: dict[str, str] = field(default_factory=dict)  # name -> type, of a feed of one's own
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_published(self) -> bool:
        """Whether the feed has the name, and so the shape, of a published one."""
        return self.feed in SHAPES

    def shape(self) -> FeedShape:
        """What its items look like."""
        return SHAPES[self.feed] if self.is_published else shape(self.feed, self.identity, self.fields)


def read(text: str) -> Head:
    """The head of a feed's file, with its faults."""
    head = Head()
    seen: dict[str, int] = {}
    for directive in directives(text):
        if directive.word not in WORDS:
            near = get_close_matches(directive.word, WORDS, 1)
            meant = f"; did you mean {near[0]}?" if near else f"; they are {', '.join(WORDS)}"
            head.faults.append(Fault(directive.line, f"unknown directive {directive.word}{meant}"))
            continue
        if directive.word in ONCE and directive.word in seen:
            reason = f"{directive.word} stands twice, first in line {seen[directive.word]}"
            head.faults.append(Fault(directive.line, reason))
            continue
        seen[directive.word] = directive.line
        head.faults += (Fault(directive.line, reason) for reason in _read(head, directive))
    head.faults += _lacking(head, seen)
    return head


def _lacking(head: Head, seen: dict[str, int]) -> Iterator[Fault]:
    for word, shown in (("feed", "-- feed: NAME"), ("entity", "-- entity: table.column")):
        if word not in seen:
            yield Fault(0, f"lacks the line {shown}")
    if not head.feed:
        return
    if head.is_published:
        for word in OF_OWN_NAME:
            if word in seen:
                yield Fault(seen[word], f"{word}: of the feed {head.feed} it is published and cannot be changed")
        return
    if "identity" not in seen:
        yield Fault(0, f"lacks the line -- identity: the fields that identify an item of {head.feed}")
    for name in head.identity:
        if name in ENGINES:
            yield Fault(seen["identity"], f"identity: {name} is set by the exporter")
        elif head.fields.get(name) == "json":
            yield Fault(seen["identity"], f"identity: {name} is json, which identifies nothing")
    if len(set(head.identity)) < len(head.identity):
        yield Fault(seen["identity"], "identity: a field stands twice")


def _read(head: Head, directive: Directive) -> Iterator[str]:
    """Take up what a directive says; gives what is wrong with it."""
    value = directive.value
    match directive.word:
        case "feed":
            head.feed_line = directive.line
            yield from _read_feed(head, value)
        case "entity":
            yield from _read_entity(head, directive)
        case "watch":
            if match := _WATCH.fullmatch(value):
                head.watches.append(Watch(directive.line, unquote(match[1]), unquote(match[2]), match[3] or ""))
            else:
                yield "expected -- watch: table.column, or -- watch: table.column via name"
        case "everything":
            yield from _read_everything(head, directive)
        case "unwatched":
            if match := _UNWATCHED.fullmatch(value):
                head.unwatched[fold(unquote(match[1]))] = match[2]
                head.unwatched_lines[unquote(match[1])] = directive.line
            else:
                yield "expected -- unwatched: table, and after a comma the reason"
        case "field":
            yield from _read_field(head, value)
        case _:
            yield from _read_own(head, directive.word, value)


def parts_of(name: str) -> tuple[str, str] | None:
    """The table and the column of a name such as product.id; None if it is none."""
    match = _COLUMN.fullmatch(name.strip())
    return (unquote(match[1]), unquote(match[2])) if match else None


def _read_feed(head: Head, value: str) -> Iterator[str]:
    value = unquote(value)
    if NAME.fullmatch(value):
        head.feed = value
    else:
        yield f"feed: {value!r} is no name of a feed: a small letter, then letters, digits and _, 40 at most"


def _read_entity(head: Head, directive: Directive) -> Iterator[str]:
    head.entity_line = directive.line
    if match := _ENTITY.fullmatch(directive.value):
        head.table, head.column, head.kind = unquote(match[1]), unquote(match[2]), match[3] or ""
    else:
        yield "expected -- entity: table.column, and after it text or integer if the column is declared otherwise"


def _read_everything(head: Head, directive: Directive) -> Iterator[str]:
    match = _EVERYTHING.fullmatch(directive.value)
    values = _values(match[3]) if match and match[2] else ()
    if match is None or values is None:
        yield "expected -- everything: table, or -- everything: table.column in ('a', 'b')"
    else:
        head.everything.append(Watch(directive.line, unquote(match[1]), unquote(match[2] or ""), "", values))


def _values(text: str) -> tuple[str | int, ...] | None:
    """The values of a list such as 'a', 'b', 3; None if it is none."""
    values: list[str | int] = []
    at = 0
    while at < len(text):
        match = _VALUE.match(text, at)
        if match is None or (match[3] == "," and match.end() == len(text)):
            return None
        values.append(int(match[2]) if match[2] else match[1].replace("''", "'"))
        at = match.end()
    return tuple(values) or None


def _read_field(head: Head, value: str) -> Iterator[str]:
    declared = field_of(value)
    if declared is None:
        yield f"expected -- field: NAME TYPE, a type of {', '.join(TYPES)}"
    elif declared[0] in head.fields:
        yield f"field {declared[0]} stands twice"
    elif declared[0] in ENGINES:
        yield f"field {declared[0]} is set by the exporter"
    else:
        head.fields[declared[0]] = declared[1]


def _read_own(head: Head, word: str, value: str) -> Iterator[str]:
    if word in ("identity", "kept"):
        names = tuple(names_of(value))
        if not names:
            yield f"{word}: expected names of fields, with commas between them"
        elif word == "identity":
            head.identity = names
        else:
            head.kept = names
    elif word == "title":
        head.title = value
        if not value:
            yield "title: expected a text"
    elif word == "mode":
        head.is_legacy = value == "legacy"
        if value not in ("legacy", "immediate"):
            yield f"mode: {value!r} is neither immediate nor legacy"
    elif not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 10_000:
        yield f"batch_size: {value!r} is not a number from 1 to 10000"
    else:
        head.batch_size = int(value)
