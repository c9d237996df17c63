"""What an entity last said of its stock: a sale at the till mostly changes no item of the products feed.

A fingerprint is kept only beside an assembly that read the same state of the
shop; whatever else has an entity assembled forgets it.  So equal texts mean
that the service has what the shop says.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.entity_key import EntityId
from saasexport.feed import Feed, Shop, json_list
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)


def version(shop: Shop) -> int:
    """A number that another one's commit changes: equal before and after, all reads in between saw one state."""
    return int(shop.rows("pragma data_version")[0][0])


def keep(ours: sqlite3.Connection, feed: Feed, ids: Iterable[EntityId], found: dict[int, str]) -> None:
    """Keep the fingerprints of entities that are staged, forget the others'; in the staging transaction."""
    ours.execute(SQL.forget, {"feed": feed.name, "ids": json_list(ids)})
    ours.executemany(SQL.keep, [(feed.name, entity_id, text) for entity_id, text in found.items()])


def select_changed(shop: Shop, ours: sqlite3.Connection, feed: Feed, ids: list[int]) -> list[int]:
    """Those of the entities that do not say what they said when they were last assembled."""
    if feed.fingerprint is None:
        return ids
    known = dict(ours.execute(SQL.known, {"feed": feed.name, "ids": json_list(ids)}))
    unknown = [entity_id for entity_id in ids if entity_id not in known]
    found = feed.fingerprint(shop, known)
    return unknown + [entity_id for entity_id, text in known.items() if found.get(entity_id) != text]
