"""What looks unchanged and is not, names and keys that SQLite does not tell apart, and runs that write nothing."""

from pathlib import Path

import pytest

from saasexport.errors import ShopError
from saasexport.mirror.mysql_columns import column_of
from tests.mirror.mirrored import Shop


@pytest.fixture
def shop(server, tmp_path):
    """An empty database of each server, and its copy."""
    return Shop(server, tmp_path)


@pytest.fixture
def of_postgresql(postgresql, tmp_path):
    """An empty database of PostgreSQL's, and its copy."""
    return Shop(postgresql, tmp_path)


@pytest.fixture
def of_mariadb(mariadb, tmp_path):
    """An empty database of MariaDB's, and its copy."""
    return Shop(mariadb, tmp_path)


# What looks unchanged


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("type_", "before", "after", "expected"),
    [
        ("varchar(9)", "'old'", "'new'", "new"),
        ("int", "1", "2", 2),
        ("decimal(8, 2)", "1.50", "1.25", 1.25),
        ("date", "'2026-01-01'", "'2026-01-02'", "2026-01-02"),
        ("varchar(9)", "null", "''", ""),
    ],
)
def test_a_column_that_went_and_came_back_with_another_value_is_read_again(shop, type_, before, after, expected):
    shop.do(f"create table thing (id int primary key, v {type_} default {before}); insert into thing (id) values (1)")
    shop.run()
    shop.do(f"alter table thing drop column v; alter table thing add column v {type_} default {after}")
    shop.run()
    assert shop.ask("select v from thing") == [(expected,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("column", ["mood", "sure_mood", "mood not null unique"])
def test_a_value_of_an_enumeration_that_has_another_name_is_read_again(of_postgresql, column):
    of_postgresql.do("create type mood as enum ('sad', 'glad'); create domain sure_mood as mood")
    of_postgresql.do(f"create table thing (id int primary key, v {column}); insert into thing values (1, 'sad')")
    of_postgresql.run()
    of_postgresql.do("alter type mood rename value 'sad' to 'blue'")
    of_postgresql.run()
    assert of_postgresql.ask("select v from thing") == [("blue",)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", ["truncate thing", "truncate thing; insert into thing values (2), (3)"])
def test_a_truncated_table_that_was_last_written_long_ago_is_read_again(of_mariadb, monkeypatch, how):
    # So that what was just written was written long ago.
    monkeypatch.setattr("saasexport.mirror.mysql._SETTLED_SECONDS", -5)
    of_mariadb.do("create table thing (id int primary key); insert into thing values (1)")
    of_mariadb.run()
    assert of_mariadb.run().digested == []
    of_mariadb.do(how)
    of_mariadb.run()
    assert of_mariadb.ask("select id from thing order by id") == of_mariadb.do("select id from thing order by id")


# Names and keys


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("tables", "copied", "said"),
    [
        (["Thing (id int primary key)", "thing (id int primary key)"], ["id"], "Thing and thing"),
        (["THING (a int, b int)", "tHing (c int)"], ["a", "b"], "THING and tHing"),
        (['thing (id int primary key, "A" int, a int)'], ["id", "A"], "thing.A and a"),
        (['thing (id int, "Id" int, v int, primary key (id, "Id"))'], ["id", "v"], "thing.id and Id"),
    ],
)
def test_of_names_that_differ_in_letter_case_only_the_first_is_copied_and_that_is_told(
    of_postgresql, tables, copied, said
):
    of_postgresql.do("; ".join('create table "{}" {}'.format(*table.split(" ", 1)) for table in tables))
    [(what, remedy)] = of_postgresql.run().warnings
    assert what.startswith(f"{said} differ in letter case only: ")
    assert remedy == "rename one, or grant select only on the one that feeds read"
    assert [name for (name,) in of_postgresql.ask("select name from pragma_table_info('thing')")] == copied


@pytest.mark.sample(1)
def test_tables_that_nobody_reads_may_have_any_name(shop):
    quote = "`" if shop.server.kind == "mysql" else '"'
    shop.mirror.needs = lambda _empty: {"other": {"id"}}
    shop.do(f"create table {quote}Thing{quote} (id int primary key); create table {quote}thing{quote} (id int)")
    shop.do("create table other (id int primary key)")
    assert shop.run().warnings == []


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("numeric(25, 0)", "(1234567890123456789012), (1234567890123456789013)"),
        ("numeric(20, 4)", "(1234567890123456.0001), (1234567890123456.0002)"),
    ],
)
def test_keys_that_are_one_here_and_two_there_are_refused_by_name(shop, key, values):
    shop.do(f"create table thing (id {key} primary key); insert into thing values {values}")
    with pytest.raises(ShopError, match=r"^thing: two rows have the same key here, which differ there: id; leave out"):
        shop.run()


