"""Clocks that go back, jump ahead, or begin in 1970: the order of an item's states is kept, nothing is frozen."""

import pytest
from freezegun import freeze_time

from saasexport.demo.shop import PRODUCT_TO_RENAME, SKU_TO_RENAME
from tests.convergence import differences, tick
from tests.support import TICK

NAME = (
    "update catalog_product_entity_varchar set value = ? where entity_id = ? and store_id = 0 and attribute_id ="
    " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)"
)


def rename(exporter, name):
    exporter.change(NAME, name, PRODUCT_TO_RENAME)


def item(exporter):
    return exporter.item("products", sku=SKU_TO_RENAME, storeViewCode="default")


@pytest.mark.sample(1)
@pytest.mark.parametrize("moment", ["2026-11-25 01:00:00", "2016-01-01", "1970-01-01 00:00:30"])
def test_a_clock_set_back_does_not_make_the_service_ignore_us(synced, moment):
    with freeze_time("2027-05-05 12:00:00"):
        rename(synced, "First")
        tick(synced, TICK)
    with freeze_time(moment):
        rename(synced, "Second")
        tick(synced, TICK)
        assert (item(synced)["name"], item(synced)["modifiedAt"]) == ("Second", "2027-05-05 12:00:01")
        rename(synced, "Third")
        tick(synced, TICK)
        assert (item(synced)["name"], item(synced)["modifiedAt"]) == ("Third", "2027-05-05 12:00:02")


def test_the_year_2038_passes(synced):
    with freeze_time("2038-01-19 03:14:07"):
        rename(synced, "Before")
        tick(synced, TICK)
    with freeze_time("2038-01-19 03:14:09"):
        rename(synced, "After")
        tick(synced, TICK)
    assert (item(synced)["name"], item(synced)["modifiedAt"]) == ("After", "2038-01-19 03:14:09")


def test_two_changes_within_a_second_are_in_order(synced):
    with freeze_time("2027-05-05 12:00:00"):
        rename(synced, "First")
        tick(synced, TICK)
        rename(synced, "Second")
        tick(synced, TICK)
    assert (item(synced)["name"], item(synced)["modifiedAt"]) == ("Second", "2027-05-05 12:00:01")


def test_a_retry_is_not_frozen_by_a_clock_that_was_ahead(synced):
    with freeze_time("2036-01-01"):
        synced.service.stop()
        try:
            rename(synced, "While it was down")
            tick(synced, TICK)
        finally:
            synced.service.start()
        assert synced.ask("select count(*) from failed_items where status = 2")[0][0] > 0
    with freeze_time("2026-12-01"):
        tick(synced, TICK)
    assert item(synced)["name"] == "While it was down"


@pytest.fixture
def dated(synced):
    """A product with a special price from the 2nd to the 3rd of May 2027."""
    attribute = (
        "(select attribute_id from eav_attribute where attribute_code = '{}' and entity_type_id = 4)"
    )
    for code, table, value in (
        ("special_price", "decimal", 5),
        ("special_from_date", "datetime", "2027-05-02 00:00:00"),
        ("special_to_date", "datetime", "2027-05-03 00:00:00"),
    ):
        synced.change(
            f"insert or replace into catalog_product_entity_{table} (attribute_id, store_id, entity_id, value)"
            f" values ({attribute.format(code)}, 0, {PRODUCT_TO_RENAME}, ?)",
            value,
        )
    return synced


def discounts(exporter):
    return exporter.item("prices", sku=SKU_TO_RENAME, customerGroupCode="0", websiteCode="base")["discounts"]


@pytest.mark.thorough
def test_a_special_price_begins_and_ends_without_any_write(dated):
    seen = []
    for moment in ("2027-05-01 12:00", "2027-05-02 12:00", "2027-05-03 12:00", "2027-05-04 12:00"):
        with freeze_time(moment):
            tick(dated, TICK)
            seen.append(discounts(dated))
    special = [{"code": "special_price", "price": 5}]
    assert seen == [None, special, special, None]


def test_a_day_that_passed_while_the_machine_was_off_is_caught_up(dated):
    with freeze_time("2027-05-01 12:00"):
        tick(dated, TICK)
    with freeze_time("2027-05-03 12:00"):
        tick(dated, TICK)
        assert discounts(dated) == [{"code": "special_price", "price": 5}]


@pytest.mark.thorough
def test_a_clock_that_was_ahead_for_a_day_is_no_lasting_harm(dated):
    with freeze_time("2027-05-01 12:00"):
        tick(dated, TICK)
    with freeze_time("2027-06-01 12:00"):
        tick(dated, TICK)
    with freeze_time("2027-05-02 12:00"):
        tick(dated, TICK)
        assert discounts(dated) == [{"code": "special_price", "price": 5}]


def test_the_daily_comparison_finds_what_no_trigger_told(synced):
    """REPLACE fires no delete trigger; here a row goes while triggers are off altogether."""
    trigger = "saasexport_catalog_product_entity_varchar_update"
    text = synced.ask_shop("select sql from sqlite_master where name = ?", trigger)[0][0]
    synced.change(f"drop trigger {trigger}")
    rename(synced, "Nobody saw it")
    synced.change(text)
    # The same schema again, and its version as it was: nothing to be noticed at once.
    version = synced.ask("select shop_version from installation")[0][0]
    synced.change(f"pragma schema_version = {version}")
    tick(synced, TICK)
    assert item(synced)["name"] != "Nobody saw it"
    with freeze_time("2027-11-27"):
        tick(synced, TICK)
    assert item(synced)["name"] == "Nobody saw it"
    assert [line for line in differences(synced) if line.startswith("products")] == []
