"""The progress of a long sync: what is shown where."""

import io
import os
import pty

import pytest
from freezegun import freeze_time

from saasexport.commands.progress import Progress, bar, clock, kind_of, state, summary
from saasexport.sync.report import Report
from tests.tiny import THINGS


def test_the_state_tells_rate_and_time_left():
    assert state(500, 2000, 10) == "500 of 2,000 items, 50 a second, 0:30 left"


def test_before_anything_is_done_no_time_is_promised():
    assert state(0, 2000, 0) == "0 of 2,000 items, 0 a second"


def test_more_items_than_expected_are_not_more_than_all():
    assert state(30, 20, 10) == "30 of 30 items, 3 a second, 0:00 left"


def test_a_bar_fits_the_terminal():
    shown = "prices [#####.................]  25%  50 of 200 items, 5 a second, 0:30 left"
    assert bar("prices", 50, 200, 10, 78) == shown
    assert len(bar("prices", 50, 200, 10, 80)) <= 80
    assert bar("prices", 50, 200, 10, 40) == "prices  25%  50 of 200 items, 5 a secon"


@pytest.mark.parametrize(("seconds", "shown"), [(7.4, "0:07"), (750, "12:30"), (3723, "1:02:03")])
def test_a_duration_is_read_like_a_clock(seconds, shown):
    assert clock(seconds) == shown


def test_a_terminal_gets_a_bar_a_file_lines_and_a_pipe_nothing(tmp_path, monkeypatch):
    leader, follower = pty.openpty()
    read, write = os.pipe()
    with open(tmp_path / "log", "w") as file, open(follower, "w") as terminal, open(write, "w") as pipe:
        monkeypatch.setenv("TERM", "xterm")
        assert [kind_of(stream) for stream in (terminal, file, pipe, io.StringIO())] == ["bar", "lines", "", ""]
        monkeypatch.setenv("TERM", "dumb")
        assert kind_of(terminal) == "lines"
    os.close(leader)
    os.close(read)


def test_into_a_file_there_is_a_line_every_30_seconds(tmp_path):
    with open(tmp_path / "log", "w+") as file, freeze_time("2026-11-23 12:00:00") as clock:
        progress = Progress(100, file)
        for seconds in range(5, 66, 5):
            clock.tick(5)
            progress(THINGS, Report(items=seconds))
        progress.close()
        file.seek(0)
        assert file.read().splitlines() == [
            "things: 30 of 100 items, 1 a second, 1:10 left",
            "things: 60 of 100 items, 1 a second, 0:40 left",
        ]


def test_the_summary_counts_what_was_sent_unchanged_failed_and_deleted():
    synced = Report(items=20, tried=9, sent=8, deleted=2, rejected=1, waiting=2, failed=4)
    assert summary(synced) == "6 sent, 11 unchanged, 7 failed, 2 deleted"
