"""HTTP as the service speaks it: what it refuses, and that it keeps its temper."""

import calendar
import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from saasexport.service.server import CommerceService
from tests.service.conftest import Caller, everything, until
from tests.service.valid_items import item

HEAD = b"POST /feeds/prices/testing HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def status_of(answer: bytes) -> int:
    """The status code of an answer in bytes."""
    return int(answer.split(b" ", 2)[1])


def test_a_valid_batch_is_accepted_and_counted(caller: Caller) -> None:
    reply = caller.post("prices", [item("prices", sku="a"), item("prices", sku="b")])
    assert (reply.status, reply.content) == (200, {"status": "ACCEPTED", "acceptedCount": 2})
    assert [it["sku"] for it in caller.held("prices")] == ["a", "b"]


def test_an_uncompressed_batch_is_accepted(caller: Caller) -> None:
    body = json.dumps([item("prices")], indent=1, ensure_ascii=False).encode()
    assert caller.post_bytes(body).content == {"status": "ACCEPTED", "acceptedCount": 1}


def test_an_empty_batch_is_accepted(caller: Caller) -> None:
    reply = caller.post_bytes(b" [ ] ")
    assert (reply.status, reply.content) == (200, {"status": "ACCEPTED", "acceptedCount": 0})


def test_the_request_id_is_echoed(caller: Caller) -> None:
    reply = caller.post("prices", [], headers={"X-Request-Id": "0b6f"})
    assert reply.headers["x-request-id"] == "0b6f"
    refused = caller.post("prices", [1], headers={"X-Request-Id": "0b70"})
    assert refused.headers["x-request-id"] == "0b70"


def test_an_answer_says_when_it_was_given(caller: Caller) -> None:
    date = caller.get("/").headers["date"]
    moment = calendar.timegm(time.strptime(date, "%a, %d %b %Y %H:%M:%S GMT"))
    assert abs(moment - time.time()) < 60


NOT_AN_ARRAY = "the body is not a JSON array of items: "


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", NOT_AN_ARRAY + "it does not begin with ["),
        (b"{}", NOT_AN_ARRAY + "it does not begin with ["),
        (b"null", NOT_AN_ARRAY + "it does not begin with ["),
        (b"\xef\xbb\xbf[]", NOT_AN_ARRAY + "it does not begin with ["),
        (b"[", NOT_AN_ARRAY + "Expecting value: line 1 column 2 (char 1)"),
        (b"[{}", NOT_AN_ARRAY + "expected , or ] at character 3"),
        (b"[{},]", NOT_AN_ARRAY + "Expecting value: line 1 column 5 (char 4)"),
        (b"[{} {}]", NOT_AN_ARRAY + "expected , or ] at character 4"),
        (b"[] []", NOT_AN_ARRAY + "something follows its end at character 2"),
        (b"[1]\n]", NOT_AN_ARRAY + "something follows its end at character 3"),
        (b'["\x01"]', NOT_AN_ARRAY + "Invalid control character at: line 1 column 3 (char 2)"),
        (b"[NaN]", NOT_AN_ARRAY + "NaN is not JSON"),
        (b"[-Infinity]", NOT_AN_ARRAY + "-Infinity is not JSON"),
        (b'["\xff"]', "the body is not UTF-8: invalid start byte at byte 2"),
        (b'["\xed\xa0\x80"]', "the body is not UTF-8: invalid continuation byte at byte 2"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b'[{"a":' * 50_000, "the body is nested too deeply"),
    ],
)
def test_a_body_that_is_no_json_array_is_refused(caller: Caller, body: bytes, message: str) -> None:
    reply = caller.post_bytes(body)
    assert (reply.status, reply.content) == (400, {"status": "FAILED", "message": message})


def test_a_number_of_five_thousand_digits_is_refused(caller: Caller) -> None:
    reply = caller.post_bytes(b"[" + b"1" * 5000 + b"]")
    assert (reply.status, reply.content["status"]) == (400, "FAILED")


