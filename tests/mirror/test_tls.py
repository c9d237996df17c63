"""The way to a remote server: encrypted, and checked against an authority of one's own."""

import os
import shutil
import subprocess

import pytest

from saasexport.config import sources
from saasexport.errors import ConfigError, ShopError
from saasexport.mirror import mysql
from saasexport.mirror.connection import connect
from saasexport.mirror.server import Access
from tests.mirror import servers
from tests.mirror.mirrored import Shop

# This machine, under a name that is not known for it.
REMOTE = "0.0.0.0"  # noqa: S104

UNCHECKED = ("the server's certificate is not checked", "set [mirror] ca_file")
OPEN = ("the connection to the server is not encrypted", "set up TLS there, and [mirror] ca_file here")


def openssl(folder, *arguments):
    """Run openssl."""
    command = [servers.program("openssl"), *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority's certificate, one of a server at 127.0.0.1 by it with its key, and another authority's."""
    folder = servers.folder_for_a_server()
    new = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name in ("ca", "other"):
        openssl(folder, *new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
    extensions = ("-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE")
    of_server = ("-subj", "/CN=server", *extensions)
    by = ("-CA", "ca.pem", "-CAkey", "ca.key")
    openssl(folder, *new, *of_server, *by, "-keyout", "server.key", "-out", "server.pem")
    for path in folder.iterdir():
        path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(path, servers.USER)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def encrypted(request, certificates):
    """Starts a server that speaks TLS, in the place of the one that all tests share; afterwards that is there again."""
    begun = []

    def start(server):
        if server not in begun:
            files = ("cert", "server.pem"), ("key", "server.key")
            if server.kind == "mysql":
                options = [f"--ssl-{what}={certificates}/{name}" for what, name in files]
            else:
                options = ["-c", "ssl=on"]
                options += [text for what, name in files for text in ("-c", f"ssl_{what}_file={certificates}/{name}")]
            server.stop()
            server.start(*options)
            begun.append(server)
        return server

    yield start
    for server in begun:
        server.stop()
        server.start()


@pytest.fixture
def shop(server, encrypted, tmp_path):
    """A small shop in a server that speaks TLS."""
    shop = Shop(encrypted(server), tmp_path)
    shop.do("create table thing (id int primary key); insert into thing values (4)")
    return shop


def reach(shop, host, ca_file=None):
    """Have the mirror connect in another way."""
    source = sources.parse(shop.server.address(shop.name).replace("127.0.0.1", host))
    shop.mirror.access = Access(source, "secret", ca_file and str(ca_file))


# First, while the servers speak no TLS.


@pytest.mark.sample(1)
def test_without_tls_a_remote_server_is_a_warning_and_one_with_ca_file_an_error(server, tmp_path, certificates):
    shop = Shop(server, tmp_path)
    shop.do("create table thing (id int primary key)")
    reach(shop, REMOTE)
    assert shop.run().warnings == [OPEN]
    reach(shop, "127.0.0.1", certificates / "ca.pem")
    with pytest.raises(ShopError, match="SSL"):
        connect(shop.mirror.access)


def test_a_driver_that_goes_on_in_clear_where_a_certificate_is_to_be_checked_is_stopped(
    mariadb, tmp_path, certificates, monkeypatch
):
    usual = mysql._options

    def old(access):
        return {name: value for name, value in usual(access).items() if not name.startswith("ssl_")} | {
            "ssl_disabled": True
        }

    monkeypatch.setattr(mysql, "_options", old)
    shop = Shop(mariadb, tmp_path)
    reach(shop, "127.0.0.1", certificates / "ca.pem")
    with pytest.raises(ShopError, match="SSL is required but the server doesn't support it"):
        connect(shop.mirror.access)


# Now they do.


@pytest.mark.sample(1)
def test_a_certificate_by_the_authority_of_ca_file_is_accepted(shop, certificates):
    reach(shop, "127.0.0.1", certificates / "ca.pem")
    assert shop.run().warnings == []
    assert shop.ask("select id from thing") == [(4,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("host", "ca"),
    [("127.0.0.1", "other.pem"), ("127.0.0.1", "server.key"), ("localhost", "ca.pem"), (REMOTE, "ca.pem")],
)
def test_another_certificate_is_refused_in_one_line(shop, certificates, host, ca):
    reach(shop, host, certificates / ca)
    with pytest.raises((ShopError, ConfigError)) as caught:
        shop.run()
    assert str(caught.value).startswith("[mirror] ")
    assert "\n" not in str(caught.value)
    assert not os.path.exists(shop.mirror.file)


@pytest.mark.sample(1)
def test_an_authority_that_is_missing_is_named(shop, certificates):
    reach(shop, "127.0.0.1", certificates / "missing.pem")
    with pytest.raises((ShopError, ConfigError), match=r"missing\.pem"):
        shop.run()


@pytest.mark.sample(1)
def test_a_remote_server_without_ca_file_is_a_warning(shop):
    reach(shop, REMOTE)
    assert shop.run().warnings == [UNCHECKED]


@pytest.mark.sample(1)
def test_by_a_socket_nothing_is_to_be_checked(shop, certificates):
    is_mysql = shop.server.kind == "mysql"
    path = shop.server.socket if is_mysql else f"{shop.server.folder}/.s.PGSQL.{shop.server.port}"
    port = "" if is_mysql else f":{shop.server.port}"
    source = sources.parse(f"{shop.server.kind}://reader@{port}/{shop.name}?unix_socket={path}")
    shop.mirror.access = Access(source, "secret", str(certificates / "ca.pem"))
    assert shop.run().warnings == []


def test_mysqls_own_way_of_passwords_says_what_it_needs(monkeypatch):
    """Without TLS, of a MySQL server of today; PyMySQL says so by a RuntimeError."""
    pymysql = pytest.importorskip("pymysql")
    text = "'cryptography' package is required for sha256_password or caching_sha2_password auth methods"

    def refuse(**_options):
        raise RuntimeError(text)

    monkeypatch.setattr(pymysql, "connect", refuse)
    with pytest.raises(ConfigError) as caught:
        mysql.MySQL(Access(sources.parse("mysql://reader@192.0.2.1/shop"), "secret"))
    assert str(caught.value).startswith(f"[mirror] shop at 192.0.2.1:3306: {text}; pip install cryptography")
