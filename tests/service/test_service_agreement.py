"""The expression of items, the walk that explains, and a real JSON Schema validator agree on what is valid."""

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from saasexport.service.batch import rows_of
from saasexport.service.quick import Expression
from saasexport.service.validation import Validator, problems
from saasexport.shapes import SHAPES, words
from saasexport.shapes.words import FeedShape, ListOf, Record, Scalar, Type
from tests.service.valid_items import FEEDS

# A valid value of each scalar; one of several texts has its first.
SAMPLES: dict[str, object] = {
    words.STRING.says: "text",
    words.KEY.says: "key",
    words.BOOLEAN.says: False,
    words.INTEGER.says: 7,
    words.NUMBER.says: 1.5,
    words.SCALAR.says: "text",
    words.DATE_TIME.says: "2026-11-23 15:04:05",
    words.RFC3339.says: "2026-11-23T15:04:05+00:00",
    words.ANY_TIME.says: "2026-11-23T15:04:05Z",
    words.BASE64.says: "MQ==",
    words.MD5.says: "8a880c29baa2ec8a5068350ec04f5b7d",
    words.SHA1.says: "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c",
    words.GROUP_OR_ALL.says: "0",
    words.UUID.says: "3f2504e0-4f89-51d3-9a0c-0305e82c3301",
    "a string or null": "text",
    "null": None,
    "an integer from 0 to 10": 3,
}

PATTERNS = {
    words.DATE_TIME.says: "^[0-9-]{10} [0-9:]{8}$",
    words.RFC3339.says: "^[0-9-]{10}T[0-9:]{8}(Z|[+]00:00)$",
    words.ANY_TIME.says: "^[0-9-]{10}( [0-9:]{8}|T[0-9:]{8}(Z|[+]00:00))$",
    words.BASE64.says: "^M[A-Z]==$",
    words.MD5.says: "^[0-9a-f]{32}$",
    words.SHA1.says: "^[0-9a-f]{40}$",
    words.GROUP_OR_ALL.says: "^(0|[0-9a-f]{40})$",
    words.UUID.says: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
}

TYPES: dict[str, dict[str, object]] = {
    words.STRING.says: {"type": "string"},
    words.KEY.says: {"type": "string", "minLength": 1},
    words.BOOLEAN.says: {"type": "boolean"},
    words.INTEGER.says: {"type": "integer"},
    words.NUMBER.says: {"type": "number"},
    words.SCALAR.says: {"type": ["string", "number", "boolean"]},
    "a string or null": {"type": ["string", "null"]},
    "null": {"type": "null"},
    "an integer from 0 to 10": {"type": "integer", "minimum": 0, "maximum": 10},
}


def sample(declared: Type) -> object:
    """A valid value with everything in it that may be there."""
    if isinstance(declared, Scalar):
        return declared.choices[0] if declared.says.startswith("one of ") else SAMPLES[declared.says]
    if isinstance(declared, ListOf):
        return [sample(declared.element), sample(declared.element)]
    whole = {name: sample(field.type) for name, field in declared.fields.items()}
    if declared.rules and "percentage" in whole:
        del whole["percentage"]
    return whole


def json_schema(declared: Type) -> dict[str, object]:
    """The same as JSON Schema, written from the words alone; rules between fields are left out."""
    if isinstance(declared, Scalar):
        if declared.says.startswith("one of "):
            return {"enum": list(declared.choices)}
        pattern = PATTERNS.get(declared.says)
        return {"type": "string", "pattern": pattern} if pattern else TYPES[declared.says]
    if isinstance(declared, ListOf):
        return {"type": "array", "minItems": 1, "items": json_schema(declared.element)}
    return {
        "type": "object",
        "properties": {
            name: {"anyOf": [json_schema(field.type), {"type": "null"}]}
            if field.is_nullable
            else json_schema(field.type)
            for name, field in declared.fields.items()
        },
        "required": [name for name, field in declared.fields.items() if not field.is_optional],
        "additionalProperties": False,
    }


def without_rules(declared: Type) -> Type:
    """The same, as far as JSON Schema can say it."""
    if isinstance(declared, ListOf):
        return ListOf(without_rules(declared.element))
    if isinstance(declared, Record):
        return Record(
            {
                name: words.Field(without_rules(field.type), field.is_optional, field.is_nullable)
                for name, field in declared.fields.items()
            }
        )
    return declared


