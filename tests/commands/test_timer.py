"""timer:install and timer:remove: units that systemd has nothing to say of, and that expose little."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from saasexport.commands import timer, uninstall
from saasexport.commands.cron import job_lines
from saasexport.config import parsing
from saasexport.doctor.schedule import Call, calls
from tests.support import BIN, Exporter

JOBS = (
    "reindex_all_invalid",
    "saas_data_exporter",
    "sales_data_exporter",
    "resend_failed",
    "cleanup_deleted_feed_items",
)

ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(
    ANALYZE is None, reason="systemd-analyze is not installed (Debian: apt-get install systemd)"
)


@pytest.fixture
def folder(command, tmp_path):
    """The units of an installation."""
    units = tmp_path / "units"
    done = command("timer:install", "--folder", str(units))
    assert (done.status, done.err) == (0, "")
    return units


def analyze(folder, *arguments):
    """What systemd-analyze says of the units of a folder."""
    files = sorted(str(file) for file in folder.iterdir())
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C"}
    return subprocess.run(
        [ANALYZE, *arguments, *files], env=environ, capture_output=True, text=True, check=False
    )


def lines(folder, job, kind):
    """The settings of a unit."""
    [file] = folder.glob(f"saasexport-*-{job}.{kind}")
    return [line for line in file.read_text().splitlines() if "=" in line]


def test_each_job_has_a_service_and_a_timer(folder):
    names = sorted(re.sub("saasexport-[0-9a-f]{8}-", "", file.name) for file in folder.iterdir())
    assert names == sorted(f"{job}.{kind}" for job in JOBS for kind in ("service", "timer"))
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o644"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("job", "when"),
    [*zip(JOBS, ["*-*-* *:*:00"] * 3 + ["*-*-* *:00/5:00", "*-*-* 02:00:00"], strict=True)],
)
def test_a_timer_runs_a_job_when_cron_would(folder, job, when):
    assert f"OnCalendar={when}" in lines(folder, job, "timer")
    [command] = [line for line in lines(folder, job, "service") if line.startswith("ExecStart=")]
    assert f"{BIN}/{job} --cron --config " in command


@needs_systemd
def test_systemd_has_nothing_to_say_of_the_units(folder):
    done = analyze(folder, "verify")
    said = [line for line in (done.stdout + done.stderr).splitlines() if "saasexport-" in line]
    assert (done.returncode, said) == (0, [])


@needs_systemd
def test_the_times_are_those_of_cron(folder):
    for when in timer.CALENDAR.values():
        done = subprocess.run([ANALYZE, "calendar", when], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.sample(1)
@needs_systemd
@pytest.mark.parametrize("job", JOBS)
def test_a_job_exposes_little(folder, job):
    [file] = folder.glob(f"*-{job}.service")
    done = subprocess.run(
        [ANALYZE, "security", "--offline=yes", "--threshold=20", "--no-pager", str(file)],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    [overall] = re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert (float(overall) <= 2.0, done.returncode) == (True, 0), done.stdout[-3000:]


def test_a_job_may_write_its_own_files_and_the_shops(folder, exporter):
    [line] = [line for line in lines(folder, "resend_failed", "service") if line.startswith("ReadWritePaths=")]
    assert line == f"ReadWritePaths={os.path.realpath(exporter.folder)}"


PLACES = ["a b", 'quoted"', "100%", "per%cent", "dollar$HOME", "back\\slash", "caf\u00e9;", "$$ %%", "it's"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("place", PLACES)
@needs_systemd
def test_any_path_is_quoted_as_systemd_reads_it(command, tmp_path, exporter, place):
    moved = tmp_path / place
    moved.mkdir()
    config = moved / "saasexport.toml"
    config.write_text(exporter.config.read_text() + f'[export]\nlog_dir = "{exporter.folder}/log"\n')
    units = tmp_path / "units"
    done = command("timer:install", "--folder", units, config=config)
    assert (done.status, done.err) == (0, "")
    said = analyze(units, "verify")
    assert [line for line in (said.stdout + said.stderr).splitlines() if "saasexport-" in line] == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("place", PLACES)
def test_doctor_finds_the_units_of_any_path(command, tmp_path, exporter, place):
    moved = tmp_path / place
    moved.mkdir()
    config = moved / "saasexport.toml"
    config.write_text(exporter.config.read_text())
    units = tmp_path / "systemd"
    assert command("timer:install", "--folder", units, config=config).status == 0
    [line] = job_lines(parsing.load(str(config), lambda *_: []))[:1]
    (tmp_path / "cron.d").write_text(line.replace("* * * * * ", "* * * * * root ", 1) + "\n")
    for path, jobs in ((units, JOBS), (tmp_path / "cron.d", JOBS[:1])):
        there = {call for call in calls(JOBS, [str(path)]) if str(tmp_path) in call.config}
        assert there == {Call(job, str(config), True) for job in jobs}


def test_two_installations_have_units_of_their_own(command, tmp_path, exporter, folder):
    other = tmp_path / "other.toml"
    other.write_text(exporter.config.read_text())
    command("timer:install", "--folder", folder, config=other)
    assert len(list(folder.iterdir())) == 20
    (folder / "another.service").write_text("")
    done = command("timer:remove", "--folder", folder, config=other)
    assert done.out.count(".service") == 5
    assert len(list(folder.iterdir())) == 11
    done = command("timer:remove", "--folder", folder, config=other)
    assert done.out == f"{folder}: has no units of {other}\n"


def test_installing_twice_changes_nothing(command, folder):
    before = {file.name: file.read_text() for file in folder.iterdir()}
    command("timer:install", "--folder", str(folder))
    assert {file.name: file.read_text() for file in folder.iterdir()} == before


def test_only_root_may_write_where_systemd_looks(command, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    done = command("timer:install")
    assert done.status == 2
    assert "/etc/systemd/system: only root may write there; use sudo" in done.err


def test_doctor_reads_what_is_installed(folder, exporter, tmp_path):
    # Where it looks has systemd in its name.
    there = tmp_path / "systemd"
    shutil.copytree(folder, there)
    found = [(call.job, call.config, call.by_cron) for call in calls(JOBS, [str(there)])]
    assert sorted(call for call in found if call[1] == str(exporter.config)) == sorted(
        (job, str(exporter.config), True) for job in JOBS
    )


def test_jobs_without_a_right_to_the_shops_file_are_refused(command, exporter, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(exporter.shop_file, 12345, 12345)
    done = command("timer:install", "--folder", tmp_path / "units")
    os.chown(exporter.shop_file, 0, 0)
    assert done.status == 2
    assert f"{exporter.shop_file}: belongs to 12345, but the jobs would run as root" in done.err
    assert not (tmp_path / "units").exists()


def test_the_user_is_the_owner_of_our_database(folder, exporter):
    config = parsing.load(str(exporter.config), lambda *_: [])
    import pwd

    owner = pwd.getpwuid(os.stat(config["export.database"]).st_uid).pw_name
    assert f"User={owner}" in lines(folder, "resend_failed", "service")


@pytest.fixture
def anothers(exporter):
    """An installation that root is to have run as somebody else: its folder is given to a user."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    # Not below pytest's folder, which is its owner's only.
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)  # noqa: S103  # the other user has to come in
        moved = Path(place) / "my shop"
        shutil.copytree(exporter.folder, moved)

        def give(user, *but_for):
            for path in (moved, *moved.rglob("*")):
                os.chown(path, *((0, 0) if path.name in but_for else (user, user)))
            moved.chmod(0o700 if not but_for else 0o755)
            return Exporter(moved, moved / exporter.shop_file.name)

        yield give


