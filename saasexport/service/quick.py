"""Compile a record of the schema into one function that says yes, with the number of names, or no.

Nearly every item is valid, so that answer has to be cheap: a walk over the
schema costs ten times as much as the generated source.  What the function
does not accept is looked at by `validation.problems()`, which has the last
word; so it may never accept what the walk refuses.  A test compares the two.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import cast

from saasexport.service.rules import check_of
from saasexport.service.scalars import TESTS, expression
from saasexport.shapes.words import Field, ListOf, Record, Scalar, Type

Test = Callable[[object], int]


def compile_test(record: Record) -> Test:
    """The number of names in a record that is valid, nested ones included, else 0; all is written out in place."""
    names = (f"v{number}" for number in count())
    namespace: dict[str, object] = dict(TESTS)
    lines = ["def accepts(item):", "    names = 0", "    try:"]
    lines += _test(record, "item", "        ", names, namespace)
    # A required field that is not there; everything else is asked for before it is used.
    lines += ["    except KeyError:", "        return 0", "    return names"]
    exec("\n".join(lines), namespace)  # noqa: S102  # made of our own schemas only
    return cast(Test, namespace["accepts"])


def scalar_test(scalar: Scalar) -> Test:
    """The test of one scalar alone."""
    namespace: dict[str, object] = dict(TESTS)
    exec(f"def accepts(v):\n    return {expression(scalar, 'v')}", namespace)  # noqa: S102  # as above
    return cast(Test, namespace["accepts"])


def _test(declared: Type, value: str, indent: str, names: Iterator[str], namespace: dict[str, object]) -> list[str]:
    """Lines that return False unless the variable `value` holds what was declared."""
    if isinstance(declared, Scalar):
        return [f"{indent}if not ({expression(declared, value)}): return False"]
    if isinstance(declared, ListOf):
        element = next(names)
        return [
            f"{indent}if type({value}) is not list or not {value}: return False",
            f"{indent}for {element} in {value}:",
            *_test(declared.element, element, indent + "    ", names, namespace),
        ]
    return _record_test(declared, value, indent, names, namespace)


def _record_test(
    record: Record, value: str, indent: str, names: Iterator[str], namespace: dict[str, object]
) -> list[str]:
    """As many keys as there are known ones, once those have been seen: so none is unknown."""
    known = next(names)
    required = sum(not field.is_optional for field in record.fields.values())
    lines = [f"{indent}if type({value}) is not dict: return False", f"{indent}{known} = {required}"]
    for key, field in record.fields.items():
        inner = indent
        if field.is_optional:
            lines += [f"{indent}if {key!r} in {value}:", f"{indent}    {known} += 1"]
            inner = indent + "    "
        lines += _field_test(field, f"{value}[{key!r}]", inner, names, namespace)
    if not record.is_open:
        lines.append(f"{indent}if len({value}) != {known}: return False")
    lines.append(f"{indent}names += {known}")
    for rule in record.rules:
        name = f"rule_{len(namespace)}"
        namespace[name] = check_of(rule)
        lines.append(f"{indent}if {name}({value}) is not None: return False")
    return lines


def _field_test(
    field: Field, source: str, indent: str, names: Iterator[str], namespace: dict[str, object]
) -> list[str]:
    value = next(names)
    lines = [f"{indent}{value} = {source}"]
    if not field.is_nullable:
        return lines + _test(field.type, value, indent, names, namespace)
    if isinstance(field.type, Scalar):
        # Most fields that may be null hold something else.
        return [*lines, f"{indent}if not ({expression(field.type, value)}) and {value} is not None: return False"]
    return [
        *lines,
        f"{indent}if {value} is not None:",
        *_test(field.type, value, indent + "    ", names, namespace),
    ]
