"""What is generated from the set of feeds: the views people look at, and what an idle tick asks.

The views read our database only, and every number that `status`, `doctor` and
the dashboard show comes from them (design.md 6).
"""

import sqlite3
from collections.abc import Iterable
from typing import Any

from saasexport import queries
from saasexport.feed import Feed

SQL = queries.beside(__file__)


def make(ours: sqlite3.Connection, feeds: Iterable[Feed]) -> None:
    """Make feed_status, failed_items and changelog_backlog for these feeds."""
    feeds = list(feeds)
    for name in ("feed_status", "failed_items", "changelog_backlog"):
        # SQLite keeps a comment that stands behind `as`: `.schema feed_status` explains the view.
        meaning, template = _parted(getattr(SQL, name))
        each = feeds if "{feed" in template else feeds[:1]
        names = ({"feed": feed.name, "feed_table": feed.table, "changelog": feed.changelog} for feed in each)
        parts = "\nunion all\n".join(template.format(**name) for name in names)
        ours.execute(f"drop view if exists {name}")
        ours.execute(f"create view {name} as\n{meaning}\n{parts}")


def idle_queries(feeds: list[Feed], reconcile_hours: int) -> dict[str, Any]:
    """What an idle tick asks, for these feeds: SQL that yields a row when there is something to do."""
    names = ", ".join(f"'{feed.name}'" for feed in feeds)
    heads = [
        f"select '{feed.name}', max(coalesce(seq, 0), coalesce(version_id, 0)),"
        " case when version_id >= coalesce(seq, 0) then hex(entity_id) || '|' || coalesce(via, '') end"
        f" from (select (select seq from sqlite_sequence where name = '{feed.changelog}') as seq)"
        f" left join (select * from {feed.changelog} order by version_id desc limit 1)"
        for feed in feeds
    ]
    due = [
        f"select 1 from indexer_state where status in ('invalid', 'working') and feed in ({names})",
        f"select 1 from view_state where due_at <= :now and feed in ({names})",
        "select 1 from gone_entity where is_held = 0",
        f"select 1 from view_state where {overdue(reconcile_hours)} and feed in ({names})",
        "select 1 from setting where name = 'cleaned_at' and value < datetime(:now, '-48 hours')",
        *(_some(feed, "status = 0") for feed in feeds if not feed.legacy),
    ]
    collected = {
        job: [_some(feed, "status = 0") for feed in feeds if feed.legacy and feed.exporter == job]
        for job in ("saas_data_exporter", "sales_data_exporter")
    }
    return {
        "idle_heads": _any(heads),
        "idle_cursors": f"select feed, version_id, fingerprint from view_state where feed in ({names})",
        "idle_reindex_all_invalid": _any(due),
        "idle_resend_failed": _any([_some(feed, "status in (1, 2)") for feed in feeds]),
        **{f"idle_{job}": _any(parts) for job, parts in collected.items()},
    }


def overdue(reconcile_hours: int) -> str:
    """SQL: whether a feed of view_state is to be compared with the shop by the job that runs every minute.

    The nightly job does that as well; a machine that is off at night must not
    wait for it.  A time in the future is a clock that was set back.
    """
    hours = reconcile_hours if reconcile_hours < 24 else reconcile_hours + 24
    return (
        f"(reconciled_at < datetime(:now, '-{int(hours)} hours') or reconciled_at > datetime(:now, '+1 day'))"
    )


def _some(feed: Feed, condition: str) -> str:
    # SQLite uses a partial index only when its condition stands in the query.
    return f"select 1 from {feed.table} where (status <> 200 or is_deleted = 1) and {condition}"


def _any(parts: list[str]) -> str:
    return "\nunion all\n".join(parts) or "select 1 where 0"


def _parted(query: str) -> tuple[str, str]:
    """The comment at the head of a query, and the query."""
    lines = query.splitlines()
    comment = [line for line in lines if line.startswith("--")]
    return "\n".join(comment), "\n".join(line for line in lines if not line.startswith("--"))
