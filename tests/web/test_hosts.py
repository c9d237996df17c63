"""A server answers for its own names, and for addresses, which nobody looks up."""

import socket

import pytest

from saasexport.web.hosts import Hosts, is_name
from saasexport.web.wire import Refusal, parse

HOSTS = Hosts(["shop.example", "Proxy.Example."], "come in by the door")


def request_of(host, length=""):
    """A request whose Host header says this."""
    return parse(f"GET / HTTP/1.1\r\nHost: {host}{length}".encode("latin-1"))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8765",
        "localhost.",
        "127.0.0.1",
        "127.0.0.2:80",
        "192.168.1.7:8765",
        "0.0.0.0:8765",
        "[::1]",
        "[::1]:8765",
        "[2001:DB8::7]:1",
        "shop.example",
        "SHOP.example:443",
        "proxy.example",
        "proxy.example.:8765",
        "localhost:",
        socket.gethostname(),
    ],
)
def test_its_own_names_and_every_address_are_answered_for(host):
    HOSTS.check(request_of(host))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "localhost.evil.example",
        "evil.example.localhost.example",
        "127.0.0.1.evil.example",
        "xlocalhost",
        "shop.example.evil.example",
        "evil.shop.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "evil.example#localhost",
        "evil.example/localhost",
        "localhost:80:80",
        "localhost:port",
        "localhost, evil.example",
        "[::1",
        "::1",
        "[localhost]",
        "[::1]evil.example",
        "[::1].evil.example",
        "2130706433",
        "0x7f000001",
        "localh\xf6st",
        "..",
        ".",
        "",
    ],
)
def test_any_other_host_is_misdirected(host):
    with pytest.raises(Refusal, match="is not answered for here; come in by the door") as refused:
        HOSTS.check(request_of(host))
    assert (refused.value.status, refused.value.closes) == (421, False)


def test_a_body_for_another_host_is_not_read():
    with pytest.raises(Refusal) as refused:
        HOSTS.check(request_of("evil.example", "\r\nContent-Length: 2"))
    assert refused.value.closes


def test_a_long_name_is_cut_in_the_refusal():
    with pytest.raises(Refusal) as refused:
        HOSTS.check(request_of("e" * 9_000))
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost: localhost\r\nhost: evil.example",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost",
        "GET http://localhost/ HTTP/1.1\r\nHost: localhost",
        "GET localhost/ HTTP/1.1\r\nHost: localhost",
        "GET / HTTP/1.1\r\nHost : localhost",
        "GET / HTTP/1.1\r\nHost: localhost\r\n evil.example",
    ],
)
def test_none_several_and_a_host_in_the_target_are_no_request(head):
    with pytest.raises(Refusal) as refused:
        parse(head.encode())
    assert refused.value.status == 400


def test_an_old_client_names_no_host():
    HOSTS.check(parse(b"GET / HTTP/1.0"))
    with pytest.raises(Refusal):
        HOSTS.check(parse(b"GET / HTTP/1.0\r\nHost: evil.example"))


def test_a_server_told_to_listen_nowhere_in_particular_has_no_empty_name():
    with pytest.raises(Refusal):
        Hosts([""], "").check(request_of(""))


@pytest.mark.parametrize("text", ["a", "shop.example", "Shop-1.example.", "127.0.0.1", "xn--mnchen-3ya.example", "a_b"])
def test_a_name_is_a_name(text):
    assert is_name(text)


@pytest.mark.parametrize(
    "text", ["", ".", "a b", "http://a", "a:80", "a/b", "*.a", "a..b", "-\n", "münchen", "[::1]", "a" * 254]
)
def test_what_is_more_or_less_than_a_name_is_none(text):
    assert not is_name(text)
