"""Values that are easily lost on the way: each comes out as the server has it, on both servers."""

import pytest

from saasexport.errors import ShopError
from tests.mirror.mirrored import Shop

OF_MYSQL = [
    ("decimal(12, 4)", "12.3400", 12.34, "real"),
    ("decimal(12, 4)", "7.0000", 7, "integer"),
    ("decimal(15, 2)", "1234567890123.45", 1234567890123.45, "real"),
    ("double", "0.1", 0.1, "real"),
    ("double", "1e308", 1e308, "real"),
    ("double", "5e-324", 5e-324, "real"),
    ("double", "2.2250738585072011e-308", 2.2250738585072011e-308, "real"),
    ("float", "0.1", 0.10000000149011612, "real"),
    ("bigint", "-9223372036854775808", -(2**63), "integer"),
    ("bigint unsigned", "9223372036854775807", 2**63 - 1, "integer"),
    ("bit(1)", "b'1'", 1, "integer"),
    ("bit(16)", "b'1000000000000001'", 32769, "integer"),
    ("boolean", "true", 1, "integer"),
    ("year", "2026", 2026, "integer"),
    ("date", "'0000-00-00'", "0000-00-00", "text"),
    ("datetime", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00", "text"),
    ("datetime(6)", "'2026-11-29 01:02:03.000004'", "2026-11-29 01:02:03.000004", "text"),
    ("time", "'-838:59:59'", "-838:59:59", "text"),
    ("enum('a', 'B c')", "'B c'", "B c", "text"),
    ("set('a', 'b')", "'a,b'", "a,b", "text"),
    ("json", "'{\"a\": [1, 2.0]}'", '{"a": [1, 2.0]}', "text"),
    ("varchar(20)", "'007'", "007", "text"),
    ("varchar(20)", "'1e5'", "1e5", "text"),
    ("varchar(20)", "' x '", " x ", "text"),
    ("varchar(20)", "'Ünïcödé 日本 \\\\ \"'", 'Ünïcödé 日本 \\ "', "text"),
    ("varchar(20)", "'\U0001f600'", "\U0001f600", "text"),
    ("varchar(20) character set latin1", "'größe'", "größe", "text"),
    ("text", "''", "", "text"),
    ("blob", "x'00ff'", b"\x00\xff", "blob"),
    ("varbinary(9)", "x'C328'", b"\xc3(", "blob"),
    ("binary(4)", "x'01'", b"\x01\0\0\0", "blob"),
    ("int", "null", None, "null"),
    ("int as (6 * 7) stored", "default", 42, "integer"),
    ("int as (6 * 7) virtual", "default", 42, "integer"),
    ("inet6", "'::1'", "::1", "text"),
]

OF_POSTGRESQL = [
    ("numeric(12, 4)", "12.3400", 12.34, "real"),
    ("numeric(12, 4)", "7.0000", 7, "integer"),
    ("numeric(12, 4)", "'NaN'", "NaN", "text"),
    ("numeric", "1.5", 1.5, "real"),
    ("double precision", "0.1", 0.1, "real"),
    ("double precision", "5e-324", 5e-324, "real"),
    ("double precision", "'Infinity'", "Infinity", "text"),
    ("double precision", "'NaN'", "NaN", "text"),
    ("real", "0.1", 0.10000000149011612, "real"),
    ("bigint", "-9223372036854775808", -(2**63), "integer"),
    ("boolean", "true", 1, "integer"),
    ("boolean", "false", 0, "integer"),
    ("bit(1)", "b'1'", 1, "integer"),
    ("bit(16)", "b'1000000000000001'", 32769, "integer"),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC", "text"),
    ("timestamp", "'infinity'", "infinity", "text"),
    ("timestamp", "'2026-11-29 01:02:03'", "2026-11-29 01:02:03", "text"),
    ("timestamptz", "'2026-11-29 01:02:03+05:30'", "2026-11-28 19:32:03", "text"),
    ("uuid", "'123E4567-E89B-12D3-A456-426655440000'", "123e4567-e89b-12d3-a456-426655440000", "text"),
    ("json", "'{\"a\": [1, 2.0]}'", '{"a": [1, 2.0]}', "text"),
    ("jsonb", "'{\"a\":[1,2.0]}'", '{"a": [1, 2.0]}', "text"),
    ("text", "'007'", "007", "text"),
    ("text", "' x '", " x ", "text"),
    ("varchar(20)", "'Ünïcödé 日本 \\ \"'", 'Ünïcödé 日本 \\ "', "text"),
    ("text", "''", "", "text"),
    ("bytea", r"'\x00ff'", b"\x00\xff", "blob"),
    ("integer[]", "'{1,2}'", "{1,2}", "text"),
    ("int", "null", None, "null"),
    ("int generated always as (6 * 7) stored", "default", 42, "integer"),
    ("inet", "'10.0.0.1'", "10.0.0.1/32", "text"),
]


@pytest.fixture
def shop(server, tmp_path):
    """An empty database of each server, and its copy."""
    return Shop(server, tmp_path)


@pytest.mark.sample(1)
def test_every_value_comes_out_as_the_server_has_it(shop):
    cases = OF_MYSQL if shop.server.kind == "mysql" else OF_POSTGRESQL
    columns = ", ".join(f"c{number} {kind}" for number, (kind, *_) in enumerate(cases))
    quiet = "set sql_mode = ''; " if shop.server.kind == "mysql" else ""
    shop.do(f"{quiet}create table thing (id int primary key, {columns})")
    shop.do(f"{quiet}insert into thing values (1, {', '.join(value for _, value, _, _ in cases)})")
    shop.run()
    for number, (kind, written, expected, stored_as) in enumerate(cases):
        row = shop.ask(f"select c{number}, typeof(c{number}) from thing")
        assert row == [(expected, stored_as)], (kind, written)
    shop.do("create table another (id int)")
    assert shop.run().read == 0


@pytest.mark.sample(1)
def test_numbers_of_more_digits_than_sqlite_keeps_are_told_by_column(shop):
    shop.do("create table thing (id int primary key, a numeric(30, 10), b numeric(30, 10), c numeric(20, 0))")
    shop.do("insert into thing values (1, 12345678901234.5678901234, 1.5, 12345678901234567)")
    outcome = shop.run()
    assert outcome.notes == ["thing.a: has numbers of more digits than SQLite keeps exactly"]
    assert shop.ask("select b, c from thing") == [(1.5, 12345678901234567)]


def test_a_key_of_unsigned_64_bits_that_is_too_large_is_refused_by_name(mariadb, tmp_path):
    shop = Shop(mariadb, tmp_path)
    shop.do("create table thing (id bigint unsigned primary key); insert into thing values (9223372036854775807)")
    shop.run()
    shop.do("insert into thing values (9223372036854775808)")
    with pytest.raises(ShopError, match=r"^thing\.id: a key of 2\^63 or more, which SQLite cannot hold"):
        shop.run()
    assert shop.ask("select id from thing") == [(2**63 - 1,)]


@pytest.mark.sample(1)
def test_texts_that_differ_in_case_and_blanks_only_are_seen_to_differ(shop):
    shop.do("create table thing (id int primary key, v varchar(20))")
    shop.do("insert into thing values (1, 'Abc'), (2, 'x'), (3, 'x#y'), (4, '')")
    shop.run()
    shop.do("update thing set v = 'aBC' where id = 1; update thing set v = 'x ' where id = 2")
    shop.do("update thing set v = 'x,y' where id = 3; update thing set v = null where id = 4")
    assert shop.run().written == 4
    assert shop.ask("select v from thing order by id") == [("aBC",), ("x ",), ("x,y",), (None,)]


@pytest.mark.sample(1)
def test_values_that_move_between_columns_and_rows_are_seen(shop):
    shop.do("create table thing (id int primary key, a varchar(20), b varchar(20))")
    shop.do("insert into thing values (1, 'x,y', 'z'), (2, 'p', 'q')")
    shop.run()
    shop.do("update thing set a = 'x', b = 'y,z' where id = 1; update thing set a = 'q', b = 'p' where id = 2")
    shop.run()
    assert shop.ask("select a, b from thing order by id") == [("x", "y,z"), ("q", "p")]


@pytest.mark.sample(1)
def test_a_long_text_and_a_large_blob_come_whole(shop):
    large = "longtext" if shop.server.kind == "mysql" else "text"
    blob = "longblob" if shop.server.kind == "mysql" else "bytea"
    shop.do(f"create table thing (id int primary key, t {large}, b {blob})")
    shop.do("insert into thing (id, t) values (1, repeat('ä', 1000000))")
    shop.run()
    shop.do("update thing set t = concat(left(t, 999999), 'b')")
    shop.run()
    assert shop.ask("select length(t), substr(t, -2) from thing") == [(1_000_000, "äb")]


def test_bytes_that_are_no_utf_8_come_as_they_are(mariadb, tmp_path):
    shop = Shop(mariadb, tmp_path)
    shop.do("create table thing (id int primary key, v varchar(20) character set latin1)")
    shop.do("insert into thing values (1, x'C3A4'), (2, x'E4')")
    shop.run()
    # The shop's own program shows the same.
    assert shop.ask("select v from thing") == [("Ã¤",), ("ä",)]
