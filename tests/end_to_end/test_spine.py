"""A change in the shop reaches the service within one round, and nothing is lost.

Real scripts as cron starts them, the real service, the demo shop.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing

import pytest

from saasexport.demo.shop import PRODUCT_TO_DELETE, PRODUCT_TO_RENAME
from tests.scripted import accepted, answering
from tests.support import BIN, SHARED, Exporter, Service

LUMA = SHARED / "data" / "luma.sqlite"

FEEDS = (
    "scopesWebsite",
    "scopesCustomerGroup",
    "productAttributes",
    "categories",
    "products",
    "prices",
    "variants",
    "inventoryStockStatus",
    "categoryPermissions",
    "productOverrides",
    "orders",
    "reviews",
    "ratingMetadata",
)


class Spine:
    """An exporter and a service of its own that holds everything the demo shop has."""

    def __init__(self, folder):
        self.service = Service(folder / "service")
        self.exporter = Exporter(folder, folder / "shop.sqlite", self.service)
        self.requests = len(self.exporter.sent())

    def round(self, check=True):
        """One round of the jobs; gives how many items of each feed were sent."""
        self.exporter.tick(check)
        return self.sent()

    def sent(self):
        """How many items of each feed were delivered since this was asked last."""
        requests = self.exporter.sent()
        found = Counter()
        for feed, items, code in requests[self.requests :]:
            assert code == 200
            found[feed] += items
        self.requests = len(requests)
        return dict(found)

    def held(self):
        """Every item the service holds, without times: (feed, identity) -> item."""
        found = {}
        for feed in FEEDS:
            for item in self.exporter.items(feed):
                plain = {name: value for name, value in item.items() if name not in ("modifiedAt", "updatedAt")}
                key = tuple(str(plain.get(name)) for name in IDENTITY[feed])
                found[feed, key] = plain
        return found


IDENTITY = {
    "scopesWebsite": ("websiteId",),
    "scopesCustomerGroup": ("customerGroupId",),
    "productAttributes": ("attributeCode", "storeViewCode"),
    "categories": ("urlPath", "storeViewCode"),
    "products": ("sku", "storeViewCode"),
    "prices": ("sku", "customerGroupCode", "websiteCode"),
    "variants": ("parentSku", "productSku"),
    "inventoryStockStatus": ("stockId", "sku"),
    "categoryPermissions": ("id",),
    "productOverrides": ("sku", "websiteCode", "customerGroupCode"),
    "orders": ("commerceOrderId",),
    "reviews": ("reviewId",),
    "ratingMetadata": ("ratingId", "storeViewCode"),
}


def changed(before, after):
    """How many items of each feed differ."""
    keys = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return dict(Counter(feed for feed, _ in keys))


@pytest.fixture(scope="module")
def first_sync(tmp_path_factory, demo_shop_file):
    """The folder after the first round, with the environment's name and what the round printed."""
    folder = tmp_path_factory.mktemp("first")
    service = Service(folder / "service")
    exporter = Exporter.on_copy(folder, demo_shop_file, service)
    printed = exporter.tick(check=False)
    service.stop()
    return folder, exporter.environment, printed


@pytest.fixture
def spine(tmp_path, first_sync):
    """A copy of that folder, and the service started again in it."""
    folder, environment, _ = first_sync
    copy = tmp_path / "spine"
    shutil.copytree(folder, copy)
    found = Spine(copy)
    found.exporter.environment = environment
    found.exporter.write_config()
    yield found
    found.service.stop()


# 1. Everything is delivered, and a second round sends nothing


def test_after_one_round_every_source_record_is_delivered_or_shown_as_failed(spine, first_sync):
    shown = spine.exporter.run("saasexport", "status", "--json", check=True).stdout
    lines = {line["feed"]: line for line in json.loads(shown)}
    assert set(lines) == set(FEEDS)
    counts = spine.service.counts(spine.exporter.environment)
    for feed, line in lines.items():
        assert (line["awaiting"], line["backlog"], line["indexer"]) == (0, 0, "valid"), feed
        assert line["delivered"] == counts[feed], feed
        # The look-back leaves old orders out; what the demo shop has that no item can be is failed.
        if feed not in ("orders", "products"):
            assert line["delivered"] + line["failed"] == line["source_records"], feed
    printed = first_sync[2].splitlines()
    failing = {feed for feed, line in lines.items() if line["failed"]}
    assert {line.split(": ")[1] for line in printed} == failing


