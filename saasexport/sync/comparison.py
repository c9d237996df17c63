"""What the shop says and what the service holds, side by side: which items they do not agree about, and why.

The shop is walked once; what it says stands in a file of its own, so that
memory is a chunk's.  Shop and service go on meanwhile, so whatever differs is
asked for a second time (`confirmation`) before anything is told.
"""

import json
import struct
from collections.abc import Collection, Iterator, Sequence

from saasexport import queries
from saasexport.clock import as_utc
from saasexport.database.db import statements, transaction
from saasexport.database.digests import Compared, Digester, as_dict
from saasexport.database.hashing import encode
from saasexport.database.uuids import Uuids
from saasexport.delivery.digests import HeldItem, HeldItems
from saasexport.entity_key import EntityId
from saasexport.feed import EntityItems
from saasexport.stdlib import Any, sqlite3
from saasexport.sync.steps import Pass, assemble
from saasexport.sync.walk import walk

SQL = queries.beside(__file__)

# Why an item on which the two sides do not agree is no difference: a later step of ours settles it, or nothing can.
SET_ASIDE, REJECTED, WAITING, LOOK_BACK = "set aside", "rejected", "waiting", "beyond the look-back"
APART = (SET_ASIDE, REJECTED, WAITING, LOOK_BACK)
KINDS = ("missing", "extra", "different", "newer")

# Items as they stand packed: key and digest.  A row for each would cost ten times as much.
ITEMS = struct.Struct("20s32s")

# Rows looked up at once.
PAGE = 500


