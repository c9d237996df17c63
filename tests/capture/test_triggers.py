"""Triggers and changelogs in the shop, whatever the shop does."""

import json
import sqlite3

import pytest

from saasexport.capture import triggers
from saasexport.feed import EVERYTHING, Subscription
from saasexport.queries import quote
from tests.capture.installed import ID, SHELVES, master, written
from tests.tiny import THINGS, tiny_shop

# Text


def test_a_trigger_serves_every_feed_and_names_keys_and_changelogs_only():
    found = triggers.texts([THINGS, SHELVES], ID)
    assert list(found) == [
        f"saasexport_{table}_{operation}"
        for table in ("core_config_data", "language", "shelf", "thing")
        for operation in ("insert", "update", "delete")
    ]
    assert found["saasexport_thing_insert"] == (
        'CREATE TRIGGER saasexport_thing_insert after insert on "thing"\n'
        f"begin /* saasexport {ID} */\n"
        '    insert into cde_things_feed_cl (entity_id, via) values (new."thing_id", null);\n'
        '    insert into cde_shelves_feed_cl (entity_id, via) values (new."shelf_id", null);\n'
        "end"
    )
    assert found["saasexport_thing_delete"] == (
        'CREATE TRIGGER saasexport_thing_delete after delete on "thing"\n'
        f"begin /* saasexport {ID} */\n"
        '    insert into cde_things_feed_cl (entity_id, via) values (old."thing_id", null);\n'
        '    insert into cde_shelves_feed_cl (entity_id, via) values (old."shelf_id", null);\n'
        "end"
    )
    assert found["saasexport_shelf_update"] == (
        'CREATE TRIGGER saasexport_shelf_update after update on "shelf"\n'
        f"begin /* saasexport {ID} */\n"
        "    insert into cde_things_feed_cl (entity_id, via) select new.\"shelf_id\", 'shelf' union all"
        " select old.\"shelf_id\", 'shelf' where old.\"shelf_id\" is not new.\"shelf_id\" collate binary;\n"
        '    insert into cde_shelves_feed_cl (entity_id, via) select new."shelf_id", null union all'
        ' select old."shelf_id", null where old."shelf_id" is not new."shelf_id" collate binary;\n'
        "end"
    )


def test_the_same_key_watched_twice_is_written_once():
    twice = THINGS.with_fields(subscriptions=(*THINGS.subscriptions, Subscription("thing", "thing_id")))
    assert triggers.texts([twice], ID) == triggers.texts([THINGS], ID)


def test_the_texts_are_in_the_shop_as_they_were_written(shop):
    present = {name: sql for kind, name, _, sql in triggers.list_installed(shop) if kind == "trigger"}
    assert present == triggers.texts([THINGS, SHELVES], ID)


def test_a_trigger_names_its_table():
    assert triggers.table_of("saasexport_catalog_product_entity_delete") == "catalog_product_entity"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("on the shelf", "key of it"),
        ('5" screws', 'size "inch"'),
        ("it's; end", "a;b"),
        ("begin", "end"),
        ("Ärtikel", "Üid"),
        ("select", "from"),
        ("2024-stock", "no."),
        ("-- x", "/* y"),
    ],
)
def test_any_name_of_a_table_and_a_column_can_be_watched(table, column):
    shop = sqlite3.connect(":memory:", isolation_level=None)
    shop.execute(f"create table {quote(table)} ({quote(column)} text primary key, note text) without rowid")
    before = master(shop)
    feed = SHELVES.with_fields(entity=(table, column), subscriptions=())
    assert triggers.unavailable(shop, feed) == ""
    triggers.install(shop, [feed], ID)
    installed = master(shop)

    shop.execute(f"insert into {quote(table)} values ('a', '')")
    shop.execute(f"update {quote(table)} set {quote(column)} = 'b'")
    shop.execute(f"delete from {quote(table)}")

    assert written(shop, "cde_shelves_feed_cl") == [("a", None), ("b", None), ("a", None), ("b", None)]
    assert triggers.install(shop, [feed], ID) == []
    assert installed == master(shop)
    assert {triggers.table_of(name) for _, name, _, _ in triggers.list_installed(shop)[:3]} == {table}
    triggers.uninstall(shop)
    assert master(shop) == before
    shop.close()


# What they write


def test_an_insert_writes_the_key(shop):
    shop.execute("insert into thing (thing_id, code, shelf_id) values (9, 'z', 2)")
    assert written(shop) == [(9, None)]
    assert written(shop, "cde_shelves_feed_cl") == [(2, None)]


