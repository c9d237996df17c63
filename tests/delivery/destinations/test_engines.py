"""Real engines hold what the default destination gets, whatever happens in between.

Real scripts, the demo shop, a Typesense and a NATS server; skipped where they are not installed.
"""

import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

from saasexport.demo.shop import PRODUCT_TO_DELETE, PRODUCT_TO_RENAME
from tests import engines
from tests.support import BIN, SHARED, Exporter

TIMES = ("modifiedAt", "updatedAt")
LUMA = SHARED / "data" / "luma-multistore.sqlite"


@pytest.fixture(scope="module", params=["typesense", "nats"])
def engine(request, tmp_path_factory):
    """A server for all tests of this module; each has an environment of its own."""
    started = engines.start(request.param, tmp_path_factory.mktemp("engine") / "server")
    yield started
    started.stop()


@pytest.fixture
def own_engine(engine, tmp_path):
    """A server of the same kind that a test may kill."""
    started = engines.start(engine.name, tmp_path / "own")
    yield started
    started.stop()


def installation(folder, shop, engine, options="", service=""):
    """An installation that sends to an engine."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(shop, folder / "shop.sqlite")
    exporter = Exporter(folder, folder / "shop.sqlite", url=engine.url)
    section = f'[service.{engine.name}]\n{engine.key} = "{engine.key_file}"\n{options}\n'
    exporter.write_config(section, f'destination = "{engine.name}"\n{service}')
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, check=True)
    return exporter


@pytest.fixture
def exporter(engine, flawless_shop_file, tmp_path):
    """An installation whose engine has nothing of it yet."""
    return installation(tmp_path / "shop", flawless_shop_file, engine)


def held(engine, exporter, place=None):
    """What the engine holds of an installation: feed -> items, in no order and without their times."""
    items = engine.items(place or engine.place(exporter.environment), exporter.environment)
    return {feed: bare(by_id.values()) for feed, by_id in items.items()}


def bare(items):
    """Items without their times, in an order."""
    return sorted(
        json.dumps({name: value for name, value in item.items() if name not in TIMES}, sort_keys=True)
        for item in items
    )


def expected(service, exporter):
    """What the default destination gets of the same installation, which sends everything there."""
    exporter.url, engine_url = service.url, exporter.url
    kept = exporter.config.read_text()
    exporter.write_config()
    exporter.tick()
    exporter.config.write_text(kept)
    exporter.url = engine_url
    counts = service.counts(exporter.environment)
    return {feed: bare(service.items(feed, exporter.environment)) for feed, count in counts.items() if count}


def names(engine, exporter):
    """The names that the engine has for the product, of all store views."""
    items = engine.items(engine.place(exporter.environment), exporter.environment)["products"].values()
    return {item["name"] for item in items if item["productId"] == PRODUCT_TO_RENAME}


def rename(exporter, name):
    """Give the product a name in all store views."""
    exporter.change(
        "update catalog_product_entity_varchar set value = ? where entity_id = ? and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)",
        name,
        PRODUCT_TO_RENAME,
    )


@pytest.mark.sample(1)
def test_everything_arrives_as_the_default_destination_gets_it(engine, exporter, service):
    exporter.tick()
    wanted = expected(service, exporter)
    assert len(wanted) == 13
    assert held(engine, exporter) == wanted


@pytest.mark.sample(1)
@pytest.mark.slow
@pytest.mark.skipif(not LUMA.exists(), reason="the Luma shop is not here")
def test_every_item_of_a_shop_with_three_store_views_arrives(engine, service, tmp_path):
    exporter = installation(tmp_path / "shop", LUMA, engine)
    exporter.tick()
    wanted = expected(service, exporter)
    assert len(wanted["products"]) == 5_933
    assert held(engine, exporter) == wanted


@pytest.mark.thorough
def test_changes_arrive_and_what_was_can_be_again_within_a_minute(engine, exporter, service):
    for name in ("First", "Second", "First"):
        rename(exporter, name)
        exporter.tick()
        assert names(engine, exporter) == {name}
    assert held(engine, exporter) == expected(service, exporter)


@pytest.mark.thorough
def test_a_product_that_is_deleted_is_gone_and_made_again_within_a_minute_is_back(engine, exporter, service):
    exporter.tick()
    before = held(engine, exporter)
    tables = {"": "entity_id", "_varchar": "entity_id", "_int": "entity_id"}
    tables = {f"catalog_product_entity{table}": key for table, key in tables.items()}
    tables["catalog_product_website"] = "product_id"
    rows = {
        table: exporter.ask_shop(f"select * from {table} where {key} = ?", PRODUCT_TO_DELETE)
        for table, key in tables.items()
    }
    exporter.change("delete from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    exporter.tick()
    after = held(engine, exporter)
    assert after == expected(service, exporter)
    assert len(after["products"]) < len(before["products"])
    for table, lines in rows.items():
        for line in lines:
            exporter.change(f"insert into {table} values ({', '.join('?' * len(line))})", *line)
    exporter.tick()
    back = held(engine, exporter)
    assert len(back["products"]) == len(before["products"])
    assert back == expected(service, exporter)


@pytest.mark.thorough
def test_two_shops_in_one_place_never_touch_each_other(engine, flawless_shop_file, tmp_path):
    option = {"typesense": "collection", "nats": "subject"}[engine.name]
    one, two = (
        installation(tmp_path / name, flawless_shop_file, engine, f'{option} = "together"') for name in ("one", "two")
    )
    one.tick()
    two.tick()
    before = held(engine, one, "together")
    assert before == held(engine, two, "together")
    two.change("delete from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    rename(two, "Of The Other Shop")
    two.tick()
    assert held(engine, one, "together") == before != held(engine, two, "together")


def doctor(exporter):
    """The lines of doctor about the service."""
    findings = json.loads(exporter.run("saasexport", "doctor", "--json").stdout)
    about = [one for one in findings if one["check"] == "service"]
    return [(one["status"], f"{one['message']}; {one['remedy']}".rstrip("; ")) for one in about]


@pytest.mark.thorough
def test_doctor_tries_the_key_and_names_the_place(engine, exporter):
    place = engine.place(exporter.environment)
    before, after = {
        "typesense": (
            f"collection {place}: takes our key; is made by the first job",
            f"collection {place}: takes our key",
        ),
        "nats": (
            f"takes our token and messages of up to 1048576 bytes; the stream of {place}.> is none yet: it is made by"
            " the first job",
            f"takes our token and messages of up to 1048576 bytes; the stream of {place}.> is {place}",
        ),
    }[engine.name]
    assert doctor(exporter) == [("OK", f"{engine.url}: {before}")]
    exporter.tick()
    assert doctor(exporter) == [("OK", f"{engine.url}: {after}")]
    engine.key_file.write_text("another")
    try:
        ((level, text),) = doctor(exporter)
    finally:
        engine.key_file.write_text(engines.KEY)
    assert (level, f"[service.{engine.name}] {engine.key}" in text) == ("FAIL", True)
    exporter.url = exporter.url.replace(str(engine.port), str(engines.free_port()))
    exporter.config.write_text(exporter.config.read_text().replace(engine.url, exporter.url))
    ((level, text),) = doctor(exporter)
    assert (level, f"{exporter.url}: connection refused" in text) == ("FAIL", True)


@pytest.mark.sample(1)
def test_verify_says_that_what_an_engine_holds_cannot_be_compared(engine, exporter):
    done = exporter.run("saasexport", "verify")
    assert done.returncode == 2
    assert done.stderr == (
        f'saasexport: {engine.url}: destination "{engine.name}" has no digests, so what it holds cannot be compared;'
        " saas:resync --feed FEED --force sends a feed again\n"
    )


@pytest.mark.thorough
def test_a_wrong_key_is_told_in_a_line_and_nothing_is_lost(engine, exporter):
    wrong = exporter.folder / "wrong.key"
    wrong.write_text("another")
    wrong.chmod(0o600)
    kept = exporter.config.read_text()
    exporter.config.write_text(kept.replace(str(engine.key_file), str(wrong)))
    done = exporter.run("reindex_all_invalid")
    assert done.returncode == 1
    assert f"; check [service.{engine.name}] {engine.key}" in done.stderr
    assert "another" not in done.stderr
    assert engine.count(engine.place(exporter.environment)) == 0
    exporter.config.write_text(kept)
    exporter.tick()
    assert len(held(engine, exporter)) == 13


@pytest.mark.thorough
def test_a_place_that_somebody_removed_is_made_again(engine, exporter, service):
    exporter.tick()
    engine.remove(engine.place(exporter.environment))
    rename(exporter, "Something Else")
    exporter.tick()
    assert names(engine, exporter) == {"Something Else"}
    exporter.run("saasexport", "saas:resync", "--feed", "products", "--force")
    assert held(engine, exporter)["products"] == expected(service, exporter)["products"]


@pytest.mark.thorough
def test_an_engine_that_is_killed_and_started_again_in_mid_sync_ends_with_everything(
    own_engine, flawless_shop_file, tmp_path, service
):
    exporter = installation(tmp_path / "shop", flawless_shop_file, own_engine)
    exporter.config.write_text(exporter.config.read_text() + "[feeds.products]\nbatch_size = 5\n")
    job = subprocess.Popen(
        [sys.executable, BIN / "reindex_all_invalid"],
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
        stderr=subprocess.PIPE,
        text=True,
    )
    waited = threading.Event()
    while own_engine.count(own_engine.place(exporter.environment)) < 300:
        assert job.poll() is None
        waited.wait(0.01)
    own_engine.stop()
    _, printed = job.communicate(timeout=60)
    assert job.returncode == 1
    assert own_engine.url in printed
    own_engine.start()
    exporter.tick()
    assert held(own_engine, exporter) == expected(service, exporter)
