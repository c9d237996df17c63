"""saasexport indexer:*: whether each feed is ready, and how it is kept so, as bin/magento prints it.

The commands take indexer ids; without any they are about every feed that this
shop can give and the configuration wants.
"""

import argparse
import sqlite3
import sys
import time

from saasexport import lock
from saasexport.clock import now_text
from saasexport.commands import for_programs, question, table
from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.errors import Busy, ConfigError, SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import numbers
from saasexport.sync import resync
from saasexport.sync.exporter import Options, collect_less, exporter_for
from saasexport.usage import as_typed, near

_PRODUCTS = "catalog_data_exporter_products"

EXAMPLES = {
    "indexer:info": "saasexport indexer:info",
    "indexer:status": f"saasexport indexer:status\nsaasexport indexer:status {_PRODUCTS}",
    "indexer:show-mode": "saasexport indexer:show-mode | grep -i feed",
    "indexer:set-mode": f"saasexport indexer:set-mode schedule\nsaasexport indexer:set-mode realtime {_PRODUCTS}",
    "indexer:reindex": f"saasexport indexer:reindex\nsaasexport indexer:reindex {_PRODUCTS}",
    "indexer:reset": f"saasexport indexer:reset\nsaasexport indexer:reset {_PRODUCTS}",
    "indexer:set-status": f"saasexport indexer:set-status suspended {_PRODUCTS}\nsaasexport indexer:set-status invalid",
}

KEYS = {
    "indexer:info": {"id": "the indexer's id", "title": "what it is called", "feed": "its feed's name"},
    "indexer:status": {
        "id": "the indexer's id",
        "title": "what it is called",
        "status": "Ready, Reindex required, Processing or Suspended",
        "update_on": "Schedule or Save",
        "schedule_status": "idle or working, and the backlog; empty on Save",
        "schedule_updated": "UTC, when its changelog was last read; empty on Save",
    },
    "indexer:show-mode": {"id": "the indexer's id", "title": "what it is called", "mode": "schedule or realtime"},
}

HEAD = ("ID", "Title", "Status", "Update On", "Schedule Status", "Schedule Updated")

COLOURS = {"Ready": "green", "Reindex required": "yellow", "Suspended": "yellow", "Save": "yellow"}

ONLY_LOOK = ("indexer:info", "indexer:status", "indexer:show-mode")

MODES = {"schedule": "Update by Schedule", "realtime": "Update on Save"}

ON_SAVE = (
    "warning: Update on Save risks that changes come late: what the shop writes without calling"
    " saasexport.reindex waits for the next run of the cron jobs"
)


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The arguments of the indexer commands."""
    if name == "indexer:set-mode":
        options.add_argument("mode", choices=tuple(MODES), help="by cron (schedule), or on save by the shop (realtime)")
    elif name == "indexer:set-status":
        options.add_argument("status", choices=("invalid", "suspended", "valid"), help="the new status")
    of_indexers = "ids, or names of feeds; all without any"
    options.add_argument("indexers", metavar="INDEXER", nargs="*", default=[], help=of_indexers)
    if name in KEYS:
        for_programs.add_option(options, KEYS[name], "indexer")
    elif name == "indexer:reindex":
        options.add_argument("--wait", action="store_true", help="wait for a feed in use, instead of skipping it")
    elif name == "indexer:set-status":
        options.add_argument("--yes", "-y", action="store_true", help="do not ask before every feed is suspended")


def run(options: argparse.Namespace, name: str) -> int:
    """Run one of the commands."""
    installation = open_installation(options.config, read_only=name in ONLY_LOOK)
    try:
        feeds = _choose_feeds(installation, options.indexers)
        if name == "indexer:info":
            return _info(feeds or list(installation.all_feeds.values()), options)
        feeds = feeds or installation.feeds()
        if name == "indexer:set-mode":
            return _set_mode(installation, feeds, options.mode)
        if name == "indexer:set-status":
            if options.status == "suspended" and not options.indexers and not _is_confirmed(options, feeds):
                print("nothing done", file=sys.stderr)
                return 1
            return _set_status(installation, feeds, options.status)
        return {
            "indexer:status": _status,
            "indexer:show-mode": _show_mode,
            "indexer:reindex": _reindex,
            "indexer:reset": _reset,
        }[name](installation, feeds, options)
    finally:
        installation.close()


def _choose_feeds(installation: Installation, ids: list[str]) -> list[Feed]:
    """The feeds of these indexers, by the indexer's id or the feed's name; none for none."""
    by_id = {feed.indexer.lower(): feed for feed in installation.all_feeds.values()}
    by_id |= {feed.name.lower(): feed for feed in installation.all_feeds.values()}
    unknown = [indexer_id for indexer_id in ids if indexer_id.lower() not in by_id]
    if not unknown:
        return list({by_id[each.lower()].name: by_id[each.lower()] for each in ids}.values())
    supported = [feed.indexer for feed in installation.all_feeds.values()]
    meant = near(unknown[0], [*supported, *installation.all_feeds])
    raise ConfigError(
        "the following requested index types are not supported: '" + "', '".join(unknown) + "'",
        (f"did you mean {meant}? " if meant else "") + f"supported types: {', '.join(supported)}",
    )


def _is_confirmed(options: argparse.Namespace, feeds: list[Feed]) -> bool:
    """Whether all feeds are meant: cron would pass over every one of them, until somebody remembers."""
    if options.yes:
        return True
    warning = f"indexer:set-status suspended: this suspends all {len(feeds)} feeds, and cron sends nothing any more"
    if not sys.stdin or not sys.stdin.isatty():
        raise ConfigError(warning, "name the indexers, or say --yes")
    print(f"{warning}. ", end="", file=sys.stderr)
    return question.is_confirmed()


def _info(feeds: list[Feed], options: argparse.Namespace) -> int:
    if options.json:
        return for_programs.show([{"id": feed.indexer, "title": feed.title, "feed": feed.name} for feed in feeds])
    for feed in feeds:
        print(f"{feed.indexer:<40} {feed.title}")
    return 0


def _status(installation: Installation, feeds: list[Feed], options: argparse.Namespace) -> int:
    rows = []
    for feed in feeds:
        cursor = indexer.cursor(installation.ours, feed)
        holder = lock.is_held(installation.lock_file(feed.name))
        schedule = updated = ""
        if cursor.mode == "schedule":
            backlog = 0 if cursor.unavailable else numbers.backlog(installation, feed)
            schedule = f"{'working' if holder else 'idle'} ({backlog} in backlog)"
            updated = cursor.updated
        shown = shown_status(indexer.state(installation.ours, feed).status, holder)
        on = "Schedule" if cursor.mode == "schedule" else "Save"
        rows.append((feed.indexer, feed.title, shown, on, schedule, updated))
    if options.json:
        return for_programs.show([dict(zip(KEYS["indexer:status"], row, strict=True)) for row in rows])
    print("\n".join(table.draw_borders(HEAD, rows, lambda _, cell: COLOURS.get(cell, ""))))
    return 0


def shown_status(kept: str, holder: str) -> str:
    """An indexer's status as Commerce names it; `working` is what a dead job left unless somebody holds the lock."""
    if kept == "working":
        return "Processing" if holder else "Reindex required"
    return {"valid": "Ready", "invalid": "Reindex required", "suspended": "Suspended"}[kept]