def test_a_second_round_sends_nothing(spine):
    assert spine.round() == {}
    assert spine.round() == {}


@pytest.mark.thorough
@pytest.mark.skipif(not LUMA.is_file(), reason="the Luma shop is not here (../shared)")
def test_the_luma_shop_is_delivered_by_one_round(tmp_path, own_service):
    exporter = Exporter.on_copy(tmp_path / "luma", LUMA, own_service)
    exporter.tick(check=False)
    shown = json.loads(exporter.run("saasexport", "status", "--json", check=True).stdout)
    lines = [line for line in shown if not line["unavailable"]]
    assert {line["feed"] for line in lines if line["failed"] or line["awaiting"] or line["backlog"]} == set()
    assert {line["feed"]: line["delivered"] for line in lines if line["feed"] != "orders"} == {
        line["feed"]: line["source_records"] for line in lines if line["feed"] != "orders"
    }
    live = Counter(item["storeViewCode"] for item in exporter.items("products"))
    assert set(live.values()) == {2046}
    requests = len(exporter.sent())
    exporter.tick()
    assert len(exporter.sent()) == requests


# 2. One change, within one round, and exactly what it changes


def test_a_renamed_product_is_renamed_at_the_service_and_nothing_else_is_sent(spine):
    before = spine.held()
    spine.exporter.change(
        "update catalog_product_entity_varchar set value = 'Entirely New' where store_id = 0 and entity_id = ?"
        " and attribute_id = (select attribute_id from eav_attribute where attribute_code = 'name'"
        " and entity_type_id = 4)",
        PRODUCT_TO_RENAME,
    )
    sent = spine.round()
    after = spine.held()
    sku = sku_of(spine, PRODUCT_TO_RENAME)
    assert sent == changed(before, after)
    names = {item["name"] for (feed, _), item in after.items() if feed == "products" and item["sku"] == sku}
    assert "Entirely New" in names
    assert spine.round() == {}


def test_a_deleted_product_is_gone_and_made_anew_it_is_back(spine):
    before = spine.held()
    sku = sku_of(spine, PRODUCT_TO_DELETE)
    old = spine.exporter.folder / "before.sqlite"
    shutil.copy(spine.exporter.shop_file, old)
    spine.exporter.change("delete from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    sent = spine.round()
    without = spine.held()
    assert sent == changed(before, without)
    assert [key for key in without if sku in key[1]] == []
    states = [item["deleted"] for item in spine.exporter.items("products", deleted=True) if item["sku"] == sku]
    assert states == [True] * 3
    put_back(spine.exporter.shop_file, old)
    sent = spine.round()
    assert spine.held() == before
    assert sent == changed(without, before)
    assert spine.round() == {}


def sku_of(spine, product):
    """A product's SKU."""
    return spine.exporter.ask_shop("select sku from catalog_product_entity where entity_id = ?", product)[0][0]


def put_back(shop_file, old):
    """Give a shop every row that an older copy has and it has not."""
    with closing(sqlite3.connect(shop_file)) as shop:
        shop.execute("attach ? as old", (str(old),))
        tables = shop.execute(
            "select name from old.sqlite_master"
            " where type = 'table' and name not like 'sqlite_%' and name not like '%_cl'"
        ).fetchall()
        for (table,) in tables:
            shop.execute(f'insert or ignore into main."{table}" select * from old."{table}"')
        shop.commit()


# 3. Outages and kills


def test_ten_products_that_change_while_the_service_is_down_are_there_after_a_resend(spine):
    exporter = spine.exporter
    there = {int(item["productId"]) for item in exporter.items("products")}
    spine.service.stop()
    products = [row[0] for row in exporter.ask_shop(NAMED_ONCE) if row[0] in there][:10]
    assert len(products) == 10
    for product in products:
        exporter.change(RENAME, f"Changed {product}", product)
    done = exporter.run("reindex_all_invalid")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"reindex_all_invalid: {exporter.url}: connection refused; ")
    assert line.endswith(" items will be sent again")
    assert done.stdout == ""
    spine.service.start()
    assert [exporter.run(job).stderr for job in ("reindex_all_invalid", "saas_data_exporter")] == ["", ""]
    exporter.run("resend_failed", check=True)
    names = {int(item["productId"]): item["name"] for item in exporter.items("products")}
    assert {names[product] for product in products} == {f"Changed {product}" for product in products}
    assert exporter.ask("select count(*) from failed_items where status = 2") == [(0,)]


