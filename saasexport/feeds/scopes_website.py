"""The scopesWebsite feed: websites with their store groups and store views, whether active or not (feeds.md 3.7)."""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EntityItems, Feed, Shop, Subscription

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """One item per website; a website or store group without anything in it says null (feeds.md 3.7)."""
    groups, views = shop.group(SQL.store_groups, ids), shop.group(SQL.store_views, ids)
    for website_id, website_code in shop.rows(SQL.websites, ids):
        stores = []
        for group_id, code in groups.get(website_id, ()):
            in_group = [{"storeViewId": str(view), "storeViewCode": name} for view, name in views.get(group_id, ())]
            stores.append({"storeId": str(group_id), "storeCode": code, "storeViews": in_group or None})
        item = {"websiteId": str(website_id), "websiteCode": website_code, "stores": stores or None}
        yield EntityItems(website_id, item)


FEED = Feed(
    name="scopesWebsite",
    title="Scopes website data feed",
    table="scopes_website_data_exporter",
    identity=("websiteId",),
    minimal=("websiteCode",),
    entity=("store_website", "website_id"),
    sql=SQL,
    subscriptions=(Subscription("store_group", "website_id"), Subscription("store", "group_id", via="group")),
    legacy=True,
    assemble=assemble,
)
