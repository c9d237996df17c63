"""Servers that answer as a test says, for what no decent service does."""

import gzip
import json
import socket
import threading
from contextlib import suppress
from typing import NamedTuple


class Request(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict
    body: bytes

    def items(self):
        """The items of a batch."""
        return json.loads(gzip.decompress(self.body))


class Listener:
    """A server on loopback; `serve(connection, listener)` is called for each connection."""

    def __init__(self, serve):
        self.serve = serve
        self.requests = []
        self.connections = 0
        self.over = threading.Event()  # set when the test is over: a slow server must not outlive it
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._open = []
        self._threads = []

    def __enter__(self):
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        _shut(self._socket)
        self._accepting.join(10)
        for connection in self._open:
            _shut(connection)
        for thread in self._threads:
            thread.join(10)
        self._socket.close()

    def _accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._served, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _served(self, connection):
        with connection, suppress(OSError):  # the caller has gone: some tests want that
            self.serve(connection, self)

    def receive(self, connection):
        """The next request of a connection, None when there is none; it is kept in `requests`."""
        received = b""
        while b"\r\n\r\n" not in received:
            more = connection.recv(65_536)
            if not more:
                return None
            received += more
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65_536)
        method, path, _ = first.split(" ")
        request = Request(method, path, headers, body)
        self.requests.append(request)
        return request


def answering(answer):
    """A server that keeps its connections open; `answer(request)` gives (status, headers, content)."""

    def serve(connection, listener):
        while request := listener.receive(connection):
            connection.sendall(response(*answer(request)))

    return Listener(serve)


def sending(*pieces):
    """A server that reads a request, sends these bytes, and closes."""

    def serve(connection, listener):
        listener.receive(connection)
        for piece in pieces:
            connection.sendall(piece)

    return Listener(serve)


def response(status, headers=None, content=b""):
    """The bytes of an answer; a content that is not bytes goes out as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} Something", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def accepted(request):
    """The good answer."""
    return 200, {}, {"status": "ACCEPTED", "acceptedCount": len(request.items())}


def _shut(one):
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
