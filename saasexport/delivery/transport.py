"""One request over the wire: headers, request id, compression, signature, and the pace that is kept.

Each thread has a connection of its own; the pace holds over all processes.
"""

import _thread
import fcntl
import os
import time
import zlib
from collections.abc import Callable, Mapping

import saasexport
from saasexport.delivery.http_connection import Connection, Response
from saasexport.errors import ConfigError
from saasexport.stdlib import TYPE_CHECKING, Any, NamedTuple
from saasexport.values import uuid_of

if TYPE_CHECKING:
    from saasexport.delivery.requests_connection import RequestsConnection
    from saasexport.delivery.signature import AdobeSignature


class Settings(NamedTuple):
    """What the client needs of the configuration."""

    url: str
    environment_id: str
    timeout: float
    max_body: int
    api_key: str | None
    ca_file: str | None
    requests_per_second: float
    rate_limit_file: str
    uses_backoff: bool  # started by cron: probes a service that is down at intervals only
    transport: str = "standard"  # or "requests", an optional extra
    private_key_file: str | None = None  # of Adobe's signature, an optional extra
    place: Callable[[str], str] = "[{}]".format  # the configuration's file and a key, as messages name them
    destination: str = "commerce"  # a module of saasexport.delivery.destinations
    options: Mapping[str, Any] = {}  # the destination's own settings, [service.NAME]


class Transport:
    """The connections of one job to the service."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._connections: dict[int, Connection | RequestsConnection] = {}  # by thread
        self._signature = _signature(settings) if settings.private_key_file else None

    def post(self, path: str, body: bytes, request_id: str) -> Response:
        """Post a body; raises ServiceError without an answer."""
        headers = {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "X-Request-Id": request_id,
            **self._usual_headers(),
        }
        self.keep_pace()
        return self._connection().post(path, headers, compress(body))

    def get(self, path: str) -> Response:
        """Read what stands at a path; raises ServiceError without an answer."""
        headers = self._usual_headers()
        self.keep_pace()
        return self._connection().get(path, headers)

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Send a body as it is, by any method, with these headers; raises ServiceError without an answer."""
        self.keep_pace()
        return self._connection().request(method, path, self._usual_headers() | headers, body)

    def _usual_headers(self) -> dict[str, str]:
        headers = {"User-Agent": f"saasexport/{saasexport.__version__}"}
        if self.settings.api_key:
            headers["X-Api-Key"] = self.settings.api_key
        return headers | (self._signature.headers() if self._signature is not None else {})

    def keep_pace(self) -> None:
        """Wait until the next request may start, if there is a limit."""
        if self.settings.requests_per_second:
            try:
                wait_for_slot(self.settings.rate_limit_file, self.settings.requests_per_second)
            except OSError as error:
                where = f"{self.settings.place('export.lock_dir')}: {self.settings.rate_limit_file}"
                raise ConfigError(f"{where}: {error.strerror}", "see its owner and mode, or remove it") from error

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._connections.values():
            connection.close()

    def _connection(self) -> "Connection | RequestsConnection":
        thread = _thread.get_ident()
        if thread not in self._connections:
            self._connections[thread] = connect(self.settings)
        return self._connections[thread]


def connect(settings: Settings) -> "Connection | RequestsConnection":
    """A connection to the service, by the means the configuration names."""
    place = settings.place("service.ca_file")
    if settings.transport == "requests":
        from saasexport.delivery.requests_connection import RequestsConnection

        return RequestsConnection(settings.url, settings.timeout, settings.ca_file, place)
    return Connection(settings.url, settings.timeout, settings.ca_file, place)


def _signature(settings: Settings) -> "AdobeSignature":
    from saasexport.delivery.signature import AdobeSignature

    assert settings.private_key_file is not None  # noqa: S101  # who calls this has looked
    return AdobeSignature(settings.private_key_file, settings.place("service.private_key_file"))


def request_id_of(url: str, body: bytes) -> str:
    """A UUID made from address and body: the same for every try of the same bytes."""
    return uuid_of(url.encode() + b"\0" + body)


def compress(body: bytes) -> bytes:
    """The body compressed at level 1: more would cost more than it saves (design.md 8)."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def wait_for_slot(path: str, requests_per_second: float) -> None:
    """Wait until the next request may start; the file keeps the moment for all processes."""
    interval = 1 / requests_per_second
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
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
