"""A chain of small shops, one installation each, that send into one place: how long, how much memory, how much disk.

    python -m tests.bench.bench_chain service typesense nats --shops 200
"""

import argparse
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests import engines
from tests.delivery.destinations.test_engines import installation
from tests.support import BIN, Exporter, Service, demo_shop_copy

# What a shop has of the demo's products, and how many jobs run side by side.
PRODUCTS = 60
SIDE_BY_SIDE = 8

JOBS = ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter")
PLACE = {"typesense": 'collection = "all"', "nats": 'subject = "all"'}

CHANGE = """
update catalog_product_entity_varchar
   set value = value || '!'
 where entity_id = 1
   and attribute_id = (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)
"""


def make_shop(path):
    """A small shop."""
    demo_shop_copy(path)
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("pragma foreign_keys = on")
        shop.execute("delete from catalog_product_entity where entity_id > ?", (PRODUCTS,))
        shop.commit()
        shop.execute("vacuum")


def start(kind, folder):
    """What the shops send to."""
    return Service(folder / kind) if kind == "service" else engines.start(kind, folder / kind)


def set_up(kind, folder, shop, target):
    """An installation of a shop of its own."""
    if kind == "service":
        return Exporter.on_copy(folder, shop, target)
    return installation(folder, shop, target, PLACE[kind])


def tick(exporter):
    """The jobs as cron starts them."""
    for job in JOBS:
        environ = {"SAASEXPORT_CONFIG": str(exporter.config), "PATH": "/bin:/usr/bin"}
        subprocess.run([sys.executable, "-I", "-S", BIN / job], env=environ, capture_output=True, check=False)


def measure(kind, what, exporters, run):
    """Print how many items were sent in which time."""

    def sent():
        return sum(items for exporter in exporters for _, items, code in exporter.sent() if code == 200)

    before, started = sent(), time.monotonic()
    run(tick, exporters)
    seconds, items = time.monotonic() - started, sent() - before
    print(f"{kind}: {what}: {len(exporters)} shops, {items} items, {seconds:.0f} s, {items / seconds:.0f} a second")


def one_after_another(work, exporters):
    """Run the jobs of a shop when those of the one before have ended."""
    for exporter in exporters:
        work(exporter)


def side_by_side(work, exporters):
    """Run the jobs of several shops at once."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(work, exporters))


def main():
    """Measure each kind of place."""
    options = argparse.ArgumentParser()
    options.add_argument("kinds", nargs="+", choices=("service", "typesense", "nats"))
    options.add_argument("--shops", type=int, default=200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_shop(folder / "shop.sqlite")
        for kind in given.kinds:
            target = start(kind, folder)
            numbers = range(given.shops)
            exporters = [set_up(kind, folder / f"{kind}{number}", folder / "shop.sqlite", target) for number in numbers]
            half = given.shops // 2
            measure(kind, "first sync, one after another", exporters[:half], one_after_another)
            measure(kind, "first sync, side by side", exporters[half:], side_by_side)
            for exporter in exporters:
                exporter.change(CHANGE)
            measure(kind, "a change in each, side by side", exporters, side_by_side)
            memory = Path(f"/proc/{target.process.pid}/status").read_text().partition("VmRSS:")[2].split()[0]
            disk = sum(file.stat().st_size for file in target.folder.rglob("*") if file.is_file())
            print(f"{kind}: memory {int(memory) // 1024} MB, disk {disk // 1_048_576} MB")
            target.stop()
            for exporter in exporters:
                shutil.rmtree(exporter.folder)


if __name__ == "__main__":
    main()
