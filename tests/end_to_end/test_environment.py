"""Whatever cron, a service manager or a careless shell starts us with."""

import os
import stat
import subprocess
import sys

import pytest

from saasexport.demo.shop import PRODUCT_TO_RENAME
from tests.convergence import differences
from tests.support import BIN

CHANGE = f"update catalog_product_entity_varchar set value = value || '!' where entity_id = {PRODUCT_TO_RENAME}"


def run(exporter, script="reindex_all_invalid", **more):
    """Run a script in an environment of one's own."""
    command = [sys.executable, "-I", str(BIN / script), "--config", str(exporter.config)]
    return subprocess.run(command, **{"env": {}, "timeout": 60, "check": False, **more})


def test_an_empty_environment(synced):
    synced.change(CHANGE)
    done = run(synced, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert differences(synced) == []


@pytest.mark.parametrize("redirect", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_descriptors(synced, redirect):
    synced.change(CHANGE)
    command = f'exec "$0" -I "{BIN / "reindex_all_invalid"}" --config "{synced.config}" {redirect}'
    done = subprocess.run(["/bin/sh", "-c", command, sys.executable], env={}, timeout=60, check=False)
    assert done.returncode == 0
    assert differences(synced) == []


def test_a_working_directory_that_was_deleted(synced, tmp_path):
    synced.change(CHANGE)
    gone = tmp_path / "gone"
    gone.mkdir()
    command = f'cd "{gone}" && rmdir "{gone}" && exec "$0" -I "{BIN / "reindex_all_invalid"}" --config "{synced.config}"'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable], env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert differences(synced) == []


def test_lang_c(synced):
    synced.change("update catalog_product_entity_varchar set value = 'Thé à la menthe 茶' where entity_id = 1")
    done = run(synced, env={"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert differences(synced) == []


def test_through_a_symlink_from_elsewhere(synced, tmp_path):
    synced.change(CHANGE)
    link = tmp_path / "elsewhere"
    link.mkdir()
    (link / "job").symlink_to(BIN / "reindex_all_invalid")
    done = subprocess.run(
        [sys.executable, "-I", str(link / "job"), "--config", str(synced.config)],
        cwd="/",
        env={},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert differences(synced) == []


def test_umask_000_makes_private_files(tmp_path, small_shop_file):
    from tests.support import Exporter

    before = os.umask(0)
    try:
        exporter = Exporter.on_copy(tmp_path, small_shop_file, None)
        run(exporter, capture_output=True)
    finally:
        os.umask(before)
    made = [path for path in (tmp_path / "var").rglob("*")]
    assert len(made) > 5
    readable = [path.name for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert readable == []
