"""A corrupt database of ours, and SIGKILL anywhere while it is rebuilt: the next job goes on, and forgets nothing."""

import os
import shutil
import subprocess
import sys

import pytest

from saasexport.demo.shop import PRODUCT_TO_DELETE
from tests.support import BIN

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@pytest.fixture
def broken(synced):
    """An installation whose cursors cannot be read, and a product that is gone meanwhile."""
    root = synced.ask("select rootpage from sqlite_master where name = 'view_state'")[0][0]
    synced.ask("pragma wal_checkpoint(truncate)")
    with open(synced.folder / "var" / "saasexport.sqlite", "r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    synced.change(f"delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE}")
    return synced


def kill(exporter, call, number):
    """Run the job that finds the damage, killed when it enters a call for the n-th time."""
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
    command += ["-e", f"inject={call}:signal=SIGKILL:when={number}", sys.executable, "-I"]
    environ = {"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath}
    return subprocess.run(
        [*command, str(BIN / "reindex_all_invalid")], env=environ, capture_output=True, timeout=60, check=False
    ).returncode


POINTS = [
    *(("rename", number) for number in (1, 2)),
    ("link", 1),
    *(("unlink", number) for number in (1, 4)),
    *(("fdatasync", number) for number in (1, 6, 15)),
    *(("pwrite64", number) for number in (40, 640)),
    ("fsync", 1),
]
# More of the same calls, in between.
BETWEEN = [
    *(("unlink", number) for number in (2, 3)),
    *(("fdatasync", number) for number in (3, 10)),
    *(("pwrite64", number) for number in (1, 160, 320)),
]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("call", "number"), [*POINTS, *(pytest.param(*point, marks=pytest.mark.slow) for point in BETWEEN)]
)
def test_killed_anywhere_the_next_job_recovers_what_could_be_read(broken, converges, call, number):
    kill(broken, call, number)
    converges(broken)
    deleted = broken.ask(
        "select count(*) from cde_products_feed where source_entity_id = ? and is_deleted = 1 and status = 200",
        PRODUCT_TO_DELETE,
    )
    assert deleted[0][0] > 0
    left = {path.name for path in (broken.folder / "var").iterdir()}
    assert {name for name in left if name.endswith((".rebuilt", ".unfinished"))} == set()
    assert any(".corrupt-" in name for name in left)
