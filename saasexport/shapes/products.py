"""The products feed: one item per product and store view."""

from saasexport.shapes.words import (
    BASE64,
    BOOLEAN,
    DATE_TIME,
    INTEGER,
    KEY,
    NOTHING,
    NUMBER,
    STRING,
    STRING_OR_NULL,
    ListOf,
    Rule,
    feed,
    nullable,
    one_of,
    optional,
    record,
)

IMAGE_WITH_LABEL = record({"url": nullable(STRING), "label": nullable(STRING)})

# The attribute set's name may be missing, and its entry then holds [null].
ATTRIBUTE = record({"attributeCode": STRING, "value": optional(ListOf(STRING_OR_NULL))})

CATEGORY_DATA = record({"categoryId": STRING, "categoryPath": STRING, "productPosition": INTEGER})

OPTION_VALUE = record(
    {
        "id": nullable(STRING),
        "label": nullable(STRING),
        "sortOrder": nullable(INTEGER),
        "isDefault": nullable(BOOLEAN),
        "colorHex": nullable(STRING),
        "imageUrl": nullable(STRING),
        "customSwatchValue": nullable(STRING),
        "qtyMutability": nullable(BOOLEAN),
        "qty": nullable(NUMBER),
        "infoUrl": nullable(STRING),
        "sku": nullable(STRING),
        "price": nullable(NUMBER),
        "priceType": nullable(STRING),
    }
)

OPTION = record(
    {
        "id": STRING,
        "label": optional(STRING),
        "sortOrder": optional(INTEGER),
        "required": optional(BOOLEAN),
        "renderType": optional(STRING),
        "type": one_of("custom_option", "downloadable", "grouped", "configurable", "bundle"),
        "swatchType": optional(STRING),
        "values": optional(nullable(ListOf(OPTION_VALUE))),
    }
)

SHOPPER_INPUT_OPTION = record(
    {
        "id": BASE64,
        "label": optional(STRING),
        "sortOrder": optional(INTEGER),
        "required": optional(BOOLEAN),
        "renderType": optional(STRING),
        "price": optional(NUMBER),
        "fileExtension": optional(STRING),
        "sku": optional(STRING),
        "range": record({"from": nullable(NUMBER), "to": nullable(NUMBER)}),
        "imageSizeX": optional(INTEGER),
        "imageSizeY": optional(INTEGER),
    }
)

VIDEO = record(
    {
        "videoProvider": nullable(STRING),
        "videoUrl": nullable(STRING),
        "videoTitle": nullable(STRING),
        "videoDescription": nullable(STRING),
        "videoMetadata": nullable(STRING),
        "mediaType": nullable(STRING),
    }
)

MEDIA = record(
    {
        "url": STRING,
        "label": STRING,
        "types": optional(nullable(ListOf(STRING))),
        "sort_order": INTEGER,
        "video_attributes": optional(VIDEO),
    }
)

RESOURCE = record({"url": nullable(STRING), "label": nullable(STRING), "roles": nullable(ListOf(STRING))})

URL_REWRITE = record(
    {
        "url": STRING,
        "parameters": nullable(ListOf(record({"name": nullable(STRING), "value": nullable(STRING)}))),
    }
)

PRODUCTS = feed(
    "products",
    ("sku", "storeViewCode"),
    {
        "sku": KEY,
        "storeViewCode": KEY,
        "storeCode": STRING,
        "websiteCode": STRING,
        "name": optional(STRING),
        "productId": INTEGER,
        "type": nullable(STRING),
        "priceView": optional(one_of("price_range", "as_low_as")),
        "shortDescription": optional(STRING),
        "description": optional(STRING),
        "image": optional(IMAGE_WITH_LABEL),
        "linksPurchasedSeparately": optional(BOOLEAN),
        "metaDescription": optional(STRING),
        "metaKeyword": optional(STRING),
        "metaTitle": optional(STRING),
        "smallImage": optional(IMAGE_WITH_LABEL),
        "status": one_of("Enabled", "Disabled"),
        "swatchImage": optional(IMAGE_WITH_LABEL),
        "taxClassId": STRING,
        "thumbnail": optional(IMAGE_WITH_LABEL),
        "createdAt": DATE_TIME,
        "updatedAt": DATE_TIME,
        "urlKey": optional(STRING),
        "visibility": one_of("Not Visible Individually", "Catalog", "Search", "Catalog, Search"),
        "weight": optional(NUMBER),
        "weightUnit": nullable(STRING),
        "weightType": optional(STRING),
        "currency": nullable(STRING),
        "displayable": nullable(BOOLEAN),
        "buyable": nullable(BOOLEAN),
        "attributes": nullable(ListOf(ATTRIBUTE)),
        "categories": optional(ListOf(STRING)),
        "categoryData": nullable(ListOf(CATEGORY_DATA)),
        "media_gallery": nullable(ListOf(MEDIA)),
        "optionsV2": nullable(ListOf(OPTION)),
        "shopperInputOptions": nullable(ListOf(SHOPPER_INPUT_OPTION)),
        "samples": nullable(ListOf(record({"resource": RESOURCE, "sortOrder": optional(STRING)}))),
        "images": nullable(ListOf(record({"resource": RESOURCE, "sortOrder": STRING}))),
        "videos": nullable(ListOf(record({"preview": RESOURCE, "video": optional(VIDEO), "sortOrder": STRING}))),
        "links": nullable(ListOf(record({"sku": STRING, "type": optional(one_of("related", "upsell", "crosssell"))}))),
        "inStock": nullable(BOOLEAN),
        "lowStock": nullable(BOOLEAN),
        "url": nullable(STRING),
        "urlRewrites": nullable(ListOf(URL_REWRITE)),
        "variants": NOTHING,
        "parents": nullable(ListOf(record({"sku": STRING, "productType": STRING}))),
    },
    # The short list of categories is there exactly when the long one holds something.
    Rule("categories_stand_with_their_data"),
    not_compared=("updatedAt",),
)
