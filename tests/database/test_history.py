"""What was sent and what failed, over time."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.database import db, history
from saasexport.database.history import Tries


@pytest.fixture
def ours(tmp_path):
    """Our database, empty."""
    with closing(db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)) as found:
        db.install(found)
        yield found


def rows(ours):
    """The table as it stands."""
    return ours.execute("select slot, feed, sent, failed from sent_history order by slot, feed").fetchall()


def test_batches_of_the_same_ten_minutes_are_one_row(ours):
    history.add(ours, "products", 100, 0, "2026-11-25 02:40:00")
    history.add(ours, "products", 7, 3, "2026-11-25 02:49:59")
    history.add(ours, "products", 1, 0, "2026-11-25 02:50:00")
    history.add(ours, "prices", 500, 0, "2026-11-25 02:49:59")
    assert rows(ours) == [
        ("2026-11-25 02:40", "prices", 500, 0),
        ("2026-11-25 02:40", "products", 107, 3),
        ("2026-11-25 02:50", "products", 1, 0),
    ]


def test_it_is_read_by_hour_and_by_day_over_all_feeds(ours):
    for feed, sent, failed, now in (
        ("products", 1, 0, "2026-11-23 23:59:59"),
        ("products", 10, 1, "2026-11-24 00:00:00"),
        ("prices", 100, 2, "2026-11-24 00:59:59"),
        ("prices", 1000, 0, "2026-11-24 01:00:00"),
    ):
        history.add(ours, feed, sent, failed, now)
    assert history.since(ours, "2026-11-24 00:00", history.HOUR) == {
        "2026-11-24 00": Tries(110, 3),
        "2026-11-24 01": Tries(1000, 0),
    }
    assert history.since(ours, "2026-11-01 00:00", history.DAY) == {
        "2026-11-23": Tries(1, 0),
        "2026-11-24": Tries(1110, 3),
    }


def test_a_feeds_last_hours_are_told_to_ten_minutes(ours):
    history.add(ours, "products", 1, 1, "2026-11-25 01:39:59")
    history.add(ours, "products", 10, 2, "2026-11-25 01:40:00")
    history.add(ours, "products", 100, 3, "2026-11-25 02:00:00")
    history.add(ours, "prices", 1000, 4, "2026-11-25 02:00:00")
    assert history.of_feed(ours, "products", "2026-11-25 01:47:11") == Tries(110, 5)
    assert history.of_feed(ours, "reviews", "2026-11-25 01:47:11") == Tries(0, 0)


@pytest.mark.thorough
def test_a_job_adds_what_it_sent_and_what_failed(exporter):
    exporter.tick(check=False)
    sent = dict(exporter.ask("select feed, sum(sent) from sent_history group by feed"))
    counts = exporter.service.counts(exporter.environment)
    assert {feed: number for feed, number in counts.items() if number} == sent
    assert exporter.ask("select sum(failed) from sent_history") == [(0,)]
    exporter.url = "http://127.0.0.1:9"
    exporter.write_config()
    exporter.change("update catalog_product_entity_varchar set value = value || '!' where entity_id = 300")
    exporter.run("reindex_all_invalid")
    # One product in three store views.
    assert exporter.ask("select sum(failed) from sent_history where feed = 'products'") == [(3,)]


def test_what_is_older_than_90_days_is_cleaned_up(exporter):
    with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite")) as ours:
        ours.execute("insert into sent_history values (strftime('%Y-%m-%d %H:00', 'now', '-91 days'), 'prices', 1, 0)")
        ours.execute("insert into sent_history values (strftime('%Y-%m-%d %H:00', 'now', '-89 days'), 'prices', 2, 0)")
        ours.commit()
    exporter.run("cleanup_deleted_feed_items", check=True)
    assert exporter.ask("select sent from sent_history") == [(2,)]
