"""The server at work: sockets and threads.

Each connection has a thread that waits for it, so a slow peer holds up nobody
but itself.  What a request means, an `Application` knows.
"""

import contextlib
import ipaddress
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol

from saasexport.errors import SaasExportError
from saasexport.web.budget import Budget, Taking
from saasexport.web.hosts import Hosts
from saasexport.web.wire import Answer, Connection, Gone, Refusal, Request

# How long running requests may take once the server was asked to stop.
STOP_SECONDS = 10.0

# What a process has open besides connections: standard streams, the listener, the bell, databases and their logs.
DESCRIPTORS_KEPT = 16

# How long new connections wait when there is no descriptor for them and none of ours ends.
PAUSE_SECONDS = 1.0


class Application(Protocol):
    """What a server serves."""

    def admit(self, request: Request) -> Any:
        """What a request is about, or the refusal of one that its head already rules out."""

    def answer(self, target: Any, request: Request, body: bytes, taking: Taking) -> Answer:
        """Do what was asked; `taking` is told of what that needs in memory."""

    def refuse(self, refusal: Refusal) -> Answer:
        """A refusal in the words and the format of this application."""


@dataclass(frozen=True)
class Limits:
    """What a server allows its peers."""

    request_seconds: float  # for a whole request, and for its answer
    idle_seconds: float  # a connection without a request
    connections: int  # past this the one that has been waiting longest makes room for a new one
    memory: int  # bytes of all bodies and answers together
    descriptors: int = 1  # what a connection may have open


class Server:
    """The server; `serve()` runs it, `stop()` ends that, from any thread or signal handler.

    As a context manager it runs in a thread of its own, which is how tests and
    the demo have it beside them.
    """

    def __init__(
        self, listener: socket.socket, application: Application, hosts: Hosts, limits: Limits, verbose: bool = False
    ) -> None:
        self._listener = listener
        self._application = application
        self._hosts = hosts
        self._limits = limits
        self._most_connections = _affordable(limits)
        self._verbose = verbose
        self._bodies = Budget(limits.memory)
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        # In the order in which they began to wait for a request.
        self._waiting: dict[Connection, None] = {}
        self._all_closed = threading.Condition(self._lock)
        self._is_stopping = False
        self._is_full = False
        try:
            self._bell, self._bell_end = socket.socketpair()
        except OSError as error:
            raise SaasExportError(f"cannot serve: {error.strerror}") from error
        # A bell that rings already need not be rung.
        self._bell.setblocking(False)
        self._thread: threading.Thread | None = None
        address = listener.getsockname()
        self.port: int = address[1]
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        self.url = f"http://{shown}:{self.port}"
        # Nobody but this machine can reach it.
        self.is_private = is_private(listener)

    def serve(self) -> None:
        """Accept connections until `stop()`; then let running requests finish."""
        # Unlike its better kin, poll needs no descriptor.
        poll = select.poll()
        poll.register(self._bell_end, select.POLLIN)
        while not self._is_stopping:
            poll.register(self._listener, 0 if self._is_full else select.POLLIN)
            ready = [descriptor for descriptor, _ in poll.poll(PAUSE_SECONDS * 1000 if self._is_full else None)]
            self._is_full = False
            if self._bell_end.fileno() in ready:
                self._bell_end.recv(4096)
            if self._listener.fileno() in ready:
                self._accept()
        self._listener.close()
        with self._lock:
            for connection in self._waiting:
                connection.interrupt()
            self._all_closed.wait_for(lambda: not self._open, STOP_SECONDS)
        self._bell.close()
        self._bell_end.close()

    def stop(self) -> None:
        """Make `serve()` end."""
        self._is_stopping = True
        self._ring()

    def stop_at(self, *signals: signal.Signals) -> None:
        """Have these signals end `serve()`; to be called in the main thread."""
        # The system may give a signal to any thread, and the main one would sleep on: so the bell is rung at once.
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        for number in signals:
            signal.signal(number, lambda *_: self.stop())

    def __enter__(self) -> "Server":
        self._thread = threading.Thread(target=self.serve, name="server")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._thread:
            self._thread.join()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # it rings already, or nobody listens any more
            self._bell.send(b"!")

    def _accept(self) -> None:
        """Take a connection, or have one make room for it: it is taken once that has ended."""
        with self._lock:
            if len(self._open) >= self._most_connections:
                self._make_room()
                return
            try:
                sock, _ = self._listener.accept()
            except OSError as error:
                # The peer gave up, or there are no descriptors: to try again at once would keep a processor busy.
                if not isinstance(error, BlockingIOError | ConnectionError):
                    self._make_room()
                return
            connection = Connection(sock, self._limits.request_seconds)
            self._open.add(connection)
        try:
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()
        except RuntimeError:  # no more threads
            self._forget(connection)

    def _make_room(self) -> None:
        """Close the one that has waited longest, and take no other before one has ended."""
        self._is_full = True
        for connection in list(self._waiting)[:1]:
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
                request = connection.next_head(self._limits.idle_seconds)
                started = time.monotonic()
                answer = self._answer(connection, request, taking)
                is_whole = True
            except Refusal as refusal:
                answer = self._answer_refusal(refusal, taking)
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

    def _answer(self, connection: Connection, request: Request, taking: Taking) -> Answer:
        """Read the body of a request that may have one, and do what it asks."""
        try:
            self._hosts.check(request)
            target = self._application.admit(request)
            if request.headers.get("expect", "").lower() == "100-continue":
                connection.invite()
            body = connection.body(request.length, taking)
            # From here on it is at work, and is neither closed for a new one nor when the server stops.
            self._end_waiting(connection)
            return self._application.answer(target, request, body, taking)
        except (Refusal, Gone):
            raise
        except Exception as error:
            # Whoever started us gets the traceback, whoever asked an answer.
            with contextlib.suppress(OSError):
                traceback.print_exc()
            message = "Something unexpected went wrong; what the server prints has the details."
            raise Refusal(500, message, closes=True) from error

    def _answer_refusal(self, refusal: Refusal, taking: Taking) -> Answer:
        """The answer to a refusal, without its list if there is no memory for that."""
        answer = self._application.refuse(refusal)
        try:
            taking(len(answer.body))
        except Refusal as full:
            refusal.closes = True
            return self._application.refuse(full)
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
        self._ring()

    def _log(self, request: Request | None, answer: Answer, seconds: float) -> None:
        is_requested = f"{request.method} {request.path}" if request else "?"
        with contextlib.suppress(OSError):  # nobody reads the log: not a reason to stop
            print(f"{is_requested} {answer.status} {seconds * 1000:.1f} ms", file=sys.stderr, flush=True)


def is_private(listener: socket.socket) -> bool:
    """Whether nobody but this machine can reach a socket that listens."""
    return ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there, for a server."""
    listener = None
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = addresses[0]
        listener = socket.socket(family, kind, protocol)
        # A server started again at once may find connections of the former one in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
        # A peer that gave up between poll and accept must not block the loop.
        listener.setblocking(False)
    except (OSError, UnicodeError) as error:
        if listener:
            listener.close()
        reason = getattr(error, "strerror", None) or error
        raise SaasExportError(f"cannot listen on {host}:{port}: {reason}", "see --host and --port") from error
    return listener


def _affordable(limits: Limits) -> int:
    """How many connections there are descriptors for."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return limits.connections
    return min(limits.connections, max((descriptors - DESCRIPTORS_KEPT) // limits.descriptors, 1))
