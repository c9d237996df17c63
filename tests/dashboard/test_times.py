"""Times as people read them."""

from types import SimpleNamespace

import pytest
from freezegun import freeze_time

from saasexport.dashboard.times import Times
from tests.dashboard.reading import Read

NOW = "2026-11-25 12:00:00"


class Shop:
    """What a shop answers that is asked for its time zone."""

    def __init__(self, zone):
        self.zone = zone

    def execute(self, sql):
        return SimpleNamespace(fetchone=lambda: self.zone and (self.zone,))


def shown(zone, text, is_file=False):
    """What a page says of a time."""
    with freeze_time(NOW):
        return Read(Times(SimpleNamespace(shop=Shop(zone)), is_file).moment(text)).text


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("UTC", "2026-11-25 11:57:00", "3 minutes ago 11:57 UTC"),
        ("Europe/Berlin", "2026-11-25 11:57:00", "3 minutes ago 12:57 CET, 11:57 UTC"),
        ("Europe/Berlin", "2026-07-25 11:57:00", "123 days ago 2026-07-25 13:57 CEST, 11:57 UTC"),
        ("America/New_York", "2026-11-25 03:00:00", "9 hours ago 2026-11-24 22:00 EST, 2026-11-25 03:00 UTC"),
        ("Asia/Kolkata", "2026-11-24 20:00:00", "16 hours ago 01:30 IST, 2026-11-24 20:00 UTC"),
        ("Pacific/Kiritimati", "2026-11-25 11:59:58", "2 seconds ago 01:59 +14, 2026-11-25 11:59 UTC"),
        ("Europe/London", "2026-11-25 11:00:00", "60 minutes ago 11:00 UTC"),
        ("UTC", "2026-11-25 12:00:05", "a second ago 12:00 UTC"),
        ("UTC", None, "never"),
        ("UTC", "", "never"),
    ],
)
def test_a_time_is_told_by_the_shops_clock_and_in_utc(zone, text, expected):
    assert shown(zone, text) == expected


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd", "Europe", "x" * 5_000, b"\xff", 7, "a\0b"])
def test_a_shop_that_says_no_zone_has_this_machines(zone):
    with freeze_time(NOW):
        assert Times(SimpleNamespace(shop=Shop(zone))).zone is None


def test_a_file_is_read_later_and_says_the_day():
    assert shown("Europe/Berlin", "2026-11-25 11:57:00", True) == "2026-11-25 12:57 CET, 11:57 UTC"
    assert shown("UTC", "2026-11-25 11:57:00", True) == "2026-11-25 11:57 UTC"


def test_a_program_reads_the_time_to_the_second():
    with freeze_time(NOW):
        text = Times(SimpleNamespace(shop=Shop("UTC"))).moment("2026-11-25 11:57:08")
    assert 'datetime="2026-11-25T11:57:08Z" title="2026-11-25 11:57:08 UTC"' in text
