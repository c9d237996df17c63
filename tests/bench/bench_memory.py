"""Peak memory of the two largest things a job may meet: a changelog of a million rows, and a first full sync.

Prints a table; run it with: python -m tests.bench.bench_memory [PRODUCTS [ROWS]]
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.support import BIN, Exporter, Service, demo_shop_copy

LIMIT_MB = 100
SETTINGS = "[export]\nrun_seconds = 3600\nchangelog_limit = 2000000\n"


def measure(exporter, script, *arguments):
    """Run a script; gives its seconds of wall and CPU time and its peak memory in MB (10^6 bytes)."""
    began = time.monotonic()
    # What cannot be assembled is said on stderr, and no matter here.
    environ = {"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath}
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", BIN / script, *arguments],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), process.returncode
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def fill_changelog(shop_file, rows, products):
    """Have every product change many times over, as a busy shop's night would."""
    with closing(sqlite3.connect(shop_file, isolation_level=None)) as shop:
        shop.execute("pragma synchronous = off")
        shop.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)"
            " insert into cde_products_feed_cl (entity_id) select i * 7919 % ? + 1 from n",
            (rows, products),
        )


def main():
    """Print the table."""
    products = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder) / "service")
        shop = demo_shop_copy(Path(folder) / "made.sqlite", products=products)
        exporter = Exporter.on_copy(Path(folder) / "it", shop, service, settings=SETTINGS)
        shop.unlink()
        told = [(f"full sync of {products:,} products", *measure(exporter, "reindex_all_invalid"))]
        delivered = exporter.ask("select count(*) from cde_products_feed where status = 200")[0][0]
        fill_changelog(exporter.shop_file, rows, products)
        told.append((f"tick with {rows:,} changelog rows", *measure(exporter, "reindex_all_invalid")))
        left = exporter.ask_shop("select count(*) from cde_products_feed_cl")[0][0]
        service.stop()
    print(f"{'':<36} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for name, wall, cpu, peak in told:
        print(f"{name:<36} {wall:>8.1f} {cpu:>8.1f} {peak:>8.1f}{'' if peak < LIMIT_MB else '  TOO MUCH'}")
    print(f"{delivered:,} items delivered; {left:,} changelog rows left")
    return max(peak for *_, peak in told) >= LIMIT_MB


if __name__ == "__main__":
    sys.exit(main())
