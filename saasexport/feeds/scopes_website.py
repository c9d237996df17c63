"""The scopesWebsite feed: websites with their store groups and store views.

An item is small and read by services to know which scopes exist; nothing is
filtered by activity (feeds.md 3.7).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from saasexport import queries
from saasexport.feed import Entity, Feed, Shop, Subscription

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[Entity]:
    """One item per website; a website or store group without anything in it says null (feeds.md 3.7)."""
    views: dict[int, list[dict[str, Any]]] = {}
    for group_id, store_id, code in shop.rows(SQL.store_views, ids):
        views.setdefault(group_id, []).append({"storeViewId": str(store_id), "storeViewCode": code})
    groups: dict[int, list[dict[str, Any]]] = {}
    for website_id, group_id, code in shop.rows(SQL.store_groups, ids):
        group = {"storeId": str(group_id), "storeCode": code, "storeViews": views.get(group_id)}
        groups.setdefault(website_id, []).append(group)
    for website_id, code in shop.rows(SQL.websites, ids):
        item = {"websiteId": str(website_id), "websiteCode": code, "stores": groups.get(website_id)}
        yield Entity(website_id, item, [{}])


FEED = Feed(
    name="scopesWebsite",
    title="Scopes website data feed",
    table="scopes_website_data_exporter",
    identity=("websiteId",),
    minimal=("websiteCode",),
    entity=("store_website", "website_id"),
    sql=SQL,
    subscriptions=(
        Subscription("store_group", "website_id"),
        Subscription("store", "group_id", via="group"),
    ),
    assemble=assemble,
    legacy=True,
)
