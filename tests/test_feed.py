"""A feed that says little: what is derived for it, and what it subscribes to."""

import sqlite3

import pytest

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Items, Setting, Shop, Subscription


def feed(entity=("point", "point_id"), name="loyaltyPoints", **more):
    """A feed of a newcomer."""
    return Feed(name=name, identity=("pointId",), entity=entity, assemble=lambda shop, ids: (), **more)


def queries_of(text):
    """The queries of a file with this text."""
    return queries.Queries("points.sql", queries.parse(text))


def test_a_name_is_enough_for_all_other_names():
    points = feed()
    assert (points.table, points.view, points.indexer) == ("cde_loyalty_points_feed",) * 3
    assert (points.changelog, points.title) == ("cde_loyalty_points_feed_cl", "Loyalty Points Feed")


def test_an_indexer_and_a_changelog_are_named_as_the_table_unless_they_are_given():
    points = feed(table="loyalty", indexer="loyalty_exporter")
    assert (points.table, points.changelog, points.indexer) == ("loyalty", "loyalty_cl", "loyalty_exporter")


@pytest.mark.parametrize(
    ("declared", "values", "walked", "counted"),
    [
        ("create table point (point_id integer primary key)", [3, 1, 2], [1, 2, 3], 3),
        ('create table "order" ("group" integer)', [2, 1, 2], [1, 2], 2),
        ("create table point (point_id int)", [5, None, 7], [5, 7], 2),
        ('create table "a ""b""" ("c""d" integer)', [4], [4], 1),
        ("create table point (point_id text)", ["b", "a", "00123"], ["00123", "a", "b"], 3),
        ("create table point (point_id integer primary key)", [], [], 0),
    ],
)
def test_the_entities_are_the_values_of_the_key_column_each_once(declared, values, walked, counted):
    shop = sqlite3.connect(":memory:")
    shop.execute(declared)
    table = shop.execute("select name from sqlite_master").fetchone()[0]
    column = shop.execute("select name from pragma_table_info(?)", (table,)).fetchone()[0]
    quoted = table.replace('"', '""')
    shop.executemany(f'insert into "{quoted}" values (?)', [(value,) for value in values])
    points = feed((table, column))
    is_text = "text" in declared
    lowest, highest = ("", b"\xff") if is_text else (-1, 100)
    rows = shop.execute(points.walk, {"after": lowest, "limit": 10}).fetchall()
    number = shop.execute(points.count, {"after": lowest, "upto": highest}).fetchone()[0]
    assert ([row[0] for row in rows], number) == (walked, counted)
    shop.close()


def test_a_walk_goes_on_after_a_key_and_is_no_longer_than_its_limit():
    shop = sqlite3.connect(":memory:")
    shop.execute("create table point (point_id integer primary key)")
    shop.executemany("insert into point values (?)", [(each,) for each in range(1, 8)])
    assert shop.execute(feed().walk, {"after": 2, "limit": 3}).fetchall() == [(3,), (4,), (5,)]
    plan = shop.execute("explain query plan " + feed().walk, {"after": 2, "limit": 3}).fetchall()
    assert [row[3] for row in plan] == ["SEARCH point USING INTEGER PRIMARY KEY (rowid>?)"]
    shop.close()


def test_a_column_that_is_not_there_is_no_text():
    shop = sqlite3.connect(":memory:")
    shop.execute("create table point (point_id integer)")
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        shop.execute(feed(("point", "id")).walk, {"after": 0, "limit": 1})
    shop.close()


def test_queries_of_the_file_take_the_place_of_derived_ones():
    points = feed(sql=queries_of("-- name: walk\nselect 1;\n-- name: count\nselect 2;"))
    assert (points.walk, points.count) == ("select 1", "select 2")
    assert feed(sql=queries_of("-- name: walk\nselect 1;"), walk="select 3").walk == "select 3"


def test_a_via_has_the_query_of_its_name():
    watched = (Subscription("customer", "customer_id", via="customer"),)
    points = feed(sql=queries_of("-- name: via_customer\nselect 1;"), subscriptions=watched)
    assert points.vias == {"customer": "select 1"}
    with pytest.raises(AttributeError, match=r"no query via_customer in points\.sql"):
        feed(sql=queries_of("-- name: walk\nselect 1;"), subscriptions=watched)


def test_the_table_of_the_entities_is_watched_without_a_word():
    assert feed().all_subscriptions() == (Subscription("point", "point_id"),)
    other = Subscription("point", "customer_id")
    assert feed(subscriptions=(other,)).all_subscriptions() == (Subscription("point", "point_id"), other)
    given = (Subscription("point", "point_id", via=EVERYTHING),)
    assert feed(subscriptions=given).all_subscriptions() == given


