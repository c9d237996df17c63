"""The numbers that status, doctor and the dashboard show, all from the views.

What only the shop knows (how many items a full sync would produce, how far the
changelogs are ahead) is counted first and kept in view_state, where the views
find it.
"""

from collections.abc import Callable

from saasexport import clock
from saasexport.capture import changelog
from saasexport.database import delays, full_syncs, indexer
from saasexport.database.db import transaction
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.stdlib import Any

COLUMNS = (
    "feed",
    "source_records",
    "delivered",
    "failed",
    "awaiting",
    "deleted",
    "held",
    "backlog",
    "indexer",
    "mode",
    "synced_at",
    "counted_at",
    "unavailable",
)

# Of these hours the delays of changes and the full syncs are told.
DELAY_HOURS = 24


def count(installation: Installation, feeds: list[Feed] | None = None) -> dict[str, Exception]:
    """Count source records and backlog, and keep them where the views find them; gives the feeds that cannot be."""
    return _count_each(installation, installation.feeds() if feeds is None else feeds, _in_the_shop)


def _count_each(
    installation: Installation, feeds: list[Feed], count_one: Callable[[Installation, Feed], tuple[str, dict[str, Any]]]
) -> dict[str, Exception]:
    """Count some feeds; of one that cannot be counted the last known numbers stay."""
    counted, uncounted = [], {}
    for feed in feeds:
        try:
            counted.append(count_one(installation, feed))
        except Exception as error:
            uncounted[feed.name] = error
    with transaction(installation.ours):
        for query, values in counted:
            installation.ours.execute(query, values)
    return uncounted


def _in_the_shop(installation: Installation, feed: Feed) -> tuple[str, dict[str, Any]]:
    head, _ = changelog.head(installation.shop, feed)
    values: dict[str, Any] = {"feed": feed.name, "head": head, "now": clock.now_text()}
    known = installation.ours.execute(indexer.SQL.counted_at_head, values).fetchone()
    values["backlog"] = head - indexer.cursor(installation.ours, feed).version_id
    values["source_records"] = known[0] if known else _count_source_records(installation, feed, values["backlog"])
    return indexer.SQL.counted, values


# Of so many items a look at every entity would keep a person waiting.
MANY = 50_000


def _count_source_records(installation: Installation, feed: Feed, backlog: int) -> int:
    """Source records: counted in the shop, or of a large feed that is in sync, on record."""
    if not backlog and indexer.state(installation.ours, feed).status == "valid":
        alive = int(installation.table(feed).rows("count_alive")[0][0])
        if alive > MANY:
            return alive
    return source_records(installation, feed)


# A job that did work counts items anew when they were counted so long ago: it costs a look at a whole feed table.
RECOUNT_SECONDS = 600


def count_after_work(installation: Installation) -> dict[str, Exception]:
    """Count what a job may have changed, without a look at every entity of the shop.

    That is done after a full sync, and for people who ask.  Here source records
    are the items on record of a feed that is valid: what it would produce, or
    the service would not be up to date.
    """
    moments = {"old": clock.ago_text(seconds=RECOUNT_SECONDS), "now": clock.now_text()}
    recent = {row[0] for row in installation.ours.execute(indexer.SQL.counted_since, moments)}

    def on_record(installation: Installation, feed: Feed) -> tuple[str, dict[str, Any]]:
        values: dict[str, Any] = {"feed": feed.name, "backlog": backlog(installation, feed), "now": clock.now_text()}
        if feed.name in recent or indexer.state(installation.ours, feed).status != "valid":
            return indexer.SQL.counted_backlog, values
        values["source_records"] = installation.table(feed).rows("count_alive")[0][0]
        return indexer.SQL.counted_on_record, values

    return _count_each(installation, installation.feeds(), on_record)


# Entities counted at a time: a shop in rollback-journal mode waits no longer than for any other read.
COUNTED = 2000


def source_records(installation: Installation, feed: Feed, is_whole: bool = False) -> int:
    """The number of items a full sync of the feed would produce; of the whole shop, those too old for one as well."""
    shop = installation.shop_now(None, feed, 0 if is_whole else None)
    total, after = 0, feed.key.lowest
    while after != feed.key.highest:
        ids = shop.rows(feed.walk, after=after, limit=COUNTED, since=shop.since) if ":upto" in feed.count else []
        upto = feed.key.reach([row[0] for row in ids], COUNTED)
        total += int(shop.rows(feed.count, since=shop.since, after=after, upto=upto)[0][0])
        after = upto
    return total


def backlog(installation: Installation, feed: Feed) -> int:
    """The changelog rows that are not read yet."""
    head, _ = changelog.head(installation.shop, feed)
    return head - indexer.cursor(installation.ours, feed).version_id


def rows(installation: Installation) -> list[dict[str, Any]]:
    """A line per feed, as the view feed_status has it."""
    names = ", ".join(COLUMNS)
    every = installation.ours.execute(f"select {names} from feed_status")
    lines = [dict(zip(COLUMNS, row, strict=True)) for row in every]
    of_feeds = delays.since(installation.ours, _since())
    repaired = dict(installation.ours.execute(indexer.SQL.repaired).fetchall())
    for line in lines:
        of_feed = of_feeds.get(line["feed"], delays.Delays())
        line |= {f"delay_{name}": seconds for name, seconds in of_feed._asdict().items()}
        line["repaired"] = repaired.get(line["feed"])
    # The file of a feed may have been taken away since the views were made.
    lines = [line for line in lines if line["feed"] in installation.all_feeds]
    for line in lines:
        line["unavailable"] = installation.why_disabled(installation.all_feeds[line["feed"]]) or line["unavailable"]
    return lines


def delay(installation: Installation) -> delays.Delays:
    """The delays of the changes of all feeds that were delivered in the last hours."""
    return delays.of_all(installation.ours, _since())


def full_syncs_by_reason(installation: Installation) -> dict[tuple[str, str], int]:
    """(feed, reason) -> the full syncs that began in the last hours."""
    return full_syncs.since(installation.ours, _since())


def _since() -> str:
    return clock.ago_text(hours=DELAY_HOURS)


FAILED_COLUMNS = ("feed", "id", "source_entity_id", "status", "is_deleted", "feed_data", "errors", "metadata")


def load_failed(installation: Installation, feed: str | None = None) -> list[dict[str, Any]]:
    """The items that are not delivered and why, as the view failed_items has them."""
    names = ", ".join((*FAILED_COLUMNS, "modified_at"))
    query = f"select {names} from failed_items"
    if feed:
        query += " where feed = :feed"
    cursor = installation.ours.execute(query, {"feed": feed})
    items = [dict(zip((*FAILED_COLUMNS, "modified_at"), row, strict=True)) for row in cursor]
    # The file of a feed may have been taken away since the views were made.
    return [item for item in items if item["feed"] in installation.all_feeds]


def failed_by_status(installation: Installation) -> dict[str, dict[int, int]]:
    """Feed -> status -> the number of failed items; feeds without any are left out."""
    counts: dict[str, dict[int, int]] = {}
    query = "select feed, status, count(*) from failed_items group by feed, status"
    for feed, status, number in installation.ours.execute(query):
        counts.setdefault(feed, {})[status] = number
    return counts
