"""A shop with two feeds installed, and a database of ours."""

import pytest

from saasexport.capture import triggers
from saasexport.database import db
from tests.capture.installed import ID, SHELVES
from tests.tiny import THINGS, tiny_shop


@pytest.fixture
def shop(tmp_path):
    """The tiny shop with everything installed."""
    found = tiny_shop(tmp_path / "shop.sqlite")
    triggers.install(found, [THINGS, SHELVES], ID)
    yield found
    found.close()


@pytest.fixture
def ours(tmp_path):
    """Our database, for temp tables."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    yield found
    found.close()
