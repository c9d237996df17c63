"""What it costs to compare what the service holds with the shop, beside a second full sync of the same items.

Prints a table; run it with: python -m tests.bench.bench_verify [PRODUCTS]
"""

import sys
import tempfile
from pathlib import Path

from tests.bench.bench_memory import SETTINGS, measure
from tests.support import Exporter, Service, demo_shop_copy

MOST_MIB = 45


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
        exporter.run("saasexport", "indexer:reset", check=True)
        rows = [("second full sync", *measure(exporter, "reindex_all_invalid"))]
        # The service makes its digests when it is first asked for them.
        measure(exporter, "saasexport", "verify")
        rows.append(("verify", *measure(exporter, "saasexport", "verify")))
        service.stop()
    print(f"{items:,} items in sync\n{'':<18} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    for name, wall, cpu, peak in rows:
        print(f"{name:<18} {wall:>8.1f} {cpu:>8.1f} {peak * 1e6 / 2**20:>9.1f}")
    [_, _, synced, _], [_, _, verified, peak] = rows
    return verified > synced or peak * 1e6 / 2**20 > MOST_MIB


if __name__ == "__main__":
    sys.exit(main())
