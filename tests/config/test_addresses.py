"""An address of the configuration holds no password, and is never shown with one."""

import pytest

from saasexport.config import parsing, settings
from saasexport.config.addresses import fault_of, hide_secrets
from saasexport.errors import ConfigError

PATH = "/etc/shop/saasexport.toml"


@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@host",
        "http://s3cret@host",
        "https://user:s3cret@host:8443/base",
        "http://user:s3/cret@host",
        "https://host/?token=s3cret",
        "https://host/base?s3cret",
        "https://host?s3cret",
        "https://s3cret@host:99999",
        "user:s3cret@host",
        "http:user:s3cret@host",
        "ftp://u:s3cret@host",
        "http://user:s3cret@host\\n",
        "http://host/?s3cret\\u0000",
    ],
)
@pytest.mark.parametrize("key", ["url", "ping_url"])
def test_a_secret_in_an_address_is_refused_and_not_repeated(url, key):
    if key == "ping_url" and "?" in url:
        return  # a query is allowed there
    service = url if key == "url" else "http://host"
    ping = f'[export]\nping_url = "{url}"\n' if key == "ping_url" else ""
    lines = f'[shop]\ndatabase = "s"\n[service]\nurl = "{service}"\nenvironment_id = "t"\n{ping}'
    with pytest.raises(ConfigError) as caught:
        parsing.parse(PATH, lines.encode(), ())
    section = "service" if key == "url" else "export"
    assert str(caught.value).startswith(f"{PATH}: [{section}] {key}: expected ")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///path",
        "http://:80",
        "http://host:99999",
        "http://host:0",
        "http://host:x",
        "http://[::1",
        "http://[host]",
        "http://[::1]x",
        "http://[::1]:",
        "http://[:::::]",
        "http://host:",
        "http://host:8:9",
        "http://host:-1",
        "http://host:\uff18",
        "http://.host",
        "http://a..b",
        "http://host*",
        "http://h%41",
        "http://999.1.1.1",
        "http://1.2.3",
        f"http://{'a' * 64}.example",
        f"http://{'a.' * 127}b",
        "http://host/{feed.x}",
        "http://{feed}/",
        "http://host/<a>",
        'http://host/"a',
        "http://host/a|b",
        "http://host/\u202e",
        "http://host/\udcff",
        "http://host/\0",
        "http://a b",
        "http://host/\n",
        "http://host/é",
        "http://host/#a",
        "ftp://host",
        "host",
        "",
    ],
)
def test_what_is_no_address_is_refused(url):
    assert fault_of(url)
    assert fault_of(url, may_have_query=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8765",
        "https://h",
        "https://[::1]:8/x/",
        "http://xn--bcher-kva.example/a%20b",
        "http://a_b.-c:1/(x)",
    ],
)
def test_usual_addresses_are_taken(url):
    assert fault_of(url) == ""
    assert hide_secrets(url) == url


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("例え.jp", "xn--r8jz45g.jp"),
        ("\u043f\u0440\u0438\u043c\u0435\u0440.example", "xn--e1afmkfd.example"),
        ("faß.example", "which begin with xn--"),
        ("h\u3002x", "which begin with xn--"),
        ("h\u00ad.example", ""),
        ("é" * 64, "which begin with xn--"),
        ("é..example", "which begin with xn--"),
    ],
)
@pytest.mark.parametrize("rest", ["", ":8765", "/x"])
def test_a_host_in_letters_that_dns_lacks_is_refused_and_its_form_in_dns_named(host, written, rest):
    assert fault_of(f"https://{host}{rest}").endswith(written)
    assert fault_of(f"https://{host}{rest}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hc.example/abc-def?create=1", "https://hc.example/...?..."),
        ("https://hc.example?key=abc", "https://hc.example?..."),
        ("https://hc.example/abc", "https://hc.example/..."),
        ("https://u:p@hc.example/abc", "https://...@hc.example/..."),
        ("https://hc.example/", "https://hc.example/"),
        ("https://hc.example#abc?d", "https://hc.example#..."),
        ("https://hc.example/?a#b", "https://hc.example/?..."),
        ("hc.example#abc", "..."),
    ],
)
def test_a_dead_mans_switch_is_shown_without_its_secret(url, expected):
    assert hide_secrets(url, is_path_secret=True) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a = " + b"[" * 3000, "nested too deeply"),
        (b"a = " + b"{ a = " * 3000, "nested too deeply"),
        (b"a = " + b"1" * 5000, "not TOML: "),
        (b"\xff\xfe[\0s\0", "not TOML: "),
        (b"a = 'sch\xfcssel'", "not TOML: "),
        (b"a = 'x\0y'", "not TOML: "),
        (b'["a\\u0000b"]\n', "is not a known key"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(content, reason):
    with pytest.raises(ConfigError) as caught:
        parsing.parse(PATH, content, ())
    assert str(caught.value).startswith(PATH + ": ")
    assert reason in str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_file():
    content = '\ufeff[shop]\ndatabase = "s"\n[service]\nurl = "http://host"\nenvironment_id = "t"\n'.encode()
    assert parsing.parse(PATH, content, ())["service.environment_id"] == "t"


@pytest.mark.parametrize(
    ("section", "key"),
    [("shop", "database"), ("export", "log_dir"), ("export", "metrics_file"), ("service", "path")],
)
@pytest.mark.parametrize("character", ["\\u0000", "\\n", "\\r", "\\u001b", "\\u007f"])
def test_a_control_character_in_a_text_is_refused(section, key, character):
    lines = {
        "shop": {"database": "s"},
        "export": {},
        "service": {"url": "http://host", "environment_id": "t"},
    }
    lines[section][key] = f"/a{character}b"
    content = "".join(
        f"[{name}]\n" + "".join(f'{one} = "{value}"\n' for one, value in values.items())
        for name, values in lines.items()
    )
    with pytest.raises(ConfigError) as caught:
        parsing.parse(PATH, content.encode(), ())
    assert str(caught.value).startswith(f"{PATH}: [{section}] {key}: expected ")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "a\udcffb", "a\u202eb", "a\x7fb"])
def test_a_configuration_whose_name_cannot_be_shown_is_refused(name):
    with pytest.raises(ConfigError, match="must be printable UTF-8") as caught:
        settings.find(f"/etc/{name}.toml")
    assert str(caught.value).isprintable()
