"""The rating metadata feed: one item per active rating and store view (feeds.md 2.8, 3.8).

Ids of ratings and options go out as base64, as the service knows them.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from saasexport import queries
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, Feed, Items, Shop, Subscription
from saasexport.stdlib import Any
from saasexport.values import base64_of, text, whole

SQL = queries.beside(__file__)


def assemble(shop: Shop, ids: Sequence[int]) -> Iterable[EntityItems]:
    """The items of these ratings in their store views (feeds.md 3.8)."""
    options = shop.group(SQL.options, ids)
    for rating_id, rows in groupby(shop.rows(SQL.ratings, ids), itemgetter(0)):
        yield _entity(rating_id, list(rows), options.get(rating_id, []))


def _entity(rating_id: int, rows: list[Any], options: list[Any]) -> EntityItems:
    code, items = base64_of(str(rating_id)), Items()
    for _, store_id, view_code, name in rows:
        items.add({"ratingId": code, "storeViewCode": view_code}, _part, store_id, view_code, name, options)
    return items.of(rating_id)


def _part(store_id: int, view_code: Any, name: Any, options: list[Any]) -> dict[str, Any]:
    values = [_value(*option) for option in options]
    if view_code is None:
        raise InvalidValue("storeViewCode", f"store view {store_id} has no code")
    # A list without elements is null, as in every feed.
    return {"name": text(name, "name"), "values": values or None}


def _value(option_id: int, value: Any, position: Any) -> dict[str, Any]:
    return {
        "valueId": base64_of(str(option_id)),
        "value": text(value, "values.value"),
        "position": whole(position, "values.position"),
    }


FEED = Feed(
    name="ratingMetadata",
    title="Product Rating Metadata Feed",
    table="catalog_data_exporter_rating_metadata",
    identity=("ratingId", "storeViewCode"),
    entity=("rating", "rating_id"),
    sql=SQL,
    subscriptions=(
        Subscription("rating_option", "rating_id"),
        Subscription("rating_store", "rating_id"),
        Subscription("rating_title", "rating_id"),
        Subscription("store", "store_id", via="store"),
    ),
    legacy=True,
    assemble=assemble,
)
