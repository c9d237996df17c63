"""Where products are sold: their websites, and the parents they have there (feeds.md 3.4.1)."""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import Shop
from saasexport.feeds.prices.scope import Website, scope
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import Shared

SQL = queries.beside(__file__)

# Everything else, virtual products too, is SIMPLE (feeds.md 3.4.1).
_TYPES = {
    "configurable": "CONFIGURABLE",
    "downloadable": "DOWNLOADABLE",
    "grouped": "GROUPED",
    "bundle": "BUNDLE",
    "giftcard": "GIFTCARD",
}


class Places(NamedTuple):
    """The websites of a product, ascending."""

    all: list[tuple[Website, list[dict[str, Any]]]]  # each with the product's parents there
    fallbacks: list[dict[str, Any]] | None  # what fallback items say of theirs; None: one has no code


# A parent: the websites it is on, and what items say of it.
_Parent = tuple[set[int], dict[str, Any]]


def type_of(type_id: str) -> str:
    """The type of a product as items have it."""
    return _TYPES.get(type_id, "SIMPLE")


def load(shop: Shop, ids: Sequence[int], websites: dict[int, str | None]) -> dict[int, Places]:
    """The places of these products, from their websites' ids; what is the same for several is one object."""
    parent_ids: dict[int, tuple[int, ...]] = {}
    for child_id, parent_id in shop.rows(SQL.relations, ids):
        parent_ids[child_id] = (*parent_ids.get(child_id, ()), parent_id)
    parents = _parents(shop, {each for some in parent_ids.values() for each in some})
    known: dict[tuple[str | None, tuple[int, ...]], Places] = {}
    found: dict[int, Places] = {}
    for product_id, website_ids in websites.items():
        key = website_ids, parent_ids.get(product_id, ())
        if key not in known:
            known[key] = _places(shop, website_ids, [parents[each] for each in key[1] if each in parents])
        found[product_id] = known[key]
    return found


def _places(shop: Shop, website_ids: str | None, parents: list[_Parent]) -> Places:
    sold = scope(shop).websites
    places = [
        (sold[website_id], [entry for on, entry in parents if website_id in on])
        for website_id in _numbers(website_ids)
        if website_id in sold
    ]
    if any(website.code is None for website, _ in places):
        return Places(places, None)
    return Places(places, [_part(website, parents) for website, parents in places])


def _part(website: Website, parents: list[dict[str, Any]]) -> dict[str, Any]:
    """What a fallback item says of its place."""
    part: dict[str, Any] = {"websiteCode": website.code, "customerGroupCode": "0"}
    if parents:
        part["parents"] = parents
    return part


def _parents(shop: Shop, ids: set[int]) -> dict[int, _Parent]:
    rows = shop.rows(SQL.parents, ids) if ids else ()
    return {
        parent_id: (set(_numbers(website_ids)), Shared({"type": type_of(type_id), "sku": sku}))
        for parent_id, type_id, sku, website_ids in rows
    }


def _numbers(website_ids: str | None) -> Iterable[int]:
    return sorted(map(int, website_ids.split(","))) if website_ids else ()
