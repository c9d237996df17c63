"""Collect the failed items again and send them.

Run by cron every 5 minutes; safe to run by hand.
"""

from saasexport.stdlib import Any
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.locked import each_feed
from saasexport.sync.story import resend_failed


def run(exporter: Exporter, options: Options, arguments: Any) -> None:
    """Take up the items with status 1 and 2, of all feeds or of those named."""
    options = options._replace(send_legacy=True, resend=True)
    named = [exporter.installation.feed(name).name for name in arguments.feeds]
    feeds = [feed for feed in exporter.installation.feeds() if not named or feed.name in named]
    each_feed(exporter, options, "retry failed items", resend_failed, feeds)
