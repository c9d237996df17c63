"""What products are called, for people who do not know their SKUs by heart."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from saasexport import queries
from saasexport.dashboard.items import Item
from saasexport.database.hashing import encode
from saasexport.entity_key import EntityId
from saasexport.errors import SaasExportError
from saasexport.feed import Feed, TooHeavy
from saasexport.setup.installation import Installation
from saasexport.sync import lookup, steps

SQL = queries.beside(__file__)

# Rows of the shop that a look for a name reads at once, and how many hits are enough.
SLICE = 2_000
MOST = 20


class Named(NamedTuple):
    """A product."""

    sku: str
    name: str


def of_skus(installation: Installation, skus: Iterable[str]) -> dict[str, str]:
    """SKU -> name, of those that the shop has a name of; of products of one's own feed, that their items have."""
    wanted = sorted(set(skus))
    products = installation.all_feeds.get("products")
    try:
        if products is not None and products.origin:
            query = products.id_types.get("sku")
            rows = lookup.shop_of(installation, products).rows(query, keys=encode(wanted)) if query else ()
            return of_entities(installation, products, (row[0] for row in rows))
        rows = installation.shop.execute(SQL.of_skus, {"skus": encode(wanted)}).fetchall()
    except (SaasExportError, sqlite3.Error):
        return {}
    return {str(sku): str(name) for sku, name in rows}


def of_entities(installation: Installation, products: Feed, entities: Iterable[EntityId]) -> dict[str, str]:
    """SKU -> name, as the items of some products have it now."""
    ids = sorted(set(products.key.only(map(products.key.read, entities))))
    shop = lookup.shop_of(installation, products)
    called: dict[str, str] = {}
    try:
        with shop.reading(len(ids) or 1):
            assembled = steps.assemble(products, shop, ids) if ids else []
    except (SaasExportError, sqlite3.Error, TooHeavy):
        return {}
    for entity in assembled:
        for part in entity.parts:
            item = {**entity.common, **part}
            if "sku" in item and item.get("name"):
                called.setdefault(str(item["sku"]), str(item["name"]))
    return called


def of_items(installation: Installation, feed: Feed, shown: Iterable[Item]) -> dict[str, str]:
    """SKU -> name, for a list of a feed's items."""
    if feed.name == "products" and feed.origin:
        return of_entities(installation, feed, (item.source_entity_id for item in shown))
    return of_skus(installation, (item.identifiers(feed).get("sku", "") for item in shown))


def search(installation: Installation, text: str) -> list[Named]:
    """Products with a text in their name; read some at a time, since a long read would keep the shop from writing."""
    pattern = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    hits: dict[str, Named] = {}
    if "\0" in text:  # where a pattern ends
        return []
    try:
        (after, last) = installation.shop.execute(SQL.range).fetchone()
        while after is not None and after <= last and len(hits) < MOST:
            values = {"from": after, "upto": after + SLICE, "pattern": pattern}
            for sku, name in installation.shop.execute(SQL.named_like, values).fetchall():
                hits.setdefault(str(sku), Named(str(sku), str(name)))
            after += SLICE
    except (SaasExportError, sqlite3.Error):
        return []
    return list(hits.values())[:MOST]
