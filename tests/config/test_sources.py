"""The address of the server that a shop lives in."""

import pytest

from saasexport.config import parsing, sources
from saasexport.config.sources import Source
from saasexport.errors import ConfigError

REQUIRED = '[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://here:8765"\nenvironment_id = "testing-1"\n'


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("mysql://reader@127.0.0.1:3307/magento", Source("mysql", "reader", "127.0.0.1", 3307, "magento")),
        ("mysql://reader@db/magento", Source("mysql", "reader", "db", 3306, "magento")),
        ("postgresql://reader@db.example/shop", Source("postgresql", "reader", "db.example", 5432, "shop")),
        ("mysql://r%40x@[::1]/s%2Fp", Source("mysql", "r@x", "::1", 3306, "s/p")),
        ("mysql://r@/s?unix_socket=/run/m.sock", Source("mysql", "r", "", 3306, "s", "/run/m.sock")),
        ("postgresql://r@/s?host=/run/postgresql", Source("postgresql", "r", "", 5432, "s", "/run/postgresql")),
        ("mysql://r@localhost/s?unix_socket=/a%20b", Source("mysql", "r", "localhost", 3306, "s", "/a b")),
    ],
)
def test_an_address_names_user_server_and_database(address, expected):
    assert sources.parse(address) == expected


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("sqlite://r@h/d", "must begin with mysql:// or postgresql://"),
        ("r@h/d", "must begin with mysql:// or postgresql://"),
        ("mysql://r:secret@h/d", "must not hold a password: put it into [mirror] password_file"),
        ("mysql://h/d", "must name the user who reads, as in mysql://reader@localhost/magento"),
        ("mysql://r@h", "must name one database, as in mysql://reader@localhost/magento"),
        ("mysql://r@h/a/b", "must name one database, as in mysql://reader@localhost/magento"),
        ("mysql://r@/d", "must name a host, or ?unix_socket=PATH"),
        ("mysql://r@h:0/d", "must have a port from 1 to 65535, or none"),
        ("mysql://r@h:70000/d", "must have a port from 1 to 65535, or none"),
        ("mysql://r@h:x/d", "must have a port from 1 to 65535, or none"),
        ("mysql://r@[::1/d", "must have an IPv6 address in brackets"),
        (
            "mysql://r@h/d?ssl=0",
            "may hold ?unix_socket=PATH, an absolute path, and nothing else behind the database",
        ),
    ],
)
def test_an_address_that_cannot_be_used_says_why(address, fault):
    with pytest.raises(ValueError, match=r"^m") as caught:
        sources.parse(address)
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.2", True), ("[::1]", True), ("db.example", False), ("10.0.0.1", False)],
)
def test_what_goes_over_a_network_is_not_local(host, expected):
    assert sources.parse(f"mysql://r@{host}/d").is_local is expected


def complaint(lines):
    """What is said of [mirror]."""
    with pytest.raises(ConfigError) as caught:
        parsing.parse("/c.toml", f"{REQUIRED}[mirror]\n{lines}".encode(), ())
    return str(caught.value)


def test_a_password_in_the_address_is_refused_and_not_shown():
    said = complaint('source = "mysql://reader:hunter2@db/shop"')

    assert "must not hold a password" in said
    assert "hunter2" not in said


def test_a_mirror_without_a_source_is_refused():
    assert complaint('prefix = "m2_"').startswith("/c.toml: [mirror] source is missing: expected mysql://")


@pytest.mark.parametrize("load", ["0", "1.5", "-1", '"0.1"', "nan"])
def test_the_load_is_a_share_of_the_time(load):
    assert "[mirror] load: expected a number from 0.001 to 1" in complaint(f'source = "mysql://r@h/d"\nload = {load}')
