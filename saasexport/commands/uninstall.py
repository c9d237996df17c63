"""saasexport uninstall: leave the shop's schema as it was."""

import argparse

from saasexport.capture import changelog
from saasexport.clock import now_text
from saasexport.config import config
from saasexport.database import db, indexer
from saasexport.errors import DatabaseError
from saasexport.feeds import all_feeds

EXAMPLES = {"uninstall": "saasexport uninstall"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Remove triggers, then changelogs; our database stays, for an init that follows."""
    path = config.find(options.config)
    settings = config.load(path, tuple(all_feeds()))
    shop = db.connect_shop(settings["shop.database"], write=True)
    try:
        removed = changelog.uninstall(shop)
    finally:
        shop.close()
    _forget(settings)
    print(f"{settings['shop.database']}: {removed} triggers and changelogs removed")
    return 0


def _forget(settings: config.Config) -> None:
    try:
        ours = db.connect_ours(settings["export.database"])
    except DatabaseError:
        return
    with db.transaction(ours):
        # What changes from now on is not seen: should init run again, everything is compared.
        for feed in all_feeds().values():
            indexer.invalidate(ours, feed, "uninstalled", now_text())
        db.keep(ours, triggers=None, shop_version=None, config_bytes=None)
    ours.close()
