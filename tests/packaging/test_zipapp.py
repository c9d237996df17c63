"""The single file: built by one command, it is all of saasexport."""

import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.support import ROOT, TICK, Exporter

pytestmark = pytest.mark.thorough

# What no idle tick may load; see tests/test_start_up.py.
HEAVY = {"json", "re", "typing", "dataclasses", "pathlib", "argparse", "logging", "tomllib", "saasexport.jobs"}


@pytest.fixture(scope="session")
def zipapp(tmp_path_factory):
    """saasexport.pyz, built once."""
    path = tmp_path_factory.mktemp("zipapp") / "saasexport.pyz"
    build = [sys.executable, ROOT / "packaging" / "build_zipapp", "--output", path]
    subprocess.run(build, check=True, capture_output=True)
    return path


def call(zipapp, folder, *arguments, options=("-I", "-S")):
    """Run it as cron would, in a folder."""
    return subprocess.run(
        [sys.executable, *options, zipapp, *map(str, arguments)],
        env={"PATH": os.defpath},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_is_the_administrators_command(zipapp, tmp_path):
    done = call(zipapp, tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "saasexport 0.1.0\n", "")
    assert "there is no command 'nonsense'" in call(zipapp, tmp_path, "nonsense").stderr


def test_its_jobs_deliver_everything(zipapp, tmp_path, demo_shop_file, service):
    shutil.copy(demo_shop_file, tmp_path / "shop.sqlite")
    exporter = Exporter(tmp_path, tmp_path / "shop.sqlite", service)
    assert call(zipapp, tmp_path, "init", "--shop", "shop.sqlite").returncode == 0
    for job in TICK:
        call(zipapp, tmp_path, job)
    delivered = dict(exporter.ask("select feed, delivered from feed_status where delivered > 0"))
    assert delivered == exporter.service.counts(exporter.environment)
    assert {"products", "orders", "scopesCustomerGroup"} <= set(delivered)


def test_an_idle_tick_of_it_loads_next_to_nothing(zipapp, tmp_path, demo_shop_file):
    shutil.copy(demo_shop_file, tmp_path / "shop.sqlite")
    exporter = Exporter(tmp_path, tmp_path / "shop.sqlite")
    assert call(zipapp, tmp_path, "init", "--shop", "shop.sqlite").returncode == 0
    assert call(zipapp, tmp_path, "saas_data_exporter").returncode == 0  # takes the configuration into use
    done = call(zipapp, tmp_path, "saas_data_exporter", options=("-I", "-S", "-X", "importtime"))
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert "saasexport.idle" in loaded
    assert set() == loaded & HEAVY
    assert exporter.config.exists()


def test_a_link_with_the_name_of_a_job_is_that_job(zipapp, tmp_path):
    link = tmp_path / "resend_failed"
    link.symlink_to(zipapp)
    assert call(link, tmp_path, "--help").stdout.startswith("usage: resend_failed ")
    assert "listening" not in call(zipapp, tmp_path, "commerce_service", "--help").stderr


def test_it_tells_its_own_story(zipapp, tmp_path):
    done = call(zipapp, tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert "What the service holds" in done.stdout


def test_cron_is_told_to_start_the_file(zipapp, tmp_path, demo_shop_file):
    shutil.copy(demo_shop_file, tmp_path / "shop.sqlite")
    Exporter(tmp_path, tmp_path / "shop.sqlite")
    crontab = tmp_path / "path" / "crontab"
    crontab.parent.mkdir()
    crontab.write_text(f'#!/bin/sh\n[ "$1" = -l ] && exit 0\ncat > "{tmp_path}/written"\n')
    crontab.chmod(0o755)
    subprocess.run(
        [sys.executable, zipapp, "cron:install"],
        cwd=tmp_path,
        env={"PATH": f"{crontab.parent}:{os.defpath}"},
        check=True,
        capture_output=True,
    )
    lines = (tmp_path / "written").read_text().splitlines()
    config = tmp_path / "saasexport.toml"
    expected = f"* * * * * {sys.executable} -I -S {zipapp} reindex_all_invalid --cron --config {config}"
    assert expected in lines


def test_building_it_again_gives_the_same_bytes(zipapp, tmp_path):
    again = tmp_path / "again.pyz"
    build = [sys.executable, ROOT / "packaging" / "build_zipapp", "--output", again]
    subprocess.run(build, check=True, capture_output=True)
    assert zipapp.read_bytes() == again.read_bytes()


def test_every_file_of_the_program_is_in_it(zipapp):
    with zipfile.ZipFile(zipapp) as archive:
        held = set(archive.namelist())
    names = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "saasexport").rglob("*")
        if path.is_file() and "cache" not in str(path)
    }
    assert set() == names - held
