"""The Optimizer as a destination: real scripts and the demo shop against the double of the embedded service."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from saasexport.demo.shop import PRODUCT_TO_DELETE, PRODUCT_TO_RENAME
from saasexport.service.optimizer.application import Client
from saasexport.service.optimizer.tenant import RESOURCES
from saasexport.service.serving import OptimizerService
from tests.scripted import answering
from tests.support import BIN, Exporter

SECRET = "a-secret"
FEEDS = ["categories", "priceBooks", "prices", "productAttributes", "products"]


@pytest.fixture
def double():
    """A tenant."""
    with OptimizerService("TENANT", Client("me", SECRET)) as service:
        yield service


def installation(folder, shop, url, **more):
    """An installation that sends to a tenant."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(shop, folder / "shop.sqlite")
    exporter = Exporter(folder, folder / "shop.sqlite", url=url)
    exporter.environment = "TENANT"
    key = folder / "ims.secret"
    key.write_text(SECRET)
    key.chmod(0o600)
    settings = {"destination": "optimizer", "client_id": "me", "client_secret_file": str(key)}
    settings |= {"token_url": f"{url}/ims/token/v3", "requests_per_second": 0, "items_per_minute": 10_000_000}
    settings |= more
    exporter.write_config("", "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items()))
    exporter.run("saasexport", "init", "--shop", exporter.shop_file, check=True)
    return exporter


@pytest.fixture
def exporter(double, flawless_shop_file, tmp_path):
    """An installation whose tenant has nothing of it yet."""
    return installation(tmp_path / "shop", flawless_shop_file, double.url)


def state(double):
    """What the tenant holds: resource -> identity -> item."""
    return {name: dict(double.application.tenant.items[name]) for name in RESOURCES}


def of_a_fresh_sync(exporter, folder):
    """What a tenant would hold after a full sync of the shop as it is now."""
    with closing(sqlite3.connect(exporter.shop_file)) as shop:
        shop.execute("vacuum into ?", (str(folder / "now.sqlite"),))
    with closing(sqlite3.connect(folder / "now.sqlite")) as shop:
        drops = shop.execute(
            "select type, name from sqlite_master"
            " where type = 'trigger' or (type = 'table' and name like '%\\_cl' escape '\\')"
        ).fetchall()
        for kind, name in sorted(drops, reverse=True):
            shop.execute(f'drop {kind} "{name}"')
        shop.commit()
    with OptimizerService("TENANT", Client("me", SECRET)) as other:
        fresh = installation(folder / "fresh", folder / "now.sqlite", other.url)
        fresh.tick(check=False)
        fresh.tick(check=False)  # the prices
        return state(other)


def test_everything_is_taken_and_parts_name_their_options_as_their_configurable_does(double, exporter):
    exporter.tick()
    exporter.tick()
    held = state(double)
    assert {name: bool(items) for name, items in held.items()} == {
        "metadata": True,
        "category-metadata": False,
        "categories": True,
        "products": True,
        "layers": False,
        "price-books": True,
        "prices": True,
    }
    # The prices of a group that may not buy on a website, which has no book there.
    dropped = {(price["priceBookId"],) for price in double.application.tenant.dropped}
    assert {book.partition("::")[2] for (book,) in dropped} == {"77de68daecd823babbb58edb1c8e14d7106e83bb"}
    assert not dropped & held["price-books"].keys()
    codes = {code for code, locale in held["metadata"] if locale == "default"}
    assert {"sku", "name", "description", "shortDescription", "price"} <= codes
    known = {}
    for product in held["products"].values():
        for configuration in product.get("configurations", ()):
            values = {value["variantReferenceId"] for value in configuration["values"]}
            known.setdefault((product["sku"], product["source"]["locale"]), set()).update(values)
    parts = 0
    for product in held["products"].values():
        parents = [link["sku"] for link in product["links"] if link["type"] == "VARIANT_OF"]
        ids = {each["variantReferenceId"] for each in product["attributes"] if "variantReferenceId" in each}
        for parent in parents:
            # A part without a value of any of the attributes has no id either.
            if ids and product["status"] == "ENABLED" and (parent, product["source"]["locale"]) in known:
                parts += 1
                assert ids & known[parent, product["source"]["locale"]]
    assert parts > 50
    assert {status for (status,) in exporter.ask("select distinct status from cde_products_feed")} == {200}


@pytest.mark.thorough
def test_after_changes_and_deletions_the_tenant_holds_what_a_full_sync_would_send(double, exporter, tmp_path):
    exporter.tick()
    exporter.change("delete from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    exporter.change(
        "update catalog_product_entity_varchar set value = 'Renamed' where entity_id = ? and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)",
        PRODUCT_TO_RENAME,
    )
    exporter.change("update core_config_data set value = 'GBP' where path = 'currency/options/base'")
    exporter.change("update store_website set name = 'Another Name' where website_id = 1")
    exporter.change("delete from customer_group where customer_group_id = 2")
    exporter.tick()
    exporter.tick()
    held = state(double)
    wanted = of_a_fresh_sync(exporter, tmp_path)
    assert {name: items for name, items in held.items() if items != wanted[name]} == {}
    assert "Renamed" in {product["name"] for product in held["products"].values()}
    assert {book.get("currency") for book in held["price-books"].values()} == {"GBP", "USD", None}


@pytest.mark.thorough
def test_a_job_that_is_killed_in_mid_sync_ends_with_what_a_full_sync_would_send(double, exporter, tmp_path):
    environ = {"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath}
    job = subprocess.Popen([sys.executable, BIN / "reindex_all_invalid"], env=environ, stderr=subprocess.DEVNULL)
    waited = threading.Event()
    while len(double.application.tenant.items["products"]) < 200:
        assert job.poll() is None
        waited.wait(0.01)
    job.kill()
    job.wait(30)
    exporter.change("delete from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    exporter.tick()
    exporter.tick()
    held = state(double)
    wanted = of_a_fresh_sync(exporter, tmp_path)
    assert {name: items for name, items in held.items() if items != wanted[name]} == {}


def test_feeds_without_a_place_are_told_as_not_sent_there(exporter):
    exporter.tick()
    described = json.loads(exporter.run("saasexport", "feeds", "--json").stdout)
    assert sorted(each["feed"] for each in described if each["unavailable"] is None) == FEEDS
    assert {each["unavailable"] for each in described} == {None, "not sent to this destination"}
    rows = json.loads(exporter.run("saasexport", "status", "--json").stdout)
    assert sorted(row["feed"] for row in rows if row["unavailable"] is None) == FEEDS
    watched = exporter.ask_shop("select count(*) from sqlite_master where name = 'cde_product_variants_feed_cl'")
    assert watched == [(0,)]
    done = exporter.run("saasexport", "saas:resync", "--feed", "variants")
    assert (done.returncode, "feed variants is not sent to this destination" in done.stderr) == (2, True)


def test_price_books_exist_with_this_destination_only(exporter, service, flawless_shop_file, tmp_path):
    assert exporter.ask("select count(*) from cde_price_books_feed") == [(0,)]
    other = Exporter.on_copy(tmp_path / "other", flawless_shop_file, service)
    described = json.loads(other.run("saasexport", "feeds", "--json").stdout)
    assert "priceBooks" not in {each["feed"] for each in described}
    assert other.ask("select count(*) from sqlite_master where name like '%price_books%'") == [(0,)]
    assert other.ask_shop("select count(*) from sqlite_master where name like '%price_books%'") == [(0,)]


def test_a_token_that_ends_in_the_middle_is_renewed_and_is_private(double, exporter):
    exporter.run("reindex_all_invalid", check=True)
    file = exporter.folder / "var" / "ims_token"
    kept = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    exporter.change("update catalog_product_entity_varchar set value = value || '!' where entity_id = 1")
    double.application.expire_tokens()
    exporter.tick()
    assert json.loads(file.read_text())["token"] != kept["token"]
    log = "".join(path.read_text() for path in (exporter.folder / "var" / "log").iterdir())
    assert not any(secret in log for secret in (SECRET, kept["token"], json.loads(file.read_text())["token"]))


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ((401, {}, {"error": "invalid_client"}), "no token: answered 401: invalid_client; check [service] client_id"),
        ((400, {}, {"error": "invalid_scope"}), "no token: answered 400: invalid_scope; check [service] client_id and"),
        ((503, {}, b"<html>"), "no token: answered 503; Adobe's login is not well"),
        ((429, {"retry-after": "60"}, b"<html>"), "no token: answered 429; Adobe's login is not well"),
        ((404, {}, b"<html>"), "no token: answered 404; it is no login of Adobe's; check [service] token_url"),
        ((302, {"Location": "/"}, b""), "no token: answered 302; it is no login of Adobe's; check [service] token_url"),
        ((405, {}, {"error": "x"}), "no token: answered 405: x; it is no login of Adobe's; check [service] token_url"),
        ((200, {}, {"access_token": 5}), "the answer holds no token"),
        ((200, {}, {"access_token": "a\nb", "expires_in": 60}), "the answer holds no token"),
        ((200, {}, {"access_token": "a", "expires_in": "60"}), "the answer holds no token"),
        ((200, {}, b"<html>"), "the answer holds no token"),
    ],
)
def test_a_login_that_gives_no_token_is_told_in_a_line(flawless_shop_file, tmp_path, answer, line):
    with answering(lambda request: answer) as server:
        exporter = installation(tmp_path / "shop", flawless_shop_file, server.url)
        done = exporter.run("reindex_all_invalid")
        assert done.returncode == 1
        assert f"{server.url}/ims/token/v3: {line}" in done.stderr
        assert SECRET not in done.stderr
        assert len(server.requests) == 1


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("answer", "line"),
    [
        ((401, {}, {"message": "Oauth token is not valid"}), "answered 401: Oauth token is not valid; check the"),
        ((403, {}, {"message": "Oauth token is missing"}), "answered 403: Oauth token is missing; check the"),
        ((404, {}, b""), "answered 404; check [service] url and environment_id, the tenant"),
        ((429, {"retry-after": "60"}, b"<html>Too many</html>"), "answered 429"),
        ((200, {}, {"status": "ACCEPTED", "acceptedCount": 1}), "a 200 that does not say ACCEPTED"),
    ],
)
def test_what_stops_a_job_is_told_in_a_line(flawless_shop_file, tmp_path, answer, line):
    def answers(request):
        token = {"access_token": "a-token", "token_type": "bearer", "expires_in": 86_399}
        return (200, {}, token) if request.path.endswith("/token/v3") else answer

    with answering(answers) as server:
        exporter = installation(tmp_path / "shop", flawless_shop_file, server.url)
        done = exporter.run("reindex_all_invalid")
        sent = [request for request in server.requests if not request.path.endswith("/token/v3")]
    assert done.returncode == 1
    assert f"{server.url}: {line}" in done.stderr
    assert len(sent) == (2 if answer[0] == 401 else 1)
    assert sent[0].path == "/TENANT/v1/catalog/products/metadata"
    assert sent[0].headers["authorization"] == "Bearer a-token"
    assert sent[0].headers["content-type"] == "application/json"


