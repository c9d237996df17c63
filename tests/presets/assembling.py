"""What a preset's files give for a shop, worked out without the engine: an oracle for the presets' tests.

A file is its head and its queries; items are made by the published shape, and validated by the embedded service's
own code.
"""

import base64
import hashlib
import json
import re
import sqlite3
import uuid
from collections import defaultdict
from pathlib import Path

from saasexport import queries
from saasexport.service.validation import Validator
from saasexport.shapes import SHAPES
from saasexport.shapes.words import ListOf, Record

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "saasexport" / "presets"
FILES = sorted(FOLDER.glob("*/*.sql"))
NO_FIELD = ("items", "walk", "count", "due")


def digest(algorithm):
    """A SQL function of one text: its hash in hexadecimal digits."""
    return lambda value: None if value is None else hashlib.new(algorithm, str(value).encode()).hexdigest()


def number_of(key):
    """An integer as it is, of a text the first 52 bits of its SHA-1."""
    return key if key is None or isinstance(key, int) else int(hashlib.sha1(key.encode()).hexdigest()[:13], 16)


def uuid_of(kind, key):
    """A UUID that tells kind and key, which is all that the presets' tests need of it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{key}"))


def add_functions(shop):
    """Give a connection the functions that queries of feeds may call."""
    for name, count, function in (
        ("base64", 1, lambda value: None if value is None else base64.b64encode(str(value).encode()).decode()),
        ("md5", 1, digest("md5")),
        ("sha1", 1, digest("sha1")),
        ("number_of", 1, number_of),
        ("uuid_of", 2, uuid_of),
    ):
        shop.create_function(name, count, function, deterministic=True)
    return shop


def shop_of(*scripts):
    """A shop in memory, made by scripts of this folder."""
    shop = add_functions(sqlite3.connect(":memory:", isolation_level=None))
    for script in scripts:
        shop.executescript((HERE / script).read_text())
    return shop


SCRIPTS = {
    "oscar": ("oscar.sql", "oscar_rows.sql"),
    "vendure": ("vendure.sql", "vendure_rows.sql"),
    "simple": ("simple.sql",),
}


class FeedFile:
    """A feed as a SQL file."""

    def __init__(self, path):
        text = path.read_text()
        self.head = text.partition("-- name:")[0]
        self.queries = queries.parse(text)
        self.directives = re.findall(r"^-- ([a-z_]+): (.*)$", self.head, re.M)
        self.feed = self._only("feed")
        entity, _, self.key = self._only("entity").partition(" ")
        self.table, self.column = unquoted(entity).split(".")
        self.watches = [
            re.fullmatch(r"(\w+)\.(\w+)(?: via (\w+))?", unquoted(line)).groups() for line in self._all("watch")
        ]
        self.everything = {unquoted(line).partition(".")[0] for line in self._all("everything")}
        self.lists = [name for name in self.queries if name not in NO_FIELD and not name.startswith(("via_", "id_"))]

    def _all(self, word):
        return [value for name, value in self.directives if name == word]

    def _only(self, word):
        (value,) = self._all(word)
        return value

    def entities(self, shop):
        """The ids of all entities."""
        if "walk" in self.queries:
            return [key for (key,) in shop.execute(self.queries["walk"], {"after": "", "limit": -1})]
        return [key for (key,) in shop.execute(f'select "{self.column}" from "{self.table}" order by 1')]

    def reads(self, shop):
        """The tables that the queries of items read, with the columns."""
        tables = {name for (name,) in shop.execute("select name from sqlite_schema where type = 'table'")}
        columns = defaultdict(set)

        def authorize(action, table, column, *_):
            if action == sqlite3.SQLITE_READ and table in tables and column:
                columns[table].add(column)
            return sqlite3.SQLITE_OK

        shop.set_authorizer(authorize)
        for name in ("items", *self.lists):
            shop.execute("explain " + self.queries[name], {"ids": "[]"})
        shop.set_authorizer(None)
        return dict(columns)

    def concerned(self, shop, table, rows):
        """The entities that each line of the head names for a change of a row, given as it was and as it is."""
        lines = {watch: self.entities_of(shop, watch, rows) for watch in self.watches if watch[0] == table}
        if table in self.everything:
            lines[table] = set(self.entities(shop)) | {row[self.column] for row in rows if table == self.table}
        elif table == self.table:
            lines[table] = {row[self.column] for row in rows}
        return lines

    def entities_of(self, shop, watch, rows):
        """The entities that a watch names for the rows of its table."""
        _, column, via = watch
        keys = {row[column] for row in rows if row[column] is not None}
        if via is None:
            return keys
        return {key for (key,) in shop.execute(self.queries["via_" + via], {"keys": json.dumps(list(keys))})}


def unquoted(text):
    """A table or column without the quotes of SQL."""
    return text.replace('"', "")


def assemble(file, shop, ids):
    """The items of entities, by entity."""
    items = defaultdict(list)
    for row in rows(shop, file.queries["items"], ids):
        items[row.pop("entity")].append(row)
    for name in file.lists:
        for row in rows(shop, file.queries[name], ids):
            chosen = {key[5:]: value for key, value in row.items() if key.startswith("item.")}
            fields = {key: value for key, value in row.items() if key != "entity" and not key.startswith("item.")}
            is_plain = not isinstance(SHAPES[file.feed].item.fields[name].type.element, Record)
            for item in items.get(row["entity"], ()):
                if all(item[key] == value for key, value in chosen.items()):
                    item.setdefault(name, []).append(next(iter(fields.values())) if is_plain else fields)
    return {entity: [item_of(file.feed, item) for item in items[entity]] for entity in ids if entity in items}


def rows(shop, query, ids):
    """The rows of a query, as dicts."""
    cursor = shop.execute(query, {"ids": json.dumps(list(ids))})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def item_of(feed, row):
    """An item by its feed's shape, or why there is none."""
    if row.pop("error", None):
        return {"error": True}
    time = SHAPES[feed].exported
    return cast(SHAPES[feed].item, {**row, "deleted": False, time: "2026-11-28 09:00:00"})


