"""Products that a product links to, and products that it is part of (feeds.md 3.1.3, links and parents).

Both are told per website: the other product must be on it too.
"""

from collections.abc import Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields, Split, split
from saasexport.shop.scopes import StoreView
from saasexport.stdlib import Any
from saasexport.values import base64_of, text

SQL = queries.beside(__file__)

# The links of a product, type and the product at the other end; its parents; and what is known of those, per website:
# website, type and SKU.
Links = Sequence[tuple[int, int]]
Parents = Sequence[tuple[int]]
Ends = dict[int, list[tuple[Any, ...]]]

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
    links = shop.group(SQL.links, batch.ids)
    parents = shop.group(SQL.parents, batch.ids)
    ids = {linked_id for of_product in links.values() for _, linked_id in of_product}
    ids.update(parent_id for of_product in parents.values() for (parent_id,) in of_product)
    ends = shop.group(SQL.ends, ids) if ids else {}
    described: dict[Any, Split] = {}  # the variants of a product mostly have the same parents
    for product_id, views in batch.views.items():
        if product_id not in links and product_id not in parents:
            fields.common[product_id] = NONE
            continue
        given = (id(views), tuple(links.get(product_id, ())), tuple(parents.get(product_id, ())))
        try:
            if given not in described:
                described[given] = split(_describe(views, *given[1:], ends))
            fields.common[product_id], by_view = described[given]
            if by_view:
                fields.by_view[product_id] = by_view
        except InvalidValue as fault:
            fields.fail(product_id, str(fault))
    return fields


def _describe(views: list[StoreView], links: Links, parents: Parents, ends: Ends) -> dict[int, dict[str, Any]]:
    """Both fields by store view; those that agree have the same object."""
    linked = [(site, LINK_TYPES[type_id], sku) for type_id, each in links for site, _, sku in ends.get(each, ())]
    of_links = _per_website(linked, "links", "type")
    of_parents = _per_website([end for (each,) in parents for end in ends.get(each, ())], "parents", "productType")
    known: dict[int, dict[str, Any]] = {}
    items: dict[int, dict[str, Any]] = {}
    for view in views:
        site = view.website_id
        if site not in known:
            item = {"links": of_links.get(site), "parents": of_parents.get(site)}
            known[site] = next((each for each in known.values() if each == item), item)
        items[view.id] = known[site]
    return items


def reference_ids(shop: Shop, batch: Batch) -> dict[int, dict[str, str]]:
    """Product -> attribute code -> the id that configurable products give the part's option in optionsV2."""
    ids: dict[int, dict[str, str]] = {}
    for product_id, code, attribute_id, option_id in shop.rows(SQL.reference_ids, batch.ids):
        if isinstance(code, str) and isinstance(option_id, int):
            ids.setdefault(product_id, {}).setdefault(code, base64_of(f"configurable/{attribute_id}/{option_id}"))
    return ids


def _per_website(rows: Sequence[tuple[Any, ...]], field: str, type_field: str) -> dict[int, list[dict[str, Any]]]:
    """The list of each website, by type, then SKU."""
    pairs: dict[int, set[tuple[Any, Any]]] = {}
    for website_id, type_id, sku in rows:
        pairs.setdefault(website_id, set()).add((type_id, sku))
    lists = {}
    last = None
    for website_id, of_site in pairs.items():
        if of_site != last:
            named = [(text(type_id, field) or "", text(sku, field) or "") for type_id, sku in of_site]
            entries = [{"sku": sku, type_field: type_id} for type_id, sku in sorted(named, key="-".join)]
            last = of_site
        lists[website_id] = entries
    return lists
