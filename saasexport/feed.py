"""What a feed is, and the shop as a feed sees it.

A feed is a declaration (`FEED`, at the end of its module) and a function that
assembles items.  It knows the shop's tables and the service's fields, and
nothing of triggers, hashes, statuses or HTTP: those are the engine's, which is
the same for all feeds.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from saasexport import clock, stdlib
from saasexport.entity_key import INTEGER, EntityId, Key
from saasexport.errors import InvalidValue, ShopError, TooSlow
from saasexport.queries import NO_QUERIES, Queries, quote
from saasexport.stdlib import UTC, Any, NamedTuple, TypeVar, datetime, sqlite3, timedelta
from saasexport.values import DATE_TIME, TOO_LONG

Reference = TypeVar("Reference")

# What follows an id in the rows of a query, by that id.
Grouped = dict[Any, list[tuple[Any, ...]]]

# The key of such a row may change every item of the feed, so the feed is walked anew.
EVERYTHING = "everything"

# The bytes that the values of one column may come to, of all entities read at once ...
WEIGHT = 4_194_304

# ... and how long each may be, however many they are.
SHORT = 32_768

# SQLite's instructions between two looks at the clock: a millisecond or so.
INSTRUCTIONS = 20_000


class Subscription(NamedTuple):
    """A table of the shop whose changes lead to items of a feed.

    The triggers write the value of `column` into the feed's changelog.
    Without `via` that is an entity id of the feed.  With it, the feed's query
    `via_<via>` turns such keys into entity ids when the changelog is read.
    """

    table: str
    column: str = "entity_id"
    via: str | None = None


class Setting(NamedTuple):
    """Rows of the shop that may change every item: those of a table where a column has one of some values."""

    table: str
    column: str
    values: tuple[Any, ...]

    @property
    def via(self) -> str:
        """The name under which their changes stand in a changelog; none of a query."""
        return "configuration" if self.table == "core_config_data" else f"{self.table}.{self.column}"


class FailedItem(NamedTuple):
    """An item that cannot be assembled or sent: what identifies it, as far as it is known, and why."""

    identity: dict[str, Any]
    error: str
    # The engine's.
    entity_id: EntityId = 0
    conflict: str | None = None  # the feed_id of the identity that another entity has
    is_whole: bool = False  # it stands for all items of its entity, of which nothing is known


class EntityItems(NamedTuple):
    """The items of one entity of the shop.

    Each item is `common` and one of `parts` together; no key stands in both.
    What all items of the entity share is encoded once.  Without `parts` there is one item.
    """

    id: EntityId
    common: dict[str, Any]
    parts: Sequence[dict[str, Any]] = ({},)
    failed: Sequence[FailedItem] = ()
    fingerprint: str = ""  # of a feed that has any, the same that Feed.fingerprint gives


class Items:
    """The items of an entity while they are made: one with an invalid value fails, and its neighbours go on."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []
        self.failed: list[FailedItem] = []

    def add(self, identity: dict[str, Any], make: Callable[..., dict[str, Any] | None], *arguments: Any) -> None:
        """Add an item: its identity and what `make` gives of these arguments; None adds nothing, InvalidValue fails."""
        try:
            item = make(*arguments)
        except InvalidValue as error:
            self.failed.append(FailedItem(identity, str(error)))
        else:
            if item is not None:
                self.parts.append({**identity, **item})

    def of(self, entity_id: EntityId, common: dict[str, Any] | None = None) -> EntityItems:
        """These items as those of an entity, with what they have in common."""
        return EntityItems(entity_id, common or {}, self.parts, self.failed)


class TooHeavy(Exception):
    """Values are too long for so many entities to be read at once: fewer are."""


