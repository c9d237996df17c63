"""From what SQLite keeps to what an item has: each kind of value, lists, objects, and the service's agreement."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.feeds.own import casting
from saasexport.feeds.own.casting import ABSENT
from saasexport.service.validation import problems
from saasexport.shapes import SHAPES, words
from saasexport.shapes.declared import TYPES
from saasexport.shapes.words import Field, ListOf, Record, Rule, Scalar, nullable, optional, record
from saasexport.values import leaving_out


def cast(kind, value, name="f"):
    """The value that is made, and the faults."""
    faults = []
    made = casting.of_type(kind, name)(value, faults)
    return ("-" if made is ABSENT else made), faults


SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
MD5 = "900150983cd24fb0d6963f7d28e17f72"
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (words.STRING, "a", "a"),
        (words.STRING, "", ""),
        (words.STRING, 10, "10"),
        (words.STRING, 10.0, "10"),
        (words.STRING, 9.99, "9.99"),
        (words.STRING, True, "1"),
        (words.STRING, "größe", "größe"),
        (words.KEY, "00123", "00123"),
        (words.KEY, 5, "5"),
        (words.BOOLEAN, 0, False),
        (words.BOOLEAN, 1, True),
        (words.BOOLEAN, 1.0, True),
        (words.BOOLEAN, "", False),
        (words.BOOLEAN, "0", False),
        (words.BOOLEAN, "1", True),
        (words.BOOLEAN, "TRUE", True),
        (words.BOOLEAN, "f", False),
        (words.INTEGER, "12", 12),
        (words.INTEGER, " -12 ", -12),
        (words.INTEGER, "14.0", 14),
        (words.INTEGER, 14.0, 14),
        (words.INTEGER, "9223372036854775807", 9223372036854775807),
        (words.NUMBER, "12.50", 12.5),
        (words.NUMBER, "-1.0", -1),
        (words.NUMBER, ".5", 0.5),
        (words.NUMBER, "1e3", 1000),
        (words.NUMBER, 10, 10),
        (words.NUMBER, 10.0, 10),
        (words.SCALAR, "1", "1"),
        (words.SCALAR, 1.0, 1),
        (words.SCALAR, True, True),
        (words.DATE_TIME, "2026-11-28 09:00:00", "2026-11-28 09:00:00"),
        (words.DATE_TIME, "2026-11-28", "2026-11-28 00:00:00"),
        (words.DATE_TIME, "2026-11-28T09:00:00Z", "2026-11-28 09:00:00"),
        (words.DATE_TIME, "2026-11-28t09:00:00z", "2026-11-28 09:00:00"),
        (words.DATE_TIME, "2026-11-28 09:00:00.999999", "2026-11-28 09:00:00"),
        (words.DATE_TIME, "2026-11-28 09:00", "2026-11-28 09:00:00"),
        (words.DATE_TIME, "2026-11-28T01:00:00+02:00", "2026-11-27 23:00:00"),
        (words.DATE_TIME, "2026-11-28T01:00:00.5-0330", "2026-11-28 04:30:00"),
        (words.RFC3339, "2026-11-28 09:00:00", "2026-11-28T09:00:00+00:00"),
        (words.RFC3339, "2026-11-28T11:00:00+02:00", "2026-11-28T09:00:00+00:00"),
        (words.ANY_TIME, "2026-11-28T09:00:00.1Z", "2026-11-28 09:00:00"),
        (words.BASE64, "w6Q=", "w6Q="),
        (words.MD5, MD5, MD5),
        (words.SHA1, SHA1, SHA1),
        (words.GROUP_OR_ALL, 0, "0"),
        (words.GROUP_OR_ALL, SHA1, SHA1),
        (words.UUID, UUID.upper(), UUID),
        (words.ORDER_STATE, "10", 10),
        (words.one_of("a", "b"), "b", "b"),
        (words.one_of("0", "1"), 1, "1"),
        (words.STRING_OR_NULL, None, None),
        (words.JSON, '{"a": [1, null]}', {"a": [1, None]}),
        (words.JSON, "null", None),
        (words.JSON, "[]", None),
        (words.JSON, 5.0, 5),
        (words.JSON, [{"a": "1", "b": 2.0}], [{"a": "1", "b": 2}]),
    ],
)
def test_a_value_becomes_what_the_field_holds(kind, value, expected):
    made, faults = cast(kind, value)
    assert (made, type(made), faults) == (expected, type(expected), [])


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        (words.STRING, b"x", "binary data where a string belongs"),
        (
            words.STRING,
            b"saasexport: a text that is too long: 12",
            "a text of 12 characters, more than [service] max_body",
        ),
        (words.STRING, float("inf"), "Infinity is not a string"),
        (words.STRING, "a\udcff", "'a\\udcff' is not valid UTF-8 text"),
        (words.KEY, "", "is empty"),
        (words.BOOLEAN, 2, "2 is not true or false"),
        (words.BOOLEAN, "maybe", "'maybe' is not true or false"),
        (words.INTEGER, 1.5, "1.5 is not an integer"),
        (words.INTEGER, "9223372036854775808000", "'9223372036854775808000' is not an integer"),
        (words.INTEGER, "", "'' is not an integer"),
        (words.NUMBER, "", "'' is not a number"),
        (words.NUMBER, "dear", "'dear' is not a number"),
        (words.NUMBER, "1_000", "'1_000' is not a number"),
        (words.NUMBER, "1,5", "'1,5' is not a number"),
        (words.NUMBER, "٣", "'٣' is not a number"),
        (words.NUMBER, "1e999", "'1e999' is not a number"),
        (words.NUMBER, "nan", "'nan' is not a number"),
        (words.NUMBER, float("-inf"), "-Infinity is not a number"),
        (words.NUMBER, "9" * 5000, "'" + "9" * 56 + "... is not a number"),
        (words.DATE_TIME, "yesterday", "'yesterday' is not a time"),
        (words.DATE_TIME, "", "'' is not a time"),
        (words.DATE_TIME, "0000-00-00 00:00:00", "'0000-00-00 00:00:00' is not a time"),
        (words.DATE_TIME, "2026-02-30", "'2026-02-30' is not a time"),
        (words.DATE_TIME, "20261128", "'20261128' is not a time"),
        (words.DATE_TIME, "2026-W48-6", "'2026-W48-6' is not a time"),
        (words.DATE_TIME, "2026-11-28-09:00", "'2026-11-28-09:00' is not a time"),
        (words.DATE_TIME, "0999-01-01", "'0999-01-01' is not a time"),
        (words.DATE_TIME, "9999-12-31T23:59:59-01:00", "'9999-12-31T23:59:59-01:00' is not a time"),
        (words.DATE_TIME, "2026-11-28 09:00:00 (Mars)", "'2026-11-28 09:00:00 (Mars)' is not a time"),
        (words.RFC3339, 1764320400, "1764320400 is not a time"),
        (words.BASE64, "", "'' is not base64"),
        (words.BASE64, "w6Q", "'w6Q' is not base64"),
        (words.MD5, MD5.upper(), f"'{MD5.upper()}' is not 32 hexadecimal digits"),
        (words.SHA1, "a", "'a' is not 40 hexadecimal digits"),
        (words.GROUP_OR_ALL, 1, "1 is not '0' or 40 hexadecimal digits"),
        (words.UUID, "x", "'x' is not a UUID"),
        (words.ORDER_STATE, 11, "11 is not an integer from 0 to 10"),
        (words.one_of("a", "b"), "c", "'c' is not one of a, b"),
        (words.one_of("a", "b"), b"a", "binary data where one of a, b belongs"),
        (words.NOTHING, "x", "'x' where the feed never has a value"),
        (words.JSON, "text", "'text' is not JSON"),
        (words.JSON, "1e999", "'1e999' is not JSON"),
        (words.JSON, "NaN", "'NaN' is not JSON"),
        (words.JSON, '"\\ud800"', "'\"\\\\ud800\"' is not JSON"),
        (words.JSON, "[" * 100_000, "'" + "[" * 56 + "... is not JSON"),
        (words.JSON, [b"x"], '["binary data"] is not JSON'),
    ],
)
def test_what_does_not_fit_is_a_fault_with_the_fields_name(kind, value, reason):
    assert cast(kind, value) == ("-", [f"f: {reason}"])


# Lists and objects

LINK = record({"sku": words.STRING, "type": optional(words.one_of("up", "cross")), "qty": nullable(words.NUMBER)})
NESTED = record({"url": nullable(words.STRING), "size": optional(record({"x": words.INTEGER}))})
ALWAYS = record({"range": record({"from": nullable(words.NUMBER), "to": nullable(words.NUMBER)})})


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (ListOf(words.STRING), '["a", 1]', ["a", "1"]),
        (ListOf(words.STRING), ["a", 2.0], ["a", "2"]),
        (ListOf(words.STRING), "[]", None),
        (ListOf(words.STRING), "null", None),
        (ListOf(words.STRING_OR_NULL), "[null]", [None]),
        (ListOf(LINK), '[{"sku": 5, "qty": "1.50"}]', [{"sku": "5", "qty": 1.5}]),
        (ListOf(LINK), [{"sku": "a", "type": None, "qty": None}], [{"sku": "a", "qty": None}]),
        (LINK, '{"sku": ""}', {"sku": "", "qty": None}),
        (NESTED, "{}", {"url": None}),
        (NESTED, {"size": '{"x": "3"}'}, {"url": None, "size": {"x": 3}}),
        (ALWAYS, "{}", {"range": {"from": None, "to": None}}),
        (ALWAYS, '{"range": {"to": 5}}', {"range": {"from": None, "to": 5}}),
    ],
)
def test_lists_and_objects_are_json_or_put_together_of_columns(kind, value, expected):
    assert cast(kind, value) == (expected, [])


@pytest.mark.parametrize(
    ("kind", "value", "faults"),
    [
        (ListOf(words.STRING), "a, b", ["f: 'a, b' is not JSON"]),
        (ListOf(words.STRING), '{"a": 1}', ['f: {"a": 1} is not a list']),
        (ListOf(words.STRING), 5, ["f: 5 is not a list"]),
        (ListOf(words.STRING), b"[]", ["f: binary data where a list belongs"]),
        (ListOf(words.STRING), "[null]", ["f: an element is null"]),
        (ListOf(LINK), ["null"], ["f: an element is null"]),
        (ListOf(words.INTEGER), '["x", 1, "y"]', ["f: 'x' is not an integer", "f: 'y' is not an integer"]),
        (LINK, "[]", ["f: [] is not an object"]),
        (LINK, "{}", ["f.sku: has no value"]),
        (LINK, '{"sku": "a", "typ": 1}', ["f.typ: is no field of f"]),
        (
            LINK,
            '{"type": "x", "qty": "y"}',
            ["f.sku: has no value", "f.type: 'x' is not one of up, cross", "f.qty: 'y' is not a number"],
        ),
        (NESTED, '{"size": {}}', ["f.size.x: has no value"]),
        (NESTED, '{"size": "[]"}', ["f.size: [] is not an object"]),
        (ListOf(LINK), '[{"sku": "a"}, {"qty": 1}]', ["f.sku: has no value"]),
    ],
)
def test_all_faults_of_a_list_or_an_object_are_told(kind, value, faults):
    assert cast(kind, value) == ("-", faults)


def test_what_is_left_out_is_no_fault():
    with leaving_out(["f.sku", "f.size"]):
        assert cast(LINK, '{"sku": null, "qty": 1}') == ({"qty": 1}, [])
        assert cast(LINK, '{"qty": "x"}') == ("-", ["f.qty: 'x' is not a number"])
        assert cast(NESTED, '{"size": {"x": "y"}}') == ({"url": None, "size": {}}, [])


@pytest.mark.parametrize(
    ("field", "expected", "fits"),
    [
        (Field(words.STRING), {}, False),
        (optional(words.STRING), {}, True),
        (nullable(words.STRING), {"f": None}, True),
        (optional(nullable(words.STRING)), {}, True),
        (Field(words.NOTHING), {"f": None}, True),
    ],
)
def test_no_value_is_left_out_or_null_or_a_fault(field, expected, fits):
    made = {}
    assert (casting.put(made, "f", casting.when_empty(field), None), made) == (fits, expected)


@pytest.mark.parametrize("name", ["image", "image.url", "sku"])
def test_a_field_is_found_by_its_name(name):
    assert casting.field_of(SHAPES["products"], name) is not None


@pytest.mark.parametrize("name", ["", "image.", "image.x", "sku.x", ".image", "images.resource", "Image"])
def test_there_is_no_field_of_another_name(name):
    assert casting.field_of(SHAPES["products"], name) is None


# Rules


@pytest.mark.parametrize(
    ("rule", "made", "faults"),
    [
        (words.exactly_one("a", "b"), {"a": 1}, []),
        (words.exactly_one("a", "b"), {}, ["f.a: exactly one of a and b must have a value"]),
        (words.exactly_one("a", "b"), {"a": 1, "b": 1}, ["f.a: exactly one of a and b must have a value"]),
        (Rule("only_a_root_has_no_path"), {"urlPath": "", "level": 1}, []),
        (Rule("only_a_root_has_no_path"), {"urlPath": "a", "level": 2}, []),
        (Rule("only_a_root_has_no_path"), {"urlPath": "", "level": 2}, ["f.urlPath: may be empty only at level 1"]),
        (Rule("categories_stand_with_their_data"), {"categoryData": None}, []),
        (
            Rule("categories_stand_with_their_data"),
            {"categories": ["a"], "categoryData": None},
            ["f.categories: must have a value when categoryData has one, and only then"],
        ),
        (
            Rule("categories_stand_with_their_data"),
            {"categoryData": [1]},
            ["f.categories: must have a value when categoryData has one, and only then"],
        ),
        (Rule("a_permission_is_whole"), {"id": "fallback-enabled"}, []),
        (Rule("a_permission_is_whole"), {"id": "x"}, ["f.categoryId: has no value, and the item is no fallback"]),
    ],
)
def test_what_breaks_a_rule_is_told(rule, made, faults):
    said = []
    casting.check_rules([rule], made, said, "f.")
    assert said == faults


# The service agrees

SCALARS = [value for value in vars(words).values() if isinstance(value, Scalar)]
GOOD = [
    None,
    0,
    1,
    5,
    -1,
    2.5,
    10.0,
    2**63 - 1,
    "",
    "0",
    "1",
    "12.50",
    "a",
    "allow",
    SHA1,
    MD5,
    UUID,
    UUID.upper(),
    "w6Q=",
]
GOOD += ["2026-11-28 09:00:00", "2026-11-28T09:00:00Z", "9999-12-31", "Enabled", "related", "[]", "{}", '["a"]', "null"]
BAD = [b"x", float("inf"), "\udcff", "1e999", "[null]", '{"a": 1e999}', '"\\ud800"', "NaN", 10**30, "9" * 400]
PLAIN = st.sampled_from(GOOD + BAD) | st.text(max_size=8) | st.integers() | st.floats() | st.binary(max_size=4)
DEEP = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


def values(kind):
    """Values for a type: mostly of its form, with every kind of value that SQLite keeps in it."""
    if isinstance(kind, ListOf):
        return st.one_of(st.lists(values(kind.element), max_size=2), PLAIN)
    if isinstance(kind, Record):
        fields = {name: values(field.type) for name, field in kind.fields.items()}
        return st.one_of(st.fixed_dictionaries({}, optional=fields), st.fixed_dictionaries(fields), PLAIN)
    if kind.choices:
        return st.sampled_from(kind.choices) | PLAIN
    return DEEP if kind.kind == "json" else PLAIN


def as_json(value):
    """A list or an object as the JSON that a column has; its values may be what JSON cannot write."""
    try:
        return json.dumps(value) if isinstance(value, list | dict) else value
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize("kind", [*SCALARS, *map(ListOf, SCALARS), *TYPES.values()], ids=str)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_made_of_any_value_is_valid_for_the_service_or_a_fault(kind, data):
    value = data.draw(values(kind))
    if value is None:
        return
    for each in (value, as_json(value)):
        made, faults = cast(kind, each)
        assert (made == "-") == bool(faults) or made == each
        if not faults and made is not None:
            assert list(problems(kind, made)) == []
            json.dumps(made, allow_nan=False, ensure_ascii=False).encode()


FIELDS = [
    pytest.param(field, id=f"{feed}.{name}")
    for feed, shape in SHAPES.items()
    for name, field in shape.item.fields.items()
    if not isinstance(field.type, Scalar)
]


@pytest.mark.parametrize("field", FIELDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_field_of_any_feed_is_valid_for_the_service_or_a_fault(field, data):
    value = data.draw(values(field.type))
    faults = []
    made = {}
    given_value = None if value is None else casting.of_type(field.type, "f")(as_json(value), faults)
    fits = casting.put(made, "f", casting.when_empty(field), given_value)
    if fits and not faults:
        assert list(problems(Record({"f": field}), made)) == []
