"""The job and `init --mirror`, against a real server: what people type, and what comes of it."""

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from saasexport.doctor.finding import Examined
from saasexport.doctor.spellings import unlike_spellings
from tests.mirror.mirrored import NAMES
from tests.support import Exporter, Service

SHOP = """
create table thing (id int primary key, sku varchar(20), name varchar(50), price decimal(12, 4));
create table secret (id int primary key, password_hash varchar(50));
insert into thing values (1, 'a', 'Apple', 1.5), (2, 'b', 'Bread', 2);
insert into secret values (1, 'hash');
"""

FEED = """-- feed: things
-- entity: thing.id
-- identity: sku

-- name: items
select id as entity,
       sku,
       name
  from thing
 where id in (select value from json_each(:ids))
"""


class Mirrored(Exporter):
    """An installation whose shop lives in a server."""

    def __init__(self, server, folder, service=None):
        self.server, self.database = server, server.make(next(NAMES))
        super().__init__(folder, folder / "copy.sqlite", service)
        self.config.unlink()
        self.password = folder / "pw"
        self.password.write_text("secret\n")
        self.password.chmod(0o600)

    def do(self, sql):
        """Have the shop's own program do something."""
        return self.server.ask(sql, self.database)

    def init(self, *more):
        """Set it up."""
        address = self.server.address(self.database)
        places = ("--service", self.url, "--environment", self.environment)
        mirror = ("--mirror", address, "--password-file", self.password)
        return self.run("saasexport", "init", "--shop", self.shop_file, *mirror, *places, *more)

    def mirror(self, *options):
        """One run of the job."""
        return self.run("mirror_shop", *options)


@pytest.fixture
def mirrored(mariadb, tmp_path):
    """A small shop, with a feed of its own, not set up yet."""
    (tmp_path / "feeds.d").mkdir(mode=0o700)
    (tmp_path / "feeds.d" / "things.sql").write_text(FEED)
    service = Service(tmp_path / "service", "--schema", tmp_path / "feeds.d" / "things.sql")
    found = Mirrored(mariadb, tmp_path, service)
    found.do(SHOP)
    yield found
    service.stop()


def test_from_nothing_to_the_first_item_and_the_first_change(mirrored):
    done = mirrored.init()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"server         {mirrored.server.address(mirrored.database)}: 1 tables copied in " in done.stdout
    mirrored.tick()
    assert sorted(item["name"] for item in mirrored.items("things")) == ["Apple", "Bread"]
    before = len(mirrored.sent())

    mirrored.do("update thing set name = 'Cake' where id = 2; update thing set price = 9")
    done = mirrored.mirror("-v")
    assert (done.returncode, done.stdout) == (0, "")
    assert "mirror_shop: 1 rows written, 2 fetched, 1 of 1 tables looked at" in done.stderr
    mirrored.tick()

    assert sorted(item["name"] for item in mirrored.items("things")) == ["Apple", "Cake"]
    assert mirrored.sent()[before:] == [("things", 1, 200)]
    assert mirrored.mirror().stderr == ""


def test_nothing_is_copied_that_no_feed_reads(mirrored):
    mirrored.init()
    tables = mirrored.ask_shop("select name from sqlite_master where type = 'table' and name in ('thing', 'secret')")
    assert tables == [("thing",)]
    assert mirrored.ask_shop("select name from pragma_table_info('thing')") == [("id",), ("sku",), ("name",)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda mirrored: mirrored.password.write_text("wrong\n"), "Access denied"),
        (lambda mirrored: mirrored.password.chmod(0o644), "may be read by others"),
        (lambda mirrored: mirrored.password.unlink(), "No such file or directory"),
        (lambda mirrored: mirrored.do("drop table thing; drop table secret"), "shows no table; grant select"),
        (lambda mirrored: mirrored.shop_file.write_text("no database"), "file is not a database"),
        (lambda mirrored: mirrored.server.ask(f"drop database {mirrored.database}"), "nknown database"),
    ],
)
def test_refused_it_leaves_no_file(mirrored, change, said):
    change(mirrored)
    before = sorted(os.listdir(mirrored.folder))
    done = mirrored.init()
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert sorted(os.listdir(mirrored.folder)) == before


