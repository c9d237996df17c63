"""The digests by which what the shop says is compared with what the service holds (any service may have its own).

What the items of an entity share is encoded once, so that comparing costs no
more than finding nothing to send.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from operator import itemgetter
from typing import Any, NamedTuple

from saasexport.database.hashing import canonical, feed_id, text_of
from saasexport.database.items import Encoder, Item
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems


class Compared(NamedTuple):
    """An item as it is compared."""

    key: bytes
    digest: bytes
    entity_id: Any


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
        self._layouts: dict[tuple[str, ...], tuple[str, Callable[[dict[str, str]], Any]]] = {}

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
        if self.encoder.exclude or not self._added.isdisjoint(entity.common):
            raise ValueError
        common = self.texts(entity.common)
        compared = []
        for part in entity.parts:
            if not (entity.common.keys().isdisjoint(part) and self._added.isdisjoint(part)):
                raise ValueError
            content = f"{{{self._join({**common, **self.texts(part)})}}}".encode()
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
        return hashlib.sha256(f"{{{self._join(self.texts(item))}}}".encode()).digest()

    def _join(self, texts: dict[str, str]) -> str:
        """Fields in the order of their names, as JSON without braces; the items of a feed have few sets of names."""
        names = tuple(texts)
        layout = self._layouts.get(names)
        if layout is None:
            ordered = sorted(names)
            template = ",".join(encode_basestring(name).replace("%", "%%") + ":%s" for name in ordered)
            layout = template, itemgetter(*ordered) if ordered else _nothing
            if len(self._layouts) < 1000:
                self._layouts[names] = layout
        template, pick = layout
        together: str = template % pick(texts)
        return together

    def _key(self, common: dict[str, Any], part: dict[str, Any]) -> bytes:
        values = [part[name] if name in part else common.get(name) for name in self._identity]
        if None in values:
            raise ValueError
        return bytes.fromhex(feed_id(values))

    def texts(self, fields: dict[str, Any]) -> dict[str, str]:
        """What is compared of some fields, as JSON; what is null says no more than what is left out."""
        left_out = self._left_out
        return {
            name: encode_basestring(value) if type(value) is str else _text(value)
            for name, value in fields.items()
            if value is not None and name not in left_out
        }


def _nothing(_: dict[str, str]) -> tuple[str, ...]:
    return ()


def _text(value: Any) -> str:
    text = text_of(value)
    if ".0" in text or "e+" in text:
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
