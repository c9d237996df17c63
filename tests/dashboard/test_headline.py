"""The headline answers: how many are live, how long the newest change took, and what is worst."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from saasexport.dashboard.headline import Running
from tests.dashboard.reading import Dashboard
from tests.dashboard.test_status_page import change_ours
from tests.support import Exporter

TABLE = "cde_products_feed"


@pytest.fixture
def whole(own):
    """Products without any that fail: 296 of them."""
    change_ours(own, f"delete from {TABLE} where source_entity_id in (28, 29)")
    change_ours(own, f"update {TABLE} set status = 200, errors = null where status = 1")
    return own


def headline(dashboard):
    """What the first page says first."""
    text = dashboard.get("/")
    return re.search(r"<h1>(.*?)</h1>", text).group(1)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1", "All 297 products are live."),
        (f"update {TABLE} set status = 400 where source_entity_id = 300", "296 of 297 products are live."),
        (
            f"update {TABLE} set status = 0 where source_entity_id in (300, 299) and feed_data like '%default%'",
            "295 of 297 products are live.",
        ),
        (f"update {TABLE} set is_deleted = 1 where source_entity_id = 300", "All 296 products are live."),
        (
            f"update {TABLE} set is_deleted = 1 where source_entity_id = 300 and feed_data like '%default%'",
            "All 297 products are live.",
        ),
        (f"update {TABLE} set status = 2 where 1", "No products are live yet."),
        (f"delete from {TABLE} where source_entity_id <> 300", "The only one of the products is live."),
    ],
)
def test_products_are_live_if_each_of_their_items_is(whole, sql, expected):
    change_ours(whole, sql)
    with Dashboard(whole) as dashboard:
        assert headline(dashboard) == expected


def test_what_waits_in_the_shop_is_said(whole):
    whole.change("insert into cde_products_feed_cl (entity_id) values (300), (299)")
    with Dashboard(whole) as dashboard:
        assert headline(dashboard) == "All 297 products are live; 2 changes wait in the shop."


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("seconds", "took"),
    [(0, "a second"), (16, "16 seconds"), (119, "119 seconds"), (600, "10 minutes"), (90_000, "25 hours")],
)
def test_the_newest_change_is_told_whatever_feed_it_is_of(whole, seconds, took):
    change_ours(whole, "update view_state set newest_change = 10, newest_delay = 7 where feed = 'products'")
    change_ours(whole, "update view_state set newest_change = 11, newest_delay = ? where feed = 'prices'", seconds)
    with Dashboard(whole) as dashboard:
        assert headline(dashboard) == f"All 297 products are live. The newest change took {took}."


def test_before_the_first_sync_nothing_is_live(tmp_path, demo_shop_file):
    exporter = Exporter.on_copy(tmp_path, demo_shop_file)
    with Dashboard(exporter) as dashboard:
        page = dashboard.page("/")
        assert headline(dashboard) == "No products are live yet."
    assert "Most urgent : cron has never run reindex_all_invalid here." in page.text


def test_the_worst_finding_stands_beside_it(own, own_dashboard):
    (own.folder / "var" / "lock" / "reindex_all_invalid.cron").touch()
    said = "Most urgent : 6 items: One or more required EAV attributes (status) are not set for product: …"
    assert said in own_dashboard.page("/").text


def test_delays_are_shown_per_feed(own, own_dashboard):
    hour = datetime.now(UTC).strftime("%Y-%m-%d %H")
    for seconds, changes in ((20, 60), (100, 39), (400, 1)):
        change_ours(own, "insert into delay_history values (?, 'prices', ?, ?, ?)", hour, seconds, changes, seconds)
    [row] = [row for row in own_dashboard.page("/").rows() if row[0] == "Prices prices"]
    assert row[7] == "20 s worst 7 min"


def test_a_full_sync_that_is_half_done_is_a_bar_with_the_time_left(own, own_dashboard):
    assert "Syncing now" not in own_dashboard.page("/").text
    began = (datetime.now(UTC) - timedelta(minutes=10)).strftime("%Y-%m-%d %H:%M:%S")
    change_ours(
        own, "update indexer_state set status = 'working', position = 150, began_at = ? where feed = 'products'", began
    )
    page = own_dashboard.page("/")
    total = own.ask_shop("select count(*) from catalog_product_entity")[0][0]
    [bar] = [attributes for tag, attributes in page.tags if tag == "progress"]
    assert (bar["value"], bar["max"]) == ("150", str(total))
    assert f"Syncing now Products 150 of {total}, about 10 minutes left" in page.text


@pytest.mark.parametrize(
    ("done", "began", "left"),
    [
        (0, "2026-01-02 03:00:00", ""),
        (10, None, ""),
        (10, "2026-01-02 03:09:00", "about 9 minutes left"),
        (50, "2026-01-02 03:00:00", "about 10 minutes left"),
        (99, "2026-01-02 03:00:00", "about 6 seconds left"),
        (100, "2026-01-02 03:00:00", ""),
        (50, "2026-01-02 04:00:00", ""),
    ],
)
def test_the_time_left_is_as_the_time_so_far(done, began, left):
    now = datetime(2026, 1, 2, 3, 10, tzinfo=UTC)
    assert Running(done, 100, began).time_left(now) == left


def test_a_sync_in_slices_remembers_when_it_began(own):
    from saasexport.database import indexer
    from saasexport.setup.opening import open_installation

    with closing(open_installation(str(own.config))) as installation:
        ours, feed = installation.ours, installation.feed("products")
        began = []
        for now in ("2026-01-02 03:04:05", "2026-01-02 03:05:05"):
            indexer.begin(ours, feed, now)
            indexer.move(ours, feed, 7)
            began += ours.execute("select began_at from indexer_state where feed = 'products'").fetchone()
        indexer.finish(ours, feed, "2026-01-02 03:06:05")
        indexer.begin(ours, feed, "2026-01-02 03:07:05")
        began += ours.execute("select began_at from indexer_state where feed = 'products'").fetchone()
    assert began == ["2026-01-02 03:04:05"] * 2 + ["2026-01-02 03:07:05"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("query", ["", "?refresh=1", "?refresh=x", "?refresh=300", "?refresh="])
def test_a_page_stands_still_unless_it_is_asked_to_refresh(dashboard, query):
    page = dashboard.page(f"/{query}")
    assert [attributes for tag, attributes in page.tags if attributes.get("http-equiv") == "refresh"] == []
    page = dashboard.page(page.links["Refresh every 30 seconds"])
    [refresh] = [attributes for tag, attributes in page.tags if attributes.get("http-equiv") == "refresh"]
    assert refresh["content"] == "30"
    assert page.links["Stop refreshing every 30 seconds"] == "/"


def test_a_shop_without_products_answers_of_its_largest_feed(own):
    own.write_config("[feeds.products]\nenabled = false")
    with closing(sqlite3.connect(own.folder / "var" / "saasexport.sqlite")) as ours:
        [(number,)] = ours.execute("select count(distinct source_entity_id) from cde_product_overrides_feed").fetchall()
    with Dashboard(own) as dashboard:
        assert headline(dashboard) == f"All {number} product overrides are live."
