"""Whatever a service answers: bounded requests, bounded memory, and something on record for each item."""

import gzip
import json
import time

import pytest

from saasexport.delivery import answers
from tests.delivery.test_client import THINGS, brief, connect, errors, numbers, ours, pending
from tests.scripted import accepted, answering

__all__ = ["connect", "ours"]  # fixtures


def naming_the_first(*bad):
    """A service that names only the first bad item of a batch."""

    def answer(request):
        for index, number in enumerate(numbers(request)):
            if number in bad:
                return 400, {}, {"status": "FAILED", "errors": [{"itemIndex": index, "message": f"bad {number}"}]}
        return accepted(request)

    return answering(answer)


@pytest.mark.parametrize(
    ("bad", "most"),
    [((), 1), ((1,), 2), ((7, 93), 4), (range(1, 101, 10), 60), (range(1, 51), 201), (range(1, 101), 201)],
)
def test_a_service_that_names_only_the_first_bad_item(connect, bad, most):
    with naming_the_first(*bad) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(*range(1, 101)))
    assert brief(outcomes) == {number: (400, 400) if number in bad else (200, 200) for number in range(1, 101)}
    assert len(server.requests) <= most


@pytest.mark.parametrize("size", [1, 2, 3, 10, 64])
def test_a_service_that_refuses_everything_in_any_way_gets_a_bounded_number_of_requests(connect, size):
    def answer(request):
        kind = len(requests)
        requests.append(kind)
        named = {"errors": [{"itemIndex": 0, "message": "no"}]} if kind % 3 else {}
        return (413 if kind % 5 == 4 else 400), {}, {"status": "FAILED", **named}

    requests = []
    with answering(answer) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(*range(size)))
    assert sorted(outcome.pending.row_id for outcome in outcomes) == list(range(size))
    assert len(requests) <= 2 * size + 1


def test_the_clock_is_looked_at_while_a_batch_is_split(connect):
    """What there was no time for stays on record as it is."""
    with answering(lambda request: (400, {}, {"status": "FAILED"})) as server:
        client = connect(server.url)
        client.deadline = time.monotonic()
        assert client.deliver(THINGS, pending(1, 2, 3, 4)) == []
        assert len(server.requests) == 1


@pytest.mark.parametrize("raised", [RuntimeError, MemoryError, RecursionError, OSError, KeyError])
def test_whatever_is_raised_while_an_answer_is_judged_makes_it_an_unreadable_one(connect, monkeypatch, raised):
    def fail(*_):
        raise raised("surprise")

    monkeypatch.setattr(answers, "is_accepted", fail)
    with answering(accepted) as server:
        client = connect(server.url)
        outcomes = client.deliver(THINGS, pending(1, 2))
        client.deliver(THINGS, pending(3))
    assert set(errors(outcomes).values()) == {f"{server.url}: an unreadable answer ({raised.__name__})"}
    assert brief(outcomes) == {1: (2, 200), 2: (2, 200)}
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("name too long: \ud83d...", "name too long: \\ud83d..."),
        ("x" * 1_000_000, "x" * 300),
        ({"a": [1, {"b": None}]}, '{"a": [1, {"b": null}]}'),
        (17, "17"),
        (["\udc00"], '["\\udc00"]'),
        ("", "X"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_the_message_of_an_item_is_cut_to_text_that_can_be_stored(connect, message, kept):
    body = json.dumps({"errors": [{"itemIndex": 0, "code": "X", "message": message}]}).encode()
    with answering(lambda request: (400, {}, body)) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert errors(outcomes) == {1: kept}


def test_a_list_with_an_item_named_ten_thousand_times_is_read_in_linear_time(connect):
    listed = [{"itemIndex": 0, "message": "m" * 200}] * 10_000
    with answering(lambda request: (400, {}, {"errors": listed})) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert len(outcomes[0].error) == 300


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" + b"[]," * 100_000 + b"1]",
        b'{"status":' + b"9" * 5_000 + b"}",
        b'{"status":"ACCEPTED","acceptedCount":1e0}',
        b'{"status":"ACCEPTED","acceptedCount":true}',
        b'{"status":"ACCEPTED","acceptedCount":NaN}',
        b'\xff\xfe{"status":"ACCEPTED","acceptedCount":1}',
        b"",
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_200_that_is_not_the_agreed_one_delivers_nothing(connect, body):
    with answering(lambda request: (200, {}, body)) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert brief(outcomes) == {1: (2, 200)}


