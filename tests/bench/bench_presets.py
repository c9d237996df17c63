"""What the queries of the oscar preset cost on a large shop, by feed and query, in microseconds of CPU an item.

Prints a table; run it with: python -m tests.bench.bench_presets [PRODUCTS] [IDS]
"""

import json
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.oscar_shop import create
from tests.presets.assembling import FILES, FeedFile, add_functions


def measure(shop, file, size):
    """The number of items, and the seconds of CPU of each query, of all entities, so many at once."""
    ids = file.entities(shop)
    seconds = dict.fromkeys(("items", *file.lists), 0.0)
    items = 0
    for start in range(0, len(ids), size):
        parameters = {"ids": json.dumps(ids[start : start + size])}
        for name in seconds:
            began = time.process_time()
            rows = shop.execute(file.queries[name], parameters).fetchall()
            seconds[name] += time.process_time() - began
            items += len(rows) if name == "items" else 0
    return items, seconds


def main():
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.sqlite"
        create(path, products)
        shop = add_functions(sqlite3.connect(path))
        for file in [FeedFile(path) for path in FILES if path.parent.name == "oscar"]:
            items, seconds = measure(shop, file, size)
            if items > 1000:
                parts = ", ".join(f"{name} {spent * 1e6 / items:.1f}" for name, spent in seconds.items())
                print(f"{file.feed:<22} {items:>7} items {sum(seconds.values()) * 1e6 / items:>6.1f} us  {parts}")
        shop.close()


if __name__ == "__main__":
    main()
