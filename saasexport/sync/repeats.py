"""What is sent once more, where the items of a destination carry no time and those above take others with them.

A request whose outcome is not known may be under way still and overtake a newer one: what it held is sent again ten
minutes after it was accepted.  What is under way stands in a table, so that a job that is killed leaves it there.
What a deletion takes, or what is made again brings back, is sent again by the next job; rows are marked in the
transaction that records what was delivered, and under the lock of their feed: the outcome of a request that another
process has under way would take the mark away.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from saasexport import queries
from saasexport.database.db import transaction
from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Outcome
from saasexport.feed import Feed, json_list
from saasexport.setup.installation import Installation
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)

# So long after an item was accepted no older request is under way any more.
LATER = "+10 minutes"


def begin(ours: sqlite3.Connection, feed: Feed, batch: Sequence[Pending]) -> None:
    """Keep that a request with these items is under way: until its outcome is on record it may be lost."""
    with transaction(ours):
        ours.executemany(SQL.begin, [(feed.name, each.row_id) for each in batch])


class Repeats:
    """What has to be sent once more of a feed, or below its items; as a context under the locks of the feeds below.

    Raises Busy when another process sends some of them.
    """

    def __init__(self, installation: Installation, feed: Feed, waits: bool) -> None:
        self.installation = installation
        self.ours = installation.ours
        self.feed = feed
        self.waits = waits
        known = installation.known_feeds
        self.feeds = [known[name] for name in installation.traits.feeds_below.get(feed.name, ()) if name in known]
        self._locks = ExitStack()

    def __enter__(self) -> "Repeats":
        for feed in self.feeds:
            if feed.name != self.feed.name:  # that lock is the pass's
                self._locks.enter_context(self.installation.lock(feed.name, "partial reindex", self.waits))
        return self

    def __exit__(self, *_: object) -> None:
        self._locks.close()

    def record(self, outcomes: Sequence[Outcome], now: str) -> None:
        """Keep what these outcomes make necessary; inside a transaction."""
        sent = [outcome for outcome in outcomes if outcome.request_id]
        lost = [outcome.pending.row_id for outcome in sent if _is_lost(outcome)]
        answered = [outcome.pending.row_id for outcome in sent if not _is_lost(outcome)]
        accepted = [outcome.pending.row_id for outcome in sent if outcome.status == 200]
        values = {"feed": self.feed.name, "now": now, "later": LATER}
        self.ours.execute(SQL.lost, {"feed": self.feed.name, "ids": json_list(lost)})
        self.ours.execute(SQL.answered, {"feed": self.feed.name, "ids": json_list(answered)})
        self.ours.execute(SQL.accepted, {**values, "ids": json_list(accepted)})
        if self.feeds:
            self._schedule_below([outcome.pending for outcome in outcomes if outcome.status == 200], now)

    def _schedule_below(self, delivered: Sequence[Pending], now: str) -> None:
        """Have what these items took or brought back sent again by the next job."""
        gone = [json.loads(each.body) for each in delivered if each.is_deleted]
        # One that is held already brings nothing back.
        made = [each for each in delivered if not each.is_deleted and not each.held]
        self._schedule(gone, [json.loads(each.body) for each in made])
        if any(feed.name != self.feed.name for feed in self.feeds):
            # What came before the item above it was in force may have been dropped.
            self.ours.executemany(SQL.repeat_below, [(self.feed.name, each.row_id, now, LATER) for each in made])

    def _schedule(self, gone: Iterable[dict[str, object]], made: Iterable[dict[str, object]]) -> None:
        gone, made = list(gone), list(made)
        find_affected = self.installation.traits.find_affected
        affected = find_affected(self.feed.name, gone, made) if find_affected and (gone or made) else {}
        for feed in self.feeds if affected else ():
            table = self.installation.table(feed)
            # Making a category again concerns what was deleted only, of which there is little.
            query = "on_record" if gone or feed.name != self.feed.name else "deleted_on_record"
            rows = table.ours.execute(table.sql(query))
            table.schedule([row for row, data, is_deleted in rows if affected[feed.name](json.loads(data), is_deleted)])

    def schedule_due(self, now: str) -> None:
        """Have what is due sent by this job."""
        values = {"feed": self.feed.name, "now": now}
        due = self.ours.execute(SQL.due, values).fetchall()
        if not due:
            return
        table = self.installation.table(self.feed)
        ids = json_list(row for row, is_below in due if is_below)
        with self, transaction(self.ours):
            table.schedule([row for row, is_below in due if not is_below])
            self._schedule([], [json.loads(data) for (data,) in table.rows("data_of", ids=ids)])
            self.ours.execute(SQL.forget_due, values)


def _is_lost(outcome: Outcome) -> bool:
    """Whether a request may have been taken although nothing says so."""
    return outcome.status == 2 and not 300 <= outcome.code < 500
