"""The HTTP of saasexport.delivery.http_connection against servers of every kind."""

import ssl
import time

import pytest

from saasexport.delivery import http_connection
from saasexport.delivery.http_connection import Connection, Response, address
from saasexport.errors import ServiceError
from tests.scripted import Listener, answering, response, sending

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'


def post(server, body=b"[]", timeout=10.0):
    """One request on a connection of its own."""
    opened = Connection(server.url, timeout)
    try:
        return opened.post("/feeds/things/testing", {"X-Request-Id": "1"}, body)
    finally:
        opened.close()


def failure(server, timeout=10.0):
    """What a request ended with, without the address of the server."""
    with pytest.raises(ServiceError) as caught:
        post(server, timeout=timeout)
    return str(caught.value).removeprefix(server.url)


# What is sent


def test_a_request_is_one_post_with_its_length():
    with answering(lambda request: (200, {}, {})) as server:
        post(server, b"[1]")
    (request,) = server.requests
    assert (request.method, request.path, request.body) == ("POST", "/feeds/things/testing", b"[1]")
    assert request.headers == {
        "host": server.url.removeprefix("http://"),
        "x-request-id": "1",
        "content-length": "3",
    }


def test_the_path_of_the_address_stands_before_every_path():
    with answering(lambda request: (200, {}, {})) as server:
        opened = Connection(server.url + "/api/v1/", 10)
        opened.post("/feeds/a", {}, b"")
        opened.close()
    assert server.requests[0].path == "/api/v1/feeds/a"


def test_a_connection_is_used_again():
    with answering(lambda request: (200, {}, {})) as server:
        opened = Connection(server.url, 10)
        for _ in range(3):
            assert opened.post("/", {}, b"x").status == 200
        opened.close()
        assert server.connections == 1


def test_a_connection_the_service_closes_is_opened_again():
    with sending(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}") as server:
        opened = Connection(server.url, 10)
        assert [opened.post("/", {}, b"x").status for _ in range(2)] == [200, 200]
        opened.close()
        assert server.connections == 2


def test_a_connection_that_was_closed_without_a_word_is_opened_again():
    with sending(GOOD) as server:
        opened = Connection(server.url, 10)
        opened.post("/", {}, b"x")
        server._threads[0].join(10)  # the server has closed by now
        assert opened.post("/", {}, b"x") == Response(200, {"content-length": "2"}, b"{}")
        opened.close()


def test_a_connection_with_something_unasked_on_it_is_not_used_again():
    def serve(connection, listener):
        listener.receive(connection)
        connection.sendall(GOOD)
        listener.more.wait(10)
        connection.sendall(GOOD)
        listener.sent.set()
        listener.receive(connection)

    import threading

    with Listener(serve) as server:
        server.more, server.sent = threading.Event(), threading.Event()
        opened = Connection(server.url, 10)
        opened.post("/first", {}, b"x")
        server.more.set()
        server.sent.wait(10)
        opened.post("/second", {}, b"x")
        opened.close()
        assert server.connections == 2


# What comes back


def test_headers_are_found_by_their_name_in_lower_case():
    with sending(b"HTTP/1.1 429 Slow Down\r\nRETRY-after:  7 \r\nContent-Length: 0\r\n\r\n") as server:
        assert post(server) == Response(429, {"retry-after": "7", "content-length": "0"}, b"")


def test_an_answer_that_drips_is_put_together():
    with sending(*(bytes([byte]) for byte in GOOD)) as server:
        assert post(server) == Response(200, {"content-length": "2"}, b"{}")


def test_a_chunked_answer_is_put_together():
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b'4;a=b\r\n{"a"\r\nA\r\n:123456789\r\n1\r\n}\r\n0\r\n\r\n'
    with sending(*(bytes([byte]) for byte in head + chunks)) as server:
        assert post(server).body == b'{"a":123456789}'


def test_trailers_of_a_chunked_answer_do_not_confuse_the_next_one():
    def serve(connection, listener):
        while listener.receive(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n")

    with Listener(serve) as server:
        opened = Connection(server.url, 10)
        assert [opened.post("/", {}, b"x").body for _ in range(3)] == [b"{}"] * 3
        opened.close()


def test_an_answer_without_a_length_ends_with_the_connection():
    with sending(b"HTTP/1.0 200 OK\r\n\r\n", b'{"a":', b"1}") as server:
        assert post(server).body == b'{"a":1}'


def test_a_100_continue_is_passed_over_even_if_the_answer_comes_in_the_same_breath():
    with sending(b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD) as server:
        assert post(server).body == b"{}"


def test_a_100_continue_may_come_alone():
    with sending(b"HTTP/1.1 100 Continue\r\n\r\n", GOOD) as server:
        assert post(server).body == b"{}"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_content_is_not_waited_for(status):
    def serve(connection, listener):
        while listener.receive(connection):
            connection.sendall(b"HTTP/1.1 %d Nothing\r\n\r\n" % status)

    with Listener(serve) as server:
        assert post(server, timeout=5).status == status


def test_a_redirect_is_an_answer_and_is_not_followed():
    with answering(lambda request: (302, {"Location": "/elsewhere"}, b"")) as server:
        assert post(server).status == 302
        assert len(server.requests) == 1


def test_an_answer_that_comes_before_the_request_was_read_is_heard():
    def serve(connection, listener):
        connection.recv(100)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        # Closed with the body half unread, which the kernel tells the sender as a reset.

    with Listener(serve) as server:
        try:
            status = post(server, b"x" * 20_000_000).status
        except ServiceError as error:
            # The kernel may throw the answer away with the connection: then there was none.
            status = 413 if "reset by peer" in str(error) or "broken pipe" in str(error) else error
        assert status == 413


# What is no answer


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", ": the connection was closed before an answer came"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", ": the connection was closed before an answer came"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}", ": the answer breaks off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}", ": the answer breaks off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", ": the answer breaks off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", ": an unreadable chunk in the answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n{}", ": an unreadable chunk in the answer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\n{}",
            ": an answer of more than 16777216 bytes",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", ": an answer with Content-Length '-1'"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\n{}", ": an answer with Content-Length '2, 2'"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
            ": an answer of more than 16777216 bytes",
        ),
        (b"HTTP/1.1 20\r\nContent-Length: 0\r\n\r\n", ": the answer is not HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", ": the answer is not HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x16\r\n\r\n", ": the answer is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, ": an answer with too large a head"),
    ],
)
def test_what_is_no_answer_is_told_as_such(answer, reason):
    with sending(answer) as server:
        assert failure(server) == reason


