"""The page Data Feed Sync Status: every feed on one screen, what to do, and what was sent lately."""

import os
import sqlite3
from typing import Any

from saasexport import clock, queries
from saasexport.clock import duration, short
from saasexport.dashboard import charts, find, headline, pages, words
from saasexport.dashboard.causes import Cause
from saasexport.dashboard.causes import causes as all_causes
from saasexport.dashboard.pages import Page, Request
from saasexport.dashboard.times import Times
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup import copied_shop
from saasexport.setup.installation import Installation
from saasexport.status import judgement, numbers
from saasexport.status.judgement import Health, quantity
from saasexport.usage import as_typed
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)
SERVICE = queries.load(os.path.join(os.path.dirname(os.path.dirname(__file__)), "delivery", "backoff.sql"))

INDEXER = {"valid": "Ready", "invalid": "Reindex required", "working": "Processing", "suspended": "Suspended"}

MODE = {"schedule": "Schedule", "realtime": "Update on Save"}

# Without these jobs nothing is noticed.
OF_EVERY_MINUTE = ("reindex_all_invalid", "mirror_shop")

# A page that is asked to looks again after so many seconds.
REFRESH_SECONDS = 30


def page(installation: Installation, request: Request | None = None) -> Page:
    """The page, from numbers counted just now; without a request it is a file, which leads nowhere."""
    problem = count(installation)
    lines = numbers.rows(installation)
    healths = judgement.of_feeds(installation, lines, numbers.failed_by_status(installation))
    times = Times(installation, is_file=request is None)
    general = [as_typed(text) for text in (problem, *_general(installation)) if text]
    causes = all_causes(installation, healths)
    refreshes = request is not None and request.one("refresh") == str(REFRESH_SECONDS)
    body = HTML.page(
        headline=headline.answer(installation, lines),
        lead=_lead(healths, general),
        worst=_worst(general, causes),
        counted_at=times.moment(max((line["counted_at"] or "" for line in lines), default="")),
        refresh=_refresh(refreshes) if request else "",
        find=_find(installation) if request else "",
        strip=charts.strip(installation.ours, times.now),
        running=headline.progress(installation, lines, times.now),
        figures=_figures(lines),
        advice=_advice(general, causes, request is None),
        # The products first: they are what people ask for.
        rows=[
            _row(installation, line, healths[line["feed"]], times)
            for line in sorted(lines, key=lambda each: each["feed"] != "products")
        ],
        footnotes=[
            HTML.footnote(text=as_typed(note))
            for note in (*judgement.of_copy(installation), *judgement.footnotes(installation, lines))
            if as_typed(note) not in general
        ],
        charts=charts.both(installation.ours, times.now),
    )
    environment = installation.config["service.environment_id"]
    return Page("Data feed sync status", body, environment=environment, refresh=REFRESH_SECONDS if refreshes else 0)


def _find(installation: Installation) -> Markup:
    """Where one asks whether a product is live, or an item of the first feed there is."""
    feeds = installation.all_feeds
    feed = feeds.get("products") or next(iter(feeds.values()), None)
    return find.box(feed) if feed else Markup("")


def _refresh(refreshes: bool) -> Markup:
    return HTML.refreshing(seconds=REFRESH_SECONDS) if refreshes else HTML.refresh(seconds=REFRESH_SECONDS)


def count(installation: Installation, feed: Feed | None = None) -> str:
    """Have the numbers counted that only the shop knows, of one feed or all; gives why they could not be."""
    try:
        # A page must not wait for a job's transaction as long as a job would.
        installation.ours.execute("pragma busy_timeout = 2000")
        uncounted = numbers.count(installation, [each for each in installation.feeds() if feed in (None, each)])
        for error in uncounted.values():
            return f"Source records and backlog are as last counted: {error}."
    except (SaasExportError, sqlite3.Error) as error:
        return f"Source records and backlog are as last counted: {error}."
    return ""


def mark(health: Health) -> Markup:
    """A feed's health as a sign and a word."""
    return HTML.mark(level=health.level, word=health.word)


