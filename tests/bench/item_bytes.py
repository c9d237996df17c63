"""The bytes of every item of some shops, as hashes: what makes items faster must leave every byte as it was.

Record them:         python -m tests.bench.item_bytes OUT [SHOP ...]
Compare with these:  python -m tests.bench.item_bytes --compare OUT [SHOP ...]

The demo shop and a thousand random ones are always there, further ones are files.  The random ones stand one
behind the other: each is the one before it with some changes, and every tenth begins anew.  OUT has a line per
shop and feed: a hash of its items as they are sent, with feed_id, feed_hash, payload and, of those that fail, the
reason.  item_bytes.txt keeps it in short; where items are meant to change, record them anew.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

from saasexport.database import db
from saasexport.errors import ShopError
from saasexport.feed import Shop
from saasexport.feeds import all_feeds
from saasexport.sync.steps import assemble
from tests.random_changes import Changer
from tests.support import demo_shop_copy
from tests.tiny import feed_table

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = date(2026, 11, 23)
CHUNK = 100

GENERATIONS = 100
SIZE = 10  # shops that are made of one another
CHANGES = 10

KEPT = Path(__file__).with_suffix(".txt")


def digest(shop_file, feed):
    """A hash of everything that one full sync of a feed would put on record and send, and the number of items."""
    with closing(sqlite3.connect(shop_file, isolation_level=None)) as connection, closing(our_database()) as ours:
        shop = Shop(connection, NOW, uuid_of=lambda kind, entity_id: f"{kind} {entity_id}", feed=feed.name)
        table = feed_table(ours, feed)
        ids = all_ids(shop, feed)
        sent = {}
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            while chunk:
                try:
                    staged = table.stage(chunk, assemble(feed, shop, chunk), "2026-11-23 12:00:00")
                except Exception as error:
                    others = getattr(error, "entities", None)
                    if not others:
                        raise
                    chunk = sorted({*chunk, *others})
                else:
                    sent.update((pending.row_id, pending.body) for pending in staged.pending)
                    chunk = staged.reassemble
        total = sha256()
        for row_id, *row in ours.execute(
            f"select id, feed_id, source_entity_id, feed_hash, feed_data, status, errors from {feed.table}"
            " order by feed_id"
        ):
            total.update(repr((row, sent.get(row_id))).encode())
    return total.hexdigest(), len(sent)


def our_database():
    """A database of ours in memory."""
    ours = sqlite3.connect(":memory:", isolation_level=None)
    for statement in db.statements(db.SCHEMA.fixed):
        ours.execute(statement)
    return ours


def all_ids(shop, feed):
    """The keys of all entities of a feed."""
    rows = shop.rows(feed.walk, after=feed.key.lowest, limit=10**9, since="")
    return feed.key.only(feed.key.read(row[0]) for row in rows)


def of_shop(shop_file):
    """A line per feed: its name, the number of its items, their hash."""
    found = []
    for feed in all_feeds().values():
        try:
            total, items = digest(shop_file, feed)
        except ShopError as error:  # a shop without this feed's tables
            total, items = type(error).__name__, 0
        found.append(f"{feed.name} {items} {total}")
    return found


def random_shops(folder, generations):
    """The random shops of some generations: the number and the file of each; the file is changed for the next."""
    start = demo_shop_copy(Path(folder) / "start.sqlite", products=1, today=TODAY)
    shop_file = Path(folder) / "random.sqlite"
    for generation in generations:
        first = generation * SIZE
        shop_file.write_bytes(start.read_bytes())
        changer = Changer(shop_file, Random(first))
        for number in range(first, first + SIZE):
            changer.change(CHANGES)
            yield number, shop_file


def lines(shop_files, generations=range(GENERATIONS)):
    """The lines of a record, those of whole shops first."""
    with tempfile.TemporaryDirectory() as folder:
        demo = demo_shop_copy(Path(folder) / "demo.sqlite", today=TODAY)
        for path in (demo, *map(Path, shop_files)):
            yield from (f"{path.stem} {line}" for line in of_shop(path))
        for number, path in random_shops(folder, generations):
            yield from (f"random-{number} {line}" for line in of_shop(path))


def shortened(record):
    """A record with one line for each generation of random shops, as it is kept beside the tests."""
    found = []
    of_generation = {}
    for line in record:
        name = line.partition(" ")[0]
        if name.startswith("random-"):
            of_generation.setdefault(int(name.removeprefix("random-")) // SIZE, sha256()).update(line.encode())
        elif name == "demo":
            found.append(line)
    return [*found, *(f"generation-{number} {total.hexdigest()}" for number, total in of_generation.items())]


def main(arguments):
    """Record, or compare; gives the exit status."""
    is_comparing = arguments[:1] == ["--compare"]
    out, *shop_files = map(Path, arguments[is_comparing:])
    now = list(lines(shop_files))
    if not is_comparing:
        out.write_text("".join(line + "\n" for line in now))
        KEPT.write_text("".join(line + "\n" for line in shortened(now)))
        return 0
    before = out.read_text().splitlines()
    differing = [f"{was}\n{is_now}" for was, is_now in zip(before, now, strict=True) if was != is_now]
    print("\n".join(differing[:20]) or f"{len(now)} lines, all the same")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
