"""Adobe Commerce Optimizer: its public ingestion API, whose items are not the feeds' (docs/optimizer.md).

A resource has two paths, one that creates or replaces and one that deletes; an answer has the shape of the Commerce
Service's.  Its items carry no time: what is processed last stays, so that one request is under way at a time.
"""

import hashlib
import json
import os
from collections.abc import Callable
from functools import partial

from saasexport.database.feed_table import Pending
from saasexport.database.hashing import encode
from saasexport.delivery import answers
from saasexport.delivery.destinations import Call, Check, Traits, Verdict, judge_failure
from saasexport.delivery.destinations.optimizer.cascades import FEEDS_BELOW, find_affected
from saasexport.delivery.destinations.optimizer.claims import NAMINGS, Claims
from saasexport.delivery.destinations.optimizer.quota import Quota, describe_limits
from saasexport.delivery.destinations.optimizer.resources import RESOURCES, Sorted, sort
from saasexport.delivery.destinations.optimizer.token import Token
from saasexport.delivery.http_connection import Connection, Response
from saasexport.delivery.transport import Settings, Transport, wait_for_slot
from saasexport.feed import Feed
from saasexport.stdlib import UTC, Any, datetime

# How it says that a request has too many items.
TOO_MANY = "items_limit_exceeded"

HINT = "check the tenant, and that the client has the scope commerce.aco.ingestion"


TRAITS = Traits(
    feeds=frozenset(RESOURCES),
    feeds_below=FEEDS_BELOW,
    find_affected=find_affected,
    has_times=False,
    wants_variant_ids=True,
    requests_per_second=2,  # as Adobe's own connector
    describe_limits=describe_limits,
)


