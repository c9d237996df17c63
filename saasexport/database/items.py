"""Items as they are sent: encoded, hashed and identified.

What the items of an entity share is encoded once.  The content is the same, to
the byte, whichever side a field stands on in EntityItems.common and .parts:
first the fields that vary by scope (Feed.varying), then all others, each group
in the order of its names.  So a store view that gets a value of its own changes
its own item and no other.
"""

from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from saasexport.database.hashing import UNENCODABLE, Layouts, encode, feed_hash, feed_id, text_of, unencodable, without
from saasexport.entity_key import EntityId
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, FailedItem, Feed
from saasexport.values import TOO_LARGE


class Item(NamedTuple):
    """An item that can be sent."""

    entity_id: EntityId
    content: tuple[bytes, ...]  # JSON without the closing brace, times left out; the shared part is the same object
    unhashed: str  # unhashed fields, as JSON to append
    hash: str
    common: dict[str, Any]  # what it was made of, as the feed gave it
    part: dict[str, Any]


# What is added to an item when it is sent: brackets, `deleted` and the time.
_ADDED = 100


class _Shared(NamedTuple):
    """What the items of an entity have in common."""

    fields: dict[str, Any]
    varying: dict[str, str]  # each as JSON
    others: dict[str, str]
    encoded: bytes | None  # the others, without braces; None: something cannot be encoded
    unhashed: str | None  # unhashed fields; None: they cannot be encoded
    has_added: bool  # it names a field that the engine adds


