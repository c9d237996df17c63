"""UUIDs of orders and their parts, kept in data_exporter_uuid (feeds.md 3.9.2 and 5).

They are of version 5, made from the shop, the type and the entity's id, so
that a rebuilt database assigns the same ones.
"""

from saasexport import queries
from saasexport.entity_key import EntityId
from saasexport.stdlib import sqlite3
from saasexport.values import sha1, uuid_of

SQL = queries.beside(__file__)


class Uuids:
    """The UUIDs of one shop; new ones are kept when `flush` is called."""

    def __init__(self, ours: sqlite3.Connection, shop: str) -> None:
        self.ours = ours
        self.shop = shop
        self._known: dict[tuple[str, EntityId], str] = {}
        self._new: list[tuple[str, EntityId, str]] = []

    def __call__(self, kind: str, entity_id: EntityId) -> str:
        """The UUID of an entity of a type: order, order_item, order_shipment or credit_memo."""
        key = (kind, entity_id)
        if key not in self._known:
            row = self.ours.execute(SQL.uuid, {"type": kind, "entity_id": entity_id}).fetchone()
            if row is None:
                self._known[key] = uuid5(self.shop, kind, entity_id)
                self._new.append((self._known[key], entity_id, kind))
            else:
                self._known[key] = row[0]
        return self._known[key]

    def flush(self, now: str) -> None:
        """Keep what was assigned since the last call; belongs into the transaction that stages the items."""
        if self._new:
            self.ours.executemany(SQL.assign, [(*new, now) for new in self._new])
        self.forget()

    def forget(self) -> None:
        """Keep nothing of what was assigned since the last call: it will be the same again."""
        self._new.clear()
        self._known.clear()


def uuid5(shop: str, kind: str, entity_id: EntityId) -> str:
    """A version 5 UUID of shop, type and id (RFC 9562), whose namespace is the shop's."""
    namespace = sha1(shop.encode())[:16]
    return uuid_of(namespace + f"{kind}/{entity_id}".encode())
