"""Comparing at night what the service holds ([export] verify_days), a feed after the other as the time allows.

A feed that takes longer than a run is gone on with the next night: what the shop
said so far stands in a file beside our database.
"""

import os

from saasexport import clock
from saasexport.database import indexer
from saasexport.errors import ConfigError, SaasExportError
from saasexport.feed import Feed
from saasexport.status.judgement import quantity
from saasexport.stdlib import sqlite3
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.verify import Verification


def verify_due(exporter: Exporter, options: Options) -> None:
    """Compare the feeds whose turn it is; tell what differs until a comparison finds it mended."""
    installation = exporter.installation
    days = installation.config["export.verify_days"]
    if not days:
        return
    verification = Verification(exporter, options)
    # An hour less, or a job that starts at the same time every day would miss every other turn.
    before = clock.ago_text(days=days, hours=-1)
    feeds = [feed for feed in installation.feeds() if indexer.state(installation.ours, feed).status == "valid"]
    verified = {feed.name: indexer.last_comparison(installation.ours, feed) for feed in feeds}
    try:
        for feed in sorted(feeds, key=lambda feed: verified[feed.name][0] or ""):
            if (verified[feed.name][0] or "") <= before and not options.is_over:
                _verify(exporter, verification, feed)
            _, differing = indexer.last_comparison(installation.ours, feed)
            if differing:
                items = quantity(differing, "item")
                exporter.problems.tell(
                    f"{feed.name}: {items} of the service {'is' if differing == 1 else 'are'} not what the shop says;"
                    f" see: saasexport verify {feed.name}, and verify --repair"
                )
    finally:
        verification.close()


def _verify(exporter: Exporter, verification: Verification, feed: Feed) -> None:
    folder = os.path.dirname(exporter.installation.config["export.database"])
    try:
        verdict = verification.verify(feed, os.path.join(folder, f"verify-{feed.name}.sqlite"))
    except ConfigError as error:
        exporter.problems.tell(str(error))
    except (SaasExportError, sqlite3.Error) as error:
        exporter.stop("04-21", feed.name, error)
    else:
        result = verdict.text or "equal"
        exporter.log.say(f"{feed.name}: verify: {result if verdict.is_complete else 'goes on with the next run'}")
