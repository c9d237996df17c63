"""Feeds of one's own: files in a folder, the real scripts and the real service."""

import os
import sqlite3
from contextlib import closing

import pytest

from tests.support import TICK, Exporter

SHOP = """
create table product (
    sku text primary key, name text, description text, price numeric, quantity integer, image text, category text
);
insert into product values
    ('007', 'Apples', 'Red ones', 2.5, 40, 'apples.jpg', 'Fruit'),
    ('B-1', 'Bread', null, 3.9, 0, null, 'Bakery'),
    ('C-1', 'Cider', 'Dry', 4, 12, null, 'Drinks'),
    ('D-1', 'Dates', null, 7, 3, null, 'Fruit');
"""


@pytest.fixture
def shop(tmp_path, service):
    """A shop of one table, with the feeds of its preset, sent once."""
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    exporter = Exporter(tmp_path, path, service, settings="[export]\nbuilt_in = false\n")
    exporter.run("saasexport", "init", "--shop", path, "--preset", "simple", check=True)
    tick(exporter)
    return exporter


def tick(exporter, check=True):
    """A tick; gives what reindex_all_invalid said."""
    said = exporter.run(TICK[0], check=check)
    for job in TICK[1:]:
        exporter.run(job, check=check)
    return said


def change(exporter, statement):
    """Change the shop, in a transaction of its own."""
    with closing(sqlite3.connect(exporter.shop_file, isolation_level=None)) as connection:
        connection.execute(statement)


def rewrite(exporter, name, old, new):
    """Change a feed's file."""
    path = exporter.folder / "feeds.d" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def prices(exporter):
    """The prices that the service has, by SKU."""
    items = exporter.service.items("prices", exporter.environment)
    return {item["sku"]: item["regular"] for item in items}


EVERY_PRICE = {"007": 2.5, "B-1": 3.9, "C-1": 4, "D-1": 7}


def test_a_shop_whose_keys_are_text_is_sent_whole_and_a_second_round_sends_nothing(shop):
    assert prices(shop) == EVERY_PRICE
    before = shop.service.counts(shop.environment)
    assert before["products"] == 4
    sent = shop.ask("select sum(sent) from sent_history")

    assert tick(shop).stderr == ""

    assert shop.ask("select sum(sent) from sent_history") == sent
    assert shop.ask("select feed from feed_status where failed > 0 or awaiting > 0 or indexer <> 'valid'") == []


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update product set price = 2 where sku = '007'", {**EVERY_PRICE, "007": 2}),
        ("insert into product values ('7', 'Another', null, 1, 5, null, 'Fruit')", {**EVERY_PRICE, "7": 1}),
        ("delete from product where sku = 'C-1'", {"007": 2.5, "B-1": 3.9, "D-1": 7}),
        ("update product set sku = '7' where sku = '007'", {"7": 2.5, "B-1": 3.9, "C-1": 4, "D-1": 7}),
        ("replace into product values ('D-1', 'Dates', null, 8, 3, null, 'Fruit')", {**EVERY_PRICE, "D-1": 8}),
    ],
)
def test_a_change_of_the_shop_reaches_the_service_with_the_next_tick(shop, statement, expected):
    change(shop, statement)

    tick(shop)

    assert prices(shop) == expected


def test_a_typo_costs_its_feed_only_and_deletes_nothing(shop):
    rewrite(shop, "prices.sql", "price as regular", "prize as regular")
    change(shop, "update product set name = 'Pears', price = 1 where sku = '007'")

    said = tick(shop, check=False)

    assert said.returncode == 1
    assert said.stderr.startswith("reindex_all_invalid: prices: not synced: feeds.d/prices.sql:")
    assert "query items: no such column: prize" in said.stderr
    assert prices(shop) == EVERY_PRICE
    names = {item["sku"]: item["name"] for item in shop.service.items("products", shop.environment)}
    assert names["007"] == "Pears"

    rewrite(shop, "prices.sql", "prize as regular", "price as regular")
    assert tick(shop).stderr == ""
    assert prices(shop) == {**EVERY_PRICE, "007": 1}


def test_a_changed_file_has_its_feed_compared_and_its_deletions_held_back_until_they_are_confirmed(shop):
    rewrite(shop, "prices.sql", "where sku in", "where price < 4 and sku in")

    said = tick(shop, check=False)

    assert said.returncode == 1
    assert "prices: its file was changed, and of 2 entities items are gone: their deletion is held back" in said.stderr
    assert prices(shop) == EVERY_PRICE
    tick(shop)
    assert prices(shop) == EVERY_PRICE

    shop.run("saasexport", "deletions", "prices", "--confirm", check=True)

    assert prices(shop) == {"007": 2.5, "B-1": 3.9}


def test_a_file_that_gives_other_values_sends_them(shop):
    rewrite(shop, "prices.sql", "price as regular", "price * 2 as regular")

    assert tick(shop).stderr == ""

    assert prices(shop) == {"007": 5, "B-1": 7.8, "C-1": 8, "D-1": 14}


