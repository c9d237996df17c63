"""The product attributes feed: one item per product attribute and store view (feeds.md 2.2, 3.2).

Products carry four attributes that Adobe's exporter creates in the shop (feeds.md 3.1.5).  We write nothing into the
shop, and a service needs to know what they are all the same: those that have no row there are the items of entity 0,
with what a created row would hold and their code as `id`.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, Feed, Items, Shop, Subscription
from saasexport.shop import per_view, scopes
from saasexport.stdlib import Any, NamedTuple
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


class _Attribute(NamedTuple):
    """A row of the attributes, as the query has its columns."""

    attribute_id: Any
    code: Any
    backend_type: Any
    frontend_input: Any
    frontend_label: Any
    frontend_class: Any
    is_required: Any
    is_unique: Any
    is_user_defined: Any
    is_global: Any
    is_visible: Any
    is_searchable: Any
    is_filterable: Any
    is_comparable: Any
    used_in_product_listing: Any
    used_for_sort_by: Any
    is_visible_on_front: Any
    is_filterable_in_search: Any
    search_weight: Any
    is_used_for_price_rules: Any


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these attributes in every store view (feeds.md 3.2)."""
    if 0 in ids:
        yield _system_attributes(shop)
    labels: dict[int, dict[int, str]] = {}
    for attribute_id, store_id, value in shop.rows(SQL.labels, ids):
        labels.setdefault(attribute_id, {})[store_id] = value
    views = scopes.store_views(shop)
    for columns in shop.rows(SQL.attributes, ids):
        row = _Attribute(*columns)
        items = Items()
        for view in views:
            identity = {"attributeCode": row.code, "storeViewCode": view.code}
            items.add(identity, _item, row, labels.get(row.attribute_id, {}), view)
        yield per_view.entity(row.attribute_id, items)


def _item(row: _Attribute, labels: dict[int, str], view: scopes.StoreView) -> dict[str, Any]:
    """The fields of an attribute in a store view; NULL ones are absent."""
    own_label, override = _declaration(row.code)
    fields = {**_fields(row), **override}
    label = own_label or text(labels.get(view.id, row.frontend_label), "label")
    return {**_present(fields), **_in_view(label, view)}


def _fields(row: _Attribute) -> dict[str, Any]:
    """What an attribute's row says."""
    is_boolean = (row.frontend_input == "boolean" and row.backend_type == "int") or row.code in _FLAGS
    return {
        "id": str(row.attribute_id),
        "attributeCode": text(row.code, "attributeCode"),
        "attributeType": "catalog_product",
        "dataType": text(row.backend_type, "dataType"),
        "multi": row.frontend_input in ("multiline", "multiselect"),
        "frontendInput": text(row.frontend_input, "frontendInput"),
        "required": boolean(row.is_required),
        "unique": boolean(row.is_unique),
        # Adobe's exporter says true of a website's attribute too, and has systemAttribute upside down.
        "global": row.is_global == 1,
        "visible": boolean(row.is_visible),
        "searchable": boolean(row.is_searchable),
        "filterable": boolean(row.is_filterable),
        "visibleInCompareList": boolean(row.is_comparable),
        "visibleInListing": boolean(row.used_in_product_listing),
        "sortable": boolean(row.used_for_sort_by),
        "visibleInSearch": boolean(row.is_visible_on_front),
        "filterableInSearch": boolean(row.is_filterable_in_search),
        "searchWeight": number(row.search_weight, "searchWeight"),
        "usedForRules": boolean(row.is_used_for_price_rules),
        "boolean": is_boolean,
        "systemAttribute": not boolean(row.is_user_defined),
        "numeric": not is_boolean and _is_numeric(row.code, row.backend_type, row.frontend_input, row.frontend_class),
    }


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _declaration(code: str) -> tuple[str | None, dict[str, Any]]:
    """What the exporter declares of an attribute of its own: its label, and other fields; nothing of any other."""
    override = dict(_OVERRIDES.get(code, {}))
    return override.pop("label", None), override


def _in_view(label: str | None, view: scopes.StoreView) -> dict[str, Any]:
    if view.code is None:
        raise InvalidValue("storeViewCode", f"store view {view.id} has no code")
    return _present({"storeCode": view.store_code, "websiteCode": view.website_code, "label": label})


def _is_numeric(code: str, backend_type: str, frontend_input: str | None, frontend_class: str | None) -> bool:
    return (
        (frontend_input in ("price", "weight", "text") and backend_type in ("decimal", "int"))
        or frontend_class in ("validate-number", "validate-digits")
        or code == "required_options"
    )


def _system_attributes(shop: Shop) -> EntityItems:
    """The exporter's own attributes as they would stand in the shop, had it created them (feeds.md 3.1.5)."""
    present = {code for (code,) in shop.rows(SQL.system_attributes)}
    items = Items()
    for code in _OVERRIDES:
        for view in scopes.store_views(shop) if code not in present else ():
            items.add({"attributeCode": code, "storeViewCode": view.code}, _system_attribute, code, view)
    return items.of(0, _CREATED)


def _system_attribute(code: str, view: scopes.StoreView) -> dict[str, Any]:
    label, override = _declaration(code)
    return {"id": code, "dataType": "static", **override, **_in_view(label, view)}


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
    near=SQL.near,
    assemble=assemble,
    varying=("storeCode", "websiteCode", "label"),
)
