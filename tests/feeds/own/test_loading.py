"""A feed's file, from its text to a feed or its faults; the shop is small enough to know by heart."""

import sqlite3

import pytest

from saasexport.entity_key import DECLARED_INTEGER, TEXT
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Setting, Shop, Subscription
from saasexport.feeds import all_feeds
from saasexport.feeds.own.loading import Surroundings, load

SHOP = """
create table article (id integer primary key, code text, title text, shelf_id integer, price text, changed text);
create table shelf (id integer primary key, label text, above_id integer);
create table label (article_id integer, language text, word text);
create table option (name text primary key, value text);
create table "odd name" (k text primary key, "a column" text);
create table token (id blob primary key, name text);
create view shown as select article.*, shelf.label from article left join shelf on shelf.id = article.shelf_id;
create virtual table words using fts5(word);
insert into article values (1, 'a', 'Apple', 1, '1.50', '2026-01-02T03:04:05Z'), (2, 'b', 'Bread', 1, 'x', null);
insert into shelf values (1, 'top', null);
insert into label values (1, 'en', 'red'), (1, 'en', 'green'), (2, 'en', 'brown'), (1, 'de', 'rot');
insert into token values (x'00ff', 'x');
"""

HEAD = "-- feed: goods\n-- entity: article.id\n-- identity: code\n"
ITEMS = "-- name: items\nselect id as entity, code from article where id in (select value from json_each(:ids));\n"


