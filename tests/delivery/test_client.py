"""Each answer of the service, and what it means for every item (design.md 5)."""

import json
import random
import sqlite3
import uuid

import pytest
from freezegun import freeze_time

from saasexport.database import db
from saasexport.database.feed_table import Pending
from saasexport.delivery import transport
from saasexport.delivery.answers import retry_after
from saasexport.delivery.client import Client
from saasexport.delivery.transport import Settings, request_id_of, wait_for_slot
from tests.scripted import accepted, answering, sending
from tests.tiny import THINGS


@pytest.fixture
def ours(tmp_path):
    """Our database."""
    found = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(found)
    yield found
    found.close()


@pytest.fixture
def connect(ours, tmp_path):
    """Makes the client of a new job."""
    clients = []

    def make(url, **more):
        settings = Settings(
            url=url,
            environment_id="testing",
            timeout=10,
            max_body=4_194_304,
            api_key=None,
            ca_file=None,
            requests_per_second=0,
            rate_limit_file=str(tmp_path / "service.lock"),
            uses_backoff=False,
        )._replace(**more)
        made = Client(settings, ours, lambda feed: f"/feeds/{feed.name}/testing", lambda *_: None)
        clients.append(made)
        return made

    yield make
    for made in clients:
        made.close()


def pending(*numbers):
    """Items that are nothing but a number; the row has the same."""
    return [Pending(number, (json.dumps({"n": number}).encode(),)) for number in numbers]


def numbers(request):
    """The numbers of the items of a request."""
    return [item["n"] for item in request.items()]


def brief(outcomes):
    """Row -> status and the service's code."""
    return {outcome.pending.row_id: (outcome.status, outcome.code) for outcome in outcomes}


def errors(outcomes):
    """Row -> error."""
    return {outcome.pending.row_id: outcome.error for outcome in outcomes}


def refusing(*bad, listed=True):
    """A service that refuses batches with these numbers, with or without a list."""

    def answer(request):
        wrong = [index for index, number in enumerate(numbers(request)) if number in bad]
        if not wrong:
            return accepted(request)
        found = [{"itemIndex": index, "code": "X", "message": f"bad {numbers(request)[index]}"} for index in wrong]
        return 400, {}, {"status": "FAILED", "message": "no", **({"errors": found} if listed else {})}

    return answering(answer)


OTHER = THINGS._replace(name="others")


# The request


def test_a_batch_is_a_gzipped_json_array_without_an_envelope(connect):
    with answering(accepted) as server:
        connect(server.url).deliver(THINGS, pending(1, 2))
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/feeds/things/testing")
    assert request.items() == [{"n": 1}, {"n": 2}]
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-encoding"] == "gzip"
    assert request.headers["user-agent"] == "saasexport/0.1.0"
    assert "x-api-key" not in request.headers


def test_the_key_is_sent_when_there_is_one(connect):
    with answering(accepted) as server:
        connect(server.url, api_key="secret").deliver(THINGS, pending(1))
    assert server.requests[0].headers["x-api-key"] == "secret"


def test_the_same_bytes_have_the_same_request_id_in_every_job_and_others_do_not(connect):
    with answering(accepted) as server:
        for batch in (pending(1, 2), pending(1, 2), pending(1, 3)):
            connect(server.url).deliver(THINGS, batch)
        connect(server.url).deliver(OTHER, pending(1, 2))
    first, again, other, elsewhere = (request.headers["x-request-id"] for request in server.requests)
    assert first == again
    assert len({first, other, elsewhere}) == 3


def test_a_request_id_is_a_uuid():
    found = uuid.UUID(request_id_of("http://a/b", b"[]"))
    assert (found.version, found.variant) == (5, uuid.RFC_4122)
    assert str(found) == request_id_of("http://a/b", b"[]")


def test_the_outcome_of_an_item_tells_the_request_id(connect):
    with answering(accepted) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert outcomes[0].request_id == server.requests[0].headers["x-request-id"]


def test_every_request_is_told_to_the_log(ours, connect):
    told = []
    with refusing(2) as server:
        found = connect(server.url)
        found.sent = lambda *request: told.append(request)
        found.deliver(THINGS, pending(1, 2))
    assert [(feed, items, status, body) for feed, items, status, _, body in told] == [
        ("things", 2, 400, b'[{"n": 1},{"n": 2}]'),
        ("things", 1, 200, b'[{"n": 1}]'),
    ]


# Batches


def test_batches_are_of_at_most_so_many_items(connect):
    found = connect("http://127.0.0.1:9").batches(pending(*range(7)), 3)
    assert [[item.row_id for item in batch] for batch in found] == [[0, 1, 2], [3, 4, 5], [6]]


