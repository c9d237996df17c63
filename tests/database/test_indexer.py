"""Which feed is valid, and how far its changelog has been read."""

import pytest

from saasexport.database import db, indexer
from tests.tiny import THINGS

NOW = "2026-11-23 15:00:00"
LATER = "2026-11-23 16:00:00"


@pytest.fixture
def ours(tmp_path):
    """Our database, which knows one feed."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(found)
    indexer.add(found, THINGS, NOW)
    yield found
    found.close()


def test_a_feed_that_is_new_is_invalid_and_its_changelog_unread(ours):
    assert indexer.state(ours, THINGS) == ("invalid", NOW, None, "it was never synced")
    cursor = indexer.cursor(ours, THINGS)
    assert (cursor.mode, cursor.version_id, cursor.fingerprint, cursor.pass_version) == ("schedule", 0, None, None)


def test_a_feed_that_is_known_stays_as_it_is(ours):
    indexer.begin(ours, THINGS, LATER)
    indexer.add(ours, THINGS, LATER)
    assert indexer.state(ours, THINGS).status == "working"


def test_a_full_sync_begins_moves_and_ends(ours):
    indexer.begin(ours, THINGS, NOW)
    assert indexer.move(ours, THINGS, 7) is True
    assert indexer.state(ours, THINGS)[::2] == ("working", 7)
    indexer.begin(ours, THINGS, LATER)  # the next run goes on
    assert indexer.state(ours, THINGS).position == 7
    indexer.finish(ours, THINGS, LATER)
    assert indexer.state(ours, THINGS) == ("valid", LATER, None, None)


def test_one_that_is_reset_meanwhile_neither_moves_nor_ends(ours):
    indexer.begin(ours, THINGS, NOW)
    indexer.invalidate(ours, THINGS, "reset", NOW)
    assert indexer.move(ours, THINGS, 7) is False
    indexer.finish(ours, THINGS, LATER)
    assert indexer.state(ours, THINGS) == ("invalid", NOW, None, "reset")


def test_a_suspended_one_stays_suspended_and_begins_anew_later(ours):
    indexer.begin(ours, THINGS, NOW)
    indexer.move(ours, THINGS, 7)
    indexer.set_status(ours, THINGS, "suspended", None, NOW)
    indexer.invalidate(ours, THINGS, "triggers were missing", LATER)
    assert indexer.state(ours, THINGS) == ("suspended", LATER, None, "triggers were missing")


def test_a_partial_sync_advances_and_moves_the_cursor_at_its_end(ours):
    indexer.advance(ours, THINGS, 40, 3)
    cursor = indexer.cursor(ours, THINGS)
    assert (cursor.version_id, cursor.pass_version, cursor.pass_position) == (0, 40, 3)
    indexer.close_pass(ours, THINGS, 40, "33|", LATER)
    cursor = indexer.cursor(ours, THINGS)
    assert (cursor.version_id, cursor.fingerprint, cursor.pass_version, cursor.pass_position) == (40, "33|", None, None)


@pytest.mark.parametrize("status", indexer.STATUSES)
def test_a_status_can_be_set(ours, status):
    indexer.set_status(ours, THINGS, status, "by hand", LATER)
    assert indexer.state(ours, THINGS) == (status, LATER, None, "by hand")
