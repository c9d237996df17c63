"""Half of a feed's entities gone at once: held back until somebody says that it is right."""

import pytest

from saasexport import jobs
from saasexport.commands import main
from tests.convergence import differences, tick
from tests.support import TICK, Exporter, demo_shop_copy

pytestmark = pytest.mark.thorough

SETTINGS = "[feeds.orders]\nlook_back_days = 0\n"


@pytest.fixture(scope="module")
def large_once(tmp_path_factory, service):
    """An installation with 400 products, synced; take twins of it, do not change it."""
    folder = tmp_path_factory.mktemp("large")
    shop = demo_shop_copy(folder / "made.sqlite", products=400)
    exporter = Exporter.on_copy(folder / "once", shop, service, settings=SETTINGS)
    tick(exporter, TICK)
    return exporter


@pytest.fixture
def large(tmp_path, large_once):
    """The same, of the test's own."""
    return large_once.twin(tmp_path, SETTINGS)


def live(exporter, feed="products"):
    return exporter.service.counts(exporter.environment)[feed]


@pytest.mark.thorough
def test_many_deletions_at_once_are_held_back_and_the_rest_goes_on(large, capsys):
    before = live(large)
    large.change("delete from catalog_product_entity where entity_id > 200")
    large.change(
        "update catalog_product_entity_varchar set value = 'Still sold' where entity_id = 1 and store_id = 0"
        " and attribute_id = (select attribute_id from eav_attribute"
        " where attribute_code = 'name' and entity_type_id = 4)"
    )
    assert jobs.main("reindex_all_invalid", ["--config", str(large.config)]) == 1
    printed = capsys.readouterr().err
    assert "products: 200 entities are gone at once" in printed
    assert "saasexport deletions products --confirm" in printed
    assert live(large) == before
    assert large.item("products", sku="KL-ESP-HOUSE", storeViewCode="default")["name"] == "Still sold"
    assert large.ask("select held from feed_status where feed = 'products'") == [(200,)]
    query = "select count(distinct source_entity_id) from failed_items where feed = 'products' and status = 200"
    held = large.ask(query)
    assert held == [(200,)]
    # It is said once, not every minute.
    assert jobs.main("reindex_all_invalid", ["--config", str(large.config)]) == 0


@pytest.mark.thorough
def test_confirmed_deletions_are_sent(large, capsys):
    large.change("delete from catalog_product_entity where entity_id > 200")
    tick(large, TICK)
    assert main(["--config", str(large.config), "deletions", "--confirm"]) == 0
    assert "products: 200 entities" in capsys.readouterr().out
    assert differences(large) == []
    assert large.ask("select count(*) from gone_entity") == [(0,)]


def test_entities_that_come_back_are_not_held_any_more(large):
    rows = large.ask_shop("select * from catalog_product_website where product_id > 200")
    large.change("delete from catalog_product_website where product_id > 200")
    tick(large, TICK)
    assert large.ask("select held from feed_status where feed = 'products'") == [(200,)]
    large.change(f"insert into catalog_product_website values {', '.join(map(str, rows))}")
    tick(large, TICK)
    assert large.ask("select held from feed_status where feed = 'products'") == [(0,)]
    assert differences(large) == []


def test_a_few_deletions_are_sent_even_while_many_are_held(large):
    large.change("delete from catalog_product_entity where entity_id > 200")
    tick(large, TICK)
    large.change("delete from catalog_product_entity where entity_id = 150")
    before = live(large)
    tick(large, TICK)
    assert live(large) == before - 3
    assert large.ask("select held from feed_status where feed = 'products'") == [(200,)]


def test_a_hundred_entities_are_never_held_back(large):
    large.change("delete from catalog_product_entity where entity_id > 300")
    tick(large, TICK)
    assert differences(large) == []


@pytest.mark.thorough
def test_new_identities_of_the_same_entities_do_not_count(large):
    """Every SKU changes: as many deletions as products, and no product is gone."""
    large.change("update catalog_product_entity set sku = sku || '-2'")
    large.change("update inventory_source_item set sku = sku || '-2'")
    large.change("update inventory_reservation set sku = sku || '-2'")
    tick(large, TICK)
    assert differences(large) == []


def test_the_guard_can_be_switched_off(large):
    large.write_config("[export]\ndeletion_guard = 0\n[feeds.orders]\nlook_back_days = 0\n")
    large.change("delete from catalog_product_entity where entity_id > 200")
    tick(large, TICK)
    assert differences(large) == []
