"""The products feed: one item per product and store view of its websites (feeds.md 3.1).

Every area answers for a whole batch.  Here their answers become items: a field
that is the same in all store views of a product stands in `common`, every
other one in the part of each store view.
"""

from collections.abc import Iterable, Sequence
from types import ModuleType

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.feeds.products import (
    attributes,
    category_data,
    downloadable,
    extra_attributes,
    media,
    options,
    relations,
    row,
    shopper_input,
    stock,
    urls,
)
from saasexport.feeds.products.batch import Batch, Fields, Product, load
from saasexport.shop import eav, scopes
from saasexport.stdlib import Any

SQL = queries.beside(__file__)

# Each gives other fields.
AREAS: tuple[ModuleType, ...] = (
    row,
    attributes,
    category_data,
    media,
    options,
    shopper_input,
    downloadable,
    stock,
    urls,
    relations,
)

# The system attributes that areas read: of all others, but what the shop's admin has defined, no value is read.
ATTRIBUTES = frozenset((*row.ATTRIBUTES, *media.ROLES, *attributes.LISTED))

# What batch.py reads, and who has which items.
SUBSCRIPTIONS = (
    Subscription("catalog_product_entity"),
    Subscription("catalog_product_website", "product_id"),
    Subscription("catalog_product_entity_int"),
    Subscription("catalog_product_entity_varchar"),
    Subscription("catalog_product_entity_text"),
    Subscription("catalog_product_entity_decimal"),
    Subscription("catalog_product_entity_datetime"),
    Subscription("eav_entity_type", "entity_type_id", via=EVERYTHING),
    *scopes.SUBSCRIPTIONS,
)

# What an item says where no area has anything to say (feeds.md 0.2: N).
NOTHING = {"optionsV2": None, "shopperInputOptions": None, "samples": None, "inStock": False, "lowStock": False}


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of some products; those that are on no website have none (feeds.md 3.1.1)."""
    batch = load(shop, ids, shop.once(attributes_to_read))
    if not batch.products:
        return
    found = [_ask(area, shop, batch) for area in AREAS]
    extra = _ask(extra_attributes, shop, batch)
    everything = (*found, extra)
    faulty = {product_id for fields in everything for product_id, _ in fields.faults}
    faulty.update(product_id for fields in everything for product_id in fields.asides)
    shared = [fields.common for fields in found]
    varied = [fields.by_view for fields in found if fields.by_view]
    scope_fields = shop.once(_scope_fields)
    reference_ids = relations.reference_ids(shop, batch) if shop.wants_variant_ids else {}
    prints = {product_id: text for fields in found for product_id, text in fields.fingerprints.items()}
    for product_id, product in batch.products.items():
        common: dict[str, Any] = dict(NOTHING)
        for fields_of in shared:
            if product_id in fields_of:
                common.update(fields_of[product_id])
        if product_id in reference_ids:
            common["variantReferenceIds"] = reference_ids[product_id]
        parts = {view.id: dict(scope_fields[view.id]) for view in batch.views[product_id]}
        for by_view in varied:
            if product_id in by_view:
                for store_id, own in by_view[product_id].items():
                    parts[store_id].update(own)
        failed: Sequence[FailedItem] = ()
        if product_id in faulty:
            failed = _take_out(product, batch.views[product_id], parts, everything)
        if parts:
            _append(common, parts, extra, product_id)
            _complete(common, parts)
        yield EntityItems(product_id, common, list(parts.values()), failed, prints[product_id])


def attributes_to_read(shop: Shop) -> dict[int, eav.Attribute]:
    """The attributes whose values areas read."""
    defined = eav.product_attributes(shop).values()
    return {each.id: each for each in defined if each.is_user_defined or each.code in ATTRIBUTES}


def _ask(area: ModuleType, shop: Shop, batch: Batch) -> Fields:
    name = "products." + area.__name__.rpartition(".")[2]
    found: Fields = shop.measure(name, len(batch.products), area.area, shop, batch)
    return found


def _append(common: dict[str, Any], parts: dict[int, dict[str, Any]], extra: Fields, product_id: int) -> None:
    """Put the extra entries behind those of the shop's own attributes (feeds.md 3.1.5)."""
    further = extra.common.get(product_id, _NO_ENTRIES)["attributes"]
    if "attributes" in common and (further or product_id not in extra.by_view):
        if further:
            common["attributes"] = [*(common["attributes"] or ()), *further]
        return
    own = common.pop("attributes", None)
    of_views = extra.by_view.get(product_id, {})
    for store_id, part in parts.items():
        of_view = of_views.get(store_id, _NO_ENTRIES)["attributes"]
        part["attributes"] = [*(part.get("attributes", own) or ()), *(further or of_view or ())] or None


