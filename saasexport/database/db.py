"""Connections to the two databases, transactions, and our schema.

The two are never attached to each other: with the shop attached, `begin
immediate` on ours would lock the shop as well.  Ours is in WAL mode with
synchronous=FULL, the only setting that lost nothing acknowledged in simulated
power cuts; the shop's settings are the shop's.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from saasexport import queries
from saasexport.config import ownership
from saasexport.errors import DatabaseError, SaasExportError, ShopError
from saasexport.feed import Feed
from saasexport.stdlib import Any, sqlite3

SCHEMA = queries.load(os.path.join(os.path.dirname(__file__), "schema.sql"))

# Raised by one whenever schema.sql changes; migrations bring older databases up to it.
SCHEMA_VERSION = 2


def connect_shop(
    path: str, write: bool = False, read_only: bool = False, place: str = "[shop] database"
) -> sqlite3.Connection:
    """Open the shop: for reading only, unless triggers are installed or changelogs purged.

    With `read_only` it is left as it was, byte for byte.  `place` is the configuration's file and key, for messages.
    """
    if not os.path.isfile(path):
        _look(path, ShopError, place)
        raise ShopError(f"{path}: the shop database does not exist", f"see {place}")
    try:
        if read_only:
            shop = _connect_to_look(path)
        else:
            shop = sqlite3.connect(uri(path), uri=True, isolation_level=None, timeout=5)
        if not write:
            shop.execute("pragma query_only = on")
        shop.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.Error as error:
        if _needs_recovery(error):
            raise ShopError(
                f"{path}: a program died while it wrote, the shop needs recovery first",
                "any program that opens it for writing does that: the shop's own, or reindex_all_invalid",
            ) from error
        hint = f"is this the shop's SQLite database, and readable? See {place}"
        raise ShopError(f"{path}: {error}", hint) from error
    return shop


def read_shop(shop: sqlite3.Connection, query: str, values: dict[str, Any] | None = None) -> list[Any]:
    """All rows of a query of the shop; ShopError names its file, since two databases are open and either may fail."""
    try:
        return shop.execute(query, values or {}).fetchall()
    except sqlite3.Error as error:
        raise ShopError(f"{file_of(shop)}: {error}", "the shop cannot be read") from error


def connect_ours(
    path: str,
    create: bool = False,
    read_only: bool = False,
    accepts_old: bool = False,
    place: str = "[export] database",
) -> sqlite3.Connection:
    """Open our database; only `init` creates it.  With `read_only` it is left as it was, byte for byte.

    One of an older version is refused, but by who brings it up to date (`accepts_old`), and one of another program.
    """
    if not read_only and os.path.exists(f"{path}.rebuilt"):
        take_rebuilt(path)
    if not os.path.isfile(path):
        _look(path, DatabaseError, place)
        if not create:
            raise DatabaseError(
                f"{path}: our database does not exist",
                f"make it with: saasexport init --shop FILE, or see {place}",
            )
    ownership.require(path, f"{place}: ")
    try:
        if create:
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        if read_only:
            ours = _connect_to_look(path)
        else:
            ours = sqlite3.connect(uri(path, "rwc" if create else "rw"), uri=True, isolation_level=None, timeout=30)
        is_another = _is_another(ours, create)
        if create and not is_another:
            ours.execute("pragma journal_mode = wal")
        commit_durably(ours)
        version = ours.execute("pragma user_version").fetchone()[0]
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}", f"see {place}") from error
    except sqlite3.Error as error:
        raise DatabaseError(f"{path}: {error}", f"see {place}") from error
    if is_another:
        ours.close()
        raise DatabaseError(
            f"{path}: is no database of saasexport", f"see {place}; if it is empty, run: saasexport init --shop FILE"
        )
    if version > SCHEMA_VERSION:
        raise DatabaseError(
            f"{path}: made by a newer saasexport (schema {version}, ours is {SCHEMA_VERSION})", "upgrade saasexport"
        )
    if 0 < version < SCHEMA_VERSION and not accepts_old:
        ours.close()
        raise DatabaseError(f"{path}: made by an older saasexport", "run reindex_all_invalid: it brings it up to date")
    return ours


def commit_durably(ours: sqlite3.Connection) -> None:
    """Have what is committed survive a power cut."""
    ours.execute("pragma synchronous = full")


def _is_another(ours: sqlite3.Connection, create: bool) -> bool:
    """Whether a database is none of ours; where one is created it may be empty."""
    tables = {row[0] for row in ours.execute("select name from sqlite_master where type = 'table'")}
    return "installation" not in tables and not (create and not tables)


def _connect_to_look(path: str) -> sqlite3.Connection:
    """A connection that leaves a database and its write-ahead log as they are.

    A log that was left behind is not folded in, as the last one to close would
    do that may write.  Where there is none, `ro` would leave an empty one: only
    who may write takes it away again, and has nothing to fold in.
    """
    has_log = os.path.exists(os.path.realpath(path) + "-wal")
    looking = sqlite3.connect(uri(path, "ro"), uri=True, isolation_level=None, timeout=5)
    if has_log or looking.execute("pragma journal_mode").fetchone()[0] != "wal":
        return looking
    tidy = sqlite3.connect(uri(path), uri=True, isolation_level=None, timeout=5)
    tidy.execute("select count(*) from sqlite_master").fetchone()
    looking.close()
    return tidy


def _needs_recovery(error: sqlite3.Error) -> bool:
    """Whether a reader met a journal that only who may write can roll back."""
    return getattr(error, "sqlite_errorname", "") in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY")


def set_aside(path: str, aside: str) -> None:
    """Keep a database under another name, too: it must not be gone before another is in its place."""
    try:
        os.link(path, aside)
    except OSError:
        import shutil  # late: a file system without links, and that seldom

        shutil.copyfile(path, aside)


def take_rebuilt(path: str) -> None:
    """Put a database that was rebuilt in the place of the broken one; whoever comes first, after a kill as well.

    The broken one's log goes first: beside the new one it would be taken for its own.  Until the new one is in its
    place, nobody uses the broken one without its log, since everybody comes here first.
    """
    rebuilt = f"{path}.rebuilt"
    try:
        held = os.open(rebuilt, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # another process has done it
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.path.exists(rebuilt):
            for suffix in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.remove(path + suffix)
            os.replace(rebuilt, path)
            folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    finally:
        os.close(held)


def _look(path: str, kind: type[SaasExportError], place: str) -> None:
    """Raise if a file is not simply missing: another user's folder hides it, or something else has its name."""
    try:
        os.stat(path)
    except PermissionError as error:
        raise kind(f"{path}: {error.strerror}", f"run this as the user who owns it, or see {place}") from error
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise kind(f"{path}: {error.strerror}", f"see {place}") from error
    raise kind(f"{path}: is no file", f"see {place}")