def test_an_item_that_cannot_be_translated_costs_no_neighbour(double, exporter):
    exporter.change(
        "update catalog_category_entity_varchar set value = ? where entity_id = 3 and attribute_id ="
        " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 3)",
        "x" * 129,
    )
    exporter.run("reindex_all_invalid")
    failed = exporter.ask("select distinct status, errors from cde_categories_feed where status <> 200")
    assert failed == [(400, "Optimizer: name has 129 characters, 128 are allowed")]
    assert len(state(double)["categories"]) > 10


def test_after_the_items_of_a_day_the_feed_waits(double, flawless_shop_file, tmp_path):
    exporter = installation(tmp_path / "shop", flawless_shop_file, double.url, items_per_day=250)
    done = exporter.run("reindex_all_invalid")
    assert done.returncode == 1
    assert "250 products were sent today, [service] items_per_day; it goes on at midnight, UTC" in done.stderr
    exporter.run("reindex_all_invalid")
    held = state(double)
    assert 0 < len(held["products"]) <= 250
    assert held["prices"]


def test_an_estimate_knows_the_limits_of_products(double, flawless_shop_file, tmp_path):
    limits = {"items_per_minute": 100, "items_per_day": 400}
    exporter = installation(tmp_path / "shop", flawless_shop_file, double.url, **limits)
    line = exporter.run("saasexport", "saas:resync", "--feed", "products", "--estimate").stdout
    assert line.endswith("; at [service] items_per_minute 8.8 minutes, over 3 days at items_per_day\n")
    line = exporter.run("saasexport", "saas:resync", "--feed", "prices", "--estimate").stdout
    assert "items_per" not in line


