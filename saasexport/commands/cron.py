"""saasexport cron:install and cron:remove: the jobs' lines in the user's crontab, between two markers.

The markers name the configuration, so that one user may run several
installations; what stands outside of them is never touched.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys

import saasexport
from saasexport import jobs, queries
from saasexport.config import parsing, settings
from saasexport.errors import ConfigError, SaasExportError
from saasexport.setup import feed_set
from saasexport.setup.opening import connect

EXAMPLES = {
    "cron:install": "saasexport cron:install\nsaasexport --config /etc/saasexport/saasexport.toml cron:install",
    "cron:remove": "saasexport cron:remove",
}

BEGIN, END = "# begin saasexport", "# end saasexport"

# A line of crontab.example: when, and which script.
_JOB = re.compile(r"(?P<when>(?:\S+ ){5})python3 \S.*/bin/(?P<script>\w+) ")

# What `crontab -l` says where there is no crontab yet: cronie, Debian's cron, busybox.
_NONE_YET = ("no crontab", "no such file")


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Replace the lines between the markers, or take them out."""
    path = settings.find(options.config)
    if name == "cron:remove":
        if remove(path):
            print(f"your crontab: the lines of saasexport for {path} are gone")
        else:
            print(f"your crontab has no lines of saasexport for {path}")
        return 0
    config = parsing.load(path, feed_set.names_of)
    if os.path.exists(config["export.database"]):
        connect(path)[0].close()  # refuses what is uninstalled
    others = without(_read(), path)
    lines = job_lines(config)
    if others and not others.endswith("\n"):
        others += "\n"
    _write(others + "\n".join([f"{BEGIN} {path}", *lines, f"{END} {path}", ""]))
    print("\n".join(["your crontab has these lines now:", *lines]))
    return 0


def is_there() -> bool:
    """Whether this machine has a crontab command."""
    return shutil.which("crontab") is not None


def remove(path: str) -> bool:
    """Take the lines of a configuration out of the user's crontab; gives whether there were any."""
    before = _read()
    others = without(before, path)
    if others == before:
        return False
    _write(others)
    return True


def job_lines(config: settings.Config) -> list[str]:
    """The lines of crontab.example, with the paths of this installation and the configuration in force."""
    return [f"{when} {_quote(command)}" for when, _, command in jobs_of(config)]


def jobs_of(config: settings.Config) -> list[tuple[str, str, list[str]]]:
    """When which job runs, as crontab.example says it, and the words of its command."""
    example = queries.text_of(os.path.join(os.path.dirname(jobs.__file__), "crontab.example"))
    # Only where the shop lives in a server is there anything to mirror.
    lines = [line for line in example.splitlines() if config["mirror.source"] or "/bin/mirror_shop " not in line]
    return [
        (job["when"].strip(), job["script"], [*_script(job["script"]), "--cron", "--config", config.file])
        for job in (_JOB.match(line.removeprefix("# ")) for line in lines)
        if job
    ]


def _script(name: str) -> list[str]:
    """How a job is started: from the checkout, or as the command that was installed beside this one."""
    root = os.path.dirname(os.path.dirname(os.path.realpath(saasexport.__file__)))
    path = os.path.join(root, "bin", name)
    if os.path.exists(path):
        # -S hides what pip installed: a job that needs an extra looks for it, but for the drivers of the mirror.
        return [sys.executable, "-I", path] if name == "mirror_shop" else [sys.executable, "-I", "-S", path]
    if os.path.isfile(root):
        return [sys.executable, "-I", "-S", root, name]  # a zipapp: the first argument says which script
    beside = os.path.join(os.path.dirname(os.path.abspath(sys.argv[0])), name)
    installed = beside if os.access(beside, os.X_OK) else shutil.which(name)
    return [os.path.abspath(installed)] if installed else [sys.executable, "-I", "-m", "saasexport", name]


def _quote(command: list[str]) -> str:
    line = shlex.join(command)
    if "\n" in line:
        raise ConfigError("a path with a line break cannot stand in a crontab")
    return line.replace("%", "\\%")  # cron takes a bare one for the end of the command


def without(crontab: str, path: str) -> str:
    """A crontab without the lines between the markers of this configuration."""
    kept: list[str] = []
    is_inside = False
    for line in crontab.splitlines(keepends=True):
        if line.rstrip() == f"{BEGIN} {path}":
            is_inside = True
        elif line.rstrip() == f"{END} {path}":
            is_inside = False
        elif not is_inside:
            kept.append(line)
    if is_inside:
        raise SaasExportError(f"your crontab: the marker {END} {path!r} is missing", "put it back with: crontab -e")
    return "".join(kept)


def _read() -> str:
    done = _crontab("-l")
    if done.returncode == 0:
        return done.stdout
    if any(words in done.stderr.lower() for words in _NONE_YET):
        return ""
    raise SaasExportError(f"crontab -l: {done.stderr.strip() or 'failed'}", "may this user have a crontab?")


def _write(text: str) -> None:
    done = _crontab("-", text)
    if done.returncode != 0:
        raise SaasExportError(f"crontab: {done.stderr.strip() or 'failed'}; your crontab is as it was")


def _crontab(argument: str, text: str | None = None) -> "subprocess.CompletedProcess[str]":
    program = shutil.which("crontab")
    if program is None:
        raise SaasExportError(
            "there is no crontab command here",
            "install cron, or have another scheduler run the lines of crontab.example",
        )
    environ = {**os.environ, "LC_ALL": "C"}  # its messages are understood in English only
    return subprocess.run(
        [program, argument],
        input=text,
        env=environ,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",  # what others put there stays as it is, whatever it is
        check=False,
    )
