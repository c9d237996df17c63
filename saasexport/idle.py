"""Is there anything to do?  All that an idle tick loads.

Cron starts four scripts a minute, and mostly there is nothing to do.  So this
module imports next to nothing, reads the configuration without a TOML parser,
and asks the questions of saasexport.database.questions.  Whatever is
out of the ordinary is left to the job itself, which looks at everything anew.
"""

import os
import sys
import time

# The module itself, without its Python half: the date adapters there bring datetime
# and collections with them, which is half of what starting Python costs.
try:
    import _sqlite3 as sqlite3
except ImportError:
    import sqlite3  # type: ignore[no-redef]  # a Python that has it elsewhere

import saasexport
from saasexport import lock
from saasexport.database import questions
from saasexport.errors import Busy, ConfigError


def start(job: str) -> int:
    """Run a job if there is anything to do, and end the process; gives the exit status where it cannot do that."""
    status = run(job)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return status  # Python says so, at its own end
    # What a job opened is closed.  To take every module apart takes half as long as to start.
    os._exit(status)


def run(job: str) -> int:
    """Run a job if there is anything to do; gives the exit status."""
    try:
        return _run(job)
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print(f"{job}: interrupted; the next run goes on from here", file=sys.stderr)
        return 130


def _run(job: str) -> int:
    lock.open_standard_streams()
    argv = sys.argv[1:]
    held = kept = moved = None
    try:
        kept = _load_kept(_config_file(argv))
        if kept is not None:
            os.umask(0o077)
            held = lock.take_job(kept["lock_dir"], job, "--cron" in argv)
            if not _is_work(kept, job):
                lock.release(held)
                _ping(kept, job, 0)
                kept["ours"].close()
                return 0
    except Busy as busy:
        if sys.stderr.isatty():  # cron need not hear of it; a person should
            print(f"{job}: {busy.told_on(sys.stderr)}", file=sys.stderr)
        return 0
    except (OSError, sqlite3.Error, ValueError, KeyError, TypeError, ConfigError):
        pass  # the job finds the same trouble, and has words for it
    if kept is not None and not (moved := kept.get("moved")):
        kept["ours"].close()
    import gc

    gc.disable()  # until the job begins: to look for garbage among modules is a twentieth of a tick
    from saasexport.jobs import main

    status = main(job, argv, held, moved)
    if kept is None or kept["ping_url"]:
        _ping(_load_kept_by_job(argv), job, status)
    return status


def _load_kept_by_job(argv: "list[str]") -> "dict | None":  # type: ignore[type-arg]
    """What a job has kept that took a new configuration into use; None if it could not."""
    try:
        return _load_kept(_config_file(argv))
    except (OSError, sqlite3.Error, ValueError, KeyError, TypeError, ConfigError):
        return None


def _config_file(argv: list[str]) -> str:
    """The configuration file, if the options are those of cron; anything else is the job's to understand."""
    named = os.environ.get("SAASEXPORT_CONFIG", "")
    rest = list(argv)
    if "--config" in rest[:-1]:
        at = rest.index("--config")
        if not (named := rest[at + 1]):
            raise ValueError
        del rest[at : at + 2]
    if any(option != "--cron" for option in rest):
        raise ValueError
    if named:
        return os.path.abspath(named)
    for candidate in ("saasexport.toml", "/etc/saasexport/saasexport.toml"):
        if os.path.exists(candidate):
            return os.path.abspath(candidate)
    raise ValueError


def _load_kept(path: str) -> "dict | None":  # type: ignore[type-arg]
    """What the last run kept, if the configuration is still the same; None otherwise."""
    with open(path, "rb") as file:
        content = file.read()
        is_ours = _is_ours(path, os.fstat(file.fileno()))
    database = questions.database_of(path, content)
    if not os.path.exists(database) or os.path.exists(f"{database}.rebuilt"):
        return None
    if not is_ours or not _is_ours(database, os.stat(database)):
        return None  # the job refuses it, in words
    # A path is given as it is: what would have a meaning in a URI is nobody's business here.
    ours = sqlite3.connect(database, isolation_level=None, timeout=30)
    cursor = ours.execute("select * from installation")
    kept = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    if not _is_of_use(kept, path, content):
        ours.close()
        return None
    kept["ours"] = ours
    return kept


def _is_of_use(kept: "dict", path: str, content: bytes) -> bool:  # type: ignore[type-arg]
    """Whether nothing has changed of what was kept: the configuration, the program, files of feeds, folders."""
    if kept.get("config_bytes") != content or kept.get("config_file") != path:
        return False
    if kept.get("program") != saasexport.__version__:
        return False  # an upgrade: what another version kept is not to be relied on
    if questions.files_of(kept["feeds_dir"]) != kept["feed_files"]:
        return False
    # The one of logs is made with the first record.
    folders = [kept["lock_dir"], *([kept["log_dir"]] if os.path.exists(kept["log_dir"]) else [])]
    return all(_is_safe(folder, os.stat(folder)) for folder in folders)


