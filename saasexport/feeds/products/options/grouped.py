"""The members of a grouped product as an option (feeds.md 3.1.8, grouped).

A store view sees the members that are on its website; a grouped product with none there has no such option.
"""

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, Shop, Subscription
from saasexport.feeds.products import stock
from saasexport.feeds.products.batch import Batch, Fields
from saasexport.feeds.products.option_shape import Found, option, value
from saasexport.stdlib import Any
from saasexport.values import number, text, whole

SQL = queries.beside(__file__)

SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("catalog_product_link", "product_id"),
    Subscription("catalog_product_link_attribute", "product_link_attribute_id", EVERYTHING),
    Subscription("catalog_product_link_attribute_decimal", "link_id", "grouped_link"),
    Subscription("catalog_product_link_attribute_int", "link_id", "grouped_link"),
    # Where a member is sold, and its SKU.
    Subscription("catalog_product_website", "product_id", "member"),
    Subscription("catalog_product_entity", "entity_id", "parts"),
)
VIAS: dict[str, str] = {
    "grouped_link": SQL.via_grouped_link,
    "member": SQL.via_member,
    "parts": stock.SQL.via_parts,
}
CONFIGURATION: tuple[str, ...] = ()


def find(shop: Shop, batch: Batch, fields: Fields) -> Found:
    """The options of a batch (feeds.md 3.1.8)."""
    members: dict[int, dict[int, list[Any]]] = {}
    for product_id, website_id, *member in shop.rows(SQL.members, batch.ids):
        members.setdefault(product_id, {}).setdefault(website_id, []).append(member)
    found: Found = {}
    for product_id, by_website in members.items():
        lists: dict[int, list[dict[str, Any]]] = {}
        for view in batch.views[product_id]:
            website_id = view.website_id
            try:
                if website_id not in lists:
                    values = [_value(*member) for member in by_website.get(website_id, ())]
                    lists[website_id] = [option("grouped", values, id=str(product_id))] if values else []
                found.setdefault(product_id, {})[view.id] = lists[website_id]
            except InvalidValue as error:
                fields.fail(product_id, str(error), view.id)
    return found


def _value(member_id: int, sku: Any, qty: Any, position: Any) -> dict[str, Any]:
    return value(
        id=str(member_id),
        sortOrder=whole(position, "optionsV2.values.sortOrder"),
        qtyMutability=True,
        qty=number(qty, "optionsV2.values.qty"),
        sku=text(sku, "optionsV2.values.sku"),
    )
