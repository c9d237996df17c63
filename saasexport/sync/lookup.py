"""Entities and items by what people type: the ids of saas:resync --by-ids, the key of show.

What the shop does not know any more may still be on record: an entity that is
gone is found by what was kept of its items.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice

from saasexport import plain, queries
from saasexport.database.hashing import encode, feed_id
from saasexport.database.uuids import Uuids
from saasexport.entity_key import EntityId
from saasexport.errors import ConfigError
from saasexport.feed import Feed, Shop
from saasexport.setup.installation import Installation
from saasexport.stdlib import NamedTuple

SQL = queries.beside(__file__)

# Ways to cut a key into the parts of an identity: a SKU may hold the separators, too.
MOST_CUTS = 500

# So many of them are tried in another letter case, which no index helps with.
MOST_NEAR = 10


class Found(NamedTuple):
    """The entities that keys mean, and the keys that mean nothing."""

    ids: list[EntityId]
    missing: list[str]


class Match(NamedTuple):
    """What a key means: an entity, and one item of it (its feed_id) or all (None)."""

    entity_id: EntityId
    feed_id: str | None = None


def id_type_of(feed: Feed, name: str) -> str:
    """An id type of the feed, in any letter case."""
    for known in feed.id_types:
        if known.lower() == name.lower():
            return known
    if not feed.id_types:
        raise ConfigError(f"CDE03-09 {feed.name}: by-ids is not supported for this feed", "leave it out")
    raise ConfigError(f"{feed.name}: there is no id type {name!r}", f"id types are: {', '.join(feed.id_types)}")


def name_for_people(feed: Feed, id_type: str) -> str:
    """What a type is called for people: `default` stands for another one."""
    query = feed.id_types[id_type]
    others = (name for name, other in feed.id_types.items() if other == query and name != "default")
    return next(others, "id") if id_type == "default" else id_type


def entities(installation: Installation, feed: Feed, keys: Iterable[str], id_type: str = "default") -> Found:
    """The entities that keys of one type mean."""
    id_type = id_type_of(feed, id_type)
    shop = shop_of(installation, feed)
    ids: set[EntityId] = set()
    missing = []
    for key in keys:
        meant = _by_type(installation, feed, shop, key, id_type)
        ids.update(meant)
        if not meant:
            missing.append(key)
    return Found(sorted(ids), missing)


def matches(installation: Installation, feed: Feed, words: Sequence[str], id_type: str | None = None) -> list[Match]:
    """What a key means, of one type or any kind: an item's identity on record, a SKU or the like, an entity's id.

    What is on record as failed is found by its id in any case: that is what people are shown of it.
    """
    key = " ".join(words)
    if id_type is None:
        meant = _of_any_kind(installation, feed, words)
    else:
        meant = [Match(entity_id) for entity_id in entities(installation, feed, [key], id_type).ids]
    if id_type is None or is_id(name_for_people(feed, id_type_of(feed, id_type))):
        shown = {match.entity_id for match in meant}
        meant += [Match(entity_id) for entity_id in failed_as(installation, feed, key) if entity_id not in shown]
    return meant


def _of_any_kind(installation: Installation, feed: Feed, words: Sequence[str]) -> list[Match]:
    shop = shop_of(installation, feed)
    key = " ".join(words)
    cuts = [list(cut) for cut in _cuts(words, len(feed.identity))]
    table = installation.table(feed)
    on_record = table.rows("by_feed_id", feed_ids=encode([feed_id(cut) for cut in cuts]))
    if on_record:
        return [Match(row[1], row[2]) for row in on_record]
    for id_type, query in feed.id_types.items():
        if query and (ids := _by_type(installation, feed, shop, key, id_type)):
            return [Match(entity_id) for entity_id in ids]
    for cut in cuts:
        # Never collected: the entity is found by that part of the identity which an id type understands.
        for field, value in zip(feed.identity, cut, strict=True):
            if feed.id_types.get(field) and (ids := _by_type(installation, feed, shop, value, field)):
                return [Match(entity_id, feed_id(cut)) for entity_id in ids]
    return [Match(entity_id) for entity_id in _itself(installation, feed, shop, key)]


def shop_of(installation: Installation, feed: Feed) -> Shop:
    """The shop as it is now."""
    return installation.shop_now(Uuids(installation.ours, installation.shop_identity), feed)


def sql(name: str, feed: Feed) -> str:
    """A query of lookup.sql for the feed's table."""
    query: str = getattr(SQL, name)
    return query.format(feed_table=feed.table)


