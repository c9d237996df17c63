"""Entities whose key is text: UUIDs, article numbers with their zeros in front."""

import sqlite3

import pytest

from saasexport.dashboard import items as dashboard
from saasexport.database.uuids import Uuids, uuid5
from saasexport.entity_key import DECLARED_INTEGER, INTEGER, TEXT
from saasexport.errors import ShopError
from saasexport.feed import EntityItems, Feed, Subscription
from saasexport.setup.loose_keys import read_as_numbers
from saasexport.sync import lookup, resync
from saasexport.sync.story import full_sync, partial_sync, resend_failed, sync_entities
from tests.tiny import THINGS, Sender, Tiny

SHOP = """
create table part (code text primary key, name text, stock integer, rack_id text);
insert into part (code, name, rack_id)
values ('00123', 'Bolt', 'r-1'), ('123', 'Nut', 'r-2'), ('Ärmel', 'Sleeve', 'r-1');
"""


def assemble(shop, ids):
    """One item per part."""
    query = "select code, name from part where code in (select value from json_each(:ids)) order by code"
    for code, name in shop.rows(query, ids):
        item = {"code": code, "language": "en", "thingId": name, "uuid": shop.uuid_of("part", code)}
        yield EntityItems(code, item)


PARTS = Feed(
    name="parts",
    indexer="part_data_exporter",
    title="Part Feed",
    view="cde_parts_feed",
    table="cde_parts_feed",
    identity=("code", "language"),
    minimal=("thingId",),
    entity=("part", "code"),
    walk="select code from part where code > :after order by code limit :limit",
    count="select count(*) from part where code > :after and code <= :upto",
    subscriptions=(Subscription("part", "code"), Subscription("part", "rack_id", via="rack")),
    assemble=assemble,
    vias={"rack": "select code from part where rack_id in (select value from json_each(:keys))"},
    id_types={"default": "", "id": ""},
    key=TEXT,
)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation with this feed alone."""
    found = Tiny(tmp_path, monkeypatch, PARTS, before=SHOP)
    yield found
    found.close()


def rows(tiny):
    """Entity and status of what is on record."""
    return tiny.ask("select source_entity_id, status, is_deleted from cde_parts_feed order by source_entity_id")


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        ("00123", "00123"),
        ("123", "123"),
        (" a ", " a "),
        (5, "5"),
        ("ü", "ü"),
        ("1e3", "1e3"),
        (None, None),
        ("", None),
        (b"\x01\xff", "x'01ff'"),
        ("a\udcff", "x'61ff'"),
    ],
)
def test_a_text_key_stays_as_it_is_written(stored, key):
    assert TEXT.read(stored) == key
    is_key = key is not None and not key.startswith("x'")
    assert TEXT.only([TEXT.read(stored)]) == ([key] if is_key else [])
    assert TEXT.others([TEXT.read(stored)]) == ([key] if key and not is_key else [])


def test_a_full_sync_sends_every_entity_under_its_own_key(tiny):
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    assert sorted(item["code"] for item in sender.alive()) == ["00123", "123", "Ärmel"]
    assert rows(tiny) == [("00123", 200, 0), ("123", 200, 0), ("Ärmel", 200, 0)]
    assert tiny.ask("select uuid, entity_id from data_exporter_uuid where entity_id = '00123'") == [
        (uuid5(tiny.installation.shop_identity, "part", "00123"), "00123")
    ]
    assert Uuids(tiny.installation.ours, tiny.installation.shop_identity)("part", "123") != uuid5(
        tiny.installation.shop_identity, "part", "00123"
    )


def test_pages_of_many_keys_have_no_gap_and_what_is_gone_is_deleted(tiny):
    tiny.shop.execute(
        "with recursive n (value) as (select 1 union all select value + 1 from n where value < 700)"
        " insert into part (code, name) select printf('k-%05d', value * 7), 'x' from n"
    )
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    assert len(sender.alive()) == 703
    tiny.shop.execute("drop trigger saasexport_part_delete")
    tiny.shop.execute("delete from part where code in ('00123', 'k-00007', 'k-04900', 'Ärmel')")
    full_sync(*tiny.work(sender), PARTS)
    assert len(sender.alive()) == 699
    assert tiny.ask("select source_entity_id from cde_parts_feed where is_deleted = 1 order by source_entity_id") == [
        ("00123",),
        ("k-00007",),
        ("k-04900",),
        ("Ärmel",),
    ]


def test_changes_come_through_the_changelog(tiny):
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    partial_sync(*tiny.work(sender), PARTS)
    sender.taken()
    tiny.shop.execute("update part set name = 'Screw' where code = '00123'")
    tiny.shop.execute("delete from part where code = '123'")
    tiny.shop.execute("insert into part (code, name) values ('0', 'Zero')")
    partial_sync(*tiny.work(sender), PARTS)
    assert sorted(sender.taken()) == ["-123Nut/en", "00123Screw/en", "0Zero/en"]
    tiny.shop.execute("update part set code = '0123' where code = '00123'")
    partial_sync(*tiny.work(sender), PARTS)
    assert sorted(sender.taken()) == ["-00123Screw/en", "0123Screw/en"]


def test_a_via_gives_text_keys(tiny):
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    partial_sync(*tiny.work(sender), PARTS)
    sender.taken()
    tiny.shop.execute("update part set name = name || '!'")
    # Of three changes only one is left, and of that only the rack it wrote.
    tiny.shop.execute("delete from cde_parts_feed_cl where via is null")
    tiny.shop.execute("update sqlite_sequence set seq = 1 where name = 'cde_parts_feed_cl'")
    tiny.shop.execute("delete from cde_parts_feed_cl")
    tiny.shop.execute("insert into cde_parts_feed_cl values (1, 'r-1', 'rack', 0)")
    partial_sync(*tiny.work(sender), PARTS)
    assert sorted(sender.taken()) == ["00123Bolt!/en", "ÄrmelSleeve!/en"]


@pytest.mark.parametrize("bad", [b"\x01\xff", b"", b"123"])
def test_a_binary_key_is_on_record_as_failed_until_it_is_mended(tiny, bad):
    literal = f"x'{bad.hex()}'"
    tiny.shop.execute("insert into part (code, name) values (?, 'Blob')", (bad,))
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    assert len(sender.alive()) == 3
    error = f"code: {literal} is binary: only text and whole numbers can be keys"
    assert tiny.ask("select source_entity_id, errors from cde_parts_feed where status = 1") == [(literal, error)]
    resend_failed(*tiny.work(sender), PARTS)
    assert tiny.ask("select errors from cde_parts_feed where status = 1") == [(error,)]
    tiny.shop.execute("update part set code = 'mended' where typeof(code) = 'blob'")
    full_sync(*tiny.work(sender), PARTS)
    assert tiny.ask("select count(*) from cde_parts_feed where status = 1") == [(0,)]


def test_a_key_that_is_not_utf_8_is_on_record_as_failed(tiny):
    tiny.shop.execute("insert into part (code, name) values (cast(x'61ff' as text), 'Broken')")
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    assert sorted(item["code"] for item in sender.alive()) == ["00123", "123", "Ärmel"]
    assert tiny.ask("select source_entity_id from cde_parts_feed where status = 1") == [("x'61ff'",)]


def test_an_entity_is_looked_up_by_its_key(tiny):
    full_sync(*tiny.work(), PARTS)
    assert lookup.entities(tiny.installation, PARTS, ["00123", "0123", "Ärmel"], "id") == (["00123", "Ärmel"], ["0123"])
    assert [match.entity_id for match in lookup.matches(tiny.installation, PARTS, ["123"])] == ["123"]
    page = dashboard.find(tiny.installation, PARTS, dashboard.Wanted(search="00123"))
    assert ([item.source_entity_id for item in page.items], page.is_exact) == (["00123"], True)


def test_some_entities_are_sent_again_and_a_sync_goes_on_after_the_highest(tiny):
    sender = Sender()
    full_sync(*tiny.work(sender), PARTS)
    sender.taken()
    work = tiny.work(sender, force=True)
    sync_entities(*work, PARTS, ["123", "00123"], "by ids")
    assert sender.taken() == ["00123Bolt/en", "123Nut/en"]
    tiny.shop.execute("insert into part (code, name) values ('Öse', 'Eye')")
    assert resync.highest_exported(tiny.installation, PARTS) == "Ärmel"
    resync.onwards(*tiny.work(sender), PARTS)
    assert sender.taken() == ["ÖseEye/en"]


def mixed_case(tiny, number=600):
    """Many parts whose codes begin with a small or a capital letter, by turns."""
    codes = [f"{'aB'[place % 2]}{place:04}" for place in range(number)]
    tiny.shop.executemany("insert into part (code, name) values (?, 'x')", [(code,) for code in codes])
    return codes


@pytest.mark.sample(1)
@pytest.mark.parametrize("collation", ["", "collate nocase", "collate binary", "collate rtrim"])
def test_keys_come_in_the_order_of_their_bytes_whatever_the_column_says(tmp_path, monkeypatch, collation):
    shop = SHOP.replace("code text primary key", f"code text {collation} primary key")
    feed = PARTS.with_fields(**derived(PARTS))
    tiny = Tiny(tmp_path, monkeypatch, feed, before=shop)
    tiny.options = {"fewest": 1000}
    codes = mixed_case(tiny)
    sender = Sender()
    full_sync(*tiny.work(sender), feed)
    assert len(sender.alive()) == 603
    tiny.shop.execute("drop trigger saasexport_part_delete")
    tiny.shop.execute("delete from part where code like 'B%'")
    full_sync(*tiny.work(sender), feed)
    assert {item["code"] for item in sender.alive()} == {*codes[::2], "00123", "123", "Ärmel"}
    tiny.close()


def derived(feed):
    """The queries that a feed has if it says none."""
    made = Feed(name=feed.name, identity=feed.identity, entity=feed.entity, assemble=assemble, key=TEXT)
    return {"walk": made.walk, "count": made.count}


def test_the_order_of_bytes_uses_the_index_of_the_key(tiny):
    plan = tiny.shop.execute(
        "explain query plan " + derived(PARTS)["walk"], {"after": "a", "limit": 250, "since": ""}
    ).fetchall()
    assert [row[3] for row in plan] == ["SEARCH part USING COVERING INDEX sqlite_autoindex_part_1 (code>?)"]


def test_a_walk_of_ones_own_in_another_order_is_refused_and_comes_to_an_end(tmp_path, monkeypatch):
    shop = SHOP.replace("code text", "code text collate nocase")
    tiny = Tiny(tmp_path, monkeypatch, PARTS, before=shop)
    mixed_case(tiny)
    message = "parts: the query walk gives keys that do not ascend; order by KEY collate binary"
    with pytest.raises(ShopError, match=message):
        full_sync(*tiny.work(), PARTS)
    tiny.close()


def test_a_key_that_changes_in_its_letter_case_only_goes_under_its_old_form(tmp_path, monkeypatch):
    shop = SHOP.replace("code text", "code text collate nocase").replace("'123'", "'hub'")
    feed = PARTS.with_fields(**derived(PARTS))
    tiny = Tiny(tmp_path, monkeypatch, feed, before=shop)
    sender = Sender()
    full_sync(*tiny.work(sender), feed)
    tiny.shop.execute("update part set code = 'HUB' where code = 'hub'")
    partial_sync(*tiny.work(sender), feed)
    assert {item["code"] for item in sender.alive()} == {"00123", "HUB", "Ärmel"}
    tiny.close()


@pytest.mark.parametrize("key", [TEXT, DECLARED_INTEGER], ids=["text", "integer"])
def test_a_row_of_another_table_may_lead_to_no_entity(tmp_path, monkeypatch, key):
    if key is TEXT:
        subscriptions = (*PARTS.subscriptions, Subscription("part", "stock"))
        feed = PARTS.with_fields(origin="parts.sql", subscriptions=subscriptions)
        tiny = Tiny(tmp_path, monkeypatch, feed, before=SHOP)
    else:
        subscriptions = (*THINGS.subscriptions, Subscription("part", "stock"))
        feed = THINGS.with_fields(key=key, origin="things.sql", subscriptions=subscriptions)
        tiny = Tiny(tmp_path, monkeypatch, feed, before=SHOP)
    work = tiny.work()
    full_sync(*work, feed)
    tiny.shop.execute("update part set name = 'Other' where stock is null")
    partial_sync(*work, feed)
    assert work.lines() == []
    tiny.close()


def test_an_entity_without_a_key_is_still_told(tiny):
    tiny.shop.execute("insert into part (code, name) values (null, 'Nameless')")
    work = tiny.work()
    full_sync(*work, PARTS)
    assert work.lines() == ["part.code: 1 row has no key and cannot be exported; give them one in the shop"]


def test_columns_of_a_declared_feeds_tables_are_read_as_they_are():
    views = []
    for key in (INTEGER, DECLARED_INTEGER, TEXT):
        shop = sqlite3.connect(":memory:", isolation_level=None)
        shop.executescript("create table thing (thing_id integer primary key, shelf_id text)")
        read_as_numbers(shop, [THINGS.with_fields(key=key, subscriptions=(Subscription("thing", "thing_id"),))])
        views.append(shop.execute("select count(*) from sqlite_temp_master").fetchone()[0])
        shop.close()
    assert views == [1, 0, 0]
