"""The variants feed: one item per configurable product and part of it (feeds.md 2.5, 3.6).

The entity is the part: it carries the options, and when either of the two products goes, the link between
them still tells which items to delete.
"""

from collections.abc import Iterable, Sequence
from hashlib import md5

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, Feed, Items, Shop, Subscription
from saasexport.stdlib import Any
from saasexport.values import base64_of, text

SQL = queries.beside(__file__)

# (part, configurable product) -> attribute -> what the part has of it, or why that cannot be told
_Options = dict[tuple[int, int], dict[int, dict[str, Any] | InvalidValue]]


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these parts in every configurable product they belong to (feeds.md 3.6)."""
    options = _options(shop, ids)
    variants: dict[int, list[Any]] = {}
    for row in shop.rows(SQL.variants, ids):
        variants.setdefault(row[0], []).append(row)
    for child_id, rows in variants.items():
        items = Items()
        for _, child_sku, parent_id, parent_sku in rows:
            known = {"parentSku": parent_sku, "productSku": child_sku}
            identity = {name: sku for name, sku in known.items() if isinstance(sku, str)}
            if (child_id, parent_id) in options:
                items.add(identity, _variant, child_sku, parent_id, parent_sku, options[child_id, parent_id])
        if items.parts or items.failed:
            yield items.of(child_id, {"productId": str(child_id)})


def _variant(
    child_sku: Any, parent_id: int, parent_sku: Any, options: dict[int, dict[str, Any] | InvalidValue]
) -> dict[str, Any]:
    values = []
    for option in options.values():
        if isinstance(option, InvalidValue):
            raise option
        values.append(option)
    name = f"configurable/{text(parent_sku, 'parentSku')}/{text(child_sku, 'productSku')}"
    return {
        # Bytes that are no UTF-8 are found when the item is encoded; the hash only must not stumble.
        "id": md5(name.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest(),
        "optionValues": values,
        "parentId": str(parent_id),
        "parentSku": parent_sku,
        "productSku": child_sku,
    }


def _options(shop: Shop, ids: Sequence[int]) -> _Options:
    """One option per attribute: the default scope's, with admin's label (feeds.md 5)."""
    rows = shop.rows(SQL.option_values, ids)
    labels: dict[int, Any] = {}
    for option_id, label in shop.rows(SQL.labels, {row[4] for row in rows if isinstance(row[4], int)}):
        if labels.get(option_id) is None:
            labels[option_id] = label
    made: dict[tuple[int, int], dict[str, Any] | InvalidValue] = {}
    options: _Options = {}
    for child_id, parent_id, attribute_id, code, option_id in rows:
        if option_id in labels and attribute_id not in options.get((child_id, parent_id), ()):
            if (attribute_id, option_id) not in made:
                made[attribute_id, option_id] = _option_value(attribute_id, code, option_id, labels[option_id])
            options.setdefault((child_id, parent_id), {})[attribute_id] = made[attribute_id, option_id]
    return options


def _option_value(attribute_id: int, code: Any, option_id: int, label: Any) -> dict[str, Any] | InvalidValue:
    try:
        return {
            "attributeCode": text(code, "optionValues.attributeCode"),
            "uid": base64_of(f"configurable/{attribute_id}/{option_id}"),
            "label": text(label, "optionValues.label"),
            "valueIndex": str(option_id),
        }
    except InvalidValue as error:
        return error


FEED = Feed(
    name="variants",
    indexer="catalog_data_exporter_product_variants",
    title="Product Variant Feed",
    table="cde_product_variants_feed",
    identity=("parentSku", "productSku"),
    minimal=("id", "optionValues", "parentSku", "productSku", "productId"),
    entity=("catalog_product_super_link", "product_id"),
    sql=SQL,
    subscriptions=(
        Subscription("catalog_product_entity", "entity_id", "product"),
        Subscription("catalog_product_entity_int"),
        Subscription("catalog_product_super_link", "product_id"),
        Subscription("catalog_product_super_attribute", "product_id", "product"),
        Subscription("eav_attribute", "attribute_id", "attribute"),
        Subscription("eav_attribute_option", "attribute_id", "attribute"),
        Subscription("eav_attribute_option_value", "option_id", "option"),
    ),
    assemble=assemble,
    id_types={"default": SQL.by_sku, "sku": SQL.by_sku, "productId": SQL.via_product},
    near=SQL.near,
)
