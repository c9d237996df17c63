"""What cron mails of a problem that lasts, and of its end."""

import sqlite3
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from freezegun import freeze_time

from saasexport.database import db
from saasexport.jobs import _nothing_to_do
from saasexport.jobs.cron_mail import lines_to_mail

NOW = datetime(2027, 5, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def installation():
    """One whose database has nothing but its tables, and no feed."""
    ours = sqlite3.connect(":memory:", isolation_level=None)
    db.install(ours)
    db.keep(ours, config='{"sections": {"service": {"url": "http://shop.example/"}}}')
    ours.execute("create table failed_items (feed, status)")
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


DOWN = (
    "insert into service_state (url, failures) values ('http://shop.example', 2)",
    "update service_state set failures = 0",
)


@pytest.mark.parametrize(
    ("line", "begins", "ends", "waits_for_people"),
    [
        (
            "products: 3 items rejected by the service; see: saasexport failed products",
            "insert into failed_items values ('products', 400), ('prices', 1)",
            "delete from failed_items where status = 400",
            1,
        ),
        (
            "categories: 2 items cannot be assembled; see: saasexport failed categories",
            "insert into failed_items values ('categories', 1), ('products', 400)",
            "delete from failed_items where feed = 'categories'",
            1,
        ),
        (
            "things: 200 entities are gone at once, and the deletion of their items is held back; if it is right: ...",
            "insert into gone_entity values ('things', 1, 'full', 1, '2027-05-05 11:59:00', null)",
            "update gone_entity set feed = 'others'",
            1,
        ),
        (
            "thing.id: 2 rows have no key and cannot be exported; give them one in the shop",
            "insert into view_state (view_id, feed, updated, reconciled_at)"
            " values ('things', 'things', '', '2027-05-05 11:59:00')",
            "update view_state set reconciled_at = '2027-05-05 12:08:00'",
            1,
        ),
        (
            "prices: 9 items not delivered: http://shop.example/x: answered 404; see: saasexport failed prices",
            "insert into failed_items values ('prices', 2)",
            "update failed_items set status = 400",
            0,
        ),
        ("http://shop.example: connection refused; 12 items will be sent again", *DOWN, 0),
        ("http://shop.example: answered 500 (held back); 1 item will be sent again", *DOWN, 0),
    ],
)
def test_what_a_run_did_not_meet_is_over_when_it_is_so_no_more(installation, line, begins, ends, waits_for_people):
    installation.ours.execute(begins)
    with freeze_time(NOW) as clock:
        assert lines_to_mail("job", installation.ours, [line]) == [line]
        clock.tick(300)
        assert lines_to_mail("job", installation.ours, []) == []
        query = "select message, since, waits_for_people from problem"
        assert installation.ours.execute(query).fetchall() == [(line, "2027-05-05 12:00:00", waits_for_people)]
        clock.tick(300)
        installation.ours.execute(ends)
        over = f"over since 2027-05-05 12:10:00 UTC, after 10 minutes: {line} (began 2027-05-05 12:00:00 UTC)"
        assert lines_to_mail("job", installation.ours, []) == [over]
        assert lines_to_mail("job", installation.ours, []) == []


def test_what_waits_for_people_is_told_as_over_once_by_the_job_that_sees_it_first(installation):
    installation.ours.execute("insert into failed_items values ('products', 400)")
    line = "products: 3 items rejected by the service; see: saasexport failed products"
    with freeze_time(NOW) as clock:
        lines_to_mail("resend_failed", installation.ours, [line])
        clock.tick(60)
        lines_to_mail("reindex_all_invalid", installation.ours, [line])
        for job in ("resend_failed", "reindex_all_invalid", "saas_data_exporter"):
            assert lines_to_mail(job, installation.ours, []) == []
        installation.ours.execute("delete from failed_items")
        clock.tick(60)
        over = f"over since 2027-05-05 12:02:00 UTC, after 2 minutes: {line} (began 2027-05-05 12:00:00 UTC)"
        assert lines_to_mail("saas_data_exporter", installation.ours, []) == [over]
        assert lines_to_mail("reindex_all_invalid", installation.ours, []) == []


def test_a_service_that_is_the_one_in_force_no_more_is_no_problem(installation):
    installation.ours.execute("insert into service_state (url, failures) values ('http://old.example', 2)")
    with freeze_time(NOW):
        lines_to_mail("job", installation.ours, ["http://old.example: refused; 1 item will be sent again"])
        assert len(lines_to_mail("job", installation.ours, [])) == 1


def test_what_waited_for_people_and_happens_again_is_mailed_at_once(installation):
    installation.ours.execute("insert into failed_items values ('products', 400)")
    line = "products: {} items rejected by the service; see: saasexport failed products"
    with freeze_time(NOW) as clock:
        lines_to_mail("job", installation.ours, [line.format(2)])
        clock.tick(60)
        assert lines_to_mail("job", installation.ours, []) == []
        clock.tick(60)
        again = f"{line.format(500)} (since 2027-05-05 12:00:00 UTC)"
        assert lines_to_mail("job", installation.ours, [line.format(500)]) == [again]
        clock.tick(60)
        assert lines_to_mail("job", installation.ours, [line.format(30)]) == []


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
    for status, number in counts.items():
        installation.ours.executemany("insert into failed_items values ('prices', ?)", [(status,)] * number)
    assert said == _nothing_to_do(job, installation)
