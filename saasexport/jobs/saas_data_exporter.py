"""Send what the legacy feeds have collected, orders excepted.

Run by cron every minute; safe to run by hand.
"""

import argparse

from saasexport.jobs import each_feed
from saasexport.sync.sync import Work, send_collected


def run(work: Work, options: argparse.Namespace) -> None:
    """Send, feed by feed, what stands in the feed tables with status 0."""
    feeds = [
        feed for feed in work.installation.feeds() if feed.legacy and feed.exporter == "saas_data_exporter"
    ]
    each_feed(work, "partial sync (legacy)", send_collected, feeds)
