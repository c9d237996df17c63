"""The story, on a shop one knows by heart: partial sync, full sync, resend, and what kills do to them."""

import itertools
import json
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest
from freezegun import freeze_time

from saasexport.capture.changelog import Sizes
from saasexport.database import deletion_guard, indexer
from saasexport.feed import Due
from saasexport.jobs import reindex_all_invalid
from saasexport.sync import changes, locked, story
from saasexport.sync.steps import Pass
from saasexport.sync.walk import walk
from tests.tiny import THINGS, Sender, Tiny

ALL = ["a1/en", "a1/de", "b2/en", "b2/de", "c3/en", "c3/de"]


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation that was never synced."""
    found = Tiny(tmp_path, monkeypatch)
    yield found
    found.close()


@pytest.fixture
def synced(tiny):
    """An installation whose service holds everything."""
    story.full_sync(*tiny.work(), THINGS)
    return tiny


def tick(tiny, sender=None, feed=THINGS, **more):
    """What one run of the job does; gives what was sent."""
    sender = sender or Sender()
    work = tiny.work(sender, **more)
    reindex_all_invalid.run(*work, None)
    return sender.taken()


@contextmanager
def time_for_one_item(tiny):
    """A sender that takes a second for each item, and a job that has one."""
    with freeze_time() as clock:
        yield (sender := Sender(lambda item: clock.tick(1) and 200)), tiny.work(sender, deadline=time.monotonic() + 1)


def state(tiny):
    """The indexer's status and position."""
    found = indexer.state(tiny.installation.ours, THINGS)
    return found.status, found.position


def cursor(tiny):
    """How far the changelog is read."""
    return indexer.cursor(tiny.installation.ours, THINGS).version_id


# Full sync


def test_a_full_sync_sends_every_item_and_a_second_one_nothing(tiny):
    sender = Sender()
    found = story.full_sync(*tiny.work(sender), THINGS)
    assert (found.processed, found.items, found.sent, found.is_complete) == (3, 6, 6, True)
    assert sender.taken() == ALL
    assert (state(tiny), tiny.statuses()) == (("valid", None), {200: 6})
    found = story.full_sync(*tiny.work(sender), THINGS)
    assert (found.processed, found.items, found.sent, found.is_complete) == (3, 6, 0, True)
    assert sender.taken() == []


def test_with_force_a_full_sync_sends_everything_again(synced):
    sender = Sender()
    story.full_sync(*synced.work(sender, force=True), THINGS)
    assert sender.taken() == ALL


def test_a_full_sync_finds_what_no_trigger_told(synced):
    for name in ("insert", "update", "delete"):
        synced.shop.execute(f"drop trigger saasexport_thing_{name}")
    synced.shop.executescript("""
        delete from thing where thing_id = 1;
        update thing set name = 'Bun' where thing_id = 2;
        insert into thing (thing_id, code, name) values (4, 'd', 'Dish');
    """)
    sender = Sender()
    assert story.full_sync(*synced.work(sender), THINGS).deleted == 2
    assert sender.taken() == ["b2/en", "b2/de", "d4/en", "d4/de", "-a1/en", "-a1/de"]


def test_a_full_sync_whose_time_is_up_goes_on_where_it_was(tiny):
    tiny.options = {"chunk": 1}
    with time_for_one_item(tiny) as (sender, work):
        assert story.full_sync(*work, THINGS).is_complete is False
    assert state(tiny) == ("working", 1)
    assert sender.taken() == ["a1/en", "a1/de"]
    assert story.full_sync(*tiny.work(sender), THINGS).is_complete is True
    assert sender.taken() == ["b2/en", "b2/de", "c3/en", "c3/de"]
    assert state(tiny) == ("valid", None)


def test_a_slice_ends_at_its_time(tiny):
    assert story.full_sync(*tiny.work(until=0), THINGS).is_complete is False
    assert state(tiny) == ("working", None)


