"""How a feed is, in one word, and whether the jobs run: the one judge of doctor, check and the dashboard.

Judges what the views say and computes no number of its own.
"""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from saasexport import lock
from saasexport.capture import triggers
from saasexport.config.settings import Config
from saasexport.database import db, indexer
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup import copied_shop
from saasexport.setup.installation import Installation
from saasexport.setup.shop_check import known_as
from saasexport.status import numbers
from saasexport.stdlib import UTC, Any, NamedTuple, datetime, sqlite3

# Adobe's page warns from here on (commerce.md 5).
LARGE_BACKLOG = 1_000

# Level -> the word for it, from good to bad.  What mends itself will retry; what a person must mend needs attention.
WORDS = {
    "ok": "In sync",
    "off": "Not exported",
    "busy": "Syncing",
    "walking": "Syncing",
    "retry": "Will retry",
    "warning": "Warning",
    "problem": "Needs attention",
}

# The levels that a person has to do something about.
OF_PEOPLE = ("warning", "problem")


@dataclass(frozen=True)
class Advice:
    """Something to know about a feed: how bad, what is the case, what to do, and the command for it.

    {n} in the text stands for the number of things.  A command with an argument takes those of several feeds.
    """

    level: str
    check: str
    text: str
    command: str = ""
    argument: str = ""
    number: int = 0
    noun: str = "item"

    @property
    def sentence(self) -> str:
        """What is the case, for people."""
        return self.text.replace("{n}", quantity(self.number, self.noun))

    @property
    def whole_command(self) -> str:
        """The command as it is typed."""
        return f"{self.command} {self.argument}".rstrip()


@dataclass(frozen=True)
class Health:
    """How a feed is."""

    level: str
    advice: tuple[Advice, ...]

    @property
    def word(self) -> str:
        """The level, for people."""
        return WORDS[self.level]


def quantity(number: int, what: str) -> str:
    """A number of things, for people."""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("ty") else f"{number:,} {what}s"


def of_feed(installation: Installation, feed: Feed, line: dict[str, Any], failed: dict[int, int]) -> Health:
    """The health of a feed: `line` of feed_status, and its failed items by status."""
    if line["unavailable"]:
        advice = [_of_absence(installation, feed, line)]
    else:
        advice = [*_of_items(feed, line, failed), *_of_deletions(feed, line), *_of_indexer(installation, feed, line)]
    levels = list(WORDS)
    return Health(max((entry.level for entry in advice), key=levels.index, default="ok"), tuple(advice))


def of_feeds(
    installation: Installation, lines: list[dict[str, Any]], failed: dict[str, dict[int, int]]
) -> dict[str, Health]:
    """Feed -> its health."""
    return {
        line["feed"]: of_feed(installation, installation.all_feeds[line["feed"]], line, failed.get(line["feed"], {}))
        for line in lines
    }


def _of_absence(installation: Installation, feed: Feed, line: dict[str, Any]) -> Advice:
    """What a shop never had is none of its faults: Open Source lacks some tables of Commerce.  What it lost is."""
    reason = line["unavailable"]
    if not installation.is_enabled(feed) or not had(installation, feed):
        return Advice("off", "feeds", f"It is not exported: {reason}.")
    remedy = f"Run: saasexport feeds check {feed.name}" if feed.fault else "mend the shop's schema"
    before = "" if feed.fault else "It was exported before; "
    text = f"It is unavailable: {reason}. {before}{remedy}, or switch the feed off:"
    return Advice("problem", "feeds", f"{text} [feeds.{feed.name}] enabled = false.")


def had(installation: Installation, feed: Feed) -> bool:
    """Whether the shop could give this feed before, or would, but for something in the way: a mistake in its file."""
    if feed.fault:
        return True
    names = db.setting(installation.ours, "once_available")
    if names is not None and known_as(feed) in names.split():
        return True
    query = "select reconciled_at is not null from view_state where feed = ?"
    if names is None and installation.ours.execute(query, (feed.name,)).fetchone()[0]:
        return True
    try:
        return bool(triggers.describe_clash(installation.shop, feed))
    except (SaasExportError, sqlite3.Error):
        return False  # the shop cannot be read, which is said by itself


def difference(installation: Installation, feed: Feed, line: dict[str, Any]) -> str:
    """Why what is delivered, failed and awaiting is not the number of source records; empty where it is."""
    source, backlog = line["source_records"], line["backlog"]
    if source is None or line["delivered"] + line["failed"] + line["awaiting"] == source:
        return ""
    reasons = []
    days = installation.config.of_feed(feed.name, "look_back_days")
    if days and (older := numbers.source_records(installation, feed, is_whole=True) - source) > 0:
        reasons.append(f"{quantity(older, 'record')} older than look_back_days ({days}), not among the source records")
    dropped, leaving, unassembled = installation.table(feed).rows("count_apart")[0]
    apart = (
        (dropped, "dropped by saasexport failed drop"),
        (leaving, "gone from the shop, to be deleted"),
        (unassembled, "that cannot be assembled, counted whether a full sync would produce them or not"),
    )
    for number, what in apart:
        if number:
            reasons.append(f"{quantity(number, 'item')} {what}")
    if line["held"]:
        reasons.append(f"{quantity(line['held'], 'entity')} whose deletion is held back")
    if line["indexer"] != "valid":
        reasons.append("it is to be synced in full" if line["indexer"] != "suspended" else "it is suspended")
    if backlog:
        reasons.append(f"{quantity(backlog, 'change')} not read yet")
    return "; ".join(reasons) or f"the shop was last compared with it before {line['counted_at']} UTC"


