"""A batch of products as every area of the feed sees it, and what an area gives back.

An area (media, options, stock ...) answers for the whole batch at once: fields
that are equal in all store views of a product apart from fields that differ,
so that the former are encoded once per product.
"""

from collections.abc import Callable, Iterable

from saasexport import queries
from saasexport.feed import Shop, json_list
from saasexport.shop import eav, per_view, scopes
from saasexport.stdlib import Any, NamedTuple, TypeVar

SQL = queries.beside(__file__)

Loaded = TypeVar("Loaded")


class Product(NamedTuple):
    """A row of catalog_product_entity."""

    id: int
    sku: str | None
    type_id: str | None
    attribute_set_id: int
    created_at: str | None
    updated_at: str | None


class Batch(NamedTuple):
    """Some products, the store views each is in, and their attribute values."""

    products: dict[int, Product]  # only those with at least one store view
    ids: str  # their ids, ascending, as the JSON list that queries want
    views: dict[int, list[scopes.StoreView]]  # the store views of its websites, by id; shared, not to be changed
    values: eav.Values
    known: dict[Any, Any]  # what `once` has loaded

    def once(self, shop: Shop, load: "Callable[[Shop, Batch], Loaded]") -> Loaded:
        """What `load` gives for this batch: what two areas ask for is read once."""
        if load not in self.known:
            self.known[load] = load(shop, self)
        loaded: Loaded = self.known[load]
        return loaded

    def of_type(self, *types: str) -> list[int]:
        """The ids of the products of these types."""
        return [product.id for product in self.products.values() if product.type_id in types]


class Fields:
    """What an area found: fields by product, fields by product and store view, and faults.

    A field of one product stands on one side only, `common` or `by_view`.
    """

    def __init__(self) -> None:
        self.common: dict[int, dict[str, Any]] = {}
        self.by_view: dict[int, dict[int, dict[str, Any]]] = {}  # by product, then store
        self.faults: dict[tuple[int, int | None], str] = {}  # store id None: in every store view
        self.asides: dict[int, list[str]] = {}  # product id -> what its items go out without, and why
        self.fingerprints: dict[int, str] = {}  # what products say of their stock

    def set(self, product_id: int, **fields: Any) -> None:
        """Give fields of a product that are the same in all its store views."""
        self.common.setdefault(product_id, {}).update(fields)

    def set_views(self, product_id: int, items: dict[int, dict[str, Any]]) -> None:
        """Give fields of a product by store view: as common if all agree in all of them, else each its own.

        For fields that hardly ever agree where the dicts are not the same; the dicts are kept.
        """
        given = list(items.values())
        if given and given.count(given[0]) == len(given):
            self._add(product_id, given[0])
            return
        self._add_views(product_id, items)

    def split_views(self, product_id: int, items: dict[int, dict[str, Any]]) -> None:
        """Give fields of a product by store view; each that agrees becomes common."""
        if items:
            common, by_view = split(items)
            self._add(product_id, common)
            if by_view:
                self._add_views(product_id, by_view)

    def _add(self, product_id: int, common: dict[str, Any]) -> None:
        self.common[product_id] = {**self.common[product_id], **common} if product_id in self.common else common

    def _add_views(self, product_id: int, items: dict[int, dict[str, Any]]) -> None:
        known = self.by_view.get(product_id)
        if known is None:
            self.by_view[product_id] = items
            return
        for store_id, item in items.items():
            known[store_id] = {**known[store_id], **item} if store_id in known else item

    def spread(self, product_id: int, field: str, by_view: dict[int, Any]) -> None:
        """Give a field by store view: once for all of them where they agree."""
        first = next(iter(by_view.values()), None)
        values = list(by_view.values())
        if values.count(first) == len(values):
            self.common.setdefault(product_id, {})[field] = first
            return
        self._add_views(product_id, {store_id: {field: value} for store_id, value in by_view.items()})

    def set_aside(self, product_id: int, error: str) -> None:
        """Leave out a part of a product that cannot be used: its items go out, the part is shown as failed."""
        self.asides.setdefault(product_id, []).append(error)

    def fail(self, product_id: int, error: str, store_id: int | None = None) -> None:
        """Set aside a product's item of one store view, or all of them, with field and reason."""
        self.faults.setdefault((product_id, store_id), error)


# What all store views of a product agree on, and what each has of its own.
Split = tuple[dict[str, Any], dict[int, dict[str, Any]]]


def split(items: dict[int, dict[str, Any]]) -> Split:
    """Fields by store view: what they agree on is common.  The dicts may stand in both, and are not to be changed."""
    given = list(items.values())
    if given.count(given[0]) == len(given):
        return given[0], {}
    common, parts = per_view.split(given)
    return common, {store_id: part for store_id, part in zip(items, parts, strict=True) if part}


def load(shop: Shop, ids: Iterable[int], attributes: dict[int, eav.Attribute]) -> Batch:
    """Read the products, the store views of their websites, and their values of some attributes."""
    requested = json_list(ids)
    websites: dict[int, tuple[int, ...]] = {}
    for product_id, website_id in shop.rows(SQL.websites, requested):
        websites[product_id] = (*websites.get(product_id, ()), website_id)
    known = shop.once(_views)
    products: dict[int, Product] = {}
    views: dict[int, list[scopes.StoreView]] = {}
    for row in shop.rows(SQL.products, requested):
        of_product = known.of(websites.get(row[0], ()))
        if of_product:
            products[row[0]] = Product(*row)
            views[row[0]] = of_product
    return Batch(products, json_list(products), views, eav.product_values(shop, products, attributes), {})


def views_of(shop: Shop, website_ids: tuple[int, ...]) -> list[scopes.StoreView]:
    """The store views of some websites; products on the same websites share one list."""
    return shop.once(_views).of(website_ids)


class _Views:
    """The store views of websites; products on the same websites share one list."""

    def __init__(self, views: list[scopes.StoreView]) -> None:
        self._views = views
        self._known: dict[tuple[int, ...], list[scopes.StoreView]] = {}

    def of(self, website_ids: tuple[int, ...]) -> list[scopes.StoreView]:
        """The store views of some websites."""
        if website_ids not in self._known:
            self._known[website_ids] = [view for view in self._views if view.website_id in website_ids]
        return self._known[website_ids]


def _views(shop: Shop) -> _Views:
    return _Views(scopes.store_views(shop))
