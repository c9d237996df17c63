"""A server for all tests of the mirror, started once."""

import shutil

import pytest

from tests.mirror.servers import MariaDB, folder_for_a_server


@pytest.fixture(scope="session")
def mariadb():
    """A MariaDB server."""
    folder = folder_for_a_server()
    try:
        server = MariaDB(folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