def test_batches_are_of_at_most_so_many_bytes(connect):
    items = [Pending(number, (b"x" * 300,)) for number in range(7)]
    found = list(connect("http://127.0.0.1:9", max_body=1024).batches(items, 100))
    assert [len(batch) for batch in found] == [3, 3, 1]
    assert len(b"[" + b",".join(item.body for item in found[0]) + b"]") <= 1024


def test_an_item_larger_than_a_body_may_be_goes_alone(connect):
    items = [Pending(1, (b"x",)), Pending(2, (b"x" * 3000,)), Pending(3, (b"x",))]
    found = connect("http://127.0.0.1:9", max_body=1024).batches(items, 100)
    assert [[item.row_id for item in batch] for batch in found] == [[1], [2], [3]]


# 200


def test_an_accepted_batch_is_delivered(connect):
    with answering(accepted) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2))
    assert brief(outcomes) == {1: (200, 200), 2: (200, 200)}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OK",
        b"<html><body>Welcome</body></html>",
        b'{"status":"ACCEPTED","acceptedCount":2',
        b"[" * 100_000,
        b'\xff\xfe{"status"',
        [],
        None,
        {"status": "ACCEPTED"},
        {"status": "ACCEPTED", "acceptedCount": 1},
        {"status": "ACCEPTED", "acceptedCount": 3},
        {"status": "ACCEPTED", "acceptedCount": "2"},
        {"status": "ACCEPTED", "acceptedCount": True},
        {"status": "accepted", "acceptedCount": 2},
        {"status": "FAILED", "acceptedCount": 2},
        {"acceptedCount": 2},
    ],
    ids=lambda value: repr(value)[:60],
)
def test_a_200_that_is_not_the_good_answer_delivers_nothing_and_stops_the_job(connect, content):
    with answering(lambda request: (200, {}, content)) as server:
        found = connect(server.url)
        assert brief(found.deliver(THINGS, pending(1, 2))) == {1: (2, 200), 2: (2, 200)}
        assert brief(found.deliver(OTHER, pending(3))) == {3: (2, 0)}
        assert len(server.requests) == 1


def test_true_is_no_count(connect):
    with answering(lambda request: (200, {}, {"status": "ACCEPTED", "acceptedCount": True})) as server:
        assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (2, 200)}


# 400


def test_listed_items_are_rejected_and_the_others_sent_again_at_once(connect):
    with refusing(2, 4) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2, 3, 4, 5))
    assert brief(outcomes) == {1: (200, 200), 2: (400, 400), 3: (200, 200), 4: (400, 400), 5: (200, 200)}
    assert {row: error for row, error in errors(outcomes).items() if error} == {2: "bad 2", 4: "bad 4"}
    assert [numbers(request) for request in server.requests] == [[1, 2, 3, 4, 5], [1, 3, 5]]


def test_a_batch_whose_items_are_all_listed_is_not_sent_again(connect):
    with refusing(1, 2) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2))
    assert brief(outcomes) == {1: (400, 400), 2: (400, 400)}
    assert len(server.requests) == 1


def test_all_that_is_said_of_an_item_is_kept(connect):
    listed = [
        {"itemIndex": 0, "message": "one"},
        {"itemIndex": 0, "code": "TWO"},
        {"itemIndex": 0},
        {"itemIndex": 0, "message": None, "code": 3},
    ]
    with answering(lambda request: (400, {}, {"errors": listed})) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1))
    assert errors(outcomes) == {1: "one; TWO; rejected; 3"}


def test_the_rest_of_a_refused_batch_may_be_refused_for_another_reason(connect):
    def answer(request):
        left = numbers(request)
        if 1 in left:
            return 400, {}, {"errors": [{"itemIndex": left.index(1), "message": "first"}]}
        if 2 in left:
            return 400, {}, {"errors": [{"itemIndex": left.index(2), "message": "then"}]}
        return accepted(request)

    with answering(answer) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2, 3))
    assert errors(outcomes) == {1: "first", 2: "then", 3: ""}


