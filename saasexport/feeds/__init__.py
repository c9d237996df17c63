"""The feeds that are built in: the modules of this folder that declare a FEED.

`all_feeds()` is the one place that knows them.  There is no list to edit: a new
feed is a new pair of files.
"""

import os
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module

from saasexport.feed import Feed


@cache
def all_feeds() -> dict[str, Feed]:
    """Every feed that is built in, by its name, in the order in which a first sync sends them best."""
    return in_order(_declarations(""))


@cache
def further_feeds(destination: str, variant: str = "") -> dict[str, Feed]:
    """The feeds that exist where they are sent to a destination, and nowhere else: their modules say ONLY_FOR.

    `variant` is which of the VARIANTS of such a module the configuration wants.
    """
    return _declarations(destination, variant)


def of_modules(names: Iterable[str]) -> dict[str, Feed]:
    """The feeds that these modules declare; the others are not loaded."""
    declared = (import_module(f"{__name__}.{name}").FEED for name in names)
    return in_order({feed.name: feed for feed in declared})


def module_of(feed: Feed) -> str:
    """The module of this folder that declares a feed; empty if none does."""
    package, _, _ = feed.assemble.__module__.removeprefix(f"{__name__}.").partition(".")
    is_here = feed.assemble.__module__.startswith(f"{__name__}.") and package != "own"
    return package if is_here else ""


def _declarations(destination: str, variant: str = "") -> dict[str, Feed]:
    feeds: dict[str, Feed] = {}
    for name in _modules():
        module = import_module(f"{__name__}.{name}")
        feed = getattr(module, "FEED", None)
        if feed is not None and getattr(module, "ONLY_FOR", "") == destination:
            feeds[feed.name] = getattr(module, "VARIANTS", {}).get(variant, feed)
    return feeds


def _modules() -> Iterator[str]:
    """The modules of this folder, by name."""
    folder = __path__[0]
    if not os.path.isdir(folder):
        import pkgutil  # late, for a zipapp: it brings a fifth of all that a job loads

        yield from (module.name for module in pkgutil.iter_modules(__path__))
        return
    for entry in sorted(os.listdir(folder)):
        if entry.endswith(".py") and entry != "__init__.py":
            yield entry.removesuffix(".py")
        elif os.path.exists(os.path.join(folder, entry, "__init__.py")):
            yield entry


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
    "priceBooks",
    "prices",
    "variants",
    "inventoryStockStatus",
)


def _order(name: str) -> tuple[int, str]:
    return (_SUGGESTED.index(name) if name in _SUGGESTED else len(_SUGGESTED), name)
