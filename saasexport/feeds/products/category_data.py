"""The categories a product is listed in: categoryData[] and categories[] (feeds.md 3.1.6).

Adobe's exporter reads them from an index that nothing keeps here.  So they are
worked out as that index is: the product's own assignments, and anchor
categories above them, which list what is below.
"""

from typing import Any

from saasexport import queries
from saasexport.errors import Unusable
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop.category_tree import BELOW_ANCHOR, Branch, category_tree
from saasexport.values import whole

SQL = queries.beside(__file__)

LISTED_STATUS = 1
LISTED_VISIBILITIES = (2, 3, 4)

NONE: dict[Any, Any] = {}
NOWHERE: dict[str, Any] = {"categoryData": None}

SUBSCRIPTIONS = (
    Subscription("catalog_category_product", "product_id"),
    Subscription("catalog_category_entity", "entity_id", via="category"),
    Subscription("catalog_category_entity_int", "entity_id", via="category"),
    Subscription("catalog_category_entity_varchar", "entity_id", via="category"),
)
VIAS = {"category": SQL.via_category}
CONFIGURATION: tuple[str, ...] = ()


def area(shop: Shop, batch: Batch) -> Fields:
    """`categoryData` and, where there is any, `categories`; of enabled and visible products only."""
    fields = Fields()
    branches = category_tree(shop).branches
    assigned: dict[int, list[tuple[int, int]]] = {}
    for product_id, *assignment in shop.rows(SQL.assignments, batch.products):
        assigned.setdefault(product_id, []).append(assignment)
    for product_id, views in batch.views.items():
        if product_id not in assigned:
            fields.common[product_id] = NOWHERE
            continue
        default = batch.values.defaults[product_id]
        own = batch.values.overrides.get(product_id, NONE)
        known: dict[Branch, dict[str, Any]] = {}
        items: dict[int, dict[str, Any]] = {}
        for view in views:
            branch = branches[view.id]
            if not _is_listed(default, own.get(view.id, NONE)):
                items[view.id] = NOWHERE
                continue
            try:
                if branch not in known:
                    known[branch] = _told(branch, assigned[product_id])
                items[view.id] = known[branch]
            except Unusable as fault:
                fields.fail(product_id, str(fault), view.id)
        fields.set_views(product_id, items)
    return fields


def _is_listed(default: dict[str, Any], own: dict[str, Any]) -> bool:
    """Whether a product is enabled and visible; a store view's own value counts, also when it is NULL."""
    status = own["status"] if "status" in own else default.get("status")
    visibility = own["visibility"] if "visibility" in own else default.get("visibility")
    return status == LISTED_STATUS and visibility in LISTED_VISIBILITIES


def _told(branch: Branch, assigned: list[tuple[int, int]]) -> dict[str, Any]:
    """The fields for a product's assignments as a store view sees the tree; by category id."""
    found: dict[int, int] = {}
    above: dict[int, int] = {}
    for category_id, position in assigned:
        entry = branch.entry(category_id)
        if entry is not None:
            found[category_id] = position = whole(position, "categoryData") or 0
            for anchor in entry.anchors:
                above[anchor] = min(position + BELOW_ANCHOR, above.get(anchor, position + BELOW_ANCHOR))
    if not found:
        return NOWHERE
    data = []
    for category_id, position in sorted((above | found).items()):
        entry = branch.entry(category_id)
        if entry is not None:
            data.append(
                {"categoryId": entry.category_id, "categoryPath": entry.url_path, "productPosition": position}
            )
    return {"categoryData": data, "categories": [one["categoryPath"] for one in data]}
