"""A service in this process that keeps what it is sent, and can be put back to any moment."""

from saasexport.feeds import all_feeds
from tests.scripted import accepted, answering


class Received:
    """What was received: the latest state of each item, as a service orders them."""

    def __init__(self):
        self.held = {}  # feed -> identity -> item

    def serve(self):
        """A server for it."""
        return answering(self.answer)

    def answer(self, request):
        """Keep a batch."""
        feed = all_feeds()[request.path.split("/")[2]]
        kept = self.held.setdefault(feed.name, {})
        for item in request.items():
            key = tuple(item[name] for name in feed.identity)
            if key not in kept or kept[key][feed.time_field] <= item[feed.time_field]:
                kept[key] = item
        return accepted(request)

    def items(self, feed, environment, deleted=False):
        """The items of a feed, as tests.support.Service gives them."""
        return [item for item in self.held.get(feed, {}).values() if deleted or not item["deleted"]]

    def copy(self):
        """What is held now, to be put back later."""
        return {feed: dict(items) for feed, items in self.held.items()}
