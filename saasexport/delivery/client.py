"""Posting a batch, and what the answer means for each item (design.md 5).

Back-off belongs to the service, not to items: after an answer that is no
answer a job sends nothing more, and what it stages meanwhile gets status 2.
Splitting a refused batch is part of the same try; nothing else is tried twice
in one job.
"""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from saasexport import queries
from saasexport.database.feed_table import Pending
from saasexport.delivery import answers
from saasexport.delivery.connection import Response
from saasexport.delivery.wire import Settings, Wire, request_id_of
from saasexport.errors import ServiceError
from saasexport.feed import Feed

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

SQL = queries.beside(__file__.replace("client.py", "service_state.py"))

# The longest time between two probes of a service that is down (design.md 5).
LONGEST_PAUSE = 300
FIRST_PAUSE = 30


class Outcome(NamedTuple):
    """What became of one item."""

    pending: Pending
    status: int  # 200, 400 or 2
    error: str
    code: int  # the service's own; 0 without an answer
    request_id: str


class Client:
    """The service as one job sees it."""

    def __init__(
        self,
        settings: Settings,
        ours: sqlite3.Connection,
        route: Callable[[Feed], str],
        sent: Callable[[str, int, int, str, bytes], None],
    ) -> None:
        self.settings = settings
        self.ours = ours
        self.route = route
        self.sent = sent
        self.stopped = ""  # why nothing more is sent to the service in this job
        self.stopped_feeds: dict[str, str] = {}
        self.accepted: set[str] = set()  # feeds of which the service took something in this job
        self.max_body = settings.max_body
        self._wire = Wire(settings)
        self._guard = threading.Lock()
        self._owner = threading.get_ident()  # the thread our database belongs to
        self._is_answering = False  # the service has given a usable answer in this job
        self._was_down = False
        self._failures = 0
        self._learnt: list[tuple[str, dict[str, Any]]] = []
        self._pool: ThreadPoolExecutor | None = None
        self._recall()

    def close(self) -> None:
        """End the threads, close the connections of all, keep what was learnt of the service."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._wire.close()
        self.keep_learnt()

    # Batches

    def batches(self, pending: Sequence[Pending], batch_size: int) -> Iterator[list[Pending]]:
        """Cut items into batches that are neither too many nor too large."""
        batch: list[Pending] = []
        size = 1  # a bracket, and a comma or the other bracket after each item
        for item in pending:
            if batch and (len(batch) >= batch_size or size + len(item.body) + 1 > self.max_body):
                yield batch
                batch, size = [], 1
            batch.append(item)
            size += len(item.body) + 1
        if batch:
            yield batch

    def deliver_all(self, feed: Feed, batches: Iterable[list[Pending]], threads: int) -> Iterator[list[Outcome]]:
        """Send batches, up to `threads` of them at once; gives the outcomes of each as its answer comes.

        An item may stand in one of the batches only: two states of it in flight
        could arrive in the wrong order.
        """
        in_flight: set[Future[list[Outcome]]] = set()
        try:
            for batch in batches:
                if threads < 2 or not self._is_answering:
                    # A service that may be down gets one request, not one from each thread.
                    yield self.deliver(feed, batch)
                    continue
                if len(in_flight) == threads:
                    yield from self._arrived(in_flight)
                in_flight.add(self._senders(threads).submit(self.deliver, feed, batch))
            while in_flight:
                yield from self._arrived(in_flight)
        finally:
            for future in in_flight:
                future.cancel()

    def _arrived(self, in_flight: "set[Future[list[Outcome]]]") -> Iterator[list[Outcome]]:
        """Wait for an answer at least; gives the outcomes of all that have come."""
        from concurrent.futures import FIRST_COMPLETED, wait

        done, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        self.keep_learnt()
        for future in done:
            in_flight.remove(future)
            yield future.result()

    def _senders(self, threads: int) -> "ThreadPoolExecutor":
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # late: few want it, and it costs more than an idle tick

            self._pool = ThreadPoolExecutor(threads, "sender")
        return self._pool

    def ask(self, feed: Feed) -> Response:
        """Post an empty batch: answered as any other, and nothing is stored.  For doctor."""
        path, body = self.route(feed), b"[]"
        return self._wire.post(path, body, request_id_of(self.settings.url + path, body))

    def is_stopped(self, feed: Feed) -> str:
        """Why nothing is sent for this feed any more in this job; empty if it goes on."""
        return self.stopped or self.stopped_feeds.get(feed.name, "")

    def deliver(self, feed: Feed, batch: list[Pending]) -> list[Outcome]:
        """Send a batch; an outcome for each of its items."""
        outcomes = self._deliver(feed, batch)
        alone = [outcome for outcome in outcomes if outcome.status == _REFUSED_ALONE]
        if not alone:
            return outcomes
        if len(alone) == len(batch) and feed.name not in self.accepted:
            reason = f"the service refuses every item of {feed.name}: {alone[0].error}"
            self.stopped_feeds.setdefault(feed.name, reason)
            return [outcome._replace(status=2, error=reason) for outcome in outcomes]
        return [
            outcome._replace(status=400) if outcome.status == _REFUSED_ALONE else outcome for outcome in outcomes
        ]

    def _deliver(self, feed: Feed, batch: list[Pending]) -> list[Outcome]:
        reason = self.is_stopped(feed)
        if reason:
            return [Outcome(item, 2, reason, 0, "") for item in batch]
        body = b"[" + b",".join(item.body for item in batch) + b"]"
        path = self.route(feed)
        request_id = request_id_of(self.settings.url + path, body)
        if len(batch) > 1 and len(body) > self.max_body:
            return self._halved(feed, batch)
        try:
            response = self._wire.post(path, body, request_id)
        except ServiceError as error:
            self.sent(feed.name, len(batch), 0, request_id, body)
            self._stop(str(error), None)
            return [Outcome(item, 2, str(error), 0, request_id) for item in batch]
        self.sent(feed.name, len(batch), response.status, request_id, body)
        return self._judge(feed, batch, response, answers.read(response), request_id)

    def _judge(
        self, feed: Feed, batch: list[Pending], response: Response, answer: Any, request_id: str
    ) -> list[Outcome]:
        code = response.status
        if code == 200:
            if not answers.is_accepted(answer, len(batch)):
                reason = "an unreadable answer" if answer is None else f"a 200 that does not say ACCEPTED {len(batch)}"
                error = f"{self.settings.url}: {reason}"
                self._stop(error, None)
                return [Outcome(item, 2, error, code, request_id) for item in batch]
            self._answered(feed)
            return [Outcome(item, 200, "", code, request_id) for item in batch]
        if code == 400:
            self._answered(None)
            refused = answers.listed(answer, len(batch))
            if refused:
                return self._without(feed, batch, refused, request_id)
            if len(batch) > 1:
                return self._halved(feed, batch)
            message = answers.message_of(answer) or "the service refused the item"
            return [Outcome(batch[0], _REFUSED_ALONE, message, code, request_id)]
        if code == 413:
            return self._too_large(feed, batch, request_id)
        return self._undelivered(feed, batch, response, answer, request_id)

    def _without(
        self, feed: Feed, batch: list[Pending], refused: dict[int, str], request_id: str
    ) -> list[Outcome]:
        good = [item for index, item in enumerate(batch) if index not in refused]
        bad = [Outcome(batch[index], 400, message, 400, request_id) for index, message in refused.items()]
        return bad + (self._deliver(feed, good) if good else [])

    def _halved(self, feed: Feed, batch: list[Pending]) -> list[Outcome]:
        middle = len(batch) // 2
        return self._deliver(feed, batch[:middle]) + self._deliver(feed, batch[middle:])

    def _too_large(self, feed: Feed, batch: list[Pending], request_id: str) -> list[Outcome]:
        self._answered(None)
        if len(batch) == 1:
            error = f"too large for the service: {_size(batch)} bytes"
            return [Outcome(batch[0], 400, error, 413, request_id)]
        middle = len(batch) // 2
        # What is remembered lets both halves through, however uneven they are.
        larger = max(_size(batch[:middle]), _size(batch[middle:]), 1024)
        with self._guard:
            self.max_body = min(self.max_body, larger)
        self._learn(SQL.limited, {"url": self.settings.url, "max_body": self.max_body})
        return self._halved(feed, batch)

    def _undelivered(
        self, feed: Feed, batch: list[Pending], response: Response, answer: Any, request_id: str
    ) -> list[Outcome]:
        code = response.status
        error = f"{self.settings.url}: answered {code}"
        if message := answers.message_of(answer):
            error += f": {message}"
        if code in (401, 403):
            error += "; check [service] api_key_file and environment_id"
            self._stop(error, None)
        elif code in (429, 503) or code >= 500:
            wait = answers.retry_after(response.headers) if code in (429, 503) else None
            self._stop(error, wait)
        else:
            error = f"{self.settings.url}{self.route(feed)}: answered {code}"
            self.stopped_feeds.setdefault(feed.name, error)
        return [Outcome(item, 2, error, code, request_id) for item in batch]

    # The service's state

    def keep_learnt(self) -> None:
        """Write down what was learnt of the service; for the thread that our database belongs to."""
        with self._guard:
            learnt, self._learnt = self._learnt, []
        for query, values in learnt:
            self.ours.execute(query, values)

    def _learn(self, query: str, values: dict[str, Any]) -> None:
        with self._guard:
            self._learnt.append((query, values))
        if threading.get_ident() == self._owner:
            self.keep_learnt()

    def _recall(self) -> None:
        row = self.ours.execute(SQL.state, {"url": self.settings.url}).fetchone()
        if row is None:
            return
        failures, probe_after, not_before, max_body, error = row
        self._was_down = bool(failures or not_before)
        self._failures = failures
        now = _text(datetime.now(UTC))
        if max_body:
            self.max_body = min(self.max_body, max_body)
        # A clock that was set back must not keep us silent for years.
        furthest = _text(datetime.now(UTC) + timedelta(days=1))
        if not_before and now < not_before <= furthest:
            self.stopped = f"{self.settings.url}: asked to be left alone until {not_before} UTC"
        elif self.settings.is_patient and failures and probe_after and now < probe_after <= furthest:
            self.stopped = error or f"{self.settings.url}: down"

    def _stop(self, error: str, wait: float | None) -> None:
        """Nothing more is sent in this job, and not before `wait` seconds if the service said so."""
        with self._guard:
            if self.stopped and wait is None:
                return  # another request, in flight at the same time, has said it
            self.stopped = error
            self._was_down = True
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1)  # noqa: S311
            self._failures += 1
        now = datetime.now(UTC)
        values = {
            "url": self.settings.url,
            "probe_after": _text(now + timedelta(seconds=pause)),
            "not_before": _text(now + timedelta(seconds=wait)) if wait is not None else None,
            "error": error,
        }
        self._learn(SQL.failed, values)

    def _answered(self, feed: Feed | None) -> None:
        with self._guard:
            self._is_answering = True
            if feed is not None:
                self.accepted.add(feed.name)
            if self.stopped or not self._was_down:
                return
            self._was_down = False
            self._failures = 0
        self._learn(SQL.answered, {"url": self.settings.url})


_REFUSED_ALONE = -400


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _size(batch: Sequence[Pending]) -> int:
    return 1 + sum(len(item.body) + 1 for item in batch)
