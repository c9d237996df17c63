"""The dashboard as a process: how it listens, refuses, waits and ends."""

import os
import resource
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from tests.dashboard.reading import Dashboard
from tests.support import BIN


def raw(dashboard, request):
    """What is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", dashboard.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def test_it_listens_on_this_machine_only_and_says_where(synced):
    with Dashboard(synced) as dashboard:
        assert dashboard.url == f"http://127.0.0.1:{dashboard.port}"
        assert urllib.request.urlopen(dashboard.url, timeout=30).status == 200
    assert dashboard.said == ""


def test_it_warns_when_others_can_reach_it(synced):
    with Dashboard(synced, "--host", "0.0.0.0") as dashboard:  # noqa: S104  # what the warning is about
        dashboard.get("/")
    assert "whoever reaches this address sees the items and can have them sent again" in dashboard.said


def test_it_listens_on_ipv6_too(synced):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Dashboard(synced, "--host", "::1") as dashboard:
        assert dashboard.url == f"http://[::1]:{dashboard.port}"
        assert urllib.request.urlopen(dashboard.url, timeout=30).status == 200


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_asked(synced, number):
    with Dashboard(synced) as dashboard:
        dashboard.process.send_signal(number)
        assert dashboard.process.wait(30) == 0
    assert dashboard.said == ""


def test_a_port_that_is_taken_is_said_in_one_line(synced, dashboard):
    done = synced.run("saasexport", "dashboard", "--port", dashboard.port)
    assert done.returncode == 1
    assert done.stderr.startswith(f"saasexport: cannot listen on 127.0.0.1:{dashboard.port}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none_is_wrong_usage(synced, port):
    assert synced.run("saasexport", "dashboard", f"--port={port}").returncode == 2


def test_without_a_configuration_it_does_not_start(tmp_path):
    done = subprocess.run(
        [sys.executable, BIN / "saasexport", "dashboard"],
        cwd=tmp_path,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, "no configuration" in done.stderr) == (2, True)


def test_head_has_the_headers_of_get_and_no_body(dashboard):
    for path in ("/", "/data", "/elsewhere"):
        rest = f" {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        got, headed = raw(dashboard, b"GET" + rest), raw(dashboard, b"HEAD" + rest)
        assert headed.endswith("\r\n\r\n")
        assert headed.splitlines()[0] == got.splitlines()[0]
        assert "Content-Length: " in headed


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET http://127.0.0.1/ HTTP/1.1", 400),
        ("GET /%zz HTTP/1.1", 404),
        ("GET //[/ HTTP/1.1", 404),
        ("PUT / HTTP/1.1", 501),
        ("OPTIONS * HTTP/1.1", 400),
        ("OPTIONS / HTTP/1.1", 501),
        ("GET / HTTP/9.9", 505),
        ("GET /" + "x" * 70_000 + " HTTP/1.1", 431),
        ("<script>alert(1)</script> / HTTP/1.1", 400),
        ("nonsense", 400),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_our_own_words(dashboard, request_line, status):
    answer = raw(dashboard, f"{request_line}\r\nHost: localhost\r\n\r\n".encode())
    assert f" {status} " in answer.splitlines()[0]
    assert "<script" not in answer
    assert "Content-Security-Policy: default-src 'none'" in answer


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ("Content-Length: 5", "a=1", 400),
        ("Content-Length: -1", "", 400),
        ("Content-Length: 1_0", "a=1", 400),
        ("Content-Length: 99999999", "a=1", 413),
        ("Transfer-Encoding: chunked", "3\r\na=1\r\n0\r\n\r\n", 501),
        ("", "", 411),
        ("Content-Length: 2\r\nContent-Type: text/plain", "{}", 400),
    ],
)
def test_a_form_that_is_none_is_refused(dashboard, headers, body, status):
    kind = "" if "Content-Type" in headers else "Content-Type: application/x-www-form-urlencoded\r\n"
    head = f"POST /data/resync HTTP/1.1\r\nHost: localhost\r\n{kind}{headers}".rstrip()
    assert f" {status} " in raw(dashboard, f"{head}\r\n\r\n{body}".encode()).splitlines()[0]


def test_a_form_with_very_many_fields_is_refused(dashboard):
    fields = [("id", str(number)) for number in range(2_000)]
    assert dashboard.post("/feeds/products/resync", fields)[0] in (400, 404)


def test_slow_and_silent_clients_hold_up_nobody(dashboard):
    with ExitStack() as open_ones:
        for number in range(40):
            connection = open_ones.enter_context(socket.create_connection(("127.0.0.1", dashboard.port), timeout=30))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: loc"[:number])
        began = time.monotonic()
        assert "scopesWebsite" in dashboard.get("/")
        assert time.monotonic() - began < 5


@pytest.mark.sample(1)
@pytest.mark.parametrize("descriptors", [40, 64])
def test_few_descriptors_and_many_half_open_connections_are_survived(synced, descriptors):
    with Dashboard(synced) as dashboard, ExitStack() as open_ones:
        _, most = resource.prlimit(dashboard.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(dashboard.process.pid, resource.RLIMIT_NOFILE, (descriptors, most))
        for number in range(100):
            connection = open_ones.enter_context(socket.create_connection(("127.0.0.1", dashboard.port), timeout=30))
            connection.sendall(b"GET / HTTP/1.1\r\nHost: loc"[:number])
        open_ones.close()
        assert "scopesWebsite" in dashboard.get("/")
    assert dashboard.said == ""


def test_a_request_that_is_cut_off_is_told_so(dashboard):
    for sent in (b"GET", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: y"):
        assert raw(dashboard, sent).startswith("HTTP/1.1 400 ")


@pytest.mark.thorough
def test_many_readers_at_once_all_get_the_page(dashboard):
    with ThreadPoolExecutor(16) as pool:
        texts = list(pool.map(lambda _: dashboard.get("/feeds/scopesWebsite"), range(48)))
    assert all("websiteId" in text for text in texts)


@pytest.mark.thorough
def test_a_job_at_work_does_not_keep_the_page_waiting(own, own_dashboard):
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite", isolation_level=None)) as ours:
        ours.execute("begin immediate")
        text = own_dashboard.page("/").text
        ours.execute("rollback")
    assert "Source records and backlog are as last counted: " in text
    assert "database is locked." in text
    assert "scopesWebsite" in text


def test_a_configuration_that_is_broken_later_is_said_on_the_page(own, own_dashboard):
    own_dashboard.get("/")
    kept = own.config.read_text()
    own.config.write_text("[shop\n")
    status, _, text = own_dashboard.ask("GET", "/")
    assert (status, "not TOML" in text) == (503, True)
    own.config.write_text(kept)
    assert "scopesWebsite" in own_dashboard.get("/")


def test_what_nobody_expected_is_answered_and_keeps_its_traceback(own):
    with Dashboard(own) as dashboard:
        with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
            ours.execute("delete from view_state where feed = 'reviews'")
            ours.commit()
        status, _, text = dashboard.ask("GET", "/feeds/reviews")
        assert (status, "Something unexpected went wrong" in text) == (500, True)
    assert "Traceback (most recent call last)" in dashboard.said


def test_a_feed_that_is_not_set_up_yet_is_left_to_the_next_job(own, own_dashboard):
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        for table in ("view_state", "indexer_state"):
            ours.execute(f"delete from {table} where feed = 'reviews'")
        ours.commit()
    assert len(own_dashboard.page("/").rows()) == 12
    assert own_dashboard.ask("GET", "/feeds/reviews")[0] == 404


def test_a_database_that_is_away_is_said_on_the_page(own, own_dashboard):
    database = own.folder / "var" / "saasexport.sqlite"
    database.rename(own.folder / "elsewhere.sqlite")
    status, _, text = own_dashboard.ask("GET", "/")
    assert (status, "our database does not exist" in text) == (503, True)
