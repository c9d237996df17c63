"""The optional extras: the requests transport and Adobe's signature."""

import base64
import json
import subprocess
import sys

import pytest
import responses
from freezegun import freeze_time

from saasexport.delivery.http_connection import Connection, Response
from saasexport.errors import ConfigError, ServiceError
from tests.support import ROOT

requests = pytest.importorskip("requests")


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", [("-I", "-S"), ("-S",), ("-I",), (), ("-I", "-S", "-O")])
@pytest.mark.parametrize("name", ["requests", "cryptography", "urllib3"])
def test_an_extra_is_found_however_python_was_started(options, name):
    pytest.importorskip(name)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from saasexport.delivery.extras import find_installed\n"
        "find_installed(); find_installed()\n"
        f"import {name}\n"
        "print(len(set(sys.path)) == len(sys.path))"
    )
    done = subprocess.run([sys.executable, *options, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_a_job_without_extras_does_not_look_for_them():
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import saasexport.jobs.reindex_all_invalid\n"
        "print('site' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")


def connection():
    from saasexport.delivery.requests_connection import RequestsConnection

    return RequestsConnection("https://commerce.example/", 5)


@responses.activate
def test_requests_posts_the_same_as_the_standard_connection():
    responses.post("https://commerce.example/feeds/products/e", body=b'{"status":"ACCEPTED"}', status=200)
    it = connection()
    answer = it.post("/feeds/products/e", {"X-Request-Id": "1"}, b"body")
    it.close()
    assert answer == Response(200, {"content-type": "text/plain"}, b'{"status":"ACCEPTED"}')
    assert responses.calls[0].request.headers["X-Request-Id"] == "1"
    assert responses.calls[0].request.body == b"body"


@responses.activate
def test_requests_does_not_follow_redirects():
    responses.post("https://commerce.example/a", status=302, headers={"Location": "https://commerce.example/b"})
    it = connection()
    assert it.post("/a", {}, b"").status == 302
    it.close()
    assert len(responses.calls) == 1


@responses.activate
def test_a_failing_transport_is_a_service_error_on_one_line():
    responses.post("https://commerce.example/a", body=requests.ConnectionError("no\nroute"))
    it = connection()
    with pytest.raises(ServiceError, match=r"^https://commerce\.example: no route$"):
        it.post("/a", {}, b"")
    it.close()


def test_the_standard_transport_is_used_unless_configured():
    from saasexport.delivery.transport import Settings, connect

    settings = Settings("http://127.0.0.1:9", "e", 1, 4096, None, None, 0, "", False)
    assert type(connect(settings)) is Connection


def key_file(tmp_path, mode=0o600):
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = generate_private_key(65537, 2048)
    path = tmp_path / "private.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(mode)
    return str(path), key.public_key()


def test_the_signature_is_an_rs256_token_good_for_five_minutes(tmp_path):
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    from saasexport.delivery.signature import AdobeSignature

    path, public = key_file(tmp_path)
    with freeze_time("2026-03-05 21:00:00") as clock:
        signature = AdobeSignature(path)
        token = signature.headers()["x-gw-signature"]
        assert signature.headers()["x-gw-signature"] == token
        clock.tick(200)
        assert signature.headers()["x-gw-signature"] != token
    head, claims, signed = token.split(".")
    decoded = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, claims)]
    assert decoded == [{"typ": "JWT", "alg": "RS256"}, {"iat": 1772744400, "exp": 1772744700}]
    public.verify(base64.urlsafe_b64decode(signed + "=="), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())


def test_a_private_key_that_others_may_read_is_refused(tmp_path):
    pytest.importorskip("cryptography")
    from saasexport.delivery.signature import AdobeSignature

    path, _ = key_file(tmp_path, 0o644)
    with pytest.raises(ConfigError, match=r"may be read by others \(-rw-r--r--\); run: chmod 600"):
        AdobeSignature(path)
