"""A shop that was imported: keys that are text, fractions, blobs, NULL, in columns that take anything."""


import pytest

from saasexport.database.uuids import Uuids
from saasexport.feed import Subscription
from saasexport.sync import story
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
    story.full_sync(*loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["a1/de", "a1/en", "b2/de", "b2/en", "c3/de", "c3/en"]
    assert on_record(loose) == []
    loose.shop.execute("update thing set name = 'x' where code = 'b'")
    story.partial_sync(*loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["b2/de", "b2/en"]
    story.partial_sync(*loose.work(sender), THINGS)
    assert sender.taken() == []


@pytest.mark.sample(11)
@pytest.mark.parametrize(
    "key",
    ["new-1", "", "12abc", b"\xff", b"", "7b", "9223372036854775808", "nan", "-inf", "1e999", INFINITY],
)
def test_a_key_that_is_none_is_shown_as_failed_until_it_is_mended_and_harms_no_neighbour(loose, key):
    sender = Sender()
    story.full_sync(*loose.work(sender), THINGS)
    sender.taken()
    loose.shop.execute("insert into thing (thing_id, code, name, shelf_id) values (?, 'n', 'New', 1)", (key,))
    loose.shop.execute("update thing set name = 'y' where code = 'a'")
    story.partial_sync(*loose.work(sender), THINGS)
    assert sorted(sender.taken()) == ["a1/de", "a1/en"]
    ((_, error),) = on_record(loose)
    assert "is not a whole number" in error
    again = loose.work(sender)
    story.full_sync(*again, THINGS)
    assert (len(on_record(loose)), sender.taken()) == (1, [])
    story.resend_failed(*loose.work(sender), THINGS)
    assert (len(on_record(loose)), sender.taken()) == (1, [])
    loose.shop.execute("update thing set thing_id = 9 where code = 'n'")
    story.partial_sync(*loose.work(sender), THINGS)
    assert on_record(loose) == []
    assert sorted(sender.taken()) == ["n9/de", "n9/en"]


def test_rows_without_a_key_are_counted_and_told(loose):
    loose.shop.execute("insert into thing (code, name, shelf_id) values ('n', 'New', 1), ('m', 'More', 1)")
    sender = Sender()
    work = loose.work(sender)
    story.full_sync(*work, THINGS)
    assert work.lines() == ["thing.thing_id: 2 rows have no key and cannot be exported; give them one in the shop"]
    assert len(sender.taken()) == 6
    loose.shop.execute("insert into thing (thing_id, code, name, shelf_id) values (null, 'o', 'Other', 1)")
    partial = loose.work(sender)
    story.partial_sync(*partial, THINGS)
    assert partial.lines() == ["thing.thing_id: 3 rows have no key and cannot be exported; give them one in the shop"]


@pytest.mark.sample(7)
@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\xff", r"'\xff'"),
        (b"new-\xff\xfe", r"'new-\xff\xfe'"),
        (b"\xc3(", r"'\xc3('"),
        (b"\xed\xa0\x80", r"'\xed\xa0\x80'"),
        (b"12\x00", r"'12\x00'"),
        (b"\x00", r"'\x00'"),
        ("K\u00e4se".encode("latin-1"), r"'K\xe4se'"),
    ],
)
def test_a_key_that_is_not_utf_8_is_shown_as_failed_by_its_bytes(loose, raw, shown):
    sender = Sender()
    loose.shop.execute("insert into thing (thing_id, code, name) values (cast(? as text), 'n', 'New')", (raw,))
    story.full_sync(*loose.work(sender), THINGS)
    expected = (f"x'{raw.hex()}'", f"thing_id: {shown} (the bytes x'{raw.hex()}') is not a whole number")
    assert on_record(loose) == [expected]
    assert sorted(sender.taken()) == ["a1/de", "a1/en", "b2/de", "b2/en", "c3/de", "c3/en"]
    story.full_sync(*loose.work(sender), THINGS)
    assert (on_record(loose), sender.taken()) == ([expected], [])


KEYS = ["a", "A", "b", "", "1.5", "1e1", b"\xfe", b"\xff", 1.25, 1.5, 1.75, -1e300, INFINITY, -INFINITY]
IDS = {"a", "A", "b", "", "1.5", "1e1", "x'fe'", "x'ff'", "x'fffe'", "x'fffd'", "1.25", "1.75"}
HUGE = {"-1e+300", "inf", "-inf"}


