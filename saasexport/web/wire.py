"""HTTP/1.1 as this house speaks it: strictly, with a deadline, and an answer in one write.

Two readers of one connection must never disagree on where a request ends,
so whatever is doubtful is refused and the connection closed.  The time
allowed is for a whole request: a peer that drips bytes gains nothing.
"""

import contextlib
import hmac
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

# A question in GraphQL may stand in the request line, with 32 KB.
LONGEST_HEAD = 49_152

# How long a refused sender may go on sending before it is cut off: the answer
# would be lost in a connection reset while bytes of its body are unread.
LINGER_SECONDS = 2.0

JSON = "application/json"

Headers = tuple[tuple[str, str], ...]


class Refusal(Exception):
    """A request that is answered with an error; `closes` when the rest of it was not read."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[dict[str, object]] | None = None,
        headers: Headers = (),
        closes: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors
        self.headers = headers
        self.closes = closes


class Gone(Exception):
    """The peer closed the connection, or sent nothing for too long: nobody is left to answer."""


class Ended(Gone):
    """The peer will send nothing more, but may still read."""


@dataclass(frozen=True)
class Answer:
    """Status, body and further headers."""

    status: int
    body: bytes
    headers: Headers = ()
    kind: str = JSON


@dataclass(frozen=True)
class Request:
    """The head of a request that can be trusted."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    length: int
    keeps_alive: bool

    @property
    def request_id(self) -> str:
        """The sender's name for this request, or nothing."""
        name = self.headers.get("x-request-id", "")
        return name if _VISIBLE.fullmatch(name) else ""

    def has_key(self, key: bytes) -> bool:
        """Whether it brings this X-Api-Key; without a key everybody may ask."""
        return not key or hmac.compare_digest(self.headers.get("x-api-key", "").encode("latin-1"), key)


class Connection:
    """One connection: requests are read from it, and each is answered."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        with contextlib.suppress(OSError):  # the peer is gone already
            # Without this a second write waits 40 ms for the acknowledgement of the first.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock
        self._seconds = seconds
        self._buffer = b""
        self._deadline = 0.0

    def next_head(self, idle_seconds: float) -> Request:
        """The head of the next request, which may begin at any time within `idle_seconds`."""
        self._deadline = time.monotonic() + idle_seconds
        while not self._buffer.lstrip(b"\r\n"):
            self._buffer = self._receive(65_536)
        self._deadline = time.monotonic() + self._seconds
        # Empty lines before a request are allowed: old clients end a body with one.
        self._buffer = self._buffer.lstrip(b"\r\n")
        while (end := self._buffer.find(b"\r\n\r\n", 0, LONGEST_HEAD)) < 0:
            if len(self._buffer) >= LONGEST_HEAD:
                raise Refusal(431, f"the head has more than {LONGEST_HEAD} bytes", closes=True)
            self._buffer += self._receive_timely(65_536)
        head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
        return parse(head)

    def body(self, length: int, taking: Callable[[int], None]) -> bytes:
        """The body of the request whose head was read last; `taking` hears of every piece."""
        received = self._buffer[:length]
        self._buffer = self._buffer[length:]
        taking(len(received))
        pieces = [received]
        missing = length - len(received)
        while missing:
            piece = self._receive_timely(min(missing, 262_144))
            taking(len(piece))
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def invite(self) -> None:
        """Tell a sender that waits for it (curl does) to send the body."""
        self._send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def reply(self, answer: Answer, *, request_id: str = "", closes: bool, with_body: bool = True) -> None:
        """Send an answer, head and body at once."""
        lines = [
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
            time.strftime("Date: %a, %d %b %Y %H:%M:%S GMT", time.gmtime()),
            f"Content-Type: {answer.kind}",
            f"Content-Length: {len(answer.body)}",
        ]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if request_id:
            lines.append(f"X-Request-Id: {request_id}")
        if closes:
            lines.append("Connection: close")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self._deadline = time.monotonic() + self._seconds
        # What was not modified has the length of what the peer keeps, and no body.
        self._send(head + answer.body if with_body and answer.status != 304 else head)

    def linger(self) -> None:
        """Read what a refused sender still sends, for a while, so that it can read the answer."""
        self._deadline = time.monotonic() + LINGER_SECONDS
        with contextlib.suppress(Gone, OSError):
            self._socket.shutdown(socket.SHUT_WR)
            while True:
                self._receive(262_144)

    def interrupt(self) -> None:
        """Make the thread that reads from this connection give up; safe from another thread."""
        with contextlib.suppress(OSError):  # the peer was faster
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go."""
        self._socket.close()

    def _receive(self, size: int) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Gone
        try:
            self._socket.settimeout(left)
            data = self._socket.recv(size)
        except OSError as error:
            raise Gone from error
        if not data:
            raise Ended
        return data

    def _receive_timely(self, size: int) -> bytes:
        """As `_receive`, within a request: one that came too slowly or not whole is told so."""
        try:
            return self._receive(size)
        except Ended:
            raise Refusal(400, "the request ended too early", closes=True) from None
        except Gone:
            if time.monotonic() < self._deadline:
                raise
            raise Refusal(408, f"the request took more than {self._seconds:g} s", closes=True) from None

    def _send(self, data: bytes) -> None:
        try:
            # For sendall() the timeout is one of the whole call.
            self._socket.settimeout(max(self._deadline - time.monotonic(), 0.001))
            self._socket.sendall(data)
        except OSError as error:
            raise Gone from error


_NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rf"({_NAME}) ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])")
_HEADER = re.compile(rf"({_NAME}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
_LENGTH = re.compile("[0-9]{1,18}")

# Given twice, these would let two readers understand two different requests.
_SINGLE = {
    "host",
    "content-length",
    "transfer-encoding",
    "content-type",
    "content-encoding",
    "x-api-key",
    "x-request-id",
    "expect",
}


def parse(head: bytes) -> Request:
    """The head of a request, or a refusal of anything doubtful in it."""
    lines = head.decode("latin-1").split("\r\n")
    first = _REQUEST_LINE.fullmatch(lines[0])
    if not first:
        raise Refusal(400, "the request line is not one of HTTP/1.1", closes=True)
    method, target, major, minor = first.groups()
    if major != "1":
        raise Refusal(505, "only HTTP/1.1 is spoken here", closes=True)
    headers = _headers(lines[1:])
    if minor != "0" and "host" not in headers:
        raise Refusal(400, "a request needs a Host header", closes=True)
    if not target.startswith("/"):
        raise Refusal(400, "the request target has to begin with /", closes=True)
    path, _, query = target.partition("?")
    wishes = headers.get("connection", "").lower()
    keeps_alive = "close" not in wishes and (minor != "0" or "keep-alive" in wishes)
    return Request(method, path, query, headers, _length(method, headers), keeps_alive)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if not match:
            raise Refusal(400, "a header line is malformed", closes=True)
        name = match[1].lower()
        value = match[2].rstrip(" \t")
        if name in headers:
            if name in _SINGLE:
                raise Refusal(400, f"the header {match[1]} is given twice", closes=True)
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return headers


def _length(method: str, headers: dict[str, str]) -> int:
    """How many bytes of body follow; only a length that is plainly given counts."""
    if "transfer-encoding" in headers:
        raise Refusal(501, "send the body with a Content-Length, not a Transfer-Encoding", closes=True)
    given = headers.get("content-length")
    if given is None:
        if method == "POST":
            raise Refusal(411, "a POST needs a Content-Length", closes=True)
        return 0
    if not _LENGTH.fullmatch(given):
        raise Refusal(400, "the Content-Length is not a number", closes=True)
    return int(given)
