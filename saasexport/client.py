"""Posting a batch, and what the answer means for each item (contract.md 4).

Back-off belongs to the service, not to items: after an answer that is no
answer a job sends nothing more, and what it stages meanwhile gets status 2.
Splitting a refused batch is part of the same try; nothing else is tried twice
in one job.
"""

import hashlib
import json
import random
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import saasexport
from saasexport import queries
from saasexport.connection import Connection, Response
from saasexport.errors import ServiceError
from saasexport.feed import Feed
from saasexport.feed_table import Pending

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from saasexport.proxied import RequestsConnection
    from saasexport.signature import AdobeSignature

SQL = queries.beside(__file__.replace("client.py", "service_state.py"))

# The longest time between two probes of a service that is down (contract.md 4).
LONGEST_PAUSE = 300
FIRST_PAUSE = 30


class Outcome(NamedTuple):
    """What became of one item."""

    pending: Pending
    status: int  # 200, 400 or 2
    error: str
    code: int  # the service's own; 0 without an answer
    request_id: str


class Settings(NamedTuple):
    """What the client needs of the configuration."""

    url: str
    environment_id: str
    timeout: float
    max_body: int
    api_key: str | None
    ca_file: str | None
    requests_per_second: float
    slot_file: str
    is_patient: bool  # started by cron: probes a service that is down at intervals only
    transport: str = "standard"  # or "requests", an optional extra
    private_key_file: str | None = None  # of Adobe's signature, an optional extra


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
        self._connections = threading.local()
        self._opened: list[Connection | RequestsConnection] = []
        self._signature = _signature(settings.private_key_file) if settings.private_key_file else None
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
        for connection in self._opened:
            connection.close()
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
        return self._post(path, body, request_id_of(self.settings.url + path, body))

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
            response = self._post(path, body, request_id)
        except ServiceError as error:
            self.sent(feed.name, len(batch), 0, request_id, body)
            self._stop(str(error), None)
            return [Outcome(item, 2, str(error), 0, request_id) for item in batch]
        self.sent(feed.name, len(batch), response.status, request_id, body)
        return self._judge(feed, batch, response, _json(response), request_id)

    def _judge(
        self, feed: Feed, batch: list[Pending], response: Response, answer: Any, request_id: str
    ) -> list[Outcome]:
        code = response.status
        if code == 200:
            if not _is_accepted(answer, len(batch)):
                reason = "an unreadable answer" if answer is None else f"a 200 that does not say ACCEPTED {len(batch)}"
                error = f"{self.settings.url}: {reason}"
                self._stop(error, None)
                return [Outcome(item, 2, error, code, request_id) for item in batch]
            self._answered(feed)
            return [Outcome(item, 200, "", code, request_id) for item in batch]
        if code == 400:
            self._answered(None)
            refused = _listed(answer, len(batch))
            if refused:
                return self._without(feed, batch, refused, request_id)
            if len(batch) > 1:
                return self._halved(feed, batch)
            message = _message(answer) or "the service refused the item"
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
        if message := _message(answer):
            error += f": {message}"
        if code in (401, 403):
            error += "; check [service] api_key_file and environment_id"
            self._stop(error, None)
        elif code in (429, 503) or code >= 500:
            wait = retry_after(response.headers) if code in (429, 503) else None
            self._stop(error, wait)
        else:
            error = f"{self.settings.url}{self.route(feed)}: answered {code}"
            self.stopped_feeds.setdefault(feed.name, error)
        return [Outcome(item, 2, error, code, request_id) for item in batch]

    # The request

    def _post(self, path: str, body: bytes, request_id: str) -> Response:
        headers = {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "X-Request-Id": request_id,
            "User-Agent": f"saasexport/{saasexport.__version__}",
        }
        if self.settings.api_key:
            headers["X-Api-Key"] = self.settings.api_key
        if self._signature is not None:
            headers |= self._signature.headers()
        if self.settings.requests_per_second:
            wait_for_slot(self.settings.slot_file, self.settings.requests_per_second)
        return self._connection().post(path, headers, gzipped(body))

    def _connection(self) -> "Connection | RequestsConnection":
        if not hasattr(self._connections, "mine"):
            opened = connect(self.settings)
            self._connections.mine = opened
            self._opened.append(opened)
        connection: Connection | RequestsConnection = self._connections.mine
        return connection

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


def connect(settings: Settings) -> "Connection | RequestsConnection":
    """A connection to the service, by the means the configuration names."""
    if settings.transport == "requests":
        from saasexport.proxied import RequestsConnection

        return RequestsConnection(settings.url, settings.timeout, settings.ca_file)
    return Connection(settings.url, settings.timeout, settings.ca_file)


def _signature(private_key_file: str) -> "AdobeSignature":
    from saasexport.signature import AdobeSignature

    return AdobeSignature(private_key_file)


def request_id_of(url: str, body: bytes) -> str:
    """A UUID made from address and body: the same for every try of the same bytes."""
    digest = hashlib.sha1(url.encode() + b"\0" + body).digest()[:16]
    digits = (digest[:6] + bytes([digest[6] & 15 | 80, digest[7], digest[8] & 63 | 128]) + digest[9:]).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def gzipped(body: bytes) -> bytes:
    """The body compressed at level 1: more would cost more than it saves (performance.md)."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def retry_after(headers: dict[str, str]) -> float | None:
    """The seconds of a Retry-After header, whether it names seconds or a date; None without a usable one."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        return min(max(seconds, 0.0), 86_400.0) if seconds == seconds else None
    except ValueError:
        pass
    from email.utils import parsedate_to_datetime  # late: a date is rare

    try:
        until = parsedate_to_datetime(value)
        try:
            # By the service's clock, if it tells the time: ours may be wrong.
            now = parsedate_to_datetime(headers["date"])
        except (KeyError, TypeError, ValueError, IndexError):
            now = datetime.now(UTC)
        return min(max((_aware(until) - _aware(now)).total_seconds(), 0.0), 86_400.0)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def wait_for_slot(path: str, requests_per_second: float) -> None:
    """Wait until the next request may start; the file keeps the moment for all processes."""
    import fcntl
    import os

    interval = 1 / requests_per_second
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        now = time.time()
        try:
            kept = float(os.pread(file, 40, 0))
        except ValueError:
            kept = now
        # A kept moment far ahead is a clock that was set back, not a queue.
        start = kept if now <= kept <= now + 60 + interval else now
        os.pwrite(file, f"{start + interval:.6f}".ljust(40).encode(), 0)
    finally:
        os.close(file)
    time.sleep(max(0.0, start - now))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _json(response: Response) -> Any:
    """What the answer says; None if it cannot be read."""
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        return None


def _size(batch: Sequence[Pending]) -> int:
    return 1 + sum(len(item.body) + 1 for item in batch)


def _is_accepted(answer: Any, count: int) -> bool:
    if not isinstance(answer, dict):
        return False
    accepted = answer.get("acceptedCount")
    return answer.get("status") == "ACCEPTED" and type(accepted) is int and accepted == count


def _listed(answer: Any, count: int) -> dict[int, str]:
    """The messages of the items that a 400 lists, by their index; empty without a usable list."""
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list):
        return {}
    refused: dict[int, str] = {}
    for error in errors:
        index = error.get("itemIndex") if isinstance(error, dict) else None
        if type(index) is not int or not 0 <= index < count:
            return {}
        message = str(error.get("message") or error.get("code") or "rejected")
        refused[index] = f"{refused[index]}; {message}" if index in refused else message
    return refused


def _message(answer: Any) -> str:
    message = answer.get("message") if isinstance(answer, dict) else None
    return str(message)[:300] if message else ""
