"""What a product's own row and its attribute values say: name, texts, status, pictures, tax class.

The rules of feeds.md 3.1.1 to 3.1.3.  Fields that are NULL are left out.
"""

from typing import Any, NamedTuple

from saasexport import queries
from saasexport.errors import Unusable
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields, Product
from saasexport.shop import scopes
from saasexport.shop.directives import fill
from saasexport.values import boolean, number, text

SQL = queries.beside(__file__)

STATUSES = {1: "Enabled", 2: "Disabled", None: "Disabled"}
VISIBILITIES = {
    1: "Not Visible Individually",
    2: "Catalog",
    3: "Search",
    4: "Catalog, Search",
    None: "Not Visible Individually",
}
PRICE_VIEWS = {0: "price_range", 1: "as_low_as"}

TEXTS = (
    ("name", "name"),
    ("metaDescription", "meta_description"),
    ("metaKeyword", "meta_keyword"),
    ("metaTitle", "meta_title"),
    ("urlKey", "url_key"),
    ("weightType", "weight_type"),
)
DESCRIPTIONS = (("description", "description"), ("shortDescription", "short_description"))

# Field, attribute, attribute with its label; a swatch has none (feeds.md 3.1.2).
IMAGES = (
    ("image", "image", "image_label"),
    ("smallImage", "small_image", "small_image_label"),
    ("thumbnail", "thumbnail", "thumbnail_label"),
    ("swatchImage", "swatch_image", ""),
)
NO_IMAGE = ("", "no_selection")

# A product with a value for any of these has a status, if only by default (feeds.md 3.1.1).
REQUESTED = (
    *(code for _, code in (*TEXTS, *DESCRIPTIONS)),
    *(code for _, *codes in IMAGES for code in codes if code),
    "links_purchased_separately",
    "links_title",
    "news_from_date",
    "news_to_date",
    "tax_class_id",
    "visibility",
    "weight",
    "price_view",
)

TEXT_FIELDS = {code: field for field, code in (*TEXTS, *DESCRIPTIONS)}
DESCRIBING = tuple(field for field, _ in DESCRIPTIONS)

# Values that more than one field depends on.
INTRICATE = frozenset(("status", *REQUESTED)).difference(TEXT_FIELDS)

# What Magento's own configuration says where the shop's says nothing.
CURRENCY = "USD"
WEIGHT_UNIT = "lbs"

NO_DATE = "0000-00-00 00:00:00"

SUBSCRIPTIONS = (Subscription("tax_class", "class_id", via="tax_class"),)
VIAS = {"tax_class": SQL.via_tax_class}
CONFIGURATION = (
    "currency/options/base",
    "general/locale/weight_unit",
    "web/unsecure/base_url",
    "web/unsecure/base_link_url",
    "web/unsecure/base_media_url",
    "web/seo/use_rewrites",
    "web/url/use_store",
)


class Settings(NamedTuple):
    """What the configuration of a store view says about products."""

    link_url: str
    media_url: str
    currency: str
    weight_unit: str


def settings(shop: Shop) -> dict[int, Settings]:
    """The settings by store view; views that agree share one object."""
    return shop.once(_settings)


def area(shop: Shop, batch: Batch) -> Fields:
    """The fields of the product's row and attribute values (feeds.md 3.1.2 and 3.1.3)."""
    fields = Fields()
    tax_classes = shop.once(_tax_classes)
    by_store = settings(shop)
    for product_id, product in batch.products.items():
        try:
            fields.common[product_id] = common = _own(shop, product, batch)
        except Unusable as fault:
            fields.fail(product_id, str(fault))
            continue
        own = batch.values.overrides.get(product_id)
        agreed = _agreed(batch.views[product_id], by_store)
        if agreed is None or (own is not None and not _is_plain(own)):
            _by_view(batch, product_id, fields, by_store, tax_classes)
            continue
        try:
            common.update(_valued(batch.values.defaults[product_id], agreed, tax_classes))
        except (Unusable, _NoStatus):
            _by_view(batch, product_id, fields, by_store, tax_classes)  # a store view may have it right
            continue
        if own is not None:
            _move_texts(fields, batch, product_id, common, agreed)
    return fields


def _agreed(views: list[scopes.StoreView], by_store: dict[int, Settings]) -> Settings | None:
    """The settings of all these store views; None where they differ."""
    agreed = by_store[views[0].id]
    for view in views:
        if by_store[view.id] is not agreed:
            return None
    return agreed


def _is_plain(own: dict[int, dict[str, Any]]) -> bool:
    """Whether store views say nothing of their own but texts."""
    return all(map(INTRICATE.isdisjoint, own.values()))


def _move_texts(
    fields: Fields, batch: Batch, product_id: int, common: dict[str, Any], settings: Settings
) -> None:
    """Move the texts that store views have of their own from `common` to the parts."""
    own = batch.values.overrides[product_id]
    moved = {TEXT_FIELDS[code] for values in own.values() for code in values if code in TEXT_FIELDS}
    if not moved:
        return
    default = {field: common.pop(field) for field in moved if field in common}
    for view in batch.views[product_id]:
        part = dict(default)
        for code, value in own.get(view.id, {}).items():
            if code in TEXT_FIELDS:
                part[TEXT_FIELDS[code]] = value
        try:
            fields.by_view[product_id, view.id] = {
                field: _written(field, value, settings) for field, value in part.items() if value is not None
            }
        except Unusable as fault:
            fields.fail(product_id, str(fault), view.id)


