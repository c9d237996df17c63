"""The published expectations of Adobe's integration tests, where they are at hand."""

import json
import sqlite3
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.commands import main
from tests.conformance.expectations import Comparison
from tests.support import SHARED, Exporter

CASES = SHARED / "conformance"
SCHEMA = SHARED / "reference" / "commerce-schema.sql"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the conformance cases are not here (../shared)")


def cases():
    """The folders of the cases."""
    return sorted(path.name for path in CASES.iterdir() if path.is_dir()) if CASES.is_dir() else []


@pytest.mark.parametrize("case", cases())
def test_the_service_holds_what_the_case_expects(case, tmp_path, service):
    folder = CASES / case
    expected = json.loads((folder / "expected.json").read_text())
    shop_file = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(shop_file)) as shop:
        for script in (SCHEMA, CASES / "base.sql", folder / "shop.sql"):
            shop.executescript(script.read_text())
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
    assert wrong == []
