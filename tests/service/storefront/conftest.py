"""The demo shop as the service received it, and the services that answer from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.storefront.front import Front, served
from tests.support import Exporter, Service


@pytest.fixture(scope="session")
def demo_items(tmp_path_factory: pytest.TempPathFactory, flawless_shop_file: Path) -> Path:
    """The file of a service that received the demo shop; copy it, do not write to it."""
    service = Service(tmp_path_factory.mktemp("received"))
    Exporter.on_copy(tmp_path_factory.mktemp("exported"), flawless_shop_file, service).tick()
    service.stop()
    return service.folder / "service.sqlite"


@pytest.fixture(scope="session")
def front(tmp_path_factory: pytest.TempPathFactory, demo_items: Path) -> Iterator[Front]:
    """A storefront's way to the demo shop, which no test changes."""
    pytest.importorskip("graphql")
    with served(tmp_path_factory.mktemp("front"), demo_items) as service:
        yield Front(service)