@pytest.mark.parametrize(
    "listed",
    [
        None,
        [],
        {},
        "everything is wrong",
        [None],
        ["x"],
        [{}],
        [{"itemIndex": 4}],
        [{"itemIndex": -1}],
        [{"itemIndex": "0"}],
        [{"itemIndex": True}],
        [{"itemIndex": 0.0}],
        [{"itemIndex": 0}, {"itemIndex": 99}],
    ],
    ids=lambda value: repr(value)[:60],
)
def test_without_a_usable_list_a_batch_is_split_until_the_culprit_is_alone(connect, listed):
    def answer(request):
        if 3 not in numbers(request):
            return accepted(request)
        return 400, {}, {"status": "FAILED", "message": "something is wrong", "errors": listed}

    with answering(answer) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2, 3, 4))
    assert brief(outcomes) == {1: (200, 200), 2: (200, 200), 3: (400, 400), 4: (200, 200)}
    assert errors(outcomes)[3] == "something is wrong"
    assert [numbers(request) for request in server.requests] == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]


def test_a_400_that_is_no_json_is_split_as_well(connect):
    with answering(lambda r: (400, {}, b"<html>") if 2 in numbers(r) else accepted(r)) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2))
    assert brief(outcomes) == {1: (200, 200), 2: (400, 400)}
    assert errors(outcomes)[2] == "the service refused the item"


def test_a_service_that_refuses_every_item_stops_the_feed_and_rejects_nothing(connect):
    with answering(lambda request: (400, {}, {"message": "bad request"})) as server:
        found = connect(server.url)
        outcomes = found.deliver(THINGS, pending(1, 2, 3))
        assert brief(outcomes) == {1: (2, 400), 2: (2, 400), 3: (2, 400)}
        asked = len(server.requests)
        assert brief(found.deliver(THINGS, pending(4))) == {4: (2, 0)}
        assert len(server.requests) == asked
        assert "refuses every item of things: bad request" in found.reason_to_stop(THINGS)
        assert found.reason_to_stop(OTHER) == ""


def test_after_a_batch_went_through_items_that_are_refused_alone_are_rejected(connect):
    with refusing(2, 3, listed=False) as server:
        found = connect(server.url)
        found.deliver(THINGS, pending(1))
        assert brief(found.deliver(THINGS, pending(2, 3))) == {2: (400, 400), 3: (400, 400)}
        assert brief(found.deliver(THINGS, pending(4))) == {4: (200, 200)}


def test_an_outage_in_the_middle_of_splitting_leaves_the_rest_to_be_retried(connect):
    answers = iter([400, 200, 500])

    def answer(request):
        status = next(answers)
        return accepted(request) if status == 200 else (status, {}, {})

    with answering(answer) as server:
        outcomes = connect(server.url).deliver(THINGS, pending(1, 2, 3, 4))
    assert brief(outcomes) == {1: (200, 200), 2: (200, 200), 3: (2, 500), 4: (2, 500)}


# 413


def test_a_body_that_is_too_large_is_split_and_the_limit_remembered(connect, ours):
    def answer(request):
        return (413, {}, {}) if len(json.dumps(request.items())) > 3000 else accepted(request)

    items = [Pending(number, (json.dumps({"n": number, "x": "x" * 1000}).encode(),)) for number in range(4)]
    with answering(answer) as server:
        found = connect(server.url)
        assert set(brief(found.deliver(THINGS, items)).values()) == {(200, 200)}
        assert [numbers(request) for request in server.requests] == [[0, 1, 2, 3], [0, 1], [2, 3]]
        again = connect(server.url)
        assert [len(batch) for batch in again.batches(items, 100)] == [2, 2]


def test_a_batch_above_the_remembered_limit_is_split_before_it_is_sent(connect, ours):
    ours.execute("insert into service_state (url, max_body) values ('http://here', 1024)")
    found = connect("http://here")
    assert found.state.max_body == 1024


def test_a_single_item_that_is_too_large_is_rejected_and_the_others_go_on(connect):
    def answer(request):
        return (413, {}, {}) if 2 in numbers(request) else accepted(request)

    with answering(answer) as server:
        found = connect(server.url)
        outcomes = found.deliver(THINGS, pending(1, 2, 3))
        assert brief(outcomes) == {1: (200, 200), 2: (400, 413), 3: (200, 200)}
        assert errors(outcomes)[2] == "too large for the service: 10 bytes"


# 429 and 503


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_keeps_every_job_silent_until_then(connect, status):
    with freeze_time("2026-11-23 15:00:00") as clock:
        answers = iter([(status, {"Retry-After": "600"}, {"message": "later"})])
        with answering(lambda request: next(answers, None) or accepted(request)) as server:
            found = connect(server.url)
            outcomes = found.deliver(THINGS, pending(1))
            assert brief(outcomes) == {1: (2, status)}
            assert errors(outcomes)[1] == f"{server.url}: answered {status}: later"
            assert brief(found.deliver(OTHER, pending(2))) == {2: (2, 0)}
            clock.move_to("2026-11-23 15:09:59")
            outcomes = connect(server.url).deliver(THINGS, pending(1))
            assert errors(outcomes) == {1: f"{server.url}: asked to be left alone until 2026-11-23 15:10:00 UTC"}
            assert len(server.requests) == 1
            clock.move_to("2026-11-23 15:10:00")
            assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (200, 200)}


