"""The page Data Feed Sync Status: every feed on one screen, what to do, and what was sent lately."""

import os
import sqlite3
from datetime import UTC, datetime
from typing import Any

from saasexport import queries, templates
from saasexport.dashboard import charts, pages
from saasexport.dashboard.pages import Page
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import judgement, status
from saasexport.status.judgement import Advice, Health, counted
from saasexport.templates import Markup
from saasexport.usage import as_typed

HTML = templates.beside(__file__)
SERVICE = queries.load(os.path.join(os.path.dirname(os.path.dirname(__file__)), "delivery", "backoff.sql"))

INDEXER = {"valid": "Ready", "invalid": "Reindex required", "working": "Processing", "suspended": "Suspended"}

MODE = {"schedule": "Schedule", "realtime": "Update on Save"}


def page(installation: Installation, is_file: bool = False) -> Page:
    """The page, from numbers counted just now; as a file its links are left out."""
    problem = count(installation)
    lines = status.rows(installation)
    healths = judgement.of_feeds(installation, lines, status.failed_by_status(installation))
    now = datetime.now(UTC)
    advice = [HTML.notice(text=as_typed(text)) for text in (problem, *_general(installation)) if text]
    advice += [_advice(_name(feed, is_file), entry) for feed, entry in _by_weight(healths)]
    body = HTML.page(
        lead=_lead(healths),
        counted_at=pages.moment(max((line["counted_at"] or "" for line in lines), default="")),
        refresh="" if is_file else HTML.refresh(),
        figures=_figures(lines),
        advice=HTML.advice_list(advice=advice) if advice else "",
        rows=[_row(installation, line, healths[line["feed"]], is_file) for line in lines],
        footnotes=[HTML.footnote(text=as_typed(note)) for note in judgement.footnotes(installation, lines)],
        charts=charts.both(installation.ours, now),
    )
    return Page("Data feed sync status", body, environment=installation.config["service.environment_id"])


def count(installation: Installation, feed: Feed | None = None) -> str:
    """Have the numbers counted that only the shop knows, of one feed or all; gives why they could not be."""
    try:
        # A page must not wait for a job's transaction as long as a job would.
        installation.ours.execute("pragma busy_timeout = 2000")
        uncounted = status.count(installation, [each for each in installation.feeds() if feed in (None, each)])
        for error in uncounted.values():
            return f"Source records and backlog are as last counted: {error}."
    except (SaasExportError, sqlite3.Error) as error:
        return f"Source records and backlog are as last counted: {error}."
    return ""


def mark(found: Health) -> Markup:
    """A feed's health as a sign and a word."""
    return HTML.mark(level=found.level, word=found.word)


def _lead(healths: dict[str, Health]) -> str:
    of_level = {level: sum(each.level == level for each in healths.values()) for level in judgement.WORDS}
    in_use = len(healths) - of_level["off"]
    attention = sum(of_level[level] for level in judgement.OF_PEOPLE)
    if attention:
        return f"{attention} of {counted(in_use, 'feed')} {'needs' if attention == 1 else 'need'} attention."
    if of_level["retry"]:
        verb = "tries" if of_level["retry"] == 1 else "try"
        return f"No feed needs attention; {of_level['retry']} of {counted(in_use, 'feed')} {verb} again by itself."
    if busy := of_level["busy"] + of_level["walking"]:
        verb = "is" if busy == 1 else "are"
        return f"No feed needs attention; {busy} of {counted(in_use, 'feed')} {verb} catching up."
    return "Everything is in sync." if in_use else "No feed is exported."


def _figures(lines: list[dict[str, Any]]) -> Markup:
    names = (
        ("source_records", "Source records"),
        ("delivered", "Successfully sent"),
        ("failed", "Failed"),
        ("awaiting", "Awaiting submission"),
    )
    usable = [line for line in lines if not line["unavailable"]]
    return templates.join(HTML.figure(name=name, number=sum(line[key] or 0 for line in usable)) for key, name in names)


def _general(installation: Installation) -> list[str]:
    """What concerns all feeds: the service, and whether cron runs."""
    texts = []
    url = installation.config["service.url"].rstrip("/")
    row = installation.ours.execute(SERVICE.state, {"url": url}).fetchone()
    if row and row[0]:
        texts.append(f"The service at {url} gave no usable answer to the last {counted(row[0], 'request')}: {row[4]}.")
    if row and row[2] and row[2] > datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"):
        texts.append(f"The service asked us to wait until {row[2]} UTC.")
    job, *_ = judgement.JOBS
    for _, seconds in judgement.late(installation.config["export.lock_dir"], [job]):
        if seconds is None:
            texts.append(f"cron has never run {job.name} here. saasexport cron:install sets it up.")
        else:
            texts.append(f"{job.name} last began {_duration(seconds)} ago. Does cron run it every minute?")
    return texts


def _duration(seconds: float) -> str:
    for name, size in (("day", 86400), ("hour", 3600)):
        if seconds >= 2 * size:
            return counted(int(seconds // size), name)
    return counted(int(seconds // 60), "minute")


def _by_weight(healths: dict[str, Health]) -> list[tuple[str, Advice]]:
    levels = list(judgement.WORDS)
    found = [(feed, entry) for feed, each in healths.items() for entry in each.advice]
    return sorted(found, key=lambda pair: -levels.index(pair[1].level))


def _advice(feed: Markup | str, entry: Advice) -> Markup:
    return HTML.advice(
        feed=feed,
        level=entry.level,
        word=judgement.WORDS[entry.level],
        text=entry.sentence,
        command=HTML.command(text=as_typed(entry.whole_command)) if entry.command else "",
    )


def _row(installation: Installation, line: dict[str, Any], state: Health, is_file: bool) -> Markup:
    feed = installation.all_feeds[line["feed"]]
    backlog = line["backlog"]
    return HTML.row(
        feed=_name(feed.name, is_file),
        title=feed.title,
        mark=mark(state),
        source=_number(line["source_records"]),
        delivered=line["delivered"],
        failed=HTML.some(number=line["failed"]) if line["failed"] else 0,
        awaiting=line["awaiting"],
        backlog="not counted" if backlog is None else counted(backlog, "item") if backlog else "All synced",
        indexer=INDEXER[line["indexer"]],
        mode=MODE.get(line["mode"], line["mode"]),
        synced_at=pages.moment(line["synced_at"]),
    )


def _name(feed: str, is_file: bool) -> Markup | str:
    """A feed's name, leading to its details where there are any."""
    return feed if is_file else pages.link(pages.address(f"/feeds/{feed}"), feed)


def _number(number: int | None) -> Markup | int:
    return Markup('<span class="none">not counted</span>') if number is None else number
