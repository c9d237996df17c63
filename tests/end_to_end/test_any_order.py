"""Changes, ticks, kills, faults of the service, clock jumps and restores, in any order: it converges.

A state machine draws the order; at its end everything is mended, three ticks
pass, and the service must be where a fresh full sync would leave it.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from freezegun import freeze_time
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from saasexport.commands import main
from tests.convergence import differences, tick
from tests.random_changes import Changer
from tests.support import BIN, TICK, Exporter, Service, demo_shop_copy

SETTINGS = """
[export]
deletion_guard = 0
[feeds.orders]
look_back_days = 0
"""


class AnyOrder(RuleBasedStateMachine):
    """One installation and everything that may happen to it."""

    template = None  # a shop to copy, made once

    @initialize(seed=st.integers(0, 10**6))
    def set_up(self, seed):
        self.folder = Path(tempfile.mkdtemp())
        self.service = Service(self.folder / "service")
        self.is_up = True
        self.ahead = timedelta(0)
        self.older = None
        shop = self.folder / "shop.sqlite"
        if AnyOrder.template is None:
            AnyOrder.template = demo_shop_copy(Path(tempfile.mkdtemp()) / "shop.sqlite", products=100)
        shutil.copy(AnyOrder.template, shop)
        self.exporter = Exporter(self.folder, shop, self.service, settings=SETTINGS)
        with redirect_stdout(StringIO()):
            assert main(["--config", str(self.exporter.config), "init", "--shop", str(shop)]) == 0
        self.changer = Changer(shop, Random(seed))

    @rule(number=st.integers(1, 12))
    def change(self, number):
        self.changer.change(number)

    @rule(jobs=st.lists(st.sampled_from(TICK), min_size=1, max_size=4))
    def some_jobs(self, jobs):
        self.tick(jobs)

    @rule()
    def whole_tick(self):
        self.tick(TICK)

    @rule(call=st.sampled_from(["pwrite64", "fdatasync", "sendto", "recvfrom"]), number=st.integers(1, 120))
    def kill(self, call, number):
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
        command += ["-e", f"inject={call}:signal=SIGKILL:when={number}", sys.executable, "-I"]
        environ = {"SAASEXPORT_CONFIG": str(self.exporter.config), "PATH": os.defpath}
        subprocess.run(
            [*command, str(BIN / "reindex_all_invalid")], env=environ, capture_output=True, timeout=60, check=False
        )

    @precondition(lambda self: self.is_up)
    @rule()
    def service_goes(self):
        self.service.stop()
        self.is_up = False

    @precondition(lambda self: not self.is_up)
    @rule()
    def service_comes_back(self):
        self.service.start()
        self.is_up = True

    @rule(hours=st.sampled_from([-90_000, -26, -1, 1, 26, 90_000]))
    def clock_jumps(self, hours):
        self.ahead += timedelta(hours=hours)
        self.ahead = max(min(self.ahead, timedelta(days=9000)), timedelta(days=-9000))

    @rule()
    def keep_a_copy(self):
        self.older = self.folder / "older.sqlite"
        self.older.unlink(missing_ok=True)
        self.copy(self.exporter.shop_file, self.older)

    @precondition(lambda self: self.older is not None)
    @rule()
    def restore_the_copy(self):
        self.copy(self.older, self.exporter.shop_file)

    @rule(number=st.integers(0, 200))
    def drop_a_trigger(self, number):
        names = self.exporter.ask_shop("select name from sqlite_master where type = 'trigger' order by name")
        if names:
            self.exporter.change(f"drop trigger {names[number % len(names)][0]}")

    @rule(name=st.sampled_from(["a", "b"]))
    def another_environment(self, name):
        self.exporter.environment = self.exporter.environment.rpartition("-")[0] + f"-{name}"
        self.exporter.write_config(SETTINGS)

    def tick(self, jobs):
        with freeze_time(datetime.now(UTC).replace(tzinfo=None) + self.ahead, tick=True):
            tick(self.exporter, jobs)

    @staticmethod
    def copy(source, target):
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)

    def teardown(self):
        if not hasattr(self, "service"):
            return
        try:
            if not self.is_up:
                self.service.start()
            self.ahead = timedelta(0)
            for _ in range(3):
                self.tick(TICK)
            assert differences(self.exporter) == []
        finally:
            self.service.stop()
            shutil.rmtree(self.folder)


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.mark.thorough
@needs_strace
def test_it_converges_whatever_happens():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=4, stateful_step_count=10, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


@needs_strace
@pytest.mark.slow
def test_it_converges_whatever_happens_for_long():
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
