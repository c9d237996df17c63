"""The variants feed: one item per configurable product and part of it (feeds.md 2.5, 3.6).

The entity is the part: it carries the options, and when either of the two products goes, the link between
them still tells which items to delete.
"""

from collections.abc import Iterable, Sequence
from hashlib import md5
from itertools import groupby
from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, FailedItem, Feed, Grouped, Shop, Subscription, json_list
from saasexport.stdlib import Any
from saasexport.values import Shared, base64_of, text

SQL = queries.beside(__file__)

# What a part has of an attribute, or why that cannot be told
_Option = dict[str, Any] | InvalidValue


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these parts in every configurable product they belong to (feeds.md 3.6)."""
    variants = shop.rows(SQL.variants, ids)
    attributes = shop.group(SQL.attributes, {row[2] for row in variants})
    options = _options(shop, ids, attributes)
    for child_id, rows in groupby(variants, itemgetter(0)):
        of_child = options.get(child_id, {})
        parts, failed = [], []
        for _, child_sku, parent_id, parent_sku in rows:
            # One option per attribute, however often the configurable product names it.
            values = {each: of_child[each] for (each,) in attributes.get(parent_id, ()) if each in of_child}
            try:
                if values:
                    parts.append(_variant(child_sku, parent_id, parent_sku, list(values.values())))
            except InvalidValue as error:
                known = {"parentSku": parent_sku, "productSku": child_sku}
                identity = {name: sku for name, sku in known.items() if isinstance(sku, str)}
                failed.append(FailedItem(identity, str(error)))
        if parts or failed:
            yield EntityItems(child_id, {"productId": str(child_id)}, parts, failed)


def _variant(child_sku: Any, parent_id: int, parent_sku: Any, options: list[_Option]) -> dict[str, Any]:
    for option in options:
        if isinstance(option, InvalidValue):
            raise option
    name = f"configurable/{text(parent_sku, 'parentSku')}/{text(child_sku, 'productSku')}"
    return {
        # Bytes that are no UTF-8 are found when the item is encoded; the hash only must not stumble.
        "id": md5(name.encode(errors="surrogateescape"), usedforsecurity=False).hexdigest(),
        "optionValues": options,
        "parentId": str(parent_id),
        "parentSku": parent_sku,
        "productSku": child_sku,
    }


def _options(shop: Shop, ids: Sequence[int], attributes: Grouped) -> dict[int, dict[int, _Option]]:
    """One option per part and attribute: the default scope's, with admin's label (feeds.md 5)."""
    codes = dict(shop.rows(SQL.codes, {each for rows in attributes.values() for (each,) in rows}))
    rows = shop.rows(SQL.option_values, ids, attributes=json_list(codes))
    labels: dict[int, Any] = {}
    for option_id, label in shop.rows(SQL.labels, {row[2] for row in rows if isinstance(row[2], int)}):
        if labels.get(option_id) is None:
            labels[option_id] = label
    made: dict[tuple[int, int], _Option] = {}
    options: dict[int, dict[int, _Option]] = {}
    for child_id, attribute_id, option_id in rows:
        of_child = options.setdefault(child_id, {})
        if option_id in labels and attribute_id not in of_child:
            key = (attribute_id, option_id)
            if key not in made:
                made[key] = _option_value(attribute_id, codes[attribute_id], option_id, labels[option_id])
            of_child[attribute_id] = made[key]
    return options


def _option_value(attribute_id: int, code: Any, option_id: int, label: Any) -> _Option:
    try:
        return Shared(
            {
                "attributeCode": text(code, "optionValues.attributeCode"),
                "uid": base64_of(f"configurable/{attribute_id}/{option_id}"),
                "label": text(label, "optionValues.label"),
                "valueIndex": str(option_id),
            }
        )
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
