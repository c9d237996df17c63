"""What a product's own row and its attribute values say: name, texts, status, pictures, tax class.

The rules of feeds.md 3.1.1 to 3.1.3.  Fields that are NULL are left out.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields, Product
from saasexport.shop import scopes
from saasexport.shop.directives import fill
from saasexport.stdlib import Any, NamedTuple
from saasexport.values import Shared, boolean, date_time, media_path, number, refuse, text

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

SEPARATELY = "links_purchased_separately"

# A product with a value for any of these has a status, if only by default (feeds.md 3.1.1).
REQUESTED = (
    *(code for _, code in (*TEXTS, *DESCRIPTIONS)),
    *(code for _, *codes in IMAGES for code in codes if code),
    SEPARATELY,
    "links_title",
    "news_from_date",
    "news_to_date",
    "tax_class_id",
    "visibility",
    "weight",
    "price_view",
)

ATTRIBUTES = ("status", "price_type", *REQUESTED)

TEXT_FIELDS = {code: field for field, code in (*TEXTS, *DESCRIPTIONS)}
DESCRIBING = tuple(field for field, _ in DESCRIPTIONS)

# Values that more than one field depends on.
INTRICATE = frozenset(("status", *REQUESTED)).difference(TEXT_FIELDS)

# Sets of plain fields, and images, that are kept.
KNOWN = 2_000

# What Magento's own configuration says where the shop's says nothing.
CURRENCY = "USD"
WEIGHT_UNIT = "lbs"

NONE: dict[Any, Any] = {}

SUBSCRIPTIONS = (Subscription("tax_class", "class_id", via="tax_class"),)
VIAS = {"tax_class": SQL.via_tax_class}
CONFIGURATION = (
    "currency/options/base",
    "general/locale/weight_unit",
    *scopes.LINK_SETTINGS,
    *scopes.MEDIA_SETTINGS,
)


class Settings(NamedTuple):
    """What the configuration of a store view says about products; None where several differ."""

    media_url: str | None
    link_url: str | None
    currency: str | None
    weight_unit: str | None


class Context(NamedTuple):
    """What all products of a pass share."""

    settings: dict[int, Settings]  # by store view
    agreed: dict[int, Settings]  # what the store views of a product agree on; by their list, which batch.py keeps
    # What store views add to products without texts of their own there; by their list, and whether there is a weight.
    parts: dict[tuple[int, bool], dict[int, dict[str, Any]]]
    tax_classes: dict[Any, str]
    plain: dict[tuple[Any, ...], dict[str, Any]]  # the fields of values that many products have in common, by these
    images: dict[tuple[Any, ...], Shared]  # by base, path and label: the variants of a product share some


class _NoStatusError(Exception):
    """The product has no usable status in this store view."""


class _DifferingError(Exception):
    """A directive in a description leads to different addresses."""


def area(shop: Shop, batch: Batch) -> Fields:
    """The fields of the product's row and attribute values (feeds.md 3.1.2 and 3.1.3)."""
    fields = Fields()
    context = shop.once(_context)
    for product_id, product in batch.products.items():
        try:
            fields.common[product_id] = _own(product, batch)
        except InvalidValue as fault:
            fields.fail(product_id, str(fault))
            continue
        if not _together(batch, product_id, fields, context):
            _apart(batch, product_id, fields, context)
    return fields


def _together(batch: Batch, product_id: int, fields: Fields, context: Context) -> bool:
    """Work the fields out once; False where store views differ in more than texts, currency and weight unit."""
    own = batch.values.overrides.get(product_id, NONE)
    agreed = _settings_of_all(batch.views[product_id], context)
    if agreed.media_url is None or (own and not all(map(INTRICATE.isdisjoint, own.values()))):
        return False
    try:
        common = _value_fields(batch.values.defaults[product_id], agreed, context)
        parts = _move_differences(batch, product_id, common, agreed, context)
    except (InvalidValue, _NoStatusError, _DifferingError):
        return False  # a store view may have it right
    fields.common[product_id].update(common)
    if parts:
        fields.by_view[product_id] = parts
    return True


def _move_differences(
    batch: Batch, product_id: int, common: dict[str, Any], agreed: Settings, context: Context
) -> dict[int, dict[str, Any]]:
    """Move the texts that store views have of their own from `common` to parts, by store view; add their settings."""
    own = batch.values.overrides.get(product_id, NONE)
    views = batch.views[product_id]
    has_weight = "weight" in common
    given = (id(views), has_weight)
    # A dict, not a set: the order of an item's fields must not differ from one process to the next.
    moved = {TEXT_FIELDS[code]: None for values in own.values() for code in values if code in TEXT_FIELDS}
    if not moved and given in context.parts:
        return context.parts[given]
    default = {field: common.pop(field) for field in moved if field in common}
    parts = {}
    for view in views:
        part = dict(default)
        settings = context.settings[view.id]
        if agreed.currency is None:
            part["currency"] = settings.currency
        if agreed.weight_unit is None and has_weight:
            part["weightUnit"] = settings.weight_unit
        if view.id in own:
            for code, value in own[view.id].items():
                if code in TEXT_FIELDS:
                    part[TEXT_FIELDS[code]] = _write_text(TEXT_FIELDS[code], value, settings)
        parts[view.id] = {field: value for field, value in part.items() if value is not None}
    if not any(parts.values()):
        parts = NONE
    if not moved:
        context.parts[given] = parts
    return parts


def _apart(batch: Batch, product_id: int, fields: Fields, context: Context) -> None:
    """Work the fields out for each store view, and keep what is the same once."""
    items: dict[int, dict[str, Any]] = {}
    for view in batch.views[product_id]:
        values = batch.values.of(product_id, view.id)
        try:
            items[view.id] = _value_fields(values, context.settings[view.id], context)
        except InvalidValue as fault:
            fields.fail(product_id, str(fault), view.id)
        except _NoStatusError:
            error = f"One or more required EAV attributes (status) are not set for product: {product_id}"
            fields.fail(product_id, error, view.id)
    fields.split_views(product_id, items)


