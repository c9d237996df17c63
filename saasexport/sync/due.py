"""Moments that change items without any write to the shop: a sale that begins at midnight."""

from collections.abc import Sequence

from saasexport import clock
from saasexport.database import indexer
from saasexport.entity_key import EntityId
from saasexport.stdlib import UTC, datetime, timedelta
from saasexport.sync.steps import Pass


def next_moment(this_pass: Pass) -> str | None:
    """The next moment that changes items; read before a transaction of ours, which is for ours alone."""
    due = this_pass.feed.due
    moment = due.next(this_pass.shop) if due else None
    return _text(moment) if moment else None


def plan(this_pass: Pass, at: str | None, is_done: bool = False) -> None:
    """Keep the next moment; `is_done`: those up to now have been taken up.  To be called inside a transaction."""
    if this_pass.feed.due is None:
        return
    cursor = indexer.cursor(this_pass.ours, this_pass.feed)
    if not is_done and cursor.due_after:
        # A moment that came while this sync was running is still to be taken up.
        at = min(filter(None, (at, cursor.due_at)), default=None)
    after = cursor.due_after if cursor.due_after and not is_done else _text(this_pass.shop.now)
    this_pass.ours.execute(indexer.SQL.set_due, {"feed": this_pass.feed.name, "after": after, "at": at})


def is_set_back(this_pass: Pass) -> bool:
    """Whether the clock was ahead when moments were last taken up: those it passed by are still to come."""
    after = indexer.cursor(this_pass.ours, this_pass.feed).due_after
    return after is not None and after > _text(this_pass.shop.now + timedelta(hours=1))


def entities(this_pass: Pass) -> Sequence[EntityId] | None:
    """The entities that moments changed which have come since the last run; None if none has come."""
    cursor = indexer.cursor(this_pass.ours, this_pass.feed)
    if this_pass.feed.due is None or not cursor.due_at or cursor.due_at > _text(this_pass.shop.now):
        return None
    since = datetime.fromisoformat(cursor.due_after or cursor.due_at).replace(tzinfo=UTC)
    key = this_pass.feed.key
    return sorted(set(key.only(map(key.read, this_pass.feed.due.ids(this_pass.shop, since)))))


def _text(moment: datetime) -> str:
    return clock.text(moment.astimezone(UTC))
