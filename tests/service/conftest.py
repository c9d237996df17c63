"""The service beside a test, on a free port, and what it takes to talk to it."""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from saasexport.service.server import CommerceService


class Reply(NamedTuple):
    """An answer as its reader sees it."""

    status: int
    headers: dict[str, str]
    content: Any


class Caller:
    """Sends requests to one service, each on a connection of its own."""

    def __init__(self, service: CommerceService) -> None:
        self.service = service
        self.port = service.port

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request; the content of the answer is parsed, and is None when there is none."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
            return Reply(
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                json.loads(content) if content else None,
            )
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        """GET a path."""
        return self.ask("GET", path)

    def post(
        self, feed: str, items: object, environment: str = "testing", headers: dict[str, str] | None = None
    ) -> Reply:
        """POST items as an exporter does."""
        body = gzip.compress(json.dumps(items).encode())
        return self.ask(
            "POST",
            f"/feeds/{feed}/{environment}",
            body,
            {"Content-Type": "application/json", "Content-Encoding": "gzip", **(headers or {})},
        )

    def post_bytes(self, body: bytes, **headers: str) -> Reply:
        """POST bytes to the prices feed."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/feeds/prices/testing", body, {"Content-Type": "application/json", **given})

    def connect(self) -> socket.socket:
        """A connection on which anything can be sent."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def raw(self, request: bytes) -> bytes:
        """Send bytes, and read until the service closes the connection."""
        with self.connect() as connection:
            connection.sendall(request)
            return everything(connection)

    def held(self, feed: str, environment: str = "testing") -> list[Any]:
        """All items the service holds, deleted ones included."""
        return list(self.get(f"/feeds/{feed}/{environment}?limit=1000&deleted=1").content["items"])


def everything(connection: socket.socket) -> bytes:
    """All that comes until the peer closes."""
    pieces = []
    while piece := connection.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def until(condition: Callable[[], bool]) -> None:
    """Look again and again until it holds; another thread is about to make it so."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline


@pytest.fixture
def service(tmp_path: Path) -> Iterator[CommerceService]:
    """A running service with default settings."""
    with CommerceService(str(tmp_path / "received.sqlite")) as running:
        yield running


@pytest.fixture
def caller(service: CommerceService) -> Caller:
    """A caller of that service."""
    return Caller(service)
