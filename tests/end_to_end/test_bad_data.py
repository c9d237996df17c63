"""Values that no shop should hold: an item is exact or set aside with field and reason, and its neighbours go out.

SQLite keeps what was written, whatever a column's type says, so each of these
is really in the shop's file.
"""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.convergence import differences, tick
from tests.support import TICK, Exporter

# Two products of three items each that are part of no other.
BAD, GOOD = 3, 5


# The names of one product in all store views, a value its SQL is given as it stands.
NAME = "(select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)"
PRICE = "(select attribute_id from eav_attribute where attribute_code = 'price' and entity_type_id = 4)"

DATES = ("createdAt: ", "updatedAt: ")

MEGABYTE = "long text, " * 95_000

# SQL of a value -> the name that is sent, or the words of the reason if it is none.
TEXTS = {
    "invalid UTF-8": ("cast(x'4bff6d' as text)", None, "UTF-8"),
    "a lone surrogate": ("cast(x'4beda0bd' as text)", None, "UTF-8"),
    "binary data": ("x'0001ff'", None, "binary"),
    "NUL": ("cast(x'4b004d' as text)", "K\0M", ""),
    "control characters": ("char(7, 27, 127, 133, 8232)", "\x07\x1b\x7f\x85\u2028", ""),
    "an emoji and a combining mark": ("char(128512, 101, 769)", "\U0001f600e\u0301", ""),
    "the last character": ("char(1114111)", "\U0010ffff", ""),
    "a number": ("42", "42", ""),
    "a fraction": ("1.50", "1.5", ""),
    "2^63 - 1": ("9223372036854775807", "9223372036854775807", ""),
    "infinity, which a text column turns into text": ("9e999", "Inf", ""),
    "quotes and slashes": ("'</script>\"\\/'''", "</script>\"\\/'", ""),
    "text that looks like JSON": ("'{\"deleted\": true}'", '{"deleted": true}', ""),
    "empty": ("''", "", ""),
}

NUMBERS = {
    "text": ("'12,50 EUR'", None, "not a number"),
    "a number as text": ("'12.50'", 12.5, ""),
    "NaN as text": ("'nan'", None, "finite"),
    "infinity": ("9e999", None, "finite"),
    "minus infinity": ("-9e999", None, "finite"),
    "2^63": ("9223372036854775808", 2.0**63, ""),
    "2^63 - 1": ("9223372036854775807", 9223372036854775807, ""),
    "negative": ("-1", -1, ""),
    "binary data": ("x'00'", None, "binary"),
    "many decimals": ("0.1 + 0.2", 0.30000000000000004, ""),
    "very small": ("5e-324", 5e-324, ""),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory, small_shop_file, service):
    """An installation that has synced everything."""
    exporter = Exporter.on_copy(
        tmp_path_factory.mktemp("data"), small_shop_file, service, settings="[feeds.orders]\nlook_back_days = 0\n"
    )
    tick(exporter, TICK)
    assert differences(exporter) == []
    return exporter


def put(exporter, sql):
    """Change the shop by SQL that may hold anything."""
    with closing(sqlite3.connect(exporter.shop_file, isolation_level=None)) as shop:
        shop.execute(sql)


def name(exporter, product, value):
    """Give a product a name in every store view that has one, as SQL."""
    table = "catalog_product_entity_varchar"
    put(exporter, f"update {table} set value = {value} where entity_id = {product} and attribute_id = {NAME}")


def price(exporter, product, value):
    """Give a product a price, as SQL."""
    table = "catalog_product_entity_decimal"
    put(exporter, f"update {table} set value = {value} where entity_id = {product} and attribute_id = {PRICE}")


def date(exporter, product, value):
    """Give a product's row its dates."""
    exporter.change(
        "update catalog_product_entity set updated_at = ?, created_at = ? where entity_id = ?", value, value, product
    )


def number_of(exporter):
    """A number that was not used yet, for neighbours' names."""
    exporter.count = getattr(exporter, "count", 0) + 1
    return exporter.count


def statuses(exporter, product, table="cde_products_feed"):
    """Status and errors of a product's rows."""
    query = f"select distinct status, errors from {table} where source_entity_id = ? and is_deleted = 0"
    return exporter.ask(query, product)


def sku(exporter, product):
    return exporter.ask_shop("select sku from catalog_product_entity where entity_id = ?", product)[0][0]


def is_exact_or_set_aside(exporter, product, field, expected, reason, table, feed, **identity):
    """What the service has of a product, and what is on record of it."""
    rows = statuses(exporter, product, table)
    if reason:
        assert {status for status, _ in rows} == {1}
        for _, error in rows:
            assert error.startswith(f"{field}: "), error
            assert reason in error
    else:
        assert rows == [(200, None)]
        item = exporter.item(feed, sku=sku(exporter, product), **identity)
        assert item[field] == expected
        assert type(item[field]) is type(expected)


def plain_products(shop):
    """Simple products with a name and a price, delivered in both feeds."""
    delivered = (
        shop.ask(f"select distinct source_entity_id from {table} where status = 200 and is_deleted = 0")
        for table in ("cde_products_feed", "cde_product_prices_feed")
    )
    valued = [
        shop.ask_shop(
            f"select entity_id from catalog_product_entity join catalog_product_entity_{table} using (entity_id)"
            f" where type_id = 'simple' and attribute_id = {attribute} and store_id = 0"
        )
        for table, attribute in (("varchar", NAME), ("decimal", PRICE))
    ]
    return [row[0] for row in sorted(set.intersection(*map(set, (*delivered, *valued))), reverse=True)]


