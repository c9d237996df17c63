"""The embedded Commerce Service at work: sockets and threads.

Each connection has a thread that waits for it, so a slow peer holds up nobody
but itself.  Nothing has to be cleaned up after a kill: what was acknowledged is
in the database, the rest was never said to be.
"""

import contextlib
import selectors
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

from saasexport.errors import SaasExportError
from saasexport.service.routes import Routes, own_route
from saasexport.service.store import Store
from saasexport.service.wire import Answer, Connection, Gone, Refusal, Request

# For a whole request, and for its answer.
REQUEST_SECONDS = 30.0

# A connection without a request; jobs run every minute and may find theirs open.
IDLE_SECONDS = 75.0

# Past this the connection that has been waiting longest makes room for a new one.
MOST_CONNECTIONS = 512

# What all bodies and answers together may take in memory, in bodies of the largest size.
BODIES_IN_MEMORY = 8

# How long running requests may take once the service was asked to stop.
STOP_SECONDS = 10.0


class CommerceService:
    """The service; `serve()` runs it, `stop()` ends that, from any thread or signal handler.

    As a context manager it runs in a thread of its own, which is how tests and
    the demo have it beside them.
    """

    def __init__(
        self,
        database: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: bytes = b"",
        max_body: int = 16_777_216,
        routes: Iterable[tuple[str, str]] = (),
        request_seconds: float = REQUEST_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        most_connections: int = MOST_CONNECTIONS,
        verbose: bool = False,
    ) -> None:
        own = [own_route(feed, path) for feed, path in routes]
        # A port that is taken is found out before a database is made.
        self._listener = _listen(host, port)
        try:
            self.store = Store(database)
        except BaseException:
            self._listener.close()
            raise
        self._routes = Routes(self.store, api_key, max_body, own)
        self._request_seconds = request_seconds
        self._idle_seconds = idle_seconds
        self._most_connections = most_connections
        self._verbose = verbose
        self._bodies = Budget(max_body * BODIES_IN_MEMORY)
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        # In the order in which they began to wait for a request.
        self._waiting: dict[Connection, None] = {}
        self._all_closed = threading.Condition(self._lock)
        self._is_stopping = False
        self._bell, self._bell_end = socket.socketpair()
        self._thread: threading.Thread | None = None
        address = self._listener.getsockname()
        self.port: int = address[1]
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{shown}:{self.port}"

    def serve(self) -> None:
        """Accept connections until `stop()`; then let running requests finish, and close the database."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._bell_end, selectors.EVENT_READ)
            while not self._is_stopping:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._bell_end in ready:
                    self._bell_end.recv(64)
                if self._listener in ready:
                    self._accept()
        self._listener.close()
        with self._lock:
            for connection in self._waiting:
                connection.interrupt()
            self._all_closed.wait_for(lambda: not self._open, STOP_SECONDS)
        self.store.close()
        self._bell.close()
        self._bell_end.close()

    def stop(self) -> None:
        """Make `serve()` end."""
        self._is_stopping = True
        with contextlib.suppress(OSError):  # it has ended already
            self._bell.send(b"!")

    def stop_at(self, *signals: signal.Signals) -> None:
        """Have these signals end `serve()`; to be called in the main thread."""
        # The system may give a signal to any thread, and the main one would sleep on: so the bell is rung at once.
        self._bell.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in signals:
            signal.signal(number, lambda *_: self.stop())

    def __enter__(self) -> "CommerceService":
        self._thread = threading.Thread(target=self.serve, name="commerce service")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread:
            self._thread.join()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            # The peer gave up, or we are out of descriptors: then somebody has to make room.
            self._make_room(self._most_connections // 2)
            return
        self._make_room(self._most_connections - 1)
        connection = Connection(sock, self._request_seconds)
        thread = threading.Thread(target=self._converse, args=(connection,), daemon=True)
        with self._lock:
            self._open.add(connection)
        try:
            thread.start()
        except RuntimeError:  # no more threads
            self._forget(connection)

    def _make_room(self, most: int) -> None:
        """Close those that have waited longest until no more than `most` are open."""
        with self._lock:
            for connection in list(self._waiting)[: max(len(self._open) - most, 0)]:
                del self._waiting[connection]
                connection.interrupt()

    def _converse(self, connection: Connection) -> None:
        """Answer one request after the other."""
        try:
            while self._exchange(connection):
                pass
        except Gone:
            pass
        finally:
            self._forget(connection)

    def _exchange(self, connection: Connection) -> bool:
        """Read one request and answer it; says whether another may follow."""
        with self._bodies.share() as taking:
            self._begin_waiting(connection)
            request: Request | None = None
            started = time.monotonic()
            try:
                request = connection.next_head(self._idle_seconds)
                started = time.monotonic()
                answer = self._answer(connection, request, taking)
                is_whole = True
            except Refusal as refusal:
                answer = refusal.answer()
                is_whole = not refusal.closes
            self._end_waiting(connection)
            closes = self._is_stopping or request is None or not request.keeps_alive or not is_whole
            connection.reply(
                answer,
                request_id=request.request_id if request else "",
                closes=closes,
                with_body=request is None or request.method != "HEAD",
            )
        if self._verbose:
            self._log(request, answer, time.monotonic() - started)
        if not is_whole:
            connection.linger()
        return not closes

    def _answer(self, connection: Connection, request: Request, taking: Callable[[int], None]) -> Answer:
        """Read the body of a request that may have one, and do what it asks."""
        target = self._routes.admit(request)
        if request.headers.get("expect", "").lower() == "100-continue":
            connection.invite()
        body = connection.body(request.length, taking)
        # From here on it is at work, and is neither closed for a new one nor when the service stops.
        self._end_waiting(connection)
        answer = self._routes.answer(target, request, body)
        taking(len(answer.body))
        return answer

    def _begin_waiting(self, connection: Connection) -> None:
        with self._lock:
            if self._is_stopping:
                raise Gone
            self._waiting[connection] = None

    def _end_waiting(self, connection: Connection) -> None:
        with self._lock:
            self._waiting.pop(connection, None)

    def _forget(self, connection: Connection) -> None:
        with self._lock:
            self._waiting.pop(connection, None)
            self._open.discard(connection)
            connection.close()
            if not self._open:
                self._all_closed.notify_all()

    def _log(self, request: Request | None, answer: Answer, seconds: float) -> None:
        asked = f"{request.method} {request.path}" if request else "?"
        with contextlib.suppress(OSError):  # nobody reads the log: not a reason to stop
            print(f"{asked} {answer.status} {seconds * 1000:.1f} ms", file=sys.stderr, flush=True)


class Budget:
    """So many bytes for all requests together: one that would exceed it has to come again later."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """Gives a function that takes so many bytes, or refuses; they are returned at the end."""
        taken = 0

        def taking(size: int) -> None:
            nonlocal taken
            with self._lock:
                if size > self._left:
                    later = ("Retry-After", "1")
                    raise Refusal(503, "too many requests at once", headers=(later,), closes=True)
                self._left -= size
            taken += size

        try:
            yield taking
        finally:
            with self._lock:
                self._left += taken


def _listen(host: str, port: int) -> socket.socket:
    listener = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
        # A service started again at once may find connections of the former one in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
        # A peer that gave up between select and accept must not block the loop.
        listener.setblocking(False)
    except OSError as error:
        if listener:
            listener.close()
        raise SaasExportError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
    return listener
