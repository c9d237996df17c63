"""Started as cron, a service manager or a careless hand may start them."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from tests.support import BIN, TICK, Exporter

pytestmark = pytest.mark.thorough


@pytest.fixture
def installed(tmp_path, demo_shop_file):
    """An installation whose service is down, so that every job has something to say."""
    return Exporter.on_copy(tmp_path / "shop", demo_shop_file)


@pytest.fixture(scope="module")
def synced_folder(tmp_path_factory, demo_shop_file, service):
    """An installation that has sent everything."""
    exporter = Exporter.on_copy(tmp_path_factory.mktemp("synced"), demo_shop_file, service)
    exporter.tick(check=False)
    return exporter


def start(command, env=None, cwd=None, **more):
    """Run a command to its end."""
    return subprocess.run(
        command, env=env or {}, cwd=cwd, capture_output=True, text=True, timeout=120, check=False, **more
    )


def outcome(done):
    """What a caller sees."""
    return done.returncode, done.stdout, done.stderr


# Where from


@pytest.mark.sample(1)
@pytest.mark.parametrize("job", TICK)
def test_with_an_empty_environment_the_configuration_of_the_working_directory_is_used(synced_folder, job):
    done = start([sys.executable, BIN / job], cwd=synced_folder.folder)
    assert outcome(done) == (0, "", "")


def test_without_a_configuration_the_remedy_is_told(tmp_path):
    done = start([sys.executable, BIN / "reindex_all_invalid"], cwd=tmp_path)
    assert outcome(done) == (
        2,
        "",
        "reindex_all_invalid: no configuration: neither ./saasexport.toml nor /etc/saasexport/saasexport.toml"
        f" exists; make one with: {BIN / 'saasexport'} init --shop FILE\n",
    )


def test_a_configuration_that_is_named_and_not_there_is_told(tmp_path):
    path = str(tmp_path / "none.toml")
    done = start([sys.executable, BIN / "resend_failed", "--config", path])
    assert outcome(done) == (
        2,
        "",
        f"resend_failed: {path}: No such file or directory; see --config and $SAASEXPORT_CONFIG\n",
    )


def test_through_a_symlink_and_from_another_working_directory(tmp_path, synced_folder):
    link = tmp_path / "sync"
    link.symlink_to(BIN / "reindex_all_invalid")
    done = start([sys.executable, link, "--config", synced_folder.config], cwd="/")
    assert outcome(done) == (0, "", "")
    relative = os.path.relpath(synced_folder.config, tmp_path)
    done = start([sys.executable, link, f"--config={relative}"], cwd=tmp_path)
    assert outcome(done) == (0, "", "")


def test_scripts_start_by_themselves(synced_folder):
    path = os.path.dirname(sys.executable) + os.pathsep + os.defpath
    done = start([BIN / "saasexport", "feeds"], {"PATH": path}, synced_folder.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "products" in done.stdout


def test_isolated_and_without_what_pip_installed(installed):
    for job in TICK:
        done = start([sys.executable, "-I", "-S", BIN / job, "--config", installed.config])
        assert "Traceback" not in done.stderr
    done = start([sys.executable, "-I", "-S", BIN / "saasexport", "--config", installed.config, "status"])
    assert (done.returncode, done.stderr) == (0, "")


def test_in_a_working_directory_that_was_deleted(tmp_path, synced_folder):
    (tmp_path / "gone").mkdir()
    command = f'rmdir "$PWD"; exec "{sys.executable}" "{BIN}/reindex_all_invalid" --config "{synced_folder.config}"'
    done = start(["/bin/sh", "-c", command], cwd=tmp_path / "gone")
    assert outcome(done) == (0, "", "")


@pytest.mark.thorough
def test_a_folder_with_spaces_quotes_and_letters_of_other_languages(tmp_path, demo_shop_file):
    folder = tmp_path / "Käse 'n \"Büro\" #1 100%?"
    exporter = Exporter(folder_made(folder), folder / "shop.sqlite")
    shutil.copy(demo_shop_file, folder / "shop.sqlite")
    exporter.config.write_text(
        "[shop]\ndatabase = 'shop.sqlite'\n[service]\nurl = 'http://127.0.0.1:9'\nenvironment_id = 'testing'\n"
    )
    for environ in ({"LANG": "C"}, {"LC_ALL": "C"}):
        done = start([sys.executable, "-I", BIN / "saasexport", "init", "--shop", "shop.sqlite"], environ, folder)
        assert (done.returncode, done.stderr) == (0, "")
        start([sys.executable, "-I", BIN / "reindex_all_invalid"], environ, folder)
        done = start([sys.executable, "-I", BIN / "resend_failed"], environ, folder)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "connection refused" in done.stderr
    assert (folder / "var" / "saasexport.sqlite").is_file()


def folder_made(folder):
    """The folder, which is there now."""
    folder.mkdir()
    return folder


# Files


@pytest.mark.thorough
def test_with_umask_000_files_are_private(tmp_path, demo_shop_file):
    shop = tmp_path / "shop.sqlite"
    shutil.copy(demo_shop_file, shop)
    config = tmp_path / "saasexport.toml"
    for command in (["saasexport", "init", "--shop", shop], *([job] for job in TICK), ["saasexport", "status"]):
        start([sys.executable, "-I", BIN / command[0], *command[1:]], cwd=tmp_path, umask=0)
    assert config.is_file()
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").rglob("*")}
    assert {path.name for path in found} >= {"saasexport.sqlite", "lock", "log", "reindex_all_invalid.lock"}
    assert {path: mode for path, mode in found.items() if mode & 0o077} == {}
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
    assert stat.S_IMODE(config.stat().st_mode) & 0o022 == 0


# Streams


@pytest.mark.sample(1)
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_with_closed_standard_streams_nothing_is_written_where_it_does_not_belong(installed, closed):
    for job in ("reindex_all_invalid", "resend_failed"):
        command = f'exec "{sys.executable}" -I "{BIN}/{job}" --config "{installed.config}" {closed}'
        done = start(["/bin/sh", "-c", command])
        assert done.returncode in (0, 1)
        assert "Traceback" not in done.stderr
    for file in (installed.shop_file, installed.folder / "var" / "saasexport.sqlite"):
        with closing(sqlite3.connect(file)) as database:
            assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert installed.ask("select count(*) > 0 from cde_products_feed where status = 2") == [(1,)]
    locks = (installed.folder / "var" / "lock").glob("*.lock")
    assert [lock.read_text() for lock in locks if "refused" in lock.read_text()] == []


def test_a_command_whose_reader_has_gone_ends_quietly(synced_folder):
    command = f'"{sys.executable}" -I "{BIN}/saasexport" --config "{synced_folder.config}" schema | head -1'
    done = start(["/bin/sh", "-c", command], {"PATH": os.defpath})
    assert done.stderr == ""
    assert done.stdout.startswith("-- Our database")


# Usage


@pytest.mark.parametrize("arguments", [["--colour"], ["--config"], ["products"]])
def test_wrong_usage_is_exit_status_2(synced_folder, arguments):
    done = start([sys.executable, BIN / "reindex_all_invalid", *arguments], cwd=synced_folder.folder)
    assert done.returncode == 2
    assert done.stderr.endswith(f"; see: {BIN / 'reindex_all_invalid'} --help\n")
    assert done.stderr.count("\n") == 1


def test_an_unknown_feed_is_exit_status_2_and_lists_the_feeds(synced_folder):
    done = start([sys.executable, BIN / "resend_failed", "produkts"], cwd=synced_folder.folder)
    assert done.returncode == 2
    assert done.stderr.startswith("resend_failed: there is no feed 'produkts'; did you mean products? feeds are: ")


def test_with_v_a_job_tells_what_it_does(installed):
    done = start([sys.executable, BIN / "reindex_all_invalid", "-v", "--config", installed.config])
    assert "categories: full sync: Complete" in done.stderr


@pytest.mark.thorough
def test_a_problem_that_lasts_is_told_by_cron_once(installed):
    job = [sys.executable, "-I", BIN / "resend_failed", "--cron", "--config", installed.config]
    start([sys.executable, "-I", BIN / "reindex_all_invalid", "--config", installed.config])
    done = [start(job) for _ in range(3)]
    assert [one.returncode for one in done] == [1, 1, 1]
    assert [len(one.stderr.splitlines()) for one in done] == [1, 0, 0]
