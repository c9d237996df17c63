"""Triggers and changelogs in the shop, and the entities that changed since the last run.

A trigger must never make a write of the shop fail.  Its body names one key
column of the table and the changelogs, nothing else: no condition, no other
table (design.md 7).  What a key means is worked out later, when the changelog
is read, outside the shop's transaction.
"""

import functools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from saasexport import queries
from saasexport.database import db, fingerprints
from saasexport.database.hashing import encode
from saasexport.entity_key import EntityId
from saasexport.errors import ShopError
from saasexport.feed import EVERYTHING, Feed, Shop, json_list, reading_shop

SQL = queries.beside(__file__)

OPERATIONS = ("insert", "update", "delete")


class Sizes(NamedTuple):
    """How much is read of a changelog at a time, and how much stays."""

    slice: int = 20_000  # rows read at a time: a few milliseconds of the shop's time
    keys: int = 500  # keys turned into entity ids at a time
    # Processed rows that may stay before they are purged, so that a tick with a
    # single change does not make the shop wait for a write of ours.
    kept: int = 1_000


class Span(NamedTuple):
    """The rows of a changelog after one version, up to another."""

    after: int
    upto: int


class Opened(NamedTuple):
    """What a span of a changelog holds."""

    fingerprint: str | None  # of its last row
    everything: str  # why the whole feed has to be walked, or empty
    is_empty: bool  # nothing that changed concerns an item
    has_unreadable: bool  # a key that changed is no key of the feed


SIZES = Sizes()


# Installing


def triggers(feeds: Iterable[Feed], installation: str) -> dict[str, str]:
    """The triggers of the shop by name: one per table and operation, serving every feed that watches."""
    watched: dict[str, dict[tuple[str, str, str], None]] = {}
    bodies: dict[str, list[tuple[str, str, str]]] = {}
    for feed in feeds:
        for subscription in feed.all_subscriptions():
            via = "'" + subscription.via.replace("'", "''") + "'" if subscription.via else "null"
            entry = (feed.changelog, subscription.column, via)
            if entry not in watched.setdefault(subscription.table, {}):
                watched[subscription.table][entry] = None
                bodies.setdefault(subscription.table, []).append(entry)
    return {
        _trigger_name(table, operation): _trigger(table, operation, entries, installation)
        for table, entries in sorted(bodies.items())
        for operation in OPERATIONS
    }


def changelogs(feeds: Iterable[Feed]) -> dict[str, str]:
    """The changelogs of the shop by name, one per feed."""
    return {feed.changelog: SQL.changelog.format(changelog=feed.changelog, feed=feed.name) for feed in feeds}


def changelogs_of_0_1_0(feeds: Iterable[Feed]) -> dict[str, str]:
    """The changelogs by name, one per feed, as version 0.1.0 made them."""
    return {feed.changelog: SQL.changelog_of_0_1_0.format(changelog=feed.changelog, feed=feed.name) for feed in feeds}


def install(
    shop: sqlite3.Connection, feeds: Iterable[Feed], installation: str, may: Callable[[], None] = lambda: None
) -> list[str]:
    """Make the shop's changelogs and triggers what they should be; gives the names of what was changed.

    A changelog of version 0.1.0 keeps its rows.  `may` is called once nobody else can write to the shop, and
    raises if nothing is to be installed any more.
    """
    feeds = list(feeds)
    before = changelogs_of_0_1_0(feeds)
    wanted = triggers(feeds, installation)
    tables = changelogs(feeds)
    changed: list[str] = []
    with db.transaction(shop):
        may()
        present = {name: (kind, sql) for kind, name, _, sql in list_installed(shop)}
        # Triggers go before the changelogs they write to, and come after them:
        # no write of the shop may ever meet a trigger without its changelog.
        for kind, texts in (("trigger", wanted), ("table", tables)):
            for name, (kind_there, sql) in list(present.items()):
                if kind_there != kind or is_as_written(sql, texts.get(name, "")):
                    continue
                changed.append(name)
                if kind == "table" and is_as_written(sql, before.get(name, "")):
                    _renew(shop, name, tables[name])
                else:
                    shop.execute(f"drop {kind} {quote(name)}")
                    del present[name]
        for name, sql in {**tables, **wanted}.items():
            if name not in present:
                shop.execute(sql)
                changed.append(name)
    return changed