_NO_ENTRIES: dict[str, Any] = {"attributes": None}


def _complete(common: dict[str, Any], parts: dict[int, dict[str, Any]]) -> None:
    """Keep each field on one side, and say whether the product can be bought (feeds.md 3.1.3)."""
    some = next(iter(parts.values()))
    for field in NOTHING:
        if field in some:
            del common[field]
    if "status" in common and "inStock" in common:
        common["buyable"] = common["status"] == "Enabled" and common["inStock"]
    else:
        for part in parts.values():
            status = part.get("status", common.get("status"))
            part["buyable"] = status == "Enabled" and part.get("inStock", common.get("inStock"))


def _take_out(
    product: Product, views: list[scopes.StoreView], parts: dict[int, dict[str, Any]], areas: Sequence[Fields]
) -> list[FailedItem]:
    """Take the items with a fault out of `parts`; each says its first one.  What items go without is said once."""
    known = {"sku": product.sku} if isinstance(product.sku, str) else {}
    failed = [FailedItem(known, error) for fields in areas for error in fields.asides.get(product.id, ())]
    for view in views:
        found = (fields.faults.get((product.id, store_id)) for fields in areas for store_id in (None, view.id))
        error = next(filter(None, found), None)
        if error:
            del parts[view.id]
            failed.append(FailedItem({**known, "storeViewCode": view.code}, error))
    return failed


def _scope_fields(shop: Shop) -> dict[int, dict[str, Any]]:
    """The names of each store view's scopes (feeds.md 3, Conventions)."""
    return {
        view.id: {"storeViewCode": view.code, "storeCode": view.store_code, "websiteCode": view.website_code}
        for view in scopes.store_views(shop)
    }


def _vias() -> dict[str, str]:
    """The queries of all areas; a name stands for one of them."""
    vias: dict[str, str] = {}
    for area in (*AREAS, extra_attributes):
        for via, query in area.VIAS.items():
            if vias.setdefault(via, query) != query:
                raise ValueError(f"products: {via} stands for two queries")
    return vias


FEED = Feed(
    name="products",
    indexer="catalog_data_exporter_products",
    title="Product Feed",
    identity=("sku", "storeViewCode"),
    minimal=("productId", "storeCode", "websiteCode"),
    entity=("catalog_product_entity", "entity_id"),
    sql=SQL,
    subscriptions=(*SUBSCRIPTIONS, *(each for area in (*AREAS, extra_attributes) for each in area.SUBSCRIPTIONS)),
    assemble=assemble,
    vias=_vias(),
    settings=(scopes.settings(*(path for area in (*AREAS, extra_attributes) for path in area.CONFIGURATION)),),
    varying=(
        *("storeViewCode", "storeCode", "websiteCode", "url", "urlRewrites", "currency", "weightUnit"),
        *("categoryData", "categories", "inStock", "lowStock", "buyable"),
        *("name", "urlKey", "status", "visibility", "displayable"),
    ),
    unhashed=("updatedAt",),
    fingerprint=stock.fingerprints,
    fingerprint_vias=("stock", "stock_item", "stock_source"),
    id_types={"default": SQL.ids_of_skus, "sku": SQL.ids_of_skus, "productId": SQL.ids_of_product_ids},
    near=SQL.near,
)
