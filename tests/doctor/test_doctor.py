"""What doctor says of a broken installation: for each kind the real thing is broken, and the line is read."""

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from saasexport import lock
from saasexport.config.parsing import load
from saasexport.doctor import machine, running
from saasexport.doctor.finding import Examined
from saasexport.feeds import all_feeds
from tests.installed import JOBS, Installed
from tests.support import BIN, Service

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def only(lines):
    """The one line there is."""
    assert len(lines) == 1, lines
    return lines[0]


def starting(start, lines):
    """The one line that starts so."""
    return only([line for line in lines if line.startswith(start)])


@contextmanager
def answering(code, headers=(), body=b""):
    """A server that always answers the same; gives its address."""

    class Always(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response_only(code)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Always) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


ACCEPTED = b'{"status":"ACCEPTED","acceptedCount":0}'


# All well


def test_a_sound_installation_has_nothing_but_ok(installed):
    done = installed.run("saasexport", "doctor", environ={"PATH": f"{installed.folder}/path:{os.defpath}"})
    lines = done.stdout.splitlines()
    # A file system in memory is worth a warning, and tests may run in one.
    assert {"OK"} == {line[:4].strip() for line in lines if ": our database is on tmpfs" not in line}, done.stdout
    checks = {line[6:].partition(":")[0] for line in lines}
    assert {"python", "cron", "triggers", "changelogs", "locks", "service", "clock", "disk", "modes"} <= checks
    assert done.returncode == 0


def test_json_has_status_check_message_and_remedy_of_each_line(installed):
    installed.change("drop trigger saasexport_catalog_product_entity_insert")
    done = installed.run("saasexport", "doctor", "--json", environ={"PATH": f"{installed.folder}/path:{os.defpath}"})
    found = json.loads(done.stdout)
    assert done.returncode == 1
    failed = only([line for line in found if line["status"] == "FAIL"])
    assert list(failed) == ["status", "check", "message", "remedy"]
    assert failed["check"] == "triggers"
    assert failed["remedy"].startswith("run reindex_all_invalid")
    assert {"status": "OK", "check": "sqlite", "message": f"SQLite {sqlite3.sqlite_version}", "remedy": ""} in found


def test_doctor_mends_nothing(installed):
    installed.change("drop trigger saasexport_catalog_product_entity_insert")
    installed.doctor()
    assert len(installed.doctor()) == 1


# Cron and locks


def test_cron_is_off(installed):
    for job in JOBS[:4]:
        os.utime(installed.folder / "var" / "lock" / f"{job}.cron", (0, 1_700_000_000))
    lines = installed.doctor()
    line = starting("FAIL  cron: reindex_all_invalid", lines)
    assert line.startswith(
        "FAIL  cron: reindex_all_invalid, saas_data_exporter, sales_data_exporter, resend_failed: last run by cron "
    )
    assert line.endswith(" days ago; see that cron runs, and read its mail or log")


def test_cron_was_never_set_up(installed):
    installed.crontab()
    for job in JOBS:
        (installed.folder / "var" / "lock" / f"{job}.cron").unlink()
    assert installed.doctor() == [
        "FAIL  cron: not scheduled for this configuration: reindex_all_invalid, saas_data_exporter, "
        "sales_data_exporter, resend_failed, cleanup_deleted_feed_items; "
        "run, as the user who is to run the jobs: saasexport cron:install",
        "FAIL  cron: reindex_all_invalid, saas_data_exporter, sales_data_exporter, resend_failed: never run by cron; "
        "see that cron runs, and read its mail or log",
        "WARN  cron: cleanup_deleted_feed_items: never run by cron; see that cron runs, and read its mail or log",
    ]


def test_a_job_that_cron_is_to_start_in_its_first_minutes_is_not_missed(installed):
    for job in JOBS:
        (installed.folder / "var" / "lock" / f"{job}.cron").unlink()
    installed.change_ours("update environment set used_at = datetime('now')")
    assert [line for line in installed.doctor(0) if "cron" in line] == []


