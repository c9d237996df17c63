"""MySQL and MariaDB, read through PyMySQL.

Texts and numbers come as the bytes that the server sends, and become what the copy's
column makes of them: nothing is decoded on the way, so that nothing can be lost.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from saasexport import queries
from saasexport.errors import ConfigError
from saasexport.mirror import mysql_rows, values
from saasexport.mirror.mysql_columns import column_of, quote, row_digest
from saasexport.mirror.ranges import Batch, Digests
from saasexport.mirror.server import (
    CONNECT_SECONDS,
    LOCK_SECONDS,
    ROWS_AT_ONCE,
    STATEMENT_SECONDS,
    Access,
    Torn,
    failure,
    missing_library,
    of_network,
)
from saasexport.mirror.tables import BINARY, INTEGER, WHOLE, Column, Table, key_and_indexes

SQL = queries.beside(__file__)

# Table or column went, or is another since the snapshot was opened.
_TORN = (1054, 1146, 1412)

# A table's update_time is the start of a transaction, which may be committed later (seconds).
_SETTLED_SECONDS = 900

# What a user may have beside the right to read.
_HARMLESS = {"USAGE", "SELECT", "SHOW VIEW", "PROCESS", "SHOW DATABASES", "REPLICATION CLIENT", "BINLOG MONITOR"}


class MySQL:
    """A connection to MySQL or MariaDB."""

    is_gate_exact = False
    epoch = ""  # digests are those of the content

    def __init__(self, access: Access) -> None:
        try:
            import pymysql
        except ImportError as error:
            raise missing_library("mysql", "PyMySQL", "python3-pymysql") from error
        self._access = access
        self._errors = (pymysql.MySQLError, OSError)
        try:
            self._connection = pymysql.connect(**_options(access))
            if access.ca_file and not getattr(self._connection, "_secure", True):
                # As PyMySQL says it itself; one of some years ago goes on in clear.
                raise pymysql.OperationalError(2026, "SSL is required but the server doesn't support it")
            self.version = self._one("select version()")
            self._set_up()
        except self._errors as error:
            raise failure(access, error) from error
        except RuntimeError as error:
            # Of a library that PyMySQL looks for when a server asks for it.
            hint = "pip install cryptography, or apt install python3-cryptography; or have the server speak TLS"
            raise ConfigError(f"[mirror] {access.source}: {error}", hint) from error

    def _set_up(self) -> None:
        for statement in session(self.version):
            self._connection.query(statement)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    # Tables

    def tables(self, prefix: str) -> list[Table]:
        """Every table and view that may be read, with every column."""
        with self._errors_told():
            kinds = {name: engine for name, kind, engine in self._all(SQL.tables) if name.startswith(prefix)}
            columns: dict[str, list[Column]] = {}
            for row in self._all(SQL.columns):
                if row[0] in kinds:
                    columns.setdefault(row[0], []).append(column_of(row))
            indexes: dict[str, list[tuple[Any, ...]]] = {}
            for row in self._all(SQL.indexes):
                indexes.setdefault(row[0], []).append(row[1:])
        tables = []
        for name, some in columns.items():
            key, others = key_and_indexes(some, indexes.get(name, ()))
            tables.append(Table(name, name.removeprefix(prefix), tuple(some), key, others, "", kinds[name] is not None))
        return tables

    def gates(self, tables: Iterable[Table]) -> dict[str, str]:
        """Table -> when it was last written, if that is long enough ago that nothing older is still to be committed."""
        wanted = {table.name for table in tables}
        with self._errors_told():
            rows = self._all(SQL.gates.format(settled=_SETTLED_SECONDS))
        return {name: moment for name, moment in rows if name in wanted and moment}

    def estimate(self, tables: Iterable[Table]) -> int:
        """About how many rows tables have."""
        wanted = {table.name for table in tables}
        with self._errors_told():
            return sum(int(rows or 0) for name, rows in self._all(SQL.sizes) if name in wanted)

    def warnings(self, tables: Iterable[Table]) -> list[tuple[str, str]]:
        """Rights that are too wide, an open network, and tables that have no snapshot."""
        found = []
        wanted = {table.name for table in tables}
        with self._errors_told():
            grants = [row[0] for row in self._all("show grants")]
            engines = {name: engine for name, _, engine in self._all(SQL.tables) if name in wanted and engine}
            cipher = self._all("show session status like 'Ssl_cipher'")
        if wide := sorted({right for grant in grants for right in _rights(grant)} - _HARMLESS):
            user = self._access.source.user
            found.append(
                (f"{user} may do more than read: {', '.join(wide)}", f"revoke it, and grant select only, to {user}")
            )
        if others := sorted(name for name, engine in engines.items() if engine != "InnoDB"):
            remedy = "alter table ... engine = InnoDB; until then a run may see a change of theirs by half"
            found.append((f"no snapshot of tables that are not InnoDB: {', '.join(others)}", remedy))
        return found + of_network(self._access, bool(cipher and cipher[0][1]))

    # Reading

    def begin(self) -> None:
        """Open a consistent snapshot that only reads."""
        with self._errors_told():
            self._connection.query("start transaction with consistent snapshot, read only")

    def end(self) -> None:
        """Let go of it."""
        with self._errors_told():
            self._connection.query("rollback")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one table; its lock goes with the savepoint, and an `alter table` need not wait for the whole run."""
        with self._errors_told():
            self._connection.query("savepoint m")
            yield
            self._connection.query("rollback to savepoint m")

    def extent(self, table: Table) -> tuple[int, int, int]:
        """The least and greatest value of the first key column, and the number of rows."""
        key = quote(table.key[0])
        [(least, most, rows)] = self._all(f"select min({key}), max({key}), count(*) from {quote(table.name)}")
        return int(least or 0), int(most or 0), int(rows)

    def digests(self, table: Table, width: int) -> Digests:
        """The digests of a table's ranges.  `group by 1`: an alias may be the name of a column."""
        query = (
            f"select {_range(table, width)}, count(*), sum({row_digest(table)}) from {quote(table.name)} group by 1"
        )
        return {int(number): (int(rows), int(digest)) for number, rows, digest in self._all(query)}

    def rows(self, table: Table, batch: Batch) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of some ranges, some at a time."""
        names = ", ".join(column.value for column in table.columns)
        query = f"select {names} from {quote(table.name)} where {_condition(table, batch)}"
        converts = [values.of_bytes(column) for column in table.columns]
        for columns in mysql_rows.stream(self._connection, query, len(converts), ROWS_AT_ONCE):
            yield values.rows_of(columns, converts)

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query about the server, as texts."""
        with self._connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(_text(value) for value in row) for row in cursor.fetchall()]

    def _one(self, query: str) -> str:
        return str(self._all(query)[0][0])

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            if error.args and error.args[0] in _TORN:
                raise Torn(str(error.args[-1])) from error
            raise failure(self._access, error) from error


