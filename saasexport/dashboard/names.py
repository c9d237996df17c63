"""What products are called, for people who do not know their SKUs by heart."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from saasexport import queries
from saasexport.database.hashing import encode
from saasexport.errors import SaasExportError
from saasexport.setup.installation import Installation

SQL = queries.beside(__file__)

# Rows of the shop that a look for a name reads at once, and how many hits are enough.
SLICE = 2_000
MOST = 20


class Named(NamedTuple):
    """A product."""

    sku: str
    name: str


def of_skus(installation: Installation, skus: Iterable[str]) -> dict[str, str]:
    """SKU -> name, of those that the shop has a name of; a shop of another kind has none."""
    try:
        rows = installation.shop.execute(SQL.of_skus, {"skus": encode(sorted(set(skus)))}).fetchall()
    except (SaasExportError, sqlite3.Error):
        return {}
    return {str(sku): str(name) for sku, name in rows}


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
