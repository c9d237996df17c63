"""The ways from a table's rows to entities: by the shop's foreign keys, and by columns called like a table's key.

They are only proposed: whether a way names all that it must is for a trial to say.
"""

import re
from collections.abc import Collection, Iterator

from saasexport.feeds.own.reads import Schema
from saasexport.feeds.own.skeleton import plain
from saasexport.queries import fold
from saasexport.stdlib import NamedTuple, sqlite3

# How many foreign keys a way follows at most, and how many ways of a table are tried.
MOST_STEPS = 5
MOST_WAYS = 12

OF_KEYS = "in (select value from json_each(:keys))"


class Link(NamedTuple):
    """A column that holds keys of another table."""

    table: str
    column: str
    other: str
    key: str


class Way(NamedTuple):
    """A column to be watched, and the query that gives the entities for its values; none: they are the entities."""

    table: str
    column: str
    query: str
    keys_of: str  # the table whose keys stand in the column
    steps: int


class _Step(NamedTuple):
    link: Link
    is_out: bool  # from the table that holds the keys to the one they are keys of

    @property
    def here(self) -> tuple[str, str]:
        return self.link[:2] if self.is_out else self.link[2:]

    @property
    def there(self) -> tuple[str, str]:
        return self.link[2:] if self.is_out else self.link[:2]


def ways(
    shop: sqlite3.Connection, schema: Schema, table: str, entity: tuple[str, str], read: Collection[str]
) -> list[Way]:
    """The ways from a table to the entities by tables that the feed reads, the shortest first."""
    links = [link for link in _links(shop, schema) if link.table in read and link.other in read]
    table, own = schema.name(table), (schema.name(entity[0]), entity[1])
    given = [_way(path, own) for path in _paths(links, table, own)]
    return list(dict.fromkeys(given))[:MOST_WAYS]


def _links(shop: sqlite3.Connection, schema: Schema) -> list[Link]:
    links: list[Link] = []
    for table in schema.names():
        declared = set()
        keys = shop.execute('select id, "table", "from", "to" from pragma_foreign_key_list(?)', (table,)).fetchall()
        for number, other, column, key in keys:
            declared.add(fold(column))
            is_single = sum(each[0] == number for each in keys) == 1
            if is_single and schema.kind(other) == "table":
                links.append(Link(table, column, schema.name(other), key or schema.key_column(other)))
        links += by_name(schema, table, declared)
    return links


def by_name(schema: Schema, table: str, declared: Collection[str]) -> Iterator[Link]:
    """Columns such as shelf_id, if there is a table shelf, shelves or my_shelf with one key, and those of parents."""
    own = [name for name, _, place in schema.columns(table).values() if place]
    for small, (column, _, _) in schema.columns(table).items():
        stem = re.sub(r"_?id$|^id_?", "", small)
        if small not in declared and re.search(r"(?:^|_)parent$", stem) and len(own) == 1:
            yield Link(table, column, table, own[0])
        if small in declared or stem == small or not stem:
            continue
        for other in schema.names():
            keys = [name for name, _, place in schema.columns(other).values() if place]
            last = re.sub(r"(?:es|s)?$", "", other.lower())
            if len(keys) == 1 and re.search(rf"(?:^|_){re.escape(re.sub(r'(?:es|s)?$', '', stem))}$", last):
                yield Link(table, column, other, keys[0])


def _paths(links: list[Link], table: str, entity: tuple[str, str]) -> Iterator[list[_Step]]:
    """The chains of foreign keys from a table to that of the entities, which come to no table twice."""
    steps = [_Step(link, is_out) for link in links for is_out in (True, False)]
    if table == entity[0]:
        yield from ([step] for step in steps if step.here[0] == step.there[0] == table)
        return
    paths: list[list[_Step]] = [[]]
    for _ in range(MOST_STEPS):
        longer: list[list[_Step]] = []
        for path in paths:
            last = path[-1].there[0] if path else table
            visited = {table, *(step.there[0] for step in path)}
            for step in steps:
                if step.here[0] == last and step.there[0] not in visited:
                    longer.append([*path, step])
        yield from (path for path in longer if path[-1].there[0] == entity[0])
        paths = [path for path in longer if path[-1].there[0] != entity[0]][:500]


def _way(path: list[_Step], entity: tuple[str, str]) -> Way:
    """A chain as a line, and its query."""
    table, column = path[0].here
    keys_of = path[0].link.other
    if path[0].is_out and path[0].there == entity and len(path) == 1:
        return Way(table, column, "", keys_of, 1)
    if len(path) > 1 and path[0].is_out and path[0].there == path[1].here:
        path = path[1:]  # the same keys stand in the table behind
    first, last = path[0], path[-1]
    # The last foreign key holds the entities themselves.
    is_held = len(path) > 1 and last.is_out and last.there == entity
    rest = path[1:-1] if is_held else path[1:]
    wanted = last.here if is_held else entity
    lines = [f"  from {plain(first.there[0])}"]
    for step in rest:
        lines.append(f"  join {plain(step.there[0])} on {_of(step.there)} = {_of(step.here)}")
    select = f"select distinct {_of(wanted)}" if rest else f"select {_of(wanted)}"
    return Way(table, column, "\n".join([select, *lines, f" where {_of(first.there)} {OF_KEYS}"]), keys_of, len(path))


def _of(place: tuple[str, str]) -> str:
    return f"{plain(place[0])}.{plain(place[1])}"
