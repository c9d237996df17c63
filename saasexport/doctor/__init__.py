"""What is wrong with an installation, and what to do about it (design.md 4).

Nothing is mended here, and a check that cannot be made says so and lets the
others go on: whoever asks wants to see the whole picture at once.
"""

import sqlite3

from saasexport.config import parsing, settings
from saasexport.doctor import (
    capture,
    databases,
    files,
    machine,
    mirror,
    network,
    optimizer,
    own_feeds,
    running,
    spellings,
)
from saasexport.doctor.finding import FAIL, OK, WARN, Check, Examined, Finding, Findings, fail
from saasexport.errors import SaasExportError
from saasexport.setup import feed_set

__all__ = ["FAIL", "OK", "WARN", "Finding", "examine"]

# In the order in which one thing rests on the other.
BEFORE_OPENING: tuple[Check, ...] = (
    files.key_files,
    files.modes,
    files.owners,
    files.writable,
    machine.on_a_proper_file_system,
    machine.disk_space,
)
ALWAYS: tuple[Check, ...] = (machine.clock,)
OF_OURS: tuple[Check, ...] = (databases.ours, mirror.copy_of_the_shop, machine.clone, capture.configuration_in_use)
OF_THE_SHOP: tuple[Check, ...] = (databases.shop, machine.time_zones, spellings.unlike_spellings)
OF_BOTH: tuple[Check, ...] = (
    capture.feeds,
    capture.installed_triggers,
    capture.changelogs,
    capture.reconciliation,
    own_feeds.whole_tables,
    own_feeds.trial,
    own_feeds.repairs,
    network.history,
    network.service,
    optimizer.optimizer,
)


# What takes its time, or others': left out by who asks every few minutes.
THOROUGH: tuple[Check, ...] = (
    databases.ours,
    databases.shop,
    spellings.unlike_spellings,
    network.service,
    machine.clock,
)


def examine(option: str | None = None, is_quick: bool = False) -> Findings:
    """Check everything, from the ground up; `option` is --config."""
    yield from machine.versions()
    try:
        path = settings.find(option)
        config = parsing.load(path, feed_set.names_of)
    except SaasExportError as error:
        yield fail("configuration", str(error.args[0]), error.hint or "mend the file")
        return
    examined = Examined(config, running.now())
    try:
        first: tuple[Check, ...] = (databases.open_ours, databases.open_shop, network.extras, network.environment)
        for check in (*BEFORE_OPENING, *first):
            yield from _make(check, examined)
        for check in (*_possible(examined), running.cron, running.watchers, running.locks):
            if not (is_quick and check in THOROUGH):
                yield from _make(check, examined)
    finally:
        for connection in (examined.ours, examined.shop):
            if connection is not None:
                connection.close()


def _possible(examined: Examined) -> tuple[Check, ...]:
    ours = OF_OURS if examined.ours is not None else ()
    shop = OF_THE_SHOP if examined.shop is not None else ()
    return (*ALWAYS, *ours, *shop, *(OF_BOTH if ours and shop else ()))


def _make(check: Check, examined: Examined) -> Findings:
    """What a check finds; that it broke off, if it did."""
    name = check.__name__.replace("_", " ")
    try:
        yield from check(examined)
    except (sqlite3.Error, OSError, SaasExportError) as error:
        yield fail(name, f"cannot be checked: {error}", "mend what is said above first")
