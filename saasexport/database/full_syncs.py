"""Which full syncs began, and what for.

A feed of a file that is walked every few minutes costs what a line of the file would save.
"""

from saasexport import queries
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)

# What the daily comparison is called, and where it stands in for one that did not run.
DAILY = "daily reconciliation"
LATE = "it was not compared with the shop for long"
COMPARISONS = (DAILY, LATE)


def add(ours: sqlite3.Connection, feed: str, reason: str | None, now: str) -> None:
    """Count one that begins; belongs into the transaction in which it does."""
    import re  # late: it costs half a start of Python

    reason = re.sub(r"\d[\d.,]*", "N", reason or "it was set invalid")
    ours.execute(SQL.add, {"hour": now[:13], "feed": feed, "reason": reason})


def since(ours: sqlite3.Connection, moment: str) -> dict[tuple[str, str], int]:
    """(feed, reason) -> how many began, from the hour of a moment on."""
    return {(feed, reason): syncs for feed, reason, syncs in ours.execute(SQL.since, {"since": moment[:13]})}


def clean_up(ours: sqlite3.Connection, before: str) -> None:
    """Forget those before a moment."""
    ours.execute(SQL.clean_up, {"before": before})
