"""What we know of the service: back-off is the service's, not an item's (design.md 5).

Kept in our database, so that the next job knows it.  Threads that send may learn
something at any moment; the thread that our database belongs to writes it down.
"""

import _thread

from saasexport import queries
from saasexport.stdlib import UTC, Any, datetime, sqlite3, timedelta

SQL = queries.beside(__file__)

# The longest time between two probes of a service that is down, and the first one.
LONGEST_PAUSE = 300
FIRST_PAUSE = 30


class ServiceState:
    """The service as one job sees it: whether it answers, and until when it wants to be left alone."""

    def __init__(self, ours: sqlite3.Connection, url: str, max_body: int, uses_backoff: bool) -> None:
        self.ours = ours
        self.url = url
        self.uses_backoff = uses_backoff
        self.max_body = max_body
        self.stopped = ""  # why nothing more is sent to the service in this job
        self.is_answering = False  # it has given a usable answer in this job
        self._was_down = False
        self._failures = 0
        self._guard = _thread.allocate_lock()
        self._owner = _thread.get_ident()
        self._pending: list[tuple[str, dict[str, Any]]] = []
        self._recall()

    def stop(self, error: str, wait: float | None = None) -> None:
        """Send nothing more in this job, and nothing for `wait` seconds if the service said so."""
        import random  # late: only for a service that is down

        with self._guard:
            if self.stopped and wait is None:
                return  # another request, in flight at the same time, has said it
            self.stopped = error
            self._was_down = True
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1)  # noqa: S311
            self._failures += 1
        now = datetime.now(UTC)
        values = {
            "url": self.url,
            "probe_after": _moment(now + timedelta(seconds=pause)),
            "not_before": _moment(now + timedelta(seconds=wait)) if wait is not None else None,
            "error": error,
        }
        self._remember(SQL.failed, values)

    def record_answer(self) -> None:
        """The service has answered: as soon as one request succeeds everything is due."""
        with self._guard:
            self.is_answering = True
            if self.stopped or not self._was_down:
                return
            self._was_down = False
            self._failures = 0
        self._remember(SQL.answered, {"url": self.url})

    def limit(self, max_body: int) -> None:
        """The service has refused a body as too large: send none that is larger than this."""
        with self._guard:
            self.max_body = min(self.max_body, max_body)
        self._remember(SQL.limited, {"url": self.url, "max_body": self.max_body})

    def save_state(self) -> None:
        """Write down what was learnt of the service; for the thread that our database belongs to."""
        with self._guard:
            pending, self._pending = self._pending, []
        for query, values in pending:
            self.ours.execute(query, values)

    def _remember(self, query: str, values: dict[str, Any]) -> None:
        with self._guard:
            self._pending.append((query, values))
        if _thread.get_ident() == self._owner:
            self.save_state()

    def _recall(self) -> None:
        row = self.ours.execute(SQL.state, {"url": self.url}).fetchone()
        if row is None:
            return
        failures, probe_after, not_before, max_body, error = row
        self._was_down = bool(failures or not_before)
        self._failures = failures
        if max_body:
            self.max_body = min(self.max_body, max_body)
        now = datetime.now(UTC)
        # A clock that was set back must not keep us silent for years.
        furthest = _moment(now + timedelta(days=1))
        if not_before and _moment(now) < not_before <= furthest:
            self.stopped = f"{self.url}: asked to be left alone until {not_before[:19]} UTC"
        elif self.uses_backoff and failures and probe_after and _moment(now) < probe_after <= furthest:
            self.stopped = error or f"{self.url}: down"


def _moment(moment: datetime) -> str:
    # With fractions: a second cut off would have a request come too early.
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
