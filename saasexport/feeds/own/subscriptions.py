"""What the feed of a file is subscribed to: what its lines say, and every table that is read and has no line.

What the file leaves open is derived so that nothing can be missed: a table that
is read and not watched has every item compared when it changes.
"""

from collections.abc import Iterator

from saasexport.feed import EVERYTHING, Setting, Subscription
from saasexport.feeds.own.loaded import Loaded, near
from saasexport.feeds.own.reads import Schema
from saasexport.queries import fold


class Subscriptions:
    """What changes of a shop a file's feed hears of."""

    def __init__(self, loaded: Loaded, schema: Schema) -> None:
        self.loaded = loaded
        self.schema = schema
        self._fault = loaded.add_fault

    def require(self, line: int, word: str, table: str, column: str = "") -> bool:
        """Whether the shop has a table that can be watched, and its column."""
        kind = self.schema.kind(table)
        if kind != "table" or fold(table).startswith("sqlite_"):
            reason = f"no table {table}{near(table, self.schema.names())}" if not kind else f"{table} is a {kind}"
            if kind == "view":
                reason += ", which cannot be watched: name the tables that it reads"
            elif kind:
                reason = f"{table} is a virtual table, or one of SQLite's own, which cannot be watched"
            self._fault(line, f"{word}: {reason}")
            return False
        columns = self.schema.columns(table)
        if column and fold(column) not in columns:
            names = [name for name, _, _ in columns.values()]
            self._fault(line, f"{word}: {table} has no column {column}{near(column, names)}")
            return False
        return True

    def read(self) -> tuple[list[Subscription], tuple[Setting, ...]]:
        """What the feed is subscribed to; what cannot be watched is a fault of the file."""
        subscriptions: list[Subscription] = []
        settings: list[Setting] = []
        for watch in self.loaded.head.watches:
            if not self.require(watch.line, "watch", watch.table, watch.column):
                continue
            if watch.via and watch.via not in self.loaded.vias:
                meant = near(watch.via, self.loaded.vias)
                self._fault(watch.line, f"watch: there is no query via_{watch.via}{meant}")
            subscriptions.append(Subscription(*self.place(watch.table, watch.column), watch.via or None))
        for watch in self.loaded.head.everything:
            if not self.require(watch.line, "everything", watch.table, watch.column):
                continue
            place = self.place(watch.table, watch.column or self.schema.key_column(watch.table))
            if watch.values:
                settings.append(Setting(*place, watch.values))
            else:
                subscriptions.append(Subscription(*place, EVERYTHING))
        for table, line in self.loaded.head.unwatched_lines.items():
            if not self.schema.kind(table):
                self._fault(line, f"unwatched: no table {table}{near(table, self.schema.names())}")
        subscriptions += self._find_unnamed()
        own = Subscription(*self.place(self.loaded.head.table, self.loaded.head.column))
        return [own, *subscriptions], tuple(settings)

    def place(self, table: str, column: str) -> tuple[str, str]:
        """A table and a column as the shop writes them."""
        return self.schema.name(table), self.schema.columns(table)[fold(column)][0]

    def _find_unnamed(self) -> Iterator[Subscription]:
        """The tables that are read and have no line: every item is compared when one changes."""
        head = self.loaded.head
        named = {fold(each.table) for each in (*head.watches, *head.everything)} | set(head.unwatched)
        queries = [query for query in self.loaded.queries.values() if not query.is_of_keys]
        tables = dict.fromkeys(table for query in queries for table in query.reads.columns)
        repeated = {table for query in queries for table in query.reads.repeated}
        own = self.schema.name(self.loaded.head.table)
        for table in tables:
            if fold(table) in named or (table == own and own not in repeated):
                continue
            if self.schema.kind(table) != "table" or fold(table).startswith("sqlite_"):
                line = next(query.line for query in queries if table in query.reads.columns)
                self._fault(line, f"{table} is read and cannot be watched; say so: -- unwatched: {table}, and why")
                continue
            self.loaded.compared.append(table)
            yield Subscription(table, self.schema.key_column(table), EVERYTHING)