class Comparison:
    """One feed on both sides; `scratch` is where it is kept, and gone on with by a later run if it is a file."""

    def __init__(self, this_pass: Pass, service: HeldItems, scratch: sqlite3.Connection) -> None:
        self.this_pass = this_pass
        self.feed = this_pass.feed
        self.service = service
        self.scratch = scratch
        self.digester = Digester(this_pass.table.encoder)
        self.in_shop = 0  # items of the shop
        self.held = 0  # items of the service
        for statement in statements(SQL.tables):
            scratch.execute(statement)

    def walk_shop(self) -> bool:
        """Ask the shop for every item; false if the time was up, and a later run goes on."""
        position, is_walked = self.scratch.execute(SQL.progress).fetchone() or (None, 0)
        if is_walked:
            return True
        for ids in walk(self.this_pass, position):
            if self.this_pass.options.is_over:
                return False
            with transaction(self.scratch):
                self.this_pass.in_pieces(ids, self._say)
                self.scratch.execute(SQL.move, {"position": ids[-1]})
            self.this_pass.report.processed += len(ids)
            self.this_pass.progress()
        self.scratch.execute(SQL.walked)
        return True

    def _say(self, ids: Sequence[EntityId]) -> int:
        shop = self.this_pass.shop
        compared = self.digester.digest_items(assemble(self.feed, shop, ids))
        items = b"".join([each.key + each.digest for each in compared])
        self.scratch.execute(SQL.say, (items, json.dumps([each.entity_id for each in compared])))
        self.this_pass.report.items += len(compared)
        if isinstance(shop.uuid_of, Uuids):
            shop.uuid_of.forget()
        return self.digester.weight

    def compare(self) -> int:
        """Find the items on which both sides do not agree; their number."""
        sums, counts = [0] * 256, [0] * 256
        for (items,) in self.scratch.execute(SQL.digests):
            for key, digest in ITEMS.iter_unpack(items):
                sums[key[0]] += int.from_bytes(digest, "big")
                counts[key[0]] += 1
        ranges = self.service.ranges(self.feed)
        self.in_shop, self.held = sum(counts), sum(each.number for each in ranges)
        differing = [at for at in range(256) if (sums[at] % 2**256, counts[at]) != ranges[at]]
        if differing:
            self._unpack(differing)
        for at in differing:
            with transaction(self.scratch):
                self.scratch.executemany(SQL.differ, self._differences(at, ranges[at].number))
        if differing:
            self.scratch.execute(SQL.index_entities)
        return int(self.scratch.execute("select count(*) from difference").fetchone()[0])

    def _unpack(self, differing: Collection[int]) -> None:
        """Give the items of the shop in the ranges that differ a row each."""
        first_bytes = frozenset(differing)
        with transaction(self.scratch):
            self.scratch.execute(SQL.forget)
            for items, entities in self.scratch.execute(SQL.walked_items):
                both = zip(ITEMS.iter_unpack(items), json.loads(entities), strict=True)
                rows = [(*item, entity_id) for item, entity_id in both if item[0][0] in first_bytes]
                self.scratch.executemany(SQL.unpack, rows)
            self.scratch.execute(SQL.index_said)

    def _differences(self, first_byte: int, expected: int) -> Iterator[tuple[Any, ...]]:
        """What differs in a range, both sides of which come in the order of their keys."""
        in_shop = self._said_of(first_byte)
        held = iter(self.service.items(self.feed, first_byte, expected)) if expected else iter(())
        ours, theirs = next(in_shop, None), next(held, None)
        while ours or theirs:
            if theirs is None or (ours and ours.key < theirs.key):
                assert ours is not None  # noqa: S101  # one of them is there
                yield ours.key, ours.digest, None, ours.entity_id, None, None
                ours = next(in_shop, None)
            elif ours is None or theirs.key < ours.key:
                yield theirs.key, None, theirs.digest, None, *identity_and_time(theirs)
                theirs = next(held, None)
            else:
                if ours.digest != theirs.digest:
                    yield ours.key, ours.digest, theirs.digest, ours.entity_id, *identity_and_time(theirs)
                ours, theirs = next(in_shop, None), next(held, None)

    def _said_of(self, first_byte: int) -> Iterator[Compared]:
        low = bytes([first_byte])
        last = None
        for row in self.scratch.execute(SQL.said_of_range, {"low": low, "high": low + b"\xff" * 20}):
            if row[0] != last:
                yield Compared(*row)
            last = row[0]

    # What it came to

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """The number of differences by kind, and of what is none by its reason."""
        rows = self.scratch.execute(SQL.counts).fetchall()
        kinds = dict.fromkeys(KINDS, 0) | {name: number for name, is_apart, number in rows if not is_apart}
        return kinds, {name: number for name, is_apart, number in rows if is_apart}

    def describe(self, most: int) -> list[dict[str, Any]]:
        """The first differences, with the fields that differ, as both sides have them."""
        described = []
        for row in self.scratch.execute(SQL.listed, {"limit": most}).fetchall():
            key, kind, entity_id, identity, modified_at, _ = row
            shop = self._item_of(entity_id, key.hex()) if kind != "extra" and entity_id is not None else None
            named = json.loads(identity) if identity else {name: (shop or {}).get(name) for name in self.feed.identity}
            held = self.service.whole(self.feed, named) if kind in ("different", "newer") else None
            described.append(
                {
                    "kind": kind,
                    "entity_id": entity_id,
                    "identity": named,
                    "fields": self._fields(shop or {}, held or {}) if held is not None else {},
                    "modified_at": modified_at,
                }
            )
        return described

    def moment_of(self, key: bytes, entity_id: EntityId) -> str:
        """The time of export of what the service holds of an item of the shop, its deletion included."""
        shop = self._item_of(entity_id, key.hex()) or {}
        held = self.service.whole(self.feed, {name: shop.get(name) for name in self.feed.identity})
        return as_utc(str((held or {}).get(self.feed.time_field)))

    def _item_of(self, entity_id: EntityId, identity: str) -> dict[str, Any] | None:
        encoder = self.this_pass.table.encoder
        with self.this_pass.shop.reading(1):
            entities: list[EntityItems] = assemble(self.feed, self.this_pass.shop, [entity_id])
            item = encoder.encode(entities)[0].get(identity)
        return as_dict(item) if item else None

    def _fields(self, shop: dict[str, Any], held: dict[str, Any]) -> dict[str, list[Any]]:
        """Field -> what the shop says and what the service holds, of those that are compared and differ."""
        ours, theirs = self.digester.texts(shop), self.digester.texts(held)
        names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        return {name: [shop.get(name), held.get(name)] for name in names}

    def pages(self, query: str) -> Iterator[list[Any]]:
        """The rows of a query in the order of their keys, some at a time."""
        after = b""
        while rows := self.scratch.execute(query, {"after": after, "limit": PAGE}).fetchall():
            after = rows[-1][0]
            yield rows


def identity_and_time(item: HeldItem) -> tuple[str, str]:
    """The identity and the time of export of what the service holds, as they are kept."""
    return encode(item.identity), as_utc(item.modified_at)
