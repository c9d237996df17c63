"""The answer at the top of the page: how many are live, how long the newest change took, what runs now."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from saasexport import queries
from saasexport.clock import duration
from saasexport.dashboard import words
from saasexport.errors import SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.web import templates
from saasexport.web.templates import Markup

SQL = queries.beside(__file__)
HTML = templates.beside(__file__)


def answer(installation: Installation, lines: list[dict[str, Any]]) -> str:
    """The headline: of the products, or of the feed with the most items where there are none."""
    usable = [line for line in lines if not line["unavailable"]]
    if not usable:
        return "Nothing is exported yet."
    line = max(usable, key=lambda each: (each["feed"] == "products", each["delivered"]))
    noun = words.name(line["feed"]).lower()
    texts = [_live(installation, line, noun)]
    newest = numbers.delay(installation).newest
    if newest is not None:
        texts.append(f"The newest change took {duration(newest)}.")
    return " ".join(texts)


def _live(installation: Installation, line: dict[str, Any], noun: str) -> str:
    feed = installation.all_feeds[line["feed"]]
    total, behind, gone = installation.ours.execute(SQL.live.format(feed_table=feed.table)).fetchone()
    total -= gone
    live = total - behind
    if not live:
        return f"No {noun} are live yet."
    if line["indexer"] in ("invalid", "working") and line["source_records"] != line["delivered"]:
        return f"{live:,} {noun} are live, and a full sync is under way."
    text = f"{live:,} of {total:,} {noun} are live" if behind else f"All {total:,} {noun} are live"
    if total == 1 and not behind:
        text = f"The only one of the {noun} is live"
    waiting = line["backlog"] or 0
    if waiting:
        return f"{text}; {quantity(waiting, 'change')} {'waits' if waiting == 1 else 'wait'} in the shop."
    return f"{text}."


@dataclass(frozen=True)
class Running:
    """A full sync that is under way, by the entities of the shop."""

    done: int
    total: int
    began_at: str | None

    def time_left(self, now: datetime) -> str:
        """About how long it will still take; empty if nothing can be said yet."""
        if not (self.began_at and 0 < self.done < self.total):
            return ""
        seconds = (now - datetime.fromisoformat(self.began_at).replace(tzinfo=UTC)).total_seconds()
        return f"about {duration(seconds * (self.total - self.done) / self.done)} left" if seconds > 0 else ""


def running(installation: Installation, feed: Feed) -> Running | None:
    """How far a full sync of a feed has come; None if none is half done."""
    row = installation.ours.execute(SQL.position, {"feed": feed.name}).fetchone()
    if row is None:
        return None
    table, column = feed.entity
    query = SQL.entities.format(table=table, column=column)
    try:
        done, total = installation.shop.execute(query, {"position": row[0]}).fetchone()
    except (SaasExportError, sqlite3.Error):
        return None
    return Running(done, total, row[1])


def progress(installation: Installation, lines: list[dict[str, Any]], now: datetime) -> Markup:
    """A bar for each full sync that is under way."""
    bars = []
    for line in lines:
        state = None if line["unavailable"] else running(installation, installation.all_feeds[line["feed"]])
        if state:
            left = state.time_left(now)
            bars.append(
                HTML.bar(
                    id=line["feed"],
                    name=words.name(line["feed"]),
                    done=str(state.done),
                    total=str(max(state.total, 1)),
                    text=f"{state.done:,} of {state.total:,}" + (f", {left}" if left else ""),
                )
            )
    return HTML.bars(bars=bars) if bars else Markup("")
