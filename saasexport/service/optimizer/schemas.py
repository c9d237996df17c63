"""The items that the API takes, as in Adobe's OpenAPI file of 2026-07-29: unknown fields pass, but for categories."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": "string", "nullable": True}
FLAG: Schema = {"type": "boolean"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}  # of 32 bits


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": values}


def _record(names: str = "", /, **properties: Schema) -> Schema:
    """A record that must have the fields of these names."""
    return {"type": "object", "required": names.split(), "properties": properties}


TEXTS = _list(TEXT)
SOURCE = _record("locale", locale=TEXT)
LAYER_SOURCE = _record("layer", layer=TEXT, locale=TEXT)
META_TAGS = _record(title=TEXT, description=TEXT, keywords=TEXTS)
DATA_TYPE = _one_of("TEXT", "DECIMAL", "INTEGER", "BOOLEAN")
BOOK_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
NAME: Schema = {"type": "string", "minLength": 1}

METADATA = _record(
    "code source label dataType",
    code=TEXT,
    source=SOURCE,
    label=TEXT,
    dataType=DATA_TYPE,
    visibleIn=_list(_one_of("PRODUCT_DETAIL", "PRODUCT_LISTING", "SEARCH_RESULTS", "PRODUCT_COMPARE")),
    filterable=FLAG,
    sortable=FLAG,
    searchable=FLAG,
    searchWeight=NUMBER,
    searchTypes=_list(_one_of("AUTOCOMPLETE", "CONTAINS", "STARTS_WITH")),
)

CATEGORY_METADATA = _record("code source label dataType", code=TEXT, source=SOURCE, label=TEXT, dataType=DATA_TYPE)

SLUG: Schema = {"type": "string", "minLength": 1, "maxLength": 1024, "pattern": r"^[a-z0-9-]+(?:\/[a-z0-9-]+)*$"}

CATEGORY = _record(
    "slug source name",
    slug=SLUG,
    source=SOURCE,
    name={"type": "string", "minLength": 1, "maxLength": 128},
    description=TEXT_OR_NULL,
    families={**TEXTS, "nullable": True},
    position=WHOLE,
    metaTags=META_TAGS,
    attributes=_list(_record("code values", code=TEXT, values=TEXTS)),
    images=_list(_record("url", url=TEXT, label=TEXT, roles=_list(_one_of("BASE", "THUMBNAIL")), customRoles=TEXTS)),
) | {"closed": True}

ATTRIBUTES = _list(_record("code values", code=TEXT, values=TEXTS, variantReferenceId=TEXT_OR_NULL))
IMAGES = _list(
    _record(
        "url", url=TEXT, label=TEXT, roles=_list(_one_of("BASE", "SMALL", "THUMBNAIL", "SWATCH")), customRoles=TEXTS
    )
)
LINKS = _list(_record("type sku", type=TEXT, sku=TEXT))
EXTERNAL_IDS = _list(_record("id origin", id=TEXT, origin=TEXT))
CONFIGURATIONS = _list(
    _record(
        "attributeCode type values",
        attributeCode=TEXT,
        type=_one_of("CONFIGURABLE", "SWATCH"),
        values=_list(
            _record("variantReferenceId", variantReferenceId=TEXT, label=TEXT, colorHex=TEXT, imageUrl=TEXT)
        ),
        label=TEXT,
        defaultVariantReferenceId=TEXT_OR_NULL,
    )
)
BUNDLES = _list(
    _record(
        "group items",
        group=TEXT,
        items=_list(_record("sku", sku=TEXT, qty=NUMBER, userDefinedQty=FLAG)),
        required=FLAG,
        multiSelect=FLAG,
        defaultItemSkus=TEXTS,
    )
)

PRODUCT = _record(
    "sku source name slug status",
    sku=TEXT,
    source=SOURCE,
    name=TEXT,
    slug=TEXT,
    status=_one_of("ENABLED", "DISABLED"),
    description=TEXT_OR_NULL,
    shortDescription=TEXT_OR_NULL,
    visibleIn=_list(_one_of("CATALOG", "SEARCH")),
    metaTags=META_TAGS,
    attributes=ATTRIBUTES,
    images=IMAGES,
    links=LINKS,
    routes=_list(_record("path", path=TEXT, position=WHOLE)),
    configurations=CONFIGURATIONS,
    bundles=BUNDLES,
    externalIds=EXTERNAL_IDS,
)

LAYER = _record(
    "sku source",
    sku=TEXT,
    source=LAYER_SOURCE,
    name=TEXT,
    description=TEXT_OR_NULL,
    shortDescription=TEXT_OR_NULL,
    metaTags=META_TAGS,
    attributes=ATTRIBUTES,
    images=IMAGES,
    links=LINKS,
    externalIds=EXTERNAL_IDS,
)

BOOK: Schema = {
    "oneOf": [
        _record(
            "priceBookId name currency",
            priceBookId=BOOK_ID,
            name=NAME,
            currency={"type": "string", "minLength": 1, "maxLength": 5},
        ),
        _record("priceBookId name parentId", priceBookId=BOOK_ID, name=NAME, parentId=BOOK_ID),
    ]
}


def _price_or_percentage(key: str, kind: Schema) -> Schema:
    return {
        "anyOf": [
            _record(f"{key} price", **{key: kind}, price=NUMBER),
            _record(f"{key} percentage", **{key: kind}, percentage=NUMBER),
        ]
    }


PRICE = _record(
    "sku priceBookId regular",
    sku=TEXT,
    priceBookId=TEXT,
    regular=NUMBER,
    discounts=_list(_price_or_percentage("code", TEXT)),
    tierPrices=_list(_price_or_percentage("qty", NUMBER)),
)
