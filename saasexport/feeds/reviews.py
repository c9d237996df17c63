"""The reviews feed: one item per approved review of a product (feeds.md 2.8, 3.8).

A review that is not approved any more simply gives no item, and what it gave before becomes a deletion.
"""

from collections.abc import Iterable, Sequence

from saasexport import queries
from saasexport.feed import EVERYTHING, EntityItems, Feed, Items, Shop, Subscription
from saasexport.stdlib import Any
from saasexport.values import base64_of, text, whole

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these reviews (feeds.md 3.8)."""
    visibility = shop.group(SQL.visibility, ids)
    votes: dict[int, dict[int, Any]] = {}
    for review_id, rating_id, value in shop.rows(SQL.votes, ids):
        votes.setdefault(review_id, {})[rating_id] = value
    for row in {row[0]: row for row in shop.rows(SQL.reviews, ids)}.values():
        if row[0] not in visibility:
            continue
        items = Items()
        items.add({"reviewId": str(row[0])}, _item, row, visibility[row[0]], votes.get(row[0], {}))
        yield items.of(row[0])


def _item(row: Any, visibility: list[Any], votes: dict[int, Any]) -> dict[str, Any]:
    _, product_id, title, nickname, detail, customer_id = row
    item = {
        "productId": whole(product_id, "productId"),
        # A list keeps its place for a store view without a code, as PHP's cast does.
        "visibility": [text(code, "visibility") or "" for (code,) in visibility],
        "title": text(title, "title"),
        "nickname": text(nickname, "nickname"),
        "text": text(detail, "text"),
        "customerId": text(customer_id, "customerId"),
        "ratings": [
            {"ratingId": base64_of(str(rating_id)), "value": text(value, "ratings.value")}
            for rating_id, value in votes.items()
        ]
        or None,
    }
    return {name: value for name, value in item.items() if value is not None}


FEED = Feed(
    name="reviews",
    title="Product Reviews Feed",
    table="catalog_data_exporter_product_reviews",
    identity=("reviewId",),
    minimal=("productId",),
    entity=("review", "review_id"),
    sql=SQL,
    subscriptions=(
        Subscription("review_detail", "review_id"),
        Subscription("review_store", "review_id"),
        Subscription("rating_option_vote", "review_id"),
        Subscription("rating_option", "option_id", via="option"),
        Subscription("store", "store_id", via="store"),
        Subscription("review_entity", "entity_id", via=EVERYTHING),
    ),
    legacy=True,
    assemble=assemble,
)
