"""What is known of the attributes of products in a store view."""

from typing import NamedTuple

from saasexport.service.catalog.items import Item, Items


class Attribute(NamedTuple):
    """An attribute, as far as a storefront is concerned."""

    code: str
    label: str
    is_visible: bool
    roles: tuple[str, ...]
    is_searchable: bool
    weight: int
    is_filterable: bool
    is_filterable_in_search: bool
    is_sortable: bool
    is_numeric: bool
    is_boolean: bool
    frontend_input: str | None

    @property
    def is_facet(self) -> bool:
        """Whether it may be a facet at all: dates, long texts and what the system keeps for itself are none."""
        return (
            (self.is_filterable or self.is_filterable_in_search)
            and self.frontend_input not in ("textarea", "date", "datetime", "media_image", "gallery")
            and self.code not in ("price", "sku", "name", "visibility", "status", "categories")
        )

    @property
    def is_range(self) -> bool:
        """Whether its values are numbers, which a facet puts into ranges."""
        is_listed = self.frontend_input in ("select", "multiselect", "boolean")
        return self.is_numeric and not self.is_boolean and not is_listed


def attribute_of(item: Item) -> Attribute:
    """An item of the feed in our words."""
    roles = []
    if item.get("visibleInListing"):
        roles.append("visible_in_plp")
    # The feed calls by this name what Commerce shows on the product's page.
    if item.get("visibleInSearch"):
        roles.append("visible_in_pdp")
    if item.get("visibleInCompareList"):
        roles.append("visible_in_compare_list")
    if item.get("searchable") or item.get("filterableInSearch"):
        roles.append("visible_in_search")
    return Attribute(
        item["attributeCode"],
        item.get("label") or item["attributeCode"],
        bool(item.get("visible")),
        tuple(roles),
        bool(item.get("searchable")),
        int(item.get("searchWeight") or 1),
        bool(item.get("filterable")),
        bool(item.get("filterableInSearch")),
        bool(item.get("sortable")),
        bool(item.get("numeric")),
        bool(item.get("boolean")),
        item.get("frontendInput"),
    )


def attributes_of(items: Items, store_view: str) -> dict[str, Attribute]:
    """The attributes of products in a store view, by code."""
    return {
        item["attributeCode"]: attribute_of(item)
        for item in items.every("productAttributes")
        if item["storeViewCode"] == store_view and item.get("attributeType") != "catalog_category"
    }
