"""Batches: cut from items, joined to one body (design.md 5)."""

from collections.abc import Iterator, Sequence

from saasexport.database.feed_table import Pending

Batch = list[Pending]


def cut(pending: Sequence[Pending], batch_size: int, max_body: int) -> Iterator[Batch]:
    """Batches of at most so many items and so many bytes; a larger item stands alone."""
    batch: Batch = []
    size = 1  # a bracket, and a comma or the other bracket after each item
    for item in pending:
        of_item = item.size + 1
        if batch and (len(batch) >= batch_size or size + of_item > max_body):
            yield batch
            batch, size = [], 1
        batch.append(item)
        size += of_item
    if batch:
        yield batch


def body_of(batch: Sequence[Pending]) -> bytes:
    """A batch as it is sent: a JSON array without an envelope."""
    pieces: list[bytes] = []
    for item in batch:
        pieces += (b"," if pieces else b"[", *item.pieces)
    return b"".join((*pieces, b"]")) if pieces else b"[]"


def size_of(batch: Sequence[Pending]) -> int:
    """The bytes of a batch's body."""
    return 1 + sum(item.size + 1 for item in batch)


def halves(batch: Batch) -> list[Batch]:
    """A batch in two parts; one item alone stays alone."""
    middle = len(batch) // 2
    return [part for part in (batch[:middle], batch[middle:]) if part]
