"""Reading what the triggers wrote."""

import sqlite3

import pytest

from saasexport.capture import changelog, triggers
from saasexport.capture.changelog import Sizes, Span
from saasexport.feed import Setting, Shop
from tests.capture.installed import ID
from tests.tiny import THINGS, tiny_shop


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
    assert read(shop, ours) == ([], "language changed, which concerns every item")


def test_a_row_that_does_not_say_its_table_has_the_feed_walked_as_well(shop, ours):
    shop.execute("insert into cde_things_feed_cl (entity_id, via) values (2, 'everything')")
    assert read(shop, ours) == ([], "a change that concerns every item")


def test_a_configuration_value_of_the_feed_has_it_walked_and_others_do_not(shop, ours):
    shop.execute("insert into core_config_data (path) values ('general/other')")
    assert read(shop, ours) == ([], "")
    shop.execute("insert into core_config_data (path) values ('general/tiny')")
    assert read(shop, ours) == ([], "the configuration value general/tiny changed")


TAXED = THINGS.with_fields(
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
    triggers.install(shop, [TAXED], ID)
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