def test_one_job_is_not_in_the_crontab(installed):
    installed.crontab(*(job for job in JOBS if job != "resend_failed"))
    assert (
        only(installed.doctor(0)) == "WARN  cron: not scheduled for this configuration: resend_failed;"
        " run, as the user who is to run the jobs: saasexport cron:install"
    )


def test_a_lock_is_held_for_long(installed):
    path = installed.folder / "var" / "lock" / "products.lock"
    held = lock.take(str(path), f"full sync({os.getpid()})")
    os.utime(path, (0, 1_700_000_000))
    try:
        line = only(installed.doctor(0))
    finally:
        lock.release(held)
    assert f"WARN  locks: products: held by full sync({os.getpid()}) since 2023-11-14 22:13:20 UTC; it is " in line
    assert line.endswith(f"if it hangs, run: kill {os.getpid()} (the lock goes with it, nothing is lost)")


# The service


def test_the_service_is_down(installed):
    installed.url = "http://127.0.0.1:9"
    installed.write_config()
    assert only(installed.doctor()) == (
        "FAIL  service: http://127.0.0.1:9: connection refused; is it running, and [service] url right?"
        " Try: curl -v http://127.0.0.1:9"
    )


@pytest.fixture
def guarded_service(tmp_path):
    """A service that wants a key."""
    key = tmp_path / "service.key"
    key.write_text("the right one\n")
    key.chmod(0o600)
    found = Service(tmp_path / "guarded", "--api-key-file", key)
    yield found
    found.stop()


def test_the_key_is_wrong(installed, guarded_service):
    key = installed.folder / "api.key"
    key.write_text("another\n")
    key.chmod(0o600)
    installed.url = guarded_service.url
    installed.write_config(service='api_key_file = "api.key"')
    assert (
        f"FAIL  service: {installed.url}/feeds/scopesWebsite/{installed.environment}: answered 401: refuses our"
        " credentials; see [service] api_key_file and environment_id"
    ) == only(installed.doctor())
    key.write_text("the right one\n")
    assert installed.doctor(0) == []


def test_the_key_file_is_missing(installed):
    installed.write_config(service='api_key_file = "api.key"')
    line = starting("FAIL  key", installed.doctor())
    place = f"{installed.config}: [service] api_key_file: {installed.folder}/api.key"
    assert f"FAIL  key: {place}: No such file or directory; name the file that holds the key" == line


def test_the_key_file_may_be_read_by_others(installed):
    key = installed.folder / "api.key"
    key.write_text("secret\n")
    key.chmod(0o644)
    installed.write_config(service='api_key_file = "api.key"')
    lines = installed.doctor()
    place = f"{installed.config}: [service] api_key_file: {key}"
    expected = f"FAIL  key: {place}: may be read by others (-rw-r--r--); run: chmod 600 {key}"
    assert expected == starting("FAIL  key", lines)
    assert "secret" not in "".join(lines)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("code", "headers", "body", "expected"),
    [
        (200, (), b"<html>Hi</html>", "a 200 that is not the service's; something else answers, see [service] url"),
        (404, (), b"", "answered 404: takes no feed there; see [service] url and path"),
        (
            301,
            (("Location", "https://shop.example/"),),
            b"",
            "answered 301: redirects to https://shop.example/; write that into [service] url",
        ),
        (500, (), b"", "answered 500; it is the service that fails: see its log, or wait; nothing is lost meanwhile"),
    ],
)
def test_something_else_answers_at_the_services_address(installed, code, headers, body, expected):
    with answering(code, headers, body) as installed.url:
        installed.write_config()
        line = starting("FAIL  service", installed.doctor())
    assert f"FAIL  service: {installed.url}/feeds/scopesWebsite/{installed.environment}: {expected}" == line


def test_a_service_that_refuses_an_empty_batch_has_taken_the_credentials(installed):
    with answering(400, (), b'{"status":"FAILED","message":"no items"}') as installed.url:
        installed.write_config()
        assert installed.doctor(0) == []


def test_a_service_that_asked_to_be_left_alone_is_left_alone(installed):
    with answering(500) as installed.url:
        installed.write_config()
        installed.change_ours(
            "insert into service_state (url, failures, not_before) values (?, 1, datetime('now', '+10 minutes'))",
            installed.url,
        )
        line = only([line for line in installed.doctor(0) if "left alone" in line])
    assert line.startswith(f"WARN  service: {installed.url}: asked to be left alone until ")