@contextmanager
def transaction(db: sqlite3.Connection, kind: str = "immediate") -> Iterator[None]:
    """Commit what the block did, or none of it; `deferred` for temp tables, which need no lock."""
    try:
        db.execute(f"begin {kind}")
        yield
        db.execute("commit")
    except BaseException as error:
        # SQLite may have rolled back by itself (disk full, for one); a second
        # rollback would hide the error that matters.
        if db.in_transaction:
            db.execute("rollback")
        if isinstance(error, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(error, _BUGS):
            raise DatabaseError(f"{file_of(db)}: {error}") from error
        raise


# What a bug of ours raises, not a disk: those keep their traceback.
_BUGS = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.NotSupportedError)


def code_of(error: BaseException | None) -> int:
    """SQLite's own code of an error, or of the one it was raised from; 0 if SQLite has nothing to do with it."""
    while error is not None:
        if isinstance(error, sqlite3.Error):
            # What Python's module finds wrong by itself has none; an extended code has the plain one in its last byte.
            return getattr(error, "sqlite_errorcode", 0) & 0xFF
        error = error.__cause__
    return 0


def file_of(db: sqlite3.Connection) -> str:
    """The file of a database, for messages."""
    try:
        return str(db.execute("pragma database_list").fetchone()[2])
    except sqlite3.Error:
        return "database"


def install(ours: sqlite3.Connection) -> None:
    """Create the fixed tables in an empty database; in an installed one change nothing."""
    with transaction(ours):
        if ours.execute("pragma user_version").fetchone()[0] == 0:
            for statement in statements(SCHEMA.fixed):
                ours.execute(statement)
            ours.execute(f"pragma user_version = {SCHEMA_VERSION}")


def feed_table_script(feed: Feed) -> str:
    """The statements that make a feed's table."""
    payload = "the item" if feed.legacy else "what is kept of the item: " + ", ".join(
        dict.fromkeys((*feed.identity, *feed.minimal))
    )
    script: str = SCHEMA.feed_table.format(
        feed_table=feed.table, feed=feed.name, identity=", ".join(feed.identity), payload=payload
    )
    return script


def statements(script: str) -> list[str]:
    """The statements of a script, each complete; executescript() would end the transaction."""
    found: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if ";" in line and sqlite3.complete_statement(pending):
            found.append(pending.strip().rstrip(";"))
            pending = ""
    if pending.strip():
        found.append(pending.strip())
    return found


def setting(ours: sqlite3.Connection, name: str) -> Any:
    """What is kept of this installation under a name, a column of the table; or None."""
    row = ours.execute(f'select "{name}" from installation').fetchone()
    return row[0] if row else None


def keep(ours: sqlite3.Connection, **settings: Any) -> None:
    """Keep values of this installation under their names, columns of the table."""
    ours.execute("insert or ignore into installation (only_row) values (1)")
    assignments = ", ".join(f'"{name}" = :{name}' for name in settings)
    ours.execute(f"update installation set {assignments}", settings)


def keep_triggers(ours: sqlite3.Connection, texts: dict[str, str]) -> None:
    """Keep what triggers stand in the shop: name -> text."""
    ours.execute("delete from installed_trigger")
    ours.executemany("insert into installed_trigger (name, sql) values (?, ?)", texts.items())


def kept_triggers(ours: sqlite3.Connection) -> dict[str, str]:
    """The triggers as they were when last checked: name -> text."""
    return dict(ours.execute("select name, sql from installed_trigger"))


def uri(path: str, mode: str = "rw") -> str:
    """A file as SQLite opens it in a mode."""
    # What has a meaning in a URI is escaped by hand: urllib costs more than the rest of an idle tick.
    escaped = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{escaped}?mode={mode}"