def test_an_indexer_that_is_reset_during_a_full_sync_begins_anew(tiny):
    tiny.options = {"chunk": 1}
    sender = Sender(lambda item: indexer.invalidate(tiny.installation.ours, THINGS, "reset", "now") or 200)
    assert story.full_sync(*tiny.work(sender), THINGS).is_complete is False
    assert state(tiny) == ("invalid", None)
    assert tiny.ask("select count(*) from cde_things_feed") == [(2,)]
    tick(tiny)
    assert (state(tiny), tiny.statuses()) == (("valid", None), {200: 6})


def test_every_entity_is_walked_once_wherever_chunks_end_and_whatever_is_gone(tiny):
    everything = range(1, 6)
    subsets = [set(found) for size in range(6) for found in itertools.combinations(everything, size)]
    this_pass = Pass(*tiny.work(chunk=2), THINGS)
    ours = tiny.installation.ours
    add = tiny.installation.table(THINGS).sql("add")
    tiny.shop.execute("pragma synchronous = off")
    for there in subsets:
        tiny.shop.execute("begin")
        tiny.shop.execute("delete from thing")
        tiny.shop.executemany("insert into thing (thing_id) values (?)", ((number,) for number in there))
        tiny.shop.execute("commit")
        for known in subsets:
            ours.execute("begin")
            ours.executemany(add, ((number, number, str(number), "", "", "now", 1) for number in known))
            for position in (None, 2):
                walked = list(walk(this_pass, position))
                expected = sorted(number for number in there | known if number > (position or 0))
                assert [number for ids in walked for number in ids] == expected, (there, known, position)
            ours.execute("rollback")


# Partial sync


def test_nothing_changed_nothing_sent(synced):
    assert tick(synced) == []
    assert tick(synced) == []


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ("update thing set name = 'Bun' where thing_id = 2", ["b2/en", "b2/de"]),
        ("update thing set note = 'x'", []),
        ("insert into thing (thing_id, code, name) values (4, 'd', 'Dish')", ["d4/en", "d4/de"]),
        ("delete from thing where thing_id = 1", ["-a1/en", "-a1/de"]),
        ("update thing set thing_id = 9 where thing_id = 1", ["a9/en", "a9/de"]),
        ("update thing set code = 'x' where thing_id = 1", ["x1/en", "x1/de", "-a1/en", "-a1/de"]),
        ("update shelf set label = 'x' where shelf_id = 1", ["a1/en", "a1/de", "b2/en", "b2/de"]),
        ("delete from shelf where shelf_id = 1", ["-a1/en", "-a1/de", "-b2/en", "-b2/de"]),
        (
            "update language set code = 'fr' where code = 'de'",
            ["a1/fr", "b2/fr", "c3/fr", "-a1/de", "-b2/de", "-c3/de"],
        ),
        ("insert into core_config_data (path) values ('general/tiny')", []),
        ("replace into thing (thing_id, code, name) values (1, 'a', 'Ape')", ["a1/en", "a1/de"]),
    ],
)
def test_a_change_leads_to_exactly_the_items_it_changes(synced, change, sent):
    synced.shop.execute(change)
    assert tick(synced) == sent
    assert tick(synced) == []
    assert (state(synced), set(synced.statuses())) == (("valid", None), {200})


def test_many_changes_of_one_entity_are_one(synced):
    for number in range(10):
        synced.shop.execute("update thing set name = ? where thing_id = 1", (f"Apple {number}",))
    assert tick(synced) == ["a1/en", "a1/de"]


def test_an_item_that_is_deleted_and_made_anew_comes_back(synced):
    sender = Sender()
    synced.shop.execute("delete from thing where thing_id = 1")
    assert tick(synced, sender) == ["-a1/en", "-a1/de"]
    synced.shop.execute("insert into thing (thing_id, code, name, shelf_id) values (8, 'a', 'Apple', 1)")
    assert tick(synced, sender) == ["a8/en", "a8/de"]
    assert [item["thingId"] for item in sender.alive()] == [8, 8]


