"""What only looks leaves both databases as they were, byte for byte."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import Exporter

LOOKS = [
    ["failed"],
    ["show", "products", "1"],
    ["feeds"],
    ["schema"],
    ["indexer:info"],
    ["indexer:status"],
    ["indexer:show-mode"],
    ["deletions"],
    ["config"],
    ["saas:resync", "--feed", "products", "--estimate"],
]
COUNTS = [
    ["status"],
    ["doctor"],
    ["check"],
    ["dashboard", "--output", "page.html"],
    ["saas:resync", "--feed", "products", "--by-ids", "1", "--id-type", "productId", "--dry-run"],
]

# A program that dies in the middle: what it committed is in the log, or what it did not in the journal.
DIES = """
import os, sqlite3, sys
path, mode, is_hot = sys.argv[1:]
db = sqlite3.connect(path, isolation_level=None)
db.execute("pragma journal_mode = " + mode)
db.execute("pragma cache_size = 5")
db.execute("update catalog_product_entity set updated_at = updated_at where entity_id = 1")
if is_hot == "hot":
    db.execute("begin")
    db.execute("create table large (x)")
    db.executemany("insert into large values (zeroblob(?))", [(4000,)] * 500)
os._exit(0)
"""


def dies(path, mode, is_hot="cold"):
    """Have a program die while it has the database open."""
    subprocess.run([sys.executable, "-c", DIES, path, mode, is_hot], check=True)


def held(path):
    """A database and its logs; the index of a log is no data."""
    return {
        suffix: Path(f"{path}{suffix}").read_bytes()
        for suffix in ("", "-wal", "-journal")
        if os.path.exists(f"{path}{suffix}")
    }


@pytest.fixture(params=["delete", "wal", "wal, one left behind"])
def exporter(request, tmp_path, demo_shop_file, service):
    """An installation with a backlog, in each journal mode of the shop."""
    found = Exporter.on_copy(tmp_path / "exporter", demo_shop_file, service)
    found.run("reindex_all_invalid")
    dies(found.shop_file, request.param.partition(",")[0])
    if "," not in request.param:
        with closing(sqlite3.connect(found.shop_file)) as shop:
            shop.execute("select count(*) from sqlite_master")
    assert os.path.exists(f"{found.shop_file}-wal") == ("," in request.param)
    return found


@pytest.mark.thorough
def test_looking_changes_neither_database_though_something_is_out_of_line(exporter):
    exporter.write_config("[export]\nrun_seconds = 7")
    ours = exporter.folder / "var" / "saasexport.sqlite"
    if os.path.exists(f"{exporter.shop_file}-wal"):
        dies_ours(ours)
    before, files = (held(exporter.shop_file), held(ours)), sorted(os.listdir(exporter.folder))
    for command in LOOKS:
        done = exporter.run("saasexport", *command)
        assert done.returncode == 0, done.stderr
        assert (held(exporter.shop_file), held(ours)) == before, command
    for command in COUNTS:
        exporter.run("saasexport", *command)
        assert held(exporter.shop_file) == before[0], command
    assert sorted({*os.listdir(exporter.folder)} - {"page.html"}) == files


def dies_ours(path):
    """Leave a log of our database behind, as a job does that is killed."""
    copy = f"{path}.copy"
    ours = sqlite3.connect(path)
    ours.execute("update installation set cleaned_at = '2026-01-02 03:04:05'")
    ours.commit()
    shutil.copy(path, copy)
    shutil.copy(f"{path}-wal", f"{copy}-wal")
    ours.close()
    os.replace(f"{copy}-wal", f"{path}-wal")
    os.replace(copy, path)


@pytest.mark.sample(1)
@pytest.mark.parametrize("command", [*LOOKS[1:2], *LOOKS[5:6], LOOKS[9], *COUNTS[:2]])
def test_a_shop_that_needs_recovery_first_is_told_in_a_line_and_left_to_others(
    command, tmp_path, demo_shop_file, service
):
    exporter = Exporter.on_copy(tmp_path / "exporter", demo_shop_file, service)
    dies(exporter.shop_file, "delete", "hot")
    before = held(exporter.shop_file)
    assert "-journal" in before
    done = exporter.run("saasexport", *command)
    assert done.returncode == 1
    assert "needs recovery first" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert held(exporter.shop_file) == before
    assert exporter.run("reindex_all_invalid").stderr.count("recovery") == 0
    assert "-journal" not in held(exporter.shop_file)
