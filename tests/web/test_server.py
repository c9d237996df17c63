"""Whatever is raised is answered, and whoever comes, the server stays."""

import errno
import http.client
import json
import resource
import socket
import time
from contextlib import ExitStack

import pytest

from saasexport.errors import SaasExportError
from saasexport.web import server as server_module
from saasexport.web.server import Limits, listen
from tests.web.conftest import LIMITS, Application, get, raw, server

RAISED = [
    RuntimeError("x"),
    MemoryError(),
    RecursionError("deep"),
    KeyError("k"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "r"),
    OSError(errno.EMFILE, "Too many open files"),
    AssertionError(),
    StopIteration(),
]


def raising(error):
    """A function that raises this on one path."""

    def call(path):
        if path == "/raise":
            raise error

    return call


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["admitting", "answering"])
def test_what_nobody_foresaw_is_answered_and_its_traceback_kept(capfd, error, where):
    with server(Application(**{where: raising(error)})) as it:
        for _ in range(2):
            answer = get(it.port, "/raise")
            assert answer.startswith("HTTP/1.1 500 Internal Server Error\r\n")
            assert json.loads(answer.partition("\r\n\r\n")[2]).startswith("Something unexpected went wrong")
        assert get(it.port).endswith('\r\n\r\n"/"')
    assert capfd.readouterr().err.count("Traceback (most recent call last)") == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"GET",
        b"GET / HTTP/1.1\r\nHost: loc",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1",
    ],
)
def test_a_request_that_ends_too_early_is_told_so(sent):
    with server(Application()) as it, socket.create_connection(("127.0.0.1", it.port), timeout=20) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_another_host_is_answered_nothing_that_the_application_knows():
    with server(Application(), names=["shop.example"]) as it:
        answer = get(it.port, host="evil.example")
        assert answer.startswith("HTTP/1.1 421 Misdirected Request\r\n")
        assert "come in by the door" in answer
        assert get(it.port, host="shop.example:1").startswith("HTTP/1.1 200 ")
        assert raw(it.port, b"GET / HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 200 ")


def test_half_open_connections_beyond_the_limit_make_room():
    with server(Application()) as it, ExitStack() as stack:
        for number in range(40):
            half = stack.enter_context(socket.create_connection(("127.0.0.1", it.port), timeout=20))
            half.sendall(b"GET / HTTP/1.1\r\nHost: loc"[:number])
        assert get(it.port).startswith("HTTP/1.1 200 ")
        assert len(it._open) <= LIMITS.connections


def test_without_descriptors_it_waits_for_one_and_keeps_no_processor_busy(monkeypatch):
    """The socket refuses as the system does, again and again, until there is a descriptor."""
    it = server(Application())
    real = it._listener
    tries = []

    class Listener:
        def accept(self):
            tries.append(time.monotonic())
            if len(tries) < 4:
                raise OSError(errno.EMFILE, "Too many open files")
            return real.accept()

        def __getattr__(self, name):
            return getattr(real, name)

    monkeypatch.setattr(server_module, "PAUSE_SECONDS", 0.05)
    it._listener = Listener()
    with it:
        assert get(it.port).startswith("HTTP/1.1 200 ")
    assert len(tries) == 4
    assert tries[3] - tries[0] >= 0.15


@pytest.mark.parametrize(
    ("descriptors", "each", "connections"),
    [(1024, 1, 512), (1024, 10, 100), (64, 1, 48), (32, 1, 16), (32, 10, 1), (8, 1, 1), (-1, 1, 512)],
)
def test_no_more_connections_are_taken_than_there_are_descriptors_for(monkeypatch, descriptors, each, connections):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    assert server_module._affordable(Limits(1.0, 1.0, 512, 1, each)) == connections


def test_a_list_of_faults_for_which_there_is_no_memory_is_not_sent():
    def refuse(path):
        raise server_module.Refusal(400, "x" * 200_000)

    with server(Application(answering=refuse)) as it:
        answer = get(it.port)
    assert answer.startswith("HTTP/1.1 503 ")
    assert "\r\nRetry-After: 1\r\n" in answer
    assert len(answer) < 500


def test_where_it_cannot_listen_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SaasExportError, match=f"^cannot listen on .*:{port}: .*; see --host and --port$"):
            listen("127.0.0.1", port)
    for host in ("a" * 300, "münchen..x"):
        with pytest.raises(SaasExportError, match="cannot listen on "):
            listen(host, 0)


def test_a_connection_answers_one_request_after_the_other():
    with server(Application()) as it:
        connection = http.client.HTTPConnection("127.0.0.1", it.port, timeout=20)
        for path in ("/a", "/b", "/c"):
            connection.request("GET", path)
            assert json.loads(connection.getresponse().read()) == path
        connection.close()


@pytest.mark.sample(1)
@pytest.mark.parametrize(("host", "is_private"), [("127.0.0.1", True), ("localhost", True), ("0.0.0.0", False)])  # noqa: S104  # what it is about
def test_it_is_private_only_on_an_address_of_this_machine(host, is_private):
    with server(Application(), host=host) as it:
        assert it.is_private == is_private
