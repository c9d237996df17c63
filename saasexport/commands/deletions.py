"""saasexport deletions: look at the deletions that the guard holds back, and release them."""

import argparse
import sys

from saasexport.commands import for_programs, table
from saasexport.database import deletion_guard
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.sync.exporter import Options, exporter_for
from saasexport.sync.story import confirm_deletions
from saasexport.usage import as_typed

EXAMPLES = {
    "deletions": """
saasexport deletions
saasexport deletions products --confirm
saasexport deletions --confirm
"""
}


KEYS = {"feed": "its name", "entities": "entities whose deletion is held back"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of deletions."""
    options.add_argument("feed", metavar="FEED", nargs="?", help="a feed; all without one")
    options.add_argument("--confirm", action="store_true", help="it is right: send them")
    for_programs.add_option(options, KEYS, "feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Show what is held back, or send it."""
    installation = open_installation(options.config, read_only=not options.confirm)
    try:
        feeds = [installation.feed(options.feed)] if options.feed else installation.feeds()
        if options.confirm:
            return _confirm(installation, [feed for feed in feeds if deletion_guard.load_held(installation.ours, feed)])
        rows = [(feed.name, len(deletion_guard.load_held(installation.ours, feed))) for feed in feeds]
        rows = [row for row in rows if row[1]]
        if options.json:
            return for_programs.show([dict(zip(KEYS, row, strict=True)) for row in rows])
        if not rows:
            print("no deletions are held back")
            return 0
        print("\n".join(table.lines(("Feed", "Entities gone"), rows)))
        hint = "saasexport failed FEED lists their items; saasexport deletions FEED --confirm deletes them"
        print(as_typed(hint))
        return 0
    finally:
        installation.close()


def _confirm(installation: Installation, feeds: list[Feed]) -> int:
    exporter = exporter_for(installation, "saasexport deletions --confirm")
    try:
        for feed in feeds:
            with installation.lock(feed.name, "deletions"):
                report = confirm_deletions(exporter, Options(), feed)
            entities = "1 entity" if report.processed == 1 else f"{report.processed:,} entities"
            items = "1 item" if report.deleted == 1 else f"{report.deleted:,} items"
            print(f"{feed.name}: {entities}, {items} deleted")
    finally:
        exporter.close()
    if not feeds:
        print("no deletions are held back")
    for line in exporter.lines():
        print(as_typed(f"saasexport: {line}"), file=sys.stderr)
    return 1 if exporter.lines() else 0
