"""What a service must hold for shops of few rows: our cases, and Adobe's published expectations where they are at hand.

A case is a folder: `shop.sql` on top of the base, changes `01-*.sql`, ..., and `expected.json` with a list of
expectations for the shop as it is and one per change (see expectations.py).
"""

import functools
import json
import sqlite3
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.commands import main
from tests.conformance.expectations import Comparison
from tests.support import ROOT, SHARED, Exporter

OURS = ROOT / "tests" / "conformance" / "cases"
PUBLISHED = SHARED / "conformance"


def folders(cases):
    """The folders of the cases."""
    return sorted(path for path in cases.iterdir() if path.is_dir()) if cases.is_dir() else []


@functools.cache
def empty_shop(*scripts):
    """The bytes of a shop that these scripts make."""
    with closing(sqlite3.connect(":memory:")) as shop:
        for script in scripts:
            shop.executescript(script.read_text())
        return shop.serialize()


@pytest.mark.sample(1)
@pytest.mark.parametrize("folder", folders(OURS), ids=lambda folder: folder.name)
def test_the_service_holds_what_our_case_expects(folder, tmp_path, service):
    schema = ROOT / "saasexport" / "demo" / "shop.sql"
    assert differences(folder, (schema, OURS / "base.sql"), tmp_path, service) == []


@pytest.mark.sample(1)
@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="Adobe's published expectations are not here: ../shared")
@pytest.mark.parametrize("folder", folders(PUBLISHED), ids=lambda folder: folder.name)
def test_the_service_holds_what_the_published_case_expects(folder, tmp_path, service):
    schema = SHARED / "reference" / "commerce-schema.sql"
    assert differences(folder, (schema, PUBLISHED / "base.sql"), tmp_path, service) == []


def differences(folder, base, tmp_path, service):
    """Run a case; what the service holds otherwise than expected, a line each."""
    expected = json.loads((folder / "expected.json").read_text())
    shop_file = tmp_path / "shop.sqlite"
    shop_file.write_bytes(empty_shop(*base))
    with closing(sqlite3.connect(shop_file)) as shop:
        shop.executescript(f"begin;\n{(folder / 'shop.sql').read_text()}\ncommit;")
    exporter = Exporter(tmp_path, shop_file, service)
    assert main(["--config", str(exporter.config), "init", "--shop", str(shop_file)]) == 0
    changes = [None, *sorted(folder.glob("[0-9]*.sql"))]
    assert len(changes) == len(expected["steps"])
    comparison = Comparison()
    wrong = []
    for change, expectations in zip(changes, expected["steps"], strict=True):
        if change:
            exporter.change(change.read_text())
        for job in ("reindex_all_invalid", "saas_data_exporter", "sales_data_exporter"):
            assert jobs.main(job, ["--config", str(exporter.config)]) == 0, job
        for expectation in expectations:
            held = exporter.items(expectation["feed"], deleted=True)
            step = change.name if change else "shop.sql"
            wrong += [f"{step}: {line}" for line in comparison.differences(expectation, held)]
    return wrong
