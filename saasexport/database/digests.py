"""The digests by which what the shop says is compared with what the service holds (any service may have its own).

What the items of an entity share is encoded once, so that comparing costs no
more than finding nothing to send.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from operator import itemgetter

from saasexport.database.hashing import canonical, feed_key, text_of
from saasexport.database.items import Encoder, Item
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems
from saasexport.stdlib import Any, NamedTuple


class Compared(NamedTuple):
    """An item as it is compared."""

    key: bytes
    digest: bytes
    entity_id: Any


# Brings the members of an item's JSON into the order of their names.
Order = Callable[[list[bytes]], tuple[bytes, ...]]

# Sets of names that are remembered; a feed of one's own may name its fields as it likes.
MOST = 1000


class Digester:
    """Makes keys and digests of what a sync would send."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.weight = 0  # bytes of the items that were compared last
        feed = encoder.feed
        self._identity = feed.identity
        self._left_out = frozenset((*feed.unhashed, "modifiedAt", "updatedAt", "deleted", feed.time_field))
        self._added = frozenset(("deleted", feed.time_field))  # by the engine, when an item is sent
        self._longest = encoder.longest
        self._labels: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._orders: dict[tuple[tuple[str, ...], tuple[str, ...]], Order | None] = {}

    def digest_items(self, entities: Iterable[EntityItems]) -> list[Compared]:
        """The items of these entities that can be sent; of two with one identity, both."""
        compared: list[Compared] = []
        self.weight = 0
        for entity in entities:
            if entity.parts:
                try:
                    compared += self._of_entity(entity)
                except (ValueError, TypeError, RecursionError, InvalidValue):
                    # Some item of it cannot be sent: which, the encoder knows.
                    compared += self._of_sendable(entity)
        return compared

    def _of_entity(self, entity: EntityItems) -> list[Compared]:
        """The items of an entity, all of which can be sent; ValueError if that is not sure."""
        if self.encoder.exclude:
            raise ValueError
        names, common = tuple(entity.common), self._members(entity.common)
        compared = []
        for part in entity.parts:
            in_order = self._order(names, tuple(part))
            if in_order is None:
                raise ValueError
            content = b"{%b}" % b",".join(filter(None, in_order([*common, *self._members(part), b""])))
            self.weight += len(content)
            if self._longest is not None and len(content) + 1000 > self._longest:
                raise ValueError
            compared.append(Compared(self._key(entity.common, part), hashlib.sha256(content).digest(), entity.id))
        return compared

    def _of_sendable(self, entity: EntityItems) -> list[Compared]:
        items, _ = self.encoder.encode([entity])
        return [
            Compared(bytes.fromhex(identity), self.of_item(as_dict(item)), entity.id)
            for identity, item in items.items()
        ]

    def of_item(self, item: dict[str, Any]) -> bytes:
        """The digest of a whole item."""
        members = ",".join(f"{encode_basestring(name)}:{text}" for name, text in sorted(self.texts(item).items()))
        return hashlib.sha256(f"{{{members}}}".encode()).digest()

    def _members(self, fields: dict[str, Any]) -> list[bytes]:
        """Fields as members of a JSON object, in the order in which they come; empty where they are not compared."""
        names = tuple(fields)
        labels = self._labels.get(names)
        if labels is None:
            labels = tuple("" if name in self._left_out else f"{encode_basestring(name)}:" for name in names)
            _keep(self._labels, names, labels)
        return [
            (label + (encode_basestring(value) if type(value) is str else _text(value))).encode()
            if label and value is not None
            else b""
            for label, value in zip(labels, fields.values(), strict=True)
        ]

    def _order(self, common: tuple[str, ...], part: tuple[str, ...]) -> Order | None:
        """What brings the members of an item into the order of their names; None if that is no item to be sent."""
        both = common, part
        try:
            return self._orders[both]
        except KeyError:
            names = (*common, *part)
        order: Order | None = None
        if len(set(names)) == len(names) and self._added.isdisjoint(names):
            # The last is empty, and there so that one name gives a tuple, too.
            order = itemgetter(*sorted(range(len(names)), key=names.__getitem__), len(names))
        _keep(self._orders, both, order)
        return order

    def _key(self, common: dict[str, Any], part: dict[str, Any]) -> bytes:
        values = [part[name] if name in part else common.get(name) for name in self._identity]
        if None in values:
            raise ValueError
        return feed_key(values)

    def texts(self, fields: dict[str, Any]) -> dict[str, str]:
        """What is compared of some fields, as JSON; what is null says no more than what is left out."""
        left_out = self._left_out
        return {
            name: encode_basestring(value) if type(value) is str else _text(value)
            for name, value in fields.items()
            if value is not None and name not in left_out
        }


def _keep(known: dict[Any, Any], names: Any, made: Any) -> None:
    if len(known) >= MOST:
        known.clear()
    known[names] = made


def _text(value: Any) -> str:
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    text = text_of(value)
    # One sign is looked for in a fraction of the time of two.
    if ("." in text and ".0" in text) or ("+" in text and "e+" in text):
        return canonical(json.loads(text, parse_float=_number))
    return text


def _number(text: str) -> float | int:
    """A number as programs of any language write it: 10.0 is 10."""
    number = float(text)
    return int(number) if number.is_integer() else number


def as_dict(item: Item) -> dict[str, Any]:
    """An item of the encoder, without what is added when it is sent."""
    content: dict[str, Any] = json.loads(b"".join(item.content) + item.unhashed.encode() + b"}")
    return content
