"""What Typesense is sent, and each of its answers."""

import json
from contextlib import closing
from urllib.parse import unquote

import pytest

from saasexport.database import db
from saasexport.database.feed_table import Pending
from saasexport.delivery.client import Client
from saasexport.delivery.destinations.typesense import Typesense
from saasexport.delivery.transport import Transport
from tests import engines
from tests.delivery.destinations.test_seam import settings_for
from tests.scripted import answering
from tests.tiny import THINGS

# sha1 of the code, NUL, and the language
A_EN = "11b8f484e0a2fdcdf3242b106ef7e3036cf2ca0d"
B_EN = "f4aff3b1b9a7e0c2dcd475b3914362d43d59452e"
IMPORT = "/collections/testing/documents/import?action=upsert&return_id=true&dirty_values=reject"


def thing(row, code, is_deleted=False, **more):
    """An item as it is sent."""
    item = {"code": code, "language": "en", **more, "deleted": is_deleted, "modifiedAt": "2026-11-29 12:00:00"}
    return Pending(row, (json.dumps(item).encode(),), is_deleted)


@pytest.fixture
def deliver(tmp_path):
    """Sends things to a server; gives row -> status, code and error."""
    ours = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(ours)
    clients = []

    def send(url, *batch, **options):
        settings = settings_for(url, tmp_path, destination="typesense", options={"api_key": engines.KEY, **options})
        clients.append(Client(settings, ours, lambda feed: "", lambda *_: None))
        outcomes = clients[-1].deliver(THINGS, list(batch))
        return {outcome.pending.row_id: (outcome.status, outcome.code, outcome.error) for outcome in outcomes}

    yield send
    for client in clients:
        client.close()
    ours.close()


def lines(*answers):
    """An answer with a line for each document."""
    return 200, {}, b"\n".join(json.dumps(answer).encode() for answer in answers)


def good(request):
    """The good answer."""
    if request.method == "DELETE":
        return 200, {}, {"num_deleted": 0}
    return lines(*({"success": True} for _ in request.body.splitlines()))


def test_documents_are_lines_that_are_not_compressed_and_deletions_are_ids(deliver):
    with answering(good) as server:
        assert deliver(server.url, thing(1, "a"), thing(2, "b", is_deleted=True), thing(3, "c")) == {
            1: (200, 200, ""),
            2: (200, 200, ""),
            3: (200, 200, ""),
        }
    gone, alive = server.requests
    assert (gone.method, unquote(gone.path)) == (
        "DELETE",
        f"/collections/testing/documents?filter_by=id:[`testing:things:{B_EN}`]",
    )
    assert (alive.method, alive.path) == ("POST", IMPORT)
    assert alive.headers["x-typesense-api-key"] == engines.KEY
    assert "content-encoding" not in alive.headers
    first, second = alive.body.decode().split("\n")
    assert first == (
        f'{{"id":"testing:things:{A_EN}","environment":"testing","feed":"things","item":'
        '{"code": "a", "language": "en", "deleted": false, "modifiedAt": "2026-11-29 12:00:00"}}'
    )
    assert json.loads(second)["item"]["code"] == "c"


def test_a_document_that_is_refused_costs_no_neighbour_and_is_not_kept_in_the_message(deliver):
    answer = lines(
        {"success": True},
        {"success": False, "code": 400, "error": "Field `price` must be a float.", "document": "a customer's"},
        {"success": False, "code": 503, "error": "Not ready"},
    )
    with answering(lambda request: answer) as server:
        assert deliver(server.url, *(thing(row, str(row)) for row in (1, 2, 3))) == {
            1: (200, 200, ""),
            2: (400, 400, "Typesense: Field `price` must be a float."),
            3: (2, 200, "Typesense: Not ready"),
        }
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {}, {"message": "Forbidden"}), "answered 401: Forbidden; check [service.typesense] api_key_file"),
        ((503, {}, {"message": "Not Ready or Lagging"}), "answered 503: Not Ready or Lagging"),
        ((429, {}, b"<html>slow down</html>"), "answered 429"),
        ((500, {}, b""), "answered 500"),
        (lines({"success": True}), "1 lines of an answer to 2 documents"),
        (lines({"success": True}, {"code": 200}), "an unreadable answer (KeyError)"),
        ((200, {}, b"<html>\n</html>"), "an unreadable answer (JSONDecodeError)"),
        ((200, {}, {"hits": []}), "an unreadable answer (KeyError)"),
    ],
)
def test_an_answer_that_says_nothing_of_the_documents_leaves_them_for_a_later_job(deliver, answer, error):
    batch = [thing(1, "a"), thing(2, "b")]
    if error.endswith("(KeyError)") and answer[2] == {"hits": []}:
        batch = [thing(1, "a", is_deleted=True), thing(2, "b", is_deleted=True)]
    with answering(lambda request: answer) as server:
        outcomes = deliver(server.url, *batch)
        assert {row: (status, text) for row, (status, _, text) in outcomes.items()} == {
            1: (2, f"{server.url}: {error}"),
            2: (2, f"{server.url}: {error}"),
        }