def test_a_good_answer_forgets_the_outage(connect, ours):
    answers = iter([(500, {}, {})])
    with answering(lambda request: next(answers, None) or accepted(request)) as server:
        connect(server.url).deliver(THINGS, pending(1))
        assert ours.execute("select failures from service_state").fetchone() == (1,)
        connect(server.url).deliver(THINGS, pending(1))
    assert ours.execute("select failures, probe_after, not_before, error from service_state").fetchall() == [
        (0, None, None, None)
    ]


def test_a_clock_that_was_set_back_does_not_keep_us_silent(connect):
    with freeze_time("2036-11-23 15:00:00") as clock:
        answers = iter([(503, {"Retry-After": "600"}, {})])
        with answering(lambda request: next(answers, None) or accepted(request)) as server:
            connect(server.url).deliver(THINGS, pending(1))
            clock.move_to("2026-11-23 15:00:00")
            assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (200, 200)}


@freeze_time("2026-11-23 15:00:00")
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "99999999999"}, 86_400),
        ({"retry-after": "1" + "0" * 400}, 86_400),
        ({"retry-after": "inf"}, 86_400),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 15:02:00 GMT"}, 120),
        ({"retry-after": "Mon, 23 Nov 2026 16:02:00 +0100"}, 120),
        ({"retry-after": "Mon, 23 Nov 2026 15:02:00 -0000"}, 120),
        ({"retry-after": "Monday, 23-Nov-26 15:02:00 GMT"}, 120),
        ({"retry-after": "Mon, 23 Nov 2026 14:00:00 GMT"}, 0),
        ({"retry-after": "Fri, 23 Nov 2035 15:00:00 GMT"}, 86_400),
        ({"retry-after": "Mon, 99 Nov 2026 15:02:00 GMT"}, None),
        # Ours or theirs may be wrong: the two moments are of the same clock.
        ({"retry-after": "Sun, 01 Jan 2040 00:01:00 GMT", "date": "Sun, 01 Jan 2040 00:00:00 GMT"}, 60),
        ({"retry-after": "Mon, 23 Nov 2026 15:02:00 GMT", "date": "today"}, 120),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_retry_after_in_every_form(headers, seconds):
    assert retry_after(headers) == seconds


# Back-off


@pytest.mark.parametrize(("failures", "longest"), [(0, 30), (1, 60), (2, 120), (3, 240), (4, 300), (400, 300)])
def test_started_by_cron_a_service_that_is_down_is_probed_at_growing_intervals(
    connect, ours, failures, longest, monkeypatch
):
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    with freeze_time("2026-11-23 15:00:00") as clock, answering(accepted) as server:
        ours.execute("insert into service_state (url, failures) values (?, ?)", (server.url, failures))
        connect(server.url).state.stop("down", None)
        clock.tick(longest - 1)
        assert errors(connect(server.url, uses_backoff=True).deliver(THINGS, pending(1))) == {1: "down"}
        assert server.requests == []
        clock.tick(1)
        assert brief(connect(server.url, uses_backoff=True).deliver(THINGS, pending(1))) == {1: (200, 200)}


def test_the_interval_is_jittered_between_half_and_whole(connect, monkeypatch):
    """A fleet of shops must not come back all at once."""
    asked = []
    monkeypatch.setattr(random, "uniform", lambda *limits: asked.append(limits) or 1)
    with answering(accepted) as server:
        connect(server.url).state.stop("down", None)

    assert asked == [(0.5, 1)]


def test_a_person_need_not_wait_for_the_next_probe(connect):
    with answering(accepted) as server:
        connect(server.url).state.stop("down", None)
        assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (200, 200)}


def test_while_a_service_is_down_a_job_makes_one_request(connect):
    with answering(lambda request: (500, {}, {})) as server:
        found = connect(server.url)
        for feed in (THINGS, OTHER, THINGS):
            assert brief(found.deliver(feed, pending(1, 2))).keys() == {1, 2}
        assert len(server.requests) == 1


