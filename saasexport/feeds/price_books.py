"""The priceBooks feed: a price book of each website, and one below it for each of its customer groups.

Adobe Commerce Optimizer wants the books that prices name, and so that there is a currency; no other destination does.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, Feed, Setting, Shop, Subscription
from saasexport.shop.customer_groups import group_code
from saasexport.shop.scopes import configuration

SQL = queries.beside(__file__)

ONLY_FOR = "optimizer"

CURRENCY = "currency/options/base"


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The books of each website, its own first."""
    excluded = set(shop.rows(SQL.excluded, ids))
    groups = shop.rows(SQL.customer_groups)
    for website_id, code, name in shop.rows(SQL.websites, ids):
        currency = configuration(shop).of_website(CURRENCY, website_id) or "USD"
        books = [{"priceBookId": code, "name": name, "currency": currency, "parentId": None}]
        for group_id, group in groups:
            if (group_id, website_id) not in excluded:
                book = {"priceBookId": f"{code}::{group_code(group_id)}", "name": f"{group} ({name})"}
                books.append({**book, "currency": None, "parentId": code})
        yield EntityItems(website_id, {"websiteCode": code}, books)


FEED = Feed(
    name="priceBooks",
    title="Price books data feed",
    table="cde_price_books_feed",
    indexer="data_exporter_price_books",
    identity=("priceBookId",),
    minimal=("websiteCode",),
    entity=("store_website", "website_id"),
    sql=SQL,
    subscriptions=(
        Subscription("customer_group", "customer_group_id", via=EVERYTHING),
        Subscription("customer_group_excluded_website", "website_id"),
    ),
    settings=(Setting("core_config_data", "path", (CURRENCY,)),),
    batch_size=500,
    assemble=assemble,
)
