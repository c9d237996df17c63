"""What a destination deletes, or brings back, with what is above it: it is sent again by the next job.

Its rows are marked in the transaction that records what was delivered, and under the lock of their feed: the outcome
of a request that another process has under way would take the mark away.
"""

import importlib
import json
from collections.abc import Sequence
from contextlib import ExitStack

from saasexport.database.feed_table import Pending
from saasexport.delivery import destinations
from saasexport.feed import Feed
from saasexport.setup.installation import Installation


class Below:
    """The items below those of a feed; raises Busy when another process sends some of them."""

    def __init__(self, installation: Installation, feed: Feed, names: Sequence[str], waits: bool) -> None:
        self.installation = installation
        self.feed = feed
        self.waits = waits
        known = installation.known_feeds
        self.feeds = [known[name] for name in names if name in known]
        self.destination = importlib.import_module(
            f"{destinations.__name__}.{installation.config['service.destination']}"
        )
        self._locks = ExitStack()

    def __enter__(self) -> "Below":
        for feed in self.feeds:
            if feed.name != self.feed.name:  # that lock is the pass's
                self._locks.enter_context(self.installation.lock(feed.name, "partial reindex", self.waits))
        return self

    def __exit__(self, *_: object) -> None:
        self._locks.close()

    def schedule(self, delivered: Sequence[Pending]) -> None:
        """Have what these items took or brought back sent again; inside a transaction."""
        gone = [json.loads(each.body) for each in delivered if each.is_deleted]
        # One that is held already brings nothing back.
        made = [json.loads(each.body) for each in delivered if not each.is_deleted and not each.held]
        affected = self.destination.find_affected(self.feed.name, gone, made)
        for feed in self.feeds:
            table = self.installation.table(feed)
            # Making a category again concerns what was deleted only, of which there is little.
            query = "on_record" if gone or feed.name != self.feed.name else "deleted_on_record"
            rows = table.ours.execute(table.sql(query))
            table.schedule([row for row, data, is_deleted in rows if affected[feed.name](json.loads(data), is_deleted)])
