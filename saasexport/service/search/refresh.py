"""The index follows what is received, in small steps.

Triggers write down which items came in, in the transaction of their batch.
A step takes some of them up, and its transaction holds the entries and what
was taken up: killed anywhere, the index is as it was after some step.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from saasexport.queries import beside
from saasexport.service.catalog.catalog import Space
from saasexport.service.catalog.items import Items
from saasexport.service.catalog.scope import StoreView
from saasexport.service.search.changes import Views, take_up
from saasexport.service.search.documents import Document, document, terms_of

SQL = beside(__file__)

# Of what the entries hold; other programs make theirs anew.
VERSION = 3

CHANGES_AT_ONCE = 2_000
PRODUCTS_AT_ONCE = 100


class Changed(NamedTuple):
    """An entry before and after a step."""

    view_id: int
    number: int
    sku: str
    before: str | None
    after: str | None


class Step(NamedTuple):
    """What a step did."""

    steps: int
    entries: list[Changed]
    is_complete: bool


def prepare(db: sqlite3.Connection, is_english: Callable[[str], bool]) -> None:
    """Make the tables where they are not, or are another program's or of other languages; within a transaction."""
    if db.execute("select 1 from sqlite_master where name = 'catalog_state'").fetchone():
        row = db.execute(SQL.state).fetchone()
        views = db.execute(SQL.views).fetchall() if row and row[0] == VERSION else []
        if row and row[0] == VERSION and all(is_english(code) == bool(english) for _, _, code, english in views):
            return
    for (name,) in db.execute(SQL.tables).fetchall():
        kind = "trigger" if name in ("catalog_item_insert", "catalog_item_update") else "table"
        db.execute(f'drop {kind} if exists "{name}"')
    for statement in _statements(SQL.schema):
        db.execute(statement)
    db.execute("insert into catalog_state (version, steps, is_complete) values (?, 0, 0)", (VERSION,))
    db.execute(SQL.take_all)


def _statements(script: str) -> list[str]:
    """The statements of a script, one by one: executescript() would commit what is open."""
    rows, statement = [], ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            rows.append(statement)
            statement = ""
    return [*rows, statement] if statement.strip() else rows


class Refresher:
    """Takes up what was received, through a connection of its own."""

    def __init__(self, db: sqlite3.Connection, is_english: Callable[[str], bool]) -> None:
        self._db = db
        self._is_english = is_english
        self._views = Views(db, is_english)

    def is_due(self) -> bool:
        """Whether anything waits."""
        return bool(self._db.execute(SQL.has_due).fetchone()[0])

    def step(self) -> Step | None:
        """Do some of what waits, within the caller's transaction; None if nothing does."""
        db = self._db
        self._views = Views(db, self._is_english)
        took = take_up(db, self._views, CHANGES_AT_ONCE)
        due = db.execute(SQL.due, {"limit": PRODUCTS_AT_ONCE}).fetchall()
        if not took and not due:
            return None
        entries = [self._enter(row[0], row[1], made) for row, made in zip(due, self._documents(due), strict=True)]
        db.executemany(SQL.drop_due, [{"view_id": view, "sku": sku} for view, sku in due])
        db.execute(
            "update catalog_state set steps = steps + 1, is_complete = is_complete or not (" + SQL.has_due[6:] + ")"
        )
        _, steps, is_complete = db.execute(SQL.state).fetchone()
        return Step(steps, [entry for entry in entries if entry.before or entry.after], bool(is_complete))

    def _documents(self, due: list[tuple[int, str]]) -> list[Document | None]:
        spaces: dict[str, Space] = {}
        rows = []
        for view, sku in due:
            environment, code, _ = self._views.by_id[view]
            space = spaces.setdefault(environment, Space(Items(self._db, environment)))
            rows.append(document(space, space.views.get(code, StoreView(code, "", "")), sku))
        return rows

    def _enter(self, view: int, sku: str, made: Document | None) -> Changed:
        """Replace a product's entry, and everything that hangs on it."""
        db = self._db
        key = {"view_id": view, "sku": sku}
        row = db.execute(SQL.product, key).fetchone()
        number = row[1] if row else db.execute(SQL.next_document, key).fetchone()[0]
        old = row[2] if row else None
        body = made.json if made else None
        self._enter_row(key, row, number, made)
        counts = self._index(view, number, made if body else None, old is not None)
        _count_terms(db, view, counts)
        self._enter_places(view, number, old, made)
        return Changed(view, number, sku, old, body)

    def _enter_row(
        self, key: dict[str, object], row: tuple[int, int, str] | None, number: int, made: Document | None
    ) -> None:
        db = self._db
        if made is None:
            if row:
                db.execute(SQL.delete_product, {"id": row[0]})
        elif row:
            db.execute(SQL.update_product, {"id": row[0], "body": made.json})
        else:
            folded = str(key["sku"]).casefold()
            db.execute(SQL.insert_product, {**key, "document": number, "folded": folded, "body": made.json})
        before = {other for (other,) in db.execute(SQL.reads, key)} if row else set()
        after = set(made.reads) if made else set()
        # Mostly they are the same.
        db.executemany(SQL.delete_read, [{**key, "other": other} for other in sorted(before - after)])
        db.executemany(SQL.insert_read, [{**key, "other": other} for other in sorted(after - before)])

    def _index(self, view: int, number: int, made: Document | None, was_there: bool) -> "Counter[tuple[str, str]]":
        """Replace the words of a product; gives by how much each term became more or less frequent."""
        counts: Counter[tuple[str, str]] = Counter()
        if was_there:
            select = f"select keys, name, category, strong, middle, weak from search_{view} where rowid = ?"
            texts = self._db.execute(select, (number,)).fetchone()
            counts.subtract(terms_of(texts))
            self._db.execute(f"delete from search_{view} where rowid = ?", (number,))
        if made:
            counts.update(terms_of(made.texts))
            insert = (
                f"insert into search_{view} (rowid, keys, name, category, strong, middle, weak)"
                " values (?, ?, ?, ?, ?, ?, ?)"
            )
            self._db.execute(insert, (number, *made.texts))
        return counts

    def _enter_places(self, view: int, number: int, old: str | None, made: Document | None) -> None:
        before = set(json.loads(old)["categories"].items()) if old else set()
        after = set(made.body["categories"].items()) if made and made.body else set()
        for places, sql in ((before - after, SQL.delete_place), (after - before, SQL.insert_place)):
            rows = [
                {"view_id": view, "category_id": category, "position": position, "document": number}
                for category, position in sorted(places)
            ]
            self._db.executemany(sql, rows)


def _count_terms(db: sqlite3.Connection, view: int, counts: "Counter[tuple[str, str]]") -> None:
    rows = [
        {"view_id": view, "kind": kind, "term": term, "count": count}
        for (kind, term), count in counts.items()
        if count
    ]
    db.executemany(SQL.count_term, rows)
    db.executemany(SQL.drop_terms, [row for row in rows if int(str(row["count"])) < 0])