@pytest.fixture
def shop():
    """The shop, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SHOP)
    yield connection
    connection.close()


def read(shop, text, **parameters):
    """The file read against the shop."""
    return load("feeds.d/goods.sql", text, Surroundings(shop, all_feeds(), parameters))


def items(shop, text, ids=(1, 2)):
    """What the feed of a file assembles."""
    loaded = read(shop, text)
    assert loaded.lines() == []
    pass_ = Shop(shop, feed="goods")
    return list(loaded.feed.assemble(pass_, ids))


# A feed


def test_a_file_is_a_feed(shop):
    loaded = read(shop, HEAD + "-- title: Our Goods\n-- kept: title\n-- batch_size: 7\n" + ITEMS)

    assert loaded.lines() == []
    feed = loaded.feed
    assert (feed.name, feed.title, feed.table, feed.changelog) == (
        "goods",
        "Our Goods",
        "cde_goods_feed",
        "cde_goods_feed_cl",
    )
    assert (feed.identity, feed.minimal, feed.batch_size, feed.legacy) == (("code",), ("title",), 7, False)
    assert feed.key is DECLARED_INTEGER
    assert feed.subscriptions == (Subscription("article", "id"),)
    assert feed.origin == "feeds.d/goods.sql"
    assert shop.execute(feed.walk, {"after": 0, "limit": 5}).fetchall() == [(1,), (2,)]
    assert shop.execute(feed.count, {"after": 1, "upto": 9}).fetchall() == [(1,)]


def test_a_published_feed_keeps_what_is_published(shop):
    fields = (
        "code as sku, 'base' as websiteCode, '0' as customerGroupCode, id as productId, 'SIMPLE' as type, 1 as regular"
    )
    text = f"-- feed: prices\n-- entity: article.id\n-- name: items\nselect id as entity, {fields} from article;"

    feed = read(shop, text).feed

    published = all_feeds()["prices"]
    for name in ("identity", "minimal", "table", "indexer", "title", "batch_size", "time_field", "time_format"):
        assert getattr(feed, name) == getattr(published, name)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-- entity: article.id", DECLARED_INTEGER),
        ("-- entity: article.id text", TEXT),
        ("-- entity: article.code", TEXT),
        ("-- entity: article.shelf_id", DECLARED_INTEGER),
        ("-- entity: article.code integer", DECLARED_INTEGER),
        ('-- entity: "odd name".k', TEXT),
        ("-- entity: ARTICLE.ID", DECLARED_INTEGER),
    ],
)
def test_entity_ids_are_of_the_kind_that_is_declared(shop, line, expected):
    assert read(shop, f"-- feed: goods\n{line}\n-- identity: code\n{ITEMS}").feed.key is expected


def test_another_file_or_another_parameter_that_it_names_is_another_feed(shop):
    text = HEAD + "-- name: items\nselect id as entity, :base_url || code as code from article;"
    first = read(shop, text, base_url="https://a/").feed.digest

    assert read(shop, text, base_url="https://a/", other="x").feed.digest == first
    assert read(shop, text, base_url="https://b/").feed.digest != first
    assert read(shop, text + " ", base_url="https://a/").feed.digest != first


# What is watched


def watched(shop, lines, query, more=""):
    """The subscriptions and settings of a feed with these lines and these items."""
    loaded = read(shop, f"{HEAD}{lines}\n-- name: items\n{query};\n{more}")
    assert loaded.lines() == []
    return loaded.feed.subscriptions, loaded.feed.settings, loaded.compared


JOINED = (
    "select article.id as entity, code, label from article left join shelf on shelf.id = shelf_id"
    " where article.id in (select value from json_each(:ids))"
)


@pytest.mark.parametrize(
    ("lines", "query", "expected", "compared"),
    [
        ("", JOINED, [Subscription("shelf", "id", EVERYTHING)], ["shelf"]),
        ("-- everything: shelf", JOINED, [Subscription("shelf", "id", EVERYTHING)], []),
        ("-- unwatched: shelf, it never changes", JOINED, [], []),
        ("-- watch: SHELF.ID", JOINED, [Subscription("shelf", "id")], []),
        ("", "select id as entity, code, label from shown", [Subscription("shelf", "id", EVERYTHING)], ["shelf"]),
        (
            "",
            "select id as entity, code, (select count(*) from shelf) as n from article",
            [Subscription("shelf", "id", EVERYTHING)],
            ["shelf"],
        ),
        (
            "",
            "select id as entity, code, exists (select 1 from label) as n from article",
            [Subscription("label", "article_id", EVERYTHING)],
            ["label"],
        ),
        (
            "-- watch: label.article_id",
            "with l as (select * from label) select id as entity, code, word from article join l on l.article_id = id",
            [Subscription("label", "article_id")],
            [],
        ),
    ],
)
def test_what_is_read_is_watched_compared_as_a_whole_or_left_unwatched_with_a_reason(
    shop, lines, query, expected, compared
):
    subscriptions, _, whole = watched(shop, lines, query)

    assert list(subscriptions) == [Subscription("article", "id"), *expected]
    assert whole == compared


def test_the_entitys_own_table_read_twice_has_everything_compared_unless_a_line_names_it(shop):
    twice = (
        "select one.id as entity, one.code, other.title from article as one join article as other on other.id = one.id"
    )

    assert watched(shop, "", twice)[0] == (Subscription("article", "id", EVERYTHING),)
    assert watched(shop, "-- watch: article.id", twice)[0] == (Subscription("article", "id"),)


def test_a_via_is_a_query(shop):
    via = "-- name: via_shelf\nselect id from article where shelf_id in (select value from json_each(:keys));"
    subscriptions, _, _ = watched(shop, "-- watch: shelf.id via shelf", JOINED, via)

    assert subscriptions == (Subscription("article", "id"), Subscription("shelf", "id", "shelf"))


def test_settings_are_rows_with_some_values(shop):
    query = "select id as entity, code, (select value from option where name = 'it''s') as o from article"
    subscriptions, settings, _ = watched(shop, "-- everything: option.name in ('a', 'it''s', 3)", query)

    assert settings == (Setting("option", "name", ("a", "it's", 3)),)
    assert subscriptions == (Subscription("article", "id"),)


# Items


def test_types_come_from_the_fields_that_are_declared(shop):
    fields = "-- field: price number\n-- field: changed time\n-- field: labels json\n"
    query = "-- name: items\nselect id as entity, code, title, price, changed from article order by id;\n"
    labels = "-- name: labels\nselect article_id as entity, word from label where language = 'en' order by word;\n"

    made = items(shop, HEAD + fields + query + labels)

    assert made == [
        EntityItems(
            1,
            {},
            [
                {
                    "code": "a",
                    "title": "Apple",
                    "price": 1.5,
                    "changed": "2026-01-02 03:04:05",
                    "labels": ["green", "red"],
                }
            ],
            [],
        ),
        EntityItems(2, {}, [], [FailedItem({"code": "b"}, "price: 'x' is not a number")]),
    ]


def test_a_row_of_a_list_may_belong_to_some_items_of_its_entity(shop):
    head = "-- feed: goods\n-- entity: article.id\n-- identity: code, locale\n-- watch: label.article_id\n"
    query = (
        "-- name: items\nselect distinct article_id as entity, 'a' || article_id as code, language as locale"
        " from label order by 1, 3;\n"
    )
    words = '-- name: words\nselect article_id as entity, language as "item.locale", word from label order by word;\n'

    made = items(shop, head + query + words)

    assert [part for entity in made for part in entity.parts] == [
        {"code": "a1", "locale": "de", "words": ["rot"]},
        {"code": "a1", "locale": "en", "words": ["green", "red"]},
        {"code": "a2", "locale": "en", "words": ["brown"]},
    ]


def test_a_column_error_sets_its_item_aside_with_that_reason(shop):
    query = (
        "-- name: items\nselect id as entity, code, iif(id = 1, 'price: asks for it', null) as error from article;\n"
    )

    assert items(shop, HEAD + query) == [
        EntityItems(1, {}, [], [FailedItem({"code": "a"}, "price: asks for it")]),
        EntityItems(2, {}, [{"code": "b"}], []),
    ]


def test_a_join_that_doubles_rows_sets_the_entity_aside(shop):
    query = (
        "-- name: items\nselect id as entity, code from article join label on article_id = id where language = 'en';\n"
    )

    assert items(shop, HEAD + "-- watch: label.article_id\n" + query) == [
        EntityItems(
            1,
            {},
            [],
            [FailedItem({"code": "a"}, "2 items with one identity (code a): a join may give rows more than once")],
        ),
        EntityItems(2, {}, [{"code": "b"}], []),
    ]


def test_what_items_gives_of_other_entities_is_left_alone(shop):
    assert items(shop, HEAD + "-- name: items\nselect id as entity, code from article;\n", [2]) == [
        EntityItems(2, {}, [{"code": "b"}], [])
    ]


# Faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "-- name: items\nselect 1 as entity;",
            [": lacks the line -- entity: table.column", ": lacks the line -- feed: NAME"],
        ),
        (HEAD, [": lacks the query -- name: items"]),
        (
            "-- feed: Goods\n-- entity: article.id\n" + ITEMS,
            [":1: feed: 'Goods' is no name of a feed: a small letter, then letters, digits and _, 40 at most"],
        ),
        (
            "-- feed: goods\n-- entity: article.id\n" + ITEMS,
            [": lacks the line -- identity: the fields that identify an item of goods"],
        ),
        (
            "-- feed: prices\n-- entity: article.id\n-- title: Ours\n" + ITEMS,
            [":3: title: of the feed prices it is published and cannot be changed"],
        ),
        (HEAD + "-- wacht: label.article_id\n" + ITEMS, [":4: unknown directive wacht; did you mean watch?"]),
        (HEAD + "-- feed: wares\n" + ITEMS, [":4: feed stands twice, first in line 1"]),
        (
            HEAD + "-- watch: label\n" + ITEMS,
            [":4: expected -- watch: table.column, or -- watch: table.column via name"],
        ),
        (HEAD + "-- watch: labels.article_id\n" + ITEMS, [":4: watch: no table labels; did you mean label?"]),
        (
            HEAD + "-- watch: label.articleid\n" + ITEMS,
            [":4: watch: label has no column articleid; did you mean article_id?"],
        ),
        (
            HEAD + "-- watch: shown.id\n" + ITEMS,
            [":4: watch: shown is a view, which cannot be watched: name the tables that it reads"],
        ),
        (HEAD + "-- watch: label.article_id via shelf\n" + ITEMS, [":4: watch: there is no query via_shelf"]),
        (
            HEAD + "-- everything: option.name in (a)\n" + ITEMS,
            [":4: expected -- everything: table, or -- everything: table.column in ('a', 'b')"],
        ),
        (HEAD + "-- unwatched: shelf\n" + ITEMS, [":4: expected -- unwatched: table, and after a comma the reason"]),
        (
            "-- feed: goods\n-- entity: token.id\n-- identity: name\n"
            "-- name: items\nselect id as entity, name from token;",
            [
                ":2: entity: token.id holds binary keys (blobs), which cannot be entity ids;"
                " keep them in the shop as text, as lower(hex(...)) writes them"
            ],
        ),
        (
            HEAD + "-- name: items\nselect id as entity, code,\n       titel from article;",
            [":6: query items: no such column: titel"],
        ),
        (
            HEAD + "-- name: items\nselect code from article;",
            [":4: query items: the first column is code, expected entity"],
        ),
        (HEAD + ITEMS + ITEMS, [":6: query items stands twice, first in line 4"]),
        (HEAD + "-- name: items\ndelete from article;", [":4: query items: is not a select"]),
        (HEAD + "-- name: items\nwith a as (select 1) delete from article;", [":4: query items: writes"]),
        (HEAD + "-- name: items\nattach 'x' as y;", [":4: query items: is not a select"]),
        (HEAD + "-- name: items\nselect 1 as entity; select 2;", [":4: query items: is not a single select"]),
        (
            HEAD + "-- name: items\nselect load_extension('x') as entity, code from article;",
            [":4: query items: loads an extension"],
        ),
        (
            HEAD + "-- name: items\nselect id as entity, code, :base_ulr as u from article;",
            [":5: query items: no parameter :base_ulr; there are :ids, :now, :since"],
        ),
        (
            HEAD + "-- name: items\nselect id as entity, code, code from article;",
            [":5: query items: column code stands twice"],
        ),
        (
            HEAD + "-- name: items\nselect id as entity, code, 1 as deleted from article;",
            [":5: deleted: is set by the exporter"],
        ),
        (HEAD + ITEMS + "-- name: words\nselect word from label;", [":6: query words: has no column entity"]),
        (
            HEAD + ITEMS + '-- name: words\nselect 1 as entity, 2 as "item.title", word from label;',
            [":7: item.title: does not identify an item; code do"],
        ),
        (
            HEAD + "-- name: items\nselect rowid as entity, word as code from words;",
            [":4: words is read and cannot be watched; say so: -- unwatched: words, and why"],
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(shop, text, expected):
    loaded = read(shop, text)

    assert loaded.lines()[: len(expected)] == [f"feeds.d/goods.sql{each}" for each in expected]
    assert loaded.feed is None


PRICE = (
    "select id as entity, code as sku, 'base' as websiteCode, '0' as customerGroupCode, 'SIMPLE' as type, 1 as regular"
)


@pytest.mark.parametrize(
    ("query", "more", "expected"),
    [
        (f"{PRICE} from article", "", ":3: query items: gives no productId, which every item of prices has"),
        (
            f"{PRICE}, id as productId, 1 as discont from article",
            "",
            ":4: discont: is no field of prices; did you mean discounts?",
        ),
        (
            f"{PRICE}, id as productId from article",
            "-- name: parent\nselect 1 as entity;",
            ":5: query parent: is no field of prices; did you mean parents?",
        ),
        (
            f"{PRICE}, id as productId from article",
            "-- name: regular\nselect 1 as entity, 2 as regular;",
            ":5: query regular: the field is no list; give it as a column of items",
        ),
        (
            f"{PRICE}, id as productId from article",
            "-- name: tierPrices\nselect 1 as entity, 2 as price;",
            ":5: query tierPrices: gives no qty, which every element has",
        ),
        (
            f"{PRICE}, id as productId from article",
            "-- name: parents\nselect 1 as entity, 'x' as type, 'y' as sku, 2 as z;",
            ":6: parents.z: is no field of parents",
        ),
    ],
)
def test_what_does_not_fit_a_published_feed_is_a_fault_of_the_file(shop, query, more, expected):
    loaded = read(shop, f"-- feed: prices\n-- entity: article.id\n-- name: items\n{query};\n{more}")

    assert loaded.lines() == [f"feeds.d/goods.sql{expected}"]


def test_all_faults_of_a_head_are_told(shop):
    text = "-- feed: goods\n-- entity: article\n-- wacht: x\n-- batch_size: many\n-- field: weight heavy\n" + ITEMS

    assert len(read(shop, text).lines()) == 5
