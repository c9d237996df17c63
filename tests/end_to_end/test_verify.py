"""saasexport verify: what the service holds is compared with what the shop says, item by item, and mended."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from saasexport.setup.opening import open_installation
from saasexport.sync.exporter import Options, exporter_for
from saasexport.sync.verify import Verification
from tests.support import BIN, SHARED, Exporter, Service, demo_shop_copy

pytestmark = pytest.mark.thorough

FAR = "2035-01-01 00:00:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An installation and a service that agree; both are copied, and neither is changed."""
    folder = tmp_path_factory.mktemp("agreeing")
    service = Service(folder / "service")
    shop = demo_shop_copy(folder / "made.sqlite")
    exporter = Exporter.on_copy(folder / "it", shop, service)
    exporter.tick(check=False)
    service.stop()
    return exporter


class Pair:
    """A copy of the two, and what is done to them behind their backs."""

    def __init__(self, folder, made):
        shutil.copytree(made.service.folder, folder / "service")
        shutil.copytree(made.folder / "var", folder / "it" / "var")
        shutil.copy(made.shop_file, folder / "it" / "shop.sqlite")
        self.service = Service(folder / "service")
        self.exporter = Exporter(folder / "it", folder / "it" / "shop.sqlite", self.service)
        self.exporter.environment = made.environment
        self.exporter.write_config()
        self.exporter.run("saasexport", "init", "--shop", self.exporter.shop_file, check=True)
        self.exporter.tick(check=False)

    def at_service(self, sql, *values):
        """Change what the service holds, not through its door."""
        with closing(sqlite3.connect(self.service.folder / "service.sqlite", timeout=30)) as held:
            number = held.execute(sql, values).rowcount
            held.commit()
        return number

    def unnoticed(self, sql):
        """Change the shop while our triggers are away."""
        with closing(sqlite3.connect(self.exporter.shop_file)) as shop:
            kept = shop.execute("select name, sql from sqlite_master where name like 'saasexport%'").fetchall()
            for name, _ in kept:
                shop.execute(f"drop trigger {name}")
            shop.executescript(sql)
            for _, text in kept:
                shop.execute(text)
            shop.commit()

    def verify(self, *arguments, status):
        """What verify finds of some feeds: feed -> its object, of those that say anything but equal."""
        done = self.exporter.run("saasexport", "verify", "--json", *arguments)
        assert (done.returncode, done.stderr) == (status, "")
        objects = {each["feed"]: each for each in json.loads(done.stdout)}
        return {feed: each for feed, each in objects.items() if each["differences"] or each["repaired"]}

    def differences(self, *feeds):
        """The differences of feeds: (feed, kind, identity, fields)."""
        return [
            (feed, each["kind"], " ".join(map(str, each["identity"].values())), each["fields"])
            for feed, of_feed in self.verify(*feeds, status=1).items()
            for each in of_feed["differences"]
        ]

    def repair(self, *feeds):
        """Repair, once; afterwards both sides agree.  Gives the number of items by feed."""
        repaired = {feed: each["repaired"] for feed, each in self.verify("--repair", *feeds, status=0).items()}
        assert self.verify(status=0) == {}
        return repaired


@pytest.fixture
def pair(tmp_path, made):
    """A copy of the agreeing two."""
    it = Pair(tmp_path, made)
    yield it
    it.service.stop()


OF = "(select id from feed where name = ?)"


@pytest.mark.thorough
def test_what_is_in_sync_is_equal_and_asks_for_little(pair):
    done = pair.exporter.run("saasexport", "verify")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if not line.endswith(" items, equal")] == []
    assert len(done.stdout.splitlines()) == 13


def requests_of_a_look(exporter):
    """The requests that comparing every feed takes, and the differences."""
    installation = open_installation(str(exporter.config), read_only=True)
    looks = exporter_for(installation, "test")
    verification = Verification(looks, Options())
    number = sum(verification.verify(feed).number for feed in installation.feeds())
    verification.close()
    looks.close()
    installation.close()
    return verification.service.requests, number


@pytest.mark.thorough
def test_two_sides_that_agree_take_few_requests(pair):
    requests, number = requests_of_a_look(pair.exporter)
    assert (requests <= 40, number) == (True, 0)


def test_looking_leaves_the_shop_and_our_database_as_they_are(pair):
    ours = pair.exporter.folder / "var" / "saasexport.sqlite"
    pair.at_service("update item set item = json_set(item, '$.name', 'x') where identity like '[\"KL-BLEND\"%'")
    before = pair.exporter.shop_file.read_bytes(), ours.read_bytes()
    assert pair.exporter.run("saasexport", "verify", "products").returncode == 1
    assert (pair.exporter.shop_file.read_bytes(), ours.read_bytes()) == before


