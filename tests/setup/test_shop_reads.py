"""What feeds read of a shop, as a mirror must copy it."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.feeds import all_feeds, further_feeds
from saasexport.feeds.own import reads
from saasexport.setup import shop_reads
from tests.support import ROOT


@pytest.fixture
def shop(demo_shop_file):
    """The demo shop, which has every table."""
    with closing(sqlite3.connect(demo_shop_file)) as connection:
        yield connection


def test_every_file_of_queries_belongs_to_a_feed():
    feeds = [*all_feeds().values(), *further_feeds("optimizer").values()]
    modules = set().union(*(shop_reads.asking_modules(feed) for feed in feeds))
    files = {*ROOT.glob("saasexport/feeds/**/*.sql"), *ROOT.glob("saasexport/shop/*.sql")}
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert sorted(name for name in names - modules if ".own." not in name) == []


def test_every_query_of_the_feeds_says_what_it_reads(shop):
    schema = reads.Schema(shop)
    further = [feed for variant in ("all", "used") for feed in further_feeds("optimizer", variant).values()]
    for feed in (*all_feeds().values(), *further):
        for query in shop_reads._queries(feed):
            reads.of_query(shop, schema, query, shop_reads._Parameters())  # refused, its tables would not be copied


def test_of_a_table_only_the_columns_that_feeds_read_are_named(shop):
    feeds = all_feeds()
    columns = shop_reads.of_feeds(shop, [feeds["scopesWebsite"]], {})

    assert columns == {
        "core_config_data": {"path", "scope", "scope_id", "value"},
        "store": {"store_id", "code", "group_id"},
        "store_group": {"group_id", "code", "website_id"},
        "store_website": {"website_id", "code"},
    }


def test_what_is_read_is_enough_for_every_query(shop):
    columns = shop_reads.of_feeds(shop, all_feeds().values(), {})
    with closing(sqlite3.connect(":memory:")) as copy:
        for table, names in columns.items():
            keys = {row[1] for row in shop.execute(f"pragma table_info({table})") if row[5]}
            copy.execute(f"create table {table} ({', '.join(names | keys) or 'nothing'})")
        schema = reads.Schema(copy)
        for feed in all_feeds().values():
            for query in shop_reads._queries(feed):
                reads.of_query(copy, schema, query, shop_reads._Parameters())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select c from a join b using (k)", {"a": {"c", "k"}, "b": {"k"}}),
        ('select c from a join b USING("K")', {"a": {"c", "k"}, "b": {"k"}}),
        ("select c from a join b using (k, m)", {"a": {"c", "k", "m"}, "b": {"k", "m"}}),
        ("select c from a natural join b", {"a": {"c", "k", "m"}, "b": {"d", "k", "m"}}),
        ("select c from a join b on a.k = b.m", {"a": {"c", "k"}, "b": {"m"}}),
        ("select c from a join b using (k) -- using (m)", {"a": {"c", "k"}, "b": {"k"}}),
    ],
)
def test_columns_that_tables_are_joined_by_are_read(query, expected):
    with closing(sqlite3.connect(":memory:")) as shop:
        shop.executescript("create table a (c, k, m); create table b (d, k, m)")
        schema = reads.Schema(shop)
        columns = reads.of_query(shop, schema, query, {}).columns | {}
        columns = {"a": set(), "b": set()} | {table: {name for name in some if name} for table, some in columns.items()}
        assert shop_reads._with_joined(query, columns, schema) == expected


def test_no_password_is_read(shop):
    columns = shop_reads.of_feeds(shop, all_feeds().values(), {})
    assert not {"password_hash", "rp_token"} & set().union(*columns.values())


def test_of_a_shop_that_lacks_a_table_the_others_are_read(shop):
    with closing(sqlite3.connect(":memory:")) as other:
        for table, sql in shop.execute("select name, sql from sqlite_master where type = 'table'").fetchall():
            if table not in ("magento_catalogpermissions", "sqlite_sequence"):
                other.execute(sql)
        columns = shop_reads.of_feeds(other, all_feeds().values(), {})
    assert "sku" in columns["catalog_product_entity"]
