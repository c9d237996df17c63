"""saasexport uninstall: leave the shop's schema as it was."""

import argparse
import os

from saasexport.capture import triggers
from saasexport.clock import now_text
from saasexport.commands import cron, timer
from saasexport.config import settings
from saasexport.database import db, indexer
from saasexport.setup import feed_set, opening

EXAMPLES = {"uninstall": "saasexport uninstall"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Remove triggers, then changelogs, then our cron lines and timers; our database stays for a later init."""
    path = settings.find(options.config)
    config = settings.load(path, feed_set.names_of)
    # First, so that no job puts back what is taken out.
    _remember(config)
    shop = db.connect_shop(config["shop.database"], write=True, place=config.place("shop.database"))
    try:
        removed = triggers.uninstall(shop)
    finally:
        shop.close()
    print(f"{config['shop.database']}: {removed} triggers and changelogs removed")
    if cron.is_there() and cron.remove(path):
        print(f"your crontab: the lines of saasexport for {path} are gone")
    if os.geteuid() == 0 and (units := timer.remove(path)):
        print(f"{timer.FOLDER}: {len(units)} units of saasexport for {path} are gone")
    return 0


def _remember(config: settings.Config) -> None:
    """Keep in our database, if there is one, that jobs are to do nothing until init."""
    if not os.path.exists(config["export.database"]):
        return
    ours = db.connect_ours(config["export.database"], accepts_old=True, place=config.place("export.database"))
    try:
        opening.bring_up(config, ours)
        with db.transaction(ours):
            # What changes from now on is not seen: should init run again, everything is compared.
            ours.execute(indexer.SQL.invalidate_all, {"reason": "uninstalled", "now": now_text()})
            db.keep(ours, uninstalled=now_text(), shop_version=None, config_bytes=None)
            db.keep_triggers(ours, {})
    finally:
        ours.close()
