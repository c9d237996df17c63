"""Data Feed Sync Status: what it says of each feed, and what to do."""

import json
import os
import re
import sqlite3
import time
from contextlib import closing

import pytest

from saasexport.feeds import all_feeds
from tests.dashboard.reading import Dashboard
from tests.support import BIN, Exporter


def change_ours(exporter, sql, *values):
    """Change our database behind the program's back."""
    with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite", timeout=30)) as ours:
        ours.execute(sql, values)
        ours.commit()


def row_of(page, feed):
    """The cells of a feed's line, without its name."""
    return next(row[1:] for row in page.rows() if row[0].split()[-1] == feed)


def said_of(page, feed):
    """What is advised about a feed."""
    return page.text.partition("What to know")[2].partition("Feeds Per feed")[0].partition(feed)[2].strip()


@pytest.mark.thorough
def test_every_feed_has_the_numbers_that_status_prints(synced, dashboard):
    lines = json.loads(synced.run("saasexport", "status", "--json", check=True).stdout)
    shown = {row[0].split()[-1]: row[2:7] for row in dashboard.page("/").rows()}
    expected = {
        line["feed"]: [
            *(f"{line[name]:,}" for name in ("source_records", "delivered", "failed", "awaiting")),
            "All synced" if line["backlog"] == 0 else str(line["backlog"]),
        ]
        for line in lines
    }
    assert expected == shown
    assert len(expected) == 13


def test_a_feed_in_sync_says_so(dashboard):
    page = dashboard.page("/")
    cells = row_of(page, "scopesWebsite")
    assert cells[:8] == ["In sync", "2", "2", "0", "0", "All synced", "none", "Ready Schedule"]
    assert page.links["Websites and stores"] == "/feeds/scopesWebsite"
    assert "Websites and stores" not in page.text.partition("What to know")[2].partition("Feeds Per feed")[0]


def test_items_that_cannot_be_assembled_need_attention(dashboard):
    page = dashboard.page("/")
    assert row_of(page, "categories")[0] == "Needs attention"
    assert said_of(page, "2 items of Categories").startswith(
        "(Needs attention) urlPath '…', storeViewCode '…' is taken by entity … Two categories have the same URL."
        " Change the URL key of one under Catalog > Categories, Search Engine Optimization."
    )
    assert f"{BIN / 'saasexport'} failed" in page.text
    items = dashboard.page(page.links["2 items of Categories"])
    assert [row[8].partition(" is taken")[2] for row in items.rows()] == [" by entity 24"] * 2


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            "update scopes_website_data_exporter set status = 400, dropped_at = '2026-01-01' where id = 1",
            "1 item dropped by {bin}/saasexport failed drop",
        ),
        ("update indexer_state set status = 'suspended' where feed = 'scopesWebsite'", "it is suspended"),
        ("update indexer_state set status = 'invalid' where feed = 'scopesWebsite'", "it is to be synced in full"),
        (
            "insert into scopes_website_data_exporter (source_entity_id, feed_id, feed_data, feed_hash, status,"
            " is_deleted, modified_at) values (999, 'x', '{}', '', 2, 1, '2020-01-01 00:00:00')",
            "1 item gone from the shop, to be deleted",
        ),
        ("select 1", "the shop was last compared with it before "),
    ],
)
def test_numbers_that_do_not_add_up_have_a_footnote(own, own_dashboard, sql, why):
    start = "scopesWebsite: sent, failed and awaiting are not the source records: "
    assert start not in own_dashboard.page("/").text
    change_ours(own, sql)
    if not sql.startswith(("insert", "update scopes")):
        change_ours(own, "delete from scopes_website_data_exporter where id = 2")
    assert start + why.replace("{bin}", str(BIN)) in own_dashboard.page("/").text


