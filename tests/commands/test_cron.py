"""cron:install and cron:remove, with a crontab program that keeps the crontab in a file."""

import os
import re
import subprocess
import sys

import pytest

from tests.support import BIN, ROOT

OTHERS = "MAILTO=shop@example.com\n0 3 * * * /usr/local/bin/backup --all  # caf\u00e9\n"


class Crontab:
    """The user's crontab."""

    def __init__(self, folder):
        self.file = folder / "crontab.txt"
        self.program = folder / "path" / "crontab"
        self.program.parent.mkdir()
        self.is_program(
            f"case $1 in\n"
            f"-l) [ -e {self.file} ] || {{ echo no crontab for shop >&2; exit 1; }}; cat {self.file};;\n"
            f"-) cat > {self.file};;\n"
            f"esac"
        )

    def is_program(self, script):
        """Have the program do something else."""
        self.program.write_text(f"#!/bin/sh\n{script}\n")
        self.program.chmod(0o755)

    def jobs(self):
        """The lines between the markers, if there are any."""
        found = re.search(r"# begin saasexport .*\n((?:.*\n)*)# end saasexport ", self.file.read_text())
        return found[1].splitlines() if found else []


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    """The user's crontab, empty until something is written to it."""
    found = Crontab(tmp_path)
    monkeypatch.setenv("PATH", f"{found.program.parent}:{os.defpath}")
    return found


def test_every_job_is_installed_with_the_paths_of_this_installation(command, crontab, exporter):
    done = command("cron:install")
    assert (done.status, done.err) == (0, "")
    python = f"{sys.executable} -I -S {BIN}"
    options = f"--cron --config {exporter.config}"
    assert crontab.jobs() == [
        f"* * * * * {python}/reindex_all_invalid {options}",
        f"* * * * * {python}/saas_data_exporter {options}",
        f"* * * * * {python}/sales_data_exporter {options}",
        f"*/5 * * * * {python}/resend_failed {options}",
        f"0 2 * * * {python}/cleanup_deleted_feed_items {options}",
    ]


def test_where_the_shop_lives_in_a_server_its_copy_comes_first(command, crontab, exporter):
    exporter.write_config('[mirror]\nsource = "mysql://reader@127.0.0.1/shop"')
    assert command("cron:install").status == 0
    job = f"* * * * * {sys.executable} -I {BIN}/mirror_shop --cron --config {exporter.config}"
    assert crontab.jobs()[0] == job
    assert len(crontab.jobs()) == 6


def test_an_installed_line_runs_as_cron_runs_it(command, crontab, exporter):
    command("indexer:set-status", "suspended", "--yes")
    command("indexer:set-status", "invalid", "scopes_website_data_exporter")
    command("cron:install")
    line = crontab.jobs()[0].removeprefix("* * * * * ")
    done = subprocess.run(["/bin/sh", "-c", line], env={}, cwd="/", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert exporter.ask("select source_entity_id from scopes_website_data_exporter order by 1") == [(1,), (2,)]


def test_installing_again_replaces_the_lines_and_touches_no_others(command, crontab):
    crontab.file.write_text(OTHERS)
    command("cron:install")
    first = crontab.file.read_text()
    command("cron:install")
    assert crontab.file.read_text() == first
    assert first.startswith(OTHERS + "# begin saasexport ")


def test_remove_leaves_the_crontab_as_it_was(command, crontab):
    crontab.file.write_text(OTHERS)
    command("cron:install")
    assert command("cron:remove").status == 0
    assert crontab.file.read_text() == OTHERS


def test_remove_without_lines_says_so_and_writes_nothing(command, crontab):
    crontab.file.write_text(OTHERS)
    before = crontab.file.stat().st_mtime_ns
    done = command("cron:remove")
    assert (done.status, crontab.file.stat().st_mtime_ns) == (0, before)
    assert done.out.startswith("your crontab has no lines of saasexport for ")


def test_a_last_line_without_a_line_break_stays_a_line_of_its_own(command, crontab):
    crontab.file.write_text("0 3 * * * backup")
    command("cron:install")
    assert crontab.file.read_text().startswith("0 3 * * * backup\n# begin saasexport ")


def test_two_installations_of_a_user_do_not_touch_each_other(command, crontab, exporter, tmp_path):
    command("cron:install")
    only_first = crontab.file.read_text()
    other = tmp_path / "other" / "saasexport.toml"
    other.parent.mkdir()
    other.write_text(exporter.config.read_text())
    command("cron:install", config=other)
    assert crontab.file.read_text().startswith(only_first + f"# begin saasexport {other}\n")
    command("cron:remove", config=other)
    assert crontab.file.read_text() == only_first


def test_remove_works_when_the_configuration_is_gone(command, crontab, exporter):
    crontab.file.write_text(OTHERS)
    command("cron:install")
    exporter.config.unlink()
    assert (command("cron:remove").status, crontab.file.read_text()) == (0, OTHERS)


def test_a_configuration_that_is_wrong_is_not_installed(command, crontab, exporter):
    exporter.write_config("[export]\nrun_seconds = 0")
    assert (command("cron:install").status, crontab.file.exists()) == (2, False)


def test_a_lost_end_marker_is_an_error_and_eats_nothing(command, crontab, exporter):
    text = f"# begin saasexport {exporter.config}\n{OTHERS}"
    crontab.file.write_text(text)
    done = command("cron:install")
    assert (done.status, crontab.file.read_text()) == (1, text)
    assert done.err.endswith(" is missing; put it back with: crontab -e\n")


def test_without_a_crontab_command_the_error_says_what_else_there_is(command, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    done = command("cron:install")
    assert done.status == 1
    assert done.err == (
        "saasexport: there is no crontab command here; install cron,"
        " or have another scheduler run the lines of crontab.example\n"
    )


def test_a_crontab_that_may_not_be_read_is_not_overwritten(command, crontab):
    crontab.is_program(f"[ $1 = - ] && cat > {crontab.file}; echo you are not allowed to use this program >&2; exit 1")
    done = command("cron:install")
    assert (done.status, crontab.file.exists()) == (1, False)
    assert done.err.startswith("saasexport: crontab -l: you are not allowed to use this program; ")


def test_a_refused_crontab_is_told(command, crontab):
    crontab.is_program("[ $1 = -l ] && exit 0; echo errors in crontab file >&2; exit 1")
    done = command("cron:install")
    assert (done.status, done.err) == (1, "saasexport: crontab: errors in crontab file; your crontab is as it was\n")


def test_a_path_is_quoted_for_the_shell_and_for_cron(command, crontab, exporter):
    odd = exporter.folder / "100% mine.toml"
    odd.write_text(exporter.config.read_text())
    command("cron:install", config=odd)
    assert crontab.jobs()[0].endswith(f"--config '{exporter.folder}/100\\% mine.toml'")


def test_a_job_that_needs_an_extra_is_started_as_any_other(command, crontab, exporter):
    exporter.write_config(service='transport = "requests"')
    command("cron:install")
    assert f" {sys.executable} -I -S {BIN}/reindex_all_invalid " in crontab.jobs()[0]


def test_the_example_explains_every_job():
    lines = (ROOT / "crontab.example").read_text().splitlines()
    for number, line in enumerate(lines):
        if line and not line.startswith("#"):
            assert lines[number - 1].startswith("# "), line
            assert " --cron " in line
