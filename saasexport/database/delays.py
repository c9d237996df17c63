"""How long changes of the shop take until the service has them: a distribution per feed and hour.

Of each length of time only about how often it occurred is kept, to 10 percent;
the longest and the newest to the second.
"""

import math
from collections.abc import Iterable

from saasexport import queries
from saasexport.database.feed_table import FeedTable, Pending
from saasexport.feed import Feed
from saasexport.stdlib import NamedTuple, sqlite3

SQL = queries.beside(__file__)

# Lengths of time that are told apart, each so much longer than the one before.
RATIO = 1.1


class Delays(NamedTuple):
    """How many seconds changes took: the newest one, and those delivered since a moment; None: there was none."""

    newest: int | None = None
    median: int | None = None
    p95: int | None = None
    worst: int | None = None


def add(ours: sqlite3.Connection, feed: Feed, table: FeedTable, pending: Iterable[Pending], now: str) -> None:
    """Count the changes that were delivered; before that is on record, and in the same transaction."""
    rows = table.delays(pending, now)
    for seconds, items, _ in rows:
        counted = {"seconds": round_delay(seconds), "changes": items, "worst": seconds}
        values = {"hour": now[:13], "feed": feed.name, **counted}
        ours.execute(SQL.add, values)
    if rows:
        seconds, _, written = rows[0]
        ours.execute(SQL.newest, {"feed": feed.name, "written": written, "seconds": seconds})


def round_delay(seconds: int) -> int:
    """A length of time as it is counted: exact up to 10 seconds, then the nearest one that is told apart."""
    if seconds <= 10:
        return seconds
    return round(RATIO ** round(math.log(seconds, RATIO)))


def since(ours: sqlite3.Connection, moment: str) -> dict[str, Delays]:
    """The delays of each feed from the hour of a moment on."""
    return {row[0]: Delays(*row[1:]) for row in ours.execute(SQL.since, {"since": moment[:13]})}


def of_all(ours: sqlite3.Connection, moment: str) -> Delays:
    """The delays of all feeds together from the hour of a moment on."""
    return Delays(*ours.execute(SQL.of_all, {"since": moment[:13]}).fetchone())


def since_by(ours: sqlite3.Connection, moment: str, precision: int) -> dict[str, tuple[int, int]]:
    """Median and worst of all feeds from a moment on, by hour or day (characters of its text); others are left out."""
    rows = ours.execute(SQL.since_by, {"since": moment[:13], "precision": precision})
    return {start: (median, worst) for start, median, worst in rows}


def clean_up(ours: sqlite3.Connection, before: str) -> None:
    """Forget the delays before a moment."""
    ours.execute(SQL.clean_up, {"before": before[:13]})
