"""The order of an item's fields is hashed: it must be the same in every process."""

import os
import subprocess
import sys

from tests.support import ROOT

ASSEMBLE = """
import hashlib, json, sqlite3, sys
from saasexport.feed import Shop
from saasexport.feeds import all_feeds

connection = sqlite3.connect(sys.argv[1])
for feed in all_feeds().values():
    shop = Shop(connection, uuid_of=lambda kind, number: f"{kind}/{number}")
    ids = [row[0] for row in shop.rows(feed.walk, after=-1, limit=10_000, since="")]
    items = [{**entity.common, **part} for entity in feed.assemble(shop, ids) for part in entity.parts]
    print(feed.name, len(items), hashlib.sha1(json.dumps(items).encode()).hexdigest())
"""


def assembled(shop_file, seed):
    """A line per feed, from a process whose sets have an order of their own."""
    environ = {"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT), "PATH": os.defpath}
    command = [sys.executable, "-c", ASSEMBLE, str(shop_file)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.splitlines()


def test_items_come_out_alike_in_every_process(demo_shop_file):
    first, second = assembled(demo_shop_file, 1), assembled(demo_shop_file, 2)
    assert [line for line in first if line.split()[1] == "0"] == []
    assert first == second
