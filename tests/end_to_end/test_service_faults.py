"""Every answer that a service may give: what it means for the items, for their neighbours, and for the next jobs."""

import gzip
import json
import random
import re
import time
from collections import Counter
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from freezegun import freeze_time

from saasexport import jobs
from tests.convergence import differences, tick
from tests.end_to_end.test_overlap import finished, start
from tests.gate import Gate, answers
from tests.scripted import response
from tests.support import TICK, Exporter

pytestmark = pytest.mark.thorough

SETTINGS = "[feeds.orders]\nlook_back_days = 0\n"
NAME = (
    "update catalog_product_entity_varchar set value = value || ? where entity_id = ? and attribute_id ="
    " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)"
)

# Products of three items each that are part of no other.
SOME, OTHERS = (3, 4), (5, 6)


@pytest.fixture(scope="module")
def gated(tmp_path_factory, small_shop_file, service):
    """An installation that reaches its service through a gate, all delivered."""
    with Gate(service) as gate:
        folder = tmp_path_factory.mktemp("faults")
        exporter = Exporter.on_copy(folder, small_shop_file, service, url=gate.url, settings=SETTINGS)
        exporter.gate = gate
        tick(exporter, TICK)
        assert differences(exporter) == []
        yield exporter


@pytest.fixture
def behind(gated):
    """The same, with nothing waiting and nothing remembered of earlier faults."""
    gated.gate.fault = None
    gated.change_ours("delete from service_state")
    gated.change_ours("delete from problem")
    gated.change_ours("update cde_products_feed set status = 2 where status = 400")
    waiting = gated.ask("select 1 from cde_products_feed where status in (0, 2)")
    if waiting or "[feeds.products]" in gated.config.read_text():  # left by a test that failed
        gated.write_config(SETTINGS)
        tick(gated, TICK)
    assert gated.ask("select 1 from cde_products_feed where status in (0, 2, 400)") == []
    gated.gate.requests.clear()
    yield gated
    gated.gate.fault = None


def rename(exporter, *products):
    for product in products:
        exporter.change(NAME, "'", product)


def statuses(exporter, products, table="cde_products_feed"):
    """Status -> rows of some products."""
    rows = exporter.ask(
        f"select status from {table} where source_entity_id in (select value from json_each(?))",
        json.dumps(products),
    )
    return dict(Counter(row[0] for row in rows))


def job(exporter, name="reindex_all_invalid", *options):
    """A job in this process; gives its exit status and what it printed."""
    with redirect_stderr(StringIO()) as printed:
        status = jobs.main(name, ["--config", str(exporter.config), *options])
    return status, printed.getvalue()


def recovers(exporter):
    """The fault is over: one tick brings everything where it should be."""
    exporter.gate.fault = None
    tick(exporter, TICK)
    assert differences(exporter) == []


def products_of(request):
    return [item["sku"] for item in request.items()] if request.path.startswith("/feeds/products/") else []


# Items that are refused, and their neighbours


def refusing(skus, with_list):
    """A service that does not want some SKUs."""

    def fault(connection, request, gate):
        wrong = [index for index, sku in enumerate(products_of(request)) if sku in skus]
        if not wrong:
            connection.sendall(gate.passed_on(request))
            return True
        listed = [{"itemIndex": index, "code": "WRONG", "message": "not wanted here"} for index in wrong]
        errors = listed if with_list else []
        connection.sendall(response(400, {}, {"status": "FAILED", "message": "no", "errors": errors}))
        return True

    return fault


def sku_of(exporter, product):
    return exporter.ask_shop("select sku from catalog_product_entity where entity_id = ?", product)[0][0]


@pytest.mark.thorough
@pytest.mark.parametrize("with_list", [True, False], ids=["list", "no list"])
def test_a_400_rejects_the_culprits_and_delivers_their_neighbours_in_the_same_tick(behind, with_list):
    rename(behind, *SOME, *OTHERS)
    behind.gate.fault = refusing({sku_of(behind, product) for product in SOME}, with_list)
    status, printed = job(behind)
    assert status == 1
    assert printed == (
        "reindex_all_invalid: products: 6 items rejected by the service; see: saasexport failed products\n"
    )
    assert statuses(behind, SOME) == {400: 6}
    assert statuses(behind, OTHERS) == {200: 6}
    errors = {row[0] for row in behind.ask("select errors from cde_products_feed where status = 400")}
    assert errors == {"not wanted here" if with_list else "no"}
    # Rejected ones are not sent again, before they change.
    asked = len(behind.gate.requests)
    assert job(behind, "resend_failed") == (0, "")
    assert len(behind.gate.requests) == asked
    rename(behind, *SOME)
    recovers(behind)


