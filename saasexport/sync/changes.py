"""The changelog as a partial sync reads it, and what is done where it cannot be trusted."""

from collections.abc import Iterator

from saasexport.capture import changelog
from saasexport.capture.changelog import Span
from saasexport.database import full_syncs, indexer
from saasexport.database.db import connect_shop, transaction
from saasexport.entity_key import EntityId
from saasexport.feed import reading_shop
from saasexport.sync import due
from saasexport.sync.steps import FullSyncNeeded, Pass


class Changes:
    """The entities that changed in the shop since the last run."""

    def __init__(self, this_pass: Pass) -> None:
        """Read the changelog; raises FullSyncNeeded where that does not do."""
        self.this_pass = this_pass
        self.cursor = indexer.cursor(this_pass.ours, this_pass.feed)
        head, _ = changelog.head(this_pass.shop.connection, this_pass.feed)
        if reason := reason_for_full_sync(this_pass, self.cursor, head):
            raise FullSyncNeeded(reason)
        self.upto = self.cursor.pass_version or head
        self.opened = None if head == self.cursor.version_id else self._open()

    def _open(self) -> changelog.Opened:
        of = self.this_pass
        span = Span(self.cursor.version_id, self.upto)
        of.reads_changelog = True
        opened = changelog.open_pass(of.shop, of.ours, of.feed, span, of.options.reading)
        if opened.everything:
            raise FullSyncNeeded(opened.everything)
        # A sale that changes no item, a configuration value that nobody reads: nothing is done, and nothing told.
        if not opened.is_empty:
            of.announce("partial reindex")
        return opened

    def entities(self) -> Iterator[list[EntityId]]:
        """Their ids in chunks, those left out that an earlier run has done."""
        if self.opened is not None:
            after = self.cursor.pass_position
            yield from changelog.batches(self.this_pass.ours, self.this_pass.feed, after, self.this_pass.options.chunk)

    def advance(self, position: EntityId) -> None:
        """Record how far the pass has come, in the transaction that stages its items."""
        indexer.advance(self.this_pass.ours, self.this_pass.feed, self.upto, position)

    def close(self) -> None:
        """The changelog is read: move the cursor, and remove what is behind it."""
        if self.opened is None:
            return
        if self.opened.has_unreadable:
            self.this_pass.record_unreadable_keys()
        ours, feed, clock = self.this_pass.ours, self.this_pass.feed, self.this_pass.exporter.clock
        moment = None if self.opened.is_empty else due.next_moment(self.this_pass)
        with transaction(ours):
            indexer.close_pass(ours, feed, self.upto, self.opened.fingerprint, clock())
            if not self.opened.is_empty:
                due.plan(self.this_pass, moment)
        purge(self.this_pass, self.upto)


def reason_for_full_sync(this_pass: Pass, cursor: indexer.Cursor, head: int) -> str:
    """Why the changelog is not read but the feed walked from its beginning; empty if it can be trusted."""
    feed = this_pass.feed
    if reason := changelog.reason_for_loss(this_pass.shop.connection, feed, cursor.version_id, cursor.fingerprint):
        return reason
    if head < (cursor.pass_version or cursor.version_id):
        return f"{feed.changelog} ends at {head}, before the row that was last read"
    state = indexer.state(this_pass.ours, feed)
    if state.reason in full_syncs.COMPARISONS:
        return ""  # what was announced is sent first, so that what the comparison finds was not
    if state.status == "invalid" and state.position is None and head > cursor.version_id:
        return state.reason or "it is invalid"
    return ""


def fall_back_to_full_sync(this_pass: Pass, reason: str) -> None:
    """Have the feed walked from its beginning; that covers what its changelog has so far."""
    ours, feed, clock = this_pass.ours, this_pass.feed, this_pass.exporter.clock
    head, fingerprint = changelog.head(this_pass.shop.connection, feed)
    with transaction(ours):
        indexer.invalidate(ours, feed, reason, clock())
        indexer.close_pass(ours, feed, head, fingerprint, clock())
    this_pass.exporter.log.say(f"{feed.name}: full sync: {reason}")
    purge(this_pass, head)


def keep_bounded(this_pass: Pass) -> None:
    """Drop a changelog that is too long, also of a feed that is not synced now: it will be compared with the shop."""
    ours, feed = this_pass.ours, this_pass.feed
    head, _ = changelog.head(this_pass.shop.connection, feed)
    limit = this_pass.exporter.installation.config["export.changelog_limit"]
    if head - indexer.cursor(ours, feed).version_id <= limit:
        return
    if indexer.state(ours, feed).status == "suspended":
        # The cursor stays: the rows that are missing after it have the feed walked anew once it is released.
        purge(this_pass, head)
    else:
        fall_back_to_full_sync(this_pass, f"{feed.changelog} has more than {limit} rows that were not read")


def purge(this_pass: Pass, cursor: int) -> None:
    """Remove what is read from the shop's changelog, now and then; the shop comes first."""
    feed, kept = this_pass.feed, this_pass.options.reading.kept
    # Asked on the connection that is there: to open another reads the schema of the shop once more.
    if not changelog.is_to_be_purged(this_pass.shop.connection, feed, cursor, kept):
        return
    config = this_pass.exporter.installation.config
    writer = connect_shop(config["shop.database"], write=True, place=config.place("shop.database"))
    try:
        # Our purge is the one that can wait.
        writer.execute("pragma busy_timeout = 50")
        with reading_shop(feed.name):
            changelog.purge(writer, feed, cursor, kept)
    finally:
        writer.close()
