"""Configuration, feeds and the two databases, brought in line whenever a job begins."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

from saasexport.capture import triggers
from saasexport.commands import main
from saasexport.config import parsing
from saasexport.database import db, deletion_guard, indexer
from saasexport.errors import ConfigError, DatabaseError, ShopError
from saasexport.feed import Subscription
from saasexport.setup import opening
from saasexport.setup.loose_keys import read_as_numbers
from saasexport.sync import story
from tests.capture.installed import SHELVES
from tests.tiny import THINGS, Sender, Tiny, tiny_shop


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation whose service holds everything."""
    found = Tiny(tmp_path, monkeypatch)
    story.full_sync(*found.work(), THINGS)
    yield found
    found.close()


def status(tiny, feed=THINGS):
    """A feed's status and why."""
    found = indexer.state(tiny.installation.ours, feed)
    return found.status, found.reason


def ours(tiny):
    """Our whole database, but for what is counted and kept of runs."""
    lines = []
    for (name,) in tiny.ask("select name from sqlite_master where type = 'table' order by name"):
        lines += [(name, *row) for row in tiny.ask(f"select * from {name}")]
    return lines


def texts(tiny):
    """The triggers in the shop."""
    return {name: sql for kind, name, _, sql in triggers.list_installed(tiny.shop) if kind == "trigger"}


# Setting up


def test_setting_up_makes_feeds_known_and_invalid_and_installs_triggers(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch)
    assert status(tiny)[0] == "invalid"
    assert texts(tiny) == triggers.texts([THINGS], tiny.installation.id)
    assert tiny.ask("select bit, environment_id from environment") == [(0, "testing-1")]
    assert (tmp_path / "var" / "saasexport.sqlite").is_file()
    tiny.close()


def test_setting_up_again_changes_nothing_however_much_later(tiny):
    tiny.shop.execute("update thing set name = 'x'")
    before = ours(tiny)
    version = tiny.shop.execute("pragma schema_version").fetchone()
    with freeze_time(datetime.now(UTC).replace(tzinfo=None) + timedelta(days=3)):
        tiny.set_up()
    assert ours(tiny) == before
    assert tiny.shop.execute("pragma schema_version").fetchone() == version
    assert tiny.shop.execute("select count(*) from cde_things_feed_cl").fetchone() == (3,)


def test_opening_changes_nothing(tiny):
    before = ours(tiny)
    tiny.open()
    assert ours(tiny) == before


def test_only_looking_changes_nothing_though_something_is_out_of_line(tiny):
    tiny.shop.execute("drop trigger saasexport_thing_update")
    tiny.environment = "testing-2"
    tiny.write()
    before = ours(tiny)
    tiny.opened.append(opening.open_installation(str(tiny.config), read_only=True))
    assert ours(tiny) == before
    assert "saasexport_thing_update" not in texts(tiny)


def test_what_is_not_set_up_says_so(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch)
    tiny.close()
    shutil.rmtree(tmp_path / "var")
    with pytest.raises(DatabaseError, match="our database does not exist; make it with: saasexport init --shop FILE"):
        tiny.open()


def test_a_database_that_is_not_ours_says_so(tiny):
    other = tiny.folder / "other.sqlite"
    empty = db.connect_ours(str(other), create=True)
    db.install(empty)
    empty.close()
    tiny.write('[export]\ndatabase = "other.sqlite"')
    with pytest.raises(DatabaseError, match=r"other\.sqlite: not set up; run: saasexport init"):
        tiny.open()


def test_a_shop_that_is_gone_says_so(tiny):
    (tiny.folder / "shop.sqlite").rename(tiny.folder / "moved.sqlite")
    with pytest.raises(ShopError, match="the shop database does not exist"):
        tiny.open()


