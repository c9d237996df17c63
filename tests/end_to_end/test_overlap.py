"""Jobs that overlap, an admin who holds our database, and a shop that goes on writing."""

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from tests.convergence import differences, tick
from tests.support import BIN, TICK

CHANGE = "update catalog_product_entity_varchar set value = value || '!' where entity_id < 40"


def start(exporter, script, *arguments):
    """Start a script and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-I", str(BIN / script), "--config", str(exporter.config), *arguments],
        env={},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(processes):
    """Exit status and what was printed, of each."""
    found = []
    for process in processes:
        printed = process.communicate(timeout=120)
        found.append((process.returncode, *printed))
    return found


def items_sent(exporter, feed="products"):
    return sum(items for name, items, code in exporter.sent() if name == feed and code == 200)


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [2, 20])
def test_ticks_at_once_send_nothing_twice(synced, number):
    synced.change(CHANGE)
    before = items_sent(synced)
    done = finished([start(synced, job) for _ in range(number) for job in TICK])
    assert {one[:1] + one[2:] for one in done} == {(0, "")}
    # Whoever stepped aside leaves it to the next tick.
    tick(synced, TICK)
    once = items_sent(synced) - before
    assert differences(synced) == []
    query = "select count(*) from catalog_product_website join store using (website_id) where product_id < 40"
    changed = synced.ask_shop(query)
    assert once <= changed[0][0] * 2, "each product's items are sent once, and perhaps once more for its relations"


def test_a_resync_during_a_tick(synced):
    synced.change(CHANGE)
    job, resync = finished(
        [
            start(synced, "reindex_all_invalid"),
            start(synced, "saasexport", "saas:resync", "--feed", "products"),
        ]
    )
    # The demo shop has products that cannot be assembled, which a resync says with 1; stepping aside is 0.
    assert job[0] == 0
    assert resync[0] in (0, 1)
    assert "Traceback" not in job[2] + resync[2]
    tick(synced, TICK)
    assert differences(synced) == []


def test_an_admin_who_holds_our_database_is_waited_for(synced):
    synced.change(CHANGE)
    with closing(sqlite3.connect(synced.folder / "var" / "saasexport.sqlite", isolation_level=None)) as admin:
        admin.execute("begin exclusive")
        process = start(synced, "reindex_all_invalid")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        admin.execute("rollback")
    assert finished([process]) == [(0, "", "")]
    assert differences(synced) == []


class Writer:
    """A shop that writes, with a busy timeout of 5 seconds, and measures how long each write takes."""

    def __init__(self, shop_file, per_second):
        self.shop_file = shop_file
        self.pause = 1 / per_second
        self.seconds = []
        self.errors = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.write)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def write(self):
        with closing(sqlite3.connect(self.shop_file, timeout=5, isolation_level=None)) as shop:
            shop.execute("pragma foreign_keys = on")
            number = 0
            while not self.over.wait(self.pause):
                number += 1
                began = time.perf_counter()
                try:
                    shop.execute(
                        "update catalog_product_entity_varchar set value = ? where entity_id = ? and store_id = 0"
                        " and attribute_id = (select attribute_id from eav_attribute"
                        " where attribute_code = 'name' and entity_type_id = 4)",
                        (f"Written {number}", number % 90 + 1),
                    )
                except sqlite3.OperationalError as error:
                    self.errors.append(str(error))
                self.seconds.append(time.perf_counter() - began)


@pytest.mark.thorough
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_shop_writes_while_ticks_run_and_never_sees_a_locked_database(synced, mode):
    synced.change(f"pragma journal_mode = {mode}")
    with Writer(synced.shop_file, 100) as writer:
        for _ in range(3):
            assert {one[0] for one in finished([start(synced, job) for job in TICK])} == {0}
    assert writer.errors == []
    assert len(writer.seconds) > 20
    # One after the other now: a feed that resend_failed has just taken is skipped, and comes with the next tick.
    tick(synced, TICK)
    assert differences(synced) == []
    assert [item for item in synced.items("products") if item.get("name", "").startswith("Written")]
