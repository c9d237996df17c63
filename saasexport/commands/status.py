"""saasexport status: the state of every feed on one screen."""

import argparse
import json

from saasexport import status
from saasexport.commands import table
from saasexport.installation import open_installation

EXAMPLES = {"status": "saasexport status\nsaasexport status --json"}

HEAD = ("Feed", "Source", "Delivered", "Failed", "Awaiting", "Backlog", "Indexer", "Last sync (UTC)")


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of status."""
    options.add_argument("--json", action="store_true", help="for programs: a list of objects, one per feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Count, then show what the view feed_status says."""
    found = open_installation(options.config)
    try:
        status.count(found)
        lines = status.rows(found)
    finally:
        found.close()
    if options.json:
        print(json.dumps(lines, indent=1))
        return 0
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
    print("\n".join(table.lines(HEAD, rows)))
    for line in lines:
        if line["unavailable"]:
            print(f"{line['feed']}: unavailable: {line['unavailable']}")
    if any(line["failed"] for line in usable):
        print("saasexport failed tells which items failed, and why")
    return 0
