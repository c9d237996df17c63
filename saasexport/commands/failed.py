"""saasexport failed: the items that are not delivered, and why."""

import argparse
import json
from typing import Any

from saasexport import status
from saasexport.commands import table
from saasexport.installation import open_installation

EXAMPLES = {"failed": "saasexport failed\nsaasexport failed products\nsaasexport failed --json"}

MEANING = {1: "cannot be assembled", 2: "to be retried", 400: "rejected", 200: "held back", 0: "held back"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of failed."""
    options.add_argument("feed", metavar="FEED", nargs="?", help="a feed; all without one")
    options.add_argument("--json", action="store_true", help="for programs: a list of objects, one per item")


def run(options: argparse.Namespace, name: str) -> int:
    """Show what the view failed_items says."""
    found = open_installation(options.config)
    try:
        feed = found.feed(options.feed).name if options.feed else None
        items = status.failed(found, feed)
        identities = {name: each.identity for name, each in found.all_feeds.items()}
    finally:
        found.close()
    if options.json:
        print(json.dumps(items, indent=1))
        return 0
    if not items:
        print("no failed items")
        return 0
    rows = [
        (
            item["feed"],
            str(item["source_entity_id"]),
            _identity(item, identities[item["feed"]]),
            f"{item['status']} {MEANING[item['status']]}",
            item["errors"],
        )
        for item in items
    ]
    print("\n".join(table.lines(("Feed", "Entity", "Item", "Status", "Why"), rows)))
    return 0


def _identity(item: dict[str, Any], names: tuple[str, ...]) -> str:
    kept = json.loads(item["feed_data"])
    return " ".join(str(kept[name]) for name in names if name in kept)
