"""The categories of a store view as a tree, built from what each item says of its parent."""

from collections.abc import Iterator
from typing import NamedTuple

from saasexport.service.catalog.items import Item, Items


class Category(NamedTuple):
    """One category of a store view."""

    id: str
    name: str
    level: int
    parent_id: str
    position: int
    path: str
    url_key: str | None
    url_path: str
    roles: tuple[str, ...]
    item: Item

    @property
    def order(self) -> tuple[int, int, str, str]:
        """What categories are sorted by."""
        return self.level, self.position, self.id.zfill(12), self.url_path


class Tree:
    """All categories of a store view."""

    def __init__(self, items: Items, store_view: str) -> None:
        rows = (category_of(item) for item in items.every("categories") if item["storeViewCode"] == store_view)
        self.by_id = {row.id: row for row in sorted(rows, key=lambda row: row.order)}
        self.by_path = {row.url_path: row for row in self.by_id.values()}
        self.children: dict[str, list[Category]] = {}
        for row in self.by_id.values():
            self.children.setdefault(row.parent_id, []).append(row)

    def below(self, category: Category, deepest: int) -> Iterator[Category]:
        """A category and its descendants down to a level."""
        # Level by level; items may claim to be their own ancestors.
        layer, seen = [category], {category.id}
        while layer:
            yield from layer
            layer = [
                child
                for row in layer
                for child in self.children.get(row.id, ())
                if child.level <= deepest and child.id not in seen
            ]
            seen.update(row.id for row in layer)

    def parents(self, category: Category) -> list[Category]:
        """The ancestors, from the store's root down."""
        rows = (self.by_id.get(step) for step in category.path.split("/")[:-1])
        return [row for row in rows if row]


def category_of(item: Item) -> Category:
    """An item of the feed in our words."""
    roles = []
    if item.get("isActive"):
        roles.append("active")
        if item.get("includeInMenu"):
            roles.append("show_in_menu")
    return Category(
        str(item["categoryId"]),
        item.get("name") or item.get("urlPath") or str(item["categoryId"]),
        item.get("level") or 0,
        str(item.get("parentId") or "0"),
        item.get("position") or 0,
        item.get("path") or str(item["categoryId"]),
        item.get("urlKey"),
        item.get("urlPath") or "",
        tuple(roles),
        item,
    )
