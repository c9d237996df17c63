"""What the service was sent, in one SQLite file.

A batch is one transaction with `synchronous = full`: once it is acknowledged
it survives a power cut, before that it is there whole or not at all.  Writing
and reading use a connection each; in WAL mode neither waits for the other.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from saasexport.errors import ConfigError
from saasexport.queries import beside
from saasexport.service.validation import Row

SQL = beside(__file__)

VERSION = 2

# Data spaces; a shop has a few, and whoever may send could make up any number.
MOST_ENVIRONMENTS = 1_000

# Digests made in one transaction: a batch that comes meanwhile waits for so many.
DIGESTS_AT_ONCE = 500

# How long another process that writes, or starts, is waited for.
BUSY_SECONDS = 5.0

# A page of items ends after this many bytes, whatever its limit: it is built in memory.
PAGE_BYTES = 4_000_000


class StoreError(Exception):
    """The database could not do it now; nothing of the batch was stored."""


class StoreFull(Exception):
    """Nothing of the batch was stored: it belongs to a data space that is one too many."""


class Count(NamedTuple):
    """What is held of one feed of one environment."""

    feed: str
    environment: str
    live: int
    deleted: int
    last_received: str


class Store:
    """The items of every feed and environment.  May be used from any thread."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._write_lock = threading.Lock()
        self._read_lock = threading.Lock()
        with contextlib.ExitStack() as unfinished:
            try:
                self._writer = unfinished.enter_context(contextlib.closing(_connect(path)))
                _prepare(self._writer, path)
                self._reader = unfinished.enter_context(contextlib.closing(_connect(path)))
                self._reader.execute("pragma query_only = on")
            except sqlite3.Error as error:
                raise ConfigError(f"cannot use the database {path}: {error}") from error
            unfinished.pop_all()

    def save(self, environment: str, feed: str, rows: list[Row], request_id: str) -> None:
        """Keep the newest state of each item, all in one transaction."""
        received_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        with self._write_lock, _as_store_error(), _transaction(self._writer) as db:
            touched = {"environment": environment, "feed": feed, "received_at": received_at}
            [(others,)] = db.execute(SQL.other_environments, touched).fetchall()
            if others >= MOST_ENVIRONMENTS:
                raise StoreFull(f"{MOST_ENVIRONMENTS} data spaces are kept here already, and this is another one")
            [(feed_id,)] = db.execute(SQL.touch_feed, touched).fetchall()
            common = {"feed_id": feed_id, "received_at": received_at, "request_id": request_id or None}
            values = tuple(common.values())
            if db.executemany(SQL.add_item, [values + row for row in rows]).rowcount < len(rows):
                db.executemany(SQL.update_item, [common | row._asdict() for row in rows])

    def counts(self) -> list[Count]:
        """How many live and deleted items each feed has."""
        with self._read_lock, _as_store_error():
            found = self._reader.execute(SQL.counts).fetchall()
        return [
            Count(feed, environment, items - deleted, deleted, last_received)
            for feed, environment, items, deleted, last_received in found
        ]

    def page(
        self, environment: str, feed: str, after: str, limit: int, with_deleted: bool
    ) -> tuple[list[str], str | None]:
        """The JSON of the items after a key, in key order, and the key to go on after, if there are more."""
        requested = {
            "environment": environment,
            "feed": feed,
            "after": after,
            "limit": limit,
            "with_deleted": with_deleted,
        }
        items: list[str] = []
        size = 0
        with self._read_lock, _as_store_error():
            cursor = self._reader.execute(SQL.page, requested)
            for identity, item in cursor:
                if len(items) == limit or size > PAGE_BYTES:
                    cursor.close()
                    return items, after
                items.append(item)
                after = identity
                size += len(item)
        return items, None

    def one(self, environment: str, feed: str, identity: str) -> str | None:
        """The JSON of one item, a tombstone if it was deleted, or None if it was never seen."""
        requested = {"environment": environment, "feed": feed, "identity": identity}
        with self._read_lock, _as_store_error():
            found = self._reader.execute(SQL.one_item, requested).fetchone()
        return str(found[0]) if found else None

    def make_digests(
        self, environment: str, feed: str, of: Callable[[str, str], tuple[bytes, bytes]], seconds: float
    ) -> bool:
        """Give items that have none a key and a digest, as `of` makes them of identity and item.

        False if the time did not suffice for all: those made are kept.
        """
        deadline = time.monotonic() + seconds
        values = {"environment": environment, "feed": feed, "limit": DIGESTS_AT_ONCE}
        while True:
            with self._read_lock, _as_store_error():
                [(missing,)] = self._reader.execute(SQL.any_without_digest, values).fetchall()
            if not missing:
                return True
            if time.monotonic() > deadline:
                return False
            with self._write_lock, _as_store_error(), _transaction(self._writer) as db:
                rows = db.execute(SQL.without_digest, values).fetchall()
                db.executemany(SQL.save_digest, [(*of(identity, item), row) for row, identity, item in rows])

    def digests(self, environment: str, feed: str) -> Iterator[tuple[bytes, bytes]]:
        """Key and digest of every item that is not deleted."""
        with self._read_lock, _as_store_error():
            yield from self._reader.execute(SQL.digests, {"environment": environment, "feed": feed})

    def digest_page(
        self, environment: str, feed: str, first_byte: int, after: bytes, limit: int
    ) -> list[tuple[str, str, str, str, str]]:
        """Key, digest, identity, item and time of export of the items after a key in its range, and of one more."""
        low = bytes([first_byte])
        values = {
            "environment": environment,
            "feed": feed,
            "low": low,
            "high": low + b"\xff" * 20,
            "after": after,
            "limit": limit,
        }
        with self._read_lock, _as_store_error():
            return self._reader.execute(SQL.digest_page, values).fetchall()

    def connect(self) -> sqlite3.Connection:
        """A further connection to the file, for what is derived from the items."""
        return _connect(self._path)

    def writing(self) -> threading.Lock:
        """What is held while another connection of this process writes: nobody then waits for a busy file."""
        return self._write_lock

    def close(self) -> None:
        """Close the file once running work is done; the write-ahead log is folded into it."""
        with self._write_lock, self._read_lock:
            self._reader.close()
            self._writer.close()


