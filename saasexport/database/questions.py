"""What an idle tick asks: SQL that yields a row when there is something to do.

The text is fixed here.  What varies, the feeds and the hours, is data in our
database, and looked at before it becomes part of a question: who can write
there must not have us run SQL of theirs.  An idle tick loads this module,
which imports nothing but os.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from saasexport.feed import Feed

    Kept = list[list[str]]

# The jobs that may find nothing to do in our database and the shop; any other but mirror_shop has always something.
JOBS = ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter", "resend_failed")

# Whether the server of a shop was asked so lately that the next run is due later; a time that is far away is a clock
# that was set back.
MIRROR_WAITS = (
    "select 1 from mirror_state where failed_since is null"
    " and due_at > datetime('now') and due_at < datetime('now', '+1 day')"
)

# Of a feed: its name, its table, its changelog, the job that sends what was collected, or 'at_once', and its module.
WORDS = 5

# Instead of a module: the feed is synced by a job that has loaded all of them.
ALL = "all"


def database_of(path: str, content: bytes) -> str:
    """[export] database as the file has it, found without a TOML parser; the default if it is not there."""
    section = ""
    database = "var/saasexport.sqlite"
    for raw in content.split(b"\n"):
        line = raw.strip().decode("utf-8", "replace")
        if line.startswith("["):
            section = line.split("]")[0].strip("[ \t")
        elif section == "export" and line.startswith("database"):
            name, _, value = line.partition("=")
            quote = value.strip()[:1]
            if name.strip() == "database" and quote in ("'", '"'):
                database = value.strip()[1:].split(quote)[0]
    return os.path.join(os.path.dirname(path), database)


def describe_feeds(feeds: "Iterable[Feed]", module_of: "Callable[[Feed], str]") -> str:
    """What is kept of the feeds: a line each."""
    exporters = ((feed, feed.exporter if feed.legacy else "at_once") for feed in feeds)
    return "\n".join(
        f"{feed.name} {feed.table} {feed.changelog} {exporter} {module_of(feed)}" for feed, exporter in exporters
    )


def files_of(folder: str) -> str:
    """What tells that a folder of feeds is not as it was: name, size, time and number of each of its files."""
    try:
        with os.scandir(folder) as entries:
            files = [entry for entry in entries if entry.name.endswith((".sql", ".py")) and entry.name[0] not in "_."]
            return "\n".join(sorted(_file(entry) for entry in files))
    except OSError:
        return ""


def _file(entry: "os.DirEntry[str]") -> str:
    try:
        status = entry.stat()
    except OSError:
        return f"{entry.name} cannot be read"
    return f"{entry.name} {status.st_size} {status.st_mtime_ns} {status.st_ino}"


def feeds_of(text: str) -> "Kept":
    """The feeds that were kept; ValueError if one is not made of plain names."""
    feeds = [line.split(" ") for line in str(text).split("\n") if line]
    for words in feeds:
        if len(words) != WORDS or not all(word.isidentifier() and word.isascii() for word in words):
            raise ValueError(f"feed {words}")
    return feeds


# The nightly job did not run for two nights (at :now): the machine may be off then.
CLEANED_LONG_AGO = "select 1 from installation where cleaned_at < datetime(:now, '-48 hours')"


def due(job: str, feeds: "Kept", reconcile_hours: int) -> str:
    """Whether a job has something to do (at :now), as far as our database knows."""
    if job == "resend_failed":
        return _any([_some(table, "status in (1, 2)") for _, table, *_ in feeds])
    if job != "reindex_all_invalid":
        return _any([_some(table, "status = 0") for _, table, _, exporter, _ in feeds if exporter == job])
    return _any(
        [
            f"select 1 from indexer_state where status in ('invalid', 'working') and {_among(feeds)}",
            f"select 1 from view_state where due_at <= :now and {_among(feeds)}",
            "select 1 from gone_entity where is_held = 0",
            f"select 1 from repeated where (due_at <= :now or due_at > datetime(:now, '+1 hour')) and {_among(feeds)}",
            f"select 1 from view_state where {overdue(reconcile_hours)} and {_among(feeds)}",
            CLEANED_LONG_AGO,
            *(_some(table, "status = 0") for _, table, _, exporter, _ in feeds if exporter == "at_once"),
        ]
    )


def heads(feeds: "Kept") -> str:
    """Of each feed's changelog in the shop: the feed, the newest version and what tells that it is the same row."""
    return _any(
        [
            f"select '{name}', max(coalesce(seq, version_id + 1, 0), coalesce(version_id, 0)),"
            " case when version_id >= seq then hex(entity_id) || '|' || coalesce(via, '') end"
            " from (select max(seq) as seq from sqlite_sequence"
            f" where name = '{changelog}' and typeof(seq) = 'integer')"
            f" left join (select * from {changelog} order by version_id desc limit 1)"
            for name, _, changelog, *_ in feeds
        ]
    )


def cursors(feeds: "Kept") -> str:
    """The same of what was read."""
    return f"select feed, version_id, fingerprint from view_state where {_among(feeds)}"


def overdue(reconcile_hours: int) -> str:
    """Whether a feed of view_state is to be compared with the shop by the job that runs every minute (at :now).

    The nightly job does that as well; a machine that is off at night must not
    wait for it.  A time in the future is a clock that was set back.
    """
    hours = reconcile_hours if reconcile_hours < 24 else reconcile_hours + 24
    return f"(reconciled_at < datetime(:now, '-{int(hours)} hours') or reconciled_at > datetime(:now, '+1 day'))"


def _among(feeds: "Kept") -> str:
    return "feed in (" + ", ".join([f"'{name}'" for name, *_ in feeds]) + ")"


def _some(table: str, condition: str) -> str:
    # SQLite uses a partial index only when its condition stands in the query.
    return f"select 1 from {table} where (status <> 200 or is_deleted = 1) and {condition}"


def _any(parts: list[str]) -> str:
    return "\nunion all\n".join(parts) or "select 1 where 0"
