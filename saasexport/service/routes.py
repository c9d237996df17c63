"""Which path means what, and what is done and answered there.

Nothing here knows of sockets: a request and its body go in, an answer comes
out.  Everything that can be refused without the body is refused before it is
read.

What can be read:

    /feeds                        [{"feed", "environment", "live", "deleted", "lastReceived"}, ...]
    /feeds/<feed>/<environment>   {"items": [...], "next": KEY}
    /feeds/<feed>/<environment>/item?<identity field>=<value>&...   the item itself
    /feeds/<feed>/<environment>/digests   what an exporter compares: see digests.py

A page begins after the key in `after`, or at the first item, and has at most
`limit` items (100; up to 1000), fewer where they are large.  A key is the JSON
list of an item's identity values, and keys are in the order of their bytes; to
go on, pass `next` as `after`, until it is null.  Deleted items come along with
`deleted=1` only.  One item is answered as it was sent, a deleted one as its
tombstone; 404 means that it was never received.
"""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

from saasexport import __version__
from saasexport.errors import ConfigError
from saasexport.service import digests
from saasexport.service.batch import inflate, rows_of
from saasexport.service.reading import json_bytes, limit_of, parameters
from saasexport.service.store import Store, StoreError, StoreFull
from saasexport.service.storefront.endpoint import Storefront
from saasexport.service.storefront.paths import Asked
from saasexport.service.validation import Validator, identity_text
from saasexport.shapes.words import FeedShape
from saasexport.web.budget import Taking
from saasexport.web.wire import JSON, Answer, Refusal, Request

PLACEHOLDER = "{environment_id}"

# How long a sender is asked to wait when the database cannot store: a full
# disk takes a person, but a locked database only a moment.
RETRY_SECONDS = 10


# The paths that a feed is received on, and the feed.
OwnRoute: TypeAlias = tuple[re.Pattern[str], str]


@dataclass(frozen=True)
class Target:
    """What a path means: about, feeds, items, item or digests to read, or a batch to receive."""

    what: str
    feed: str = ""
    environment: str = ""


