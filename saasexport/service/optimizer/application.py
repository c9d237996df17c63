"""The API over HTTP: the gate in Adobe's order, and the state for those who try an exporter.

    POST /ims/token/v3                  a token for a client
    POST /<tenant>/v1/catalog/...       create or replace; .../delete deletes
    GET  /_state/<resource>             {"items": [...], "next": KEY}, in the order of their identity
    GET  /_state/dropped                {"items": [...]}: prices of books that were not there
    GET  /_state/visible?book=<id>      what a storefront may show, with prices of that book

All items of a resource are given, or at most `limit` of them; to go on, pass `next` as `after`, until it is null.  A
key is the JSON list of an item's identity values.
"""

import hmac
import json
import secrets
import threading
import time
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from saasexport.service.batch import inflate
from saasexport.service.optimizer.business import broken_rules
from saasexport.service.optimizer.checking import Fault
from saasexport.service.optimizer.tenant import RESOURCES, Key, Tenant, faults
from saasexport.service.reading import limit_of, parameters
from saasexport.web.budget import Taking
from saasexport.web.wire import JSON, Answer, Refusal, Request

# What a client must have asked for.
SCOPE = "commerce.aco.ingestion"

TOKEN_PATH = "/ims/token/v3"  # noqa: S105  # a path
FORM = "application/x-www-form-urlencoded"

MOST_REQUESTS = 300  # a minute

BAD_TOKEN = {
    "title": "ErrInvalidOauthToken",
    "status": "401",
    "error_code": "401013",
    "message": "Oauth token is not valid",
}
NO_TOKEN = {
    "title": "ErrMissingOauthToken",
    "status": "403",
    "error_code": "403010",
    "message": "Oauth token is missing",
}


class Target(NamedTuple):
    """What a request is about."""

    what: str  # token, put, patch, delete or state
    resource: str = ""


class Client(NamedTuple):
    """Who may have tokens."""

    id: str
    secret: str


