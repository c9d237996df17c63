"""How a feed is, in one word, and what to do about it, in plain ones.

Judges what the views say and computes no number of its own.
"""

from dataclasses import dataclass
from typing import Any

from saasexport import lock
from saasexport.dashboard.pages import counted
from saasexport.database import indexer
from saasexport.feed import Feed
from saasexport.setup.installation import Installation

# Adobe's page warns from here on (commerce.md 5).
LARGE_BACKLOG = 1_000

# Level -> the word for it, from good to bad.
WORDS = {
    "ok": "In sync",
    "busy": "Syncing",
    "off": "Not exported",
    "warning": "Warning",
    "problem": "Needs attention",
}

INDEXER = {"valid": "Ready", "invalid": "Reindex required", "working": "Processing", "suspended": "Suspended"}

MODE = {"schedule": "Schedule", "realtime": "Update on Save"}


@dataclass(frozen=True)
class Advice:
    """Something to know about a feed: how bad, what is the case, what to do, and the command for it."""

    level: str
    text: str
    command: str = ""


@dataclass(frozen=True)
class Health:
    """How a feed is."""

    level: str
    advice: tuple[Advice, ...]

    @property
    def word(self) -> str:
        """The level, for people."""
        return WORDS[self.level]


def of_feed(found: Installation, feed: Feed, line: dict[str, Any], failed: dict[int, int]) -> Health:
    """The health of a feed: `line` of feed_status, and its failed items by status."""
    if line["unavailable"]:
        return Health("off", (Advice("off", f"It is not exported: {line['unavailable']}."),))
    advice = [*_of_items(feed, line, failed), *_of_deletions(feed, line), *_of_indexer(found, feed, line)]
    levels = list(WORDS)
    return Health(max((entry.level for entry in advice), key=levels.index, default="ok"), tuple(advice))


def _of_items(feed: Feed, line: dict[str, Any], failed: dict[int, int]) -> list[Advice]:
    found = []
    if number := failed.get(400):
        text = f"The service rejected {counted(number, 'item')}. The details give its reasons; an item is sent again"
        found.append(Advice("problem", text + " when it is corrected in the shop.", f"saasexport failed {feed.name}"))
    if number := failed.get(1):
        text = f"{counted(number, 'item')} cannot be assembled from the shop's data. The details name field and reason;"
        found.append(Advice("problem", text + " what is corrected is sent.", f"saasexport failed {feed.name}"))
    if number := failed.get(2):
        text = f"{counted(number, 'item')} could not be delivered; resend_failed tries again every 5 minutes."
        found.append(Advice("warning", text))
    if line["awaiting"]:
        job = feed.exporter if feed.legacy else "reindex_all_invalid"
        text = f"{counted(line['awaiting'], 'item')} awaiting submission: the next run of {job} sends them."
        found.append(Advice("busy", text))
    return found


def _of_deletions(feed: Feed, line: dict[str, Any]) -> list[Advice]:
    if not line["held"]:
        return []
    text = f"{line['held']:,} entities went from the shop at once, more than the guard allows:"
    text += " their deletion is held back. If it is meant, confirm it."
    return [Advice("problem", text, f"saasexport deletions {feed.name} --confirm")]


def _of_indexer(found: Installation, feed: Feed, line: dict[str, Any]) -> list[Advice]:
    advice = []
    backlog = line["backlog"] or 0
    if backlog > LARGE_BACKLOG:
        text = f"{backlog:,} changes wait in the changelog, more than {LARGE_BACKLOG:,}. Does cron run every minute?"
        advice.append(Advice("warning", text, "saasexport doctor"))
    elif backlog:
        advice.append(Advice("busy", f"{counted(backlog, 'change')} in the changelog: taken up within a minute."))
    if line["mode"] != "schedule":
        text = "Update on Save: a risk of data loss, as changes that are not announced go unnoticed. Better: Schedule."
        advice.append(Advice("warning", text, f"saasexport indexer:set-mode schedule {feed.indexer}"))
    if line["indexer"] == "suspended":
        text = "The indexer is suspended: cron passes this feed over until it is released."
        advice.append(Advice("warning", text, f"saasexport indexer:set-status invalid {feed.indexer}"))
    elif line["indexer"] == "invalid":
        reason = indexer.state(found.ours, feed).reason
        text = "A full sync is due" + (f" ({reason})" if reason else "")
        advice.append(Advice("busy", text + ": the next run of reindex_all_invalid begins it."))
    elif line["indexer"] == "working":
        holder = lock.is_held(found.lock_file(feed.name))
        text = f"A full sync is in progress: {holder}." if holder else "A full sync is half done: the next run goes on."
        advice.append(Advice("busy", text))
    return advice