def _connect(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.execute("pragma synchronous = full")
    return db


def _prepare(db: sqlite3.Connection, path: str) -> None:
    """Create the tables of a new file; refuse a file that is somebody else's."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            _set_up(db, path)
            return
        except sqlite3.OperationalError as error:
            # SQLite does not wait for another that changes the journal mode, as one that starts at once does.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _set_up(db: sqlite3.Connection, path: str) -> None:
    # In this order: whoever sees the tables of another that starts at once sees its version.
    [(tables,)] = db.execute(SQL.tables).fetchall()
    [(version,)] = db.execute("pragma user_version").fetchall()
    if tables == 0 and version in (0, VERSION):
        # Pages of 4 KB would hold a single product each; it can only be chosen before there is one.
        db.execute("pragma page_size = 16384")
        db.execute("pragma journal_mode = wal")
        # Another may have come first: what is there already stays.
        db.executescript(f"begin exclusive; {SQL.schema}; commit")
    elif version == 1:
        db.execute("pragma journal_mode = wal")
        _bring_up(db)
    elif version != VERSION:
        raise ConfigError(f"{path} is not a database of this version of the Commerce Service")
    else:
        db.execute("pragma journal_mode = wal")


def _bring_up(db: sqlite3.Connection) -> None:
    """Bring a database of version 1 up to this one, unless another process has come first."""
    try:
        db.executescript(f"begin exclusive; {SQL.add_digests}; {SQL.schema}; commit")
    except sqlite3.Error:
        if db.in_transaction:
            db.execute("rollback")
        if db.execute("pragma user_version").fetchone() != (VERSION,):
            raise


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commit what the block did, or none of it."""
    db.execute("begin immediate")
    try:
        yield db
        db.execute("commit")
    except BaseException:
        # SQLite may have rolled back by itself (disk full, for one); a second
        # rollback would hide the error that matters.
        if db.in_transaction:
            db.execute("rollback")
        raise


@contextlib.contextmanager
def _as_store_error() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error
