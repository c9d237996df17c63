"""What of the shop is taken for ours, and what a thing of the shop's own that has a name of ours costs."""

import pytest

from saasexport.capture import triggers
from tests.capture.installed import ID, SHELVES
from tests.tiny import THINGS, tiny_shop


@pytest.fixture
def shop(tmp_path):
    """The tiny shop, nothing of ours in it yet."""
    found = tiny_shop(tmp_path / "shop.sqlite")
    found.execute("create table log (x)")
    yield found
    found.close()


def names(shop):
    """What the shop holds."""
    return {name for (name,) in shop.execute("select name from sqlite_master")}


THEIRS = [
    "create trigger audit after update on thing"
    " begin /* saasexport 0123456789abcdef */ insert into log values (1); end",
    "create trigger saasexport_thing_update after update on thing begin insert into log values (1); end",
    "create trigger saasexport_thing_update after update on thing"
    " begin insert into log values (1); /* saasexport 0123456789abcdef */ end",
    "create trigger saasexport_thing_update after update on thing"
    " begin insert into log values ('begin /* saasexport 0123456789abcdef */'); end",
    "create trigger saasexport_thing_update after update on thing"
    " when new.name <> ' begin /* saasexport 0123456789abcdef */' begin insert into log values (1); end",
    "create trigger saasexport_thing_update after update on thing"
    " /* begin /* saasexport 0123456789abcdef */ begin insert into log values (1); end",
    "create trigger saasexport_thing_update after update on thing"
    " begin /* SaaSExport reads this table */ insert into log values (1); end",
    "create trigger saasexport_thing_update after update on shelf"
    " begin /* saasexport 0123456789abcdef */ insert into log values (1); end",
    'create trigger "saasexport_a""b" after update on thing begin insert into log values (1); end',
    "create table stock_notes (  -- saasexport: keys of the shop that changed, for the feed things.\n x)",
    "create table notes_cl (x,  -- saasexport: keys of the shop that changed, for the feed things.\n version_id)",
    "create table things_cl (\n    -- saasexport: keys of the shop are copied here every night.\n    version_id)",
    'create table "notes""--_cl" (  -- saasexport: keys of the shop\n x)',
    "create view some_cl as select '-- saasexport: keys of the shop that changed, for the feed things.' as x",
]


@pytest.mark.parametrize("theirs", THEIRS)
def test_what_the_shop_made_itself_outlasts_everything_we_do(shop, theirs):
    shop.execute(theirs)
    before = shop.execute("select type, name, tbl_name, sql from sqlite_master order by 1, 2").fetchall()
    assert triggers.list_installed(shop) == []
    triggers.install(shop, [feed for feed in (THINGS, SHELVES) if not triggers.unavailable(shop, feed)], ID)
    triggers.install(shop, [], ID)
    triggers.uninstall(shop)
    query = "select type, name, tbl_name, sql from sqlite_master where name <> 'sqlite_sequence' order by 1, 2"
    assert shop.execute(query).fetchall() == before


@pytest.mark.parametrize(
    "change",
    [
        "begin /* saasexport ID */ select 1; end",
        "begin/* saasexport ID */ select 'begin'; end",
        "for each row begin\n/* saasexport ID */ insert into log values (new.code); end",
        "when new.code = 'begin' begin /* saasexport ID */ select 1; end",
        "begin /* saasexport ID */ /* the shop's note */ update log set x = 1; end",
        "begin /* saasexport ID */ insert into cde_things_feed_cl (entity_id) values (1); end",
    ],
)
def test_a_trigger_with_our_marker_at_its_place_is_put_right_whatever_its_body_says(shop, change):
    triggers.install(shop, [THINGS], ID)
    wanted = triggers.texts([THINGS], ID)["saasexport_thing_update"]
    shop.execute("drop trigger saasexport_thing_update")
    shop.execute(f"create trigger saasexport_thing_update after update on thing {change.replace('ID', ID)}")
    assert set(triggers.install(shop, [THINGS], ID)) == {"saasexport_thing_update"}
    query = "select sql from sqlite_master where name = 'saasexport_thing_update'"
    assert shop.execute(query).fetchall() == [(wanted,)]


def test_a_changelog_that_is_not_as_we_made_it_is_made_anew(shop):
    triggers.install(shop, [THINGS], ID)
    shop.execute("alter table cde_things_feed_cl rename column via to way")
    triggers.install(shop, [THINGS], ID)
    shop.execute("update thing set name = 'x' where thing_id = 1")
    assert shop.execute("select entity_id, via from cde_things_feed_cl").fetchall() == [(1, None)]


def test_a_table_that_the_shop_renames_takes_our_triggers_along_and_uninstalling_finds_them(shop):
    before = names(shop)
    triggers.install(shop, [THINGS, SHELVES], ID)
    shop.execute('alter table language rename to "ton""gue"')
    triggers.uninstall(shop)
    assert names(shop) - {"sqlite_sequence"} == before - {"language"} | {'ton"gue'}
    shop.execute('insert into "ton""gue" (code) values (1)')


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            "create table cde_things_feed_cl (version_id integer primary key, entity_id int)",
            "the shop has its own table named cde_things_feed_cl (left from another exporter?),"
            " a name we need: drop or rename it",
        ),
        (
            "create table CDE_Things_Feed_CL (x)",
            "the shop has its own table named CDE_Things_Feed_CL (left from another exporter?),"
            " a name we need: drop or rename it",
        ),
        (
            "create view cde_things_feed_cl as select 1",
            "the shop has its own view named cde_things_feed_cl (left from another exporter?),"
            " a name we need: drop or rename it",
        ),
        (
            "create index cde_things_feed_cl on thing (code)",
            "the shop has its own index named cde_things_feed_cl (left from another exporter?),"
            " a name we need: drop or rename it",
        ),
        (
            "create virtual table cde_things_feed_cl using fts5(x)",
            "the shop has its own table named cde_things_feed_cl (left from another exporter?),"
            " a name we need: drop or rename it",
        ),
        (
            "create trigger Saasexport_Language_INSERT after delete on log begin select 1; end",
            "the shop has its own trigger named Saasexport_Language_INSERT, a name we need: drop or rename it",
        ),
        (
            "drop table language; create view language as select 1 as language_id, 'en' as code",
            "the shop's language is a view, which cannot have our triggers",
        ),
        (
            "drop table language; create virtual table language using fts5(language_id, code)",
            "the shop's language is a virtual table, which cannot have our triggers",
        ),
    ],
)
def test_what_has_a_name_of_ours_or_cannot_have_triggers_costs_the_feeds_that_need_it_only(shop, change, reason):
    shop.executescript(change)
    assert triggers.unavailable(shop, THINGS) == reason
    assert triggers.unavailable(shop, SHELVES) == ""
    triggers.install(shop, [SHELVES], ID)
    shop.execute("update thing set shelf_id = 2 where thing_id = 1")
    assert shop.execute("select entity_id from cde_shelves_feed_cl").fetchall() == [(2,), (1,)]