def test_a_backlog_is_counted_before_it_is_shown_and_warns_beyond_1000(own, own_dashboard):
    own.change("insert into cde_categories_feed_cl (entity_id) values (3)")
    page = own_dashboard.page("/")
    assert row_of(page, "categories")[5] == "1 change"
    assert row_of(page, "reviews")[0] == "In sync"
    own.change(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1001)"
        "insert into catalog_data_exporter_product_reviews_cl (entity_id) select i from n"
    )
    page = own_dashboard.page("/")
    assert row_of(page, "reviews")[0] == "Warning"
    assert row_of(page, "reviews")[5] == "1,001 changes"
    said = "1,001 changes wait in the changelog, more than 1,000. Does cron run every minute?"
    assert said in said_of(page, "Reviews")


def test_update_on_save_is_a_warning_with_the_command_that_ends_it(own, own_dashboard):
    change_ours(own, "update view_state set mode = 'realtime' where feed = 'reviews'")
    page = own_dashboard.page("/")
    assert row_of(page, "reviews")[0] == "Warning"
    assert row_of(page, "reviews")[7] == "Ready Update on Save"
    assert "saasexport indexer:set-mode schedule catalog_data_exporter_product_reviews" in said_of(page, "Reviews")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("status", "health", "shown", "said"),
    [
        ("invalid", "Syncing", "Reindex required", "A full sync is due"),
        ("working", "Syncing", "Processing", "A full sync is half done: the next run goes on."),
        ("suspended", "Warning", "Suspended", "cron passes this feed over until it is released."),
    ],
)
def test_the_indexer_status_has_commerces_words(own, own_dashboard, status, health, shown, said):
    change_ours(own, "update indexer_state set status = ?, reason = null where feed = 'reviews'", status)
    page = own_dashboard.page("/")
    assert (health, shown) == (row_of(page, "reviews")[0], row_of(page, "reviews")[7].removesuffix(" Schedule"))
    assert said in said_of(page, "Reviews")
    assert row_of(page, "reviews")[5] == ("Suspended" if status == "suspended" else "Full sync due")


def test_rejected_items_and_those_to_be_retried_are_told_apart(own, own_dashboard):
    change_ours(own, "update catalog_data_exporter_product_reviews set status = 400, errors = 'no' where id <= 3")
    change_ours(own, "update catalog_data_exporter_product_reviews set status = 2 where id = 4")
    page = own_dashboard.page("/")
    assert row_of(page, "reviews")[3] == "4"
    assert said_of(page, "3 items of Reviews").startswith("(Needs attention) no The service rejected it.")
    assert said_of(page, "1 item of Reviews").startswith(
        "(Will retry) no reason is on record Nothing to do: resend_failed tries again every 5 minutes."
    )


def test_deletions_held_back_are_told_with_the_command_that_releases_them(own, own_dashboard):
    change_ours(
        own,
        "insert into gone_entity (feed, entity_id, found_by, is_held, found_at)"
        " values ('prices', 1, 'full', 1, '2026-11-25'), ('prices', 2, 'full', 1, '2026-11-25')",
    )
    page = own_dashboard.page("/")
    assert "2 entities went from the shop at once, more than the guard allows" in said_of(page, "Prices")
    assert "saasexport deletions prices --confirm" in page.text


def test_a_feed_switched_off_is_shown_and_not_counted(own):
    own.write_config("[feeds.reviews]\nenabled = false")
    with Dashboard(own) as dashboard:
        page = dashboard.page("/")
    row = row_of(page, "reviews")
    assert (row[0], row[7]) == ("Not exported", "none Schedule")
    assert "It is not exported: switched off in the configuration." in said_of(page, "Reviews")
    assert "2 of 12 feeds need attention." in page.text


def test_a_service_that_does_not_answer_is_told_once(tmp_path, demo_shop_file):
    exporter = Exporter.on_copy(tmp_path, demo_shop_file, url="http://127.0.0.1:9")
    exporter.run("reindex_all_invalid")
    with Dashboard(exporter) as dashboard:
        text = dashboard.page("/").text.partition("What to know")[2]
    assert text.count("The service at http://127.0.0.1:9 gave no usable answer to the last 1 request") == 1


