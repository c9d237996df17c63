"""Connections that end, hosts with several addresses, names that are looked up for ever."""

import socket
import struct
import threading
import time
from itertools import product
from types import SimpleNamespace

import pytest

from saasexport.delivery import http_connection
from saasexport.delivery.http_connection import Connection
from saasexport.delivery.requests_connection import RequestsConnection
from saasexport.errors import ServiceError
from tests.scripted import Listener

ACCEPTED = b'{"status":"ACCEPTED"}'


def server(head, closes=True, answered=1_000):
    """A server that answers so often on a connection, and then closes it without a word."""

    def serve(connection, listener):
        for _ in range(answered):
            request = listener.receive(connection)
            if request is None:
                return
            connection.sendall(head + b"\r\nContent-Length: %d\r\n\r\n" % len(ACCEPTED) + ACCEPTED)
            if closes:
                return

    return Listener(serve)


def posted(url, times):
    """The statuses of some posts over one connection."""
    connection = Connection(url, 10)
    try:
        return [connection.post("/", {}, b"body").status for _ in range(times)]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("head", "connections"),
    [
        (b"HTTP/1.0 200 OK", 4),
        (b"HTTP/1.0 200 OK\r\nConnection: close", 4),
        (b"HTTP/1.1 200 OK", 4),
        (b"HTTP/1.1 200 OK\r\nConnection: close", 4),
        (b"HTTP/1.1 200 OK\r\nConnection: keep-alive", 4),
    ],
)
def test_a_server_that_closes_after_each_answer_announced_or_not_gets_every_request(head, connections):
    with server(head) as listener:
        assert posted(listener.url, 4) == [200] * 4
    assert len(listener.requests) == connections


def test_an_http_1_0_server_that_keeps_its_connection_is_believed():
    with server(b"HTTP/1.0 200 OK\r\nConnection: keep-alive", closes=False) as listener:
        assert posted(listener.url, 4) == [200] * 4
    assert listener.connections == 1


def closing_in_the_middle(first, second, is_reset=False):
    """A server that says `first` and closes; of a second connection it says `second`, and may reset it then."""
    said = iter([first, second, second])

    def serve(connection, listener):
        while listener.receive(connection) is not None:
            answer = next(said)
            connection.sendall(answer)
            if not answer.endswith(ACCEPTED):
                if is_reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return

    return Listener(serve)


GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ACCEPTED) + ACCEPTED


KINDS = pytest.mark.parametrize("kind", [Connection, RequestsConnection], ids=["standard", "requests"])


@KINDS
def test_a_reused_connection_that_ends_before_the_first_byte_of_an_answer_is_tried_once_more(kind):
    with closing_in_the_middle(GOOD, b"") as listener:
        connection = kind(listener.url, 10)
        assert connection.post("/", {}, b"one").status == 200
        with pytest.raises(ServiceError, match="closed"):
            connection.post("/", {}, b"two")
        connection.close()
    assert [request.body for request in listener.requests] == [b"one", b"two", b"two"]


PARTS = [
    b"H",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\n\x1f",
]


@pytest.mark.parametrize(
    ("kind", "part", "is_reset"),
    [
        # A head without its end is one to the library, and what came before a reset it does not tell.
        (Connection, b"HTTP/1.1 200 OK\r\n", False),
        *product((Connection, RequestsConnection), PARTS, [False]),
        *product((Connection, RequestsConnection), PARTS[1:], [True]),
    ],
)
def test_one_that_ends_after_the_first_byte_is_not(kind, part, is_reset):
    with closing_in_the_middle(GOOD, part, is_reset) as listener:
        connection = kind(listener.url, 10)
        assert connection.post("/", {}, b"one").status == 200
        with pytest.raises(ServiceError):
            connection.post("/", {}, b"two")
        connection.close()
    assert len(listener.requests) == 2


def test_a_new_connection_that_ends_without_an_answer_is_not_tried_again():
    with (
        closing_in_the_middle(b"", b"") as listener,
        pytest.raises(ServiceError, match="closed before an answer came"),
    ):
        posted(listener.url, 1)
    assert len(listener.requests) == 1


# Addresses


def resolving(*ports):
    """A look-up that gives an address of loopback for each port."""
    return lambda *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]


def unused_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_the_addresses_of_a_host_are_tried_in_turn():
    with server(b"HTTP/1.1 200 OK") as listener:
        connection = Connection("http://shop.test", 10)
        connection.resolve = resolving(unused_port(), unused_port(), int(listener.url.rpartition(":")[2]))
        assert connection.post("/", {}, b"").status == 200
        connection.close()


def test_no_address_takes_more_than_a_third_of_what_is_left(monkeypatch):
    given = []

    class Silent(socket.socket):
        def connect(self, target):
            given.append((self.gettimeout(), connection._time_left()))
            raise TimeoutError

    monkeypatch.setattr(http_connection, "socket", SimpleNamespace(**{**vars(socket), "socket": Silent}))
    connection = Connection("http://shop.test", 9)
    connection.resolve = resolving(1, 2, 3)
    with pytest.raises(ServiceError, match="no answer within 9 s"):
        connection.post("/", {}, b"")
    assert len(given) == 3
    assert all(timeout <= left / 3 + 0.1 for timeout, left in given)


def test_looking_a_name_up_counts():
    over = threading.Event()
    connection = Connection("http://shop.test", 0.2)
    connection.resolve = lambda *_: over.wait(30)
    began = time.monotonic()
    with pytest.raises(ServiceError, match=r"no answer within 0\.2 s"):
        connection.post("/", {}, b"")
    assert time.monotonic() - began < 10
    over.set()


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), OSError(101, "Network is down")])
def test_a_name_that_is_not_known_is_said_in_one_line(error):
    def fail(*_):
        raise error

    connection = Connection("http://shop.test", 10)
    connection.resolve = fail
    with pytest.raises(ServiceError) as raised:
        connection.post("/", {}, b"")
    assert str(raised.value) == f"http://shop.test: {error.strerror[:1].lower()}{error.strerror[1:]}"
