"""Products that a product links to, and products that it is part of (feeds.md 3.1.3, links and parents).

Both are told per website: the other product must be on it too.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.hints import Any
from saasexport.values import base64_of, text

SQL = queries.beside(__file__)

NONE: dict[str, Any] = {"links": None, "parents": None}

LINK_TYPES = {1: "related", 4: "upsell", 5: "crosssell"}

SUBSCRIPTIONS = (
    Subscription("catalog_product_link", "product_id"),
    Subscription("catalog_product_relation", "child_id"),
    # What a link or a parent is called, and where it is sold, is told by the products at the other end.
    Subscription("catalog_product_entity", "entity_id", via="related"),
    Subscription("catalog_product_website", "product_id", via="related"),
    Subscription("catalog_product_entity_int", "entity_id", via="bundled"),
)
VIAS = {"related": SQL.via_related, "bundled": SQL.via_bundled}
CONFIGURATION: tuple[str, ...] = ()


def area(shop: Shop, batch: Batch) -> Fields:
    """`links` and `parents`."""
    fields = Fields()
    links: Found = {}
    for product_id, website_id, type_id, sku in shop.rows(SQL.links, batch.products):
        links.setdefault(product_id, {}).setdefault(website_id, set()).add((LINK_TYPES[type_id], sku))
    parents: Found = {}
    for product_id, website_id, type_id, sku in shop.rows(SQL.parents, batch.products):
        parents.setdefault(product_id, {}).setdefault(website_id, set()).add((type_id, sku))
    for product_id, views in batch.views.items():
        if product_id not in links and product_id not in parents:
            fields.common[product_id] = NONE
            continue
        try:
            of_links = _per_website(links.get(product_id), "links", "type")
            of_parents = _per_website(parents.get(product_id), "parents", "productType")
        except InvalidValue as fault:
            fields.fail(product_id, str(fault))
            continue
        known: dict[int, dict[str, Any]] = {}
        items: dict[int, dict[str, Any]] = {}
        for view in views:
            site = view.website_id
            if site not in known:
                item = {"links": of_links.get(site), "parents": of_parents.get(site)}
                known[site] = next((each for each in known.values() if each == item), item)
            items[view.id] = known[site]
        fields.split_views(product_id, items)
    return fields


def reference_ids(shop: Shop, batch: Batch) -> dict[int, dict[str, str]]:
    """Product -> attribute code -> the id that configurable products give the part's option in optionsV2."""
    ids: dict[int, dict[str, str]] = {}
    for product_id, code, attribute_id, option_id in shop.rows(SQL.reference_ids, batch.products):
        if isinstance(code, str) and isinstance(option_id, int):
            ids.setdefault(product_id, {}).setdefault(code, base64_of(f"configurable/{attribute_id}/{option_id}"))
    return ids


# product id -> website id -> type and SKU at the other end
Found = dict[int, dict[int, set[tuple[Any, Any]]]]


def _per_website(
    found: dict[int, set[tuple[Any, Any]]] | None, field: str, type_field: str
) -> dict[int, list[dict[str, Any]]]:
    """The list of each website, by type, then SKU."""
    lists = {}
    last = None
    for website_id, pairs in (found or {}).items():
        if pairs != last:
            named = [(text(type_id, field) or "", text(sku, field) or "") for type_id, sku in pairs]
            entries = [{"sku": sku, type_field: type_id} for type_id, sku in sorted(named, key="-".join)]
            last = pairs
        lists[website_id] = entries
    return lists
