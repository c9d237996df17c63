"""Products that a product links to, and products that it is part of (feeds.md 3.1.3, links and parents).

Both are told per website: the other product must be on it too.
"""

from collections.abc import Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import Shop, Subscription
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.shop.scopes import StoreView
from saasexport.stdlib import Any
from saasexport.values import base64_of, text

SQL = queries.beside(__file__)

Rows = Sequence[tuple[Any, ...]]  # website, type and SKU at the other end

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
    links = shop.group(SQL.links, batch.products)
    parents = shop.group(SQL.parents, batch.products)
    described: dict[Any, dict[int, dict[str, Any]]] = {}  # the variants of a product mostly have the same parents
    for product_id, views in batch.views.items():
        if product_id not in links and product_id not in parents:
            fields.common[product_id] = NONE
            continue
        given = (id(views), tuple(links.get(product_id, ())), tuple(parents.get(product_id, ())))
        try:
            if given not in described:
                described[given] = _describe(views, *given[1:])
            fields.split_views(product_id, described[given])
        except InvalidValue as fault:
            fields.fail(product_id, str(fault))
    return fields


def _describe(views: list[StoreView], links: Rows, parents: Rows) -> dict[int, dict[str, Any]]:
    """Both fields by store view; those that agree have the same object."""
    of_links = _per_website([(site, LINK_TYPES[type_id], sku) for site, type_id, sku in links], "links", "type")
    of_parents = _per_website(parents, "parents", "productType")
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
    for product_id, code, attribute_id, option_id in shop.rows(SQL.reference_ids, batch.products):
        if isinstance(code, str) and isinstance(option_id, int):
            ids.setdefault(product_id, {}).setdefault(code, base64_of(f"configurable/{attribute_id}/{option_id}"))
    return ids


def _per_website(rows: Rows, field: str, type_field: str) -> dict[int, list[dict[str, Any]]]:
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
