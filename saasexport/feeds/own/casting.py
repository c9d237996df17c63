"""From the columns of a query to the values of an item, by the shape that the feed's items have.

SQLite keeps what was written, whatever the column's type says; the shape says
what is wanted.  What does not fit is a fault with the field's name; all faults
of an item are told, not the first.  The service tests the same shapes with
code of its own.
"""

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from saasexport.errors import InvalidValue
from saasexport.shapes.words import FeedShape, Field, ListOf, Record, Scalar, Type
from saasexport.values import text

# (value, field's name, faults) -> the JSON value; faults is added to.
Cast = Callable[[Any, str, list[str]], Any]

# In the place of a value that has a fault, or of a field that is left out.
ABSENT: Any = object()


@lru_cache(maxsize=1024)
def caster(kind: Scalar) -> Cast:
    """How values of a scalar type are made."""
    convert = _SCALARS[kind.kind]

    def cast(value: Any, name: str, faults: list[str]) -> Any:
        try:
            if kind.choices:
                value = text(value, name)
                if value not in kind.choices:
                    raise Wrong(f"{shown(value)} is not {kind.says}")
                return value
            return convert(value)
        except InvalidValue as error:
            faults.append(str(error))
        except Wrong as error:
            faults.append(f"{name}: {str(error) or f'{shown(value)} is not {kind.says}'}")
        return ABSENT

    return cast


def of_type(kind: Type) -> Cast:
    """How values of any type are made; lists and records are JSON texts, or what was read from one."""
    if isinstance(kind, Scalar):
        return caster(kind)
    if isinstance(kind, ListOf):
        return _list(kind)
    return _record(kind)


def same(value: Any, made: Any) -> bool:
    """Whether a value of the shop names an item by a field of it that was made of another."""
    if value == made or value is None or made is None or isinstance(value, bytes):
        return bool(value == made)
    return str(text(value, "")) == str(made)


def shown(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, bytes):
        return "binary data"
    printed = repr(value) if isinstance(value, str) else json.dumps(value)
    return printed if len(printed) <= 60 else printed[:57] + "..."


class Wrong(Exception):
    """A value does not fit; the text says why if it is not just the wrong kind."""


def put(item: dict[str, Any], name: str, field: Field, value: Any) -> None:
    """Put a cast value into an item: left out or null where there is none, as the shape has it."""
    if value is ABSENT:
        return
    if value is None and field.is_optional:
        return
    item[name] = value


def missing(name: str, field: Field, value: Any, faults: list[str]) -> bool:
    """Whether a field has no value; a fault if it must have one."""
    if value is not None:
        return False
    if not field.is_optional and not field.is_nullable:
        faults.append(f"{name}: has no value")
    return True


def field_of(shape: FeedShape | Record, name: str) -> Field | None:
    """A field of a shape by its name, `image.url` being a field of a field; None if there is none."""
    record = shape.item if isinstance(shape, FeedShape) else shape
    first, _, rest = name.partition(".")
    field = record.fields.get(first)
    if field is None or not rest:
        return field
    return field_of(field.type, rest) if isinstance(field.type, Record) else None


# Records and lists


def _parsed(value: Any, name: str, kind: type, word: str, faults: list[str]) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_constant=_no_constant)
        except ValueError:
            faults.append(f"{name}: {shown(value)} is not JSON")
            return ABSENT
        if value is None:
            return None
    if not isinstance(value, kind):
        faults.append(f"{name}: {shown(value)} is not {word}")
        return ABSENT
    return value


def _no_constant(_: str) -> None:
    raise ValueError


def _list(kind: ListOf) -> Cast:
    element = of_type(kind.element)
    takes_null = isinstance(kind.element, Scalar) and kind.element.kind in ("string_or_null", "json")

    def cast(value: Any, name: str, faults: list[str]) -> Any:
        values = _parsed(value, name, list, "a list", faults)
        if values is ABSENT or values is None:
            return values
        made = []
        for each in values:
            if each is None and not takes_null:
                faults.append(f"{name}: an element is null")
                continue
            made.append(element(each, name, faults))
        if any(each is ABSENT for each in made):
            return ABSENT
        # An empty list is null in every feed.
        return made or None

    return cast


