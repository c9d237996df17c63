"""What a customer group may see and buy, of products and of categories.

Of a product its override decides, else those of its parents, else the
fallback of the whole shop; a shop without permissions allows everything.
"""

from typing import NamedTuple

from saasexport.service.catalog.items import Item, Items


class Permission(NamedTuple):
    """What is allowed."""

    is_displayable: bool
    shows_price: bool
    may_buy: bool


ALLOWED = Permission(True, True, True)

VIEW, PRICE, CHECKOUT = "grantCatalogCategoryView", "grantCatalogProductPrice", "grantCheckoutItems"

_FALLBACKS = {
    VIEW: "fallback-grant_catalog_category_view",
    PRICE: "fallback-grant_catalog_product_price",
    CHECKOUT: "fallback-grant_checkout_items",
}


class Permissions:
    """The permissions of one data space."""

    def __init__(self, items: Items) -> None:
        self._items = items
        everything = {item["id"]: item for item in items.every("categoryPermissions")}
        self._fallbacks = {grant: everything.get(name) for grant, name in _FALLBACKS.items()}
        self.is_on = str((everything.get("fallback-enabled") or {}).get("value", "0")) == "1"
        self._has_overrides = items.has_any("productOverrides")
        self._categories: dict[tuple[str, str | None, str | None], Item] = {
            (str(item["categoryId"]), item.get("websiteCode"), item.get("customerGroupCode")): item
            for item in everything.values()
            if item.get("categoryId") is not None
        }

    @property
    def groups(self) -> set[str]:
        """The groups that the fallbacks name one by one."""
        return {group for item in self._fallbacks.values() if item for group in _split_list(item)}

    def of_product(self, product: Item, website: str, group: str) -> Permission:
        """What the group may do with a product."""
        if not self._has_overrides:
            return self.fallback(group)
        item = self._override(product["sku"], website, group)
        for parent in () if item else product.get("parents") or ():
            item = item or self._override(parent["sku"], website, group)
        if item is None:
            return self.fallback(group)
        return Permission(item["displayable"], item["priceDisplayable"], item["addToCartAllowed"])

    def fallback(self, group: str) -> Permission:
        """What the group may do where nothing else is said."""
        if not self.is_on:
            return ALLOWED
        return Permission(*(_grants(self._fallbacks[grant], group, grant) for grant in (VIEW, PRICE, CHECKOUT)))

    def shows_category(self, path: str, website: str, group: str) -> bool:
        """Whether the group may see the category with this path of ids."""
        if not self.is_on:
            return True
        for category in reversed(path.split("/")):
            for key in ((website, group), (website, None), (None, group), (None, None)):
                item = self._categories.get((category, *key))
                if item and item.get(VIEW) in ("allow", "deny"):
                    return bool(item[VIEW] == "allow")
                if item and item.get(VIEW) == "parent":
                    break
        return _grants(self._fallbacks[VIEW], group, VIEW)

    def _override(self, sku: str, website: str, group: str) -> Item | None:
        of_group = self._items.one("productOverrides", sku, website, group)
        return of_group or self._items.one("productOverrides", sku, website, "0")


def _split_list(item: Item) -> list[str]:
    """The groups in a fallback's value."""
    return [part.strip() for part in str(item.get("value") or "").split(",") if len(part.strip()) == 40]


def _grants(item: Item | None, group: str, grant: str) -> bool:
    if item is None:
        return True
    if item.get(grant) is None:
        return group in _split_list(item)
    return bool(item[grant] == "allow")