def test_init_refuses_another_shop_than_its_own_and_leaves_everything_as_it_was(tmp_path, demo_shop_file, capsys):
    for name in ("shop.sqlite", "other.sqlite"):
        shutil.copy(demo_shop_file, tmp_path / name)
    file = tmp_path / "saasexport.toml"

    def init(*more):
        return main(["--config", str(file), "init", *more])

    assert init("--shop", str(tmp_path / "shop.sqlite"), "--service", "http://127.0.0.1:9") == 0
    written = file.read_bytes()
    capsys.readouterr()
    assert init("--shop", str(tmp_path / "other.sqlite")) == 2
    assert "is for another shop" in capsys.readouterr().err
    assert init("--shop", str(tmp_path / "shop.sqlite"), "--service", "http://127.0.0.1:10") == 2
    assert "has another service" in capsys.readouterr().err
    assert init("--shop", str(tmp_path / "none.sqlite")) == 2
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "shop.sqlite")
    assert init("--shop", str(tmp_path / "link.sqlite")) == 0
    assert file.read_bytes() == written
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        assert triggers.list_installed(other) == []
    other.close()


# The configuration


def test_a_configuration_that_is_wrong_is_told_and_what_was_kept_not_used(tiny):
    tiny.write("[export]\nrun_secons = 5")
    with pytest.raises(ConfigError, match="did you mean run_seconds"):
        tiny.open()


def test_a_changed_configuration_is_taken_into_use(tiny):
    assert tiny.installation.config["export.run_seconds"] == 50
    tiny.write("[export]\nrun_seconds = 7\nlock_dir = 'locks'")
    tiny.open()
    assert tiny.installation.config["export.run_seconds"] == 7
    assert tiny.installation.lock_file("x") == str(tiny.folder / "locks" / "x.lock")
    assert status(tiny) == ("valid", None)
    kept = tiny.ask("select config_bytes, lock_dir from installation")
    assert kept == [(tiny.config.read_bytes(), str(tiny.folder / "locks"))]


def test_a_configuration_that_did_not_change_is_not_parsed_again(tiny, monkeypatch):
    monkeypatch.setattr(parsing, "parse", None)
    assert tiny.open().config["service.environment_id"] == "testing-1"


def test_fields_that_are_left_out_from_now_on_have_the_feed_walked_anew(tiny):
    tiny.write('[feeds.things]\nexclude = ["label"]')
    tiny.open()
    assert status(tiny) == ("invalid", "other fields are left out")
    sender = Sender()
    story.full_sync(*tiny.work(sender), THINGS)
    assert len(sender.requests[0]) == 6
    assert not any("label" in item for item in sender.requests[0])


@pytest.mark.parametrize("most", [1024, 2000, 4_194_303, 4_194_305, 100_000_000])
def test_feeds_are_walked_anew_when_other_items_are_too_large_than_before(tiny, most):
    before = tiny.config.read_text()
    tiny.config.write_text(before.replace("[service]", f"[service]\nmax_body = {most}"))
    tiny.open()
    assert status(tiny) == ("invalid", "[service] max_body is another")


def test_what_was_collected_before_is_sent_without_fields_that_are_left_out_now(tmp_path, monkeypatch):
    legacy = THINGS.with_fields(legacy=True)
    tiny = Tiny(tmp_path, monkeypatch, legacy)
    story.full_sync(*tiny.work(), legacy)
    tiny.write('[feeds.things]\nexclude = ["label"]')
    tiny.open()
    sender = Sender()
    story.send_collected(*tiny.work(sender), legacy)
    assert len(sender.requests[0]) == 6
    assert not any("label" in item for item in sender.requests[0])
    tiny.close()


def test_another_version_of_the_program_compares_everything(tiny, monkeypatch):
    monkeypatch.setattr(opening.saasexport, "__version__", "9.9")
    tiny.open()
    assert status(tiny) == ("invalid", "saasexport 9.9 was installed")
    story.full_sync(*tiny.work(), THINGS)
    tiny.open()
    assert status(tiny)[0] == "valid"


# Data spaces


