"""What a tenant holds: items replace others of their identity, and a deletion takes what is below it.

A category or price book that is made again within a week brings back what its deletion took.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from saasexport.service.optimizer import schemas
from saasexport.service.optimizer.checking import Fault, Schema, faults_of

WEEK = 7 * 86_400.0

# The book that every tenant has.
MAIN_BOOK = {"priceBookId": "main", "name": "main", "currency": "USD"}

Key = tuple[str, ...]


class Resource(NamedTuple):
    """A kind of item."""

    path: str
    schema: Schema
    identity: tuple[str, ...]  # source.locale is a field of the source
    most: int = 100  # items of a request


RESOURCES = {
    "metadata": Resource("/v1/catalog/products/metadata", schemas.METADATA, ("code", "source.locale")),
    "category-metadata": Resource(
        "/v1/catalog/categories/metadata", schemas.CATEGORY_METADATA, ("code", "source.locale")
    ),
    "categories": Resource("/v1/catalog/categories", schemas.CATEGORY, ("slug", "source.locale")),
    "products": Resource("/v1/catalog/products", schemas.PRODUCT, ("sku", "source.locale")),
    "layers": Resource("/v1/catalog/products/layers", schemas.LAYER, ("sku", "source.layer", "source.locale")),
    "price-books": Resource("/v1/catalog/price-books", schemas.BOOK, ("priceBookId",), 500),
    "prices": Resource("/v1/catalog/products/prices", schemas.PRICE, ("sku", "priceBookId"), 500),
}


def key_of(resource: Resource, item: Mapping[str, Any]) -> Key:
    """The identity of an item; what is not there is empty."""
    key = []
    for name in resource.identity:
        outer, _, inner = name.partition(".")
        value = item.get(outer, "")
        key.append(str(value.get(inner, "") if inner and isinstance(value, dict) else value))
    return tuple(key)


def faults(resource: Resource, item: Any, is_deletion: bool) -> list[Fault]:
    """What is wrong with an item; a deletion holds the identity alone."""
    schema = _of_identity(resource) if is_deletion else resource.schema
    found = list(faults_of(schema, item))
    if not found and resource.path == RESOURCES["products"].path:
        seen: set[str] = set()
        for bundle in item.get("bundles", ()):
            for entry in bundle["items"]:
                if entry["sku"] in seen:
                    found.append(Fault("bundles", "Duplicate SKU found in bundle items", entry["sku"]))
                seen.add(entry["sku"])
    return found


def _of_identity(resource: Resource) -> Schema:
    """The schema of a deletion."""
    names = list(dict.fromkeys(name.partition(".")[0] for name in resource.identity))
    # What is deleted may have any id that is a text.
    properties = resource.schema.get("properties", {"priceBookId": schemas.TEXT})
    made = {"type": "object", "required": names, "properties": {name: properties[name] for name in names}}
    return made | ({"closed": True} if resource.schema.get("closed") else {})


class Tenant:
    """The items of a tenant."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.lock = threading.Lock()
        self.items: dict[str, dict[Key, dict[str, Any]]] = {name: {} for name in RESOURCES}
        self.items["price-books"]["main",] = dict(MAIN_BOOK)
        self.dropped: list[dict[str, Any]] = []  # prices of books that were not there
        # What the deletion of a category or price book took: (resource, its key) -> when, and resource, key, item.
        self._taken: dict[tuple[str, Key], tuple[float, list[tuple[str, Key, dict[str, Any]]]]] = {}

    def put(self, name: str, items: list[dict[str, Any]]) -> None:
        """Create or replace items."""
        with self.lock:
            for item in items:
                key = key_of(RESOURCES[name], item)
                if name == "prices" and (item["priceBookId"],) not in self.items["price-books"]:
                    self.dropped.append(item)
                    continue
                self._restore(name, key)
                self.items[name][key] = item

    def delete(self, name: str, items: list[dict[str, Any]]) -> None:
        """Delete items by their identity, with what is below them."""
        with self.lock:
            for item in items:
                key = key_of(RESOURCES[name], item)
                if key in self.items[name]:
                    taken = [(of, each, self.items[of].pop(each)) for of, each in self._below(name, key)]
                    if name in ("categories", "price-books"):
                        self._taken[name, key] = (self.clock(), taken)
                    del self.items[name][key]

    def _below(self, name: str, key: Key) -> list[tuple[str, Key]]:
        if name == "categories":
            slug, locale = key
            return [(name, each) for each in self.items[name] if each[1] == locale and each[0].startswith(f"{slug}/")]
        if name != "price-books":
            return []
        books = self.items[name]
        below = [each for each in books if each != key and self._is_below(each, key)]
        names = {each[0] for each in (key, *below)}
        prices = [("prices", each) for each in self.items["prices"] if each[1] in names]
        return [*((name, each) for each in below), *prices]

    def _is_below(self, book: Key, top: Key) -> bool:
        seen: set[Key] = set()
        while book != top:
            parent = (str(self.items["price-books"].get(book, {}).get("parentId", "")),)
            if book in seen or not parent[0]:
                return False
            seen.add(book)
            book = parent
        return True

    def _restore(self, name: str, key: Key) -> None:
        moment, taken = self._taken.pop((name, key), (0.0, []))
        if key not in self.items[name] and self.clock() - moment < WEEK:
            for of, each, item in taken:
                self.items[of].setdefault(each, item)
