"""Posting a batch, and what the answer means for each item (design.md 5).

After an answer that is no answer a job sends nothing more, and what it stages
meanwhile gets status 2.  Splitting a refused batch and a short `Retry-After` are
part of the same try; nothing else is tried twice in one job.
"""

import _thread
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from saasexport.database.feed_table import Pending
from saasexport.delivery import batches, destinations
from saasexport.delivery.backoff import ServiceState
from saasexport.delivery.batches import Batch
from saasexport.delivery.destinations import Verdict
from saasexport.delivery.http_connection import Response
from saasexport.delivery.transport import Settings, Transport, request_id_of
from saasexport.errors import ServiceError
from saasexport.feed import Feed
from saasexport.stdlib import TYPE_CHECKING, NamedTuple, sqlite3

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

# A Retry-After of so many seconds is waited for, so many times in a job.
LONGEST_WAIT = 5
MOST_WAITS = 3


class Outcome(NamedTuple):
    """What became of one item."""

    pending: Pending
    status: int  # 200, 400 or 2
    error: str
    code: int  # the service's own; 0 without an answer
    request_id: str
    was_alone: bool = False  # it was refused without a reason of its own, as the only item of its request


class _Part(NamedTuple):
    """Items of a batch that are still to be sent together."""

    batch: Batch
    was_named: bool = False  # an answer has named items of it before, which were taken out


class _Sent(NamedTuple):
    """What an answer decided, and what it leaves to be sent."""

    outcomes: list[Outcome]
    rest: Sequence[_Part] = ()
    requests: int = 1  # 0: the same request goes again, or none was made yet


