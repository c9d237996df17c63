"""The scopesCustomerGroup feed: customer groups and the websites each may buy on.

A group's code is the SHA-1 of its id, as in every other feed, and not what the
shop calls it (feeds.md 3.7).
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, Feed, Shop, Subscription
from saasexport.shop.customer_groups import group_code
from saasexport.shop.scopes import websites

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """One item per customer group; a group excluded from every website has null (feeds.md 3.7)."""
    excluded = set(shop.rows(SQL.excluded, ids))
    for (group_id,) in shop.rows(SQL.customer_groups, ids):
        codes = [website.code for website in websites(shop) if (group_id, website.id) not in excluded]
        item = {
            "customerGroupId": str(group_id),
            "customerGroupCode": group_code(group_id),
            "websites": codes or None,
        }
        yield EntityItems(group_id, item)


FEED = Feed(
    name="scopesCustomerGroup",
    title="Scopes customer groups data feed",
    table="scopes_customergroup_data_exporter",
    identity=("customerGroupId",),
    minimal=("customerGroupCode",),
    entity=("customer_group", "customer_group_id"),
    sql=SQL,
    subscriptions=(
        Subscription("customer_group_excluded_website", "customer_group_id"),
        Subscription("store_website", "website_id", via=EVERYTHING),
    ),
    assemble=assemble,
    legacy=True,
)
