"""A thousand SIGKILLs at moments of chance: after each, three ticks leave the service where a full sync would.

Unlike tests/end_to_end/test_crash.py, which kills at calls, this kills by the
clock, wherever the jobs happen to be: while Python starts, while SQLite waits,
in the middle of an answer.  SAASEXPORT_KILLS says how many; run it alone with
    SAASEXPORT_KILLS=200 python -m pytest -m slow -s tests/end_to_end/test_many_kills.py
"""

import os
import random
import signal
import subprocess
import time

import pytest

from tests.convergence import differences, tick
from tests.end_to_end.test_overlap import start
from tests.random_changes import Changer
from tests.received import Received
from tests.support import TICK, Exporter

SETTINGS = "[export]\ndeletion_guard = 0\n[feeds.orders]\nlook_back_days = 0\n"

# Of a kill's series of ticks, up to so many are killed one after the other.
MOST_IN_A_ROW = 3


class Victim:
    """An installation whose jobs are killed, and what was acknowledged to them."""

    def __init__(self, folder, shop, dice):
        self.dice = dice
        self.received = Received()
        self.server = self.received.serve()
        self.exporter = Exporter.on_copy(folder, shop, self.received, url=self.server.url, settings=SETTINGS)
        self.changer = Changer(self.exporter.shop_file, dice)
        self.kills = self.survived = 0

    def begin(self):
        """Everything synced, and how long a job takes that has something to do."""
        tick(self.exporter, TICK)
        assert differences(self.exporter) == []
        self.changer.change(4)
        began = time.monotonic()
        start(self.exporter, "reindex_all_invalid").communicate(timeout=120)
        self.longest = (time.monotonic() - began) * 1.3

    def kill(self, script):
        """Run a job and kill it at a moment of chance; it may be done before."""
        process = start(self.exporter, script)
        try:
            process.wait(self.dice.random() * self.longest)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        self.kills += process.returncode == -signal.SIGKILL
        self.survived += process.returncode != -signal.SIGKILL

    def round(self):
        """Changes, some jobs killed with more changes in between, and three ticks that make everything good."""
        made = self.changer.change(self.dice.randrange(1, 9))
        for _ in range(self.dice.randrange(1, MOST_IN_A_ROW + 1)):
            self.kill(self.dice.choices(TICK, (5, 1, 1, 1))[0])
            if self.dice.random() < 0.3:
                made += self.changer.change(1)
        for _ in range(3):
            tick(self.exporter, TICK)
        assert differences(self.exporter) == [], (self.kills, made)


def kill_many(folder, shop, number, seed, tell=lambda victim: None):
    """So many kills; gives the victim.  `tell` hears of each round that went well."""
    dice = random.Random(seed)
    victim = Victim(folder, shop, dice)
    with victim.server:
        victim.begin()
        while victim.kills < number:
            victim.round()
            tell(victim)
    return victim


@pytest.mark.thorough
def test_some_kills_at_moments_of_chance(tmp_path, small_shop_file):
    assert kill_many(tmp_path / "it", small_shop_file, 4, 11).kills >= 4


@pytest.mark.slow
def test_many_kills_at_moments_of_chance(tmp_path, small_shop_file):
    number = int(os.environ.get("SAASEXPORT_KILLS", "1000"))
    began = time.monotonic()
    seed = random.SystemRandom().randrange(10**6)

    def tell(victim):
        # What has been reached stands there even if somebody ends it; seen with pytest -s.
        took = time.monotonic() - began
        print(f"\r{victim.kills} kills, {victim.survived} jobs quicker than theirs, {took:.0f} s, seed {seed}", end="")

    assert kill_many(tmp_path / "it", small_shop_file, number, seed, tell).kills >= number
