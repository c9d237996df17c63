"""Reading the changelogs in the shop: the entities that changed since the last run.

What wrote them is in `triggers`.  A key in a changelog is a row of some table;
which entities it means is asked of the shop here, long after the change.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from saasexport import queries
from saasexport.database import db, stock_fingerprints
from saasexport.database.hashing import encode
from saasexport.entity_key import EntityId
from saasexport.feed import EVERYTHING, Feed, Shop, json_list, reading_shop
from saasexport.queries import fold
from saasexport.stdlib import Any, NamedTuple, sqlite3

SQL = queries.beside(__file__)


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


# Of a changelog: the key, the via, and when it was written.
Row = tuple[Any, str | None, int | None]


class Opened(NamedTuple):
    """What a span of a changelog holds."""

    fingerprint: str | None  # of its last row
    everything: str  # why the whole feed has to be walked, or empty
    is_empty: bool  # nothing that changed concerns an item
    has_unreadable: bool  # a key that changed is no key of the feed


SIZES = Sizes()


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


def is_to_be_purged(shop: sqlite3.Connection, feed: Feed, cursor: int, kept: int = SIZES.kept) -> bool:
    """Whether more rows are processed than are kept; a busy shop comes first."""
    query = SQL.processed.format(changelog=feed.changelog)
    try:
        return bool(shop.execute(query, {"cursor": cursor}).fetchone()[0] >= kept)
    except sqlite3.OperationalError:
        return False


def purge(shop: sqlite3.Connection, feed: Feed, cursor: int, kept: int = SIZES.kept) -> int:
    """Remove processed rows, 1,000 a transaction; a busy shop comes first.  Gives their number."""
    gone = 0
    values = {"cursor": cursor}
    if not is_to_be_purged(shop, feed, cursor, kept):
        return 0
    try:
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
        if reason := _reason_for_everything(feed, rows):
            return reason
        with db.transaction(ours, "deferred"):
            _sort(ours, feed, rows)
    if seen != span.upto - span.after:
        # Versions are gapless in commit order, and we purge up to the cursor only.
        return f"{span.upto - span.after - seen} rows of {feed.changelog} are missing"
    return ""


def _reason_for_everything(feed: Feed, rows: list[Row]) -> str:
    """Why rows concern every item of the feed; empty if they name those that they concern."""
    settings = feed.setting_keys()
    for key, via, _ in rows:
        if via is not None and via.partition(" ")[0] == EVERYTHING:
            table = via.partition(" ")[2]
            return f"{table} changed, which concerns every item" if table else "a change that concerns every item"
        if via in settings and str(key) in settings[via]:
            return f"the configuration value {key} changed"
        if via in feed.vias and not isinstance(key, int | None) and not _is_json(key):
            return f"a key of {via} is not valid text"
    return ""


def _sort(ours: sqlite3.Connection, feed: Feed, rows: list[Row]) -> None:
    """Put the keys of rows down as entities, or as what a via leads from."""
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


def _vias_of_source(feed: Feed) -> set[str]:
    """The vias through which rows of the feed's entities come: there, what is no key is an entity that fails."""
    source = tuple(map(fold, feed.entity))
    return {
        entry.via
        for entry in feed.all_subscriptions()
        if entry.via and (fold(entry.table), fold(entry.column)) == source
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
            rows = shop.rows(query, keys=encode([key for key, _ in some]))
            with db.transaction(ours, "deferred"):
                ours.executemany(
                    f"insert or ignore into {table} (entity_id, written) values (?, ?)",
                    ((key, some[0][1]) for row in rows if (key := feed.key.whole(row[0])) is not None),
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
        changed = stock_fingerprints.select_changed(shop, ours, feed, ids)
        with db.transaction(ours, "deferred"):
            ours.execute(SQL.confirmed, {"ids": json_list(changed)})
