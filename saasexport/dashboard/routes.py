"""Which page answers which address."""

import sqlite3
from collections.abc import Callable
from urllib.parse import unquote

from saasexport.dashboard import data_page, item_page, items_page, pages, resync, status_page
from saasexport.dashboard.pages import Page, Request
from saasexport.errors import SaasExportError
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.web.templates import Markup

Show = Callable[[Installation], Page]


class Routes:
    """The pages of an installation; `config` is its configuration file, opened anew for each request."""

    def __init__(self, config: str | None, token: str) -> None:
        self.config = config
        self.token = token

    def get(self, request: Request) -> Page:
        """A page; nothing is changed but what was counted."""
        path = request.path
        if path == "/":
            return self._show(lambda installation: status_page.page(installation, request), read_only=True)
        if path == "/data":
            return self._show(lambda installation: data_page.page(installation, request, self.token), read_only=True)
        if path == "/item":
            return self._show(lambda installation: self._item(installation, request), read_only=True)
        if path.endswith("/resync"):
            return pages.message("Not a page", "This address takes the forms of the pages only.", 405, _home())
        if path.startswith("/feeds/"):
            return self._show(lambda installation: self._items(installation, request), read_only=True)
        return not_found()

    def post(self, request: Request) -> Page:
        """What a form asks for."""
        path = request.path
        if path == "/data/resync":
            return self._show(lambda installation: resync.feed_of(installation, request, self.token))
        if path.startswith("/feeds/") and path.endswith("/resync"):
            return self._show(lambda installation: self._resync(installation, request))
        return not_found()

    def _items(self, installation: Installation, request: Request) -> Page:
        feed = installation.all_feeds.get(unquote(request.path.removeprefix("/feeds/")))
        return items_page.page(installation, feed, request, self.token) if feed else not_found()

    def _item(self, installation: Installation, request: Request) -> Page:
        feed = installation.all_feeds.get(request.one("feed", "products"))
        return item_page.page(installation, feed, request, self.token) if feed else not_found()

    def _resync(self, installation: Installation, request: Request) -> Page:
        name = request.path.removeprefix("/feeds/").removesuffix("/resync")
        feed = installation.all_feeds.get(unquote(name))
        return resync.items_of(installation, feed, request, self.token) if feed else not_found()

    def _show(self, show: Show, read_only: bool = False) -> Page:
        try:
            installation = open_installation(self.config, read_only, counts=True)
        except (SaasExportError, sqlite3.Error) as error:
            return _failure(error)
        try:
            return show(installation)
        except (SaasExportError, sqlite3.Error) as error:
            return _failure(error)
        finally:
            installation.close()


def not_found() -> Page:
    """There is no such page."""
    return pages.message("Page not found", "There is no page at this address.", 404, _home())


def _failure(error: Exception) -> Page:
    hint = error.hint if isinstance(error, SaasExportError) else "saasexport doctor tells more."
    text = str(error).removesuffix(f"; {hint}")
    return pages.message("This cannot be shown now", f"{text}.", 503, _home(), hint)


def _home() -> Markup:
    return pages.link("/", "Feed status")
