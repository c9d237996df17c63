"""For whom a question is answered: data space, store view and customer group, as the headers of a request name them."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from saasexport.service.catalog.items import Items

# Group 0 is whoever is not logged in.
NOT_LOGGED_IN = hashlib.sha1(b"0", usedforsecurity=False).hexdigest()

ENVIRONMENT = "Magento-Environment-Id"
STORE_VIEW = "Magento-Store-View-Code"
STORE = "Magento-Store-Code"
WEBSITE = "Magento-Website-Code"
GROUP = "Magento-Customer-Group"


class ScopeError(Exception):
    """The headers name no scope that can be answered for."""


class StoreView(NamedTuple):
    """A store view, and where it belongs."""

    code: str
    store: str
    website: str


class Scope(NamedTuple):
    """What decides an answer besides the question."""

    environment: str
    view: StoreView
    group: str = NOT_LOGGED_IN
    is_preview: bool = False


def group_hash(text: str) -> str:
    """The code of a customer group: its number may be given instead."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return hashlib.sha1(str(int(text)).encode(), usedforsecurity=False).hexdigest()
    return text.lower()


def read_header(headers: Mapping[str, str], name: str) -> str:
    """What a header says; clients send empty ones, and the text `undefined`, for what they do not know."""
    value = headers.get(name.lower(), "").strip()
    return "" if value in ("undefined", "null") else value


def is_preview(headers: Mapping[str, str]) -> bool:
    """Whether a merchandiser tries something out."""
    return read_header(headers, "Magento-Is-Preview").lower() in ("true", "1")


def environment_of(headers: Mapping[str, str], known: Iterable[str]) -> str:
    """The data space that is meant: the only one, if none is named."""
    name = read_header(headers, ENVIRONMENT)
    spaces = list(known)
    if name:
        return name
    if len(spaces) == 1:
        return spaces[0]
    listed = f"the data spaces are {', '.join(spaces[:10])}" if spaces else "nothing was received yet"
    raise ScopeError(f"Missing {ENVIRONMENT} header: {listed}")


def store_views(items: Items) -> dict[str, StoreView]:
    """The store views of a data space, by code."""
    views = {}
    for website in items.every("scopesWebsite"):
        for store in website.get("stores") or ():
            for view in store.get("storeViews") or ():
                code = view["storeViewCode"]
                views[code] = StoreView(code, store.get("storeCode") or "", website["websiteCode"])
    return views


def scope_of(
    headers: Mapping[str, str], environment: str, views: Mapping[str, StoreView], is_strict: bool = True
) -> Scope:
    """The scope that the headers name; ScopeError says what they lack.

    A person need not name a store view: unless it is strict, the one called `default`, else the first, is meant.
    """
    # Clients of Commerce Optimizer have a catalogue view in its place.
    code = read_header(headers, STORE_VIEW) or read_header(headers, "AC-View-Id")
    if not code:
        if not views or (is_strict and len(views) != 1):
            listed = f"the store views are {', '.join(sorted(views))}" if views else f"none is known of {environment!r}"
            raise ScopeError(f"Missing {STORE_VIEW} header: {listed}")
        code = "default" if "default" in views else next(iter(views))
    view = views.get(code, StoreView(code, read_header(headers, STORE), read_header(headers, WEBSITE)))
    for name, value, own in ((WEBSITE, view.website, "website"), (STORE, view.store, "store")):
        named = read_header(headers, name)
        if named and value and named != value:
            raise ScopeError(f"{name} {named!r} contradicts the store view {code!r}, whose {own} is {value!r}")
    group = group_hash(read_header(headers, GROUP)) or NOT_LOGGED_IN
    return Scope(environment, view, group, is_preview(headers))
