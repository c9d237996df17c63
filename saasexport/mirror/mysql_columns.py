"""The columns of MySQL and MariaDB: what each becomes here, and its part in a row's digest."""

import re
from typing import Any

from saasexport.mirror.tables import BINARY, INTEGER, TEXT, WHOLE, Column, Table

_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year")
_SHORT_BINARIES = ("binary", "varbinary")
_BLOBS = ("tinyblob", "blob", "mediumblob", "longblob")
_TEXTS = ("tinytext", "text", "mediumtext", "longtext", "json")
# MySQL's name of a collection is another than MariaDB's.
_SPATIAL = ("geometry", "point", "linestring", "polygon", "geometrycollection", "geomcollection")
_OPAQUE = (*_SPATIAL, "multipoint", "multilinestring", "multipolygon", "vector")
_MOMENTS = ("date", "time", "datetime", "timestamp")

# Others are converted where they stand beside one of these.
_UNICODE = ("utf8mb4", "utf8mb3", "utf8", "ascii")

# A longer text is hashed alone: what quote() makes of it may be longer than a packet, and then it says NULL.
_QUOTED = 255

# The digits that SQLite keeps of a number with a decimal point.
_DIGITS = 15


def quote(name: str) -> str:
    """A name as MySQL takes it."""
    return "`" + name.replace("`", "``") + "`"


def column_of(row: tuple[Any, ...]) -> Column:
    """A column, as the information schema describes it."""
    _, name, kind, whole_kind, nullable, collation, charset, precision, scale, length = row
    column = _type_of(name, kind.lower(), whole_kind.lower(), (precision, scale))
    if column is None:
        column = _of_text(name, kind.lower(), (collation or "", charset or "", int(length or 0)))
    return column._replace(is_nullable=nullable != "NO")


def _type_of(name: str, kind: str, whole_kind: str, size: tuple[Any, Any]) -> Column | None:
    """A number or bytes; None for what is read as text."""
    it = quote(name)
    if kind in _INTEGERS:
        most = 2**63 - 1 if kind == "bigint" and "unsigned" in whole_kind else None
        return Column(name, "INTEGER", it, f"ifnull({it}, 'N')", INTEGER, most=most)
    if kind == "bit":
        return Column(name, "INTEGER", f"{it} + 0", f"ifnull({it} + 0, 'N')", most=2**63 - 1)
    if kind == "decimal":
        digits = _DIGITS if int(size[0]) > _DIGITS else 0
        return Column(name, f"NUMERIC({size[0]},{size[1]})", it, f"ifnull({it}, 'N')", digits=digits)
    if kind in ("float", "double"):
        # The text of a float shows six digits only.
        value = f"{it} + 0e0"
        return Column(name, "REAL", value, f"ifnull({value}, 'N')")
    if kind in (*_SHORT_BINARIES, *_BLOBS, *_OPAQUE):
        part = BINARY if kind in _SHORT_BINARIES else WHOLE
        return Column(name, "BLOB", it, f"ifnull(sha1({it}), 'N')", part, is_binary=True)
    return None


def _of_text(name: str, kind: str, text: tuple[str, str, int]) -> Column:
    collation, charset, length = text
    declared = "TEXT COLLATE NOCASE" if _ignores_case(collation) else "TEXT"
    it = value = quote(name)
    if charset and charset not in _UNICODE:
        it = f"convert({it} using utf8mb4)"
    if kind in _TEXTS or length > _QUOTED:
        # Of one that is too long to be hashed the digest is NULL, and the range always differs.
        return Column(name, declared, value, f"if({it} is null, 'N', sha1({it}))")
    if kind not in (*_MOMENTS, "char", "varchar", "enum", "set"):
        value = it = f"cast({value} as char character set utf8mb4)"
    part = TEXT if kind not in ("time", "datetime", "timestamp") else WHOLE
    return Column(name, declared, value, f"quote({it})", part)


def _ignores_case(collation: str) -> bool:
    """Whether letters of ASCII are the same in either case: i and I are two letters in Turkish."""
    return collation.endswith("_ci") and not re.search("turkish|_tr_", collation)


def row_digest(table: Table) -> str:
    """SQL for the digest of a row, 64 bits of its SHA-1; one that cannot be made is another one each time.

    Quoted, not parted: x#y|z and x|y#z would be one text.
    """
    # concat_ws() would leave out what is NULL.
    parts = ", ',', ".join(column.digest for column in table.columns)
    return (
        f"ifnull(cast(conv(left(sha1(concat({parts})), 16), 16, 10) as unsigned), cast(rand() * 1e15 as unsigned))"
    )
