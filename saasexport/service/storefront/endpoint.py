"""The connected services as the routes see them: who may ask, from which page, and what is answered.

What answers is loaded with the first question: most services only receive.
"""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from saasexport.service.store import Store
from saasexport.service.storefront.paths import GRAPHQL, PREFLIGHT, Asked, asked_of
from saasexport.web.wire import Answer, Headers, Refusal, Request

if TYPE_CHECKING:
    from saasexport.service.connected import Connected
    from saasexport.service.settings import Settings

# A question, not a batch of items.
LONGEST_BODY = 262_144


class Storefront:
    """The paths of the connected services."""

    def __init__(
        self, store: Store, settings: "Settings | None" = None, key: bytes = b"", origins: Iterable[str] = ()
    ) -> None:
        self._store = store
        self._settings = settings
        self._connected: Connected | None = None
        self._starting = threading.Lock()
        self._key = key
        self._origins = {origin.rstrip("/") for origin in origins}

    def admit(self, request: Request) -> Asked | None:
        """What a request is about; None if it is none of ours."""
        target = asked_of(request.path)
        if target is None:
            return None
        unread = request.length > 0
        if request.method == "OPTIONS":
            return Asked(PREFLIGHT)
        if not request.has_key(self._key):
            raise Refusal(401, "the X-Api-Key is missing or wrong", headers=self._cors(request), closes=unread)
        allowed = ("GET", "HEAD", "POST") if target.what == GRAPHQL else ("GET", "HEAD")
        if request.method not in allowed:
            allow = ("Allow", ", ".join((*allowed, "OPTIONS")))
            raise Refusal(405, f"{request.method} is not for {request.path[:200]}", headers=(allow,), closes=unread)
        if request.length > (LONGEST_BODY if request.method == "POST" else 0):
            raise Refusal(413, f"the body has more than {LONGEST_BODY} bytes", closes=True)
        return target

    def answer(self, target: Asked, request: Request, body: bytes) -> Answer:
        """Do what was asked."""
        if target.what == PREFLIGHT:
            return Answer(204, b"", (*self._cors(request), *_PREFLIGHT, *_echo(request)))
        from saasexport.service.storefront import responses  # late: a service that only receives has no use for it

        try:
            answer = responses.respond(self.connect(), target, request, body)
        except Refusal as refusal:
            refusal.headers = (*refusal.headers, *self._cors(request))
            raise
        return Answer(answer.status, answer.body, (*answer.headers, *self._cors(request)), answer.kind)

    def connect(self) -> "Connected":
        """The state of the connected services, which begins with the first question."""
        from saasexport.service.connected import Connected
        from saasexport.service.settings import DEFAULT

        with self._starting:
            if self._connected is None:
                self._connected = Connected(self._store, self._settings or DEFAULT)
            return self._connected

    def take_note(self) -> None:
        """Something was received."""
        if self._connected:
            self._connected.wake()

    def stop(self) -> None:
        """End what has begun."""
        if self._connected:
            self._connected.stop()

    def _cors(self, request: Request) -> Headers:
        if not self._origins:
            return (("Access-Control-Allow-Origin", "*"),)
        origin = request.headers.get("origin", "").rstrip("/")
        vary = ("Vary", "Origin")
        return (("Access-Control-Allow-Origin", origin), vary) if origin in self._origins else (vary,)


_PREFLIGHT: Headers = (("Access-Control-Allow-Methods", "GET, POST, OPTIONS"), ("Access-Control-Max-Age", "86400"))


def _echo(request: Request) -> Headers:
    wanted = request.headers.get("access-control-request-headers", "")
    return (("Access-Control-Allow-Headers", wanted),) if wanted else ()
