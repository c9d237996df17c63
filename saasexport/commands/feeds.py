"""saasexport feeds: every feed there is."""

import argparse
import os
from typing import Any

from saasexport.capture import triggers
from saasexport.commands import for_programs, table
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation

EXAMPLES = {"feeds": "saasexport feeds\nsaasexport feeds --json"}

KEYS = {
    "feed": "its name",
    "title": "as the indexer commands print it",
    "mode": "immediate, or legacy: collected first and sent by another job",
    "indexer": "the indexer's id",
    "table": "its feed table",
    "changelog": "its changelog in the shop",
    "identity": "the fields that identify an item",
    "batch_size": "items of a batch",
    "thread_count": "batches in flight at once",
    "id_types": "what saas:resync --id-type takes; empty: --by-ids is not supported",
    "source": "where the feed comes from: built in, or its file",
    "compared": "tables whose changes have every item compared, as no line of its file watches them",
    "unwatched": "tables that it reads and does not watch, and why",
    "unavailable": "why it cannot be used; null: it can",
}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of feeds."""
    for_programs.add_option(options, KEYS, "feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Show name, mode, indexer and table of every feed, and why one is unavailable."""
    installation = open_installation(options.config, read_only=True)
    try:
        feeds = [_describe(installation, feed) for feed in installation.feed_set.feeds.values()]
        nameless = installation.feed_set.nameless
    finally:
        installation.close()
    if options.json:
        return for_programs.show(feeds)
    rows = [
        (
            feed["feed"],
            feed["mode"],
            feed["indexer"],
            feed["table"],
            feed["source"],
            f"unavailable: {feed['unavailable']}" if feed["unavailable"] else "",
        )
        for feed in feeds
    ]
    head = ("Feed", "Mode", "Indexer", "Table", "From", "")
    print("\n".join(table.lines(head, rows, lambda column, _: "" if column else "yellow")))
    for feed in feeds:
        if feed["compared"]:
            print(f"{feed['feed']}: every item is compared when {', '.join(feed['compared'])} change")
        for name, reason in feed["unwatched"].items():
            print(f"{feed['feed']}: {name} is not watched: {reason}")
    for line in nameless:
        print(f"unavailable: {line}")
    return 0


def _describe(installation: Installation, feed: Feed) -> dict[str, Any]:
    # As the shop is now: no job may have looked at it yet.
    unavailable = installation.why_disabled(feed) or triggers.unavailable(installation.shop, feed) or None
    loaded = installation.feed_set.loaded.get(feed.name)
    folder = os.path.dirname(installation.config.file)
    return {
        "feed": feed.name,
        "title": feed.title,
        "mode": "legacy" if feed.legacy else "immediate",
        "indexer": feed.indexer,
        "table": feed.table,
        "changelog": feed.changelog,
        "identity": list(feed.identity),
        "batch_size": installation.batch_size(feed),
        "thread_count": installation.config.of_feed(feed.name, "thread_count"),
        "id_types": list(feed.id_types),
        "source": os.path.relpath(feed.origin, folder) if feed.origin else "built in",
        "compared": loaded.compared if loaded else [],
        "unwatched": loaded.head.unwatched if loaded else {},
        "unavailable": unavailable,
    }
