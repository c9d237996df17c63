"""saasexport indexer:*: whether each feed is ready, and how it is kept so, as bin/magento prints it.

The commands take indexer ids; without any they are about every feed that this
shop can give and the configuration wants.
"""

import argparse
import sqlite3
import sys
import time
from difflib import get_close_matches

from saasexport import lock
from saasexport.clock import now_text
from saasexport.commands import table
from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.errors import Busy, ConfigError, SaasExportError
from saasexport.feed import Feed
from saasexport.jobs import prepare_command
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import status
from saasexport.sync import resync

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

HEAD = ("ID", "Title", "Status", "Update On", "Schedule Status", "Schedule Updated")

COLOURS = {"Ready": "green", "Reindex required": "yellow", "Suspended": "yellow", "Save": "yellow"}

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
    options.add_argument("indexers", metavar="INDEXER", nargs="*", help="indexer ids; all without any")


def run(options: argparse.Namespace, name: str) -> int:
    """Run one of the commands."""
    found = open_installation(options.config)
    try:
        feeds = _chosen(found, options.indexers)
        if name == "indexer:info":
            return _info(feeds or list(found.all_feeds.values()))
        feeds = feeds or found.feeds()
        if name == "indexer:set-mode":
            return _set_mode(found, feeds, options.mode)
        if name == "indexer:set-status":
            return _set_status(found, feeds, options.status)
        return {
            "indexer:status": _status,
            "indexer:show-mode": _show_mode,
            "indexer:reindex": _reindex,
            "indexer:reset": _reset,
        }[name](found, feeds)
    finally:
        found.close()


def _chosen(found: Installation, ids: list[str]) -> list[Feed]:
    """The feeds of these indexers; none for none."""
    by_id = {feed.indexer: feed for feed in found.all_feeds.values()}
    unknown = [indexer_id for indexer_id in ids if indexer_id not in by_id]
    if not unknown:
        return [by_id[indexer_id] for indexer_id in dict.fromkeys(ids)]
    # The feed's name is a likely mistake: saas:resync takes it.
    near = get_close_matches(unknown[0], [*by_id, *found.all_feeds], 1)
    meant = found.all_feeds[near[0]].indexer if near and near[0] in found.all_feeds else "".join(near)
    raise ConfigError(
        "the following requested index types are not supported: '" + "', '".join(unknown) + "'",
        (f"did you mean {meant}? " if meant else "") + f"supported types: {', '.join(by_id)}",
    )


def _info(feeds: list[Feed]) -> int:
    for feed in feeds:
        print(f"{feed.indexer:<40} {feed.title}")
    return 0


def _status(found: Installation, feeds: list[Feed]) -> int:
    rows = []
    for feed in feeds:
        view = indexer.view(found.ours, feed)
        holder = lock.is_held(found.lock_file(feed.name))
        schedule = updated = ""
        if view.mode == "schedule":
            backlog = 0 if view.unavailable else status.backlog(found, feed)
            schedule = f"{'working' if holder else 'idle'} ({backlog} in backlog)"
            updated = view.updated
        shown = shown_status(indexer.state(found.ours, feed).status, holder)
        on = "Schedule" if view.mode == "schedule" else "Save"
        rows.append((feed.indexer, feed.title, shown, on, schedule, updated))
    print("\n".join(table.bordered(HEAD, rows, lambda _, cell: COLOURS.get(cell, ""))))
    return 0


def shown_status(kept: str, holder: str) -> str:
    """An indexer's status as Commerce names it; `working` is what a dead job left unless somebody holds the lock."""
    if kept == "working":
        return "Processing" if holder else "Reindex required"
    return {"valid": "Ready", "invalid": "Reindex required", "suspended": "Suspended"}[kept]


def _show_mode(found: Installation, feeds: list[Feed]) -> int:
    for feed in feeds:
        print(f"{feed.title}: {MODES[indexer.view(found.ours, feed).mode]}")
    return 0


def _set_mode(found: Installation, feeds: list[Feed], mode: str) -> int:
    """Set the mode; triggers that were missing are back already, since the installation was opened."""
    for feed in feeds:
        before = indexer.view(found.ours, feed).mode
        if before == mode:
            print(f"Index mode for Indexer {feed.title} has not been changed")
            continue
        with transaction(found.ours):
            found.ours.execute(indexer.SQL.set_mode, {"feed": feed.name, "mode": mode, "now": now_text()})
        print(f"Index mode for Indexer {feed.title} was changed from '{MODES[before]}' to '{MODES[mode]}'")
    if mode == "realtime":
        print(f"saasexport: {ON_SAVE}", file=sys.stderr)
    return 0


def _reset(found: Installation, feeds: list[Feed]) -> int:
    for feed in feeds:
        with transaction(found.ours):
            indexer.set_status(found.ours, feed, "invalid", "it was reset by hand", now_text())
        print(f"{feed.title} indexer has been invalidated.")
    return 0


def _set_status(found: Installation, feeds: list[Feed], wanted: str) -> int:
    reason = None if wanted == "valid" else f"it was set {wanted} by hand"
    for feed in feeds:
        before = indexer.state(found.ours, feed).status
        if before == wanted:
            print(f"Index status for Indexer '{feed.title}' has not been changed.")
            continue
        with transaction(found.ours):
            indexer.set_status(found.ours, feed, wanted, reason, now_text())
        print(f"Index status for Indexer '{feed.title}' was changed from '{before}' to '{wanted}'.")
    return 0


def _reindex(found: Installation, feeds: list[Feed]) -> int:
    """Sync every feed in full, one after the other; what legacy feeds collect is sent by their job."""
    work = prepare_command(found, "saasexport indexer:reindex")
    failed = False
    try:
        for feed in feeds:
            print(f"{feed.title} index ", end="", flush=True)
            began = time.monotonic()
            try:
                with lock.held(found.lock_file(feed.name), "full sync"):
                    is_complete = resync.from_the_start(work, feed).is_complete
            except Busy as busy:
                work.log.operation(feed.name, "full sync", f"operation skipped - {busy}")
                print(f"is locked by another process: {busy}. Skipping.")
            except (SaasExportError, sqlite3.Error) as error:
                print(f"exception: {error}")
                failed = True
            else:
                print(_rebuilt(time.monotonic() - began) if is_complete else "was reset meanwhile: it begins anew")
    finally:
        work.client.close()
    for line in work.lines():
        print(f"saasexport: {line}", file=sys.stderr)
    return 1 if failed or work.lines() else 0


def _rebuilt(seconds: float) -> str:
    whole = int(seconds)
    return f"has been rebuilt successfully in {whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