def test_a_service_that_refuses_everything_stops_the_feed_and_no_other(behind):
    rename(behind, *SOME)
    behind.change("update catalog_product_entity_decimal set value = value + 1 where entity_id = 5")

    def fault(connection, request, gate):
        refused = response(400, {}, {"status": "FAILED", "message": "no products today"})
        connection.sendall(refused if products_of(request) else gate.passed_on(request))
        return True

    behind.gate.fault = fault
    status, printed = job(behind)
    assert status == 1
    assert "refuses every item of products: no products today" in printed
    assert set(statuses(behind, (*SOME, 5))) == {2}
    assert set(statuses(behind, [5], "cde_product_prices_feed")) == {200}
    recovers(behind)


def test_a_413_is_split_and_remembered(behind):
    def fault(connection, request, gate):
        is_large = len(gzip.decompress(request.body)) > 20_000
        connection.sendall(response(413) if is_large else gate.passed_on(request))
        return True

    behind.gate.fault = fault
    rename(behind, *range(1, 41))
    assert job(behind)[0] == 0
    refused = sum(len(gzip.decompress(request.body)) > 20_000 for request in behind.gate.requests)
    assert refused > 0
    # The next job knows.
    behind.gate.requests.clear()
    rename(behind, *range(1, 41))
    assert job(behind)[0] == 0
    assert max(len(gzip.decompress(request.body)) for request in behind.gate.requests) <= 20_000
    assert differences(behind) == []


def test_an_item_too_large_for_the_service_is_rejected_alone(behind):
    behind.change(
        "update catalog_product_entity_text set value = ? where entity_id = 3 and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'description' and entity_type_id = 4)",
        "long " * 10_000,
    )
    rename(behind, *OTHERS)

    def fault(connection, request, gate):
        is_large = len(gzip.decompress(request.body)) > 45_000
        connection.sendall(response(413) if is_large else gate.passed_on(request))
        return True

    behind.gate.fault = fault
    assert job(behind)[0] == 1
    assert statuses(behind, [3]) == {400: 3}
    assert statuses(behind, OTHERS) == {200: 6}
    for (error,) in behind.ask("select errors from cde_products_feed where status = 400"):
        assert error.startswith("too large for the service: 5")
    behind.change(
        "update catalog_product_entity_text set value = 'short' where entity_id = 3 and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'description' and entity_type_id = 4)"
    )
    recovers(behind)


# The whole service, or a whole feed


