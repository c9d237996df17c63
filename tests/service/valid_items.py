"""One minimal valid item of every feed, worked out by hand from the published shapes (feeds.md 2)."""

import copy
from typing import Any

MODIFIED = "2026-11-23 15:04:05"
GROUP = "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"  # sha1 of "0"
ORDER_ID = "3f2504e0-4f89-51d3-9a0c-0305e82c3301"

_MINIMAL: dict[str, dict[str, Any]] = {
    "products": {
        "sku": "24-MB01",
        "storeViewCode": "default",
        "storeCode": "main_website_store",
        "websiteCode": "base",
        "productId": 1,
        "type": "simple",
        "status": "Enabled",
        "taxClassId": "no",
        "createdAt": "2026-01-02 03:04:05",
        "updatedAt": "2026-01-02 03:04:05",
        "visibility": "Catalog, Search",
        "weightUnit": None,
        "currency": "USD",
        "displayable": True,
        "buyable": False,
        "attributes": None,
        "categoryData": None,
        "media_gallery": None,
        "optionsV2": None,
        "shopperInputOptions": None,
        "samples": None,
        "images": None,
        "videos": None,
        "links": None,
        "inStock": False,
        "lowStock": False,
        "url": "http://shop.example/joust.html",
        "urlRewrites": None,
        "variants": None,
        "parents": None,
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "productAttributes": {
        "id": "73",
        "storeCode": "main_website_store",
        "websiteCode": "base",
        "storeViewCode": "default",
        "attributeCode": "name",
        "attributeType": "catalog_product",
        "dataType": "varchar",
        "multi": False,
        "required": True,
        "unique": False,
        "global": False,
        "visible": True,
        "searchable": True,
        "filterable": False,
        "visibleInCompareList": False,
        "visibleInListing": True,
        "sortable": True,
        "visibleInSearch": False,
        "filterableInSearch": False,
        "searchWeight": 5,
        "usedForRules": False,
        "boolean": False,
        "systemAttribute": True,
        "numeric": False,
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "categories": {
        "categoryId": "20",
        "storeViewCode": "default",
        "storeCode": "main_website_store",
        "websiteCode": "base",
        "urlPath": "women",
        "image": None,
        "level": 2,
        "path": "1/2/20",
        "parentId": "2",
        "children": None,
        "position": 2,
        "defaultSortBy": "position",
        "availableSortBy": None,
        "createdAt": "2026-01-02 03:04:05",
        "updatedAt": "2026-01-02 03:04:05",
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "variants": {
        "id": "8a880c29baa2ec8a5068350ec04f5b7d",
        "optionValues": [
            {"attributeCode": "color", "uid": "Y29uZmlndXJhYmxlLzkzLzUw", "label": "Blue", "valueIndex": "50"}
        ],
        "parentId": "1",
        "productId": "10",
        "parentSku": "configurable",
        "productSku": "simple_10",
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "prices": {
        "productId": 1,
        "sku": "24-MB01",
        "type": "SIMPLE",
        "customerGroupCode": "0",
        "websiteCode": "base",
        "regular": 34,
        "discounts": None,
        "deleted": False,
        "updatedAt": "2026-11-23T15:04:05+00:00",
    },
    "inventoryStockStatus": {
        "stockId": "1",
        "sku": "24-MB01",
        "productId": 1,
        "qty": 8.5,
        "qtyForSale": 6.3,
        "infiniteStock": False,
        "isSalable": True,
        "deleted": False,
        "updatedAt": MODIFIED,
    },
    "scopesWebsite": {
        "websiteId": "1",
        "websiteCode": "base",
        "stores": [
            {
                "storeId": "1",
                "storeCode": "main_website_store",
                "storeViews": [{"storeViewId": "1", "storeViewCode": "default"}],
            }
        ],
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "scopesCustomerGroup": {
        "customerGroupId": "0",
        "customerGroupCode": GROUP,
        "websites": ["base"],
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "orders": {
        "orderId": {"id": ORDER_ID},
        "commerceOrderId": "1",
        "externalId": {"id": "1", "salesChannel": "magento"},
        "createdAt": "2026-11-20T10:20:30+00:00",
        "updatedAt": None,
        "state": 3,
        "payment": None,
        "shipping": None,
        "items": None,
        "invoices": None,
        "creditMemos": None,
        "transactions": None,
        "shipments": None,
        "additionalInformation": None,
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "reviews": {
        "reviewId": "1",
        "productId": 5,
        "visibility": ["default"],
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "ratingMetadata": {
        "ratingId": "MQ==",
        "storeViewCode": "default",
        "name": "Quality",
        "values": [{"valueId": "MTE=", "value": "1", "position": 1}],
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "categoryPermissions": {
        "id": "7",
        "categoryId": "20",
        "websiteCode": None,
        "customerGroupCode": GROUP,
        "grantCatalogCategoryView": "allow",
        "grantCatalogProductPrice": "deny",
        "grantCheckoutItems": "parent",
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
    "productOverrides": {
        "sku": "24-MB01",
        "productId": 1,
        "websiteCode": "base",
        "customerGroupCode": GROUP,
        "displayable": True,
        "priceDisplayable": True,
        "addToCartAllowed": False,
        "deleted": False,
        "modifiedAt": MODIFIED,
    },
}

FEEDS = tuple(_MINIMAL)

# The identity of each feed's items, from feeds.md 1.2.
IDENTITIES: dict[str, tuple[str, ...]] = {
    "products": ("sku", "storeViewCode"),
    "productAttributes": ("attributeCode", "storeViewCode"),
    "categories": ("urlPath", "storeViewCode"),
    "variants": ("parentSku", "productSku"),
    "prices": ("sku", "customerGroupCode", "websiteCode"),
    "inventoryStockStatus": ("stockId", "sku"),
    "scopesWebsite": ("websiteId",),
    "scopesCustomerGroup": ("customerGroupId",),
    "orders": ("commerceOrderId",),
    "reviews": ("reviewId",),
    "ratingMetadata": ("ratingId", "storeViewCode"),
    "categoryPermissions": ("id",),
    "productOverrides": ("sku", "websiteCode", "customerGroupCode"),
}


def exported_key(feed: str) -> str:
    """The field that holds the time of export."""
    return "updatedAt" if feed in ("prices", "inventoryStockStatus") else "modifiedAt"


def item(feed: str, **changes: Any) -> dict[str, Any]:
    """The minimal item of a feed, with some fields changed."""
    return {**copy.deepcopy(_MINIMAL[feed]), **changes}


def without(feed: str, *names: str) -> dict[str, Any]:
    """The minimal item of a feed, without some fields."""
    return {name: value for name, value in item(feed).items() if name not in names}


def tombstone(feed: str) -> dict[str, Any]:
    """A deleted item with nothing but what it has to have."""
    names = (*IDENTITIES[feed], exported_key(feed))
    return {**{name: _MINIMAL[feed][name] for name in names}, "deleted": True}
