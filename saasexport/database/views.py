"""What is generated from the set of feeds: the views people look at.

The views read our database only, and every number that `status`, `doctor` and
the dashboard show comes from them (design.md 6).
"""

from collections.abc import Iterable

from saasexport import queries
from saasexport.feed import Feed
from saasexport.stdlib import sqlite3

SQL = queries.beside(__file__)


def make(ours: sqlite3.Connection, feeds: Iterable[Feed]) -> None:
    """Make feed_status, failed_items and changelog_backlog for these feeds."""
    feeds = list(feeds)
    for name in ("feed_status", "failed_items", "changelog_backlog"):
        # SQLite keeps a comment that stands behind `as`: `.schema feed_status` explains the view.
        meaning, template = _split_comment(getattr(SQL, name))
        names = [{"feed": feed.name, "feed_table": feed.table, "changelog": feed.changelog} for feed in feeds]
        of_feeds = "\nunion all\n".join(template.format(**feed) for feed in names) or getattr(SQL, f"no_{name}", "")
        parts = of_feeds if "{feed" in template else template
        ours.execute(f"drop view if exists {name}")
        ours.execute(f"create view {name} as\n{meaning}\n{parts}")


def _split_comment(query: str) -> tuple[str, str]:
    """The comment at the head of a query, and the query."""
    lines = query.splitlines()
    comment = [line for line in lines if line.startswith("--")]
    return "\n".join(comment), "\n".join(line for line in lines if not line.startswith("--"))