def test_feeds_wait_for_a_first_copy_that_was_cut_off_and_the_job_goes_on_with_it(mirrored):
    mirrored.init()
    mirrored.shop_file.rename(f"{mirrored.shop_file}.first-copy")
    done = mirrored.run("reindex_all_invalid", "-v")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "reindex_all_invalid: waits for the first copy of the shop, which mirror_shop makes\n"
    done = mirrored.run("saasexport", "status")
    assert done.returncode == 1
    assert done.stderr.startswith(f"saasexport: {mirrored.shop_file}: the first copy of the shop is not complete; ")
    shown = [" ".join(line.split()) for line in mirrored.run("saasexport", "doctor").stdout.splitlines()]
    [line] = [line for line in shown if " mirror: " in line or " the shop: " in line]
    assert line.startswith("WARN mirror: the first copy is not complete; mirror_shop goes on with it: ")
    assert "0 fetched" in mirrored.mirror("-v").stderr
    mirrored.tick()
    assert len(mirrored.items("things")) == 2


def test_by_cron_the_server_is_asked_for_a_tenth_of_the_time_and_by_hand_at_once(mirrored):
    mirrored.init()
    # The machine may be too slow for a wait of some seconds.
    later = "update mirror_state set rows_read = 99, due_at = datetime('now', '+1 hour')"
    mirrored.change_ours(later)
    assert mirrored.mirror("--cron", "-v").stderr == "mirror_shop: nothing to do yet, see [mirror] load\n"
    assert "tables looked at" in mirrored.mirror("-v").stderr
    mirrored.change_ours(later)
    mirrored.tick()
    assert (mirrored.mirror("--cron").returncode, mirrored.ask("select rows_read from mirror_state")) == (0, [(99,)])
    assert (mirrored.mirror().returncode, mirrored.ask("select rows_read from mirror_state")) == (0, [(0,)])
    ((seconds, copied, due),) = mirrored.ask(
        "select seconds, unixepoch(copied_at), unixepoch(due_at) from mirror_state"
    )
    assert due - copied >= int(9 * seconds) - 1
    mirrored.change_ours("update mirror_state set due_at = datetime('now', '-1 second')")
    assert "tables looked at" in mirrored.mirror("--cron", "-v").stderr


def test_what_another_file_of_a_feed_reads_is_copied_at_once(mirrored):
    mirrored.init()
    mirrored.tick()
    file = mirrored.folder / "feeds.d" / "things.sql"
    file.write_text(FEED.replace("       name\n", "       name,\n       price\n"))
    assert "tables looked at" in mirrored.mirror("--cron", "-v").stderr
    mirrored.tick()
    assert sorted(item["price"] for item in mirrored.items("things")) == [1.5, 2]


def test_a_server_that_is_down_fails_the_run_and_is_told_once_by_cron(mirrored):
    mirrored.init()
    mirrored.tick()
    config = mirrored.config.read_text()
    mirrored.config.write_text(config.replace(str(mirrored.server.port), "9"))
    first, second = mirrored.mirror("--cron"), mirrored.mirror("--cron")
    assert (first.returncode, second.returncode, second.stderr) == (1, 1, "")
    assert first.stderr.startswith(f"mirror_shop: [mirror] {mirrored.database} at 127.0.0.1:9: ")
    assert first.stderr.endswith("; the copy stays as it was\n")
    assert mirrored.ask("select error is not null, failed_since is not null from mirror_state") == [(1, 1)]
    mirrored.config.write_text(config)
    assert "over since" in mirrored.mirror("--cron").stderr
    assert mirrored.ask("select error, failed_since from mirror_state") == [(None, None)]


def test_without_a_mirror_there_is_nothing_to_do(exporter):
    done = exporter.run("mirror_shop", "-v")
    assert (done.returncode, done.stderr) == (0, "mirror_shop: nothing to do: the configuration has no [mirror]\n")
    done = exporter.run("mirror_shop", "--cron")
    assert (done.returncode, done.stderr) == (0, "")


# What is shown


