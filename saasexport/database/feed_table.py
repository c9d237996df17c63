"""What was sent, per item: staging before it is sent, recording how it went.

Nothing leaves before it stands here with status 0, in the same transaction as
the cursor that led to it.  So an item that may have reached the service is
always known, and can be deleted there later, whatever died in between.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from saasexport import clock, queries
from saasexport.database.decisions import Decision, Row, decide, decide_gone
from saasexport.database.hashing import UNENCODABLE, encode, feed_id
from saasexport.database.items import Encoder, Item, pick
from saasexport.entity_key import EntityId
from saasexport.feed import WEIGHT, EntityItems, FailedItem, Feed, json_list
from saasexport.stdlib import Any, NamedTuple, datetime, sqlite3, timedelta
from saasexport.values import TOO_LARGE

SQL = queries.beside(__file__)


# A member of an Enum costs ten times a global, for each item of a full sync.
SKIP, CHANGE, RESUME = Decision.SKIP, Decision.CHANGE, Decision.RESUME

# Why an item is to be sent that was delivered before.
NOT_HELD = "the service does not hold what the shop says: found by saasexport verify"


class Pending(NamedTuple):
    """An item that stands in the feed table and is to be sent."""

    row_id: int
    pieces: tuple[bytes, ...]  # the item as it is sent; what items of an entity share is there once
    is_deleted: bool = False
    held: str = ""  # hash of the translation that a destination holds, if it is certain what that is
    translation: str = ""  # hash of the one that it is sent, where it has its own

    @property
    def body(self) -> bytes:
        """The item as it is sent, in one piece."""
        return b"".join(self.pieces)

    @property
    def size(self) -> int:
        """The bytes of the item as it is sent."""
        return sum(map(len, self.pieces))


class Staged(NamedTuple):
    """What staging some entities came to."""

    pending: list[Pending]
    items: int  # items the entities have
    failed: int  # items that cannot be assembled
    newly_failed: int  # of these, those that were not known as such
    unidentified: int  # of these, those that nothing identifies
    deleted: int  # items that are gone
    reassemble: list[int]  # entities that may now have an identity they waited for
    gone: dict[EntityId, list[int]]  # entities of which items are gone that were left alone -> their rows
    weight: int = 0  # bytes of the items, sent or not


class Conflict(Exception):
    """Other entities hold an identity that these produced: they have to be assembled together."""

    def __init__(self, entities: set[int]) -> None:
        super().__init__(f"entities {sorted(entities)}")
        self.entities = entities


class FeedTable:
    """The feed table of one feed, for one environment."""

    def __init__(
        self, ours: sqlite3.Connection, feed: Feed, environment: int = 1, encoder: Encoder | None = None
    ) -> None:
        self.ours = ours
        self.feed = feed
        self.environment = environment  # its bit, as a number
        self.encoder = encoder or Encoder(feed)

    def sql(self, name: str) -> str:
        """A query of feed_table.sql for this table."""
        query: str = getattr(SQL, name)
        return query.format(feed_table=self.feed.table)

    def rows(self, name: str, **values: Any) -> list[Any]:
        """All rows of a query of feed_table.sql."""
        return self.ours.execute(self.sql(name), values).fetchall()

    # Staging

    def stage(
        self,
        ids: Sequence[EntityId],
        entities: Iterable[EntityItems],
        now: str,
        force: bool = False,
        doubted: Iterable[EntityId] | None = None,
    ) -> Staged:
        """Put on record what these entities' items are now; to be called inside a transaction.

        `ids` are the entities that were asked for, those that are gone included.
        `now` is the time of export, UTC.  With `force` unchanged items are sent
        again; with `doubted` entities that are gone altogether are named, not deleted,
        and so are those among them of whose items any is gone.
        Raises Conflict, before anything is written, when an identity
        belongs to an entity that is not among `ids`.
        """
        items, faults = self.encoder.encode(entities)
        known = {row.feed_id: row for row in self._load_rows(ids)}
        self._load_owners(ids, items, known)
        first = self._first_moment(now)
        pending = self._write(items, known, now, first, force)
        failed = self._record_faults(faults, items, first)
        before: Counter[EntityId] = Counter(
            row.entity_id for row in known.values() if row.status == 1 or row.is_dropped
        )
        gone = [row for row in known.values() if row.feed_id not in items and row.feed_id not in failed]
        if unknown := {fault.entity_id for fault in faults if fault.is_whole}:
            gone = [row for row in gone if row.entity_id not in unknown]
        spared: dict[EntityId, list[int]] = {}
        if doubted is not None and gone:
            spared = self._gone_altogether(gone, items, faults, set(doubted))
            gone = [row for row in gone if row.entity_id not in spared]
        deleted, tombstones = self._mark_deleted(gone, now, force)
        reassemble = self._waiting_for([row.feed_id for row in gone]) if gone else []
        return Staged(
            pending=pending + tombstones,
            items=len(items),
            failed=len(failed),
            newly_failed=sum((Counter(failed.values()) - before).values()),
            unidentified=sum(not self._is_identified(fault.identity) for fault in faults),
            deleted=deleted,
            reassemble=reassemble,
            gone=spared,
            weight=self.encoder.weight,
        )

    def _write(
        self, items: dict[str, Item], known: dict[str, Row], now: str, first: str, force: bool
    ) -> list[Pending]:
        """Put what items are now on record where it is new; gives those that are to be sent."""
        pending: list[Pending] = []
        add, change = [], []
        end = self.encoder.ending(first)
        # Numbered here: what is added in one statement for many rows does not tell their ids.
        next_id = self.ours.execute(self.sql("last_id")).fetchone()[0]
        for identity, item in items.items():
            row = known.get(identity)
            decision = decide(row, item.entity_id, item.hash, force, self.feed.legacy)
            if row is None:
                next_id += 1
                data = self.encoder.data_of(item)
                add.append((next_id, item.entity_id, identity, data, item.hash, first, self.environment))
                pending.append(Pending(next_id, (*item.content, (item.unhashed + end).encode())))
            elif decision is not SKIP:
                modified_at = later(now, row.modified_at) if decision is CHANGE else row.modified_at
                if decision is not RESUME:
                    data = self.encoder.data_of(item)
                    change.append((item.entity_id, data, item.hash, modified_at, self.environment, row.id))
                ending = item.unhashed + self.encoder.ending(modified_at)
                held = row.translation or "" if decision is CHANGE and not force else ""
                pending.append(Pending(row.id, (*item.content, ending.encode()), held=held))
        self.ours.executemany(self.sql("add"), add)
        self.ours.executemany(self.sql("change"), change)
        return pending

    def _first_moment(self, now: str) -> str:
        """The time of export of an item without a row: later than that of every row that was removed."""
        row = self.ours.execute(SQL.forgotten_at, {"feed": self.feed.name}).fetchone()
        return later(now, row[0]) if row and row[0] else now

    def identities_of_faults(self, faults: Iterable[FailedItem]) -> Iterator[tuple[str, FailedItem]]:
        """The feed_ids under which items that cannot be assembled stand on record, those of other entities' apart."""
        numbers: Counter[EntityId] = Counter()
        for fault in faults:
            known = pick(self.encoder.payload, fault.identity, {})
            if self._is_identified(known):
                yield feed_id(known[name] for name in self.feed.identity), fault
            else:
                numbers[fault.entity_id] += 1
                yield _make_feed_id(fault.entity_id, numbers[fault.entity_id], known), fault

    def identities(self, entities: Iterable[EntityItems]) -> set[str]:
        """The feed_ids of these entities' items."""
        return set(self.encoder.encode(entities)[0])

    def _load_rows(self, ids: Iterable[EntityId]) -> list[Row]:
        return [Row._make(row) for row in self.rows("of_entities", ids=json_list(ids))]

    def _load_owners(self, ids: Sequence[EntityId], items: dict[str, Item], known: dict[str, Row]) -> None:
        """Add to `known` the rows of identities that came from other entities."""
        foreign = [identity for identity in items if identity not in known]
        if not foreign:
            return
        requested = set(ids)
        others: set[int] = set()
        for found in self.rows("by_feed_id", feed_ids=encode(foreign)):
            row = Row._make(found)
            known[row.feed_id] = row
            if row.entity_id not in requested and not row.is_deleted:
                others.add(row.entity_id)
        if others:
            raise Conflict(others)

    def _record_faults(self, faults: list[FailedItem], items: dict[str, Item], now: str) -> dict[str, EntityId]:
        """Status 1 for items that cannot be assembled, 400 if they are too large; gives feed_id -> entity."""
        failed: dict[str, EntityId] = {}
        numbers: Counter[EntityId] = Counter()
        for fault in faults:
            known = pick(self.encoder.payload, fault.identity, {})
            conflict = fault.conflict or self._held_by_another(fault, known, items, failed)
            if conflict or not self._is_identified(known):
                # Nobody else's row: the entity and what is known of the identity name it, the same in every pass.
                numbers[fault.entity_id] += 1
                number = "" if conflict else numbers[fault.entity_id]
                identity = _make_feed_id(fault.entity_id, number, known, conflict)
            else:
                identity = feed_id(known[name] for name in self.feed.identity)
            is_final = fault.error.endswith(TOO_LARGE) and not conflict
            status = 400 if is_final else 1
            values = (fault.entity_id, identity, _encodable(known), status, fault.error, now, conflict)
            self.ours.execute(self.sql("add_failed"), values)
            failed[identity] = fault.entity_id
        return failed

    def _is_identified(self, fields: dict[str, Any]) -> bool:
        return all(fields.get(name) is not None for name in self.feed.identity)

    def _held_by_another(
        self, fault: FailedItem, known: dict[str, Any], items: dict[str, Item], failed: dict[str, EntityId]
    ) -> str | None:
        """The feed_id of the identity of an item that failed, if another entity has it."""
        if not self._is_identified(known):
            return None
        identity = feed_id(known[name] for name in self.feed.identity)
        if identity in items or failed.get(identity, fault.entity_id) != fault.entity_id:
            return identity
        for found in self.rows("by_feed_id", feed_ids=encode([identity])):
            row = Row._make(found)
            # A deletion that was not delivered yet must not be lost over an item that failed.
            if row.entity_id != fault.entity_id and not (row.is_deleted and row.status == 200):
                return identity
        return None

    def _gone_altogether(
        self, gone: list[Row], items: dict[str, Item], faults: list[FailedItem], doubted: set[EntityId]
    ) -> dict[EntityId, list[int]]:
        """Entities the service has something of, and that produce nothing now, not even a fault; and their rows.

        Of `doubted` ones it is enough that they produce less.
        """
        alive = {item.entity_id for item in items.values()} | {fault.entity_id for fault in faults}
        alive -= doubted
        known = [row for row in gone if not row.is_deleted and row.environments & self.environment]
        spared: dict[EntityId, list[int]] = {row.entity_id: [] for row in known if row.entity_id not in alive}
        for row in gone:
            if row.entity_id in spared:
                spared[row.entity_id].append(row.id)
        return spared

    def _mark_deleted(self, gone: list[Row], now: str, force: bool) -> tuple[int, list[Pending]]:
        deleted = 0
        pending: list[Pending] = []
        for row in gone:
            decision = decide_gone(row, self.environment, force)
            modified_at = row.modified_at if row.is_deleted else later(now, row.modified_at)
            if decision is Decision.FORGET:
                self.ours.execute(self.sql("forget"), (row.id,))
            elif decision is Decision.LEAVE_HERE:
                self.ours.execute(self.sql("forget_here"), (modified_at, row.id))
            elif decision is not SKIP:
                if decision is Decision.DELETE:
                    self.ours.execute(self.sql("mark_deleted"), (modified_at, row.id))
                    deleted += 1
                pending.append(Pending(row.id, (self.encoder.tombstone(row.feed_data, modified_at),), True))
        return deleted, pending

    def _waiting_for(self, feed_ids: list[str]) -> list[int]:
        return sorted({row[0] for row in self.rows("waiting_for", feed_ids=encode(feed_ids))})

    # Sending what was staged before

    def load_collected(self, after: int, limit: int) -> list[Pending]:
        """What a legacy feed has collected and not sent: rows after `after`."""
        return self._some("awaiting", after=after, limit=limit)

    def load_collected_of(self, ids: Sequence[EntityId], after: int) -> list[Pending]:
        """What a legacy feed has collected of some entities and not sent: rows after `after`."""
        return self._some("awaiting_of_entities", ids=json_list(ids), after=after)

    def _some(self, query: str, **parameters: Any) -> list[Pending]:
        """As many of the rows as their weight allows; the rest comes after these."""
        pending: list[Pending] = []
        weight = 0
        for row in self.ours.execute(self.sql(query), parameters):
            pending.append(self._pending(*row))
            weight += pending[-1].size
            if weight >= WEIGHT:
                break
        return pending

    def _pending(self, row_id: int, data: str, is_deleted: int, modified_at: str) -> Pending:
        body = self.encoder.tombstone(data, modified_at) if is_deleted else self.encoder.body(data, modified_at)
        return Pending(row_id, (body,), bool(is_deleted))

    def remember_written(self, pending: Iterable[Pending]) -> None:
        """Keep since when the changes wait that a changelog led to; for the pass that reads it."""
        self.ours.execute(self.sql("remember_written"), {"ids": json_list(item.row_id for item in pending)})

    def delays(self, pending: Iterable[Pending], now: str) -> list[tuple[int, int, int]]:
        """How long changes took: seconds, items, and when they were written, the newest first."""
        return self.rows("delays", ids=json_list(item.row_id for item in pending), now=now)

    # Recording

    def record_delivered(self, pending: Iterable[Pending], metadata: str | None) -> None:
        """The service has these items."""
        pending = list(pending)
        alive = [item.row_id for item in pending if not item.is_deleted]
        gone = [item.row_id for item in pending if item.is_deleted]
        if alive:
            self.ours.execute(self.sql("delivered"), {"ids": json_list(alive), "metadata": metadata})
        if gone:
            values = {"ids": json_list(gone), "metadata": metadata, "environment": self.environment}
            self.ours.execute(self.sql("delivered_deletions"), values)

    def record_translations(self, translations: Iterable[tuple[str, int]]) -> None:
        """What a destination holds of delivered items: (hash of the translation, row id) each."""
        self.ours.executemany(self.sql("translated"), translations)

    def record_not_delivered(self, outcomes: Iterable[tuple[int, str, str, int, int]]) -> None:
        """The service does not have these: (status, error, request id, its code, row id) each."""
        self.ours.executemany(self.sql("not_delivered"), outcomes)

    # What others decide about rows: each verb is to be called inside a transaction

    def retry(self, row_ids: Iterable[int]) -> None:
        """Have rejected items sent again though they have not changed."""
        self.ours.execute(self.sql("retry"), {"ids": json_list(row_ids)})

    def drop(self, row_ids: Iterable[int], now: str) -> int:
        """Give failed items up until they change; their number."""
        return self.ours.execute(self.sql("drop"), {"ids": json_list(row_ids), "now": now}).rowcount

    def schedule(self, row_ids: Iterable[int]) -> int:
        """Have items sent again by the next job; the number of those that this changes.

        What failed is retried anyway, what awaits submission is on its way, and a
        deletion that is held back stays so.
        """
        values = {"ids": json_list(row_ids), "feed": self.feed.name, "environment": self.environment}
        return self.ours.execute(self.sql("schedule"), values).rowcount

    def send_again(self, ids: Sequence[EntityId] | None, after: EntityId | None) -> None:
        """Have stored items sent again as they stand: all, those of some entities, or of those after one."""
        self.ours.execute(self.sql("send_again"), {"after": after, "ids": None if ids is None else json_list(ids)})

    def send_later_than(self, feed_id: str, held_at: str) -> None:
        """Have an item sent with a later time of export than that of what the service holds of it."""
        values = {"feed_id": feed_id, "held_at": held_at, "error": NOT_HELD}
        if not self.ours.execute(self.sql("send_later_than"), values).rowcount and held_at:
            self.begin_after(held_at)

    def delete_later_than(self, feed_id: str, entity_id: EntityId, data: str, held_at: str) -> None:
        """Have an item that only the service has deleted there, by the next step that takes its entity up."""
        values = {"feed_id": feed_id, "entity_id": entity_id, "data": data, "held_at": held_at}
        self.ours.execute(
            self.sql("delete_later_than"), {**values, "environment": self.environment, "error": NOT_HELD}
        )

    def empty(self) -> None:
        """Forget everything that was sent."""
        self._remember_latest(None)
        self.ours.execute(self.sql("empty"))

    def forget_entities(self, ids: Sequence[EntityId]) -> None:
        """Forget some entities' items, for a trial that is rolled back."""
        self.ours.execute(self.sql("forget_entities"), {"ids": json_list(ids)})

    def carry_over(self, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> int:
        """Take rows of a table that was broken; their number.  What could not be read was hardly later than these."""
        marks = ", ".join("?" * len(columns))
        query = f"insert or ignore into {self.feed.table} ({', '.join(columns)}) values ({marks})"
        carried = sum(self.ours.execute(query, row).rowcount for row in rows)
        self._remember_latest(None)
        return carried

    def clean_up(self, before: str) -> int:
        """Remove items that were deleted and delivered as such before a moment; their number."""
        self._remember_latest(before)
        return self.ours.execute(self.sql("clean_up"), {"before": before}).rowcount

    def use_environment(self) -> None:
        """Another data space is in force: everything counts as not sent to it, deletions it may still need included."""
        for query in ("not_sent", "deleted_not_sent"):
            self.ours.execute(self.sql(query), {"environment": self.environment})

    def count_as_delivered(self) -> None:
        """Take what was delivered to some data space as delivered to this one, so that its deletion is sent."""
        self.ours.execute(self.sql("count_as_delivered"), {"environment": self.environment})

    def begin_after(self, moment: str) -> None:
        """Have items without a row come after a time of export that the service may hold."""
        self.ours.execute(SQL.remember_latest, {"feed": self.feed.name, "latest": moment})

    def forget_environment(self, environment: int) -> None:
        """Forget what was delivered to a data space, given by its bit as a number."""
        self.ours.execute(self.sql("forget_delivered"), {"environment": environment})

    def _remember_latest(self, before: str | None) -> None:
        (latest,) = self.ours.execute(self.sql("latest"), {"before": before}).fetchone()
        if latest:
            self.begin_after(latest)


def _make_feed_id(entity_id: EntityId, number: int | str, known: dict[str, Any], conflict: str | None = None) -> str:
    return feed_id([conflict or "", entity_id, number, *known.values()])


def later(now: str, last: str) -> str:
    """The later of now and one second after `last`: the service orders an item's states by this alone."""
    if last < now:
        return now
    return clock.text(datetime.fromisoformat(last) + timedelta(seconds=1))


def _encodable(fields: dict[str, Any]) -> str:
    try:
        text = encode(fields)
        text.encode()
        return text
    except UNENCODABLE:
        return encode({name: ascii(value) for name, value in fields.items()})
