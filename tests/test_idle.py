"""What an idle tick takes for nothing to do, and what for work."""

import os
import shutil
import sqlite3
import sys
from datetime import UTC, datetime, timedelta

import pytest
from freezegun import freeze_time

import saasexport
from saasexport import idle, jobs, lock
from saasexport.database import questions
from saasexport.jobs import reindex_all_invalid
from saasexport.sync import story
from tests.tiny import THINGS, Sender, Tiny

LEGACY = THINGS.with_fields(
    name="papers", indexer="paper", view="cde_papers_feed", table="cde_papers_feed", legacy=True
)
SALES = THINGS.with_fields(
    name="sales",
    indexer="sale",
    view="cde_sales_feed",
    table="cde_sales_feed",
    legacy=True,
    exporter="sales_data_exporter",
)
FEEDS = (THINGS, LEGACY, SALES)
JOBS = ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter", "resend_failed")


class Started:
    """Tells whether a run went on to the job itself."""

    def __init__(self, tiny, monkeypatch):
        self.tiny = tiny
        self.monkeypatch = monkeypatch
        self.calls = []

        def main(job, argv, held=None, moved=None):
            self.calls.append((job, argv, held is not None))
            if held is not None:
                lock.release(held)
            return 7

        monkeypatch.setattr(jobs, "main", main)
        monkeypatch.setenv("SAASEXPORT_CONFIG", str(tiny.config))

    def __call__(self, job, *arguments):
        """Run a job; gives whether there was something to do."""
        self.calls.clear()
        self.monkeypatch.setattr(sys, "argv", [job, *arguments])
        status = idle.run(job)
        assert status == (7 if self.calls else 0)
        return bool(self.calls)

    def all(self):
        """The jobs that have something to do."""
        return [job for job in JOBS if self(job)]


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation that has sent everything."""
    found = Tiny(tmp_path, monkeypatch, *FEEDS)
    reindex_all_invalid.run(*found.work(), None)
    for feed in (LEGACY, SALES):
        story.send_collected(*found.work(), feed)
    yield found
    found.close()


@pytest.fixture
def started(tiny, monkeypatch):
    """Runs jobs."""
    return Started(tiny, monkeypatch)


def test_with_nothing_to_do_no_job_is_started(started):
    assert started.all() == []
    assert started.all() == []


def test_cleaning_up_is_always_something_to_do(started):
    assert started("cleanup_deleted_feed_items")


@pytest.mark.parametrize(
    "change",
    [
        "update thing set name = 'x' where thing_id = 1",
        "delete from thing where thing_id = 1",
        "insert into core_config_data (path) values ('other/path')",
        "drop trigger saasexport_thing_update",
        "drop table cde_things_feed_cl",
        "alter table thing add column colour text",
        "create table other (a)",
    ],
)
def test_a_change_of_the_shop_is_work_for_one_job(tiny, started, change):
    if change.startswith("drop table"):
        for name in ("thing", "shelf", "language", "core_config_data"):
            for operation in ("insert", "update", "delete"):
                tiny.shop.execute(f"drop trigger saasexport_{name}_{operation}")
    tiny.shop.execute(change)
    assert started.all() == ["reindex_all_invalid"]


def test_a_shop_that_went_back_in_time_is_work(tiny, started):
    tiny.shop.execute("update thing set note = 'x' where thing_id = 1")
    reindex_all_invalid.run(*tiny.work(), None)
    assert started.all() == []
    tiny.shop.execute("update cde_things_feed_cl set entity_id = 2")
    assert started.all() == ["reindex_all_invalid"]
    tiny.shop.execute("delete from cde_things_feed_cl")
    assert started.all() == ["reindex_all_invalid"]


def test_a_shop_that_is_gone_is_work(tiny, started):
    (tiny.folder / "shop.sqlite").unlink()
    assert started.all() == ["reindex_all_invalid"]
    assert not (tiny.folder / "shop.sqlite").exists()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "work"),
    [
        ("update indexer_state set status = 'invalid' where feed = 'things'", ["reindex_all_invalid"]),
        ("update indexer_state set status = 'working' where feed = 'papers'", ["reindex_all_invalid"]),
        ("update indexer_state set status = 'suspended' where feed = 'things'", []),
        ("update view_state set due_at = datetime('now', '-1 second') where feed = 'things'", ["reindex_all_invalid"]),
        ("update view_state set due_at = datetime('now', '+1 hour') where feed = 'things'", []),
        ("update view_state set reconciled_at = datetime('now', '-49 hours')", ["reindex_all_invalid"]),
        ("update view_state set reconciled_at = datetime('now', '-47 hours')", []),
        ("update installation set cleaned_at = datetime('now', '-49 hours')", ["reindex_all_invalid"]),
        ("insert into gone_entity values ('things', 1, 'partial', 0, 'now', null)", ["reindex_all_invalid"]),
        ("insert into gone_entity values ('things', 1, 'partial', 1, 'now', null)", []),
        ("update cde_things_feed set status = 0 where id = 1", ["reindex_all_invalid"]),
        ("update cde_things_feed set status = 1 where id = 1", ["resend_failed"]),
        ("update cde_things_feed set status = 2 where id = 1", ["resend_failed"]),
        ("update cde_things_feed set status = 2, is_deleted = 1 where id = 1", ["resend_failed"]),
        ("update cde_things_feed set status = 400 where id = 1", []),
        ("update cde_things_feed set is_deleted = 1 where id = 1", []),
        ("update cde_papers_feed set status = 0 where id = 1", ["saas_data_exporter"]),
        ("update cde_sales_feed set status = 0 where id = 1", ["sales_data_exporter"]),
        ("update cde_sales_feed set status = 2 where id = 1", ["resend_failed"]),
    ],
)
def test_what_stands_in_our_database_is_work_for_the_job_that_does_it(tiny, started, change, work):
    tiny.installation.ours.execute(change)
    assert started.all() == work


def test_a_problem_that_was_told_is_work_for_a_run_by_cron(tiny, started):
    tiny.installation.ours.execute("insert into problem values ('resend_failed', 'x', 'now', 'now', 0)")
    assert started.all() == []
    assert started("resend_failed", "--cron")
    assert not started("saas_data_exporter", "--cron")
    tiny.installation.ours.execute("update problem set waits_for_people = 1")
    assert not started("resend_failed", "--cron")


@pytest.mark.sample(1)
@pytest.mark.parametrize("arguments", [["-v"], ["--verbose"], ["--help"], ["things"], ["--config"], ["--config", ""]])
def test_whoever_asks_for_more_is_answered_by_the_job(started, arguments):
    assert started("reindex_all_invalid", *arguments)


def test_the_configuration_may_be_named(tiny, started, monkeypatch):
    monkeypatch.setenv("SAASEXPORT_CONFIG", "/nowhere.toml")
    assert not started("reindex_all_invalid", "--config", str(tiny.config))
    assert not started("reindex_all_invalid", "--cron", "--config", os.path.relpath(tiny.config))
    assert started("reindex_all_invalid")


def test_the_configuration_of_the_working_directory_is_found(tiny, started, monkeypatch):
    monkeypatch.delenv("SAASEXPORT_CONFIG")
    monkeypatch.chdir(tiny.folder)
    assert not started("reindex_all_invalid")


def test_a_configuration_that_changed_is_for_the_job(tiny, started):
    tiny.config.write_bytes(tiny.config.read_bytes() + b"# more\n")
    assert started.all() == list(JOBS)


def test_a_copy_of_the_configuration_elsewhere_is_for_the_job(tiny, started):
    other = tiny.folder / "other.toml"
    shutil.copy(tiny.config, other)
    assert started("reindex_all_invalid", "--config", str(other))


def test_what_another_version_kept_is_not_relied_on(started, monkeypatch):
    monkeypatch.setattr(saasexport, "__version__", "9.9")
    assert started.all() == list(JOBS)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "usable",
    [
        "tiny feed_tiny tiny_cl",
        "tiny feed_tiny(select tiny_cl at_once",
        "tiny') union all select load_extension('x'); -- feed_tiny tiny_cl at_once",
        'tiny feed_tiny "tiny_cl" at_once',
        "tïny feed_tiny tiny_cl at_once",
        b"tiny feed_tiny tiny_cl at_once",
        None,
    ],
)
def test_feeds_that_are_not_made_of_plain_names_are_for_the_job(tiny, started, usable):
    tiny.installation.ours.execute("update installation set usable = ?", (usable,))
    assert started.all() == list(JOBS)


def test_no_question_of_an_idle_tick_is_kept_in_our_database(tiny):
    cursor = tiny.installation.ours.execute("select * from installation")
    kept = zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True)
    assert [name for name, value in kept if "select " in str(value).lower()] == []


def test_a_database_that_cannot_be_used_is_for_the_job(tiny, started):
    tiny.close()
    (tiny.folder / "var" / "saasexport.sqlite").write_bytes(b"not a database" * 100)
    for suffix in ("-wal", "-shm"):
        (tiny.folder / "var" / f"saasexport.sqlite{suffix}").unlink(missing_ok=True)
    assert started.all() == list(JOBS)


def test_a_scan_that_finds_another_database_leaves_it_to_the_job(tiny, started):
    """What the plain scan takes for our database has another configuration, or none."""
    decoy = tiny.folder / "decoy.sqlite"
    with sqlite3.connect(decoy) as database:
        database.execute("create table installation (config_bytes, config_file)")
    database.close()
    tiny.config.write_text(
        tiny.config.read_text() + '[feeds.things]\npath = """/\n[export]\ndatabase = "decoy.sqlite"\n"""\n'
    )
    assert questions.database_of(str(tiny.config), tiny.config.read_bytes()) == str(decoy)
    assert started("reindex_all_invalid")


def test_a_job_that_runs_already_is_left_alone_silently(tiny, started, capsys):
    tiny.shop.execute("update thing set name = 'x'")
    with lock.held(tiny.installation.lock_file("reindex_all_invalid"), "reindex_all_invalid"):
        assert not started("reindex_all_invalid")
    assert capsys.readouterr() == ("", "")
    assert started("reindex_all_invalid")


def test_the_job_is_handed_the_lock_that_is_held(tiny, started):
    tiny.shop.execute("update thing set name = 'x'")
    assert started("reindex_all_invalid", "--cron")
    assert started.calls == [("reindex_all_invalid", ["--cron"], True)]


def test_an_idle_run_lets_go_of_its_lock_and_notes_when_it_was(tiny, started):
    path = tiny.installation.lock_file("resend_failed")
    assert not started("resend_failed")
    assert lock.is_held(path) == ""
    with open(path) as file:
        assert file.read() == f"resend_failed({os.getpid()})"


def test_a_job_whose_reader_has_gone_fails_quietly(tiny, started, monkeypatch):
    def main(*_):
        raise BrokenPipeError

    tiny.shop.execute("update thing set name = 'x'")
    monkeypatch.setattr(jobs, "main", main)
    monkeypatch.setattr(sys, "argv", ["reindex_all_invalid", "-v"])
    assert idle.run("reindex_all_invalid") == 1


def test_a_full_round_ends_idle(tiny, started):
    tiny.shop.executescript("delete from thing where thing_id = 1; update shelf set label = 'x'")
    assert started.all() == ["reindex_all_invalid"]
    reindex_all_invalid.run(*tiny.work(), None)
    assert started.all() == ["saas_data_exporter", "sales_data_exporter"]
    for feed in (LEGACY, SALES):
        story.send_collected(*tiny.work(Sender()), feed)
    assert started.all() == []


@pytest.mark.parametrize(
    ("source", "due", "arguments", "expected"),
    [
        (None, None, ("--cron",), False),
        ("mysql://r@h/d", None, ("--cron",), True),
        ("mysql://r@h/d", "+1 hour", ("--cron",), False),
        ("mysql://r@h/d", "+1 hour", (), True),
        ("mysql://r@h/d", "-1 second", ("--cron",), True),
        ("mysql://r@h/d", "+2 days", ("--cron",), True),  # a clock that was set back
    ],
)
def test_the_mirror_waits_by_cron_until_it_is_due(tiny, started, source, due, arguments, expected):
    tiny.installation.ours.execute("update installation set mirror_source = ?", (source,))
    if due:
        query = "insert into mirror_state (only_row, due_at) values (1, datetime('now', ?))"
        tiny.installation.ours.execute(query, (due,))
    assert started("mirror_shop", *arguments) is expected


@pytest.mark.parametrize(
    ("settings", "before", "is_alone"),
    [
        ("", "", True),
        ("[feeds.things]\nenabled = true", "", True),
        ("[export]\nreconcile_hours = 30", "", True),
        ("[export]\nfeeds_dir = 'own'", "", False),
        ("", "alter table thing add column product_id text", False),
    ],
)
def test_a_feed_is_synced_without_the_others_unless_they_say_how_it_is_read(
    tmp_path, monkeypatch, settings, before, is_alone
):
    """With a file of a feed, which may replace any, and with keys that are texts, each feed needs all."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "goods.sql").write_text("no feed")
    monkeypatch.setattr(THINGS.assemble, "__module__", "saasexport.feeds.reviews")
    tiny = Tiny(tmp_path, monkeypatch, settings=settings, before=before)
    usable = tiny.ask("select usable from installation")
    assert usable == [(f"things cde_things_feed cde_things_feed_cl at_once {'reviews' if is_alone else 'all'}",)]
    tiny.close()


