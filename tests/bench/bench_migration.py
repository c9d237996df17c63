"""How long a database of the first schema takes to be brought up to today's, by its number of items.

    python -m tests.bench.bench_migration [ITEMS]

The items lie in the feed tables of two feeds; a feed table is one transaction.
"""

import os
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing

from saasexport.database import migrations
from tests.support import ROOT

TABLES = ("cde_products_feed", "cde_categories_feed")
ADD = """
    with recursive number (n) as (select 1 union all select n + 1 from number where n < :items)
    insert into {table} (
           id, source_entity_id, feed_id, feed_data, feed_hash, status, metadata, modified_at, environments)
    select n, n / 3 + 1, lower(hex(randomblob(20))),
           json_object('sku', 'SKU-' || n / 3, 'storeViewCode', 'view-' || n % 3),
           lower(hex(randomblob(20))), 200, '{{}}', '2026-01-02 03:04:05', 1
      from number
"""


def fill(path: str, items: int) -> None:
    """A database of the first schema with items."""
    with closing(sqlite3.connect(path, isolation_level=None)) as ours:
        ours.execute("pragma journal_mode = wal")
        ours.executescript((ROOT / "tests" / "schemas" / "1.sql").read_text())
        ours.execute("pragma user_version = 1")
        for table in TABLES:
            ours.execute(f"delete from {table}")
            ours.execute(ADD.format(table=table), {"items": items // len(TABLES)})


def main(items: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ours.sqlite")
        fill(path, items)
        size = os.path.getsize(path) / 1_000_000
        cpu, began = time.process_time(), time.monotonic()
        with closing(sqlite3.connect(path, isolation_level=None)) as ours:
            ours.execute("pragma synchronous = full")
            migrations.bring_up(ours)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{items:,} items, {size:.0f} MB: {time.monotonic() - began:.1f} s,"
              f" {time.process_time() - cpu:.1f} s of CPU, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 800_000)
