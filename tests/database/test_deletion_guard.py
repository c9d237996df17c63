"""How many deletions are too many at once."""

import json

import pytest

from saasexport.database import db, deletion_guard, indexer
from saasexport.feed import EntityItems
from tests.tiny import THINGS, feed_table

NOW = "2026-11-23 15:00:00"


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """Our database, with ten entities of two items each, one of which has no item any more."""
    ours = db.connect_ours(str(tmp_path_factory.mktemp("guard") / "ours.sqlite"), create=True)
    db.install(ours)
    table = feed_table(ours)
    languages = [{"language": "en"}, {"language": "de"}]
    things = [EntityItems(thing, {"thingId": thing, "code": f"c{thing}", "name": ""}, languages) for thing in range(11)]
    with db.transaction(ours):
        indexer.add(ours, THINGS, NOW)
        table.record_delivered(table.stage(range(11), things, NOW).pending, json.dumps({"code": 200}))
        ours.execute("update cde_things_feed set is_deleted = 1 where source_entity_id = 0")
    yield ours
    ours.close()


@pytest.mark.parametrize(
    ("number", "guard", "fewest", "is_suspicious"),
    [
        (2, 20, 0, False),  # a fifth is what the guard allows
        (3, 20, 0, True),
        (9, 90, 0, False),
        (10, 90, 0, True),
        (10, 100, 0, False),
        (1, 9, 0, True),
        (1, 10, 0, False),
        (3, 20, 3, False),  # so few are never held back
        (4, 20, 3, True),
        (10, 0, 0, False),  # it is switched off
    ],
)
def test_more_deletions_than_the_guard_allows_are_suspicious(ours, number, guard, fewest, is_suspicious):
    assert deletion_guard.is_suspicious(ours, THINGS, number, guard, fewest) is is_suspicious


def test_where_a_feed_s_file_was_changed_a_few_deletions_count_too(ours):
    ours.execute("begin")
    try:
        ours.execute(indexer.SQL.set_digest, {"feed": "things", "digest": "another", "is_changed": True})
        assert [deletion_guard.is_suspicious(ours, THINGS, number, 20, 100) for number in (2, 3)] == [False, True]
    finally:
        ours.execute("rollback")