def _is_ours(path: str, status: os.stat_result) -> bool:
    """Whether nobody else may exchange a file: the same as saasexport.config.ownership says, mostly without it."""
    folders = {os.path.dirname(path)}
    if os.path.islink(path):
        path = os.path.realpath(path)
        folders.add(os.path.dirname(path))
    return _is_safe(path, status) and all(_is_safe(folder, os.stat(folder)) for folder in folders)


def _is_safe(path: str, status: os.stat_result) -> bool:
    if status.st_uid not in (0, os.geteuid()):
        return False
    if not status.st_mode & 0o022:
        return True
    from saasexport.config import ownership  # late: a group of one's own, or a volume that is read-only

    return not ownership.is_writable_by_others(path, status)


def _ping(kept: "dict | None", job: str, status: int) -> None:  # type: ignore[type-arg]
    """Tell the dead-man's switch, if there is one, how a run by cron went.

    One of the jobs says that all is well, when it is with all of them; each says that it failed.
    """
    if kept is None or not kept.get("ping_url") or "--cron" not in sys.argv:
        return
    try:
        is_well = not status and not kept["ours"].execute("select 1 from problem where waits_for_people = 0").fetchone()
    except sqlite3.Error:
        return
    if not is_well or job == "reindex_all_invalid":
        from saasexport.delivery import ping

        ping.tell(kept["ping_url"], kept["lock_dir"], is_well)


def _is_work(kept: dict, job: str) -> bool:  # type: ignore[type-arg]
    ours = kept["ours"]
    lasting = "select 1 from problem where job = ? and waits_for_people = 0"
    if "--cron" in sys.argv and ours.execute(lasting, (job,)).fetchone():
        return True  # what was told as a problem may be over
    if job == "mirror_shop":
        waits = "--cron" in sys.argv and ours.execute(questions.MIRROR_WAITS).fetchone()
        return bool(kept["mirror_source"]) and not waits
    if job not in questions.JOBS:
        return True
    feeds = questions.feeds_of(kept["usable"])
    moment = ours.execute("select datetime('now')").fetchone()[0]
    due = questions.due(job, feeds, kept["reconcile_hours"])
    if ours.execute(f"{due} limit 1", {"now": moment}).fetchone():
        return True
    return job == "reindex_all_invalid" and _is_shop_changed(kept)


def _is_shop_changed(kept: dict) -> bool:  # type: ignore[type-arg]
    """Whether a changelog has moved, a trigger is not as it was, or the shop is not the one we know.

    If some changelogs moved and that is all, `moved` is kept for the job: their feeds' modules, and both databases.
    """
    if not os.path.exists(kept["shop_file"]):
        return True
    seen = os.path.join(kept["lock_dir"], "shop.seen")
    state = _state_of_shop(kept)
    if state and lock.read_note(seen) == state:
        return False
    shop = sqlite3.connect(kept["shop_file"], isolation_level=None, timeout=5)
    modules = None
    try:
        modules = _find_moved(kept, shop)
    finally:
        if not modules:
            shop.close()
    if modules:
        kept["moved"] = modules, shop, kept["ours"]
    elif modules is not None and state:
        lock.write_note(seen, state)
    return modules != []


# Files that were written to so lately may be written to again without another time: clocks of file systems are coarse.
QUIET_SECONDS = 3


def _state_of_shop(kept: dict) -> bytes:  # type: ignore[type-arg]
    """What is another when the shop was written to, or when what we know of it is; empty if it was just now.

    To open the shop and read its schema costs more than all else here, and the most of all memory.
    """
    path = os.path.realpath(kept["shop_file"])
    cursors = questions.cursors(questions.feeds_of(kept["usable"]))
    # A power cut may take back what was written, and leave the file with its time.
    state = [_boot(), kept["shop_version"], *kept["ours"].execute(cursors)]
    for name in (path, f"{path}-wal"):
        if os.path.exists(name):
            file = os.stat(name)
            if file.st_mtime > time.time() - QUIET_SECONDS:
                return b""
            # Not when it was changed otherwise: whoever opens a log as root gives it to the owner of the shop.
            state.append((name, file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns))
    return repr(state).encode()


def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read()
    except OSError:  # not on Linux
        return ""


def _find_moved(kept: dict, shop: sqlite3.Connection) -> "list[str] | None":  # type: ignore[type-arg]
    """The modules of the feeds whose changelogs moved; None if the job must look at more than these."""
    feeds = questions.feeds_of(kept["usable"])
    if shop.execute("pragma schema_version").fetchone()[0] != kept["shop_version"]:
        return None
    triggers = shop.execute(
        "select name, sql from sqlite_master"
        " where type = 'trigger' and name like 'saasexport^_%' escape '^' order by name"
    ).fetchall()
    if triggers != kept["ours"].execute("select name, sql from installed_trigger order by name").fetchall():
        return None
    heads = {feed: (version, held) for feed, version, held in shop.execute(questions.heads(feeds))}
    cursors = kept["ours"].execute(questions.cursors(feeds))
    moved = {feed for feed, *cursor in cursors if heads.get(feed, (0, None)) != tuple(cursor)}
    modules = [module for name, _, _, _, module in feeds if name in moved]
    return None if questions.ALL in modules else modules
