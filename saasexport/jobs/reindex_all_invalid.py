"""Send what changed in the shop, and sync in full every feed that is invalid.

Run by cron every minute; safe to run by hand.  After run_seconds it ends, and
the next run goes on where it was.
"""

import time

from saasexport.clock import now_text
from saasexport.database import full_syncs, indexer, questions
from saasexport.feed import Feed
from saasexport.stdlib import Any
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.locked import each_feed, under_lock
from saasexport.sync.report import Report
from saasexport.sync.story import full_sync, keep_bounded, partial_sync, sync_awaiting, sync_due

# A full sync works in slices, so that one large feed does not keep the others waiting.
SLICE_SECONDS = 10


def run(exporter: Exporter, options: Options, arguments: Any | None = None) -> list[Feed]:
    """Partial sync of every changelog and of what a crash left, then full syncs in slices.

    Gives the feeds of which every entity was seen.
    """
    installation = exporter.installation
    for line in installation.lost:
        exporter.log.error("04-06", line)
        exporter.problems.tell(line)
    each_feed(exporter, options, "partial reindex", _catch_up, installation.feeds())
    feeds = [feed for feed in installation.feeds() if _status(exporter, feed) != "suspended"]
    keep_up(exporter, options, feeds)
    walked = _sync_invalid(exporter, options, [feed for feed in feeds if _status(exporter, feed) != "valid"])
    _tell_unanswered(exporter)
    return walked


def _tell_unanswered(exporter: Exporter) -> None:
    """Have somebody know what the shop lost that feeds read, though nothing that changed needed it."""
    for name, reason in exporter.installation.unanswered.items():
        line = f"{name}: the shop cannot be read: "
        if not any(reported.startswith(line) for reported in exporter.problems.lines_of_feeds):
            exporter.log.error("04-06", line + reason)
            exporter.problems.tell(line + reason)


def _sync_invalid(exporter: Exporter, options: Options, invalid: list[Feed]) -> list[Feed]:
    """Full syncs in turn, a slice each; gives the feeds that are through."""
    walked: list[Feed] = []
    while invalid and not options.is_over:
        unfinished: list[Feed] = []
        for feed in invalid:
            report = under_lock(exporter, options, "full sync", _slice, feed)
            if report is not None:
                (walked if report.is_complete else unfinished).append(feed)
        invalid = unfinished
    return walked


def _slice(exporter: Exporter, options: Options, feed: Feed) -> Report:
    return full_sync(exporter, options._replace(until=time.monotonic() + SLICE_SECONDS), feed)


def keep_up(exporter: Exporter, options: Options, feeds: list[Feed]) -> None:
    """What the nightly job should have done, where it did not run: the machine may be off at night."""
    installation = exporter.installation
    now = {"now": now_text()}
    query = f"select feed from view_state where {questions.overdue(installation.config['export.reconcile_hours'])}"
    due = {row[0] for row in installation.ours.execute(query, now)}
    for feed in feeds:
        if feed.name in due and _status(exporter, feed) == "valid":
            indexer.invalidate(installation.ours, feed, full_syncs.LATE, now_text())
    if installation.ours.execute(questions.CLEANED_LONG_AGO, now).fetchone():
        from saasexport.jobs import cleanup_deleted_feed_items  # late: once in two days at most

        cleanup_deleted_feed_items.clean_up(exporter, options)


def _catch_up(exporter: Exporter, options: Options, feed: Feed) -> None:
    keep_bounded(exporter, options, feed)
    if _status(exporter, feed) == "suspended":
        return
    if not feed.legacy:
        sync_awaiting(exporter, options, feed)
    sync_due(exporter, options, feed)
    partial_sync(exporter, options, feed)


def _status(exporter: Exporter, feed: Feed) -> str:
    return indexer.state(exporter.installation.ours, feed).status
