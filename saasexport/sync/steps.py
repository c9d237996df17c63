"""The steps that every way to send shares: assemble, stage, submit, record.

What is new, changed or gone stands on record with status 0, together with the
cursor, before it is sent; each batch's outcome is on record before the next
batch is.  Killed anywhere, the next run goes on from there.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from saasexport.clock import now_text
from saasexport.database import deletion_guard, fingerprints, history, indexer
from saasexport.database.db import transaction
from saasexport.database.feed_table import Contested, FeedTable, Pending, Staged
from saasexport.database.hashing import encode
from saasexport.database.uuids import Uuids
from saasexport.delivery.client import Client, Outcome
from saasexport.entity_key import EntityId
from saasexport.errors import DatabaseError
from saasexport.feed import WEIGHT, Feed, Shop, TooHeavy
from saasexport.log import COLLECTING, SENDING, Log
from saasexport.setup.installation import Installation
from saasexport.sync import unreadable_keys
from saasexport.values import leaving_out

# Entities assembled at a time: reads of the shop stay within a few milliseconds,
# and memory is a chunk's, whatever the size of the catalogue.
CHUNK = 250

# So many are tried first; then what the last ones weighed says how many.
FIRST = 16

# A progress record of a long sync every so many seconds (commerce.md 4).
PROGRESS_SECONDS = 30


@dataclass
class Synced:
    """What a sync came to."""

    processed: int = 0  # entities
    items: int = 0  # their items
    sent: int = 0  # delivered
    deleted: int = 0  # of these, as deleted
    rejected: int = 0
    waiting: int = 0  # to be retried
    failed: int = 0  # cannot be assembled
    is_complete: bool = True  # false: the time was up, the next run goes on
    tried: int = field(default=0, compare=False)  # of the items, those that were submitted, however that went
    # Leaves a progress record in the log, if it is time for one.
    note: Callable[[], None] | None = field(default=None, compare=False, repr=False)

    @property
    def unchanged(self) -> int:
        """Items the service has already, as they are."""
        return max(0, self.items - self.tried)

    @property
    def failures(self) -> int:
        """Items that were not assembled or not delivered."""
        return self.failed + self.rejected + self.waiting


@dataclass
class Work:
    """What a job or command syncs with."""

    installation: Installation
    client: Client
    log: Log
    deadline: float = float("inf")  # time.monotonic(): no new chunk or batch begins after it
    is_forced: bool = False  # send what is delivered already, too
    is_retry: bool = False  # what failed before is sent again
    sends_legacy: bool = False  # what legacy feeds collect is sent at once, not by another job
    problems: dict[tuple[str, str], int] = field(default_factory=dict)  # (feed or '', reason) -> items
    walked: list[Feed] = field(default_factory=list)  # feeds whose full sync came to its end
    stopped: dict[str, None] = field(default_factory=dict)  # what else somebody must know, a line each
    progress: Callable[[Feed, Synced], None] | None = None  # called after each batch and each chunk
    pace: dict[str, int] = field(default_factory=dict)  # feed -> entities that are read at once
    size: int | None = None  # items of a batch, instead of the configuration's
    threads: int | None = None  # batches in flight at once, instead of the configuration's
    waits: bool = False  # for whoever has a feed's lock, instead of stepping aside

    def batch_size(self, feed: Feed) -> int:
        """The most items of a batch."""
        return self.size or self.installation.batch_size(feed)

    def thread_count(self, feed: Feed) -> int:
        """How many batches may be in flight at once."""
        return self.threads or int(self.installation.config.of_feed(feed.name, "thread_count"))

    def stop(self, code: str, about: str, error: Exception) -> None:
        """Have somebody know what stopped a feed; the traceback of what nobody foresaw is in the log."""
        if isinstance(error, sqlite3.OperationalError):  # the shop's are ShopErrors
            error = DatabaseError(f"{self.installation.config['export.database']}: {error}")
        self.stopped[self.log.failure(code, about, error)] = None

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self.deadline

    def lines(self) -> list[str]:
        """What went wrong, a line per distinct problem."""
        lines = list(self.stopped)
        for (about, reason), items in self.problems.items():
            count = "1 item" if items == 1 else f"{items} items"
            if about:
                lines.append(f"{about}: {count} {reason}; see: saasexport failed {about}")
            else:
                lines.append(f"{reason}; {count} will be sent again")
        return lines


def shop_of(work: Work, feed: Feed) -> Shop:
    """The shop as a pass that begins now sees it."""
    found = work.installation
    shop = found.shop_now(Uuids(found.ours, found.shop_identity), feed)
    if os.environ.get("EXPORTER_PROFILER") == "1":
        shop.profiler = work.log.provider
    return shop


def sync_chunk(
    work: Work,
    feed: Feed,
    shop: Shop,
    ids: Sequence[EntityId],
    synced: Synced,
    advance: Callable[[EntityId], None] | None = None,
    holds: str = "",
) -> None:
    """Assemble some entities, stage what is new together with the cursor (`advance`), submit, record.

    As many at once as their weight allows.

    With `holds`, the name of a pass, entities that are gone altogether are only
    noted for it: its end decides, by their number, whether they are deleted.
    """
    in_pieces(work, feed, shop, ids, lambda piece: _sync_piece(work, feed, shop, piece, synced, advance, holds))


def in_pieces(
    work: Work, feed: Feed, shop: Shop, ids: Sequence[EntityId], do: Callable[[Sequence[EntityId]], int]
) -> None:
    """Do something with entities, as many at once as their weight allows; `do` gives the bytes of their items."""
    at = 0
    while at < len(ids):
        pace = work.pace.get(feed.name, FIRST)
        piece = ids[at : at + pace]
        try:
            with shop.reading(len(piece)):
                weight = do(piece)
        except TooHeavy:
            work.pace[feed.name] = len(piece) // 2
            continue
        at += len(piece)
        fitting = len(piece) * WEIGHT // max(weight, 1)
        work.pace[feed.name] = max(1, min(fitting, pace * 4, CHUNK))


def _sync_piece(
    work: Work,
    feed: Feed,
    shop: Shop,
    ids: Sequence[EntityId],
    synced: Synced,
    advance: Callable[[EntityId], None] | None,
    holds: str,
) -> int:
    table = work.installation.table(feed)
    staged = _stage(work, feed, shop, table, ids, advance, holds)
    synced.processed += len(ids)
    synced.items += staged.items
    synced.failed += staged.failed
    if staged.newly_failed:
        report(work, feed, "01-06", _CANNOT_BE_ASSEMBLED, staged.newly_failed)
        if staged.unidentified:
            work.log.warning("01-16", f"{feed.name}: {staged.unidentified} items without an identifier are skipped")
    if work.sends_legacy or not feed.legacy:
        deliver(work, feed, table, staged.pending, synced)
    progress(work, feed, synced)
    if staged.again:
        # An identity that another entity held has become free.
        sync_chunk(work, feed, shop, staged.again, synced)
    return staged.weight


def _stage(
    work: Work,
    feed: Feed,
    shop: Shop,
    table: FeedTable,
    ids: Sequence[EntityId],
    advance: Callable[[EntityId], None] | None,
    holds: str,
) -> Staged:
    ours = work.installation.ours
    last = ids[-1]
    while True:
        entities, said = _read(feed, shop, ids)
        try:
            with transaction(ours):
                now = now_text()
                doubted = deletion_guard.doubted(ours, feed, ids) if holds else []
                staged = table.stage(ids, entities, now, work.is_forced, bool(holds), doubted)
                deletion_guard.add(ours, feed, staged.gone, ids, holds, now)
                if feed.fingerprint is not None:
                    fingerprints.keep(ours, feed, ids, said)
                if isinstance(shop.uuid_of, Uuids):
                    shop.uuid_of.flush(now)
                if advance:
                    advance(last)
            return staged
        except Contested as contested:
            ids = sorted({*ids, *contested.entities})


def _read(feed: Feed, shop: Shop, ids: Sequence[EntityId]) -> tuple[list[Any], dict[int, str]]:
    """The feed's entities, and their fingerprints if the shop has not moved meanwhile."""
    if feed.fingerprint is None:
        return assembled(feed, shop, ids), {}
    before = fingerprints.version(shop)
    entities = assembled(feed, shop, ids)
    said = feed.fingerprint(shop, feed.key.only(ids))
    return entities, said if fingerprints.version(shop) == before else {}


