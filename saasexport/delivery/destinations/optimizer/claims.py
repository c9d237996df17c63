"""Which category has a slug, where the addresses of several in a store view give one: that of the lowest number.

`Été` and `ete` are one slug.  Another category with it is set aside, with a reason; it comes when the first one goes.
"""

import json
from collections.abc import Callable, Iterable, Mapping

from saasexport.database.db import transaction
from saasexport.database.feed_table import FeedTable, Pending
from saasexport.delivery.destinations.optimizer import words
from saasexport.delivery.destinations.optimizer.words import NoTranslation
from saasexport.hints import Any, NamedTuple

Place = tuple[str, str]  # a store view and a slug


class _Claim(NamedTuple):
    """A category that has a slug, or wants it."""

    category_id: str
    row_id: int

    @property
    def rank(self) -> tuple[int, str]:
        """Numbers as numbers."""
        return len(self.category_id), self.category_id


class Claims:
    """The categories by their slug; what is on record is read when it is first needed."""

    def __init__(self, table: Callable[[], FeedTable] | None) -> None:
        self._open = table
        self._table: FeedTable | None = None
        self._places: dict[Place, dict[str, _Claim]] = {}  # with the address that gives the slug

    def release(self, deleted: Iterable[Pending]) -> set[int]:
        """Take note of deletions; gives the rows of those whose slug is another's, which must not be deleted there."""
        self._load()
        rows = set()
        for pending in deleted:
            place, address, _ = _read(json.loads(pending.body), pending.row_id)
            claims = self._places.get(place, {})
            claims.pop(address, None)
            if claims:
                rows.add(pending.row_id)
        return rows

    def claim(self, alive: Iterable[Pending]) -> dict[int, str]:
        """Take note of what is to be sent; gives why some of it is set aside, by its row."""
        self._load()
        claimed = [_read(json.loads(pending.body), pending.row_id) for pending in alive]
        for place, address, claim in claimed:
            self._places.setdefault(place, {})[address] = claim
        reasons = {}
        for place, address, claim in claimed:
            claims = self._places[place]
            first = min(claims, key=lambda each: claims[each].rank)
            if first != address:
                reasons[claim.row_id] = f"{place[1]} is the slug of category {claims[first].category_id}, too: {first}"
                continue
            # Those that had it are sent again, and set aside then.
            self._send_again([other.row_id for each, other in claims.items() if each != address])
        for place, address, claim in claimed:
            if claim.row_id in reasons:
                del self._places[place][address]
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
                place, address, _ = _read(json.loads(data), row_id)
            except NoTranslation:
                continue
            self._places.setdefault(place, {})[address] = _Claim(str(entity_id), row_id)


def _read(item: Mapping[str, Any], row_id: int) -> tuple[Place, str, _Claim]:
    """The place of a category, the address that gives it, and whose it is."""
    address = item.get("urlPath") or ""
    slug = words.path(address) if address else ""
    return (item["storeViewCode"], slug), address, _Claim(str(item.get("categoryId")), row_id)
