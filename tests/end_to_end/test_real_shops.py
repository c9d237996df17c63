"""A real catalogue: every item is valid for the service, counts are as they should be, a second round is silent."""

import shutil

import pytest

from tests.convergence import differences, tick
from tests.support import SHARED, TICK, Exporter

DATA = SHARED / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the sample shops are not here (../shared)")

# Their dates end on a day; rules count only on theirs, and a full sync takes the orders of a week.
BROUGHT_UP_TO_DATE = """
update catalogrule_product_price set rule_date = date('now');
update sales_order set updated_at = datetime('now');
"""


def synced(tmp_path, name, service):
    """An installation on a copy of a sample shop, after one round."""
    copy = tmp_path / "made.sqlite"
    shutil.copy(DATA / name, copy)
    copy.chmod(0o600)
    exporter = Exporter.on_copy(tmp_path / "it", copy, service)
    exporter.change(BROUGHT_UP_TO_DATE)
    tick(exporter, TICK[:3])
    return exporter


@pytest.fixture(scope="module")
def multistore(tmp_path_factory, service):
    return synced(tmp_path_factory.mktemp("multistore"), "luma-multistore.sqlite", service)


def counted(exporter, query):
    return exporter.ask_shop(query)[0][0]


@pytest.mark.thorough
def test_luma_is_delivered_whole(tmp_path, service):
    exporter = synced(tmp_path, "luma.sqlite", service)
    assert exporter.ask("select count(*) from failed_items") == [(0,)]
    assert service.counts(exporter.environment)["products"] == 2046
    assert differences(exporter) == []


@pytest.mark.thorough
def test_the_larger_shop_is_delivered_whole(multistore):
    assert multistore.ask("select feed, errors from failed_items limit 3") == []
    assert differences(multistore) == []


@pytest.mark.thorough
def test_counts_follow_the_volumes_adobe_states(multistore, service):
    held = service.counts(multistore.environment)
    per_view = "select count(*) from catalog_product_website join store using (website_id) where store_id <> 0"
    in_stock = """
        select count(*) from (
            select distinct stock_id, sku from inventory_source_item
              join inventory_source_stock_link using (source_code)
              join inventory_source using (source_code)
              join catalog_product_entity using (sku)
             where stock_id <> 1 and inventory_source.enabled = 1
             union
            select 1, sku from inventory_source_item join catalog_product_entity using (sku)
              join cataloginventory_stock_item on product_id = entity_id and cataloginventory_stock_item.stock_id = 1
             where source_code = 'default')
    """
    assert held["products"] == counted(multistore, per_view)
    assert held["inventoryStockStatus"] == counted(multistore, in_stock)
    assert held["orders"] == counted(multistore, "select count(*) from sales_order")
    assert held["scopesCustomerGroup"] == counted(multistore, "select count(*) from customer_group")
    source = dict(multistore.ask("select feed, source_records from feed_status where unavailable is null"))
    assert source == held


def test_a_second_round_sends_nothing(multistore):
    before = multistore.sent()
    tick(multistore, TICK)
    assert multistore.sent() == before


@pytest.mark.thorough
def test_a_shipment_sends_its_order_only(multistore):
    before = len(multistore.sent())
    multistore.change(
        "insert into sales_shipment (order_id, store_id, increment_id)"
        " select entity_id, store_id, 'SHIP-1' from sales_order order by entity_id limit 1"
    )
    tick(multistore, TICK[:1])
    assert multistore.ask("select awaiting from feed_status where feed = 'orders'") == [(1,)]
    assert multistore.sent()[before:] == []
    tick(multistore, TICK[:3])
    assert multistore.sent()[before:] == [("orders", 1, 200)]
    assert differences(multistore) == []
