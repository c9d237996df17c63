"""PostgreSQL, read through psycopg 3.

Values come as psycopg reads them; texts of a server that knows no letters come as bytes.
Of a table with a key, the versions of its rows say which have changed: nothing is
hashed, and nothing of what they hold is read.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from saasexport import queries
from saasexport.mirror import values
from saasexport.mirror.postgresql_columns import column_of
from saasexport.mirror.ranges import Batch, Digests
from saasexport.mirror.server import (
    CONNECT_SECONDS,
    LOCK_SECONDS,
    LONG_ROWS_AT_ONCE,
    ROWS_AT_ONCE,
    STATEMENT_SECONDS,
    Access,
    Torn,
    failure,
    missing_library,
    of_network,
)
from saasexport.mirror.tables import BINARY, INTEGER, WHOLE, Column, Table, key_and_indexes
from saasexport.queries import quote

SQL = queries.beside(__file__)

# Table or column went since they were listed.
_TORN = ("42P01", "42703")


class PostgreSQL:
    """A connection to PostgreSQL."""

    is_gate_exact = True

    def __init__(self, access: Access) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise missing_library("postgresql", "psycopg 3", "python3-psycopg") from error
        self._access = access
        self._error = psycopg.Error
        capabilities = getattr(psycopg, "capabilities", None)  # from 3.2 on
        self._has_chunks = bool(capabilities and capabilities.has_stream_chunked())
        try:
            self._connection: Any = psycopg.connect(**_options(access), autocommit=True, prepare_threshold=None)
            self._set_up()
            self.version = self._all(SQL.version)[0][0]
            self.epoch = self._incarnation()
        except psycopg.Error as error:
            raise failure(access, error) from error

    def _set_up(self) -> None:
        settings = {
            "timezone": "UTC",
            "datestyle": "ISO",
            "intervalstyle": "postgres",
            "bytea_output": "hex",
            "extra_float_digits": "1",
            "row_security": "off",  # hidden rows are an error, no deletion
            "lock_timeout": f"{LOCK_SECONDS}s",
            "statement_timeout": f"{STATEMENT_SECONDS}s",
        }
        for name, value in settings.items():
            self._connection.execute(f"set {name} = '{value}'")
        [(encoding,)] = self._all("show server_encoding")
        self._sends_bytes = encoding == "SQL_ASCII"
        if self._sends_bytes:
            # Of a server that knows no letters the bytes as they are, which need not be UTF-8.
            self._connection.execute("set client_encoding = 'SQL_ASCII'")

    def _incarnation(self) -> str:
        [(started,)] = self._all(SQL.incarnation)
        try:
            [cluster] = self._all(SQL.cluster)
        except self._error:
            cluster = ()  # not everybody may ask
        return repr((str(started), cluster))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    # Tables

    def tables(self, prefix: str) -> list[Table]:
        """Every table and view that may be read, with every column."""
        columns: dict[int, list[Column]] = {}
        indexes: dict[int, list[tuple[Any, ...]]] = {}
        with self._errors_told():
            shown = self._all(SQL.tables)
            for oid, *row in self._all(SQL.columns):
                columns.setdefault(oid, []).append(column_of(row))
            for oid, *index in self._all(SQL.indexes):
                indexes.setdefault(oid, []).append(tuple(index))
        tables = []
        for oid, name, kind, has_versions, file, is_inherited in shown:
            if name.startswith(prefix) and oid in columns:
                key, others = key_and_indexes(columns[oid], indexes.get(oid, ()))
                if is_inherited and key:
                    # No key of all its rows: those of tables that inherit from it may have the same.
                    key, others = (), (key, *others)
                # Another file: truncated, or written anew, which shows through an older snapshot.
                table = Table(name, name.removeprefix(prefix), tuple(columns[oid]), key, others, f"{oid} {file}")
                is_table = kind in ("r", "p", "m")
                tables.append(table._replace(is_table=is_table, has_versions=bool(has_versions and key)))
        return tables

    def gates(self, tables: Iterable[Table]) -> dict[str, str]:
        """Table -> what is another text after any commit; none of a view, which may show the time."""
        with self._errors_told():
            [(gate,)] = self._all(SQL.gate)
        return {table.name: gate for table in tables if table.is_table} if gate else {}

    def estimate(self, tables: Iterable[Table]) -> int:
        """About how many rows tables have."""
        wanted = {table.name for table in tables}
        with self._errors_told():
            return sum(int(rows) for name, rows in self._all(SQL.sizes) if name in wanted)

    def warnings(self, tables: Iterable[Table]) -> list[tuple[str, str]]:  # noqa: ARG002  # of the whole database
        """Rights that are too wide, and an open network."""
        source = self._access.source
        warnings = []
        with self._errors_told():
            [(is_encrypted,)] = self._all(SQL.is_encrypted)
            rights = [privilege for privilege, _ in self._all(SQL.rights)]
        if rights:
            remedy = f"revoke it, and grant select only, to {source.user}"
            warnings.append((f"{source.user} may do more than read: {', '.join(rights).upper()}", remedy))
        return warnings + of_network(self._access, is_encrypted)

    # Reading

    def begin(self) -> None:
        """Open a consistent snapshot that only reads."""
        with self._errors_told():
            self._connection.execute("begin isolation level repeatable read, read only")
            self._connection.execute("select 1")  # the first question takes the snapshot

    def end(self) -> None:
        """Let go of it."""
        with self._errors_told():
            self._connection.execute("rollback")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one table; its lock goes with the savepoint, and an `alter table` need not wait for the whole run."""
        with self._errors_told():
            self._connection.execute("savepoint m")
            yield
            self._connection.execute("rollback to savepoint m")

    def extent(self, table: Table) -> tuple[int, int, int]:
        """The least and greatest value of the first key column, and the number of rows."""
        key = quote(table.key[0])
        [(least, most, rows)] = self._all(f"select min({key}), max({key}), count(*) from {quote(table.name)}")
        return int(least or 0), int(most or 0), int(rows)

    def digests(self, table: Table, width: int) -> Digests:
        """The digests of a table's ranges."""
        digest = self._digest(table)
        query = f"select {_range(table, width)}, count(*), sum({digest}) from {quote(table.name)} group by 1"
        return {int(number): (int(rows), int(total)) for number, rows, total in self._all(query)}

    def _digest(self, table: Table) -> str:
        """SQL for the digest of a row."""
        if not table.has_versions:
            return f"hashtextextended(row({', '.join(column.digest for column in table.columns)})::text, 0)"
        if len(table.key) == 1 and table.part == INTEGER and self._connection.info.server_version >= 140000:
            # Takes three fifths of what a text of the same does.
            version = "hashtidextended(ctid, (tableoid::bigint << 32) | xmin::text::bigint)"
            return f"hashint8extended({quote(table.key[0])}::bigint, {version})"
        row = ", ".join((*map(quote, table.key), "tableoid", "xmin", "ctid"))
        return f"hashtextextended(concat_ws(',', {row}), 0)"

    def rows(self, table: Table, batch: Batch) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of some ranges, some at a time."""
        names = ", ".join(column.value for column in table.columns)
        query = _bytes_of(f"select {names} from {quote(table.name)} where {_condition(table, batch)}")
        converts = [self._convert(column) for column in table.columns]
        size = LONG_ROWS_AT_ONCE if any(column.is_long for column in table.columns) else ROWS_AT_ONCE
        with self._connection.cursor() as cursor:
            # Several rows at once need a libpq that can.
            stream = cursor.stream(query, **({"size": size} if self._has_chunks else {}))
            while some := list(islice(stream, size)):
                yield values.rows_of(zip(*some, strict=True), converts) if any(converts) else some

    def _convert(self, column: Column) -> values.Convert | None:
        if column.declared == "REAL":
            return values.reals
        is_as_it_is = column.is_binary or column.declared == "INTEGER" or not self._sends_bytes
        return None if is_as_it_is else values.texts

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query about the server, as texts and numbers."""
        rows = self._connection.execute(_bytes_of(query)).fetchall()
        return [tuple(value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value for value in row)
                for row in rows]

    @contextmanager
    def _errors_told(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            if error.sqlstate in _TORN:
                raise Torn(str(error).partition("\n")[0]) from error
            raise failure(self._access, error) from error


def _bytes_of(query: str) -> bytes:
    """A query with names as the server has them, whatever the encoding of the connection."""
    return query.encode("utf-8", "surrogateescape")


def _options(access: Access) -> dict[str, Any]:
    source = access.source
    # libpq takes the folder of a socket.
    is_file = os.path.basename(source.socket).startswith(".s.PGSQL.")
    host = os.path.dirname(source.socket) if is_file else source.socket
    options: dict[str, Any] = {
        "host": host or source.host,
        "port": source.port,
        "user": source.user,
        "dbname": source.database,
        "connect_timeout": CONNECT_SECONDS,
        "client_encoding": "UTF8",
        "application_name": "saasexport",
    }
    if access.password:
        options["password"] = access.password
    if access.ca_file:
        options |= {"sslmode": "verify-full", "sslrootcert": access.ca_file}
    return options


def _range(table: Table, width: int) -> str:
    """SQL for the range of a row: rounded down, also below zero."""
    first = table.first
    if first is None or first.part == WHOLE:
        return "0"
    if first.part == INTEGER:
        return f"{quote(first.name)}::bigint >> {width.bit_length() - 1}"
    name = quote(first.name)
    as_here = f"convert_to({first.value}, pg_client_encoding())"
    text = f"upper(encode({name}, 'hex'))" if first.part == BINARY else as_here
    return f"get_byte(decode(left(md5({text}), 2), 'hex'), 0)"


def _condition(table: Table, batch: Batch) -> str:
    first = table.first
    if first is None or batch.is_all:
        return "true"
    if batch.hashes:
        return f"{_range(table, 0)} in ({', '.join(map(str, batch.hashes))})"
    name = quote(first.name)
    pieces = []
    for least, most in batch.pieces:
        ends = [f"{name} >= {least}"] if least is not None else []
        ends += [f"{name} < {most}"] if most is not None else []
        pieces.append(f"({' and '.join(ends) or 'true'})")
    return " or ".join(pieces)
