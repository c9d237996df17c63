"""The scripts are alike, and each can be started."""

import ast
import functools
import os
import stat
import subprocess
import sys

import pytest

from saasexport.usage import COMMANDS
from tests.support import BIN, ROOT

SCRIPTS = sorted(path.name for path in BIN.iterdir())
# What has no `run` is a part of a job.
JOBS = sorted(
    path.stem for path in (ROOT / "saasexport" / "jobs").glob("*.py") if "\ndef run(" in path.read_text()
)


def test_there_is_a_script_for_every_job_and_for_people():
    assert sorted([*JOBS, "saasexport", "commerce_service"]) == SCRIPTS


def skeleton(script):
    """What scripts have in common: all but the docstring, the import and the call."""
    tree = ast.parse((BIN / script).read_text())
    return [ast.dump(node) for node in tree.body[1:-2]], type(tree.body[-2]), type(tree.body[-1])


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_alike_but_for_docstring_and_import(script):
    lines = (BIN / script).read_text().splitlines()
    assert len(lines) == 10
    assert lines[0] == "#!/usr/bin/env python3"
    assert skeleton(script) == skeleton("saasexport")
    assert lines[-1] in ("sys.exit(main())", f'sys.exit(start("{script}"))')


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_executable(script):
    mode = (BIN / script).stat().st_mode
    assert mode & 0o111 == 0o111
    assert not mode & stat.S_IWOTH


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_helps(script):
    done = started(script, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage:" in done.stdout


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_helps_beginning_with_examples(command):
    done = started("saasexport", command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "examples:\n" in done.stdout
    assert f"saasexport {command}" in done.stdout.partition("examples:")[2]


def test_an_unknown_command_is_exit_status_2_with_what_was_meant():
    done = started("saasexport", "statsu")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "saasexport: there is no command 'statsu'; did you mean status?\n"


@pytest.mark.sample(1)
@pytest.mark.parametrize("script", SCRIPTS)
def test_the_version_is_told(script):
    done = started(script, "--version")
    version = "saasexport 0.1.0\n" if script == "saasexport" else f"{script} (saasexport 0.1.0)\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, version, "")


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_fits_a_terminal(script):
    helped = started(script, "--help").stdout.splitlines()
    # An example is a line to copy, however long.
    assert [line for line in helped if len(line) > 80 and f"  {script} " not in line] == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_commands_help_fits_a_terminal(command):
    helped = started("saasexport", command, "--help").stdout.splitlines()
    assert [line for line in helped if len(line) > 80 and "  saasexport " not in line] == []


@functools.cache
def started(script, *arguments):
    """What came of a script that was started as cron does."""
    return subprocess.run(
        [sys.executable, "-I", "-S", BIN / script, *arguments],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )



@pytest.mark.sample(3)
@pytest.mark.parametrize("script", ["saasexport", "commerce_service"])
@pytest.mark.parametrize("module", ["argparse", "saasexport.errors", "saasexport.usage", "saasexport.plain"])
def test_an_interrupt_while_a_script_loads_is_one_line(script, module):
    code = (
        "import sys, runpy\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        f"for name in [name for name in sys.modules if name == {module!r}]: del sys.modules[name]\n"
        f"sys.argv = [{script!r}]\n"
        f"runpy.run_path({str(BIN / script)!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, f"{script}: interrupted; nothing was changed\n")
