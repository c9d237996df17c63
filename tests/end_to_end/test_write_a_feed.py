"""The tutorial for a feed in Python, done word for word."""

import re
import subprocess
import sys
import uuid

import pytest

from tests.end_to_end.test_any_shop import BLOCK, done
from tests.support import ROOT, Service

TUTORIAL = (ROOT / "docs" / "write-a-feed.md").read_text()


@pytest.fixture
def loyalty_service(tmp_path):
    """A service that knows the tutorial's feed; its file is written first."""
    for _, text in BLOCK.findall(TUTORIAL):
        name, is_file, content = text.partition("\n")
        if is_file and name.startswith(("-- file: ", "# file: ")):
            path = tmp_path / name.partition("file: ")[2]
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
    found = Service(tmp_path / "service", "--schema", tmp_path / "feeds.d" / "loyalty.sql")
    yield found
    found.stop()


def test_a_feed_from_nothing_sends_what_changed(tmp_path, loyalty_service):
    environment = f"test-{uuid.uuid4()}"
    ran, arrived = {}, []
    for language, text in BLOCK.findall(TUTORIAL):
        if language == "python" and "# file: " not in text:
            environ = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
            tried = subprocess.run(
                [sys.executable, "-c", text], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
            )
            assert (tried.returncode, tried.stderr) == (0, "")
        for line in re.findall(r"^\$ (.*)", text, re.MULTILINE):
            ran[line] = done(tmp_path, line, ("--service", loyalty_service.url, "--environment", environment))
            if line.startswith("reindex_all_invalid"):
                assert ran[line].returncode == 0
                items = loyalty_service.items("loyalty", environment)
                arrived.append(sorted(items, key=lambda item: item["customerId"]))

    before, after = ([{**item, "modifiedAt": None} for item in items] for items in arrived)
    ada = {"customerId": "1", "name": "Ada", "points": 150.5, "isGold": True, "deleted": False, "modifiedAt": None}
    ben = {**ada, "customerId": "2", "name": "Ben", "points": 40, "isGold": False}
    cleo = {**ben, "customerId": "3", "name": "Cleo", "points": 0}
    assert before == [ada, ben, cleo]
    assert after == [{**ada, "points": 120}, {**ben, "points": 150, "isGold": True}]
    assert '"points": 150' in ran["saasexport show loyalty 2"].stdout
    assert "loyalty" in ran["saasexport status"].stdout
