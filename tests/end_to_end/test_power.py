"""Power cuts at every write of a tick, and of the shop: nothing corrupt, nothing delivered forgotten.

What a cut leaves is worked out from the recorded writes and syncs of one run
(tests/power.py), so each is a real database that SQLite has to recover.
"""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stdout
from io import StringIO

import pytest

from saasexport.commands import main
from saasexport.demo.shop import PRODUCT_TO_RENAME
from tests.convergence import differences, tick
from tests.end_to_end.test_crash import CHANGES
from tests.power import HOW, STRACE, Disk, steps
from tests.received import Received
from tests.support import BIN, TICK, Exporter

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


class Scene:
    """An installation that has synced everything, a shop that has changed since, and what a job did about it."""

    def __init__(self, folder, small_shop_file, received, server):
        self.received = received
        self.server = server
        self.folder = folder / "work"
        self.folder.mkdir()
        shop = self.folder / "shop.sqlite"
        shutil.copy(small_shop_file, shop)
        settings = "[feeds.orders]\nlook_back_days = 0\n"
        self.exporter = Exporter(self.folder, shop, self.received, url=self.server.url, settings=settings)
        with redirect_stdout(StringIO()):
            assert main(["--config", str(self.exporter.config), "init", "--shop", str(shop)]) == 0
        tick(self.exporter, TICK)
        assert differences(self.exporter) == []

    def databases(self):
        """The files of both databases that are there, but for what SQLite rebuilds."""
        found = [*self.folder.glob("*.sqlite*"), *self.folder.glob("var/*.sqlite*")]
        return [file for file in found if not file.name.endswith("-shm")]

    def keep(self):
        """Remember everything as it is."""
        self.kept = {str(file): file.read_bytes() for file in self.databases()}
        self.held = self.received.copy()
        self.server.requests.clear()

    def put(self, files, sent=0):
        """Have the databases be these files, and the service hold what the first requests brought."""
        for file in (*self.folder.glob("*.sqlite*"), *self.folder.glob("var/*.sqlite*")):
            file.unlink()
        for file, content in files.items():
            with open(file, "wb") as copy:
                copy.write(content)
        self.received.held = {feed: dict(items) for feed, items in self.held.items()}
        for request in self.requests[:sent]:
            self.received.answer(request)

    def record(self):
        """Run the job under strace; its steps."""
        log = self.folder / "strace.log"
        environ = {"SAASEXPORT_CONFIG": str(self.exporter.config), "PATH": os.defpath}
        command = [*STRACE, "-o", str(log), sys.executable, "-I", str(BIN / "reindex_all_invalid")]
        assert subprocess.run(command, env=environ, capture_output=True, timeout=120, check=False).returncode == 0
        self.requests = list(self.server.requests)
        self.steps = steps(log, self.folder)
        log.unlink()


@pytest.fixture(scope="module")
def scene(tmp_path_factory, small_shop_file):
    """A tick recorded."""
    received = Received()
    with received.serve() as server:
        found = Scene(tmp_path_factory.mktemp("power"), small_shop_file, received, server)
        found.exporter.change(CHANGES)
        found.keep()
        found.record()
        assert sum(step.call == "send" for step in found.steps) == len(found.requests) >= 3
        yield found


def cut(scene, at, how, seed):
    """What a power cut after so many steps leaves."""
    disk = Disk([])
    disk.files = dict(scene.kept)
    for step in scene.steps[:at]:
        disk.take(step)
    sent = sum(step.call == "send" for step in scene.steps[:at])
    scene.put(disk.after_the_cut(how, random.Random(seed)), sent)


def is_sound(exporter):
    """Whether SQLite finds nothing wrong with either database."""
    answers = exporter.ask("pragma integrity_check") + exporter.ask_shop("pragma integrity_check")
    return answers == [("ok",), ("ok",)]


def comes_back(scene, at, how, seed):
    """After the cut both are sound, nothing delivered is forgotten, and three ticks make everything good."""
    cut(scene, at, how, seed)
    where = f"{how} after step {at} of {len(scene.steps)}, seed {seed}"
    assert is_sound(scene.exporter), where
    if seed % 2:
        # What may just have been delivered for the first time goes at once: who forgot it cannot delete it.
        scene.exporter.change("delete from catalog_product_entity where entity_id = 9001")
    for _ in range(3):
        tick(scene.exporter, TICK)
    assert differences(scene.exporter) == [], where


