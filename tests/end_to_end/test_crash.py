"""SIGKILL at every write, sync and send of a tick: three ticks later everything is where it should be.

The kill points are real: strace delivers the signal when the process enters
its n-th call.  A few points a call belong to the everyday suite, all of them
to the slow one.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import pytest

from saasexport.commands import main
from saasexport.demo.shop import CATEGORY_TO_RENAME, PRODUCT_TO_DELETE, PRODUCT_TO_RENAME, create_shop
from tests.convergence import differences, tick
from tests.support import BIN, TICK, Exporter, Service

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")

CALLS = ("pwrite64", "fdatasync", "sendto", "ftruncate", "flock")

CHANGES = f"""
update catalog_product_entity_varchar set value = value || ', renamed' where entity_id = {PRODUCT_TO_RENAME};
update catalog_category_entity_varchar set value = value || '-x' where entity_id = {CATEGORY_TO_RENAME};
update catalog_product_entity_decimal set value = value + 1 where entity_id in (10, 11, 12);
delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE};
insert into catalog_product_entity (entity_id, attribute_set_id, type_id, sku) values (9001, 4, 'simple', 'KL-CRASH');
insert into catalog_product_website (product_id, website_id) values (9001, 1);
insert into catalog_product_entity_int (attribute_id, store_id, entity_id, value)
select attribute_id, 0, 9001, case attribute_code when 'visibility' then 4 else 1 end
  from eav_attribute where attribute_code in ('status', 'visibility') and entity_type_id = 4;
update inventory_source_item set quantity = quantity + 5 where sku like 'KL-E%';
update sales_order set status = 'seen', updated_at = datetime('now');
"""


class Scene:
    """An installation that has synced everything, and a shop that has changed since; to be put back at will."""

    def __init__(self, folder):
        self.folder = folder / "work"
        self.kept = folder / "kept"
        self.folder.mkdir()
        self.service = Service(self.folder / "service")
        shop = self.folder / "shop.sqlite"
        create_shop(shop, products=100)
        self.exporter = Exporter(self.folder, shop, self.service, settings="[feeds.orders]\nlook_back_days = 0\n")
        with redirect_stdout(StringIO()):
            assert main(["--config", str(self.exporter.config), "init", "--shop", str(shop)]) == 0
        tick(self.exporter)
        assert differences(self.exporter) == []
        self.exporter.change(CHANGES)
        assert differences(self.exporter) != []
        self.service.stop()
        shutil.copytree(self.folder, self.kept)

    def put_back(self):
        """Everything as it was before the tick."""
        self.service.stop()
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)
        self.service.start()

    def run(self, script, *strace):
        """Run a script of bin/ under strace; gives its exit status, negative for a signal."""
        environ = {"SAASEXPORT_CONFIG": str(self.exporter.config), "PATH": os.defpath}
        command = ["strace", "-f", "-qq", *strace, sys.executable, "-I", str(BIN / script)]
        return subprocess.run(command, env=environ, capture_output=True, timeout=120, check=False).returncode

    def calls(self, script):
        """How often a whole run makes each call."""
        log = self.folder / "strace.log"
        assert self.run(script, "-e", f"trace={','.join(CALLS)}", "-o", str(log)) in (0, 1)
        return Counter(line.split(None, 1)[1].partition("(")[0] for line in log.read_text().splitlines())

    def kill(self, script, call, number):
        """Run a script and kill it when it enters a call for the n-th time."""
        return self.run(script, "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={number}")


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    found = Scene(tmp_path_factory.mktemp("crash"))
    yield found
    found.service.stop()


def converges(scene):
    """Three ticks, and the service is where it should be."""
    for _ in range(3):
        tick(scene.exporter, TICK)
    assert differences(scene.exporter) == []
    before = scene.exporter.sent()
    tick(scene.exporter, TICK)
    assert scene.exporter.sent() == before


def points(count, number):
    """Up to `number` points, spread over 1 to `count`, both ends among them."""
    if count <= number:
        return list(range(1, count + 1))
    return sorted({1 + round(index * (count - 1) / (number - 1)) for index in range(number)})


@pytest.mark.thorough
@pytest.mark.parametrize("call", CALLS)
def test_a_tick_killed_at_a_call_is_made_good_by_the_next_ones(scene, call):
    scene.put_back()
    # The last few calls are those of a clean end, whose number differs from run to run.
    count = max(scene.calls("reindex_all_invalid")[call] * 9 // 10, 1)
    for number in points(count, 3):
        scene.put_back()
        assert scene.kill("reindex_all_invalid", call, number) == -signal.SIGKILL
        converges(scene)


@pytest.mark.slow
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("script", TICK)
def test_every_job_killed_at_every_call(scene, script, call):
    scene.put_back()
    for job in TICK[: TICK.index(script)]:
        scene.exporter.run(job)
    count = scene.calls(script)[call]
    for number in range(1, count + 1):
        scene.put_back()
        for job in TICK[: TICK.index(script)]:
            scene.exporter.run(job)
        scene.kill(script, call, number)
        converges(scene)


@pytest.mark.thorough
def test_killed_twice_in_a_row(scene):
    scene.put_back()
    assert scene.kill("reindex_all_invalid", "pwrite64", 20) == -signal.SIGKILL
    assert scene.kill("reindex_all_invalid", "sendto", 1) == -signal.SIGKILL
    converges(scene)


def test_lock_folder_wiped_as_by_a_restart(scene):
    scene.put_back()
    assert scene.kill("reindex_all_invalid", "sendto", 1) == -signal.SIGKILL
    shutil.rmtree(scene.folder / "var" / "lock")
    converges(scene)


def test_sigterm_is_no_worse_than_a_kill(scene):
    scene.put_back()
    status = scene.run("reindex_all_invalid", "-e", "trace=sendto", "-e", "inject=sendto:signal=SIGTERM:when=2")
    assert status == -signal.SIGTERM
    converges(scene)


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_the_service_killed_in_a_batch_keeps_it_whole_or_not_at_all(scene, call):
    """The exporter sees no answer; what it then sends again arrives once more, or for the first time."""
    scene.put_back()
    attach = ["strace", "-f", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when=3"]
    with subprocess.Popen(
        [*attach, "-p", str(scene.service.process.pid)], stderr=subprocess.PIPE, text=True
    ) as tracer:
        assert "attached" in tracer.stderr.readline()
        tick(scene.exporter, TICK)
        assert scene.service.process.wait(30) == -signal.SIGKILL
    scene.service.stop()
    scene.service.start()
    converges(scene)
