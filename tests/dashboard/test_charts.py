"""The strip of the last day and the charts: what was sent, what failed, and how long it took."""

import sqlite3
from datetime import UTC, datetime

import pytest

from saasexport.dashboard import charts
from saasexport.database import db
from tests.dashboard.reading import Read
from tests.dashboard.test_status_page import change_ours

NOW = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)


@pytest.fixture
def ours():
    """Our database, in which nothing was sent."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    for statement in db.statements(db.SCHEMA.fixed):
        database.execute(statement)
    yield database
    database.close()


def sent(ours, slot, sent, failed=0, feed="products"):
    """Have something sent."""
    ours.execute("insert into sent_history values (?, ?, ?, ?)", (slot, feed, sent, failed))


def bars(page):
    """The bars of each picture, by its name: (kind, place, height)."""
    pictures, name = {}, ""
    for tag, attributes in page.tags:
        if tag == "svg":
            name = attributes["aria-labelledby"].removesuffix("-title")
            pictures[name] = []
        elif tag == "rect":
            pictures[name].append((attributes["class"], float(attributes["x"]), float(attributes["height"])))
    return pictures


def test_before_anything_was_sent_there_is_nothing_to_draw(ours):
    assert Read(charts.both(ours, NOW)).text == "Nothing was sent yet."
    page = Read(charts.strip(ours, NOW))
    assert page.text.startswith("The last 24 hours 0 items sent, 0 failures")
    assert bars(page) == {"strip": []}


@pytest.mark.parametrize(
    ("first", "titles"),
    [
        ("2026-11-25 08:50", ["Since 2026-11-25 08:50 UTC"]),
        ("2026-11-25 12:30", ["Since 2026-11-25 12:30 UTC"]),
        ("2026-11-23 13:00", ["The last 48 hours"]),
        ("2026-11-20 08:50", ["The last 48 hours", "Since 2026-11-20 08:50 UTC"]),
        ("2026-10-01 08:50", ["The last 48 hours", "The last 30 days"]),
    ],
)
def test_a_chart_begins_where_the_history_does(ours, first, titles):
    sent(ours, first, 5)
    text = str(charts.both(ours, NOW))
    assert [part.partition("</h3>")[0] for part in text.split("<h3>")[1:]] == titles


def test_each_picture_has_a_scale_of_its_own(ours):
    sent(ours, "2026-11-25 10:10", 1000)
    sent(ours, "2026-11-25 11:20", 500, 4)
    ours.execute("insert into delay_history values ('2026-11-25 11', 'products', 20, 3, 21)")
    ours.execute("insert into delay_history values ('2026-11-25 12', 'prices', 57, 1, 58)")
    page = Read(charts.both(ours, NOW))
    assert bars(page) == {
        "hours-sent": [("sent", 1.0, 50.0), ("sent", 11.0, 25.0)],
        "hours-failed": [("failed", 11.0, 50.0)],
        "hours-delay": [("delay", 11.0, 18.1), ("delay", 21.0, 50.0)],
    }
    assert "Items sent up to 1,000" in page.text
    assert "Failures up to 4" in page.text
    assert "Longest delay by hour up to 58 s" in page.text
    assert page.rows() == [
        ["2026-11-25 10:00", "1,000", "0", "", ""],
        ["2026-11-25 11:00", "500", "4", "21 s", "21 s"],
        ["2026-11-25 12:00", "0", "0", "58 s", "58 s"],
    ]


def test_delays_of_a_day_are_added_up(ours):
    sent(ours, "2026-11-20 10:10", 10)
    for hour, seconds, changes in (("2026-11-24 01", 10, 1), ("2026-11-24 09", 20, 5), ("2026-11-24 09", 400, 2)):
        ours.execute("insert into delay_history values (?, 'products', ?, ?, ?)", (hour, seconds, changes, seconds))
    page = Read(charts.both(ours, NOW))
    assert page.rows(1) == [["2026-11-20", "10", "0", "", ""], ["2026-11-24", "0", "0", "20 s", "7 min"]]


def test_an_outage_is_marked_and_told(ours):
    sent(ours, "2026-11-25 09:50", 7, 1)
    sent(ours, "2026-11-25 10:00", 0, 20)
    sent(ours, "2026-11-25 10:20", 0, 20)
    sent(ours, "2026-11-25 11:40", 47)
    page = Read(charts.strip(ours, NOW))
    assert "10:00 to 10:30 UTC: nothing went through, 40 failures" in page.text
    kinds = [kind for kind, _, _ in bars(page)["strip"]]
    assert kinds == ["failed", "outage", "outage", "sent"]
    assert ("outage", 11.0, 50.0) in bars(Read(charts.both(ours, NOW)))["hours-sent"]


def test_an_outage_that_lasts_is_told(ours):
    sent(ours, "2026-11-25 12:20", 0, 3)
    sent(ours, "2026-11-25 12:30", 0, 3)
    assert "12:20 to 12:40 UTC: nothing went through, 6 failures" in Read(charts.strip(ours, NOW)).text


def test_full_syncs_are_marked(ours):
    for feed in ("products", "prices"):
        ours.execute(
            "insert into indexer_state values (?, ?, 'valid', '', null, null, '2026-11-25 08:54:03')", (feed, feed)
        )
    sent(ours, "2026-11-25 08:50", 100)
    page = Read(charts.strip(ours, NOW))
    assert "08:50 UTC: full sync of Prices, Products began" in page.text
    assert [kind for kind, _, _ in bars(page)["strip"]] == ["sent", "sync"]
    assert bars(Read(charts.both(ours, NOW)))["hours-sent"][0] == ("sync", 1.0, 50.0)


def test_what_is_older_than_a_day_is_not_in_the_strip(ours):
    sent(ours, "2026-11-24 12:30", 5)
    sent(ours, "2026-11-24 12:40", 7)
    page = Read(charts.strip(ours, NOW))
    assert page.text.startswith("The last 24 hours 7 items sent")
    assert bars(page)["strip"] == [("sent", 0.0, 10.0)]


def test_what_the_jobs_sent_is_on_the_page(own, own_dashboard):
    now = datetime.now(UTC)
    change_ours(own, "delete from sent_history")
    change_ours(own, "insert into sent_history values (?, 'products', 1200, 0)", now.strftime("%Y-%m-%d %H:00"))
    change_ours(own, "insert into sent_history values (?, 'prices', 34, 5)", now.strftime("%Y-%m-%d %H:10"))
    page = own_dashboard.page("/")
    assert [row[1:3] for row in page.rows(1)] == [["1,234", "5"]]
    assert "1,234 items sent, 5 failures" in page.text
