"""graphql-core's executor, with a short way for values that are ready: five of six fields of a page of products.

It answers a field itself only where completing the value would give the value:
a text for a String, a number for a number of its kind, null where null may be.
Everything else, each error among it, goes graphql-core's own way.
"""

from math import isfinite
from typing import Any, NamedTuple

_KINDS: dict[str, type] = {"String": str, "ID": str, "Int": int, "Float": float, "Boolean": bool}


class Ready(NamedTuple):
    """Which values of a field are complete as they are."""

    kind: type | None = None
    takes_null: bool = False
    takes_texts: bool = False  # a list of them


def options_of(graphql: Any) -> dict[str, Any]:
    """What to execute with; versions before 3.3 have no executor of one's own, and are only slower."""
    base = getattr(graphql.execution, "Executor", None)
    return {"executor_class": _quick(graphql, base)} if base else {}


def _quick(graphql: Any, base: Any) -> type:
    kinds: dict[tuple[str, str], Ready] = {}

    class Quick(base):  # type: ignore[misc]  # it is known only once graphql-core is loaded
        """The executor with the short way."""

        def execute_field(self, parent_type: Any, source: Any, details: Any, *more: Any) -> Any:
            if type(source) is dict and not self.middleware_manager:
                name = details[0].node.name.value
                value = source.get(name)
                key = parent_type.name, name
                ready = kinds.get(key)
                if ready is None:
                    ready = kinds[key] = _ready(graphql, self.schema, parent_type, name)
                if type(value) is ready.kind:
                    # What is no number of JSON is an error.
                    if ready.kind is not float or isfinite(source[name]):
                        return value
                elif value is None and ready.takes_null:
                    return value
                if ready.takes_texts and type(value) is list and all(type(text) is str for text in value):
                    return value
            return super().execute_field(parent_type, source, details, *more)

    return Quick


def _ready(graphql: Any, schema: Any, parent: Any, name: str) -> Ready:
    field = parent.fields.get(name)
    if field is None:  # __typename, and what there is not
        return Ready(str if name == "__typename" else None)
    inner, takes_null = field.type, True
    if graphql.is_non_null_type(inner):
        inner, takes_null = inner.of_type, False
    if graphql.is_list_type(inner):
        element = inner.of_type.of_type if graphql.is_non_null_type(inner.of_type) else inner.of_type
        return Ready(None, takes_null, getattr(element, "name", "") in ("String", "ID"))
    return Ready(_KINDS.get(inner.name), takes_null)
