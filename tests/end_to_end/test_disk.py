"""Full disks, read-only files, corrupt pages: a clear error, exit 1, and nothing is forgotten."""

import os
import resource
import subprocess
import sys

import pytest

from saasexport import jobs
from saasexport.demo.shop import PRODUCT_TO_DELETE
from tests.convergence import tick
from tests.support import BIN, TICK

CHANGE = "update catalog_product_entity_varchar set value = value || '!' where entity_id < 60"


def run_with_limit(exporter, size):
    """Run the job with a limit on the size of files: writing beyond it fails as on a full disk."""

    def limit():
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return subprocess.run(
        [sys.executable, "-I", "-B", BIN / "reindex_all_invalid"],  # nor may it cut a .pyc of everybody's short
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath},
        capture_output=True,
        text=True,
        preexec_fn=limit,
        timeout=60,
        check=False,
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("extra", [0, 4096, 40_000])
def test_a_full_disk_is_an_error_and_the_cursor_stays(synced, converges, extra):
    database = synced.folder / "var" / "saasexport.sqlite"
    synced.change(CHANGE)
    cursor = synced.ask("select version_id from view_state where feed = 'products'")
    wal = database.with_name(database.name + "-wal")
    size = wal.stat().st_size if wal.exists() else 0
    done = run_with_limit(synced, size + extra)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "saasexport.sqlite" in done.stderr
    if extra == 0:
        assert synced.ask("select version_id from view_state where feed = 'products'") == cursor
    converges(synced)


def test_a_read_only_database_is_an_error_on_one_line(synced, converges, capsys):
    if os.geteuid() == 0:
        pytest.skip("root writes to read-only files")
    database = synced.folder / "var" / "saasexport.sqlite"
    synced.change(CHANGE)
    database.chmod(0o400)
    try:
        assert jobs.main("reindex_all_invalid", ["--config", str(synced.config)]) == 1
    finally:
        database.chmod(0o600)
    assert "saasexport.sqlite" in capsys.readouterr().err
    converges(synced)


def spoil(path, first, step):
    """Overwrite pages of a database that nobody has open."""
    with open(path, "r+b") as file:
        pages = file.seek(0, os.SEEK_END) // 4096
        for page in range(first(pages), pages, step):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)


@pytest.mark.sample(1)
@pytest.mark.parametrize("first", [lambda pages: 0, lambda pages: pages // 3], ids=["header", "pages"])
def test_a_corrupt_database_is_set_aside_and_built_anew(synced, converges, capsys, first):
    database = synced.folder / "var" / "saasexport.sqlite"
    synced.ask("pragma wal_checkpoint(truncate)")
    spoil(database, first, 2)
    synced.change(CHANGE)
    statuses = []
    for _ in range(2):
        statuses.append(jobs.main("reindex_all_invalid", ["--config", str(synced.config)]))
    assert 1 in statuses
    printed = capsys.readouterr().err
    assert "was corrupt and is kept as" in printed
    converges(synced)


@pytest.mark.thorough
def test_deletions_that_can_still_be_read_are_carried_over(synced, converges):
    """The page that is lost holds none of the products: what the service has of them is not forgotten."""
    database = synced.folder / "var" / "saasexport.sqlite"
    root = synced.ask("select rootpage from sqlite_master where name = 'view_state'")[0][0]
    synced.ask("pragma wal_checkpoint(truncate)")
    with open(database, "r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    synced.change(f"delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE}")
    tick(synced, TICK)
    assert list((synced.folder / "var").glob("*.corrupt-*"))
    converges(synced)


def test_a_corrupt_shop_is_named_and_ours_is_left_alone(synced, capsys):
    shop = synced.shop_file
    synced.ask_shop("pragma wal_checkpoint(truncate)")
    synced.change(CHANGE)
    spoil(shop, lambda pages: pages // 2, 1)
    capsys.readouterr()
    assert jobs.main("reindex_all_invalid", ["--config", str(synced.config)]) == 1
    printed = capsys.readouterr().err
    assert "malformed" in printed
    assert "was corrupt and is kept" not in printed
    assert not list((synced.folder / "var").glob("*.corrupt-*"))
