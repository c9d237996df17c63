"""Our database is broken: build a new one beside it, carry over what can be read, put it in its place.

A lost feed table would mean forgotten deletions: the service would keep for
ever what the shop no longer has.  So every row that is still readable is taken
over, and then everything is compared with the shop.
"""

import os
from contextlib import suppress

from saasexport import lock
from saasexport.clock import now_text
from saasexport.config import settings
from saasexport.database import db, indexer
from saasexport.errors import SaasExportError
from saasexport.setup import feed_set
from saasexport.setup.installation import Installation
from saasexport.setup.opening import identity_in, set_up, use_environment
from saasexport.stdlib import UTC, datetime, sqlite3


def is_corrupt(error: BaseException) -> bool:
    """Whether an error says that a database file is broken: not, or no longer, a sound database."""
    return db.code_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def is_sound(ours: sqlite3.Connection) -> bool:
    """Whether a look through the whole database finds nothing broken."""
    try:
        return bool(ours.execute("pragma quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def rebuild(path: str) -> str:
    """Replace our database, as a configuration file names it; gives a line that says what was done."""
    from saasexport.config import parsing  # late: every job loads this module, and few rebuild

    content = settings.read(path)
    config = parsing.parse(path, content, feed_set.names_of)
    path = os.path.join(config["export.lock_dir"], "recovery.lock")
    with lock.held(path, "recovery", place=config.place("export.lock_dir")):
        return _rebuild(config, content)


def _rebuild(config: settings.Config, content: bytes) -> str:
    """Build beside the old one, which is read as it lies there: killed anywhere, the next job begins anew."""
    database = config["export.database"]
    if _is_another_there(database):
        return f"{database}: another job has rebuilt it meanwhile"
    unfinished = f"{database}.unfinished"
    for suffix in ("", "-wal", "-shm"):
        _remove(unfinished + suffix)
    broken = sqlite3.connect(db.uri(database, "ro"), uri=True, isolation_level=None)
    try:
        installation = set_up(config, content, _identity(broken, config), unfinished)
        try:
            rows = _carry_over(installation, broken)
            installation.ours.execute("pragma wal_checkpoint(truncate)")
        finally:
            installation.close()
    finally:
        broken.close()
    aside = f"{database}.corrupt-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    db.set_aside(database, aside)
    os.replace(unfinished, f"{database}.rebuilt")
    db.take_rebuilt(database)
    return (
        f"{database}: was corrupt and is kept as {aside}; a new one was built, {rows} rows carried over,"
        " every feed is compared with the shop"
    )


def _is_another_there(database: str) -> bool:
    try:
        ours = db.connect_ours(database, accepts_old=True)
    except (SaasExportError, sqlite3.Error):
        return False
    try:
        is_old = ours.execute("pragma user_version").fetchone()[0] not in (0, db.SCHEMA_VERSION)
        return is_sound(ours) and (is_old or bool(db.setting(ours, "installation_id")))
    except sqlite3.Error:
        return False
    finally:
        ours.close()


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.remove(path)


def _identity(broken: sqlite3.Connection, config: settings.Config) -> str | None:
    """The installation's id, as the broken database has it; if it cannot be read, as the triggers in the shop do."""
    with suppress(sqlite3.Error):
        if identity := db.setting(broken, "installation_id"):
            return str(identity)
    return identity_in(config)


def _carry_over(installation: Installation, broken: sqlite3.Connection) -> int:
    carried = 0
    with db.transaction(installation.ours):
        has_environments = _carry_environments(installation, broken)
        for feed in installation.all_feeds.values():
            table = installation.table(feed)
            columns = _columns(installation.ours, broken, feed.table)
            carried += table.carry_over(columns, _readable(broken, feed.table, columns))
            if not has_environments:
                table.count_as_delivered()
            elif _is_another_environment(installation, broken):
                table.use_environment()
        _carry_states(installation, broken)
        columns = _columns(installation.ours, broken, "data_exporter_uuid")
        marks = ", ".join("?" * len(columns))
        query = f"insert or ignore into data_exporter_uuid ({', '.join(columns)}) values ({marks})"
        for row in _readable(broken, "data_exporter_uuid", columns):
            carried += installation.ours.execute(query, row).rowcount
    return carried


def _carry_environments(installation: Installation, broken: sqlite3.Connection) -> bool:
    """Have the data spaces the bits that rows remember them by; whether these could be read."""
    rows = _readable(broken, "environment", ["bit", "environment_id", "used_at"])
    if not rows:
        return False
    installation.ours.execute("delete from environment")
    query = "insert or ignore into environment (bit, environment_id, used_at) values (?, ?, ?)"
    installation.ours.executemany(query, rows)
    use_environment(installation, installation.config.data_space)
    return True


def _is_another_environment(installation: Installation, broken: sqlite3.Connection) -> bool:
    """Whether the rows say how it stands with another data space than the one in force."""
    try:
        before = db.setting(broken, "environment_id")
    except sqlite3.Error:
        return False
    return before not in (None, installation.config.data_space)


def _carry_states(installation: Installation, broken: sqlite3.Connection) -> None:
    """Keep what people decided about feeds, and the time that new items come after."""
    ours, feeds = installation.ours, installation.all_feeds
    for name, status in _readable(broken, "indexer_state", ["feed", "status"]):
        if name in feeds and status == "suspended":
            indexer.set_status(ours, feeds[str(name)], "suspended", None, now_text())
    for name, mode, forgotten_at in _readable(broken, "view_state", ["feed", "mode", "forgotten_at"]):
        if name in feeds and mode in ("schedule", "realtime"):
            ours.execute(indexer.SQL.set_mode, {"feed": name, "mode": mode, "now": now_text()})
            if forgotten_at:
                installation.table(feeds[str(name)]).begin_after(str(forgotten_at))


def _columns(ours: sqlite3.Connection, broken: sqlite3.Connection, table: str) -> list[str]:
    """The columns that both have; a database of an older version lacks some."""
    names = [row[1] for row in ours.execute(f"pragma table_info({table})") if row[1] != "id"]
    try:
        there = {row[1] for row in broken.execute(f"pragma table_info({table})")}
    except sqlite3.Error:
        return names
    return [name for name in names if name in there]


def _readable(broken: sqlite3.Connection, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    """Rows from the front, and from the back, as far as each way can be read."""
    readable: dict[tuple[object, ...], None] = {}
    for order in ("asc", "desc"):
        try:
            for row in broken.execute(f"select {', '.join(columns)} from {table} order by {columns[0]} {order}"):
                readable[row] = None
        except sqlite3.Error:
            pass
        try:
            for row in broken.execute(f"select {', '.join(columns)} from {table} order by rowid {order}"):
                readable[row] = None
        except sqlite3.Error:
            pass
    return list(readable)
