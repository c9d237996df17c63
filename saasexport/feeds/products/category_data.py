"""The categories a product is listed in: categoryData[] and categories[] (feeds.md 3.1.6).

Adobe's exporter reads them from an index that nothing keeps here.  So they are
worked out as that index is: the product's own assignments, and anchor
categories above them, which list what is below.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop.category_tree import BELOW_ANCHOR, Branch, category_tree
from saasexport.stdlib import Any
from saasexport.values import Shared, whole

SQL = queries.beside(__file__)

LISTED_STATUS = 1
LISTED_VISIBILITIES = (2, 3, 4)

# Entries kept per branch: positions may be any number.
KNOWN = 5_000

# product, category, position
Assignment = tuple[int, int, Any]

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
    known = shop.once(_listings)
    assigned: dict[int, list[Assignment]] = {}
    for assignment in shop.rows(SQL.assignments, batch.ids):
        if assignment[0] in assigned:
            assigned[assignment[0]].append(assignment)
        else:
            assigned[assignment[0]] = [assignment]
    for product_id, views in batch.views.items():
        if product_id not in assigned:
            fields.common[product_id] = NOWHERE
            continue
        default = batch.values.defaults[product_id]
        own = batch.values.overrides.get(product_id, NONE)
        by_branch: dict[Branch, dict[str, Any]] = {}
        items: dict[int, dict[str, Any]] = {}
        for view in views:
            branch = branches[view.id]
            if not _is_listed(default, own.get(view.id, NONE)):
                items[view.id] = NOWHERE
                continue
            try:
                if branch not in by_branch:
                    by_branch[branch] = _describe(branch, assigned[product_id], known[branch])
                items[view.id] = by_branch[branch]
            except InvalidValue as fault:
                fields.fail(product_id, str(fault), view.id)
        fields.set_views(product_id, items)
    return fields


def _is_listed(default: dict[str, Any], own: dict[str, Any]) -> bool:
    """Whether a product is enabled and visible; a store view's own value counts, also when it is NULL."""
    status = own["status"] if "status" in own else default.get("status")
    visibility = own["visibility"] if "visibility" in own else default.get("visibility")
    return status == LISTED_STATUS and visibility in LISTED_VISIBILITIES


def _describe(branch: Branch, assigned: list[Assignment], known: "Listings") -> dict[str, Any]:
    """The fields for a product's assignments as a store view sees the tree; by category id."""
    found: dict[int, int] = {}
    above: dict[int, int] = {}
    entries = branch.entries
    for _, category_id, position in assigned:
        entry = entries[category_id]
        if entry is not None:
            if type(position) is not int:
                position = whole(position, "categoryData", ("categories",)) or 0
            found[category_id] = position
            for anchor in entry.anchors:
                if anchor not in above or position + BELOW_ANCHOR < above[anchor]:
                    above[anchor] = position + BELOW_ANCHOR
    if not found:
        return NOWHERE
    above.update(found)
    data = [known[listing] for listing in sorted(above.items())]
    return {"categoryData": data, "categories": [listing["categoryPath"] for listing in data]}


class Listings(dict[tuple[int, int], dict[str, Any]]):
    """The entries of a branch by category and position; most products of a category share one."""

    def __init__(self, branch: Branch) -> None:
        super().__init__()
        self._branch = branch

    def __missing__(self, listing: tuple[int, int]) -> dict[str, Any]:
        entry = self._branch.entries[listing[0]]
        if entry is None:
            raise KeyError(listing)  # only what is listed has a position
        if len(self) >= KNOWN:
            self.clear()
        fields = Shared(
            {"categoryId": entry.category_id, "categoryPath": entry.url_path, "productPosition": listing[1]}
        )
        self[listing] = fields
        return fields


def _listings(shop: Shop) -> dict[Branch, Listings]:
    return {branch: Listings(branch) for branch in category_tree(shop).branches.values()}
