"""What others may write decides nothing; links in the place of our files lead nowhere."""

import os
import pwd
import subprocess
import sys

import pytest

from tests.support import BIN, Exporter

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
STRANGER = 65534


@pytest.fixture
def ready(tmp_path, demo_shop_file):
    """An installation in which a job has run."""
    exporter = Exporter.on_copy(tmp_path / "shop", demo_shop_file)
    (exporter.folder / "var" / "log").mkdir(mode=0o700, exist_ok=True)
    exporter.run("saas_data_exporter")
    return exporter


def refused(exporter, script="saas_data_exporter", *arguments):
    """The line by which a script refuses to work."""
    done = exporter.run(script, *arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    return done.stderr


PLACES = ("saasexport.toml", ".", "var/saasexport.sqlite", "var", "var/lock", "var/log")


@pytest.mark.sample(1)
@as_root
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("script", ["saas_data_exporter", "reindex_all_invalid"])
def test_what_belongs_to_a_stranger_is_refused_with_owner_and_remedy(ready, place, script):
    path = os.path.normpath(ready.folder / place)
    os.chown(path, STRANGER, -1)
    owner = pwd.getpwuid(STRANGER).pw_name
    line = refused(ready, script)
    assert f"{path}: belongs to {owner}, not to root who runs this; " in line
    assert line.endswith(f"run: sudo -u {owner} ..., or: chown root {path}\n")


@pytest.mark.sample(1)
@as_root
@pytest.mark.parametrize("command", [["status"], ["failed"], ["indexer:reset"], ["schema"], ["config"]])
def test_no_command_works_with_a_strangers_configuration(ready, command):
    os.chown(ready.config, STRANGER, -1)
    assert f"{ready.config}: belongs to " in refused(ready, "saasexport", *command)


@pytest.mark.sample(1)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("mode", [0o002, 0o022, 0o1002])
def test_what_others_may_write_is_refused(ready, place, mode):
    path = os.path.normpath(ready.folder / place)
    os.chmod(path, os.stat(path).st_mode | mode)
    line = refused(ready)
    assert f"{path}: belongs to {pwd.getpwuid(os.geteuid()).pw_name} and may be written by others (" in line
    assert line.endswith(f"; run: chmod go-w {path}\n")


@pytest.mark.sample(1)
@as_root
@pytest.mark.parametrize("place", PLACES)
def test_a_group_counts_as_others_unless_it_is_the_owners_own(ready, place):
    path = os.path.normpath(ready.folder / place)
    os.chmod(path, os.stat(path).st_mode | 0o020)
    assert ready.run("saas_data_exporter", "-v").returncode == 0
    os.chown(path, -1, STRANGER)
    line = refused(ready)
    assert f"{path}: belongs to root and may be written by others (" in line


def test_a_configuration_may_be_a_link(ready, tmp_path):
    link = tmp_path / "link" / "saasexport.toml"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(ready.config)
    done = ready.run("saasexport", "--config", link, "config")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.sample(1)
@as_root
@pytest.mark.parametrize("what", ["its folder", "the file", "the file's folder"])
def test_nobody_else_may_lead_a_link_elsewhere(ready, tmp_path, what):
    link = tmp_path / "link" / "saasexport.toml"
    link.parent.mkdir(mode=0o700)
    link.symlink_to(ready.config)
    path = {"its folder": link.parent, "the file": ready.config, "the file's folder": ready.folder}[what]
    os.chown(path, STRANGER, -1)
    assert f"{path}: belongs to " in refused(ready, "saasexport", "--config", link, "config")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "name",
    [
        "lock/saas_data_exporter.lock",
        "lock/saas_data_exporter.cron",
        "lock/reindex_all_invalid.lock",
        "lock/products.lock",
        "lock/service.lock",
        "lock/ping.state",
        "log/commerce-data-export.log",
        "log/commerce-data-export-errors.log",
        "log/saas-export.log",
    ],
)
def test_a_link_in_the_place_of_a_file_of_ours_is_not_followed(ready, tmp_path, name):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    link = ready.folder / "var" / name
    link.unlink(missing_ok=True)
    link.symlink_to(precious)
    ready.write_config('[export]\nping_url = "http://127.0.0.1:9"\n', "requests_per_second = 1000")
    for job in ("reindex_all_invalid", "saas_data_exporter"):
        ready.run(job, "--cron")
    assert precious.read_text() == "precious"


def test_a_link_in_the_place_of_the_metrics_is_replaced(ready, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (ready.folder / "metrics.prom").symlink_to(precious)
    ready.write_config('[export]\nmetrics_file = "metrics.prom"\n')
    ready.run("saasexport", "status")
    assert precious.read_text() == "precious"
    assert "saasexport_info" in (ready.folder / "metrics.prom").read_text()


@as_root
def test_who_is_not_root_works_with_a_configuration_of_roots(ready):
    code = (
        "import os, sys; os.setgid(65534); os.setuid(65534); sys.path.insert(0, sys.argv[1]);"
        "from saasexport.config import ownership; ownership.require_one(sys.argv[2], '')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(BIN.parent), "/etc/passwd"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "Permission" in done.stderr or "ModuleNotFound" in done.stderr:
        pytest.skip("this checkout may not be read by everybody")
    assert (done.returncode, done.stderr) == (0, "")
