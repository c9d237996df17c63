"""Feeds of one's own, as the head of their .sql file declares them.

Comment lines before the first query; `-- word: ...` with a word in small letters is a directive.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from saasexport.shapes.words import (
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    JSON,
    KEY,
    NUMBER,
    STRING,
    FeedShape,
    Field,
    Record,
    feed,
)

# What `-- field: NAME TYPE` may say.
TYPES = {"text": STRING, "integer": INTEGER, "number": NUMBER, "boolean": BOOLEAN, "time": DATE_TIME, "json": JSON}

# The name of a feed becomes part of names of tables, and of an address.
NAME = re.compile("[a-z][A-Za-z0-9_]{0,39}")

# Any name may stand within quotes, as SQL has them.
QUOTED = r'"(?:[^"]|"")+"'
_NAME = rf'(?:{QUOTED}|[^\s",()]+)'
_NAMES = re.compile(rf"\s*({_NAME})\s*(?:,|$)")
_FIELD = re.compile(rf"({_NAME})\s+({'|'.join(TYPES)})")

_DIRECTIVE = re.compile(r"\s*--\s*([a-z_]+)\s*:(?!//)\s*(.*?)\s*")


class Directive(NamedTuple):
    """A line of the head: its number in the file, its word, and what follows."""

    line: int
    word: str
    value: str


def lines_of(text: str) -> list[str]:
    """The lines of a file as editors count them; other separators that Unicode has are part of what a query says."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def directives(text: str) -> list[Directive]:
    """The directives of a feed's file."""
    entries = []
    for number, line in enumerate(lines_of(text), 1):
        match = _DIRECTIVE.fullmatch(line)
        if match and match[1] == "name":
            break
        if match:
            entries.append(Directive(number, match[1], match[2]))
    return entries


def unquote(name: str) -> str:
    """A name as it is, without the quotes that may stand around it."""
    if len(name) > 1 and name[0] == name[-1] == '"':
        return name[1:-1].replace('""', '"')
    return name


def names_of(value: str) -> list[str]:
    """The names of a list such as `sku, locale`; none if it is no such list."""
    names = []
    at = 0
    while at < len(value):
        match = _NAMES.match(value, at)
        if match is None:
            return []
        names.append(unquote(match[1]))
        at = match.end()
    return names


def field_of(value: str) -> tuple[str, str] | None:
    """The name and the type of a field such as `weight number`; None if it is none."""
    match = _FIELD.fullmatch(value)
    return (unquote(match[1]), match[2]) if match else None


def shape(name: str, identity: Iterable[str], fields: Mapping[str, str]) -> FeedShape:
    """The shape of a feed whose fields have these types; what is not declared may be there, and anything."""
    identity = tuple(identity)
    types = {field: TYPES[kind] for field, kind in fields.items()}
    declared = {field: Field(kind, True, True) for field, kind in types.items()}
    declared |= {field: Field(KEY if types.get(field, STRING) is STRING else types[field]) for field in identity}
    whole = feed(name, identity, dict(declared))
    # A row that was only touched is no new state of an item: see feeds.md 0.3.
    return FeedShape(name, identity, whole.exported, Record(whole.item.fields, is_open=True), frozenset(("updatedAt",)))


def shape_in(text: str) -> FeedShape | None:
    """The shape that a feed's file declares; None if it names no feed and identity, as those of published feeds do.

    ValueError says what is wrong.
    """
    words = {each.word: each.value for each in directives(text)}
    if not words.get("feed") or not words.get("identity"):
        return None
    fields = {}
    for each in directives(text):
        if each.word == "field":
            declared = field_of(each.value)
            if declared is None:
                raise ValueError(f"line {each.line}: expected -- field: NAME TYPE, a type of {', '.join(TYPES)}")
            fields[declared[0]] = declared[1]
    return shape(unquote(words["feed"]), names_of(words["identity"]), fields)