def test_an_update_writes_the_key_once_for_each_row(shop):
    shop.execute("update thing set name = 'x' where shelf_id = 1")
    assert written(shop) == [(1, None), (2, None)]
    assert written(shop, "cde_shelves_feed_cl") == [(1, None), (1, None)]


def test_a_delete_writes_the_key(shop):
    shop.execute("delete from thing where thing_id = 3")
    assert written(shop) == [(3, None)]


def test_a_key_that_changes_is_written_old_and_new(shop):
    shop.execute("update thing set thing_id = 30 where thing_id = 3")
    assert written(shop) == [(30, None), (3, None)]
    shop.execute("update thing set shelf_id = null where thing_id = 1")
    assert written(shop, "cde_shelves_feed_cl") == [(2, None), (None, None), (1, None)]


def test_a_key_that_changes_in_its_letter_case_only_is_written_old_and_new(shop):
    feed = SHELVES.with_fields(entity=("label", "name"), subscriptions=())
    shop.execute("create table label (name text collate nocase primary key)")
    triggers.install(shop, [feed], ID)
    shop.execute("insert into label values ('top')")
    shop.execute("update label set name = 'TOP'")
    assert written(shop, "cde_shelves_feed_cl") == [("top", None), ("TOP", None), ("top", None)]


def test_a_foreign_key_is_written_with_the_name_of_its_subscription(shop):
    shop.execute("update shelf set label = 'x' where shelf_id = 2")
    shop.execute("insert into language (code) values ('fr')")
    shop.execute("insert into core_config_data (path, value) values ('a/b', 'x')")
    assert written(shop) == [(2, "shelf"), (3, f"{EVERYTHING} language"), ("a/b", "configuration")]


def test_an_upsert_writes_what_it_came_to(shop):
    upsert = "insert into thing (thing_id, name) values (?, 'x') on conflict (thing_id) do update set name = 'y'"
    shop.execute(upsert, (3,))
    shop.execute(upsert, (4,))
    shop.execute("insert into thing (thing_id) values (4) on conflict do nothing")
    assert written(shop) == [(3, None), (4, None)]


def test_replace_writes_the_new_key_and_nothing_of_a_row_it_pushed_out(shop):
    # SQLite fires no delete trigger then: the daily reconciliation finds such a row.
    shop.execute("create unique index thing_code on thing (code)")
    shop.execute("replace into thing (thing_id, code) values (7, 'a')")
    assert written(shop) == [(7, None)]
    assert shop.execute("select thing_id from thing order by 1").fetchall() == [(2,), (3,), (7,)]


@pytest.mark.parametrize("conflict", ["or replace", "or ignore", "or abort", "or fail", "or rollback"])
def test_no_conflict_clause_of_the_shop_reaches_the_changelog(shop, conflict):
    shop.execute(f"insert {conflict} into thing (thing_id, code) values (8, 'h')")
    shop.execute(f"update {conflict} thing set name = 'x' where thing_id = 8")
    assert written(shop) == [(8, None), (8, None)]


def test_a_cascade_writes_every_row_it_takes(shop):
    shop.execute("delete from shelf where shelf_id = 1")
    assert sorted(written(shop), key=lambda row: (row[0], row[1] or "")) == [(1, None), (1, "shelf"), (2, None)]


def test_what_the_shop_rolls_back_is_not_written(shop):
    shop.execute("begin")
    shop.execute("delete from thing")
    shop.execute("rollback")
    assert written(shop) == []
    shop.execute("begin")
    shop.execute("savepoint a")
    shop.execute("delete from thing where thing_id = 1")
    shop.execute("rollback to a")
    shop.execute("delete from thing where thing_id = 2")
    shop.execute("commit")
    assert written(shop) == [(2, None)]


def test_versions_have_no_gaps_though_transactions_are_rolled_back(shop):
    for end in ("commit", "rollback", "commit"):
        shop.execute("begin")
        shop.execute("update thing set name = 'x' where thing_id = 1")
        shop.execute(end)
    assert shop.execute("select version_id from cde_things_feed_cl").fetchall() == [(1,), (2,)]


def test_the_shop_sees_its_own_row_id_and_counts(shop):
    shop.execute("insert into cde_things_feed_cl (version_id) values (1000)")
    done = shop.execute("insert into thing (code) values ('x')")
    assert (done.lastrowid, done.rowcount) == (4, 1)
    assert shop.execute("select last_insert_rowid(), changes()").fetchone() == (4, 1)
    assert shop.execute("update thing set name = 'x' returning thing_id").fetchall() == [(1,), (2,), (3,), (4,)]


