"""How items are put together from their encoded fields."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.database.hashing import canonical, text_of
from saasexport.database.layouts import Layouts, piece

QUICKLY = settings(deadline=None, max_examples=50)
FIELDS = st.dictionaries(st.text(), st.none() | st.integers() | st.text(), max_size=8)

RULES = Layouts(("sku", "view", "url"), ("updatedAt", "modifiedAt"), ("deleted", "modifiedAt"))


def made(common, part):
    """An item, and the names of those fields of the part that are not hashed."""
    shared = RULES.layout_of(tuple(common))
    layout = shared.layout(tuple(part))
    texts = [text_of(value) for value in (*common.values(), *part.values())]
    others = shared.others.of(texts) if layout.others is None else layout.others.of(texts)
    return (layout.own.of(texts) + others).decode(), layout


@pytest.mark.thorough
@QUICKLY
@given(FIELDS)
def test_fields_that_were_encoded_apart_stand_in_the_order_of_their_names(fields):
    places = zip(fields, range(len(fields)), strict=True)
    texts = [text_of(value) for value in fields.values()]
    assert piece(places, "{", "}").of(texts).decode() == canonical(fields)


@pytest.mark.thorough
@QUICKLY
@given(FIELDS, FIELDS)
def test_an_item_is_the_same_whichever_side_its_fields_stand_on(common, part):
    common = {name: value for name, value in common.items() if name not in part}
    everything = {**common, **part}
    for _ in range(2):
        text, layout = made(common, part)
        assert (text, layout.twin) == (made({}, everything)[0], "")
        assert text == made(everything, {})[0]
    assert json.loads(text.rstrip(",") + "}") == everything


@pytest.mark.parametrize(
    ("common", "part", "expected"),
    [
        ({}, {}, "{"),
        ({"b": 1}, {"view": "x", "sku": "a"}, '{"sku":"a","view":"x","b":1'),
        ({"view": "x"}, {"b": 1, "a": 2}, '{"view":"x","a":2,"b":1'),
        ({"b": 1}, {"a": 2}, '{"a":2,"b":1'),
        ({"sku": 1}, {}, '{"sku":1'),
        ({"b": 1, "updatedAt": "now"}, {"url": "u", "modifiedAt": 5}, '{"url":"u","b":1'),
    ],
)
def test_what_varies_comes_first(common, part, expected):
    assert made(common, part)[0] == expected


@pytest.mark.parametrize(
    ("common", "part", "twin"),
    [
        (("a", "b"), ("c",), ""),
        (("a", "b"), ("b",), "b"),
        (("a", "b"), ("b", "a"), "a"),
        (("deleted",), (), "deleted"),
        ((), ("modifiedAt",), "modifiedAt"),
        (("sku",), ("sku", "deleted"), "deleted"),
    ],
)
def test_a_name_that_stands_twice_is_known(common, part, twin):
    assert RULES.layout_of(common).layout(part).twin == twin


def test_what_is_not_hashed_is_named_in_the_order_in_which_it_is_sent():
    shared = RULES.layout_of(("modifiedAt", "a", "updatedAt"))
    assert (shared.unhashed, shared.layout(("x",)).unhashed) == (("updatedAt", "modifiedAt"), ())


@pytest.mark.parametrize("name", ["%", "%s", "a%(b)s", '"', "100 % \\"])
def test_a_name_of_a_field_may_be_any_text(name):
    assert json.loads(piece([(name, 0)], "{", "}").of(["1"])) == {name: 1}