def test_the_copy_is_shown_by_status_doctor_dashboard_and_metrics(mirrored):
    mirrored.init()
    mirrored.tick()
    text = "[export]\nmetrics_file = \"metrics.prom\"\nbuilt_in = false"
    mirrored.config.write_text(mirrored.config.read_text().replace("[export]\nbuilt_in = false", text))
    assert mirrored.mirror().returncode == 0
    shown = " ".join(mirrored.run("saasexport", "status").stdout.split())
    assert "the copy shows the shop as it was" in shown
    assert "and wrote 0 rows, which adds to what changes take" in shown
    lines = [line for line in mirrored.run("saasexport", "doctor").stdout.splitlines() if " mirror: " in line]
    assert len(lines) == 1
    assert "the copy shows the shop as it was" in lines[0]
    [line] = json.loads(mirrored.run("saasexport", "status", "--json").stdout)
    assert mirrored.ask("select copied_at from mirror_state") == [(line["copied_at"],)]
    mirrored.run("saasexport", "dashboard", "--output", "page.html", check=True)
    page = " ".join((mirrored.folder / "page.html").read_text().split())
    assert "the copy shows the shop as it was" in page
    assert "and wrote 0 rows, which adds to what changes take" in page
    metrics = (mirrored.folder / "metrics.prom").read_text()
    described = [line.split()[2] for line in metrics.splitlines() if line.startswith("# HELP saasexport_mirror")]
    assert described == [
        "saasexport_mirror_timestamp_seconds",
        "saasexport_mirror_run_seconds",
        "saasexport_mirror_written_rows",
        "saasexport_mirror_failed",
    ]
    assert "saasexport_mirror_failed 0\n" in metrics
    assert "saasexport_mirror_written_rows 0\n" in metrics


def test_doctor_says_what_is_wrong_with_the_mirror(mirrored):
    def lines():
        shown = mirrored.run("saasexport", "doctor").stdout.splitlines()
        return [" ".join(line.split()) for line in shown if " mirror: " in line]

    mirrored.init()
    mirrored.do(f"grant delete on {mirrored.database}.* to reader@'%'")
    assert mirrored.mirror().stderr == ""
    mirrored.do(f"revoke delete on {mirrored.database}.* from reader@'%'")
    [fine, wide] = lines()
    assert fine.startswith("OK mirror: the copy shows")
    assert wide.startswith("WARN mirror: reader may do more than read: DELETE; revoke it, and grant select only")
    mirrored.mirror()
    mirrored.change_ours("update mirror_state set due_at = datetime('now', '-1 hour')")
    assert lines()[0].startswith("FAIL mirror: it stands still: the copy is")
    mirrored.config.write_text(mirrored.config.read_text().replace(str(mirrored.server.port), "9"))
    mirrored.mirror()
    assert lines()[0].startswith("FAIL mirror: no run has gone well since")
    assert "mirror_shop fails since" in " ".join(mirrored.run("saasexport", "status").stdout.split())
    checked = mirrored.run("saasexport", "check")
    assert checked.returncode == 2
    assert checked.stdout.startswith("SAASEXPORT CRITICAL - mirror: no run has gone well since")
    mirrored.run("saasexport", "dashboard", "--output", "page.html", check=True)
    page = (mirrored.folder / "page.html").read_text()
    assert "mirror_shop fails since" in re.search(r'<p class="lead">.*?</p>', page, re.DOTALL)[0]
    assert "cron has never run mirror_shop here." in page


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ("Ärmel", "ärmel", True),
        ("groß", "GROSS", True),
        ("café", "cafe", True),
        ("apple", "apple ", True),
        ("Ångström", "ångstrom", True),
        ("Apple", "aPPLE", False),
        ("Ärmel", "Ärmel", False),
        ("ärmel", "arm", False),
    ],
)
def test_doctor_says_what_the_server_joins_and_the_copy_does_not(one, other, is_told):
    with closing(sqlite3.connect(":memory:")) as shop:
        for table, text in (("thing", one), ("tag", other)):
            shop.execute(f"create table {table} (id integer primary key, sku text collate nocase)")
            shop.execute(f"create index {table}_sku on {table} (sku)")
            shop.execute(f"insert into {table} (sku) values (?), ('other'), (null)", (text,))
        config = {"mirror.source": "mysql://reader@localhost/magento"}
        findings = [str(each) for each in unlike_spellings(Examined(config, datetime.now(UTC), shop=shop))]
    assert [f"{other!r} (tag.sku)" in finding and f"{one!r} (thing.sku)" in finding for finding in findings] == (
        [True] if is_told else []
    )
