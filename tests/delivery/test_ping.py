"""The dead-man's switch: what it hears, and that no job waits for it or fails because of it."""

import os
import queue
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from saasexport.delivery import ping
from tests.support import BIN


class Switch:
    """A server that notes what it hears."""

    def __init__(self, code=200):
        self.heard = queue.Queue()
        self.may_answer = threading.Event()
        self.may_answer.set()
        switch = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                switch.heard.put(self.path)
                switch.may_answer.wait(30)
                self.send_response(code)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/ping/0a1b"

    def next(self):
        """What it hears next."""
        return self.heard.get(timeout=20)

    def close(self):
        """End it."""
        self.may_answer.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def switch():
    """A switch that is all right."""
    with closing(Switch()) as found:
        yield found


def state_file(exporter):
    """Where it is kept what the switch was told."""
    return exporter.folder / "var" / "lock" / "ping.state"


def told_at(exporter, expected):
    """Wait until the process that talks has written down what it told."""
    waited = threading.Event()
    for _ in range(200):
        if state_file(exporter).exists() and state_file(exporter).read_text() == expected:
            return
        waited.wait(0.05)
    raise AssertionError(f"{expected} was not told")


def configured(exporter, url):
    """The installation with a ping_url that is in use."""
    exporter.write_config(f'[export]\nping_url = "{url}"')
    exporter.run("reindex_all_invalid", check=True)
    return exporter


@pytest.fixture
def exporter(installed):
    """An installation in which all is well."""
    return installed


def test_a_run_by_cron_that_did_well_is_told_an_idle_one_too(exporter, switch):
    configured(exporter, switch.url)
    assert switch.heard.empty()  # without --cron nothing was told
    exporter.run("reindex_all_invalid", "--cron", check=True)
    assert switch.next() == "/ping/0a1b"


def test_while_nothing_changes_it_is_told_every_five_minutes(exporter, switch):
    configured(exporter, switch.url)
    exporter.run("reindex_all_invalid", "--cron", check=True)
    told_at(exporter, "well")
    exporter.run("reindex_all_invalid", "--cron", check=True)
    moment = state_file(exporter).stat().st_mtime - ping.EVERY_SECONDS
    os.utime(state_file(exporter), (moment, moment))
    exporter.run("reindex_all_invalid", "--cron", check=True)
    assert [switch.next(), switch.next()] == ["/ping/0a1b", "/ping/0a1b"]
    assert switch.heard.empty()


def test_a_failure_is_told_at_once_and_its_end_too(exporter, switch):
    configured(exporter, switch.url)
    exporter.run("reindex_all_invalid", "--cron", check=True)
    told_at(exporter, "well")
    good = exporter.url
    exporter.url = "http://127.0.0.1:9"
    exporter.write_config(f'[export]\nping_url = "{switch.url}"')
    exporter.run("cleanup_deleted_feed_items")  # takes the configuration into use
    exporter.change("update catalog_product_entity_varchar set value = 'Renamed' where value_id = 1")
    assert exporter.run("reindex_all_invalid", "--cron").returncode == 1
    told_at(exporter, "failed")
    exporter.url = good
    exporter.write_config(f'[export]\nping_url = "{switch.url}"')
    exporter.run("cleanup_deleted_feed_items")
    exporter.run("resend_failed", "--cron")
    exporter.run("reindex_all_invalid", "--cron")
    told_at(exporter, "well")
    assert [switch.next(), switch.next(), switch.next()] == ["/ping/0a1b", "/ping/0a1b/fail", "/ping/0a1b"]


def test_no_job_says_that_all_is_well_while_another_has_a_problem(exporter, switch):
    configured(exporter, switch.url)
    exporter.change_ours(
        "insert into problem values ('resend_failed', 'it is down', '2026-01-01 00:00:00', '2094-01-01 00:00:00', 0)"
    )
    exporter.run("reindex_all_invalid", "--cron", check=True)
    assert switch.next() == "/ping/0a1b/fail"


def test_a_run_by_hand_tells_nothing(exporter, switch):
    configured(exporter, switch.url)
    exporter.run("reindex_all_invalid", check=True)
    exporter.run("reindex_all_invalid", "--cron", check=True)
    switch.next()
    assert switch.heard.empty()


def test_a_switch_that_does_not_answer_keeps_no_job_waiting(exporter, switch):
    configured(exporter, switch.url)
    switch.may_answer.clear()
    exporter.run("reindex_all_invalid", "--cron", check=True)  # and its output is closed: cron waits for that, too
    switch.next()
    exporter.run("reindex_all_invalid", "--cron", check=True)  # nor is its lock held
    switch.next()


@pytest.mark.sample(1)
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://nowhere.invalid/x", "https://127.0.0.1:9/x"])
def test_a_switch_that_cannot_be_reached_makes_no_job_fail(exporter, url):
    configured(exporter, url)
    exporter.run("reindex_all_invalid", "--cron", check=True)
    assert not state_file(exporter).exists()


def test_a_ping_that_was_refused_is_tried_again_by_the_next_run(exporter):
    with closing(Switch(code=404)) as switch:
        configured(exporter, switch.url)
        for _ in range(2):
            exporter.run("reindex_all_invalid", "--cron", check=True)
            assert switch.next() == "/ping/0a1b"


def test_an_idle_tick_with_a_ping_that_is_not_due_loads_no_network(exporter, switch):
    configured(exporter, switch.url)
    exporter.run("reindex_all_invalid", "--cron", check=True)
    told_at(exporter, "well")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "importtime", BIN / "reindex_all_invalid", "--cron"],
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "saasexport.delivery.ping" in loaded
    assert set() == loaded & {"socket", "ssl", "signal", "json", "re", "typing", "saasexport.delivery.http_connection"}


@pytest.mark.parametrize(
    ("url", "is_well", "expected"),
    [
        ("https://hc-ping.com/0a1b", True, ("https://hc-ping.com", "/0a1b")),
        ("https://hc-ping.com/0a1b", False, ("https://hc-ping.com", "/0a1b/fail")),
        ("https://hc-ping.com/0a1b/", False, ("https://hc-ping.com", "/0a1b/fail")),
        ("http://[::1]:8000/k/shop?create=1", False, ("http://[::1]:8000", "/k/shop/fail?create=1")),
        ("http://switch.example", True, ("http://switch.example", "/")),
    ],
)
def test_a_failure_goes_to_the_address_with_fail_at_its_end(url, is_well, expected):
    assert expected == ping.address_of(url, is_well)


@pytest.mark.sample(1)
@pytest.mark.parametrize("settings", ["", "run_seconds = 40\n", "deletion_guard = 30\n", "reconcile_hours = 48\n"])
@pytest.mark.parametrize(("url", "path"), [(None, "/ping/0a1b"), ("http://127.0.0.1:9", "/ping/0a1b/fail")])
def test_the_first_run_with_another_configuration_is_told_too(exporter, switch, settings, url, path):
    exporter.url = url or exporter.url
    exporter.change("update catalog_product_entity_varchar set value = 'Renamed' where value_id = 1")
    exporter.write_config(f'[export]\n{settings}ping_url = "{switch.url}"')
    exporter.run("reindex_all_invalid", "--cron")
    assert switch.next() == path


@pytest.mark.sample(1)
@pytest.mark.parametrize("content", ["[shop", "[export]\nrun_seconds = 0", "", "\0"])
def test_a_configuration_that_is_refused_pings_nobody(exporter, switch, content):
    configured(exporter, switch.url)
    exporter.config.write_text(content)
    assert exporter.run("reindex_all_invalid", "--cron").returncode == 2
    assert switch.heard.empty()
