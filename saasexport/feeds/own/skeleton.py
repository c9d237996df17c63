"""The beginning of a feed's file: every field of the feed's items with its type, required ones first.

What the shop's table already calls as the feed does is filled in; the rest is null, to be written over.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing

from saasexport.feeds.own.head import ENGINES
from saasexport.feeds.own.loaded import OURS
from saasexport.queries import quote
from saasexport.shapes import SHAPES
from saasexport.shapes.words import NOTHING, FeedShape, Field, ListOf, Record, Rule, Scalar, Type
from saasexport.stdlib import NamedTuple, sqlite3

OF_IDS = "in (select value from json_each(:ids))"

# Parts of a declared type, in the order in which they decide, and what `-- field:` says for them.
_KINDS = (
    ("bool", "boolean"),
    ("date", "time"),
    ("time", "time"),
    ("json", "json"),
    ("int", "integer"),
    ("char", "text"),
    ("text", "text"),
    ("clob", "text"),
    ("real", "number"),
    ("floa", "number"),
    ("doub", "number"),
    ("num", "number"),
    ("dec", "number"),
    ("money", "number"),
)


# Where the shop has no number of an entity's own, one is made of its key.
_NUMBERS_OF_ENTITIES = ("productId",)


class Entity(NamedTuple):
    """The table and the column of the entities, and the columns of that table, if the shop is there: name -> type."""

    table: str
    column: str
    columns: Mapping[str, str]

    @property
    def name(self) -> str:
        """As SQL and a directive take it."""
        return f"{plain(self.table)}.{plain(self.column)}"

    def of(self, column: str) -> str:
        """A column, as SQL takes it."""
        return f"{plain(self.table)}.{plain(column)}"


def write_published(feed: str, entity: Entity) -> str:
    """The file of a published feed."""
    shape = SHAPES[feed]
    fields = {name: it for name, it in shape.item.fields.items() if name not in (*ENGINES, shape.exported)}
    lines = [
        f"-- The feed {feed}, one item for each {' and '.join(shape.identity)}.",
        f"-- Begun by: saasexport feeds new {feed} --entity {entity.name}",
        "-- Write your columns over each null, and take the dashes away from the optional fields that you have.",
        "",
        f"-- feed: {feed}",
        f"-- entity: {entity.name}",
        *_rules(shape.item.rules, "-- "),
        "",
        *_items(_columns(shape, fields, entity), entity, _HEADINGS),
    ]
    for name, it in _lists(fields):
        lines += ["", *_list(name, it, entity, is_required=_rank(it) == 0)]
    return "\n".join(lines) + "\n"


def own(feed: str, entity: Entity) -> str:
    """The file of a feed of a name of one's own: its fields are the columns of the table."""
    fields: dict[str, str] = {}
    columns = []
    for column, declared in entity.columns.items():
        name = re.sub(r"\W", "_", column)
        if name.lower() in (*map(str.lower, ENGINES), "entity", "error", "modifiedat") or name in fields:
            name += "_of_" + re.sub(r"\W", "_", entity.table)
        fields[name] = _kind(declared)
        columns.append(_Column(f"{entity.of(column)} as {_name(name)}", fields[name] or "as it is kept", 0))
    identity = re.sub(r"\W", "_", entity.column)
    lines = [
        f"-- The feed {feed}, one item for each {identity}.",
        f"-- Begun by: saasexport feeds new {feed} --entity {entity.name}",
        "-- Take out what nobody needs, and put in what other tables have.",
        "",
        f"-- feed: {feed}",
        f"-- entity: {entity.name}",
        f"-- identity: {_name(identity)}",
        *(f"-- field: {_name(name)} {kind}" for name, kind in fields.items() if kind),
        "",
        *_items(columns, entity),
    ]
    return "\n".join(lines) + "\n"


def plain(name: str) -> str:
    """A name of the shop's as SQL takes it, quoted only where it must be."""
    if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        with closing(sqlite3.connect(":memory:")) as connection:
            try:
                connection.execute(f"create table {name} ({name})")
            except sqlite3.Error:  # a word of SQL's own
                return quote(name)
        return name
    return quote(name)


class _Column(NamedTuple):
    text: str
    comment: str
    rank: int  # 0 must have a value, 1 may be null, 2 may be left out


def _rank(it: Field) -> int:
    return 2 if it.is_optional else 1 if it.is_nullable or it.type == NOTHING else 0


_HEADINGS = (
    "Required: an item that lacks one of them is set aside.",
    "Null where the shop has none.",
    "Optional.",
)