@pytest.mark.thorough
def test_an_item_deleted_at_the_service_is_missing(pair):
    pair.at_service("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    assert pair.differences("products", "prices") == [("products", "missing", "KL-BLEND default", {})]
    assert pair.repair() == {"products": 1}
    assert pair.exporter.item("products", sku="KL-BLEND", storeViewCode="default")["deleted"] is False


def test_an_item_altered_at_the_service_is_named_with_its_fields(pair):
    pair.at_service(
        "update item set item = json_set(item, '$.name', 'Other', '$.weight', 7) where identity = ?"
        f" and feed_id = {OF}",
        '["KL-BLEND-ESPRESSO-1-KG","default"]',
        "products",
    )
    [(feed, kind, identity, fields)] = pair.differences()
    assert (feed, kind, identity, sorted(fields)) == (
        "products",
        "different",
        "KL-BLEND-ESPRESSO-1-KG default",
        ["name", "weight"],
    )
    assert (fields["name"][1], fields["weight"][1]) == ("Other", 7)
    assert pair.repair() == {"products": 1}


@pytest.mark.thorough
def test_an_item_that_only_the_service_has_is_extra_and_deleted(pair):
    item = pair.exporter.item("prices", sku="KL-BLEND-ESPRESSO-1-KG", customerGroupCode="0", websiteCode="base")
    pair.at_service(
        "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at)"
        f" values ({OF}, '[\"FAKE\",\"0\",\"base\"]', ?, 0, ?, ?)",
        "prices",
        json.dumps(item | {"sku": "FAKE", "updatedAt": "2035-01-01T00:00:00+00:00"}),
        FAR,
        FAR,
    )
    assert pair.differences("prices") == [("prices", "extra", "FAKE 0 base", {})]
    assert pair.repair() == {"prices": 1}
    gone = pair.exporter.item("prices", sku="FAKE", customerGroupCode="0", websiteCode="base")
    assert (gone["deleted"], gone["updatedAt"]) == (True, "2035-01-01T00:00:01+00:00")


@pytest.mark.thorough
def test_a_state_that_is_newer_than_anything_we_sent_is_outdone(pair):
    known = "KL-BLEND-ESPRESSO-1-KG"
    pair.at_service(
        "update item set item = json_set(item, '$.name', 'Other', '$.modifiedAt', ?), exported_at = ?"
        f" where identity = ? and feed_id = {OF}",
        FAR,
        FAR,
        f'["{known}","default"]',
        "products",
    )
    [(_, kind, identity, fields)] = pair.differences("products")
    assert (kind, identity, list(fields)) == ("newer", f"{known} default", ["name"])
    assert pair.repair() == {"products": 1}
    held = pair.exporter.item("products", sku=known, storeViewCode="default")
    assert (held["name"] != "Other", held["modifiedAt"]) == (True, "2035-01-01 00:00:01")


@pytest.mark.thorough
def test_a_deletion_that_is_newer_than_anything_we_sent_is_outdone(pair):
    pair.at_service(
        "update item set is_deleted = 1, exported_at = ?, item = json_set(item, '$.deleted', json('true'),"
        " '$.modifiedAt', ?) where identity = '[\"KL-BLEND\",\"default\"]'",
        FAR,
        FAR,
    )
    assert pair.differences("products") == [("products", "missing", "KL-BLEND default", {})]
    assert pair.repair() == {"products": 1}


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "update catalog_product_entity_varchar set value = 'Unnoticed' where store_id = 0 and value_id ="
            " (select value_id from catalog_product_entity_varchar join eav_attribute using (attribute_id)"
            "   join catalog_product_entity using (entity_id)"
            "  where attribute_code = 'name' and sku = 'KL-BLEND-ESPRESSO-1-KG' and store_id = 0)",
            {("different", "name")},
        ),
        ("delete from catalog_product_entity where sku = 'KL-BLEND-ESPRESSO-1-KG'", {("extra",)}),
        ("update catalog_product_entity set sku = 'RENAMED' where sku = 'KL-BLEND-ESPRESSO-1-KG'",
         {("extra",), ("missing",)}),
    ],
)
def test_what_happened_while_triggers_were_away_is_named_and_mended(pair, change, expected):
    pair.unnoticed(change)
    pair.exporter.tick(check=False)
    found = {(kind, *fields) for feed, kind, _, fields in pair.differences("products") if feed == "products"}
    assert found == expected
    pair.repair()


