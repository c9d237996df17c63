"""Killed anywhere, the copy is one consistent state of the shop, earlier or later, and the next run completes it."""

import os
import random
import signal

import pytest

from saasexport.errors import ShopError
from saasexport.mirror import copy as copies
from saasexport.mirror import run as runs
from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from tests.mirror.mirrored import Mirrored, Shop


@pytest.fixture
def shop(server, tmp_path):
    """Two tables whose values are always the same, and their copy."""
    shop = Shop(server, tmp_path)
    shop.do("create table a (id int primary key, v int); create table b (id int primary key, v int)")
    shop.do("insert into a values (1, 0), (2, 0), (3, 0); insert into b values (1, 0), (2, 0), (3, 0)")
    return shop


def change(shop, number):
    """Another state: the tables say the same number."""
    start = "start transaction" if shop.server.kind == "mysql" else "begin"
    shop.do(f"{start}; update a set v = {number}; update b set v = {number}; commit")


def states(shop):
    """The numbers that the copy holds."""
    return {row[0] for row in shop.ask("select v from a union all select v from b")}


def killed_at(shop, number):
    """A run that is killed at so many statements of the copy's; whether it was."""
    child = os.fork()
    if child == 0:
        try:
            usual = copies.Copy.__init__
            left = [number]

            def count(_statement):
                left[0] -= 1
                if not left[0]:
                    os.kill(os.getpid(), signal.SIGKILL)

            def init(self, path):
                usual(self, path)
                self.db.set_trace_callback(count)

            copies.Copy.__init__ = init
            shop.mirror.run()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.thorough
def test_a_run_that_is_killed_at_any_statement_leaves_one_state(shop):
    shop.run()
    was_killed = True
    number = 0
    while was_killed:
        number += 1
        change(shop, number)
        was_killed = killed_at(shop, 3 * number)
        assert states(shop) in ({number - 1}, {number})
        shop.run()
        assert states(shop) == {number}
    assert number > 5


@pytest.mark.thorough
def test_a_first_copy_that_is_killed_at_any_statement_goes_on(shop):
    number = 0
    was_killed = True
    while was_killed:
        number += 1
        change(shop, number)
        was_killed = killed_at(shop, 10 * number)
    assert number > 3
    shop.mirror.is_first = False
    shop.run()
    assert states(shop) == {number}


@pytest.mark.sample(1)
def hang_up(server):
    """Have the server end the reader's connections."""
    if server.kind == "mysql":
        end = "select concat('kill ', id) from information_schema.processlist where user = 'reader'"
        for (statement,) in server.ask(end):
            server.ask(statement)
    else:
        server.ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'")


@pytest.mark.sample(1)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_server_that_hangs_up_while_the_copy_is_written_is_not_missed(shop, monkeypatch, is_first):
    if not is_first:
        shop.run()
    change(shop, 1)
    usual = runs._Run._write

    def write(self, made):
        hang_up(shop.server)
        usual(self, made)

    monkeypatch.setattr(runs._Run, "_write", write)
    assert shop.run().written == (0 if is_first else 6)
    assert states(shop) == {1}


@pytest.mark.sample(1)
@pytest.mark.parametrize("method", ["digests", "rows", "begin", "tables"])
def test_a_connection_that_breaks_leaves_the_copy_as_it_was(shop, monkeypatch, method):
    shop.run()
    change(shop, 1)
    kind = MySQL if shop.server.kind == "mysql" else PostgreSQL
    usual = getattr(kind, method)

    def broken(self, *arguments):
        hang_up(shop.server)
        return usual(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(kind, method, broken)
        with pytest.raises(ShopError, match="the copy stays as it was"):
            shop.run()
    assert states(shop) == {0}
    shop.run()
    assert states(shop) == {1}


@pytest.mark.sample(1)
@pytest.mark.parametrize("method", ["digests", "gates", "begin", "rows"])
def test_a_right_that_is_taken_away_in_a_run_leaves_the_copy_as_it_was(shop, monkeypatch, method):
    is_mysql = shop.server.kind == "mysql"
    tables, reader = (f"{shop.name}.{{}}", "reader@'%'") if is_mysql else ("{}", "reader")
    if is_mysql:
        shop.do(f"revoke select on {tables.format('*')} from {reader}")
        shop.do("; ".join(f"grant select on {tables.format(table)} to {reader}" for table in ("a", "b")))
    shop.run()
    change(shop, 1)
    kind = MySQL if is_mysql else PostgreSQL
    usual = getattr(kind, method)

    def revoked(self, *arguments):
        shop.do(f"revoke select on {tables.format('b')} from {reader}")
        monkeypatch.setattr(kind, method, usual)
        return usual(self, *arguments)

    monkeypatch.setattr(kind, method, revoked)
    with pytest.raises(ShopError, match=r"denied .*the copy stays as it was"):
        shop.run()
    assert states(shop) == {0}
    shop.do(f"grant select on {tables.format('b')} to {reader}")
    shop.run()
    assert states(shop) == {1}


@pytest.mark.sample(1)
@pytest.mark.parametrize("rounds", [4, pytest.param(15, marks=pytest.mark.thorough)])
def test_after_random_changes_the_copy_is_that_of_a_fresh_mirror(shop, tmp_path, rounds):
    chance = random.Random(shop.server.kind)
    shop.run()
    for number in range(rounds):
        for _ in range(chance.randint(0, 6)):
            key, other = chance.sample(range(1, 40), 2)
            statement = chance.choice(
                (
                    f"insert into a select {key}, {number} where not exists (select 1 from a where id = {key})",
                    f"delete from a where id = {key}",
                    f"update a set v = v + 1 where id = {key}",
                    f"update a set id = {other + 1000 * number} where id = {key}",
                    f"update b set v = v where id <= {key}",
                    "delete from b",
                    f"insert into b select id + {100 * number}, v from a where id + {100 * number} not in"
                    " (select id from (select id from b) as present)",
                )
            )
            shop.do(statement)
        shop.run()
        fresh = Mirrored(shop.server.address(shop.name), tmp_path / f"fresh{number}")
        fresh.run()
        for table in ("a", "b"):
            query = f"select * from {table} order by id"
            assert shop.ask(query) == fresh.ask(query), (number, table)
