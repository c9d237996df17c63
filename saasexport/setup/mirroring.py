"""The mirror of an installation: what it copies and when, and one run."""

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

import saasexport
from saasexport import queries
from saasexport.clock import now_text, text
from saasexport.config import sources
from saasexport.config.secret import read_secret
from saasexport.config.settings import Config
from saasexport.database import questions
from saasexport.database.db import transaction
from saasexport.errors import ConfigError, ShopError
from saasexport.mirror import plan, run
from saasexport.mirror.connection import connect
from saasexport.mirror.copy import Copy
from saasexport.mirror.run import Outcome
from saasexport.mirror.server import Access, Server
from saasexport.setup import feed_set, shop_reads
from saasexport.setup.copied_shop import State, is_awaited, state
from saasexport.stdlib import UTC, Any, NamedTuple, datetime, sqlite3, timedelta

SQL = queries.beside(__file__)


class Told(NamedTuple):
    """Who is told of a first copy: about how many rows it will have, and table and number of those that come."""

    expect: Callable[[int], None] = lambda _rows: None
    progress: Callable[[str, int], None] = lambda _table, _rows: None


NOBODY = Told()


def access(config: Config) -> Access:
    """Who reads the shop's server, and how."""
    file = config["mirror.password_file"]
    place = config.place("mirror.password_file")
    try:
        password = read_secret(file, place).decode() if file else ""
    except UnicodeDecodeError as error:
        raise ConfigError(f"{place}: {file}: is no UTF-8 text", "save it as UTF-8") from error
    return Access(sources.parse(config["mirror.source"]), password, config["mirror.ca_file"])


def basis(config: Config) -> str:
    """What decides which tables and columns are copied, as a hash: of configuration and feeds."""
    mirror = {name: value for name, value in config.sections["mirror"].items() if name != "load"}
    switched_off = sorted(name for name in config.feeds if not config.of_feed(name, "enabled"))
    built_in = feed_set.built_in(config)
    content = [mirror, config["shop.database"], switched_off, sorted(built_in.feeds), built_in.files]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:16]


def is_due(config: Config, ours: sqlite3.Connection) -> bool:
    """Whether the server may be asked again, or must be, since something else is to be copied."""
    return not ours.execute(questions.MIRROR_WAITS).fetchone() or state(ours).basis != basis(config)


def needs(config: Config, empty: sqlite3.Connection) -> plan.Needs:
    """The tables and columns that the enabled feeds read, of a shop with these tables."""
    feeds = feed_set.load(config, empty, "")
    enabled = [feed for feed in feeds.feeds.values() if config.of_feed(feed.name, "enabled")]
    return {name: sorted(columns) for name, columns in shop_reads.of_feeds(empty, enabled, feeds.loaded).items()}


def skeleton(config: Config, file: str) -> None:
    """A SQLite file with the server's tables and views, all empty; ShopError if the server does not show any."""
    with closing(connect(access(config))) as server:
        shown = server.tables(config["mirror.prefix"])
    if not shown:
        place = f"{config.place('mirror.source')}: {sources.parse(config['mirror.source'])}"
        prefix = f" whose name begins with {config['mirror.prefix']}" if config["mirror.prefix"] else ""
        raise ShopError(f"{place}: shows no table{prefix}", "grant select on the shop's tables to the user")
    if os.path.exists(config["shop.database"]):
        Copy(config["shop.database"]).close()  # which refuses what is none
    with closing(plan.skeleton(shown)) as empty, closing(sqlite3.connect(file)) as target:
        empty.backup(target)


def update(config: Config, ours: sqlite3.Connection, is_full: bool = False, report: Told = NOBODY) -> Outcome:
    """One run: bring the copy up to date, and put on record how that went; ShopError leaves the copy as it was."""
    before = state(ours)
    began, moment = time.monotonic(), now_text()
    try:
        with closing(connect(access(config))) as server:
            outcome = _copy(config, server, _how(config, before, is_full, report))
    except Exception as error:
        with transaction(ours):
            ours.execute(SQL.keep_failure, {"since": before.failed_since or moment, "error": str(error)})
        raise
    seconds = outcome.seconds = time.monotonic() - began
    # Of rows that were not fetched again, what was said of them still holds.
    values = [] if is_full else before.values()
    notes = {"values": list(dict.fromkeys([*values, *outcome.notes])), "server": outcome.warnings}
    kept: dict[str, Any] = {
        "basis": basis(config),
        "copied_at": _text(outcome.snapshot_at),
        "seconds": round(seconds, 3),
        "tables": outcome.tables,
        "rows_read": outcome.read,
        "rows_written": outcome.written,
        "due_at": _text(time.time() + seconds * (1 / config["mirror.load"] - 1)),
        "gates": json.dumps(outcome.gates),
        "notes": json.dumps(notes),
    }
    with transaction(ours):
        ours.execute(SQL.keep, kept)
    return outcome


def _how(config: Config, before: State, is_full: bool, report: Told) -> run.How:
    wanted = plan.Wanted(
        config["mirror.prefix"],
        tuple(config["mirror.tables"]),
        basis(config),
        saasexport.__version__,
        partial(needs, config),
    )
    place = str(sources.parse(config["mirror.source"]))
    return run.How(wanted, place, is_full, is_awaited(config), json.loads(before.gates), report.progress, report.expect)


def _copy(config: Config, server: Server, how: run.How) -> Outcome:
    path = config["shop.database"]
    file = f"{path}.first-copy" if how.is_first else path
    with closing(Copy(file)) as copy:
        outcome = run.mirror(server, copy, how)
    if how.is_first:
        os.replace(file, path)
    return outcome


def _text(moment: float) -> str:
    return text(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment))
