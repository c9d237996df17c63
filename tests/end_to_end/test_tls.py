"""TLS is verified: a certificate that nobody vouches for, of another address or out of date, gets no item."""

import ssl

import pytest

from tests.certificates import certificate, server_context
from tests.scripted import Listener, accepted, response
from tests.support import TICK, Exporter

SETTINGS = "[feeds.orders]\nlook_back_days = 0\n"


def secured(path):
    """A good service that speaks TLS."""
    context = server_context(path)

    def serve(connection, listener):
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                while request := listener.receive(secure):
                    secure.sendall(response(*accepted(request)))
        except ssl.SSLError:
            pass  # the other side did not trust us

    found = Listener(serve)
    found.url = found.url.replace("http:", "https:")
    return found


@pytest.fixture
def exporter(tmp_path, small_shop_file):
    """An installation that has sent nothing yet."""
    return Exporter.on_copy(tmp_path / "it", small_shop_file, settings=SETTINGS)


def point(exporter, server, service=""):
    exporter.url = server.url
    exporter.write_config(SETTINGS, service=service)


def delivered(exporter):
    return exporter.ask("select count(*) from cde_products_feed where status = 200")[0][0]


def test_a_certificate_that_nobody_vouches_for_is_refused(exporter, tmp_path):
    with secured(certificate(tmp_path)) as server:
        point(exporter, server)
        done = exporter.run("reindex_all_invalid")
        assert server.requests == []
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert delivered(exporter) == 0


def test_with_ca_file_it_is_trusted(exporter, tmp_path):
    path = certificate(tmp_path)
    with secured(path) as server:
        point(exporter, server, f'ca_file = "{path}"')
        for job in TICK:
            assert "http" not in exporter.run(job).stderr
        assert server.requests != []
    assert delivered(exporter) > 200


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("more", "reason"),
    [({"address": "127.0.0.2"}, "IP address mismatch"), ({"days": (-20, -10)}, "certificate has expired")],
    ids=["another address", "out of date"],
)
def test_a_trusted_certificate_must_be_of_this_address_and_day(exporter, tmp_path, more, reason):
    path = certificate(tmp_path, **more)
    with secured(path) as server:
        point(exporter, server, f'ca_file = "{path}"')
        done = exporter.run("reindex_all_invalid")
        assert server.requests == []
    assert done.returncode == 1
    assert reason in done.stderr
    assert delivered(exporter) == 0


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), ("not one", "holds no certificate")]
)
def test_a_ca_file_that_cannot_be_used_is_a_configuration_error(exporter, tmp_path, content, reason):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with secured(certificate(tmp_path)) as server:
        point(exporter, server, f'ca_file = "{path}"')
        done = exporter.run("reindex_all_invalid")
    place = f"{exporter.config}: [service] ca_file"
    said = f"reindex_all_invalid: {place}: {path}: {reason}; name the file that holds the certificates\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_service_that_speaks_no_tls_is_refused(exporter):
    def plain(connection, listener):
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with Listener(plain) as server:
        server.url = server.url.replace("http:", "https:")
        point(exporter, server)
        done = exporter.run("reindex_all_invalid")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert delivered(exporter) == 0