class Shop:
    """The shop as one pass sees it.

    Every read is a short one: a query is fetched whole and leaves no lock
    behind.  Reference data (store views, attributes, labels) is read once per
    pass; a change made meanwhile is in a changelog and comes with the next.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        now: datetime | None = None,
        look_back_days: int = 7,
        uuid_of: Callable[[str, EntityId], str] | None = None,
        feed: str = "",
        exclude: Sequence[str] = (),
        max_body: int = 4_194_304,
    ) -> None:
        self.connection = connection
        # The moment of the pass, UTC: rules that depend on the day ask it.
        self.now = now or datetime.now(UTC)
        self.look_back_days = look_back_days
        # Fields that the configuration leaves out of this feed's items, as `exclude` names them.
        self.exclude = exclude
        # (type, entity id) -> UUID, for feeds whose items carry one (feeds.md 5).
        self.uuid_of = uuid_of or _no_uuid
        # The feed's name, for what is said when the shop cannot be read.
        self.feed = feed
        # Whether parts of configurable products name their options as those do: a destination may want that.
        self.wants_variant_ids = False
        # Provider, entities, seconds: told of each measured call, if anybody wants to know (EXPORTER_PROFILER).
        self.profiler: Callable[[str, int, float], None] | None = None
        # A text longer than this has no place in an item; it is not read.
        self.max_body = max_body
        # What every query may name, and the seconds that each may take (0: any), for feeds of one's own.
        self.parameters: dict[str, Any] = {}
        self.seconds: float = 0
        # Where a query stands in the feed's file: (path, line), and its name.
        self.places: dict[str, tuple[str, int, str]] = {}
        self._is_alone = False
        self._reference: dict[Callable[[Shop], Any], Any] = {}

    @property
    def since(self) -> str:
        """Where a look-back of a full sync begins, as text; empty for all."""
        if not self.look_back_days:
            return ""
        return clock.text(self.now - timedelta(days=self.look_back_days))

    def rows(self, query: str, ids: Iterable[EntityId] | None = None, **parameters: Any) -> list[Any]:
        """All rows of a query, as tuples; `ids` fills its `:ids`, a JSON list, or is one.

        ShopError if they cannot be read.
        """
        if self.parameters:
            parameters = {**self.parameters, **parameters}
        if ids is not None:
            parameters["ids"] = ids if type(ids) is str else json_list(ids)
        with reading_shop(self.feed), self._limit_time(query):
            try:
                return self.connection.execute(query, parameters).fetchall()
            except sqlite3.DataError as error:
                if "too big" not in str(error):
                    raise
                if not self._is_alone:
                    raise TooHeavy from error
                return self._without_long_texts(query, parameters)
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
                # Text that is not UTF-8, somewhere among the rows: read it so that the
                # bad bytes stay recognisable, and the one item that has them is set aside.
                return self._tolerantly(query, parameters)

    def group(self, query: str, ids: Iterable[EntityId] | None = None, **parameters: Any) -> Grouped:
        """The rows of a query by their first column, which they go on without; in their order."""
        rows: Grouped = {}
        for row in self.rows(query, ids, **parameters):
            if row[0] in rows:
                rows[row[0]].append(row[1:])
            else:
                rows[row[0]] = [row[1:]]
        return rows

    @contextmanager
    def reading(self, entities: int) -> Iterator[None]:
        """Read that many entities at once: none of their values may take more than its share (TooHeavy).

        Of one alone, a text that is longer than an item may be comes as the mark that `values` knows.
        """
        before, self._is_alone = self._is_alone, entities == 1
        share = self.max_body if self._is_alone else max(SHORT, min(WEIGHT, self.max_body) // entities)
        usual = self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, share)
        try:
            yield
        finally:
            self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, usual)
            self._is_alone = before

    @contextmanager
    def _limit_time(self, query: str) -> Iterator[None]:
        """Interrupt a query that takes longer than it may, as TooSlow."""
        if not self.seconds:
            yield
            return
        end = time.monotonic() + self.seconds
        self.connection.set_progress_handler(lambda: time.monotonic() > end, INSTRUCTIONS)
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            path, line, name = self.places.get(query, ("", 0, ""))
            which = f"query {name}" if name else "a query"
            reason = f"{which} takes longer than {self.seconds:g} s for one chunk of entities"
            raise TooSlow(self.feed, (path, line), reason) from error
        finally:
            self.connection.set_progress_handler(None, 0)

    def once(self, load: Callable[["Shop"], Reference]) -> Reference:
        """What `load` gives for this shop, read at the first call of this pass."""
        if load not in self._reference:
            self._reference[load] = load(self)
        found: Reference = self._reference[load]
        return found

    def measure(self, provider: str, entities: int, ask: Callable[..., Reference], *arguments: Any) -> Reference:
        """What a part of a feed gives for some entities; how long it took is told to the profiler."""
        if self.profiler is None:
            return ask(*arguments)
        started = time.perf_counter()
        found = ask(*arguments)
        self.profiler(provider, entities, time.perf_counter() - started)
        return found

    def _without_long_texts(self, query: str, parameters: dict[str, Any]) -> list[Any]:
        share = self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, -1)
        self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2**31 - 1)
        try:
            columns = self.connection.execute(f"select * from (\n{query}\n) limit 0", parameters).description
            names = [f"column{number}" for number in range(len(columns))]
            short = ", ".join(
                f"case when length({name}) > {self.max_body} then cast('{TOO_LONG}' || length({name}) as blob)"
                f" else {name} end"
                for name in names
            )
            bounded = f"with everything ({', '.join(names)}) as (\n{query}\n) select {short} from everything"
            return self._tolerantly(bounded, parameters)
        finally:
            self.connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, share)

    def _tolerantly(self, query: str, parameters: dict[str, Any]) -> list[Any]:
        usual = self.connection.text_factory
        self.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            return self.connection.execute(query, parameters).fetchall()
        finally:
            self.connection.text_factory = usual


def json_list(ids: Iterable[Any]) -> str:
    """Entity ids, or numbers of rows, as the JSON list a query's `:ids` wants.

    What a shop's column holds and JSON has no word for, bytes and infinity, names no row and is left out.
    """
    ids = list(ids)
    try:
        return _encode_ids(ids)
    except (TypeError, ValueError):
        return _encode_ids([each for each in ids if not isinstance(each, bytes) and each not in _INFINITE])


_encode_ids = stdlib.json_encoder(ascii_only=True)
_INFINITE = (float("inf"), float("-inf"))


@contextmanager
def reading_shop(feed: str) -> Iterator[None]:
    """Say of the shop, and of the feed that reads it, what SQLite says: two databases are open, and either may fail."""
    try:
        yield
    except sqlite3.Error as error:
        raise ShopError((f"{feed}: " if feed else "") + f"the shop cannot be read: {error}") from error


def _no_uuid(kind: str, entity_id: EntityId) -> str:
    raise LookupError(f"no UUIDs are assigned here, {kind} {entity_id} asked for one")


class Due(NamedTuple):
    """When items change without any write to the shop, because a day has come.

    `next` gives the first such moment after `shop.now`, or None; `ids` the
    entities concerned by moments after `since` and not after `shop.now`.
    """

    next: Callable[[Shop], datetime | None]
    ids: Callable[[Shop, datetime], Iterable[int]]


_NONE: dict[str, Any] = {}


class Declaration(NamedTuple):
    """What a feed says of itself."""

    name: str
    identity: tuple[str, ...]  # the fields that identify an item, in the order of the hash
    entity: tuple[str, str]  # the table whose rows are the entities, and its key column
    assemble: Callable[[Shop, Sequence[int]], Iterable[EntityItems]]
    subscriptions: tuple[Subscription, ...] = ()
    minimal: tuple[str, ...] = ()  # what is kept of an item, and sent when it is deleted, besides the identity
    table: str = ""  # its feed table
    view: str = ""  # its changelog is <view>_cl
    indexer: str = ""  # the indexer's id
    title: str = ""  # as the indexer commands print it
    sql: Queries = NO_QUERIES  # where `walk`, `count` and the vias are, as via_<via>, unless they are given here
    walk: str = ""  # SQL: entity ids after :after, ascending, :limit of them (:since for a look-back, as text)
    # SQL: the number of items a full sync would produce, of entities :after to :upto if it names them; one an entity
    count: str = ""  # type: ignore[assignment]  # tuples have a method of that name, which nobody asks a feed for
    vias: dict[str, str] = _NONE  # via -> SQL: entity ids of :keys, a JSON list
    settings: tuple[Setting, ...] = ()
    legacy: bool = False  # collected first, sent by another job
    exporter: str = "saas_data_exporter"  # the job that sends what a legacy feed collected
    batch_size: int = 100
    time_field: str = "modifiedAt"  # the time of export
    time_format: str = DATE_TIME
    varying: tuple[str, ...] = ()  # fields that usually differ between the items of an entity, see items.py
    unhashed: tuple[str, ...] = ()  # further fields that are sent but make no item new
    # --id-type -> SQL: entity ids of :keys, texts, or of :ids, entity ids; '' is itself
    id_types: dict[str, str] = _NONE
    near: str = ""  # SQL: how the shop writes :key, of the id type that is text, in another letter case
    key: Key = INTEGER
    due: Due | None = None
    # What entities say of something that is written all the time and seldom changes an item (stock), as a short
    # text each: changes that come through `fingerprint_vias` have an entity assembled only if its text differs.
    fingerprint: Callable[[Shop, Iterable[int]], dict[int, str]] | None = None
    fingerprint_vias: tuple[str, ...] = ()
    # Vias of what entities share (a store, a product): they lead to those that `walk` gives within the look-back, and
    # to those on record.
    look_back_vias: tuple[str, ...] = ()
    # Of a feed of one's own: its file, the values that its queries may name beside ours, how many seconds each may
    # take for a chunk, and what tells that the file is another than it was.
    origin: str = ""
    parameters: dict[str, Any] = _NONE
    seconds: float = 0
    places: dict[str, tuple[str, int, str]] = _NONE  # query -> the file, the line of its name, and its name
    digest: str = ""
    fault: str = ""  # why there is a name only: its file cannot be used


class Feed(Declaration):
    """One kind of data that is sent (feeds.md 1.1 and 1.2).

    What is not said is derived: names from `name`, queries from `sql` and `entity`, and the entity's own table is
    subscribed to.  Subscriptions to one key are joined, so that a write of the shop costs one row.
    """

    __slots__ = ()

    def __new__(cls, *arguments: Any, **fields: Any) -> "Feed":
        """Fill in what is derived."""
        made = super().__new__(cls, *arguments, **fields)
        table = made.table or f"cde_{''.join(_words(made.name))}_feed"
        view = made.view or table
        subscriptions, vias = _join(made._subscriptions(), made._vias())
        return made._replace(
            table=table,
            view=view,
            indexer=made.indexer or view,
            title=made.title or f"{''.join(_words(made.name, ' ')).title()} Feed",
            walk=made.walk or made._query("walk") or _of_entity(WALK, made.entity, made.key),
            count=made.count or made._query("count") or _of_entity(COUNT, made.entity, made.key),
            subscriptions=subscriptions,
            vias=vias,
        )

    def with_fields(self, **fields: Any) -> "Feed":
        """This feed with other fields; what is derived of them is derived anew."""
        return Feed(**{**self._asdict(), **fields})

    @property
    def changelog(self) -> str:
        """The changelog's table in the shop."""
        return self.view + "_cl"

    def all_subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions, those to settings included."""
        settings = (Subscription(setting.table, setting.column, setting.via) for setting in self.settings)
        return (*self.subscriptions, *dict.fromkeys(settings))

    def setting_keys(self) -> dict[str, set[str]]:
        """The values of the settings, as texts, by the name under which changes stand in the changelog."""
        keys: dict[str, set[str]] = {}
        for setting in self.settings:
            keys.setdefault(setting.via, set()).update(map(str, setting.values))
        return keys

    def _query(self, name: str) -> str:
        query: str = getattr(self.sql, name) if name in self.sql else ""
        return query

    def _subscriptions(self) -> tuple[Subscription, ...]:
        own = Subscription(*self.entity)
        is_given = any((each.table, each.column) == self.entity for each in self.subscriptions)
        return self.subscriptions if is_given else (own, *self.subscriptions)

    def _vias(self) -> dict[str, str]:
        named = (each.via for each in self.subscriptions if each.via and each.via != EVERYTHING)
        return {via: self.vias.get(via) or getattr(self.sql, f"via_{via}") for via in named}


# The entities of a feed that says nothing else: the values of its key column, each once.  The names are quoted and
# qualified, as a table may be called `order`, and SQLite takes a lone "name" that is no column for a text.
WALK = """
select distinct {key}
  from {table}
 where {key} > :after
 order by {key}
 limit :limit