def test_a_number_beyond_all_floats_is_refused(caller: Caller) -> None:
    body = json.dumps([item("prices", regular=7)]).replace('"regular": 7', '"regular": 1e999').encode()
    reply = caller.post_bytes(body)
    assert reply.content["errors"][0]["message"] == "regular: expected a number, found inf"


def test_more_items_than_an_answer_could_list_are_refused(caller: Caller) -> None:
    reply = caller.post_bytes(b"[" + b"1," * 10_000 + b"1]")
    assert (reply.status, reply.content["message"]) == (413, "a batch may have at most 10000 items")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/json; charset=latin-1", "", "application/jsonp"]
)
def test_another_content_type_is_refused(caller: Caller, kind: str) -> None:
    reply = caller.post_bytes(b"[]", Content_Type=kind)
    assert (reply.status, reply.headers["accept"]) == (415, "application/json")


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", 'application/json; charset="UTF-8"'])
def test_json_may_be_said_in_other_ways(caller: Caller, kind: str) -> None:
    assert caller.post_bytes(b"[]", Content_Type=kind).status == 200


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd"])
def test_another_content_encoding_is_refused(caller: Caller, encoding: str) -> None:
    reply = caller.post_bytes(b"[]", Content_Encoding=encoding)
    assert (reply.status, reply.headers["accept-encoding"]) == (415, "gzip")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "the body is not gzip: Error -3 while decompressing data: incorrect header check"),
        (
            zlib.compress(b"[]"),
            "the body is not gzip: Error -3 while decompressing data: incorrect header check",
        ),
        (gzip.compress(b"[]", mtime=0)[:-1], "the body is not gzip: it ends too early"),
        (gzip.compress(b"[]", mtime=0) + b"x", "the body is not gzip: something follows its end"),
        (
            gzip.compress(b"[", mtime=0) + gzip.compress(b"]", mtime=0),
            "the body is not gzip: something follows its end",
        ),
    ],
)
def test_a_body_that_is_not_one_gzip_member_is_refused(caller: Caller, body: bytes, message: str) -> None:
    reply = caller.post_bytes(body, Content_Encoding="gzip")
    assert (reply.status, reply.content) == (400, {"status": "FAILED", "message": message})


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[Caller]:
    """A service that takes at most 1000 bytes."""
    with CommerceService(str(tmp_path / "narrow.sqlite"), max_body=1000) as service:
        yield Caller(service)


def test_a_body_of_just_the_largest_size_is_accepted(narrow: Caller) -> None:
    body = b"[" + b" " * 998 + b"]"
    assert narrow.post_bytes(body).status == 200
    assert narrow.post_bytes(gzip.compress(body), Content_Encoding="gzip").status == 200


def test_a_body_that_is_too_large_is_refused(narrow: Caller) -> None:
    reply = narrow.post_bytes(b"[" + b" " * 999 + b"]")
    assert (reply.status, reply.content["message"]) == (413, "the body has more than 1000 bytes")


def test_a_body_that_is_too_large_once_decompressed_is_refused(narrow: Caller) -> None:
    body = gzip.compress(b"[" + b" " * 999 + b"]")
    reply = narrow.post_bytes(body, Content_Encoding="gzip")
    assert (reply.status, reply.content["message"]) == (
        413,
        "the body has more than 1000 bytes once decompressed",
    )


def test_a_gzip_bomb_is_refused(caller: Caller) -> None:
    # 100 MB of zeros in 100 KB.
    squeeze = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    bomb = b"".join(squeeze.compress(bytes(1_000_000)) for _ in range(100)) + squeeze.flush()
    assert caller.post_bytes(bomb, Content_Encoding="gzip").status == 413