def test_in_another_data_space_everything_is_sent_and_on_return_what_changed_meanwhile(tiny):
    first, second = Sender(), Sender()
    story.full_sync(*tiny.work(first, force=True), THINGS)
    tiny.environment = "testing-2"
    tiny.write()
    tiny.open()
    assert tiny.statuses() == {0: 6}
    story.sync_awaiting(*tiny.work(second), THINGS)
    assert second.taken() == ["a1/en", "a1/de", "b2/en", "b2/de", "c3/en", "c3/de"]
    tiny.shop.executescript("""
        delete from thing where thing_id = 1;
        update thing set name = 'Bun' where thing_id = 2;
        insert into thing (thing_id, code, name) values (4, 'd', 'Dish');
    """)
    story.partial_sync(*tiny.work(second), THINGS)
    assert second.taken() == ["b2/en", "b2/de", "d4/en", "d4/de", "-a1/en", "-a1/de"]
    tiny.environment = "testing-1"
    tiny.write()
    tiny.open()
    story.sync_awaiting(*tiny.work(first), THINGS)
    assert first.alive() == second.alive()
    assert tiny.ask("select bit, environment_id from environment order by bit") == [(0, "testing-1"), (1, "testing-2")]
    assert set(tiny.statuses()) == {200}


def test_the_same_data_space_again_sends_nothing(tiny):
    tiny.write("[export]\nrun_seconds = 7")
    tiny.open()
    assert tiny.statuses() == {200: 6}


# Feeds


def test_a_feed_that_is_switched_off_loses_triggers_and_changelog_and_is_synced_in_full_later(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, THINGS, SHELVES)
    story.full_sync(*tiny.work(), THINGS)
    tiny.shop.execute("update thing set name = 'x' where thing_id = 1")
    story.partial_sync(*tiny.work(), THINGS)
    tiny.write("[feeds.things]\nenabled = false")
    tiny.open()
    assert texts(tiny) == triggers.texts([SHELVES], tiny.installation.id)
    installed = triggers.list_installed(tiny.shop)
    assert [name for kind, name, _, _ in installed if kind == "table"] == ["cde_shelves_feed_cl"]
    assert status(tiny) == ("invalid", "switched off")
    assert [feed.name for feed in tiny.installation.feeds()] == ["shelves"]
    assert tiny.statuses() == {200: 6}
    tiny.shop.execute("update thing set name = 'y' where thing_id = 2")
    tiny.write()
    tiny.open()
    assert status(tiny) == ("invalid", "its changelog is new")
    assert indexer.cursor(tiny.installation.ours, THINGS).version_id == 0
    sender = Sender()
    story.full_sync(*tiny.work(sender), THINGS)
    assert sender.taken() == ["b2/en", "b2/de"]
    tiny.close()


def test_a_feed_whose_table_is_missing_is_unavailable_and_the_others_go_on(tmp_path, monkeypatch):
    names = {"name": "places", "indexer": "place", "view": "cde_places", "table": "cde_places"}
    places = THINGS.with_fields(subscriptions=(Subscription("place"),), **names)
    tiny = Tiny(tmp_path, monkeypatch, THINGS, places)
    assert [feed.name for feed in tiny.installation.feeds()] == ["things"]
    assert indexer.cursor(tiny.installation.ours, places).unavailable == "the shop has no table place"
    tiny.shop.execute("create table place (entity_id integer primary key)")
    tiny.open()
    assert [feed.name for feed in tiny.installation.feeds()] == ["things", "places"]
    assert indexer.cursor(tiny.installation.ours, places).unavailable is None
    assert texts(tiny) == triggers.texts([THINGS, places], tiny.installation.id)
    tiny.close()


def test_a_feed_is_found_in_any_letter_case_and_an_unknown_one_told_with_what_was_meant(tiny):
    assert tiny.installation.feed("THINGS") is THINGS
    with pytest.raises(ConfigError, match="there is no feed 'thing'; did you mean things"):
        tiny.installation.feed("thing")


# The shop's migrations


@pytest.mark.parametrize(
    "change",
    [
        "drop trigger saasexport_thing_update",
        "drop trigger saasexport_thing_update; create trigger saasexport_thing_update after update on thing"
        " begin /* saasexport ID */ select 1; end",
        "pragma foreign_keys = off; create table new_thing as select * from thing; drop table thing;"
        " alter table new_thing rename to thing",
    ],
)
def test_triggers_that_are_missing_or_changed_are_put_right_and_what_they_feed_compared(tiny, change):
    tiny.shop.executescript(change.replace("ID", tiny.installation.id))
    tiny.shop.execute("update thing set name = 'Unseen' where thing_id = 2")
    tiny.open()
    assert texts(tiny) == triggers.texts([THINGS], tiny.installation.id)
    assert status(tiny) == ("invalid", "triggers were missing or changed")
    sender = Sender()
    story.full_sync(*tiny.work(sender), THINGS)
    assert sender.taken() == ["b2/en", "b2/de"]