def _show_mode(installation: Installation, feeds: list[Feed], options: argparse.Namespace) -> int:
    if options.json:
        modes = [(feed.indexer, feed.title, indexer.cursor(installation.ours, feed).mode) for feed in feeds]
        return for_programs.show([dict(zip(KEYS["indexer:show-mode"], row, strict=True)) for row in modes])
    for feed in feeds:
        print(f"{feed.title}: {MODES[indexer.cursor(installation.ours, feed).mode]}")
    return 0


def _set_mode(installation: Installation, feeds: list[Feed], mode: str) -> int:
    """Set the mode; triggers that were missing are back already, since the installation was opened."""
    for feed in feeds:
        before = indexer.cursor(installation.ours, feed).mode
        if before == mode:
            print(f"Index mode for Indexer {feed.title} has not been changed")
            continue
        with transaction(installation.ours):
            installation.ours.execute(indexer.SQL.set_mode, {"feed": feed.name, "mode": mode, "now": now_text()})
        print(f"Index mode for Indexer {feed.title} was changed from '{MODES[before]}' to '{MODES[mode]}'")
    if mode == "realtime":
        print(f"saasexport: {ON_SAVE}", file=sys.stderr)
    return 0


def _reset(installation: Installation, feeds: list[Feed], options: argparse.Namespace) -> int:
    for feed in feeds:
        with transaction(installation.ours):
            indexer.set_status(installation.ours, feed, "invalid", "it was reset by hand", now_text())
        print(f"{feed.title} indexer has been invalidated.")
    return 0


def _set_status(installation: Installation, feeds: list[Feed], wanted: str) -> int:
    reason = None if wanted == "valid" else f"it was set {wanted} by hand"
    for feed in feeds:
        before = indexer.state(installation.ours, feed).status
        if before == wanted:
            print(f"Index status for Indexer '{feed.title}' has not been changed.")
            continue
        with transaction(installation.ours):
            indexer.set_status(installation.ours, feed, wanted, reason, now_text())
        print(f"Index status for Indexer '{feed.title}' was changed from '{before}' to '{wanted}'.")
    return 0


def _reindex(installation: Installation, feeds: list[Feed], options: argparse.Namespace) -> int:
    """Sync every feed in full, one after the other; what legacy feeds collect is sent by their job."""
    collect_less()
    exporter = exporter_for(installation, "saasexport indexer:reindex")
    failed = False
    try:
        for feed in feeds:
            print(f"{feed.title} index ", end="", flush=True)
            began = time.monotonic()
            try:
                with installation.lock(feed.name, "full sync", options.wait):
                    is_complete = resync.from_the_start(exporter, Options(), feed).is_complete
            except Busy as busy:
                exporter.log.operation(feed.name, "full sync", f"operation skipped - {busy}")
                print(f"is locked by another process: {busy.told_on(sys.stdout)}. Skipping.")
            except (SaasExportError, sqlite3.Error) as error:
                print(f"exception: {error}")
                failed = True
            else:
                print(_rebuilt(time.monotonic() - began) if is_complete else "was reset meanwhile: it begins anew")
    finally:
        exporter.close()
    for line in exporter.lines():
        print(as_typed(f"saasexport: {line}"), file=sys.stderr)
    return 1 if failed or exporter.lines() else 0


def _rebuilt(seconds: float) -> str:
    whole = int(seconds)
    return f"has been rebuilt successfully in {whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