def test_a_sender_of_far_too_much_gets_to_read_the_answer(narrow: Caller) -> None:
    # More than socket buffers hold, so the sender is still sending when it is refused.
    reply = narrow.post_bytes(b" " * 20_000_000)
    assert reply.status == 413


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: +2\r\n", 400),
        (b"Content-Length: 0x2\r\n", 400),
        (b"Content-Length: 2, 2\r\n", 400),
        (b"Content-Length: 2 2\r\n", 400),
        (b"Content-Length: 1_0\r\n", 400),
        (b"Content-Length:\r\n", 400),
        (b"Content-Length: \xb2\r\n", 400),
        (b"Content-Length: 99999999999999999999\r\n", 400),
        (b"Content-Length: 999999999999\r\n", 413),
        (b"Content-Length: 2\r\nContent-Length: 2\r\n", 400),
        (b"Content-Length: 2\r\nContent-Length: 3\r\n", 400),
        (b"", 411),
        (b"Transfer-Encoding: chunked\r\n", 501),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", 501),
        (b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n", 501),
        (b"transfer-encoding : chunked\r\nContent-Length: 2\r\n", 400),
        (b"Content-Length: 2\r\n folded\r\n", 400),
        (b"Content-Length: 2\r\nno colon\r\n", 400),
        (b"Content-Length: 2\r\n: no name\r\n", 400),
        (b"Content-Length: 2\r\nX: a\nb\r\n", 400),
        (b"Content-Length: 2\r\nX: \x00\r\n", 400),
        (b"Content-Length: 2\r\nHost: y\r\n", 400),
        (b"Content-Length: 2\r\nContent-Type: text/plain\r\n", 400),
    ],
)
def test_a_doubtful_length_or_header_is_refused_and_the_connection_closed(
    caller: Caller, lines: bytes, status: int
) -> None:
    smuggled = b"2\r\n[]\r\n0\r\n\r\nGET /feeds HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = caller.raw(HEAD + lines + b"\r\n" + smuggled)
    assert status_of(answer) == status
    # One answer only: what followed was not taken for another request.
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close\r\n" in answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
        (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 60_000, 431),
        (b"GET /" + b"x" * 60_000, 431),
    ],
)
def test_a_head_that_is_not_http_is_refused(caller: Caller, head: bytes, status: int) -> None:
    assert status_of(caller.raw(head)) == status


