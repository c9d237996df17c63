"""A real MariaDB, copied: what is read, what is written, and what of values, keys and names comes out."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from saasexport.errors import ConfigError, ShopError
from tests.mirror.mirrored import Shop


@pytest.fixture
def shop(mariadb, tmp_path):
    """An empty database, and its copy."""
    return Shop(mariadb, tmp_path)


def things(shop, rows=1000):
    """A table of so many things."""
    shop.do("create table thing (id int primary key, sku varchar(64) unique, price decimal(12, 4))")
    shop.do(f"insert into thing select seq, concat('sku-', seq), seq / 100 from seq_1_to_{rows}")


def test_what_is_equal_is_not_written_again(shop):
    things(shop)
    assert shop.run().read == 1000
    before = Path(shop.mirror.file).read_bytes()

    outcome = shop.run()

    assert (outcome.read, outcome.written, outcome.digested) == (0, 0, ["thing"])
    assert Path(shop.mirror.file).read_bytes() == before


def test_only_ranges_that_differ_are_fetched_and_only_rows_that_differ_written(shop):
    things(shop)
    shop.run()
    shop.mirror.count()
    shop.do("update thing set price = 5 where id = 300; delete from thing where id = 301")
    shop.do("insert into thing values (5000, 'new', 1)")

    outcome = shop.run()

    assert (outcome.read, outcome.written) == (256, 3)
    assert shop.mirror.written() == [("thing", "delete", 1), ("thing", "insert", 1), ("thing", "update", 1)]
    assert shop.ask("select * from thing where id in (300, 301, 5000)") == [(300, "sku-300", 5), (5000, "new", 1)]


def test_two_unique_values_can_be_swapped(shop):
    things(shop, 3)
    shop.run()
    shop.do(
        "update thing set sku = 'x' where id = 1; update thing set sku = 'sku-1' where id = 2;"
        " update thing set sku = 'sku-2' where id = 1"
    )
    assert shop.run().written == 2
    assert shop.ask("select id, sku from thing order by id") == [(1, "sku-2"), (2, "sku-1"), (3, "sku-3")]


def test_replace_a_changed_key_and_a_no_op_update_come_out_right(shop):
    things(shop, 3)
    shop.run()
    shop.mirror.count()
    shop.do("replace into thing values (1, 'sku-1', 9); update thing set id = 7 where id = 2")
    shop.do("update thing set price = 0.03 where id = 3")
    shop.run()
    assert shop.mirror.written() == [("thing", "delete", 1), ("thing", "insert", 1), ("thing", "update", 1)]
    assert shop.ask("select * from thing") == [(1, "sku-1", 9), (3, "sku-3", 0.03), (7, "sku-2", 0.02)]


def test_what_is_committed_late_comes_with_the_run_after_it(shop):
    things(shop, 3)
    shop.run()
    late = shop.server.connect(shop.name)
    late.begin()
    late.cursor().execute("update thing set price = 77 where id = 1")
    assert shop.run().written == 0
    late.commit()
    late.close()
    assert shop.run().written == 1
    assert shop.ask("select price from thing where id = 1") == [(77,)]


def test_an_emptied_and_a_truncated_table_are_empty(shop):
    things(shop, 600)
    shop.do("create table other (id int primary key); insert into other values (1), (2)")
    shop.run()
    shop.do("delete from thing; truncate other")
    shop.run()
    assert shop.ask("select (select count(*) from thing), (select count(*) from other)") == [(0, 0)]


def test_a_full_run_mends_whatever_the_copy_holds(shop):
    things(shop, 600)
    shop.run()
    with closing(sqlite3.connect(shop.mirror.file, isolation_level=None)) as copy:
        copy.execute("update thing set price = 1 where id = 5")
        copy.execute("delete from thing where id = 6")
        copy.execute("insert into thing values (-4, 'x', 1), (100000, 'y', 1)")
    assert shop.run().written == 0
    assert shop.run(is_full=True).written == 4
    assert shop.ask("select count(*), sum(price = id / 100.0) from thing") == [(600, 600)]


# Tables and columns


def test_a_column_that_is_added_or_gone_has_the_table_made_anew(shop):
    things(shop, 3)
    shop.run()
    shop.do("alter table thing add colour varchar(9) default 'red'")
    shop.run()
    assert shop.ask("select * from thing where id = 1") == [(1, "sku-1", 0.01, "red")]


def test_a_table_that_is_not_shown_any_more_leaves_the_copy_as_it_was(shop):
    things(shop, 3)
    shop.do("create table other (id int primary key)")
    shop.run()
    shop.do("drop table thing; insert into other values (1)")
    gone = "does not show table thing any more: dropped, or no right to read it"
    with pytest.raises(ShopError, match=gone) as caught:
        shop.run()
    assert "grant select on it" in str(caught.value)
    assert shop.ask("select (select count(*) from thing), (select count(*) from other)") == [(3, 0)]
    # Until the configuration or the feeds are others.
    shop.mirror.basis = "another"
    shop.run()
    assert shop.ask("select name from sqlite_master where name in ('thing', 'other')") == [("other",)]


def test_a_right_that_was_taken_away_is_no_deletion(shop):
    things(shop, 3)
    shop.run()
    shop.server.ask(f"revoke select on {shop.name}.* from reader@'%'")
    shop.server.ask(f"grant select (id, sku) on {shop.name}.thing to reader@'%'")
    with pytest.raises(ShopError, match=r"does not show thing\.price any more"):
        shop.run()
    assert shop.ask("select count(*) from thing") == [(3,)]


def test_only_columns_that_are_needed_are_read_and_the_key(shop):
    things(shop, 3)
    shop.do("alter table thing add password_hash varchar(64) default 'secret'")
    shop.mirror.needs = lambda empty: {"thing": {"sku"}}
    shop.run()
    assert shop.ask("select * from thing where id = 1") == [(1, "sku-1")]
    assert b"secret" not in Path(shop.mirror.file).read_bytes()


def test_a_table_of_the_configuration_has_every_column_and_must_be_there(shop):
    things(shop, 3)
    shop.mirror.needs = lambda empty: {}
    shop.mirror.more = ("Thing",)
    shop.run()
    assert shop.ask("select count(*) from pragma_table_info('thing')") == [(3,)]
    shop.mirror.more = ("nothing",)
    shop.mirror.basis = "another"
    with pytest.raises(ConfigError, match=r"\[mirror\] tables: the server shows no table nothing"):
        shop.run()


def test_a_prefix_is_cut_from_the_names_of_tables(shop):
    shop.do("create table m2_thing (id int primary key); insert into m2_thing values (4); create table other (id int)")
    shop.mirror.prefix = "m2_"
    shop.run()
    assert shop.ask("select * from thing") == [(4,)]
    assert shop.ask("select name from sqlite_master where name = 'other'") == []


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("definition", "rows", "expected"),
    [
        ("`Group` (`Order` int primary key, `select` text)", "(1, 'a')", [(1, "a")]),
        ('`Order Lines` (id int primary key, `a"b` int)', "(1, 2)", [(1, 2)]),
        ("thing (a int, b int, c text, primary key (a, b))", "(1, 2, 'x'), (1, 3, 'y')", [(1, 2, "x"), (1, 3, "y")]),
        ("thing (id int primary key)", "(-1), (-256), (-257), (0)", [(-257,), (-256,), (-1,), (0,)]),
        (
            "thing (id uuid primary key)",
            "('123e4567-e89b-12d3-a456-426655440000')",
            [("123e4567-e89b-12d3-a456-426655440000",)],
        ),
        ("thing (id binary(3) primary key)", "(x'00ff10'), (x'61626300')", [(b"\x00\xff\x10",), (b"abc",)]),
        ("thing (a int, b text)", "(1, 'x'), (1, 'x'), (2, null)", [(1, "x"), (1, "x"), (2, None)]),
        ("thing (a int not null, b text, unique (a))", "(2, 'x'), (1, 'y')", [(1, "y"), (2, "x")]),
        (
            "thing (id int primary key) partition by hash (id) partitions 3",
            "(1), (2), (3), (4)",
            [(1,), (2,), (3,), (4,)],
        ),
    ],
)
def test_keys_and_names_of_every_kind_are_copied(shop, definition, rows, expected):
    name = definition.partition(" (")[0]
    shop.do(f"create table {definition}; insert into {name} values {rows}".replace("x'61626300'", "x'616263'"))
    shop.run()
    assert sorted(shop.ask(f"select * from {name}"), key=repr) == sorted(expected, key=repr)
    assert shop.run().read == 0


def test_rows_without_a_key_are_counted(shop):
    shop.do("create table link (a int, b varchar(9))")
    shop.do("insert into link values (1, 'x'), (1, 'x'), (1, 'x'), (2, null), (3, 'X')")
    shop.run()
    shop.mirror.count()
    shop.do("delete from link where a = 1 limit 1; update link set b = 'x' where a = 3")
    shop.do("insert into link values (2, null)")
    shop.run()
    assert sorted(shop.ask("select * from link"), key=repr) == [(1, "x"), (1, "x"), (2, None), (2, None), (3, "x")]
    assert shop.mirror.written() == [("link", "delete", 2), ("link", "insert", 2)]


def test_a_view_is_copied_as_a_table(shop):
    things(shop, 3)
    shop.do("create view cheap as select sku, price from thing where id < 3")
    shop.run()
    shop.do("update thing set price = 8 where id = 2")
    shop.run()
    assert shop.ask("select * from cheap order by sku") == [("sku-1", 0.01), ("sku-2", 8)]


# Random keys: the bucket of a key is the same here and there.

KEYS = {
    "int": lambda chance: chance.randint(-(2**31), 2**31 - 1),
    "bigint": lambda chance: chance.randint(-(2**63), 2**63 - 1),
    "varchar(20) collate utf8mb4_bin": lambda chance: "".join(chance.choices("aAbB09 .-ßéñ日", k=chance.randint(1, 8))),
    "varbinary(20)": lambda chance: chance.randbytes(chance.randint(0, 9)),
    "date": lambda chance: f"{chance.randint(1000, 9999)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
    "decimal(10,2)": lambda chance: chance.randint(-(10**6), 10**6) / 100,
    "varchar(20) character set latin1 collate latin1_bin": lambda chance: "".join(chance.choices("aAßéñ0-", k=6)),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", KEYS)
def test_random_keys_of_every_type_stay_right(shop, kind):
    chance = random.Random(kind)
    keys = {KEYS[kind](chance) for _ in range(400)}
    keys = sorted({key.rstrip() if isinstance(key, str) else key for key in keys} - {""}, key=repr)
    shop.do(f"create table thing (id {kind} primary key, v int)")
    with shop.server.connect(shop.name) as connection, connection.cursor() as cursor:
        cursor.executemany("insert into thing values (%s, %s)", [(key, 0) for key in keys])
    shop.run()
    assert shop.run().read == 0
    for number in range(1, 4):
        some = chance.sample(keys, 20)
        with shop.server.connect(shop.name) as connection, connection.cursor() as cursor:
            cursor.executemany("delete from thing where id = %s", [(key,) for key in some[:10]])
            cursor.executemany("replace into thing values (%s, %s)", [(key, number) for key in some[10:]])
        shop.run()
    is_binary = kind == "varbinary(20)"
    copied = dict(shop.ask(f"select {'hex(id)' if is_binary else 'cast(id as text)'}, v from thing"))
    asked = "hex(id)" if is_binary else "cast(id as char character set utf8mb4)"
    theirs = dict(shop.do(f"select {asked}, v from thing"))
    if kind.startswith("decimal"):
        copied = {float(key): value for key, value in copied.items()}
        theirs = {float(key): value for key, value in theirs.items()}
    assert copied == theirs


# What the server is, and may


def test_a_wrong_password_is_one_line(shop):
    shop.mirror.access = shop.mirror.access._replace(password="wrong")
    denied = r"^\[mirror\] shop\d+ at 127.0.0.1:\d+: .*Access denied.*; the copy stays as it was$"
    with pytest.raises(ShopError, match=denied):
        shop.run()


def test_rights_that_are_too_wide_and_engines_without_a_snapshot_are_told(shop):
    things(shop, 3)
    shop.do("create table old (id int primary key) engine = MyISAM")
    assert shop.run().warnings == [
        (
            "no snapshot of tables that are not InnoDB: old",
            "alter table ... engine = InnoDB; until then a run may see a change of theirs by half",
        )
    ]
    shop.server.ask(f"grant update on {shop.name}.thing to reader@'%'")
    try:
        [first, _] = shop.run().warnings
        assert first == ("reader may do more than read: UPDATE", "revoke it, and grant select only, to reader")
    finally:
        shop.server.ask(f"revoke update on {shop.name}.thing from reader@'%'")
