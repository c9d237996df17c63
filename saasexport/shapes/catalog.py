"""The feeds of attributes, categories, variants, and of what a customer group may see and buy."""

from saasexport.shapes.words import (
    BASE64,
    BOOLEAN,
    DATE_TIME,
    GROUP_OR_ALL,
    INTEGER,
    KEY,
    MD5,
    NUMBER,
    SCALAR,
    SHA1,
    STRING,
    ListOf,
    Rule,
    feed,
    nullable,
    one_of,
    optional,
    record,
)

PRODUCT_ATTRIBUTES = feed(
    "productAttributes",
    ("attributeCode", "storeViewCode"),
    {
        "id": STRING,
        "storeCode": STRING,
        "websiteCode": STRING,
        "storeViewCode": KEY,
        "attributeCode": KEY,
        "attributeType": one_of("catalog_product", "catalog_category"),
        "dataType": STRING,
        "multi": BOOLEAN,
        "label": optional(STRING),
        "frontendInput": optional(STRING),
        "required": BOOLEAN,
        "unique": BOOLEAN,
        "global": BOOLEAN,
        "visible": BOOLEAN,
        "searchable": BOOLEAN,
        "filterable": BOOLEAN,
        "visibleInCompareList": BOOLEAN,
        "visibleInListing": BOOLEAN,
        "sortable": BOOLEAN,
        "visibleInSearch": BOOLEAN,
        "filterableInSearch": BOOLEAN,
        "searchWeight": NUMBER,
        "usedForRules": BOOLEAN,
        "boolean": BOOLEAN,
        "systemAttribute": BOOLEAN,
        "numeric": BOOLEAN,
    },
)


CATEGORIES = feed(
    "categories",
    ("urlPath", "storeViewCode"),
    {
        "categoryId": KEY,
        "storeViewCode": KEY,
        "storeCode": STRING,
        "websiteCode": STRING,
        "name": optional(STRING),
        "description": optional(STRING),
        "metaTitle": optional(STRING),
        "metaKeywords": optional(STRING),
        "metaDescription": optional(STRING),
        "displayMode": optional(STRING),
        "urlKey": optional(STRING),
        "urlPath": STRING,
        "image": nullable(STRING),
        "level": INTEGER,
        "path": STRING,
        "parentId": STRING,
        "children": nullable(ListOf(STRING)),
        "position": INTEGER,
        "defaultSortBy": nullable(STRING),
        "availableSortBy": nullable(ListOf(STRING)),
        "isAnchor": optional(INTEGER),
        "includeInMenu": optional(INTEGER),
        "isActive": optional(INTEGER),
        "createdAt": DATE_TIME,
        "updatedAt": DATE_TIME,
    },
    # The root category of a store is at level 1; every other one has a path, if only its id.
    Rule("only_a_root_has_no_path"),
    not_compared=("updatedAt",),
)

VARIANT_OPTION = record(
    {
        "attributeCode": nullable(STRING),
        "uid": nullable(BASE64),
        "label": nullable(STRING),
        "valueIndex": nullable(STRING),
    }
)

VARIANTS = feed(
    "variants",
    ("parentSku", "productSku"),
    {
        "id": MD5,
        "optionValues": ListOf(VARIANT_OPTION),
        "parentId": STRING,
        "productId": STRING,
        "parentSku": KEY,
        "productSku": KEY,
    },
)

GRANT = optional(nullable(one_of("allow", "deny", "parent")))

CATEGORY_PERMISSIONS = feed(
    "categoryPermissions",
    ("id",),
    {
        "id": KEY,
        "categoryId": optional(nullable(STRING)),
        "websiteCode": optional(nullable(STRING)),
        "customerGroupCode": optional(nullable(SHA1)),
        "grantCatalogCategoryView": GRANT,
        "grantCatalogProductPrice": GRANT,
        "grantCheckoutItems": GRANT,
        "value": optional(nullable(SCALAR)),
    },
    # Only the fallback items may leave grants open, and only they carry a value.
    Rule("a_permission_is_whole"),
)

PRODUCT_OVERRIDES = feed(
    "productOverrides",
    ("sku", "websiteCode", "customerGroupCode"),
    {
        "sku": KEY,
        "productId": INTEGER,
        "websiteCode": KEY,
        "customerGroupCode": GROUP_OR_ALL,
        "displayable": BOOLEAN,
        "priceDisplayable": BOOLEAN,
        "addToCartAllowed": BOOLEAN,
    },
)
