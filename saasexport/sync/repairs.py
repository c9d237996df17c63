"""What the daily comparison had to repair: items that the shop gives otherwise though nothing has announced it.

What was retried is none, nor is what changed while the feed was walked: its
changelog names that.  Everything else is a change that no line of a file, no
trigger and no moment named, so that 0 is the proof that all is watched.
"""

from collections.abc import Iterable

from saasexport.capture import changelog
from saasexport.capture.changelog import Sizes, Span
from saasexport.database import indexer
from saasexport.database.feed_table import FeedTable, Pending
from saasexport.feed import Feed, Shop


def count(table: FeedTable, feed: Feed, shop: Shop, staged: tuple[list[Pending], str], sizes: Sizes) -> None:
    """Add the items that were staged since a moment and that no change announces."""
    pending, since = staged
    entities = [entity_id for entity_id, in table.rows("staged_since", ids=_ids(pending), since=since)]
    if not entities:
        return
    announced = _find_announced(table, feed, shop, sizes)
    items = sum(entity_id not in announced for entity_id in entities) if announced is not None else 0
    table.ours.execute(indexer.SQL.add_repaired, {"feed": feed.name, "items": items})


def _ids(pending: Iterable[Pending]) -> str:
    return "[" + ",".join(str(each.row_id) for each in pending) + "]"


def _find_announced(table: FeedTable, feed: Feed, shop: Shop, sizes: Sizes) -> set[object] | None:
    """The entities that unread rows of the changelog lead to; None: every one."""
    cursor = indexer.cursor(table.ours, feed)
    head, _ = changelog.head(shop.connection, feed)
    if head <= cursor.version_id:
        return set()
    if changelog.open_pass(shop, table.ours, feed, Span(cursor.version_id, head), sizes).everything:
        return None
    return {entity_id for ids in changelog.batches(table.ours, feed, None, sizes.keys) for entity_id in ids}
