"""Products, categories and prices of one scope: the questions of a storefront that need no search."""

from collections.abc import Iterable
from typing import NamedTuple

from saasexport.service.catalog import bundles
from saasexport.service.catalog.attributes import Attribute, attributes_of
from saasexport.service.catalog.categories import Category, Tree
from saasexport.service.catalog.items import Item, Items
from saasexport.service.catalog.permissions import Permission, Permissions
from saasexport.service.catalog.prices import Price, Range, price_item, price_of, range_of
from saasexport.service.catalog.product import Product
from saasexport.service.catalog.scope import Scope, StoreView, store_views

# Scopes whose catalogues are kept, and products of each.
MOST_SCOPES = 8
MOST_PRODUCTS = 1_000


class Space:
    """What all questions to a data space share, until an item of those feeds changes."""

    def __init__(self, items: Items) -> None:
        self.items = items
        self.forget()

    def forget(self) -> None:
        """Read everything anew from here on."""
        self.items.forget()
        self._attributes: dict[str, dict[str, Attribute]] = {}
        self._trees: dict[str, Tree] = {}
        self._permissions: Permissions | None = None
        self._views: dict[str, StoreView] | None = None
        self._catalogs: dict[Scope, Catalog] = {}

    def catalog(self, scope: Scope) -> "Catalog":
        """The catalogue of a scope, with what was worked out for it before."""
        kept = self._catalogs.get(scope)
        if kept is None or kept.is_large:
            if len(self._catalogs) >= MOST_SCOPES:
                self._catalogs.clear()
            kept = self._catalogs[scope] = Catalog(self, scope)
        return kept

    @property
    def views(self) -> dict[str, StoreView]:
        """The store views."""
        if self._views is None:
            self._views = store_views(self.items)
        return self._views

    @property
    def permissions(self) -> Permissions:
        """What customer groups may see and buy."""
        if self._permissions is None:
            self._permissions = Permissions(self.items)
        return self._permissions

    def attributes(self, view: str) -> dict[str, Attribute]:
        """The attributes of a store view."""
        if view not in self._attributes:
            self._attributes[view] = attributes_of(self.items, view)
        return self._attributes[view]

    def tree(self, view: str) -> Tree:
        """The categories of a store view."""
        if view not in self._trees:
            self._trees[view] = Tree(self.items, view)
        return self._trees[view]


class Variant(NamedTuple):
    """A configured product, and the values that lead to it by the attributes they are of."""

    choices: dict[str, str]
    child: Product

    @property
    def uids(self) -> list[str]:
        """The ids of the values."""
        return list(self.choices.values())


