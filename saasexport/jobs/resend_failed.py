"""Collect the failed items again and send them.

Run by cron every 5 minutes; safe to run by hand.
"""

import argparse

from saasexport.jobs import each_feed
from saasexport.sync.sync import Work, resend_failed


def run(work: Work, options: argparse.Namespace) -> None:
    """Take up the items with status 1 and 2, of all feeds or of those named."""
    work.sends_legacy = work.is_retry = True
    named = [work.installation.feed(name).name for name in options.feeds]
    feeds = [feed for feed in work.installation.feeds() if not named or feed.name in named]
    each_feed(work, "retry failed items", resend_failed, feeds)
