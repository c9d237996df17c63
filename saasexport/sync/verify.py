"""Whether the service holds what the shop says, feed by feed; and having it hold that.

A repair goes through the ordinary steps, the guard for deletions included.  What
it is about stands on record as to be retried first: killed anywhere, the jobs go
on with it.
"""

import os
from contextlib import closing, suppress

from saasexport.database import indexer
from saasexport.database.db import transaction
from saasexport.delivery.digests import HeldItems
from saasexport.entity_key import EntityId
from saasexport.feed import Feed
from saasexport.stdlib import Any, NamedTuple, sqlite3
from saasexport.sync import confirmation
from saasexport.sync.comparison import APART, KINDS, SQL, Comparison
from saasexport.sync.confirmation import Confirmation
from saasexport.sync.exporter import Exporter, Options
from saasexport.sync.resync import require
from saasexport.sync.steps import Pass
from saasexport.sync.story import sync_guarded

# Differences that are named; the others are counted, and repaired all the same.
MOST_NAMED = 1_000

OPERATION = "verify"

# A state of an item cannot be later than this.
LAST_MOMENT = "9999-12-31 23:59:59"


class Verdict(NamedTuple):
    """What a comparison came to."""

    feed: str
    items: int  # that the shop has
    held: int  # that the service held
    kinds: dict[str, int]  # missing, extra, different, newer -> items
    apart: dict[str, int]  # items that are no difference, by the reason
    differences: list[dict[str, Any]]  # the first of them
    repaired: int = 0  # of them, those that are none any more
    is_complete: bool = True  # false: the time was up, a later run goes on

    @property
    def number(self) -> int:
        """The items that differed."""
        return sum(self.kinds.values())

    @property
    def left(self) -> int:
        """The items that still differ."""
        return self.number - self.repaired

    @property
    def text(self) -> str:
        """The numbers of differences in words."""
        return ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.items() if number)


class Verification:
    """What feeds are compared with: the exporter, its options, the service, and whether it is repaired."""

    def __init__(self, exporter: Exporter, options: Options, repairs: bool = False) -> None:
        self.exporter = exporter
        self.options = options
        self.repairs = repairs
        self.service = HeldItems(exporter.client.settings)

    def close(self) -> None:
        """Close the connection."""
        self.service.close()

    def verify(self, feed: Feed, scratch_file: str = "") -> Verdict:
        """Compare a feed, and repair it if that is wanted; `scratch_file` keeps what a later run goes on with."""
        require(self.exporter.installation, feed)
        with closing(_scratch(scratch_file)) as scratch:
            verdict = self._verify(feed, scratch)
        if scratch_file and verdict.is_complete:
            os.remove(scratch_file)
        installation = self.exporter.installation
        if verdict.is_complete and not installation.read_only:
            values = {"feed": feed.name, "now": self.exporter.clock(), "differing": verdict.left}
            installation.ours.execute(indexer.SQL.set_verified, values)
        return verdict

    def _verify(self, feed: Feed, scratch: sqlite3.Connection) -> Verdict:
        this_pass = Pass(self.exporter, self.options, feed)
        comparison = Comparison(this_pass, self.service, scratch)
        # One that cannot be asked is no reason to walk the shop.
        self.service.ranges(feed)
        if not comparison.walk_shop():
            return Verdict(feed.name, 0, 0, dict.fromkeys(KINDS, 0), {}, [], is_complete=False)
        if not comparison.compare():
            return self._verdict(comparison)
        with self.exporter.installation.lock(feed.name, OPERATION, waits=True):
            self._confirm(comparison)
            verdict = self._verdict(comparison)
            if self.repairs and verdict.number:
                self._repair(comparison)
                verdict = verdict._replace(repaired=verdict.number - sum(comparison.counts()[0].values()))
        return verdict

    def _confirm(self, comparison: Comparison) -> None:
        """Look again, at the shop as it is now and not as it was when the walk began."""
        comparison.this_pass = Pass(self.exporter, self.options, comparison.feed)
        Confirmation(comparison).confirm()

    def _verdict(self, comparison: Comparison) -> Verdict:
        kinds, apart = comparison.counts()
        named = {reason: apart[reason] for reason in APART if reason in apart}
        differences = comparison.describe(MOST_NAMED)
        return Verdict(comparison.feed.name, comparison.in_shop, comparison.held, kinds, named, differences)

    def _repair(self, comparison: Comparison) -> None:
        """Send what differs and delete what is too much, with times of export that the service cannot be ahead of."""
        for asks in (False, True):
            # What was refused once more is a state that no list names: a deletion of a later time.
            ids = [*_put_on_record(comparison, asks)]
            sync_guarded(self.exporter, self.options, comparison.feed, ids, "repair")
            self._confirm(comparison)
            if not any(comparison.counts()[0].values()):
                break


def _put_on_record(comparison: Comparison, asks: bool) -> dict[EntityId, None]:
    """Have every difference on record as to be retried; gives the entities.  `asks`: what the service holds of each."""
    table, scratch = comparison.this_pass.table, comparison.scratch
    ids: dict[EntityId, None] = {}
    for rows in comparison.pages(SQL.to_repair):
        moments = {row[0]: row[4] or (comparison.moment_of(row[0], row[2]) if asks else "") for row in rows}
        with transaction(table.ours):
            for key, is_gone, entity_id, identity, _ in rows:
                if moments[key] >= LAST_MOMENT:
                    continue  # nothing can be later
                if is_gone:
                    entity_id = f"unknown-{key.hex()}" if entity_id is None else entity_id
                    table.delete_later_than(key.hex(), entity_id, identity, moments[key])
                else:
                    table.send_later_than(key.hex(), moments[key])
                ids[entity_id] = None
        unknown = [(f"unknown-{row[0].hex()}", row[0]) for row in rows if row[2] is None]
        scratch.executemany(confirmation.SQL.set_entity, unknown)
    return ids


def _scratch(path: str) -> sqlite3.Connection:
    """Where a comparison is kept: in a file that SQLite removes, or in one that a later run finds again."""
    try:
        return _open_scratch(path)
    except sqlite3.DatabaseError:
        # Left by a power cut: what it knew is asked for anew.
        for suffix in ("", "-journal"):
            with suppress(FileNotFoundError):
                os.remove(path + suffix)
        return _open_scratch(path)


def _open_scratch(path: str) -> sqlite3.Connection:
    scratch = sqlite3.connect(path, isolation_level=None)
    scratch.execute("pragma synchronous = off")
    scratch.execute("select count(*) from sqlite_master").fetchone()
    return scratch
