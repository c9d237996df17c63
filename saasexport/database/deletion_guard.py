"""Entities that are gone from the shop, until it is decided whether their items are deleted.

A wrong join, a half restored backup or a truncated table looks like a shop that
sold everything.  So a pass first notes the entities that produce nothing any
more; at its end, if they are more than the guard allows, they are held back
until somebody says `deletions --confirm`, and everything else goes on.
"""

from collections.abc import Iterable, Mapping, Sequence

from saasexport import queries
from saasexport.database import indexer
from saasexport.entity_key import EntityId
from saasexport.feed import Feed, json_list
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)

# So many are never held back: a small shop may well take a hundred products off its shelves at once.
FEWEST = 100


def add(ours: sqlite3.Connection, feed: Feed, missing: Mapping[EntityId, Sequence[int]], by: str, now: str) -> None:
    """Keep the entities that a pass found gone, and the rows of what is gone of them, in the staging transaction."""
    rows = [(feed.name, entity, by, now, json_list(items)) for entity, items in missing.items()]
    ours.executemany(SQL.add, rows)


def forget(ours: sqlite3.Connection, feed: Feed, ids: Sequence[EntityId]) -> None:
    """Forget entities that are back or decided, in the staging transaction."""
    if ids:
        ours.execute(SQL.forget, {"feed": feed.name, "ids": json_list(ids)})


def pending(ours: sqlite3.Connection, feed: Feed, by: str) -> list[int]:
    """The entities a pass found gone and that wait for its end."""
    return [row[0] for row in ours.execute(SQL.pending, {"feed": feed.name, "by": by})]


def load_held(ours: sqlite3.Connection, feed: Feed) -> list[int]:
    """The entities whose deletion is held back."""
    return [row[0] for row in ours.execute(SQL.held, {"feed": feed.name})]


def hold_back(ours: sqlite3.Connection, feed: Feed, by: str) -> None:
    """Hold back what a pass found gone."""
    ours.execute(SQL.hold_back, {"feed": feed.name, "by": by})


def holds_any(ours: sqlite3.Connection, feed: Feed) -> bool:
    """Whether however few deletions are counted, as the feed's file was changed."""
    return bool(ours.execute(indexer.SQL.holds_any, {"feed": feed.name}).fetchone()[0])


def load_doubted(ours: sqlite3.Connection, feed: Feed, ids: Iterable[EntityId]) -> list[EntityId]:
    """Of some entities those of whose items none goes unasked: all, if the feed's file was changed, else the held."""
    if holds_any(ours, feed):
        return list(ids)
    return [row[0] for row in ours.execute(SQL.held_among, {"feed": feed.name, "ids": json_list(ids)})]


def is_suspicious(ours: sqlite3.Connection, feed: Feed, number: int, guard: int, fewest: int = FEWEST) -> bool:
    """Whether so many deletions in one pass are more than the guard, in percent, allows."""
    if holds_any(ours, feed):
        fewest = 0
    if not guard or number <= fewest:
        return False
    known = ours.execute(SQL.known.format(feed_table=feed.table)).fetchone()[0]
    return bool(number * 100 > known * guard)
