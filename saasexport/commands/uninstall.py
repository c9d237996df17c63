"""saasexport uninstall: leave the shop's schema as it was."""

import argparse
import os
import shlex

from saasexport.capture import triggers
from saasexport.clock import now_text
from saasexport.commands import cron, timer
from saasexport.config import parsing, settings
from saasexport.database import db, indexer
from saasexport.setup import feed_set, opening
from saasexport.usage import as_typed

EXAMPLES = {"uninstall": "saasexport uninstall"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """No options."""


def run(options: argparse.Namespace, name: str) -> int:
    """Remove triggers, then changelogs, then our cron lines and timers; our database stays for a later init."""
    path = settings.find(options.config)
    config = parsing.load(path, feed_set.names_of)
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
    see_to_timers(path)
    return 0


def see_to_timers(path: str) -> None:
    """Take the units of a configuration away, or tell who may not how to."""
    number = len(timer.units_of(path, timer.FOLDER))
    if number and os.geteuid() == 0:
        timer.remove(path, timer.FOLDER)
        print(f"{timer.FOLDER}: {number} units of saasexport for {path} are gone")
    elif number:
        command = as_typed(f"saasexport --config {shlex.quote(path)} timer:remove")
        print(f"{timer.FOLDER}: {number} units do nothing now; to take them away: sudo {command}")


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
