"""What shop and service did not agree about, asked for a second time, under the feed's lock.

What agrees by now is gone; of the rest it is found out whether a later step of
ours settles it.
"""

from collections.abc import Iterator, Sequence

from saasexport import queries
from saasexport.capture import changelog
from saasexport.capture.changelog import Span
from saasexport.database import deletion_guard, indexer
from saasexport.database.db import transaction
from saasexport.database.digests import as_dict
from saasexport.database.hashing import encode
from saasexport.database.uuids import Uuids
from saasexport.entity_key import EntityId
from saasexport.stdlib import Any
from saasexport.sync import due
from saasexport.sync.comparison import LOOK_BACK, PAGE, REJECTED, SET_ASIDE, WAITING, Comparison, identity_and_time
from saasexport.sync.steps import Pass, assemble
from saasexport.sync.walk import walk

SQL = queries.beside(__file__)


class Confirmation:
    """The second look at what a comparison has found, in its file."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.this_pass = comparison.this_pass
        self.feed = comparison.feed
        self.service = comparison.service
        self.scratch = comparison.scratch
        self.digester = comparison.digester

    def confirm(self) -> None:
        """Ask both sides, and find out why they differ."""
        self._find_entities()
        with transaction(self.scratch):
            self.scratch.execute(SQL.ask_again)
            self._hold_again()
        for ids in self._entities():
            with transaction(self.scratch):
                self.this_pass.in_pieces(ids, self._say_again)
        with transaction(self.scratch):
            self.scratch.execute(SQL.agree)
            self._set_apart_what_waits()
            self._judge()

    def _find_entities(self) -> None:
        """The entities of what only the service has: those on record, and those that the look-back hides."""
        for keys in self.comparison.pages(SQL.keys_without_entity):
            rows = self.this_pass.table.rows("by_feed_id", feed_ids=encode([key.hex() for (key,) in keys]))
            self.scratch.executemany(SQL.set_entity, [(row[1], bytes.fromhex(row[2])) for row in rows])
        unknown = self.scratch.execute(SQL.keys_without_entity, {"after": b"", "limit": 1}).fetchone()
        if unknown and self.this_pass.shop.since:
            self._find_beyond_the_look_back()

    def _find_beyond_the_look_back(self) -> None:
        of = self.this_pass
        installation = of.exporter.installation
        everything = Pass(of.exporter, of.options, self.feed)
        everything.__dict__["shop"] = installation.shop_now(Uuids(of.ours, installation.shop_identity), self.feed, 0)

        def find(ids: Sequence[EntityId]) -> int:
            compared = self.digester.digest_items(assemble(self.feed, everything.shop, ids))
            self.scratch.executemany(SQL.set_beyond, [(each.entity_id, each.key) for each in compared])
            return self.digester.weight

        for ids in walk(everything, None):
            everything.in_pieces(ids, find)

    def _hold_again(self) -> None:
        ranges = self.service.ranges(self.feed)
        for (first,) in self.scratch.execute(SQL.ranges).fetchall():
            expected = ranges[first[0]].number
            for item in self.service.items(self.feed, first[0], expected) if expected else ():
                self.scratch.execute(SQL.hold, (item.digest, *identity_and_time(item), item.key))

    def _entities(self) -> Iterator[Sequence[EntityId]]:
        """The entities of what differs, in chunks."""
        after = None
        while ids := [row[0] for row in self.scratch.execute(SQL.entities, {"after": after, "limit": PAGE})]:
            after = ids[-1]
            yield from self.this_pass.chunks(ids)

    def _say_again(self, ids: Sequence[EntityId]) -> int:
        encoder = self.this_pass.table.encoder
        items, faults = encoder.encode(assemble(self.feed, self.this_pass.shop, ids))
        digests = [
            (self.digester.of_item(as_dict(item)), bytes.fromhex(identity)) for identity, item in items.items()
        ]
        self.scratch.executemany(SQL.found_out, digests)
        failed = self.this_pass.table.identities_of_faults(faults)
        self.scratch.executemany(SQL.set_apart, [(SET_ASIDE, bytes.fromhex(identity)) for identity, _ in failed])
        return encoder.weight

    def _set_apart_what_waits(self) -> None:
        """What a changelog, a day that has come or the guard keeps for a later step."""
        of = self.this_pass
        waiting = [*deletion_guard.load_held(of.ours, self.feed), *(due.entities(of) or ())]
        self._entities_wait(waiting)
        cursor = indexer.cursor(of.ours, self.feed)
        head, _ = changelog.head(of.shop.connection, self.feed)
        if head <= cursor.version_id or changelog.reason_for_loss(
            of.shop.connection, self.feed, cursor.version_id, cursor.fingerprint
        ):
            return
        opened = changelog.open_pass(of.shop, of.ours, self.feed, Span(cursor.version_id, head), of.options.reading)
        if opened.everything:
            self.scratch.execute(SQL.all_waiting)
            return
        for ids in changelog.batches(of.ours, self.feed, None, PAGE):
            self._entities_wait(ids)

    def _entities_wait(self, ids: Sequence[EntityId]) -> None:
        self.scratch.executemany(SQL.set_entity_apart, [(WAITING, entity_id) for entity_id in ids])

    def _judge(self) -> None:
        """What each difference is, by what is on record of its item."""
        for page in self.comparison.pages(SQL.keys):
            known = self.this_pass.table.rows("by_feed_id", feed_ids=encode([row[0].hex() for row in page]))
            rows = {row[2]: row for row in known}
            for key, is_gone, is_missing, modified_at, is_beyond in page:
                row = rows.get(key.hex())
                if apart := LOOK_BACK if is_beyond else _apart(row):
                    self.scratch.execute(SQL.set_apart, (apart, key))
                kind = "missing" if is_missing else "extra" if is_gone else "different"
                if kind == "different" and row is not None and modified_at > row[6]:
                    kind = "newer"
                self.scratch.execute(SQL.set_kind, (kind, key))


def _apart(row: Any) -> str:
    """Why an item with this row is no difference; empty if it is one."""
    if row is None:
        return ""
    status, feed_hash = row[5], row[3]
    if status == 1 or (status == 400 and not feed_hash):
        return SET_ASIDE
    return REJECTED if status == 400 else WAITING if status in (0, 2) else ""