def assembled(feed: Feed, shop: Shop, ids: Sequence[EntityId]) -> list[Any]:
    """The feed's entities; ids are all keys, or all texts that are none.  ShopError if the shop cannot be read."""
    if texts := feed.key.others(ids):
        return unreadable_keys.entities(feed, shop, texts)
    keys = feed.key.only(ids)
    with leaving_out(shop.exclude):
        return shop.measured(feed.name, len(ids), lambda: list(feed.assemble(shop, keys)))


def deliver(work: Work, feed: Feed, table: FeedTable, pending: list[Pending], synced: Synced) -> None:
    """Send in batches; each batch's outcome is put on record as it comes."""
    batches = _in_time(work, work.client.batches(pending, work.batch_size(feed)), synced)
    for outcomes in work.client.deliver_all(feed, batches, work.thread_count(feed)):
        record(work, feed, table, outcomes, synced)
        progress(work, feed, synced)


def _in_time(work: Work, batches: Iterable[list[Pending]], synced: Synced) -> Iterator[list[Pending]]:
    """The batches, until the time is up."""
    for batch in batches:
        if work.is_over:
            synced.is_complete = False
            return
        yield batch


def progress(work: Work, feed: Feed, synced: Synced) -> None:
    """Tell how far a sync has come: a person every time, the log now and then."""
    if work.progress:
        work.progress(feed, synced)
    if synced.note:
        synced.note()


