"""The records that a pass leaves in the log: that it began, how far it came, what it came to, its end."""

import time
from collections.abc import Callable

from saasexport.feed import Feed
from saasexport.log import Log
from saasexport.stdlib import Any
from saasexport.sync.report import Report

# A progress record of a long sync every so many seconds (commerce.md 4).
PROGRESS_SECONDS = 30


class Operation:
    """A pass as the log tells it."""

    def __init__(self, log: Log, feed: Feed, name: str, batch_size: int, **more: Any) -> None:
        self.log = log
        self.feed = feed
        self.name = f"{name} (legacy)" if feed.legacy and not name.endswith("(legacy)") else name
        self.batch_size = batch_size
        self.more = more
        self._started = self._noted = time.monotonic()
        self.log.operation(feed.name, self.name, "Initialize", None, **more)

    def note(self, report: Report, expected: Callable[[], int]) -> None:
        """Leave a progress record, if it is time for one; `expected` gives the items of a full sync."""
        if time.monotonic() - self._noted < PROGRESS_SECONDS:
            return
        self._noted = time.monotonic()
        self._write(self._progress(report, expected() if self.name.startswith("full sync") else 0))

    def end(self, report: Report) -> None:
        """Leave the result, and the end if it is one."""
        self._write(self._progress(report))
        if report.is_complete:
            self._write("Complete")

    def _write(self, status: str) -> None:
        self.log.operation(self.feed.name, self.name, status, self._started, **self.more)

    def _progress(self, report: Report, expected: int = 0) -> str:
        """How far a sync has come, as the log says it; `expected` items, if that is known."""
        done = -(-report.items // self.batch_size) or 1
        most = max(done, -(-expected // self.batch_size))
        return f"Progress {done}/{most}, processed {report.processed}, synced {report.sent}"
