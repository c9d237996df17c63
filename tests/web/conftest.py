"""A server over an application of the test's own."""

import json
import socket

from saasexport.web.hosts import Hosts
from saasexport.web.server import Limits, Server, listen
from saasexport.web.wire import Answer

LIMITS = Limits(request_seconds=20.0, idle_seconds=20.0, connections=8, memory=100_000)


class Application:
    """Answers with the path; `admitting` and `answering` are called with it before."""

    def __init__(self, admitting=None, answering=None):
        self.admitting = admitting
        self.answering = answering

    def admit(self, request):
        """What the head says is enough."""
        if self.admitting:
            self.admitting(request.path)

    def answer(self, _, request, body, taking):
        """The path, as JSON."""
        if self.answering:
            self.answering(request.path)
        return Answer(200, json.dumps(request.path).encode())

    def refuse(self, refusal):
        """Why not, as JSON."""
        return Answer(refusal.status, json.dumps(str(refusal)).encode(), refusal.headers)


def server(application, limits=LIMITS, names=(), host="127.0.0.1"):
    """It, on a free port, as a context manager."""
    return Server(listen(host, 0), application, Hosts(names, "come in by the door"), limits)


def raw(port, request):
    """Everything that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def get(port, path="/", host="localhost"):
    """The answer to a GET, and the connection is closed."""
    return raw(port, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