ACCEPTED = json.dumps({"status": "ACCEPTED", "acceptedCount": 1}).encode()


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(ACCEPTED),
        gzip.compress(ACCEPTED[:9]) + gzip.compress(ACCEPTED[9:]),
        gzip.compress(b"") + gzip.compress(ACCEPTED),
        gzip.compress(ACCEPTED) + gzip.compress(b""),
        b"".join(gzip.compress(bytes([byte])) for byte in ACCEPTED),
        gzip.compress(ACCEPTED) + b"\0" * 512,
    ],
    ids=["whole", "two members", "an empty one first", "an empty one last", "a member a byte", "padding"],
)
def test_an_answer_in_gzip_is_read(connect, body):
    with answering(lambda request: (200, {"Content-Encoding": "gzip"}, body)) as server:
        assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (200, 200)}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b" " * 20_000_000), "an answer of more than 16777216 bytes"),
        (gzip.compress(b"{}")[:-9], "the answer breaks off"),
        (b"{}", "an answer that is not gzip, as it says"),
        (gzip.compress(b"{}") + b"{}", "an answer that is not gzip, as it says"),
        (gzip.compress(b"{}") + gzip.compress(b"{}")[:-9], "the answer breaks off"),
        (gzip.compress(b" ") * 101, "an answer in more than 100 pieces of gzip"),
    ],
    ids=["bomb", "cut", "plain", "plain behind", "cut behind", "pieces"],
)
def test_an_answer_in_gzip_that_cannot_be_read_is_no_answer(connect, body, reason):
    with answering(lambda request: (200, {"Content-Encoding": "gzip"}, body)) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert errors(outcomes) == {1: f"{server.url}: {reason}"}


# Waiting


def busy(times, after, status=503):
    """A service that asks for patience so often, and then takes everything."""
    answered = []

    def answer(request):
        answered.append(1)
        return (status, {"Retry-After": after}, {}) if len(answered) <= times else accepted(request)

    return answering(answer)


@pytest.mark.parametrize(
    ("times", "after", "status", "waits"),
    [(1, "0", 503, [0]), (1, "5", 429, [5]), (3, "1.5", 503, [1.5] * 3), (1, "6", 503, []), (4, "1", 429, [1] * 3)],
)
def test_a_short_retry_after_is_waited_for_three_times_a_job(connect, times, after, status, waits):
    waited = []
    with busy(times, after, status) as server:
        client = connect(server.url)
        client.pause = waited.append
        outcomes = client.deliver(THINGS, pending(1))
    assert waited == waits
    is_delivered = len(waits) == times
    assert brief(outcomes) == {1: (200, 200) if is_delivered else (2, status)}
    assert bool(client.state.stopped) is not is_delivered


def test_a_retry_after_beyond_the_job_s_time_is_not_waited_for(connect):
    with busy(1, "3") as server:
        client = connect(server.url)
        client.pause = pytest.fail
        client.deadline = time.monotonic() + 2
        assert brief(client.deliver(THINGS, pending(1))) == {1: (2, 503)}


def test_the_moment_until_which_a_service_wants_peace_keeps_its_fraction(connect, ours):
    with busy(1, "7.25") as server:
        connect(server.url).deliver(THINGS, pending(1))
    ((until, since),) = ours.execute(
        "select julianday(not_before), julianday('now') from service_state"
    ).fetchall()
    assert 6 < (until - since) * 86_400 < 7.26  # a float of days is exact to 0.1 ms
    assert ours.execute("select length(not_before) from service_state").fetchone() == (26,)
