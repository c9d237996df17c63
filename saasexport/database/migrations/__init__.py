"""Bring a database of ours that an older version made up to this one, without losing state.

A file `<n>.sql` beside this module takes the data from schema n-1 to n: `feed_table`
of each feed table, `fixed` of the others as they were, and `new` when the new ones are
there.  Every table and index whose text differs from schema.sql is made anew and its rows
copied, so that a migrated database is the same as a fresh one, comments included.
One feed table a transaction, the fixed tables last, together with the version:
what dies in between is gone on with by the next run.
"""

import os
import re
from collections.abc import Callable

from saasexport import queries
from saasexport.database import db
from saasexport.feeds import all_feeds
from saasexport.stdlib import Any, sqlite3

SQL = queries.load(os.path.join(os.path.dirname(__file__), "migrations.sql"))


def script(version: int) -> queries.Queries:
    """What has to be done with the data to come to a version from the one before: `feed_table`, `fixed` and `new`."""
    return queries.load(os.path.join(os.path.dirname(__file__), f"{version}.sql"))


def bring_up(
    ours: sqlite3.Connection,
    upto: int = db.SCHEMA_VERSION,
    script_of: Callable[[int], Any] = script,
    fixed: str = db.SCHEMA.fixed,
) -> bool:
    """Bring our database up to a schema; says whether anything had to be done."""
    version = ours.execute("pragma user_version").fetchone()[0]
    if version in (0, upto):
        return False
    wanted = _fresh_tables(ours, fixed)
    steps = [script_of(number) for number in range(version + 1, upto + 1)]
    for table in _feed_tables(ours):
        with db.transaction(ours):
            if _conform_table(ours, table, wanted):
                for step in steps:
                    _run(ours, step.feed_table.format(feed_table=table))
    with db.transaction(ours):
        if ours.execute("pragma user_version").fetchone()[0] == upto:
            return False  # another process has done it meanwhile
        _drop_views(ours)
        for step in steps:
            _run(ours, step.fixed)
        conform(ours, fixed)
        for step in steps:
            _run(ours, step.new)
        ours.execute(SQL.forget_program)
        ours.execute(f"pragma user_version = {upto}")
    return True


def _drop_views(ours: sqlite3.Connection) -> None:
    for (view,) in ours.execute(SQL.views).fetchall():
        ours.execute(f'drop view "{view}"')  # made anew with the configuration


def _run(ours: sqlite3.Connection, text: str) -> None:
    for statement in db.statements(text):
        if any(line.strip() and not line.startswith("--") for line in statement.splitlines()):
            ours.execute(statement)


def _conform_table(ours: sqlite3.Connection, table: str, wanted: dict[str, tuple[str, str, str]]) -> bool:
    """Make a feed table what schema.sql says it is; whether it was something else."""
    present = _objects(ours)
    if table not in present or present[table] == wanted.get(table):
        return False
    _drop_views(ours)
    _rebuild(ours, table, wanted[table][2])
    for kind, of_table, sql in wanted.values():
        if kind == "index" and of_table == table:
            ours.execute(sql)
    return True


def conform(ours: sqlite3.Connection, fixed: str) -> None:
    """Make every table and index what schema.sql says it is; rows stay."""
    wanted = _fresh_tables(ours, fixed)
    present = _objects(ours)
    for name, (kind, _, sql) in wanted.items():
        if kind == "table" and name not in present:
            ours.execute(sql)
        elif kind == "table" and present[name][2] != sql:
            _rebuild(ours, name, sql)
    present = _objects(ours)
    for name, (kind, table, _) in present.items():
        if kind == "index" and table in wanted and present[name] != wanted.get(name):
            ours.execute(f'drop index "{name}"')
    for name, (kind, _, sql) in wanted.items():
        if kind == "index" and present.get(name) != wanted[name]:
            ours.execute(sql)


def _rebuild(ours: sqlite3.Connection, table: str, sql: str) -> None:
    ours.execute(f'alter table "{table}" rename to "{table}_before"')
    for (index,) in ours.execute(SQL.indexes_of, {"table": f"{table}_before"}).fetchall():
        ours.execute(f'drop index "{index}"')  # its name is wanted again
    ours.execute(sql)
    before = _columns(ours, f"{table}_before")
    kept = ", ".join(f'"{column}"' for column in _columns(ours, table) if column in before)
    ours.execute(f'insert into "{table}" ({kept}) select {kept} from "{table}_before"')
    ours.execute(f'drop table "{table}_before"')


def _columns(ours: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in ours.execute(f'pragma table_info("{table}")')]


def _objects(connection: sqlite3.Connection) -> dict[str, tuple[str, str, str]]:
    """Tables, then indexes: name -> kind, table, text."""
    return {name: (kind, table, sql) for kind, name, table, sql in connection.execute(SQL.objects)}


def _fresh_tables(ours: sqlite3.Connection, fixed: str) -> dict[str, tuple[str, str, str]]:
    """What a fresh database has, as SQLite itself writes it down; feed tables only where there is one."""
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    try:
        scripts = [fixed, *_feed_tables(ours).values()]
        for text in scripts:
            for statement in db.statements(text):
                fresh.execute(statement)
        return _objects(fresh)
    finally:
        fresh.close()


# What is told of a feed in the text of its table, wherever its file is now.
_TOLD = {
    "feed": re.compile(r"-- What was sent of the feed (\w+),"),
    "identity": re.compile(r"-- sha1 of the identity fields: (.*)"),
    "payload": re.compile(r"\bfeed_data .*-- JSON: (.*)"),
}


def _feed_tables(ours: sqlite3.Connection) -> dict[str, str]:
    """Every feed table, those of feeds of one's own included, and the statements that make it."""
    built_in = {feed.table: db.feed_table_script(feed) for feed in all_feeds().values()}
    tables: dict[str, str] = {}
    for table, text in ours.execute(SQL.feed_tables).fetchall():
        stated = {name: pattern.search(text) for name, pattern in _TOLD.items()}
        values = {name: match[1] if match else table for name, match in stated.items()}
        tables[table] = built_in.get(table) or db.SCHEMA.feed_table.format(feed_table=table, **values)
    return tables
