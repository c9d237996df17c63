"""The items of a feed whose file is SQL, assembled from a small shop, compared with literals."""

import json
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saasexport.entity_key import DECLARED_INTEGER, TEXT
from saasexport.feed import EntityItems, FailedItem, Shop
from saasexport.feeds import all_feeds
from saasexport.feeds.own import casting
from saasexport.feeds.own.assembly import Assembler, Column
from saasexport.feeds.own.loading import Surroundings, load
from saasexport.service.validation import Validator
from saasexport.shapes import SHAPES
from saasexport.shapes.words import Scalar
from saasexport.values import leaving_out
from tests.feeds.own.test_casting import as_json, values

SHOP = """
create table item (id integer primary key, code, locale, a, b, c);
create table part (item_id, code, locale, x, y, z);
create table keyed (k, name);
"""
HEAD = "-- feed: goods\n-- entity: item.id\n-- identity: code, locale\n-- unwatched: part, tried here\n"


@pytest.fixture
def shop():
    """The shop, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SHOP)
    yield connection
    connection.close()


def assembled(shop, text, ids=(1, 2, 3), exclude=()):
    """What the feed of a file assembles."""
    loaded = load("goods.sql", text, Surroundings(shop, all_feeds(), {}))
    assert loaded.lines() == []
    with leaving_out(exclude):
        return list(loaded.feed.assemble(Shop(shop, feed="goods"), ids))


def query(columns, name="items", table="item"):
    """A query of a file."""
    return f"-- name: {name}\nselect {columns} from {table} order by rowid;\n"


ITEMS = "id as entity, code, coalesce(locale, 'en') as locale"


# Objects


@pytest.mark.parametrize(
    ("values_of_row", "image"),
    [
        (("u", "l", 5), {"url": "u", "label": "l", "size": {"x": 5}}),
        (("u", None, None), {"url": "u"}),
        ((None, None, 5), {"size": {"x": 5}}),
        (("", 0, None), {"url": "", "label": 0}),
        ((None, None, None), None),
    ],
)
def test_columns_with_a_dot_are_fields_of_a_field(shop, values_of_row, image):
    shop.execute("insert into item values (1, 'a', 'en', ?, ?, ?)", values_of_row)
    text = HEAD + query(f'{ITEMS}, a as "image.url", b as "image.label", c as "image.size.x"')
    item = {"code": "a", "locale": "en"}
    expected = {**item, "image": image} if image is not None else item
    assert assembled(shop, text) == [EntityItems(1, {}, [expected], [])]


def test_a_field_of_a_field_may_have_a_declared_type(shop):
    shop.execute("insert into item values (1, 'a', 'en', '1.50', 'x', null), (2, 'b', 'en', 'dear', 'x', null)")
    text = HEAD + "-- field: price.amount number\n" + query(f'{ITEMS}, a as "price.amount", b as "price.unit"')
    assert assembled(shop, text) == [
        EntityItems(1, {}, [{"code": "a", "locale": "en", "price": {"amount": 1.5, "unit": "x"}}], []),
        EntityItems(2, {}, [], [FailedItem({"code": "b", "locale": "en"}, "price.amount: 'dear' is not a number")]),
    ]


@pytest.mark.parametrize("names", [("a", "a.b"), ("a.b", "a"), ("a.b", "a.b.c"), ("a.b.c.d", "a.b")])
def test_a_column_within_another_is_a_fault_of_the_file(shop, names):
    columns = ", ".join(f'1 as "{name}"' for name in names)
    inner = max(names, key=len)
    outer = min(names, key=len)
    for text, field in (
        (HEAD + query(f"{ITEMS}, {columns}"), inner),
        (HEAD + query(ITEMS) + query(f"item_id as entity, {columns}", "parts", "part"), f"parts.{inner}"),
    ):
        [line] = load("goods.sql", text, Surroundings(shop, all_feeds(), {})).lines()
        assert line.endswith(f": {field}: its field {outer} is a column as well")


# Lists


def test_a_list_is_of_the_rows_of_its_entity(shop):
    shop.execute("insert into item values (1, 'a', 'en', 0, 0, 0), (2, 'b', 'en', 0, 0, 0)")
    shop.execute("insert into part values (1, 0, 0, 'p', 2.0, null), (1, 0, 0, 'q', '2', null), (9, 0, 0, 'r', 1, 1)")
    text = HEAD + query(ITEMS)
    text += query('item_id as entity, x, y, z as "more.z"', "parts", "part")
    text += query("item_id as entity, x", "names", "part")
    item = {"locale": "en"}
    assert assembled(shop, text) == [
        EntityItems(
            1,
            {},
            [{"code": "a", **item, "parts": [{"x": "p", "y": 2}, {"x": "q", "y": "2"}], "names": ["p", "q"]}],
            [],
        ),
        EntityItems(2, {}, [{"code": "b", **item}], []),
    ]


@pytest.mark.parametrize(
    ("kind", "held", "named", "is_one"),
    [
        ("integer", 5, "5", True),
        ("integer", "5", 5.0, True),
        ("text", 5.0, "5", True),
        ("text", "05", 5, False),
        ("boolean", "1", 1, True),
        ("boolean", 0, "false", True),
        ("time", "2026-01-02T03:04:05Z", "2026-01-02 03:04:05", True),
        ("number", "1.50", 1.5, True),
        ("integer", 5, "x", False),
        ("integer", 5, None, False),
        ("text", "a", b"a", False),
        ("text", "a", "A", False),
    ],
)
def test_a_row_finds_its_item_as_the_field_reads_both(shop, kind, held, named, is_one):
    shop.execute("insert into item values (1, 'a', ?, 0, 0, 0)", [held])
    shop.execute("insert into part values (1, 'a', ?, 'x', 0, 0)", [named])
    text = f"{HEAD}-- field: locale {kind}\n" + query("id as entity, code, locale")
    text += query('item_id as entity, x, locale as "item.locale"', "parts", "part")
    [entity] = assembled(shop, text)
    assert [part.get("parts") for part in entity.parts] == [["x"] if is_one else None]


def test_a_list_may_be_restricted_by_several_fields(shop):
    shop.execute("insert into item values (1, 'a', 'en', 0, 0, 0), (2, 'b', 'en', 0, 0, 0)")
    shop.execute("insert into part values (1, 'a', 'en', 1, 0, 0), (1, 'a', 'de', 2, 0, 0), (1, 'b', 'en', 3, 0, 0)")
    text = HEAD + query("1 as entity, code, locale")
    text += query('locale as "item.locale", code as "item.code", item_id as entity, x', "parts", "part")
    [entity] = assembled(shop, text)
    assert [(part["code"], part["parts"]) for part in entity.parts] == [("a", [1]), ("b", [3])]


def test_lists_of_a_published_feed_are_null_where_there_are_none(shop):
    shop.execute("insert into item values (1, 'P', 'en', 0, 0, 0), (2, 'Q', 'en', '[]', 0, 0)")
    text = "-- feed: variants\n-- entity: item.id\n-- unwatched: part, tried here\n" + query(
        "id as entity, md5(id) as id, 1 as parentId, 2 as productId, 'p' as parentSku, code as productSku,"
        " iif(a = '[]', a, '[{\"attributeCode\": 5}]') as optionValues"
    )
    assert assembled(shop, text) == [
        EntityItems(
            1,
            {},
            [
                {
                    "id": "c4ca4238a0b923820dcc509a6f75849b",
                    "parentId": "1",
                    "productId": "2",
                    "parentSku": "p",
                    "productSku": "P",
                    "optionValues": [{"attributeCode": "5", "uid": None, "label": None, "valueIndex": None}],
                }
            ],
            [],
        ),
        EntityItems(2, {}, [], [FailedItem({"parentSku": "p", "productSku": "Q"}, "optionValues: has no value")]),
    ]


# Faults


def test_all_faults_of_an_item_are_told_and_no_neighbour_has_them(shop):
    shop.execute("insert into item values (1, 'a', 'en', 'x', 'y', null), (2, 'b', 'en', 1, '2026-01-01', null)")
    shop.execute("insert into part values (1, 0, 0, x'00', 0, 0)")
    text = HEAD + "-- field: a number\n-- field: b time\n-- field: parts json\n" + query(f"{ITEMS}, a, b")
    text += query("item_id as entity, x", "parts", "part")
    faults = "a: 'x' is not a number; b: 'y' is not a time; parts: [\"binary data\"] is not JSON"
    assert assembled(shop, text) == [
        EntityItems(1, {}, [], [FailedItem({"code": "a", "locale": "en"}, faults)]),
        EntityItems(2, {}, [{"code": "b", "locale": "en", "a": 1, "b": "2026-01-01 00:00:00"}], []),
    ]


@pytest.mark.parametrize("code", [None, "", b"x"])
def test_an_item_without_identity_is_set_aside_with_what_is_known_of_it(shop, code):
    shop.execute("insert into item values (1, ?, 'en', 0, 0, 0), (2, 'b', 'en', 0, 0, 0)", [code])
    [first, second] = assembled(shop, HEAD + query(ITEMS))
    assert (first.parts, [failed.identity for failed in first.failed]) == ([], [{"locale": "en"}])
    assert first.failed[0].error.startswith("code: ")
    assert second == EntityItems(2, {}, [{"code": "b", "locale": "en"}], [])


def test_items_with_one_identity_are_set_aside_whatever_else_is_wrong_with_them(shop):
    shop.execute("insert into item values (1, 'a', 'en', 'x', 0, 0), (2, 'a', 'en', 1, 0, 0), (3, 'b', 'en', 1, 0, 0)")
    text = HEAD + "-- field: a number\n" + query("1 as entity, code, locale, a")
    reason = "2 items with one identity (code a, locale en): a join may give rows more than once"
    assert assembled(shop, text) == [
        EntityItems(
            1,
            {},
            [{"code": "b", "locale": "en", "a": 1}],
            [FailedItem({"code": "a", "locale": "en"}, reason)],
        )
    ]


@pytest.mark.parametrize("error", ["sold: not yet", 5, "", b"x"])
def test_a_column_error_is_the_only_reason(shop, error):
    shop.execute("insert into item values (1, 'a', 'en', 'x', ?, 0)", [error])
    text = HEAD + "-- field: a number\n" + query(f"{ITEMS}, a, b as error")
    [entity] = assembled(shop, text)
    assert entity.failed == [FailedItem({"code": "a", "locale": "en"}, str(error))]


def test_a_reason_is_one_text_that_can_be_stored(shop):
    options = json.dumps([{f"\ud800{number}": 1} for number in range(9999)])
    shop.execute("insert into item values (1, 'a', 'en', ?, 0, 0)", [options])
    text = "-- feed: variants\n-- entity: item.id\n" + query(
        "id as entity, md5(id) as id, 1 as parentId, 2 as productId, 'p' as parentSku, code as productSku,"
        " a as optionValues"
    )
    [entity] = assembled(shop, text)
    [failed] = entity.failed
    assert failed.error.startswith("optionValues.\\ud8000: is no field of optionValues; optionValues.\\ud8001: ")
    assert len(failed.error.encode()) == 2000


def test_what_is_left_out_is_no_fault_and_not_asked_for(shop):
    shop.execute("insert into item values (1, 'a', 'en', 'x', 'y', 'z')")
    text = HEAD + "-- field: a number\n-- field: image.size number\n-- field: image.y number\n"
    text += query(f'{ITEMS}, a, b as "image.size", 3 as "image.y"')
    text += query("item_id as entity, x, abs(-9223372036854775808) as y", "parts", "part")
    shop.execute("insert into part values (1, 0, 0, 0, 0, 0)")
    [entity] = assembled(shop, text, exclude=["a", "image.size", "parts"])
    assert entity == EntityItems(1, {}, [{"code": "a", "locale": "en", "image": {"y": 3}}], [])


# Entities


@pytest.mark.parametrize(
    ("kind", "held", "ids"),
    [
        ("integer", [1, "2", 3.0, 4.5, None, "x", b"\x01"], [1, 2, 3]),
        ("text", ["00123", "123", "a'b", "ä", "", None], ["00123", "123", "a'b", "ä"]),
        ("text", [1, 2.5, "1"], ["1", "2.5"]),
    ],
)
def test_entities_are_named_by_their_keys(shop, kind, held, ids):
    shop.executemany("insert into keyed values (?, 'n')", [[value] for value in held])
    text = f"-- feed: goods\n-- entity: keyed.k {kind}\n-- identity: code\n"
    text += "-- name: items\nselect distinct k as entity, typeof(k) || cast(k as text) as code from keyed;\n"
    assert [entity.id for entity in assembled(shop, text, ids)] == ids
    assert load("x", text, Surroundings(shop, {}, {})).feed.key is (TEXT if kind == "text" else DECLARED_INTEGER)


def test_entities_come_in_the_order_in_which_they_are_asked_for(shop):
    shop.executemany("insert into item values (?, ?, 'en', 0, 0, 0)", [(1, "a"), (2, "b"), (3, "c")])
    assert [entity.id for entity in assembled(shop, HEAD + query(ITEMS), [3, 1, 9, 2])] == [3, 1, 2]


# The service agrees


@pytest.mark.sample(1)
@pytest.mark.parametrize("feed", SHAPES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_item_of_any_values_is_valid_for_the_service_or_set_aside(feed, data):
    shape = SHAPES[feed]
    fields = {name: it for name, it in shape.item.fields.items() if name not in ("deleted", shape.exported)}
    columns = tuple(
        Column(at, name, it, casting.of_type(it.type, name)) for at, (name, it) in enumerate(fields.items(), 1)
    )
    assembler = Assembler("", 0, None, columns, (), fields, {}, shape.identity, DECLARED_INTEGER, shape.item.rules)
    usual = {name: as_json(data.draw(usual_value(it))) for name, it in fields.items()}
    changed = data.draw(st.sampled_from(list(fields)))
    row = {**usual, changed: as_json(data.draw(st.none() | values(fields[changed].type)))}
    for given_row in (usual, row):
        [entity] = assembler(_Rows([(1, *given_row.values())]), [1])
        for item in entity.parts:
            moment = "2026-01-01T00:00:00+00:00" if shape.exported == "updatedAt" else "2026-01-01 00:00:00"
            whole = {**item, "deleted": False, shape.exported: moment}
            problems = [problem for problem in _problems(feed, whole) if problem.path != shape.exported]
            assert problems == []


class _Rows:
    """A shop that gives these rows."""

    def __init__(self, rows):
        self.rows = lambda query, ids: rows


def _problems(feed, item):
    checked = Validator(SHAPES[feed]).check(item)
    return checked if isinstance(checked, list) else []


SAMPLES = {
    "date_time": "2026-11-28T09:00:00Z",
    "rfc3339": "2026-11-28 09:00:00",
    "any_time": "2026-11-28",
    "base64": "w6Q=",
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "group_or_all": 0,
    "uuid": "0F8FAD5B-D9CB-469F-A165-70867728950E",
    "key": "k",
    "nothing": None,
}


def usual_value(field):
    """Values that fit, of one field."""
    kind = field.type
    if not isinstance(kind, Scalar):
        return st.none() | values(kind)
    if kind.choices:
        return st.sampled_from(kind.choices)
    return st.just(SAMPLES.get(kind.kind, "1"))
