"""The product attributes feed: one item per product attribute and store view (feeds.md 2.2, 3.2).

Products carry four attributes that Adobe's exporter creates in the shop (feeds.md 3.1.5).  We write nothing into the
shop, and a service needs to know what they are all the same: those that have no row there are the items of entity 0,
with what a created row would hold and their code as `id`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Shop, Subscription
from saasexport.shop import scopes
from saasexport.values import boolean, number, text

SQL = queries.beside(__file__)

# What the exporter declares of its own attributes, over what their rows say (feeds.md 3.2, overrides).
_SHOWN = {"visible": True, "visibleInSearch": False}
_OVERRIDES: dict[str, dict[str, Any]] = {
    "ac_downloadable": {"label": "AC Downloadable product", "dataType": "OBJECT", **_SHOWN},
    "ac_inventory": {"label": "AC Inventory Data", "dataType": "OBJECT", **_SHOWN},
    "ac_tax_class": {"label": "AC Tax Class", "dataType": "text", **_SHOWN},
    "ac_attribute_set": {"label": "AC Attribute Set", **_SHOWN},
}

# Flags that are `boolean` by their code, whatever their input (feeds.md 3.2).
_FLAGS = frozenset(
    (
        "is_redeemable",
        "use_config_is_redeemable",
        "use_config_lifetime",
        "use_config_email_template",
        "use_config_allow_message",
        "allow_message",
        "has_options",
    )
)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these attributes in every store view (feeds.md 3.2)."""
    if 0 in ids:
        yield _system_attributes(shop)
    labels: dict[int, dict[int, str]] = {}
    for attribute_id, store_id, value in shop.rows(SQL.labels, ids):
        labels.setdefault(attribute_id, {})[store_id] = value
    views = scopes.store_views(shop)
    for row in shop.rows(SQL.attributes, ids):
        try:
            yield _entity(row, labels.get(row[0], {}), views)
        except InvalidValue as error:
            identities = [{"attributeCode": row[1], "storeViewCode": view.code} for view in views]
            yield EntityItems(row[0], {}, [], [FailedItem(identity, str(error)) for identity in identities])


def _entity(row: Any, labels: dict[int, str], views: list[scopes.StoreView]) -> EntityItems:
    (
        attribute_id,
        code,
        backend_type,
        frontend_input,
        frontend_label,
        frontend_class,
        is_required,
        is_unique,
        is_user_defined,
        is_global,
        is_visible,
        is_searchable,
        is_filterable,
        is_comparable,
        used_in_product_listing,
        used_for_sort_by,
        is_visible_on_front,
        is_filterable_in_search,
        search_weight,
        is_used_for_price_rules,
    ) = row
    is_boolean = (frontend_input == "boolean" and backend_type == "int") or code in _FLAGS
    common = {
        "id": str(attribute_id),
        "attributeCode": text(code, "attributeCode"),
        "attributeType": "catalog_product",
        "dataType": text(backend_type, "dataType"),
        "multi": frontend_input in ("multiline", "multiselect"),
        "frontendInput": text(frontend_input, "frontendInput"),
        "required": boolean(is_required),
        "unique": boolean(is_unique),
        # Adobe's exporter says true of a website's attribute too, and has systemAttribute upside down.
        "global": is_global == 1,
        "visible": boolean(is_visible),
        "searchable": boolean(is_searchable),
        "filterable": boolean(is_filterable),
        "visibleInCompareList": boolean(is_comparable),
        "visibleInListing": boolean(used_in_product_listing),
        "sortable": boolean(used_for_sort_by),
        "visibleInSearch": boolean(is_visible_on_front),
        "filterableInSearch": boolean(is_filterable_in_search),
        "searchWeight": number(search_weight, "searchWeight"),
        "usedForRules": boolean(is_used_for_price_rules),
        "boolean": is_boolean,
        "systemAttribute": not boolean(is_user_defined),
        "numeric": not is_boolean and _is_numeric(code, backend_type, frontend_input, frontend_class),
    }
    own_label, override = _declared(code)
    common = {name: value for name, value in {**common, **override}.items() if value is not None}
    parts: list[dict[str, Any]] = []
    failed: list[FailedItem] = []
    for view in views:
        label = own_label or text(labels.get(view.id, frontend_label), "label")
        _place(parts, failed, code, label, view)
    return EntityItems(attribute_id, common, parts, failed)


def _declared(code: str) -> tuple[str | None, dict[str, Any]]:
    """What the exporter declares of an attribute of its own: its label, and other fields; nothing of any other."""
    override = dict(_OVERRIDES.get(code, {}))
    return override.pop("label", None), override


def _place(
    parts: list[dict[str, Any]], failed: list[FailedItem], code: str, label: str | None, view: scopes.StoreView
) -> None:
    if view.code is None:
        identity = {"attributeCode": code, "storeViewCode": None}
        failed.append(FailedItem(identity, f"storeViewCode: store view {view.id} has no code"))
        return
    part = {
        "storeCode": view.store_code,
        "websiteCode": view.website_code,
        "storeViewCode": view.code,
        "label": label,
    }
    parts.append({name: value for name, value in part.items() if value is not None})


def _is_numeric(code: str, backend_type: str, frontend_input: str | None, frontend_class: str | None) -> bool:
    return (
        (frontend_input in ("price", "weight", "text") and backend_type in ("decimal", "int"))
        or frontend_class in ("validate-number", "validate-digits")
        or code == "required_options"
    )


def _system_attributes(shop: Shop) -> EntityItems:
    """The exporter's own attributes as they would stand in the shop, had it created them (feeds.md 3.1.5)."""
    present = {code for (code,) in shop.rows(SQL.system_attributes)}
    parts: list[dict[str, Any]] = []
    failed: list[FailedItem] = []
    for code in _OVERRIDES:
        if code in present:
            continue
        label, override = _declared(code)
        own = {"id": code, "attributeCode": code, "dataType": "static", **override}
        placed: list[dict[str, Any]] = []
        for view in scopes.store_views(shop):
            _place(placed, failed, code, label, view)
        parts += [{**own, **part} for part in placed]
    return EntityItems(0, _CREATED, parts, failed)


# What a row that the exporter creates says (feeds.md 3.1.5): a static textarea of store scope.
_CREATED = {
    "attributeType": "catalog_product",
    "multi": False,
    "frontendInput": "textarea",
    "required": False,
    "unique": False,
    "global": False,
    "searchable": False,
    "filterable": False,
    "visibleInCompareList": False,
    "visibleInListing": False,
    "sortable": False,
    "filterableInSearch": False,
    "searchWeight": 1,
    "usedForRules": False,
    "boolean": False,
    "systemAttribute": True,
    "numeric": False,
}

FEED = Feed(
    name="productAttributes",
    indexer="catalog_data_exporter_product_attributes",
    title="Catalog Attributes Feed",
    identity=("attributeCode", "storeViewCode"),
    minimal=("websiteCode", "storeCode", "attributeType"),
    entity=("catalog_eav_attribute", "attribute_id"),
    sql=SQL,
    subscriptions=(
        Subscription("eav_attribute", "attribute_id", via="attribute"),
        Subscription("catalog_eav_attribute", "attribute_id"),
        Subscription("eav_attribute_label", "attribute_id"),
        Subscription("eav_entity_type", "entity_type_id", via=EVERYTHING),
        *scopes.SUBSCRIPTIONS,
    ),
    id_types={"default": SQL.by_code, "attributeCode": SQL.by_code, "id": ""},
    assemble=assemble,
    varying=("storeCode", "websiteCode", "label"),
)