def test_subscriptions_to_one_key_share_a_row_and_find_what_all_of_them_find():
    watched = (Subscription("link", "id", "parent"), Subscription("link", "id"), Subscription("link", "id", "child"))
    points = feed(subscriptions=watched, vias={"parent": "select 7", "child": "select 9"})
    assert points.all_subscriptions() == (Subscription("point", "point_id"), Subscription("link", "id", "link"))
    shop = sqlite3.connect(":memory:")
    assert shop.execute(points.vias["link"], {"keys": "[8]"}).fetchall() == [(7,), (8,), (9,)]
    shop.close()


@pytest.mark.parametrize("columns", [("point_id", "above_id"), ("above_id", "point_id"), ("above_id", "below_id")])
@pytest.mark.parametrize("other", ["point", "point.above_id"])
def test_subscriptions_to_several_keys_of_one_table_find_each_their_own(columns, other):
    vias = {"one": "select 1", "two": "select 2", other: "select 3"}
    first, second = columns
    subscriptions = (
        *(Subscription("point", first), Subscription("point", first, via="one")),
        *(Subscription("point", second), Subscription("point", second, via="two")),
        Subscription("shelf", "point_id", via=other),
    )
    made = feed(subscriptions=subscriptions, vias=vias)
    shop = sqlite3.connect(":memory:")
    answers = {
        (each.table, each.column): {row[0] for row in shop.execute(made.vias[each.via], {"keys": "[7]"})}
        for each in made.subscriptions
        if each.via
    }
    shop.close()
    own = {first, second} & {"point_id"}
    assert answers == {("point", first): {7, 1}, ("point", second): {7, 2}, ("shelf", "point_id"): {3}}
    assert len(made.subscriptions) == (3 if own else 4)
    assert [each for each in made.subscriptions if not each.via] == ([] if own else [Subscription("point", "point_id")])


def test_of_subscriptions_to_one_key_one_that_concerns_everything_is_enough():
    watched = (Subscription("link", "id", "parent"), Subscription("link", "id", EVERYTHING))
    points = feed(subscriptions=watched, vias={"parent": "select 7"})
    assert (points.all_subscriptions()[1:], points.vias) == ((Subscription("link", "id", EVERYTHING),), {})


def test_settings_of_one_column_are_watched_once():
    settings = (Setting("option", "name", ("a",)), Setting("option", "name", ("b", 1)), Setting("tax", "id", (1,)))
    points = feed(settings=settings)
    assert points.all_subscriptions()[1:] == (
        Subscription("option", "name", "option.name"),
        Subscription("tax", "id", "tax.id"),
    )
    assert points.setting_keys() == {"option.name": {"a", "b", "1"}, "tax.id": {"1"}}


def test_rows_are_grouped_by_their_first_column_in_their_order():
    shop = Shop(sqlite3.connect(":memory:"))
    query = "select value % 2, value, -value from json_each(:ids) order by value desc"
    assert shop.group(query, [1, 2, 3, 4]) == {0: [(4, -4), (2, -2)], 1: [(3, -3), (1, -1)]}
    assert shop.group(query, []) == {}
    assert shop.group("select :word, 1", word="a") == {"a": [(1,)]}
    shop.connection.close()


@pytest.mark.parametrize("key", [b"", b"\xff", b"7", float("inf"), float("-inf"), 1.5, "x", "\udcff", None])
def test_an_id_that_is_none_finds_no_row_and_hides_no_other(key):
    shop = sqlite3.connect(":memory:")
    assert Shop(shop).rows("select value from json_each(:ids) where value in (1, 7, 9)", [1, key, 9]) == [(1,), (9,)]
    shop.close()


def test_an_entity_has_one_item_unless_it_says_otherwise():
    assert list(EntityItems(1, {"code": "a"}).parts) == [{}]


def test_an_item_with_an_invalid_value_fails_and_its_neighbours_go_on():
    items = Items()

    def made(name):
        if name == "bad":
            raise InvalidValue("name", "is bad")
        return {"name": name} if name else None

    for language, name in (("en", "Cup"), ("de", "bad"), ("fr", ""), ("it", "Tazza")):
        items.add({"language": language}, made, name)
    assert items.of(7, {"code": "a"}) == EntityItems(
        7,
        {"code": "a"},
        [{"language": "en", "name": "Cup"}, {"language": "it", "name": "Tazza"}],
        [FailedItem({"language": "de"}, "name: is bad")],
    )


def test_an_entity_all_of_whose_items_failed_has_none():
    items = Items()
    items.add({"code": "a"}, _fails)
    assert items.of(1) == EntityItems(1, {}, [], [FailedItem({"code": "a"}, "code: is missing")])


def _fails():
    raise InvalidValue("code", "is missing")
