"""What a NATS server is sent, and each of its answers."""

import json
import re

import pytest

from saasexport.database import db
from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Client
from saasexport.delivery.destinations.nats import token
from tests import engines
from tests.certificates import certificate
from tests.delivery.destinations.test_seam import settings_for
from tests.scripted import Listener
from tests.tiny import THINGS

# sha1 of "a", NUL, "en"
A_EN = "11b8f484e0a2fdcdf3242b106ef7e3036cf2ca0d"

INFO = b'INFO {"max_payload":1048576,"headers":true}\r\n'


def thing(row, code, is_deleted=False, second=0, **more):
    """An item as it is sent."""
    time = f"2026-11-29 12:00:{second:02}"
    item = {"code": code, "language": "en", **more, "deleted": is_deleted, "modifiedAt": time}
    return Pending(row, (json.dumps(item).encode(),), is_deleted)


@pytest.fixture
def deliver(tmp_path):
    """Sends things to a server; gives row -> status and error."""
    ours = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(ours)
    clients = []

    def send(url, *batch, timeout=10, ca_file=None, **options):
        options = {"token": engines.KEY, **options}
        settings = settings_for(url, tmp_path, destination="nats", options=options)
        settings = settings._replace(timeout=timeout, ca_file=ca_file)
        clients.append(Client(settings, ours, lambda feed: "", lambda *_: None))
        outcomes = clients[-1].deliver(THINGS, list(batch))
        return {outcome.pending.row_id: (outcome.status, outcome.error) for outcome in outcomes}

    yield send
    for client in clients:
        client.close()
    ours.close()


def speaking(*pieces):
    """A server that says these things one after another, each when something has come; gives it and what came."""

    def serve(connection, listener):
        connection.sendall(INFO)
        for piece in pieces:
            listener.requests.append(connection.recv(65_536))
            connection.sendall(piece(listener.requests[-1]) if callable(piece) else piece)
        listener.over.wait(20)

    return Listener(serve)


def acknowledged(*bodies):
    """Answers to the messages that came, in the order in which they came."""

    def answer(received):
        inboxes = re.findall(rb"HPUB \S+ (\S+) ", received)
        parts = [
            b"MSG %s 1 %d\r\n%s\r\n" % (inbox, len(body), body) for inbox, body in zip(inboxes, bodies, strict=True)
        ]
        return b"PING\r\n" + b"".join(reversed(parts))  # whatever their order

    return answer


def address(server):
    """A scripted server's address."""
    return server.url.replace("http://", "nats://")


def test_a_message_has_a_subject_of_its_own_and_an_id_with_its_time(deliver):
    answers = acknowledged(b'{"stream":"S","seq":1}', b'{"stream":"S","seq":2,"duplicate":true}')
    with speaking(b"PONG\r\n", answers) as server:
        assert deliver(address(server), thing(1, "a"), thing(2, "b", is_deleted=True)) == {1: (200, ""), 2: (200, "")}
    greeting, messages = server.requests
    options = json.loads(greeting.partition(b"\r\n")[0].removeprefix(b"CONNECT "))
    assert (options["auth_token"], options["no_responders"], options["verbose"]) == (engines.KEY, True, False)
    first, _, second = messages.partition(b"\r\nHPUB ")
    line, version, name, empty, body = first.split(b"\r\n")
    assert re.fullmatch(
        rf"HPUB saasexport-testing\.testing\.things\.{A_EN} _INBOX\.\w+\.0 (\d+) (\d+)".encode(), line
    )
    head = len(version) + len(name) + 6
    assert line.split()[-2:] == [str(head).encode(), str(head + len(body)).encode()]
    assert (version, empty) == (b"NATS/1.0", b"")
    assert name.decode() == f"Nats-Msg-Id: testing:things:{A_EN}:2026-11-29 12:00:00"
    assert body.decode() == (
        f'{{"id":"testing:things:{A_EN}","environment":"testing","feed":"things","item":'
        '{"code": "a", "language": "en", "deleted": false, "modifiedAt": "2026-11-29 12:00:00"}}'
    )
    assert b'"deleted": true' in second


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"error":{"code":503,"err_code":10077,"description":"stream is full"}}', "NATS: stream is full"),
        (b'{"error":{"code":503}}', "NATS: error 503"),
        (b"not json", "an unreadable answer (JSONDecodeError)"),
        (b'["a list"]', "an unreadable answer (AttributeError)"),
    ],
)
def test_what_no_message_is_taken_for_is_told_and_they_wait(deliver, answer, error):
    with speaking(b"PONG\r\n", acknowledged(answer, answer)) as server:
        url = address(server)
        expected = (2, f"{url}: {error}")
        assert deliver(url, thing(1, "a"), thing(2, "b")) == {1: expected, 2: expected}