def _items(columns: list[_Column], entity: Entity, headings: tuple[str, ...] = ()) -> Iterator[str]:
    """The query of the items; each column brings its comma, so that none is one too many where a line goes."""
    yield "-- name: items"
    yield f"select {entity.name} as entity"
    last = -1
    for column in sorted(columns, key=lambda each: each.rank):
        if headings and column.rank != last:
            yield f"       -- {headings[column.rank]}"
        last = column.rank
        is_left_out = column.rank == 2 and column.text.startswith("null as ")
        yield f"       {'-- ' if is_left_out else ''}, {column.text}  -- {column.comment}"
    yield f"  from {plain(entity.table)}"
    yield f" where {entity.name} {OF_IDS};"


def _columns(shape: FeedShape, fields: Mapping[str, Field], entity: Entity) -> list[_Column]:
    """The fields that have no query of their own, each a column; a field of an object is one as well."""
    alike = {_fold(column): column for column in entity.columns}
    columns: list[_Column] = []
    for name, it in fields.items():
        if isinstance(it.type, Record):
            columns += _inner(name, it.type, _rank(it))
        elif isinstance(it.type, Scalar) or name in OURS:
            given = entity.of(alike[_fold(name)]) if _fold(name) in alike and it.type != NOTHING else "null"
            identifying = ", identifies the item" if name in shape.identity else ""
            says = "always null" if it.type == NOTHING else _says(it.type) + identifying
            if name in _NUMBERS_OF_ENTITIES and given == "null":
                given = f"number_of({entity.name})"
            columns.append(_Column(f"{given} as {_name(name)}", says, _rank(it)))
    return columns


def _inner(path: str, record: Record, rank: int) -> Iterator[_Column]:
    for name, it in record.fields.items():
        inner = f"{path}.{name}"
        if isinstance(it.type, Record):
            yield from _inner(inner, it.type, max(rank, _rank(it)))
        else:
            yield _Column(f'null as "{inner}"', _says(it.type), max(rank, _rank(it)))


def _lists(fields: Mapping[str, Field]) -> list[tuple[str, Field]]:
    lists = [(name, it) for name, it in fields.items() if isinstance(it.type, ListOf) and name not in OURS]
    return sorted(lists, key=lambda each: _rank(each[1]))


def _list(name: str, it: Field, entity: Entity, is_required: bool) -> Iterator[str]:
    """The query of a list, in comments unless the list must be there."""
    assert isinstance(it.type, ListOf)  # noqa: S101  # the caller looked
    element = it.type.element
    columns = (
        list(_elements(element)) if isinstance(element, Record) else [_Column("null as value", _says(element), 0)]
    )
    lines = [
        f"-- name: {name}",
        f"select {entity.name} as entity",
        *(f"       , {each.text}  -- {each.comment}" for each in sorted(columns, key=lambda each: each.rank)),
        f"  from {plain(entity.table)}",
        f" where {entity.name} {OF_IDS};",
    ]
    yield "-- A list, an element a row" + (", required:" if is_required else ":")
    yield from _rules(element.rules if isinstance(element, Record) else (), "-- ")
    yield from lines if is_required else (f"-- {line}" for line in lines)


def _elements(element: Record) -> Iterator[_Column]:
    for name, it in element.fields.items():
        optional = ("", ", or null", ", optional")[_rank(it)]
        yield _Column(f"null as {_name(name)}", _says(it.type) + optional, _rank(it))


def _says(kind: Type) -> str:
    """What a value must be, in words."""
    if isinstance(kind, Scalar):
        return "one of " + " ".join(f"'{choice}'" for choice in kind.choices) if kind.choices else kind.says
    if isinstance(kind, ListOf):
        inner = kind.element
        of = f"objects of {', '.join(inner.fields)}" if isinstance(inner, Record) else _says(inner)
        return f"JSON, a list: {of}"
    return f"JSON, an object of {', '.join(kind.fields)}"


def _rules(rules: tuple[Rule, ...], prefix: str) -> Iterator[str]:
    for rule in rules:
        yield prefix + _SAYS_OF_RULE[rule.kind].format(names=" and ".join(rule.names))


_SAYS_OF_RULE = {
    "exactly_one": "Exactly one of {names} must have a value.",
    "only_a_root_has_no_path": "A category has a urlPath unless it is one of level 1.",
    "categories_stand_with_their_data": "Give categories and categoryData together, or neither.",
    "a_permission_is_whole": "An item that is no fallback has a categoryId and all grants.",
}


def _kind(declared: str) -> str:
    return next((kind for part, kind in _KINDS if part in declared.lower()), "")


def _name(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) and plain(name) == name else quote(name)


def _fold(name: str) -> str:
    return name.replace("_", "").lower()
