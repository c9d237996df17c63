"""What is wrong with an item, an entry for each fault, in the words of the library that Adobe's answers come from."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Schema = dict[str, Any]

KINDS = {"string": str, "boolean": bool, "array": list, "object": dict}

# The pattern of ECMA, as the schema has it: its end is the end of the text.
_END = re.compile(r"\$$")


class Fault(NamedTuple):
    """What is wrong with a field."""

    code: str  # the name of the field
    message: str
    value: str


def faults_of(schema: Schema, value: Any, name: str = "") -> Iterator[Fault]:
    """Every fault of a value; `name` is the field that it stands in."""
    for kind, article in (("oneOf", "one and only one"), ("anyOf", "at least one")):
        if kind in schema:
            valid = sum(not any(faults_of(each, value, name)) for each in schema[kind])
            if valid == 0 or (kind == "oneOf" and valid > 1):
                message = f"must be valid to {article} schema, but {valid} are valid"
                yield Fault(name, message, "" if isinstance(value, dict) else _show(value))
            return
    if value is None and schema.get("nullable"):
        return
    if not _is_kind(schema["type"], value):
        yield Fault(name, f"{name}: {_kind_of(value)} found, {schema['type']} expected", _show(value))
    elif isinstance(value, dict):
        yield from _faults_of_record(schema, value)
    elif isinstance(value, list):
        for each in value:
            yield from faults_of(schema["items"], each, name)
    elif isinstance(value, str):
        yield from _faults_of_text(schema, value, name)
    elif schema["type"] == "integer" and not -(2**31) <= value < 2**31:
        yield Fault(name, f"{name}: {value} is no integer of 32 bits", _show(value))


def _faults_of_record(schema: Schema, record: dict[str, Any]) -> Iterator[Fault]:
    for name in schema["required"]:
        if name not in record:
            yield Fault(name, f"required property '{name}' not found", "")
    for name, value in record.items():
        if name in schema["properties"]:
            yield from faults_of(schema["properties"][name], value, name)
        elif schema.get("closed"):
            reason = "is not defined in the schema and the schema does not allow additional properties"
            message = f"property '{name}' {reason}"
            yield Fault(name, message, _show(value))


def _faults_of_text(schema: Schema, text: str, name: str) -> Iterator[Fault]:
    if "enum" in schema and text not in schema["enum"]:
        values = json.dumps(list(schema["enum"]))
        yield Fault(name, f"{name}: does not have a value in the enumeration {values}", text)
    if len(text) > schema.get("maxLength", len(text)):
        yield Fault(name, f"{name}: must be at most {schema['maxLength']} characters long", text)
    if len(text) < schema.get("minLength", 0):
        yield Fault(name, f"{name}: must be at least {schema['minLength']} characters long", text)
    if "pattern" in schema and not re.search(_END.sub(r"\\Z", schema["pattern"]), text):
        yield Fault(name, f"{name}: does not match the regex pattern {schema['pattern']}", text)


def _is_kind(kind: str, value: Any) -> bool:
    if kind in KINDS:
        return isinstance(value, KINDS[kind])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return kind == "number" or isinstance(value, int) or value.is_integer()


def _kind_of(value: Any) -> str:
    if value is None:
        return "null"
    for name, kind in KINDS.items():
        if isinstance(value, kind):
            return name
    return "integer" if isinstance(value, int) else "number"


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
