"""What a query may cost: how long and deep it is, how many fields and products it asks for, and for how long."""

import time
from typing import Any

LONGEST_QUERY = 65_536
MOST_TOKENS = 15_000
DEEPEST = 15
MOST_FIELDS = 1_000
MOST_PRODUCTS = 20_000
SECONDS = 10.0


class Budget:
    """What one request may still take of products and of time."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error
        self._left = MOST_PRODUCTS
        self.begin()

    def begin(self) -> None:
        """Count the time from here on."""
        self._end = time.monotonic() + SECONDS

    def spend(self) -> None:
        """One product more."""
        self._left -= 1
        if self._left < 0:
            raise self._error(f"query too complex: it asks for more than {MOST_PRODUCTS} products")
        self.check()

    def check(self) -> None:
        """Whether there is any time left."""
        if time.monotonic() > self._end:
            raise self._error(f"query too complex: it takes more than {SECONDS:g} s")


def too_much(graphql: Any, document: Any) -> list[Any]:
    """Whether a query is too deep, or has too many fields, its fragments written out."""
    fragments = {row.name.value: row for row in document.definitions if row.kind == "fragment_definition"}
    memo: dict[str, tuple[int, int]] = {}

    def measure(selections: Any, open_names: tuple[str, ...]) -> tuple[int, int]:
        depth = fields = 0
        for node in selections.selections if selections else ():
            if node.kind == "field":
                below, more = measure(node.selection_set, open_names)
                # What is asked of the schema is deep by its nature, and has a limit of its own.
                below, more = 0 if node.name.value.startswith("__") else below + 1, more + 1
            elif node.kind == "inline_fragment":
                below, more = measure(node.selection_set, open_names)
            else:
                name = node.name.value
                if name in open_names or name not in fragments:
                    continue
                if name not in memo:
                    memo[name] = measure(fragments[name].selection_set, (*open_names, name))
                below, more = memo[name]
            depth, fields = max(depth, below), fields + more
        return depth, fields

    for row in document.definitions:
        if row.kind != "operation_definition":
            continue
        depth, fields = measure(row.selection_set, ())
        if depth > DEEPEST:
            return [graphql.GraphQLError(f"query too complex: it is {depth} levels deep, {DEEPEST} are allowed")]
        if fields > MOST_FIELDS:
            return [graphql.GraphQLError(f"query too complex: it has {fields} fields, {MOST_FIELDS} are allowed")]
    return []
