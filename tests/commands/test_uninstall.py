"""Uninstalling is a state: nothing comes back until init."""

import os
import sqlite3
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.capture import triggers
from saasexport.jobs import reindex_all_invalid
from saasexport.setup import opening, shop_check
from tests.commands.test_cron import OTHERS, Crontab
from tests.support import TICK, Exporter

JOBS = (*TICK, "cleanup_deleted_feed_items")


@pytest.fixture
def gone(tmp_path, demo_shop_file):
    """An installation whose cron lines were installed, taken out of its shop again."""
    found = Exporter.on_copy(tmp_path / "exporter", demo_shop_file)
    found.crontab = Crontab(tmp_path)
    found.crontab.file.write_text(OTHERS)
    found.environ = {"PATH": f"{found.crontab.program.parent}:{os.defpath}"}
    found.run("saasexport", "cron:install", environ=found.environ, check=True)
    assert found.crontab.jobs()
    found.run("saasexport", "uninstall", environ=found.environ, check=True)
    return found


def of_ours(exporter):
    """What the shop holds of ours."""
    with closing(sqlite3.connect(exporter.shop_file)) as shop:
        query = "select name from sqlite_master where name like 'saasexport%' or name like '%/_cl' escape '/'"
        return shop.execute(query).fetchall()


def test_our_cron_lines_go_with_it_and_those_of_others_stay(gone):
    assert gone.crontab.file.read_text() == OTHERS
    assert of_ours(gone) == []


def test_jobs_do_nothing_in_silence_and_put_nothing_back(gone):
    for job in JOBS:
        for options in ((), ("--cron",), ("-v",)):
            done = gone.run(job, *options)
            assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    gone.write_config("[export]\nrun_seconds = 7")
    assert gone.run("reindex_all_invalid").returncode == 0
    assert of_ours(gone) == []


def test_every_command_that_needs_it_says_that_it_is_uninstalled(gone):
    before = gone.shop_file.read_bytes()
    for command in (
        ["status"],
        ["failed"],
        ["feeds"],
        ["show", "products", "24-MB01"],
        ["schema"],
        ["deletions"],
        ["saas:resync", "--feed", "products"],
        ["indexer:reindex"],
        ["indexer:status"],
        ["dashboard", "--output", "page.html"],
        ["doctor"],
        ["cron:install"],
        ["timer:install"],
        ["config"],
        ["config", "--json"],
    ):
        done = gone.run("saasexport", *command, environ=gone.environ)
        assert done.returncode == 1, command
        assert "uninstalled" in done.stdout + done.stderr, command
        said = (done.stdout + done.stderr).replace(f" --config {gone.config}", "")
        assert f"saasexport init --shop {gone.shop_file}" in said, command
    assert gone.shop_file.read_bytes() == before
    assert gone.crontab.jobs() == []


def test_uninstalling_again_is_no_fault_and_init_brings_everything_back(gone):
    gone.run("saasexport", "uninstall", environ=gone.environ, check=True)
    gone.run("saasexport", "init", "--shop", gone.shop_file, check=True)
    assert len(of_ours(gone)) > 30
    assert gone.run("saasexport", "status").returncode == 0


def test_a_machine_without_crontab_is_no_fault(tmp_path, demo_shop_file):
    exporter = Exporter.on_copy(tmp_path / "exporter", demo_shop_file)
    done = exporter.run("saasexport", "uninstall", environ={"PATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")
    assert of_ours(exporter) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("settings", ["", "[export]\nrun_seconds = 7"])
@pytest.mark.parametrize("moment", ["the job has opened", "it looks at the shop", "it installs triggers", "it syncs"])
def test_a_job_at_work_puts_back_no_trigger(tmp_path, demo_shop_file, monkeypatch, capsys, moment, settings):
    exporter = Exporter.on_copy(tmp_path / "exporter", demo_shop_file)
    with closing(sqlite3.connect(exporter.shop_file)) as shop:
        shop.execute("drop trigger saasexport_catalog_product_entity_insert")
    exporter.write_config(settings)
    module, name = {
        "the job has opened": (opening, "bring_in_line"),
        "it looks at the shop": (shop_check, "_usable"),
        "it installs triggers": (triggers, "install"),
        "it syncs": (reindex_all_invalid, "run"),
    }[moment]
    usual = getattr(module, name)

    def uninstalled_first(*arguments):
        monkeypatch.setattr(module, name, usual)
        exporter.run("saasexport", "uninstall", environ={"PATH": str(tmp_path)}, check=True)
        return usual(*arguments)

    monkeypatch.setattr(module, name, uninstalled_first)
    assert jobs.main("reindex_all_invalid", ["--config", str(exporter.config), "--cron"]) == 0
    assert of_ours(exporter) == []
    assert capsys.readouterr().err == ""
