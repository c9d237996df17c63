"""The digests of what the shop says, beside their definition: the SHA-256 of an item's sorted JSON."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.database.digests import MOST, Digester
from saasexport.database.items import Encoder
from saasexport.feed import EntityItems
from saasexport.values import Shared
from tests import tiny

THINGS = tiny.THINGS.with_fields(identity=("code", "view"), unhashed=("note",))


def digests_of(common, *parts, **more):
    """The digests of an entity's items, as hex digits, by their keys."""
    entity = EntityItems(7, common, list(parts))
    compared = Digester(Encoder(THINGS, **more)).digest_items([entity])
    assert {each.entity_id for each in compared} <= {7}
    return {each.key.hex(): each.digest.hex() for each in compared}


def key(*identity):
    return hashlib.sha1("\0".join(identity).encode()).hexdigest()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("common", "part", "text"),
    [
        ({"code": "a"}, {}, '{"code":"a"}'),
        ({"code": "a", "old": 1, "art": None}, {"big": True}, '{"big":true,"code":"a","old":1}'),
        ({}, {"code": "a"}, '{"code":"a"}'),
        ({"code": "a", "note": "n"}, {"updatedAt": "t"}, '{"code":"a"}'),
        ({"code": "a", "p": 10.0, "q": 2.5}, {"r": 1e16}, '{"code":"a","p":10,"q":2.5,"r":10000000000000000}'),
        ({"code": "a"}, {"l": [1.0, "1.0", {"b": None, "a": -0.0}]}, '{"code":"a","l":[1,"1.0",{"a":0,"b":null}]}'),
        ({"code": "a", "s": "+e+ \u00e9\u20ac%s\n"}, {}, '{"code":"a","s":"+e+ \u00e9\u20ac%s\\n"}'),
        ({"code": "a", "s": Shared({"d": 3.0})}, {}, '{"code":"a","s":{"d":3}}'),
        ({"code": "a", "%s": "%"}, {'q"': 1}, '{"%s":"%","code":"a","q\\"":1}'),
    ],
)
def test_a_digest_is_that_of_the_sorted_json(common, part, text):
    whole = f'{text[:-1]},"view":"x"}}'
    assert digests_of(common, {**part, "view": "x"}) == {key("a", "x"): sha256(whole)}


def test_the_items_of_an_entity_may_have_different_fields():
    parts = [{"view": "x"}, {"view": "y", "z": 1}, {"a": 1, "view": "z"}]
    assert digests_of({"code": "c"}, *parts) == {
        key("c", "x"): sha256('{"code":"c","view":"x"}'),
        key("c", "y"): sha256('{"code":"c","view":"y","z":1}'),
        key("c", "z"): sha256('{"a":1,"code":"c","view":"z"}'),
    }


@pytest.mark.parametrize(
    "part",
    [
        {"view": None},  # identifies the item and has no value
        {"view": "y", "code": "twice"},
        {"view": "y", "deleted": True},  # the engine's
        {"view": "y", "bytes": b"x"},
        {"view": "y", "number": float("inf")},
        {"view": "y", "text": "\ud800"},
        {"view": "y", "long": "x" * 5000},
    ],
)
def test_what_cannot_be_sent_has_no_digest_and_costs_its_neighbour_none(part):
    compared = digests_of({"code": "c"}, {"view": "x"}, part, max_body=4000)
    assert compared == {key("c", "x"): sha256('{"code":"c","view":"x"}')}


def test_what_is_excluded_is_not_compared():
    assert digests_of({"code": "c", "price": {"net": 1, "gross": 2}}, {"view": "x"}, exclude=("price.net",)) == {
        key("c", "x"): sha256('{"code":"c","price":{"gross":2},"view":"x"}')
    }


def test_any_number_of_sets_of_names_is_taken():
    digester = Digester(Encoder(THINGS))
    for number in range(MOST + 5):
        entity = EntityItems(1, {"code": "c", f"n{number}": 1}, [{"view": "x"}])
        [compared] = digester.digest_items([entity])
        assert compared.digest.hex() == sha256(f'{{"code":"c","n{number}":1,"view":"x"}}')


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(-1e15, 1e15).filter(lambda number: number % 1) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.thorough
@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.text(alphabet="abc.+", min_size=1), VALUES, max_size=6), st.integers(0, 6))
def test_it_is_no_matter_which_fields_the_items_share(fields, cut):
    item = {"code": "c", **fields}
    names = list(item)
    part = {"view": "x", **{name: item[name] for name in names[cut:]}}
    text = json.dumps({**item, "view": "x"}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert digests_of({name: item[name] for name in names[:cut]}, part) == {key("c", "x"): sha256(text)}
