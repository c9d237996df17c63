"""What was sent, what failed and how long changes took, over time: inline SVG with a table beside it.

Each picture has one scale.  A time in which nothing went through is marked, and
so is the beginning of each feed's last full sync.  What is older than the first
that was ever sent is not drawn: an empty week says nothing.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from saasexport import queries
from saasexport.clock import short
from saasexport.dashboard import words
from saasexport.database import delays, history
from saasexport.database.history import Tries
from saasexport.status.judgement import quantity
from saasexport.web import templates
from saasexport.web.templates import Markup

SQL = queries.beside(__file__)
HTML = templates.beside(__file__)

HOURS = 48
DAYS = 30

# The strip at the top: so many hours, a cell for each ten minutes.
STRIP_HOURS = 24
SLOT = timedelta(minutes=10)

# In the units of the drawing, which is stretched to the width there is.
_STEP = 10
_GAP = 2
_HEIGHT = 50
_LEAST = 2  # so that a single item is seen beside ten thousand

_NOTHING = Tries(0, 0)


class Entry(NamedTuple):
    """An hour or a day: what was tried, and the delays in seconds of what was delivered."""

    label: str
    sent: int
    failed: int
    median: int | None
    worst: int | None
    syncs: Sequence[str] = ()  # feeds whose last full sync began then

    @property
    def is_outage(self) -> bool:
        """Whether nothing went through."""
        return self.failed > 0 and not self.sent


def both(ours: sqlite3.Connection, now: datetime) -> Markup:
    """The charts of the last hours and, as soon as there is more, of the last days."""
    first = ours.execute(SQL.first).fetchone()[0]
    if first is None:
        return HTML.nothing_yet()
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [(hour - timedelta(hours=back)).strftime("%Y-%m-%d %H") for back in reversed(range(HOURS))]
    days = [(now - timedelta(days=back)).strftime("%Y-%m-%d") for back in reversed(range(DAYS))]
    charts = [_chart("hours", f"The last {HOURS} hours", "hour", _entries(ours, hours, first), first)]
    if first < hours[0]:
        charts.append(_chart("days", f"The last {DAYS} days", "day", _entries(ours, days, first), first))
    return templates.join(charts)


def strip(ours: sqlite3.Connection, now: datetime) -> Markup:
    """The last 24 hours in a line: what went through, what failed, and when a full sync began."""
    minute = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    starts = [minute - SLOT * back for back in reversed(range(STRIP_HOURS * 6))]
    labels = [start.strftime("%Y-%m-%d %H:%M") for start in starts]
    tries = history.since(ours, labels[0], len(labels[0]))
    syncs = _syncs(ours, labels[0], 15)
    entries = [
        Entry(label, *tries.get(label, _NOTHING), None, None, syncs.get(label[:15], ())) for label in labels
    ]
    sent, failed = sum(entry.sent for entry in entries), sum(entry.failed for entry in entries)
    return HTML.strip(
        summary=f"{quantity(sent, 'item')} sent, {quantity(failed, 'failure')}",
        width=str(len(entries)),
        cells=[_cell(place, entry) for place, entry in enumerate(entries)],
        since=labels[0],
        until=now.strftime("%H:%M"),
        events=[HTML.event(text=text) for text in _events(entries)],
    )


def _cell(place: int, entry: Entry) -> Markup:
    parts = []
    if entry.sent or entry.failed:
        kind = "outage" if entry.is_outage else "failed" if entry.failed else "sent"
        parts.append(HTML.bar(kind=kind, x=str(place), y="0", width="1", height="10"))
    if entry.syncs:
        parts.append(HTML.bar(kind="sync", x=str(place), y="0", width="1", height="3"))
    return HTML.bars(label=_describe(entry), parts=parts) if parts else Markup("")


def _describe(entry: Entry) -> str:
    text = f"{entry.label}: {entry.sent:,} sent, {entry.failed:,} failed"
    return text + "".join(f", full sync of {words.name(feed)}" for feed in entry.syncs)


# Of the events of a day.
MOST_EVENTS = 6


def _events(entries: Sequence[Entry]) -> list[str]:
    """Outages and full syncs in words, the latest first."""
    events: list[str] = []
    begun = ended = ""
    failed = 0
    for entry in (*entries, Entry("", 1, 0, None, None)):
        if entry.is_outage:
            begun, ended, failed = begun or entry.label, entry.label, failed + entry.failed
        elif begun and entry.sent:
            end = (datetime.fromisoformat(ended) + SLOT).strftime("%H:%M")
            events.append(f"{begun[11:]} to {end} UTC: nothing went through, {quantity(failed, 'failure')}")
            begun, failed = "", 0
        if entry.syncs:
            feeds = "all feeds" if len(entry.syncs) > 4 else ", ".join(map(words.name, entry.syncs))
            events.append(f"{entry.label[11:]} UTC: full sync of {feeds} began")
    return events[::-1][:MOST_EVENTS]


def _syncs(ours: sqlite3.Connection, since: str, precision: int) -> dict[str, list[str]]:
    """Start -> the feeds whose last full sync began then."""
    syncs: dict[str, list[str]] = {}
    for feed, began_at in ours.execute(SQL.syncs, {"since": since}):
        syncs.setdefault(began_at[:precision], []).append(feed)
    return syncs


def _entries(ours: sqlite3.Connection, starts: list[str], first: str) -> list[Entry]:
    """An entry for each start, from the first on in which anything was tried."""
    precision = len(starts[0])
    starts = [start for start in starts if start >= first[:precision]] or starts[-1:]
    since = starts[0] + (":00" if precision == history.HOUR else " 00:00")
    tries = history.since(ours, since, precision)
    took = delays.since_by(ours, starts[0], precision)
    syncs = _syncs(ours, starts[0], precision)
    entries = []
    for start in starts:
        sent, failed = tries.get(start, _NOTHING)
        median, worst = took.get(start, (None, None))
        label = f"{start}:00" if precision == history.HOUR else start
        entries.append(Entry(label, sent, failed, median, worst, syncs.get(start, ())))
    return entries


def _chart(name: str, title: str, unit: str, entries: list[Entry], first: str) -> Markup:
    sent, failed = sum(entry.sent for entry in entries), sum(entry.failed for entry in entries)
    is_whole = len(entries) == (HOURS if unit == "hour" else DAYS)
    rows = [_row(entry) for entry in entries if entry.sent or entry.failed or entry.worst is not None]
    volume = [entry.sent for entry in entries]
    failures = [entry.failed for entry in entries]
    longest = [entry.worst or 0 for entry in entries]
    return HTML.chart(
        name=name,
        title=title if is_whole else f"Since {first} UTC",
        unit=unit,
        summary=f"{quantity(sent, 'item')} sent, {quantity(failed, 'failure')}",
        pictures=[
            _picture(f"{name}-sent", "Items sent", "sent", entries, (volume, f"{max(volume):,}")),
            _picture(f"{name}-failed", "Failures", "failed", entries, (failures, f"{max(failures):,}")),
            _picture(f"{name}-delay", f"Longest delay by {unit}", "delay", entries, (longest, short(max(longest)))),
        ],
        first=entries[0].label,
        last=entries[-1].label,
        rows=rows or HTML.no_rows(unit=unit),
    )


def _row(entry: Entry) -> Markup:
    median, worst = ("" if each is None else short(each) for each in (entry.median, entry.worst))
    return HTML.row(label=entry.label, sent=entry.sent, failed=entry.failed, median=median, worst=worst)


def _picture(name: str, title: str, kind: str, entries: list[Entry], scale: tuple[list[int], str]) -> Markup:
    """Bars of one kind, on a scale of their own."""
    values, most_shown = scale
    most = max(values)
    if not most:
        return HTML.no_picture(title=title)
    bars = []
    for place, (value, entry) in enumerate(zip(values, entries, strict=True)):
        x, parts = place * _STEP + _GAP / 2, []
        if entry.is_outage:
            parts.append(HTML.bar(kind="outage", x=f"{x:g}", y="0", width=str(_STEP - _GAP), height=str(_HEIGHT)))
        if entry.syncs:
            parts.append(HTML.bar(kind="sync", x=f"{x:g}", y="0", width="1", height=str(_HEIGHT)))
        if value:
            height = max(_LEAST, round(_HEIGHT * value / most, 1))
            y = f"{_HEIGHT - height:g}"
            parts.append(HTML.bar(kind=kind, x=f"{x:g}", y=y, width=str(_STEP - _GAP), height=f"{height:g}"))
        if parts:
            bars.append(HTML.bars(label=_describe(entry), parts=parts))
    return HTML.picture(
        name=name,
        title=title,
        most=most_shown,
        width=str(_STEP * len(entries)),
        height=str(_HEIGHT),
        bars=bars,
    )
