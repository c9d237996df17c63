"""What was sent and what failed over time, as inline SVG with a table beside it.

Sent rises from the line, failed hangs below it, each on a scale of its own:
the place tells them apart, not the colour alone, and a handful of failures
stays visible beside thousands of deliveries.
"""

import sqlite3
from datetime import datetime, timedelta

from saasexport import templates
from saasexport.database import history
from saasexport.database.history import Tries
from saasexport.status.judgement import quantity
from saasexport.templates import Markup

HTML = templates.beside(__file__)

HOURS = 48
DAYS = 30

# In the units of the drawing, which is stretched to the width there is.
_STEP = 10
_GAP = 2
_LINE = 74  # where sent stands and failed hangs
_HEIGHT = 100
_LEAST = 2  # so that a single item is seen beside ten thousand

_NOTHING = Tries(0, 0)


def both(ours: sqlite3.Connection, now: datetime) -> Markup:
    """The charts of the last hours and of the last days."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [(hour - timedelta(hours=back)).strftime("%Y-%m-%d %H") for back in reversed(range(HOURS))]
    days = [(now - timedelta(days=back)).strftime("%Y-%m-%d") for back in reversed(range(DAYS))]
    by_hour = history.since(ours, hours[0] + ":00", history.HOUR)
    by_day = history.since(ours, days[0] + " 00:00", history.DAY)
    return templates.join(
        (
            _chart("hours", f"The last {HOURS} hours", "hour", [f"{start}:00" for start in hours], _of(by_hour, hours)),
            _chart("days", f"The last {DAYS} days", "day", days, _of(by_day, days)),
        )
    )


def _of(found: dict[str, Tries], starts: list[str]) -> list[Tries]:
    return [found.get(start, _NOTHING) for start in starts]


def _chart(name: str, title: str, unit: str, labels: list[str], tries: list[Tries]) -> Markup:
    sent, failed = sum(entry.sent for entry in tries), sum(entry.failed for entry in tries)
    most_sent = max(entry.sent for entry in tries)
    most_failed = max(entry.failed for entry in tries)
    summary = f"{quantity(sent, 'item')} sent, {quantity(failed, 'failure')}"
    bars = [
        _bar(place, label, entry, most_sent, most_failed)
        for place, (label, entry) in enumerate(zip(labels, tries, strict=True))
    ]
    rows = [
        HTML.row(label=label, sent=entry.sent, failed=entry.failed)
        for label, entry in zip(labels, tries, strict=True)
        if entry != _NOTHING
    ]
    return HTML.chart(
        name=name,
        title=title,
        unit=unit,
        summary=summary,
        most=f"At most {most_sent:,} sent and {most_failed:,} failed in one {unit}.",
        most_sent=most_sent,
        most_failed=most_failed,
        width=str(_STEP * len(tries)),
        height=str(_HEIGHT),
        line=str(_LINE),
        bars=bars,
        first=labels[0],
        middle=labels[len(labels) // 2],
        last=labels[-1],
        rows=rows or HTML.no_rows(unit=unit),
    )


def _bar(place: int, label: str, tries: Tries, most_sent: int, most_failed: int) -> Markup:
    parts = []
    x, width = place * _STEP + _GAP / 2, _STEP - _GAP
    if tries.sent:
        height = _length(tries.sent, most_sent, _LINE)
        parts.append(HTML.bar(kind="sent", x=f"{x:g}", y=f"{_LINE - height:g}", width=str(width), height=f"{height:g}"))
    if tries.failed:
        height = _length(tries.failed, most_failed, _HEIGHT - _LINE)
        parts.append(HTML.bar(kind="failed", x=f"{x:g}", y=f"{_LINE:g}", width=str(width), height=f"{height:g}"))
    if not parts:
        return Markup("")
    return HTML.bars(label=f"{label}: {tries.sent:,} sent, {tries.failed:,} failed", parts=parts)


def _length(number: int, most: int, room: int) -> float:
    return max(_LEAST, round(room * number / most, 1))