def _lead(healths: dict[str, Health], general: list[str]) -> str:
    of_level = {level: sum(each.level == level for each in healths.values()) for level in judgement.WORDS}
    in_use = len(healths) - of_level["off"]
    attention = sum(of_level[level] for level in judgement.OF_PEOPLE)
    if attention:
        return f"{attention} of {quantity(in_use, 'feed')} {'needs' if attention == 1 else 'need'} attention."
    if of_level["retry"]:
        verb = "tries" if of_level["retry"] == 1 else "try"
        return f"No feed needs attention; {of_level['retry']} of {quantity(in_use, 'feed')} {verb} again by itself."
    if busy := of_level["busy"] + of_level["walking"]:
        verb = "is" if busy == 1 else "are"
        return f"No feed needs attention; {busy} of {quantity(in_use, 'feed')} {verb} catching up."
    if not in_use:
        return "No feed is exported."
    return "No feed needs attention." if general else "Everything is in sync."


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
    """What concerns all feeds: the service, the copy of a shop in a server, and whether cron runs."""
    texts = []
    url = installation.config["service.url"].rstrip("/")
    row = installation.ours.execute(SERVICE.state, {"url": url}).fetchone()
    if row and row[0]:
        texts.append(f"The service at {url} gave no usable answer to the last {quantity(row[0], 'request')}: {row[4]}.")
    if row and row[2] and row[2] > clock.now_text():
        texts.append(f"The service asked us to wait until {row[2]} UTC.")
    if copied_shop.state(installation.ours).failed_since:
        texts += judgement.of_copy(installation)
    jobs = [job for job in judgement.jobs_of(installation.config) if job.name in OF_EVERY_MINUTE]
    for job, seconds in judgement.late(installation.config["export.lock_dir"], jobs):
        if seconds is None:
            texts.append(f"cron has never run {job.name} here. saasexport cron:install sets it up.")
        else:
            texts.append(f"{job.name} last began {duration(seconds)} ago. Does cron run it every minute?")
    return texts


def _worst(general: list[str], causes: list[Cause]) -> Markup | str:
    """The worst finding, if a person has to do something about one."""
    if general:
        return HTML.worst(text=general[0])
    if causes and causes[0].level in judgement.OF_PEOPLE:
        cause = causes[0]
        number = f"{judgement.quantity(sum(cause.feeds.values()), 'item')}: " if cause.pattern else ""
        return HTML.worst(text=f"{number}{cause.text}")
    return ""


def _advice(general: list[str], causes: list[Cause], is_file: bool) -> Markup | str:
    entries = [HTML.notice(text=text) for text in general]
    entries += [
        HTML.advice(
            level=cause.level,
            word=judgement.WORDS[cause.level],
            text=cause.text,
            todo=as_typed(cause.todo),
            feeds=templates.join((_of_feed(cause, feed, is_file) for feed in cause.feeds), ", "),
            command=HTML.command(text=as_typed(cause.whole_command)) if cause.command else "",
        )
        for cause in causes
    ]
    return HTML.advice_list(advice=entries) if entries else ""


def _of_feed(cause: Cause, feed: str, is_file: bool) -> Markup | str:
    """A feed that a cause is about, leading to the items it is about."""
    text = words.name(feed)
    if cause.pattern:
        text = f"{judgement.quantity(cause.feeds[feed], 'item')} of {text}"
    if is_file:
        return text
    return pages.link(pages.address(f"/feeds/{feed}", reason=cause.pattern), text)


def _row(installation: Installation, line: dict[str, Any], state: Health, times: Times) -> Markup:
    feed = installation.all_feeds[line["feed"]]
    name = words.name(feed.name)
    return HTML.row(
        feed=name if times.is_file else pages.link(pages.address(f"/feeds/{feed.name}"), name),
        name=feed.name,
        mark=mark(state),
        source=_number(line["source_records"]),
        delivered=line["delivered"],
        failed=HTML.some(number=line["failed"]) if line["failed"] else 0,
        awaiting=line["awaiting"],
        backlog=_backlog(line),
        delay=_delay(line),
        indexer=Markup('<span class="none">none</span>') if line["unavailable"] else INDEXER[line["indexer"]],
        mode=MODE.get(line["mode"], line["mode"]),
        synced_at=times.moment(line["synced_at"]),
    )


def _backlog(line: dict[str, Any]) -> str:
    """What is to be read yet."""
    if line["unavailable"] or line["backlog"] is None:
        return "not counted"
    if line["backlog"]:
        return quantity(line["backlog"], "change")
    return {"valid": "All synced", "suspended": "Suspended"}.get(line["indexer"], "Full sync due")


def _delay(line: dict[str, Any]) -> Markup:
    """How long changes of a feed took: half of them, and the worst."""
    if line["delay_median"] is None:
        return Markup('<span class="none">none</span>')
    return HTML.delay(median=short(line["delay_median"]), worst=short(line["delay_worst"]))


def _number(number: int | None) -> Markup | int:
    return Markup('<span class="none">not counted</span>') if number is None else number
