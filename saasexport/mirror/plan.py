"""Which tables and columns are copied: those that feeds read or watch, and those of `[mirror] tables`.

What feeds read is worked out on an empty SQLite database that has the tables of the
server.  What was there once and is not any more looks like a right that was taken
away: that is an error, until the configuration or the feeds are others.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from saasexport.errors import ConfigError, ShopError
from saasexport.mirror.tables import Column, Table
from saasexport.queries import fold, quote

_OF_DOUBLES = "rename one, or grant select only on the one that feeds read"

# Table -> its columns, as feeds name them.
Needs = dict[str, list[str]]


class Wanted(NamedTuple):
    """What is to be copied, and on what that depends."""

    prefix: str
    more: tuple[str, ...]  # tables with every column
    basis: str  # configuration and feeds: after another one, what went is left out
    program: str
    needs: Callable[[sqlite3.Connection], Needs]


class Plan(NamedTuple):
    """The tables that are copied, and what is kept to make the same plan again."""

    tables: list[Table]
    kept: dict[str, Any]
    warnings: list[tuple[str, str]]  # each with its remedy


def make(wanted: Wanted, shown: Iterable[Table], before: dict[str, Any]) -> Plan:
    """The plan for the tables that a server shows; `before` is what was kept of the last one."""
    shown, lost = distinct(shown)
    listing = _digest([(table.here, table.is_table, [c[:2] for c in table.columns]) for table in shown])
    basis = {"basis": wanted.basis, "program": wanted.program, "listing": listing}
    if before and all(before.get(name) == value for name, value in basis.items()):
        needs = before["needs"]
    else:
        needs = _needs(wanted, shown)
        if before.get("basis") == wanted.basis:
            _refuse_loss(before["needs"], shown)
    by_name = {fold(table.here): table for table in shown}
    tables = [by_name[fold(name)].only(columns) for name, columns in needs.items()]
    doubles = [lost[fold(table.here)] for table in tables if fold(table.here) in lost]
    warnings = [(f"{names} differ in letter case only: {name} is not copied", _OF_DOUBLES) for names, name in doubles]
    return Plan(tables, {**basis, "needs": needs}, warnings)


def distinct(shown: Iterable[Table]) -> tuple[list[Table], dict[str, tuple[str, str]]]:
    """Tables and columns that SQLite tells apart: of names that differ in letter case only the first; and which went.

    Those are: name of the table in small letters -> its names, and those that are not copied.
    """
    tables: dict[str, Table] = {}
    lost: dict[str, tuple[str, str]] = {}
    for table in shown:
        small = fold(table.here)
        if small in tables:
            lost[small] = (f"{tables[small].name} and {table.name}", table.name)
            continue
        columns: dict[str, Column] = {}
        for column in table.columns:
            if (first := columns.setdefault(fold(column.name), column)) is not column:
                lost[small] = (f"{table.name}.{first.name} and {column.name}", column.name)
        present = {column.name for column in columns.values()}
        key = table.key if present.issuperset(table.key) else ()
        tables[small] = table._replace(columns=tuple(columns.values()), key=key)
    return list(tables.values()), lost


def skeleton(shown: Iterable[Table]) -> sqlite3.Connection:
    """An empty database with the tables of a server."""
    empty = sqlite3.connect(":memory:", isolation_level=None)
    for table in distinct(shown)[0]:
        columns = ", ".join(f"{quote(column.name)} {column.declared}" for column in table.columns)
        key = f", primary key ({', '.join(map(quote, table.key))})" if table.key else ""
        try:
            empty.execute(f"create table {quote(table.here)} ({columns}{key})")
        except sqlite3.Error:
            continue  # a name of SQLite's own
    return empty


def _needs(wanted: Wanted, shown: list[Table]) -> Needs:
    empty = skeleton(shown)
    try:
        needs = {fold(name): set(columns) for name, columns in wanted.needs(empty).items()}
    finally:
        empty.close()
    by_name = {fold(name): table for table in shown for name in (table.name, table.here)}
    for name in wanted.more:
        if fold(name) not in by_name:
            lack = f"[mirror] tables: the server shows no table {name}"
            raise ConfigError(lack, "grant select on it, or leave it out")
        table = by_name[fold(name)]
        needs.setdefault(fold(table.here), set()).update(column.name for column in table.columns)
    by_here = {fold(table.here): table for table in shown}
    complete: Needs = {}
    for name, columns in sorted(needs.items()):
        if name in by_here:
            table = by_here[name]
            small = {fold(column) for column in columns} | {fold(column) for column in table.key}
            present = [column.name for column in table.columns if fold(column.name) in small]
            complete[table.here] = present or [table.columns[0].name]
    return complete


def _refuse_loss(needs: Needs, shown: list[Table]) -> None:
    present = {fold(table.here): {fold(column.name) for column in table.columns} for table in shown}
    lost = []
    for name, columns in needs.items():
        if fold(name) not in present:
            lost.append(f"table {name}")
        else:
            lost += [f"{name}.{column}" for column in columns if fold(column) not in present[fold(name)]]
    if lost:
        raise ShopError(
            f"the server does not show {', '.join(lost[:5])} any more: dropped, or no right to read it;"
            " the copy stays as it was",
            "grant select on it; if it is gone for good, switch off the feeds that read it, or change [mirror]",
        )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