def test_an_unknown_path_is_not_found(caller: Caller) -> None:
    assert caller.get("/nothing").status == 404
    assert caller.get("/feeds/nothing/testing").status == 404
    assert caller.post("nothing", []).status == 404
    assert caller.post("prices", [], environment="a%2Fb").status == 404
    assert caller.post("prices", [], environment="").status == 404
    assert caller.get("/feeds/prices/testing/items").status == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/feeds/prices/testing", "GET, HEAD, POST"),
        ("DELETE", "/feeds/prices/testing/item", "GET, HEAD"),
        ("POST", "/feeds", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("OPTIONS", "/feeds", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(caller: Caller, method: str, path: str, allowed: str) -> None:
    reply = caller.ask(method, path, b"" if method == "POST" else None)
    assert (reply.status, reply.headers["allow"]) == (405, allowed)


def test_a_get_with_a_body_is_refused(caller: Caller) -> None:
    assert caller.ask("GET", "/feeds", b"[]").status == 400


def test_head_answers_as_get_without_the_content(caller: Caller) -> None:
    length = caller.get("/").headers["content-length"]
    reply = caller.ask("HEAD", "/")
    assert (reply.status, reply.headers["content-length"], reply.content) == (200, length, None)


def test_a_connection_serves_many_requests(caller: Caller) -> None:
    connection = HTTPConnection("127.0.0.1", caller.port, timeout=20)
    connection.connect()
    sock = connection.sock
    for number in range(20):
        body = json.dumps([item("prices", sku=f"s{number:02}", regular=None if number == 7 else 1)])
        connection.request("POST", "/feeds/prices/testing", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        # A refusal by the items, too, leaves the connection as it was.
        assert answer.status == (400 if number == 7 else 200)
    assert connection.sock is sock
    connection.close()
    assert len(caller.held("prices")) == 19


def test_requests_sent_without_waiting_are_answered_in_turn(caller: Caller) -> None:
    get = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n"
    answer = caller.raw(
        get % (b"feeds", b"") + HEAD + b"Content-Length: 2\r\n\r\n[]" + get % (b"nix", b"Connection: close\r\n")
    )
    assert [int(part.split(b" ")[0]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200, 200, 404]


def test_an_old_client_is_served_and_let_go(caller: Caller) -> None:
    answer = caller.raw(b"GET /feeds HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 200
    assert b"Connection: close" in answer


def test_a_sender_that_waits_to_be_asked_is_asked(caller: Caller) -> None:
    with caller.connect() as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n\r\n")
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"[]")
        assert status_of(everything(connection)) == 200


def test_a_sender_that_waits_to_be_asked_is_not_asked_in_vain(caller: Caller) -> None:
    with caller.connect() as connection:
        connection.sendall(HEAD + b"Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n")
        assert status_of(everything(connection)) == 413


def test_answers_do_not_wait_for_the_acknowledgement_of_earlier_ones(service: CommerceService, caller: Caller) -> None:
    connection = HTTPConnection("127.0.0.1", caller.port, timeout=20)
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        connection.request("POST", "/feeds/prices/testing", b"[]", {"Content-Type": "application/json"})
        connection.getresponse().read()
        taken.append(time.perf_counter() - start)
    until(lambda: len(service._waiting) == 1)
    [served] = service._waiting
    assert served._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    connection.close()
    # A stall of 40 ms would be in every one of them.
    assert min(taken[1:]) < 0.02


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Caller]:
    """A service that wants a key."""
    with CommerceService(str(tmp_path / "guarded.sqlite"), api_key=b"open sesame") as service:
        yield Caller(service)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
@pytest.mark.parametrize("path", ["/", "/feeds", "/feeds/prices/testing", "/nothing"])
@pytest.mark.parametrize("key", [None, "", "open sesam", "open sesame!", "Open sesame", "\xe9"])
def test_without_the_key_nothing_is_said(guarded: Caller, method: str, path: str, key: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({} if key is None else {"X-Api-Key": key})
    reply = guarded.ask(method, path, b"[]" if method == "POST" else None, headers)
    assert reply.status == 401
    if method != "HEAD":
        assert reply.content == {"status": "FAILED", "message": "the X-Api-Key is missing or wrong"}


def test_with_the_key_all_is_as_usual(guarded: Caller) -> None:
    key = {"X-Api-Key": "open sesame"}
    assert guarded.post("prices", [item("prices")], headers=key).status == 200
    assert guarded.ask("GET", "/feeds", headers=key).content[0]["live"] == 1


def test_the_key_given_twice_is_refused(guarded: Caller) -> None:
    lines = b"X-Api-Key: open sesame\r\n" * 2
    assert status_of(guarded.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n")) == 400


@pytest.fixture
def routed(tmp_path: Path) -> Iterator[Caller]:
    """A service that receives products on a path of their own."""
    routes = [
        ("products", "/feeds/catalog/v2/products/{environment_id}"),
        ("products", "/p/{environment_id}/x"),
    ]
    with CommerceService(str(tmp_path / "routed.sqlite"), routes=routes) as service:
        yield Caller(service)


def test_a_feed_is_received_on_its_own_routes(routed: Caller) -> None:
    body = json.dumps([item("products")]).encode()
    headers = {"Content-Type": "application/json"}
    assert routed.ask("POST", "/feeds/catalog/v2/products/one", body, headers).status == 200
    assert routed.ask("POST", "/p/two/x", body, headers).status == 200
    assert [count["environment"] for count in routed.get("/feeds").content] == ["one", "two"]


def test_a_feed_with_a_route_is_not_received_on_the_default_one(routed: Caller) -> None:
    reply = routed.post("products", [item("products")])
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")
    assert routed.post("prices", [item("prices")]).status == 200


def test_a_route_is_for_posting_only(routed: Caller) -> None:
    reply = routed.get("/feeds/catalog/v2/products/one")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/p/two/y", "/p//x", "/p/a/b/x", "/p/two/x/", "/p/two/xx", "/p/tw%20o/x"])
def test_a_path_that_only_resembles_a_route_is_not_found(routed: Caller, path: str) -> None:
    assert routed.ask("POST", path, b"[]", {"Content-Type": "application/json"}).status == 404


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Caller]:
    """A service behind proxies."""
    with CommerceService(str(tmp_path / "p.sqlite"), allowed_hosts=["feeds.example", "b.example"]) as service:
        yield Caller(service)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "", "localhost.evil", "feeds.example"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/feeds"), ("POST", "/feeds/prices/testing"), ("PUT", "/nothing")]
)
def test_a_host_of_somebody_elses_is_misdirected(caller: Caller, host: str, method: str, path: str) -> None:
    body = json.dumps([item("prices")]).encode() if method == "POST" else None
    reply = caller.ask(method, path, body, {"Host": host, "Content-Type": "application/json"})
    assert (reply.status, reply.content["status"]) == (421, "FAILED")
    assert reply.content["message"].endswith("is not answered for here; a proxy's name is given with --allow-host")
    assert caller.get("/feeds").content == []


def test_another_host_learns_not_even_that_a_key_is_wanted(guarded: Caller) -> None:
    for key in ("open sesame", "wrong"):
        assert guarded.ask("GET", "/feeds", None, {"Host": "evil.example", "X-Api-Key": key}).status == 421


def test_a_host_that_was_allowed_is_answered(proxied: Caller) -> None:
    for host in ("feeds.example", "FEEDS.example:443", "b.example.", f"127.0.0.1:{proxied.port}", "[::1]", "localhost"):
        assert proxied.ask("GET", "/feeds", None, {"Host": host}).status == 200
    assert proxied.ask("GET", "/feeds", None, {"Host": "c.example"}).status == 421


ENCODED = ["%ff", "%C1", "%", "%zz", "a%00b", "%ED%A0%80", "%F5%80%80%80", "caf%c3%a9", "%2e%2e%2f", "%E2%80%AE"]


@pytest.mark.parametrize("segment", ENCODED)
def test_an_environment_that_is_none_is_not_found_wherever_it_stands(
    caller: Caller, routed: Caller, segment: str, capfd: pytest.CaptureFixture[str]
) -> None:
    for path in (f"/feeds/products/{segment}", f"/feeds/products/{segment}/item?sku=a", f"/{segment}"):
        assert caller.get(path).status == 404
    assert caller.post("products", [], environment=segment).status == 404
    for path in (f"/p/{segment}/x", f"/feeds/catalog/v2/products/{segment}"):
        assert routed.ask("POST", path, b"[]", {"Content-Type": "application/json"}).status == 404
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("query", ["after=%ff", "after=%ED%A0%80", "%ff=1", "limit=%C2%B2", "limit=1;2", "a=b&a=b"])
def test_a_query_that_makes_no_sense_is_refused(caller: Caller, query: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert caller.get(f"/feeds/products/testing?{query}").status == 400
    assert capfd.readouterr().err == ""


def test_what_nobody_foresaw_is_answered_in_json(
    service: CommerceService, caller: Caller, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    for name in ("save", "counts", "page", "one"):
        monkeypatch.setattr(service.store, name, fail)
    for reply in (
        caller.post("prices", [item("prices")]),
        caller.get("/feeds"),
        caller.get("/feeds/prices/testing"),
        caller.get("/feeds/ratingMetadata/testing/item?ratingId=1&storeViewCode=a"),
    ):
        assert (reply.status, reply.content["status"]) == (500, "FAILED")
        assert reply.headers["connection"] == "close"
    assert capfd.readouterr().err.count("Traceback (most recent call last)") == 4
