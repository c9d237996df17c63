"""What became of the items of a batch: on record, and in words and codes for people (commerce.md 4)."""

from collections.abc import Collection, Sequence

from saasexport.database.feed_table import FeedTable, Pending
from saasexport.database.hashing import encode
from saasexport.delivery.client import Outcome
from saasexport.sync.report import NOT_DELIVERED, REJECTED


def record_delivered(table: FeedTable, outcomes: Sequence[Outcome]) -> None:
    """The service has these items; those of one request are recorded at once."""
    by_request: dict[tuple[str, int], list[Pending]] = {}
    for outcome in outcomes:
        by_request.setdefault((outcome.request_id, outcome.code), []).append(outcome.pending)
    for (request_id, code), items in by_request.items():
        # Without a request nothing was to be sent.
        table.record_delivered(items, encode({"requestId": request_id, "code": code}) if request_id else None)
        if translations := [(item.translation, item.row_id) for item in items if item.translation]:
            table.record_translations(translations)


def record_not_delivered(table: FeedTable, outcomes: Sequence[Outcome]) -> None:
    """The service does not have these items."""
    table.record_not_delivered(
        (outcome.status, outcome.error, outcome.request_id, outcome.code, outcome.pending.row_id)
        for outcome in outcomes
    )


def reason_of(outcome: Outcome, reasons_to_stop: Collection[str]) -> str:
    """Why an item was not delivered, as problems are counted."""
    if outcome.status == 400:
        return REJECTED
    # What stops one feed concerns that feed; the rest is the service's.
    return (NOT_DELIVERED if outcome.error in reasons_to_stop else "") + outcome.error


def code_of(outcome: Outcome, is_resend: bool) -> str:
    """The code under which the log has it."""
    if outcome.status == 400:
        return "02-09"
    if outcome.code == 429:
        return "02-07"
    if outcome.code >= 500:
        return "02-08"
    if outcome.code == 200:
        return "02-03"
    if outcome.code >= 300:
        return "02-10"
    return "02-06" if is_resend else "02-05"
