"""The columns of PostgreSQL: what each becomes here."""

from collections.abc import Sequence
from typing import Any

from saasexport.mirror.tables import BINARY, INTEGER, TEXT, WHOLE, Column
from saasexport.queries import quote

_INTEGERS = ("int2", "int4", "int8", "oid")
_LOOSE_KEYS = ("json", "xml", "money", "interval")  # whose texts are not compared as keys

# The digits that SQLite keeps of a number with a decimal point.
_DIGITS = 15

# What the server adds to precision and scale.
_HEADER = 4


def column_of(row: Sequence[Any]) -> Column:
    """A column, as the catalogue describes it."""
    name, kind, modifier, group, is_long, is_not_null, identity = row
    column = _type_of(name, kind, int(modifier))
    if column is None:
        declared = "TEXT COLLATE NOCASE" if kind == "citext" else "TEXT"
        value = f"{quote(name)}::text"
        if kind == "timestamptz":
            value = f"({quote(name)} at time zone 'UTC')::text"
        part = TEXT if group in ("b", "e") and kind not in _LOOSE_KEYS else WHOLE
        column = Column(name, declared, value, value, part)
    return column._replace(is_long=bool(is_long), is_nullable=not is_not_null, identity=identity)


def _type_of(name: str, kind: str, modifier: int) -> Column | None:
    """A number or bytes; None for what is read as text."""
    it = quote(name)
    if kind in _INTEGERS:
        return Column(name, "INTEGER", it, it, INTEGER)
    if kind == "bool":
        return Column(name, "INTEGER", f"{it}::int", f"{it}::int")
    if kind == "bit" and 0 < modifier < 64:
        return Column(name, "INTEGER", f"{it}::bigint", it)
    if kind == "numeric":
        declared, digits = "NUMERIC", _DIGITS
        if modifier >= _HEADER:
            precision, scale = (modifier - _HEADER) >> 16, (modifier - _HEADER) & 0x7FF
            declared = f"NUMERIC({precision},{scale})"
            digits = _DIGITS if precision > _DIGITS else 0
        return Column(name, declared, f"{it}::text", f"{it}::text", digits=digits)
    if kind in ("float4", "float8"):
        return Column(name, "REAL", f"{it}::float8::text", f"{it}::float8::text")
    if kind == "bytea":
        return Column(name, "BLOB", it, f"encode({it}, 'hex')", BINARY, is_binary=True)
    return None