def test_what_the_service_answered_to_the_jobs_is_told(installed):
    installed.change_ours(
        "insert into service_state (url, failures, error) values (?, 7, 'answered 500')", installed.url
    )
    assert only(installed.doctor(0)) == (
        "WARN  service: the last 7 requests of the jobs failed: answered 500;"
        " if it answers now, the next job sends everything that waits"
    )


# The clock


def test_the_clock_is_an_hour_ahead_of_the_services(installed):
    moment = datetime.fromtimestamp(datetime.now(UTC).timestamp() - 3600, UTC)
    date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    with answering(200, (("Date", date),), ACCEPTED) as installed.url:
        installed.write_config()
        line = only(installed.doctor())
    assert line == (
        "FAIL  clock: 60 minutes ahead of the service's; see which one is wrong, date -u;"
        " have it kept: timedatectl set-ntp true"
    )


@pytest.mark.skipif(not os.path.exists("/usr/bin/faketime"), reason="faketime is not installed")
def test_the_clock_says_1970(installed):
    environ = {"SAASEXPORT_CONFIG": str(installed.config), "PATH": f"{installed.folder}/path:{os.defpath}"}
    done = subprocess.run(
        ["/usr/bin/faketime", "1970-01-02 00:00:00 UTC", sys.executable, "-I", BIN / "saasexport", "doctor", "--quiet"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (
        "FAIL  clock: the clock says 1970-01-02 00:00 UTC, which is past;"
        " set it, and have it kept: timedatectl set-ntp true"
    ) in done.stdout.splitlines()


def test_items_are_dated_ahead(installed):
    installed.change_ours(
        "update cde_categories_feed set modified_at = '2094-01-01 00:00:00'"
        " where id in (select id from cde_categories_feed limit 2)"
    )
    assert only(installed.doctor(0)) == (
        "WARN  clock: 2 items are dated later than now, up to 2094-01-01 00:00:00 UTC: the clock was or is wrong;"
        " see that the clock is right: date -u; the items go on, each new state a second later than the last"
    )


def test_a_time_zone_of_the_shop_is_unknown_here(installed):
    installed.change("update core_config_data set value = 'Mars/Olympus' where path = 'general/locale/timezone'")
    assert only(installed.doctor()) == (
        "FAIL  time zone: the shop uses Mars/Olympus, unknown here: days begin at the wrong hour, taken as UTC;"
        " install the time zone data: apt install tzdata, or pip install tzdata"
    )


# What is noticed of the shop


def test_a_trigger_was_dropped(installed):
    installed.change("drop trigger saasexport_catalog_product_entity_update")
    assert (
        f"FAIL  triggers: {installed.shop_file}: saasexport_catalog_product_entity_update missing: changes are not"
        " noticed; run reindex_all_invalid: it installs them and compares with the shop what was not seen meanwhile"
    ) == only(installed.doctor())
    installed.run("reindex_all_invalid")
    assert [line for line in installed.doctor(0) if "items" not in line] == []


def test_a_migration_has_rebuilt_a_table_without_its_triggers(installed):
    installed.change(
        "create table rebuilt as select * from store_website; drop table store_website;"
        " alter table rebuilt rename to store_website"
    )
    assert "saasexport_store_website_insert and 2 more missing" in starting("FAIL  triggers", installed.doctor())


def test_a_changelog_was_dropped(installed):
    installed.change("drop table cde_products_feed_cl")
    line = starting("FAIL  triggers", installed.doctor())
    assert f"{installed.shop_file}: cde_products_feed_cl is missing: every write of the shop to it fails; run " in line


def test_the_shop_belongs_to_another_installation(installed):
    installed.change_ours("update installation set installation_id = 'another'")
    line = starting("FAIL  triggers", installed.doctor())
    assert "belongs to another installation of saasexport; is it the right shop?" in line


def test_everything_was_taken_out_of_the_shop(installed):
    installed.run("saasexport", "uninstall", check=True)
    assert "uninstalled at " in starting("FAIL  our database", installed.doctor())


def test_a_changelog_does_not_move(installed):
    installed.change("update catalog_product_entity set updated_at = '2026-01-01' where entity_id = 1")
    installed.doctor(0)
    installed.change_ours("update view_state set waiting_since = datetime('now', '-20 minutes') where backlog > 0")
    line = starting("FAIL  changelogs: cde_products_feed_cl", installed.doctor())
    assert line == (
        "FAIL  changelogs: cde_products_feed_cl: 1 rows wait, none was read for 20 minutes;"
        " run reindex_all_invalid -v and see what it says of products"
    )


def test_a_changelog_is_long(installed):
    installed.change(
        "insert into cde_categories_feed_cl (entity_id)"
        " with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500) select i from n"
    )
    line = only(installed.doctor(0))
    assert line.startswith("WARN  changelogs: categories: 1,500 changes wait in the changelog, more than 1,000. ")


def test_the_shop_was_restored_from_an_older_copy(installed):
    installed.change_ours("update view_state set version_id = 12, fingerprint = '1|' where feed = 'reviews'")
    line = only(installed.doctor(0))
    assert line.startswith("WARN  changelogs: row 12 of ")
    assert line.endswith("; run reindex_all_invalid: it compares the feed with the shop")


def test_indexers_are_invalid_suspended_or_on_save(installed):
    installed.change_ours(
        "update indexer_state set status = 'invalid', reason = 'reset', updated = '2026-01-02 03:04:05'"
        " where feed in ('categories', 'reviews')"
    )
    installed.change_ours("update indexer_state set status = 'suspended' where feed = 'prices'")
    installed.change_ours("update view_state set mode = 'realtime' where feed = 'products'")
    assert sorted(installed.doctor(0)) == [
        "WARN  indexers: categories, reviews: A full sync is due (reset):"
        " the next run of reindex_all_invalid begins it",
        "WARN  indexers: prices: The indexer is suspended: cron passes this feed over until it is released;"
        " run: saasexport indexer:set-status invalid catalog_data_exporter_product_prices",
        "WARN  indexers: products: Update on Save: a risk of data loss, as changes that are not announced go"
        " unnoticed. Better: Schedule; run: saasexport indexer:set-mode schedule catalog_data_exporter_products",
    ]


def test_a_feed_was_not_reconciled_for_days(installed):
    installed.change_ours("update view_state set reconciled_at = datetime('now', '-3 days') where feed = 'products'")
    line = only(installed.doctor(0))
    assert line.startswith("WARN  reconciliation: products: not compared with the shop for more than 48 hours; ")


def test_a_feed_that_the_shop_had_is_missed(installed):
    installed.change("pragma foreign_keys = off; drop table rating_option_vote")
    installed.run("reindex_all_invalid")
    line = starting("WARN  feeds: reviews", installed.doctor(0))
    assert "reviews: It is unavailable: the shop has no table rating_option_vote. It was exported before;" in line


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("table", "feed"),
    [
        ("magento_catalogpermissions", "categoryPermissions"),
        ("rating_option_vote", "reviews"),
        ("rating", "ratingMetadata"),
        ("sales_order", "orders"),
        ("customer_group", "scopesCustomerGroup"),
    ],
)
def test_a_table_that_the_shop_never_had_is_no_warning(installed, table, feed):
    # Open Source lacks some tables of Commerce.
    installed.change(f"pragma foreign_keys = off; drop table {table}")
    installed.run("reindex_all_invalid")
    installed.change_ours("update view_state set reconciled_at = null where unavailable is not null")
    installed.change_ours("update installation set once_available = null")
    lines = installed.run("saasexport", "doctor").stdout.splitlines()
    line = only([line for line in lines if f": It is not exported: the shop has no table {table}" in line])
    assert (line[:4].strip(), feed in line) == ("OK", True)
    assert [line for line in lines if line.startswith(("WARN  feeds", "FAIL  feeds"))] == []


def test_items_failed_and_deletions_are_held_back(installed):
    installed.change_ours(
        "update cde_products_feed set status = 400, errors = 'no name'"
        " where id in (select id from cde_products_feed limit 3)"
    )
    installed.change_ours(
        "insert into gone_entity (feed, entity_id, found_by, is_held, found_at)"
        " values ('categories', 999, 'full', 1, '2026-01-01 00:00:00')"
    )
    assert sorted(installed.doctor(0)) == [
        "WARN  deletions: categories: 1 entity went from the shop at once, more than the guard allows: their deletion"
        " is held back. If they are really gone, confirm it; run: saasexport deletions categories --confirm",
        "WARN  items: products: The service rejected 3 items. The details give its reasons; an item is sent again"
        " when it is corrected in the shop; run: saasexport failed products",
    ]


# The databases


def test_our_database_is_not_there(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    init = f"saasexport --config {installed.config} init --shop {installed.shop_file}"
    see = f"or see {installed.config}: [export] database"
    assert f"FAIL  our database: {path}: is not there; run: {init}, {see}" == only(installed.doctor())


def test_our_database_is_something_else(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    path.write_bytes(b"not a database at all " * 100)
    path.chmod(0o600)
    assert (
        f"FAIL  our database: {path}: file is not a database; run reindex_all_invalid: it sets the file aside and"
        f" builds a new one from it and from the shop, or see {installed.config}: [export] database"
    ) == only(installed.doctor())


def test_our_database_is_damaged(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    with closing(sqlite3.connect(path)) as ours:
        ours.execute("pragma wal_checkpoint(truncate)")
        page = ours.execute("select rootpage from sqlite_master where name = 'cde_products_feed'").fetchone()[0]
        size = ours.execute("pragma page_size").fetchone()[0]
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    lines = [line for line in installed.doctor() if line.startswith("FAIL  our database")]
    assert f"FAIL  our database: {path}: damaged: " in lines[0]
    assert lines[0].endswith("it sets the file aside and builds a new one from it and from the shop")


def test_our_database_has_left_wal(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    with closing(sqlite3.connect(path)) as ours:
        ours.execute("pragma journal_mode = delete")
    assert (
        f"FAIL  our database: {path}: journal mode delete, in which a power cut may forget what was delivered;"
        f" run: sqlite3 {path} 'pragma journal_mode = wal'"
    ) == only(installed.doctor())


@pytest.mark.thorough
def test_our_database_is_locked_by_another_program(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as ours:
        ours.execute("begin immediate")
        line = starting("FAIL  our database", installed.doctor())
    assert (
        f"FAIL  our database: {path}: cannot be written: database is locked;"
        f" another program holds it, find it with: fuser -v {path}"
    ) == line


def test_our_database_is_of_a_newer_version(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    installed.change_ours("pragma user_version = 99")
    line = only(installed.doctor())
    assert line.startswith(f"FAIL  our database: {path}: made by a newer saasexport (schema 99, ")
    assert line.endswith("upgrade saasexport")


def test_the_shop_is_not_there(installed):
    installed.shop_file.unlink()
    assert (
        f"FAIL  the shop: {installed.shop_file}: the shop database does not exist;"
        f" see {installed.config}: [shop] database"
    ) == only(installed.doctor())


def test_the_shop_is_damaged(installed):
    with closing(sqlite3.connect(installed.shop_file)) as shop:
        page = shop.execute("select rootpage from sqlite_master where name = 'url_rewrite'").fetchone()[0]
        size = shop.execute("pragma page_size").fetchone()[0]
    with open(installed.shop_file, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    line = starting("FAIL  the shop", installed.doctor())
    assert f"FAIL  the shop: {installed.shop_file}: damaged: " in line
    assert line.endswith("stop the shop, keep a copy of the file, and restore a backup or use: sqlite3 FILE .recover")


@pytest.mark.thorough
def test_a_large_table_is_not_checked_while_that_would_keep_the_shop_from_writing(installed):
    """A reader of a database with a rollback journal keeps its writers waiting; in WAL mode it does not."""
    path = installed.shop_file
    with closing(sqlite3.connect(path)) as shop:
        shop.executescript(
            "create table large (id integer primary key, word text, other text);"
            "create index large_word on large (word); create index large_other on large (other);"
            "insert into large (word, other) with recursive n(i) as"
            " (select 1 union all select i + 1 from n where i < 300000) select hex(i), hex(-i) from n"
        )
    environ = {"PATH": f"{installed.folder}/path:{os.defpath}"}
    line = starting("OK    the shop", installed.run("saasexport", "doctor", environ=environ).stdout.splitlines())
    assert line.startswith(f"OK    the shop: {path}: journal mode delete, ")
    assert " tables are sound, 1 too large to check while it runs" in line
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("pragma journal_mode = wal")
    lines = installed.run("saasexport", "doctor", environ=environ).stdout.splitlines()
    assert f"OK    the shop: {path}: sound, journal mode wal" in lines


def test_this_is_a_copy_of_an_installation(tmp_path, installed):
    copy = tmp_path / "copy"
    shutil.copytree(installed.folder / "var", copy / "var")
    shutil.copy(installed.shop_file, copy / "shop.sqlite")
    cloned = Installed(copy, copy / "shop.sqlite", installed.service)
    cloned.crontab(*JOBS)
    line = starting("WARN  machine", cloned.doctor(0))
    assert "was set up on another machine or at another path: is this a copy?" in line
    init = f"saasexport --config {cloned.config} init --shop {cloned.shop_file}"
    assert line.endswith(f"if it was moved on purpose, run: {init}")


# Files, disks, the configuration


def test_our_database_may_be_read_by_others(installed):
    path = installed.folder / "var" / "saasexport.sqlite"
    path.chmod(0o644)
    assert f"FAIL  modes: {path}: may be read or written by others (-rw-r--r--); run: chmod 600 {path}" == starting(
        "FAIL  modes", installed.doctor()
    )


def test_a_log_may_be_read_by_others(installed):
    path = installed.folder / "var" / "log" / "saas-export.log"
    path.chmod(0o640)
    assert f"FAIL  modes: {path}: may be read or written by others (-rw-r-----); run: chmod 600 {path}" == only(
        installed.doctor()
    )


def test_others_may_write_the_configuration(installed):
    installed.config.chmod(0o666)
    assert (
        f"FAIL  configuration: {installed.config}: belongs to {pwd.getpwuid(os.geteuid()).pw_name}"
        f" and may be written by others (-rw-rw-rw-); run: chmod go-w {installed.config}"
    ) == only(installed.doctor())


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("name", "mode", "shown"),
    [
        ("lock", 0o777, "drwxrwxrwx"),
        ("lock", 0o1777, "drwxrwxrwt"),
        ("lock", 0o702, "drwx----w-"),
        ("log", 0o722, "drwx-w--w-"),
        ("log", 0o1733, "drwx-wx-wt"),
    ],
)
def test_others_may_write_the_locks_or_logs(installed, name, mode, shown):
    path = installed.folder / "var" / name
    path.chmod(mode)
    assert (
        f"FAIL  folders: {installed.config}: [export] {name}_dir: {path}: belongs to"
        f" {pwd.getpwuid(os.geteuid()).pw_name} and may be written by others ({shown}); run: chmod go-w {path}"
    ) == only(installed.doctor())


@as_root
def test_the_key_file_was_given_to_a_container(installed):
    key = installed.folder / "api.key"
    key.write_text("secret\n")
    key.chmod(0o444)
    os.chown(key, 65534, -1)
    installed.write_config(service='api_key_file = "api.key"')
    assert (
        f"WARN  key: {key}: may be read by others (-r--r--r--), and its mode is not ours to change;"
        " give it to this user alone where it is made, if that is possible"
    ) == starting("WARN  key", installed.doctor(0))


@as_root
def test_a_file_of_ours_belongs_to_another_user(installed):
    path = installed.folder / "var" / "log" / "saas-export.log"
    os.chown(path, 65534, -1)
    name = pwd.getpwuid(65534).pw_name
    assert (
        f"FAIL  owner: {path}: belong to {name}, our database to root: one of them cannot write;"
        f" run as root: chown root {path}"
    ) == only(installed.doctor())


@as_root
def test_the_user_may_not_write_the_shop(installed):
    python = shutil.which("python3", path=os.defpath)  # one that everybody may run
    if python is None:
        pytest.skip("no Python for everybody")
    for folder in (installed.folder, *installed.folder.parents):
        if folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(0o755)
    os.chown(installed.folder / "var", 65534, -1)
    for path in (installed.folder / "var").rglob("*"):
        os.chown(path, 65534, -1)
    done = subprocess.run(
        [python, "-I", BIN / "saasexport", "doctor", "-q"],
        env={"SAASEXPORT_CONFIG": str(installed.config), "PATH": f"{installed.folder}/path:{os.defpath}"},
        cwd=installed.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        user=65534,
    )
    if "can't open file" in done.stderr:
        pytest.skip("this checkout may be read by its owner only")
    name = pwd.getpwuid(65534).pw_name
    assert (
        f"FAIL  writable: the shop, {installed.shop_file}, cannot be written by {name};"
        f" run as the owner, root, or give {name} the right to write"
    ) in done.stdout.splitlines()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB in memory."""
    point = tmp_path / "small"
    point.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", point]
    if not os.path.exists(mount[0]) or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield point
    subprocess.run(["/bin/umount", "-l", point], check=True)


def test_the_disk_is_full(installed, small_disk):
    installed.write_config(f'[export]\nlog_dir = "{small_disk}"')
    assert f"FAIL  disk: {small_disk}: 1 MB free; make room: a job that cannot write stops" == only(installed.doctor())


def test_our_database_is_in_memory(installed, small_disk):
    with closing(sqlite3.connect(small_disk / "ours.sqlite")) as ours:
        ours.execute("pragma user_version")
    installed.write_config(f'[export]\ndatabase = "{small_disk}/ours.sqlite"')
    assert (
        f"WARN  file system: our database is on tmpfs, {small_disk}: it is gone with the next restart;"
        " move it to a disk, see [export] database"
    ) == starting("WARN  file system", installed.doctor())


def test_databases_on_another_machine_or_read_only_are_told(installed):
    config = load(str(installed.config), tuple(all_feeds()))
    examined = Examined(config, running.now())
    folder = str(installed.folder)
    known = machine.mounts(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        f"40 22 0:50 / {folder} ro,relatime shared:9 - ext4 /dev/sdb1 rw\n"
        f"41 40 0:51 / {folder}/var rw,relatime - nfs4 server:/export\\040one rw,vers=4.2\n"
    )
    assert [
        f"our database is on nfs4, {folder}/var: SQLite's locks do not hold there;"
        " move it to a local disk, see [export] database",
        f"the shop is on {folder}, mounted read-only; run: mount -o remount,rw {folder}",
    ] == [str(finding) for finding in machine.file_systems(examined, known)]


def test_a_mount_point_with_a_space_is_understood():
    line = "41 40 0:51 / /srv/my\\040shop rw - cifs //server/share rw,vers=3.0"
    assert [machine.Mount("/srv/my shop", "cifs", False)] == machine.mounts(line)


def test_python_and_sqlite_are_too_old():
    assert [str(finding) for finding in machine.versions((3, 10, 4)) if finding.status == "FAIL"] == [
        "Python 3.10.4 is too old; install Python 3.11 or later"
    ]
    assert [str(finding) for finding in machine.versions((3, 12, 0), (3, 34, 1)) if finding.status == "FAIL"] == [
        "SQLite 3.34.1 is too old; use a Python whose sqlite3 has SQLite 3.37 or later"
    ]


def test_the_configuration_is_broken(installed):
    installed.config.write_text("[shop]\ndatabase = 7\n")
    assert (
        f"FAIL  configuration: {installed.config}: [shop] database: expected the path of the shop's SQLite database,"
        " found 7; mend the file"
    ) == only(installed.doctor())


def test_there_is_no_configuration(installed):
    installed.config.unlink()
    assert (
        f"FAIL  configuration: {installed.config}: No such file or directory; see --config and $SAASEXPORT_CONFIG"
        == only(installed.doctor())
    )
