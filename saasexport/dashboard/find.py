"""The box that asks whether something is live, and where that is answered."""

from saasexport.dashboard import pages, words
from saasexport.feed import Feed
from saasexport.web import templates
from saasexport.web.templates import Markup

HTML = templates.beside(__file__)


def box(feed: Feed, key: str = "") -> Markup:
    """Where one asks whether something is live."""
    what = "SKU or name"
    if feed.name != "products":
        what = f"{words.name(feed.name)}: {', '.join(feed.identity)}, or an entity ID"
    return HTML.box(feed=feed.name, key=key, what=what)


def address(feed: Feed, entity_id: object) -> str:
    """Where an entity's items are shown."""
    return pages.address("/item", feed=feed.name, entity=str(entity_id))
