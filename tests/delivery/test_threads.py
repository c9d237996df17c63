"""Several batches in flight at once (thread_count): what may overlap, and what must not."""

import json
import threading

import pytest

from saasexport import jobs
from saasexport.database import db
from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Client
from saasexport.delivery.transport import Settings
from tests.scripted import accepted, answering
from tests.support import Exporter
from tests.tiny import THINGS


class Gate:
    """A service whose first answer comes at once, and the others when `width` requests are there."""

    def __init__(self, width, answer=accepted):
        self.width = width
        self.answer = answer
        self.barrier = threading.Barrier(width, timeout=20)
        self.first = threading.Lock()
        self.running = self.most = 0

    def __call__(self, request):
        if self.first.acquire(blocking=False):
            return accepted(request)
        self.running += 1
        self.most = max(self.most, self.running)
        self.barrier.wait()
        self.running -= 1
        return self.answer(request)


@pytest.fixture
def ours(tmp_path):
    """Our database, which no other thread may touch."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(found)
    yield found
    found.close()


@pytest.fixture
def client(ours, tmp_path):
    """Makes a client of an address; it is closed at the end."""
    made = []

    def make(url):
        settings = Settings(url, "testing", 20, 4_194_304, None, None, 0, str(tmp_path / "slot"), False)
        made.append(Client(settings, ours, lambda feed: f"/feeds/{feed.name}", lambda *_: None))
        return made[0]

    yield make
    for one in made:
        one.close()


def batches(count):
    """So many batches of one item each."""
    return [[Pending(number, (json.dumps({"n": number}).encode(),))] for number in range(1, count + 1)]


def statuses(outcomes):
    """Row -> status."""
    return {one.pending.row_id: one.status for several in outcomes for one in several}


def test_so_many_batches_as_there_are_threads_are_in_flight_at_once(client):
    gate = Gate(3)
    with answering(gate) as service:
        outcomes = list(client(service.url).deliver_all(THINGS, batches(7), 3))
    assert statuses(outcomes) == dict.fromkeys(range(1, 8), 200)
    assert gate.most == 3
    assert service.connections <= 4  # one of the first batch's thread, one of each sender: they are kept open


def test_one_thread_sends_one_after_the_other_in_order(client):
    with answering(accepted) as service:
        list(client(service.url).deliver_all(THINGS, batches(5), 1))
    assert [request.items() for request in service.requests] == [[{"n": number}] for number in range(1, 6)]
    assert service.connections == 1


def test_a_service_that_is_down_gets_one_request_whatever_the_threads(client):
    with answering(lambda request: (500, {}, {})) as service:
        outcomes = list(client(service.url).deliver_all(THINGS, batches(8), 4))
    assert statuses(outcomes) == dict.fromkeys(range(1, 9), 2)
    assert len(service.requests) == 1


def test_what_threads_learn_of_the_service_is_written_down_by_the_main_one(client, ours):
    gate = Gate(2, answer=lambda request: (503, {"Retry-After": "60"}, {}))
    with answering(gate) as service:
        outcomes = list(client(service.url).deliver_all(THINGS, batches(3), 2))
    assert statuses(outcomes) == {1: 200, 2: 2, 3: 2}
    ((failures, not_before),) = ours.execute("select failures, not_before from service_state").fetchall()
    assert (failures >= 1, not_before is not None) == (True, True)


def test_a_refusal_of_many_at_once_counts_as_one_failure(client, ours):
    gate = Gate(3, answer=lambda request: (500, {}, {}))
    with answering(gate) as service:
        list(client(service.url).deliver_all(THINGS, batches(4), 3))
    assert ours.execute("select failures from service_state").fetchall() == [(1,)]


def test_the_jobs_send_by_threads_as_the_configuration_says(tmp_path, demo_shop_file):
    gate = Gate(2)
    with answering(gate) as service:
        settings = "[feeds.productAttributes]\nthread_count = 2\nbatch_size = 19"
        exporter = Exporter.on_copy(tmp_path, demo_shop_file, url=service.url, settings=settings)
        exporter.run("saasexport", "indexer:set-status", "suspended", "--yes", check=True)
        exporter.run(
            "saasexport", "indexer:set-status", "invalid", "catalog_data_exporter_product_attributes", check=True
        )
        assert jobs.main("reindex_all_invalid", ["--config", str(exporter.config)]) == 0
    # The first sixteen entities have 57 items, the others 144.
    assert sorted(len(request.items()) for request in service.requests) == [11, *[19] * 10]
    assert gate.most == 2
    assert exporter.ask("select status, count(*) from cde_product_attributes_feed group by 1") == [(200, 201)]