def _renew(shop: sqlite3.Connection, changelog: str, sql: str) -> None:
    """Make a changelog anew with its rows and its last version; a rename would touch the triggers."""
    for statement in db.statements(SQL.save_rows.format(changelog=changelog)):
        shop.execute(statement)
    shop.execute(f"drop table {quote(changelog)}")
    shop.execute(sql)
    for statement in db.statements(SQL.restore_rows.format(changelog=changelog)):
        shop.execute(statement)


def uninstall(shop: sqlite3.Connection) -> int:
    """Take everything of ours out of the shop, triggers first; gives the number of things removed."""
    with db.transaction(shop):
        present = list_installed(shop)
        for kind, name, _, _ in present:
            shop.execute(f"drop {kind} {quote(name)}")
    return len(present)


def quote(name: str) -> str:
    """A name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def is_as_written(sql: str, expected: str) -> bool:
    """Whether a text of sqlite_master is what was executed: SQLite writes its first two words in capitals."""
    begin = len("create trigger")
    return sql[:begin].lower() + sql[begin:] == expected[:begin].lower() + expected[begin:]


# What stands before the body of a trigger, a word or a quoted thing at a time, and our marker right behind `begin`.
# The look ahead keeps what it found, so that the middle of a comment is never read as `begin`; `*+` would say the
# same, but forgets groups in Debian 12's Python 3.11.2.
_TRIGGER = re.compile(
    r"""(?= (?P<head> (?:
            /\*.*?\*/ | --[^\n]*\n | '[^']*' | "[^"]*" | `[^`]*` | \[[^]]*] | (?! \b begin \b ) [^'"`[]
        )* )) (?P=head)
        \b begin \s* /\*[ ]saasexport[ ](?P<installation> \w+ )[ ]\*/ (?P<body> .*)""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

# A body as we write it, by which a trigger is recognised after the shop renamed its table.
_BODY = re.compile(
    r"""(?: \s* insert[ ]into[ ]\S+_cl"?[ ]\(entity_id,[ ]via\)[ ]
            (?: values[ ]\([^;]*\) | select[ ][^;]* ); )+ \s* end \s*""",
    re.IGNORECASE | re.VERBOSE,
)

_CHANGELOG = re.compile(
    r"create table \S+ \(\s*-- saasexport: keys of the shop that changed, for the feed \w+\.\n\s*version_id\b",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=1000)
def _split_at_marker(sql: str) -> re.Match[str] | None:
    """A trigger's text parted at its marker, None without one; several questions are asked of each text."""
    return _TRIGGER.fullmatch(sql)


def installation_of(sql: str) -> str:
    """The installation whose marker a trigger carries at its place; empty if it carries none."""
    match = _split_at_marker(sql)
    return match["installation"] if match else ""


def is_ours(kind: str, name: str, table: str, sql: str) -> bool:
    """Whether a thing of the shop was made by saasexport, this or another installation.

    A trigger has our name, stands on our table and carries our marker right
    behind `begin`, whatever else its body says.  On another table it is ours if
    all of its body is: the shop renamed the table.
    """
    if kind == "table":
        return _CHANGELOG.match(sql) is not None
    match = _split_at_marker(sql)
    if match is None:
        return False
    is_on_our_table = name.lower() in {_trigger_name(table, operation).lower() for operation in OPERATIONS}
    return is_on_our_table or _BODY.fullmatch(match["body"]) is not None


def list_installed(shop: sqlite3.Connection) -> list[tuple[str, str, str, str]]:
    """Type, name, table and text of what is there of ours in the shop, triggers first."""
    return [row for row in shop.execute(SQL.candidates) if is_ours(*row)]


def unavailable(shop: sqlite3.Connection, feed: Feed) -> str:
    """Why the shop cannot give this feed: a lack, or a name of ours that is taken; empty if it can."""
    return feed.fault or lacking(shop, feed) or describe_clash(shop, feed)


