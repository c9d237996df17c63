"""What the crontabs and timers of this machine call, and with which configuration.

Lines are read as cron and a shell read them: variables set above, in the unit or
in the line itself, `cd DIR &&`, a shell's -c.  A last line counts without a line
break, too.
"""

import os
import pwd
import re
import shlex
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Where lines for cron and units for systemd stand, besides the user's own crontab.
FILES = ("/etc/crontab", "/etc/cron.d", "/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")

# As in saasexport.config: where a job looks that is not told.
DEFAULT = "/etc/saasexport/saasexport.toml"

VARIABLE = "SAASEXPORT_CONFIG"


@dataclass(frozen=True)
class Call:
    """A job that is started: which, with the configuration at which path, and whether with --cron."""

    job: str
    config: str
    by_cron: bool


def calls(jobs: Iterable[str], files: Iterable[str] = FILES) -> list[Call]:
    """Every call of these jobs in a crontab or timer that can be read."""
    names = frozenset(jobs)
    present = list(_in_crontab(_own_crontab(), names, has_user=False))
    for path in files:
        is_systemd = "systemd" in path
        folder = [os.path.join(path, name) for name in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
        for file in folder:
            if is_systemd and "saasexport" not in os.path.basename(file):
                continue
            try:
                with open(file, encoding="utf-8", errors="replace") as opened:
                    text = opened.read()
            except OSError:
                continue
            present += _in_unit(text, names) if is_systemd else _in_crontab(text, names, has_user=True)
    return present


def _own_crontab() -> str:
    try:
        done = subprocess.run(
            ["crontab", "-l"],  # noqa: S607  # wherever this system has it
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


_SETS = re.compile(r"\s*(?P<quote>[\"']?)(?P<name>[A-Za-z_]\w*)(?P=quote)\s*=\s*(?P<value>.*?)\s*$")


def _in_crontab(text: str, jobs: frozenset[str], has_user: bool) -> Iterator[Call]:
    """A variable holds for the lines below it, as in cron."""
    environ: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        assignment = _SETS.match(line)
        if assignment:
            environ[assignment["name"]] = assignment["value"].strip("\"'")
            continue
        fields = line.split(None, 1 if line.lstrip().startswith("@") else 5)
        command = fields[-1]
        home = os.path.expanduser("~")
        if has_user:
            user, _, command = command.partition(" ")
            home = _home_of(user) or home
        # A bare % ends the command.
        command = re.split(r"(?<!\\)%", command)[0].replace("\\%", "%")
        yield from _in_command(command, jobs, environ.get("HOME", home), environ)


def _home_of(user: str) -> str:
    try:
        return pwd.getpwnam(user.strip()).pw_dir
    except KeyError:
        return ""


def _in_unit(text: str, jobs: frozenset[str]) -> Iterator[Call]:
    """Variables and the working directory hold for the whole unit, wherever they stand."""
    # A sign that is doubled is no specifier or variable.
    lines = text.replace("%%", "%").replace("$$", "$").splitlines()
    settings = [line.strip().partition("=") for line in lines if not line.lstrip().startswith(("#", ";"))]
    environ: dict[str, str] = {}
    folder = "/"
    for name, _, value in settings:
        if name == "Environment":
            environ.update(_assignments(_words(value)))
        elif name == "WorkingDirectory":
            folder = os.path.expanduser(value.lstrip("-"))
    for name, _, value in settings:
        if name.startswith("Exec"):
            yield from _in_command(value.lstrip("-@+!:"), jobs, folder, environ)


def _assignments(words: list[str]) -> dict[str, str]:
    pairs = (word.partition("=") for word in words)
    return {name: value for name, sign, value in pairs if sign}


def _words(command: str) -> list[str]:
    reader = shlex.shlex(command, posix=True, punctuation_chars=";&|")
    reader.whitespace_split, reader.commenters = True, ""
    try:
        return list(reader)
    except ValueError:
        return command.split()


def _in_command(command: str, jobs: frozenset[str], folder: str, environ: dict[str, str]) -> Iterator[Call]:
    part: list[str] = []
    for word in [*_words(command), ";"]:
        if word.strip(";&|"):
            part.append(word)
            continue
        if part[:1] == ["cd"] and len(part) > 1:
            folder = _path(part[-1], folder)
        elif part:
            yield from _in_part(part, jobs, folder, environ)
            if all("=" in each for each in part if each != "export"):
                environ = {**environ, **_assignments(part)}
        part = []


def _in_part(words: list[str], jobs: frozenset[str], folder: str, environ: dict[str, str]) -> Iterator[Call]:
    named = environ.get(VARIABLE, "")
    job = ""
    for at, word in enumerate(words):
        if " " in word:
            yield from _in_command(word, jobs, folder, {**environ, VARIABLE: named})  # what a shell gets with -c
        elif word.startswith(VARIABLE + "=") and not job:
            named = word.partition("=")[2]
        elif os.path.basename(word) in jobs and not job:
            job = os.path.basename(word)
        elif job and word == "--config" and at + 1 < len(words):
            named = words[at + 1]
        elif job and word.startswith("--config="):
            named = word.partition("=")[2]
    if job:
        yield Call(job, _path(named, folder) if named else _default(folder), "--cron" in words)


def _path(text: str, folder: str) -> str:
    literal = os.path.join(folder, text)
    if os.path.exists(literal):
        return literal  # it was quoted
    return os.path.join(folder, os.path.expanduser(os.path.expandvars(text)))


def _default(folder: str) -> str:
    beside = os.path.join(folder, os.path.basename(DEFAULT))
    return beside if os.path.exists(beside) else DEFAULT
