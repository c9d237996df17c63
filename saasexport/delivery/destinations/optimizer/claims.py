"""Which item has a name there, where several of a store view come to one: that of the lowest number.

The categories `Été` and `ete` have one slug, the attributes `short_description` and `shortDescription` one code.
Another item with it is set aside, with a reason; it comes when the first one goes.
"""

import json
from collections.abc import Callable, Iterable, Mapping

from saasexport.database.db import transaction
from saasexport.database.feed_table import FeedTable, Pending
from saasexport.delivery.destinations.optimizer import metadata, words
from saasexport.delivery.destinations.optimizer.words import NoTranslation
from saasexport.stdlib import Any, NamedTuple

Place = tuple[str, str]  # a store view and a name there


class Naming(NamedTuple):
    """How items of a feed come to their names."""

    field: str  # that the name is made of
    name: Callable[[str], str]
    number: str  # the field that ranks them
    words: str  # what a name is of whom


# Feed -> the naming of its items.  What identifies the items of the others is not changed on the way.
NAMINGS = {
    "categories": Naming("urlPath", lambda path: words.path(path) if path else "", "categoryId", "slug of category"),
    "productAttributes": Naming("attributeCode", metadata.code_of, "id", "code of attribute"),
}


class _Claim(NamedTuple):
    """An item that has a name, or wants it."""

    number: str
    row_id: int

    @property
    def rank(self) -> tuple[int, str]:
        """Numbers as numbers."""
        return len(self.number), self.number


class Claims:
    """The items of a feed by their name there; what is on record is read when it is first needed."""

    def __init__(self, naming: Naming, table: Callable[[], FeedTable] | None) -> None:
        self.naming = naming
        self._open = table
        self._table: FeedTable | None = None
        self._places: dict[Place, dict[str, _Claim]] = {}  # with what gives the name

    def release(self, deleted: Iterable[Pending]) -> set[int]:
        """Take note of deletions; gives the rows of those whose name is another's, which must not be deleted there."""
        self._load()
        rows = set()
        for pending in deleted:
            place, own = self._read(json.loads(pending.body))
            claims = self._places.get(place, {})
            claims.pop(own, None)
            if claims:
                rows.add(pending.row_id)
        return rows

    def claim(self, alive: Iterable[Pending]) -> dict[int, str]:
        """Take note of what is to be sent; gives why some of it is set aside, by its row."""
        self._load()
        claimed = []
        for pending in alive:
            item = json.loads(pending.body)
            claimed.append((*self._read(item), _Claim(str(item.get(self.naming.number)), pending.row_id)))
        for place, own, claim in claimed:
            self._places.setdefault(place, {})[own] = claim
        reasons = {}
        for place, own, claim in claimed:
            claims = self._places[place]
            first = min(claims, key=lambda each: claims[each].rank)
            if first != own:
                reasons[claim.row_id] = f"{place[1]} is the {self.naming.words} {claims[first].number}, too: {first}"
                continue
            # Those that had it are sent again, and set aside then.
            self._send_again([other.row_id for each, other in claims.items() if each != own])
        for place, own, claim in claimed:
            if claim.row_id in reasons:
                del self._places[place][own]
        return reasons

    def _send_again(self, rows: list[int]) -> None:
        if rows and self._table:
            with transaction(self._table.ours):
                self._table.schedule(rows)

    def _load(self) -> None:
        if self._table or not self._open:
            return
        self._table = self._open()
        for row_id, entity_id, data in self._table.rows("claimed"):
            try:
                place, own = self._read(json.loads(data))
            except NoTranslation:
                continue
            self._places.setdefault(place, {})[own] = _Claim(str(entity_id), row_id)

    def _read(self, item: Mapping[str, Any]) -> tuple[Place, str]:
        """The place of an item, and what gives it."""
        own = item.get(self.naming.field) or ""
        return (item["storeViewCode"], self.naming.name(own)), own
