"""What feeds read of a shop: table -> columns, so that a mirror copies these and nothing else.

SQLite itself says it of every query that a feed's module, or one that it imports, has in its file; what a feed
watches and walks is read as well.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType

from saasexport.errors import ShopError
from saasexport.feed import Feed
from saasexport.feeds.own import reads
from saasexport.feeds.own.loaded import Loaded
from saasexport.queries import Queries, fold
from saasexport.setup import feed_set
from saasexport.stdlib import Any, sqlite3

# The modules that ask a shop: of feeds that are built in, of what several of them ask, and of pairs in a folder.
ASKING = ("saasexport.feeds.", "saasexport.shop.", "saasexport_feeds_")

Columns = dict[str, set[str]]


def of_feeds(shop: sqlite3.Connection, feeds: Iterable[Feed], loaded: Mapping[str, Loaded]) -> Columns:
    """What these feeds read of a shop, of which the tables are enough; `loaded` are those of files."""
    schema = reads.Schema(shop)
    columns: Columns = {}
    # What UUIDs are made from, whatever the feeds.
    texts = {feed_set.SQL.base_url: None}
    for feed in feeds:
        for subscription in feed.all_subscriptions():
            _add(columns, {subscription.table: {subscription.column}})
        for query in loaded[feed.name].queries.values() if feed.name in loaded else ():
            _add(columns, _with_joined(query.text, query.reads.columns, schema))
        texts |= dict.fromkeys(_queries(feed))
    for text in texts:
        try:
            _add(columns, _with_joined(text, reads.of_query(shop, schema, text, _Parameters()).columns, schema))
        except reads.Refused:
            continue  # of a table that this shop lacks
    return columns


def _add(columns: Columns, more: Mapping[str, set[str]]) -> None:
    for table, some in more.items():
        columns.setdefault(table, set()).update(name for name in some if name)


# SQLite does not say that it reads the columns that tables are joined by without their names.
_USING = re.compile(r"\busing\s*\(([^)]*)\)", re.IGNORECASE)
_NATURAL = re.compile(r"\bnatural\b", re.IGNORECASE)


def _with_joined(query: str, columns: Mapping[str, set[str]], schema: reads.Schema) -> Columns:
    """What a query reads, with the columns that its tables are joined by."""
    # Names in quotes are blanks in the code, and are taken from the text.
    code = reads.code(query)
    names = {
        fold(name.strip(' \t\n"`[]'))
        for using in _USING.finditer(code)
        for name in query[using.start(1) : using.end(1)].split(",")
    }
    is_natural = bool(_NATURAL.search(code))
    return {
        table: some | {name for small, (name, *_) in schema.columns(table).items() if is_natural or small in names}
        for table, some in columns.items()
    }


def list_unanswered(shop: sqlite3.Connection, feed: Feed) -> list[str]:
    """What SQLite says of those of a feed's queries that a shop with these tables and columns cannot answer."""
    reasons: dict[str, None] = {}
    watched = {subscription.table for subscription in feed.all_subscriptions()}
    for text in dict.fromkeys(_queries(feed)):
        if watched.isdisjoint(re.findall(r"\w+", text)):
            continue  # of a module that several feeds share, for others than this one
        try:
            shop.execute(f"explain {text}", _Parameters()).fetchall()
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # it is locked, or broken
                raise ShopError(f"{feed.name}: the shop cannot be read: {error}") from error
            reasons[str(error)] = None
    return list(reasons)


def _queries(feed: Feed) -> Iterator[str]:
    yield from filter(None, (feed.walk, feed.count, feed.near, *feed.vias.values(), *feed.id_types.values()))
    yield from of_modules(sys.modules[name] for name in asking_modules(feed))


def of_modules(modules: Iterable[ModuleType]) -> Iterator[str]:
    """Every query that modules have in their files."""
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Queries):
                yield from (getattr(value, name) for name in value)


def asking_modules(feed: Feed) -> set[str]:
    """The names of the modules that a feed's items are made by."""
    makers = (feed.assemble, feed.fingerprint, *((feed.due.next, feed.due.ids) if feed.due else ()))
    waiting = [getattr(maker, "__module__", "") or "" for maker in makers]
    names: set[str] = set()
    while waiting:
        name = waiting.pop()
        is_asking = f"{name}.".startswith(ASKING) and not name.startswith("saasexport.feeds.own")
        if name in names or not is_asking or name not in sys.modules:
            continue
        names.add(name)
        for value in vars(sys.modules[name]).values():
            waiting.append(value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "") or "")
    return names


class _Parameters(dict[str, Any]):
    """A value for whatever a query names."""

    def __missing__(self, name: str) -> Any:
        return 0 if name == "limit" else "[]"
