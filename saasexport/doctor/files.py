"""The files: who may read and write them, and whether those who have to can."""

import os
import pwd
import stat
from collections.abc import Iterable

from saasexport.config import ownership
from saasexport.config.secret import read_key, read_secret
from saasexport.delivery.http_connection import trust
from saasexport.doctor.finding import Examined, Findings, fail, ok, warn
from saasexport.errors import ConfigError

# Logs, and what logrotate made of them.
LOG_NAMES = (".log", ".log.", ".log-")


KEY_FILES = (
    "service.api_key_file",
    "service.private_key_file",
    "service.ca_file",
    "mirror.password_file",
    "mirror.ca_file",
)


def key_files(examined: Examined) -> Findings:
    """The files of credentials are there, hold something, and are nobody else's to read."""
    for dotted in KEY_FILES:
        path = examined.config[dotted]
        if path is None:
            continue
        name, place = dotted.rpartition(".")[2], examined.config.place(dotted)
        try:
            _read(name, path, place)
            mode = os.stat(path).st_mode
        except OSError as error:
            yield fail("key", f"{place}: {path}: {error.strerror}", "name the file that holds the key")
            continue
        except ConfigError as error:
            yield fail("key", error.args[0], error.hint)
            continue
        if name != "ca_file" and mode & 0o077:
            yield warn(
                "key",
                f"{path}: may be read by others ({_show_mode(mode)}), and its mode is not ours to change",
                "give it to this user alone where it is made, if that is possible",
            )
        else:
            yield ok("key", f"{path}: there" + (", and nobody else's to read" if name != "ca_file" else ""))


def _read(name: str, path: str, place: str) -> None:
    """Read a file of credentials as a job reads it; raises what a job would."""
    if name == "ca_file":
        trust(path, place)
    elif name == "api_key_file":
        read_key(path, place)
    elif not read_secret(path, place):
        raise ConfigError(f"{place}: {path}: holds no key", "name the file that holds the key")


def modes(examined: Examined) -> Findings:
    """What may hold personal data, or a secret address, is its owner's only."""
    database = examined.config["export.database"]
    private = [database, database + "-wal", *_logs(examined)]
    open_to_others = [(path, mode) for path in private if (mode := _mode(path)) is not None and mode & 0o077]
    for path, mode in open_to_others:
        yield fail("modes", f"{path}: may be read or written by others ({_show_mode(mode)})", f"run: chmod 600 {path}")
    mode = _mode(examined.config.file)
    if examined.config["export.ping_url"] and mode is not None and mode & 0o007:
        yield warn(
            "modes",
            f"{examined.config.file}: may be read by others, and holds the ping_url ({_show_mode(mode)})",
            f"run: chmod o-rwx {examined.config.file}",
        )
    elif not open_to_others:
        yield ok("modes", "our database and the logs are their owner's only")


def owners(examined: Examined) -> Findings:
    """All of our files belong to one user: who runs a command as root leaves files that cron's user cannot write."""
    database = examined.config["export.database"]
    paths = [database, database + "-wal", database + "-shm", *_logs(examined), *_in(examined.config["export.lock_dir"])]
    owner = _owner(database)
    if owner is None:
        return
    foreign = [path for path in paths if _owner(path) not in (None, owner)]
    if foreign:
        others = ", ".join(sorted({_name(_owner(path)) for path in foreign}))
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        yield fail(
            "owner",
            f"{foreign[0]}{more}: belong to {others}, our database to {_name(owner)}: one of them cannot write",
            f"run as root: chown {_name(owner)} {' '.join(foreign[:4])}{' ...' if len(foreign) > 4 else ''}",
        )
    else:
        yield ok("owner", f"our files belong to {_name(owner)}")


def writable(examined: Examined) -> Findings:
    """We may write where we have to: as the user who runs this."""
    who = _name(os.geteuid())
    places = [
        ("our database", examined.config["export.database"]),
        ("our database's folder", os.path.dirname(examined.config["export.database"])),
        ("the shop", examined.config["shop.database"]),
        # SQLite makes its journal beside the database.
        ("the shop's folder", os.path.dirname(examined.config["shop.database"])),
        ("the log folder", examined.config["export.log_dir"]),
        ("the lock folder", examined.config["export.lock_dir"]),
    ]
    for key in ("export.log_dir", "export.lock_dir", "export.feeds_dir"):
        try:
            if key != "export.feeds_dir":  # whose files say for themselves who may change them
                ownership.require_one(examined.config[key], examined.config.place(key) + ": ")
            ownership.require_folder(examined.config[key], examined.config.place(key))
        except ConfigError as error:
            yield fail("folders", error.args[0], error.hint)
    refused = [(what, path) for what, path in places if os.path.exists(path) and not os.access(path, os.W_OK)]
    for what, path in refused:
        yield fail(
            "writable",
            f"{what}, {path}, cannot be written by {who}",
            f"run as the owner, {_name(_owner(path))}, or give {who} the right to write",
        )
    if not refused:
        yield ok("writable", f"{who} may write the shop, our database, logs and locks")


def _logs(examined: Examined) -> list[str]:
    return [path for path in _in(examined.config["export.log_dir"]) if any(part in path for part in LOG_NAMES)]


def _in(folder: str) -> Iterable[str]:
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder))
    except OSError:
        return []


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except OSError:
        return None


def _owner(path: str) -> int | None:
    try:
        return os.stat(path).st_uid
    except OSError:
        return None


def _name(user: int | None) -> str:
    if user is None:
        return "nobody"
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _show_mode(mode: int) -> str:
    return stat.filemode(mode)
