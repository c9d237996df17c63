"""Our database is broken: set it aside, build a new one, carry over what can be read.

A lost feed table would mean forgotten deletions: the service would keep for
ever what the shop no longer has.  So every row that is still readable is taken
over, and then everything is compared with the shop.
"""

import os
import sqlite3
from datetime import UTC, datetime

from saasexport import lock, queries
from saasexport.config import config
from saasexport.database import db
from saasexport.errors import SaasExportError
from saasexport.feeds import all_feeds
from saasexport.setup.installation import Installation
from saasexport.setup.opening import set_up

SQL = queries.beside(__file__)

# What SQLite says of a file that is not, or no longer, a sound database.
_SIGNS = ("malformed", "not a database", "database corruption", "corrupt")


def is_corrupt(error: BaseException) -> bool:
    """Whether an error says that a database file is broken."""
    return any(sign in str(error) for sign in _SIGNS)


def is_sound(ours: sqlite3.Connection) -> bool:
    """Whether a look through the whole database finds nothing broken."""
    try:
        return bool(ours.execute("pragma quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def rebuild(path: str) -> str:
    """Replace our database, as a configuration file names it; gives a line that says what was done."""
    content = config.read(path)
    settings = config.parse(path, content, tuple(all_feeds()))
    with lock.held(os.path.join(settings["export.lock_dir"], "recovery.lock"), "recovery"):
        return _rebuild(settings, content)


def _rebuild(settings: config.Config, content: bytes) -> str:
    database = settings["export.database"]
    try:
        ours = db.connect_ours(database, accepts_old=True)
        if is_sound(ours) and db.setting(ours, "installation_id"):
            ours.close()
            return f"{database}: another job has rebuilt it meanwhile"
        ours.close()
    except (SaasExportError, sqlite3.Error):
        pass
    aside = f"{database}.corrupt-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(database + suffix):
            os.rename(database + suffix, aside + suffix)
    identity = _identity(settings["shop.database"])
    found = set_up(settings, content, identity)
    try:
        rows = _carry_over(found, aside)
    finally:
        found.close()
    return (
        f"{database}: was corrupt and is kept as {aside}; a new one was built, {rows} rows carried over,"
        " every feed is compared with the shop"
    )


def _identity(shop_file: str) -> str | None:
    """The installation's id, as its triggers in the shop carry it."""
    shop = db.connect_shop(shop_file)
    try:
        row = shop.execute(SQL.a_trigger).fetchone()
    finally:
        shop.close()
    return row[0].partition("/* saasexport ")[2].partition(" */")[0] if row else None


def _carry_over(found: Installation, aside: str) -> int:
    carried = 0
    broken = sqlite3.connect(aside, isolation_level=None)
    try:
        for table, columns in _tables(found):
            for row in _readable(broken, table, columns):
                marks = ", ".join("?" * len(columns))
                query = f"insert or ignore into {table} ({', '.join(columns)}) values ({marks})"
                carried += found.ours.execute(query, row).rowcount
    finally:
        broken.close()
    return carried


def _tables(found: Installation) -> list[tuple[str, list[str]]]:
    names = [feed.table for feed in found.all_feeds.values()] + ["data_exporter_uuid"]
    return [
        (name, [row[1] for row in found.ours.execute(f"pragma table_info({name})") if row[1] != "id"]) for name in names
    ]


def _readable(broken: sqlite3.Connection, table: str, columns: list[str]) -> list[tuple[object, ...]]:
    """Rows from the front, and from the back, as far as each way can be read."""
    found: dict[tuple[object, ...], None] = {}
    for order in ("asc", "desc"):
        try:
            for row in broken.execute(f"select {', '.join(columns)} from {table} order by {columns[0]} {order}"):
                found[row] = None
        except sqlite3.Error:
            pass
        try:
            for row in broken.execute(f"select {', '.join(columns)} from {table} order by rowid {order}"):
                found[row] = None
        except sqlite3.Error:
            pass
    return list(found)