def some(everyday, others):
    """Parameters of which the others are for the slow suite."""
    return [*everyday, *(pytest.param(other, marks=pytest.mark.slow) for other in others)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("code", some((401, 429, 500), (403, 501, 502, 503, 504, 599)))
def test_a_service_that_does_not_work_is_asked_once_a_job(behind, code):
    rename(behind, *SOME)
    behind.change("update catalog_product_entity_decimal set value = value + 1 where entity_id = 5")
    behind.gate.fault = answers(code, {}, {"message": "not now"})
    for name in ("reindex_all_invalid", "resend_failed"):
        behind.gate.requests.clear()
        status, printed = job(behind, name)
        assert status == 1
        assert f"answered {code}: not now" in printed
        assert len(printed.splitlines()) == 1
        assert len(behind.gate.requests) == 1
    if code in (401, 403):
        assert "check [service] api_key_file and environment_id" in printed
    # Everything is on record, with the code that was told.
    assert statuses(behind, SOME) == {2: 6}
    assert set(statuses(behind, [5], "cde_product_prices_feed")) == {2}
    codes = {row[0] for row in behind.ask("select metadata ->> 'code' from cde_products_feed where status = 2")}
    assert code in codes
    recovers(behind)


@pytest.mark.sample(1)
@pytest.mark.parametrize("code", some((404, 410), (402, 405, 406, 409, 415, 418)))
def test_a_route_that_is_not_known_stops_the_feed_and_no_other(behind, code):
    rename(behind, *SOME)
    behind.change("update catalog_product_entity_decimal set value = value + 1 where entity_id = 5")

    def fault(connection, request, gate):
        connection.sendall(response(code) if products_of(request) else gate.passed_on(request))
        return True

    behind.gate.fault = fault
    status, printed = job(behind)
    assert status == 1
    assert f"/feeds/products/{behind.environment}: answered {code}" in printed
    assert statuses(behind, SOME) == {2: 6}
    assert set(statuses(behind, [5], "cde_product_prices_feed")) == {200}
    assert sum(bool(products_of(request)) for request in behind.gate.requests) == 1
    recovers(behind)


# Retry-After, in every form: how long the service is left alone

NOW = datetime(2027, 5, 5, 12, 0, 0, tzinfo=UTC)
A_DAY = 86_400
WAITS = {
    "600": 600,
    "1.5": 1.5,  # a second cut off would be a request too early
    "0": 0,
    "-5": 0,
    "": 0,
    "soon": 0,
    "12 minutes": 0,
    "nan": 0,
    "inf": A_DAY,
    "99999999999999999999": A_DAY,
    "Wed, 05 May 2027 12:10:00 GMT": 600,
    "Wednesday, 05-May-27 12:10:00 GMT": 600,
    "Wed May  5 12:10:00 2027": 600,
    "Wed, 05 May 2027 14:10:00 +0200": 600,
    "Wed, 05 May 2027 11:00:00 GMT": 0,
    "Fri, 31 Dec 9999 23:59:59 GMT": A_DAY,
    "Wed, 99 May 2027 12:10:00 GMT": 0,
}
EVERYDAY = ("600", "-5", "soon", "inf", "Wed, 05 May 2027 12:10:00 GMT", "Wed, 05 May 2027 11:00:00 GMT")


@pytest.mark.sample(1)
@pytest.mark.parametrize("code", some((503,), (429,)))
@pytest.mark.parametrize("value", some(EVERYDAY, sorted({*WAITS} - {*EVERYDAY})))
def test_retry_after_forbids_every_request_until_then_and_none_afterwards(behind, code, value):
    wait = WAITS[value]
    rename(behind, *SOME)
    with freeze_time(NOW) as clock:
        behind.gate.fault = answers(code, {"Retry-After": value} if value else {})
        assert job(behind)[0] == 1
        behind.gate.fault = None
        behind.gate.requests.clear()
        if wait:
            clock.move_to(NOW + timedelta(seconds=wait - 1))
            assert job(behind, "resend_failed", "--cron")[0] == 1
            assert job(behind, "resend_failed")[0] == 1
            assert behind.gate.requests == []
        clock.move_to(NOW + timedelta(seconds=wait))
        assert job(behind, "resend_failed") == (0, "")
    assert statuses(behind, SOME) == {200: 6}


def test_a_date_is_understood_by_the_clock_of_the_service(behind):
    """Ours is an hour behind."""
    rename(behind, *SOME)
    headers = {"Date": "Wed, 05 May 2027 13:00:00 GMT", "Retry-After": "Wed, 05 May 2027 13:01:00 GMT"}
    with freeze_time(NOW) as clock:
        behind.gate.fault = answers(503, headers)
        assert job(behind)[0] == 1
        behind.gate.fault = None
        clock.move_to(NOW + timedelta(seconds=59))
        assert job(behind, "resend_failed")[0] == 1
        clock.move_to(NOW + timedelta(seconds=60))
        assert job(behind, "resend_failed")[0] == 0


# An outage


@pytest.fixture
def an_hour_of_500(behind, monkeypatch):
    """Cron's jobs for an hour, with a change a minute, against a service that answers 500; gives when it was asked."""
    monkeypatch.setattr(random, "uniform", random.Random(5).uniform)
    asked = []
    behind.gate.fault = lambda *all: (asked.append(datetime.now(UTC)), answers(500)(*all))[1]
    with freeze_time(NOW) as clock:
        for minute in range(60):
            clock.move_to(NOW + timedelta(minutes=minute))
            rename(behind, SOME[minute % 2])
            job(behind, "reindex_all_invalid", "--cron")
            if minute % 5 == 0:
                job(behind, "resend_failed", "--cron")
    return asked


@pytest.mark.thorough
def test_an_hour_of_500_is_an_hour_of_few_requests_and_one_tick_sends_everything(behind, an_hour_of_500):
    pauses = [int((after - before).total_seconds()) for before, after in pairwise(an_hour_of_500)]
    # 30 seconds doubled each time, jittered down to a half, but at most 5 minutes; cron has a grid of a minute.
    assert len(an_hour_of_500) <= 27
    assert len(an_hour_of_500) >= 12
    assert max(pauses) <= 300
    assert pauses[:2] == sorted(pauses[:2])
    assert len(set(pauses[4:])) > 1, "jittered"
    assert min(pauses[4:]) >= 150
    behind.gate.fault = None
    behind.gate.requests.clear()
    with freeze_time(NOW + timedelta(hours=1, minutes=6)):
        for name in TICK:
            job(behind, name, "--cron")
    assert statuses(behind, SOME) == {200: 6}
    # What changed many times is sent once.
    assert sum(len(products_of(request)) for request in behind.gate.requests) == 6
    assert behind.ask("select failures, probe_after, error from service_state") == [(0, None, None)]


@pytest.mark.thorough
def test_an_outage_is_told_once_an_hour_and_when_it_is_over(behind):
    printed = []
    behind.gate.fault = answers(500)
    with freeze_time(NOW) as clock:
        for minute in range(0, 125, 5):
            clock.move_to(NOW + timedelta(minutes=minute))
            rename(behind, SOME[0])
            printed += job(behind, "reindex_all_invalid", "--cron")[1].splitlines()
        behind.gate.fault = None
        clock.move_to(NOW + timedelta(minutes=130))
        rename(behind, SOME[0])
        printed += job(behind, "reindex_all_invalid", "--cron")[1].splitlines()
    told = [re.sub(r"\d+ items", "n items", re.sub(r"http://\S+:", "URL:", line)) for line in printed]
    assert [line for line in told if "answered 500" in line and "over since" not in line] == [
        "reindex_all_invalid: URL: answered 500; n items will be sent again",
        "reindex_all_invalid: URL: answered 500; n items will be sent again (since 2027-05-05 12:00:00 UTC)",
        "reindex_all_invalid: URL: answered 500; n items will be sent again (since 2027-05-05 12:00:00 UTC)",
    ]
    assert "over since 2027-05-05 14:10:00 UTC" in told[-1]
    assert len(told) == 4
    recovers(behind)


# Rate and order


@pytest.mark.thorough
def test_requests_per_second_holds_over_all_processes(behind):
    arrived = []

    def fault(connection, request, gate):
        arrived.append(time.monotonic())
        connection.sendall(gate.passed_on(request))
        return True

    small = "".join(f"[feeds.{feed}]\nbatch_size = 5\n" for feed in ("products", "prices", "productOverrides"))
    behind.write_config(small + SETTINGS, service="requests_per_second = 40")
    behind.change("update catalog_product_entity_varchar set value = value || ''''")
    job(behind, "cleanup_deleted_feed_items")  # takes the new configuration into use
    behind.gate.fault = fault
    finished(
        [
            start(behind, "reindex_all_invalid"),
            start(behind, "saasexport", "saas:resync", "--feed", "prices", "--force"),
            start(behind, "saasexport", "saas:resync", "--feed", "productOverrides", "--force"),
        ]
    )
    assert len(arrived) >= 60
    arrived.sort()
    for first, last in zip(arrived, arrived[20:], strict=False):
        # Twenty slots of a fortieth of a second; a request may arrive late, and the next one in time.
        assert last - first >= 0.4
    behind.write_config(SETTINGS)
    recovers(behind)


@pytest.mark.thorough
def test_with_threads_no_item_is_overtaken_by_an_older_state_of_its_own(behind):
    """Answers come after times of chance, out of order; each item's states still arrive in order."""
    dice = random.Random(7)
    seen = []

    def fault(connection, request, gate):
        if products_of(request):
            seen.append(request.items())
        gate.over.wait(dice.random() / 20)
        connection.sendall(gate.passed_on(request))
        gate.over.wait(dice.random() / 20)
        return True

    behind.write_config("[feeds.products]\nbatch_size = 4\nthread_count = 6\n" + SETTINGS)
    behind.gate.fault = fault
    for _ in range(3):
        rename(behind, *range(1, 30))
        tick(behind, ["reindex_all_invalid", "resend_failed"])
    assert len(seen) > 40
    last = {}
    for batch in seen:
        for item in batch:
            before = last.setdefault((item["sku"], item["storeViewCode"]), item)
            assert before["modifiedAt"] < item["modifiedAt"] or before == item
            last[item["sku"], item["storeViewCode"]] = item
    behind.write_config(SETTINGS)
    recovers(behind)


def test_threads_find_a_service_down_with_one_request(behind):
    behind.write_config("[feeds.products]\nbatch_size = 4\nthread_count = 6\n" + SETTINGS)
    behind.gate.fault = answers(500)
    rename(behind, *range(1, 30))
    assert job(behind)[0] == 1
    assert len(behind.gate.requests) == 1
    behind.write_config(SETTINGS)
    recovers(behind)


def test_of_batches_in_flight_only_those_that_arrived_are_delivered(behind):
    """A service that dies in the middle of many threads."""
    answered = []

    def fault(connection, request, gate):
        answered.append(request)
        if len(answered) > 3:
            return False
        connection.sendall(gate.passed_on(request))
        return True

    behind.write_config("[feeds.products]\nbatch_size = 4\nthread_count = 6\n" + SETTINGS)
    rename(behind, *range(1, 30))
    behind.gate.fault = fault
    assert job(behind)[0] == 1
    changed = behind.ask("select count(*) from cde_products_feed where status = 2")[0][0]
    sent = sum(items for feed, items, code in behind.sent()[-20:] if code == 200 and feed == "products")
    assert sent >= 12
    assert changed > 0
    behind.write_config(SETTINGS)
    recovers(behind)
