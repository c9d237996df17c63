"""An older database of ours becomes the same as a fresh one, and keeps what it knows.

tests/schemas/<n>.sql is a whole database of schema n, as that version made it.
When schema.sql changes, raise SCHEMA_VERSION, write saasexport/migrations/<n>.sql
and let UPDATE_SCHEMAS=1 pytest tests/test_migrations.py keep the new schema, too.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from saasexport import queries
from saasexport.database import db, indexer, migrations
from saasexport.errors import DatabaseError
from saasexport.feed import Feed
from saasexport.feeds import all_feeds
from tests.support import ROOT

SCHEMAS = ROOT / "tests" / "schemas"
VERSIONS = sorted(int(path.stem) for path in SCHEMAS.glob("*.sql"))
MOMENT = "2026-01-02 03:04:05"

# What every database of a kept schema holds, and has to hold afterwards.
ROWS = {
    "environment": f"insert into environment values (0, 'testing-1', '{MOMENT}')",
    "data_exporter_uuid": f"insert into data_exporter_uuid values ('6ba7b810', 7, 'order', '{MOMENT}')",
    "cde_products_feed": (
        "insert into cde_products_feed (id, source_entity_id, feed_id, feed_data, feed_hash, status, metadata,"
        f" modified_at, environments) values (3, 7, 'abc', '{{\"sku\":\"A\"}}', 'def', 200, '{{}}', '{MOMENT}', 1)"
    ),
}

INSTALLATION = (
    "insert into installation (only_row, installation_id, program, cleaned_at)"
    f" values (1, '0123456789abcdef', '0.0.1', '{MOMENT}')"
)
SETTINGS = (
    "insert into setting values ('installation_id', '0123456789abcdef'), ('program', '0.0.1'),"
    f" ('cleaned_at', '{MOMENT}'), ('triggers', 'CREATE TRIGGER x'), ('config', '{{}}')"
)


def fresh(path, fixed=db.SCHEMA.fixed):
    """A new database of ours, with its feed tables, as `init` makes it."""
    ours = sqlite3.connect(path, isolation_level=None)
    feeds = all_feeds().values()
    for script in (fixed, *(db.feed_table_script(feed) for feed in feeds)):
        for statement in db.statements(script):
            ours.execute(statement)
    for feed in feeds:
        indexer.add(ours, feed, MOMENT)
    ours.execute(f"pragma user_version = {db.SCHEMA_VERSION}")
    return ours


def kept(version, path=":memory:"):
    """A database of a kept schema, with a few rows."""
    ours = sqlite3.connect(path, isolation_level=None)
    ours.executescript((SCHEMAS / f"{version}.sql").read_text())
    for statement in (*ROWS.values(), INSTALLATION if version > 1 else SETTINGS):
        ours.execute(statement)
    return ours


def dumped(ours):
    """The database as SQL."""
    lines = [*ours.iterdump(), f"PRAGMA user_version = {db.SCHEMA_VERSION};"]
    return "".join(f"{line}\n" for line in lines)


def described(ours):
    """Every table, column and index, and their texts with the comments."""
    found = {"texts": set(ours.execute("select type, name, tbl_name, sql from sqlite_master where type <> 'view'"))}
    for (table,) in ours.execute("select name from sqlite_master where type = 'table' order by name").fetchall():
        found[table] = ours.execute(f'pragma table_xinfo("{table}")').fetchall()
        indexes = sorted(row[1:] for row in ours.execute(f'pragma index_list("{table}")'))
        found[table, "indexes"] = [(row, ours.execute(f'pragma index_xinfo("{row[0]}")').fetchall()) for row in indexes]
    return found


def test_the_schema_of_this_version_is_kept():
    with closing(fresh(":memory:")) as ours:
        now = dumped(ours)
    file = SCHEMAS / f"{db.SCHEMA_VERSION}.sql"
    if os.environ.get("UPDATE_SCHEMAS"):
        file.write_text(now)
    assert file.read_text() == now, "raise SCHEMA_VERSION, or before a release: UPDATE_SCHEMAS=1 pytest " + __file__


def test_every_schema_is_kept_and_has_a_script_that_leads_to_it():
    assert list(range(1, db.SCHEMA_VERSION + 1)) == VERSIONS
    for version in range(2, db.SCHEMA_VERSION + 1):
        assert migrations.script(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_every_schema_becomes_the_same_as_a_fresh_one(version):
    with closing(kept(version)) as ours, closing(fresh(":memory:")) as wanted:
        before = {table: ours.execute(f"select * from {table}").fetchall() for table in ROWS}
        assert (version < db.SCHEMA_VERSION) == migrations.bring_up(ours)
        assert described(wanted) == described(ours)
        assert ours.execute("pragma user_version").fetchone()[0] == db.SCHEMA_VERSION
        for table, rows in before.items():
            assert len(rows) == ours.execute(f"select count(*) from {table}").fetchone()[0]
        assert db.setting(ours, "installation_id") == "0123456789abcdef"
        assert db.setting(ours, "cleaned_at") == MOMENT
        assert ours.execute("select * from installed_trigger").fetchall() == []


# The mechanism, with a schema that does not exist

NEXT = db.SCHEMA_VERSION + 1

# A column renamed, one added that must be filled, a comment changed, a table and an index more.
FIXED = (
    db.SCHEMA.fixed.replace("used_at        text not null         --", "last_used      text not null,        --")
    .replace("last became the one in force", "last was the one in force\n    region text not null  -- where it is")
    .replace(
        "create table problem (",
        "create table tenant (\n    -- Somebody.\n    id integer primary key -- theirs\n);\n\n"
        "create index environment_region on environment (region);\n\ncreate table problem (",
    )
)
SCRIPT = """
-- name: feed_table
update {feed_table} set status = status;

