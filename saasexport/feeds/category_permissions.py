"""The category permissions feed: one item per permission, and four for what holds where no permission does.

Those four are the items of entity 0: `fallback-enabled`, and `fallback-` with the name of each grant's setting.  Their
`value` is what the setting of the default scope says: 1 everybody (or enabled), 0 nobody (or not), otherwise the codes
of the customer groups with commas between them; their own grant is `allow` or `deny` where that is all there is to say.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, Feed, Items, Shop, Subscription
from saasexport.shop import scopes
from saasexport.shop.customer_groups import group_code
from saasexport.shop.permissions import (
    ALLOW,
    AS_PARENT,
    DENY,
    ENABLED,
    FOLDER,
    GRANTS,
    PATHS,
    allowed_groups,
)
from saasexport.stdlib import Any
from saasexport.values import refuse

SQL = queries.beside(__file__)

# Fields of an item, in the order of GRANTS.
_FIELDS = ("grantCatalogCategoryView", "grantCatalogProductPrice", "grantCheckoutItems")
_SAID = {ALLOW: "allow", DENY: "deny", AS_PARENT: "parent"}


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these permissions; 0 is the configuration."""
    if 0 in ids:
        yield EntityItems(0, {}, _fallback(shop))
    for row in shop.rows(SQL.permissions, ids):
        items = Items()
        items.add({"id": str(row[0])}, _item, row)
        yield items.of(row[0])


def _item(row: Any) -> dict[str, Any]:
    _, category_id, website_id, website_code, group_id, *grants = row
    if website_id is not None and website_code is None:
        raise InvalidValue("websiteCode", f"the shop has no website {website_id} with a code")
    item = {
        "categoryId": str(category_id),
        "websiteCode": website_code,
        "customerGroupCode": None if group_id is None else group_code(group_id),
    }
    for field, grant in zip(_FIELDS, grants, strict=True):
        if grant not in _SAID:
            refuse(field, f"{grant!r} is neither {ALLOW}, {DENY} nor {AS_PARENT}")
        item[field] = _SAID.get(grant)
    return item


def _fallback(shop: Shop) -> list[dict[str, Any]]:
    """What holds where no permission does, by the default scope."""
    settings = scopes.configuration(shop)
    nothing = dict.fromkeys(("categoryId", "websiteCode", "customerGroupCode", *_FIELDS))
    enabled = "1" if settings.value(ENABLED) == "1" else "0"
    items = [{"id": "fallback-enabled", **nothing, "value": enabled}]
    for field, grant in zip(_FIELDS, GRANTS, strict=True):
        groups = allowed_groups(settings.value(FOLDER + grant), settings.value(FOLDER + grant + "_groups"))
        item = {"id": "fallback-" + grant, **nothing}
        if groups:
            item["value"] = ",".join(group_code(group) for group in sorted(groups))
        else:
            item |= {field: "allow", "value": "1"} if groups is None else {field: "deny", "value": "0"}
        items.append(item)
    return items


FEED = Feed(
    name="categoryPermissions",
    indexer="catalog_data_exporter_category_permissions",
    identity=("id",),
    minimal=("categoryId", "websiteCode", "customerGroupCode"),
    entity=("magento_catalogpermissions", "permission_id"),
    sql=SQL,
    subscriptions=(
        Subscription("store_website", "website_id", via="website"),
    ),
    settings=(scopes.settings(*PATHS),),
    id_types={"default": "", "id": ""},
    assemble=assemble,
)
