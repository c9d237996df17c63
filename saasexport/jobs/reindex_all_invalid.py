"""Send what changed in the shop, and sync in full every feed that is invalid.

Run by cron every minute; safe to run by hand.  After run_seconds it ends, and
the next run goes on where it was.
"""

import argparse
import time

from saasexport.clock import now_text
from saasexport.database import indexer, questions
from saasexport.feed import Feed
from saasexport.jobs import cleanup_deleted_feed_items, each_feed, locked
from saasexport.sync.sync import Work, full_sync, keep_bounded, partial_sync, sync_awaiting, sync_due

# A full sync works in slices, so that one large feed does not keep the others waiting.
SLICE_SECONDS = 10


def run(work: Work, options: argparse.Namespace) -> None:
    """Partial sync of every changelog and of what a crash left, then full syncs in slices."""
    for line in work.installation.lost:
        work.log.error("04-06", line)
        work.stopped[line] = None
    each_feed(work, "partial reindex", _catch_up, work.installation.feeds())
    feeds = [feed for feed in work.installation.feeds() if _state(work, feed) != "suspended"]
    keep_up(work, feeds)
    invalid = [feed for feed in feeds if _state(work, feed) != "valid"]
    while invalid and not work.is_over:
        invalid = [feed for feed in invalid if _slice(work, feed)]


def keep_up(work: Work, feeds: list[Feed]) -> None:
    """What the nightly job should have done, where it did not run: the machine may be off at night."""
    found = work.installation
    now = {"now": now_text()}
    query = f"select feed from view_state where {questions.overdue(found.config['export.reconcile_hours'])}"
    due = {row[0] for row in found.ours.execute(query, now)}
    for feed in feeds:
        if feed.name in due and _state(work, feed) == "valid":
            indexer.invalidate(found.ours, feed, "it was not compared with the shop for long", now_text())
    if found.ours.execute(
        "select 1 from installation where cleaned_at < datetime(:now, '-48 hours')", now
    ).fetchone():
        cleanup_deleted_feed_items.clean_up(work)


def _catch_up(work: Work, feed: Feed) -> None:
    keep_bounded(work, feed)
    if _state(work, feed) == "suspended":
        return
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
