"""saasexport init: write a configuration, create our database, install triggers."""

import argparse
import os

from saasexport.capture import changelog
from saasexport.config import config
from saasexport.database import db
from saasexport.errors import ConfigError, ShopError
from saasexport.feeds import all_feeds
from saasexport.setup.opening import set_up

EXAMPLES = {
    "init": """
saasexport init --shop shop.sqlite
saasexport init --shop /srv/shop/shop.sqlite --service https://commerce.example.com
"""
}

DEFAULT_SERVICE = "http://127.0.0.1:8765"

TEMPLATE = """\
# saasexport: what is exported, and where to.  Paths are relative to this file's folder.
# Every other setting has a default: `saasexport config` shows them all.

[shop]
database = {shop}

[service]
url            = {service}
environment_id = "testing-1"    # the SaaS data space id
# api_key_file = "api.key"      # must not be readable by others: chmod 600
"""


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of init."""
    options.add_argument("--shop", metavar="FILE", required=True, help="the shop's SQLite database")
    options.add_argument("--service", metavar="URL", help=f"the Commerce Service (default {DEFAULT_SERVICE})")


def run(options: argparse.Namespace, name: str) -> int:
    """Set everything up; safe to run again."""
    path = os.path.abspath(options.config or os.environ.get("SAASEXPORT_CONFIG") or "saasexport.toml")
    shop = os.path.abspath(options.shop)
    is_new = not os.path.exists(path)
    content = _template(path, shop, options.service).encode() if is_new else config.read(path)
    settings = config.parse(path, content, tuple(all_feeds()))
    if not is_new and not _is_same(settings["shop.database"], shop):
        raise ConfigError(
            f"{path}: is for another shop, {settings['shop.database']}", "choose another file with --config PATH"
        )
    if not is_new and options.service and options.service.rstrip("/") != settings["service.url"].rstrip("/"):
        raise ConfigError(
            f"{path}: has another service, {settings['service.url']}", "change [service] url there, or leave it out"
        )
    if not os.path.exists(shop):
        raise ConfigError(f"{shop}: the shop database does not exist", "see --shop")
    if is_new:
        _require_shop(shop)
        _write(path, content)
    found = set_up(settings, content)
    try:
        feeds = found.feeds()
        print(f"configuration  {path}" + (" (written)" if is_new else ""))
        print(f"our database   {settings['export.database']}")
        print(f"shop           {settings['shop.database']}: {len(feeds)} feeds watch it")
        print(f"service        {settings['service.url']}, environment {settings['service.environment_id']}")
        print("next           run reindex_all_invalid, or have cron do it: saasexport cron:install")
    finally:
        found.close()
    return 0


def _require_shop(path: str) -> None:
    """Refuse what is no shop before anything is written: a mistyped name must not stand in a configuration."""
    shop = db.connect_shop(path)
    try:
        if all(changelog.unavailable(shop, feed) for feed in all_feeds().values()):
            raise ShopError(f"{path}: has no table that a feed reads", "is this the shop's SQLite database?")
    finally:
        shop.close()


def _template(path: str, shop: str, service: str | None) -> str:
    folder = os.path.dirname(path)
    if os.path.commonpath([folder, shop]) == folder:
        shop = os.path.relpath(shop, folder)
    return TEMPLATE.format(shop=_quoted(shop), service=_quoted(service or DEFAULT_SERVICE))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write(path: str, content: bytes) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(content)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error


def _is_same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
