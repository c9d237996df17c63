"""A real PostgreSQL, copied: what is read, what is written, and what of keys and names comes out."""

import random
from contextlib import closing

import pytest

from saasexport.errors import ShopError
from saasexport.mirror.connection import connect
from saasexport.mirror.ranges import Batch
from tests.mirror.mirrored import Shop


@pytest.fixture
def shop(postgresql, tmp_path):
    """An empty database, and its copy."""
    return Shop(postgresql, tmp_path)


def things(shop, rows=1000):
    """A table of so many things."""
    shop.do("create table thing (id int primary key, sku varchar(64) unique, price numeric(12, 4))")
    shop.do(f"insert into thing select n, 'sku-' || n, n / 100.0 from generate_series(1, {rows}) as n")


def test_what_is_equal_is_not_written_again_and_not_even_looked_at(shop):
    things(shop)
    assert shop.run().read == 1000
    outcome = shop.run()
    assert (outcome.read, outcome.written, outcome.digested) == (0, 0, [])
    shop.do("create table another (id int); drop table another")
    outcome = shop.run()
    assert (outcome.read, outcome.written, outcome.digested) == (0, 0, ["thing"])


def test_only_ranges_that_differ_are_fetched_and_only_rows_that_differ_written(shop):
    things(shop)
    shop.run()
    shop.mirror.count()
    shop.do("update thing set price = 5 where id = 300; delete from thing where id = 301")
    shop.do("insert into thing values (5000, 'new', 1); update thing set price = price where id < 100")
    outcome = shop.run()
    assert (outcome.read, outcome.written) == (511, 3)
    assert shop.mirror.written() == [("thing", "delete", 1), ("thing", "insert", 1), ("thing", "update", 1)]
    assert shop.ask("select * from thing where id in (300, 301, 5000)") == [(300, "sku-300", 5), (5000, "new", 1)]


def test_two_unique_values_can_be_swapped_and_a_key_changed(shop):
    things(shop, 3)
    shop.run()
    shop.do("update thing set sku = 'x' where id = 1; update thing set sku = 'sku-1' where id = 2")
    shop.do("update thing set sku = 'sku-2' where id = 1; update thing set id = 9 where id = 3")
    shop.run()
    assert shop.ask("select id, sku from thing order by id") == [(1, "sku-2"), (2, "sku-1"), (9, "sku-3")]


