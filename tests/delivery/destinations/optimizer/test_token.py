"""When the token of Adobe's login is asked for again."""

import gzip
import json
import time
from urllib.parse import parse_qs

import pytest

from saasexport.delivery.destinations.optimizer.token import Token
from saasexport.delivery.http_connection import Connection
from tests.delivery.destinations.optimizer.test_destination import installation
from tests.scripted import answering


class Login:
    """A login that gives token-1, token-2 and so on."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.given = 0

    def __call__(self, request):
        self.given += 1
        return 200, {}, {"access_token": f"token-{self.given}", "expires_in": self.seconds}


@pytest.mark.parametrize(
    ("seconds", "passed", "is_renewed"),
    [
        (86_399, 0, False),
        (86_399, 85_700, False),
        (86_399, 85_900, True),  # less than ten minutes are left
        (86_399, 90_000, True),
        (86_399, -3_600, True),  # the clock was set back: it may end at any moment
        (900, 400, False),  # half of a short life
        (900, 500, True),
        (2, 0, False),
        (2, 1.5, True),
    ],
)
def test_a_token_is_renewed_before_its_end(tmp_path, monkeypatch, seconds, passed, is_renewed):
    moment = [1_000_000.0]
    monkeypatch.setattr(time, "time", lambda: moment[0])
    with answering(Login(seconds)) as server:
        token = Token("me", "a-secret", str(tmp_path / "token"), Connection(server.url, 10, None))
        assert token.value() == "token-1"
        moment[0] += passed
        assert token.value() == ("token-2" if is_renewed else "token-1")
        assert len(server.requests) == (2 if is_renewed else 1)
        form = parse_qs(server.requests[0].body.decode())
        assert form["scope"] == ["openid,AdobeID,profile,email,commerce.aco.ingestion"]
        token.close()


def test_another_secret_or_client_has_a_token_of_its_own(tmp_path):
    with answering(Login(86_399)) as server:
        got = []
        for client, secret in (("me", "a"), ("me", "b"), ("you", "b"), ("you", "b")):
            token = Token(client, secret, str(tmp_path / "token"), Connection(server.url, 10, None))
            got.append(token.value())
            token.close()
    assert got == ["token-1", "token-2", "token-3", "token-3"]


@pytest.mark.sample(1)
@pytest.mark.parametrize("refused", [{1}, {2}, {3}, {1, 4}, {2, 4, 6}])
def test_the_token_is_renewed_once_for_each_401(flawless_shop_file, tmp_path, refused):
    login = Login(86_399)
    asked = []

    def answers(request):
        if request.path.endswith("/token/v3"):
            return login(request)
        asked.append((request.headers["authorization"], request.path, request.body))
        if len(asked) in refused:
            return 401, {}, {"message": "Oauth token is not valid"}
        is_packed = request.headers.get("content-encoding") == "gzip"
        items = json.loads(gzip.decompress(request.body) if is_packed else request.body)
        return 200, {}, {"status": "ACCEPTED", "acceptedCount": len(items)}

    with answering(answers) as server:
        exporter = installation(tmp_path / "shop", flawless_shop_file, server.url)
        done = exporter.run("reindex_all_invalid")
    assert (done.stderr, done.returncode) == ("", 0)
    assert login.given == 1 + len(refused)
    for number in refused:
        (before, *what), (after, *again) = asked[number - 1], asked[number]
        assert (again, before == after) == (what, False)
    assert json.loads((exporter.folder / "var" / "ims_token").read_text())["token"] == f"token-{login.given}"