def test_a_change_during_a_pass_is_left_to_the_next(synced):
    def answer(item):
        synced.shop.execute("update thing set name = 'late' where thing_id = 3")
        return 200

    synced.shop.execute("update thing set name = 'Ape' where thing_id = 1")
    assert tick(synced, Sender(answer)) == ["a1/en", "a1/de"]
    assert tick(synced) == ["c3/en", "c3/de"]


def test_a_pass_whose_time_is_up_goes_on_where_it_was(synced):
    synced.options = {"chunk": 1}
    synced.shop.execute("update thing set name = 'x'")
    with time_for_one_item(synced) as (sender, work):
        assert story.partial_sync(*work, THINGS).is_complete is False
    assert (sender.taken(), cursor(synced)) == (["a1/en", "a1/de"], 0)
    synced.shop.execute("update thing set name = 'y' where thing_id = 1")
    assert story.partial_sync(*synced.work(sender), THINGS).is_complete is True
    assert (sender.taken(), cursor(synced)) == (["b2/en", "b2/de", "c3/en", "c3/de"], 3)
    story.partial_sync(*synced.work(sender), THINGS)
    assert (sender.taken(), cursor(synced)) == (["a1/en", "a1/de"], 4)


def test_the_configuration_has_the_feed_walked_anew(synced):
    synced.shop.execute("insert into core_config_data (path) values ('general/tiny')")
    story.partial_sync(*synced.work(), THINGS)
    found = indexer.state(synced.installation.ours, THINGS)
    assert (found.status, found.reason) == ("invalid", "the configuration value general/tiny changed")
    assert cursor(synced) == 1


def test_a_shop_that_was_restored_from_an_older_copy_is_compared(synced):
    synced.shop.execute("update thing set name = 'Ape' where thing_id = 1")
    tick(synced)
    synced.shop.execute("delete from cde_things_feed_cl")
    synced.shop.execute("drop trigger saasexport_thing_update")
    synced.shop.execute("update thing set name = 'Apple' where thing_id = 1")
    sender = Sender()
    work = synced.work(sender)
    story.partial_sync(*work, THINGS)
    assert state(synced) == ("invalid", None)
    story.full_sync(*work, THINGS)
    assert sender.taken() == ["a1/en", "a1/de"]


def test_a_changelog_that_is_too_long_is_dropped_and_the_feed_compared(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, settings="[export]\nchangelog_limit = 1000")
    story.full_sync(*tiny.work(), THINGS)
    tiny.shop.execute("begin")
    for number in range(1_001):
        tiny.shop.execute("update thing set name = ? where thing_id = 1", (str(number),))
    tiny.shop.execute("commit")
    assert tick(tiny) == ["a1/en", "a1/de"]
    assert tiny.shop.execute("select count(*) from cde_things_feed_cl").fetchone() == (1,)
    assert (cursor(tiny), state(tiny)) == (1_001, ("valid", None))
    tiny.close()


def written(tiny, number):
    """So many changes of thing 1."""
    tiny.shop.execute("begin")
    for change in range(number):
        tiny.shop.execute("update thing set name = ? where thing_id = 1", (f"{number}/{change}",))
    tiny.shop.execute("commit")


def kept_rows(tiny):
    """The rows of the changelog."""
    return tiny.shop.execute("select count(*) from cde_things_feed_cl").fetchone()[0]


@pytest.mark.sample(1)
@pytest.mark.parametrize("released", ["valid", "invalid"])
@pytest.mark.parametrize("changes_before", [0, 7])
def test_a_suspended_feeds_changelog_keeps_its_bound_and_it_is_compared_when_released(
    tmp_path, monkeypatch, released, changes_before
):
    tiny = Tiny(tmp_path, monkeypatch, settings="[export]\nchangelog_limit = 1000")
    story.full_sync(*tiny.work(), THINGS)
    if changes_before:
        written(tiny, changes_before)
        tick(tiny)
    indexer.set_status(tiny.installation.ours, THINGS, "suspended", "by hand", "now")
    written(tiny, 900)
    assert tick(tiny) == []
    assert kept_rows(tiny) in (900, 900 + changes_before)
    for _ in range(3):
        written(tiny, 1_500)
        assert tick(tiny) == []
        assert kept_rows(tiny) == 1
    assert state(tiny)[0] == "suspended"
    tiny.shop.execute("update thing set name = 'Cap' where thing_id = 3")
    indexer.set_status(tiny.installation.ours, THINGS, released, None, "now")
    assert tick(tiny) == ["a1/en", "a1/de", "c3/en", "c3/de"]
    assert state(tiny) == ("valid", None)
    assert tick(tiny) == []
    tiny.close()


