"""The priceBooks feed: a price book of each website, and one below it for each of its customer groups.

Adobe Commerce Optimizer wants the books that prices name, and so that there is a currency; no other destination does.
"""

from collections.abc import Callable, Iterable, Sequence

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, Feed, Setting, Shop, Subscription
from saasexport.shop.customer_groups import group_code
from saasexport.shop.scopes import configuration
from saasexport.stdlib import timedelta

SQL = queries.beside(__file__)

ONLY_FOR = "optimizer"

CURRENCY = "currency/options/base"

# A rule's day is over everywhere so long after it is over in UTC.
WESTERNMOST = timedelta(hours=12)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The books of each website, its own first."""
    return _books(shop, ids, lambda _: True)


def assemble_used(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The books of each website, of customer groups only those that have prices of their own there."""
    day = (shop.now - WESTERNMOST).date().isoformat()
    used = {(group_id, website_id) for website_id, group_id in shop.rows(SQL.used, ids, day=day)}
    return _books(shop, ids, used.__contains__)


def _books(
    shop: Shop, ids: Sequence[int], has_book: Callable[[tuple[int, int]], bool]
) -> Iterable[EntityItems]:
    excluded = set(shop.rows(SQL.excluded, ids))
    groups = shop.rows(SQL.customer_groups)
    for website_id, code, name in shop.rows(SQL.websites, ids):
        currency = configuration(shop).of_website(CURRENCY, website_id) or "USD"
        books = [{"priceBookId": code, "name": name, "currency": currency, "parentId": None}]
        for group_id, group in groups:
            if (group_id, website_id) not in excluded and has_book((group_id, website_id)):
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

USED = FEED.with_fields(
    subscriptions=(
        *FEED.subscriptions,
        Subscription("catalog_product_entity", via="websites"),
        Subscription("catalog_product_website", "product_id", via="websites"),
        Subscription("catalog_product_entity_tier_price", via="websites"),
        Subscription("catalogrule_product_price", "product_id", via="websites"),
    ),
    count=SQL.count_used,
    assemble=assemble_used,
)

# By [service] price_books.
VARIANTS = {"all": FEED, "used": USED}
