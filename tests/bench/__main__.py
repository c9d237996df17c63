"""What it costs, in one table, each figure beside the floor: a Python that starts and does nothing.

    python -m tests.bench [--shop FILE] [--times N] [--products N] [--rounds N] [--tree DIR]

The shop is the demo shop with so many products, or a file of Commerce's schema, made N times over.  CPU is that of
the exporter's process alone; what it sends goes to a sink.  Medians of the rounds.  With --tree another checkout of
the program is measured, so that two can take turns.
"""

import argparse
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench import large_shop, processes
from tests.support import ROOT, demo_shop_copy

SETTINGS = """
[shop]
database = "shop.sqlite"
[service]
url = "{url}"
environment_id = "bench"
[export]
run_seconds = 3600
"""

LEGACY_JOBS = ("saas_data_exporter", "sales_data_exporter")
CRONTAB = (("reindex_all_invalid", 1), *((job, 1) for job in LEGACY_JOBS), ("resend_failed", 0.2))
# So many starts are measured of what takes milliseconds.
STARTS = 15


class Cost(NamedTuple):
    """What a process cost."""

    cpu: float
    wall: float
    mib: float


class Figure(NamedTuple):
    """A line of the table: what one run of something cost, and how many items it took."""

    name: str
    cost: Cost
    items: int = 0


class Bench:
    """An installation that is measured, in a folder."""

    def __init__(self, folder, tree, shop, url, helper, settings=SETTINGS):
        self.folder = Path(folder)
        self.tree = tree
        self.helper = helper
        self.shop_file = self.folder / "shop.sqlite"
        shutil.copy(shop, self.shop_file)
        self.config = self.folder / "saasexport.toml"
        self.config.write_text(settings.format(url=url))
        self.run("saasexport", "init", "--shop", self.shop_file)

    def python(self, *arguments):
        """Run Python as cron does; gives the cost."""
        print(*map(str, (sys.executable, "-I", "-S", *arguments)), sep="\t", file=self.helper.stdin, flush=True)
        status, *cost = self.helper.stdout.readline().split()
        if status not in ("0", "1"):  # 1: some items cannot be assembled
            raise SystemExit(f"{arguments}: exit status {status}")
        return Cost(*map(float, cost))

    def run(self, script, *arguments):
        """Run a script of bin/."""
        before = ("--config", self.config) if script == "saasexport" else ()
        after = () if script == "saasexport" else ("--cron", "--config", self.config)
        return self.python(self.tree / "bin" / script, *before, *arguments, *after)

    def median(self, *arguments, starts=STARTS):
        """The median of several runs."""
        return middle([self.python(*arguments) for _ in range(starts)])

    def delivered(self, table):
        """How many items of a feed the service has."""
        with closing(sqlite3.connect(self.folder / "var/saasexport.sqlite")) as ours:
            return ours.execute(f"select count(*) from {table} where status = 200").fetchone()[0]

    def tables(self):
        """The feed tables."""
        with closing(sqlite3.connect(self.folder / "var/saasexport.sqlite")) as ours:
            named = "select name from sqlite_master where type = 'table' and sql like '%feed_hash%'"
            return [row[0] for row in ours.execute(named)]

    def change(self, first, number):
        """Give some products another name, which the till's transaction does."""
        with closing(sqlite3.connect(self.shop_file, isolation_level=None)) as shop:
            ids = shop.execute(
                "select entity_id from catalog_product_entity order by entity_id limit ? offset ?", (number, first)
            ).fetchall()
            shop.execute("begin")
            shop.executemany(
                "update catalog_product_entity_varchar set value = value || '.' where entity_id = ? and store_id = 0"
                " and attribute_id in (select attribute_id from eav_attribute where attribute_code = 'name')",
                ids,
            )
            shop.execute("commit")

    # What is measured

    def full_syncs(self):
        """Full syncs: of the two large feeds alone, and of all others."""
        for feed, table in (("products", "cde_products_feed"), ("prices", "cde_product_prices_feed")):
            first = self.run("saasexport", "saas:resync", "--feed", feed)
            items = self.delivered(table)
            yield Figure(f"{feed}, first full sync", first, items)
            second = self.run("saasexport", "saas:resync", "--feed", feed)
            yield Figure(f"{feed}, second full sync, nothing changed", second, items)
        before = sum(map(self.delivered, self.tables()))
        rest = self.run("reindex_all_invalid")
        others = [self.run(job) for job in LEGACY_JOBS]
        spent = Cost(*(sum(each) for each in list(zip(rest, *others, strict=True))[:2]), rest.mib)
        yield Figure("all other feeds, first full sync", spent, sum(map(self.delivered, self.tables())) - before)
        for _ in range(2):
            for job, _ in CRONTAB:
                self.run(job)

    def changes(self, products):
        """Ticks with some products changed."""
        first = 0
        for number, times in ((1, 5), (100, 3), (10_000, 1)):
            if number > products // 2:
                continue
            costs = []
            for _ in range(times):
                self.change(first, number)
                first += number
                costs.append(self.run("reindex_all_invalid"))
            name = "1 changed product" if number == 1 else f"{number:,} changed products"
            yield Figure(name, middle(costs))

    def idle(self):
        """Ticks that find nothing to do, and what they are measured against."""
        yield Figure("python3 -I -S -c pass", self.median("-c", "pass"))
        # As a minute after the last write, which a tick takes for a shop that is quiet.
        moment = time.time() - 60
        os.utime(self.shop_file, (moment, moment))
        costs = {}
        for job, share in CRONTAB:
            costs[job] = self.median(self.tree / "bin" / job, "--cron", "--config", self.config), share
            yield Figure(f"idle {job}", costs[job][0])
        spent = [Cost(cost.cpu * share, cost.wall * share, cost.mib) for cost, share in costs.values()]
        whole = Cost(sum(each.cpu for each in spent), sum(each.wall for each in spent), max(each.mib for each in spent))
        yield Figure("a minute of the crontab, idle", whole)