def test_a_collection_that_cannot_be_made_is_told(deliver):
    def refusing(status):
        missing, refusal = (404, {}, {"message": "Not Found"}), (status, {}, {"message": "no"})
        return answering(lambda request: missing if "documents" in request.path else refusal)

    for status in (401, 403):
        with refusing(status) as server:
            ((row, (kind, code, error)),) = deliver(server.url, thing(1, "a")).items()
        assert (row, kind, code) == (1, 2, 0)
        said = f"{server.url}: collection testing is missing, and our key may not make it; "
        assert error == f"{said}allow the key collections:create, or make the collection (docs/destinations.md 2)"
    with refusing(500) as server:
        assert deliver(server.url, thing(1, "a")) == {1: (2, 500, f"{server.url}: answered 500: no")}


def test_a_body_that_a_proxy_finds_too_large_is_sent_in_parts_and_one_document_is_set_aside(deliver):
    def answer(request):
        return (413, {}, b"<html>") if b"long" in request.body or request.body.count(b"\n") else good(request)

    with answering(answer) as server:
        outcomes = deliver(server.url, thing(1, "a"), thing(2, "b", note="long"), thing(3, "c"))
    assert {row: (status, code) for row, (status, code, _) in outcomes.items()} == {
        1: (200, 200),
        2: (400, 413),
        3: (200, 200),
    }


# A real server


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A Typesense server."""
    started = engines.start("typesense", tmp_path_factory.mktemp("typesense") / "server")
    yield started
    started.stop()


@pytest.mark.thorough
def test_a_key_that_may_write_and_make_no_collection_is_told_so_by_jobs_and_doctor(engine, deliver, tmp_path):
    description = {"description": "writes", "actions": ["documents:*"], "collections": ["made-by-hand"]}
    key = json.loads(engine.ask("POST", "/keys", description)[1])["value"]
    place = {"collection": "made-by-hand", "api_key": key}
    settings = settings_for(engine.url, tmp_path, destination="typesense", options=place)

    def check():
        transport = Transport(settings)
        with closing(transport):
            return Typesense(settings, transport, lambda feed: "").check()

    said = f"{engine.url}: collection made-by-hand is missing, and our key may not make it"
    assert deliver(engine.url, thing(1, "a"), **place)[1][2].startswith(f"{said}; allow the key collections:create")
    assert [each[:2] for each in check()] == [(False, said)]
    fields = [{"name": name, "type": "string", "facet": True} for name in ("environment", "feed")]
    engine.ask("POST", "/collections", {"name": "made-by-hand", "enable_nested_fields": True, "fields": fields})
    assert deliver(engine.url, thing(1, "a"), **place) == {1: (200, 200, "")}
    assert [each[:2] for each in check()] == [
        (True, f"{engine.url}: collection made-by-hand: takes our key")
    ]


def test_a_collection_with_a_schema_of_its_own_is_respected(engine, deliver):
    fields = [{"name": name, "type": "string"} for name in ("feed", "environment")]
    fields.append({"name": "item.count", "type": "int32"})
    made = {"name": "own", "enable_nested_fields": True, "fields": fields}
    assert engine.ask("POST", "/collections", made)[0] == 201
    outcomes = deliver(
        engine.url, thing(1, "a", count=1), thing(2, "b", count="many"), thing(3, "c", count=2), collection="own"
    )
    assert [outcomes[row][:2] for row in (1, 2, 3)] == [(200, 200), (400, 400), (200, 200)]
    assert outcomes[2][2].startswith("Typesense: Field `item.count` ")
    assert engine.count("own") == 2


def test_values_are_kept_as_they_are_whatever_another_document_had(engine, deliver):
    values = [1, "text", 2.5, [1, "a", None], {"deep": [{"er": 2**62}]}, None, [], "\u2028\U0001f600"]
    batch = [thing(row, f"v{row}", value=value) for row, value in enumerate(values)]
    assert {status for status, _, _ in deliver(engine.url, *batch, collection="values").values()} == {200}
    kept = engine.items("values", "testing")["things"].values()
    assert {item["code"]: item["value"] for item in kept} == {f"v{row}": value for row, value in enumerate(values)}


def test_a_thousand_deletions_are_taken(engine, deliver):
    deliver(engine.url, thing(1, "kept"), thing(2, "gone"), collection="many")
    batch = [thing(row, f"x{row}", is_deleted=True) for row in range(999)]
    outcomes = deliver(engine.url, *batch, thing(1000, "gone", is_deleted=True), collection="many")
    assert {status for status, _, _ in outcomes.values()} == {200}
    assert [item["code"] for item in engine.items("many", "testing")["things"].values()] == ["kept"]