def test_what_is_committed_late_comes_with_the_run_after_it(shop):
    things(shop, 3)
    shop.run()
    late = shop.server.connect(shop.name)
    late.autocommit = False
    late.execute("update thing set price = 77 where id = 1")
    assert shop.run().written == 0
    late.commit()
    late.close()
    assert shop.run().written == 1
    assert shop.ask("select price from thing where id = 1") == [(77,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", ["truncate thing", "delete from thing"])
def test_an_emptied_table_is_empty_and_one_filled_anew_is_never_seen_empty(shop, how):
    things(shop, 600)
    shop.run()
    shop.do(f"begin; {how}; insert into thing values (1, 'sku-1', 0.01), (2, 'y', 2); commit")
    shop.run()
    assert shop.ask("select id, sku from thing order by id") == [(1, "sku-1"), (2, "y")]
    shop.do(how)
    shop.run()
    assert shop.ask("select count(*) from thing") == [(0,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", ["vacuum full thing", "cluster thing using thing_pkey", "vacuum freeze thing"])
def test_rows_that_were_only_moved_are_not_written(shop, how):
    things(shop, 600)
    shop.run()
    shop.mirror.count()
    shop.do("delete from thing where id = 7")
    shop.do(how)
    shop.run()
    assert shop.mirror.written() == [("thing", "delete", 1)]


def test_a_right_that_was_taken_away_is_no_deletion(shop):
    things(shop, 3)
    shop.run()
    shop.do("revoke select on thing from reader")
    with pytest.raises(ShopError, match="does not show table thing any more: dropped, or no right to read it"):
        shop.run()
    assert shop.ask("select count(*) from thing") == [(3,)]


def test_rows_that_are_hidden_are_an_error(shop):
    things(shop, 3)
    shop.run()
    shop.do("alter table thing enable row level security")
    with pytest.raises(ShopError, match="row-level security"):
        shop.run()
    assert shop.ask("select count(*) from thing") == [(3,)]


def test_a_right_on_some_columns_is_enough(shop):
    shop.do("create table thing (id int primary key, sku text, secret text); revoke select on thing from reader")
    shop.do("grant select (id, sku) on thing to reader; insert into thing values (1, 'a', 'x')")
    shop.run()
    shop.do("update thing set sku = 'b'")
    shop.run()
    assert shop.ask("select * from thing") == [(1, "b")]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("definition", "rows", "expected"),
    [
        ('"Group" ("Order" int primary key, "select" text)', "(1, 'a')", [(1, "a")]),
        ('"Order Lines" (id int primary key, "a""b" int)', "(1, 2)", [(1, 2)]),
        ("thing (a int, b int, c text, primary key (a, b))", "(1, 2, 'x'), (1, 3, 'y')", [(1, 2, "x"), (1, 3, "y")]),
        ("thing (id int primary key)", "(-1), (-256), (-257), (0)", [(-257,), (-256,), (-1,), (0,)]),
        (
            "thing (id uuid primary key)",
            "('123e4567-e89b-12d3-a456-426655440000')",
            [("123e4567-e89b-12d3-a456-426655440000",)],
        ),
        ("thing (id bytea primary key)", r"('\x00ff10'), ('\x616263')", [(b"\x00\xff\x10",), (b"abc",)]),
        ("thing (a int, b text)", "(1, 'x'), (1, 'x'), (2, null)", [(1, "x"), (1, "x"), (2, None)]),
        ("thing (a int not null unique, b text)", "(2, 'x'), (1, 'y')", [(1, "y"), (2, "x")]),
    ],
)
def test_keys_and_names_of_every_kind_are_copied(shop, definition, rows, expected):
    name = definition.partition(" (")[0]
    shop.do(f"create table {definition}; insert into {name} values {rows}")
    shop.run()
    assert sorted(shop.ask(f"select * from {name}"), key=repr) == sorted(expected, key=repr)
    shop.do("create table more (id int primary key)")
    assert shop.run().read == 0


def test_partitions_are_read_through_their_table_and_views_as_tables(shop):
    shop.do("create table thing (id int primary key, v int) partition by range (id)")
    shop.do("create table thing_1 partition of thing for values from (0) to (10)")
    shop.do("create table thing_2 partition of thing for values from (10) to (20)")
    shop.do("create view few as select v from thing where id > 3; insert into thing values (1, 1), (11, 2)")
    shop.run()
    shop.do("update thing set v = 5 where id = 11; insert into thing values (12, 9)")
    shop.run()
    assert shop.ask("select * from thing order by 1") == [(1, 1), (11, 5), (12, 9)]
    assert shop.ask("select * from few order by 1") == [(5,), (9,)]
    assert shop.ask("select name from sqlite_master where name like 'thing^_%' escape '^'") == []


KEYS = {
    "int": lambda chance: chance.randint(-(2**31), 2**31 - 1),
    "bigint": lambda chance: chance.randint(-(2**63), 2**63 - 1),
    "text": lambda chance: "".join(chance.choices("aAbB09 .-ßéñ日", k=chance.randint(1, 8))),
    "bytea": lambda chance: chance.randbytes(chance.randint(0, 9)),
    "date": lambda chance: f"{chance.randint(1000, 9999)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
    "numeric(10, 2)": lambda chance: chance.randint(-(10**6), 10**6) / 100,
    "timestamptz": lambda chance: f"20{chance.randint(10, 40)}-01-01 {chance.randint(10, 23)}:00+05",
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", KEYS)
def test_random_keys_of_every_type_stay_right(shop, kind):
    chance = random.Random(kind)
    keys = sorted({KEYS[kind](chance) for _ in range(400)}, key=repr)
    shop.do(f"create table thing (id {kind} primary key, v int)")
    with shop.server.connect(shop.name) as connection, connection.cursor() as cursor:
        cursor.executemany(f"insert into thing values (%s::{kind}, %s)", [(key, 0) for key in keys])
    shop.run()
    for number in range(1, 4):
        some = chance.sample(keys, 20)
        with shop.server.connect(shop.name) as connection, connection.cursor() as cursor:
            cursor.executemany(f"delete from thing where id = %s::{kind}", [(key,) for key in some[:10]])
            upsert = f"insert into thing values (%s::{kind}, %s) on conflict (id) do update set v = excluded.v"
            cursor.executemany(upsert, [(key, number) for key in some[10:]])
        shop.run()
    here = "hex(id)" if kind == "bytea" else "cast(id as text)"
    there = {"bytea": "upper(encode(id, 'hex'))", "timestamptz": "(id at time zone 'UTC')::text"}.get(kind, "id::text")
    copied = dict(shop.ask(f"select {here}, v from thing"))
    theirs = dict(shop.do(f"select {there}, v from thing"))
    if kind.startswith("numeric"):
        copied = {float(key): value for key, value in copied.items()}
        theirs = {float(key): value for key, value in theirs.items()}
    assert copied == theirs


def test_a_wrong_password_and_rights_that_are_too_wide_are_told(shop):
    things(shop, 3)
    assert shop.run().warnings == []
    shop.do("grant update, insert on thing to reader")
    assert shop.run().warnings == [
        ("reader may do more than read: INSERT, UPDATE", "revoke it, and grant select only, to reader")
    ]
    shop.mirror.access = shop.mirror.access._replace(password="wrong")
    with pytest.raises(ShopError, match=r"^\[mirror\] shop\d+ at 127.0.0.1:\d+: .*password authentication failed"):
        shop.run()


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("varchar(64)", 500),
        ("numeric", 500),
        ("date", 500),
        ("text", 20),
        ("varchar", 20),
        ("jsonb", 20),
        ("bytea", 20),
        ("long", 20),
        ("short", 500),
    ],
)
def test_of_rows_that_may_be_large_fewer_come_at_a_time(shop, kind, most):
    shop.do("create domain long as text; create domain short as varchar(9)")
    shop.do(f"create table thing (id int primary key, v {kind}); insert into thing select generate_series(1, 620)")
    with closing(connect(shop.mirror.access)) as reader:
        [thing] = reader.tables("")
        sizes = [len(rows) for rows in reader.rows(thing, Batch())]
    assert sizes == [most] * (620 // most) + [620 % most] * (620 % most > 0)


# Domains and inheritance


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("domains", "written", "expected"),
    [
        ("create domain d as int; create domain e as d", "7", (7, "integer")),
        ("create domain d as numeric(12, 4); create domain e as d check (value > 0)", "12.3400", (12.34, "real")),
        ("create domain d as bool; create domain f as d; create domain e as f not null", "true", (1, "integer")),
        ("create domain d as bytea; create domain e as d", r"'\x00ff'", (b"\x00\xff", "blob")),
        ("create domain d as timestamptz; create domain e as d", "'2026-11-29+1'", ("2026-11-28 23:00:00", "text")),
        ("create domain d as bit(16); create domain e as d", "b'1000000000000001'", (32769, "integer")),
        ("create domain d as float4; create domain f as d; create domain e as f", "0.5", (0.5, "real")),
        ("create domain d as int[]; create domain e as d", "'{1,2}'", ("{1,2}", "text")),
        ("create domain e as numeric(12, 4)", "7.0000", (7, "integer")),
    ],
)
def test_a_domain_over_a_domain_is_what_it_is_made_of_in_the_end(shop, domains, written, expected):
    shop.do(f"{domains}; create table thing (id int primary key, v e); insert into thing values (1, {written})")
    shop.run()
    assert shop.ask("select v, typeof(v) from thing") == [expected]


def test_a_key_of_a_domain_over_a_domain_parts_rows_as_its_type_does(shop):
    shop.do("create domain d as bigint; create domain e as d; create table thing (id e primary key, v int)")
    shop.do("insert into thing select n, n from generate_series(1, 1000) as n")
    shop.run()
    shop.do("update thing set v = 0 where id = 300")
    assert shop.run().read < 600
    assert shop.ask("select v from thing where id = 300") == [(0,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "change",
    [
        "update only thing set v = 9 where id = 1",
        "update child set v = 9 where id = 1",
        "delete from child where id = 2",
        "insert into child values (3, 3, 'z')",
        "insert into thing values (7, 7)",
        "truncate only thing",
        "drop table child",
        "alter table child no inherit thing",
        "create table third () inherits (thing); insert into third values (1, 1)",
        "create table grandchild () inherits (child); insert into grandchild values (1, 1, 'g'), (2, 2, 'g')",
    ],
)
def test_a_table_that_others_inherit_from_has_their_rows_as_the_shop_sees_it(shop, change):
    shop.mirror.needs = lambda _empty: {"thing": {"id", "v"}}
    shop.do("create table thing (id int primary key, v int)")
    shop.do("create table child (w text, primary key (id)) inherits (thing)")
    shop.do("insert into thing values (1, 1), (3, 3); insert into child values (1, 1, 'x'), (2, 2, 'y')")
    shop.run()
    assert shop.ask("select * from thing order by id") == [(1, 1), (1, 1), (2, 2), (3, 3)]
    shop.do(change)
    shop.run()
    query = "select id, v from thing order by id, v"
    assert shop.ask(query) == shop.do(query)