def test_keys_that_are_none_are_found_however_many_a_page_holds(tmp_path, monkeypatch):
    kind = "collate nocase"
    tiny = Tiny(tmp_path, monkeypatch, before=LOOSE.format(kind=kind))
    tiny.shop.executemany("insert into thing (thing_id) values (?)", [(key,) for key in KEYS])
    tiny.shop.execute("insert into thing (thing_id) values (cast(x'fffe' as text)), (cast(x'fffd' as text))")
    sender = Sender()
    story.full_sync(*tiny.work(sender, chunk=2), THINGS)
    assert {entity_id for entity_id, _ in on_record(tiny)} == IDS | HUGE
    assert sorted(sender.taken()) == ["a1/de", "a1/en", "b2/de", "b2/en", "c3/de", "c3/en"]
    tiny.close()


# As categories and prices do, which change with the rows above and below them.
FAMILY = THINGS.with_fields(
    subscriptions=(Subscription("thing", "thing_id", via="family"), *THINGS.subscriptions[1:]),
    vias={
        **THINGS.vias,
        "family": """select value from json_each(:keys) union
                     select thing_id from thing where shelf_id in (select value from json_each(:keys))""",
    },
)


@pytest.fixture
def family(tmp_path, monkeypatch):
    """An installation whose feed watches its own table through a via only."""
    tiny = Tiny(tmp_path, monkeypatch, FAMILY, before=LOOSE.format(kind=""))
    story.full_sync(*tiny.work(), FAMILY)
    yield tiny
    tiny.close()


@pytest.mark.parametrize("key", ["new-1", "1x", "1e0", "2.0", "", 1.5, INFINITY, b"\xff"])
def test_a_key_that_is_none_is_told_at_once_also_where_it_comes_through_a_via(family, key):
    family.shop.execute("insert into thing (thing_id, code, name) values (?, 'n', 'New')", (key,))
    sender = Sender()
    synced = story.partial_sync(*family.work(sender), FAMILY)
    is_walked = key in (INFINITY, b"\xff")  # it cannot be looked for among the keys of others
    if is_walked:
        synced = story.full_sync(*family.work(sender), FAMILY)
    assert (len(on_record(family)), sender.taken()) == (1, [])
    if not is_walked:
        assert synced.processed == 2  # itself, in the shop and on record: 1e0 is not 1, 2.0 not 2
    family.shop.execute("delete from thing where code = 'n'")
    story.partial_sync(*family.work(sender), FAMILY)
    story.full_sync(*family.work(sender), FAMILY)
    assert (on_record(family), sender.taken()) == ([], [])


def test_rows_without_a_key_are_told_also_where_they_come_through_a_via(family):
    family.shop.execute("insert into thing (code, name) values ('n', 'New')")
    expected = ["thing.thing_id: 1 row has no key and cannot be exported; give them one in the shop"]
    for way in (story.partial_sync, story.full_sync):
        work = family.work()
        way(*work, FAMILY)
        assert work.lines() == expected


def test_what_failed_is_tried_again_together_with_what_has_a_key(loose):
    loose.shop.execute("insert into thing (thing_id, code, name) values ('new-1', 'n', 'New')")
    sender = Sender()
    story.sync_entities(*loose.work(sender), THINGS, ["new-1", 1, "2"], "retry failed items")
    assert sorted(sender.taken()) == ["a1/de", "a1/en", "b2/de", "b2/en"]
    assert [entity_id for entity_id, _ in on_record(loose)] == ["new-1"]


@pytest.mark.parametrize("key", ["1e0", "2.0", " 3.0", "10e-1", "0.1e1"])
def test_a_text_that_read_only_like_a_number_is_joined_with_none(family, key):
    family.shop.execute("insert into thing (thing_id, code) values (?, 'n')", (key,))
    shop = family.installation.shop_now(Uuids(family.installation.ours, ""), FAMILY)
    query = "select code from thing join shelf on shelf.shelf_id = thing.thing_id order by code"
    assert shop.rows(query) == [("a",), ("b",)]
