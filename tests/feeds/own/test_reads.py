"""What queries read, as SQLite says it, and which queries are refused; the shop is opened anew for each."""

import sqlite3

import pytest

from saasexport.feeds.own import reads
from saasexport.queries import quote

SHOP = """
create table item (id integer primary key, parent_id integer, name text, shelf_id integer);
create table shelf (id integer primary key, label text, above_id integer);
create index shelf_above on shelf (above_id);
create table "order" (id integer primary key, total text);
create table "o""dd" (k text primary key) without rowid;
create table Capitals (Id integer primary key, "Two Words" text);
create view shown as select item.id, name, label from item left join shelf on shelf.id = shelf_id;
create view seen as select id, label from shown;
create view one as select * from two;
create view two as select * from one;
create virtual table words using fts5(word);
create table link (item_id integer, shelf_id integer, primary key (shelf_id, item_id));
"""


@pytest.fixture
def shop(tmp_path):
    """The shop, as a reader that has not used it yet."""
    path = tmp_path / "shop.sqlite"
    maker = sqlite3.connect(path)
    maker.executescript(SHOP)
    maker.close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    yield connection
    connection.close()


def read(shop, query):
    """What the query reads."""
    return reads.of_query(shop, reads.Schema(shop), query, {"ids": "[]", "now": "", "keys": "[]"})


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("select id as entity, name from item", {"item": {"id", "name"}}),
        ("select 1 as entity", {}),
        ("values (1, 2)", {}),
        ("select count(*) from item", {"item": {""}}),
        ("select exists (select 1 from shelf)", {"shelf": {""}}),
        ("select label from seen", {"item": {"id", "name", "shelf_id"}, "shelf": {"id", "label"}}),
        ("with x as (select name from item) select * from x", {"item": {"name"}}),
        (
            "with recursive up (n) as (select 1 union select above_id from shelf, up where id = n) select n from up",
            {"shelf": {"id", "above_id"}},
        ),
        ('select total from "order"', {"order": {"total"}}),
        ("select total from [order]", {"order": {"total"}}),
        ('select k from "o""dd"', {'o"dd': {"k"}}),
        ('select "two words" from CAPITALS', {"Capitals": {"Two Words"}}),
        ("select word from words where words match 'x'", {"words": {"word", "words"}}),
        ("select name from item where id in (select value from json_each(:ids))", {"item": {"id", "name"}}),
        ("select key from json_tree(:ids)", {}),
        ("select name from pragma_table_info('item')", {}),
        ("select name from sqlite_master", {"sqlite_master": {"name"}}),
        ("select name from sqlite_schema", {"sqlite_master": {"name"}}),
        ("select name from item -- a comment; at the end", {"item": {"name"}}),
        ("/* before; */ select name /* within */ from item", {"item": {"name"}}),
        ("-- before\nSELECT ';', '--', name FROM item", {"item": {"name"}}),
    ],
)
def test_tables_and_columns_are_named_through_views_and_expressions(shop, query, columns):
    assert read(shop, query).columns == columns


def test_a_virtual_table_is_known_as_one(shop):
    schema = reads.Schema(shop)
    assert [schema.kind(name) for name in ("words", "WORDS", "item", "seen", "none")] == [
        "virtual table",
        "virtual table",
        "table",
        "view",
        "",
    ]


@pytest.mark.parametrize(
    ("query", "repeated"),
    [
        ("select name from item", set()),
        ("select a.name from item as a join item as b on b.id = a.parent_id", {"item"}),
        ("select name, (select count(*) from item) from item", {"item"}),
        ("select label from shelf where above_id = 1", set()),
        ("select id from shelf where above_id = 1", set()),
        ("select a.id from shelf as a join shelf as b on b.above_id = a.id", {"shelf"}),
        ("select seen.label from seen join shelf", {"shelf"}),
        ("select name from item where id in (select parent_id from item)", {"item"}),
        ("select name from item union all select label from shelf", set()),
        ("select name from item union all select name from item", {"item"}),
        ('select a.k from "o""dd" as a, "o""dd" as b', {'o"dd'}),
    ],
)
def test_a_table_that_is_opened_twice_is_named(shop, query, repeated):
    assert read(shop, query).repeated == repeated


