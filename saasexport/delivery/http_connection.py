"""One keep-alive HTTP/1.1 connection with a deadline for the whole request.

The standard library's client has a timeout per read: a server that drips a byte
at a time would hold a job for ever.  This is the small part of HTTP that posting
a batch needs.  Redirects are not followed.
"""

import os
import select
import stat
import time
import zlib

from saasexport.errors import ConfigError, ServiceError
from saasexport.stdlib import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket
    import ssl
else:
    try:
        import _socket as socket  # the half in C: the other gives names to numbers, which brings enum and selectors
    except ImportError:
        import socket

MOST_HEAD = 65_536
MOST_MEMBERS = 100  # what is behind each is copied
MOST_BODY = 16_777_216


class _NoAnswer(ServiceError):
    """The connection ended before the first byte of an answer."""


class Response(NamedTuple):
    """An answer as it came."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class Address(NamedTuple):
    """Where a service is."""

    is_secure: bool
    host: str
    port: int
    base: str  # what stands before every path

    @property
    def header(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def address(url: str) -> Address:
    """Take a service's URL apart."""
    scheme, _, rest = url.partition("://")
    authority, slash, base = rest.partition("/")
    is_secure = scheme == "https"
    port = 443 if is_secure else 80
    host = authority
    if authority.startswith("["):
        host, _, tail = authority[1:].partition("]")
        digits = tail.removeprefix(":")
    else:
        host, _, digits = authority.partition(":")
    if digits:
        if not digits.isdecimal() or len(digits) > 5 or int(digits) > 65_535:
            raise ServiceError(f"{url}: not a valid address", "see [service] url in the configuration")
        port = int(digits)
    return Address(is_secure, host, port, (slash + base).rstrip("/"))


def trust(ca_file: str | None, place: str) -> "ssl.SSLContext":
    """What trusts the certificates of a file, or of the system; `place` names the file's key in messages."""
    import ssl  # late: 16 ms

    try:
        if ca_file is not None and not stat.S_ISREG(os.stat(ca_file).st_mode):
            raise ConfigError(f"{place}: {ca_file}: is no file", "name the file that holds the certificates")
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        reason = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigError(f"{place}: {ca_file}: {reason}", "name the file that holds the certificates") from error


