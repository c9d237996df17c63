"""Rows of the shop whose key is none: text in a key column, a fraction, NULL.

SQLite keeps what was written, so a shop that was imported may have them.  Such a
row is no entity and is never assembled; with its text as its id it stands on
record as failed until it is mended.  A row without any key is counted.
"""

from collections.abc import Iterator, Sequence

from saasexport import queries
from saasexport.database.feed_table import FeedTable
from saasexport.database.hashing import encode
from saasexport.entity_key import EntityId, is_utf8
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.stdlib import Any

SQL = queries.beside(__file__)


def entities(feed: Feed, shop: Shop, texts: Sequence[str]) -> list[EntityItems]:
    """Of some texts that are no keys those that the shop has, each with the reason why it is no entity."""
    _, column = feed.entity
    written = [feed.key.possible_values(text) for text in texts]
    values = {
        "texts": encode([each.text for each in written]),
        # JSON has no word for infinity; SQLite reads it from a number too large.
        "numbers": "[" + ", ".join(_json(each.number) for each in written if each.number is not None) + "]",
        "bytes": encode([each.raw.hex().upper() for each in written if each.raw is not None]),
    }
    present = {feed.key.read(row[0]) for row in shop.rows(_sql("present", feed), **values)}
    return [
        EntityItems(text, {}, [], [FailedItem({}, feed.key.error(column, text))]) for text in texts if text in present
    ]


def _json(number: float) -> str:
    return repr(number).replace("inf", "9e999")


def pages(feed: Feed, shop: Shop, table: FeedTable, limit: int) -> Iterator[list[EntityId]]:
    """All texts that are no keys, of the shop and on record, some at a time."""
    queries = {"integer": ("unreadable",), "text": ("texts", "blobs")}[feed.key.kind]
    for name in () if _is_always_whole(feed, shop) else queries:
        rows: list[Any] = [None]
        while rows:
            rows = [row[0] for row in shop.rows(_sql(name, feed), limit=limit, **_place(rows[-1]))]
            if texts := feed.key.others(feed.key.read(_decode(row) if name == "texts" else row) for row in rows):
                yield list(texts)
    known = [float("-inf")]
    while known:
        query = (SQL.on_record if feed.key.kind == "integer" else SQL.literals).format(feed_table=table.feed.table)
        known = [row[0] for row in table.ours.execute(query, {"after": known[-1], "limit": limit})]
        if known:
            yield [str(each) for each in known]


def _decode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _place(last: Any) -> dict[str, Any]:
    """Where a page begins, behind a value of the shop; text that is not UTF-8 can be given as its bytes only."""
    if isinstance(last, str) and not is_utf8(last):
        return {"after": last.encode("utf-8", "surrogateescape"), "is_text": True}
    return {"after": last, "is_text": False}


def without_key(feed: Feed, shop: Shop) -> dict[str, int]:
    """The rows without a key, by the names of tables that have any."""
    # Of a feed of one's own any column may be watched, and an article without a parent is none that lacks a key.
    watching = () if feed.origin else feed.all_subscriptions()
    own = ((entry.table, entry.column) for entry in watching if _names_entities(feed, entry))
    watched = dict.fromkeys((feed.entity, *own))
    counts = {}
    for table, column in watched:
        query = SQL.nulls.format(table=queries.quote(table), column=queries.quote(column))
        if number := shop.rows(query)[0][0]:
            counts[f"{table}.{column}"] = number
    return counts


def _names_entities(feed: Feed, entry: Subscription) -> bool:
    """Whether each row of a watched table must have a key: it is a part of an entity, or of what all items need."""
    return entry.via is None or (entry.via == EVERYTHING and feed.key.is_in(entry.column))


def _is_always_whole(feed: Feed, shop: Shop) -> bool:
    """Whether the key column is SQLite's own row number, which nothing but a whole number can be."""
    table, column = feed.entity
    rows = shop.rows(SQL.key_column, table=table, column=column)
    return [(kind.upper(), number, keys) for kind, number, keys in rows] == [("INTEGER", 1, 1)]


def _sql(name: str, feed: Feed) -> str:
    table, column = map(queries.quote, feed.entity)
    query: str = getattr(SQL, name)
    return query.format(table=table, column=column)
