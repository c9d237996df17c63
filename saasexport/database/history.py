"""How much was sent and how much failed, over time: what the dashboard's charts show.

One row per feed and ten minutes in which something was tried, added up in the
transaction that records a batch.  Fine enough for "the last 3 hours", small
enough to be kept for months.
"""

from saasexport import queries
from saasexport.stdlib import NamedTuple, sqlite3

SQL = queries.beside(__file__)

KEPT_DAYS = 90

# Characters of a time like 2026-11-25 02:47:11: up to its hour, up to its day.
HOUR = 13
DAY = 10
_SLOT = 15


class Tries(NamedTuple):
    """What was tried in some time."""

    sent: int  # items delivered, deletions included
    failed: int  # tries of items that did not succeed


def add(ours: sqlite3.Connection, feed: str, sent: int, failed: int, now: str) -> None:
    """Count a batch; belongs into the transaction that records it."""
    ours.execute(SQL.add, {"slot": now[:_SLOT] + "0", "feed": feed, "sent": sent, "failed": failed})


def since(ours: sqlite3.Connection, moment: str, precision: int) -> dict[str, Tries]:
    """What was tried from a moment on, of all feeds, by hour or day; those without any are left out."""
    values = {"since": moment[:_SLOT], "precision": precision}
    return {start: Tries(sent, failed) for start, sent, failed in ours.execute(SQL.since, values)}


def of_feed(ours: sqlite3.Connection, feed: str, moment: str) -> Tries:
    """What was tried of one feed from a moment on, to ten minutes."""
    return Tries(*ours.execute(SQL.of_feed, {"feed": feed, "since": moment[:_SLOT] + "0"}).fetchone())


def clean_up(ours: sqlite3.Connection, before: str) -> None:
    """Forget what was tried before a moment."""
    ours.execute(SQL.clean_up, {"before": before})