class Routes:
    """Where batches may be sent to, and what may be read."""

    def __init__(
        self,
        store: Store,
        api_key: bytes,
        max_body: int,
        own: list[OwnRoute],
        shapes: dict[str, FeedShape],
        storefront: Storefront,
    ) -> None:
        self._store = store
        self._storefront = storefront
        self._api_key = api_key
        self._max_body = max_body
        self._own = own
        self._shapes = shapes
        self._validators: dict[str, Validator] = {}  # compiled when they are first needed
        self._moved = {feed for _, feed in own}
        # Work on one batch at a time: threads that compute would only take the interpreter
        # from each other, and SQLite, which lets go of it at every row, would wait for it each time.
        # It is the same thread each time, since every thread keeps memory that it had.
        self._batches = ThreadPoolExecutor(1, "batches")
        # One answer is built at a time: it counts only once its size is known.
        self._reads = ThreadPoolExecutor(1, "reads")

    def admit(self, request: Request) -> Target | Asked:
        """The target of a request, or the refusal of one that its head already rules out."""
        if chosen := self._storefront.admit(request):
            return chosen
        unread = request.length > 0
        if not request.has_key(self._api_key):
            raise Refusal(401, "the X-Api-Key is missing or wrong", closes=unread)
        try:
            if request.method == "POST":
                return self._admit_post(request)
            if request.length:
                raise Refusal(400, f"a {request.method} has no body here")
            return self._admit_get(request)
        except Refusal as refusal:
            refusal.closes = unread
            raise

    def _admit_post(self, request: Request) -> Target:
        target = self._post_target(request.path)
        kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
        if kind.strip() != JSON or parameters.replace('"', "").strip() not in ("", "charset=utf-8"):
            raise Refusal(415, f"the Content-Type has to be {JSON}", headers=(("Accept", JSON),))
        if request.headers.get("content-encoding", "identity").lower() not in ("gzip", "identity"):
            raise Refusal(415, "the Content-Encoding has to be gzip or none", headers=(("Accept-Encoding", "gzip"),))
        if request.length > self._max_body:
            raise Refusal(413, f"the body has more than {self._max_body} bytes")
        return target

    def _post_target(self, path: str) -> Target:
        for pattern, feed in self._own:
            match = pattern.fullmatch(path)
            if match:
                return Target("batch", feed, _environment(match[1]))
        target = self._readable(path)
        if target is None:
            raise Refusal(404, f"no feed is received at {path[:200]}")
        if target.what != "items" or target.feed in self._moved:
            raise Refusal(405, f"{path[:200]} is only read", headers=(("Allow", "GET, HEAD"),))
        return Target("batch", target.feed, target.environment)

    def _admit_get(self, request: Request) -> Target:
        target = self._readable(request.path)
        own = any(pattern.fullmatch(request.path) for pattern, _ in self._own)
        if target is None and not own:
            raise Refusal(404, f"nothing is at {request.path[:200]}")
        if target is None or request.method not in ("GET", "HEAD"):
            allowed = "POST" if target is None else "GET, HEAD"
            if target is not None and target.what == "items" and target.feed not in self._moved:
                allowed += ", POST"
            raise Refusal(405, f"{request.method} is not for {request.path[:200]}", headers=(("Allow", allowed),))
        return target

    def _readable(self, path: str) -> Target | None:
        match path.split("/"):
            case ["", ""]:
                return Target("about")
            case ["", "feeds"] | ["", "feeds", ""]:
                return Target("feeds")
            case ["", "feeds", feed, environment] if feed in self._shapes:
                return Target("items", feed, _environment(environment))
            case ["", "feeds", feed, environment, "item" | "digests" as what] if feed in self._shapes:
                return Target(what, feed, _environment(environment))
        return None

    def answer(self, target: Target | Asked, request: Request, body: bytes, taking: Taking) -> Answer:
        """Do what was asked."""
        if isinstance(target, Asked):
            answer = self._storefront.answer(target, request, body)
            taking(len(answer.body))
            return answer
        worker = self._batches if target.what == "batch" else self._reads
        return worker.submit(self._at_work, target, request, body, taking).result()

    def _at_work(self, target: Target, request: Request, body: bytes, taking: Taking) -> Answer:
        try:
            if target.what == "batch":
                return self._receive(target, request, body, taking)
            answer = self._read(target, request.query)
            taking(len(answer.body))
            return answer
        except Refusal as refusal:
            # What it was raised from holds the batch in memory, while the next one is at work.
            refusal.__cause__ = refusal.__context__ = None
            raise refusal.with_traceback(None)  # noqa: B904  # for that reason
        except StoreFull as error:
            raise Refusal(507, f"nothing was stored: {error}") from error
        except StoreError as error:
            raise Refusal(
                503,
                f"the database cannot do it now, nothing was stored: {error}",
                headers=(("Retry-After", str(RETRY_SECONDS)),),
            ) from error

    def refuse(self, refusal: Refusal) -> Answer:
        """What the sender gets to read."""
        content: dict[str, object] = {"status": "FAILED", "message": str(refusal)}
        if refusal.errors is not None:
            content["errors"] = refusal.errors
        return Answer(refusal.status, json_bytes(content), refusal.headers)

    def _receive(self, target: Target, request: Request, body: bytes, taking: Taking) -> Answer:
        is_gzip = request.headers.get("content-encoding", "").lower() == "gzip"
        rows = rows_of(inflate(body, self._max_body, taking) if is_gzip else body, self._validator(target.feed))
        if rows:
            self._store.save(target.environment, target.feed, rows, request.request_id)
            self._storefront.take_note()
        return Answer(200, json_bytes({"status": "ACCEPTED", "acceptedCount": len(rows)}))

    def _validator(self, feed: str) -> Validator:
        if feed not in self._validators:
            self._validators[feed] = Validator(self._shapes[feed])
        return self._validators[feed]

    def _read(self, target: Target, query: str) -> Answer:
        match target.what:
            case "feeds":
                return self._counts()
            case "items":
                return self._items(target, query)
            case "item":
                return self._item(target, query)
            case "digests":
                shape, chosen = self._shapes[target.feed], parameters(query, digests.PARAMETERS)
                return digests.answer(self._store, shape, target.environment, chosen)
        return _about(self._shapes)

    def _counts(self) -> Answer:
        return Answer(
            200,
            json_bytes(
                [
                    {
                        "feed": count.feed,
                        "environment": count.environment,
                        "live": count.live,
                        "deleted": count.deleted,
                        "lastReceived": count.last_received,
                    }
                    for count in self._store.counts()
                ]
            ),
        )

    def _items(self, target: Target, query: str) -> Answer:
        chosen = parameters(query, ("after", "limit", "deleted"))
        limit = limit_of(chosen)
        deleted = chosen.get("deleted", "0")
        if deleted not in ("0", "1"):
            raise Refusal(400, "deleted: expected 0 or 1")
        items, following = self._store.page(
            target.environment, target.feed, chosen.get("after", ""), limit, deleted == "1"
        )
        # The items are JSON already, exactly as they were sent.
        text = f'{{"items":[{",".join(items)}],"next":'.encode()
        return Answer(200, text + json_bytes(following) + b"}")

    def _item(self, target: Target, query: str) -> Answer:
        names = self._shapes[target.feed].identity
        chosen = parameters(query, names)
        missing = [name for name in names if name not in chosen]
        if missing:
            raise Refusal(400, f"the identity of {target.feed} needs {', '.join(missing)}")
        item = self._store.one(target.environment, target.feed, identity_text([chosen[name] for name in names]))
        if item is None:
            raise Refusal(404, "no such item was ever received")
        return Answer(200, item.encode())


def _about(feeds: Iterable[str]) -> Answer:
    return Answer(
        200,
        json_bytes(
            {
                "service": "saasexport embedded Commerce Service",
                "version": __version__,
                "feeds": sorted(feeds),
                "read": [
                    "/feeds",
                    "/feeds/<feed>/<environment>?after=KEY&limit=N&deleted=1",
                    "/feeds/<feed>/<environment>/item?<identity field>=...",
                    "/feeds/<feed>/<environment>/digests?range=ab&after=KEY&limit=N",
                ],
            }
        ),
    )


def own_route(feed: str, path: str, feeds: Iterable[str]) -> OwnRoute:
    """What one `--route` asks for."""
    if feed not in feeds:
        raise ConfigError(f"--route {feed}={path}: no such feed", f"the feeds are {', '.join(sorted(feeds))}")
    before, placeholder, after = path.partition(PLACEHOLDER)
    if not placeholder or not before.startswith("/") or not re.fullmatch(r"[\x21-\x7e]*", before + after):
        raise ConfigError(f"--route {feed}={path}: the path has to begin with / and to hold {PLACEHOLDER}")
    return re.compile(f"{re.escape(before)}([^/]+){re.escape(after)}"), feed


def _environment(segment: str) -> str:
    name = unquote(segment)
    if not re.fullmatch("[A-Za-z0-9._~-]{1,100}", name):
        raise Refusal(404, "an environment id has letters, digits and . _ ~ - only")
    return name