def _by_view(
    batch: Batch, product_id: int, fields: Fields, by_store: dict[int, Settings], tax_classes: dict[Any, str]
) -> None:
    """All fields per store view, and what is the same once."""
    items: dict[int, dict[str, Any]] = {}
    for view in batch.views[product_id]:
        try:
            items[view.id] = _valued(batch.values.of(product_id, view.id), by_store[view.id], tax_classes)
        except Unusable as fault:
            fields.fail(product_id, str(fault), view.id)
        except _NoStatus:
            error = f"One or more required EAV attributes (status) are not set for product: {product_id}"
            fields.fail(product_id, error, view.id)
    fields.set_views(product_id, items)


def _own(shop: Shop, product: Product, batch: Batch) -> dict[str, Any]:
    """The fields from the product's row."""
    type_id = product.type_id
    if type_id == "bundle" and _is_fixed(product.id, batch):
        type_id = "bundle_fixed"
    return {
        "sku": product.sku if type(product.sku) is str else _sku(product.sku),
        "productId": product.id,
        "type": type_id,
        "createdAt": _date(shop, product.created_at, product.updated_at),
        "updatedAt": _date(shop, product.updated_at, product.created_at),
        "variants": None,
    }


def _sku(value: Any) -> str:
    sku = text(value, "sku")
    if sku is None:
        raise Unusable("sku", "missing")
    return sku


def _is_fixed(product_id: int, batch: Batch) -> bool:
    """Whether a bundle has a price of its own in any scope (feeds.md 3.1.3, type)."""
    scopes_values = (batch.values.defaults[product_id], *batch.values.overrides.get(product_id, {}).values())
    return any(values.get("price_type") == 1 for values in scopes_values)


def _date(shop: Shop, value: Any, other: Any) -> str | None:
    """A date as stored; one that is all zeros is the other one, else now (feeds.md 3.1.2, dates).

    Commerce always says now, which would send the item again and again.
    """
    if type(value) is str and value != NO_DATE:
        return value
    if value == NO_DATE:
        return shop.now.strftime("%Y-%m-%d %H:%M:%S") if other in (None, NO_DATE) else _date(shop, other, None)
    return text(value, "createdAt")


class _NoStatus(Exception):
    """The product has no usable status in this store view."""


def _valued(values: dict[str, Any], settings: Settings, tax_classes: dict[Any, str]) -> dict[str, Any]:
    """The fields from attribute values, as one scope sees them."""
    get = values.get
    status = STATUSES.get(get("status"))
    if status is None or ("status" not in values and not any(code in values for code in REQUESTED)):
        raise _NoStatus
    visibility = get("visibility")
    found: dict[str, Any] = {
        "status": status,
        "displayable": status == "Enabled" and visibility in (2, 3, 4),
        "taxClassId": tax_classes.get(get("tax_class_id"), "no"),
        "currency": settings.currency,
        "weightUnit": None,
    }
    if visibility in VISIBILITIES:
        found["visibility"] = VISIBILITIES[visibility]
    for code, field in TEXT_FIELDS.items():
        value = get(code)
        if value is not None:
            found[field] = value if type(value) is str and "{{" not in value else _written(field, value, settings)
    for field, code, label_code in IMAGES:
        value = get(code)
        if value is not None and value not in NO_IMAGE:
            label = get(label_code)
            if label is not None:
                label = text(label, field)
            found[field] = {"url": f"{settings.media_url}catalog/product{text(value, field)}", "label": label}
    weight = get("weight")
    if weight is not None:
        found["weight"] = number(weight, "weight")
        found["weightUnit"] = settings.weight_unit
    if "price_view" in values and values["price_view"] in PRICE_VIEWS:
        found["priceView"] = PRICE_VIEWS[values["price_view"]]
    if "links_purchased_separately" in values:
        is_separate = boolean(values["links_purchased_separately"])
        if is_separate is not None:
            found["linksPurchasedSeparately"] = is_separate
    return found


def _written(field: str, value: Any, settings: Settings) -> str | None:
    """A text as it is sent: descriptions with their directives filled (feeds.md 3.1.2, description)."""
    written = value if type(value) is str else text(value, field)
    if written and "{{" in written and field in DESCRIBING:
        return fill(written, settings.link_url, settings.media_url)
    return written


def _settings(shop: Shop) -> dict[int, Settings]:
    shared: dict[Settings, Settings] = {}
    by_store = {}
    for view in scopes.store_views(shop):
        said = scopes.configuration(shop)
        of_view = Settings(
            scopes.link_url(shop, view),
            scopes.media_url(shop, view),
            said.value("currency/options/base", view) or CURRENCY,
            said.value("general/locale/weight_unit", view) or WEIGHT_UNIT,
        )
        by_store[view.id] = shared.setdefault(of_view, of_view)
    return by_store


def _tax_classes(shop: Shop) -> dict[Any, str]:
    return dict(shop.rows(SQL.tax_classes))
