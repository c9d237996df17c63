"""Canonical JSON, and the two hashes made of it."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.database.hashing import canonical, encode, feed_hash, feed_id, text_of, unencodable, without
from saasexport.values import Shared

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


QUICKLY = settings(deadline=None, max_examples=50)


@QUICKLY
@given(JSON)
def test_what_is_encoded_can_be_read_back(value):
    assert json.loads(encode(value)) == value


@pytest.mark.thorough
@QUICKLY
@given(st.dictionaries(st.text(min_size=1), JSON, min_size=1))
def test_the_parts_of_an_item_encoded_apart_are_the_item(item):
    names = list(item)
    common = {name: item[name] for name in names[::2]}
    part = {name: item[name] for name in names[1::2]}
    together = "{" + encode(part)[1:-1] + ("," if part else "") + encode(common)[1:-1] + "}"
    assert json.loads(together) == item


def test_nothing_is_written_that_need_not_be():
    assert encode({"a": [1, "é", None, True]}) == '{"a":[1,"é",null,true]}'


@QUICKLY
@given(JSON)
def test_a_value_is_encoded_as_the_standard_library_does_with_sorted_keys(value):
    assert text_of(value) == canonical(value)
    assert canonical(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@QUICKLY
@given(st.dictionaries(st.text(), JSON, min_size=1))
def test_what_is_shared_is_encoded_as_what_is_not(value):
    shared = Shared(value)
    for _ in range(2):
        assert text_of(shared) == canonical(value)
        assert text_of([shared, value, shared, None]) == canonical([value, value, value, None])


def test_an_identity_is_its_values_joined_by_nul():
    assert feed_id(["24-MB01", "default"]) == hashlib.sha1(b"24-MB01\0default").hexdigest()
    assert feed_id([5]) == feed_id(["5"]) == hashlib.sha1(b"5").hexdigest()


@QUICKLY
@given(st.lists(st.text(st.characters(exclude_characters="\0")), min_size=2, max_size=3))
def test_identities_that_differ_have_different_hashes(values):
    assert feed_id(values) != feed_id([*values[:-1], values[-1] + "x"])
    assert feed_id(values) == feed_id(tuple(values))


def test_an_identity_of_text_that_is_not_utf8_has_a_hash_all_the_same():
    assert feed_id(["caf\udce9"]) != feed_id(["caf\udce8"])


def test_a_content_is_hashed_as_it_stands():
    assert feed_hash(b'{"a":1') == hashlib.sha1(b'{"a":1').hexdigest()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_json_is_not_encoded(value):
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        encode(value)


ITEM = {"a": 1, "b": {"c": 2, "d": {"e": 3}}, "f": [{"g": 4, "h": 5}, {"g": 6}, "text", None], "i": None}


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("a", {name: value for name, value in ITEM.items() if name != "a"}),
        ("b", {name: value for name, value in ITEM.items() if name != "b"}),
        ("b.c", {**ITEM, "b": {"d": {"e": 3}}}),
        ("b.d.e", {**ITEM, "b": {"c": 2, "d": {}}}),
        ("f.g", {**ITEM, "f": [{"h": 5}, {}, "text", None]}),
        ("x", ITEM),
        ("b.x", ITEM),
        ("a.x", ITEM),
        ("i.x", ITEM),
        ("f.x", ITEM),
    ],
)
def test_a_field_is_left_out_wherever_it_stands(dotted, expected):
    before = json.dumps(ITEM)
    assert without(ITEM, dotted) == expected
    assert json.dumps(ITEM) == before


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"a": 1, "b": "\udce9"}, "b: text that is not valid UTF-8"),
        ({"a": {"b": ["\ud800"]}}, "a: text that is not valid UTF-8"),
        ({"a": [float("nan")]}, "a: not a finite number"),
        ({"a": 1}, "the item cannot be encoded"),
    ],
)
def test_the_field_that_cannot_be_encoded_is_named(item, reason):
    assert unencodable(item) == reason
