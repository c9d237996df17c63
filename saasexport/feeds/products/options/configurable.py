"""The attributes of a configurable product, with the values its parts have (feeds.md 3.1.8, configurable).

A value is there as long as one part that has it is not disabled in the store view; websites, stock and
visibility of the parts do not matter.  An attribute all of whose values are gone stays, with null.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products import stock
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import Found, option, text_in, texts, uid, value
from saasexport.shop import scopes
from saasexport.stdlib import Any
from saasexport.values import media_path, text, whole

SQL = queries.beside(__file__)

DISABLED = 2

# Kinds of swatches: 0 a text, which is the label again, 1 a colour, 2 an image, 3 empty.
TEXT, COLOUR, IMAGE = 0, 1, 2

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("catalog_product_super_attribute", "product_id"),
    Subscription("catalog_product_super_link", "parent_id"),
    Subscription("catalog_product_entity_int", "entity_id", "parts"),
    Subscription("eav_attribute", "attribute_id", "super_attribute"),
    Subscription("catalog_eav_attribute", "attribute_id", "super_attribute"),
    Subscription("eav_attribute_label", "attribute_id", "super_attribute"),
    Subscription("eav_attribute_option", "attribute_id", "super_attribute"),
    Subscription("eav_attribute_option_value", "option_id", "super_option"),
    Subscription("eav_attribute_option_swatch", "option_id", "super_option"),
)
VIAS: dict[str, str] = {
    "parts": stock.SQL.via_parts,
    "super_attribute": SQL.via_super_attribute,
    "super_option": SQL.via_super_option,
}
CONFIGURATION: tuple[str, ...] = scopes.MEDIA_SETTINGS


def find(shop: Shop, batch: Batch, fields: Fields) -> Found:
    """The options of a batch (feeds.md 3.1.8)."""
    ids = batch.of_type("configurable")
    rows = shop.rows(SQL.attributes, ids) if ids else ()
    if not rows:
        return {}
    attributes: dict[int, list[Any]] = {}
    for row in rows:
        attributes.setdefault(row[0], []).append(row)
    labels = texts(shop, SQL.labels, list({row[1] for row in rows}))
    parts = _Parts(shop, list(attributes))
    values = _Values(shop, parts.option_ids())
    found: Found = {}
    for product_id, own in attributes.items():
        stores = parts.stores(product_id) | values.stores(parts.option_ids(product_id))
        stores.update(store_id for row in own for store_id in labels.get(row[1], ()))
        has_images = values.has_images(parts.option_ids(product_id))
        lists: dict[tuple[int, str], list[dict[str, Any]]] = {}
        for view in batch.views[product_id]:
            store_id = view.id if view.id in stores else 0
            media_url = scopes.media_url(shop, view) if has_images else ""
            key = (store_id, media_url)
            try:
                if key not in lists:
                    lists[key] = [_option(row, labels.get(row[1], {}), parts, values, key) for row in own]
                found.setdefault(product_id, {})[view.id] = lists[key]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view.id)
    return found


def _option(
    row: Any, labels: dict[int, Any], parts: "_Parts", values: "_Values", key: tuple[int, str]
) -> dict[str, Any]:
    product_id, attribute_id, code, frontend_label, position, additional_data = row
    label = labels.get(key[0]) if key[0] else None
    options = [
        each for each in parts.options_of(product_id, attribute_id, key[0]) if values.belongs(each, attribute_id)
    ]
    return option(
        "configurable",
        [values.of(option_id, *key) for option_id in sorted(options)],
        id=text(code, "optionsV2.id"),
        label=text(frontend_label if label is None else label, "optionsV2.label"),
        sortOrder=whole(position, "optionsV2.sortOrder"),
        swatchType=text(additional_data, "optionsV2.swatchType"),
    )


class _Parts:
    """What configurable products are made of: which part has which option, and where it is disabled."""

    def __init__(self, shop: Shop, parent_ids: list[int]) -> None:
        # parent id -> attribute id -> option id -> parts that have it
        self._used: dict[int, dict[int, dict[int, list[int]]]] = {}
        children = set()
        for parent_id, child_id, attribute_id, option_id in shop.rows(SQL.used, parent_ids):
            if isinstance(option_id, int) and isinstance(child_id, int):
                by_attribute = self._used.setdefault(parent_id, {})
                by_attribute.setdefault(attribute_id, {}).setdefault(option_id, []).append(child_id)
                children.add(child_id)
        self._statuses = texts(shop, SQL.statuses, list(children))

    def option_ids(self, parent_id: int | None = None) -> set[int]:
        """The options that parts of a product have, or of all of them."""
        chosen = self._used.values() if parent_id is None else [self._used.get(parent_id, {})]
        return {option_id for used in chosen for options in used.values() for option_id in options}

    def stores(self, parent_id: int) -> set[int]:
        """The store views where a part has a status of its own."""
        used = self._used.get(parent_id, {})
        children = {child for options in used.values() for own in options.values() for child in own}
        return {store_id for child in children for store_id in self._statuses.get(child, ())}

    def options_of(self, parent_id: int, attribute_id: int, store_id: int) -> list[int]:
        """The options that parts have which are not disabled in a store view."""
        options = self._used.get(parent_id, {}).get(attribute_id, {})
        return [each for each, parts in options.items() if any(self._is_on(part, store_id) for part in parts)]

    def _is_on(self, child_id: int, store_id: int) -> bool:
        statuses = self._statuses.get(child_id, {})
        # A row of the store view counts as it is; a part without a status is not on.
        status = statuses[store_id] if store_id in statuses else statuses.get(0)
        return status is not None and status != DISABLED


class _Values:
    """The options of attributes as values of configurable options; each is made once and shared."""

    def __init__(self, shop: Shop, option_ids: set[int]) -> None:
        ids = sorted(option_ids)
        self._options = {row[0]: row for row in shop.rows(SQL.options, ids)}
        self._labels = texts(shop, SQL.option_labels, ids)
        self._swatches: dict[int, dict[int, tuple[Any, Any]]] = {}
        for option_id, store_id, kind, swatch in shop.rows(SQL.swatches, ids):
            self._swatches.setdefault(option_id, {})[store_id] = (kind, swatch)
        self._made: dict[tuple[int, int, str], dict[str, Any]] = {}

    def belongs(self, option_id: int, attribute_id: int) -> bool:
        """Whether the attribute has such an option."""
        row = self._options.get(option_id)
        return row is not None and row[1] == attribute_id

    def stores(self, option_ids: set[int]) -> set[int]:
        """The store views with labels or swatches of their own for these options."""
        sources = (self._labels, self._swatches)
        return {store_id for each in option_ids for found in sources for store_id in found.get(each, ())}

    def has_images(self, option_ids: set[int]) -> bool:
        """Whether a swatch of these is an image, whose address depends on the store view."""
        return any(kind == IMAGE for each in option_ids for kind, _ in self._swatches.get(each, {}).values())

    def of(self, option_id: int, store_id: int, media_url: str) -> dict[str, Any]:
        """An option as a store view sees it."""
        sources = (self._labels, self._swatches)
        is_local = any(store_id in found.get(option_id, ()) for found in sources)
        key = (option_id, store_id if is_local else 0, media_url)
        if key not in self._made:
            self._made[key] = self._value(*key)
        return self._made[key]

    def _value(self, option_id: int, store_id: int, media_url: str) -> dict[str, Any]:
        _, attribute_id, sort_order = self._options[option_id]
        kind, swatch = self._swatch(option_id, store_id)
        image = f"{media_url}attribute/swatch{media_path(swatch)}" if kind == IMAGE and swatch is not None else None
        return value(
            id=uid("configurable", attribute_id, option_id),
            label=text(text_in(self._labels.get(option_id, {}), store_id), "optionsV2.values.label"),
            sortOrder=whole(sort_order, "optionsV2.values.sortOrder"),
            colorHex=swatch if kind == COLOUR else None,
            imageUrl=image,
            customSwatchValue=swatch if kind not in (TEXT, COLOUR, IMAGE) else None,
        )

    def _swatch(self, option_id: int, store_id: int) -> tuple[Any, str | None]:
        """The store view's swatch if it has a value, else that of store 0."""
        swatches = self._swatches.get(option_id, {})
        kind, swatch = swatches.get(store_id, (TEXT, None))
        if swatch is None:
            kind, swatch = swatches.get(0, (TEXT, None))
        return kind, text(swatch, "optionsV2.values.swatch")