def test_a_message_that_fails_for_now_and_one_that_is_refused_cost_no_neighbour(deliver):
    answers = (
        b'{"stream":"S","seq":1}',
        b'{"error":{"code":503,"err_code":10077,"description":"full"}}',
        b'{"error":{"code":400,"err_code":10054,"description":"message size exceeds maximum allowed"}}',
    )
    with speaking(b"PONG\r\n", acknowledged(*answers)) as server:
        assert deliver(address(server), thing(1, "a"), thing(2, "b"), thing(3, "c")) == {
            1: (200, ""),
            2: (2, "NATS: full"),
            3: (400, "NATS: message size exceeds maximum allowed"),
        }


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((b"-ERR 'Authorization Violation'\r\n",), "Authorization Violation; check [service.nats] token_file"),
        ((b"-ERR 'maximum connections exceeded'\r\n",), "maximum connections exceeded"),
        ((b"PONG\r\n", b"-ERR 'Permissions Violation'\r\n"), "Permissions Violation"),
        ((b"PONG\r\n", b"MSG what\r\n"), "the answer is not NATS"),
        ((b"PONG\r\n", b"MSG _INBOX.x.0 1 many\r\n"), "the answer is not NATS"),
        ((b"PONG\r\n", b"MSG _INBOX.x.0 1 -5\r\n"), "the answer is not NATS"),
        ((b"PONG\r\n", b"x" * 2_000_000), "the answer is not NATS"),
        ((b"PONG\r\n", b""), "no answer within 1 s"),
        ((b"",), "no answer within 1 s"),
    ],
)
def test_a_server_that_gives_no_answer_leaves_the_messages_for_a_later_job(deliver, pieces, error):
    with speaking(*pieces) as server:
        url = address(server)
        assert deliver(url, thing(1, "a"), timeout=1) == {1: (2, f"{url}: {error}")}


def test_what_is_no_nats_server_is_told(deliver):
    with Listener(lambda connection, _: connection.sendall(b"SSH-2.0-OpenSSH\r\n")) as server:
        url = address(server)
        assert deliver(url, thing(1, "a")) == {1: (2, f"{url}: the answer is not NATS")}
    assert deliver(url, thing(1, "a")) == {1: (2, f"{url}: connection refused")}


def test_a_server_without_jetstream_is_told(deliver):
    def nobody(received):
        (inbox,) = re.findall(rb"HPUB \S+ (\S+) ", received)
        return b"HMSG %s 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n" % inbox

    with speaking(b"PONG\r\n", nobody, nobody) as server:
        url = address(server)
        error = f"{url}: JetStream is not switched on; start nats-server with -js"
        assert deliver(url, thing(1, "a")) == {1: (2, error)}
        assert b"$JS.API.STREAM.CREATE.saasexport-testing" in server.requests[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("shop-1", "shop-1"), ("a.b", "a~2Eb"), ("a~2Eb", "a~7E2Eb"), ("a_b", "a_b"), ("..", "~2E~2E")],
)
def test_no_two_environments_have_one_subject(text, expected):
    assert token(text) == expected


# A real server


@pytest.fixture
def started(tmp_path):
    """Starts a server with a configuration."""
    running = []

    def start(*lines):
        running.append(engines.start("nats", tmp_path / f"server{len(running)}", *lines))
        return running[-1]

    yield start
    for engine in running:
        engine.stop()


def test_an_item_above_the_servers_limit_is_set_aside_before_it_is_sent(started, deliver):
    engine = started("max_payload: 8192")
    # With the headers 8,192 bytes, and one more.
    batch = [thing(1, "a"), thing(2, "b", note="x" * 7_880), thing(3, "c", note="x" * 7_881), thing(4, "d")]
    assert deliver(engine.url, *batch) == {
        1: (200, ""),
        2: (200, ""),
        3: (400, "NATS: 8193 bytes are more than the server takes, max_payload is 8192"),
        4: (200, ""),
    }
    assert engine.count("saasexport-testing") == 3


def test_a_stream_that_takes_the_subject_is_used_whatever_it_is_called(started, deliver):
    engine = started()
    made = {"name": "EVERYTHING", "subjects": ["shops.>"], "max_msg_size": 1_000}
    assert "error" not in engine.ask("$JS.API.STREAM.CREATE.EVERYTHING", made)
    outcomes = deliver(engine.url, thing(1, "a"), thing(2, "b", note="x" * 2_000), subject="shops.all")
    assert outcomes[1] == (200, "")
    assert outcomes[2][0] == 400
    assert engine.count("EVERYTHING") == 1


def test_a_stream_that_cannot_be_made_is_told(started, deliver):
    engine = started()
    made = {"name": "shops", "subjects": ["elsewhere"]}
    assert "error" not in engine.ask("$JS.API.STREAM.CREATE.shops", made)
    ((status, error),) = deliver(engine.url, thing(1, "a"), subject="shops").values()
    assert (status, error) == (
        2,
        f"{engine.url}: the stream shops cannot be made: stream name already in use with a different configuration",
    )


def test_states_of_an_item_within_a_minute_leave_the_last_one(started, deliver):
    engine = started()
    for second, (name, is_deleted) in enumerate((("A", False), ("B", False), ("A", False), ("A", True), ("A", False))):
        deliver(engine.url, thing(1, "a", is_deleted, second, name=name))
    ((item,),) = (items.values() for items in engine.items("saasexport-testing", "testing").values())
    assert (item["name"], item["modifiedAt"]) == ("A", "2026-11-29 12:00:04")
    assert engine.count("saasexport-testing") == 1


def test_over_tls_the_certificate_is_checked(started, deliver, tmp_path):
    pem = certificate(tmp_path)
    engine = started(f'tls {{ cert_file: "{pem}", key_file: "{pem}" }}')
    secure = engine.url.replace("nats://", "tls://")
    ((status, error),) = deliver(secure, thing(1, "a")).values()
    assert status == 2
    assert "certificate" in error
    assert deliver(secure, thing(1, "a"), ca_file=str(pem)) == {1: (200, "")}
