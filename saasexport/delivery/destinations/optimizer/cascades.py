"""What a deletion takes there beside what it names, and what comes back when that is made again.

Deleting a category or price book deletes everything below it; making it again within a week brings that back.  An
item that was set aside, as another had its name there, comes when that is deleted.
"""

from collections.abc import Iterable, Mapping
from functools import partial

from saasexport.delivery.destinations import Affected
from saasexport.delivery.destinations.optimizer import categories, metadata, price_books, prices
from saasexport.delivery.destinations.optimizer.words import LeftOut, NoTranslation
from saasexport.stdlib import Any

# Feed -> the feeds whose items come and go with its own.
FEEDS_BELOW = {
    "productAttributes": ("productAttributes",),
    "categories": ("categories",),
    "priceBooks": ("priceBooks", "prices"),
}

IDENTITIES = {
    "productAttributes": metadata.identity,
    "categories": categories.identity,
    "priceBooks": price_books.identity,
    "prices": prices.identity,
}

Key = tuple[str, str]  # a slug or code and its locale, or the id of a price book


def find_affected(
    feed: str, gone: Iterable[Mapping[str, Any]], made: Iterable[Mapping[str, Any]]
) -> dict[str, Affected]:
    """By feed, which items have to be sent again after some of a feed were deleted and others made there."""
    deleted = {key for item in gone if (key := _key(feed, item))}
    created = {key for item in made if (key := _key(feed, item))}

    def among(below: str, item: Mapping[str, Any], is_deleted: bool) -> bool:
        key = _key(below, item)
        if key is None:
            return False
        above = _above(below, key)
        if is_deleted:
            return bool(created & (above | {key} if below == "prices" else above))
        # A price of a book that is not there is dropped without a word: whenever its book is made it goes again.
        return bool(deleted & (above | {key})) or (below == "prices" and key in created)

    return {below: partial(among, below) for below in FEEDS_BELOW[feed]}


def _key(feed: str, item: Mapping[str, Any]) -> Key | None:
    """What an item is below of; None for one that has no place there."""
    try:
        identity = IDENTITIES[feed](item)
    except (LeftOut, NoTranslation):
        return None
    name = identity.get("slug") or identity.get("code") or identity["priceBookId"]
    return name, identity.get("source", {}).get("locale", "")


def _above(feed: str, key: Key) -> set[Key]:
    """Everything above a category; the website's book above a customer group's."""
    name, locale = key
    mark = "/" if feed == "categories" else "::"
    parts = name.split(mark)
    return {(mark.join(parts[:number]), locale) for number in range(1, len(parts))}