def of_copy(installation: Installation) -> list[str]:
    """A sentence on the copy of a shop that lives in a server: how old it is adds to the delays."""
    if not copied_shop.is_configured(installation.config):
        return []
    state = copied_shop.state(installation.ours)
    if state.failed_since:
        return [f"mirror_shop fails since {state.failed_since} UTC: {state.error}"]
    if state.copied_at is None:
        return ["mirror_shop has not run yet"]
    age = (datetime.now(UTC) - datetime.fromisoformat(state.copied_at).replace(tzinfo=UTC)).total_seconds()
    return [f"{copied_shop.sentence(state, age)}, which adds to what changes take"]


def footnotes(installation: Installation, lines: Iterable[dict[str, Any]]) -> list[str]:
    """A sentence on each feed whose numbers do not add up."""
    notes = []
    for line in lines:
        try:
            reason = "" if line["unavailable"] else difference(installation, installation.all_feeds[line["feed"]], line)
        except (SaasExportError, sqlite3.Error):
            continue  # the shop cannot be read, which was said when it was counted
        if reason:
            notes.append(f"{line['feed']}: sent, failed and awaiting are not the source records: {reason}")
    return notes


def _of_items(feed: Feed, line: dict[str, Any], failed: dict[int, int]) -> list[Advice]:
    advice = []
    see = f"saasexport failed {feed.name}"
    if number := failed.get(400):
        text = "The service rejected {n}. The details give its reasons; an item is sent again"
        text += " when it is corrected in the shop."
        advice.append(Advice("problem", "items", text, see, number=number))
    if number := failed.get(1):
        text = "{n} cannot be assembled from the shop's data. The details name field and reason."
        text += " Tries go on, in vain until that is corrected in the shop."
        advice.append(Advice("problem", "items", text, see, number=number))
    if number := failed.get(2):
        text = "{n} could not be delivered; resend_failed tries again every 5 minutes."
        advice.append(Advice("retry", "items", text, number=number))
    if number := line["awaiting"]:
        job = feed.exporter if feed.legacy else "reindex_all_invalid"
        level = "warning" if number > LARGE_BACKLOG else "busy"
        advice.append(
            Advice(level, "items", f"{{n}} awaiting submission: the next run of {job} sends them.", number=number)
        )
    return advice


def _of_deletions(feed: Feed, line: dict[str, Any]) -> list[Advice]:
    if not line["held"]:
        return []
    text = "{n} went from the shop at once, more than the guard allows: their deletion is held back."
    text += " If they are really gone, confirm it."
    command = f"saasexport deletions {feed.name} --confirm"
    return [Advice("problem", "deletions", text, command, number=line["held"], noun="entity")]


def _of_indexer(installation: Installation, feed: Feed, line: dict[str, Any]) -> list[Advice]:
    advice = []
    backlog = line["backlog"] or 0
    if backlog > LARGE_BACKLOG:
        text = f"{{n}} wait in the changelog, more than {LARGE_BACKLOG:,}. Does cron run every minute?"
        advice.append(Advice("warning", "changelogs", text, "saasexport doctor", number=backlog, noun="change"))
    elif backlog:
        text = "{n} in the changelog: taken up within a minute."
        advice.append(Advice("busy", "changelogs", text, number=backlog, noun="change"))
    if line["mode"] != "schedule":
        text = "Update on Save: a risk of data loss, as changes that are not announced go unnoticed. Better: Schedule."
        advice.append(Advice("warning", "indexers", text, "saasexport indexer:set-mode schedule", feed.indexer))
    if line["indexer"] == "suspended":
        text = "The indexer is suspended: cron passes this feed over until it is released."
        advice.append(Advice("warning", "indexers", text, "saasexport indexer:set-status invalid", feed.indexer))
    elif line["indexer"] == "invalid":
        reason = indexer.state(installation.ours, feed).reason
        text = "A full sync is due" + (f" ({reason})" if reason else "")
        advice.append(Advice("walking", "indexers", text + ": the next run of reindex_all_invalid begins it."))
    elif line["indexer"] == "working":
        holder = lock.is_held(installation.lock_file(feed.name))
        text = f"A full sync is in progress: {holder}." if holder else "A full sync is half done: the next run goes on."
        advice.append(Advice("walking", "indexers", text))
    return advice


# The jobs


class Job(NamedTuple):
    """A job, and how long it may not be seen before that is worth a word, or a failure."""

    name: str
    warn_after: float
    fail_after: float


JOBS = (
    Job("reindex_all_invalid", 300, 900),
    Job("saas_data_exporter", 600, 1_800),  # every 5 minutes in some schedules of Adobe's
    Job("sales_data_exporter", 600, 1_800),
    Job("resend_failed", 900, 3_600),
    Job("cleanup_deleted_feed_items", 93_600, float("inf")),  # a day and two hours; reindex_all_invalid stands in
)


def jobs_of(config: Config) -> tuple[Job, ...]:
    """The jobs of an installation: with a mirror where its shop lives in a server."""
    return (*JOBS, Job("mirror_shop", 300, 900)) if copied_shop.is_configured(config) else JOBS


def age(lock_dir: str, job: str, now: float | None = None) -> float | None:
    """The seconds since cron last started a job, None if it never did: what people start does not count."""
    try:
        modified = os.stat(os.path.join(lock_dir, job + ".cron")).st_mtime
    except OSError:
        return None
    return (time.time() if now is None else now) - modified


def late(
    lock_dir: str, jobs: Iterable[Job], now: float | None = None, grace: float = float("inf")
) -> list[tuple[Job, float | None]]:
    """The jobs that were not seen for too long, and for how long; one set up `grace` seconds ago may be due yet."""
    missed = []
    for job in jobs:
        seconds = age(lock_dir, job.name, now)
        if (grace if seconds is None else seconds) > job.warn_after:
            missed.append((job, seconds))
    return missed
