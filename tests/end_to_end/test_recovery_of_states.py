"""What a rebuilt database of ours still knows: the data spaces, what people decided, and which times were used."""

import pytest

from saasexport.demo.shop import PRODUCT_TO_DELETE
from saasexport.setup import recovery
from tests.convergence import tick
from tests.end_to_end.conftest import SETTINGS
from tests.support import TICK

pytestmark = pytest.mark.thorough


def break_table(exporter, table):
    """Have a table's first page hold nonsense."""
    root = exporter.ask("select rootpage from sqlite_master where name = ?", table)[0][0]
    exporter.ask("pragma wal_checkpoint(truncate)")
    with open(exporter.folder / "var" / "saasexport.sqlite", "r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)


def recover(exporter):
    """Do what a job does that finds the damage."""
    assert "a new one was built" in recovery.rebuild(str(exporter.config))


def use(exporter, environment):
    """Send to another data space."""
    exporter.environment = environment
    exporter.write_config(SETTINGS)


def held(exporter, sku):
    """How many items of a product the service holds."""
    return sum(item["sku"] == sku for item in exporter.items("products"))


@pytest.mark.thorough
@pytest.mark.parametrize("table", ["view_state", "environment", "indexer_state", "problem", "gone_entity"])
def test_a_deletion_reaches_the_second_data_space(synced, table):
    use(synced, f"second-{synced.environment}")
    for _ in range(2):
        tick(synced, TICK)
    [(sku,)] = synced.ask_shop("select sku from catalog_product_entity where entity_id = ?", PRODUCT_TO_DELETE)
    assert held(synced, sku) > 0
    # Delivered to this one only.
    synced.change_ours("update cde_products_feed set environments = 2 where source_entity_id = ?", PRODUCT_TO_DELETE)
    break_table(synced, table)
    synced.change(f"delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE}")
    recover(synced)
    for _ in range(3):
        tick(synced, TICK)
    assert held(synced, sku) == 0


def test_another_data_space_is_named_while_the_database_breaks(synced):
    number = len(synced.items("products"))
    break_table(synced, "problem")
    use(synced, f"second-{synced.environment}")
    recover(synced)
    for _ in range(3):
        tick(synced, TICK)
    assert len(synced.items("products")) == number > 0


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "table", ["environment", "problem", "gone_entity", "cde_product_variants_feed", "data_exporter_uuid"]
)
def test_what_people_decided_and_the_times_that_were_used_are_kept(synced, table):
    synced.run("saasexport", "indexer:set-status", "suspended", "prices", check=True)
    synced.run("saasexport", "indexer:set-mode", "realtime", "categories")
    ahead = "update view_state set forgotten_at = '2036-05-05 12:00:00' where feed = ?"
    for feed in ("products", "orders"):
        synced.change_ours(ahead, feed)
    break_table(synced, table)
    recover(synced)
    assert synced.ask("select status from indexer_state where feed = 'prices'") == [("suspended",)]
    assert synced.ask("select mode from view_state where feed = 'categories'") == [("realtime",)]
    for feed in ("products", "orders"):
        [(moment,)] = synced.ask("select forgotten_at from view_state where feed = ?", feed)
        assert moment == "2036-05-05 12:00:00"


def test_another_destination_is_a_data_space_of_its_own_there_too(synced):
    synced.url = "http://127.0.0.1:9"
    synced.write_config(SETTINGS, 'destination = "typesense"')
    synced.run("reindex_all_invalid")
    spaces = synced.ask("select bit, environment_id from environment order by bit")
    assert len(spaces) == 2
    break_table(synced, "problem")
    recover(synced)
    assert synced.ask("select bit, environment_id from environment order by bit") == spaces
