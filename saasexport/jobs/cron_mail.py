"""What cron mails of a problem that lasts: when it begins, once an hour, and when it is over."""

import sqlite3
import sys
from datetime import datetime

from saasexport import clock, plain, queries
from saasexport.clock import duration, now_text
from saasexport.database.db import transaction

SQL = queries.beside(__file__)

# A problem that lasts is told again after so long (design.md 4).
TELL_AGAIN_SECONDS = 3600


def tell(job: str, ours: sqlite3.Connection, lines: list[str], is_cron: bool) -> int:
    """Print what went wrong, at most once an hour under cron; gives the exit status."""
    for line in lines_to_mail(job, ours, lines) if is_cron else lines:
        from saasexport.usage import as_typed  # late: only for a message

        print(as_typed(f"{job}: {plain.line(line)}"), file=sys.stderr)
    return 1 if lines else 0


def lines_to_mail(job: str, ours: sqlite3.Connection, lines: list[str]) -> list[str]:
    """Of a job's problems those that were not mailed lately, and those that are over."""
    now = now_text()
    an_hour_ago = clock.ago_text(seconds=TELL_AGAIN_SECONDS)
    kinds = {_kind(line): line for line in lines}
    mailed = []
    with transaction(ours):
        known = {_kind(row[0]): row for row in ours.execute(SQL.problems, {"job": job})}
        for kind, line in kinds.items():
            if kind not in known or not an_hour_ago < known[kind][2] <= now:
                first, since, _ = known.get(kind, (line, now, now))
                mailed.append(line if kind not in known else f"{line} (since {since} UTC)")
                ours.execute(SQL.keep, {"job": job, "message": first, "since": since, "now": now})
        for kind, (message, since, _) in known.items():
            if kind not in kinds:
                mailed.append(f"over since {now} UTC, after {_duration(since, now)}: {message} (began {since} UTC)")
                ours.execute(SQL.forget, {"job": job, "message": message})
    return mailed


def _kind(line: str) -> str:
    """Counts differ from minute to minute; the problem is the same."""
    return "".join(character for character in line if not character.isdecimal())


def _duration(since: str, now: str) -> str:
    return duration(max((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds(), 0))
