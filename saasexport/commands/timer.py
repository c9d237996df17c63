"""saasexport timer:install and timer:remove: the jobs as systemd timers, where there is no cron.

The units carry a name made from the path of the configuration, so that one
machine may run several installations.  A job runs as the user who owns our
database, and may write nothing but its own files and the shop's.
"""

import argparse
import hashlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from saasexport import jobs, queries
from saasexport.commands.cron import jobs_of
from saasexport.config import parsing, settings
from saasexport.errors import ConfigError, SaasExportError
from saasexport.setup import feed_set
from saasexport.setup.opening import connect

EXAMPLES = {
    "timer:install": "saasexport timer:install --folder /tmp/units\n"
    "sudo saasexport --config /srv/saasexport/saasexport.toml timer:install",
    "timer:remove": "saasexport timer:remove --folder /tmp/units\n"
    "sudo saasexport --config /srv/saasexport/saasexport.toml timer:remove",
}

FOLDER = "/etc/systemd/system"

# There while systemd is what runs this machine.
RUNNING = "/run/systemd/system"

# When cron runs a job -> when a timer does.
CALENDAR = {"* * * * *": "*-*-* *:*:00", "*/5 * * * *": "*-*-* *:00/5:00", "0 2 * * *": "*-*-* 02:00:00"}

# What the sandbox would hide.
HOMES = ("/home/", "/root/", "/run/user/")
TEMPORARY = ("/tmp/", "/var/tmp/")  # noqa: S108  # only looked for


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of both."""
    options.add_argument(
        "--folder", metavar="DIR", help=f"where the units stand (default: {FOLDER}, and systemd is told)"
    )


def run(options: argparse.Namespace, name: str) -> int:
    """Write the units and start the timers, or stop them and take the units away."""
    path = settings.find(options.config)
    folder = options.folder or FOLDER
    if not options.folder and os.geteuid() != 0:
        raise ConfigError(f"{FOLDER}: only root may write there", "use sudo, or look at the units first with --folder")
    if name == "timer:remove":
        names = remove(path, folder)
        print("\n".join([f"{folder}: these units are gone:", *names]) if names else f"{folder}: has no units of {path}")
        return 0
    with _acting_for(path):
        config = parsing.load(path, feed_set.names_of)
    if os.path.exists(ours := config["export.database"]):
        with _acting_for(ours):
            connect(path)[0].close()  # refuses what is uninstalled
    units: dict[str, str] = {}
    for when, job, command in jobs_of(config):
        units |= _units(config, when, job, command)
    remove(path, folder)
    _write(folder, units)
    print("\n".join([f"{folder}: has these units now:", *units]))
    timers = [unit for unit in units if unit.endswith(".timer")]
    if options.folder:
        return 0
    if not _is_running():
        print("systemd does not run here; where it does: systemctl enable --now " + " ".join(timers))
        return 0
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", *timers)
    return 0


@contextmanager
def _acting_for(file: str) -> Iterator[None]:
    """Have the rights of a file's owner, where root installs the jobs of another user."""
    owner = os.stat(file) if os.geteuid() == 0 and os.path.exists(file) else None
    if owner is None or owner.st_uid == 0:
        yield
        return
    try:
        groups = os.getgrouplist(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid)
    except KeyError:
        groups = [owner.st_gid]
    own = os.getegid(), os.getgroups()
    os.setgroups(groups)
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(own[0])
        os.setgroups(own[1])


def units_of(path: str, folder: str) -> list[str]:
    """The names of a configuration's units that are there."""
    try:
        return sorted(unit for unit in os.listdir(folder) if unit.startswith(_prefix(path)))
    except OSError:
        return []


def remove(path: str, folder: str) -> list[str]:
    """Take the units of a configuration away; gives their names."""
    names = units_of(path, folder)
    tells = bool(names) and folder == FOLDER and _is_running()
    if tells:
        _systemctl("disable", "--now", *(name for name in names if name.endswith(".timer")))
    for name in names:
        os.unlink(os.path.join(folder, name))
    if tells:
        _systemctl("daemon-reload")
    return names


def _prefix(path: str) -> str:
    return f"saasexport-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}-"


def _is_running() -> bool:
    return os.path.isdir(RUNNING) and shutil.which("systemctl") is not None


def _units(config: settings.Config, when: str, job: str, command: list[str]) -> dict[str, str]:
    """The two units of a job: file name -> text."""
    writable = _writable(config)
    places = [path + "/" for path in (*writable, config.file, *command)]
    values = {
        "job": job,
        "config": _escape(config.file),
        "command": " ".join(_word(part).replace("$", "$$") for part in command),
        "user": _user(config),
        "writable": " ".join(_word(path) for path in writable),
        "home": "read-only" if any(place.startswith(HOMES) for place in places) else "yes",
        "tmp": "no" if any(place.startswith(TEMPORARY) for place in places) else "yes",
        # What signs for Adobe makes code at run time.
        "memory": "yes" if config["service.signature"] == "none" else "no",
        "when": CALENDAR[when],
        "catches_up": "yes" if when.startswith("0 ") else "no",
    }
    folder = os.path.dirname(jobs.__file__)
    texts = {kind: queries.text_of(os.path.join(folder, f"{kind}.example")) for kind in ("service", "timer")}
    name = _prefix(config.file) + job
    return {f"{name}.{kind}": text.format(**values) for kind, text in texts.items()}


def _writable(config: settings.Config) -> list[str]:
    """The folders that jobs write to: ours, and the shop's, beside whose database SQLite keeps its journal."""
    files = [config["shop.database"], config["export.database"], config["export.metrics_file"]]
    folders = {os.path.dirname(os.path.realpath(file)) for file in files if file}
    folders |= {os.path.realpath(config["export.log_dir"]), os.path.realpath(config["export.lock_dir"])}
    # What stands in another one is allowed with it.
    return sorted(one for one in folders if not any(one != other and one.startswith(other + "/") for other in folders))


def _user(config: settings.Config) -> str:
    """Who the jobs run as: the owner of our database, or before there is one of the configuration."""
    ours, shop = config["export.database"], config["shop.database"]
    user = _owner(ours if os.path.exists(ours) else config.file)
    if user == "root" and os.path.exists(shop) and (owner := _owner(shop)) != "root":
        # A job has none of root's rights to the files of others.
        raise ConfigError(
            f"{shop}: belongs to {owner}, but the jobs would run as root, whom {ours} belongs to",
            f"chown -R {owner} {os.path.dirname(ours)}",
        )
    return user


def _owner(file: str) -> str:
    number = os.stat(file).st_uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _escape(text: str) -> str:
    return text.replace("%", "%%")  # a specifier otherwise


def _word(text: str) -> str:
    """A word as systemd reads it."""
    if "\n" in text:
        raise ConfigError("a path with a line break cannot stand in a unit")
    escaped = _escape(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if set(escaped) & set(" \t'\";\\") else escaped


def _write(folder: str, units: dict[str, str]) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in units.items():
            unfinished = os.path.join(folder, f".{name}")
            with open(unfinished, "w", encoding="utf-8", errors="surrogateescape") as file:
                file.write(text)
            os.chmod(unfinished, 0o644)
            os.replace(unfinished, os.path.join(folder, name))
    except OSError as error:
        raise SaasExportError(f"{folder}: cannot be written: {error.strerror}") from error


def _systemctl(*arguments: str) -> None:
    done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode != 0:
        raise SaasExportError(f"systemctl {arguments[0]}: {done.stderr.strip() or 'failed'}")