def test_a_key_of_any_kind_is_written(shop):
    keys = ("text", "", b"\xff\x00", None)
    shop.executemany("insert into core_config_data (path) values (?)", ((key,) for key in keys))
    assert written(shop) == [(key, "configuration") for key in keys]
    shop.execute("update core_config_data set value = 'x'")
    assert written(shop) == [(key, "configuration") for key in keys]


# The shop's migrations


def test_the_shop_can_drop_and_rename_columns_that_are_not_keys(shop):
    shop.execute("alter table thing rename column name to title")
    shop.execute("alter table thing drop column note")
    shop.execute("alter table thing add column colour text")
    shop.execute("update thing set title = 'x', colour = 'red' where thing_id = 1")
    assert written(shop) == [(1, None)]
    present = {name: sql for kind, name, _, sql in triggers.list_installed(shop) if kind == "trigger"}
    assert present == triggers.texts([THINGS, SHELVES], ID)


def test_the_shop_can_rename_and_drop_tables(shop):
    shop.execute("alter table language rename to tongue")
    shop.execute("drop table shelf")
    shop.execute("insert into tongue (code) values ('fr')")
    assert (3, f"{EVERYTHING} language") in written(shop)


def test_the_shop_can_rebuild_a_table_as_orms_do(shop):
    shop.executescript("""
        pragma foreign_keys = off;
        begin;
        create table new_thing (thing_id integer primary key, code text not null, shelf_id integer);
        insert into new_thing select thing_id, code, shelf_id from thing;
        drop table thing;
        alter table new_thing rename to thing;
        commit;
    """)
    shop.execute("update thing set code = 'x'")  # unseen: the triggers went with the table
    assert written(shop) == []
    assert sorted(triggers.install(shop, [THINGS, SHELVES], ID)) == [
        "saasexport_thing_delete",
        "saasexport_thing_insert",
        "saasexport_thing_update",
    ]
    shop.execute("update thing set code = 'y' where thing_id = 1")
    assert written(shop) == [(1, None)]


# Installing and uninstalling


def test_installing_again_changes_nothing(shop):
    before = master(shop)
    version = shop.execute("pragma schema_version").fetchone()
    assert triggers.install(shop, [THINGS, SHELVES], ID) == []
    assert master(shop) == before
    assert shop.execute("pragma schema_version").fetchone() == version


def test_a_trigger_that_was_changed_is_put_right(shop):
    shop.execute("drop trigger saasexport_thing_update")
    name = "saasexport_thing_update"
    shop.execute(f"create trigger {name} after update on thing begin /* saasexport {ID} */ select 1; end")
    assert triggers.install(shop, [THINGS, SHELVES], ID) == ["saasexport_thing_update", "saasexport_thing_update"]
    shop.execute("update thing set name = 'x' where thing_id = 1")
    assert written(shop) == [(1, None)]


def test_a_feed_that_is_switched_off_loses_its_changelog_and_the_others_keep_theirs(shop):
    shop.execute("update thing set name = 'x' where thing_id = 1")
    triggers.install(shop, [THINGS], ID)
    assert [name for kind, name, _, _ in triggers.list_installed(shop) if kind == "table"] == ["cde_things_feed_cl"]
    shop.execute("update thing set name = 'y' where thing_id = 2")
    assert written(shop) == [(1, None), (2, None)]


def test_a_missing_changelog_comes_before_the_triggers_that_write_to_it(shop):
    for operation in ("insert", "update", "delete"):
        shop.execute(f"drop trigger saasexport_thing_{operation}")
    shop.execute("drop table cde_things_feed_cl")
    seen = []
    shop.set_trace_callback(lambda statement: seen.append(statement.split("\n")[0].lower()))
    triggers.install(shop, [THINGS, SHELVES], ID)
    shop.set_trace_callback(None)
    created = [statement for statement in seen if statement.startswith("create")]
    assert created[0] == "create table cde_things_feed_cl ("
    assert all(statement.startswith("create trigger saasexport_thing") for statement in created[1:])


def test_a_changelog_says_when_a_row_was_written(shop):
    before = shop.execute("select cast(strftime('%s', 'now') as integer)").fetchone()[0]
    shop.execute("update thing set name = 'x' where thing_id = 2")
    after = shop.execute("select cast(strftime('%s', 'now') as integer)").fetchone()[0]
    rows = shop.execute("select entity_id, typeof(written), written from cde_things_feed_cl").fetchall()
    assert [(entity_id, kind) for entity_id, kind, _ in rows] == [(2, "integer")]
    assert before <= rows[0][2] <= after


