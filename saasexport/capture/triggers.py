"""What stands in the shop: triggers and changelogs, how ours are recognised, and what is in their way.

A trigger must never make a write of the shop fail.  Its body names one key
column of the table and the changelogs, nothing else: no condition, no other
table (design.md 7).  What a key means is worked out later, when the changelog
is read, outside the shop's transaction.
"""

import functools
import re
from collections.abc import Callable, Iterable

from saasexport import queries
from saasexport.database import db
from saasexport.database.hashing import encode
from saasexport.errors import ShopError
from saasexport.feed import EVERYTHING, Feed
from saasexport.queries import fold, quote
from saasexport.stdlib import NamedTuple, sqlite3

SQL = queries.beside(__file__)

OPERATIONS = ("insert", "update", "delete")


class Installed(NamedTuple):
    """A thing of ours in the shop."""

    kind: str  # trigger or table: a changelog
    name: str
    table: str
    sql: str


def texts(feeds: Iterable[Feed], installation: str) -> dict[str, str]:
    """The triggers of the shop by name: one per table and operation, serving every feed that watches."""
    watched: dict[str, dict[tuple[str, str, str], None]] = {}
    bodies: dict[str, list[tuple[str, str, str]]] = {}
    for feed in feeds:
        for subscription in feed.all_subscriptions():
            name = f"{EVERYTHING} {subscription.table}" if subscription.via == EVERYTHING else subscription.via
            via = "'" + name.replace("'", "''") + "'" if name else "null"
            entry = (feed.changelog, subscription.column, via)
            if entry not in watched.setdefault(subscription.table, {}):
                watched[subscription.table][entry] = None
                bodies.setdefault(subscription.table, []).append(entry)
    return {
        _trigger_name(table, operation): _trigger(table, operation, entries, installation)
        for table, entries in sorted(bodies.items())
        for operation in OPERATIONS
    }


def changelog_texts(feeds: Iterable[Feed]) -> dict[str, str]:
    """The changelogs of the shop by name, one per feed."""
    return {feed.changelog: SQL.changelog.format(changelog=feed.changelog, feed=feed.name) for feed in feeds}


def changelog_texts_of_0_1_0(feeds: Iterable[Feed]) -> dict[str, str]:
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
    before = changelog_texts_of_0_1_0(feeds)
    wanted = texts(feeds, installation)
    tables = changelog_texts(feeds)
    changed: list[str] = []
    with db.transaction(shop):
        may()
        present = {each.name: (each.kind, each.sql) for each in list_installed(shop)}
        # Triggers go before the changelogs they write to, and come after them:
        # no write of the shop may ever meet a trigger without its changelog.
        for kind, expected in (("trigger", wanted), ("table", tables)):
            for name, (kind_there, sql) in list(present.items()):
                if kind_there != kind or is_as_written(sql, expected.get(name, "")):
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
        for each in present:
            shop.execute(f"drop {each.kind} {quote(each.name)}")
    return len(present)


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
    is_on_our_table = fold(name) in {fold(_trigger_name(table, operation)) for operation in OPERATIONS}
    return is_on_our_table or _BODY.fullmatch(match["body"]) is not None


def list_installed(shop: sqlite3.Connection) -> list[Installed]:
    """What is there of ours in the shop, triggers first."""
    return [Installed(*row) for row in db.read_shop(shop, SQL.candidates) if is_ours(*row)]


def unavailable(shop: sqlite3.Connection, feed: Feed) -> str:
    """Why the shop cannot give this feed: a lack, or a name of ours that is taken; empty if it can."""
    return feed.fault or lacking(shop, feed) or describe_clash(shop, feed)


def lacking(shop: sqlite3.Connection, feed: Feed) -> str:
    """The table or key column that the shop lacks for this feed, in words; empty if it has all."""
    present: dict[str, set[str]] = {}
    tables = encode([fold(subscription.table) for subscription in feed.all_subscriptions()])
    for table, column in db.read_shop(shop, SQL.columns, {"tables": tables}):
        present.setdefault(table, set()).add(column)
    for subscription in feed.all_subscriptions():
        if fold(subscription.table) not in present:
            return _instead_of(shop, subscription.table)
        if fold(subscription.column) not in present[fold(subscription.table)]:
            return f"the shop's table {subscription.table} has no column {subscription.column}"
    return ""


def _instead_of(shop: sqlite3.Connection, table: str) -> str:
    for kind, name, _, _, _ in db.read_shop(shop, SQL.named, {"names": encode([fold(table)])}):
        if kind in ("view", "table") and fold(name) == fold(table):
            what = "virtual table" if kind == "table" else kind
            return f"the shop's {table} is a {what}, which cannot have our triggers"
    return f"the shop has no table {table}"


def describe_clash(shop: sqlite3.Connection, feed: Feed) -> str:
    """The thing of the shop's own that has a name we need for this feed, with the remedy; empty if there is none."""
    tables = [entry.table for entry in feed.all_subscriptions()]
    triggers = {fold(_trigger_name(table, operation)) for table in tables for operation in OPERATIONS}
    names = encode([fold(feed.changelog), *sorted(triggers)])
    for kind, name, table, sql, _ in db.read_shop(shop, SQL.named, {"names": names}):
        is_in_the_way = fold(name) in triggers if kind == "trigger" else fold(name) == fold(feed.changelog)
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
    name = _trigger_name(table, operation)
    name = name if re.fullmatch(r"\w+", name) else quote(name)
    lines = [
        f"create trigger {name} after {operation} on {quote(table)}",
        f"begin /* saasexport {installation} */",
    ]
    for changelog, column, via in entries:
        key = quote(column)
        insert = f"    insert into {changelog} (entity_id, via)"
        if operation == "insert":
            lines.append(f"{insert} values (new.{key}, {via});")
        elif operation == "delete":
            lines.append(f"{insert} values (old.{key}, {via});")
        else:
            # One statement, for each opens its changelog anew, for every row of the shop.
            old = f"select old.{key}, {via} where old.{key} is not new.{key} collate binary"
            lines.append(f"{insert} select new.{key}, {via} union all {old};")
    lines.append("end")
    return "\n".join(lines).replace("create trigger", "CREATE TRIGGER", 1)


def require(shop: sqlite3.Connection, feed: Feed) -> None:
    """Raise ShopError unless the shop has what the feed watches."""
    reason = unavailable(shop, feed)
    if reason:
        raise ShopError(f"{feed.name}: {reason}")