def test_a_trigger_of_a_table_is_compared_for_the_feeds_that_watch_it_only(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, THINGS, SHELVES)
    for feed in (THINGS, SHELVES):
        indexer.set_status(tiny.installation.ours, feed, "valid", None, "now")
    tiny.shop.execute("drop trigger saasexport_language_insert")
    tiny.open()
    assert (status(tiny)[0], status(tiny, SHELVES)[0]) == ("invalid", "valid")
    tiny.close()


def test_a_kill_while_triggers_are_put_right_forgets_nothing(tiny, monkeypatch):
    tiny.shop.execute("drop trigger saasexport_thing_update")
    tiny.shop.execute("update thing set name = 'Unseen' where thing_id = 2")
    install = triggers.install

    def killed_after(*arguments):
        install(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(triggers, "install", killed_after)
        with pytest.raises(KeyboardInterrupt):
            tiny.open()
    tiny.open()
    assert status(tiny) == ("invalid", "triggers were missing or changed")


def test_a_feed_that_another_job_walks_while_triggers_are_put_right_is_walked_again(tiny, monkeypatch):
    tiny.shop.execute("drop trigger saasexport_thing_update")
    install = triggers.install

    def walked_before(*arguments):
        with closing(sqlite3.connect(tiny.folder / "var/saasexport.sqlite", isolation_level=None)) as other:
            indexer.set_status(other, THINGS, "valid", None, "2026-11-23 15:00:00")
        install(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(triggers, "install", walked_before)
        tiny.open()
    assert status(tiny) == ("invalid", "triggers were missing or changed")


def test_another_change_of_the_schema_is_only_noted(tiny):
    tiny.shop.execute("alter table thing add column colour text")
    tiny.open()
    assert status(tiny) == ("valid", None)
    assert tiny.ask("select shop_version from installation") == tiny.shop.execute(
        "pragma schema_version"
    ).fetchall()


def test_a_changelog_that_was_dropped_with_its_triggers_is_made_anew(tiny):
    triggers.uninstall(tiny.shop)
    tiny.shop.execute("update thing set name = 'Unseen' where thing_id = 2")
    tiny.open()
    assert status(tiny) == ("invalid", "its changelog is new")
    assert texts(tiny) == triggers.texts([THINGS], tiny.installation.id)


def test_a_shop_that_is_locked_says_so(tiny):
    tiny.shop.execute("drop trigger saasexport_thing_update")
    tiny.shop.execute("begin immediate")
    original = db.connect_shop

    def impatient(path, *how, **more):
        shop = original(path, *how, **more)
        shop.execute("pragma busy_timeout = 0")
        return shop

    db.connect_shop, before = impatient, db.connect_shop
    try:
        with pytest.raises(ShopError, match=r"triggers cannot be installed: .*locked"):
            tiny.open()
    finally:
        db.connect_shop = before
    tiny.shop.execute("rollback")


# Other installations, other shops


def test_a_shop_with_triggers_of_another_installation_is_refused(tiny, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tiny.folder / "shop.sqlite", other / "shop.sqlite")
    with pytest.raises(ShopError, match="belongs to another installation of saasexport; is this the right shop"):
        copied(other, tiny)
    with sqlite3.connect(other / "shop.sqlite") as shop:
        installed = triggers.list_installed(shop)
        assert {sql for kind, _, _, sql in installed if kind == "trigger"} == set(texts(tiny).values())
    shop.close()


def copied(folder, tiny):
    """A new installation on the shop of a folder."""
    content = tiny.config.read_bytes()
    file = folder / "saasexport.toml"
    file.write_bytes(content)
    tiny.opened.append(opening.set_up(parsing.parse(str(file), content, ("things",)), content))


def test_another_shop_in_the_place_of_ours_is_refused(tiny):
    (tiny.folder / "shop.sqlite").unlink()
    other = tiny_shop(tiny.folder / "shop.sqlite")
    other.execute("update thing set code = 'other ' || code")
    other.close()
    with pytest.raises(ShopError, match="is another shop"):
        tiny.open()


def test_an_older_copy_of_our_shop_without_triggers_is_taken_and_compared(tiny):
    (tiny.folder / "shop.sqlite").unlink()
    older = tiny_shop(tiny.folder / "shop.sqlite")
    older.execute("delete from thing where thing_id = 3")
    older.close()
    tiny.open()
    assert status(tiny)[0] == "invalid"
    sender = Sender()
    story.full_sync(*tiny.work(sender), THINGS)
    assert sender.taken() == ["-c3/en", "-c3/de"]
    assert deletion_guard.load_held(tiny.installation.ours, THINGS) == []


def test_the_data_space_used_longest_ago_is_forgotten_when_there_are_too_many(tmp_path, monkeypatch):
    """A row has 63 bits for them."""
    with freeze_time("2027-01-01", auto_tick_seconds=60):
        tiny = Tiny(tmp_path, monkeypatch)
        for number in range(2, 66):
            tiny.environment = f"testing-{number}"
            tiny.write()
            tiny.open()
    known = tiny.ask("select environment_id, bit from environment order by used_at, environment_id")
    assert len(known) == 63
    assert {"testing-1", "testing-2"} & {name for name, _ in known} == set()
    assert ("testing-65", 1) in known
    assert sorted(bit for _, bit in known) == list(range(63))
    tiny.close()


def test_a_field_that_identifies_items_cannot_be_left_out(tiny):
    tiny.write('[feeds.things]\nexclude = ["code"]')
    with pytest.raises(ConfigError, match=r"\[feeds.things\] exclude: code identifies the items"):
        tiny.open()


# Routes


def test_a_route_names_feed_and_environment(tiny):
    assert tiny.installation.route(THINGS) == "/feeds/things/testing-1"
    tiny.write('[feeds.things]\npath = "/v2/{environment_id}/all"\nbatch_size = 7')
    tiny.open()
    assert tiny.installation.route(THINGS) == "/v2/testing-1/all"
    assert tiny.installation.batch_size(THINGS) == 7


@pytest.mark.parametrize("number", range(1, 5))
def test_a_shop_that_cannot_be_read_while_it_is_checked_is_told_as_the_shops_trouble(tmp_path, monkeypatch, number):
    tiny = Tiny(tmp_path, monkeypatch, THINGS, SHELVES)
    tiny.shop.execute("create table other (x)")  # so that everything is looked at
    installation, content = opening.connect(str(tiny.config))
    installation.shop.execute("pragma busy_timeout = 0")
    asked = []

    def lock_the_shop(statement):
        asked.append(statement)
        if len(asked) == number:
            tiny.shop.execute("begin exclusive")

    installation.shop.set_trace_callback(lock_the_shop)
    with pytest.raises(ShopError, match=rf"^{tiny.folder}/shop\.sqlite: database is locked"):
        opening.bring_in_line(installation, content)
    installation.shop.set_trace_callback(None)
    tiny.shop.execute("rollback")
    opening.bring_in_line(installation, content)
    installation.close()
    tiny.close()


@pytest.mark.parametrize(
    "ask",
    [
        triggers.list_installed,
        lambda shop: triggers.lacking(shop, THINGS),
        lambda shop: triggers.describe_clash(shop, THINGS),
        lambda shop: triggers.unavailable(shop, SHELVES),
        lambda shop: read_as_numbers(shop, [THINGS]),
    ],
)
def test_whatever_is_asked_of_a_locked_shop_names_the_shop(tmp_path, ask):
    writer = tiny_shop(tmp_path / "shop.sqlite")
    shop = db.connect_shop(str(tmp_path / "shop.sqlite"))
    shop.execute("pragma busy_timeout = 0")
    writer.execute("begin exclusive")
    with pytest.raises(ShopError, match=rf"^{tmp_path}/shop\.sqlite: database is locked"):
        ask(shop)
    shop.close()
    writer.close()
