"""From the columns of a query to the values of an item, by the shape that the feed's items have.

SQLite keeps what was written, whatever the column's type says; the shape says
what is wanted.  What does not fit is a fault with the field's name; all faults
of an item are told, not the first.  The service tests the same shapes with
code of its own.
"""

from collections.abc import Callable, Iterable
from enum import Enum

from saasexport.feeds.own import rules
from saasexport.feeds.own.scalars import Wrong, conversion_of, parsed_json, show
from saasexport.shapes.words import NOTHING, STRING, FeedShape, Field, ListOf, Record, Rule, Scalar, Type
from saasexport.stdlib import Any
from saasexport.values import is_left_out, no_blob

# (value, faults) -> the JSON value, None where there is none; faults is added to.
Cast = Callable[[Any, list[str]], Any]

# In the place of a value that has a fault.
ABSENT: Any = object()


def of_type(kind: Type, name: str) -> Cast:
    """How the values of a field are made; lists and records are JSON texts, or what was read from one."""
    if isinstance(kind, Scalar):
        return _scalar(kind, name)
    return _list(kind, name) if isinstance(kind, ListOf) else _record(kind, name)


class Empty(Enum):
    """What stands for a field that has no value."""

    LEFT_OUT = "nothing"
    NULL = "null"
    FAULT = "nothing, and that is a fault"
    OBJECT = "an object of fields without a value"


def when_empty(field: Field) -> Empty:
    """What stands for a field where it has no value."""
    if field.is_optional:
        return Empty.LEFT_OUT
    if field.is_nullable or field.type == NOTHING:
        return Empty.NULL
    return Empty.OBJECT if isinstance(field.type, Record) else Empty.FAULT


def put(made: dict[str, Any], key: str, empty: Empty, value: Any) -> bool:
    """Put a cast value where it belongs, left out or null where there is none; whether the field may be so."""
    if value is not None:
        if value is not ABSENT:
            made[key] = value
    elif empty is Empty.NULL:
        made[key] = None
    return value is not None or empty in (Empty.LEFT_OUT, Empty.NULL)


def add_fault(faults: list[str], name: str, reason: str) -> None:
    """Put down what is wrong with a field; nothing is wrong with one that the configuration leaves out."""
    if not is_left_out(name):
        faults.append(f"{name}: {reason}")


def check_rules(declared: Iterable[Rule], made: dict[str, Any], faults: list[str], within: str = "") -> None:
    """Put down which rules do not hold between the fields of an item, or of an object in it."""
    for rule in declared:
        if wrong := rules.find_fault(rule, made):
            add_fault(faults, within + wrong[0], wrong[1])


def field_of(shape: FeedShape | Record, name: str) -> Field | None:
    """A field of a shape by its name, `image.url` being a field of a field; None if there is none."""
    record = shape.item if isinstance(shape, FeedShape) else shape
    first, dot, rest = name.partition(".")
    field = record.fields.get(first)
    if field is None or not dot:
        return field
    return field_of(field.type, rest) if isinstance(field.type, Record) else None


def _scalar(kind: Scalar, name: str) -> Cast:
    convert = conversion_of(kind)

    def cast(value: Any, faults: list[str]) -> Any:
        try:
            return convert(value)
        except Wrong as error:
            reason = no_blob(value, kind.says) if isinstance(value, bytes) else str(error)
            add_fault(faults, name, reason or f"{show(value)} is not {kind.says}")
        return ABSENT

    def cast_text(value: Any, faults: list[str]) -> Any:
        # Most values of most items are such: as they are.
        return value if type(value) is str and value.isascii() else cast(value, faults)

    return cast_text if kind == STRING else cast


def _list(kind: ListOf, name: str) -> Cast:
    element = of_type(kind.element, name)
    takes_null = isinstance(kind.element, Scalar) and kind.element.kind == "string_or_null"

    def cast(value: Any, faults: list[str]) -> Any:
        values = value if type(value) is list else _parse(value, name, list, faults)
        if values is ABSENT or values is None:
            return values
        made = [element(each, faults) if each is not None else None for each in values]
        if not takes_null and None in made:
            add_fault(faults, name, "an element is null")
            return ABSENT
        if ABSENT in made:
            return ABSENT
        # An empty list is null in every feed.
        return made or None

    return cast


def _record(kind: Record, name: str) -> Cast:
    fields = [
        (key, of_type(it.type, f"{name}.{key}"), when_empty(it), f"{name}.{key}") for key, it in kind.fields.items()
    ]
    names = kind.fields.keys()

    def cast(value: Any, faults: list[str]) -> Any:
        given = value if type(value) is dict else _parse(value, name, dict, faults)
        if given is ABSENT or given is None:
            return given
        before = len(faults)
        made: dict[str, Any] = {}
        for key, cast_field, empty, path in fields:
            inner = given.get(key)
            if inner is None and empty is Empty.OBJECT:
                inner = {}
            if inner is not None:
                inner = cast_field(inner, faults)
            if inner is not None:
                if inner is not ABSENT:
                    made[key] = inner
            elif empty is Empty.NULL:
                made[key] = None
            elif empty is not Empty.LEFT_OUT:
                add_fault(faults, path, "has no value")
        if not given.keys() <= names:
            for key in (each for each in given if each not in names):
                add_fault(faults, f"{name}.{key[:60]}", f"is no field of {name}")
        if kind.rules and len(faults) == before:
            check_rules(kind.rules, made, faults, f"{name}.")
        return made if len(faults) == before else ABSENT

    return cast


def _parse(value: Any, name: str, kind: type, faults: list[str]) -> Any:
    """The list or the object that a value is, or says as JSON; None if it says null."""
    says = "a list" if kind is list else "an object"
    if isinstance(value, str):
        try:
            value = parsed_json(value)
        except ValueError:
            add_fault(faults, name, f"{show(value)} is not JSON")
            return ABSENT
        if value is None:
            return None
    if isinstance(value, kind):
        return value
    add_fault(faults, name, no_blob(value, says) if isinstance(value, bytes) else f"{show(value)} is not {says}")
    return ABSENT
