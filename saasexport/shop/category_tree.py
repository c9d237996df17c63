"""The category tree: what a category is in each store view, its ancestors taken into account.

Read once per pass and shared by categories and products.  Store views without
values of their own share one branch, so that memory grows with the categories
and their overrides, not with the number of store views.
"""

from saasexport import queries
from saasexport.feed import Shop
from saasexport.shop.scopes import StoreView, store_views
from saasexport.stdlib import Any, NamedTuple

SQL = queries.beside(__file__)

# How far an anchor category lists a product of a category below it behind its own (feeds.md 3.1.6).
BELOW_ANCHOR = 10_000

CODES = ("is_active", "include_in_menu", "is_anchor", "url_key")


class Category(NamedTuple):
    """A row of catalog_category_entity, as far as the tree goes."""

    id: int
    path: tuple[int, ...]  # ids from the tree's root down to the category itself
    level: int
    position: int


class Entry(NamedTuple):
    """A category as the products in it see it (feeds.md 3.1.6)."""

    category_id: str
    url_path: str
    anchors: tuple[int, ...]  # the anchor categories above it that list its products too


class Entries(dict[int, Entry | None]):
    """What the categories of a branch are listed as, worked out when first asked for."""

    def __init__(self, branch: "Branch") -> None:
        super().__init__()
        self._branch = branch

    def __missing__(self, category_id: int) -> Entry | None:
        entry = self[category_id] = self._branch.entry_of(category_id)
        return entry


class Branch:
    """The tree as one store view sees it, or several that have no value of their own."""

    def __init__(self, tree: "CategoryTree", root_id: int, store_id: int | None) -> None:
        self._tree = tree
        self._root_id = root_id
        self._store_id = store_id
        self.entries = Entries(self)  # None: the category lists no products

    def contains(self, category_id: int) -> bool:
        """Whether the category is the store's root or below it (feeds.md 3.3.1)."""
        category = self._tree.categories.get(category_id)
        # The first id is the tree's root, which no store sells from.
        return category is not None and self._root_id in category.path[1:]

    def value(self, code: str, category_id: int) -> Any:
        """A value as the store view sees it: its own row, also with NULL, else the default's."""
        if self._store_id is not None:
            override = self._tree.values[code].get(self._store_id)
            if override and category_id in override:
                return override[category_id]
        default = self._tree.values[code].get(0)
        return default.get(category_id) if default else None

    def is_set(self, code: str, category_id: int) -> bool:
        """Whether the category itself is active, in the menu, or an anchor."""
        return self.value(code, category_id) not in _OFF

    def url_path(self, category_id: int) -> str:
        """The URL keys from the third id of the path on; the id where there is none (feeds.md 3.3.2 and 5)."""
        category = self._tree.categories[category_id]
        keys = [key for key in map(self._url_key, category.path[2:]) if key]
        if keys:
            return "/".join(keys)
        return "" if category.level <= 1 else str(category_id)

    def is_below_inactive(self, category_id: int) -> bool:
        """Whether an ancestor is not active (feeds.md 5)."""
        return any(self._is_off("is_active", above) for above in self._tree.categories[category_id].path[:-1])

    def is_below_hidden(self, category_id: int) -> bool:
        """Whether an ancestor is not active or not in the menu (feeds.md 5)."""
        return any(
            self._is_off("is_active", above) or self._is_off("include_in_menu", above)
            for above in self._tree.categories[category_id].path[:-1]
        )

    def children(self, category_id: int) -> list[str]:
        """The ids of the active children, by position (feeds.md 5)."""
        return [str(child) for child in self._tree.children_of(category_id) if self.is_set("is_active", child)]

    def entry_of(self, category_id: int) -> Entry | None:
        """What products in the category are listed under; None where it lists none (feeds.md 3.1.6)."""
        if not self._is_listed(category_id):
            return None
        above = self._tree.categories[category_id].path[:-1]
        anchors = [anchor for anchor in above if self.is_set("is_anchor", anchor) and self._is_listed(anchor)]
        return Entry(str(category_id), self.url_path(category_id), tuple(anchors))

    def _is_listed(self, category_id: int) -> bool:
        category = self._tree.categories.get(category_id)
        return (
            category is not None
            and category.level > 1
            and self._root_id in category.path[1:-1]
            and self.is_set("is_active", category_id)
            and not self.is_below_inactive(category_id)
        )

    def _url_key(self, category_id: int) -> str | None:
        # Unlike other values, NULL in a store view does not hide the default (feeds.md 3.3.2).
        keys = self._tree.values["url_key"]
        if self._store_id is not None:
            key = keys.get(self._store_id, {}).get(category_id)
            if key is not None:
                return _text(key)
        return _text(keys.get(0, {}).get(category_id))

    def _is_off(self, code: str, ancestor_id: int) -> bool:
        """Whether an ancestor hides what is below it."""
        value = self.value(code, ancestor_id)
        if value is not None:
            return value in _OFF
        category = self._tree.categories.get(ancestor_id)
        if category is None or category.level <= 1:
            return False  # a root that does not say is neither inactive nor hidden
        # With neither value it counts as active and in the menu, with one of them the other is 0 (feeds.md 3.3.3).
        other = "include_in_menu" if code == "is_active" else "is_active"
        return self._has_row(code, ancestor_id) or self._has_row(other, ancestor_id)

    def _has_row(self, code: str, category_id: int) -> bool:
        values = self._tree.values[code]
        return category_id in values.get(0, ()) or (
            self._store_id is not None and category_id in values.get(self._store_id, ())
        )


