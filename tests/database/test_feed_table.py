"""Staging what is new, changed or gone, and recording how it went."""

import hashlib
import json

import pytest

from saasexport.database import db, indexer
from saasexport.database.feed_table import Conflict, Pending, later
from saasexport.feed import EntityItems, FailedItem
from tests.tiny import THINGS, feed_table

NOW = "2026-11-23 15:00:00"
NEXT = "2026-11-23 15:01:00"
A_EN = hashlib.sha1(b"a\0en").hexdigest()
B_EN = hashlib.sha1(b"b\0en").hexdigest()


@pytest.fixture
def ours(tmp_path):
    """Our database."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(found)
    yield found
    found.close()


@pytest.fixture
def table(ours):
    """The feed table of things, in the only data space."""
    return feed_table(ours)


def thing(entity_id, code="a", name="Apple", languages=("en",)):
    """A thing that can be assembled."""
    common = {"thingId": entity_id, "code": code, "name": name}
    return EntityItems(entity_id, common, [{"language": language} for language in languages])


def bad(entity_id, code="a", error="name: binary data", language="en"):
    """A thing whose only item cannot be assembled."""
    identity = {"thingId": entity_id, "code": code, "language": language}
    return EntityItems(entity_id, {}, [], [FailedItem(identity, error)])


def stage(table, *entities, ids=None, now=NOW, **more):
    """Stage entities; `ids` are theirs unless others were asked for."""
    with db.transaction(table.ours):
        return table.stage(ids or [entity.id for entity in entities], entities, now, **more)


def deliver(table, staged):
    """What was staged has arrived."""
    with db.transaction(table.ours):
        table.record_delivered(staged.pending, '{"requestId":"r","code":200}')


def bodies(staged):
    """What is sent."""
    return [json.loads(item.body) for item in staged.pending]


def rows(table, columns="source_entity_id, feed_id, status, is_deleted"):
    """The rows of the table, in the order they came."""
    return table.ours.execute(f"select {columns} from {table.feed.table} order by id").fetchall()


# New, changed, unchanged, gone


def test_a_new_item_is_on_record_and_sent(table):
    staged = stage(table, thing(1))
    assert bodies(staged) == [
        {"code": "a", "language": "en", "name": "Apple", "thingId": 1, "deleted": False, "modifiedAt": NOW}
    ]
    assert (staged.items, staged.failed, staged.newly_failed, staged.deleted) == (1, 0, 0, 0)
    assert (staged.reassemble, staged.gone) == ([], {})
    columns = (
        "id, source_entity_id, feed_id, feed_data, feed_hash, is_deleted, status, errors, metadata, modified_at,"
        " environments"
    )
    content, _, late = staged.pending[0].body.partition(b',"deleted"')
    assert late == b':false,"modifiedAt":"2026-11-23 15:00:00"}'
    assert rows(table, columns) == [
        (
            staged.pending[0].row_id,
            1,
            A_EN,
            '{"code":"a","language":"en","thingId":1}',
            hashlib.sha1(content).hexdigest(),
            0,
            0,
            None,
            None,
            NOW,
            1,
        )
    ]


def test_an_unchanged_item_is_not_sent_again(table):
    deliver(table, stage(table, thing(1)))
    assert stage(table, thing(1), now=NEXT).pending == []
    assert rows(table, "status, modified_at, metadata") == [(200, NOW, '{"requestId":"r","code":200}')]


def test_an_item_that_was_staged_and_not_sent_is_sent_as_it_was(table):
    first = stage(table, thing(1))
    again = stage(table, thing(1), now=NEXT)
    assert [item.body for item in again.pending] == [item.body for item in first.pending]


def test_a_changed_item_is_sent_with_the_time_of_its_change(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, thing(1, name="Apples"), now=NEXT)
    assert bodies(staged) == [
        {"language": "en", "thingId": 1, "code": "a", "name": "Apples", "deleted": False, "modifiedAt": NEXT}
    ]
    assert rows(table, "status, modified_at") == [(0, NEXT)]


def test_a_second_change_within_a_second_is_one_second_later(table):
    times = [bodies(stage(table, thing(1, name=name)))[0]["modifiedAt"] for name in ("a", "b", "c")]
    assert times == ["2026-11-23 15:00:00", "2026-11-23 15:00:01", "2026-11-23 15:00:02"]


def test_a_change_is_later_than_the_last_state_though_the_clock_was_set_back(table):
    deliver(table, stage(table, thing(1), now="2036-11-23 15:00:00"))
    staged = stage(table, thing(1, name="Apples"), now="2026-11-23 15:00:00")
    assert bodies(staged)[0]["modifiedAt"] == "2036-11-23 15:00:01"


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-11-23 15:00:01", "2026-11-23 15:00:00", "2026-11-23 15:00:01"),
        ("2026-11-23 15:00:00", "2026-11-23 15:00:00", "2026-11-23 15:00:01"),
        ("2026-11-23 15:00:00", "2026-12-31 23:59:59", "2027-01-01 00:00:00"),
    ],
)
def test_the_later_of_now_and_one_second_after_the_last(now, last, expected):
    assert later(now, last) == expected


def test_an_item_that_is_gone_is_sent_as_its_identity_and_minimal_payload(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, ids=[1], now=NEXT)
    assert bodies(staged) == [
        {"code": "a", "language": "en", "thingId": 1, "deleted": True, "modifiedAt": NEXT}
    ]
    assert (staged.deleted, staged.pending[0].is_deleted) == (1, True)
    assert rows(table, "status, is_deleted, modified_at, environments") == [(0, 1, NEXT, 1)]
    deliver(table, staged)
    assert rows(table, "status, is_deleted, environments") == [(200, 1, 0)]


def test_a_delivered_deletion_is_not_sent_again(table):
    deliver(table, stage(table, thing(1)))
    deliver(table, stage(table, ids=[1], now=NEXT))
    assert stage(table, ids=[1], now="2026-11-23 15:02:00").pending == []


def test_a_deletion_that_was_not_delivered_is_sent_again_as_it_was(table):
    deliver(table, stage(table, thing(1)))
    first = stage(table, ids=[1], now=NEXT)
    again = stage(table, ids=[1], now="2026-11-23 15:02:00")
    assert again.pending == first.pending
    assert again.deleted == 0


def test_one_item_of_an_entity_may_go_while_the_others_stay(table):
    deliver(table, stage(table, thing(1, languages=("en", "de"))))
    assert bodies(stage(table, thing(1, languages=("de",)), now=NEXT)) == [
        {"code": "a", "language": "en", "thingId": 1, "deleted": True, "modifiedAt": NEXT}
    ]


def test_an_item_that_comes_back_is_sent_though_it_is_as_it_was(table):
    deliver(table, stage(table, thing(1)))
    deliver(table, stage(table, ids=[1]))  # within the same second
    staged = stage(table, thing(1))
    assert bodies(staged)[0]["modifiedAt"] == "2026-11-23 15:00:02"
    assert rows(table) == [(1, A_EN, 0, 0)]


def test_an_item_that_changes_its_identity_is_a_new_one_and_a_deletion(table):
    deliver(table, stage(table, thing(1, "a")))
    staged = stage(table, thing(1, "b"), now=NEXT)
    assert [(item["code"], item["deleted"]) for item in bodies(staged)] == [("b", False), ("a", True)]


def test_an_entity_that_is_not_asked_for_is_left_alone(table):
    deliver(table, stage(table, thing(1), thing(2, "b")))
    assert stage(table, thing(1), now=NEXT).pending == []
    assert rows(table) == [(1, A_EN, 200, 0), (2, B_EN, 200, 0)]


def test_entities_that_are_gone_altogether_can_be_spared(table):
    deliver(table, stage(table, thing(1, languages=("en", "de")), thing(2, "b")))
    staged = stage(table, thing(2, "b"), ids=[1, 2, 3], now=NEXT, doubted=())
    assert (staged.pending, staged.deleted, staged.gone) == ([], 0, {1: [1, 2]})
    assert [row[2:] for row in rows(table)] == [(200, 0)] * 3


def test_sparing_does_not_spare_items_of_an_entity_that_still_has_some(table):
    deliver(table, stage(table, thing(1, languages=("en", "de"))))
    staged = stage(table, thing(1), now=NEXT, doubted=())
    assert (staged.deleted, staged.gone) == (1, {})


def test_an_entity_of_which_the_service_has_nothing_is_not_spared_but_forgotten(table):
    stage(table, bad(1))
    assert stage(table, ids=[1], doubted=()).gone == {}
    assert rows(table) == []


# What was not delivered


def test_a_rejected_item_is_sent_again_only_when_it_changes(table):
    staged = stage(table, thing(1))
    table.record_not_delivered([(400, "bad", "r", 400, staged.pending[0].row_id)])
    assert stage(table, thing(1), now=NEXT).pending == []
    assert rows(table, "status, errors, metadata") == [(400, "bad", '{"requestId":"r","code":400,"tries":1}')]
    changed = stage(table, thing(1, name="Apples"), now=NEXT)
    assert len(changed.pending) == 1
    assert rows(table, "status, errors") == [(0, None)]


def test_an_item_to_be_retried_is_sent_with_its_old_time_and_its_tries_are_counted(table):
    for tries in (1, 2, 3):
        staged = stage(table, thing(1), now=f"2026-11-23 15:0{tries}:00")
        assert bodies(staged)[0]["modifiedAt"] == "2026-11-23 15:01:00"
        table.record_not_delivered([(2, "down", "", 0, staged.pending[0].row_id)])
    assert json.loads(rows(table, "metadata")[0][0]) == {"requestId": "", "code": 0, "tries": 3}
    deliver(table, stage(table, thing(1), now=NEXT))
    assert rows(table, "status, errors, metadata") == [(200, None, '{"requestId":"r","code":200}')]


def test_a_rejected_deletion_is_not_sent_again(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, ids=[1], now=NEXT)
    table.record_not_delivered([(400, "unknown", "r", 400, staged.pending[0].row_id)])
    assert stage(table, ids=[1], now=NEXT).pending == []


def test_with_force_what_was_delivered_or_rejected_is_sent_as_a_new_state(table):
    staged = stage(table, thing(1), thing(2, "b"))
    deliver(table, staged._replace(pending=staged.pending[:1]))
    table.record_not_delivered([(400, "bad", "r", 400, staged.pending[1].row_id)])
    forced = stage(table, thing(1), thing(2, "b"), now=NEXT, force=True)
    assert [(item["code"], item["modifiedAt"]) for item in bodies(forced)] == [("a", NEXT), ("b", NEXT)]
    assert [row[2] for row in rows(table)] == [0, 0]


# Items that fail


def test_an_item_that_cannot_be_assembled_is_shown_with_its_reason(table):
    staged = stage(table, bad(1), thing(2, "b"))
    assert (staged.items, staged.failed, staged.newly_failed, len(staged.pending)) == (1, 1, 1, 1)
    assert rows(table, "source_entity_id, feed_id, status, errors, environments, feed_data") == [
        (2, B_EN, 0, None, 1, '{"code":"b","language":"en","thingId":2}'),
        (1, A_EN, 1, "name: binary data", 0, '{"code":"a","language":"en","thingId":1}'),
    ]


def test_a_failure_is_news_only_once(table):
    assert [stage(table, bad(1)).newly_failed for _ in range(2)] == [1, 0]


def test_a_failed_item_whose_identity_is_not_known_keeps_its_row_whatever_comes_with_it(table):
    nameless = EntityItems(2, {}, [], [FailedItem({"thingId": 2}, "code: has no value")])
    first = stage(table, nameless)
    (before,) = rows(table)
    again = stage(table, bad(1), nameless, now=NEXT)
    assert (first.newly_failed, again.newly_failed) == (1, 1)
    assert before in rows(table)
    assert stage(table, bad(1), nameless, now=NEXT).newly_failed == 0


def test_an_item_without_a_part_of_its_identity_fails_and_hides_no_other(table):
    nameless = EntityItems(1, {"thingId": 1, "code": None}, [{"language": "en"}, {"language": "de"}])
    staged = stage(table, nameless, thing(2))
    assert (staged.items, staged.failed) == (1, 2)
    assert rows(table, "source_entity_id, status, errors") == [
        (2, 0, None),
        (1, 1, "code: identifies the item and has no value"),
        (1, 1, "code: identifies the item and has no value"),
    ]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("caf\udce9", "name: text that is not valid UTF-8"),
        (float("nan"), "name: not a finite number"),
        (float("-inf"), "name: not a finite number"),
        (b"\xff\x00", "name: binary data where text belongs"),
        (b"", "name: binary data where text belongs"),
    ],
)
@pytest.mark.parametrize("where", ["common", "part", "inside a list"])
def test_a_value_that_is_no_json_sets_aside_that_item_alone(table, name, reason, where):
    if where == "common":
        broken = thing(1, name=name)
    elif where == "part":
        broken = EntityItems(1, {"thingId": 1, "code": "a"}, [{"language": "en", "name": name}])
    else:
        broken = thing(1, name=[{"deep": name}])
    staged = stage(table, broken, thing(2, "b"))
    assert [item["code"] for item in bodies(staged)] == ["b"]
    assert rows(table, "source_entity_id, status, errors") == [(2, 0, None), (1, 1, reason)]


@pytest.mark.parametrize("value", ["caf\udce9", float("nan"), b"\xff"])
@pytest.mark.parametrize("where", ["common", "part"])
def test_a_field_outside_of_the_hash_that_is_no_json_sets_aside_that_item_alone(table, value, where):
    late = {"updatedAt": value}
    broken = EntityItems(
        1,
        {"thingId": 1, "code": "a", **(late if where == "common" else {})},
        [{"language": "en", **(late if where == "part" else {})}],
    )
    staged = stage(table, broken, thing(2, "b"))
    assert [item["code"] for item in bodies(staged)] == ["b"]
    assert rows(table, "source_entity_id, status")[1] == (1, 1)
    assert rows(table, "errors")[1][0].startswith("updatedAt: ")


def test_a_value_nested_too_deeply_sets_aside_that_item_alone(table):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    staged = stage(table, thing(1, name=deep), thing(2, "b"))
    assert [item["code"] for item in bodies(staged)] == ["b"]
    assert rows(table, "errors")[1] == ("name: nested too deeply",)
    while deep:  # taken apart by hand: Python would do it by recursion
        deep = deep.pop()


def test_an_identity_that_is_no_json_is_shown_as_it_can_be(table):
    stage(table, thing(1, code="\udce9"))
    ((status, data),) = rows(table, "status, feed_data")
    assert (status, json.loads(data)) == (1, {"code": "'\\udce9'", "language": "'en'", "thingId": "1"})


def test_an_item_that_fails_stays_at_the_service_as_it_was_and_is_deleted_with_its_entity(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, bad(1), now=NEXT)
    assert staged.pending == []
    assert rows(table, "feed_id, status, is_deleted, environments") == [(A_EN, 1, 0, 1)]
    assert bodies(stage(table, ids=[1], now=NEXT)) == [
        {"code": "a", "language": "en", "thingId": 1, "deleted": True, "modifiedAt": NEXT}
    ]


def test_an_item_that_is_mended_is_sent(table):
    deliver(table, stage(table, thing(1)))
    stage(table, bad(1), now=NEXT)
    staged = stage(table, thing(1), now=NEXT)
    assert [item["code"] for item in bodies(staged)] == ["a"]
    assert rows(table, "status, errors") == [(0, None)]


def test_an_item_that_was_never_sent_and_is_gone_is_forgotten(table):
    stage(table, bad(1))
    assert stage(table, ids=[1]).pending == []
    assert rows(table) == []


def test_an_item_that_fails_after_it_was_deleted_comes_back_as_a_new_state(table):
    deliver(table, stage(table, thing(1)))
    deliver(table, stage(table, ids=[1], now=NEXT))
    stage(table, bad(1), now=NEXT)
    assert rows(table, "status, is_deleted") == [(1, 0)]
    staged = stage(table, thing(1), now=NEXT)
    assert bodies(staged)[0]["modifiedAt"] == "2026-11-23 15:01:01"


# Identities that two entities claim


def test_of_two_entities_with_one_identity_the_lower_has_it(table):
    staged = stage(table, thing(2, name="Two"), thing(1, name="One"))
    assert [item["name"] for item in bodies(staged)] == ["One"]
    assert (staged.items, staged.failed) == (1, 1)
    assert rows(table, "source_entity_id, status, errors, contested") == [
        (1, 0, None, None),
        (2, 1, "code 'a', language 'en' is taken by entity 1", A_EN),
    ]


def test_an_identity_of_an_entity_that_was_not_asked_for_makes_both_be_assembled(table):
    deliver(table, stage(table, thing(1)))
    with pytest.raises(Conflict) as caught:
        stage(table, thing(2, name="Two"))
    assert caught.value.entities == {1}
    assert rows(table) == [(1, A_EN, 200, 0)]
    staged = stage(table, thing(1), thing(2, name="Two"), now=NEXT)
    assert (staged.pending, staged.failed) == ([], 1)


def test_a_lower_entity_takes_an_identity_over(table):
    deliver(table, stage(table, thing(2, name="Two")))
    staged = stage(table, thing(1, name="One"), thing(2, name="Two"), now=NEXT)
    assert [(item["name"], item["modifiedAt"]) for item in bodies(staged)] == [("One", NEXT)]
    assert rows(table, "source_entity_id, status, contested") == [(1, 0, None), (2, 1, A_EN)]


def test_a_contested_identity_that_becomes_free_is_told(table):
    deliver(table, stage(table, thing(1), thing(2), thing(3)))
    staged = stage(table, ids=[1], now=NEXT)
    assert staged.reassemble == [2, 3]
    deliver(table, staged)
    taken = stage(table, thing(2), thing(3), now=NEXT)
    assert [(item["thingId"], item["modifiedAt"]) for item in bodies(taken)] == [(2, "2026-11-23 15:01:01")]
    assert rows(table, "source_entity_id, status, is_deleted") == [(2, 0, 0), (3, 1, 0)]


def test_two_identities_that_become_free_name_their_entity_once(table):
    stage(table, thing(1, languages=("en", "de")), thing(2, languages=("en", "de")))
    assert stage(table, ids=[1]).reassemble == [2]


def test_an_entity_that_was_deleted_and_made_anew_takes_its_row_over(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, thing(9), ids=[1, 9], now=NEXT)
    assert [(item["thingId"], item["deleted"]) for item in bodies(staged)] == [(9, False)]
    assert rows(table) == [(9, A_EN, 0, 0)]


def test_two_things_that_exchange_their_identities_are_both_sent(table):
    deliver(table, stage(table, thing(1, "a"), thing(2, "b")))
    staged = stage(table, thing(1, "b"), thing(2, "a"), now=NEXT)
    assert sorted((item["code"], item["thingId"]) for item in bodies(staged)) == [("a", 2), ("b", 1)]
    assert sorted(rows(table)) == [(1, B_EN, 0, 0), (2, A_EN, 0, 0)]


def test_an_item_that_fails_does_not_take_the_row_of_another_entity(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, bad(2), now=NEXT)
    assert (staged.pending, staged.failed) == ([], 1)
    assert rows(table, "source_entity_id, status, contested") == [(1, 200, None), (2, 1, A_EN)]


def test_two_entities_that_fail_with_one_identity_are_both_shown(table):
    together = stage(table, bad(1), bad(2))
    assert (together.failed, together.newly_failed) == (2, 2)
    assert rows(table, "source_entity_id, status") == [(1, 1), (2, 1)]
    stage(table, bad(3))
    assert rows(table, "source_entity_id, status") == [(1, 1), (2, 1), (3, 1)]
    assert stage(table, ids=[1]).reassemble == [2, 3]


def test_a_good_item_takes_an_identity_from_one_that_fails(table):
    deliver(table, stage(table, thing(1)))
    stage(table, bad(1), now=NEXT)
    with pytest.raises(Conflict):
        stage(table, thing(2), now=NEXT)
    staged = stage(table, bad(1), thing(2), now=NEXT)
    assert [item["thingId"] for item in bodies(staged)] == [2]
    assert rows(table, "source_entity_id, status, contested") == [(2, 0, None), (1, 1, A_EN)]


def test_a_deletion_that_is_on_its_way_is_not_lost_over_a_new_item_that_fails(table):
    deliver(table, stage(table, thing(1)))
    staged = stage(table, bad(2), ids=[1, 2], now=NEXT)
    assert [(item["thingId"], item["deleted"]) for item in bodies(staged)] == [(1, True)]
    assert staged.reassemble == [2]
    table.record_not_delivered([(2, "down", "", 0, staged.pending[0].row_id)])
    again = stage(table, bad(2), now=NEXT)
    assert again.pending == []
    retried = stage(table, bad(2), ids=[1, 2], now=NEXT)
    assert [(item["thingId"], item["deleted"]) for item in bodies(retried)] == [(1, True)]
    deliver(table, retried)
    stage(table, bad(2), now=NEXT)
    assert rows(table) == [(2, A_EN, 1, 0)]


# Data spaces


def switched(table, environment):
    """The table after another data space was put into use."""
    for query in ("not_sent", "deleted_not_sent"):
        table.ours.execute(table.sql(query), {"environment": environment})
    return feed_table(table.ours, environment=environment)


def test_in_another_data_space_everything_alive_is_sent_again(table):
    deliver(table, stage(table, thing(1), thing(2, "b")))
    deliver(table, stage(table, ids=[2], now=NEXT))
    second = switched(table, 2)
    assert rows(table, "feed_id, status, environments") == [(A_EN, 0, 3), (B_EN, 200, 0)]
    staged = stage(second, thing(1), ids=[1, 2], now=NEXT)
    assert [(item["code"], item["modifiedAt"]) for item in bodies(staged)] == [("a", NOW)]


def test_what_was_deleted_meanwhile_is_deleted_on_return(table):
    deliver(table, stage(table, thing(1)))
    second = switched(table, 2)
    deliver(second, stage(second, thing(1), now=NEXT))
    deliver(second, stage(second, ids=[1], now="2026-11-23 15:02:00"))
    assert rows(table, "status, is_deleted, environments") == [(200, 1, 1)]
    first = switched(second, 1)
    assert rows(table, "status, is_deleted") == [(0, 1)]
    staged = stage(first, ids=[1], now="2026-11-23 15:03:00")
    assert [(item["deleted"], item["modifiedAt"]) for item in bodies(staged)] == [(True, "2026-11-23 15:02:00")]
    deliver(first, staged)
    assert rows(table, "status, environments") == [(200, 0)]


def test_what_failed_and_was_deleted_meanwhile_is_deleted_on_return_as_a_later_state(table):
    deliver(table, stage(table, thing(1)))
    stage(table, bad(1), now=NEXT)
    second = switched(table, 2)
    assert stage(second, ids=[1], now="2026-11-23 15:02:00").pending == []
    assert rows(table, "status, is_deleted, environments") == [(200, 1, 1)]
    first = switched(second, 1)
    staged = stage(first, ids=[1], now="2026-11-23 15:03:00")
    assert bodies(staged) == [
        {"code": "a", "language": "en", "thingId": 1, "deleted": True, "modifiedAt": "2026-11-23 15:02:00"}
    ]


def test_a_deletion_under_way_when_the_data_space_changes_is_sent_on_return(table):
    deliver(table, stage(table, thing(1)))
    stage(table, ids=[1], now=NEXT)
    second = switched(table, 2)
    assert stage(second, ids=[1]).pending == []
    first = switched(second, 1)
    assert [item["deleted"] for item in bodies(stage(first, ids=[1]))] == [True]


# Clean-up


def test_clean_up_removes_what_no_data_space_holds_any_more(table):
    deliver(table, stage(table, thing(1), thing(2, "b"), thing(3, "c")))
    deliver(table, stage(table, ids=[1], now=NEXT))
    stage(table, ids=[2], now=NEXT)
    table.ours.execute(table.sql("clean_up"), {"before": NEXT})
    assert len(rows(table)) == 3
    table.ours.execute(table.sql("clean_up"), {"before": "2026-11-23 15:01:01"})
    assert [row[0] for row in rows(table)] == [2, 3]


def test_clean_up_keeps_what_another_data_space_may_still_hold(table):
    deliver(table, stage(table, thing(1)))
    second = switched(table, 2)
    deliver(second, stage(second, thing(1)))
    deliver(second, stage(second, ids=[1]))
    table.ours.execute(table.sql("clean_up"), {"before": "2027-01-01 00:00:00"})
    assert rows(table, "status, is_deleted, environments") == [(200, 1, 1)]


# Legacy


LEGACY = THINGS.with_fields(legacy=True)


def test_a_legacy_feed_collects_and_sends_what_it_collected(ours):
    table = feed_table(ours, LEGACY)
    staged = stage(table, thing(1), thing(2, "b"))
    stage(table, thing(1), now=NEXT)  # collected again, unchanged
    collected = table.load_collected(0, 10)
    assert [json.loads(item.body) for item in collected] == bodies(staged)
    assert [item.row_id for item in collected] == [item.row_id for item in staged.pending]
    with db.transaction(ours):
        table.record_delivered(collected, "{}")
    assert table.load_collected(0, 10) == []


def test_what_a_legacy_feed_collected_is_not_pending_again_when_nothing_changed(ours):
    table = feed_table(ours, LEGACY)
    stage(table, thing(1))
    assert stage(table, thing(1), now=NEXT).pending == []
    assert [row[2] for row in rows(table)] == [0]


def test_a_legacy_feed_sends_the_last_state_and_deletions(ours):
    table = feed_table(ours, LEGACY)
    stage(table, thing(1), thing(2, "b"))
    with db.transaction(ours):
        table.record_delivered(table.load_collected(0, 10), "{}")
    stage(table, thing(1, name="Apples"), ids=[1, 2], now=NEXT)
    assert [json.loads(item.body) for item in table.load_collected(0, 10)] == [
        {"thingId": 1, "code": "a", "name": "Apples", "language": "en", "deleted": False, "modifiedAt": NEXT},
        {"code": "b", "language": "en", "thingId": 2, "deleted": True, "modifiedAt": NEXT},
    ]


def test_what_was_collected_comes_in_portions(ours):
    table = feed_table(ours, LEGACY)
    stage(table, *(thing(number, str(number)) for number in range(1, 6)))
    first = table.load_collected(0, 2)
    assert [len(first), len(table.load_collected(first[-1].row_id, 10))] == [2, 3]


def test_a_legacy_item_to_be_retried_is_collected_anew(ours):
    table = feed_table(ours, LEGACY)
    staged = stage(table, thing(1))
    table.record_not_delivered([(2, "down", "", 0, staged.pending[0].row_id)])
    assert table.load_collected(0, 10) == []
    stage(table, thing(1, name="Apples"), now=NEXT)
    assert [json.loads(item.body)["name"] for item in table.load_collected(0, 10)] == ["Apples"]


# Fields


def test_fields_that_are_left_out_are_neither_hashed_nor_kept_nor_sent(ours):
    table = feed_table(ours, exclude=("name", "owner.address"), keep_items=True)

    def secret(name, address):
        common = {"thingId": 1, "code": "a", "name": name}
        return EntityItems(1, common, [{"language": "en", "owner": {"address": address, "id": 5}}])

    staged = stage(table, secret("x", "y"))
    deliver(table, staged)
    assert bodies(staged) == [
        {"language": "en", "owner": {"id": 5}, "thingId": 1, "code": "a", "deleted": False, "modifiedAt": NOW}
    ]
    kept = json.loads(rows(table, "feed_data")[0][0])
    assert kept == {"thingId": 1, "code": "a", "language": "en", "owner": {"id": 5}}
    assert stage(table, secret("z", "w"), now=NEXT).pending == []


def test_fields_outside_of_the_hash_are_sent_and_make_no_item_new(ours):
    table = feed_table(ours, THINGS.with_fields(unhashed=("stock",)))
    entity = EntityItems(1, {"thingId": 1, "code": "a", "stock": 3}, [{"language": "en", "updatedAt": "yesterday"}])
    staged = stage(table, entity)
    deliver(table, staged)
    assert bodies(staged) == [
        {
            "language": "en",
            "thingId": 1,
            "code": "a",
            "stock": 3,
            "updatedAt": "yesterday",
            "deleted": False,
            "modifiedAt": NOW,
        }
    ]
    again = EntityItems(1, {"thingId": 1, "code": "a", "stock": 4}, [{"language": "en", "updatedAt": "today"}])
    assert stage(table, again, now=NEXT).pending == []


def test_items_are_kept_whole_when_asked_for(ours):
    table = feed_table(ours, keep_items=True)
    stage(table, thing(1))
    assert json.loads(rows(table, "feed_data")[0][0]) == {
        "thingId": 1,
        "code": "a",
        "name": "Apple",
        "language": "en",
    }


def test_the_time_of_export_may_have_another_name_and_form(ours):
    feed = THINGS.with_fields(time_field="updatedAt", time_format="%Y-%m-%dT%H:%M:%S+00:00")
    table = feed_table(ours, feed)
    staged = stage(table, thing(1))
    deliver(table, staged)
    assert bodies(staged)[0]["updatedAt"] == "2026-11-23T15:00:00+00:00"
    assert bodies(stage(table, ids=[1], now=NEXT))[0]["updatedAt"] == "2026-11-23T15:01:00+00:00"


def test_text_of_every_language_and_control_characters_are_exact(table):
    name = 'Käse "ž" \\ \x00\x1f\u2028 \U0001f9c0'
    assert bodies(stage(table, thing(1, name=name)))[0]["name"] == name


def test_rows_of_the_same_item_have_the_same_number_for_ever(table):
    first = stage(table, thing(1)).pending[0].row_id
    deliver(table, stage(table, ids=[1], now=NEXT))
    assert stage(table, thing(1), now="2026-11-23 15:02:00").pending[0].row_id == first


def test_pending_is_what_is_sent():
    assert Pending(1, (b"{}",)).is_deleted is False


@pytest.mark.parametrize(
    ("common", "part", "name"),
    [
        ({"name": "Apple"}, {"name": "Apple"}, "name"),
        ({"name": "Apple"}, {"name": "Pear"}, "name"),
        ({"updatedAt": "2026-11-23"}, {"updatedAt": "2026-11-23"}, "updatedAt"),
        ({"deleted": False}, {}, "deleted"),
        ({}, {"deleted": True}, "deleted"),
        ({"modifiedAt": "2026-11-23"}, {}, "modifiedAt"),
        ({}, {"modifiedAt": None, "name": "Apple"}, "modifiedAt"),
    ],
)
def test_a_name_given_twice_is_refused(table, common, part, name):
    twice = EntityItems(1, {"thingId": 1, "code": "a", **common}, [{"language": "en", **part}])
    staged = stage(table, twice, thing(2, "b"))
    assert [(item["code"], item["deleted"]) for item in bodies(staged)] == [("b", False)]
    assert table.ours.execute(f"select errors from {THINGS.table} where status = 1").fetchall() == [
        (f"{name}: is given twice",)
    ]


def test_a_name_given_twice_that_is_left_out_does_not_matter(ours):
    table = feed_table(ours, exclude=("name",))
    twice = EntityItems(1, {"thingId": 1, "code": "a", "name": "Apple"}, [{"language": "en", "name": "Pear"}])
    assert [item["code"] for item in bodies(stage(table, twice))] == ["a"]


# The time of export only grows


FUTURE = "2036-01-01 00:00:00"
AFTER_FUTURE = "2036-01-01 00:00:01"


def known(ours):
    """The table of things of a feed whose cursor is known, too."""
    indexer.add(ours, THINGS, NOW)
    return feed_table(ours)


def delivered_and_gone(table, moment):
    """An item is sent, deleted and delivered as deleted at a moment."""
    deliver(table, stage(table, thing(1), now=moment))
    deliver(table, stage(table, ids=[1], now=moment))


@pytest.mark.parametrize("forget", [lambda table: table.clean_up("2038-01-01"), lambda table: table.empty()])
@pytest.mark.parametrize(
    ("moment", "now", "exported"),
    [
        (FUTURE, NOW, "2036-01-01 00:00:02"),  # the deletion came a second after the item
        (NOW, FUTURE, FUTURE),
        (NOW, NOW, "2026-11-23 15:00:02"),
    ],
)
def test_an_item_whose_row_was_removed_comes_after_it(ours, forget, moment, now, exported):
    table = known(ours)
    delivered_and_gone(table, moment)
    with db.transaction(ours):
        forget(table)
    assert rows(table) == []
    (item,) = bodies(stage(table, thing(1), now=now))
    assert item["modifiedAt"] == exported


def test_one_that_failed_before_it_came_back_comes_after_it_too(ours):
    table = known(ours)
    delivered_and_gone(table, FUTURE)
    with db.transaction(ours):
        table.clean_up("2038-01-01")
    stage(table, bad(1))
    (item,) = bodies(stage(table, thing(1)))
    assert item["modifiedAt"] > AFTER_FUTURE


def test_what_is_kept_by_the_clean_up_says_nothing(ours):
    table = known(ours)
    delivered_and_gone(table, FUTURE)
    with db.transaction(ours):
        assert table.clean_up(NOW) == 0
    (item,) = bodies(stage(table, thing(2, code="b")))
    assert item["modifiedAt"] == NOW


def test_another_feed_is_not_concerned(ours):
    other = THINGS.with_fields(name="others", indexer="other", view="cde_others_feed", table="cde_others_feed")
    indexer.add(ours, other, NOW)
    table = known(ours)
    delivered_and_gone(table, FUTURE)
    with db.transaction(ours):
        table.empty()
    (item,) = bodies(stage(feed_table(ours, other), thing(1)))
    assert item["modifiedAt"] == NOW


# Queries of the jobs


@pytest.mark.parametrize("query", ["entities_to_retry", "entities_awaiting", "gone_candidates", "of_entities"])
def test_a_query_of_each_chunk_neither_scans_nor_sorts(ours, table, query):
    values = {"after": 0, "upto": 9, "ids": "[1]", "limit": 250}
    named = {name: value for name, value in values.items() if f":{name}" in table.sql(query)}
    plan = [row[3] for row in ours.execute("explain query plan " + table.sql(query), named)]
    assert [line for line in plan if line.startswith("SCAN") and "json_each" not in line] == []
    assert [line for line in plan if "TEMP B-TREE" in line] == []