-- name: fixed
alter table environment rename column used_at to last_used;
alter table environment add column region text not null default 'nowhere';
update environment set region = 'eu' where environment_id like 'testing%';

-- name: new
insert into tenant values (7);
"""


def test_a_changed_schema_is_reached_with_its_comments_and_its_rows():
    with closing(kept(db.SCHEMA_VERSION)) as ours, closing(fresh(":memory:", FIXED)) as wanted:
        ours.execute("create view feed_status as select used_at from environment")  # made anew by the next job
        assert migrations.bring_up(ours, NEXT, lambda _: queries.Queries("", queries.parse(SCRIPT)), FIXED)
        assert described(wanted) == described(ours)
        assert ours.execute("select * from environment").fetchall() == [(0, "testing-1", MOMENT, "eu")]
        assert ours.execute("select * from tenant").fetchall() == [(7,)]
        assert "last was the one in force" in ours.execute(
            "select sql from sqlite_master where name = 'environment'"
        ).fetchone()[0]
        assert ours.execute("select name from sqlite_master where type = 'view'").fetchall() == []
        assert ours.execute("pragma user_version").fetchone()[0] == NEXT


def test_a_migration_that_fails_leaves_everything_as_it_was():
    with closing(kept(db.SCHEMA_VERSION)) as ours:
        ours.execute("create view feed_status as select used_at from environment")
        before = dumped(ours)
        broken = SCRIPT + "update environment set no_such_column = 1;"
        with pytest.raises(DatabaseError, match="no such column"):
            migrations.bring_up(ours, NEXT, lambda _: queries.Queries("", queries.parse(broken)), FIXED)
        assert before == dumped(ours)
        assert ours.execute("pragma user_version").fetchone()[0] == db.SCHEMA_VERSION


def test_a_database_that_is_up_to_date_is_not_touched():
    with closing(kept(db.SCHEMA_VERSION)) as ours:
        before = ours.total_changes
        assert not migrations.bring_up(ours)
        assert before == ours.total_changes


OWN = [
    Feed("goods", ("code",), ("article", "id"), lambda shop, ids: ()),
    Feed("storeShelves", ("label", "locale"), ("shelf", "id"), lambda shop, ids: (), legacy=True),
    Feed("tills", ("id",), ("till", "id"), lambda shop, ids: (), minimal=("name", "place")),
    Feed("lamps", ("id",), ("lamp", "id"), lambda shop, ids: (), table="our_lamps", view="our_lamps_view"),
    Feed("x1_y", ("a", "b", "c"), ("x", "y"), lambda shop, ids: ()),
]


@pytest.mark.sample(1)
@pytest.mark.parametrize("version", VERSIONS)
def test_tables_of_feeds_of_ones_own_are_brought_up_as_well(version):
    with closing(kept(version)) as ours, closing(fresh(":memory:")) as wanted:
        template = ours.execute("select sql from sqlite_master where name = 'cde_products_feed'").fetchone()[0]
        for feed in OWN:
            script = db.feed_table_script(feed)
            if version == 1:
                script = template.replace("cde_products_feed", feed.table).replace("feed products", f"feed {feed.name}")
                script = re.sub("identity fields: .*", f"identity fields: {', '.join(feed.identity)}", script)
                payload = "the item" if feed.legacy else ", ".join(dict.fromkeys((*feed.identity, *feed.minimal)))
                script = re.sub("what is kept of the item: .*", f"what is kept of the item: {payload}", script)
                script = script.replace("what is kept of the item: the item", "the item")
            row = ROWS["cde_products_feed"].replace("cde_products_feed", feed.table)
            for statement in (*db.statements(script), row):
                ours.execute(statement)
            for statement in db.statements(db.feed_table_script(feed)):
                wanted.execute(statement)
        migrations.bring_up(ours)

        assert described(ours) == described(wanted)
        for feed in OWN:
            rows = ours.execute(f"select id, source_entity_id, feed_id, dropped_at from {feed.table}").fetchall()
            assert rows == [(3, 7, "abc", None)]


# An upgrade, as a whole


def upgraded_tree(folder):
    """A later version of the program: another number, another schema, another template of feed tables."""
    ignore = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in ("saasexport", "bin"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    package = folder / "saasexport"

    def replace(file, old, new):
        text = (package / file).read_text()
        assert old in text
        (package / file).write_text(text.replace(old, new, 1))

    replace("__init__.py", '__version__ = "', '__version__ = "99.')
    replace("database/db.py", f"SCHEMA_VERSION = {db.SCHEMA_VERSION}", f"SCHEMA_VERSION = {NEXT}")
    weight = "    weight integer not null default 7, -- new\n"
    replace("database/schema.sql", "    feed_data        text", f"{weight}    feed_data        text")
    (package / "database" / "migrations" / f"{NEXT}.sql").write_text(
        "-- name: feed_table\n\n-- name: fixed\n\n-- name: new\nupdate installation set machine = machine;\n"
    )
    return folder


def run(tree, exporter, script, *arguments):
    """Run a script of a tree as cron would."""
    return subprocess.run(
        [sys.executable, "-I", "-S", tree / "bin" / script, *arguments],
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
        cwd=exporter.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.thorough
def test_the_first_tick_of_a_new_version_upgrades_and_sends_nothing_twice(installed, tmp_path):
    tree = upgraded_tree(tmp_path / "later")
    rows = installed.ask("select id, feed_id, feed_hash, status, modified_at from cde_categories_feed order by id")
    requests = len(installed.sent())
    done = run(tree, installed, "reindex_all_invalid")
    # The demo's unusable items were forgotten by the fixture, and are found again.
    assert [line for line in done.stderr.splitlines() if "cannot be assembled" not in line] == []
    assert installed.ask("pragma user_version")[0][0] == NEXT
    after = "select id, feed_id, feed_hash, status, modified_at, weight from cde_categories_feed where status = 200"
    assert [(*row, 7) for row in rows] == sorted(installed.ask(after))
    assert requests == len(installed.sent())
    states = installed.ask("select distinct status from indexer_state")
    assert states == [("valid",)]  # every feed was compared anew
    assert len(installed.ask("select feed from feed_status")) == 13


def test_an_idle_tick_of_a_new_version_is_not_idle(installed, tmp_path):
    """What another version kept, queries and triggers, is not to be relied on."""
    tree = upgraded_tree(tmp_path / "later")
    assert run(tree, installed, "saas_data_exporter").returncode == 0
    assert installed.ask("pragma user_version")[0][0] == NEXT


def test_the_older_version_refuses_what_the_newer_one_has_made(installed, tmp_path):
    tree = upgraded_tree(tmp_path / "later")
    run(tree, installed, "saas_data_exporter")
    done = installed.run("reindex_all_invalid")
    assert done.returncode == 1
    path = Path(installed.folder) / "var" / "saasexport.sqlite"
    assert (
        f"reindex_all_invalid: {path}: made by a newer saasexport (schema {NEXT}, ours is {db.SCHEMA_VERSION});"
        " upgrade saasexport\n"
    ) == done.stderr


# Schema 2


OLD_ROWS = """
insert into cde_products_feed
       (id, source_entity_id, feed_id, feed_data, feed_hash, status, metadata, modified_at)
