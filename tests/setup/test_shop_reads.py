"""What feeds read of a shop, as a mirror must copy it."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.feeds import all_feeds
from saasexport.feeds.own import reads
from saasexport.setup import shop_reads
from tests.support import ROOT


@pytest.fixture
def shop(demo_shop_file):
    """The demo shop, which has every table."""
    with closing(sqlite3.connect(demo_shop_file)) as connection:
        yield connection


def test_every_file_of_queries_belongs_to_a_feed():
    modules = set().union(*(shop_reads.asking_modules(feed) for feed in all_feeds().values()))
    files = {*ROOT.glob("saasexport/feeds/**/*.sql"), *ROOT.glob("saasexport/shop/*.sql")}
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert sorted(name for name in names - modules if ".own." not in name) == []


def test_every_query_of_the_feeds_says_what_it_reads(shop):
    schema = reads.Schema(shop)
    for feed in all_feeds().values():
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