def lacking(shop: sqlite3.Connection, feed: Feed) -> str:
    """The table or key column that the shop lacks for this feed, in words; empty if it has all."""
    present: dict[str, set[str]] = {}
    tables = encode([subscription.table.lower() for subscription in feed.all_subscriptions()])
    for table, column in shop.execute(SQL.columns, {"tables": tables}):
        present.setdefault(table, set()).add(column)
    for subscription in feed.all_subscriptions():
        if subscription.table.lower() not in present:
            return _instead_of(shop, subscription.table)
        if subscription.column.lower() not in present[subscription.table.lower()]:
            return f"the shop's table {subscription.table} has no column {subscription.column}"
    return ""


def _instead_of(shop: sqlite3.Connection, table: str) -> str:
    for kind, name, _, _, _ in shop.execute(SQL.named, {"names": encode([table.lower()])}):
        if kind in ("view", "table") and name.lower() == table.lower():
            what = "virtual table" if kind == "table" else kind
            return f"the shop's {table} is a {what}, which cannot have our triggers"
    return f"the shop has no table {table}"


def describe_clash(shop: sqlite3.Connection, feed: Feed) -> str:
    """The thing of the shop's own that has a name we need for this feed, with the remedy; empty if there is none."""
    tables = [entry.table for entry in feed.all_subscriptions()]
    triggers = {_trigger_name(table, operation).lower() for table in tables for operation in OPERATIONS}
    names = encode([feed.changelog.lower(), *sorted(triggers)])
    for kind, name, table, sql, _ in shop.execute(SQL.named, {"names": names}):
        is_in_the_way = name.lower() in triggers if kind == "trigger" else name.lower() == feed.changelog.lower()
        if is_in_the_way and (kind not in ("trigger", "table") or not is_ours(kind, name, table, sql)):
            left = "" if kind == "trigger" else " (left from another exporter?)"
            return f"the shop has its own {kind} named {name}{left}, a name we need: drop or rename it"
    return ""


def _trigger_name(table: str, operation: str) -> str:
    return f"saasexport_{table}_{operation}"


def table_of(trigger: str) -> str:
    """The table a trigger of ours stands on."""
    return trigger.removeprefix("saasexport_").rpartition("_")[0]


def _trigger(table: str, operation: str, entries: list[tuple[str, str, str]], installation: str) -> str:
    lines = [
        f"create trigger {_trigger_name(table, operation)} after {operation} on \"{table}\"",
        f"begin /* saasexport {installation} */",
    ]
    for changelog, column, via in entries:
        key = f'"{column}"'
        insert = f"    insert into {changelog} (entity_id, via)"
        if operation != "delete":
            lines.append(f"{insert} values (new.{key}, {via});")
        if operation == "delete":
            lines.append(f"{insert} values (old.{key}, {via});")
        if operation == "update":
            lines.append(f"{insert} select old.{key}, {via} where old.{key} is not new.{key};")
    lines.append("end")
    return "\n".join(lines).replace("create trigger", "CREATE TRIGGER", 1)


# Reading


def head(shop: sqlite3.Connection, feed: Feed) -> tuple[int, str | None]:
    """The last version of a feed's changelog, and its fingerprint: none if that row is gone, or never was."""
    with reading_shop(feed.name):
        version, fingerprint = shop.execute(SQL.last.format(changelog=feed.changelog)).fetchone()
    return version, fingerprint


def reason_for_loss(shop: sqlite3.Connection, feed: Feed, cursor: int, expected: str | None) -> str:
    """Why the changelog cannot be trusted from the cursor on; empty if it can."""
    if cursor == 0:
        return ""
    with reading_shop(feed.name):
        row = shop.execute(SQL.at.format(changelog=feed.changelog), {"version_id": cursor}).fetchone()
    if row is None and expected is None:
        return ""  # it was gone when the feed was walked for that reason
    if row is None:
        return f"row {cursor} of {feed.changelog}, the last one read, is gone"
    if row[0] != expected:
        return f"row {cursor} of {feed.changelog} is not the one that was read"
    return ""