@pytest.fixture(params=["delete", "wal"])
def quiet(request, tiny, started):
    """The shop, which was looked at a minute after it was written to; its clock stands there."""
    tiny.shop.execute(f"pragma journal_mode = {request.param}")
    tiny.shop.execute("select count(*) from thing").fetchall()  # makes the log of one in WAL mode
    with freeze_time(datetime.now(UTC) + timedelta(minutes=1)):
        assert started.all() == []
        yield tiny.shop


def is_opened(monkeypatch, run):
    """Whether a run opens the shop."""
    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(idle.sqlite3, "connect", lambda path, **more: opened.append(path) or connect(path, **more))
    assert not run("reindex_all_invalid")
    return any(path.endswith("shop.sqlite") for path in opened)


@pytest.mark.sample(1)
def test_a_shop_that_nobody_wrote_to_is_not_opened_again(quiet, started, monkeypatch):
    assert not is_opened(monkeypatch, started)
    quiet.execute("create temp table scratch (a)")
    quiet.execute("select count(*) from thing").fetchall()
    assert not is_opened(monkeypatch, started)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "change",
    [
        "update thing set name = 'x' where thing_id = 1",
        "delete from thing where thing_id = 1",
        "drop trigger saasexport_thing_update",
        "alter table thing add column colour text",
        "drop trigger saasexport_shelf_delete",
        "insert into cde_things_feed_cl (entity_id) values (1)",
    ],
)
def test_whatever_is_written_to_a_quiet_shop_is_seen(quiet, started, change):
    quiet.execute(change)
    assert started("reindex_all_invalid")
    assert started("reindex_all_invalid")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "change",
    [
        "update view_state set version_id = version_id - 1 where feed = 'things'",
        "update view_state set fingerprint = 'x' where feed = 'papers'",
        "update view_state set version_id = 99 where feed = 'sales'",
        "update installation set shop_version = shop_version - 1",
        "update installation set shop_version = null",
    ],
)
@pytest.mark.usefixtures("quiet")
def test_whatever_changes_in_what_is_known_of_a_quiet_shop_is_seen(tiny, started, change):
    tiny.installation.ours.execute(change)
    assert started("reindex_all_invalid")