def test_doctor_tries_the_token_and_the_tenant_and_names_the_limits(double, exporter):
    def about():
        findings = json.loads(exporter.run("saasexport", "doctor", "--json").stdout)
        return [(one["status"], one["message"], one["remedy"]) for one in findings if one["check"] == "service"]

    place = f"{double.url}: tenant TENANT"
    limits = "10000000 products a minute, 100000 a day, 100000 of today's are left"
    assert about() == [("OK", f"{place}: takes our token; limits: {limits}", "")]
    double.application._targets.clear()
    ((level, message, remedy),) = about()
    assert (level, message) == ("FAIL", f"{place}: answered 404")
    assert "environment_id" in remedy
    (exporter.folder / "ims.secret").write_text("wrong")
    ((level, message, remedy),) = about()
    assert (level, "answered 401: invalid_client" in message, "client_secret_file" in remedy) == ("FAIL", True, True)


def test_a_renewed_token_is_shared_and_kept(double, exporter):
    exporter.run("reindex_all_invalid", check=True)
    kept = (exporter.folder / "var" / "ims_token").read_bytes()
    exporter.change("update catalog_product_entity_varchar set value = value || '!' where entity_id = 1")
    exporter.tick()
    assert (exporter.folder / "var" / "ims_token").read_bytes() == kept
    assert os.path.exists(exporter.folder / "var" / "quota")
