"""Data Management: the products as the service has them."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta


def test_the_figures_are_those_of_the_products_feed(synced, dashboard):
    page = dashboard.page("/data")
    delivered, source = synced.ask("select delivered, source_records from feed_status where feed = 'products'")[0]
    assert f"Product count {delivered:,} of {source:,} records" in page.text
    assert re.search(r"Sync status Needs attention last sync \d* ?\w+ ago .*\d\d:\d\d UTC", page.text)


def test_transfers_of_the_last_three_hours_are_counted(own, own_dashboard):
    now = datetime.now(UTC)
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        ours.execute("delete from sent_history")
        for minutes, sent in ((0, 1), (160, 20), (200, 400)):
            slot = (now - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M")[:15] + "0"
            ours.execute("insert into sent_history values (?, 'products', ?, 1)", (slot, sent))
        ours.execute("insert into sent_history values (?, 'prices', 5000, 0)", (now.strftime("%Y-%m-%d %H:00"),))
        ours.commit()
    assert "Products transferred in the last 3 hours 21 2 failures" in own_dashboard.page("/data").text


def test_synced_products_are_listed_and_found_by_sku(synced, dashboard):
    page = dashboard.page("/data")
    rows = synced.ask(
        "select json_extract(feed_data, '$.sku'), json_extract(feed_data, '$.storeViewCode'), source_entity_id,"
        " substr(modified_at, 12, 5), json_extract(metadata, '$.requestId') from cde_products_feed"
        " where status = 200 and is_deleted = 0 order by id desc limit 20"
    )
    shown = [
        [row[0].split()[0], *row[1:3], row[3].rpartition(" ago ")[2].removesuffix(" UTC"), row[4]]
        for row in page.rows()
    ]
    assert [[str(cell) for cell in row] for row in rows] == shown
    found = dashboard.page("/data?search=KL-COF-000300")
    assert {row[0] for row in found.rows()} == {"KL-COF-000300 Minas Early Filter"}
    assert found.links["KL-COF-000300"] == "/item?feed=products&entity=300"
    following = dashboard.page(page.links["Next page"])
    assert following.rows()[0] != page.rows()[0]
    assert "/data?before=" in page.links["Next page"]


def test_an_empty_table_says_why(own, own_dashboard):
    assert "the service has no product of that SKU." in own_dashboard.page("/data?search=nowhere").text
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        ours.execute("delete from cde_products_feed")
        ours.commit()
    assert "the service has no product yet." in own_dashboard.page("/data").text


def test_products_that_are_not_delivered_are_not_among_them(dashboard):
    assert dashboard.page("/data?search=KL-DRAFT-ZERO").tables == []