def middle(costs):
    """The medians of some costs."""
    return Cost(*map(statistics.median, zip(*costs, strict=True)))


@contextmanager
def helpers():
    """A sink for what is sent, and the process that starts what is measured."""
    environ = {"PATH": os.defpath}
    sink = subprocess.Popen([sys.executable, "-m", "tests.bench.sink"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    helper = subprocess.Popen(
        processes.HELPER,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield sink.stdout.readline().split()[-1], helper
    finally:
        for process in (sink, helper):
            process.kill()
            process.communicate()


def measured(shop, tree, url, helper):
    """All figures of one round."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, tree, shop, url, helper)
        with closing(sqlite3.connect(shop)) as opened:
            products = opened.execute("select count(*) from catalog_product_entity").fetchone()[0]
        return [*bench.full_syncs(), *bench.changes(products), *bench.idle()]


def table(rounds):
    """The lines of the table, from the figures of some rounds."""
    together = zip(*rounds, strict=True)
    figures = [Figure(each[0].name, middle([one.cost for one in each]), each[0].items) for each in together]
    floor = next(figure.cost.cpu for figure in figures if figure.name.startswith("python3"))
    firsts = {figure.name.partition(",")[0]: figure.cost.cpu for figure in reversed(figures) if figure.items}
    lines = ["| | CPU | wall | of the floor | an item | of the first | memory |", "|---|---|---|---|---|---|---|"]
    for name, cost, items in figures:
        item = f"{cost.cpu / items * 1e6:.1f} us" if items and "second" not in name else ""
        ratio = f"{cost.cpu / firsts[name.partition(',')[0]]:.2f}" if "second" in name else ""
        of = f" ({items:,} items)" if item else ""
        lines.append(
            f"| {name}{of} | {seconds(cost.cpu)} | {seconds(cost.wall)} | {cost.cpu / floor:,.1f} | {item} | {ratio} |"
            f" {cost.mib:.1f} MiB |"
        )
    return lines


def seconds(spent):
    """A time, in the unit people would use."""
    return f"{spent * 1000:.1f} ms" if spent < 1 else f"{spent:.2f} s"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--products", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tree", type=Path, action="append")
    options = parser.parse_args()
    trees = [tree.resolve() for tree in options.tree or [ROOT]]
    with tempfile.TemporaryDirectory() as folder, helpers() as (url, helper):
        shop = Path(folder) / "shop.sqlite"
        if options.shop:
            large_shop.create(options.shop, shop, options.times)
        else:
            demo_shop_copy(shop, products=options.products)
        rounds = {tree: [] for tree in trees}
        for _ in range(options.rounds):
            for tree in trees:
                rounds[tree].append(measured(shop, tree, url, helper))
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    for tree in trees:
        print(f"\n{tree}: {machine}; medians of {options.rounds}\n", *table(rounds[tree]), sep="\n")


if __name__ == "__main__":
    main()