def session(version: str) -> list[str]:
    """What a server of a version is told of this session."""
    is_mariadb = "mariadb" in version.lower()
    # In seconds, and in milliseconds.
    limit = "max_statement_time = {}" if is_mariadb else "max_execution_time = {}000"
    statements = [
        f"set session sql_mode = '', time_zone = '+00:00', {limit.format(STATEMENT_SECONDS)},"
        f" lock_wait_timeout = {LOCK_SECONDS}",
        "set session transaction isolation level repeatable read",
    ]
    if not is_mariadb and not version.startswith("5."):
        # Else it says of a table what it was a day ago.
        statements.append("set session information_schema_stats_expiry = 0")
    return statements


def _options(access: Access) -> dict[str, Any]:
    source = access.source
    if source.socket:
        place: dict[str, Any] = {"unix_socket": source.socket}
    else:
        place = {"host": source.host, "port": source.port}
    if access.ca_file and not source.socket:
        place |= {"ssl_ca": access.ca_file, "ssl_verify_cert": True, "ssl_verify_identity": True}
    return {
        **place,
        "user": source.user,
        "password": access.password,
        "database": source.database,
        "charset": "utf8mb4",
        "use_unicode": False,
        "conv": {},
        "autocommit": True,  # without it PyMySQL asks `conv` for a boolean
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": STATEMENT_SECONDS + 60,
        "write_timeout": 60,
    }


def _text(value: Any) -> Any:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _rights(grant: str) -> list[str]:
    """The rights of a line of `show grants`; those on columns without their columns."""
    match = re.match(r"GRANT (.*?) ON ", grant)
    if match is None:
        return []
    rights = re.sub(r"\([^)]*\)", "", match[1]).split(",")
    return [right.strip() for right in rights] + (["GRANT OPTION"] if "WITH GRANT OPTION" in grant else [])


def _range(table: Table, width: int) -> str:
    """SQL for the range of a row: rounded down, also below zero."""
    first = table.first
    if first is None or first.part == WHOLE:
        return "0"
    name = quote(first.name)
    if first.part == INTEGER:
        return f"({name} div {width}) - ({name} < 0 and {name} mod {width} <> 0)"
    text = f"hex({name})" if first.part == BINARY else f"cast({name} as char character set utf8mb4)"
    return f"cast(conv(left(md5({text}), 2), 16, 10) as unsigned)"


def _condition(table: Table, batch: Batch) -> str:
    first = table.first
    if first is None or batch.is_all:
        return "true"
    name = quote(first.name)
    if batch.hashes:
        return f"{_range(table, 0)} in ({', '.join(map(str, batch.hashes))})"
    pieces = []
    for least, most in batch.pieces:
        ends = [f"{name} >= {least}"] if least is not None else []
        ends += [f"{name} < {most}"] if most is not None else []
        pieces.append(f"({' and '.join(ends) or 'true'})")
    return " or ".join(pieces)
