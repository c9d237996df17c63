"""An item as a document of its own, for engines and logs that know nothing of feeds."""

import json

from saasexport.database.feed_table import Pending
from saasexport.database.hashing import encode, feed_id
from saasexport.feed import Feed
from saasexport.stdlib import Any, NamedTuple


class Document(NamedTuple):
    """An item, and what names it: items of several feeds may share their identity values."""

    id: str  # environment:feed:feed_id
    feed_id: str
    item: dict[str, Any]
    body: bytes  # {"id", "environment", "feed", "item"}; the item is the feed's, byte for byte


def document_of(environment: str, feed: Feed, pending: Pending) -> Document:
    """The document of an item."""
    body = pending.body
    item = json.loads(body)
    identity = feed_id(item[name] for name in feed.identity)
    name = f"{environment}:{feed.name}:{identity}"
    head = f'{{"id":{encode(name)},"environment":{encode(environment)},"feed":{encode(feed.name)},"item":'
    return Document(name, identity, item, head.encode() + body + b"}")