def test_cron_that_does_not_run_is_told(own, own_dashboard):
    lock = own.folder / "var" / "lock" / "reindex_all_invalid.cron"
    lock.touch()
    assert "Does cron" not in own_dashboard.page("/").text
    late = time.time() - 3 * 3600 - 60
    os.utime(lock, (late, late))
    assert "reindex_all_invalid last began 3 hours ago. Does cron run it every minute?" in own_dashboard.page("/").text
    lock.unlink()
    assert "cron has never run reindex_all_invalid here." in own_dashboard.page("/").text


def test_a_shop_that_is_away_leaves_the_last_numbers_and_says_why(own, own_dashboard):
    def cells(page):
        # A second may pass between two looks.
        return [re.sub(r"\d+ seconds? ago", "", cell) for cell in row_of(page, "products")[1:]]

    before = cells(own_dashboard.page("/"))
    own.shop_file.rename(own.folder / "elsewhere.sqlite")
    page = own_dashboard.page("/")
    assert before == cells(page)
    assert "Source records and backlog are as last counted" in page.text
    assert "the shop database does not exist" in page.text


def test_looking_changes_nothing_but_what_was_counted(own, own_dashboard):
    def state():
        tables = [row[0] for row in own.ask("select name from sqlite_master where type = 'table'")]
        rows = {table: own.ask(f"select * from {table}") for table in tables if table != "view_state"}
        rows["view_state"] = own.ask("select view_id, mode, updated, version_id, synced_at from view_state")
        return rows

    before = state()
    for path in ("/", "/data", "/feeds/products", "/feeds/products?search=KL", "/feeds/products/resync", "/nothing"):
        own_dashboard.ask("GET", path)
        own_dashboard.ask("HEAD", path)
    assert before == state()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("failed", "lead", "word"),
    [
        ({}, "Everything is in sync.", "In sync"),
        ({2: 3}, "No feed needs attention; 1 of 12 feeds tries again by itself.", "Will retry"),
        ({400: 3}, "1 of 12 feeds needs attention.", "Needs attention"),
        ({1: 3}, "1 of 12 feeds needs attention.", "Needs attention"),
        ({0: 3}, "No feed needs attention; 1 of 12 feeds is catching up.", "Syncing"),
        ({400: 1, 2: 5}, "1 of 12 feeds needs attention.", "Needs attention"),
    ],
)
def test_what_mends_itself_needs_no_attention(own, failed, lead, word):
    own.write_config("[feeds.products]\nenabled = false")
    own.run("reindex_all_invalid", "--cron")
    for feed in ("categories", "prices", "variants"):
        change_ours(own, f"delete from {all_feeds()[feed].table} where status <> 200")
    first = 1
    for status, number in failed.items():
        change_ours(
            own,
            "update catalog_data_exporter_product_reviews set status = ?, errors = 'no' where id >= ? and id < ?",
            status,
            first,
            first + number,
        )
        first += number
    with Dashboard(own) as dashboard:
        page = dashboard.page("/")
    assert (lead in page.text, row_of(page, "reviews")[0]) == (True, word), page.text[:400]

def test_not_everything_is_in_sync_where_cron_does_not_run(own):
    for feed in all_feeds().values():
        change_ours(own, f"delete from {feed.table} where status <> 200")
    own.write_config("[feeds.products]\nenabled = false")
    own.run("reindex_all_invalid", "--cron")
    lock = own.folder / "var" / "lock" / "reindex_all_invalid.cron"
    said = []
    for ago in (0, 3600):
        os.utime(lock, (time.time() - ago, time.time() - ago))
        with Dashboard(own) as dashboard:
            text = dashboard.page("/").text
        said.append(("Everything is in sync." in text, "No feed needs attention. Most urgent" in text))
    assert said == [(True, False), (False, True)]