@pytest.mark.thorough
@pytest.mark.parametrize(
    "command",
    [
        ("verify", "--repair"),
        ("verify", "--repair", "products"),
        ("saas:resync", "--feed", "products"),
        ("saas:resync", "--feed", "products", "--by-ids", "KL-BLEND-ESPRESSO-1-KG"),
        ("indexer:reindex", "products"),
    ],
)
def test_what_is_found_although_no_changelog_told_of_it_is_counted(pair, command):
    def numbers():
        done = pair.exporter.run("saasexport", "status", "--json")
        of = {each["feed"]: each for each in json.loads(done.stdout)}["products"]
        return of["source_records"], of["delivered"] + of["failed"]

    source, on_record = numbers()
    pair.unnoticed("delete from catalog_product_entity where sku = 'KL-BLEND-ESPRESSO-1-KG'")
    pair.exporter.run("saasexport", *command)
    assert numbers() == (source - 3, on_record - 3)  # in three store views


@pytest.mark.thorough
def test_triggers_that_are_gone_do_not_keep_a_difference_from_being_told(pair):
    with closing(sqlite3.connect(pair.exporter.shop_file)) as shop:
        for (name,) in shop.execute("select name from sqlite_master where name like 'saasexport%'").fetchall():
            shop.execute(f"drop trigger {name}")
        shop.execute("update catalog_product_entity set sku = 'RENAMED' where sku = 'KL-BLEND-ESPRESSO-1-KG'")
        shop.commit()
    assert {kind for _, kind, _, _ in pair.differences("products")} == {"extra", "missing"}
    pair.repair()


@pytest.mark.thorough
@pytest.mark.parametrize("recursive", ["off", "on"])
def test_a_row_moved_by_replace_is_found(pair, recursive):
    # The row that makes room for another one by REPLACE fires its delete trigger only with recursive triggers.
    [(moved, victim, product)] = pair.exporter.ask_shop(
        "select a.url_rewrite_id, b.url_rewrite_id, b.entity_id from url_rewrite as a"
        "  join url_rewrite as b on b.store_id = a.store_id and b.entity_type = 'product' and b.redirect_type = 0"
        "   and b.entity_id <> a.entity_id and b.metadata is null"
        " where a.entity_type = 'category' order by b.url_rewrite_id limit 1"
    )
    with closing(sqlite3.connect(pair.exporter.shop_file)) as shop:
        shop.execute(f"pragma recursive_triggers = {recursive}")
        shop.execute(
            "update or replace url_rewrite set request_path ="
            " (select request_path from url_rewrite where url_rewrite_id = ?) where url_rewrite_id = ?",
            (victim, moved),
        )
        shop.commit()
    assert pair.exporter.ask_shop(f"select 1 from url_rewrite where url_rewrite_id = {victim}") == []
    pair.exporter.tick(check=False)
    if recursive == "on":
        assert pair.verify(status=0) == {}
        return
    [[sku]] = pair.exporter.ask_shop(f"select sku from catalog_product_entity where entity_id = {product}")
    named = {(feed, kind, identity.split()[0], *fields) for feed, kind, identity, fields in pair.differences()}
    assert named == {("products", "different", sku, "url", "urlRewrites")}
    pair.repair()


@pytest.mark.thorough
def test_a_service_that_was_restored_is_brought_up(pair):
    held = pair.service.folder / "service.sqlite"
    pair.service.stop()
    shutil.copy(held, held.with_suffix(".backup"))
    pair.service.start()
    pair.exporter.change("delete from catalog_product_entity where sku = 'KL-BLEND-ESPRESSO-1-KG'")
    pair.exporter.change("update catalog_product_entity set sku = 'OTHER' where sku = 'KL-BLEND'")
    pair.exporter.tick(check=False)
    assert pair.verify(status=0) == {}
    pair.service.stop()
    for leftover in pair.service.folder.glob("service.sqlite-*"):
        leftover.unlink()
    shutil.copy(held.with_suffix(".backup"), held)
    pair.service.start()
    kinds = {(feed, kind) for feed, kind, _, _ in pair.differences()}
    assert {("products", "extra"), ("products", "missing"), ("prices", "extra")} <= kinds
    pair.repair()


@pytest.mark.thorough
def test_a_service_that_lost_its_disk_gets_everything_again(pair):
    everything = pair.service.counts(pair.exporter.environment)
    pair.service.stop()
    for file in pair.service.folder.glob("service.sqlite*"):
        file.unlink()
    pair.service.start()
    assert pair.repair() == everything
    assert pair.service.counts(pair.exporter.environment) == everything