def ids_of(feed: Feed, shop: Shop, id_type: str, key: str) -> list[EntityId]:
    """The entities that the shop knows by a key of one type; an id is a whole number or nothing."""
    query = feed.id_types[id_type]
    typed: str | int | None = feed.key.whole(key) if is_id(id_type) else key
    if not query or typed is None:
        return []
    return sorted(feed.key.only(feed.key.read(row[0]) for row in shop.rows(query, keys=encode([typed]))))


def is_id(id_type: str) -> bool:
    """Whether the keys of an id type are numbers of the shop's rows: productId, id."""
    return id_type == "id" or id_type.endswith("Id")


def failed_as(installation: Installation, feed: Feed, key: str) -> list[EntityId]:
    """The entities on record as failed whose id is a key, as it is or as it is shown to people."""
    query = sql("failed_as", feed)
    ids = [row[0] for row in installation.ours.execute(query, {"key": feed.key.whole(key), "text": key})]
    if not ids and "\\u" in key:
        ids = [text for (text,) in installation.ours.execute(sql("failed_texts", feed)) if plain.line(text) == key]
    return ids


def near(installation: Installation, feed: Feed, words: Sequence[str], id_type: str | None = None) -> str:
    """How a key that means nothing, or a part of it, is written in another letter case; empty if it is not."""
    parts = islice(_cuts(words, len(feed.identity)), MOST_NEAR) if id_type is None else ()
    for key in dict.fromkeys((" ".join(words), *(value for part in parts for value in part))):
        if (meant := _near_key(installation, feed, key, id_type)) not in ("", key):
            return meant
    return ""


def _near_key(installation: Installation, feed: Feed, key: str, id_type: str | None) -> str:
    fields = {_field_of(feed, each) for each in ([id_type] if id_type else feed.id_types)}
    for field in sorted(fields):
        if not field or is_id(field):
            continue
        if feed.near and (rows := shop_of(installation, feed).rows(feed.near, key=key)):
            return str(rows[0][0])
        if row := installation.ours.execute(sql("near", feed), {"field": field, "key": key}).fetchone():
            return str(row[0])
    return ""


def _by_type(installation: Installation, feed: Feed, shop: Shop, key: str, id_type: str) -> list[EntityId]:
    if not feed.id_types[id_type]:
        return _itself(installation, feed, shop, key)
    if ids := ids_of(feed, shop, id_type, key):
        return ids
    field = _field_of(feed, id_type)
    if not field or (is_id(field) and feed.key.whole(key) is None):
        return []
    values = {"field": field, "key": key, "number": feed.key.whole(key) if is_id(field) else None}
    return feed.key.only(row[0] for row in installation.ours.execute(sql("known_by", feed), values))


def _field_of(feed: Feed, id_type: str) -> str:
    """The field of the items that an id type names; `default` stands for another type."""
    query = feed.id_types.get(id_type)
    return next((name for name, other in feed.id_types.items() if other == query and name != "default"), "")


def _itself(installation: Installation, feed: Feed, shop: Shop, key: str) -> list[EntityId]:
    """An entity by its id, if the shop has it or something of it is on record."""
    entity_id = feed.key.whole(key)
    if entity_id is None:
        return []
    if _is_in_shop(feed, shop, entity_id):
        return [entity_id]
    return [entity_id] if installation.ours.execute(sql("known", feed), {"key": entity_id}).fetchone() else []


def _is_in_shop(feed: Feed, shop: Shop, entity_id: EntityId) -> bool:
    if isinstance(entity_id, int):
        rows = shop.rows(feed.walk, after=entity_id - 1, limit=1, since="")
    else:
        table, column = map(queries.quote, feed.entity)
        rows = shop.rows(SQL.itself.format(table=table, column=column), key=entity_id)
    return bool(rows) and feed.key.read(rows[0][0]) == entity_id


def _cuts(words: Sequence[str], parts: int) -> Iterator[Sequence[str]]:
    """The ways to read words as so many values: as they are, or cut at spaces and underscores."""
    if len(words) == parts:
        yield words
    text = " ".join(words)
    places = [index for index, character in enumerate(text) if character in " _"]
    for chosen in islice(combinations(places, parts - 1), MOST_CUTS):
        starts = [0, *(place + 1 for place in chosen)]
        ends = [*chosen, len(text)]
        yield [text[start:end] for start, end in zip(starts, ends, strict=True)]