class Connection:
    """A connection to one service, opened when it is first used and again after it was closed."""

    def __init__(
        self, url: str, timeout: float, ca_file: str | None = None, ca_place: str = "[service] ca_file"
    ) -> None:
        self.url = url
        self.address = address(url)
        self.timeout = timeout
        self.ca_file, self.ca_place = ca_file, ca_place
        self.resolve = socket.getaddrinfo
        self._socket: socket.socket | None = None
        self._deadline = 0.0

    def post(self, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Post a body and read the answer; ServiceError if there is none within the timeout."""
        return self.request("POST", path, headers, body)

    def get(self, path: str, headers: dict[str, str]) -> Response:
        """Read what stands at a path; ServiceError if no answer comes within the timeout."""
        return self._ask("GET", path, headers, b"")

    def request(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        """Send a body by any method and read the answer; ServiceError if there is none within the timeout."""
        return self._ask(method, path, {**headers, "Content-Length": str(len(body))}, body)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        self._deadline = time.monotonic() + self.timeout
        head = f"{method} {self.address.base}{path} HTTP/1.1\r\nHost: {self.address.header}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        try:
            return self._exchange(f"{head}\r\n".encode("latin-1", "replace") + body)
        except TimeoutError as error:
            self.close()
            raise ServiceError(f"{self.url}: no answer within {self.timeout:g} s") from error
        except ServiceError:
            self.close()
            raise
        except (OSError, UnicodeError) as error:  # UnicodeError: a host name that cannot be one
            self.close()
            raise ServiceError(f"{self.url}: {_reason(error)}") from error

    def close(self) -> None:
        """Close the connection; the next request opens it again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, request: bytes) -> Response:
        if self._socket is not None and _is_closed(self._socket):
            self.close()
        is_reused = self._socket is not None
        try:
            return self._once(request)
        except _NoAnswer:
            if not is_reused:
                raise
        # Servers close idle connections without a word, also at the very moment of a request: the
        # request id makes it safe to send the same bytes once more, on a new connection.
        self.close()
        return self._once(request)

    def _once(self, request: bytes) -> Response:
        stream = self._open()
        try:
            stream.settimeout(self._time_left())
            stream.sendall(request)
        except TimeoutError:
            raise
        except OSError as error:
            # A service may answer (413) and close before it has read everything.
            try:
                return self._answer(stream)
            except _NoAnswer:
                raise _NoAnswer(f"{self.url}: {_reason(error)}") from error
            except (OSError, ServiceError):
                raise error from None
        return self._answer(stream)

    def _open(self) -> socket.socket:
        if self._socket is None:
            plain = self._connect()
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            plain.settimeout(self._time_left())
            self._socket = self._secure(plain) if self.address.is_secure else plain
        return self._socket

    def _connect(self) -> socket.socket:
        """A connection to the first address that takes one; none of several may use up the time of the others."""
        found = self._addresses()
        for number, (family, kind, protocol, _, target) in enumerate(found, 1):
            plain = socket.socket(family, kind, protocol)
            try:
                plain.settimeout(self._time_left() / (3 if len(found) > 1 else 1))
                plain.connect(target)
                return plain
            except OSError:
                plain.close()
                if number == len(found):
                    raise
        raise OSError("the name has no address")

    def _addresses(self) -> list[Any]:
        """The addresses of the host; looking them up counts, which nothing but a thread can be stopped from."""
        answer: list[Any] = []

        def look_up() -> None:
            try:
                host = self.address.host
                # As bytes, or the codec for names that are not ASCII is loaded, and its tables.
                name = host.encode() if host.isascii() else host
                answer.append(self.resolve(name, self.address.port, 0, socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answer.append(error)

        if _is_number(self.address.host):
            look_up()
        else:
            import threading  # late: a service on this machine is mostly named by its number

            thread = threading.Thread(target=look_up, daemon=True)
            thread.start()
            thread.join(self._time_left())
        if not answer:
            raise TimeoutError
        if isinstance(answer[0], Exception):
            raise answer[0]
        return list(answer[0])

    def _secure(self, plain: socket.socket) -> socket.socket:
        from socket import socket as both_halves  # late, as ssl is, which wraps no other

        whole = both_halves(plain.family, plain.type, plain.proto, plain.detach())
        try:
            whole.settimeout(self._time_left())
            context = trust(self.ca_file, self.ca_place)
            return context.wrap_socket(whole, server_hostname=self.address.host)
        except BaseException:
            whole.close()
            raise

    def _time_left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _receive(self, stream: socket.socket) -> bytes:
        stream.settimeout(self._time_left())
        return stream.recv(65_536)

    def _answer(self, stream: socket.socket) -> Response:
        rest = b""
        while True:
            head, rest = self._head(stream, rest)
            status, headers, is_open = _parse(self.url, head)
            if status >= 200:
                break
        is_empty = status in (204, 304)
        is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        if is_empty:
            body = b""
        else:
            body = self._read_chunks(stream, rest) if is_chunked else self._plain(stream, rest, headers)
        if not is_open or not (is_empty or is_chunked or "content-length" in headers):
            self.close()
        if headers.get("content-encoding", "").lower() in ("gzip", "x-gzip"):
            body = self._inflate(body)
        return Response(status, headers, body)

    def _inflate(self, body: bytes) -> bytes:
        """The content of gzip, which may come in several members (RFC 1952, 2.2); zeros behind the last are padding."""
        inflated = b""
        for _ in range(MOST_MEMBERS):
            unpacker = zlib.decompressobj(31)
            try:
                inflated += unpacker.decompress(body, MOST_BODY + 1 - len(inflated))
            except zlib.error as error:
                raise ServiceError(f"{self.url}: an answer that is not gzip, as it says") from error
            if len(inflated) > MOST_BODY:
                raise ServiceError(f"{self.url}: an answer of more than {MOST_BODY} bytes")
            if not unpacker.eof:
                raise ServiceError(f"{self.url}: the answer breaks off")
            body = unpacker.unused_data.lstrip(b"\0")
            if not body:
                return inflated
        raise ServiceError(f"{self.url}: an answer in more than {MOST_MEMBERS} pieces of gzip")

    def _head(self, stream: socket.socket, received: bytes) -> tuple[bytes, bytes]:
        while b"\r\n\r\n" not in received:
            try:
                more = self._receive(stream)
            except ConnectionError as error:
                if received:
                    raise
                raise _NoAnswer(f"{self.url}: {_reason(error)}") from error
            if not more:
                kind = ServiceError if received else _NoAnswer
                raise kind(f"{self.url}: the connection was closed before an answer came")
            received += more
            if len(received) > MOST_HEAD:
                raise ServiceError(f"{self.url}: an answer with too large a head")
        head, _, rest = received.partition(b"\r\n\r\n")
        return head, rest

    def _plain(self, stream: socket.socket, body: bytes, headers: dict[str, str]) -> bytes:
        length = headers.get("content-length")
        if length is not None and not length.isdecimal():
            raise ServiceError(f"{self.url}: an answer with Content-Length {length[:20]!r}")
        # Python refuses to read numbers of thousands of digits.
        wanted = int(length[:20]) if length is not None else None
        if wanted is not None and wanted > MOST_BODY:
            raise ServiceError(f"{self.url}: an answer of more than {MOST_BODY} bytes")
        parts = [body]
        size = len(body)
        while wanted is None or size < wanted:
            more = self._receive(stream)
            if not more:
                if wanted is not None:
                    raise ServiceError(f"{self.url}: the answer breaks off")
                break
            parts.append(more)
            size += len(more)
            if size > MOST_BODY:
                raise ServiceError(f"{self.url}: an answer of more than {MOST_BODY} bytes")
        return b"".join(parts)[:wanted]

    def _read_chunks(self, stream: socket.socket, received: bytes) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            while b"\r\n" not in received:
                if len(received) > MOST_HEAD:
                    raise ServiceError(f"{self.url}: an unreadable chunk in the answer")
                received += self._more(stream)
            line, _, received = received.partition(b"\r\n")
            digits = line.split(b";")[0].strip()
            if not digits.isalnum():  # int() would take a sign, too
                raise ServiceError(f"{self.url}: an unreadable chunk in the answer")
            try:
                length = int(digits, 16)
            except ValueError:
                raise ServiceError(f"{self.url}: an unreadable chunk in the answer") from None
            size += length
            if size > MOST_BODY:
                raise ServiceError(f"{self.url}: an answer of more than {MOST_BODY} bytes")
            while len(received) < length + 2:
                received += self._more(stream)
            if length == 0:
                if received != b"\r\n":  # trailers: what is left of them must not begin the next answer
                    self.close()
                return b"".join(parts)
            parts.append(received[:length])
            received = received[length + 2 :]

    def _more(self, stream: socket.socket) -> bytes:
        more = self._receive(stream)
        if not more:
            raise ServiceError(f"{self.url}: the answer breaks off")
        return more


def _is_closed(stream: socket.socket) -> bool:
    """Whether the other side has closed, or said something nobody asked for."""
    try:
        poll = select.poll()
        poll.register(stream, select.POLLIN)
        return bool(poll.poll(0))
    except OSError:
        return True


def _is_number(host: str) -> bool:
    """Whether a host is an address itself, not a name to be looked up."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
            return True
        except (OSError, UnicodeError, ValueError):
            pass
    return False


def _reason(error: Exception) -> str:
    """Why a connection failed, as part of a sentence."""
    reason = getattr(error, "strerror", None) or str(error)
    return f"{reason[:1].lower()}{reason[1:]}"


def _parse(url: str, head: bytes) -> tuple[int, dict[str, str], bool]:
    """Status, headers, and whether the connection stays open after this answer (RFC 9112, 9.3)."""
    lines = head.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/1.") or not code.isdecimal() or len(code) < 3:
        raise ServiceError(f"{url}: the answer is not HTTP")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    options = headers.get("connection", "").lower()
    is_open = "keep-alive" in options if version == "HTTP/1.0" else "close" not in options
    return int(code), headers, is_open