""".strip()

# The items of a feed that has one for each entity.
COUNT = """
select count(distinct {key})
  from {table}
 where {key} > :after
   and {key} <= :upto
""".strip()


def _of_entity(query: str, entity: tuple[str, str], key: Key) -> str:
    table, column = map(quote, entity)
    # Texts are in the order of their bytes, as in our tables, whatever the column says of letter case.
    collation = " collate binary" if key.kind == "text" else ""
    return query.format(table=table, key=f"{table}.{column}{collation}")


# The entities that are themselves the keys.
_THEMSELVES = "select value\n  from json_each(:keys)"


def _words(name: str, between: str = "_") -> Iterator[str]:
    for letter in name:
        yield between + letter.lower() if letter.isupper() else letter


def _join(
    subscriptions: Iterable[Subscription], vias: dict[str, str]
) -> tuple[tuple[Subscription, ...], dict[str, str]]:
    """The subscriptions, one per table and column, and the queries of their vias.

    Of several one is named after the table (and the column, where that name is taken), and its query finds what all
    of them find.
    """
    wanted: dict[tuple[str, str], list[str | None]] = {}
    for each in dict.fromkeys(subscriptions):
        wanted.setdefault((each.table, each.column), []).append(each.via)
    joined: list[Subscription] = []
    queries: dict[str, str] = {}
    for (table, column), names in wanted.items():
        via = names[0]
        if EVERYTHING in names:
            via = EVERYTHING
        elif len(names) > 1:
            via = table
            elsewhere = {each for key, others in wanted.items() if key != (table, column) for each in others}
            while via in elsewhere or via in queries:
                via += f".{column}"
            finding = dict.fromkeys(vias[name] if name else _THEMSELVES for name in names)
            queries[via] = "\nunion\n".join(f"select * from (\n{query}\n)" for query in finding)
        elif via:
            queries[via] = vias[via]
        joined.append(Subscription(table, column, via))
    return tuple(joined), queries