class CategoryTree:
    """All categories, the values the tree depends on, and its branches by store view."""

    def __init__(
        self,
        categories: dict[int, Category],
        values: dict[str, dict[int, dict[int, Any]]],
        views: list[StoreView],
    ) -> None:
        self.categories = categories
        self.values = values  # code -> store id -> category id -> value
        self._children: dict[int, list[int]] | None = None
        own = {store_id for stores in values.values() for store_id in stores}
        shared: dict[tuple[int, int | None], Branch] = {}
        self.branches: dict[int, Branch] = {}  # by store view
        for view in views:
            key = (view.root_category_id, view.id if view.id in own else None)
            self.branches[view.id] = shared.setdefault(key, Branch(self, *key))

    def children_of(self, category_id: int) -> list[int]:
        """The ids of the children, active or not, by position, then id."""
        if self._children is None:
            self._children = {}
            for category in sorted(self.categories.values(), key=lambda found: (found.position, found.id)):
                if len(category.path) > 1:
                    self._children.setdefault(category.path[-2], []).append(category.id)
        return self._children.get(category_id, [])


_OFF = (None, 0, "", "0")


def _text(key: Any) -> str | None:
    # Bytes become what the engine finds not to be UTF-8, and sets aside.
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else None if key is None else str(key)


def category_tree(shop: Shop) -> CategoryTree:
    """The shop's category tree."""
    return shop.once(_load)


def _load(shop: Shop) -> CategoryTree:
    categories = {row[0]: _category(*row) for row in shop.rows(SQL.categories)}
    values: dict[str, dict[int, dict[int, Any]]] = {code: {} for code in CODES}
    for query in (SQL.switches, SQL.url_keys):
        for code, store_id, category_id, value in shop.rows(query):
            values[code].setdefault(store_id, {})[category_id] = value
    return CategoryTree(categories, values, store_views(shop))


def _category(category_id: int, path: Any, level: Any, position: Any) -> Category:
    """A row of the tree; what is no number there must not keep the others from being sent."""
    try:
        ids = tuple(map(int, path.split("/")))
    except (ValueError, TypeError, AttributeError):
        ids = (category_id,)  # not a path: a category on its own, below no root
    return Category(
        category_id,
        ids,
        level if isinstance(level, int) else len(ids) - 1,
        position if isinstance(position, int) else 0,
    )