def test_a_file_that_is_taken_away_switches_its_feed_off(shop):
    os.remove(shop.folder / "feeds.d" / "prices.sql")
    change(shop, "update product set price = 1 where sku = '007'")

    assert tick(shop).stderr == ""

    assert prices(shop) == EVERY_PRICE
    assert shop.ask_shop("select name from sqlite_master where name like '%price%cl'") == []
    assert shop.ask("select feed from feed_status where feed = 'prices'") == []


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("file", "feed"),
    [
        ("prices.sql", "prices"),
        ("products.sql", "products"),
        ("categories.sql", "categories"),
        ("product_attributes.sql", "productAttributes"),
        ("inventory_stock_status.sql", "inventoryStockStatus"),
        ("scopes_website.sql", "scopesWebsite"),
    ],
)
def test_where_the_built_in_feed_was_never_available_it_is_off_when_the_file_is_taken_away(shop, file, feed):
    shop.write_config()
    tick(shop)
    before = shop.service.counts(shop.environment)
    path = shop.folder / "feeds.d" / file
    text = path.read_text()
    os.remove(path)
    change(shop, "delete from product where sku = '007'")

    assert tick(shop).stderr == ""
    assert tick(shop).stderr == ""

    assert shop.service.counts(shop.environment)[feed] == before[feed]
    shown = shop.run("saasexport", "status", check=True).stdout
    assert f"{feed} is unavailable" not in shown
    doctor = shop.run("saasexport", "doctor").stdout.splitlines()
    assert [line for line in doctor if line.startswith("FAIL") and feed in line] == []

    path.write_text(text)
    tick(shop)
    change(shop, "alter table product rename to article")
    said = tick(shop, check=False)
    assert said.returncode == 1
    assert f"{feed}: not synced: feeds.d/{file}:" in said.stderr


@pytest.mark.thorough
def test_the_built_in_feed_takes_over_when_the_file_is_taken_away(synced):
    def groups():
        return [{**item, "modifiedAt": None} for item in synced.items("scopesCustomerGroup")]

    before = groups()
    path = synced.folder / "feeds.d" / "groups.sql"
    path.parent.mkdir()
    path.write_text(
        "-- feed: scopesCustomerGroup\n-- entity: customer_group.customer_group_id\n-- everything: store_website\n"
        "-- name: items\n"
        "select customer_group_id as entity, customer_group_id + 100 as customerGroupId,\n"
        "       sha1('') as customerGroupCode,\n"
        "       (select json_group_array(code) from store_website where website_id > 0) as websites\n"
        "  from customer_group\n where customer_group_id in (select value from json_each(:ids));\n"
    )
    tick(synced, check=False)
    synced.run("saasexport", "deletions", "scopesCustomerGroup", "--confirm", check=True)
    tick(synced, check=False)
    assert [item["customerGroupId"] for item in groups()] == ["100", "101", "102", "103"]

    os.remove(path)
    said = tick(synced, check=False)

    assert "scopesCustomerGroup: its file was changed, and of 4 entities items are gone" in said.stderr
    synced.run("saasexport", "deletions", "scopesCustomerGroup", "--confirm", check=True)
    tick(synced, check=False)
    assert groups() == before


def test_a_file_that_others_may_write_is_refused(shop):
    path = shop.folder / "feeds.d" / "prices.sql"
    path.chmod(0o666)
    change(shop, "update product set price = 1 where sku = '007'")

    said = tick(shop, check=False)

    assert said.returncode == 1
    assert "prices.sql: may be written by others" in said.stderr
    assert prices(shop) == EVERY_PRICE
    path.chmod(0o644)
    assert tick(shop).stderr == ""
    assert prices(shop)["007"] == 1


def test_two_files_of_one_feed_are_both_left_alone(shop):
    path = shop.folder / "feeds.d" / "prices.sql"
    (shop.folder / "feeds.d" / "other.sql").write_text(path.read_text())

    said = tick(shop, check=False)

    assert said.returncode == 1
    assert "prices: not synced: " in said.stderr
    assert "feed prices stands in" in said.stderr
    assert prices(shop) == EVERY_PRICE


def test_a_parameter_of_the_configuration_reaches_items_and_changing_it_compares_the_feed(shop):
    rewrite(shop, "prices.sql", "price as regular", "price * :factor as regular")
    shop.write_config("[export]\nbuilt_in = false\n[shop.parameters]\nfactor = 10\n")
    tick(shop)
    assert prices(shop) == {"007": 25, "B-1": 39, "C-1": 40, "D-1": 70}

    shop.write_config("[export]\nbuilt_in = false\n[shop.parameters]\nfactor = 100\n")
    tick(shop)

    assert prices(shop) == {"007": 250, "B-1": 390, "C-1": 400, "D-1": 700}


def test_a_feed_of_ones_own_takes_the_place_of_the_built_in_one(shop):
    shown = shop.run("saasexport", "feeds", check=True).stdout

    assert "feeds.d/prices.sql" in shown
    assert "built in" not in shown


def test_an_idle_tick_does_not_open_the_files(shop):
    tick(shop)
    for path in (shop.folder / "feeds.d").iterdir():
        os.utime(path, ns=(1, path.stat().st_mtime_ns))
    before = {path: path.stat().st_atime_ns for path in (shop.folder / "feeds.d").iterdir()}

    assert tick(shop).stderr == ""

    assert {path: path.stat().st_atime_ns for path in before} == before


def test_what_a_function_cannot_take_sets_its_entity_aside_and_what_was_delivered_stays(shop):
    rewrite(shop, "prices.sql", "price as regular", "iif(plain(image) = '', price, price) as regular")
    tick(shop)
    change(shop, "update product set price = 1, image = cast(x'ff' as text) where sku = '007'")
    change(shop, "update product set price = 2 where sku = 'C-1'")

    said = tick(shop, check=False)

    assert said.returncode == 1
    assert prices(shop) == {**EVERY_PRICE, "C-1": 2}
    reasons = shop.ask("select source_entity_id, errors from failed_items where feed = 'prices'")
    assert [(key, "not UTF-8" in reason) for key, reason in reasons] == [("007", True)]

    change(shop, "update product set image = null where sku = '007'")
    tick(shop)
    assert prices(shop) == {**EVERY_PRICE, "007": 1, "C-1": 2}
    assert shop.ask("select feed from failed_items where feed = 'prices'") == []