ODD_VALUES: list[object] = [
    None,
    "",
    "x",
    0,
    11,
    True,
    False,
    [],
    {},
    [None],
    ["x"],
    [[]],
    {"x": 1},
    1.5,
    "0",
    "Enabled",
    -1,
]


def places(value: object) -> list[tuple[Any, Any]]:
    """Every container with a key or index in it."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        found += [(value, name) for name in value]
    elif isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
    return found + [place for container, key in list(found) for place in places(container[key])]


@st.composite
def mutated(draw: st.DrawFn, feed: str) -> object:
    """A full item of a feed with up to three changes anywhere in it."""
    it = copy.deepcopy(sample(SHAPES[feed].item))
    for _ in range(draw(st.integers(0, 3))):
        known = places(it)
        if not known:
            break
        container, key = draw(st.sampled_from(known))
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "replace":
            container[key] = copy.deepcopy(draw(st.sampled_from(ODD_VALUES)))
        elif change == "remove":
            del container[key]
        elif isinstance(container, dict):
            container["unknown"] = 1
    return it


def shapes(feed_shape: FeedShape) -> tuple[Record, Record]:
    """What an item may look like: live or deleted."""
    return feed_shape.item, feed_shape.tombstone


@cache
def expression(feed: str) -> Expression:
    """The expression of a feed's items, as it is before any was received."""
    return Expression(SHAPES[feed])


def compact(it: object) -> str:
    """An item as senders write it."""
    return json.dumps(it, separators=(",", ":"))


def says_what_the_walk_says(feed: str, text: str) -> bool:
    """Whether a text that is matched is that of a valid item, with this identity."""
    found = expression(feed).find(text, 0)
    if found is None:
        return True
    read, *identity, exported = found
    it, shape = json.loads(read), SHAPES[feed]
    assert text.startswith(read)
    assert [json.loads(value) for value in identity] == [it[name] for name in shape.identity]
    assert json.loads(exported) == it[shape.exported]
    return isinstance(rows_of(f"[{read}]".encode(), _Walking(shape)), list)


class _Walking(Validator):
    """A validator that parses every item."""

    def read(self, text: str, position: int, is_utf8: bool) -> None:
        """Nothing."""


PIECES = ["", ",", '"', "\\", "\\ud800", "{", "}", "[", "]", "0", "null", " ", "\n", "\u0100"]

# Orders may hold any JSON, which is beyond an expression; with everything in it a permission is a fallback.
PLAIN_FEEDS = [feed for feed in FEEDS if feed not in ("orders", "categoryPermissions")]


@pytest.mark.parametrize("feed", PLAIN_FEEDS)
def test_an_item_with_everything_in_it_is_read_without_parsing(feed: str) -> None:
    text = compact(sample(SHAPES[feed].item))
    found = expression(feed).find(text, 0)
    assert found is not None
    assert found[0] == text


@pytest.mark.thorough
@pytest.mark.parametrize("feed", FEEDS)
def test_no_item_that_the_walk_refuses_is_read_without_parsing(feed: str) -> None:
    @settings(max_examples=300, deadline=None, database=None)
    @given(mutated(feed))
    def agree(it: object) -> None:
        assert says_what_the_walk_says(feed, compact(it))

    agree()


@pytest.mark.thorough
@pytest.mark.parametrize("feed", FEEDS)
def test_no_text_that_is_not_that_of_a_valid_item_is_read_without_parsing(feed: str) -> None:
    text = compact(sample(SHAPES[feed].item))
    places = st.integers(0, len(text))

    @settings(max_examples=1000, deadline=None, database=None)
    @given(places, places, places, st.sampled_from(PIECES))
    def agree(begin: int, end: int, at: int, added: str) -> None:
        # A piece is taken from one place, and put with something else into another, whose text may give way to it.
        piece = text[begin : begin + end % 40]
        for behind in (at, at + len(piece), at + len(added)):
            assert says_what_the_walk_says(feed, text[:at] + added + text[behind:])
            assert says_what_the_walk_says(feed, text[:at] + piece + added + text[behind:])

    agree()


@pytest.mark.sample(1)
@pytest.mark.parametrize("feed", FEEDS)
def test_the_walk_and_a_json_schema_validator_agree(feed: str) -> None:
    both = [(shape, Draft202012Validator(json_schema(shape))) for shape in map(without_rules, shapes(SHAPES[feed]))]

    @settings(max_examples=60, deadline=None, database=None)
    @given(mutated(feed))
    def agree(it: object) -> None:
        for shape, reference in both:
            assert reference.is_valid(it) == (list(problems(shape, it)) == [])

    agree()
