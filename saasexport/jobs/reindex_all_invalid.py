"""Send what changed in the shop, and sync in full every feed that is invalid.

Run by cron every minute; safe to run by hand.  After run_seconds it ends, and
the next run goes on where it was.
"""

import argparse
import time

from saasexport import indexer
from saasexport.feed import Feed
from saasexport.jobs import each_feed, locked
from saasexport.sync import Work, full_sync, partial_sync, sync_awaiting, sync_due

# A full sync works in slices, so that one large feed does not keep the others waiting.
SLICE_SECONDS = 10


def run(work: Work, options: argparse.Namespace) -> None:
    """Partial sync of every changelog and of what a crash left, then full syncs in slices."""
    feeds = [feed for feed in work.installation.feeds() if _state(work, feed) != "suspended"]
    each_feed(work, "partial reindex", _catch_up, feeds)
    invalid = [feed for feed in feeds if _state(work, feed) != "valid"]
    while invalid and not work.is_over:
        invalid = [feed for feed in invalid if _slice(work, feed)]


def _catch_up(work: Work, feed: Feed) -> None:
    if not feed.legacy:
        sync_awaiting(work, feed)
    sync_due(work, feed)
    partial_sync(work, feed)


def _slice(work: Work, feed: Feed) -> bool:
    """Walk on in a feed; true if it is not through yet."""
    synced = locked(work, feed, "full sync", lambda work, feed: full_sync(work, feed, _until()))
    return synced is not None and not synced.is_complete


def _until() -> float:
    return time.monotonic() + SLICE_SECONDS


def _state(work: Work, feed: Feed) -> str:
    return indexer.state(work.installation.ours, feed).status
