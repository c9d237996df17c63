"""A server for all tests of the mirror, started once."""

import shutil

import pytest

from tests.mirror.servers import MariaDB, PostgreSQL, folder_for_a_server


def running(kind):
    """A server, until the tests are over."""
    folder = folder_for_a_server()
    try:
        server = kind(folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb():
    """A MariaDB server."""
    yield from running(MariaDB)


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server."""
    yield from running(PostgreSQL)


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request):
    """Each of the servers."""
    return request.getfixturevalue(request.param)
