"""The battery tested: each deliberate mistake makes a part of it fail, and without any it passes.

A mistake is made in a copy of the program, never in the program.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.mistakes.mistakes import MISTAKES
from tests.support import ROOT

COPIED = ("saasexport", "bin", "tests", "setup.cfg", "pyproject.toml")


def copied(folder):
    """A copy of the program and its tests."""
    folder.mkdir()
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    return folder


def made(mistake, folder):
    """Make a mistake in a copy."""
    file = folder / "saasexport" / mistake.file
    text = file.read_text()
    assert text.count(mistake.before) == 1, f"{mistake.file} has changed: make the mistake {mistake.name!r} anew"
    file.write_text(text.replace(mistake.before, mistake.after))


def battery(folder, tests):
    """Run a part of the battery of a copy; gives the exit status and the output."""
    # A slow test is named with its parameters.
    which = "" if any("[" in name for name in tests) else "not slow"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", which]
    done = subprocess.run(
        [*command, "--basetemp", folder / "tmp", *(f"tests/end_to_end/{name}" for name in tests)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.thorough
@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(mistake, id=mistake.name, marks=[] if mistake.is_quick else pytest.mark.slow)
        for mistake in MISTAKES
    ],
)
def test_a_mistake_makes_the_battery_fail(tmp_path, mistake):
    folder = copied(tmp_path / "copy")
    made(mistake, folder)
    status, output = battery(folder, mistake.tests)
    assert status == 1, output
    assert "FAILED tests/end_to_end/" in output, output


@pytest.mark.slow
def test_without_a_mistake_the_battery_passes(tmp_path):
    tests = sorted({test for mistake in MISTAKES for test in mistake.tests if "[" not in test})
    folder = copied(tmp_path / "copy")
    status, output = battery(folder, tests)
    assert status == 0, output


def test_the_words_of_every_mistake_still_stand_in_the_program():
    texts = {one.name: (ROOT / "saasexport" / one.file).read_text().count(one.before) for one in MISTAKES}
    assert [name for name, count in texts.items() if count != 1] == []
    assert len({one.name for one in MISTAKES}) == len(MISTAKES)


def test_the_documents_name_the_parts_of_the_battery_as_they_are():
    chapter = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`(test_\w+\.py)`", chapter))
    assert len(named) >= 15
    assert {name for name in named if not (ROOT / "tests" / "end_to_end" / name).is_file()} == set()
    assert f"makes {len(MISTAKES)} deliberate mistakes" in chapter


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_can_still_be_made(mistake):
    text = (ROOT / "saasexport" / mistake.file).read_text()
    assert text.count(mistake.before) == 1