def _record(kind: Record) -> Cast:
    fields = {name: (field, of_type(field.type)) for name, field in kind.fields.items()}

    def cast(value: Any, name: str, faults: list[str]) -> Any:
        given = _parsed(value, name, dict, "an object", faults)
        if given is ABSENT or given is None:
            return given
        before = len(faults)
        made: dict[str, Any] = {}
        for each, (field, cast_field) in fields.items():
            inner = given.get(each)
            if missing(f"{name}.{each}", field, inner, faults):
                put(made, each, field, None)
            else:
                put(made, each, field, cast_field(inner, f"{name}.{each}", faults))
        for each in given.keys() - fields.keys():
            if kind.is_open:
                made[each] = given[each]
            else:
                faults.append(f"{name}.{each}: is no field of {name}")
        return made if len(faults) == before else ABSENT

    return cast


# Scalars


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, int | float):
        return str(text(value, ""))
    raise Wrong


def _utf8(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong("is not valid UTF-8 text") from None
    return value


def _key(value: Any) -> str:
    made = _string(value)
    if not made:
        raise Wrong("is empty")
    return made


_TRUE = frozenset({"1", "true", "t", "yes"})
_FALSE = frozenset({"", "0", "false", "f", "no"})


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
    elif isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    raise Wrong


_DECIMAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise Wrong
        stripped = value.strip()
        value = int(stripped) if stripped.lstrip("+-").isdecimal() else float(stripped)
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return int(value)
    raise Wrong


def _integer(value: Any) -> int:
    number = _number(value)
    if isinstance(number, float):
        raise Wrong
    return number


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, bool):
        return value
    return _number(value) if isinstance(value, int | float) else _string(value)


@lru_cache(maxsize=4096)
def _moment(value: str) -> datetime:
    """A time as people and programs write it, as UTC, cut to seconds."""
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise Wrong(f"{shown(value)} is not a time") from None


def _date_time(value: Any) -> str:
    return _timed(value).strftime("%Y-%m-%d %H:%M:%S")


def _rfc3339(value: Any) -> str:
    return _timed(value).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _timed(value: Any) -> datetime:
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is not a time")
    moment = _moment(value)
    if moment.year < 1000:  # strftime writes fewer digits then, and no shop means it
        raise Wrong(f"{shown(value)} is not a time")
    return moment


def _matching(pattern: str) -> Callable[[Any], str]:
    compiled = re.compile(pattern, re.ASCII)

    def convert(value: Any) -> str:
        made = _string(value)
        if not compiled.fullmatch(made):
            raise Wrong
        return made

    return convert


def _nothing(value: Any) -> None:
    raise Wrong(f"{shown(value)} where the feed never has a value")


def _string_or_null(value: Any) -> str | None:
    return None if value is None else _string(value)


def _order_state(value: Any) -> int:
    state = _integer(value)
    if not 0 <= state <= 10:
        raise Wrong
    return state


def _json(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(_utf8(value), parse_constant=_no_constant)
        except ValueError:
            raise Wrong(f"{shown(value)} is not JSON") from None
    if isinstance(value, dict):
        return {str(name): _json_inside(inner) for name, inner in value.items()}
    return [_json_inside(each) for each in value] if isinstance(value, list) else _scalar(value)


def _json_inside(value: Any) -> Any:
    """What stands in a list or an object: texts are texts there."""
    return value if value is None or isinstance(value, str) else _json(value)


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "string": _string,
    "key": _key,
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "scalar": _scalar,
    "date_time": _date_time,
    "rfc3339": _rfc3339,
    "any_time": _date_time,
    "base64": _matching(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"),
    "md5": _matching(r"[0-9a-f]{32}"),
    "sha1": _matching(r"[0-9a-f]{40}"),
    "group_or_all": _matching(r"0|[0-9a-f]{40}"),
    "uuid": _matching(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "one_of": _string,
    "string_or_null": _string_or_null,
    "nothing": _nothing,
    "order_state": _order_state,
    "json": _json,
}
