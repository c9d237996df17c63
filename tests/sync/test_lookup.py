"""Keys that people type: SKUs and other texts exactly as the shop writes them, ids as they are shown."""

import sqlite3

import pytest

from saasexport.feed import Shop
from saasexport.feeds.inventory_stock_status import FEED as STOCK_STATUS
from saasexport.feeds.orders.order import FEED as ORDERS
from saasexport.feeds.prices.items import FEED as PRICES
from saasexport.feeds.product_attributes import FEED as ATTRIBUTES
from saasexport.feeds.product_overrides import FEED as OVERRIDES
from saasexport.feeds.products.assembly import FEED as PRODUCTS
from saasexport.feeds.variants import FEED as VARIANTS
from saasexport.sync import lookup, story
from tests.tiny import THINGS, Sender, Tiny

TABLES = """
create table catalog_product_entity (entity_id integer primary key, sku {kind});
create table catalog_product_super_link (product_id integer, parent_id integer);
create table sales_order (entity_id integer primary key, increment_id {kind});
create table eav_entity_type (entity_type_id integer primary key, entity_type_code text);
create table eav_attribute (attribute_id integer primary key, entity_type_id integer, attribute_code {kind});
insert into eav_entity_type values (4, 'catalog_product');
"""
FEEDS = [
    (PRODUCTS, "sku"),
    (PRICES, "sku"),
    (VARIANTS, "sku"),
    (STOCK_STATUS, "sku"),
    (OVERRIDES, "sku"),
    (ORDERS, "commerceOrderNumber"),
    (ATTRIBUTES, "attributeCode"),
]


@pytest.fixture(params=["text collate nocase", "text", ""], ids=["nocase", "text", "untyped"])
def shop(request, tmp_path):
    """A shop that has AB-1, aB-1 as another thing where it may, and 24."""
    connection = sqlite3.connect(tmp_path / "shop.sqlite", isolation_level=None)
    connection.executescript(TABLES.format(kind=request.param))
    for row in ((1, "AB-1"), (2, "aB-1"), (3, 24)):
        connection.execute("insert into catalog_product_entity values (?, ?)", row)
        connection.execute("insert into sales_order values (?, ?)", row)
        connection.execute("insert into eav_attribute values (?, 4, ?)", row)
    yield Shop(connection)
    connection.close()


@pytest.mark.parametrize(("feed", "id_type"), FEEDS, ids=[feed.name for feed, _ in FEEDS])
def test_a_text_is_matched_exactly_whatever_the_column_says_of_letter_case(shop, feed, id_type):
    typed = ["AB-1", "aB-1", "ab-1", "Ab-1", "24", "24.0", "024", " AB-1", "AB-1 "]
    meant = {key: ids for key in typed if (ids := lookup.ids_of(feed, shop, id_type, key))}
    assert meant == {"AB-1": [1], "aB-1": [2], "24": [3]}


@pytest.mark.parametrize("feed", [feed for feed, _ in FEEDS], ids=[feed.name for feed, _ in FEEDS])
def test_the_shop_is_asked_for_another_letter_case(shop, feed):
    assert [shop.rows(feed.near, key=key) for key in ("ab-1", "AB-2", "a")] == [[("AB-1",)], [], []]


UNREADABLE = ["1.5", "24x", "new 1", "x'ff'", "a\nb", "", "1e1"]


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    found = Tiny(tmp_path, monkeypatch, before="drop table thing; create table thing (thing_id, code, name, shelf_id)")
    yield found
    found.close()


@pytest.mark.sample(1)
@pytest.mark.parametrize("id_type", [None, "thingId"])
@pytest.mark.parametrize("text", UNREADABLE)
def test_what_failed_is_found_by_the_id_that_it_is_shown_with(tiny, monkeypatch, text, id_type):
    monkeypatch.setitem(THINGS.id_types, "thingId", "")
    tiny.shop.execute("insert into thing (thing_id, code) values (?, 'n')", (text,))
    story.full_sync(*tiny.work(Sender()), THINGS)
    (entity_id,) = tiny.ask("select source_entity_id from cde_things_feed where status = 1")[0]
    shown = "a\\u000ab" if text == "a\nb" else text
    assert entity_id == text
    assert lookup.matches(tiny.installation, THINGS, [shown], id_type) == [lookup.Match(text)]
    assert lookup.entities(tiny.installation, THINGS, [shown], "thingId") == lookup.Found([], [shown])
