"""Where MySQL is not MariaDB: what it says of itself and its columns, as its documentation has it."""

import pytest

from saasexport.mirror import mysql
from saasexport.mirror.mysql_columns import column_of
from saasexport.mirror.tables import BINARY, INTEGER, TEXT, WHOLE, key_and_indexes
from tests.mirror.mirrored import Shop

CASELESS = "TEXT COLLATE NOCASE"

MARIADB_LIMIT, MYSQL_LIMIT = "max_statement_time = 900,", "max_execution_time = 900000,"


@pytest.mark.parametrize(
    ("version", "limit", "has_expiry"),
    [
        ("8.0.36-0ubuntu0.22.04.1", MYSQL_LIMIT, True),
        ("8.4.3", MYSQL_LIMIT, True),
        ("9.1.0-commercial", MYSQL_LIMIT, True),
        ("8.0.mysql_aurora.3.05.2", MYSQL_LIMIT, True),
        ("5.7.44-log", MYSQL_LIMIT, False),
        ("5.7.mysql_aurora.2.11.1", MYSQL_LIMIT, False),
        ("10.11.6-MariaDB-0+deb12u1", MARIADB_LIMIT, False),
        ("5.5.5-10.6.12-MariaDB-log", MARIADB_LIMIT, False),
    ],
)
def test_a_server_is_told_what_one_of_its_version_takes(version, limit, has_expiry):
    statements = mysql.session(version)
    assert limit in statements[0]
    assert ("set session information_schema_stats_expiry = 0" in statements) == has_expiry
    assert all(statement.startswith("set session ") for statement in statements)


@pytest.mark.parametrize(
    ("described", "declared", "part", "is_binary"),
    [
        # Without a width of what is shown, as from 8.0.19 on.
        (("int", "int unsigned", None, None, "10", "0", None), "INTEGER", INTEGER, False),
        (("tinyint", "tinyint(1)", None, None, "3", "0", None), "INTEGER", INTEGER, False),
        (("bigint", "bigint unsigned", None, None, "20", "0", None), "INTEGER", INTEGER, False),
        # A type of its own, of which no character set is told.
        (("json", "json", None, None, None, None, None), "TEXT", WHOLE, False),
        (("varchar", "varchar(9)", "utf8mb4_0900_ai_ci", "utf8mb4", None, None, "9"), CASELESS, TEXT, False),
        (("varchar", "varchar(9)", "utf8mb3_general_ci", "utf8mb3", None, None, "9"), CASELESS, TEXT, False),
        (("varchar", "varchar(9)", "utf8mb4_0900_bin", "utf8mb4", None, None, "9"), "TEXT", TEXT, False),
        (("enum", "enum('a','b')", "utf8mb4_0900_as_cs", "utf8mb4", None, None, "1"), "TEXT", TEXT, False),
        (("timestamp", "timestamp(6)", None, None, None, None, None), "TEXT", WHOLE, False),
        (("binary", "binary(16)", None, None, None, None, "16"), "BLOB", BINARY, True),
        (("geomcollection", "geomcollection", None, None, None, None, None), "BLOB", WHOLE, True),
        (("multipolygon", "multipolygon", None, None, None, None, None), "BLOB", WHOLE, True),
        (("vector", "vector(3)", None, None, None, None, None), "BLOB", WHOLE, True),
    ],
)
def test_columns_are_read_as_mysql_describes_them(described, declared, part, is_binary):
    kind, whole_kind, collation, charset, precision, scale, length = described
    row = ("thing", "v", kind, whole_kind, "YES", collation, charset, precision, scale, length)
    column = column_of(row)
    assert (column.declared, column.part, column.is_binary) == (declared, part, is_binary)


def test_an_index_of_an_expression_is_none_of_columns_and_a_key_that_nobody_declared_is_one():
    columns = [
        column_of(("thing", name, "bigint", "bigint unsigned", "NO", None, None, "20", "0", None))
        for name in ("my_row_id", "v")
    ]
    indexes = [
        ("PRIMARY", "0", "my_row_id", None),
        ("functional", "0", None, None),
        ("i", "1", "v", None),
        ("mixed", "1", "v", None),
        ("mixed", "1", None, None),
    ]
    assert key_and_indexes(columns, indexes) == (("my_row_id",), (("v",),))


@pytest.mark.parametrize(
    ("grant", "rights"),
    [
        ("GRANT USAGE ON *.* TO `reader`@`%`", ["USAGE"]),
        ("GRANT SELECT ON `magento`.* TO `reader`@`%`", ["SELECT"]),
        ("GRANT SELECT (`id`, `sku`), SHOW VIEW ON `magento`.`product` TO `reader`@`%`", ["SELECT", "SHOW VIEW"]),
        ("GRANT BACKUP_ADMIN,RELOAD ON *.* TO `reader`@`%`", ["BACKUP_ADMIN", "RELOAD"]),
        ("GRANT SELECT ON `shop`.* TO `reader`@`%` WITH GRANT OPTION", ["SELECT", "GRANT OPTION"]),
        ("GRANT `readers`@`%` TO `reader`@`%`", []),
        ("REVOKE INSERT ON `magento`.* FROM `reader`@`%`", []),
    ],
)
def test_rights_are_read_as_mysql_shows_them(grant, rights):
    assert mysql._rights(grant) == rights


def test_columns_and_indexes_that_are_invisible_and_shapes_are_copied_as_well(mariadb, tmp_path):
    shop = Shop(mariadb, tmp_path)
    shop.do(
        "create table thing (id int primary key invisible auto_increment, v int, w int invisible default 5,"
        " s multipolygon, p point, g geometrycollection, key i (v) ignored)"
    )
    shop.do("insert into thing (v, p) values (1, point(1, 2)), (2, null)")
    shop.run()
    assert shop.ask("select id, v, w, s, typeof(p), typeof(g) from thing order by id") == [
        (1, 1, 5, None, "blob", "null"),
        (2, 2, 5, None, "null", "null"),
    ]
    shop.do("update thing set w = 6, s = st_mpolyfromtext('multipolygon(((0 0, 0 1, 1 1, 0 0)))') where v = 2")
    assert shop.run().written == 1
    assert shop.ask("select w, typeof(s) from thing where id = 2") == [(6, "blob")]
