"""What every cron job shares: options, lock, errors to exit status.

A job that finds nothing to do never comes here: see saasexport.idle.
"""

import argparse
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import saasexport
from saasexport import lock, plain
from saasexport.clock import now_text
from saasexport.config import config
from saasexport.config.secret import read_key
from saasexport.database import db
from saasexport.delivery.client import Client
from saasexport.delivery.wire import Settings
from saasexport.errors import Busy, ConfigError, DatabaseError, SaasExportError, ShopError, Uninstalled
from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.setup import feed_set, opening, recovery
from saasexport.setup.capture import require_installed
from saasexport.setup.installation import Installation
from saasexport.status import metrics, status
from saasexport.status.judgement import counted
from saasexport.sync.sync import Work
from saasexport.usage import Parser

# With --cron a problem that lasts is told again after so long (design.md 4).
TELL_AGAIN_SECONDS = 3600


def main(name: str, argv: list[str], held: int | None = None) -> int:
    """Run a job; gives the exit status.  `held` is the descriptor of its lock, if it was taken already."""
    module = import_module(f"saasexport.jobs.{name}")
    os.umask(0o077)
    plain.guard_streams()
    try:
        options = parser(name, module.__doc__ or "").parse_args(argv)
    except ConfigError as error:
        print(f"{name}: {plain.line(str(error))}", file=sys.stderr)
        return error.exit_status
    try:
        found, content = opening.connect(options.config)
    except Uninstalled:
        return 0  # on purpose: a package's cron lines stay
    except Exception as error:
        return _cannot_open(name, options.config, error)
    try:
        if held is None:
            held = lock.take_job(found.config["export.lock_dir"], name, options.cron, options.wait)
        opening.bring_in_line(found, content)
        work = prepare(found, name, options)
        try:
            module.run(work, options)
        finally:
            work.client.close()
        # What an uninstall took away under the running job is nobody's fault.
        require_installed(found)
        if not work.log.has_said:
            work.log.say(f"{name}: {_nothing_to_do(name, found)}")
        count(work)
        told = _told(name, found, work.lines(), options.cron)
        publish(work)
        return told
    except Busy as busy:
        if sys.stderr.isatty():  # cron need not hear of it; a person should
            print(f"{name}: {busy.told_on(sys.stderr)}", file=sys.stderr)
        return 0
    except Uninstalled:
        return 0  # on purpose, and meanwhile
    except BrokenPipeError:
        raise  # nobody reads what would be told
    except Exception as error:
        if recovery.is_corrupt(error) and not isinstance(error, ShopError):
            # Closed before its file is set aside: closing later would remove the new database's log.
            found.close()
            return _cannot_open(name, options.config, error)
        line = Log(found.config["export.log_dir"], f"bin/{name}").failure("02-01", "it ended early", error)
        status = error.exit_status if isinstance(error, SaasExportError) else 1
        return _told(name, found, [line], options.cron) and status
    finally:
        found.close()
        if held is not None:
            lock.release(held)


def _nothing_to_do(name: str, installation: Installation) -> str:
    """That there is nothing to do for this job, and what waits for another one."""
    counts = status.failed_by_status(installation).values()
    waiting = sum(of_feed.get(code, 0) for of_feed in counts for code in (1, 2))
    if not waiting or name == "resend_failed":
        return "nothing to do"
    return f"nothing to do; {counted(waiting, 'failed item')} {'waits' if waiting == 1 else 'wait'} for resend_failed"


def count(work: Work) -> None:
    """Have the views show what a job has done."""
    found = work.installation
    # Who has just looked at every entity may as well count them; people who ask then need not wait for it.
    for uncounted in (status.count(found, work.walked), status.count_after_work(found)):
        for feed, error in uncounted.items():
            work.stop("02-01", f"{feed} cannot be counted", error)


def publish(work: Work) -> None:
    """Have the metrics file show what a job has done; that alone never makes it fail."""
    try:
        metrics.write(work.installation)
    except (OSError, sqlite3.Error) as error:
        work.log.error("02-01", f"[export] metrics_file: {error}")


def failure(option: str | None, caller: str, error: Exception) -> str:
    """The line about what ended a job or command; its traceback goes to the log, if the configuration names one."""
    if isinstance(error, SaasExportError):
        return str(error)
    try:
        settings = config.load(config.find(option), feed_set.names_of)
    except Exception:  # it may be what failed
        return f"{type(error).__name__}: {error}"
    return Log(settings["export.log_dir"], caller).failure("02-01", "it ended early", error)


