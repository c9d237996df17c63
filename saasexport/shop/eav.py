"""Attribute values: the default scope's, and what store views override (feeds.md 3, EAV value resolution).

Most entities override little.  So the defaults come as one dict per entity and
the overrides apart, and a feed can encode once what all store views share.
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.feed import Shop, json_list
from saasexport.stdlib import Any, NamedTuple

SQL = queries.beside(__file__)


class Attribute(NamedTuple):
    """An attribute of products or categories."""

    id: int
    code: str
    backend_type: str
    frontend_input: str | None
    source_model: str | None
    is_user_defined: bool


class Values(NamedTuple):
    """Raw values by attribute code.

    A code is absent where there is no row.  A row of a store view overrides the
    default, also with NULL.
    """

    defaults: dict[int, dict[str, Any]]  # entity id -> code -> value, for every id asked for
    overrides: dict[int, dict[int, dict[str, Any]]]  # entity id -> store id -> code -> value

    def of(self, entity_id: int, store_id: int) -> dict[str, Any]:
        """All values of an entity as a store view sees them; not to be changed."""
        default = self.defaults[entity_id]
        override = self.overrides.get(entity_id, {}).get(store_id)
        return {**default, **override} if override else default


def product_attributes(shop: Shop) -> dict[int, Attribute]:
    """The attributes of products, by id."""
    return shop.once(_product_attributes)


def category_attributes(shop: Shop) -> dict[int, Attribute]:
    """The attributes of categories, by id."""
    return shop.once(_category_attributes)


def product_values(shop: Shop, ids: Iterable[int], attributes: dict[int, Attribute]) -> Values:
    """The values of some attributes of products."""
    return _values(shop, ids, attributes, _PRODUCT_QUERIES)


def category_values(shop: Shop, ids: Iterable[int]) -> Values:
    """The attribute values of categories."""
    return _values(shop, ids, category_attributes(shop), _CATEGORY_QUERIES)


_PRODUCT_QUERIES = {
    "int": SQL.product_int,
    "varchar": SQL.product_varchar,
    "text": SQL.product_text,
    "decimal": SQL.product_decimal,
    "datetime": SQL.product_datetime,
}
_CATEGORY_QUERIES = {
    "int": SQL.category_int,
    "varchar": SQL.category_varchar,
    "text": SQL.category_text,
    "decimal": SQL.category_decimal,
    "datetime": SQL.category_datetime,
}


def _values(
    shop: Shop, ids: Iterable[int], attributes: dict[int, Attribute], values_of: dict[str, str]
) -> Values:
    defaults: dict[int, dict[str, Any]] = {entity_id: {} for entity_id in ids}
    requested = json_list(defaults)
    overrides: dict[int, dict[int, dict[str, Any]]] = {}
    for backend_type, query in values_of.items():
        # A row left in the table of another type, as after a change of the type, does not count.
        code_of = {found.id: found.code for found in attributes.values() if found.backend_type == backend_type}
        if not code_of:
            continue
        for entity_id, store_id, attribute_id, value in shop.rows(query, requested, attributes=json_list(code_of)):
            if store_id == 0:
                defaults[entity_id][code_of[attribute_id]] = value
            else:
                overrides.setdefault(entity_id, {}).setdefault(store_id, {})[code_of[attribute_id]] = value
    return Values(defaults, overrides)


def _product_attributes(shop: Shop) -> dict[int, Attribute]:
    return _attributes(shop, "catalog_product")


def _category_attributes(shop: Shop) -> dict[int, Attribute]:
    return _attributes(shop, "catalog_category")


def _attributes(shop: Shop, entity_type: str) -> dict[int, Attribute]:
    return {row[0]: Attribute(*row) for row in shop.rows(SQL.attributes, entity_type=entity_type)}
