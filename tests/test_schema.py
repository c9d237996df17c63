"""What we create is described where an admin looks: in the sqlite3 shell."""

import re
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.support import ROOT, Exporter

SCHEMA = "select type, name, tbl_name, sql from sqlite_master order by type, name"
OF_THE_SHOP = "select type, name, sql from sqlite_master where sql like '%saasexport%' order by type desc, name"


@pytest.fixture(scope="module")
def installed(tmp_path_factory, demo_shop_file):
    """An installation on the demo shop."""
    return Exporter.on_copy(tmp_path_factory.mktemp("schema"), demo_shop_file)


def test_installing_twice_changes_nothing(installed):
    before = installed.ask(SCHEMA), installed.ask_shop(SCHEMA)
    version = installed.ask_shop("pragma schema_version")
    settings = "select * from installation"
    kept = installed.ask(settings)
    installed.run("saasexport", "init", "--shop", installed.shop_file, check=True)
    assert (installed.ask(SCHEMA), installed.ask_shop(SCHEMA)) == before
    assert installed.ask_shop("pragma schema_version") == version
    assert installed.ask(settings) == kept


def uncommented(sql, columns):
    """The columns whose line has no comment, and the table itself if it has none of its own."""
    found = [] if re.match(r"(?i)create table \S+ \(\n *-- \S", sql) else ["(the table)"]
    for column in columns:
        line = re.search(rf"(?m)^ *{column}\b.*$", sql)
        if line is None or not re.search(r"-- \S", line.group()):
            found.append(column)
    return found


def test_every_table_and_column_of_our_database_has_a_comment(installed):
    missing = {}
    for name, sql in installed.ask("select name, sql from sqlite_master where type = 'table'"):
        columns = [row[1] for row in installed.ask(f"pragma table_info({name})")]
        if found := uncommented(sql, columns):
            missing[name] = found
    assert missing == {}


def test_every_table_and_column_that_is_added_to_the_shop_has_a_comment(installed):
    tables = [(name, sql) for kind, name, sql in installed.ask_shop(OF_THE_SHOP) if kind == "table"]
    assert len(tables) == 13
    for name, sql in tables:
        assert uncommented(sql, ["version_id", "entity_id", "via"]) == [], name


def test_every_trigger_in_the_shop_says_whose_it_is(installed):
    (identity,) = installed.ask("select installation_id from installation")[0]
    triggers = [(name, sql) for kind, name, sql in installed.ask_shop(OF_THE_SHOP) if kind == "trigger"]
    assert len(triggers) % 3 == 0
    assert [name for name, sql in triggers if f"/* saasexport {identity} */" not in sql] == []


def test_every_index_says_which_question_it_answers(installed):
    indexes = installed.ask("select name, sql from sqlite_master where type = 'index' and sql is not null")
    assert len(indexes) == 27
    assert [name for name, sql in indexes if not re.search(r"-- \S", sql)] == []


def test_the_schema_as_printed_makes_the_same_database(installed, demo_shop_file, tmp_path):
    printed = installed.run("saasexport", "schema", check=True).stdout
    own, _, added = printed.partition("-- Added to the shop, ")
    with closing(sqlite3.connect(tmp_path / "again.sqlite")) as again:
        again.executescript(own)
        assert again.execute(SCHEMA).fetchall() == installed.ask(SCHEMA)
    shutil.copy(demo_shop_file, tmp_path / "shop.sqlite")
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as shop:
        shop.executescript(added.partition("\n")[2])
        assert shop.execute(OF_THE_SHOP).fetchall() == installed.ask_shop(OF_THE_SHOP)


def test_every_feed_has_its_table_and_all_are_alike(installed):
    query = "select name from sqlite_master where type = 'table' and sql like '%What was sent of the feed%'"
    tables = installed.ask(query)
    layouts = {str(installed.ask(f"pragma table_info({name})")) for (name,) in tables}
    assert (len(tables), len(layouts)) == (13, 1)


@pytest.mark.parametrize("view", ["feed_status", "failed_items", "changelog_backlog"])
def test_the_views_can_be_asked_by_anybody(installed, view):
    assert isinstance(installed.ask(f"select * from {view}"), list)


def test_every_view_says_what_it_is(installed):
    views = installed.ask("select name, sql from sqlite_master where type = 'view' order by name")
    assert [name for name, _ in views] == ["changelog_backlog", "failed_items", "feed_status"]
    for name, sql in views:
        assert sql.splitlines()[1].startswith("-- One line per "), name


def test_the_view_of_feeds_names_their_tables(installed):
    assert installed.ask("select feed_table, changelog from feed_status where feed = 'orders'") == [
        ("sales_data_exporter_orders_v2", "sales_order_data_exporter_v2_cl")
    ]


WRITES = re.compile(r"(?:insert[ \w]* into|update|delete from) \{feed_table\}")


def test_only_the_feed_table_itself_and_migrations_write_it():
    package = ROOT / "saasexport"
    own = {package / "database" / "feed_table.sql", package / "database" / "feed_table.py"}
    files = [path for path in package.rglob("*") if path.suffix in (".sql", ".py") and path not in own]
    writers = [
        str(path.relative_to(package))
        for path in files
        if "migrations" not in path.parts and WRITES.search(path.read_text())
    ]
    assert writers == []