@pytest.mark.thorough
def test_deletions_go_through_the_guard(pair, tmp_path):
    pair.exporter.write_config("[export]\ndeletion_guard = 1\n")
    item = pair.exporter.item("prices", sku="KL-BLEND-ESPRESSO-1-KG", customerGroupCode="0", websiteCode="base")
    for number in range(150):
        pair.at_service(
            "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at)"
            f" values ({OF}, ?, ?, 0, '2026-01-01 00:00:00', '')",
            "prices",
            f'["FAKE-{number}","0","base"]',
            json.dumps(item | {"sku": f"FAKE-{number}"}),
        )
    done = pair.exporter.run("saasexport", "verify", "prices", "--repair")
    assert "150 entities are gone at once, and the deletion of their items is held back" in done.stderr
    [prices] = json.loads(pair.exporter.run("saasexport", "verify", "prices", "--json").stdout)
    assert (prices["extra"], prices["waiting"]) == (0, 150)
    pair.exporter.run("saasexport", "deletions", "prices", "--confirm", check=True)
    assert pair.verify(status=0) == {}


def test_what_waits_in_a_changelog_is_no_difference(pair):
    pair.exporter.change("update catalog_product_entity set sku = 'OTHER' where sku = 'KL-BLEND'")
    [products] = json.loads(pair.exporter.run("saasexport", "verify", "products", "--json").stdout)
    assert (products["missing"], products["extra"], products["waiting"] > 0) == (0, 0, True)


@pytest.mark.sample(1)
@pytest.mark.parametrize(("status", "reason"), [(0, "waiting"), (1, "set_aside"), (2, "waiting"), (400, "rejected")])
def test_what_is_on_record_as_not_delivered_is_counted_apart(pair, status, reason):
    pair.at_service("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    pair.exporter.change_ours(
        "update cde_products_feed set status = ? where json_extract(feed_data, '$.sku') = 'KL-BLEND'"
        " and json_extract(feed_data, '$.storeViewCode') = 'default'",
        status,
    )
    done = pair.exporter.run("saasexport", "verify", "products", "--json")
    [products] = json.loads(done.stdout)
    assert (done.returncode, products["missing"], products[reason]) == (0, 0, 1)


def test_orders_beyond_the_look_back_are_no_difference(pair):
    pair.exporter.change_ours("delete from sales_data_exporter_orders_v2")
    pair.exporter.write_config("[feeds.orders]\nlook_back_days = 1\n")
    pair.exporter.run("saasexport", "init", "--shop", pair.exporter.shop_file, check=True)
    done = pair.exporter.run("saasexport", "verify", "orders", "--json")
    [orders] = json.loads(done.stdout)
    assert (done.returncode, orders["extra"], orders["beyond_look_back"] > 0) == (0, 0, True), orders


def test_an_order_that_never_was_is_extra_all_the_same(pair):
    order = pair.exporter.items("orders")[0]
    pair.at_service(
        "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at)"
        f" values ({OF}, '[\"never\"]', ?, 0, '2026-01-01 00:00:00', '')",
        "orders",
        json.dumps(order | {"commerceOrderId": "never"}),
    )
    assert pair.differences("orders") == [("orders", "extra", "never", {})]


