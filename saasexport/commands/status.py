"""saasexport status: the state of every feed on one screen."""

import argparse
import sys
from typing import Any

from saasexport.commands import for_programs, table
from saasexport.log import Log
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import metrics, status

EXAMPLES = {"status": "saasexport status\nsaasexport status --json"}

HEAD = ("Feed", "Source", "Delivered", "Failed", "Awaiting", "Backlog", "Indexer", "Last sync (UTC)")

KEYS = {
    "feed": "its name",
    "source_records": "the items that a full sync would produce",
    "delivered": "items the service has",
    "failed": "items that are not delivered because something failed",
    "awaiting": "items collected and not sent yet",
    "deleted": "items delivered as deleted, and still on record",
    "held": "entities whose deletion is held back: see saasexport deletions",
    "backlog": "changelog rows not read yet",
    "indexer": "valid, invalid, working or suspended",
    "mode": "schedule, or realtime: Update on Save",
    "synced_at": "UTC, when items were last delivered",
    "counted_at": "UTC, when source records and backlog were counted",
    "unavailable": "why the feed cannot be used; null: it can",
}

COLOURS = {"valid": "green", "invalid": "yellow", "working": "yellow", "suspended": "yellow"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of status."""
    for_programs.add_option(options, KEYS, "feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Count, then show what the view feed_status says."""
    found = open_installation(options.config)
    try:
        uncounted = status.count(found)
        log = Log(found.config["export.log_dir"], "saasexport status")
        problems = [log.failure("02-01", f"{feed} cannot be counted", error) for feed, error in uncounted.items()]
        lines = status.rows(found)
        _publish(found)
    finally:
        found.close()
    for problem in problems:
        print(f"saasexport: {problem}; shown as last counted", file=sys.stderr)
    if options.json:
        for_programs.show([{key: line[key] for key in KEYS} for line in lines])
        return 1 if problems else 0
    usable = [line for line in lines if not line["unavailable"]]
    rows = [
        (
            line["feed"],
            line["source_records"],
            line["delivered"],
            line["failed"],
            line["awaiting"],
            line["backlog"],
            line["indexer"],
            line["synced_at"],
        )
        for line in usable
    ]
    print("\n".join(table.lines(HEAD, rows, _colour_of)))
    for line in lines:
        if line["unavailable"]:
            print(f"{line['feed']}: unavailable: {line['unavailable']}")
        elif line["held"]:
            print(f"{line['feed']}: {line['held']} entities are gone at once: see saasexport deletions")
    if any(line["failed"] for line in usable):
        print("saasexport failed tells which items failed, and why")
    return 1 if problems else 0


def _publish(found: Installation) -> None:
    """Write the metrics file, too; who only looks may lack the right to."""
    try:
        metrics.write(found)
    except OSError as error:
        print(f"saasexport: {found.config['export.metrics_file']}: {error.strerror}", file=sys.stderr)


def _colour_of(column: str, cell: Any) -> str:
    if column == "Failed":
        return "red" if cell else ""
    return COLOURS.get(cell, "") if column == "Indexer" else ""
