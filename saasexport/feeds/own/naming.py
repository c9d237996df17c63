"""Whom a line of a feed's file names: by which rows of its table, while they are there and once they are deleted.

A line may name every entity by every row of a large table, so what it names is
kept by key, and asked for an entity at a time.
"""

from collections.abc import Callable, Collection, Iterable, KeysView, Mapping
from functools import cached_property

from saasexport.entity_key import EntityId
from saasexport.feeds.own.shop_copy import Place
from saasexport.stdlib import Any

# (row, its key) -> the entities to which the key leads when that row is deleted.
Deleting = Callable[[Place, Any], Collection[EntityId]]


class Naming:
    """What one line names."""

    def __init__(
        self,
        rows: Iterable[tuple[Place, Any]],
        leading: Mapping[Any, Collection[EntityId]],
        deleting: Deleting | None = None,
    ) -> None:
        """Of rows and their keys, and the entities to which keys lead; without `deleting` they lead there for ever."""
        self._leading = leading
        self._deleting = deleting
        self._places: dict[Any, list[Place]] = {}
        for place, key in rows:
            if key in leading:
                self._places.setdefault(key, []).append(place)
        self._keys: dict[EntityId, list[Any]] = {}
        for key in self._places:
            for entity_id in leading[key]:
                self._keys.setdefault(entity_id, []).append(key)
        self._when_deleted: dict[Place, Collection[EntityId]] = {}

    @property
    def entities(self) -> KeysView[EntityId]:
        """Those that it names, by whatever row."""
        return self._keys.keys()

    @property
    def breadth(self) -> int:
        """How much it names: rows, each counted for every entity."""
        return sum(len(places) * len(self._leading[key]) for key, places in self._places.items())

    def places(self, entity_id: EntityId) -> set[Place]:
        """The rows that name an entity while they are there."""
        return {place for key in self._keys.get(entity_id, ()) for place in self._places[key]}

    def deleted_places(self, entity_id: EntityId, places: set[Place]) -> set[Place]:
        """Those of some rows that name an entity once they are deleted."""
        if self._deleting is None:
            return self.places(entity_id)
        return {place for place in places if place in self._key_of and entity_id in self._ask(self._deleting, place)}

    @cached_property
    def _key_of(self) -> dict[Place, Any]:
        return {place: key for key, places in self._places.items() for place in places}

    def _ask(self, deleting: Deleting, place: Place) -> Collection[EntityId]:
        if place not in self._when_deleted:
            self._when_deleted[place] = deleting(place, self._key_of[place])
        return self._when_deleted[place]


def named_places(namings: Collection[Naming], entity_id: EntityId) -> set[Place]:
    """The rows that name an entity by some lines of a table, both while they are there and once deleted."""
    there = set().union(*(naming.places(entity_id) for naming in namings))
    return there & set().union(*(naming.deleted_places(entity_id, there) for naming in namings))
