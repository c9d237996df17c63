"""Slow, silent and numerous peers: they are let go in time, and hold up nobody else."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from saasexport.service.server import CommerceService
from tests.service.conftest import Caller, everything, until
from tests.service.valid_items import item

HEAD = b"POST /feeds/prices/testing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Caller]:
    """A service that allows 0.3 s for a request once it has begun."""
    with CommerceService(str(tmp_path / "hasty.sqlite"), request_seconds=0.3, idle_seconds=60) as service:
        yield Caller(service)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "sent",
    [
        b"GET",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        HEAD + b"Content-Length: 100\r\n\r\n",
        HEAD + b"Content-Length: 9\r\n\r\n[",
    ],
)
def test_a_half_open_request_is_told_that_it_took_too_long(hasty: Caller, sent: bytes) -> None:
    start = time.monotonic()
    answer = hasty.raw(sent)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"the request took more than 0.3 s" in answer
    assert time.monotonic() - start < 10


def test_a_request_that_drips_is_cut_off(hasty: Caller) -> None:
    with hasty.connect() as connection:
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
        connection.settimeout(0.02)
        start = time.monotonic()
        answer = b""
        # A byte every 20 ms would keep a timeout per read at bay for half an hour.
        while not answer and time.monotonic() - start < 10:
            with contextlib.suppress(TimeoutError):
                connection.sendall(b" ")
                answer = connection.recv(1000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - start < 5


def test_a_silent_connection_is_closed_without_a_word(tmp_path: Path) -> None:
    with CommerceService(str(tmp_path / "brief.sqlite"), request_seconds=60, idle_seconds=0.2) as service:
        caller = Caller(service)
        assert caller.raw(b"") == b""
        assert caller.raw(b"\r\n\r\n") == b""


def test_half_open_requests_do_not_block_others(caller: Caller) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            half = stack.enter_context(caller.connect())
            half.sendall(HEAD + b"Content-Length: 1000\r\n\r\n[")
        start = time.monotonic()
        assert caller.post("prices", [item("prices")]).status == 200
        assert time.monotonic() - start < 5


def test_another_connection_is_served_while_200_are_open(caller: Caller) -> None:
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(caller.connect()) for _ in range(200)]
        for connection in idle:
            connection.sendall(b"GET /feeds HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
        start = time.monotonic()
        assert caller.post("prices", [item("prices")]).status == 200
        assert time.monotonic() - start < 5
        # None of them had to go for it.
        for connection in idle:
            connection.sendall(b"GET /feeds HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def ask_and_wait(connection: socket.socket, service: CommerceService, number: int) -> None:
    """Ask on a connection, until that many wait for a request and it is the last of them."""
    connection.sendall(b"GET /feeds HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    peer = connection.getsockname()
    until(lambda: [it._socket.getpeername() for it in list(service._waiting)][number - 1 :] == [peer])


def test_past_the_limit_the_connection_that_waited_longest_makes_room(tmp_path: Path) -> None:
    with CommerceService(str(tmp_path / "small.sqlite"), most_connections=3) as service:
        caller = Caller(service)
        with contextlib.ExitStack() as stack:
            opened = []
            for number in (1, 2, 3):
                opened.append(stack.enter_context(caller.connect()))
                ask_and_wait(opened[-1], service, number)
            first, second, third = opened
            # It asks again, so that the second is now the one that has waited longest.
            ask_and_wait(first, service, 3)
            assert caller.get("/feeds").status == 200
            assert everything(second) == b""
            third.sendall(b"GET /feeds HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert everything(third).startswith(b"HTTP/1.1 200 ")


def test_bodies_that_would_not_fit_into_memory_together_are_put_off(tmp_path: Path) -> None:
    with CommerceService(str(tmp_path / "small.sqlite"), max_body=1000) as service:
        caller = Caller(service)
        # Eight bodies of the largest size may be in memory, less what an answer needs.
        with contextlib.ExitStack() as stack:
            for _ in range(8):
                half = stack.enter_context(caller.connect())
                half.sendall(HEAD + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
                assert half.recv(100).startswith(b"HTTP/1.1 100 ")
                half.sendall(b"[" + b" " * 998)
            until(lambda: service._bodies._left < 500)
            late = caller.raw(HEAD + b"Content-Length: 502\r\n\r\n[" + b" " * 500 + b"]")
            assert late.startswith(b"HTTP/1.1 503 ")
            assert b"\r\nRetry-After: 1\r\n" in late
        # The others are gone, and what they took is given back.
        until(lambda: service._bodies._left == 8000)
        assert caller.post("prices", []).status == 200


def test_a_peer_that_leaves_in_the_middle_does_no_harm(caller: Caller) -> None:
    for sent in (b"", b"GET", HEAD + b"Content-Length: 100\r\n\r\n[", HEAD + b"Content-Length: 2\r\n\r\n[]"):
        connection = caller.connect()
        connection.sendall(sent)
        # Zero seconds of lingering: a reset instead of an orderly end.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        connection.close()
    assert caller.post("prices", [item("prices")]).status == 200


def test_many_senders_at_once_are_all_served(caller: Caller) -> None:
    statuses: list[int] = []

    def send(number: int) -> None:
        for turn in range(5):
            sku = f"{number:02}-{turn}"
            statuses.append(caller.post("prices", [item("prices", sku=sku)]).status)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 100
    assert len(caller.held("prices")) == 100
