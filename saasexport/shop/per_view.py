"""What is the same in every store view is kept, encoded and compared once."""

from collections.abc import Sequence

from saasexport.feed import EntityItems, Items
from saasexport.stdlib import Any


def entity(entity_id: int, items: Items) -> EntityItems:
    """The items of an entity in its store views."""
    common, parts = split(items.parts) if items.parts else ({}, [])
    return EntityItems(entity_id, common, parts, items.failed)


def split(items: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What all items share, and what is left of each; no key stands in both.

    An item that is the very same object as the first costs nothing.
    """
    first = items[0]
    others = [item for item in items if item is not first]
    if not others:
        return first, [{} for _ in items]
    differing = {key for key in first if any(key not in item or item[key] != first[key] for item in others)}
    differing.update(key for item in others for key in item if key not in first)
    common = {key: value for key, value in first.items() if key not in differing}
    # In the order of each item's own fields: a set has another one in every process, and the order is hashed.
    return common, [{key: value for key, value in item.items() if key in differing} for item in items]
