"""What our triggers cost the shop: a committed UPDATE of one EAV value, and a bulk UPDATE, with and without them.

    python -m tests.bench.bench_triggers [COMMITS]

Both take turns, an UPDATE at a time.  Of the wall time, in which the file system's part of a commit is, the medians;
so a checkpoint of the write-ahead log, one in 330 commits with triggers and one in 1,000 without, is in neither.  Of
the CPU the least, as whatever else the machine does only adds to it.  One feed watches the table, so that the last
column is what a row costs more for each feed.
"""

import sqlite3
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median

from tests.support import Exporter, demo_shop_copy

TABLE = "catalog_product_entity_varchar"
# Another text, as long as before, so that no page is ever split: all turns have the same to do.
CHANGE = f"update {TABLE} set value = case when value like 'x%' then 'y' else 'x' end || substr(value, 2)"
BULK_TURNS = 100


def measure(shops, change, turns):
    """CPU and wall seconds a row of each shop, of every turn."""
    taken = [[] for _ in shops]
    pairs = list(zip(shops, taken, strict=True))
    for turn in turns:
        pairs.reverse()  # to come second to a disk may be quicker
        for shop, found in pairs:
            cpu, wall = time.process_time(), time.perf_counter()
            rows = shop.execute(change, turn).rowcount
            found.append(((time.process_time() - cpu) / rows, (time.perf_counter() - wall) / rows))
    return taken


def open_shop(path, mode):
    """A connection to a shop in this journal mode, safe against loss of power."""
    shop = sqlite3.connect(path, isolation_level=None)
    shop.execute(f"pragma journal_mode = {mode}")
    shop.execute("pragma synchronous = full")
    return shop


def main():
    """Print the table."""
    commits = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as folder:
        plain = demo_shop_copy(Path(folder) / "plain.sqlite", products=2000)
        with_triggers = Exporter.on_copy(Path(folder) / "it", plain, url="http://127.0.0.1:9").shop_file
        print(f"{'':<40} {'without':>10} {'with':>10} {'ratio':>6} {'CPU ratio':>10} {'more CPU':>10}")
        for mode in ("delete", "wal"):
            with ExitStack() as stack:
                shops = [stack.enter_context(closing(open_shop(path, mode))) for path in (plain, with_triggers)]
                values = shops[0].execute(f"select value_id from {TABLE} where value > '' limit ?", (commits,))
                for what, change, turns in (
                    # First, so that the log is as long as it gets, and is written over from then on.
                    ("a row of a bulk UPDATE", CHANGE, [()] * BULK_TURNS),
                    ("one row, committed", f"{CHANGE} where value_id = ?", values.fetchall()),
                ):
                    taken = measure(shops, change, turns)
                    wall, our_wall = (median(wall for _, wall in found) * 1e6 for found in taken)
                    cpu, our_cpu = (min(cpu for cpu, _ in found) * 1e6 for found in taken)
                    print(
                        f"{what + ', ' + mode:<40} {wall:>7.2f} us {our_wall:>7.2f} us {our_wall / wall:>6.2f}"
                        f" {our_cpu / cpu:>10.2f} {our_cpu - cpu:>7.2f} us"
                    )


if __name__ == "__main__":
    main()
