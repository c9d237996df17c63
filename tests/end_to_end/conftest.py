"""A small installation that has synced everything, for tests that then break something."""

import pytest

from tests.convergence import differences, tick
from tests.support import TICK, Exporter, demo_shop_copy

SETTINGS = "[feeds.orders]\nlook_back_days = 0\n"


@pytest.fixture(scope="session")
def small_shop_file(tmp_path_factory):
    """The demo shop with its example products only."""
    return demo_shop_copy(tmp_path_factory.mktemp("small") / "shop.sqlite", products=100)


@pytest.fixture(scope="session")
def synced_once(tmp_path_factory, small_shop_file, service):
    """An installation whose service is where it should be; take twins of it, do not change it."""
    folder = tmp_path_factory.mktemp("synced")
    exporter = Exporter.on_copy(folder, small_shop_file, service, settings=SETTINGS)
    tick(exporter, TICK)
    assert differences(exporter) == []
    return exporter


@pytest.fixture
def synced(tmp_path, synced_once):
    """An installation of the test's own whose service is where it should be."""
    return synced_once.twin(tmp_path, SETTINGS)


@pytest.fixture
def converges():
    """Checks that three ticks make everything good."""

    def check(exporter):
        for _ in range(3):
            tick(exporter, TICK)
        assert differences(exporter) == []

    return check
