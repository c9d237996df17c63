"""What the service asks of the fields of an object together, by the kinds of rules that shapes name.

A rule looks at fields that are valid one by one, and gives what is wrong between
them, beginning with the name of a field, or None.
"""

from collections.abc import Callable
from typing import TypeAlias

from saasexport.shapes.words import KEY, NOTHING, Field, Record, Rule

Item: TypeAlias = "dict[str, object]"

_GRANTS = ("grantCatalogCategoryView", "grantCatalogProductPrice", "grantCheckoutItems")

# The shop's own settings, which hold where a category has no permission of its own.
_FALLBACKS = (
    "fallback-enabled",
    "fallback-grant_catalog_category_view",
    "fallback-grant_catalog_product_price",
    "fallback-grant_checkout_items",
    # The same by the names of the fields: which of the two Adobe uses is not public.
    *(f"fallback-{grant}" for grant in _GRANTS),
)


def check_of(rule: Rule) -> Callable[[Item], str | None]:
    """The test of a rule."""
    if rule.kind == "exactly_one":
        return lambda item: _exactly_one(item, rule.names)
    return _BY_KIND[rule.kind]


def _exactly_one(item: Item, names: tuple[str, ...]) -> str | None:
    if sum(name in item for name in names) == 1:
        return None
    return f"{names[0]}: exactly one of {' and '.join(names)} is needed"


def _only_a_root_has_no_path(item: Item) -> str | None:
    if item["urlPath"] == "" and item["level"] != 1:
        return "urlPath: may be empty only at level 1"
    return None


def _categories_stand_with_their_data(item: Item) -> str | None:
    if ("categories" in item) == (item["categoryData"] is not None):
        return None
    return "categories: must be there when categoryData is not null, and only then"


def _a_permission_is_whole(item: Item) -> str | None:
    if item["id"] in _FALLBACKS:
        return None
    for name in ("categoryId", *_GRANTS):
        if item.get(name) is None:
            return f"{name}: is needed unless the item is a fallback"
    for name in ("websiteCode", "customerGroupCode"):
        if name not in item:
            return f"{name}: is needed unless the item is a fallback; null means all"
    if "value" in item:
        return "value: belongs to the fallback items only"
    return None


_BY_KIND = {
    "only_a_root_has_no_path": _only_a_root_has_no_path,
    "categories_stand_with_their_data": _categories_stand_with_their_data,
    "a_permission_is_whole": _a_permission_is_whole,
}


Variant: TypeAlias = "dict[str, Field | None]"


def variants_of(record: Record) -> list[Variant]:
    """What the fields of a record may be so that its rules hold, one set beside the other; None: not there.

    Not all that a rule allows is in them, but nothing else.
    """
    variants: list[Variant] = [dict(record.fields)]
    for rule in record.rules:
        variants = [{**fields, **chosen} for fields in variants for chosen in _choices(rule, record.fields)]
    return variants


def _choices(rule: Rule, fields: dict[str, Field]) -> list[Variant]:
    if rule.kind == "exactly_one":
        return [{**dict.fromkeys(rule.names), name: Field(fields[name].type)} for name in rule.names]
    if rule.kind == "only_a_root_has_no_path":
        return [{"urlPath": Field(KEY)}]
    if rule.kind == "categories_stand_with_their_data":
        both = {name: Field(fields[name].type) for name in ("categories", "categoryData")}
        return [{**both}, {"categories": None, "categoryData": Field(NOTHING)}]
    needed = {name: Field(fields[name].type) for name in ("categoryId", *_GRANTS)}
    places = {name: Field(fields[name].type, is_nullable=True) for name in ("websiteCode", "customerGroupCode")}
    return [{**needed, **places, "value": None}]
