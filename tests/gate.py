"""A gate between exporter and service: passes requests on, or does with them what a test says."""

import socket
import struct
import urllib.error
import urllib.request

from tests.scripted import Listener, response

KEPT_HEADERS = ("content-type", "content-encoding", "x-request-id", "x-api-key")


class Gate(Listener):
    """Passes on what comes; `fault(connection, request, gate)` deals with it instead, and then the connection ends
    unless it gives true."""

    def __init__(self, service):
        super().__init__(self._serve)
        self.service = service
        self.fault = None

    def _serve(self, connection, listener):
        while request := self.receive(connection):
            if self.fault is None:
                connection.sendall(self.passed_on(request))
            elif not self.fault(connection, request, self):
                return

    def passed_on(self, request):
        """Have the service answer a request; gives the bytes of its answer."""
        asked = urllib.request.Request(
            self.service.url + request.path,
            request.body,
            {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return response(answer.status, {}, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return response(error.code, {}, error.read())


def answers(status, headers=None, content=b""):
    """A fault: this answer to everything; the connection stays open."""

    def fault(connection, request, gate):
        connection.sendall(response(status, headers, content))
        return True

    return fault


def sends(*pieces):
    """A fault: these bytes and the end of the connection."""

    def fault(connection, request, gate):
        for piece in pieces:
            connection.sendall(piece)

    return fault


def drips(content):
    """A fault: an answer of a byte every twentieth of a second."""

    def fault(connection, request, gate):
        for number in range(len(content)):
            if gate.over.wait(0.05):
                return
            connection.sendall(content[number : number + 1])

    return fault


def stalls(connection, request, gate):
    """A fault: no answer, and the connection stays open until the other side has enough."""
    while not gate.over.is_set() and connection.recv(65_536):
        pass


def resets(connection, request, gate):
    """A fault: the connection is torn down."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def stores_and_says_nothing(connection, request, gate):
    """A fault: the service has the batch, and its answer is lost."""
    gate.passed_on(request)


def never_ends(first, more):
    """A fault: an answer that goes on for ever."""

    def fault(connection, request, gate):
        connection.sendall(first)
        while not gate.over.is_set():
            connection.sendall(more)

    return fault
