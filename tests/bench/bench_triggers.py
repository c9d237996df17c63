"""What our triggers cost the shop: a committed UPDATE of one EAV value, and a bulk UPDATE, with and without them.

    python -m tests.bench.bench_triggers [ROWS]

Both take turns: medians of seven.  The file system's part of a commit is in the wall time.  One feed watches the
table, so that the last column is what a row costs more for each feed.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.support import Exporter, demo_shop_copy

TABLE = "catalog_product_entity_varchar"
ROUNDS = 7


def one_row(shop, rows):
    """CPU and wall seconds of an UPDATE of one value, committed, on average of so many."""
    ids = [row[0] for row in shop.execute(f"select value_id from {TABLE} limit ?", (rows,))]
    cpu, wall = time.process_time(), time.perf_counter()
    for number in ids:
        shop.execute(f"update {TABLE} set value = value || '.' where value_id = ?", (number,))
    return (time.process_time() - cpu) / len(ids), (time.perf_counter() - wall) / len(ids)


def bulk(shop, _rows):
    """The same, a row, of one UPDATE of a whole table."""
    cpu, wall = time.process_time(), time.perf_counter()
    changed = shop.execute(f"update {TABLE} set value = value || '.'").rowcount
    return (time.process_time() - cpu) / changed, (time.perf_counter() - wall) / changed


def main():
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory() as folder:
        plain = demo_shop_copy(Path(folder) / "plain.sqlite", products=2000)
        with_triggers = Exporter.on_copy(Path(folder) / "it", plain, url="http://127.0.0.1:9").shop_file
        print(f"{'':<40} {'without':>10} {'with':>10} {'ratio':>6} {'CPU ratio':>10} {'more CPU':>10}")
        for mode in ("delete", "wal"):
            for what, change in (("one row, committed", one_row), ("a row of a bulk UPDATE", bulk)):
                taken = {plain: [], with_triggers: []}
                for _ in range(ROUNDS):
                    for path, found in taken.items():
                        with closing(sqlite3.connect(path, isolation_level=None)) as shop:
                            shop.execute(f"pragma journal_mode = {mode}")
                            shop.execute("pragma synchronous = full")
                            found.append(change(shop, rows))
                (cpu, wall), (our_cpu, our_wall) = (
                    map(statistics.median, zip(*found, strict=True)) for found in taken.values()
                )
                print(
                    f"{what + ', ' + mode:<40} {wall * 1e6:>7.1f} us {our_wall * 1e6:>7.1f} us {our_wall / wall:>6.2f}"
                    f" {our_cpu / cpu:>10.2f} {(our_cpu - cpu) * 1e6:>7.1f} us"
                )


if __name__ == "__main__":
    main()
