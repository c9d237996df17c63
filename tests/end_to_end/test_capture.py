"""What the triggers tell, what they cannot tell, and what is kept of it."""

import sqlite3
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.demo.shop import PRODUCT_TO_RENAME, SKU_TO_RENAME
from tests.convergence import differences, tick
from tests.support import TICK

NAME = "(select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)"


def operations(exporter):
    """(feed, operation) of what was collected so far, from the log."""
    log = exporter.folder / "var" / "log" / "commerce-data-export.log"
    found = []
    for line in log.read_text().splitlines():
        if '"status":"Complete"' in line:
            feed, operation = (line.partition(f'"{name}":"')[2].partition('"')[0] for name in ("feed", "operation"))
            found.append((feed, operation))
    return found


@pytest.mark.thorough
def test_a_row_that_changes_its_owner_concerns_both(synced):
    """The old owner loses what the new one gets."""
    synced.change(f"delete from catalog_product_entity_varchar where entity_id = 4 and attribute_id = {NAME}")
    tick(synced, TICK)
    synced.change(
        f"update catalog_product_entity_varchar set entity_id = 4 where entity_id = {PRODUCT_TO_RENAME}"
        f" and attribute_id = {NAME}"
    )
    tick(synced, TICK)
    assert differences(synced) == []


def test_a_key_that_changes_is_a_deletion_and_a_new_item(synced):
    synced.change(f"update catalog_product_entity set sku = 'KL-OTHER' where sku = '{SKU_TO_RENAME}'")
    tick(synced, TICK)
    assert synced.item("products", sku=SKU_TO_RENAME, storeViewCode="default")["deleted"] is True
    assert synced.item("products", sku="KL-OTHER", storeViewCode="default")["deleted"] is False
    assert differences(synced) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("cascades", [True, False], ids=["cascades", "no cascades"])
def test_a_deleted_product_is_deleted_whether_or_not_its_parts_go_with_it(synced, cascades):
    with closing(sqlite3.connect(synced.shop_file)) as shop:
        shop.execute(f"pragma foreign_keys = {'on' if cascades else 'off'}")
        shop.execute("delete from catalog_product_entity where entity_id = 3")
        shop.commit()
    tick(synced, TICK)
    assert differences(synced) == []


def test_what_replace_hides_is_found_by_the_reconciliation(synced):
    """REPLACE deletes a row without a delete trigger: here a product's, whose SKU another one takes."""
    sku = synced.ask_shop("select sku from catalog_product_entity where entity_id = 5")[0][0]
    with closing(sqlite3.connect(synced.shop_file)) as shop:
        shop.execute("pragma recursive_triggers = off")
        shop.execute("create unique index one_sku on catalog_product_entity (sku)")
        shop.execute("update or replace catalog_product_entity set sku = ? where entity_id = 6", (sku,))
        shop.commit()
    tick(synced, TICK)
    synced.run("saasexport", "indexer:reindex")
    assert differences(synced) == []


def test_a_deletion_that_no_trigger_saw_is_found_by_the_reconciliation(synced):
    """Taken away and put back as they were, the schema's version too: nothing tells that they were off."""
    texts = synced.ask_shop("select name, sql from sqlite_master where type = 'trigger' and name like 'saasexport_%'")
    version = synced.ask_shop("pragma schema_version")[0][0]
    with closing(sqlite3.connect(synced.shop_file, isolation_level=None)) as shop:
        shop.execute("begin")
        for name, _ in texts:
            shop.execute(f"drop trigger {name}")
        shop.execute("delete from catalog_product_entity where entity_id = 3")
        for _, text in texts:
            shop.execute(text)
        shop.execute("commit")
        shop.execute(f"pragma schema_version = {version}")
    tick(synced, TICK)
    assert differences(synced) != []
    synced.run("saasexport", "indexer:reindex")
    assert differences(synced) == []


def test_a_write_that_is_rolled_back_is_no_change(synced):
    with closing(sqlite3.connect(synced.shop_file, isolation_level=None)) as shop:
        shop.execute("begin")
        shop.execute("update catalog_product_entity_varchar set value = 'Never' where entity_id < 50")
        shop.execute("rollback")
    before = synced.sent()
    tick(synced, TICK)
    assert synced.sent() == before


def test_a_purge_takes_what_was_read_and_keeps_the_proof_that_it_was(synced):
    for _ in range(15):
        synced.change("update catalog_product_entity set updated_at = datetime('now')")
    assert synced.ask_shop("select count(*) from cde_products_feed_cl")[0][0] == 1500
    tick(synced, TICK)
    assert synced.ask_shop("select count(*) from cde_products_feed_cl")[0][0] < 10
    before = len(operations(synced))
    rename = "update catalog_product_entity_varchar set value = 'Now' where entity_id = 1"
    synced.change(f"{rename} and attribute_id = {NAME}")
    assert jobs.main("reindex_all_invalid", ["--config", str(synced.config)]) == 0
    # Had the purge taken a row too many, everything would have been compared again.
    assert operations(synced)[before:] == [("products", "partial reindex")]
    assert synced.item("products", sku=SKU_TO_RENAME, storeViewCode="default")["name"] == "Now"


def test_a_thousand_changes_of_one_product_are_one_item(synced):
    with closing(sqlite3.connect(synced.shop_file)) as shop:
        for number in range(1000):
            shop.execute(
                f"update catalog_product_entity_varchar set value = ? where entity_id = 3 and attribute_id = {NAME}",
                (f"Name {number}",),
            )
        shop.commit()
    before = len(synced.sent())
    tick(synced, TICK)
    assert [(feed, items) for feed, items, _ in synced.sent()[before:]] == [("products", 3)]
    assert differences(synced) == []
