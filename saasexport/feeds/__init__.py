"""The feeds that are built in: the modules of this folder that declare a FEED.

`all_feeds()` is the one place that knows them.  There is no list to edit: a new
feed is a new pair of files.
"""

import pkgutil
from functools import cache
from importlib import import_module

from saasexport.feed import Feed


@cache
def all_feeds() -> dict[str, Feed]:
    """Every feed that is built in, by its name, in the order in which a first sync sends them best."""
    found: dict[str, Feed] = {}
    for module in pkgutil.iter_modules(__path__):
        feed = getattr(import_module(f"{__name__}.{module.name}"), "FEED", None)
        if feed is not None:
            found[feed.name] = feed
    return in_order(found)


def in_order(feeds: dict[str, Feed]) -> dict[str, Feed]:
    """Feeds in the order in which a first sync sends them best."""
    return {name: feeds[name] for name in sorted(feeds, key=_order)}


# The order Adobe suggests for a first sync (commerce.md 2); feeds not named here come after it.
_SUGGESTED = (
    "scopesWebsite",
    "scopesCustomerGroup",
    "productAttributes",
    "categories",
    "products",
    "prices",
    "variants",
    "inventoryStockStatus",
)


def _order(name: str) -> tuple[int, str]:
    return (_SUGGESTED.index(name) if name in _SUGGESTED else len(_SUGGESTED), name)
