"""Which field of an item each column of a file's queries gives, and which lack: the assembler of its feed."""

from collections.abc import Iterable, Iterator

from saasexport.entity_key import Key
from saasexport.feeds.own import casting
from saasexport.feeds.own.assembly import Assembler, Column, ListQuery
from saasexport.feeds.own.loaded import OURS, Loaded, Query, near
from saasexport.shapes.words import JSON, NOTHING, SCALAR, FeedShape, Field, ListOf, Record

# What the engine itself puts into an item.
ENGINES = ("deleted",)


class Columns:
    """The columns of a file's queries, beside the fields of its feed."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.shape: FeedShape = loaded.head.shape()
        self._fault = loaded.add_fault
        self._set_by_us = (*ENGINES, self.shape.exported)
        self.fields = {name: it for name, it in self.shape.item.fields.items() if name not in self._set_by_us}

    def assembler(self, items: Query, key: Key) -> Assembler | None:
        """What makes items of the queries; None, or a fault of the file, where they do not give what the feed has."""
        names = items.reads.names
        if names[0] != "entity":
            self._fault(items.line, f"query items: the first column is {names[0]}, expected entity")
            return None
        columns = tuple(self._columns(items))
        lists = tuple(
            made
            for query in self.loaded.queries.values()
            if query.is_list and (made := self._list(query)) is not None
        )
        given = {column.name.partition(".")[0] for column in columns}
        for query in lists:
            if query.name in given:
                self._fault(items.line_of(query.name), f"{query.name}: is given by items and by a query of its own")
        given.update(query.name for query in lists)
        for name, declared in self.fields.items():
            if name not in given and _must_be_given(declared):
                self._fault(items.line, f"query items: gives no {name}, which every item of {self.loaded.name} has")
        return Assembler(
            items=items.text,
            entity=0,
            error=names.index("error") if "error" in names and "error" not in self.fields else None,
            columns=columns,
            lists=lists,
            fields=self.fields,
            constant={name: None for name, it in self.fields.items() if name not in given and not it.is_optional},
            identity=self.shape.identity,
            key=key,
            rules=self.shape.item.rules,
        )

    def _columns(self, items: Query) -> Iterator[Column]:
        names = items.reads.names
        for at, name in enumerate(names):
            if at == 0 or (name == "error" and "error" not in self.fields):
                continue
            declared = self._field(name)
            if declared is None:
                reason = "is set by the exporter" if name in self._set_by_us else self._no_field(name)
                self._fault(items.line_of(name), f"{name}: {reason}")
            elif outer := _outer(name, names):
                self._fault(items.line_of(name), f"{name}: its field {outer} is a column as well")
            else:
                yield Column(at, name, declared, casting.of_type(declared.type, name))

    def _field(self, name: str) -> Field | None:
        if name in self.fields:
            return self.fields[name]
        first = name.partition(".")[0]
        if first in self.fields:
            return casting.field_of(self.shape, name)
        if self.shape.item.is_open and name not in self._set_by_us:
            return Field(SCALAR, True, True)
        return None

    def _no_field(self, name: str) -> str:
        return f"is no field of {self.loaded.name}{near(name, self.fields)}"

    def _list(self, query: Query) -> ListQuery | None:
        declared = self.fields.get(query.name)
        if declared is None and self.shape.item.is_open:
            declared = Field(JSON, True, True)
        if declared is None:
            known = (*self.fields, *OURS)
            self._fault(query.line, f"query {query.name}: is no field of {self.loaded.name}{near(query.name, known)}")
            return None
        kind = declared.type
        if not isinstance(kind, ListOf) and kind != JSON:
            self._fault(query.line, f"query {query.name}: the field is no list; give it as a column of items")
            return None
        names = query.reads.names
        if "entity" not in names:
            self._fault(query.line, f"query {query.name}: has no column entity")
            return None
        restricting = tuple((at, name[5:]) for at, name in enumerate(names) if name.startswith("item."))
        for at, name in restricting:
            if name not in self.shape.identity:
                identity = ", ".join(self.shape.identity)
                self._fault(query.line_of(names[at]), f"item.{name}: does not identify an item; {identity} do")
        elements = tuple(
            (at, name) for at, name in enumerate(names) if name != "entity" and not name.startswith("item.")
        )
        for _, name in elements:
            if outer := _outer(name, names):
                self._fault(query.line_of(name), f"{query.name}.{name}: its field {outer} is a column as well")
        element = kind.element if isinstance(kind, ListOf) else None
        is_plain = not isinstance(element, Record) and (element is not None or len(elements) == 1)
        if is_plain and len(elements) != 1:
            self._fault(query.line, f"query {query.name}: gives {len(elements)} columns of values, expected one")
            return None
        if isinstance(element, Record):
            self._check_element(query, element, [name for _, name in elements])
        cast = casting.of_type(kind, query.name)
        return ListQuery(query.name, query.text, names.index("entity"), restricting, elements, declared, cast, is_plain)

    def _check_element(self, query: Query, element: Record, names: list[str]) -> None:
        for name in names:
            if not element.is_open and casting.field_of(element, name) is None:
                meant = near(name, element.fields)
                self._fault(query.line_of(name), f"{query.name}.{name}: is no field of {query.name}{meant}")
        given = {name.partition(".")[0] for name in names}
        for name, declared in element.fields.items():
            if name not in given and _must_be_given(declared):
                self._fault(query.line, f"query {query.name}: gives no {name}, which every element has")

def _outer(name: str, names: Iterable[str]) -> str:
    """The column, if there is one, that gives the whole object of which a column such as `image.url` gives a field."""
    parts = name.split(".")
    return next((outer for n in range(1, len(parts)) if (outer := ".".join(parts[:n])) in names), "")


def _must_be_given(declared: Field) -> bool:
    """Whether a field must have a value; one that Adobe never fills is null."""
    return not declared.is_optional and not declared.is_nullable and declared.type != NOTHING
