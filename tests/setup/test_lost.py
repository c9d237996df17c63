"""What the shop never had is a state; what it had and lost is a problem that is told."""


import pytest

from saasexport import jobs
from saasexport.capture import triggers
from saasexport.database import indexer
from saasexport.feed import Subscription
from tests.capture.installed import SHELVES
from tests.tiny import THINGS, Sender, Tiny

NAMES = {"name": "places", "indexer": "place", "view": "cde_places", "table": "cde_places"}
PLACES = THINGS.with_fields(subscriptions=(Subscription("place"),), **NAMES)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation with two feeds the shop has and one it never had."""
    found = Tiny(tmp_path, monkeypatch, THINGS, SHELVES, PLACES, settings=f'[export]\nlog_dir = "{tmp_path}"')
    for feed in (THINGS, SHELVES):
        indexer.set_status(found.installation.ours, feed, "valid", None, "now")
    yield found
    found.close()


def run(tiny, capsys, job="reindex_all_invalid"):
    """Run a job as cron does; gives its exit status and what it printed."""
    status = jobs.main(job, ["--cron", "--config", str(tiny.config)])
    return status, capsys.readouterr().err


@pytest.fixture(autouse=True)
def sender(monkeypatch):
    """In the place of the service."""
    found = Sender()
    monkeypatch.setattr(jobs, "connect", lambda *arguments, **more: found)
    return found


def test_what_the_shop_never_had_is_silent(tiny, capsys):
    assert indexer.cursor(tiny.installation.ours, PLACES).unavailable == "the shop has no table place"
    assert run(tiny, capsys) == (0, "")


LOSSES = [
    (
        "alter table language rename column language_id to id",
        "things: not synced: the shop's table language has no column language_id",
        "alter table language rename column id to language_id",
    ),
    (
        "alter table language rename to mage_language",
        "things: not synced: the shop has no table language",
        "alter table mage_language rename to language",
    ),
    (
        "alter table shelf rename to old_shelf",
        "things, shelves: not synced: the shop has no table shelf",
        "alter table old_shelf rename to shelf",
    ),
    (
        "alter table shelf rename to old_shelf; create view shelf as select * from old_shelf",
        "things, shelves: not synced: the shop's shelf is a view, which cannot have our triggers",
        "drop view shelf; alter table old_shelf rename to shelf",
    ),
    (
        "alter table core_config_data rename to config",
        "things: not synced: the shop has no table core_config_data",
        "alter table config rename to core_config_data",
    ),
    (
        "drop trigger saasexport_language_insert;"
        "create trigger saasexport_language_insert after insert on language begin select 1; end",
        "things: not synced: the shop has its own trigger named saasexport_language_insert,"
        " a name we need: drop or rename it",
        "drop trigger saasexport_language_insert",
    ),
]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("change", "line", "remedy"), LOSSES)
def test_what_the_shop_lost_is_told_once_and_when_it_is_over_and_ends_each_run_with_1(
    tiny, capsys, sender, change, line, remedy
):
    run(tiny, capsys)
    sender.taken()
    tiny.shop.executescript(f"pragma legacy_alter_table = on; {change}")
    status, printed = run(tiny, capsys)
    assert (status, printed) == (1, f"reindex_all_invalid: {line}\n")
    assert run(tiny, capsys) == (1, "")
    assert run(tiny, capsys, "saas_data_exporter") == (0, "")
    tiny.shop.executescript(remedy)
    status, printed = run(tiny, capsys)
    assert status == 0
    assert printed.startswith("reindex_all_invalid: over since ")
    assert line.partition(":")[0] in printed
    assert run(tiny, capsys) == (0, "")
    assert not [item for item in sender.taken() if item.startswith("-")]


def test_a_thing_in_our_way_from_the_beginning_is_told_as_well(tmp_path, monkeypatch, capsys):
    tiny = Tiny(tmp_path, monkeypatch, THINGS, SHELVES, settings=f'[export]\nlog_dir = "{tmp_path}"')
    tiny.shop.execute("drop table cde_shelves_feed_cl")
    tiny.shop.execute("create table cde_shelves_feed_cl (version_id integer primary key, entity_id int)")
    tiny.shop.execute("insert into cde_shelves_feed_cl values (1, 2)")
    status, printed = run(tiny, capsys)
    assert (status, printed) == (
        1,
        "reindex_all_invalid: shelves: not synced: the shop has its own table named cde_shelves_feed_cl"
        " (left from another exporter?), a name we need: drop or rename it\n",
    )
    assert tiny.shop.execute("select name from sqlite_master where sql like '%into cde_shelves%'").fetchall() == []
    tiny.shop.execute("update thing set name = 'x' where thing_id = 1")
    assert tiny.shop.execute("select * from cde_shelves_feed_cl").fetchall() == [(1, 2)]
    tiny.close()


def test_a_changelog_of_version_0_1_0_is_renewed_and_its_feed_not_walked_anew(tiny, capsys):
    tiny.shop.execute("drop table cde_things_feed_cl")
    tiny.shop.execute(triggers.changelog_texts_of_0_1_0([THINGS])["cde_things_feed_cl"])
    tiny.shop.execute("update thing set name = 'x' where thing_id = 2")
    assert run(tiny, capsys) == (0, "")
    assert tiny.shop.execute("select entity_id, written from cde_things_feed_cl").fetchall() == [(2, None)]
    assert indexer.state(tiny.installation.ours, THINGS).status == "valid"
    assert indexer.cursor(tiny.installation.ours, THINGS).version_id == 1


def test_triggers_with_an_earlier_text_are_renewed_and_no_feed_walked_anew(tiny, capsys):
    name = "saasexport_thing_update"
    text = (
        f'CREATE TRIGGER {name} after update on "thing"\nbegin /* saasexport {tiny.installation.id} */\n'
        '    insert into cde_things_feed_cl (entity_id, via) values (new."thing_id", null);\n'
        "    insert into cde_things_feed_cl (entity_id, via)"
        ' select old."thing_id", null where old."thing_id" is not new."thing_id";\nend'
    )
    tiny.shop.execute(f"drop trigger {name}")
    tiny.shop.execute(text)
    tiny.installation.ours.execute("update installed_trigger set sql = ? where name = ?", (text, name))
    tiny.shop.execute("update thing set thing_id = 20 where thing_id = 2")
    assert run(tiny, capsys) == (0, "")
    triggers_there = {each.name: each.sql for each in triggers.list_installed(tiny.shop)}
    assert triggers_there[name] == triggers.texts([THINGS, SHELVES], tiny.installation.id)[name]
    assert indexer.state(tiny.installation.ours, THINGS).status == "valid"
    assert indexer.cursor(tiny.installation.ours, THINGS).version_id == 2


def test_a_feed_that_is_switched_off_is_not_missed(tiny, capsys):
    tiny.shop.execute("alter table language rename to tongue")
    tiny.write(f'[export]\nlog_dir = "{tiny.folder}"\n[feeds.things]\nenabled = false')
    assert run(tiny, capsys) == (0, "")


def test_a_shop_that_is_an_empty_file_is_told_once_and_changes_nothing(tiny, capsys, sender):
    run(tiny, capsys)
    sender.taken()
    tiny.shop.execute("update thing set name = 'y' where thing_id = 2")
    file = tiny.folder / "shop.sqlite"
    file.rename(tiny.folder / "good.sqlite")
    file.touch()
    status, printed = run(tiny, capsys)
    assert (status, printed) == (
        1,
        f"reindex_all_invalid: {file}: holds no table; a copy that failed? Put the right file back\n",
    )
    assert run(tiny, capsys) == (1, "")
    (tiny.folder / "good.sqlite").rename(file)
    status, printed = run(tiny, capsys)
    assert (status, "over since" in printed) == (0, True)
    sent = sender.taken()
    assert "b2/en" in sent
    assert not [item for item in sent if item.startswith("-")]


def test_a_shop_that_is_gone_is_told_once(tiny, capsys):
    file = tiny.folder / "shop.sqlite"
    file.rename(tiny.folder / "good.sqlite")
    status, printed = run(tiny, capsys)
    assert (status, "the shop database does not exist" in printed) == (1, True)
    assert run(tiny, capsys) == (1, "")
