"""Start-up is paid four times a minute: what an idle tick loads, and nothing more."""

import os
import subprocess
import sys

import pytest

from tests.support import BIN, ROOT, TICK, Exporter

# Each of these costs as much as the rest of an idle tick, or more.
TOO_DEAR = (
    "http.client",
    "ssl",
    "json",
    "argparse",
    "logging",
    "pathlib",
    "tomllib",
    "re",
    "typing",
    "dataclasses",
    "pkgutil",
)

ALLOWED = {
    "saasexport",
    "saasexport.database",
    "saasexport.database.questions",
    "saasexport.errors",
    "saasexport.idle",
    "saasexport.lock",
    "fcntl",
    "sqlite3",
    "sqlite3.dbapi2",
    "_sqlite3",
    # What sqlite3 and os bring along.
    "datetime",
    "_datetime",
    "time",
    "math",
    "operator",
    "_operator",
    "itertools",
    "keyword",
    "reprlib",
    "_thread",
    "collections",
    "collections.abc",
    "_collections",
    "functools",
    "_functools",
    "types",
    # What a script needs that `-c pass` does not.
    "os",
    "stat",
    "_stat",
    "posixpath",
    "genericpath",
    "_collections_abc",
    "abc",
    "_abc",
}


EVERY_FEED = (
    "categories category_permissions inventory_stock_status orders own price_books prices product_attributes"
    " product_overrides products rating_metadata reviews scopes_customer_group scopes_website variants"
)


@pytest.fixture(scope="module")
def idle(tmp_path_factory, demo_shop_file, service):
    """An installation for which there is nothing to do."""
    exporter = Exporter.on_copy(tmp_path_factory.mktemp("idle"), demo_shop_file, service)
    exporter.tick(check=False)
    # The demo shop has items that no job can mend: they are retried for ever.
    for (table,) in exporter.ask("select name from sqlite_master where sql like '%What was sent of the feed%'"):
        exporter.change_ours(f"delete from {table} where status = 1")
    return exporter


def loaded(*arguments, env=None):
    """The modules that a run of Python loads, as it tells them itself."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "importtime", *arguments],
        env=env or {},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}


@pytest.mark.sample(1)
@pytest.mark.parametrize("job", TICK)
def test_an_idle_tick_loads_next_to_nothing(idle, job):
    assert_is_light(idle, job)


def test_an_idle_mirror_loads_next_to_nothing_without_a_server_and_with_one_that_is_asked_later(idle):
    assert_is_light(idle, "mirror_shop")
    before = idle.ask("select mirror_source from installation")[0]
    try:
        idle.change_ours("update installation set mirror_source = 'mysql://reader@127.0.0.1:9/shop'")
        idle.change_ours("insert into mirror_state (only_row, due_at) values (1, datetime('now', '+1 hour'))")
        assert_is_light(idle, "mirror_shop")
    finally:
        idle.change_ours("update installation set mirror_source = ?", *before)
        idle.change_ours("delete from mirror_state")


def assert_is_light(installation, job):
    """Whether a run by cron loads nothing that an idle one can do without."""
    found = loaded(BIN / job, "--cron", env={"SAASEXPORT_CONFIG": str(installation.config), "PATH": os.defpath})
    assert "saasexport.idle" in found
    assert sorted(found & set(TOO_DEAR)) == []
    assert sorted(found - loaded("-c", "pass") - ALLOWED) == []


def test_a_tick_that_is_not_started_by_cron_loads_the_job(idle):
    found = loaded(BIN / "saas_data_exporter", "--verbose", "--config", str(idle.config))
    assert {"argparse", "json", "saasexport.jobs"} <= found
    assert "http.client" not in found


def test_a_tick_with_a_change_loads_nothing_that_it_can_do_without(idle):
    idle.change("update catalog_product_entity_varchar set value = value || '.' where entity_id = 1")
    found = loaded(BIN / "reindex_all_invalid", "--cron", "--config", str(idle.config))
    assert "saasexport.delivery.client" in found
    dear = {"argparse", "dataclasses", "inspect", "pkgutil", "shutil", "urllib.parse", "encodings.idna", "http.client"}
    dear |= {"typing", "json", "datetime", "sqlite3", "socket", "threading", "hashlib"}
    assert sorted(found & dear) == []
    parts = ("saasexport.feeds.own.", "saasexport.mirror", "saasexport.shapes", "saasexport.config.parsing")
    assert [name for name in found if name.startswith(parts)] == []


def printed_by(program, idle):
    """What a program prints that runs a job as cron does."""
    run = [sys.executable, "-I", "-S", "-c", program, ROOT, "--cron", "--config", idle.config]
    return subprocess.run(run, capture_output=True, text=True, timeout=60, check=True).stdout


RUN = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from saasexport.idle import run
assert run("reindex_all_invalid") == 0
own = {name.split(".")[2] for name in sys.modules if name.startswith("saasexport.feeds.")}
print(*sorted(own))
"""


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "feeds"),
    [
        ("update catalog_product_entity_varchar set value = value || '.' where entity_id = 2", "products"),
        ("update catalog_product_entity_decimal set value = value + 1 where entity_id = 2", "prices products"),
        (
            "update customer_group set customer_group_code = 'Guests' where customer_group_id = 0",
            "product_overrides scopes_customer_group",
        ),
        ("update review_detail set title = title || '.' where review_id = 1", "reviews"),
        ("update rating set rating_code = rating_code || '.' where rating_id = 1", "rating_metadata"),
        ("update catalog_category_entity_varchar set value = value || '.' where entity_id = 4", "categories products"),
        ("alter table review add column more text", EVERY_FEED),
        ("drop trigger saasexport_review_update", EVERY_FEED),
    ],
)
def test_a_tick_loads_the_feeds_whose_changelogs_moved_unless_the_shop_is_another(idle, change, feeds):
    idle.change(change)
    assert printed_by(RUN, idle).strip() == feeds


COUNT = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from saasexport import idle
connect = idle.sqlite3.connect
opened = []
idle.sqlite3.connect = lambda path, **more: opened.append(path) or connect(path, **more)
assert idle.run("reindex_all_invalid") == 0
print(len(opened))
"""


def test_a_tick_with_a_change_opens_each_of_the_two_databases_once(idle):
    idle.change("update catalog_product_entity_varchar set value = value || '.' where entity_id = 2")
    assert printed_by(COUNT, idle) == "2\n"