@pytest.mark.sample(1)
@pytest.mark.usefixtures("quiet")
def test_another_file_in_the_place_of_a_quiet_shop_is_looked_at(tiny, started, monkeypatch):
    path = tiny.folder / "shop.sqlite"
    shutil.copy2(path, tiny.folder / "other.sqlite")
    (tiny.folder / "other.sqlite").replace(path)
    assert is_opened(monkeypatch, started)


def test_a_shop_that_was_just_written_to_is_looked_at_again(tiny, started, monkeypatch):
    """A second write at the same moment would leave the file with the time that it has."""
    with freeze_time(datetime.fromtimestamp((tiny.folder / "shop.sqlite").stat().st_mtime + 2, UTC)):
        assert is_opened(monkeypatch, started)
        assert is_opened(monkeypatch, started)


@pytest.mark.sample(1)
@pytest.mark.parametrize("note", ["", "x", "[]", "[1]", None])
@pytest.mark.usefixtures("quiet")
def test_a_note_that_is_lost_or_broken_has_the_shop_looked_at(tiny, started, monkeypatch, note):
    path = tiny.folder / "var" / "lock" / "shop.seen"
    path.unlink() if note is None else path.write_text(note)
    assert is_opened(monkeypatch, started)
    assert not is_opened(monkeypatch, started)


class Stream:
    """A stream whose last lines may have no room."""

    def __init__(self, error=None):
        self.error = error
        self.is_flushed = False

    def flush(self):
        if self.error:
            raise self.error
        self.is_flushed = True


@pytest.mark.parametrize("status", [0, 1, 2, 130])
def test_the_process_ends_with_the_status_of_the_job_when_all_is_written(status, monkeypatch):
    ended = []
    streams = Stream(), Stream()
    monkeypatch.setattr(idle, "run", lambda job: status)
    monkeypatch.setattr(os, "_exit", lambda code: ended.append((code, streams[0].is_flushed, streams[1].is_flushed)))
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    idle.start("reindex_all_invalid")
    assert ended == [(status, True, True)]


@pytest.mark.parametrize("error", [OSError(28, "No space left"), BrokenPipeError(), ValueError("closed file")])
def test_python_ends_by_itself_where_something_cannot_be_written(error, monkeypatch):
    monkeypatch.setattr(idle, "run", lambda job: 1)
    monkeypatch.setattr(os, "_exit", lambda code: pytest.fail("the process has ended"))
    monkeypatch.setattr(sys, "stdout", Stream(error))
    assert idle.start("reindex_all_invalid") == 1