@pytest.mark.parametrize(
    ("collation", "declared"),
    [
        ("utf8mb4_general_ci", "TEXT COLLATE NOCASE"),
        ("utf8mb4_0900_ai_ci", "TEXT COLLATE NOCASE"),
        ("utf8mb4_bin", "TEXT"),
        ("utf8mb4_0900_as_cs", "TEXT"),
        ("utf8mb4_turkish_ci", "TEXT"),
        ("utf8mb4_tr_0900_ai_ci", "TEXT"),
        ("latin5_turkish_ci", "TEXT"),
    ],
)
def test_a_collation_that_ignores_case_does_so_here_but_for_turkish_letters(collation, declared):
    column = column_of(("thing", "v", "varchar", "varchar(9)", "NO", collation, "utf8mb4", None, None, 9))
    assert column.declared == declared


def test_keys_that_differ_in_turkish_are_two(of_mariadb):
    of_mariadb.do("create table thing (id varchar(9) character set utf8mb4 collate utf8mb4_turkish_ci primary key)")
    of_mariadb.do("insert into thing values ('I'), ('i')")
    of_mariadb.run()
    assert of_mariadb.ask("select id from thing order by id") == [("I",), ("i",)]


# Bytes


def test_a_server_that_knows_only_bytes_gives_them_as_they_are(of_postgresql):
    server, name = of_postgresql.server, of_postgresql.name
    server.ask(f"drop database {name}")
    server.ask(f"create database {name} encoding 'SQL_ASCII' template template0 lc_collate 'C' lc_ctype 'C'")
    server.ask("alter default privileges grant select on tables to reader", name)
    of_postgresql.do("create table thing (id text primary key, v text, größe int)")
    of_postgresql.do(r"insert into thing values (E'a\xE4', E'\xFF'), ('b', E'gr\xC3\xB6n'), (E'\xC3', '')")
    of_postgresql.run()
    of_postgresql.do(r"update thing set v = E'\xFE' where id = E'a\xE4'; delete from thing where id = E'\xC3'")
    assert of_postgresql.run().written == 2
    assert of_postgresql.ask("select hex(id), hex(v), typeof(v) from thing order by id") == [
        ("61E4", "FE", "text"),
        ("62", "6772C3B66E", "text"),
    ]


@pytest.mark.sample(1)
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "UTF8"])
def test_values_of_every_kind_come_out_of_a_server_of_any_encoding(of_postgresql, encoding):
    server, name = of_postgresql.server, of_postgresql.name
    server.ask(f"drop database {name}")
    server.ask(f"create database {name} encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'")
    server.ask("alter default privileges grant select on tables to reader", name)
    of_postgresql.do(
        "create table thing (id text primary key, n numeric(12, 4), r float8, i bigint, b bytea, t date, y bool)"
    )
    of_postgresql.do(r"insert into thing values ('ä', 1.25, 0.5, -7, '\x00ff', '2026-11-29', true)")
    of_postgresql.do("insert into thing values ('b', 'NaN', 'NaN', 5, '', null, null)")
    of_postgresql.run()
    assert of_postgresql.ask("select * from thing order by id") == [
        ("b", "NaN", "NaN", 5, b"", None, None),
        ("ä", 1.25, 0.5, -7, b"\x00\xff", "2026-11-29", 1),
    ]


def run_with_small_packets(shop):
    """One run, while the server makes no text of more than 1 MiB."""
    shop.server.ask("set @@global.max_allowed_packet = 1048576")
    try:
        shop.run()
    finally:
        shop.server.ask("set @@global.max_allowed_packet = 16777216")


@pytest.mark.thorough
def test_a_text_that_is_longer_than_a_packet_of_the_servers_is_seen_to_change(of_mariadb):
    of_mariadb.do("create table thing (id int primary key, v longtext, w longtext character set latin1)")
    of_mariadb.do("insert into thing values (1, repeat('x', 3000000), repeat('ä', 900000)), (2, 'y', 'z')")
    run_with_small_packets(of_mariadb)
    of_mariadb.do("update thing set v = insert(v, 2999999, 1, 'z'), w = insert(w, 899999, 1, 'z') where id = 1")
    run_with_small_packets(of_mariadb)
    query = "select length(v), substr(v, -2), length(w), substr(w, -2) from thing where id = 1"
    assert of_mariadb.ask(query) == [(3_000_000, "zx", 900_000, "zä")]


# Runs that write nothing


@pytest.mark.sample(1)
@pytest.mark.parametrize("is_full", [False, True])
def test_what_has_not_changed_does_not_change_a_byte_of_the_copy(shop, is_full):
    shop.do("create table thing (id int primary key, v varchar(9)); insert into thing values (1, 'a'), (2, 'b')")
    shop.do("create table keyless (a int, b int); insert into keyless values (1, 1), (1, 1), (null, 2)")
    shop.do("create view seen as select v from thing; create table named (id varchar(9) primary key)")
    shop.do("insert into named values ('a'), ('b')")
    shop.run()
    before = Path(shop.mirror.file).read_bytes()
    for _ in range(2):
        shop.run(is_full=is_full)
        assert Path(shop.mirror.file).read_bytes() == before


def test_a_moment_of_the_servers_clock_is_read_in_its_time_zone(of_mariadb):
    of_mariadb.do("create table thing (id int primary key, v timestamp null)")
    of_mariadb.do("set time_zone = '+05:30'; insert into thing values (1, '2026-11-29 01:02:03')")
    of_mariadb.run()
    assert of_mariadb.ask("select v from thing") == [("2026-11-28 19:32:03",)]