class Client:
    """The service as one job sees it."""

    def __init__(
        self,
        settings: Settings,
        ours: sqlite3.Connection,
        route: Callable[[Feed], str],
        sent: Callable[[str, int, int, str, bytes], None],
        deadline: float = math.inf,
    ) -> None:
        self.settings = settings
        self.route = route
        self.sent = sent
        self.deadline = deadline  # time.monotonic(): no request begins after it
        self.state = ServiceState(ours, settings.url, settings.max_body, settings.uses_backoff)
        self.stopped_feeds: dict[str, str] = {}  # feed -> why nothing more is sent of it in this job
        self.accepted: set[str] = set()  # feeds of which the service took something in this job
        self.pause = time.sleep
        self.before_request: Callable[[Feed, Batch], None] | None = None
        self._waits = MOST_WAITS
        self._guard = _thread.allocate_lock()
        self._transport = Transport(settings)
        self.destination = destinations.choose(settings, self._transport, route)
        self._pool: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """End the threads, close the connections of all, keep what was learnt of the service."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self.destination.close()
        self._transport.close()
        self.state.save_state()

    def batches(self, pending: Sequence[Pending], batch_size: int) -> Iterator[Batch]:
        """Cut items into batches that are neither too many nor too large."""
        return batches.cut(pending, batch_size, self.state.max_body)

    def ask(self, feed: Feed) -> Response:
        """Post an empty batch: answered as any other, and nothing is stored.  For doctor."""
        path, body = self.route(feed), b"[]"
        return self._transport.post(path, body, request_id_of(self.settings.url + path, body))

    def reason_to_stop(self, feed: Feed) -> str:
        """Why nothing is sent of this feed any more in this job; empty if it goes on."""
        return self.state.stopped or self.stopped_feeds.get(feed.name, "")

    # Several batches at once

    def deliver_all(self, feed: Feed, cut: Iterable[Batch], threads: int) -> Iterator[list[Outcome]]:
        """Send batches, up to `threads` of them at once; gives the outcomes of each as its answer comes.

        An item may stand in one of the batches only: two states of it in flight
        could arrive in the wrong order.
        """
        in_flight: set[Future[list[Outcome]]] = set()
        try:
            for batch in cut:
                if threads < 2 or not self.state.is_answering:
                    # A service that may be down gets one request, not one from each thread.
                    yield self.deliver(feed, batch)
                    continue
                if len(in_flight) == threads:
                    yield from self._receive(in_flight)
                in_flight.add(self._senders(threads).submit(self.deliver, feed, batch))
            while in_flight:
                yield from self._receive(in_flight)
        finally:
            for future in in_flight:
                future.cancel()

    def _receive(self, in_flight: "set[Future[list[Outcome]]]") -> Iterator[list[Outcome]]:
        """Wait for an answer at least; gives the outcomes of all that have come."""
        from concurrent.futures import FIRST_COMPLETED, wait

        done, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        self.state.save_state()
        for future in done:
            in_flight.remove(future)
            yield future.result()

    def _senders(self, threads: int) -> "ThreadPoolExecutor":
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # late: few want it, and it costs more than an idle tick

            self._pool = ThreadPoolExecutor(threads, "sender")
        return self._pool

    # One batch

    def deliver(self, feed: Feed, batch: Batch) -> list[Outcome]:
        """Send a batch, in parts if the service refuses some of it; an outcome for each item that was decided.

        Items without one are those for which the time did not suffice, or that the destination
        puts off to a later job: they stay as they are on record.
        """
        outcomes: list[Outcome] = []
        parts = [_Part(batch)]
        requests, most = 0, 2 * len(batch) + 1  # whatever the service answers
        while parts:
            part = parts.pop()
            reason = self.reason_to_stop(feed)
            if not reason and requests == most:
                reason = f"{self.settings.url}: refuses so many items one at a time that the rest has to wait"
            if reason:
                outcomes += [Outcome(item, 2, reason, 0, "") for item in part.batch]
            elif len(part.batch) > 1 and batches.size_of(part.batch) > self.state.max_body:
                parts += [_Part(half) for half in reversed(batches.halves(part.batch))]
            elif requests and time.monotonic() >= self.deadline:
                break
            else:
                sent = self._post(feed, part)
                requests += sent.requests
                outcomes += sent.outcomes
                parts += reversed(sent.rest)
        return self._without_lonely(feed, batch, outcomes)

    def _without_lonely(self, feed: Feed, batch: Batch, outcomes: list[Outcome]) -> list[Outcome]:
        """The outcomes; if every item was refused alone, the service refuses everything, not these items."""
        if feed.name in self.accepted or not all(outcome.was_alone for outcome in outcomes) or not outcomes:
            return outcomes
        if len(outcomes) < len(batch):
            return outcomes
        reason = f"the service refuses every item of {feed.name}: {outcomes[0].error}"
        self.stopped_feeds.setdefault(feed.name, reason)
        return [outcome._replace(status=2, error=reason) for outcome in outcomes]

    def _post(self, feed: Feed, part: _Part) -> _Sent:
        calls = self.destination.calls(feed, part.batch)
        if len(calls) > 1:
            return _Sent([], [_Part(call.batch) for call in calls], 0)
        (call,) = calls
        part = part._replace(batch=call.batch)  # the items in the order in which an answer counts them
        count = len(call.batch)
        if count > 1 and len(call.body) > self.settings.max_body:  # items may be larger there than they are here
            return _Sent([], [_Part(half) for half in batches.halves(part.batch)], 0)
        if call.verdict is not None:
            return self._follow_unsent(feed, part, call.verdict)
        request_id = request_id_of(self.settings.url + call.path, call.body)
        if self.before_request:
            self.before_request(feed, call.batch)
        try:
            response = self.destination.send(call, request_id)
        except ServiceError as error:
            self.sent(feed.name, count, 0, request_id, call.body)
            return self._no_answer(part.batch, str(error), 0, request_id)
        self.sent(feed.name, count, response.status, request_id, call.body)
        try:
            verdict = self.destination.judge(call, response)
        except Exception as error:  # whatever it is: the answer cannot be read, and that is on record
            verdict = Verdict(stopped=f"{self.settings.url}: an unreadable answer ({type(error).__name__})")
        return self._follow(feed, part, verdict, response.status, request_id)

    def _no_answer(self, batch: Batch, error: str, code: int, request_id: str, wait: float | None = None) -> _Sent:
        self.state.stop(error, wait)
        return _Sent([Outcome(item, 2, error, code, request_id) for item in batch])

    def _follow(self, feed: Feed, part: _Part, verdict: Verdict, code: int, request_id: str) -> _Sent:
        """What becomes of the items (design.md 5)."""
        batch = part.batch
        if verdict.stopped:
            if verdict.wait is not None and self._has_waited(verdict.wait):
                return _Sent([], [part], 0)
            return self._no_answer(batch, verdict.stopped, code, request_id, verdict.wait)
        if verdict.feed_stopped:
            self.stopped_feeds.setdefault(feed.name, verdict.feed_stopped)
            return _Sent([Outcome(item, 2, verdict.feed_stopped, code, request_id) for item in batch])
        self.state.record_answer()
        if verdict.is_too_large:
            return self._too_large(batch, request_id)
        if verdict.is_unclear and len(batch) > 1:
            return _Sent([], [_Part(half) for half in batches.halves(batch)])
        if verdict.is_unclear:
            return _Sent([Outcome(batch[0], 400, verdict.message, code, request_id, was_alone=True)])
        return self._follow_list(feed, part, verdict, code, request_id)

    def _follow_unsent(self, feed: Feed, part: _Part, verdict: Verdict) -> _Sent:
        """What becomes of items that are not sent at all; it says nothing of the service."""
        if verdict.is_put_off:
            return _Sent([], requests=0)
        if verdict.feed_stopped:
            self.stopped_feeds.setdefault(feed.name, verdict.feed_stopped)
            return _Sent([Outcome(item, 2, verdict.feed_stopped, 0, "") for item in part.batch], requests=0)
        return self._follow_list(feed, part, verdict, 0, "")._replace(requests=0)

    def _follow_list(self, feed: Feed, part: _Part, verdict: Verdict, code: int, request_id: str) -> _Sent:
        """What becomes of the items that a verdict names, and of the others."""
        bad = [Outcome(part.batch[index], 400, reason, 400, request_id) for index, reason in verdict.refused.items()]
        bad += [Outcome(part.batch[index], 2, reason, code, request_id) for index, reason in verdict.failed.items()]
        listed = verdict.refused.keys() | verdict.failed.keys()
        good = [item for index, item in enumerate(part.batch) if index not in listed]
        if bad and not verdict.is_rest_taken:
            # A service that names one item at a time, the first: halves find the others in fewer requests.
            rest = batches.halves(good) if part.was_named and len(bad) == 1 else [good]
            return _Sent(bad, [_Part(each, True) for each in rest if each])
        if good:
            with self._guard:
                self.accepted.add(feed.name)
        return _Sent([*bad, *(Outcome(item, 200, "", code, request_id) for item in good)])

    def _too_large(self, batch: Batch, request_id: str) -> _Sent:
        if len(batch) == 1:
            error = f"too large for the service: {batches.size_of(batch)} bytes"
            return _Sent([Outcome(batch[0], 400, error, 413, request_id)])
        parts = batches.halves(batch)
        # What is remembered lets both halves through, however uneven they are.
        self.state.limit(max(*map(batches.size_of, parts), 1024))
        return _Sent([], [_Part(half) for half in parts])

    def _has_waited(self, seconds: float) -> bool:
        """Wait as the service asks, if it is for a moment and the job's time suffices."""
        with self._guard:
            if seconds > LONGEST_WAIT or not self._waits or time.monotonic() + seconds >= self.deadline:
                return False
            self._waits -= 1
        self.pause(seconds)
        return True
