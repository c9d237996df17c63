"""The live items of one data space, by their identity.

The items stay the only source: what is read here is parsed when it is asked
for, and kept until the refresher tells that its feed has changed.
"""

import json
import sqlite3
from typing import Any, TypeAlias

from saasexport.queries import beside
from saasexport.service.validation import identity_text

SQL = beside(__file__)

Item: TypeAlias = dict[str, Any]

# Parsed items in memory: a product has some 10 KB.
MOST_KEPT = 2_000


class Items:
    """The items of one environment, read through one connection."""

    def __init__(self, db: sqlite3.Connection, environment: str) -> None:
        self._db = db
        self.environment = environment
        self._feeds: dict[str, int | None] = {}
        self._kept: dict[tuple[str, ...], Item | None] = {}
        self._lists: dict[tuple[str, str], list[Item]] = {}

    def one(self, feed: str, *identity: str) -> Item | None:
        """The item with these identity values; None if there is none, or it was deleted."""
        key = feed, *identity
        if key not in self._kept:
            feed_id = self._feed_id(feed)
            if feed_id is None:
                return None
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            values = {"feed_id": feed_id, "identity": identity_text(list(identity))}
            row = self._db.execute(SQL.one, values).fetchone()
            self._kept[key] = json.loads(row[0]) if row else None
        return self._kept[key]

    def starting(self, feed: str, *first: str) -> list[Item]:
        """The items whose identity begins with these values, in the order of their identities."""
        # A comma follows, and the next character ends the range.
        prefix = identity_text(list(first))[:-1]
        key = feed, prefix
        if key not in self._lists:
            feed_id = self._feed_id(feed)
            if feed_id is None:
                return []
            if len(self._lists) >= MOST_KEPT:
                self._lists.clear()
            bounds = {"feed_id": feed_id, "first": prefix + ",", "end": prefix + "-"}
            self._lists[key] = [json.loads(item) for (item,) in self._db.execute(SQL.between, bounds)]
        return self._lists[key]

    def every(self, feed: str) -> list[Item]:
        """All items of a small feed."""
        return [json.loads(item) for (item,) in self._db.execute(SQL.every, {"feed_id": self._feed_id(feed)})]

    def has_any(self, feed: str) -> bool:
        """Whether a feed holds anything that was not deleted."""
        return self._db.execute(SQL.has_any, {"feed_id": self._feed_id(feed)}).fetchone() is not None

    def forget(self) -> None:
        """Read everything anew from here on."""
        self._feeds.clear()
        self._kept.clear()
        self._lists.clear()

    def _feed_id(self, feed: str) -> int | None:
        if feed not in self._feeds:
            row = self._db.execute(SQL.feed_id, {"environment": self.environment, "feed": feed}).fetchone()
            self._feeds[feed] = row[0] if row else None
        return self._feeds[feed]


def environments(db: sqlite3.Connection) -> list[str]:
    """The data spaces that anything was received for."""
    return [name for (name,) in db.execute(SQL.environments)]
