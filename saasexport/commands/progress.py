"""How far a long sync has come: a bar on a terminal, a line now and then into a file, nothing into a pipe."""

import os
import shutil
import stat
import sys
import time
from typing import TextIO

from saasexport import plain
from saasexport.feed import Feed
from saasexport.sync.operation import PROGRESS_SECONDS
from saasexport.sync.report import Report

# Often enough to look alive.
REDRAW_SECONDS = 0.1


class Progress:
    """Tells how many of a feed's expected items are done; to be called as the work goes on."""

    def __init__(self, expected: int, stream: TextIO | None = None, unit: str = "items") -> None:
        self.expected = expected
        self.unit = unit
        self.stream = stream or sys.stderr
        self.kind = kind_of(self.stream)
        self._drawn = plain.behind(self.stream)
        self._began = self._told = time.monotonic()
        self._width = 0

    def __call__(self, feed: Feed, report: Report) -> None:
        """Show the state, unless it was shown a moment ago."""
        self.show(feed.name, report.items)

    def show(self, name: str, done: int) -> None:
        """The same of whatever has a name and comes in numbers."""
        now = time.monotonic()
        if self.kind == "bar" and (now - self._told >= REDRAW_SECONDS or not self._width):
            self._told = now
            columns = shutil.get_terminal_size().columns
            self._draw(bar(name, done, self.expected, now - self._began, columns, self.unit))
        elif self.kind == "lines" and now - self._told >= PROGRESS_SECONDS:
            self._told = now
            progress = state(done, self.expected, now - self._began, self.unit)
            print(f"{name}: {progress}", file=self.stream, flush=True)

    def close(self) -> None:
        """Leave a clean line for what comes next."""
        if self._width:
            self._draw("")
            self._drawn.write("\r")
            self._drawn.flush()

    def _draw(self, line: str) -> None:
        self._drawn.write("\r" + line.ljust(self._width))
        self._drawn.flush()
        self._width = len(line)


def kind_of(stream: TextIO) -> str:
    """`bar` on a terminal, `lines` on a dumb one and into a file, nothing into a pipe: cron would mail it."""
    if stream.isatty():
        return "bar" if os.environ.get("TERM", "dumb") != "dumb" else "lines"
    try:
        return "lines" if stat.S_ISREG(os.fstat(stream.fileno()).st_mode) else ""
    except (OSError, ValueError):
        return ""


def state(done: int, expected: int, seconds: float, unit: str = "items") -> str:
    """How many of how many items, how fast, and how long it will still take."""
    expected = max(done, expected)
    rate = done / seconds if seconds > 0 else 0.0
    text = f"{done:,} of {expected:,} {unit}, {rate:,.0f} a second"
    return f"{text}, {clock((expected - done) / rate)} left" if rate else text


def bar(name: str, done: int, expected: int, seconds: float, columns: int, unit: str = "items") -> str:
    """One line with a bar that fits the terminal."""
    share = min(1.0, done / expected) if expected else 0.0
    text = f"{share:4.0%}  {state(done, expected, seconds, unit)}"
    room = min(40, columns - len(name) - len(text) - 6)
    if room < 5:
        return f"{name} {text}"[: max(0, columns - 1)]
    filled = int(room * share)
    return f"{name} [{'#' * filled}{'.' * (room - filled)}] {text}"


def clock(seconds: float) -> str:
    """A duration as 0:07, 12:30 or 1:02:03."""
    whole = int(seconds + 0.5)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def summary(report: Report, sent: str = "sent", deleted: str = "deleted") -> str:
    """What a sync came to, in words."""
    counts = {
        sent: report.sent - report.deleted,
        "unchanged": report.unchanged,
        "failed": report.failures,
        deleted: report.deleted,
    }
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())
