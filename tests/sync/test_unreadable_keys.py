"""A shop that was imported: keys that are text, fractions, blobs, NULL, in columns that take anything."""

import pytest

from saasexport.sync import sync
from tests.tiny import THINGS, Sender, Tiny

INFINITY = float("inf")

LOOSE = """
create table kept as select * from thing;
drop table thing;
create table thing (thing_id {kind}, code text, name, shelf_id, note);
insert into thing select * from kept;
drop table kept;
"""


@pytest.fixture(params=["", "text", "int(10)", "real", "varchar(20)"])
def loose(request, tmp_path, monkeypatch):
    """An installation on a shop whose key column is declared in some way, but as no row number."""
    tiny = Tiny(tmp_path, monkeypatch, before=LOOSE.format(kind=request.param))
    yield tiny
    tiny.close()


def on_record(tiny):
    """What is on record as failed: entity and reason."""
    return tiny.ask("select source_entity_id, errors from cde_things_feed where status = 1 order by 1")


def test_keys_that_are_whole_numbers_go_out_whatever_their_type(loose):
    sender = Sender()
    sync.full_sync(loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["a1/de", "a1/en", "b2/de", "b2/en", "c3/de", "c3/en"]
    assert on_record(loose) == []
    loose.shop.execute("update thing set name = 'x' where code = 'b'")
    sync.partial_sync(loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["b2/de", "b2/en"]
    sync.partial_sync(loose.work(sender), THINGS)
    assert sender.taken() == []


@pytest.mark.parametrize(
    "key",
    ["new-1", "", "12abc", b"\xff", "7b", "9223372036854775808", "nan", "-inf", "1e999", INFINITY],
)
def test_a_key_that_is_none_is_shown_as_failed_until_it_is_mended_and_harms_no_neighbour(loose, key):
    sender = Sender()
    sync.full_sync(loose.work(sender), THINGS)
    sender.taken()
    loose.shop.execute("insert into thing (thing_id, code, name, shelf_id) values (?, 'n', 'New', 1)", (key,))
    loose.shop.execute("update thing set name = 'y' where code = 'a'")
    sync.partial_sync(loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["a1/de", "a1/en"]
    ((_, error),) = on_record(loose)
    assert "is not a whole number" in error
    again = loose.work(sender)
    sync.full_sync(again, THINGS)
    assert (len(on_record(loose)), sender.taken()) == (1, [])
    sync.resend_failed(loose.work(sender), THINGS)
    assert (len(on_record(loose)), sender.taken()) == (1, [])
    loose.shop.execute("update thing set thing_id = 9 where code = 'n'")
    sync.partial_sync(loose.work(sender), THINGS)
    assert on_record(loose) == []
    assert sorted(sender.taken()) == ["n9/de", "n9/en"]


def test_rows_without_a_key_are_counted_and_told(loose):
    loose.shop.execute("insert into thing (code, name, shelf_id) values ('n', 'New', 1), ('m', 'More', 1)")
    sender = Sender()
    work = loose.work(sender)
    sync.full_sync(work, THINGS)
    assert work.lines() == ["thing.thing_id: 2 rows have no key and cannot be exported; give them one in the shop"]
    assert len(sender.taken()) == 6
    loose.shop.execute("insert into thing (thing_id, code, name, shelf_id) values (null, 'o', 'Other', 1)")
    partial = loose.work(sender)
    sync.partial_sync(partial, THINGS)
    assert partial.lines() == ["thing.thing_id: 3 rows have no key and cannot be exported; give them one in the shop"]
