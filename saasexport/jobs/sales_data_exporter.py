"""Send what the orders feed has collected.

Run by cron every minute; safe to run by hand.
"""

from saasexport.stdlib import Any
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.locked import each_feed
from saasexport.sync.story import send_collected


def run(exporter: Exporter, options: Options, arguments: Any) -> None:
    """Send, feed by feed, what stands in the feed tables with status 0."""
    feeds = [
        feed for feed in exporter.installation.feeds() if feed.legacy and feed.exporter == "sales_data_exporter"
    ]
    each_feed(exporter, options, "partial sync (legacy)", send_collected, feeds)