def owners(folder):
    return {path.stat().st_uid for path in (folder, *folder.rglob("*"))}


@pytest.mark.sample(1)
@pytest.mark.parametrize(("user", "name"), [(65534, "nobody"), (1, "daemon"), (12345, "12345")])
def test_root_installs_timers_for_the_user_whose_installation_it_is(anothers, tmp_path, user, name):
    exporter = anothers(user)
    done = exporter.run("saasexport", "timer:install", "--folder", tmp_path / "units")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"User={name}" in lines(tmp_path / "units", "reindex_all_invalid", "service")
    assert owners(exporter.folder) == {user}


def test_a_configuration_of_roots_and_a_database_of_anothers_run_as_that_one(anothers, tmp_path):
    exporter = anothers(65534, "saasexport.toml", "my shop")
    done = exporter.run("saasexport", "timer:install", "--folder", tmp_path / "units")
    assert (done.returncode, done.stderr) == (0, "")
    assert "User=nobody" in lines(tmp_path / "units", "resend_failed", "service")


def test_what_its_user_could_not_rely_on_root_does_not_install(anothers, tmp_path):
    exporter = anothers(65534, "saasexport.sqlite")
    os.chown(exporter.folder / "var" / "saasexport.sqlite", 12345, 12345)
    done = exporter.run("saasexport", "timer:install", "--folder", tmp_path / "units")
    assert done.returncode == 2
    assert f"{exporter.folder}: belongs to nobody, not to #12345 who runs this" in done.stderr
    assert not (tmp_path / "units").exists()


def test_root_does_not_install_timers_of_what_is_uninstalled(anothers, tmp_path):
    exporter = anothers(65534)
    exporter.change_ours("update installation set uninstalled = '2026-01-01 00:00:00'")
    done = exporter.run("saasexport", "timer:install", "--folder", tmp_path / "units")
    assert done.returncode == 1
    assert "uninstalled" in done.stderr
    assert not (tmp_path / "units").exists()


def test_who_uninstalls_is_told_of_the_timers_and_root_takes_them_away(
    command, tmp_path, monkeypatch, exporter, capsys
):
    folder = tmp_path / "units"
    command("timer:install", "--folder", folder)
    monkeypatch.setattr(timer, "FOLDER", str(folder))
    monkeypatch.setattr(timer, "_is_running", lambda: False)
    for user, units in ((1000, 10), (0, 0), (0, 0), (1000, 0)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        uninstall.see_to_timers(str(exporter.config))
        assert len(list(folder.iterdir())) == units
    assert capsys.readouterr().out.splitlines() == [
        f"{folder}: 10 units do nothing now; to take them away:"
        f" sudo saasexport --config {exporter.config} timer:remove",
        f"{folder}: 10 units of saasexport for {exporter.config} are gone",
    ]
