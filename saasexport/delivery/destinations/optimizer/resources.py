"""What the feeds are there: a path each, its limits, and what becomes of the items of a batch."""

import json
from collections.abc import Callable, Mapping

from saasexport.database.feed_table import Pending
from saasexport.delivery.destinations.optimizer import categories, metadata, price_books, prices, products
from saasexport.delivery.destinations.optimizer.words import LeftOut, NoTranslation
from saasexport.stdlib import Any, NamedTuple


class Resource(NamedTuple):
    """Where the items of a feed go, and how they look there."""

    path: str
    most: int  # items of a request
    translate: Callable[..., dict[str, Any]]
    identity: Callable[[Mapping[str, Any]], dict[str, Any]]
    depth: Callable[[Mapping[str, Any]], int] = lambda _: 0  # of an identity: what is deeper needs what is above it
    companion: Callable[[Mapping[str, Any]], dict[str, Any] | None] = lambda _: None  # what goes along with an item


def _product(item: Mapping[str, Any]) -> dict[str, Any]:
    """The product; its variant reference ids stand beside its fields."""
    return products.translate(item, item.get("variantReferenceIds") or {})


RESOURCES = {
    "productAttributes": Resource(
        "/v1/catalog/products/metadata",
        50,  # and as many companions at most
        metadata.translate,
        metadata.identity,
        companion=metadata.companion,
    ),
    "categories": Resource(
        "/v1/catalog/categories", 100, categories.translate, categories.identity, lambda it: it["slug"].count("/")
    ),
    "products": Resource("/v1/catalog/products", 100, _product, products.identity),
    "priceBooks": Resource(
        "/v1/catalog/price-books",
        500,
        price_books.translate,
        price_books.identity,
        lambda it: it["priceBookId"].count("::"),
    ),
    "prices": Resource("/v1/catalog/products/prices", 500, prices.translate, prices.identity),
}


class Sorted(NamedTuple):
    """The items of a batch by what becomes of them."""

    deleted: list[tuple[Pending, dict[str, Any]]]
    alive: list[tuple[Pending, dict[str, Any]]]
    refused: list[tuple[Pending, str]]  # cannot be translated, and why
    put_off: list[Pending]  # name a price book that is too new
    left_out: list[Pending]  # have no place there, and never had, or stand there as they are


def sort(resource: Resource, batch: list[Pending], locales: Mapping[str, str]) -> Sorted:
    """The items of a batch, translated; a store view goes by the name that it has there."""
    parts = Sorted([], [], [], [], [])
    for pending in batch:
        item = json.loads(pending.body)
        try:
            if "storeViewCode" in item:
                item["storeViewCode"] = _locale(item["storeViewCode"], locales)
            if pending.is_deleted or item.get("deleted"):
                parts.deleted.append((pending, resource.identity(item)))
            else:
                parts.alive.append((pending, resource.translate(item)))
        except NoTranslation as reason:
            if pending.is_deleted or item.get("deleted"):
                parts.left_out.append(pending)  # it never was there
            else:
                parts.refused.append((pending, str(reason)))
        except LeftOut:
            _leave_out(resource, pending, item, parts)
    return parts


def _locale(view: str, locales: Mapping[str, str]) -> str:
    """The name of a store view there; two of one name would replace each other's items."""
    if view not in locales and view in locales.values():
        (other,) = (each for each, name in locales.items() if name == view)
        raise NoTranslation(f"{view} is the name of store view {other}, too, see [service] locales")
    return locales.get(view, view)


def _leave_out(resource: Resource, pending: Pending, item: Mapping[str, Any], parts: Sorted) -> None:
    """What had a place before loses it."""
    try:
        parts.deleted.append((pending, resource.identity(item)))
    except (LeftOut, NoTranslation):
        parts.left_out.append(pending)
