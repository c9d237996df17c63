"""The dashboard as a process: http.server with a thread per request, and what it refuses.

A connection answers one request and has so many seconds for it, however slowly
its bytes drip; it holds up nobody but itself.
"""

import ipaddress
import secrets
import socket
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BufferedReader, RawIOBase
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from saasexport.dashboard import pages
from saasexport.dashboard.guard import Guard
from saasexport.dashboard.pages import POLICY, Page, Request
from saasexport.dashboard.routes import Routes, not_found
from saasexport.errors import SaasExportError

# For a whole request, and again for its answer.
REQUEST_SECONDS = 10.0

# A person has a few; a browser opens some more ahead of time.
MOST_CONNECTIONS = 64

# A form with every item of a page ticked has a tenth of it.
LARGEST_FORM = 65_536

HEADERS = {
    "Content-Security-Policy": POLICY + "; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it browsers say `Origin: null` of our own forms.  Nobody else learns anything either way.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Dashboard(socketserver.ThreadingMixIn, HTTPServer):
    """The server; `serve_forever()` runs it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, config: str | None, host: str, port: int) -> None:
        self.guard = Guard(host, secrets.token_urlsafe(32))
        self.routes = Routes(config, self.guard.token)
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            self.address_family = found[0][0]
            super().__init__((host, port), Handler)
        except (OSError, OverflowError) as error:
            raise SaasExportError(
                f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}",
                "choose another with --host and --port",
            ) from error
        address = str(self.server_address[0])
        shown = f"[{address}]" if ":" in address else address
        self.url = f"http://{shown}:{self.server_address[1]}/"
        self.is_private = ipaddress.ip_address(address).is_loopback

    def server_bind(self) -> None:
        """Bind, without the look-up of our own name that HTTPServer does."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; beyond so many connections, not at all."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no more threads
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """What the thread does."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is nothing to tell; anything else keeps its traceback."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Dashboard
    server_version = "saasexport"
    sys_version = ""
    disable_nagle_algorithm = True
    default_request_version = "HTTP/1.0"  # not 0.9, whose answers have no headers

    def setup(self) -> None:
        """Have the whole request read within its time."""
        super().setup()
        self.rfile.close()
        self.rfile = BufferedReader(_Deadline(self.connection, REQUEST_SECONDS))

    def do_GET(self) -> None:
        """Show a page."""
        self._answer(self._get)

    do_HEAD = do_GET  # noqa: N815  # _send leaves the body out

    def do_POST(self) -> None:
        """Do what a form of ours asks for."""
        self._answer(self._post)

    def _answer(self, answer: Any) -> None:
        refusal = self.server.guard.foreign(self.headers)
        try:
            page = _refused(421, refusal) if refusal else answer()
        except ValueError:  # an address with broken brackets, for one
            page = not_found()
        except OSError:  # the peer is too slow, or gone
            raise
        except Exception:
            # Whoever started us gets the traceback, whoever asked an answer.
            self.server.handle_error(self.request, self.client_address)
            page = _refused(500, "Something unexpected went wrong; the dashboard's output has the details.")
        self._send(page)

    def _get(self) -> Page:
        if not self.path.startswith("/"):
            return not_found()
        return self.server.routes.get(self._request(urlsplit(self.path).query))

    def _post(self) -> Page:
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        length = pages.whole(self.headers.get("Content-Length", ""))
        if kind != "application/x-www-form-urlencoded" or length is None or "Transfer-Encoding" in self.headers:
            return _refused(400, "It is no form of this dashboard.")
        if length > LARGEST_FORM:
            return _refused(413, "The form is too large.")
        body = self.rfile.read(length)
        if len(body) < length:
            return _refused(400, "It ended too early.")
        request = self._request(body.decode("utf-8", "replace"))
        if strange := self.server.guard.strange(self.headers, request.one("token")):
            return _refused(403, strange)
        return self.server.routes.post(request)

    def _request(self, query: str) -> Request:
        values = parse_qs(query, keep_blank_values=True, max_num_fields=1_000)
        return Request(unquote(urlsplit(self.path).path), values)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002  # http.server's
        """Refuse what is no proper request; called by http.server."""
        self._send(_refused(code, message or ""))

    def _send(self, page: Page) -> None:
        path = urlsplit(self.path).path if getattr(self, "path", "").startswith("/") else ""
        body = pages.frame(page, path).encode("utf-8", "replace")
        self.connection.settimeout(REQUEST_SECONDS)
        self.close_connection = True
        self.send_response(page.status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        if page.status == 405:
            self.send_header("Allow", "POST")
        if page.location:
            self.send_header("Location", page.location)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by http.server
        """Say nothing: whoever looks at the pages sees what there is."""


class _Deadline(RawIOBase):
    """A socket to read from for so many seconds in all, however few bytes come at a time."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def _refused(status: int, text: str) -> Page:
    return pages.message("Request refused", text, status)