def test_an_answer_without_an_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(http_connection, "MOST_BODY", 1_000_000)

    def serve(connection, listener):
        listener.receive(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not listener.over.is_set():
            connection.sendall(b" " * 65_536)

    with Listener(serve) as server:
        assert failure(server) == ": an answer of more than 1000000 bytes"


def test_a_chunk_whose_size_has_no_end_is_cut_off():
    def serve(connection, listener):
        listener.receive(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not listener.over.is_set():
            connection.sendall(b"1" * 65_536)

    with Listener(serve) as server:
        assert failure(server) == ": an unreadable chunk in the answer"


def test_a_service_that_drips_for_ever_is_left_after_the_timeout():
    def serve(connection, listener):
        listener.receive(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not listener.over.wait(0.02):
            connection.sendall(b" ")

    with Listener(serve) as server:
        started = time.monotonic()
        assert failure(server, 0.3) == ": no answer within 0.3 s"
        assert time.monotonic() - started < 3


def test_informational_answers_without_an_end_are_left_after_the_timeout():
    def serve(connection, listener):
        listener.receive(connection)
        while not listener.over.wait(0.02):
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")

    with Listener(serve) as server:
        assert failure(server, 0.3) == ": no answer within 0.3 s"


def test_a_service_that_never_answers_is_left_after_the_timeout():
    with Listener(lambda connection, listener: listener.over.wait(30)) as server:
        assert failure(server, 0.2) == ": no answer within 0.2 s"


def test_a_service_that_does_not_read_is_left_after_the_timeout():
    with Listener(lambda connection, listener: listener.over.wait(30)) as server:
        opened = Connection(server.url, 0.3)
        with pytest.raises(ServiceError, match=r"no answer within 0\.3 s"):
            opened.post("/", {}, b"x" * 50_000_000)


def test_nobody_listening_is_told():
    with sending() as server:
        pass
    assert failure(server) == ": connection refused"


def test_after_a_failure_the_connection_is_opened_anew():
    answers = iter([b"garbage\r\n\r\n", GOOD])

    def serve(connection, listener):
        listener.receive(connection)
        connection.sendall(next(answers))

    with Listener(serve) as server:
        opened = Connection(server.url, 10)
        with pytest.raises(ServiceError):
            opened.post("/", {}, b"x")
        assert opened.post("/", {}, b"x").status == 200
        opened.close()


def test_a_service_that_speaks_no_tls_is_told():
    with Listener(lambda connection, _: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        opened = Connection(server.url.replace("http:", "https:"), 5)
        with pytest.raises(ServiceError) as caught:
            opened.post("/", {}, b"x")
        assert isinstance(caught.value.__cause__, ssl.SSLError)


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example", "host.invalid"])
def test_a_host_that_cannot_be_is_told(host):
    with pytest.raises(ServiceError) as caught:
        Connection(f"http://{host}", 5).post("/", {}, b"x")
    assert str(caught.value).startswith(f"http://{host}: ")


# Addresses


@pytest.mark.parametrize(
    ("url", "expected", "header"),
    [
        ("http://shop.example", (False, "shop.example", 80, ""), "shop.example"),
        ("https://shop.example/", (True, "shop.example", 443, ""), "shop.example"),
        ("https://shop.example:8443/api/", (True, "shop.example", 8443, "/api"), "shop.example:8443"),
        ("http://shop.example:443", (False, "shop.example", 443, ""), "shop.example:443"),
        ("http://[::1]:8765/a", (False, "::1", 8765, "/a"), "[::1]:8765"),
        ("http://[::1]", (False, "::1", 80, ""), "[::1]"),
    ],
)
def test_an_address_is_taken_apart(url, expected, header):
    found = address(url)
    assert tuple(found) == expected
    assert found.header == header


@pytest.mark.parametrize("url", ["http://shop:many", "http://shop:-1", "http://shop:65536", "http://me:secret@shop"])
def test_an_address_with_an_unusable_port_is_told(url):
    with pytest.raises(ServiceError, match="not a valid address"):
        address(url)


def test_an_answer_is_the_bytes_of_response():
    assert response(200, {"A": "b"}, b"{}") == b"HTTP/1.1 200 Something\r\nContent-Length: 2\r\nA: b\r\n\r\n{}"