def points(scene):
    """Numbers of steps after which the next one is the first that a cut prevents."""
    return [0, *(at for at, step in enumerate(scene.steps, 1) if step.call != "say")]


@pytest.mark.thorough
def test_power_cuts_during_a_tick(scene):
    """A cut right after each request, and a sample of the others."""
    sends = [at for at, step in enumerate(scene.steps, 1) if step.call == "send"]
    dice = random.Random(3)
    for number, at in enumerate([*sends[:3], *dice.sample(points(scene), 3)]):
        comes_back(scene, at, "lost" if at in sends else HOW[number % 4], 2 * number + 1)


@pytest.mark.slow
@pytest.mark.parametrize("how", HOW)
def test_power_cuts_at_every_step_of_a_tick(scene, how):
    for seed, at in enumerate(points(scene)):
        comes_back(scene, at, how, seed)


# The shop

WRITER = """
import os, sqlite3, sys
shop = sqlite3.connect(sys.argv[1], isolation_level=None)
shop.execute("pragma foreign_keys = on")
shop.execute(f"pragma synchronous = {sys.argv[2]}")
def rename(number):
    shop.execute("update catalog_product_entity_varchar set value = ? where entity_id = ? and attribute_id = "
        "(select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4)",
        (f"Number {number}", number))
for number in range(1, 5):
    rename(number)
shop.execute("delete from catalog_product_entity where entity_id = 7")
os.write(1, b"written")
sys.stdin.readline()
for number in range(3, 9):
    rename(number)
os._exit(0)
"""


def record_shop(found, mode, synchronous):
    """A shop that writes, a tick that sees half of it, more writes; gives the shop's files before, and ours since."""
    with closing(sqlite3.connect(found.exporter.shop_file)) as shop:
        shop.execute(f"pragma journal_mode = {mode}")
    found.keep()
    log = found.folder.parent / "strace.log"
    command = [*STRACE, "-o", str(log), sys.executable, "-I", "-c", WRITER, str(found.exporter.shop_file), synchronous]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.read(7) == b"written"
        tick(found.exporter, TICK)
        assert differences(found.exporter) == []
        ours = {str(file): file.read_bytes() for file in found.databases() if file.parent.name == "var"}
        writer.communicate(b"\n", timeout=60)
    found.requests = []
    found.held = found.received.copy()
    found.steps = steps(log, found.folder)
    return {name: content for name, content in found.kept.items() if "/var/" not in name}, ours


def shop_cuts(tmp_path, small_shop_file, mode, synchronous, choose):
    """Cut the shop's power at some of the points after our tick, in every way."""
    received = Received()
    with received.serve() as server:
        scene = Scene(tmp_path, small_shop_file, received, server)
        shop_files, ours = record_shop(scene, mode, synchronous)
        seen = next(at for at, step in enumerate(scene.steps) if step.call == "say")
        cuts = [(at, how) for at in range(seen, len(scene.steps) + 1) for how in HOW]
        for seed, (at, how) in enumerate(choose(cuts)):
            disk = Disk([])
            disk.files = dict(shop_files)
            for step in scene.steps[:at]:
                disk.take(step)
            scene.put({**disk.after_the_cut(how, random.Random(seed)), **ours})
            where = f"{mode} {synchronous}: {how} after step {at} of {len(scene.steps)}, seed {seed}"
            assert is_sound(scene.exporter), where
            if seed % 2:
                scene.exporter.change(
                    "update catalog_product_entity_varchar set value = 'Later' where entity_id = ?", PRODUCT_TO_RENAME
                )
            for _ in range(3):
                tick(scene.exporter, TICK)
            assert differences(scene.exporter) == [], where


# A shop with its journal in one file, or in WAL, whose last commits a power cut may undo.
MODES = [("delete", "full"), ("wal", "full"), ("wal", "normal")]


@pytest.mark.thorough
@pytest.mark.parametrize(("mode", "synchronous"), MODES)
def test_power_cuts_of_the_shop(tmp_path, small_shop_file, mode, synchronous):
    shop_cuts(tmp_path, small_shop_file, mode, synchronous, lambda cuts: random.Random(1).sample(cuts, 3))


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "synchronous"), MODES)
def test_power_cuts_of_the_shop_at_every_step(tmp_path, small_shop_file, mode, synchronous):
    shop_cuts(tmp_path, small_shop_file, mode, synchronous, lambda cuts: cuts)
