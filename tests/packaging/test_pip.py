"""`pip install .`: commands on the PATH, and every file that the program reads."""

import fnmatch
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from configparser import ConfigParser
from importlib import import_module

import pytest

from tests.support import BIN, ROOT

SCRIPTS = sorted(path.name for path in BIN.iterdir() if path.is_file())


def settings():
    """setup.cfg."""
    found = ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


def program_files():
    """Every file of the program, relative to the root of the tree."""
    return sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "saasexport").rglob("*")
        if path.is_file() and "cache" not in str(path)
    )


def test_every_script_is_a_command():
    lines = settings()["options.entry_points"]["console_scripts"].split("\n")
    points = dict(line.split(" = ") for line in lines if line)
    assert sorted(points) == SCRIPTS
    for target in set(points.values()):
        module, _, function = target.partition(":")
        assert callable(getattr(import_module(module), function))


def test_every_file_that_is_no_module_is_package_data():
    patterns = settings()["options.package_data"]["*"].split(", ")
    others = [name for name in program_files() if not name.endswith(".py")]
    assert [name for name in others if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)] == []


def test_every_folder_with_files_is_a_package():
    folders = {os.path.dirname(name) for name in program_files()}
    assert [folder for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


def test_python_m_is_the_same():
    done = subprocess.run(
        [sys.executable, "-m", "saasexport", "cleanup_deleted_feed_items", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("usage: cleanup_deleted_feed_items ")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel of a copy of the tree, which stays as it is."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns(".git", ".venv", "*cache*", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, folder / "tree", ignore=ignore)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "-q", "--no-deps", "-w", folder, folder / "tree"], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_program_and_no_other(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert program_files() == sorted(held)


@pytest.mark.slow
def test_the_installed_commands_tell_the_story(wheel, tmp_path):
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    pip = [tmp_path / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-index", wheel], check=True)
    commands = tmp_path / "venv" / "bin"
    environ = {"PATH": os.defpath}
    done = subprocess.run([commands / "saasexport", "demo"], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    for script in SCRIPTS:
        shown = subprocess.run([commands / script, "--help"], cwd=tmp_path, env=environ, capture_output=True, text=True)
        assert (shown.returncode, shown.stderr) == (0, "")
    demo = tmp_path / "saasexport-demo"
    job = subprocess.run([commands / "saas_data_exporter"], cwd=demo, env=environ, capture_output=True, text=True)
    assert (job.returncode, job.stdout, job.stderr) == (0, "", "")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A source distribution of a copy of the tree, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    ignore = shutil.ignore_patterns(".git", ".venv", "*cache*", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, folder / "tree", ignore=ignore, symlinks=True)
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", folder, folder / "tree"]
    subprocess.run(command, check=True, capture_output=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    return next((folder / "unpacked").iterdir())


@pytest.mark.slow
def test_the_tests_run_from_a_source_distribution(unpacked):
    """Those that need files from outside the package: documents, scripts, schemas, packaging."""
    files = ["tests/test_docs.py", "tests/test_layers.py", "tests/test_bin.py", "tests/test_schema.py"]
    files += ["tests/feeds/test_scopes.py", "tests/packaging/test_pip.py", "tests/database/test_migrations.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", *files]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_licence_stands_beside_the_program_and_in_the_metadata():
    assert (ROOT / "LICENSE").read_text().startswith("MIT License\n")
    metadata = settings()["metadata"]
    assert (metadata["license"], metadata["author"]) == ("MIT", "The saasexport developers")
