"""Ways to the server, and what is told where there is none."""

import sys

import pytest

from saasexport.config import sources
from saasexport.errors import ConfigError, ShopError
from saasexport.mirror.connection import connect
from saasexport.mirror.server import Access
from tests.mirror.mirrored import Shop


@pytest.mark.sample(1)
def test_a_socket_leads_to_the_server_as_well(server, tmp_path):
    shop = Shop(server, tmp_path)
    shop.do("create table thing (id int primary key); insert into thing values (4)")
    is_mysql = server.kind == "mysql"
    path = server.socket if is_mysql else f"{server.folder}/.s.PGSQL.{server.port}"
    port = "" if is_mysql else f":{server.port}"
    source = sources.parse(f"{server.kind}://reader@{port}/{shop.name}?unix_socket={path}")
    shop.mirror.access = Access(source, "secret")
    shop.run()
    assert shop.ask("select id from thing") == [(4,)]


@pytest.mark.parametrize(
    ("kind", "module", "said"),
    [
        ("mysql", "pymysql", "needs PyMySQL, which is not installed; pip install saasexport[mysql], or apt install"),
        ("postgresql", "psycopg", "needs psycopg 3, which is not installed; pip install saasexport[postgresql]"),
    ],
)
def test_without_a_driver_one_line_says_what_to_install(monkeypatch, kind, module, said):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError) as caught:
        connect(Access(sources.parse(f"{kind}://reader@127.0.0.1:9/shop")))
    assert f"[mirror] source: {kind}:// {said}" in str(caught.value)


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_a_server_that_does_not_answer_is_one_line(kind):
    pytest.importorskip("pymysql" if kind == "mysql" else "psycopg")
    with pytest.raises(ShopError) as caught:
        connect(Access(sources.parse(f"{kind}://reader@127.0.0.1:9/shop")))
    assert str(caught.value).startswith("[mirror] shop at 127.0.0.1:9: ")
    assert str(caught.value).endswith("; the copy stays as it was")
    assert "\n" not in str(caught.value)


def test_an_older_psycopg_which_cannot_take_rows_by_pieces_serves_too(postgresql, tmp_path, monkeypatch):
    import psycopg

    # As Debian 12 has it, 3.1.7.
    monkeypatch.delattr(psycopg, "capabilities", raising=False)
    shop = Shop(postgresql, tmp_path)
    shop.do("create table thing (id int primary key, v text)")
    shop.do("insert into thing select n, 'x' from generate_series(1, 700) as n")
    shop.run()
    assert shop.ask("select count(*), max(id), max(v) from thing") == [(700, 700, "x")]
