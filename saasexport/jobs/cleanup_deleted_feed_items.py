"""Remove rows of items that were deleted and delivered as such 7 days ago.

So is older history, and the next job compares every feed with the shop.  With
[export] verify_days it also compares what the service holds.

Run by cron daily at 02:00; safe to run by hand.
"""

from saasexport import clock
from saasexport.database import delays, full_syncs, history, indexer
from saasexport.database.db import keep, transaction
from saasexport.feed import Feed
from saasexport.stdlib import Any
from saasexport.sync import nightly
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.locked import each_feed

KEPT_DAYS = 7

# A destination may bring back for a week what a deletion took with it: these deletions are repeated then, however long
# it was down before it took them.
KEPT_DAYS_BELOW = 30


def run(exporter: Exporter, options: Options, arguments: Any) -> None:
    """Clean up every feed's table, and ask for the daily reconciliation."""
    clean_up(exporter, options)
    nightly.verify_due(exporter, options)
    ours = exporter.installation.ours
    # An hour less, or a job that starts at the same time every day would miss every other day.
    before = _ago(hours=exporter.installation.config["export.reconcile_hours"] - 1)
    for feed in exporter.installation.feeds():
        state = indexer.state(ours, feed)
        row = ours.execute(indexer.SQL.last_reconciled, {"feed": feed.name}).fetchone()
        if state.status == "valid" and row[0] and row[0] <= before:
            indexer.invalidate(ours, feed, full_syncs.DAILY, clock.now_text())


def clean_up(exporter: Exporter, options: Options) -> None:
    """Remove what is old from every feed's table and from the history."""
    ours = exporter.installation.ours
    each_feed(exporter, options, "cleanup", _clean_up, exporter.installation.all_feeds.values())
    with transaction(ours):
        history.clean_up(ours, _ago(days=history.KEPT_DAYS))
        delays.clean_up(ours, _ago(days=history.KEPT_DAYS))
        full_syncs.clean_up(ours, _ago(days=history.KEPT_DAYS))
        keep(ours, cleaned_at=clock.now_text())


def _clean_up(exporter: Exporter, options: Options, feed: Feed) -> None:
    comes_back = exporter.installation.traits.comes_back(feed.name)
    before = _ago(days=KEPT_DAYS_BELOW if comes_back else KEPT_DAYS)
    table = exporter.installation.table(feed)
    with transaction(exporter.installation.ours):
        removed = table.clean_up(before)
    if removed:
        exporter.log.say(f"{feed.name}: {removed} deleted items removed")


def _ago(days: int = 0, hours: int = 0) -> str:
    return clock.ago_text(days=days, hours=hours)