def test_people_read_what_differs(pair):
    pair.at_service("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    done = pair.exporter.run("saasexport", "verify", "Products")
    [(entity,)] = pair.exporter.ask_shop("select entity_id from catalog_product_entity where sku = 'KL-BLEND'")
    number = pair.exporter.ask("select count(*) from cde_products_feed where is_deleted = 0 and status = 200")[0][0]
    assert done.stdout.splitlines() == [
        f"products: {number} items, 1 missing",
        f"  missing    KL-BLEND default (entity {entity})",
    ]


def test_a_service_without_digests_is_one_line(tmp_path, pair):
    pair.exporter.write_config(service='path = "/feeds/{feed}/{environment_id}"\n')
    config = Path(pair.exporter.config)
    config.write_text(config.read_text().replace(pair.service.url, pair.service.url + "/nowhere"))
    done = pair.exporter.run("saasexport", "verify")
    assert done.returncode == 2
    assert done.stderr == (
        f"saasexport: {pair.service.url}/nowhere: has no digests of scopesWebsite (answered 404), so what it holds"
        " cannot be compared; the embedded service has them, Adobe's has not\n"
    )


def test_a_service_that_is_down_is_no_difference_and_no_agreement(pair):
    pair.service.stop()
    done = pair.exporter.run("saasexport", "verify", "products")
    assert (done.returncode, done.stdout) == (1, "")
    assert "connection refused" in done.stderr


def test_a_feed_that_is_not_there_is_wrong_usage(pair):
    assert pair.exporter.run("saasexport", "verify", "product").returncode == 2


@pytest.mark.thorough
def test_the_nightly_job_tells_what_differs_until_it_is_mended(pair):
    pair.exporter.write_config("[export]\nverify_days = 7\n")
    assert pair.exporter.run("cleanup_deleted_feed_items").stderr == ""
    pair.at_service("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    assert pair.exporter.run("cleanup_deleted_feed_items").stderr == ""  # it is not its turn
    pair.exporter.change_ours("update view_state set verified_at = '2026-01-01 00:00:00' where feed = 'products'")
    line = (
        "cleanup_deleted_feed_items: products: 1 item of the service is not what the shop says;"
        f" see: {BIN}/saasexport verify products, and verify --repair\n"
    )
    for _ in range(2):
        done = pair.exporter.run("cleanup_deleted_feed_items")
        assert (done.returncode, done.stderr) == (1, line)
    assert pair.repair("products") == {"products": 1}
    assert pair.exporter.run("cleanup_deleted_feed_items").stderr == ""
    assert list((pair.exporter.folder / "var").glob("verify-*")) == []


def test_a_comparison_that_takes_longer_than_a_night_goes_on_the_next(pair):
    pair.at_service("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    installation = open_installation(str(pair.exporter.config))
    exporter = exporter_for(installation, "test")
    chunks = []
    options = Options(chunk=10, progress=lambda feed, report: chunks.append(report.items))
    verdicts = []
    scratch = pair.exporter.folder / "var" / "verify-products.sqlite"
    while not (verdicts and verdicts[-1].is_complete):
        # Each night has the time for one chunk.
        chunks.clear()

        class Night(type(options)):
            @property
            def is_over(self):
                return bool(chunks)

        night = Night(**{name: getattr(options, name) for name in options._fields})
        if len(verdicts) > 3:
            night = options
        verification = Verification(exporter, night)
        verdicts.append(verification.verify(installation.feed("products"), str(scratch)))
        verification.close()
    exporter.close()
    installation.close()
    assert [verdict.is_complete for verdict in verdicts] == [False, False, False, False, True]
    assert [each["identity"]["sku"] for each in verdicts[-1].differences] == ["KL-BLEND"]
    assert verdicts[-1].items == len(pair.exporter.items("products")) + 1
    assert not scratch.exists()


LUMA = SHARED / "data" / "luma.sqlite"


@pytest.mark.thorough
@pytest.mark.skipif(not LUMA.exists(), reason="../shared/data/luma.sqlite is not there")
def test_each_difference_of_luma_is_named_and_mended_in_one_run(tmp_path):
    service = Service(tmp_path / "service")
    exporter = Exporter.on_copy(tmp_path / "made", LUMA, service)
    exporter.tick(check=False)
    exporter.service.stop()
    pair = Pair(tmp_path / "copy", exporter)
    try:
        requests, number = requests_of_a_look(pair.exporter)
        assert (requests <= 40, number) == (True, 0)
        pair.at_service("delete from item where identity = '[\"24-MB01\",\"default\"]'")
        pair.at_service(
            "update item set item = json_set(item, '$.description', 'Other')"
            " where identity = '[\"24-MB03\",\"default\"]'"
        )
        extra = pair.exporter.item("products", sku="24-MB04", storeViewCode="default") | {"sku": "NEVER"}
        pair.at_service(
            "insert into item (feed_id, identity, item, is_deleted, exported_at, received_at)"
            f" values ({OF}, '[\"NEVER\",\"default\"]', ?, 0, '2026-01-01 00:00:00', '')",
            "products",
            json.dumps(extra),
        )
        pair.unnoticed(
            "update catalog_product_entity_varchar set value = 'Unnoticed' where store_id = 0 and value_id ="
            " (select value_id from catalog_product_entity_varchar join eav_attribute using (attribute_id)"
            "   join catalog_product_entity using (entity_id) where attribute_code = 'name' and sku = '24-MB05')"
        )
        pair.exporter.tick(check=False)
        named = {
            (kind, identity, *sorted(fields))
            for feed, kind, identity, fields in pair.differences()
            if feed == "products"
        }
        assert named == {
            ("missing", "24-MB01 default"),
            ("different", "24-MB03 default", "description"),
            ("extra", "NEVER default"),
            ("different", "24-MB05 default", "name"),
        }
        assert pair.repair()["products"] == 4
        assert pair.exporter.item("products", sku="24-MB05", storeViewCode="default")["name"] == "Unnoticed"
    finally:
        pair.service.stop()
