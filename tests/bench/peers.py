"""What others take to copy the same items, flattened into a table for them: python -m tests.bench.peers SHOP [NAME ...]

Each is installed into a virtual environment of its own, and copies the items of the products feed from one SQLite
file to another, without hashes, statuses or deletions.  Beside them stands our first full sync of that feed.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import venv
from contextlib import closing
from pathlib import Path

from saasexport.feed import Shop
from saasexport.feeds import all_feeds
from saasexport.sync.steps import assemble
from tests.bench.__main__ import Bench, Cost, helpers
from tests.bench.item_bytes import all_ids
from tests.support import ROOT

PEERS = {
    "petl": """
import sqlite3, petl
petl.todb(petl.fromdb(sqlite3.connect({source!r}), "select * from item"), sqlite3.connect({target!r}), "item")
""",
    "dlt": """
import dlt, sqlite3
def rows():
    cursor = sqlite3.connect({source!r}).execute("select * from item")
    names = [column[0] for column in cursor.description]
    while page := cursor.fetchmany(1000):
        yield [dict(zip(names, row)) for row in page]
target = dlt.destinations.sqlalchemy("sqlite:///" + {target!r})
pipeline = dlt.pipeline("peer", destination=target, dataset_name="main", pipelines_dir={target!r} + ".work")
pipeline.run(rows(), table_name="item", write_disposition="merge", primary_key=["sku", "storeViewCode"])
""",
}
PACKAGES = {"petl": ["petl"], "dlt": ["dlt[sqlalchemy]"]}


def flatten(shop_file, path):
    """Write the items of the products feed into a table, a column for each field; gives their number."""
    feed = all_feeds()["products"]
    with closing(sqlite3.connect(shop_file)) as connection, closing(sqlite3.connect(path)) as flat:
        shop = Shop(connection)
        ids = all_ids(shop, feed)
        names, number = [], 0
        for start in range(0, len(ids), 250):
            entities = assemble(feed, shop, ids[start : start + 250])
            items = [{**entity.common, **part} for entity in entities for part in entity.parts]
            if not names:
                names = sorted({name for item in items for name in item} | {"categories", "linksPurchasedSeparately"})
                columns = ", ".join(f'"{name}"' for name in names)
                flat.execute(f"create table item ({columns})")
            marks = ", ".join("?" * len(names))
            rows = [[_cell(item.get(name)) for name in names] for item in items]
            flat.executemany(f"insert into item values ({marks})", rows)
            number += len(items)
        flat.commit()
    return number


def _cell(value):
    return json.dumps(value) if isinstance(value, dict | list) else value


def environment(folder, name):
    """A virtual environment that has a peer; gives its Python."""
    venv.create(folder, with_pip=True)
    python = Path(folder) / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES[name]], check=True)
    return python


def copied(helper, python, name, source, target):
    """What it costs a peer to copy the table."""
    with closing(sqlite3.connect(source)) as flat, closing(sqlite3.connect(target)) as empty:
        if name == "petl":  # it fills a table that is there
            empty.execute(flat.execute("select sql from sqlite_master").fetchone()[0])
            empty.commit()
    script = Path(f"{target}.py")
    script.write_text(PEERS[name].format(source=str(source), target=str(target)))
    print(python, script, sep="\t", file=helper.stdin, flush=True)
    status, *cost = helper.stdout.readline().split()
    assert status == "0", f"{name} failed"
    return Cost(*map(float, cost))


def main():
    """Print the table."""
    shop, *names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, helpers() as (url, helper):
        source = os.path.join(folder, "flat.sqlite")
        number = flatten(shop, source)
        os.mkdir(os.path.join(folder, "ours"))
        bench = Bench(os.path.join(folder, "ours"), ROOT, shop, url, helper)
        costs = {"saasexport": bench.run("saasexport", "saas:resync", "--feed", "products")}
        for name in names or PEERS:
            python = environment(os.path.join(folder, name), name)
            costs[name] = copied(helper, python, name, source, os.path.join(folder, f"{name}.sqlite"))
    ours = costs["saasexport"].cpu
    print(f"{number:,} items\n\n| | CPU | wall | memory | ours / it |\n|---|---|---|---|---|")
    for name, cost in costs.items():
        print(f"| {name} | {cost.cpu:.1f} s | {cost.wall:.1f} s | {cost.mib:.0f} MiB | {ours / cost.cpu:.2f} |")


if __name__ == "__main__":
    main()
