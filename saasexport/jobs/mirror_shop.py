"""Bring the copy of a shop that lives in MySQL, MariaDB or PostgreSQL up to date.

Run by cron every minute, before reindex_all_invalid; safe to run by hand.
Without [mirror] in the configuration there is nothing to do.
"""

import argparse
import sys

from saasexport.errors import ConfigError
from saasexport.log import Log, duration
from saasexport.mirror.run import Outcome
from saasexport.setup import copied_shop, mirroring, opening
from saasexport.setup.installation import Installation
from saasexport.stdlib import sqlite3


def run(installation: Installation, content: bytes, options: argparse.Namespace) -> None:
    """One run; by cron only when it is due.  After the first copy the installation is set up on it."""
    config = installation.config
    log = Log(config["export.log_dir"], "bin/mirror_shop", options.verbose)
    if not copied_shop.is_configured(config):
        log.is_verbose = log.is_verbose or sys.stderr.isatty()
        log.say("mirror_shop: nothing to do: the configuration has no [mirror]")
        return
    if options.cron and not mirroring.is_due(config, installation.ours):
        log.say("mirror_shop: nothing to do yet, see [mirror] load")
        return
    is_first = copied_shop.is_awaited(config)
    if is_first:
        log.tell(f"{config['shop.database']}: the first copy is made, which takes a while")
    try:
        outcome = mirroring.update(config, installation.ours, options.full)
        if is_first:
            opening.set_up(config, content).close()
    finally:
        _publish(installation, log)
    if outcome.written or is_first:
        log.tell(_summary(outcome))
    else:
        log.say(_summary(outcome))


def _publish(installation: Installation, log: Log) -> None:
    """Have the metrics file show the run, once there is a shop; that alone never makes it fail."""
    if not installation.config["export.metrics_file"] or copied_shop.is_awaited(installation.config):
        return
    from saasexport.status import metrics  # late: few want it

    try:
        metrics.write(installation)
    except (ConfigError, sqlite3.Error) as error:
        log.error("02-01", str(error))


def _summary(outcome: Outcome) -> str:
    looked_at = len(outcome.digested)
    return (
        f"mirror_shop: {outcome.written} rows written, {outcome.read} fetched, {looked_at} of {outcome.tables} tables"
        f" looked at ({duration(outcome.seconds)})"
    )
