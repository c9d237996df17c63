"""Which feed is valid, invalid, working or suspended, and how far its changelog has been read.

`working` is no lock: a job that dies leaves it behind, and the next one goes on
at `position`.  Whether anybody works is told by the feed's lock alone.
"""

from saasexport import queries
from saasexport.entity_key import EntityId
from saasexport.feed import Feed
from saasexport.stdlib import NamedTuple, sqlite3

SQL = queries.beside(__file__)

STATUSES = ("valid", "invalid", "working", "suspended")


class State(NamedTuple):
    """A feed's indexer."""

    status: str
    updated: str
    position: EntityId | None
    reason: str | None


class Cursor(NamedTuple):
    """A feed's changelog cursor, and what else a partial sync keeps."""

    mode: str
    updated: str
    version_id: int
    fingerprint: str | None
    pass_version: int | None
    pass_position: EntityId | None
    due_after: str | None
    due_at: str | None
    unavailable: str | None


def add(ours: sqlite3.Connection, feed: Feed, now: str) -> None:
    """Make a feed known: invalid, its changelog unread; one that is known stays as it is."""
    ours.execute(SQL.add, {"indexer": feed.indexer, "feed": feed.name, "now": now})
    ours.execute(SQL.add_view, {"view": feed.view, "feed": feed.name, "now": now})


def state(ours: sqlite3.Connection, feed: Feed) -> State:
    """The feed's indexer as it stands."""
    return State(*ours.execute(SQL.indexer, {"feed": feed.name}).fetchone())


def cursor(ours: sqlite3.Connection, feed: Feed) -> Cursor:
    """The feed's cursor as it stands."""
    return Cursor(*ours.execute(SQL.cursor, {"feed": feed.name}).fetchone())


def source_records(ours: sqlite3.Connection, feed: Feed) -> int:
    """The items a full sync of the feed would produce, as they were last counted; 0 if they never were."""
    return int(ours.execute(SQL.source_records, {"feed": feed.name}).fetchone()[0])


def last_comparison(ours: sqlite3.Connection, feed: Feed) -> tuple[str | None, int | None]:
    """When what the service holds was last compared, and the items that still differ since then."""
    moment, differing = ours.execute(SQL.verified, {"feed": feed.name}).fetchone()
    return moment, differing


def invalidate(ours: sqlite3.Connection, feed: Feed, reason: str, now: str) -> None:
    """Have the feed walked anew, from its first entity."""
    ours.execute(SQL.invalidate, {"feed": feed.name, "reason": reason, "now": now})


def set_status(ours: sqlite3.Connection, feed: Feed, status: str, reason: str | None, now: str) -> None:
    """Set the indexer's status, as indexer:set-status does."""
    ours.execute(SQL.set_status, {"feed": feed.name, "status": status, "reason": reason, "now": now})


def begin(ours: sqlite3.Connection, feed: Feed, now: str) -> None:
    """A full sync begins, or goes on."""
    ours.execute(SQL.begin, {"feed": feed.name, "now": now})


def move(ours: sqlite3.Connection, feed: Feed, position: EntityId) -> bool:
    """Record how far a full sync has come; false if the indexer was reset meanwhile."""
    return ours.execute(SQL.move, {"feed": feed.name, "position": position}).rowcount == 1


def finish(ours: sqlite3.Connection, feed: Feed, now: str) -> None:
    """A full sync is through: the indexer is valid, unless it was reset meanwhile."""
    ours.execute(SQL.finish, {"feed": feed.name, "now": now})


def advance(ours: sqlite3.Connection, feed: Feed, upto: int, position: EntityId) -> None:
    """Record how far a partial sync has come; belongs into the transaction that stages its items."""
    ours.execute(SQL.advance, {"feed": feed.name, "upto": upto, "position": position})


def close_pass(ours: sqlite3.Connection, feed: Feed, upto: int, fingerprint: str | None, now: str) -> None:
    """The changelog is read up to a version: move the cursor there."""
    values = {"feed": feed.name, "upto": upto, "fingerprint": fingerprint, "now": now}
    ours.execute(SQL.close_pass, values)
