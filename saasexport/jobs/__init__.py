"""What every cron job shares: options, lock, errors to exit status.

A job that finds nothing to do never comes here: see saasexport.idle.
"""

import os
import sys
import time
from importlib import import_module
from types import ModuleType, SimpleNamespace

import saasexport
from saasexport import lock, plain
from saasexport.config import settings
from saasexport.errors import Busy, ConfigError, SaasExportError, ShopError, Uninstalled
from saasexport.feed import Feed
from saasexport.jobs import cron_mail
from saasexport.log import Log
from saasexport.setup import copied_shop, feed_set, opening, recovery
from saasexport.setup.installation import Installation, require_installed
from saasexport.status import numbers
from saasexport.stdlib import TYPE_CHECKING, Any, sqlite3
from saasexport.sync.exporter import Exporter, Options, collect_less, connect

if TYPE_CHECKING:
    from saasexport.usage import Parser


def main(name: str, argv: list[str], held: int | None = None, moved: opening.Moved | None = None) -> int:
    """Run a job; gives the exit status.

    `held` is the descriptor of its lock, if it was taken already, and `moved` the only feeds with work.
    """
    module = import_module(f"saasexport.jobs.{name}")
    collect_less()
    os.umask(0o077)
    plain.guard_streams()
    try:
        options = _of_cron(argv) or parser(name, module.__doc__ or "").parse_args(argv)
    except SaasExportError as error:
        _print(name, str(error))
        return error.exit_status
    try:
        installation, content = opening.connect(options.config, moved=moved)
    except Uninstalled:
        return 0  # on purpose: a package's cron lines stay
    except Exception as error:
        return _cannot_open(name, options.config, error)
    try:
        if held is None:
            config = installation.config
            place = config.place("export.lock_dir")
            held = lock.take_job(config["export.lock_dir"], name, options.cron, options.wait, place)
        return _run(module, (installation, content), options, moved)
    except Busy as busy:
        if sys.stderr.isatty():  # cron need not hear of it; a person should
            print(f"{name}: {busy.told_on(sys.stderr)}", file=sys.stderr)
        return 0
    except Uninstalled:
        return 0  # on purpose, and meanwhile
    except BrokenPipeError:
        raise  # nobody reads what would be told
    except Exception as error:
        return _end_early(name, installation, options, error)
    finally:
        installation.close()
        if held is not None:
            lock.release(held)


def _of_cron(argv: list[str]) -> SimpleNamespace | None:
    """The options of a line of crontab.example, which need no parser; None of any others."""
    config = argv[2] if argv[1:2] == ["--config"] and len(argv) == 3 else None
    if argv[:1] != ["--cron"] or (len(argv) > 1 and (config is None or config.startswith("-"))):
        return None
    return SimpleNamespace(config=config, cron=True, verbose=False, wait=False, full=False, feeds=[])


# What a job says that cannot begin.
WAITS = "waits for the first copy of the shop, which mirror_shop makes"


def _run(
    module: ModuleType, opened: tuple[Installation, bytes], options: Any, moved: opening.Moved | None
) -> int:
    """The work of a job, whose lock is held; gives the exit status."""
    installation, content = opened
    name = module.__name__.rpartition(".")[2]
    if name == "mirror_shop":
        module.run(installation, content, options)
        return cron_mail.tell(name, installation.ours, [], options.cron)
    if copied_shop.is_awaited(installation.config):
        is_verbose = options.verbose or sys.stderr.isatty()
        Log(installation.config["export.log_dir"], f"bin/{name}", is_verbose).say(f"{name}: {WAITS}")
        return 0
    opening.bring_in_line(installation, content, moved)
    return _sync(module, installation, options)


def _sync(module: ModuleType, installation: Installation, options: Any) -> int:
    """The work of a job that sends or keeps what was sent; gives the exit status."""
    name = module.__name__.rpartition(".")[2]
    exporter, wanted = prepare(installation, name, options)
    try:
        walked = module.run(exporter, wanted, options)
    finally:
        exporter.close()
    # What an uninstall took away under the running job is nobody's fault.
    require_installed(installation)
    if exporter.log.is_verbose and not exporter.log.has_printed:
        exporter.log.say(f"{name}: {_nothing_to_do(name, installation)}")
    count(exporter, walked or [])
    status = cron_mail.tell(name, installation.ours, exporter.lines(), options.cron)
    publish(exporter)
    return status


