"""What a feed gives of a shop when it is tried: its first entities, and their items.

Nothing is written, and nothing of what was sent is known here.
"""

from collections.abc import Sequence

from saasexport.entity_key import EntityId
from saasexport.feed import EntityItems, Feed, Shop, TooHeavy
from saasexport.stdlib import Any

# How many entities are read at once.
CHUNK = 100


def entity_ids(feed: Feed, shop: Shop, limit: int) -> list[EntityId]:
    """The first entities of a feed."""
    ids: list[EntityId] = []
    after = feed.key.lowest
    while len(ids) < limit:
        size = min(CHUNK, limit - len(ids))
        values = [row[0] for row in shop.rows(feed.walk, after=after, limit=size, since=shop.since)]
        ids += feed.key.only(map(feed.key.read, values))
        if len(values) < size or after == (after := feed.key.reach(values, size)):
            break
    return list(dict.fromkeys(ids))


def assemble(feed: Feed, shop: Shop, ids: Sequence[EntityId], at_once: int = CHUNK) -> dict[EntityId, EntityItems]:
    """What entities give, by their ids, as many assembled at once."""
    given: dict[EntityId, EntityItems] = {}
    for start in range(0, len(ids), at_once):
        piece: Sequence[Any] = ids[start : start + at_once]
        try:
            with shop.reading(len(piece)):
                given |= {entity.id: entity for entity in feed.assemble(shop, piece)}
        except TooHeavy:
            given |= assemble(feed, shop, piece, max(len(piece) // 4, 1))
    return given


def items_of(entity: EntityItems) -> list[dict[str, Any]]:
    """The items that an entity gives."""
    return [{**entity.common, **part} for part in entity.parts]
