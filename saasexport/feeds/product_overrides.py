"""The product overrides feed: one item per product, website and customer group that a category permission concerns.

A product may be seen on a website if any of its active categories there may, and likewise for its price and for buying
it.  Groups that no permission concerns have no item: the fallback items of categoryPermissions speak for them.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, Feed, Items, Shop, Subscription
from saasexport.shop import scopes
from saasexport.shop.category_tree import Branch, category_tree
from saasexport.shop.customer_groups import group_code
from saasexport.shop.permissions import PATHS, Permissions, is_enabled, permissions
from saasexport.shop.scopes import StoreView, configuration, store_views, websites
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import text

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these products, on the websites where permissions are in use."""
    overrides = shop.once(_overrides)
    assignments = shop.group(SQL.assignments, ids)
    for (product_id, sku), rows in groupby(shop.rows(SQL.products, ids), itemgetter(0, 1)):
        categories = [category_id for (category_id,) in assignments.get(product_id, ())]
        if categories:
            parts = [part for row in rows for part in overrides.of(row[2], categories)]
            if parts:
                yield _entity(product_id, sku, parts)


def _entity(product_id: int, sku: Any, parts: list[dict[str, Any]]) -> EntityItems:
    items = Items()
    for part in parts:
        identity = {name: part[name] for name in ("websiteCode", "customerGroupCode")}
        items.add({"sku": sku, **identity}, _item, sku, part)
    return items.of(product_id, {"productId": product_id})


def _item(sku: Any, part: dict[str, Any]) -> dict[str, Any]:
    if text(sku, "sku") is None:
        raise InvalidValue("sku", "is missing")
    if part["websiteCode"] is None:
        raise InvalidValue("websiteCode", "the website has no code")
    return part


class _Masks(NamedTuple):
    """What the groups may do in a category of a website: a bit per group, in the order of the groups."""

    decided: int  # a permission concerns the group
    view: int
    price: int
    checkout: int


_NOTHING = _Masks(0, 0, 0, 0)


class Overrides:
    """What products carry, by website and the categories they are in."""

    def __init__(
        self, granted: Permissions, websites: dict[int, str], views: list[StoreView], branches: dict[int, Branch]
    ) -> None:
        self._permissions = granted
        self._websites = websites  # code by id, where permissions are in use
        self._codes = [group_code(group_id) for group_id in granted.groups]
        self._branches = {
            website_id: [branches[view.id] for view in views if view.website_id == website_id]
            for website_id in websites
        }
        self._masks: dict[tuple[int, int], _Masks] = {}
        self._known: dict[tuple[int, ...], list[dict[str, Any]]] = {}

    def of(self, website_id: int, categories: Sequence[int]) -> list[dict[str, Any]]:
        """What a product in these categories carries on a website, by customer group; not to be changed."""
        if website_id not in self._websites:
            return []
        decided = view = price = checkout = 0
        for category_id in categories:
            masks = self._masks.get((website_id, category_id)) or self._of_category(website_id, category_id)
            decided |= masks.decided
            view |= masks.view
            price |= masks.price
            checkout |= masks.checkout
        # Few of the many combinations of categories come out differently.
        key = (website_id, decided, view & decided, price & decided, checkout & decided)
        if key not in self._known:
            self._known[key] = self._parts(*key)
        return self._known[key]

    def _parts(self, website_id: int, decided: int, view: int, price: int, checkout: int) -> list[dict[str, Any]]:
        return [
            {
                "websiteCode": self._websites[website_id],
                "customerGroupCode": code,
                "displayable": bool(view >> index & 1),
                "priceDisplayable": bool(price >> index & 1),
                "addToCartAllowed": bool(checkout >> index & 1),
            }
            for index, code in enumerate(self._codes)
            if decided >> index & 1
        ]

    def _of_category(self, website_id: int, category_id: int) -> _Masks:
        masks = _NOTHING
        if self._is_active(website_id, category_id):
            for index, granted in enumerate(self._permissions.of(category_id, website_id).values()):
                grants = (granted.is_by_permission, *granted.grants)
                masks = _Masks(*(mask | it << index for mask, it in zip(masks, grants, strict=True)))
        self._masks[website_id, category_id] = masks
        return masks

    def _is_active(self, website_id: int, category_id: int) -> bool:
        """Whether a store view of the website sells from the category: it and all above it are active there."""
        return any(
            branch.contains(category_id)
            and branch.is_set("is_active", category_id)
            and not branch.is_below_inactive(category_id)
            for branch in self._branches[website_id]
        )


def _overrides(shop: Shop) -> Overrides:
    settings = configuration(shop)
    in_use = {website.id: website.code for website in websites(shop) if is_enabled(settings, website.id)}
    return Overrides(permissions(shop), in_use, store_views(shop), category_tree(shop).branches)


FEED = Feed(
    name="productOverrides",
    indexer="catalog_data_exporter_product_overrides",
    identity=("sku", "websiteCode", "customerGroupCode"),
    minimal=("productId",),
    entity=("catalog_product_entity", "entity_id"),
    sql=SQL,
    subscriptions=(
        Subscription("catalog_product_website", "product_id"),
        Subscription("catalog_category_product", "product_id"),
        Subscription("magento_catalogpermissions", "category_id", via="category"),
        Subscription("catalog_category_entity", via="category"),
        Subscription("catalog_category_entity_int", via="category"),
        Subscription("eav_attribute", "attribute_id", via="attribute"),
        Subscription("customer_group", "customer_group_id", via=EVERYTHING),
        *scopes.SUBSCRIPTIONS,
    ),
    settings=(scopes.settings(*PATHS),),
    id_types={"default": SQL.by_sku, "sku": SQL.by_sku, "productId": ""},
    near=SQL.near,
    assemble=assemble,
    varying=("displayable", "priceDisplayable", "addToCartAllowed"),
)
