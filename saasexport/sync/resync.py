"""What saas:resync and indexer:reindex do besides the story: from the start, some entities, onwards.

All of it goes through the same steps.  A full sync that was asked for begins at
the first entity, and only one that has seen every entity makes its indexer valid.
"""

from saasexport import queries
from saasexport.capture import triggers
from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.entity_key import EntityId
from saasexport.errors import ConfigError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.stdlib import Any, NamedTuple
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.report import Report
from saasexport.sync.story import begin, full_sync, send_collected, sync_entities
from saasexport.sync.walk import walk

SQL = queries.beside(__file__)

BY_IDS = "partial resync by ids"


class Selection(NamedTuple):
    """The entities that somebody means: some, or those after one; all, without either."""

    ids: list[EntityId] | None = None
    after: EntityId | None = None


def require(installation: Installation, feed: Feed) -> None:
    """Raise unless the configuration wants the feed and the shop can give it."""
    reason = installation.why_disabled(feed)
    if reason and installation.config.of_feed(feed.name, "enabled"):
        raise ConfigError(f"{installation.config.file}: feed {feed.name} is {reason}", "see [service] destination")
    if reason:
        raise ConfigError(
            f"{installation.config.file}: feed {feed.name} is switched off", f"set [feeds.{feed.name}] enabled = true"
        )
    triggers.require(installation.shop, feed)


# Whole feeds


def from_the_start(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Walk every entity, however far an earlier run has come."""
    installation = exporter.installation
    require(installation, feed)
    with transaction(installation.ours):
        indexer.set_status(installation.ours, feed, "invalid", "a full sync was asked for", exporter.clock())
    return _with_collected(exporter, options, feed, full_sync(exporter, options, feed))


def onwards(exporter: Exporter, options: Options, feed: Feed) -> Report:
    """Go on after the highest entity that was exported; earlier ones are not visited."""
    require(exporter.installation, feed)
    ours = exporter.installation.ours
    highest = highest_exported(exporter.installation, feed)
    if highest is None:
        return from_the_start(exporter, options, feed)
    state = indexer.state(ours, feed)
    if state.status == "working" and state.position is not None and state.position >= highest:
        # The full sync that was interrupted has seen the earlier ones: this completes it.
        with transaction(ours):
            indexer.move(ours, feed, highest)
        return _with_collected(exporter, options, feed, full_sync(exporter, options, feed))
    with begin(exporter, options, feed, "full") as this_pass:
        this_pass.announce("full sync")
        for ids in walk(this_pass, highest):
            this_pass.chunk(ids)
        this_pass.delete_what_is_missing()
    return _with_collected(exporter, options, feed, this_pass.report)


def highest_exported(installation: Installation, feed: Feed) -> Any:
    """The highest source id that was delivered."""
    row = installation.ours.execute(_sql("highest_exported", feed)).fetchone()
    return row[0] if row else None


def empty(exporter: Exporter, feed: Feed) -> None:
    """Forget everything that was sent; until it is synced again the feed is invalid."""
    ours = exporter.installation.ours
    with transaction(ours):
        exporter.installation.table(feed).empty()
        ours.execute(SQL.no_longer_gone, {"feed": feed.name})
        indexer.set_status(ours, feed, "invalid", "its feed table was emptied", exporter.clock())


def count_rows(installation: Installation, feed: Feed) -> int:
    """The rows of the feed table."""
    return int(installation.ours.execute(_sql("count", feed)).fetchone()[0])


def stored_again(exporter: Exporter, options: Options, feed: Feed, selection: Selection) -> Report:
    """Send what a legacy feed has stored, delivered or not, without collecting."""
    with transaction(exporter.installation.ours):
        exporter.installation.table(feed).send_again(*selection)
    sent = send_collected(exporter, options, feed)
    sent.items = sent.tried
    return sent


def _with_collected(exporter: Exporter, options: Options, feed: Feed, report: Report) -> Report:
    """Send what a legacy feed has just collected, if that is asked for; gives both results as one."""
    if feed.legacy and options.send_legacy and exporter.installation.table(feed).load_collected(0, 1):
        report.add_sent(send_collected(exporter, options, feed))
    return report


# Some entities


def some_entities(exporter: Exporter, options: Options, feed: Feed, ids: list[EntityId]) -> Report:
    """Send the items of these entities, whether they changed or not."""
    return sync_entities(exporter, options._replace(force=True, send_legacy=True), feed, ids, BY_IDS)


def _sql(name: str, feed: Feed) -> str:
    query: str = getattr(SQL, name)
    return query.format(feed_table=feed.table)
