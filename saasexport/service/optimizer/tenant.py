"""What a tenant holds: items replace others of their identity, and a deletion takes what is below it.

A category or price book that is made again within a week brings back what its deletion took.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from saasexport.service.optimizer import schemas
from saasexport.service.optimizer.checking import Fault, Schema, faults_of
from saasexport.service.optimizer.journal import Journal
from saasexport.service.optimizer.merging import merge

WEEK = 7 * 86_400.0

# What a product may have; it is refused with more.
MOST_BYTES = 200_000

# Without metadata of these a product of a locale is stored and not shown.
NEEDED = {"sku", "name", "description", "shortDescription", "price"}

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


def faults(resource: Resource, item: Any, is_deletion: bool, is_partial: bool = False) -> list[Fault]:
    """What is wrong with an item; a deletion holds the identity alone, and a PATCH needs no more than that."""
    schema = _of_identity(resource) if is_deletion else resource.schema
    if is_partial and "required" in schema:  # a price book is given as in a POST
        schema = {**schema, "required": _of_identity(resource)["required"]}
    wrong = list(faults_of(schema, item))
    if not wrong and not is_deletion and resource.path == RESOURCES["products"].path:
        wrong += _twice_in_bundle(item)
        size = len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
        if size > MOST_BYTES:
            wrong.append(Fault("sku", f"the product has {size} bytes, {MOST_BYTES} are allowed", item["sku"]))
    return wrong


def _twice_in_bundle(item: dict[str, Any]) -> Iterator[Fault]:
    seen: set[str] = set()
    for bundle in item.get("bundles", ()):
        for entry in bundle["items"]:
            if entry["sku"] in seen:
                yield Fault("bundles", "Duplicate SKU found in bundle items", entry["sku"])
            seen.add(entry["sku"])


def _of_identity(resource: Resource) -> Schema:
    """The schema of a deletion."""
    names = list(dict.fromkeys(name.partition(".")[0] for name in resource.identity))
    # What is deleted may have any id that is a text.
    properties = resource.schema.get("properties", {"priceBookId": schemas.TEXT})
    made = {"type": "object", "required": names, "properties": {name: properties[name] for name in names}}
    return made | ({"closed": True} if resource.schema.get("closed") else {})


class Tenant:
    """The items of a tenant."""

    def __init__(
        self, clock: Callable[[], float] = time.time, delay: Callable[[], float] = lambda: 0.0, file: str = ""
    ) -> None:
        self.clock = clock
        self.delay = delay  # the seconds from an answer to its effect; different ones change the order
        self.lock = threading.RLock()
        self.items: dict[str, dict[Key, dict[str, Any]]] = {name: {} for name in RESOURCES}
        self.items["price-books"]["main",] = dict(MAIN_BOOK)
        self.dropped: list[dict[str, Any]] = []  # prices of books that were not there
        # What the deletion of a category or price book took: (resource, its key) -> when, and resource, key, item.
        self._taken: dict[tuple[str, Key], tuple[float, list[tuple[str, Key, dict[str, Any]]]]] = {}
        self._waiting: list[tuple[float, str, str, list[dict[str, Any]]]] = []  # when it takes effect, what, of what
        self._journal = Journal(file) if file else None
        if self._journal:
            self._waiting = [*self._journal.read()]
            self.take_effect()

    def accept(self, what: str, name: str, items: list[dict[str, Any]]) -> None:
        """Take items that are valid; `what` is put, patch or delete."""
        with self.lock:
            accepted = (self.clock() + self.delay(), what, name, items)
            if self._journal:
                self._journal.add(*accepted)
            self._waiting.append(accepted)
            self.take_effect()

    def take_effect(self, now: float | None = None) -> None:
        """Have what is due take effect; with infinity all that was accepted."""
        with self.lock:
            upto = self.clock() if now is None else now
            effects = {"put": self._put, "patch": self._patch, "delete": self._delete}
            for moment, what, name, items in sorted(self._waiting, key=lambda each: each[0]):
                if moment <= upto:
                    effects[what](name, items, moment)
            self._waiting = [each for each in self._waiting if each[0] > upto]

    def put(self, name: str, items: list[dict[str, Any]]) -> None:
        """Create or replace items."""
        self.accept("put", name, items)

    def delete(self, name: str, items: list[dict[str, Any]]) -> None:
        """Delete items by their identity, with what is below them."""
        self.accept("delete", name, items)

    def _put(self, name: str, items: list[dict[str, Any]], moment: float) -> None:
        for item in items:
            key = key_of(RESOURCES[name], item)
            if name == "prices" and (item["priceBookId"],) not in self.items["price-books"]:
                self.dropped.append(item)
                continue
            self._restore(name, key, moment)
            self.items[name][key] = item

    def _patch(self, name: str, items: list[dict[str, Any]], _moment: float) -> None:
        for item in items:
            key = key_of(RESOURCES[name], item)
            if key in self.items[name]:
                self.items[name][key] = merge(name, self.items[name][key], item)

    def _delete(self, name: str, items: list[dict[str, Any]], moment: float) -> None:
        for item in items:
            key = key_of(RESOURCES[name], item)
            if key in self.items[name]:
                taken = [(of, each, self.items[of].pop(each)) for of, each in self._below(name, key)]
                if name in ("categories", "price-books"):
                    self._taken[name, key] = (moment, taken)
                del self.items[name][key]

    def visible(self, book: str) -> list[dict[str, Any]]:
        """The products that a storefront may show, with their price in a book or the nearest above it that has one."""
        with self.lock:
            codes: dict[str, set[str]] = {}
            for code, locale in self.items["metadata"]:
                codes.setdefault(locale, set()).add(code)
            return [
                {"sku": sku, "locale": locale, "name": item["name"], "price": self._price(sku, book)}
                for (sku, locale), item in sorted(self.items["products"].items())
                if item["status"] == "ENABLED" and item.get("visibleIn") and codes.get(locale, set()) >= NEEDED
            ]

    def _price(self, sku: str, book: str) -> Any:
        seen: set[str] = set()
        while book and book not in seen:
            if price := self.items["prices"].get((sku, book)):
                return price["regular"]
            seen.add(book)
            book = self.items["price-books"].get((book,), {}).get("parentId", "")
        return None

    def close(self) -> None:
        """Close the file."""
        if self._journal:
            self._journal.close()

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

    def _restore(self, name: str, key: Key, now: float) -> None:
        moment, taken = self._taken.pop((name, key), (0.0, []))
        if key not in self.items[name] and now - moment < WEEK:
            for of, each, item in taken:
                self.items[of].setdefault(each, item)