def open_pass(shop: Shop, ours: sqlite3.Connection, feed: Feed, span: Span, sizes: Sizes = SIZES) -> Opened:
    """Find the entities that rows of the changelog lead to.

    They are in the temp table changed_entity of our connection afterwards, for
    `batches`.  A pass that walks the whole feed anyway finds none.
    """
    for statement in db.statements(SQL.pass_tables):
        ours.execute(statement)
    for table in ("changed_key", "changed_entity", "suspected_entity", "sharing_entity"):
        ours.execute(f"delete from {table}")
    everything = _collect(shop, ours, feed, span, sizes)
    last = shop.rows(SQL.at.format(changelog=feed.changelog), version_id=span.upto)
    if not everything:
        _expand(shop, ours, feed, sizes.keys)
        _look_back(shop, ours, feed, sizes.keys)
        _confirm(shop, ours, feed, sizes.keys)
    is_empty = ours.execute("select 1 from changed_entity limit 1").fetchone() is None
    has_unreadable = ours.execute("select 1 from changed_key where via = ''").fetchone() is not None
    return Opened(last[0][0] if last else None, everything, is_empty and not has_unreadable, has_unreadable)


def batches(
    ours: sqlite3.Connection, feed: Feed, after: EntityId | None, limit: int
) -> Iterator[list[EntityId]]:
    """The entities of the pass, ascending, some at a time."""
    last = feed.key.lowest if after is None else after
    while True:
        rows = ours.execute(SQL.entities, {"after": last, "limit": limit}).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [row[0] for row in rows]


def purge(shop: sqlite3.Connection, feed: Feed, cursor: int, kept: int = SIZES.kept) -> int:
    """Remove processed rows, 1,000 a transaction; a busy shop comes first.  Gives their number."""
    gone = 0
    values = {"cursor": cursor}
    try:
        if shop.execute(SQL.processed.format(changelog=feed.changelog), values).fetchone()[0] < kept:
            return 0
        while True:
            count = shop.execute(SQL.purge.format(changelog=feed.changelog), values).rowcount
            gone += count
            if count < 1000:
                return gone
    except sqlite3.OperationalError:
        return gone


def _collect(shop: Shop, ours: sqlite3.Connection, feed: Feed, span: Span, sizes: Sizes) -> str:
    query = SQL.slice.format(changelog=feed.changelog)
    seen = 0
    for low in range(span.after, span.upto, sizes.slice):
        rows = shop.rows(query, after=low, upto=min(low + sizes.slice, span.upto))
        seen += len(rows)
        with db.transaction(ours, "deferred"):
            reason = _sort(ours, feed, rows)
        if reason:
            return reason
    if seen != span.upto - span.after:
        # Versions are gapless in commit order, and we purge up to the cursor only.
        return f"{span.upto - span.after - seen} rows of {feed.changelog} are missing"
    return ""


def _sort(ours: sqlite3.Connection, feed: Feed, rows: list[tuple[Any, str | None, int | None]]) -> str:
    settings = feed.setting_keys()
    for key, via, _ in rows:
        if via == EVERYTHING:
            return "a change that concerns every item"
        if via in settings and str(key) in settings[via]:
            return f"the configuration value {key} changed"
        if via in feed.vias and not isinstance(key, int | None) and not _is_json(key):
            return f"a key of {via} is not valid text"
    own: dict[EntityId | None, int | None] = {}  # what changed first waits longest
    for key, via, written in rows:
        if via is None:
            own.setdefault(feed.key.read(key), written)
    if not feed.key.is_named:
        own.pop(None, None)  # a row of another table may well lead to no entity
    keys = feed.key.only(own)
    ours.executemany(
        "insert or ignore into changed_entity (entity_id, written) values (?, ?)", ((key, own[key]) for key in keys)
    )
    source = _vias_of_source(feed)
    of_keys = _vias_of_keys(feed) | source
    shared = [
        (via, feed.key.read(key) if via in of_keys else key, written) for key, via, written in rows if via in feed.vias
    ]
    if len(keys) < len(own) or any(via in source and feed.key.whole(key) is None for via, key, _ in shared):
        ours.execute("insert or ignore into changed_key (via, key) values ('', '')")
    ours.executemany(
        "insert or ignore into changed_key (via, key, written) values (?, ?, ?)",
        (
            (via, key, written)
            for via, key, written in shared
            # The queries compare a column of whole numbers with it, and 1e1 is not 10.
            if key is not None and not (via in of_keys and any(map(feed.key.acts_as_key, feed.key.others([key]))))
        ),
    )
    return ""