class Catalog:
    """The catalogue as one scope sees it; `reads` names the products whose items were looked at."""

    def __init__(self, space: Space, scope: Scope) -> None:
        self.space = space
        self.scope = scope
        self.items = space.items
        self.reads: set[str] = set()
        self._products: dict[str, Product | None] = {}
        self._variants: dict[str, list[Variant]] = {}
        self._prices: dict[str, Price | None] = {}
        self._ranges: dict[str, Range | None] = {}

    @property
    def is_large(self) -> bool:
        """Whether so much was worked out that it had better begin anew."""
        return len(self._products) > MOST_PRODUCTS

    @property
    def attributes(self) -> dict[str, Attribute]:
        """The attributes of this store view."""
        return self.space.attributes(self.scope.view.code)

    @property
    def tree(self) -> Tree:
        """The categories of this store view."""
        return self.space.tree(self.scope.view.code)

    def find_enabled(self, sku: str) -> Product | None:
        """The product of this SKU, if it is enabled, displayable or not."""
        self.reads.add(sku)
        if sku not in self._products:
            item = self.items.one("products", sku, self.scope.view.code)
            is_enabled = item is not None and item.get("status") == "Enabled"
            self._products[sku] = Product(self, item) if item and is_enabled else None
        return self._products[sku]

    def product(self, sku: str) -> Product | None:
        """The product of this SKU, if the group may see it."""
        product = self.find_enabled(sku)
        return product if product and product.permission.is_displayable else None

    def permission(self, item: Item) -> Permission:
        """What this group may do with a product."""
        self.reads.update(parent["sku"] for parent in item.get("parents") or ())
        return self.space.permissions.of_product(item, self.website_of(item), self.scope.group)

    def website_of(self, item: Item) -> str:
        """The website of a product's item."""
        return self.scope.view.website or item.get("websiteCode") or ""

    def simple_price(self, item: Item) -> Price | None:
        """What one of a product costs."""
        sku = item["sku"]
        if sku not in self._prices:
            price = price_item(self.items, sku, self.website_of(item), self.scope.group)
            self._prices[sku] = price_of(price) if price else None
        return self._prices[sku]

    def variants(self, sku: str) -> list[Variant]:
        """The enabled variants of a configurable product, by SKU."""
        if sku not in self._variants:
            rows = []
            for item in self.items.starting("variants", sku):
                child = self.product(item["productSku"])
                values = [value for value in item.get("optionValues") or () if value.get("uid")]
                if child:
                    rows.append(Variant({value["attributeCode"]: value["uid"] for value in values}, child))
            self._variants[sku] = sorted(rows, key=lambda variant: variant.child.sku)
        return self._variants[sku]

    def parts(self, item: Item) -> list[Product]:
        """The products that a bundle or a grouped product is made of, as far as there are any."""
        skus = [
            value["sku"]
            for option in item.get("optionsV2") or ()
            if option["type"] in ("bundle", "grouped")
            for value in option.get("values") or ()
            if value.get("sku")
        ]
        return [part for part in map(self.product, dict.fromkeys(skus)) if part]

    def price_range(self, product: Product) -> Range | None:
        """What the choices of a complex product cost."""
        if product.sku not in self._ranges:
            self._ranges[product.sku] = self._range(product)
        return self._ranges[product.sku]

    def _range(self, product: Product) -> Range | None:
        if product.kind in ("bundle", "bundle_fixed"):
            return bundles.price_range(self, product)
        if product.kind == "configurable":
            return self.range_of([variant.child for variant in self.variants(product.sku)])
        return self.range_of(self.parts(product.item))

    def range_of(self, products: Iterable[Product]) -> Range | None:
        """The prices of those that can be had, or of all when none can."""
        priced = [(product, price) for product in products if (price := product.price())]
        offered = [price for product, price in priced if product.in_stock] or [price for _, price in priced]
        return range_of(offered)

    def shows(self, category: Category) -> bool:
        """Whether the group may see a category."""
        return self.space.permissions.shows_category(category.path, self.scope.view.website, self.scope.group)

    def categories(
        self, ids: list[str] | None, roles: list[str] | None, start: int | None = None, depth: int = 0
    ) -> list[Category]:
        """Categories by id, or one of them with its descendants of some levels, in the tree's order."""
        rows = list(self.tree.by_id.values()) if ids is None else [self.tree.by_id.get(name) for name in ids]
        chosen = list({row.id: row for row in rows if row}.values())
        if start is not None:
            below = {row.id: row for top in chosen for row in self.tree.below(top, start + depth - 1)}
            chosen = [row for row in below.values() if start <= row.level < start + depth]
        wanted = {role.lower() for role in roles or ()}
        chosen = [row for row in chosen if not wanted or wanted & set(row.roles)]
        return sorted((row for row in chosen if self.shows(row)), key=lambda row: row.order)

    def categories_of(self, product: Product) -> list[Category]:
        """The categories that a product is in and the group may see."""
        ids = [entry["categoryId"] for entry in product.item.get("categoryData") or ()]
        rows = [self.tree.by_id.get(str(name)) for name in ids]
        return [row for row in rows if row and self.shows(row)]
