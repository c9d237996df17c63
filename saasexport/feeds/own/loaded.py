"""A feed's file as far as it is read: its head, its queries, and the feed, or the faults for which there is none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from saasexport.feed import Feed
from saasexport.feeds.own import reads
from saasexport.feeds.own.functions import Functions
from saasexport.feeds.own.head import Fault, Head
from saasexport.feeds.own.reads import Reads
from saasexport.shapes.declared import lines_of

# Queries of ours; every other name is a field's, or begins with via_ or id_.
OURS = ("items", "walk", "count", "due")

# What a query may use beside [shop.parameters].
PARAMETERS = {
    "items": ("ids", "now", "since"),
    "walk": ("after", "limit", "now", "since"),
    "count": ("after", "upto", "now", "since"),
    "due": ("now",),
    "keys": ("keys", "now"),
}


@dataclass
class Query:
    """A named query of a file."""

    name: str
    line: int  # of its name
    text: str
    reads: Reads = field(default_factory=Reads)

    def line_of(self, word: str) -> int:
        """The line in which a word stands first, else that of the query's name."""
        pattern = re.compile(rf"(?<![\w.]){re.escape(word)}(?!\w)")
        for number, line in enumerate(self.text.split("\n"), self.line + 1):
            if pattern.search(line):
                return number
        return self.line

    @property
    def is_of_keys(self) -> bool:
        """Whether it is asked with keys, as what finds entities by them is."""
        return self.name.startswith(("via_", "id_"))

    @property
    def parameters(self) -> tuple[str, ...]:
        """What it may use beside [shop.parameters]."""
        return PARAMETERS.get("keys" if self.is_of_keys else self.name, PARAMETERS["items"])

    @property
    def is_list(self) -> bool:
        """Whether its rows are elements of a list of the items."""
        return self.name not in OURS and not self.is_of_keys


@dataclass
class Loaded:
    """A file of a feed: the feed, or the faults for which there is none."""

    path: str
    head: Head
    feed: Feed | None = None
    faults: list[Fault] = field(default_factory=list)
    queries: dict[str, Query] = field(default_factory=dict)
    compared: list[str] = field(default_factory=list)  # tables that are read and have no line
    functions: Functions = field(default_factory=dict)  # that its queries may call

    @property
    def name(self) -> str:
        """The feed's name; empty if the file does not say it."""
        return self.head.feed

    @property
    def vias(self) -> dict[str, Query]:
        """The queries that lead from keys to entities, by the names that watch lines have for them."""
        return {name[4:]: query for name, query in self.queries.items() if name.startswith("via_")}

    @property
    def making_items(self) -> list[Query]:
        """The queries that items are made of."""
        return [query for query in self.queries.values() if query.name == "items" or query.is_list]

    def first_reading(self, table: str) -> int:
        """The line of the first query that reads a table, of those that items are made of if one does."""
        queries = (*self.making_items, *self.queries.values())
        return next((query.line for query in queries if table in query.reads.columns), 0)

    def add_fault(self, line: int, reason: str) -> None:
        """Add what is wrong, and at which line; 0: with the file as a whole."""
        self.faults.append(Fault(line, reason))

    def lines(self) -> list[str]:
        """The faults, as `file:line: reason`."""
        return [
            f"{self.path}:{fault.line}: {fault.reason}" if fault.line else f"{self.path}: {fault.reason}"
            for fault in sorted(self.faults)
        ]


def queries_of(text: str, faults: list[Fault]) -> Iterator[Query]:
    """The queries of a file, each once."""
    blocks: list[tuple[str, int, list[str]]] = []
    for number, line in enumerate(lines_of(text), 1):
        if line.startswith("-- name:"):
            blocks.append((line[8:].strip(), number, []))
        elif blocks:
            blocks[-1][2].append(line)
    first: dict[str, int] = {}
    for name, number, lines in blocks:
        if not name:
            faults.append(Fault(number, "expected -- name: NAME"))
        elif name in first:
            faults.append(Fault(number, f"query {name} stands twice, first in line {first[name]}"))
        else:
            first[name] = number
            query = "\n".join(lines).rstrip()
            end = reads.code(query).rstrip()
            yield Query(name, number, query[: len(end)].rstrip(";") if end.endswith(";") else query)


def near(name: str, names: Iterable[str]) -> str:
    """What may have been meant, as the end of a reason."""
    by_small = {each.lower(): each for each in names}
    near = get_close_matches(name.lower(), by_small, 1)
    return f"; did you mean {by_small[near[0]]}?" if near else ""