def test_the_moment_of_a_row_is_the_second_that_a_clock_shows(shop):
    columns = shop.execute("select dflt_value from pragma_table_info('cde_things_feed_cl') where name = 'written'")
    [default] = columns.fetchone()
    assert default.count("julianday()") == 1
    default = default.replace("julianday()", "julianday(datetime(value, 'unixepoch') || part)")
    for part in (".000", ".001", ".500", ".999"):
        seconds = list(range(0, 4_000_000_000, 1_234_567))
        query = f"select {default} from json_each(?), (select ? as part)"
        assert [row[0] for row in shop.execute(query, (json.dumps(seconds), part))] == seconds


def before_written(shop, versions):
    """Give the shop the changelog that version 0.1.0 made, with some rows and the last version 9."""
    shop.execute("drop table cde_things_feed_cl")
    shop.execute(triggers.changelog_texts_of_0_1_0([THINGS])["cde_things_feed_cl"])
    shop.execute("insert into cde_things_feed_cl values (9, 1, null)")
    shop.execute("delete from cde_things_feed_cl")
    shop.executemany("insert into cde_things_feed_cl values (?, ?, ?)", versions)


@pytest.mark.parametrize(
    "versions",
    [
        [],
        [(9, 3, None)],
        [(7, 3, None), (8, 1, "shelf"), (9, "catalog/x", "configuration")],
        [(8, None, None), (9, b"\xff", "shelf")],
        [(9, "007", None)],
    ],
)
def test_a_changelog_of_version_0_1_0_keeps_its_rows_and_its_last_version(shop, versions):
    before_written(shop, versions)
    assert triggers.install(shop, [THINGS, SHELVES], ID) == ["cde_things_feed_cl"]
    kept = [(*row, None) for row in versions]
    assert shop.execute("select * from cde_things_feed_cl").fetchall() == kept
    shop.execute("update thing set name = 'x' where thing_id = 2")
    latest = "select version_id, entity_id, via from cde_things_feed_cl order by version_id desc limit 1"
    assert shop.execute(latest).fetchone() == (10, 2, None)
    assert triggers.install(shop, [THINGS, SHELVES], ID) == []


def test_uninstalling_leaves_the_schema_as_it_was(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    shop.execute("create trigger own after insert on thing begin select 1; end")
    before = master(shop)
    triggers.install(shop, [THINGS, SHELVES], ID)
    shop.execute("update thing set name = 'x'")
    assert triggers.uninstall(shop) == 14
    assert master(shop) == before
    assert shop.execute("select * from sqlite_sequence").fetchall() == []
    assert triggers.uninstall(shop) == 0
    shop.close()


def test_uninstalling_takes_triggers_first(shop):
    seen = []
    shop.set_trace_callback(lambda statement: seen.append(statement) if statement.startswith("drop") else None)
    triggers.uninstall(shop)
    shop.set_trace_callback(None)
    kinds = [statement.split()[1] for statement in seen]
    assert kinds == ["trigger"] * 12 + ["table"] * 2


def test_installing_is_all_or_nothing(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    before = master(shop)
    broken = SHELVES.with_fields(subscriptions=(Subscription("nowhere"),))
    with pytest.raises(Exception, match="nowhere"):
        triggers.install(shop, [THINGS, broken], ID)
    assert master(shop) == before
    shop.close()


# What the shop must have


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("select 1", ""),
        ("drop table language", "the shop has no table language"),
        ("alter table language rename column language_id to id", "the shop's table language has no column language_id"),
        ("drop table core_config_data", "the shop has no table core_config_data"),
        ("alter table thing drop column name", ""),
    ],
)
def test_a_shop_without_a_watched_table_or_key_cannot_give_the_feed(tmp_path, change, reason):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    shop.execute(change)
    assert triggers.unavailable(shop, THINGS) == reason
    shop.close()


def test_a_virtual_table_of_the_shop_whose_module_is_not_here_does_not_matter(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    shop.execute("pragma writable_schema = on")
    text = "CREATE VIRTUAL TABLE places USING nosuch(x)"
    shop.execute("insert into sqlite_master values ('table', 'places', 'places', 0, ?)", (text,))
    shop.close()
    shop = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)
    assert triggers.unavailable(shop, THINGS) == ""
    assert triggers.install(shop, [THINGS], ID)
    shop.close()