def cast(shape, value):
    """A value of SQLite as the shape wants it."""
    if value is None:
        return None
    if isinstance(shape, Record | ListOf) and isinstance(value, str):
        value = json.loads(value)
    if isinstance(shape, Record):
        assert set(value) <= set(shape.fields), set(value) - set(shape.fields)
        fields = {name: cast(field.type, value.get(name)) for name, field in shape.fields.items()}
        return {name: field for name, field in fields.items() if field is not None or is_kept(shape.fields[name])}
    if isinstance(shape, ListOf):
        return [cast(shape.element, element) for element in value] or None
    return CASTS.get(shape.kind, str)(value)


def is_kept(field):
    """Whether a field that has no value is there all the same, as null."""
    return (field.is_nullable and not field.is_optional) or getattr(field.type, "kind", "") == "nothing"


def number(value):
    """A number, whole ones as integers."""
    value = float(value)
    return int(value) if value.is_integer() else value


CASTS = {
    "boolean": bool,
    "integer": int,
    "order_state": int,
    "number": number,
    "date_time": lambda value: str(value)[:19],
    "rfc3339": lambda value: str(value)[:19].replace(" ", "T") + "+00:00",
    "any_time": lambda value: str(value)[:19],
    "string_or_null": str,
}


def faults(file, items):
    """What the service says against items, each once."""
    validator = Validator(SHAPES[file.feed])
    answers = [validator.check(item) for parts in items.values() for item in parts if "error" not in item]
    return {str(problem) for answer in answers if isinstance(answer, list) for problem in answer}


def without_nulls(value):
    """A value without its nulls, as a test writes it down."""
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def items_of(preset, name):
    """The items of a file of a preset, of its small shop, without nulls and without what the engine adds."""
    file = FeedFile(FOLDER / preset / f"{name}.sql")
    shop = shop_of(*SCRIPTS[preset])
    of_the_engine = {"deleted", SHAPES[file.feed].exported}
    return [
        {field: value for field, value in without_nulls(item).items() if field not in of_the_engine}
        for items in assemble(file, shop, file.entities(shop)).values()
        for item in items
    ]