def _cannot_open(name: str, option: str | None, error: Exception) -> int:
    """Say why an installation cannot be used; a corrupt database of ours is replaced first."""
    status = error.exit_status if isinstance(error, SaasExportError) else 1
    print(f"{name}: {plain.line(failure(option, f'bin/{name}', error))}", file=sys.stderr)
    if recovery.is_corrupt(error) and not isinstance(error, ShopError):
        try:
            print(f"{name}: {recovery.rebuild(config.find(option))}", file=sys.stderr)
        except Exception as trouble:
            print(f"{name}: {failure(option, f'bin/{name}', trouble)}", file=sys.stderr)
    return status


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """The options that all jobs have."""
    options = Parser(
        prog=name, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--config", metavar="PATH", help="the configuration file")
    options.add_argument("--version", action="version", version=f"{name} (saasexport {saasexport.__version__})")
    options.add_argument("-v", "--verbose", action="store_true", help="tell on stderr what is done")
    options.add_argument(
        "--cron", action="store_true", help="print a problem when it begins, once an hour while it lasts, when it ends"
    )
    options.add_argument("--wait", action="store_true", help="wait for a lock that is held, instead of doing nothing")
    if name == "resend_failed":
        options.add_argument("feeds", metavar="FEED", nargs="*", help="feeds; all without any")
    return options


def prepare(found: Installation, name: str, options: argparse.Namespace) -> Work:
    """What a job works with."""
    log = Log(found.config["export.log_dir"], f"bin/{name}", options.verbose)
    deadline = time.monotonic() + found.config["export.run_seconds"]
    return Work(found, connect(found, log, options.cron, deadline), log, deadline, waits=options.wait)


def prepare_command(found: Installation, caller: str) -> Work:
    """What a command works with: as a job, but without an end."""
    log = Log(found.config["export.log_dir"], f"bin/{caller}")
    return Work(found, connect(found, log), log)


def connect(found: Installation, log: Log, is_patient: bool = False, deadline: float = float("inf")) -> Client:
    """The service, as the configuration describes it."""
    settings = found.config.sections["service"]
    return Client(
        Settings(
            url=settings["url"].rstrip("/"),
            environment_id=settings["environment_id"],
            timeout=settings["timeout"],
            max_body=settings["max_body"],
            api_key=read_key(settings["api_key_file"], found.config.place("service.api_key_file"))
            if settings["api_key_file"]
            else None,
            ca_file=settings["ca_file"],
            requests_per_second=settings["requests_per_second"],
            slot_file=found.lock_file("service"),
            is_patient=is_patient,
            transport=settings["transport"],
            private_key_file=settings["private_key_file"] if settings["signature"] == "adobe" else None,
            private_key_place=found.config.place("service.private_key_file"),
        ),
        found.ours,
        found.route,
        log.sent,
        deadline,
    )


def each_feed(work: Work, operation: str, sync: Callable[[Work, Feed], Any], feeds: list[Feed]) -> None:
    """Sync feeds one after the other, each under its lock."""
    for feed in feeds:
        if work.is_over:
            return
        locked(work, feed, operation, sync)


def locked(work: Work, feed: Feed, operation: str, sync: Callable[[Work, Feed], Any]) -> Any:
    """Sync a feed under its lock; None if it is in use, or if it cannot go on: the others do."""
    try:
        with lock.held(work.installation.lock_file(feed.name), operation, work.waits):
            return sync(work, feed)
    except Busy as busy:
        work.log.operation(feed.name, operation, f"operation skipped - {busy}")
    except ConfigError:
        raise  # what is wrong there is wrong for every feed
    except Exception as error:
        if _is_ours_corrupt(work, error):
            raise DatabaseError(f"{work.installation.config['export.database']}: {error}") from error
        work.stop(_CODES.get(operation, "04-11"), feed.name, error)
    return None


def _is_ours_corrupt(work: Work, error: Exception) -> bool:
    if isinstance(error, ShopError) or not recovery.is_corrupt(error):
        return False
    return not recovery.is_sound(work.installation.ours)


# What did not go on; anything else is a full sync, which the next run resumes.
_CODES = {"partial reindex": "04-03", "cleanup": "04-21"}


def _told(name: str, found: Installation, lines: list[str], is_cron: bool) -> int:
    """Print what went wrong, at most once an hour under cron; gives the exit status."""
    told = _worth_telling(name, found, lines) if is_cron else lines
    for line in told:
        print(f"{name}: {plain.line(line)}", file=sys.stderr)
    return 1 if lines else 0


def _worth_telling(name: str, found: Installation, lines: list[str]) -> list[str]:
    from datetime import UTC, datetime, timedelta

    ours = found.ours
    now = now_text()
    again = (datetime.now(UTC) - timedelta(seconds=TELL_AGAIN_SECONDS)).strftime("%Y-%m-%d %H:%M:%S")
    kinds = {_kind(line): line for line in lines}
    told = []
    with db.transaction(ours):
        known = {
            _kind(message): (message, since, last)
            for message, since, last in ours.execute(
                "select message, since, told from problem where job = ?", (name,)
            )
        }
        for kind, line in kinds.items():
            if kind not in known or not again < known[kind][2] <= now:
                first, since, _ = known.get(kind, (line, now, now))
                told.append(line if kind not in known else f"{line} (since {since} UTC)")
                ours.execute("insert or replace into problem values (?, ?, ?, ?)", (name, first, since, now))
        for kind, (message, since, _) in known.items():
            if kind not in kinds:
                told.append(f"over since {now} UTC, after {_duration(since, now)}: {message} (began {since} UTC)")
                ours.execute("delete from problem where job = ? and message = ?", (name, message))
    return told


def _kind(line: str) -> str:
    """Counts differ from minute to minute; the problem is the same."""
    return "".join(character for character in line if not character.isdecimal())


def _duration(since: str, now: str) -> str:
    from datetime import datetime

    from saasexport.doctor.finding import ago

    return ago(max((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds(), 0))
