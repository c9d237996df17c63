"""The feeds of prices and stock, whose time of export is `updatedAt`."""

from saasexport.shapes.words import (
    BOOLEAN,
    GROUP_OR_ALL,
    INTEGER,
    KEY,
    NUMBER,
    RFC3339,
    STRING,
    ListOf,
    exactly_one,
    feed,
    nullable,
    one_of,
    optional,
    record,
)

PARENT_TYPE = one_of(
    "SIMPLE",
    "CONFIGURABLE",
    "DOWNLOADABLE",
    "GROUPED",
    "BUNDLE",
    "BUNDLE_FIXED",
    "BUNDLE_DYNAMIC",
    "GIFTCARD",
)

DISCOUNT = record(
    {
        "code": one_of("special_price", "group", "catalog_rule"),
        "price": optional(NUMBER),
        "percentage": optional(NUMBER),
    },
    exactly_one("price", "percentage"),
)

TIER_PRICE = record(
    {"qty": NUMBER, "price": optional(NUMBER), "percentage": optional(NUMBER)},
    exactly_one("price", "percentage"),
)

PRICES = feed(
    "prices",
    ("sku", "customerGroupCode", "websiteCode"),
    {
        "productId": INTEGER,
        "sku": KEY,
        "type": one_of("SIMPLE", "DOWNLOADABLE", "GROUPED", "BUNDLE_FIXED", "BUNDLE_DYNAMIC"),
        "customerGroupCode": GROUP_OR_ALL,
        "websiteCode": KEY,
        "parents": optional(ListOf(record({"type": nullable(PARENT_TYPE), "sku": nullable(STRING)}))),
        "regular": NUMBER,
        "discounts": nullable(ListOf(DISCOUNT)),
        "tierPrices": optional(ListOf(TIER_PRICE)),
    },
    exported="updatedAt",
    time=RFC3339,
)

INVENTORY_STOCK_STATUS = feed(
    "inventoryStockStatus",
    ("stockId", "sku"),
    {
        "stockId": KEY,
        "sku": KEY,
        "productId": INTEGER,
        "qty": NUMBER,
        "qtyForSale": nullable(NUMBER),
        "infiniteStock": nullable(BOOLEAN),
        "isSalable": BOOLEAN,
    },
    exported="updatedAt",
    not_compared=("productId",),
)
