"""Remove rows of items that were deleted, delivered as such, and are older than 7 days; and old history.

Run by cron daily at 02:00; safe to run by hand.
"""

import argparse
from datetime import UTC, datetime, timedelta

from saasexport import history
from saasexport.db import transaction
from saasexport.feed import Feed
from saasexport.jobs import each_feed
from saasexport.sync import Work

KEPT_DAYS = 7


def run(work: Work, options: argparse.Namespace) -> None:
    """Clean up every feed's table."""
    each_feed(work, "cleanup", _clean_up, list(work.installation.all_feeds.values()))
    with transaction(work.installation.ours):
        history.clean_up(work.installation.ours, _days_ago(history.KEPT_DAYS))


def _clean_up(work: Work, feed: Feed) -> None:
    before = _days_ago(KEPT_DAYS)
    table = work.installation.table(feed)
    with transaction(work.installation.ours):
        removed = work.installation.ours.execute(table.sql("clean_up"), {"before": before}).rowcount
    if removed:
        work.log.say(f"{feed.name}: {removed} deleted items removed")


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
