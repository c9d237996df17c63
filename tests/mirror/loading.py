"""A SQLite shop loaded into a server, with the types that Magento uses there: as its values show them."""

import re
import sqlite3
from contextlib import closing
from typing import NamedTuple

MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
DAY = re.compile(r"\d{4}-\d\d-\d\d")

SHORT = 255


class Types(NamedTuple):
    """What columns are in a server, and how its SQL quotes names."""

    quote: str
    moment: str
    real: str
    text: str
    blob: str
    engine: str = ""
    unsigned: str = ""


OF_MYSQL = Types("`", "datetime", "double", "mediumtext", "longblob", " collate utf8mb4_general_ci", " unsigned")
OF_POSTGRESQL = Types('"', "timestamp(0)", "double precision", "text", "bytea")


def load(path, execute, insert, types, only=None):
    """Make the tables of a SQLite file in a server; `insert` takes a statement with %s and its rows."""
    with closing(sqlite3.connect(path)) as shop:
        shop.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        query = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
        for (table,) in shop.execute(query).fetchall():
            if only is None or table in only:
                execute(definition(shop, table, types))
                rows = shop.execute(f'select * from "{table}"').fetchall()
                if rows:
                    insert(f"insert into {quoted(table, types)} values ({', '.join(['%s'] * len(rows[0]))})", rows)
                for statement in indexes(shop, table, types):
                    execute(statement)


def definition(shop, table, types):
    """The statement that makes a table."""
    columns = shop.execute("select name, type, \"notnull\", pk from pragma_table_info(?)", (table,)).fetchall()
    key = [name for name, _, _, pk in sorted(columns, key=lambda column: column[3]) if pk]
    parts = [
        f"{quoted(name, types)} {kind(shop, table, name, declared, types)}{' not null' if notnull or pk else ''}"
        for name, declared, notnull, pk in columns
    ]
    if key:
        parts.append(f"primary key ({', '.join(quoted(name, types) for name in key)})")
    return f"create table {quoted(table, types)} ({', '.join(parts)}){types.engine}"


def kind(shop, table, name, declared, types):
    """The type of a column."""
    declared = declared.upper()
    column = f'"{name}"'
    if declared == "INTEGER":
        (least,) = shop.execute(f'select min({column}) from "{table}"').fetchone()
        return f"integer{types.unsigned}" if name.endswith("_id") and (least or 0) >= 0 else "bigint"
    if declared.startswith("NUMERIC"):
        return declared.lower()
    if declared == "REAL":
        return types.real
    values = [row[0] for row in shop.execute(f'select distinct {column} from "{table}" where {column} is not null')]
    if any(isinstance(value, bytes) for value in values):
        return types.blob
    texts = [str(value) for value in values]
    if texts and all(MOMENT.fullmatch(text) for text in texts):
        return types.moment
    if texts and all(DAY.fullmatch(text) for text in texts):
        return "date"
    return f"varchar({SHORT})" if max(map(len, texts), default=0) <= SHORT else types.text


def indexes(shop, table, types):
    """The statements that make a table's indexes, but for the primary key's."""
    made = shop.execute("select name, \"unique\", origin, partial from pragma_index_list(?)", (table,)).fetchall()
    for number, (index, unique, origin, partial) in enumerate(made):
        columns = [row[0] for row in shop.execute("select name from pragma_index_info(?)", (index,))]
        if origin == "pk" or partial or None in columns:
            continue
        word = "unique index" if unique else "index"
        names = ", ".join(quoted(column, types) for column in columns)
        yield f"create {word} {quoted(f'i{number}_{table}', types)} on {quoted(table, types)} ({names})"


def quoted(name, types):
    """A name as the server's SQL takes it."""
    return f"{types.quote}{name}{types.quote}"
