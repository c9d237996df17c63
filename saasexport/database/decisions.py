"""What becomes of an item, decided by its row in the feed table: pure functions, with a truth table as their test."""

from saasexport.stdlib import NamedTuple


# Statuses are plain numbers everywhere, as in SQL: an enumeration of them would cost every tick 2 ms.
class Row(NamedTuple):
    """What the feed table knows of an item; feed_table.sql selects these columns."""

    id: int
    entity_id: int
    feed_id: str
    feed_hash: str
    is_deleted: int
    status: int  # 0 awaits sending, 1 cannot be assembled, 2 is retried, 200 delivered, 400 rejected
    modified_at: str
    environments: int  # the data spaces that may hold it, as bits
    feed_data: str
    conflict: str | None
    translation: str | None = None  # hash of what a destination was sent for it; None where it is not delivered

    @property
    def is_dropped(self) -> bool:
        """Whether it could not be assembled and is not tried again: a person has dropped it, or it is too large."""
        return self.status == 400 and not self.feed_hash


class Decision:
    """What to do with an item: constants, and no Enum, which every tick would import."""

    SKIP = "the service has it, or has rejected just this"
    ADD = "a new row, and send it"
    CHANGE = "put the new state on record with a time of export of its own, and send it"
    RETRY = "put it on record as awaiting, with the time of export it had, and send it"
    RESUME = "it awaits sending as it stands: send it"
    DELETE = "put the deletion on record with a time of export of its own, and send it"
    LEAVE_HERE = "this data space never had it: on record as deleted, for those that may"
    FORGET = "no data space ever had it: remove the row"


def decide(row: Row | None, entity_id: int | str, item_hash: str, force: bool, is_legacy: bool) -> str:
    """What to do with an item that the shop has.

    `item_hash` is the hash of its state now.  With `force` it is sent though it has
    not changed.  A legacy feed collects: what awaits there is sent by the exporter.
    """
    if row is None:
        return Decision.ADD
    if row.is_deleted or row.feed_hash != item_hash or force:
        return Decision.CHANGE
    if row.entity_id != entity_id or row.status in (1, 2):
        return Decision.RETRY
    if row.status == 0 and not is_legacy:
        return Decision.RESUME
    return Decision.SKIP


def decide_gone(row: Row, environment: int, force: bool) -> str:
    """What to do with an item that the shop has no more; `environment` is the bit of the data space in force."""
    if row.is_deleted and row.status == 200 and not force:
        return Decision.SKIP
    if not row.environments:
        return Decision.FORGET
    if not row.environments & environment:
        return Decision.LEAVE_HERE
    if not row.is_deleted:
        return Decision.DELETE
    if row.status == 400 and not force:
        return Decision.SKIP
    return Decision.RESUME