def _nothing_to_do(name: str, installation: Installation) -> str:
    """That there is nothing to do for this job, and what waits for another one."""
    counts = numbers.failed_by_status(installation).values()
    waiting = sum(of_feed.get(code, 0) for of_feed in counts for code in (1, 2))
    if not waiting or name == "resend_failed":
        return "nothing to do"
    from saasexport.status.judgement import quantity  # late: nobody reads it under cron

    return f"nothing to do; {quantity(waiting, 'failed item')} {'waits' if waiting == 1 else 'wait'} for resend_failed"


def count(exporter: Exporter, walked: list[Feed]) -> None:
    """Have the views show what a job has done."""
    installation = exporter.installation
    # Who has just looked at every entity may as well count them; people who ask then need not wait for it.
    for uncounted in (numbers.count(installation, walked), numbers.count_after_work(installation)):
        for feed, error in uncounted.items():
            exporter.stop("02-01", f"{feed} cannot be counted", error)


def publish(exporter: Exporter) -> None:
    """Have the metrics file show what a job has done; that alone never makes it fail."""
    try:
        if exporter.installation.config["export.metrics_file"]:
            from saasexport.status import metrics  # late: few want it

            metrics.write(exporter.installation)
    except (ConfigError, sqlite3.Error) as error:
        exporter.log.error("02-01", str(error))


def _end_early(name: str, installation: Installation, options: Any, error: Exception) -> int:
    """Say what ended a job; a corrupt database of ours is replaced.  Gives the exit status."""
    if recovery.is_corrupt(error) and not isinstance(error, ShopError):
        # Closed before its file is set aside: closing later would remove the new database's log.
        installation.close()
        return _cannot_open(name, options.config, error)
    line = Log(installation.config["export.log_dir"], f"bin/{name}").failure("02-01", "it ended early", error)
    return cron_mail.tell(name, installation.ours, [line], options.cron) and _status_of(error)


def failure(option: str | None, caller: str, error: Exception) -> str:
    """The line about what ended a job or command; its traceback goes to the log, if the configuration names one."""
    if isinstance(error, SaasExportError):
        return str(error)
    from saasexport.config import parsing  # late: only for what went wrong

    try:
        config = parsing.load(settings.find(option), feed_set.names_of)
    except Exception:  # it may be what failed
        return f"{type(error).__name__}: {error}"
    return Log(config["export.log_dir"], caller).failure("02-01", "it ended early", error)


def _cannot_open(name: str, option: str | None, error: Exception) -> int:
    """Say why an installation cannot be used; a corrupt database of ours is replaced first."""
    _print(name, failure(option, f"bin/{name}", error))
    if recovery.is_corrupt(error) and not isinstance(error, ShopError):
        try:
            _print(name, recovery.rebuild(settings.find(option)))
        except Exception as trouble:
            _print(name, failure(option, f"bin/{name}", trouble))
    return _status_of(error)


def _status_of(error: Exception) -> int:
    return error.exit_status if isinstance(error, SaasExportError) else 1


def _print(name: str, message: str) -> None:
    from saasexport.usage import as_typed  # late: only for a message

    print(as_typed(f"{name}: {plain.line(message)}"), file=sys.stderr)


def parser(name: str, description: str) -> "Parser":
    """The options that all jobs have."""
    import argparse

    from saasexport.usage import Parser

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
    if name == "mirror_shop":
        options.add_argument("--full", action="store_true", help="compare every row of the copy with the server's")
    if name == "resend_failed":
        options.add_argument("feeds", metavar="FEED", nargs="*", default=[], help="feeds; all without any")
    return options


def prepare(installation: Installation, name: str, options: Any) -> tuple[Exporter, Options]:
    """What a job works with."""
    log = Log(installation.config["export.log_dir"], f"bin/{name}", options.verbose)
    deadline = time.monotonic() + installation.config["export.run_seconds"]
    client = connect(installation, log, options.cron, deadline)
    return Exporter(installation, client, log), Options(deadline=deadline, waits=options.wait)