def _settings_of_all(views: list[scopes.StoreView], context: Context) -> Settings:
    """What all these store views agree on."""
    if id(views) not in context.agreed:
        columns = zip(*(context.settings[view.id] for view in views), strict=True)
        context.agreed[id(views)] = Settings(*(each[0] if len(set(each)) == 1 else None for each in columns))
    return context.agreed[id(views)]


def _own(product: Product, batch: Batch) -> dict[str, Any]:
    """The fields from the product's row."""
    type_id = product.type_id
    if type_id == "bundle" and _is_fixed(product.id, batch):
        type_id = "bundle_fixed"
    return {
        "sku": product.sku if type(product.sku) is str else _sku(product.sku),
        "productId": product.id,
        "type": type_id,
        "createdAt": _date(product.created_at, product.updated_at, "createdAt"),
        "updatedAt": _date(product.updated_at, product.created_at, "updatedAt"),
        "variants": None,
    }


def _sku(value: Any) -> str:
    sku = text(value, "sku")
    if sku is None:
        raise InvalidValue("sku", "missing")
    return sku


def _is_fixed(product_id: int, batch: Batch) -> bool:
    """Whether a bundle has a price of its own in any scope (feeds.md 3.1.3, type)."""
    scopes_values = (batch.values.defaults[product_id], *batch.values.overrides.get(product_id, {}).values())
    return any(values.get("price_type") == 1 for values in scopes_values)


def _date(value: Any, other: Any, field: str) -> str | None:
    """A date as stored; of one that is NULL or all zeros the other one (feeds.md 3.1.2).

    Commerce takes now instead of zeros, which would send the item again and again.
    """
    moment = date_time(value, field) or date_time(other, field)
    if moment is None:
        refuse(field, "is missing")
    return moment


def _value_fields(values: dict[str, Any], settings: Settings, context: Context) -> dict[str, Any]:
    """The fields from attribute values, as one scope sees them; those of settings that differ are left out."""
    get = values.get
    given = (get("status"), get("visibility"), get("tax_class_id"), get("price_view"), get(SEPARATELY), settings)
    if given not in context.plain:
        if len(context.plain) >= KNOWN:
            context.plain.clear()
        context.plain[given] = _plain_fields(given, context.tax_classes)
    if given[0] is None and "status" not in values and not any(code in values for code in REQUESTED):
        raise _NoStatusError
    found = context.plain[given].copy()
    for code, field in TEXT_FIELDS.items():
        value = get(code)
        if value is not None:
            found[field] = value if type(value) is str and "{{" not in value else _write_text(field, value, settings)
    for field, code, label_code in IMAGES:
        value = get(code)
        if value is not None and value not in NO_IMAGE:
            found[field] = _image(field, value, get(label_code), settings.media_url, context.images)
    weight = get("weight")
    if weight is not None:
        found["weight"] = weight if type(weight) is int else number(weight, "weight")
        found.pop("weightUnit")
        if settings.weight_unit is not None:
            found["weightUnit"] = settings.weight_unit
    return found


def _plain_fields(given: tuple[Any, ...], tax_classes: dict[Any, str]) -> dict[str, Any]:
    """The fields of values that many products have in common."""
    status_id, visibility, tax_class_id, price_view, is_separate, settings = given
    status = STATUSES.get(status_id)
    if status is None:
        raise _NoStatusError
    found: dict[str, Any] = {
        "status": status,
        "displayable": status == "Enabled" and visibility in (2, 3, 4),
        "taxClassId": tax_classes.get(tax_class_id, "no"),
        "weightUnit": None,
    }
    if settings.currency is not None:
        found["currency"] = settings.currency
    if visibility in VISIBILITIES:
        found["visibility"] = VISIBILITIES[visibility]
    if price_view is not None and price_view in PRICE_VIEWS:
        found["priceView"] = PRICE_VIEWS[price_view]
    if is_separate is not None:
        found["linksPurchasedSeparately"] = boolean(is_separate)
    return found


def _image(field: str, value: Any, label: Any, media_url: str | None, known: dict[tuple[Any, ...], Shared]) -> Shared:
    """A picture; those that are the same are one object."""
    given = (value, label, media_url)
    if given in known:
        return known[given]
    path = media_path(text(value, field) or "")
    image = Shared({"url": f"{media_url}catalog/product{path}", "label": text(label, field)})
    # What is no text may be unusable in one field and left out in another.
    if type(value) is str and (label is None or type(label) is str):
        if len(known) >= KNOWN:
            known.clear()
        known[given] = image
    return image


def _write_text(field: str, value: Any, settings: Settings) -> str | None:
    """A text as it is sent: descriptions with their directives filled (feeds.md 3.1.2, description)."""
    written = value if type(value) is str else text(value, field)
    if not written or "{{" not in written or field not in DESCRIBING:
        return written
    if settings.link_url is None or settings.media_url is None:
        raise _DifferingError
    return fill(written, settings.link_url, settings.media_url)


def _context(shop: Shop) -> Context:
    configuration = scopes.configuration(shop)
    settings = {
        view.id: Settings(
            scopes.media_url(shop, view),
            scopes.link_url(shop, view),
            configuration.value("currency/options/base", view) or CURRENCY,
            configuration.value("general/locale/weight_unit", view) or WEIGHT_UNIT,
        )
        for view in scopes.store_views(shop)
    }
    return Context(settings, {}, {}, dict(shop.rows(SQL.tax_classes)), {}, {})