def test_a_feed_that_fails_before_its_changelog_is_read_keeps_its_bound(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, settings="[export]\nchangelog_limit = 1000")
    story.full_sync(*tiny.work(), THINGS)
    written(tiny, 1_001)
    with monkeypatch.context() as patched:
        patched.setattr(reindex_all_invalid, "sync_awaiting", lambda *_: 1 / 0)
        patched.setattr(reindex_all_invalid, "full_sync", lambda *_: 1 / 0)
        assert tick(tiny) == []
    assert kept_rows(tiny) == 1
    assert tick(tiny) == ["a1/en", "a1/de"]
    tiny.close()


def test_what_was_read_is_purged(synced):
    synced.options = {"reading": Sizes(kept=3)}
    for number in range(5):
        synced.shop.execute("update thing set name = ? where thing_id = 1", (str(number),))
    tick(synced)
    assert synced.shop.execute("select version_id from cde_things_feed_cl").fetchall() == [(5,)]
    synced.shop.execute("update thing set name = 'x' where thing_id = 2")
    assert tick(synced) == ["b2/en", "b2/de"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("kept", [3, 4, 7])
def test_the_shop_is_opened_for_writing_only_when_there_is_something_to_purge(synced, monkeypatch, kept):
    synced.options = {"reading": Sizes(kept=kept)}
    opened = []
    connect = changes.connect_shop
    monkeypatch.setattr(changes, "connect_shop", lambda *of, **more: opened.append(of) or connect(*of, **more))
    for number in range(1, 2 * kept + 2):
        synced.shop.execute("update thing set name = ? where thing_id = 1", (str(number),))
        tick(synced)
        assert len(opened) == (number - 1) // kept


# Items that fail


def test_an_item_that_fails_is_set_aside_and_comes_back_when_it_is_mended(synced):
    synced.shop.execute("update thing set name = x'ff' where thing_id = 1")
    synced.shop.execute("update thing set name = 'Bun' where thing_id = 2")
    work = synced.work(sender := Sender())
    story.partial_sync(*work, THINGS)
    assert sender.taken() == ["b2/en", "b2/de"]
    assert work.lines() == ["things: 2 items cannot be assembled; see: saasexport failed things"]
    assert synced.statuses() == {1: 2, 200: 4}
    synced.shop.execute("update thing set name = 'Apple' where thing_id = 1")
    assert tick(synced) == ["a1/en", "a1/de"]
    assert synced.statuses() == {200: 6}


def test_a_failure_that_is_known_is_no_news(synced):
    synced.shop.execute("update thing set name = x'ff' where thing_id = 1")
    story.partial_sync(*synced.work(), THINGS)
    work = synced.work()
    story.resend_failed(*work, THINGS)
    assert work.lines() == []


def test_an_identity_that_becomes_free_is_taken_in_the_same_tick(synced):
    synced.shop.execute("insert into thing (thing_id, code, name) values (9, 'a', 'Other')")
    assert tick(synced) == []
    assert synced.statuses() == {200: 6, 1: 2}
    synced.shop.execute("update thing set code = 'x' where thing_id = 1")
    assert tick(synced) == ["x1/en", "x1/de", "-a1/en", "-a1/de", "a9/en", "a9/de"]
    assert synced.statuses() == {200: 8}


def test_an_identity_of_a_thing_that_is_gone_is_taken_in_the_same_tick(synced):
    sender = Sender()
    synced.shop.execute("insert into thing (thing_id, code, name) values (9, 'a', 'Other')")
    tick(synced, sender)
    synced.shop.execute("delete from thing where thing_id = 1")
    assert tick(synced, sender) == ["-a1/en", "-a1/de", "a9/en", "a9/de"]
    assert [item["name"] for item in sender.alive()] == ["Other", "Other"]


# What the service answers


def test_while_the_service_is_down_staging_goes_on_and_a_resend_delivers_it(tiny):
    down = Sender(lambda item: 2)
    work = tiny.work(down)
    assert story.full_sync(*work, THINGS).waiting == 6
    assert (state(tiny), tiny.statuses()) == (("valid", None), {2: 6})
    assert work.lines() == ["answered 2; 6 items will be sent again"]
    tiny.shop.execute("update thing set name = 'Ape' where thing_id = 1")
    tiny.shop.execute("delete from thing where thing_id = 2")
    sender = Sender()
    assert story.resend_failed(*tiny.work(sender), THINGS).sent == 6
    assert sender.taken() == ["a1/en", "a1/de", "c3/en", "c3/de", "-b2/en", "-b2/de"]
    assert [item["name"] for item in sender.alive()] == ["Ape", "Ape", "Cup", "Cup"]
    tick(tiny)
    assert set(tiny.statuses()) == {200}


def test_a_rejected_item_is_told_and_left_alone_until_it_changes(synced):
    synced.shop.execute("update thing set name = 'bad' where thing_id = 1")
    work = synced.work(Sender(lambda item: 400))
    story.partial_sync(*work, THINGS)
    assert work.lines() == ["things: 2 items rejected by the service; see: saasexport failed things"]
    assert story.resend_failed(*synced.work(), THINGS).processed == 0
    synced.shop.execute("update thing set note = 'x' where thing_id = 1")
    assert tick(synced) == []
    synced.shop.execute("update thing set name = 'good' where thing_id = 1")
    assert tick(synced) == ["a1/en", "a1/de"]


def test_what_stops_a_feed_is_one_line_of_that_feed(synced):
    sender = Sender(lambda item: 2)
    sender.stopped_feeds = {"things": "answered 2"}
    synced.shop.execute("update thing set name = 'x'")
    work = synced.work(sender)
    story.partial_sync(*work, THINGS)
    assert work.lines() == ["things: 6 items not delivered: answered 2; see: saasexport failed things"]


def test_what_was_staged_and_not_sent_is_taken_up(tiny):
    entities = list(THINGS.assemble(Pass(*tiny.work(), THINGS).shop, [1, 2]))
    tiny.installation.table(THINGS).stage([1, 2], entities, "2026-11-23 15:00:00")
    sender = Sender()
    assert story.sync_awaiting(*tiny.work(sender), THINGS).sent == 4
    assert sender.taken() == ["a1/en", "a1/de", "b2/en", "b2/de"]
    assert story.sync_awaiting(*tiny.work(sender), THINGS).processed == 0


def test_the_entities_of_a_command_are_sent_though_nothing_changed(synced):
    sender = Sender()
    story.sync_entities(*synced.work(sender, force=True), THINGS, [3, 1, 3], "partial resync by ids")
    assert sender.taken() == ["a1/en", "a1/de", "c3/en", "c3/de"]


# The guard


@pytest.fixture
def guarded(synced):
    """More than one entity and more than 20 % are too many at once."""
    synced.options = {"fewest": 1}
    return synced


def test_too_many_deletions_are_held_back_and_everything_else_goes_on(guarded):
    guarded.shop.execute("delete from thing where thing_id < 3")
    guarded.shop.execute("update thing set name = 'Jug' where thing_id = 3")
    work = guarded.work(sender := Sender())
    story.partial_sync(*work, THINGS)
    assert sender.taken() == ["c3/en", "c3/de"]
    assert work.lines() == [
        "things: 2 entities are gone at once, and the deletion of their items is held back;"
        " if it is right: saasexport deletions things --confirm"
    ]
    assert tick(guarded) == []
    assert guarded.statuses() == {200: 6}


def test_held_deletions_are_sent_when_they_are_confirmed(guarded):
    guarded.shop.execute("delete from thing where thing_id < 3")
    tick(guarded)
    sender = Sender()
    story.confirm_deletions(*guarded.work(sender), THINGS)
    assert sender.taken() == ["-a1/en", "-a1/de", "-b2/en", "-b2/de"]
    assert guarded.ask("select * from gone_entity") == []


def test_an_entity_that_comes_back_is_held_no_longer(guarded):
    guarded.shop.execute("create table kept as select * from thing")
    guarded.shop.execute("delete from thing where thing_id < 3")
    tick(guarded)
    guarded.shop.execute("insert into thing select * from kept where thing_id = 1")
    assert tick(guarded) == []
    assert guarded.ask("select entity_id, is_held from gone_entity") == [(2, 1)]


def test_new_identities_of_the_same_entities_are_no_deletions_for_the_guard(guarded):
    guarded.shop.execute("update thing set code = code || code")
    assert len(tick(guarded)) == 12


def test_a_full_sync_holds_back_too(guarded):
    guarded.options["chunk"] = 1
    guarded.shop.execute("delete from thing where thing_id < 3")
    work = guarded.work(sender := Sender())
    story.full_sync(*work, THINGS)
    assert (sender.taken(), len(work.lines()), state(guarded)) == ([], 1, ("valid", None))


def test_the_guard_can_be_switched_off(tmp_path, monkeypatch):
    tiny = Tiny(tmp_path, monkeypatch, settings="[export]\ndeletion_guard = 0")
    tiny.options = {"fewest": 1}
    story.full_sync(*tiny.work(), THINGS)
    tiny.shop.execute("delete from thing")
    assert len(tick(tiny)) == 6
    tiny.close()


# Legacy


LEGACY = THINGS.with_fields(legacy=True)


@pytest.fixture
def legacy(tmp_path, monkeypatch):
    """An installation whose feed is collected first and sent by another job."""
    found = Tiny(tmp_path, monkeypatch, LEGACY)
    yield found
    found.close()


def test_a_legacy_feed_is_collected_by_one_job_and_sent_by_another(legacy):
    assert tick(legacy, feed=LEGACY) == []
    assert legacy.statuses() == {0: 6}
    legacy.shop.execute("update thing set name = 'Ape' where thing_id = 1")
    tick(legacy, feed=LEGACY)
    sender = Sender()
    assert story.send_collected(*legacy.work(sender), LEGACY).sent == 6
    assert [item["name"] for item in sender.alive()][:2] == ["Ape", "Ape"]
    log = legacy.folder / "log" / "commerce-data-export.log"
    before = log.read_text()
    assert story.send_collected(*legacy.work(sender), LEGACY).sent == 0
    assert legacy.statuses() == {200: 6}
    assert log.read_text() == before  # a record exists only if there was something to do


def test_an_unchanged_legacy_item_is_not_sent_again_and_a_deletion_is(legacy):
    tick(legacy, feed=LEGACY)
    story.send_collected(*legacy.work(), LEGACY)
    indexer.invalidate(legacy.installation.ours, LEGACY, "reset", "now")
    legacy.shop.execute("delete from thing where thing_id = 1")
    tick(legacy, feed=LEGACY)
    sender = Sender()
    story.send_collected(*legacy.work(sender), LEGACY)
    assert sender.taken() == ["-a1/en", "-a1/de"]


def test_a_legacy_item_that_was_not_delivered_is_collected_again_and_sent(legacy):
    tick(legacy, feed=LEGACY)
    story.send_collected(*legacy.work(Sender(lambda item: 2)), LEGACY)
    assert legacy.statuses() == {2: 6}
    assert story.send_collected(*legacy.work(), LEGACY).sent == 0
    legacy.shop.execute("update thing set name = 'Ape' where thing_id = 1")
    sender = Sender()
    story.resend_failed(*legacy.work(sender, send_legacy=True), LEGACY)
    assert sender.taken() == ALL
    assert sender.alive()[0]["name"] == "Ape"


# Moments


SALE = "2026-11-27 00:00:00"


def due_things(day=SALE):
    """Things of which the first changes its label on a day, without any write."""

    def assemble(shop, ids):
        for entity in THINGS.assemble(shop, ids):
            is_sale = entity.id == 1 and shop.now.strftime("%Y-%m-%d %H:%M:%S") >= day
            yield entity._replace(common={**entity.common, "label": "sale" if is_sale else "usual"})

    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return THINGS.with_fields(
        assemble=assemble,
        due=Due(
            next=lambda shop: moment if shop.now < moment else None,
            ids=lambda shop, since: [1] if since < moment <= shop.now else [],
        ),
    )


def test_items_that_change_because_a_day_has_come_are_sent_then(tmp_path, monkeypatch):
    feed = due_things()
    with freeze_time("2026-11-26 23:00:00") as clock:
        tiny = Tiny(tmp_path, monkeypatch, feed)
        assert tick(tiny, feed=feed) == ALL
        assert tiny.ask("select due_after, due_at from view_state") == [("2026-11-26 23:00:00", SALE)]
        clock.move_to("2026-11-26 23:59:59")
        assert tick(tiny, feed=feed) == []
        clock.move_to("2026-11-27 00:00:00")
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de"]
        assert tiny.ask("select due_after, due_at from view_state") == [(SALE, None)]
        assert tick(tiny, feed=feed) == []
        tiny.close()


@pytest.mark.parametrize("key", ["24x", "1", 1.0, b"\xff", None])
def test_a_day_that_names_what_is_no_key_is_taken_up_all_the_same(tmp_path, monkeypatch, key):
    feed = due_things()
    feed = feed.with_fields(due=feed.due._replace(ids=lambda shop, since: [key, 3, 1]))
    with freeze_time("2026-11-26 23:00:00") as clock:
        tiny = Tiny(tmp_path, monkeypatch, feed)
        tick(tiny, feed=feed)
        clock.move_to(SALE)
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de"]
        tiny.close()


def test_a_day_that_comes_while_nobody_runs_is_made_up_for(tmp_path, monkeypatch):
    feed = due_things()
    with freeze_time("2026-11-26 23:00:00") as clock:
        tiny = Tiny(tmp_path, monkeypatch, feed)
        tick(tiny, feed=feed)
        clock.move_to("2026-12-24 12:00:00")
        tiny.shop.execute("update thing set name = 'Cups' where thing_id = 3")
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de", "c3/en", "c3/de"]
        tiny.close()


def test_a_day_that_comes_during_a_full_sync_is_not_missed(tmp_path, monkeypatch):
    feed = due_things()
    with freeze_time("2026-11-26 23:59:59") as clock:
        tiny = Tiny(tmp_path, monkeypatch, feed)
        sender = Sender(lambda item: clock.move_to("2026-11-27 00:00:01") or 200)
        story.full_sync(*tiny.work(sender, chunk=1), feed)
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de"]
        tiny.close()


def test_a_clock_that_was_set_back_makes_the_day_come_again(tmp_path, monkeypatch):
    feed = due_things()
    with freeze_time("2026-12-01 00:00:00") as clock:
        tiny = Tiny(tmp_path, monkeypatch, feed)
        tick(tiny, feed=feed)
        clock.move_to("2026-11-20 00:00:00")
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de"]
        clock.move_to("2026-11-27 00:00:00")
        assert tick(tiny, feed=feed) == ["a1/en", "a1/de"]
        tiny.close()


# Kills


class Killed(BaseException):
    """The process ends here."""


WATCHED = ("story", "steps", "changes", "feed_table", "indexer", "deletion_guard", "changelog", "history", "db", "tiny")


def killed_at(number, run):
    """Run until the number-th call of a function of the engine; false if it came to its end before."""
    calls = 0

    def watch(frame, event, argument):
        nonlocal calls
        if event == "call" and frame.f_globals.get("__name__", "").rpartition(".")[2] in WATCHED:
            calls += 1
            if calls == number:
                raise Killed

    sys.setprofile(watch)
    try:
        run()
    except Killed:
        return True
    finally:
        sys.setprofile(None)
    return False


CHANGES = """
    delete from thing where thing_id = 1;
    update thing set code = 'a', name = 'Bun' where thing_id = 2;
    update shelf set label = 'lowest' where shelf_id = 2;
    insert or ignore into thing (thing_id, code, name) values (4, 'c', 'Contested'), (5, 'b', 'Bread again');
"""

UNSEEN = """
    drop trigger if exists saasexport_thing_delete;
    delete from thing where thing_id = 3;
"""


def kill_everywhere(folder, monkeypatch, first, step):
    """First full sync, changes, partial sync, another full sync: killed at each step-th call, then left alone."""
    expected = None
    for number in itertools.count(first, step):
        (folder / str(number)).mkdir()
        tiny = Tiny(folder / str(number), monkeypatch, settings="[feeds.things]\nbatch_size = 2")
        tiny.options = {"chunk": 2}
        sender = Sender()
        was_killed = killed_at(number, partial(changing_story, tiny, sender))
        tiny.shop.executescript(CHANGES + UNSEEN)
        for _ in range(3):
            tiny.installation.close()
            tiny.open()
            tick_without_taking(tiny, sender)
        expected = expected or fresh(folder / "fresh", tiny, monkeypatch)
        assert sender.alive() == expected, number
        assert tiny.ask("select * from gone_entity") == [], number
        assert state(tiny) == ("valid", None), number
        sent = Counter(json.dumps(item) for batch in sender.requests for item in batch)
        assert sum(sent.values()) - len(sent) <= 2, number  # what was in flight is sent once more
        tiny.close()
        if not was_killed:
            return


def changing_story(tiny, sender):
    """Two full syncs and a partial one, with changes between them."""
    story.full_sync(*tiny.work(sender), THINGS)
    tiny.shop.executescript(CHANGES)
    story.partial_sync(*tiny.work(sender), THINGS)
    tiny.shop.executescript(UNSEEN)
    story.full_sync(*tiny.work(sender), THINGS)


def test_a_kill_at_any_step_loses_nothing_and_repeats_no_more_than_a_batch(tmp_path, monkeypatch):
    kill_everywhere(tmp_path, monkeypatch, 11, 67)


@pytest.mark.slow
def test_a_kill_at_every_step_loses_nothing_and_repeats_no_more_than_a_batch(tmp_path, monkeypatch):
    kill_everywhere(tmp_path, monkeypatch, 1, 1)


def test_a_kill_before_deletions_are_decided_leaves_them_to_the_next_tick(synced, monkeypatch):
    with synced.installation.ours:
        indexer.invalidate(synced.installation.ours, THINGS, "reset", "now")
    synced.shop.executescript(UNSEEN)
    with monkeypatch.context() as patched:

        def killed(ours, feed, by):
            raise Killed

        patched.setattr(deletion_guard, "pending", killed)
        with pytest.raises(Killed):
            story.full_sync(*synced.work(), THINGS)
    assert tick(synced) == ["-c3/en", "-c3/de"]


def tick_without_taking(tiny, sender):
    """The jobs of a tick."""
    work = tiny.work(sender)
    reindex_all_invalid.run(*work, None)
    locked.each_feed(*work, "retry failed items", story.resend_failed, [THINGS])


def fresh(folder, tiny, monkeypatch):
    """What a full sync of the same shop sends into an empty data space."""
    folder.mkdir()
    other = Tiny(folder, monkeypatch)
    other.shop.execute("attach ? as other", (str(tiny.folder / "shop.sqlite"),))
    for table in ("thing", "shelf", "language"):
        other.shop.execute(f"delete from {table}")
    for table in ("shelf", "language", "thing"):
        other.shop.execute(f"insert into {table} select * from other.{table}")
    sender = Sender()
    story.full_sync(*other.work(sender), THINGS)
    other.close()
    return sender.alive()