class Encoder:
    """Makes items of a feed's entities."""

    def __init__(
        self, feed: Feed, exclude: Sequence[str] = (), keep_items: bool = False, max_body: int | None = None
    ) -> None:
        self.feed = feed
        self.exclude = exclude
        self.keep_items = keep_items or feed.legacy  # what is collected is sent from our table
        self.longest = None if max_body is None else max_body - _ADDED
        self.weight = 0  # bytes of the items that were encoded last
        self.payload = tuple(dict.fromkeys((*feed.identity, *feed.minimal)))
        self._payload = [(name, f"{encode(name)}:") for name in self.payload]
        self._varying = frozenset((*feed.identity, *feed.varying))
        self._added = frozenset(("deleted", feed.time_field))  # by the engine, when an item is sent
        self._unhashed = tuple(dict.fromkeys((*feed.unhashed, "modifiedAt", "updatedAt")))
        self._has_no_unhashed = frozenset(self._unhashed).isdisjoint
        self._joined = Layouts().joined

    def encoded(self, entities: Iterable[EntityItems]) -> tuple[dict[str, Item], list[FailedItem]]:
        """The items of these entities by feed_id, and those that cannot be sent."""
        items: dict[str, Item] = {}
        faults: list[FailedItem] = []
        self.weight = 0
        for entity in sorted(entities, key=lambda entity: entity.id):
            faults += [failed._replace(entity_id=entity.id) for failed in entity.failed]
            if entity.parts:
                shared = self._shared(entity.common)
                for part in entity.parts:
                    self._add(entity.id, shared, part, items, faults)
        return items, faults

    def _add(
        self,
        entity_id: EntityId,
        shared: _Shared,
        part: dict[str, Any],
        items: dict[str, Item],
        faults: list[FailedItem],
    ) -> None:
        fields, unhashed = self._hashed(part)
        try:
            identity = self._identity(shared.fields, part)
            self._refuse_twins(shared, part)
            if unhashed is None or shared.unhashed is None:
                raise ValueError
            own, others = content = self._content(shared, fields)
            size = len(own) + len(others)
            self.weight += size
            unhashed = shared.unhashed + unhashed
            if self.longest is not None and size + len(unhashed) > self.longest:
                raise _too_large({**shared.fields, **part}, size)
        except InvalidValue as fault:
            faults.append(FailedItem({**shared.fields, **part}, str(fault), entity_id))
            return
        except UNENCODABLE:
            faults.append(FailedItem({**shared.fields, **part}, unencodable({**shared.fields, **part}), entity_id))
            return
        if identity in items:
            # Entities come in ascending order: the lower one has it.
            named = picked(self.feed.identity, shared.fields, part)
            taken = ", ".join(f"{name} {value!r}" for name, value in named.items())
            error = f"{taken} is taken by entity {items[identity].entity_id}"
            faults.append(FailedItem({**shared.fields, **part}, error, entity_id, identity))
            return
        items[identity] = Item(entity_id, content, unhashed, feed_hash(own, others), shared.fields, part)

    def _refuse_twins(self, shared: _Shared, part: dict[str, Any]) -> None:
        """Raise InvalidValue if an item would have a name twice: JSON says nothing of which one counts."""
        common = shared.fields
        if shared.has_added or not (common.keys().isdisjoint(part) and self._added.isdisjoint(part)):
            twins = (common.keys() & part.keys()) | (self._added & (common.keys() | part.keys()))
            if twins := twins.difference(self.exclude):
                raise InvalidValue(min(twins), "is given twice")

    def _shared(self, common: dict[str, Any]) -> _Shared:
        fields, unhashed = self._hashed(common)
        varying: dict[str, str] = {}
        others: dict[str, str] = {}
        encoded: bytes | None
        try:
            for name, value in fields.items():
                text = encode_basestring(value) if type(value) is str else text_of(value)
                (varying if name in self._varying else others)[name] = text
            encoded = self._joined(others).encode()
        except UNENCODABLE:
            encoded = None
        return _Shared(common, varying, others, encoded, unhashed, not self._added.isdisjoint(common))

    def _content(self, shared: _Shared, fields: dict[str, Any]) -> tuple[bytes, bytes]:
        others = shared.encoded
        if others is None:
            raise ValueError
        varying = dict(shared.varying)
        if self._varying.issuperset(fields):
            for name, value in fields.items():
                varying[name] = encode_basestring(value) if type(value) is str else text_of(value)
        else:
            rest = dict(shared.others)
            for name, value in fields.items():
                (varying if name in self._varying else rest)[name] = text_of(value)
            others = self._joined(rest).encode()
        own = "{" + self._joined(varying)
        return (own + "," if others and varying else own).encode(), others

    def _hashed(self, fields: dict[str, Any]) -> tuple[dict[str, Any], str | None]:
        """The fields that are hashed, and the others as JSON to append; None for these if they cannot be."""
        for dotted in self.exclude:
            fields = without(fields, dotted)
        if self._has_no_unhashed(fields):
            return fields, ""
        unhashed = ""
        try:
            for name in self._unhashed:
                if name in fields:
                    unhashed += f',"{name}":{encode(fields[name])}'
            unhashed.encode()
        except UNENCODABLE:
            return fields, None
        return {name: value for name, value in fields.items() if name not in self._unhashed}, unhashed

    def data_of(self, item: Item) -> str:
        """What is kept of an item, as JSON: identity and minimal payload, or everything."""
        if self.keep_items:
            fields = {**item.common, **item.part}
            for dotted in self.exclude:
                fields = without(fields, dotted)
            return encode(fields)
        texts = []
        for name, label in self._payload:
            if name in item.part or name in item.common:
                value = item.part[name] if name in item.part else item.common[name]
                texts.append(label + (encode_basestring(value) if type(value) is str else text_of(value, encode)))
        return "{" + ",".join(texts) + "}"

    def _identity(self, common: dict[str, Any], fields: dict[str, Any]) -> str:
        values = []
        for name in self.feed.identity:
            value = fields[name] if name in fields else common.get(name)
            if value is None:
                raise InvalidValue(name, "identifies the item and has no value")
            values.append(value)
        return feed_id(values)


def _too_large(fields: dict[str, Any], size: int) -> InvalidValue:
    """The longest field of an item that is too large to be sent, and both sizes."""
    sizes = {name: len(encode(value).encode()) for name, value in fields.items()}
    longest = max(sizes, key=sizes.__getitem__)
    return InvalidValue(longest, f"{sizes[longest]} bytes of an item of {size}, {TOO_LARGE}")


def picked(names: Iterable[str], common: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Some fields of an item, in the order of their names given."""
    found = {}
    for name in names:
        if name in fields:
            found[name] = fields[name]
        elif name in common:
            found[name] = common[name]
    return found
