"""Networks that refuse, stall, drip and lie: nothing counts as delivered without a good answer, and the job ends."""

import re
import signal
import socket
import time
from contextlib import closing

import pytest

from saasexport.demo.shop import PRODUCT_TO_RENAME, SKU_TO_RENAME
from tests.convergence import differences, tick
from tests.end_to_end.test_overlap import finished, start
from tests.gate import Gate, answers, drips, never_ends, resets, sends, stalls, stores_and_says_nothing
from tests.scripted import Listener, response
from tests.support import TICK, Exporter

SETTINGS = "[feeds.orders]\nlook_back_days = 0\n"

# The whole answer of a good service to one batch, whose parts go missing below.
GOOD = response(200, {}, {"status": "ACCEPTED", "acceptedCount": 3})


@pytest.fixture(scope="module")
def gated(tmp_path_factory, small_shop_file, service):
    """An installation that reaches its service through a gate, with a second for each request."""
    with Gate(service) as gate:
        folder = tmp_path_factory.mktemp("network")
        exporter = Exporter.on_copy(folder, small_shop_file, service, url=gate.url, settings=SETTINGS)
        exporter.write_config(SETTINGS, service="timeout = 1")
        exporter.gate = gate
        recovered(exporter)
        assert differences(exporter) == []
        yield exporter


@pytest.fixture
def behind(gated):
    """The same, with everything delivered and a product renamed since.

    Three of its items wait to be sent, and three of a product that has it for a part.
    """
    if gated.ask("select 1 from cde_products_feed where status in (0, 2)"):
        recovered(gated)  # from a test that failed
    rename(gated, f"Renamed at {time.monotonic_ns()}")
    yield gated
    gated.gate.fault = None


def recovered(exporter):
    """The network is well again; one tick."""
    exporter.gate.fault = None
    exporter.change_ours("delete from service_state")
    tick(exporter, TICK)


def rename(exporter, name):
    exporter.change(
        "update catalog_product_entity_varchar set value = ? where entity_id = ? and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)",
        name,
        PRODUCT_TO_RENAME,
    )


def new_product(exporter, entity):
    """Add a product; gives its SKU."""
    exporter.change(
        f"insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku)"
        f" values ({entity}, 4, 'simple', 'KL-{entity}');"
        f"insert into catalog_product_website (product_id, website_id) values ({entity}, 1);"
        f"insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value)"
        f" select attribute_id, 0, {entity}, case attribute_code when 'visibility' then 4 else 1 end"
        f" from eav_attribute where attribute_code in ('status', 'visibility') and entity_type_id = 4"
    )
    return f"KL-{entity}"


def statuses(exporter):
    """Status -> rows, of the product that was renamed."""
    return dict(
        exporter.ask(
            "select status, count(*) from cde_products_feed where source_entity_id = ?"
            " and (is_deleted = 0 or status <> 200) group by status",
            PRODUCT_TO_RENAME,
        )
    )


