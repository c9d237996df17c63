"""What must hold between the fields of an item or of an object in it, by the kinds of rules that shapes name.

The service tests the same rules with code of its own; what breaks one is told here, before it is sent.
"""

from collections.abc import Callable, Mapping

from saasexport.shapes.words import Rule
from saasexport.stdlib import Any

_GRANTS = ("grantCatalogCategoryView", "grantCatalogProductPrice", "grantCheckoutItems")

# These items of categoryPermissions are the shop's own settings, and may be incomplete.
_FALLBACKS = (
    "fallback-enabled",
    "fallback-grant_catalog_category_view",
    "fallback-grant_catalog_product_price",
    "fallback-grant_checkout_items",
    *(f"fallback-{grant}" for grant in _GRANTS),
)

# (the fields that are there, the fields that the rule names) -> what is wrong: field, reason.
_Check = Callable[[dict[str, Any], tuple[str, ...]], tuple[str, str] | None]


def find_fault(rule: Rule, made: dict[str, Any]) -> tuple[str, str] | None:
    """The field and the reason if a rule does not hold between fields that are valid one by one."""
    return _CHECKS[rule.kind](made, rule.names)


def _exactly_one(made: dict[str, Any], names: tuple[str, ...]) -> tuple[str, str] | None:
    if sum(name in made for name in names) == 1:
        return None
    return names[0], f"exactly one of {' and '.join(names)} must have a value"


def _only_a_root_has_no_path(made: dict[str, Any], _: tuple[str, ...]) -> tuple[str, str] | None:
    if made.get("urlPath") or made.get("level") == 1:
        return None
    return "urlPath", "may be empty only at level 1"


def _categories_stand_with_their_data(made: dict[str, Any], _: tuple[str, ...]) -> tuple[str, str] | None:
    if ("categories" in made) == (made.get("categoryData") is not None):
        return None
    return "categories", "must have a value when categoryData has one, and only then"


def _a_permission_is_whole(made: dict[str, Any], _: tuple[str, ...]) -> tuple[str, str] | None:
    if made.get("id") in _FALLBACKS:
        return None
    for name in ("categoryId", *_GRANTS):
        if made.get(name) is None:
            return name, "has no value, and the item is no fallback"
    if "value" in made:
        return "value", "belongs to the fallback items only"
    for name in ("websiteCode", "customerGroupCode"):
        made.setdefault(name, None)  # all of them; the field has to be there
    return None


_CHECKS: Mapping[str, _Check] = {
    "exactly_one": _exactly_one,
    "only_a_root_has_no_path": _only_a_root_has_no_path,
    "categories_stand_with_their_data": _categories_stand_with_their_data,
    "a_permission_is_whole": _a_permission_is_whole,
}