def _vias_of_source(feed: Feed) -> set[str]:
    """The vias through which rows of the feed's entities come: there, what is no key is an entity that fails."""
    source = tuple(name.lower() for name in feed.entity)
    return {
        entry.via
        for entry in feed.all_subscriptions()
        if entry.via and (entry.table.lower(), entry.column.lower()) == source
    }


def _vias_of_keys(feed: Feed) -> set[str]:
    """The vias whose keys are keys of the shop's tables, not texts such as a SKU."""
    columns: dict[str, list[str]] = {}
    for entry in feed.all_subscriptions():
        if entry.via:
            columns.setdefault(entry.via, []).append(entry.column)
    return {via for via, names in columns.items() if all(map(feed.key.is_in, names))}


def _is_json(key: Any) -> bool:
    try:
        return bool(encode(key).encode())
    except (ValueError, TypeError):
        return False


def _expand(shop: Shop, ours: sqlite3.Connection, feed: Feed, limit: int) -> None:
    for via, query in feed.vias.items():
        keys = ours.execute(SQL.keys_of_via, {"via": via}).fetchall()
        table = "suspected_entity" if via in feed.fingerprint_vias else "changed_entity"
        if shop.since and via in feed.look_back_vias:
            table = "sharing_entity"
        for some in _written_together(keys, limit):
            found = shop.rows(query, keys=encode([key for key, _ in some]))
            with db.transaction(ours, "deferred"):
                ours.executemany(
                    f"insert or ignore into {table} (entity_id, written) values (?, ?)",
                    ((key, some[0][1]) for row in found if (key := feed.key.whole(row[0])) is not None),
                )


# Moments that keys are told apart by: the seconds of two ticks; of a longer backlog the oldest of many counts.
MOST_MOMENTS = 120


def _written_together(keys: list[tuple[Any, int | None]], limit: int) -> Iterator[list[tuple[Any, int | None]]]:
    """Keys in the order of their moments, some at a time, each time those of one moment unless there are many."""
    moments = {written for _, written in keys}
    groups: Iterable[list[tuple[Any, int | None]]] = [keys]
    if len(moments) <= MOST_MOMENTS:
        groups = [list(group) for _, group in groupby(keys, key=lambda key: key[1])]
    for group in groups:
        for start in range(0, len(group), limit):
            yield group[start : start + limit]


def _look_back(shop: Shop, ours: sqlite3.Connection, feed: Feed, limit: int) -> None:
    """Of the entities that share what changed, take those within the look-back and those on record."""
    if ours.execute("select 1 from sharing_entity limit 1").fetchone() is None:
        return
    ours.execute(SQL.sharing_on_record.format(feed_table=feed.table))
    after = feed.key.lowest
    while after != feed.key.highest:
        values = [row[0] for row in shop.rows(feed.walk, after=after, limit=limit, since=shop.since)]
        after = feed.key.reach(values, limit)
        ids = feed.key.only(map(feed.key.read, values))
        ours.execute(SQL.sharing_of, {"ids": json_list(ids)})


def _confirm(shop: Shop, ours: sqlite3.Connection, feed: Feed, limit: int) -> None:
    """Of the entities that are only suspected, take those that say something else than before."""
    after = feed.key.lowest
    while ids := [row[0] for row in ours.execute(SQL.suspected, {"after": after, "limit": limit})]:
        after = ids[-1]
        found = fingerprints.select_changed(shop, ours, feed, ids)
        with db.transaction(ours, "deferred"):
            ours.execute(SQL.confirmed, {"ids": json_list(found)})


def require(shop: sqlite3.Connection, feed: Feed) -> None:
    """Raise ShopError unless the shop has what the feed watches."""
    reason = unavailable(shop, feed)
    if reason:
        raise ShopError(f"{feed.name}: {reason}")
