"""From items that were received to the products whose entries they concern."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from saasexport.queries import beside

SQL = beside(__file__.replace("changes.py", "refresh.py"))

# What an attribute's item says besides when it was exported.
_TIMES = ("modifiedAt", "deleted")


class Views:
    """The store views that are indexed, by data space and code."""

    def __init__(self, db: sqlite3.Connection, is_english: Callable[[str], bool]) -> None:
        self._db = db
        self._is_english = is_english
        self.by_code: dict[tuple[str, str], int] = {}
        self.by_id: dict[int, tuple[str, str, bool]] = {}
        self._read()

    def of(self, environment: str) -> list[int]:
        """The views of a data space."""
        return [view for (space, _), view in self.by_code.items() if space == environment]

    def add(self, environment: str, code: str) -> int:
        """The view's number; its tables are made when it is new."""
        if (environment, code) not in self.by_code:
            values = {"environment": environment, "code": code, "is_english": self._is_english(code)}
            self._db.execute(SQL.view, values)
            self._read()
            view = self.by_code[environment, code]
            tokens = "porter unicode61" if self._is_english(code) else "unicode61"
            self._db.execute(
                f"create virtual table search_{view} using fts5"
                f"(keys, name, category, strong, middle, weak, tokenize='{tokens}', prefix='2 3')"
            )
        return self.by_code[environment, code]

    def _read(self) -> None:
        for view, environment, code, english in self._db.execute(SQL.views):
            self.by_code[environment, code] = view
            self.by_id[view] = environment, code, bool(english)


def take_up(db: sqlite3.Connection, views: Views, limit: int) -> bool:
    """Turn received items into products that are due; gives whether there were any."""
    rows = db.execute(SQL.changes, {"limit": limit}).fetchall()
    if not rows:
        return False
    whole_views: set[int] = set()
    for _, _, environment, feed, identity, item, is_deleted in rows:
        names = json.loads(identity)
        if feed == "products":
            _due(db, [views.add(environment, names[1])], names[0])
        elif feed in ("prices", "productOverrides"):
            _due(db, views.of(environment), names[0])
        elif feed == "variants":
            _due(db, views.of(environment), names[0])
            _due(db, views.of(environment), names[1])
        elif feed == "categoryPermissions" and names[0].startswith("fallback"):
            whole_views.update(views.of(environment))
        elif feed == "categories":
            category = None if is_deleted else json.loads(item).get("categoryId")
            _due_category(db, views.add(environment, names[1]), names[0], category)
        elif feed == "productAttributes":
            view = views.by_code.get((environment, names[1]))
            if view and _is_changed(db, view, names[0], json.loads(item)):
                whole_views.add(view)
        elif feed == "scopesWebsite":
            whole_views.update(views.of(environment))
    for view in whole_views:
        db.execute(SQL.due_view, {"view_id": view})
    db.execute(SQL.drop_changes, {"last": rows[-1][0]})
    return True


def _due(db: sqlite3.Connection, views: list[int], sku: str) -> None:
    for view in views:
        values = {"view_id": view, "sku": sku}
        db.execute(SQL.due_product, values)
        db.execute(SQL.due_readers, values)


def _due_category(db: sqlite3.Connection, view: int, path: str, category: object) -> None:
    """Have the products looked at that are in the category of an item, or were in the one that it was about before."""
    values = {"view_id": view, "path": path}
    row = db.execute(SQL.category, values).fetchone()
    before, now = row and row[0], None if category is None else str(category)
    for one in {before, now} - {None}:
        db.execute(SQL.due_category, {"view_id": view, "category_id": one})
    if now is None:
        db.execute(SQL.drop_category, values)
    elif now != before:
        db.execute(SQL.save_category, {**values, "category_id": now})


def _is_changed(db: sqlite3.Connection, view: int, code: str, item: dict[str, Any]) -> bool:
    """Whether an attribute is another one than the view's entries were made with."""
    facts = json.dumps({key: value for key, value in item.items() if key not in _TIMES}, sort_keys=True)
    values = {"view_id": view, "code": code}
    before = db.execute(SQL.attribute, values).fetchone()
    db.execute(SQL.save_attribute, {**values, "facts": facts})
    return before is None or bool(before[0] != facts)
