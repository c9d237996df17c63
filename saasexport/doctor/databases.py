"""Both databases: there, readable, sound, and set as they should be.

A check of the shop must not keep the shop from writing.  In WAL mode a reader
keeps nobody waiting; with a rollback journal each table gets 20 ms, the longest
that a read of ours may take (reliability.md 1), and larger ones are left out.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator

from saasexport import queries
from saasexport.database import db
from saasexport.doctor.finding import Examined, Findings, fail, ok, warn
from saasexport.errors import SaasExportError
from saasexport.setup import copied_shop

SQL = queries.beside(__file__)

# For checking one database.
SECONDS = 5.0
TABLE_SECONDS = 0.02

# How long to wait for a lock before it is reported.
BUSY_MILLISECONDS = 2_000

# SQLite's codes of what another connection keeps from us.
LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

# A write-ahead log this large is not being folded back: somebody reads for ever.
LARGE_WAL = 1_000_000_000


def open_ours(examined: Examined) -> Findings:
    """Our database can be opened and was set up."""
    path = examined.config["export.database"]
    init = examined.init
    place = examined.config.place("export.database")
    if not os.path.lexists(path):
        yield fail("our database", f"{path}: is not there", f"run: {init}, or see {place}")
        return
    ours = None
    try:
        ours = db.connect_ours(path, place=place)
        ours.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
        version = ours.execute("pragma user_version").fetchone()[0]
        identity = db.setting(ours, "installation_id") if version else None
        uninstalled = db.setting(ours, "uninstalled") if version else None
    except (sqlite3.Error, SaasExportError) as error:
        if ours is not None:
            ours.close()
        is_sqlites = isinstance(error.__cause__ or error, sqlite3.Error)
        hint = f"{_remedy(error, path, init)}, or see {place}" if is_sqlites else getattr(error, "hint", "")
        yield fail("our database", str(error.args[0]), hint)
        return
    if identity is None:
        ours.close()
        yield fail("our database", f"{path}: is not set up", f"run: {init}")
        return
    if uninstalled is not None:
        ours.close()
        yield fail("our database", f"{path}: uninstalled at {uninstalled} UTC, jobs do nothing", f"run: {init}")
        return
    examined.ours = ours


def ours(examined: Examined) -> Findings:
    """Our database is sound, in WAL mode, and can be written."""
    path, connection = examined.config["export.database"], examined.ours
    assert connection is not None  # noqa: S101  # called only then
    mode = connection.execute("pragma journal_mode").fetchone()[0]
    if mode != "wal":
        yield fail(
            "our database",
            f"{path}: journal mode {mode}, in which a power cut may forget what was delivered",
            f"run: sqlite3 {path} 'pragma journal_mode = wal'",
        )
    yield from _large_wal("our database", path)
    try:
        connection.execute("begin immediate")
        connection.execute("rollback")
    except sqlite3.OperationalError as error:
        yield fail("our database", f"{path}: cannot be written: {error}", _remedy(error, path, ""))
        return
    try:
        with _limit_time(connection, SECONDS):
            messages = [row[0] for row in connection.execute("pragma quick_check(3)")]
    except sqlite3.OperationalError:
        yield ok("our database", f"{path}: nothing wrong found within {SECONDS:.0f} seconds")
        return
    except sqlite3.DatabaseError as error:
        messages = [str(error)]
    if messages != ["ok"]:
        damage = " ".join(messages[0].split())
        yield fail("our database", f"{path}: damaged: {damage}", _remedy(sqlite3.DatabaseError(damage), path, ""))
    else:
        yield ok("our database", f"{path}: sound, journal mode {mode}")


def open_shop(examined: Examined) -> Findings:
    """The shop's database can be opened; a copy that is not complete yet is none."""
    if copied_shop.is_awaited(examined.config):
        return
    path = examined.config["shop.database"]
    try:
        shop = db.connect_shop(path, read_only=True, place=examined.config.place("shop.database"))
        shop.execute(f"pragma busy_timeout = {BUSY_MILLISECONDS}")
        examined.shop = shop
    except SaasExportError as error:
        yield fail("the shop", str(error.args[0]), error.hint)


def shop(examined: Examined) -> Findings:
    """The shop's database is sound, as far as it can be told without keeping it from writing."""
    path, connection = examined.config["shop.database"], examined.shop
    assert connection is not None  # noqa: S101  # called only then
    mode = connection.execute("pragma journal_mode").fetchone()[0]
    if mode in ("off", "memory"):
        yield warn(
            "the shop",
            f"{path}: journal mode {mode}: a crash of the shop may damage it",
            "have the shop use WAL: pragma journal_mode = wal",
        )
    yield from _large_wal("the shop", path)
    checked, left_out, problem = _check_tables(connection, TABLE_SECONDS if mode != "wal" else SECONDS)
    if problem:
        yield fail(
            "the shop",
            f"{path}: damaged: {problem}",
            "stop the shop, keep a copy of the file, and restore a backup or use: sqlite3 FILE .recover",
        )
    elif left_out:
        yield ok(
            "the shop",
            f"{path}: journal mode {mode}, {checked} tables are sound, {left_out} too large to check while it runs;"
            " to check all, copy it with sqlite3's .backup and ask the copy: pragma integrity_check",
        )
    else:
        yield ok("the shop", f"{path}: sound, journal mode {mode}")


def _check_tables(shop: sqlite3.Connection, seconds: float) -> tuple[int, int, str]:
    """How many tables were checked, how many were not, and the first thing that is wrong."""
    checked = left_out = 0
    end = time.monotonic() + SECONDS
    try:
        tables = [row[0] for row in shop.execute(SQL.tables)]
        for table in tables:
            if time.monotonic() > end:
                left_out = len(tables) - checked
                break
            quoted = table.replace("'", "''")
            try:
                with _limit_time(shop, seconds):
                    messages = [row[0] for row in shop.execute(f"pragma quick_check('{quoted}')")]
            except sqlite3.OperationalError as error:
                if db.code_of(error) not in (sqlite3.SQLITE_INTERRUPT, *LOCKED):
                    raise
                left_out += 1
                continue
            if messages != ["ok"]:
                return checked, left_out, " ".join(messages[0].split())
            checked += 1
    except sqlite3.DatabaseError as error:
        return checked, left_out, str(error)
    return checked, left_out, ""


@contextlib.contextmanager
def _limit_time(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt what runs on a connection after some time: it raises OperationalError then."""
    # A progress handler would not do: quick_check is a single step to it.
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _large_wal(what: str, path: str) -> Findings:
    try:
        size = os.stat(path + "-wal").st_size
    except OSError:
        return
    if size > LARGE_WAL:
        yield warn(
            what,
            f"{path}-wal: {size / 1e9:.1f} GB: it is not folded back, a program holds a read open",
            f"find it with: fuser -v {path}-wal",
        )


def _remedy(error: Exception, path: str, init: str) -> str:
    code = db.code_of(error)
    if code in LOCKED:
        return f"another program holds it, find it with: fuser -v {path}"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return "see its mode and owner, and those of its folder"
    if code == sqlite3.SQLITE_FULL:
        return "make room on its disk"
    if code == sqlite3.SQLITE_ERROR and "no such table" in str(error):
        return f"is it ours? If so, move it away and run: {init}"
    return "run reindex_all_invalid: it sets the file aside and builds a new one from it and from the shop"
