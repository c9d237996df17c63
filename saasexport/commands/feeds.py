"""saasexport feeds: every feed there is."""

import argparse

from saasexport import indexer
from saasexport.commands import table
from saasexport.installation import open_installation

EXAMPLES = {"feeds": "saasexport feeds"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Show name, mode, indexer and table of every feed, and why one is unavailable."""
    found = open_installation(options.config)
    try:
        rows = []
        for feed in found.all_feeds.values():
            reason = indexer.view(found.ours, feed).unavailable
            if not found.is_enabled(feed):
                reason = "switched off in the configuration"
            mode = "legacy" if feed.legacy else "immediate"
            why = f"unavailable: {reason}" if reason else ""
            rows.append((feed.name, mode, feed.indexer, feed.table, "built in", why))
    finally:
        found.close()
    print("\n".join(table.lines(("Feed", "Mode", "Indexer", "Table", "From", ""), rows)))
    return 0
