"""What a fresh full sync of a shop would leave in an empty data space, worked out without the engine."""

import sqlite3
from contextlib import closing

from saasexport.database.uuids import uuid5
from saasexport.feed import Shop
from saasexport.feeds import all_feeds

TIMES = ("modifiedAt", "updatedAt")


def expected_items(shop_file, shop_identity, feed_names=None):
    """Items by feed and identity, times left out; and the identities that cannot be assembled, by feed."""
    items, failed = {}, {}
    with closing(sqlite3.connect(shop_file, isolation_level=None)) as connection:
        for feed in all_feeds().values():
            if feed_names is not None and feed.name not in feed_names:
                continue
            shop = Shop(connection, None, 0, lambda kind, entity: uuid5(shop_identity, kind, entity))
            ids, after = [], -(2**63)
            while rows := shop.rows(feed.walk, after=after, limit=1000, since=""):
                ids += [row[0] for row in rows]
                after = ids[-1]
            items[feed.name], failed[feed.name] = {}, set()
            for entity in sorted(feed.assemble(shop, ids), key=lambda entity: entity.id):
                for fault in entity.failed:
                    failed[feed.name].add(tuple(fault.identity.get(name) for name in feed.identity))
                for part in entity.parts:
                    item = {**entity.common, **part}
                    identity = tuple(item.get(name) for name in feed.identity)
                    if None not in identity:
                        items[feed.name].setdefault(identity, plain(item))
    return items, failed


def plain(item):
    """An item without what differs from export to export."""
    return {name: value for name, value in item.items() if name not in (*TIMES, "deleted")}
