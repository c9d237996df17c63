"""Items as they are sent: encoded, hashed and identified.

What the items of an entity share is encoded once.  The content is the same, to
the byte, whichever side a field stands on in EntityItems.common and .parts:
first the fields that vary by scope (Feed.varying), then all others, each group
in the order of its names.  So a store view that gets a value of its own changes
its own item and no other.
"""

from collections.abc import Iterable, Sequence

from saasexport.database import layouts
from saasexport.database.hashing import UNENCODABLE, encode, feed_hash, feed_id, text_of, unencodable, without
from saasexport.entity_key import EntityId
from saasexport.errors import InvalidValue
from saasexport.feed import EntityItems, FailedItem, Feed
from saasexport.stdlib import Any, NamedTuple, decode_json, encode_basestring
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
    layouts: layouts.Shared
    texts: list[str] | None  # each as JSON, in their order; None: something cannot be encoded
    others: bytes = b""  # those that are hashed and do not vary, without braces
    unhashed: str = ""  # those that are not, as JSON to append


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
        unhashed = dict.fromkeys((*feed.unhashed, "modifiedAt", "updatedAt"))
        self._layouts = layouts.Layouts((*feed.identity, *feed.varying), unhashed, ("deleted", feed.time_field))

    def encode(self, entities: Iterable[EntityItems]) -> tuple[dict[str, Item], list[FailedItem]]:
        """The items of these entities by feed_id, and those that cannot be sent."""
        items: dict[str, Item] = {}
        faults: list[FailedItem] = []
        self.weight = 0
        for entity in sorted(entities, key=lambda entity: entity.id):
            faults += [failed._replace(entity_id=entity.id) for failed in entity.failed]
            if entity.parts:
                shared = self._share(entity.common)
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
        common, layouts_of, shared_texts, others, unhashed = shared
        fields = self._without_excluded(part) if self.exclude else part
        layout = layouts_of.layout(tuple(fields))
        try:
            identity = self._identity(common, part)
            if layout.twin:
                # JSON says nothing of which one counts.
                raise InvalidValue(layout.twin, "is given twice")
            if shared_texts is None:
                raise ValueError
            texts = shared_texts + _texts(fields)
            own = layout.own.of(texts)
            if layout.others is not None:
                others = layout.others.of(texts)
            if layout.unhashed:
                unhashed += _encode_unhashed(layout.unhashed, fields)
            size = len(own) + len(others)
            self.weight += size
            if self.longest is not None and size + len(unhashed) > self.longest:
                raise _too_large({**common, **part}, size)
        except InvalidValue as fault:
            faults.append(FailedItem({**common, **part}, str(fault), entity_id))
            return
        except UNENCODABLE:
            faults.append(FailedItem({**common, **part}, unencodable({**common, **part}), entity_id))
            return
        if identity in items:
            # Entities come in ascending order: the lower one has it.
            named = pick(self.feed.identity, common, part)
            taken = ", ".join(f"{name} {value!r}" for name, value in named.items())
            error = f"{taken} is taken by entity {items[identity].entity_id}"
            faults.append(FailedItem({**common, **part}, error, entity_id, identity))
            return
        items[identity] = Item(entity_id, (own, others), unhashed, feed_hash(own, others), common, part)

    def _share(self, common: dict[str, Any]) -> _Shared:
        fields = self._without_excluded(common) if self.exclude else common
        shared = self._layouts.layout_of(tuple(fields))
        try:
            texts = _texts(fields)
            unhashed = _encode_unhashed(shared.unhashed, fields) if shared.unhashed else ""
            return _Shared(common, shared, texts, shared.others.of(texts), unhashed)
        except UNENCODABLE:
            return _Shared(common, shared, None)

    def _without_excluded(self, fields: dict[str, Any]) -> dict[str, Any]:
        for dotted in self.exclude:
            fields = without(fields, dotted)
        return fields

    def data_of(self, item: Item) -> str:
        """What is kept of an item, as JSON: identity and minimal payload, or everything."""
        if self.keep_items:
            return encode(self._without_excluded({**item.common, **item.part}))
        texts = []
        for name, label in self._payload:
            if name in item.part or name in item.common:
                value = item.part[name] if name in item.part else item.common[name]
                texts.append(label + (encode_basestring(value) if type(value) is str else text_of(value, encode)))
        return "{" + ",".join(texts) + "}"

    # What the engine adds, and what is sent of an item that is stored

    def ending(self, modified_at: str, is_deleted: bool = False) -> str:
        """What ends every item: whether it is deleted, and its time of export."""
        moment = modified_at.replace(" ", "T") + "+00:00" if "T" in self.feed.time_format else modified_at
        return f',"deleted":{"true" if is_deleted else "false"},"{self.feed.time_field}":"{moment}"}}'

    def body(self, data: str, modified_at: str) -> bytes:
        """An item as it is sent, from what a feed that collects has stored of it."""
        if self.exclude:
            # It may have been collected before these fields were to be left out.
            item = decode_json(data)
            for dotted in self.exclude:
                item = without(item, dotted)
            data = encode(item)
        return (data[:-1] + self.ending(modified_at)).encode()

    def tombstone(self, data: str, modified_at: str) -> bytes:
        """A deletion as it is sent, from what is stored of the item."""
        payload = pick(self.payload, decode_json(data), {})
        payload.pop(self.feed.time_field, None)
        return (encode(payload)[:-1] + self.ending(modified_at, True)).encode()

    def _identity(self, common: dict[str, Any], part: dict[str, Any]) -> str:
        values = [part[name] if name in part else common.get(name) for name in self.feed.identity]
        if None in values:
            raise InvalidValue(self.feed.identity[values.index(None)], "identifies the item and has no value")
        return feed_id(values)


def _texts(fields: dict[str, Any]) -> list[str]:
    """The values of fields as JSON, in their order."""
    return [encode_basestring(value) if type(value) is str else text_of(value) for value in fields.values()]


def _encode_unhashed(names: Iterable[str], fields: dict[str, Any]) -> str:
    """Fields that are sent but make no item new, as JSON to append."""
    text = "".join(f',"{name}":{encode(fields[name])}' for name in names)
    text.encode()
    return text


def _too_large(fields: dict[str, Any], size: int) -> InvalidValue:
    """The longest field of an item that is too large to be sent, and both sizes."""
    sizes = {name: len(encode(value).encode()) for name, value in fields.items()}
    longest = max(sizes, key=sizes.__getitem__)
    return InvalidValue(longest, f"{sizes[longest]} bytes of an item of {size}, {TOO_LARGE}")


def pick(names: Iterable[str], common: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Some fields of an item, in the order of their names given."""
    found = {}
    for name in names:
        if name in fields:
            found[name] = fields[name]
        elif name in common:
            found[name] = common[name]
    return found
