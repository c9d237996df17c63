"""What cron mails of a problem that lasts: when it begins, once an hour, and when it is over.

A run that meets a problem no more does not prove that it is over: what was
rejected is not sent again, and who has nothing to send does not notice that the
service is down.  Of such problems our database says whether they last.
"""

import sys

from saasexport import clock, plain, queries
from saasexport.clock import duration, now_text
from saasexport.database.db import transaction
from saasexport.stdlib import NamedTuple, datetime, sqlite3
from saasexport.sync import report

SQL = queries.beside(__file__)

# A problem that lasts is told again after so long (design.md 4).
TELL_AGAIN_SECONDS = 3600

# What a line says -> the query that finds out whether it is so still, and whether that waits for people:
# then no job can do more about it, nor has it to look every minute.
LASTING = (
    (report.SENT_AGAIN, "not_answered", False),
    (report.NOT_DELIVERED, "not_delivered", False),
    (report.CANNOT_BE_ASSEMBLED, "cannot_be_assembled", True),
    (report.REJECTED, "rejected", True),
    (report.HELD_BACK, "held_back", True),
    (report.WITHOUT_KEY, "without_key", True),
)


def tell(job: str, ours: sqlite3.Connection, lines: list[str], is_cron: bool) -> int:
    """Print what went wrong, at most once an hour under cron; gives the exit status."""
    for line in lines_to_mail(job, ours, lines) if is_cron else lines:
        from saasexport.usage import as_typed  # late: only for a message

        print(as_typed(f"{job}: {plain.line(line)}"), file=sys.stderr)
    return 1 if lines else 0


class Problem(NamedTuple):
    """A problem that was mailed."""

    job: str
    message: str
    since: str
    last_mailed: str
    waits_for_people: int = 0


def lines_to_mail(job: str, ours: sqlite3.Connection, lines: list[str]) -> list[str]:
    """Of a job's problems those that were not mailed lately, and those that are over.

    What waits for people may be over whichever job looks.
    """
    now = now_text()
    an_hour_ago = clock.ago_text(seconds=TELL_AGAIN_SECONDS)
    kinds = {_kind(line): line for line in lines}
    mailed = []
    with transaction(ours):
        problems = [Problem(*row) for row in ours.execute(SQL.problems, {"job": job})]
        known = {_kind(problem.message): problem for problem in problems if problem.job == job}
        for kind, line in kinds.items():
            first = known.get(kind, Problem(job, line, now, now))
            if kind not in known or first.waits_for_people or not an_hour_ago < first.last_mailed <= now:
                mailed.append(line if kind not in known else f"{line} (since {first.since} UTC)")
                ours.execute(SQL.keep, {"job": job, "message": first.message, "since": first.since, "now": now})
        past = [each for each in problems if _kind(each.message) not in kinds and not _lasts(ours, each, now)]
        for each in past:
            ours.execute(SQL.forget, each._asdict())
    # Two jobs may have met the same; whoever met it last is forgotten with the first.
    over = {_kind(each.message): each for each in reversed(past)}
    mailed += [
        f"over since {now} UTC, after {_duration(each.since, now)}: {each.message} (began {each.since} UTC)"
        for each in reversed(over.values())
    ]
    return mailed


def _lasts(ours: sqlite3.Connection, problem: Problem, now: str) -> bool:
    """Whether a problem that this run has not met is there still; one that waits for people is kept as such."""
    subject = problem.message.partition(": ")[0]  # a feed, or the service's address
    for words, query, waits_for_people in LASTING:
        if words in problem.message:
            values = {"subject": subject, "told": problem.last_mailed, "now": now}
            lasts = ours.execute(getattr(SQL, query), values).fetchone() is not None
            if lasts and waits_for_people:
                ours.execute(SQL.leave_to_people, problem._asdict())
            return lasts
    return False


def _kind(line: str) -> str:
    """Counts differ from minute to minute; the problem is the same."""
    return "".join(character for character in line if not character.isdecimal())


def _duration(since: str, now: str) -> str:
    return duration(max((datetime.fromisoformat(now) - datetime.fromisoformat(since)).total_seconds(), 0))
