"""What cron mails of a problem that lasts, and of its end."""

import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from freezegun import freeze_time

from saasexport.jobs import _nothing_to_do
from saasexport.jobs.cron_mail import lines_to_mail

NOW = datetime(2027, 5, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def installation():
    """One with nothing but the table of problems."""
    ours = sqlite3.connect(":memory:", isolation_level=None)
    ours.execute("create table problem (job, message, since, told, primary key (job, message))")
    yield SimpleNamespace(ours=ours)
    ours.close()


@pytest.mark.parametrize(
    ("first", "later", "minutes", "lasted"),
    [
        (
            "URL: answered 500; 12 items will be sent again",
            "URL: answered 500; 7 items will be sent again",
            10,
            "10 minutes",
        ),
        ("products: HTTP 400 of 2 items", "products: HTTP 400 of 3 items", 1, "60 seconds"),
        ("127.0.0.1:8765: connection refused", "127.0.0.1:8765: connection refused", 180, "3 hours"),
        ("disk I/O error", "disk I/O error", 4320, "3 days"),
        ("3 entities", "4 entities", 90, "90 minutes"),
    ],
)
def test_the_all_clear_has_the_words_of_the_first_mail_and_how_long_it_lasted(
    installation, first, later, minutes, lasted
):
    end = NOW + timedelta(minutes=minutes)
    with freeze_time(NOW) as clock:
        assert lines_to_mail("job", installation.ours, [first]) == [first]
        assert lines_to_mail("job", installation.ours, [later]) == []
        clock.move_to(end)
        assert lines_to_mail("job", installation.ours, []) == [
            f"over since {end:%Y-%m-%d %H:%M:%S} UTC, after {lasted}: {first} (began 2027-05-05 12:00:00 UTC)"
        ]
        assert lines_to_mail("job", installation.ours, []) == []


def test_a_problem_of_another_job_goes_on(installation):
    with freeze_time(NOW):
        lines_to_mail("one", installation.ours, ["refused"])
        assert lines_to_mail("two", installation.ours, []) == []


@pytest.mark.parametrize(
    ("job", "counts", "said"),
    [
        ("reindex_all_invalid", {}, "nothing to do"),
        ("reindex_all_invalid", {400: 3}, "nothing to do"),
        ("reindex_all_invalid", {2: 1}, "nothing to do; 1 failed item waits for resend_failed"),
        ("saas_data_exporter", {2: 3000, 1: 208}, "nothing to do; 3,208 failed items wait for resend_failed"),
        ("cleanup_deleted_feed_items", {1: 2}, "nothing to do; 2 failed items wait for resend_failed"),
        ("resend_failed", {2: 4}, "nothing to do"),
    ],
)
def test_nothing_to_do_says_what_waits_for_another_job(installation, job, counts, said):
    installation.ours.execute("create table failed_items (feed, status)")
    for status, number in counts.items():
        installation.ours.executemany("insert into failed_items values ('prices', ?)", [(status,)] * number)
    assert said == _nothing_to_do(job, installation)
