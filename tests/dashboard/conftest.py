"""An installation that has synced the demo shop, and dashboards on it."""

import shutil

import pytest

from tests.dashboard.reading import Dashboard
from tests.support import Exporter


@pytest.fixture(scope="session")
def synced(tmp_path_factory, demo_shop_file, service):
    """The demo shop, synced once; for tests that only look."""
    exporter = Exporter.on_copy(tmp_path_factory.mktemp("synced"), demo_shop_file, service)
    exporter.tick(check=False)  # the demo has products that cannot be assembled
    return exporter


@pytest.fixture(scope="session")
def dashboard(synced):
    """A dashboard on it; for tests that only look."""
    with Dashboard(synced) as found:
        yield found
    assert found.said == ""


@pytest.fixture
def own(tmp_path, synced):
    """A synced installation of the test's own."""
    folder = tmp_path / "own"
    shutil.copytree(synced.folder, folder)
    exporter = Exporter(folder, folder / "shop.sqlite", synced.service)
    exporter.environment = synced.environment
    exporter.write_config()
    return exporter


@pytest.fixture
def own_dashboard(own):
    """A dashboard on that one."""
    with Dashboard(own) as found:
        yield found
    assert found.said == ""