def record(work: Work, feed: Feed, table: FeedTable, outcomes: list[Outcome], synced: Synced) -> None:
    """Write down what became of the items of a batch, in one transaction."""
    delivered: dict[tuple[str, int], list[Pending]] = {}
    others = []
    for outcome in outcomes:
        synced.tried += not outcome.pending.is_deleted
        if outcome.status == 200:
            delivered.setdefault((outcome.request_id, outcome.code), []).append(outcome.pending)
            synced.sent += 1
            synced.deleted += outcome.pending.is_deleted
        else:
            row_id = outcome.pending.row_id
            others.append((outcome.status, outcome.error, outcome.request_id, outcome.code, row_id))
            report(work, feed, _log_code(work, outcome), _reason(work, outcome), 1, outcome.error)
            synced.rejected += outcome.status == 400
            synced.waiting += outcome.status == 2
    try:
        with transaction(work.installation.ours):
            for (request_id, code), items in delivered.items():
                table.record_delivered(items, encode({"requestId": request_id, "code": code}))
            now = now_text()
            if delivered:
                work.installation.ours.execute(indexer.SQL.synced, {"feed": feed.name, "now": now})
            if others:
                table.record_not_delivered(others)
            history.add(work.installation.ours, feed.name, len(outcomes) - len(others), len(others), now)
    except Exception as error:
        # They stay on record as not sent, and go once more.
        number = sum(map(len, delivered.values()))
        work.log.error("04-13", f"{feed.name}: {number} items were sent, that was not saved: {error}", SENDING)
        raise


@contextmanager
def operation(work: Work, feed: Feed, name: str, synced: Synced, **more: Any) -> Iterator[None]:
    """Records of a sync in the log: its beginning, its result, its end."""
    if feed.legacy and not name.endswith("(legacy)"):
        name += " (legacy)"
    started = noted = time.monotonic()
    work.log.operation(feed.name, name, "Initialize", None, **more)

    def note() -> None:
        nonlocal noted
        if time.monotonic() - noted >= PROGRESS_SECONDS:
            noted = time.monotonic()
            expected = indexer.source_records(work.installation.ours, feed) if name.startswith("full sync") else 0
            work.log.operation(feed.name, name, _reached(work, feed, synced, expected), started, **more)

    synced.note = note
    yield
    work.log.operation(feed.name, name, _reached(work, feed, synced), started, **more)
    if synced.is_complete:
        work.log.operation(feed.name, name, "Complete", started, **more)


def _reached(work: Work, feed: Feed, synced: Synced, expected: int = 0) -> str:
    """How far a sync has come, as the log says it; `expected` items, if that is known."""
    size = work.batch_size(feed)
    done = -(-synced.items // size) or 1
    return f"Progress {done}/{max(done, -(-expected // size))}, processed {synced.processed}, synced {synced.sent}"


def report(work: Work, feed: Feed, code: str, reason: str, items: int, detail: str = "") -> None:
    """Count a problem; the first of its kind in a job is logged."""
    # A service that takes nothing is one problem, whatever the feed.
    about = feed.name if reason in _OF_A_FEED or reason.startswith(_NOT_DELIVERED) else ""
    if (about, reason) not in work.problems:
        group = COLLECTING if code.startswith("01") else SENDING
        work.log.error(code, f"{feed.name}: {detail or reason}", group)
    work.problems[about, reason] = work.problems.get((about, reason), 0) + items


_CANNOT_BE_ASSEMBLED = "cannot be assembled"
_REJECTED = "rejected by the service"
_OF_A_FEED = (_CANNOT_BE_ASSEMBLED, _REJECTED)
_NOT_DELIVERED = "not delivered: "


def _reason(work: Work, outcome: Outcome) -> str:
    if outcome.status == 400:
        return _REJECTED
    # What stops one feed concerns that feed; the rest is the service's.
    return (_NOT_DELIVERED if outcome.error in work.client.stopped_feeds.values() else "") + outcome.error


def _log_code(work: Work, outcome: Outcome) -> str:
    if outcome.status == 400:
        return "02-09"
    if outcome.code == 429:
        return "02-07"
    if outcome.code >= 500:
        return "02-08"
    if outcome.code == 200:
        return "02-03"
    if outcome.code >= 300:
        return "02-10"
    return "02-06" if work.is_retry else "02-05"