values
    (1, 7, 'a', '{}', 'x', 400, '{"requestId":"r","dropped":"2026-01-01 00:00:00"}', '2026-01-02 03:04:05'),
    (2, 7, 'b', '{}', 'x', 400, '{"requestId":"r"}', '2026-01-02 03:04:05'),
    (3, 8, 'c', '{}', '', 1, null, '2026-01-02 03:04:05');
insert into indexer_state values ('catalog_data_exporter_products', 'products', 'working', '2026-01-02', 17, null);
insert into view_state (view_id, feed, updated, version_id, fingerprint, pass_version, pass_position)
values ('cde_products_feed', 'products', '2026-01-02', 40, '37|', 50, 9);
insert into gone_entity values ('products', 5, 'full', 1, '2026-01-02');
"""


def old(path):
    """A database of the first schema that knows something of products."""
    ours = sqlite3.connect(path, isolation_level=None)
    ours.executescript((SCHEMAS / "1.sql").read_text())
    ours.execute("delete from indexer_state")
    ours.execute("delete from view_state")
    ours.executescript(OLD_ROWS)
    return ours


def assert_nothing_is_lost(ours):
    """The rows of `old` as schema 2 has them."""
    assert ours.execute("select id, status, metadata, dropped_at from cde_products_feed order by id").fetchall() == [
        (1, 400, '{"requestId":"r"}', "2026-01-01 00:00:00"),
        (2, 400, '{"requestId":"r"}', None),
        (3, 1, None, None),
    ]
    assert ours.execute("select feed, status, position from indexer_state").fetchall() == [("products", "working", 17)]
    assert ours.execute("select version_id, fingerprint, pass_version, pass_position from view_state").fetchall() == [
        (40, "37|", 50, 9)
    ]
    assert ours.execute("select feed, entity_id, is_held from gone_entity").fetchall() == [("products", 5, 1)]


def test_what_a_person_dropped_and_where_passes_were_is_kept():
    with closing(old(":memory:")) as ours:
        assert migrations.bring_up(ours)
        assert_nothing_is_lost(ours)


BRING_UP = """
import sqlite3, sys
from saasexport.database import migrations
migrations.bring_up(sqlite3.connect(sys.argv[1], isolation_level=None))
"""


@pytest.mark.sample(1)
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("at", range(1, 140, 7))
def test_a_migration_that_is_killed_anywhere_is_gone_on_with(tmp_path, at):
    path = tmp_path / "ours.sqlite"
    old(path).close()
    killed = subprocess.run(
        [
            *("strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=pwrite64,fdatasync,ftruncate,unlink"),
            *("-e", f"inject=pwrite64,fdatasync,ftruncate,unlink:signal=SIGKILL:when={at}"),
            *(sys.executable, "-c", BRING_UP, path),
        ],
        cwd=ROOT,
        check=False,
    )
    assert killed.returncode in (0, -9, 137)
    with closing(sqlite3.connect(path, isolation_level=None)) as ours, closing(fresh(":memory:")) as wanted:
        migrations.bring_up(ours)
        assert_nothing_is_lost(ours)
        assert described(ours) == described(wanted)
        assert ours.execute("pragma integrity_check").fetchone() == ("ok",)


def test_text_ids_stay_what_they_are():
    with closing(fresh(":memory:")) as ours:
        for number, key in enumerate((123, "00123", "1e1", "24.0", "new-1", 1.5)):
            ours.execute(
                "insert into cde_products_feed (source_entity_id, feed_id, feed_data, feed_hash, modified_at)"
                " values (?, ?, '', '', '')",
                (key, str(number)),
            )
        kept_ids = [row[0] for row in ours.execute("select source_entity_id from cde_products_feed order by id")]
        assert kept_ids == [123, "00123", "1e1", "24.0", "new-1", 1.5]


@pytest.mark.parametrize(
    "statement",
    [
        "update cde_products_feed set status = 3",
        "update cde_products_feed set is_deleted = 2",
        "update indexer_state set status = 'ready'",
        "update view_state set mode = 'never'",
    ],
)
def test_a_state_that_is_none_cannot_be_written(statement):
    with closing(old(":memory:")) as ours:
        migrations.bring_up(ours)
        with pytest.raises(sqlite3.IntegrityError):
            ours.execute(statement)
