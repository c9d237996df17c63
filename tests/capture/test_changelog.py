"""Triggers in the shop, whatever the shop does, and reading what they wrote."""

import sqlite3
from dataclasses import replace

import pytest

from saasexport.capture import changelog
from saasexport.capture.changelog import Sizes, Span
from saasexport.database import db
from saasexport.feed import EVERYTHING, Setting, Shop, Subscription
from tests.tiny import THINGS, tiny_shop

ID = "0123456789abcdef"

# Another feed that watches the same table by another key.
SHELVES = replace(
    THINGS,
    name="shelves",
    indexer="shelf_data_exporter",
    view="cde_shelves_feed",
    table="cde_shelves_feed",
    entity=("shelf", "shelf_id"),
    subscriptions=(Subscription("thing", "shelf_id"), Subscription("shelf", "shelf_id")),
    vias={},
    settings=(),
)


@pytest.fixture
def shop(tmp_path):
    """The tiny shop with everything installed."""
    found = tiny_shop(tmp_path / "shop.sqlite")
    changelog.install(found, [THINGS, SHELVES], ID)
    yield found
    found.close()


@pytest.fixture
def ours(tmp_path):
    """Our database, for temp tables."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    yield found
    found.close()


def written(shop, name="cde_things_feed_cl"):
    """What the triggers wrote, and nothing of it is left."""
    rows = shop.execute(f"select entity_id, via from {name} order by version_id").fetchall()
    shop.execute(f"delete from {name}")
    return rows


def master(shop):
    """The schema, byte for byte, without the table SQLite keeps of autoincrement keys."""
    query = "select type, name, tbl_name, sql from sqlite_master where name <> 'sqlite_sequence' order by name, type"
    return shop.execute(query).fetchall()


# Text


def test_a_trigger_serves_every_feed_and_names_keys_and_changelogs_only():
    found = changelog.triggers([THINGS, SHELVES], ID)
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
        "    insert into cde_things_feed_cl (entity_id, via) values (new.\"shelf_id\", 'shelf');\n"
        "    insert into cde_things_feed_cl (entity_id, via)"
        " select old.\"shelf_id\", 'shelf' where old.\"shelf_id\" is not new.\"shelf_id\";\n"
        '    insert into cde_shelves_feed_cl (entity_id, via) values (new."shelf_id", null);\n'
        "    insert into cde_shelves_feed_cl (entity_id, via)"
        ' select old."shelf_id", null where old."shelf_id" is not new."shelf_id";\n'
        "end"
    )


def test_the_same_key_watched_twice_is_written_once():
    twice = replace(THINGS, subscriptions=(*THINGS.subscriptions, Subscription("thing", "thing_id")))
    assert changelog.triggers([twice], ID) == changelog.triggers([THINGS], ID)


def test_the_texts_are_in_the_shop_as_they_were_written(shop):
    present = {name: sql for kind, name, _, sql in changelog.list_installed(shop) if kind == "trigger"}
    assert present == changelog.triggers([THINGS, SHELVES], ID)


def test_a_trigger_names_its_table():
    assert changelog.table_of("saasexport_catalog_product_entity_delete") == "catalog_product_entity"


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


def test_a_foreign_key_is_written_with_the_name_of_its_subscription(shop):
    shop.execute("update shelf set label = 'x' where shelf_id = 2")
    shop.execute("insert into language (code) values ('fr')")
    shop.execute("insert into core_config_data (path, value) values ('a/b', 'x')")
    assert written(shop) == [(2, "shelf"), (3, EVERYTHING), ("a/b", "configuration")]


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


# The shop's migrations


def test_the_shop_can_drop_and_rename_columns_that_are_not_keys(shop):
    shop.execute("alter table thing rename column name to title")
    shop.execute("alter table thing drop column note")
    shop.execute("alter table thing add column colour text")
    shop.execute("update thing set title = 'x', colour = 'red' where thing_id = 1")
    assert written(shop) == [(1, None)]
    present = {name: sql for kind, name, _, sql in changelog.list_installed(shop) if kind == "trigger"}
    assert present == changelog.triggers([THINGS, SHELVES], ID)


def test_the_shop_can_rename_and_drop_tables(shop):
    shop.execute("alter table language rename to tongue")
    shop.execute("drop table shelf")
    shop.execute("insert into tongue (code) values ('fr')")
    assert (3, EVERYTHING) in written(shop)


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
    assert sorted(changelog.install(shop, [THINGS, SHELVES], ID)) == [
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
    assert changelog.install(shop, [THINGS, SHELVES], ID) == []
    assert master(shop) == before
    assert shop.execute("pragma schema_version").fetchone() == version


def test_a_trigger_that_was_changed_is_put_right(shop):
    shop.execute("drop trigger saasexport_thing_update")
    name = "saasexport_thing_update"
    shop.execute(f"create trigger {name} after update on thing begin /* saasexport {ID} */ select 1; end")
    assert changelog.install(shop, [THINGS, SHELVES], ID) == ["saasexport_thing_update", "saasexport_thing_update"]
    shop.execute("update thing set name = 'x' where thing_id = 1")
    assert written(shop) == [(1, None)]


def test_a_feed_that_is_switched_off_loses_its_changelog_and_the_others_keep_theirs(shop):
    shop.execute("update thing set name = 'x' where thing_id = 1")
    changelog.install(shop, [THINGS], ID)
    assert [name for kind, name, _, _ in changelog.list_installed(shop) if kind == "table"] == ["cde_things_feed_cl"]
    shop.execute("update thing set name = 'y' where thing_id = 2")
    assert written(shop) == [(1, None), (2, None)]


def test_a_missing_changelog_comes_before_the_triggers_that_write_to_it(shop):
    for operation in ("insert", "update", "delete"):
        shop.execute(f"drop trigger saasexport_thing_{operation}")
    shop.execute("drop table cde_things_feed_cl")
    seen = []
    shop.set_trace_callback(lambda statement: seen.append(statement.split("\n")[0].lower()))
    changelog.install(shop, [THINGS, SHELVES], ID)
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


def before_written(shop, versions):
    """Give the shop the changelog that version 0.1.0 made, with some rows and the last version 9."""
    shop.execute("drop table cde_things_feed_cl")
    shop.execute(changelog.changelogs_of_0_1_0([THINGS])["cde_things_feed_cl"])
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
    assert changelog.install(shop, [THINGS, SHELVES], ID) == ["cde_things_feed_cl"]
    kept = [(*row, None) for row in versions]
    assert shop.execute("select * from cde_things_feed_cl").fetchall() == kept
    shop.execute("update thing set name = 'x' where thing_id = 2")
    latest = "select version_id, entity_id, via from cde_things_feed_cl order by version_id desc limit 1"
    assert shop.execute(latest).fetchone() == (10, 2, None)
    assert changelog.install(shop, [THINGS, SHELVES], ID) == []


def test_uninstalling_leaves_the_schema_as_it_was(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    shop.execute("create trigger own after insert on thing begin select 1; end")
    before = master(shop)
    changelog.install(shop, [THINGS, SHELVES], ID)
    shop.execute("update thing set name = 'x'")
    assert changelog.uninstall(shop) == 14
    assert master(shop) == before
    assert shop.execute("select * from sqlite_sequence").fetchall() == []
    assert changelog.uninstall(shop) == 0
    shop.close()


def test_uninstalling_takes_triggers_first(shop):
    seen = []
    shop.set_trace_callback(lambda statement: seen.append(statement) if statement.startswith("drop") else None)
    changelog.uninstall(shop)
    shop.set_trace_callback(None)
    kinds = [statement.split()[1] for statement in seen]
    assert kinds == ["trigger"] * 12 + ["table"] * 2


def test_installing_is_all_or_nothing(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    before = master(shop)
    broken = replace(SHELVES, subscriptions=(Subscription("nowhere"),))
    with pytest.raises(Exception, match="nowhere"):
        changelog.install(shop, [THINGS, broken], ID)
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
    assert changelog.unavailable(shop, THINGS) == reason
    shop.close()


def test_a_virtual_table_of_the_shop_whose_module_is_not_here_does_not_matter(tmp_path):
    shop = tiny_shop(tmp_path / "shop.sqlite")
    shop.execute("pragma writable_schema = on")
    text = "CREATE VIRTUAL TABLE places USING nosuch(x)"
    shop.execute("insert into sqlite_master values ('table', 'places', 'places', 0, ?)", (text,))
    shop.close()
    shop = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)
    assert changelog.unavailable(shop, THINGS) == ""
    assert changelog.install(shop, [THINGS], ID)
    shop.close()


# Reading


def read(shop, ours, cursor=0, after=None, feed=THINGS, limit=100, sizes=changelog.SIZES):
    """The entities of a pass, and why everything has to be walked."""
    upto, _ = changelog.head(shop, feed)
    opened = changelog.open_pass(Shop(shop), ours, feed, Span(cursor, upto), sizes)
    return list(changelog.batches(ours, THINGS, after, limit)), opened.everything


def test_each_changed_entity_comes_once_and_in_order(shop, ours):
    for number in (3, 1, 3, 3, 2):
        shop.execute("update thing set name = 'x' where thing_id = ?", (number,))
    assert read(shop, ours) == ([[1, 2, 3]], "")
    assert read(shop, ours, limit=2) == ([[1, 2], [3]], "")


def test_only_rows_after_the_cursor_and_entities_after_the_position_come(shop, ours):
    for number in (3, 1, 2):
        shop.execute("update thing set name = 'x' where thing_id = ?", (number,))
    assert read(shop, ours, cursor=1) == ([[1, 2]], "")
    assert read(shop, ours, after=1) == ([[2, 3]], "")


def test_rows_that_come_while_a_pass_is_read_are_left_for_the_next(shop, ours):
    shop.execute("update thing set name = 'x' where thing_id = 1")
    changelog.open_pass(Shop(shop), ours, THINGS, Span(0, 1))
    shop.execute("update thing set name = 'x' where thing_id = 2")
    assert list(changelog.batches(ours, THINGS, None, 10)) == [[1]]
    assert read(shop, ours, cursor=1) == ([[2]], "")


def test_keys_of_other_tables_are_turned_into_entities(shop, ours):
    shop.execute("update shelf set label = 'x' where shelf_id = 1")
    assert read(shop, ours) == ([[1, 2]], "")


def test_a_key_of_another_table_means_what_it_means_when_it_is_read(shop, ours):
    shop.execute("update shelf set label = 'x' where shelf_id = 1")
    shop.execute("update thing set shelf_id = 2 where thing_id = 1")
    assert read(shop, ours) == ([[1, 2]], "")


def test_more_keys_than_fit_into_one_question_are_asked_in_turns(shop, ours):
    for shelf in range(3, 12):
        shop.execute("insert into shelf values (?, 'x')", (shelf,))
        shop.execute("insert into thing (thing_id, shelf_id) values (?, ?)", (100 + shelf, shelf))
    shop.execute("delete from cde_things_feed_cl where via is null")
    shop.execute("update cde_things_feed_cl set version_id = rowid / 2 + 1")
    shop.execute("update sqlite_sequence set seq = (select max(version_id) from cde_things_feed_cl)")
    found = read(shop, ours, sizes=Sizes(slice=2, keys=2))
    assert found == ([[103, 104, 105, 106, 107, 108, 109, 110, 111]], "")


def test_a_change_that_concerns_every_item_has_the_feed_walked(shop, ours):
    shop.execute("update language set code = 'fr' where language_id = 2")
    assert read(shop, ours) == ([], "a change that concerns every item")


def test_a_configuration_value_of_the_feed_has_it_walked_and_others_do_not(shop, ours):
    shop.execute("insert into core_config_data (path) values ('general/other')")
    assert read(shop, ours) == ([], "")
    shop.execute("insert into core_config_data (path) values ('general/tiny')")
    assert read(shop, ours) == ([], "the configuration value general/tiny changed")


TAXED = replace(
    THINGS,
    settings=(
        Setting("option", "name", ("tax", "it's", "1")),
        Setting("option", "name", ("shipping",)),
        Setting("rate", "rate_id", (7, "8")),
    ),
)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ("insert into option values ('tax', 'x')", "tax"),
        ("insert into option values ('it''s', 'x')", "it's"),
        ("insert into option values (1, 'x')", "1"),
        ("update option set value = 'x' where name = 'shipping'", "shipping"),
        ("update option set name = 'gift' where name = 'shipping'", "shipping"),
        ("delete from option where name = 'shipping'", "shipping"),
        ("insert into rate values (7)", "7"),
        ("insert into rate values (8)", "8"),
        ("insert into option values ('7', 'x')", None),
        ("insert into option values ('other', 'x')", None),
        ("insert into rate values (1)", None),
        ("insert into core_config_data (path) values ('tax')", None),
    ],
)
def test_a_setting_in_any_table_has_the_feed_walked_anew(tmp_path, ours, change, key):
    shop = tiny_shop(tmp_path / "settings.sqlite")
    shop.executescript(
        "create table option (name text, value text); create table rate (rate_id integer);"
        "insert into option values ('shipping', 'free');"
    )
    changelog.install(shop, [TAXED], ID)
    shop.execute(change)
    assert read(shop, ours, feed=TAXED) == ([], f"the configuration value {key} changed" if key else "")
    shop.close()


def test_a_hole_in_the_changelog_has_the_feed_walked(shop, ours):
    for number in (1, 2, 3):
        shop.execute("update thing set name = 'x' where thing_id = ?", (number,))
    shop.execute("delete from cde_things_feed_cl where version_id = 2")
    assert read(shop, ours)[1] == "1 rows of cde_things_feed_cl are missing"
    assert read(shop, ours, cursor=2) == ([[3]], "")


def test_keys_that_are_no_entities_are_passed_over(shop, ours):
    for key in (None, "text", b"\xff", 1.5):
        shop.execute("insert into cde_things_feed_cl (entity_id) values (?)", (key,))
    shop.execute("insert into cde_things_feed_cl (entity_id, via) values (null, 'shelf'), (1, 'unknown')")
    assert read(shop, ours) == ([], "")


@pytest.mark.parametrize("key", [b"\xff\xfe", float("inf")])
def test_a_key_that_cannot_be_asked_for_has_the_feed_walked(shop, ours, key):
    shop.execute("insert into cde_things_feed_cl (entity_id, via) values (?, 'shelf')", (key,))
    assert read(shop, ours)[1] == "a key of shelf is not valid text"


def test_text_that_is_not_utf8_is_a_key_like_any_other(shop, ours):
    shop.execute("insert into cde_things_feed_cl (entity_id, via) values (cast(x'c328' as text), 'shelf')")
    assert changelog.head(shop, THINGS) == (1, "C328|shelf")
    assert changelog.reason_for_loss(shop, THINGS, 1, "C328|shelf") == ""
    assert read(shop, ours)[1] == "a key of shelf is not valid text"
    shop.execute("update cde_things_feed_cl set via = null")
    assert read(shop, ours) == ([], "")


# Trust


def test_the_head_is_the_last_version_and_what_it_held(shop):
    assert changelog.head(shop, THINGS) == (0, None)
    shop.execute("update thing set name = 'x' where thing_id = 3")
    shop.execute("update shelf set label = 'x' where shelf_id = 1")
    assert changelog.head(shop, THINGS) == (2, "31|shelf")  # in hex


def test_the_head_is_remembered_though_its_row_is_gone(shop):
    for number in (1, 2, 3):
        shop.execute("update thing set name = 'x' where thing_id = ?", (number,))
    shop.execute("delete from cde_things_feed_cl where version_id > 1")
    assert changelog.head(shop, THINGS) == (3, None)
    assert changelog.reason_for_loss(shop, THINGS, 3, None) == ""  # it has led to a walk of the whole feed
    shop.execute("delete from cde_things_feed_cl")
    assert changelog.head(shop, THINGS) == (3, None)
    shop.execute("delete from sqlite_sequence")
    assert changelog.head(shop, THINGS) == (0, None)


def test_a_changelog_that_holds_what_was_read_can_be_trusted(shop):
    shop.execute("update thing set name = 'x' where thing_id = 3")
    version, held = changelog.head(shop, THINGS)
    assert changelog.reason_for_loss(shop, THINGS, 0, None) == ""
    assert changelog.reason_for_loss(shop, THINGS, version, held) == ""


def test_a_shop_that_travelled_back_in_time_is_noticed(shop):
    shop.execute("update thing set name = 'x' where thing_id = 3")
    version, held = changelog.head(shop, THINGS)
    shop.execute("delete from cde_things_feed_cl")
    reason = changelog.reason_for_loss(shop, THINGS, version, held)
    assert reason == "row 1 of cde_things_feed_cl, the last one read, is gone"
    shop.execute("insert into cde_things_feed_cl (version_id, entity_id) values (1, 2)")
    reason = changelog.reason_for_loss(shop, THINGS, version, held)
    assert reason == "row 1 of cde_things_feed_cl is not the one that was read"
    shop.execute("update cde_things_feed_cl set entity_id = 3, via = 'shelf'")
    reason = changelog.reason_for_loss(shop, THINGS, version, held)
    assert reason == "row 1 of cde_things_feed_cl is not the one that was read"


# Purging


def filled(shop, count):
    """So many rows."""
    shop.execute("begin")
    shop.executemany("insert into cde_things_feed_cl (entity_id) values (?)", ((number,) for number in range(count)))
    shop.execute("commit")


def versions(shop):
    """How many rows there are, and which is the first."""
    return shop.execute("select count(*), min(version_id) from cde_things_feed_cl").fetchone()


def test_what_is_read_is_purged_a_thousand_at_a_time_and_the_row_at_the_cursor_stays(shop):
    filled(shop, 3_500)
    seen = []
    shop.set_trace_callback(seen.append)
    assert changelog.purge(shop, THINGS, 3_200) == 3_199
    shop.set_trace_callback(None)
    assert versions(shop) == (301, 3_200)
    # Four statements, each a transaction of its own.
    assert sum("delete from" in statement for statement in seen) == 4
    assert not any(statement.startswith("begin") for statement in seen)


def test_a_few_rows_are_left_for_later(shop):
    filled(shop, 1_200)
    assert changelog.purge(shop, THINGS, 1_000) == 0
    assert changelog.purge(shop, THINGS, 1_001) == 1_000
    assert versions(shop) == (200, 1_001)
    assert changelog.purge(shop, THINGS, 1_200) == 0


def test_versions_go_on_after_everything_was_purged_and_the_last_row_removed(shop):
    filled(shop, 1_500)
    changelog.purge(shop, THINGS, 1_500)
    shop.execute("delete from cde_things_feed_cl")
    shop.execute("update thing set name = 'x' where thing_id = 1")
    assert changelog.head(shop, THINGS)[0] == 1_501


def test_a_busy_shop_comes_first(tmp_path, shop):
    filled(shop, 2_000)
    writer = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None, timeout=0)
    shop.execute("begin immediate")
    assert changelog.purge(writer, THINGS, 2_000) == 0
    shop.execute("commit")
    assert changelog.purge(writer, THINGS, 2_000) == 1_999
    writer.close()