class Optimizer:
    """A tenant of the Optimizer."""

    def __init__(self, settings: Settings, transport: Transport, _route: Callable[[Feed], str]) -> None:
        self.settings = settings
        self.transport = transport
        self.base = f"/{settings.environment_id}"
        options = settings.options
        connection = Connection(options["token_url"], settings.timeout, settings.ca_file)
        kept = os.path.join(options["folder"], "ims_token")
        self.token = Token(options["client_id"], options["client_secret"], kept, connection)
        self.quota = Quota(os.path.join(options["folder"], "quota"), options["items_per_day"])
        self.per_minute = options["items_per_minute"]
        table = options.get("table")
        self._claims = {
            name: Claims(naming, partial(table, name) if table else None) for name, naming in NAMINGS.items()
        }
        self._new_books: set[str] = set()  # accepted by this job; prices that come too early are dropped without a word
        self._most: dict[str, int] = {}  # path -> items of a request, where it said that they were too many
        self._cut_down: set[str] = set()  # feeds of which a deletion may have taken what is below it, too, in this job

    def calls(self, feed: Feed, batch: list[Pending]) -> list[Call]:
        """Deletions first, as one of a category takes what is below it; no call is larger than it may be."""
        resource = RESOURCES[feed.name]
        parts = sort(resource, batch, self.settings.options.get("locales") or {})
        if claims := self._claims.get(feed.name):
            parts = _without_claimed(parts, claims)
        if parts.deleted and feed.name in FEEDS_BELOW:
            self._cut_down.add(feed.name)
        calls = []
        if parts.refused:
            reasons = {place: f"Optimizer: {reason}" for place, (_, reason) in enumerate(parts.refused)}
            calls.append(Call([pending for pending, _ in parts.refused], "", b"", verdict=Verdict(reasons, True)))
        deleted = sorted(parts.deleted, key=lambda pair: -resource.depth(pair[1]))
        alive = sorted(self._leave_out_equal(feed, parts), key=lambda pair: resource.depth(pair[1]))
        if parts.left_out:
            calls.append(Call(parts.left_out, "", b"", verdict=Verdict()))
        if parts.put_off:
            calls.append(Call(parts.put_off, "", b"", verdict=Verdict(is_put_off=True)))
        for path, pairs in ((f"{resource.path}/delete", deleted), (resource.path, alive)):
            most = self._most.get(path, resource.most)
            for start in range(0, len(pairs), most):
                some = pairs[start : start + most]
                more = [companion for _, made in some if (companion := resource.companion(made))]
                body = f"[{','.join(encode(made) for made in (*(made for _, made in some), *more))}]".encode()
                verdict = self._stop_of(feed, path, some)
                calls.append(Call([pending for pending, _ in some], path, body, parts=more, verdict=verdict))
        return calls

    def _leave_out_equal(self, feed: Feed, parts: Sorted) -> list[tuple[Pending, dict[str, Any]]]:
        """What is to be sent of a batch, with its hashes: an item that stands there as it is would cost quota only."""
        alive = []
        for pending, made in parts.alive:
            if feed.name == "prices" and made["priceBookId"] in self._new_books:
                parts.put_off.append(pending)
                continue
            translation = hashlib.sha1(encode(made).encode("utf-8", "surrogatepass")).hexdigest()
            if translation == pending.held and feed.name not in self._cut_down:
                parts.left_out.append(pending)
            else:
                alive.append((pending._replace(translation=translation), made))
        return alive

    def _stop_of(self, feed: Feed, path: str, pairs: list[Any]) -> Verdict | None:
        """The end of what may be sent in a day; None while there is room."""
        if path != RESOURCES["products"].path or self.quota.has_room(len(pairs), _today()):
            return None
        reason = f"{self.quota.most} products were sent today, [service] items_per_day; it goes on at midnight, UTC"
        return Verdict(feed_stopped=f"{self.settings.url}: {feed.name}: {reason}")

    def send(self, call: Call, request_id: str, /) -> Response:
        """Send the items; a token that is refused is renewed once."""
        token = self.token.value()  # without one nothing is sent, and nothing counts
        if call.path == RESOURCES["products"].path:
            self.quota.use(len(call.batch), _today())
            wait_for_slot(self.settings.rate_limit_file + ".products", self.per_minute / 60 / len(call.batch))
        return self._post_with_token(call.path, call.body, token, request_id)

    def _post_with_token(self, path: str, body: bytes, token: str, request_id: str) -> Response:
        response = self._post(path, body, token, request_id)
        if response.status == 401:
            self.token.drop(token)
            response = self._post(path, body, self.token.value(), request_id)
        return response

    def _post(self, path: str, body: bytes, token: str, request_id: str) -> Response:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return self.transport.request("POST", self.base + path, headers | {"X-Request-Id": request_id}, body)

    def judge(self, call: Call, response: Response) -> Verdict:
        """What an answer means; the value of an error may be a customer's text, and is not kept."""
        url, answer = self.settings.url, answers.read(response)
        count, message = len(call.batch) + len(call.parts), answers.message_of(answer)
        if response.status == 200:
            is_deletion = call.path.endswith("/delete")
            if answers.is_accepted(answer, count) or (is_deletion and _is_some_of(answer, count)):
                if call.path == RESOURCES["priceBooks"].path:
                    books = zip(call.batch, json.loads(call.body), strict=True)
                    self._new_books |= {book["priceBookId"] for pending, book in books if not pending.held}
                return Verdict()
            return Verdict(stopped=f"{url}: a 200 that does not say ACCEPTED {count}")
        if response.status == 400:
            errors = answers.list_errors(answer, count)
            listed = {place: f"Optimizer: {reason}" for place, reason in errors.items() if place < len(call.batch)}
            if not listed and TOO_MANY in message:
                self._most[call.path] = max(len(call.batch) // 2, 1)
            unclear = Verdict(is_unclear=True, message=f"Optimizer: {message or 'the item is refused'}")
            return Verdict(listed) if listed else unclear
        if response.status == 404:
            return Verdict(stopped=f"{url}: answered 404; check [service] url and environment_id, the tenant")
        return judge_failure(url, call.path, response, message, HINT)

    def check(self) -> list[Check]:
        """Asks for a token, and has the tenant refuse or take a list of no products."""
        response = self._post_with_token(RESOURCES["products"].path, b"[]", self.token.value(), "doctor")
        place = f"{self.settings.url}: tenant {self.settings.environment_id}"
        if response.status in (200, 400):
            limits = f"{self.per_minute} products a minute, {self.quota.most} a day"
            left = self.quota.remaining(_today())
            return [Check(True, f"{place}: takes our token; limits: {limits}, {left} of today's are left")]
        if response.status == 404:
            return [Check(False, f"{place}: answered 404", "see [service] url with its region, and environment_id")]
        return [Check(False, f"{place}: answered {response.status}", HINT)]

    def close(self) -> None:
        """Close the connection to Adobe's login."""
        self.token.close()


def _without_claimed(parts: Sorted, claims: Claims) -> Sorted:
    """The parts without what would replace or delete another item with the same name there."""
    others = claims.release(pending for pending, _ in parts.deleted)
    reasons = claims.claim(pending for pending, _ in parts.alive)
    refused = [(pending, reasons[pending.row_id]) for pending, _ in parts.alive if pending.row_id in reasons]
    return parts._replace(
        deleted=[pair for pair in parts.deleted if pair[0].row_id not in others],
        alive=[pair for pair in parts.alive if pair[0].row_id not in reasons],
        refused=[*parts.refused, *refused],
        left_out=[*parts.left_out, *(pending for pending, _ in parts.deleted if pending.row_id in others)],
    )


def _is_some_of(answer: Any, count: int) -> bool:
    """Whether a deletion was taken: it may count what was there only."""
    accepted = answer.get("acceptedCount") if isinstance(answer, dict) else None
    return type(accepted) is int and 0 <= accepted <= count and answer.get("status") == "ACCEPTED"


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


connect = Optimizer