@pytest.mark.parametrize(
    ("query", "repeated"),
    [
        ("with v as (select * from item) select v.id, w.name from v join v as w on w.id = v.parent_id", {"item"}),
        ("with v as materialized (select * from item) select v.id from v, v as w", {"item"}),
        ("select id from (select id, lag(name) over (order by id) as before from item) where id = 1", {"item"}),
        ("select id, count(*) over (partition by parent_id) from item", {"item"}),
        ("select id, first_value(name) over (partition by shelf_id order by id) from item", {"item"}),
        ("select id, (select max(n) from (select row_number() over () as n from shelf)) from item", {"item", "shelf"}),
        ("with v as (select * from item) select v.id from v", set()),
        (
            "select link.item_id from link join shelf on shelf.id = link.shelf_id"
            " where link.shelf_id in (select value from json_each(:ids))",
            set(),
        ),
        (
            "select link.item_id from shelf join link on link.shelf_id = shelf.id join item on item.id = link.item_id"
            " where link.shelf_id in (select value from json_each(:ids)) and item.name is null",
            set(),
        ),
        ("select id, max(name) from item group by id", set()),
    ],
)
def test_a_table_is_read_twice_where_what_was_made_of_it_is(shop, query, repeated):
    assert read(shop, query).repeated == repeated


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select 1 as entity, 2 as \"image.url\", 3 as 'item.sku'", ("entity", "image.url", "item.sku")),
        ("select id, id from item", ("id", "id:1")),
        ("select * from Capitals", ("Id", "Two Words")),
        ("select id as entity from item order by 1 limit 3 -- end", ("entity",)),
        ("with x as (select 1 as entity) select * from x", ("entity",)),
    ],
)
def test_the_columns_of_the_result_are_named(shop, query, names):
    assert read(shop, query).names == names


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "is not a single select"),
        ("-- nothing", "is not a single select"),
        ("select 1; select 2", "is not a single select"),
        ("select 1; delete from item", "is not a single select"),
        ("delete from item", "is not a select"),
        ("insert into item (id) values (1) returning id", "is not a select"),
        ("replace into item (id) values (1)", "is not a select"),
        ("attach 'x' as y", "is not a select"),
        ("pragma user_version = 1", "is not a select"),
        ("explain select 1", "is not a select"),
        ("create table x (y)", "is not a select"),
        ("with x as (select 1) delete from item", "writes"),
        ("with x as (select 1) insert into item (id) select * from x returning id", "writes"),
        ("with x as (select 1) update item set name = 'x' returning id", "writes"),
        ("select load_extension('x')", "loads an extension"),
        (
            "select * from pragma_index_list('item')",
            "uses a table-valued function that is none of json_each, json_tree and pragma_table_info",
        ),
        ("select name from itme", "no such table: itme"),
        ("select nmae from item", "no such column: nmae"),
        ("select * from one", "view one is circularly defined"),
        ("select 1 +", "incomplete input"),
        ("select ?", "? is no parameter; they are written as :ids"),
        ("select ?1", "?1 is no parameter; they are written as :ids"),
        ("select @ids", "@ids is no parameter; they are written as :ids"),
        ("select $ids", "$ids is no parameter; they are written as :ids"),
    ],
)
def test_what_is_not_one_select_that_only_reads_is_refused(shop, query, reason):
    with pytest.raises(reads.Refused) as refused:
        read(shop, query)
    assert str(refused.value) == reason


def test_a_missing_parameter_is_refused(shop):
    with pytest.raises(reads.Refused, match="binding"):
        read(shop, "select :other")


def test_what_was_refused_leaves_no_authorizer(shop):
    with pytest.raises(reads.Refused):
        read(shop, "select load_extension('x')")
    assert shop.execute("select count(*) from pragma_index_list('shelf')").fetchone() == (1,)


def test_a_virtual_table_whose_module_is_not_here_spoils_no_other_query(shop, tmp_path):
    maker = sqlite3.connect(tmp_path / "shop.sqlite")
    maker.execute("pragma writable_schema = on")
    maker.execute(
        "insert into sqlite_master values ('table', 'alien', 'alien', 0, 'create virtual table alien using nosuch(a)')"
    )
    maker.commit()
    maker.close()
    assert read(shop, "select name from item").columns == {"item": {"name"}}
    with pytest.raises(reads.Refused, match="no such module: nosuch"):
        read(shop, "select * from alien")


def test_a_row_is_named_by_the_first_column_of_its_primary_key(shop):
    schema = reads.Schema(shop)
    assert [schema.key_column(name) for name in ("item", "link", 'o"dd', "capitals")] == ["id", "shelf_id", "k", "Id"]


# The text of a query


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select :ids, :now", ["ids", "now"]),
        ("select ':ids', \":ids\", [:ids], `:ids` -- :ids\n /* :ids */", []),
        ("select :ids || :ids", ["ids"]),
        ("select 'it''s :x', :y", ["y"]),
        ("select a::b", []),
        ("select(:base_url)", ["base_url"]),
    ],
)
def test_parameters_are_those_of_the_code(query, names):
    assert list(reads.parameters_of(query)) == names


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select :ids", "select (1)"),
        ("select :ids, :idss, ':ids', :ids", "select (1), :idss, ':ids', (1)"),
        ("select :ids -- :ids", "select (1) -- :ids"),
        ("select 1", "select 1"),
        ("f(:ids)", "f((1))"),
    ],
)
def test_a_parameter_is_replaced_where_it_is_one(query, expected):
    assert reads.with_parameter(query, ":ids", "(1)") == expected


@pytest.mark.parametrize("name", ["a", 'o"dd', "order", "a b", "Ä"])
def test_a_quoted_name_is_the_name(name):
    connection = sqlite3.connect(":memory:")
    connection.execute(f"create table {quote(name)} (x)")
    assert connection.execute("select name from sqlite_master").fetchall() == [(name,)]
    connection.close()
