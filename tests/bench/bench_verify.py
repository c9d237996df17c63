"""What it costs to compare what the service holds with the shop, beside a second full sync of the same items.

Prints a table; run it with: python -m tests.bench.bench_verify [PRODUCTS]
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.bench.bench_memory import SETTINGS, measure
from tests.support import Exporter, Service, demo_shop_copy

MOST_MIB = 45
TURNS = 3


def main():
    """Print the table; a failure if comparing costs more than syncing, or too much memory."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 75_000
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder) / "service")
        shop = demo_shop_copy(Path(folder) / "made.sqlite", products=products)
        exporter = Exporter.on_copy(Path(folder) / "it", shop, service, settings=SETTINGS)
        shop.unlink()
        exporter.tick(check=False)
        items = sum(service.counts(exporter.environment).values())
        # The service makes its digests when it is first asked for them.
        measure(exporter, "saasexport", "verify")
        synced, verified = [], []
        for _ in range(TURNS):
            exporter.run("saasexport", "indexer:reset", check=True)
            synced.append(measure(exporter, "reindex_all_invalid"))
            verified.append(measure(exporter, "saasexport", "verify"))
        service.stop()
    # A figure of each kind at a time: the machine does other things beside.
    rows = [
        (name, *map(median, zip(*runs, strict=True)))
        for name, runs in (("second full sync", synced), ("verify", verified))
    ]
    print(f"{items:,} items in sync\n{'':<18} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    for name, wall, cpu, peak in rows:
        print(f"{name:<18} {wall:>8.1f} {cpu:>8.1f} {peak * 1e6 / 2**20:>9.1f}")
    [_, _, of_sync, _], [_, _, of_verify, peak] = rows
    return of_verify > of_sync or peak * 1e6 / 2**20 > MOST_MIB


if __name__ == "__main__":
    sys.exit(main())