RENAME = """
update catalog_product_entity_varchar
   set value = ?
 where entity_id = ?
   and attribute_id = (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)
"""

# Products whose name is the same in every store view.
NAMED_ONCE = """
select entity_id
  from catalog_product_entity_varchar
  join eav_attribute using (attribute_id)
 where attribute_code = 'name'
   and entity_type_id = 4
 group by entity_id
having count(*) = 1
 order by entity_id
"""


@pytest.mark.thorough
def test_a_full_sync_that_is_killed_is_completed_and_what_was_delivered_is_not_sent_again(tmp_path, demo_shop_file):
    requests = []
    job = []

    def answer(request):
        requests.append((request.path, [str(item) for item in strip(request.items())]))
        if len(requests) == 12:
            job[0].send_signal(signal.SIGKILL)
            job[0].wait(30)
        return accepted(request)

    with answering(answer) as server:
        settings = "[feeds.products]\nbatch_size = 20"
        exporter = Exporter.on_copy(tmp_path / "shop", demo_shop_file, url=server.url, settings=settings)
        job.append(start(exporter, "reindex_all_invalid"))
        assert job[0].wait(60) == -signal.SIGKILL
        job[0].stderr.close()
        killed = len(requests)
        exporter.run("reindex_all_invalid")
        exporter.run("saas_data_exporter", check=True)
        exporter.run("sales_data_exporter", check=True)
    sent = Counter((path, item) for path, items in requests for item in items)
    in_flight = {(requests[killed - 1][0], item) for item in requests[killed - 1][1]}
    assert killed == 12
    assert {key for key, count in sent.items() if count > 1} <= in_flight
    assert max(sent.values()) <= 2
    assert exporter.ask("select distinct status from cde_products_feed where status <> 1") == [(200,)]
    assert exporter.ask("select feed from indexer_state where status <> 'valid'") == []


def strip(items):
    """Items without the time of export."""
    return [{key: value for key, value in item.items() if key not in ("modifiedAt", "updatedAt")} for item in items]


def start(exporter, script):
    """A job in the background."""
    return subprocess.Popen(
        [sys.executable, "-I", BIN / script],
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
        cwd=exporter.folder,
        stderr=subprocess.PIPE,
        text=True,
    )


# 4. Two rounds at once


def test_of_two_rounds_started_together_one_works_and_the_other_steps_aside_silently(tmp_path, demo_shop_file):
    asked, go_on = threading.Event(), threading.Event()

    def answer(request):
        asked.set()
        go_on.wait(60)
        return accepted(request)

    with answering(answer) as server:
        exporter = Exporter.on_copy(tmp_path / "shop", demo_shop_file, url=server.url)
        first = start(exporter, "reindex_all_invalid")
        assert asked.wait(60)
        second = exporter.run("reindex_all_invalid")
        requests = len(server.requests)
        feed = server.requests[0].path.split("/")[2]
        resync = exporter.run("saasexport", "saas:resync", "--feed", feed)
        requests_after = len(server.requests)
        go_on.set()
        _, printed = first.communicate(timeout=60)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert requests == 1
    assert resync.returncode == 0
    assert 'operation skipped - process locked by "full sync(' in resync.stdout + resync.stderr
    assert requests_after == 1
    assert all("cannot be assembled" in line for line in printed.splitlines())
    assert exporter.ask("select feed from indexer_state where status <> 'valid'") == []


# 5. Uninstalling


@pytest.mark.thorough
def test_uninstall_leaves_the_shop_as_it_was(tmp_path, demo_shop_file, own_service):
    schema = "select type, name, tbl_name, sql from sqlite_master where name <> 'sqlite_sequence' order by type, name"
    with closing(sqlite3.connect(demo_shop_file)) as shop:
        before = shop.execute(schema).fetchall()
    exporter = Exporter.on_copy(tmp_path / "shop", demo_shop_file, own_service)
    exporter.change("update catalog_product_entity set updated_at = '2026-11-23 15:00:00'")
    assert exporter.ask_shop(schema) != before
    exporter.run("saasexport", "uninstall", check=True)
    assert exporter.ask_shop(schema) == before
    assert exporter.ask_shop("select name from sqlite_sequence where name like '%_cl'") == []
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, check=True)
    exporter.tick(check=False)
    assert exporter.items("products") != []