def all_at_once(shop, kinds, change, mended, field, table, feed, **identity):
    """Give each kind of value to a product of its own, with good neighbours in between, and look at all of them."""
    alike = plain_products(shop)
    products = dict(zip(kinds, alike, strict=False))
    neighbours = alike[len(kinds) : len(kinds) + 3]
    assert len(neighbours) == 3
    for kind, product in products.items():
        change(shop, product, kinds[kind][0])
    for product in neighbours:
        change(shop, product, mended)
    tick(shop, TICK)
    for kind, product in products.items():
        _, expected, reason = kinds[kind]
        is_exact_or_set_aside(shop, product, field, expected, reason, table, feed, **identity)
    for product in neighbours:
        assert statuses(shop, product, table) == [(200, None)]
        assert str(shop.item(feed, sku=sku(shop, product), **identity)[field]) in mended
    # Mended data comes back by itself.
    for product in products.values():
        change(shop, product, mended)
    tick(shop, TICK)
    for product in products.values():
        assert statuses(shop, product, table) == [(200, None)]
    assert differences(shop) == []


@pytest.mark.thorough
def test_a_text_is_exact_or_set_aside_and_its_neighbours_go_out(shop):
    all_at_once(shop, TEXTS, name, "'Mended'", "name", "cde_products_feed", "products", storeViewCode="default")


@pytest.mark.thorough
def test_a_price_is_exact_or_set_aside_and_its_neighbours_go_out(shop):
    scope = {"customerGroupCode": "0", "websiteCode": "base"}
    all_at_once(shop, NUMBERS, price, "77", "regular", "cde_product_prices_feed", "prices", **scope)


@pytest.mark.thorough
def test_a_megabyte_of_text_is_sent_as_it_is(shop):
    attribute = NAME.replace("'name'", "'description'")
    put(
        shop,
        "insert or replace into catalog_product_entity_text (attribute_id, store_id, entity_id, value)"
        f" values ({attribute}, 0, {BAD}, '{MEGABYTE}')",
    )
    tick(shop, TICK)
    assert statuses(shop, BAD) == [(200, None)]
    assert shop.item("products", sku=sku(shop, BAD), storeViewCode="default")["description"] == MEGABYTE
    assert differences(shop) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("value", ["0000-00-00 00:00:00", "", "yesterday", "2026-02-30", 0, -1.5])
def test_a_date_that_is_none(shop, value):
    """Products, prices and orders go on; where a date decides, an impossible one is none."""
    for code in ("special_from_date", "special_to_date", "news_from_date"):
        attribute = NAME.replace("'name'", f"'{code}'")
        shop.change(
            "insert or replace into catalog_product_entity_datetime (attribute_id, store_id, entity_id, value)"
            f" select {attribute}, 0, {BAD}, ? where {attribute} is not null",
            value,
        )
    date(shop, BAD, value)
    shop.change("update sales_order set updated_at = ?, status = status || '.' where entity_id = 1", value)
    neighbour = f"Neighbour {number_of(shop)}"
    name(shop, GOOD, f"'{neighbour}'")
    tick(shop, TICK)
    assert shop.item("products", sku=sku(shop, GOOD), storeViewCode="default")["name"] == neighbour
    for status, error in statuses(shop, BAD) + statuses(shop, BAD, "cde_product_prices_feed"):
        # Dates go out as they are stored; a service that does not take them says which field it means.
        assert (status, error) == (200, None) or (status in (1, 400) and error.startswith(DATES)), error
    mended = "2026-01-01 00:00:00"
    date(shop, BAD, mended)
    shop.change(f"delete from catalog_product_entity_datetime where entity_id = {BAD}")
    shop.change("update sales_order set updated_at = ? where entity_id = 1", mended)
    tick(shop, TICK)
    assert statuses(shop, BAD) == [(200, None)]
    assert differences(shop) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("table", "column", "key", "feed_table"),
    [
        ("eav_attribute", "frontend_label", "attribute_id", "cde_product_attributes_feed"),
        ("sales_order", "status", "entity_id", "sales_data_exporter_orders_v2"),
        ("review_detail", "detail", "review_id", "catalog_data_exporter_product_reviews"),
    ],
)
def test_invalid_text_anywhere_sets_aside_its_items_only(shop, table, column, key, feed_table):
    entity = shop.ask(f"select max(source_entity_id) from {feed_table} where status = 200 and is_deleted = 0")[0][0]
    rows = shop.ask_shop(f"select rowid, {column} from {table} where {key} = ?", entity)
    live = shop.service.counts(shop.environment)
    put(shop, f"update {table} set {column} = cast(x'ff' || {column} as text) where {key} = {entity}")
    shop.tick(check=False)
    assert "Traceback" not in shop.tick(check=False)
    found = shop.ask(f"select status, errors from {feed_table} where source_entity_id = ? and status <> 200", entity)
    assert found != []
    assert {status for status, _ in found} == {1}
    assert all("UTF-8" in error for _, error in found)
    # What was delivered before stays there until the item can be assembled again.
    assert shop.service.counts(shop.environment) == live
    for rowid, value in rows:
        shop.change(f"update {table} set {column} = ? where rowid = ?", value, rowid)
    tick(shop, TICK)
    assert differences(shop) == []


def test_what_is_set_aside_is_shown_with_field_and_reason(shop):
    name(shop, BAD, "x'ff'")
    tick(shop, TICK)
    done = shop.run("saasexport", "failed", "products", "--json")
    entries = [entry for entry in json.loads(done.stdout) if sku(shop, BAD) in json.dumps(entry)]
    assert len(entries) == 3
    assert all("name: binary data where text belongs" in json.dumps(entry) for entry in entries)
    name(shop, BAD, "'Mended'")
    tick(shop, TICK)
    assert differences(shop) == []
