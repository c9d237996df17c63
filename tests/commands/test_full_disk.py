"""Output that cannot be written ends a command in one line, and keeps no job from sending."""

import os
import subprocess
import sys

import pytest

from tests.support import BIN

pytestmark = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not here")

SAID = "stdout cannot be written: No space left on device; make room, or send it elsewhere\n"


def run(exporter, script, *arguments, stream="stdout"):
    """Run a script one of whose streams leads to a full disk."""
    with open("/dev/full", "w") as full:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: full}
        return subprocess.run(
            [sys.executable, "-I", BIN / script, *arguments],
            env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
            text=True,
            check=False,
            **streams,
        )


COMMANDS = [
    *("status", "status --json", "schema", "list", "help saas:resync", "version", "completion", "failed --all"),
    *("failed -h", "indexer:status", "saas:resync --feed reviews --dry-run", "config", "feeds"),
]


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_says_it_in_one_line(exporter, command):
    done = run(exporter, "saasexport", *command.split())
    assert (done.returncode, done.stderr) == (1, f"saasexport: {SAID}")


@pytest.mark.sample(1)
@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("script", ["reindex_all_invalid", "resend_failed", "commerce_service"])
def test_a_script_that_cannot_print_its_help_says_so(exporter, script, option):
    done = run(exporter, script, option)
    assert (done.returncode, done.stderr) == (1, f"{script}: {SAID}")


def test_a_job_that_cannot_tell_what_it_does_does_it(exporter):
    run(exporter, "reindex_all_invalid", "-v", stream="stderr")
    assert exporter.items("categories")
    assert exporter.items("productOverrides")
