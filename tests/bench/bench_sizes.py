"""Whether one changed product costs the same however large the catalogue is: python -m tests.bench.bench_sizes SHOP

The shop is a thousand simple products of SHOP, a file of Commerce's schema, in one store view, made 10, 100 and 1,000
times over (about 2 GB); the products feed alone is synced.  The largest takes some minutes.
"""

import argparse
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from tests.bench import __main__ as bench
from tests.bench import large_shop
from tests.support import ROOT

ALONE = """
delete from catalog_product_entity where type_id <> 'simple';
delete from catalog_product_entity
 where entity_id not in (select entity_id from catalog_product_entity order by entity_id limit 1000);
delete from inventory_source_item where sku not in (select sku from catalog_product_entity);
delete from url_rewrite
 where entity_type = 'product' and entity_id not in (select entity_id from catalog_product_entity);
delete from catalog_product_entity_media_gallery
 where value_id not in (select value_id from catalog_product_entity_media_gallery_value_to_entity);
"""

OTHERS = (
    *("scopesWebsite", "scopesCustomerGroup", "productAttributes", "categories", "prices", "variants"),
    *("inventoryStockStatus", "categoryPermissions", "orders", "productOverrides", "ratingMetadata", "reviews"),
)
SETTINGS = bench.SETTINGS + "".join(f"[feeds.{name}]\nenabled = false\n" for name in OTHERS)


def thousand(shop, path):
    """A shop with a thousand simple products."""
    with closing(sqlite3.connect(shop)) as given, closing(sqlite3.connect(path, isolation_level=None)) as alone:
        given.backup(alone)
        alone.execute("pragma foreign_keys = on")
        alone.executescript(ALONE)
        alone.execute("vacuum")


def lines(shop, thousands, tree):
    """A line of the table for each size."""
    with tempfile.TemporaryDirectory() as folder, bench.helpers() as (url, helper):
        source = Path(folder) / "thousand.sqlite"
        thousand(shop, source)
        for times in thousands:
            large = Path(folder) / "large.sqlite"
            large_shop.create(source, large, times)
            with tempfile.TemporaryDirectory(dir=folder) as place:
                installed = bench.Bench(place, tree, large, url, helper, SETTINGS)
                large.unlink()
                yield line(installed, times * 1000)


def line(installed, products):
    """What a full sync, changes and an idle tick cost in this shop."""
    full = installed.run("saasexport", "saas:resync", "--feed", "products")
    items = installed.delivered("cde_products_feed")
    for _ in range(2):
        for job, _ in bench.CRONTAB:
            installed.run(job)
    floor = installed.median("-c", "pass").cpu
    costs = {}
    at = 0
    for number in (1, 100):
        runs = []
        for _ in range(9):
            installed.change(at, number)
            at += number
            runs.append(installed.run("reindex_all_invalid"))
        costs[number] = bench.middle(runs)
    idle = installed.median(installed.tree / "bin/reindex_all_invalid", "--cron", "--config", installed.config)
    cells = (
        f"{products:,}",
        f"{full.cpu / items * 1e6:.0f} us",
        f"{full.mib:.1f} MiB",
        *(f"{bench.seconds(cost.cpu)} | {cost.cpu / floor:.1f}" for cost in costs.values()),
        f"{bench.seconds(idle.cpu)} | {idle.cpu / floor:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shop", type=Path)
    parser.add_argument("--thousands", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--tree", type=Path, default=ROOT)
    options = parser.parse_args()
    print("| products | full sync, an item | its memory | 1 changed | floors | 100 changed | floors | idle | floors |")
    print("|---|---|---|---|---|---|---|---|---|")
    for each in lines(options.shop, options.thousands, options.tree.resolve()):
        print(each, flush=True)


if __name__ == "__main__":
    main()