class Optimizer:
    """A tenant as an HTTP server serves it."""

    def __init__(
        self,
        tenant: str,
        client: Client,
        token_seconds: int = 86_399,
        max_body: int = 16_777_216,
        delay: float = 0,
        is_strict: bool = False,
        state_file: str = "",
        products_per_minute: int = 0,
    ) -> None:
        self.name = tenant
        self.client = client
        self.token_seconds = token_seconds
        self.max_body = max_body
        self.is_strict = is_strict  # rules that Adobe describes in words only
        self.tenant = Tenant(delay=lambda: delay, file=state_file)
        self.most_requests = MOST_REQUESTS
        self.most_products = products_per_minute  # 0: as many as come
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[float, bool]] = {}  # token -> its end, and whether it has the scope
        self._requests: deque[float] = deque()
        self._products: deque[float] = deque()
        base = f"/{tenant}"
        self._targets = {f"{base}{resource.path}": Target("put", name) for name, resource in RESOURCES.items()}
        self._targets |= {
            f"{base}{resource.path}/delete": Target("delete", name) for name, resource in RESOURCES.items()
        }

    def admit(self, request: Request) -> Target:
        """The target of a request, or the refusal of one that its head already rules out."""
        closes = request.length > 0
        if request.path == TOKEN_PATH and request.method == "POST":
            return Target("token")
        if request.path.startswith("/_state/") and request.method == "GET":
            return Target("state", request.path.removeprefix("/_state/"))
        target = self._targets.get(request.path)
        if target is None:
            raise Refusal(404, "no such tenant or path", closes=closes)
        if request.method == "PATCH" and target.what == "put" and target.resource != "layers":
            target = Target("patch", target.resource)
        elif request.method != "POST":
            raise Refusal(405, "only POST is known here, and PATCH of items that are no layers", closes=closes)
        self._authorise(request, closes)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        coding = request.headers.get("content-encoding", "identity").lower()
        if kind != JSON or coding not in ("identity", "gzip"):
            raise Refusal(415, f"expected {JSON}, compressed by gzip or not at all", closes=closes)
        if request.length > self.max_body:
            raise Refusal(413, f"more than {self.max_body} bytes", closes=closes)
        return target

    def _authorise(self, request: Request, closes: bool) -> None:
        given = request.headers.get("authorization", "")
        if not given:
            raise Refusal(403, json.dumps(NO_TOKEN), closes=closes)
        kind, _, token = given.partition(" ")
        with self._lock:
            end, has_scope = self._tokens.get(token, (0.0, False))
            if kind != "Bearer" or time.time() >= end:
                raise Refusal(401, json.dumps(BAD_TOKEN), closes=closes)
            if not has_scope:
                raise Refusal(403, json.dumps(NO_TOKEN), closes=closes)
            _take(self._requests, 1, self.most_requests, closes)

    def answer(self, target: Target, request: Request, body: bytes, taking: Taking) -> Answer:
        """Do what was asked."""
        if target.what == "token":
            return self._token(request, body)
        if target.what == "state":
            return self._state(target.resource, request.query)
        if request.headers.get("content-encoding", "").lower() == "gzip":
            body = bytes(inflate(body, self.max_body, taking))
        return self._items(target, body)

    def refuse(self, refusal: Refusal) -> Answer:
        """A refusal in the format of this API: HTML where there are too many requests."""
        if refusal.status == 429:
            page = b"<html><body>Too many requests</body></html>"
            return Answer(429, page, refusal.headers, "text/html;charset=UTF-8")
        text = str(refusal)
        content = text if text.startswith("{") else json.dumps({"status": "FAILED", "message": text})
        return Answer(refusal.status, content.encode(), refusal.headers)

    def expire_tokens(self) -> None:
        """End every token that was given."""
        with self._lock:
            self._tokens.clear()

    def _token(self, request: Request, body: bytes) -> Answer:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return _json(400, {"error": "invalid_request"})
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") != "client_credentials":
            return _json(400, {"error": "unsupported_grant_type"})
        is_known = hmac.compare_digest(form.get("client_id", "").encode(), self.client.id.encode())
        is_secret = hmac.compare_digest(form.get("client_secret", "").encode(), self.client.secret.encode())
        if not (is_known and is_secret):
            return _json(401, {"error": "invalid_client", "error_description": "client id or secret is wrong"})
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = (time.time() + self.token_seconds, SCOPE in form.get("scope", "").split(","))
        return _json(200, {"access_token": token, "token_type": "bearer", "expires_in": self.token_seconds})

    def _state(self, name: str, query: str) -> Answer:
        with self.tenant.lock:
            self.tenant.take_effect()
            if name == "dropped":
                return _json(200, {"items": self.tenant.dropped})
            if name == "visible":
                return _json(200, {"items": self.tenant.visible(parse_qs(query).get("book", ["main"])[0])})
            if name not in RESOURCES:
                return _json(404, {"message": f"there is no {name}"})
            return _json(200, self._page(name, parameters(query, ("after", "limit"))))

    def _page(self, name: str, chosen: dict[str, str]) -> dict[str, Any]:
        """The items of a resource behind a key; all of them, if no limit is given."""
        items = self.tenant.items[name]
        after = _key(chosen.get("after", ""), len(RESOURCES[name].identity))
        keys = sorted(key for key in items if after is None or key > after)
        limit = limit_of(chosen) if "limit" in chosen else len(keys)
        following = json.dumps(keys[limit - 1], ensure_ascii=False) if len(keys) > limit else None
        return {"items": [items[key] for key in keys[:limit]], "next": following}

    def _items(self, target: Target, body: bytes) -> Answer:
        try:
            items = json.loads(body)
        except (ValueError, RecursionError):
            items = None
        if not isinstance(items, list):
            return _json(400, {"status": "FAILED", "message": "the body has to be a JSON array"})
        resource = RESOURCES[target.resource]
        if len(items) > resource.most:
            return _json(400, {"status": "FAILED", "message": "items_limit_exceeded"})
        errors: list[dict[str, Any]] = [
            {"itemIndex": index, **fault._asdict()}
            for index, item in enumerate(items)
            for fault in self._faults(target, item)
        ]
        if errors:
            number = len({error["itemIndex"] for error in errors})
            message = f"Items validation failed for {number} items"
            return _json(400, {"status": "FAILED", "message": message, "errors": errors})
        if target.resource == "products" and target.what != "delete" and self.most_products:
            with self._lock:
                _take(self._products, len(items), self.most_products)
        self.tenant.accept(target.what, target.resource, items)
        return _json(200, {"status": "ACCEPTED", "acceptedCount": len(items)})

    def _faults(self, target: Target, item: Any) -> list[Fault]:
        wrong = faults(RESOURCES[target.resource], item, target.what == "delete", target.what == "patch")
        if wrong or not self.is_strict or target.what != "put":
            return wrong
        with self.tenant.lock:
            return list(broken_rules(self.tenant, target.resource, item))


def _take(taken: deque[float], number: int, most: int, closes: bool = False) -> None:
    """Take so many of what there is in a minute, or refuse and say how long to wait."""
    now = time.monotonic()
    while taken and taken[0] <= now - 60:
        taken.popleft()
    if len(taken) + number > most:
        wait = int(taken[0] + 60 - now) + 1 if taken else 60
        raise Refusal(429, "", headers=(("Retry-After", str(wait)),), closes=closes)
    taken.extend([now] * number)


def _key(text: str, parts: int) -> Key | None:
    """The key that a page begins behind; None for the first page."""
    if not text:
        return None
    try:
        key = json.loads(text)
    except (ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise Refusal(400, "after: expected a key, as next gives it")
    return tuple(key)


def _json(status: int, content: Any) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace"))
