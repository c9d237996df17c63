"""How a pass finds entities: by walking through the shop, or as our table names them."""

from collections.abc import Iterator

from saasexport.entity_key import EntityId
from saasexport.errors import ShopError
from saasexport.feed import json_list
from saasexport.sync.steps import Pass


def walk(this_pass: Pass, position: EntityId | None) -> Iterator[list[EntityId]]:
    """Every entity of the shop after a position, and every one we know that is gone, in ascending chunks."""
    feed, shop = this_pass.feed, this_pass.shop
    key = feed.key
    after = key.lowest if position is None else position
    while after != key.highest:
        limit = this_pass.at_once
        rows = shop.rows(feed.walk, after=after, limit=limit, since=shop.since)
        values = [row[0] for row in rows]
        walked = key.only(map(key.read, values))
        if not key.ascend(walked, after):
            # What is gone would be looked for in the wrong places, and the walk might never end.
            raise ShopError(f"{feed.name}: the query walk gives keys that do not ascend", "order by KEY collate binary")
        upto = key.reach(values, limit)
        # Entities that are gone stand in our table only.
        known = this_pass.table.rows("gone_candidates", after=after, upto=upto, ids=json_list(walked), limit=limit)
        missing = [row[0] for row in known]
        if len(missing) == limit:
            upto = missing[-1]
            walked = [entity_id for entity_id in walked if entity_id <= upto]
        if ids := sorted({*walked, *missing}):
            yield ids
        after = upto


def known_entities(this_pass: Pass, query: str) -> Iterator[list[EntityId]]:
    """The entities that a query of the feed table names, in chunks; what is no key stands in chunks of its own."""
    key, limit = this_pass.feed.key, this_pass.options.chunk
    after: EntityId = key.lowest
    while ids := [row[0] for row in this_pass.table.rows(query, after=after, limit=limit)]:
        after = ids[-1]
        yield from map(list, this_pass.chunks([key.read(each) for each in ids]))