# The other answers


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_stop_the_job_after_one_request(connect, status):
    with answering(lambda request: (status, {}, {"message": "who are you"})) as server:
        found = connect(server.url)
        outcomes = found.deliver(THINGS, pending(1))
        assert brief(outcomes) == {1: (2, status)}
        assert errors(outcomes)[1] == (
            f"{server.url}: answered {status}: who are you; check [service] api_key_file and environment_id"
        )
        assert brief(found.deliver(OTHER, pending(2))) == {2: (2, 0)}
        assert len(server.requests) == 1


@pytest.mark.parametrize("status", [404, 405, 410, 415, 422, 301, 302, 307, 308])
def test_another_code_stops_the_feed_and_not_the_others(connect, status):
    def answer(request):
        return (status, {"Location": "/"}, {}) if "things" in request.path else accepted(request)

    with answering(answer) as server:
        found = connect(server.url)
        outcomes = found.deliver(THINGS, pending(1, 2))
        assert brief(outcomes) == {1: (2, status), 2: (2, status)}
        assert errors(outcomes)[1] == f"{server.url}/feeds/things/testing: answered {status}"
        assert brief(found.deliver(THINGS, pending(3))) == {3: (2, 0)}
        assert brief(found.deliver(OTHER, pending(4))) == {4: (200, 200)}
        assert [request.path for request in server.requests] == ["/feeds/things/testing", "/feeds/others/testing"]


@pytest.mark.parametrize("status", [500, 502, 504, 599])
def test_a_service_in_trouble_stops_the_job(connect, status):
    with answering(lambda request: (status, {}, b"<html>")) as server:
        found = connect(server.url)
        assert brief(found.deliver(THINGS, pending(1))) == {1: (2, status)}
        assert found.reason_to_stop(OTHER) == f"{server.url}: answered {status}"


def test_nobody_listening_stops_the_job(connect):
    with sending() as server:
        pass
    found = connect(server.url)
    outcomes = found.deliver(THINGS, pending(1, 2))
    assert brief(outcomes) == {1: (2, 0), 2: (2, 0)}
    assert errors(outcomes)[1] == f"{server.url}: connection refused"
    assert brief(found.deliver(OTHER, pending(3))) == {3: (2, 0)}


def test_a_truncated_good_answer_delivers_nothing(connect):
    with sending(b'HTTP/1.1 200 OK\r\n\r\n{"status":"ACCEPTED","acceptedCou') as server:
        assert brief(connect(server.url).deliver(THINGS, pending(1))) == {1: (2, 200)}


def test_a_long_message_of_the_service_is_cut(connect):
    with answering(lambda request: (500, {}, {"message": "x" * 5000})) as server:
        (outcome,) = connect(server.url).deliver(THINGS, pending(1))
    assert len(outcome.error) < 400


# The rate limit


def test_requests_start_at_their_slots(tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    with freeze_time("2026-11-23 15:00:00") as clock:
        for _ in range(3):
            wait_for_slot(str(tmp_path / "slot"), 2)
        clock.tick(1.25)
        wait_for_slot(str(tmp_path / "slot"), 2)
        clock.tick(10)
        wait_for_slot(str(tmp_path / "slot"), 2)
    assert waited == pytest.approx([0, 0.5, 1.0, 0.25, 0])


@pytest.mark.parametrize("kept", ["", "garbage", "99999999999", "nan"])
def test_a_slot_file_that_cannot_be_is_no_reason_to_wait(tmp_path, monkeypatch, kept):
    waited = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    (tmp_path / "slot").write_text(kept)
    with freeze_time("2026-11-23 15:00:00"):
        wait_for_slot(str(tmp_path / "slot"), 2)
        wait_for_slot(str(tmp_path / "slot"), 2)
    assert waited == pytest.approx([0, 0.5])


def test_each_request_takes_a_slot_and_without_a_limit_none(connect, tmp_path, monkeypatch):
    waited = []
    monkeypatch.setattr(transport.time, "sleep", waited.append)
    with refusing(2) as server:
        connect(server.url).deliver(THINGS, pending(1, 2))
        assert not (tmp_path / "service.lock").exists()
        connect(server.url, requests_per_second=2).deliver(THINGS, pending(1, 2))
    assert len(waited) == 2


def test_the_slot_file_is_private(tmp_path):
    wait_for_slot(str(tmp_path / "slot"), 1000)
    assert (tmp_path / "slot").stat().st_mode & 0o777 == 0o600


def test_what_is_known_of_one_service_says_nothing_about_another(connect, ours):
    connect("http://one").state.stop("down", 600.0)
    assert connect("http://one").state.stopped.startswith("http://one: asked to be left alone")
    assert connect("http://other").state.stopped == ""
    assert ours.execute("select count(*) from service_state").fetchone() == (1,)
    assert isinstance(ours, sqlite3.Connection)
