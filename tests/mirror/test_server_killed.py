"""The server is killed while a run reads, and starts again, also with another state: a backup that is restored."""

import shutil
import subprocess

import pytest

from saasexport.errors import ShopError
from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from tests.mirror import servers
from tests.mirror.conftest import running
from tests.mirror.mirrored import Shop

ROWS = 3000

# Method of the server's, and before or after which of its calls the server is killed.
MOMENTS = [("tables", 1), ("begin", 1), ("digests", 1), ("digests", 2), ("rows", 1), ("rows", 2), ("end", 1)]


@pytest.fixture(scope="module", params=[servers.MariaDB, servers.PostgreSQL], ids=["mariadb", "postgresql"])
def own_server(request):
    """A server of these tests' own."""
    yield from running(request.param)


@pytest.fixture
def shop(own_server, tmp_path):
    """Two tables whose values are always the same, and their copy."""
    shop = Shop(own_server, tmp_path)
    shop.do("create table a (id int primary key, v int); create table b (id int primary key, v int)")
    numbers = f"seq_1_to_{ROWS}" if own_server.kind == "mysql" else f"generate_series(1, {ROWS}) as seq"
    shop.do(f"insert into a select seq, 0 from {numbers}; insert into b select seq, 0 from {numbers}")
    return shop


def change(shop, number):
    """Another state: the tables say the same number, and have a row more for each."""
    start = "start transaction" if shop.server.kind == "mysql" else "begin"
    rows = f"insert into a values ({ROWS} + {number}, {number}); insert into b values ({ROWS} + {number}, {number})"
    shop.do(f"{start}; update a set v = {number}; update b set v = {number}; {rows}; commit")


def states(shop):
    """The numbers that the copy holds, and how many rows its tables have."""
    values = {row[0] for row in shop.ask("select v from a union all select v from b")}
    rows = {row[0] for row in shop.ask("select count(*) from a union all select count(*) from b")}
    return values, rows


def kill_at(shop, patch, method, call):
    """Have the server die before so many calls of a method; of `rows`, after the first of them."""
    kind = MySQL if shop.server.kind == "mysql" else PostgreSQL
    usual = getattr(kind, method)
    calls = []

    def killed(self, *arguments):
        calls.append(arguments)
        if len(calls) != call:
            return usual(self, *arguments)
        if method == "rows":
            return after_the_first(usual(self, *arguments), shop.server)
        shop.server.stop(kill=True)
        return usual(self, *arguments)

    patch.setattr(kind, method, killed)


def after_the_first(batches, server):
    """The same, from a server that dies once the first is there."""
    for number, rows in enumerate(batches):
        if number == 0:
            server.stop(kill=True)
        yield rows


def fails(shop, monkeypatch, method, call):
    """A run that fails since the server is killed."""
    with monkeypatch.context() as patch:
        kill_at(shop, patch, method, call)
        with pytest.raises(ShopError, match="the copy stays as it was"):
            shop.run()


def copy_of(server, folder, target):
    """Have one folder of the server's be as the other is."""
    shutil.rmtree(server.folder / target, ignore_errors=True)
    # As those who run servers left it: owners, too.
    subprocess.run([servers.program("cp"), "-a", server.folder / folder, server.folder / target], check=True)


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "call"), MOMENTS)
def test_a_server_that_is_killed_in_a_run_leaves_the_copy_as_it_was_and_the_next_run_is_right(
    shop, monkeypatch, method, call
):
    shop.run()
    change(shop, 1)
    fails(shop, monkeypatch, method, call)
    assert states(shop) == ({0}, {ROWS})
    shop.server.start()
    shop.run()
    assert states(shop) == ({1}, {ROWS + 1})


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "call"), [("begin", 1), ("rows", 1), ("rows", 2)])
def test_a_server_that_comes_back_with_another_state_is_copied_as_it_is_now(shop, monkeypatch, method, call):
    change(shop, 1)
    shop.server.stop()
    copy_of(shop.server, "data", "backup")
    shop.server.start()
    change(shop, 2)
    shop.run()
    change(shop, 3)
    fails(shop, monkeypatch, method, call)
    assert states(shop) == ({2}, {ROWS + 2})
    copy_of(shop.server, "backup", "data")
    shop.server.start()
    shop.run()
    assert states(shop) == ({1}, {ROWS + 1})
    change(shop, 4)
    shop.run()
    assert states(shop) == ({4}, {ROWS + 2})


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "call"), [("digests", 1), ("rows", 1), ("digests", 2), ("rows", 2)])
def test_a_first_copy_that_is_cut_off_goes_on_with_what_the_server_comes_back_with(shop, monkeypatch, method, call):
    shop.server.stop()
    copy_of(shop.server, "data", "backup")
    shop.server.start()
    change(shop, 1)
    fails(shop, monkeypatch, method, call)
    copy_of(shop.server, "backup", "data")
    shop.server.start()
    shop.run()
    assert states(shop) == ({0}, {ROWS})