FAULTS = {
    "stalled": (stalls, "no answer within 1 s"),
    "dripping": (drips(GOOD), "no answer within 1 s"),
    "dripping head": (drips(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100), "no answer within 1 s"),
    "reset": (resets, "reset"),
    "closed without a word": (sends(), "the connection was closed before an answer came"),
    "lost acknowledgement": (stores_and_says_nothing, "the connection was closed before an answer came"),
    "HTML with 200": (answers(200, {}, b"<html><body>Please log in</body></html>"), "unreadable answer"),
    "truncated JSON": (sends(GOOD[:-5]), "the answer breaks off"),
    "truncated JSON of no length": (
        sends(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"status":"ACCEPTED","accepted'),
        "unreadable answer",
    ),
    "a count of others": (answers(200, {}, {"status": "ACCEPTED", "acceptedCount": 99}), "does not say ACCEPTED 6"),
    "empty 200": (answers(200), "unreadable answer"),
    "204": (answers(204), "answered 204"),
    "giant by its length": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n[["), "more than"),
    "giant without a length": (never_ends(b"HTTP/1.1 200 OK\r\n\r\n[", b"[" * 65_536), "more than"),
    "giant chunks": (
        never_ends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        "more than",
    ),
    "giant head": (never_ends(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n" * 1000), "too large a head"),
    "continue for ever": (
        never_ends(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        "no answer within 1 s|too large a head",
    ),
    "negative length": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "Content-Length '-1'"),
    "another protocol": (sends(b"220 mail.example ESMTP\r\n\r\n"), "not HTTP"),
    "bytes at random": (sends(bytes(range(256)) * 4), "closed before an answer came"),
}


# What the others are variations of.
EVERYDAY = (
    "stalled",
    "dripping",
    "reset",
    "lost acknowledgement",
    "HTML with 200",
    "truncated JSON",
    "a count of others",
    "giant by its length",
    "giant without a length",
)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", [name if name in EVERYDAY else pytest.param(name, marks=pytest.mark.slow) for name in FAULTS]
)
def test_nothing_is_marked_delivered_without_a_good_answer_and_the_job_ends(behind, name):
    behind.gate.fault, expected = FAULTS[name]
    asked = len(behind.gate.requests)
    began = time.monotonic()
    done = behind.run("reindex_all_invalid")
    took = time.monotonic() - began
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(expected, done.stderr)
    assert len(done.stderr.splitlines()) == 1
    assert took < 5, "one request of a second, and the start of a program on a busy machine"
    # One request tells that the service is not to be reached; the job asks no more.
    assert len(behind.gate.requests) == asked + 1
    assert statuses(behind) == {2: 3}
    recovered(behind)
    assert statuses(behind) == {200: 3}
    assert differences(behind) == []


def test_a_connection_refused(behind):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    behind.url, kept = address, behind.url
    behind.write_config(SETTINGS, service="timeout = 1")
    done = behind.run("reindex_all_invalid")
    behind.url = kept
    behind.write_config(SETTINGS, service="timeout = 1")
    assert (done.returncode, done.stderr) == (
        1,
        f"reindex_all_invalid: {address}: connection refused; 6 items will be sent again\n",
    )
    assert statuses(behind) == {2: 3}
    recovered(behind)
    assert differences(behind) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "status", [302, 307, *(pytest.param(code, marks=pytest.mark.slow) for code in (300, 301, 303, 304, 305, 308))]
)
def test_a_redirect_is_not_followed(behind, status):
    with Listener(lambda connection, listener: listener.receive(connection)) as elsewhere:
        behind.gate.fault = answers(status, {"Location": elsewhere.url + "/feeds/products/x"})
        done = behind.run("reindex_all_invalid")
        assert done.returncode == 1
        assert f"answered {status}" in done.stderr
        assert elsewhere.connections == 0
    assert statuses(behind) == {2: 3}
    recovered(behind)
    assert differences(behind) == []


def test_an_item_whose_acknowledgement_was_lost_can_be_deleted(behind):
    """It never counted as delivered, and the service has it all the same."""
    behind.change(
        f"update catalog_product_entity set sku = 'KL-LOST' where entity_id = {PRODUCT_TO_RENAME};"
        f" update inventory_source_item set sku = 'KL-LOST' where sku = '{SKU_TO_RENAME}'"
    )
    behind.gate.fault = stores_and_says_nothing
    assert behind.run("reindex_all_invalid").returncode == 1
    assert behind.item("products", sku="KL-LOST", storeViewCode="default")["deleted"] is False
    behind.change(
        f"update catalog_product_entity set sku = '{SKU_TO_RENAME}' where entity_id = {PRODUCT_TO_RENAME};"
        f" update inventory_source_item set sku = '{SKU_TO_RENAME}' where sku = 'KL-LOST'"
    )
    recovered(behind)
    assert behind.item("products", sku="KL-LOST", storeViewCode="default")["deleted"] is True
    assert differences(behind) == []


def test_a_deletion_that_did_not_arrive_is_not_forgotten(behind):
    """However often it fails, and though the shop has nothing of the product any more."""
    sku = new_product(behind, 9001)
    recovered(behind)
    assert behind.item("products", sku=sku, storeViewCode="default")["deleted"] is False
    behind.change("delete from catalog_product_entity where entity_id = 9001")
    behind.gate.fault = resets
    assert behind.run("reindex_all_invalid").returncode == 1
    assert behind.run("resend_failed").returncode == 1
    recovered(behind)
    assert behind.item("products", sku=sku, storeViewCode="default")["deleted"] is True
    assert differences(behind) == []


def test_an_item_sent_by_a_job_that_died_over_it_can_be_deleted(behind):
    """The service has it, nobody heard the answer, and when the next job comes the shop has it no more."""
    recovered(behind)
    sku = new_product(behind, 9002)
    started = []

    def kills(connection, request, gate):
        gate.passed_on(request)
        while not started:
            gate.over.wait(0.01)
        started[0].kill()

    behind.gate.fault = kills
    started.append(start(behind, "reindex_all_invalid"))
    assert finished(started)[0][0] == -signal.SIGKILL
    assert behind.item("products", sku=sku, storeViewCode="default")["deleted"] is False
    behind.change("delete from catalog_product_entity where entity_id = 9002")
    recovered(behind)
    assert behind.item("products", sku=sku, storeViewCode="default")["deleted"] is True
    assert differences(behind) == []


def test_the_same_batch_has_the_same_request_id_until_it_arrives(behind):
    before = len(behind.gate.requests)
    for fault in (resets, stores_and_says_nothing, None):
        behind.gate.fault = fault
        tick(behind, ["reindex_all_invalid" if fault is resets else "resend_failed"])
    tries = [
        (request.headers["x-request-id"], request.body)
        for request in behind.gate.requests[before:]
        if request.path.startswith("/feeds/products/")
    ]
    assert len(tries) == 3
    assert len(set(tries)) == 1
    rename(behind, "Another name")
    tick(behind)
    assert behind.gate.requests[-1].headers["x-request-id"] != tries[0][0]


def test_a_service_that_closes_idle_connections_is_connected_to_again(behind):
    def once_each(connection, request, gate):
        connection.sendall(gate.passed_on(request))

    behind.gate.fault = once_each
    behind.change("update catalog_category_entity_varchar set value = value || ' ' || ?", time.monotonic_ns())
    asked = behind.gate.connections
    behind.tick()
    assert behind.gate.connections > asked + 1
    behind.gate.fault = None
    assert differences(behind) == []


@pytest.mark.thorough
def test_a_slow_service_does_not_keep_a_job_beyond_its_time(behind):
    """Every batch takes a third of a second, and there are many more than fit into a job's second."""

    def slow(connection, request, gate):
        gate.over.wait(0.3)
        connection.sendall(gate.passed_on(request))
        return True

    short = "[export]\nrun_seconds = 1\n[feeds.products]\nbatch_size = 5\n"
    behind.write_config(short + SETTINGS, service="timeout = 1")
    behind.change("update catalog_product_entity_varchar set value = value || '.'")
    behind.gate.fault = slow
    before = len(behind.gate.requests)
    began = time.monotonic()
    done = behind.run("reindex_all_invalid")
    took = time.monotonic() - began
    # A job that ran out of time is no failure: the next one goes on.
    assert (done.returncode, done.stderr) == (0, "")
    assert took < 5
    assert 1 <= len(behind.gate.requests) - before <= 8
    behind.write_config(SETTINGS, service="timeout = 1")
    recovered(behind)
    assert differences(behind) == []


def test_what_is_logged_of_a_failed_request_is_no_payload(behind):
    behind.gate.fault = stalls
    behind.run("reindex_all_invalid")
    assert behind.sent()[-1] == ("products", 6, 0)
    for log in (behind.folder / "var" / "log").iterdir():
        assert SKU_TO_RENAME not in log.read_text()
