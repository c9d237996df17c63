"""Websites, store views and what the configuration says in each of them.

Read once per pass: `store_views(shop)`, `websites(shop)` and
`configuration(shop)` ask the shop the first time and remember.
"""

from saasexport import queries
from saasexport.feed import EVERYTHING, Setting, Shop, Subscription
from saasexport.stdlib import UTC, NamedTuple, datetime, tzinfo

SQL = queries.beside(__file__)

# What store views and websites are read from: a feed that asks for them subscribes to these.
SUBSCRIPTIONS = (
    Subscription("store", "store_id", via=EVERYTHING),
    Subscription("store_group", "group_id", via=EVERYTHING),
    Subscription("store_website", "website_id", via=EVERYTHING),
)

# What addresses depend on, for the settings of feeds that have any: a base address, those of links and of media.
WEB_SETTINGS = ("web/unsecure/base_url",)
LINK_SETTINGS = (*WEB_SETTINGS, "web/unsecure/base_link_url", "web/seo/use_rewrites", "web/url/use_store")
MEDIA_SETTINGS = (*WEB_SETTINGS, "web/unsecure/base_media_url")


class StoreView(NamedTuple):
    """A store view with the names its items carry (feeds.md 3, Conventions)."""

    id: int
    code: str  # storeViewCode
    group_id: int
    store_code: str  # storeCode: the store group's
    root_category_id: int
    website_id: int
    website_code: str


class Website(NamedTuple):
    """A website; its default store view decides its time zone (feeds.md 3.4.4)."""

    id: int
    code: str
    default_store_id: int | None


class Configuration:
    """core_config_data, read through the scopes: store view, else website, else default."""

    def __init__(self, rows: list[tuple[str, int, str, str | None]]) -> None:
        self._values = {(scope, scope_id, path): value for scope, scope_id, path, value in rows}

    def value(self, path: str, view: StoreView | None = None) -> str | None:
        """The value in force in a store view; of the default scope without one."""
        if view is None:
            return self._values.get(("default", 0, path))
        for key in (("stores", view.id, path), ("websites", view.website_id, path)):
            if key in self._values:
                return self._values[key]
        return self._values.get(("default", 0, path))

    def of_website(self, path: str, website_id: int) -> str | None:
        """The value in force on a website."""
        key = ("websites", website_id, path)
        return self._values[key] if key in self._values else self._values.get(("default", 0, path))


def store_views(shop: Shop) -> list[StoreView]:
    """Every store view but admin, by id."""
    return shop.once(_store_views)


def websites(shop: Shop) -> list[Website]:
    """Every website but admin, by id."""
    return shop.once(_websites)


def configuration(shop: Shop) -> Configuration:
    """The shop's configuration."""
    return shop.once(_configuration)


def settings(*paths: str) -> Setting:
    """The configuration values of these paths, as what a feed depends on."""
    return Setting("core_config_data", "path", tuple(dict.fromkeys(paths)))


def web_url(shop: Shop, view: StoreView) -> str:
    """The store view's base address, with a slash at its end; it depends on WEB_SETTINGS."""
    return _with_slash(configuration(shop).value("web/unsecure/base_url", view) or "/")


def link_url(shop: Shop, view: StoreView) -> str:
    """The base of links to pages: with index.php and the store's code where LINK_SETTINGS say so."""
    settings = configuration(shop)
    base = settings.value("web/unsecure/base_link_url", view)
    url = _fill(base, web_url(shop, view)) if base else web_url(shop, view)
    if settings.value("web/seo/use_rewrites", view) == "0":
        url += "index.php/"
    if settings.value("web/url/use_store", view) == "1":
        url += view.code + "/"
    return url


def media_url(shop: Shop, view: StoreView) -> str:
    """The base of images and files (MEDIA_SETTINGS)."""
    base = configuration(shop).value("web/unsecure/base_media_url", view)
    return _fill(base, web_url(shop, view)) if base else web_url(shop, view) + "media/"


def timezone(shop: Shop, view_id: int | None, website_id: int) -> tzinfo:
    """The time zone of a website: its default store view's; UTC where it is unknown to this machine."""
    settings = configuration(shop)
    by_id = {view.id: view for view in store_views(shop)}
    name = (
        settings.value("general/locale/timezone", by_id[view_id])
        if view_id in by_id
        else settings.of_website("general/locale/timezone", website_id)
    )
    if not name or name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo  # late: most shops of one kiosk never need it

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def local_now(shop: Shop, website: Website) -> datetime:
    """The time of the pass as the website's wall clock shows it."""
    return shop.now.astimezone(timezone(shop, website.default_store_id, website.id))


def _store_views(shop: Shop) -> list[StoreView]:
    return [StoreView(*row) for row in shop.rows(SQL.store_views)]


def _websites(shop: Shop) -> list[Website]:
    return [Website(*row) for row in shop.rows(SQL.default_stores)]


def _configuration(shop: Shop) -> Configuration:
    return Configuration(shop.rows(SQL.configuration))


def _fill(url: str, base: str) -> str:
    for name in ("{{unsecure_base_url}}", "{{secure_base_url}}", "{{base_url}}"):
        url = url.replace(name, base)
    return _with_slash(url)


def _with_slash(url: str) -> str:
    return url.rstrip("/") + "/"
