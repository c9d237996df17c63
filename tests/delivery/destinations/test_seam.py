"""The seam: what any destination is given, and that the default one sends the bytes it always sent."""

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

import pytest

from saasexport.database.feed_table import Pending
from saasexport.delivery import destinations
from saasexport.delivery.client import Client
from saasexport.delivery.transport import Settings
from saasexport.log import Log
from saasexport.sync import story
from saasexport.sync.exporter import Exporter, Options, connect
from tests.delivery.destinations import spool
from tests.scripted import Listener, response
from tests.tiny import THINGS, Tiny

FOLDER = Path(destinations.__file__).parent

# Not destinations: what some of them have in common.
SHARED = {"__init__", "documents"}
MODULES = [path for path in (*FOLDER.glob("*.py"), *FOLDER.glob("optimizer/*.py")) if path.stem not in SHARED]
MODULES.append(FOLDER / "optimizer" / "__init__.py")


def settings_for(url, folder, **more):
    """The settings of a client."""
    usual = {"api_key": None, "ca_file": None, "requests_per_second": 0, "uses_backoff": False}
    return Settings(
        url=url, environment_id="testing", timeout=10, max_body=4_194_304, rate_limit_file=str(folder / "slot"),
        **{**usual, **more},
    )  # fmt: skip


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """An installation that was never synced."""
    made = Tiny(tmp_path, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def sent_to_spool(tiny, tmp_path, monkeypatch):
    """The folder that a fifth destination writes to, and what sends everything that changed to it."""
    monkeypatch.setitem(sys.modules, "saasexport.delivery.destinations.spool", spool)
    folder = tmp_path / "spool"
    folder.mkdir()
    settings = settings_for(f"file://{folder}", tmp_path, destination="spool")

    def sync():
        client = Client(settings, tiny.open().ours, lambda feed: "", lambda *_: None)
        work = tiny.work(client)
        story.full_sync(*work, THINGS)
        client.close()
        return {path.name: json.loads(path.read_bytes())["name"] for path in folder.iterdir()}

    return folder, sync


def test_a_fifth_destination_takes_sixty_lines_and_has_changes_and_deletions(tiny, sent_to_spool):
    _, sync = sent_to_spool
    assert len(Path(spool.__file__).read_text().splitlines()) <= 60
    assert sync() == {
        "things-a-en": "Apple",
        "things-a-de": "Apple",
        "things-b-en": "Bread",
        "things-b-de": "Bread",
        "things-c-en": "Cup",
        "things-c-de": "Cup",
    }
    tiny.shop.execute("update thing set name = 'Pear' where thing_id = 1")
    tiny.shop.execute("delete from thing where thing_id = 2")
    assert sync() == {"things-a-en": "Pear", "things-a-de": "Pear", "things-c-en": "Cup", "things-c-de": "Cup"}
    assert tiny.statuses() == {200: 6}


def test_an_item_that_a_destination_refuses_costs_no_neighbour(tiny, sent_to_spool):
    _, sync = sent_to_spool
    tiny.shop.execute("update thing set name = ? where thing_id = 2", ("x" * 2_000,))
    assert sync() == {"things-a-en": "Apple", "things-a-de": "Apple", "things-c-en": "Cup", "things-c-de": "Cup"}
    assert tiny.ask("select distinct status, errors from cde_things_feed order by status") == [
        (200, None),
        (400, "spool: too long"),
    ]


def test_a_destination_that_gives_no_answer_is_asked_again_by_a_later_job(tiny, sent_to_spool):
    folder, sync = sent_to_spool
    folder.rmdir()
    folder.write_text("in the way")
    with pytest.raises(NotADirectoryError):
        sync()
    assert tiny.statuses() == {2: 6}
    folder.unlink()
    folder.mkdir()
    assert len(sync()) == 6
    assert tiny.statuses() == {200: 6}


@pytest.mark.parametrize("path", MODULES, ids=[f"{path.parent.name}-{path.stem}" for path in MODULES])
def test_a_destination_is_one_short_module_that_knows_nothing_of_the_others(path):
    text = path.read_text()
    assert len(text.splitlines()) < 250
    mine = path.parent.name if path.parent != FOLDER else path.stem
    others = {other.stem for other in (*FOLDER.glob("*.py"), FOLDER / "optimizer")} - SHARED - {mine}
    assert [other for other in others if f"destinations.{other}" in text or f"import {other}" in text] == []


# What the engine does in another way for a destination is one of its traits.  The choice, the keys that each has and
# what belongs to one alone (its check of a shop, its double) may name it.
NAMES_IT = ("config/", "delivery/destinations/", "service/", "doctor/optimizer.py", "feeds/price_books.py")
NAMED = re.compile(r"""["'](optimizer|typesense|nats|commerce)["']""")


def test_the_engine_names_no_destination():
    package = FOLDER.parent.parent
    paths = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    naming = [
        f"{name}: {line.strip()}"
        for name, path in sorted(paths.items())
        if not name.startswith(NAMES_IT)
        for line in path.read_text().splitlines()
        if NAMED.search(line)
    ]
    assert [line.partition("  #")[0] for line in naming] == ['delivery/transport.py: destination: str = "commerce"']


@pytest.mark.parametrize(
    ("traits", "feed", "is_taken", "comes_back"),
    [
        (destinations.Traits(), "things", True, False),
        (destinations.Traits(feeds=frozenset({"things"})), "things", True, False),
        (destinations.Traits(feeds=frozenset({"others"})), "things", False, False),
        (destinations.Traits(feeds_below={"things": ("others",)}), "things", True, True),
        (destinations.Traits(feeds_below={"others": ("things",)}), "things", True, True),
        (destinations.Traits(feeds_below={"others": ("others",)}), "things", True, False),
    ],
)
def test_what_a_destination_takes_and_brings_back_is_what_its_traits_say(traits, feed, is_taken, comes_back):
    assert (traits.takes(feed), traits.comes_back(feed)) == (is_taken, comes_back)


def test_a_fifth_destination_has_the_traits_that_it_says(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "saasexport.delivery.destinations.spool", spool)
    monkeypatch.setitem(tiny.installation.config.sections["service"], "destination", "spool")
    monkeypatch.setitem(tiny.installation.config.sections["service"], "url", f"file://{tmp_path}")
    monkeypatch.setitem(tiny.installation.config.feeds, "things", {"thread_count": 5})

    def behaviour():
        client = connect(tiny.installation, Log(str(tmp_path / "log"), "a test"))
        work = Exporter(tiny.installation, client, None)
        shop = tiny.installation.shop_now(None, THINGS)
        return (
            tiny.installation.why_disabled(THINGS),
            work.thread_count(Options(), THINGS),
            work.repeats(Options(), THINGS) is not None,
            client.before_request is not None,
            client.settings.requests_per_second,
            shop.wants_variant_ids,
        )

    assert behaviour() == ("", 5, False, False, 0, False)
    traits = destinations.Traits(
        frozenset({"others"}), has_times=False, requests_per_second=7, wants_variant_ids=True
    )
    monkeypatch.setattr(spool, "TRAITS", traits, raising=False)
    assert behaviour() == ("not sent to this destination", 1, True, True, 7, True)


# The default destination


def raw(connection, listener):
    """Keep the bytes of each request, and accept it."""
    received = b""
    while more := connection.recv(65_536):
        received += more
        head, end, body = received.partition(b"\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]) if end else 0
        if end and len(body) >= length:
            listener.requests.append((head, body))
            count = len(json.loads(gzip.decompress(body)))
            connection.sendall(response(200, {}, {"status": "ACCEPTED", "acceptedCount": count}))
            received = b""


def test_the_default_destination_sends_these_bytes(tiny, tmp_path):
    batch = [Pending(1, (b'{"n":1}',)), Pending(2, (b'{"n":', b'"\xc3\xa4"}'))]
    with Listener(raw) as server:
        settings = settings_for(server.url, tmp_path, api_key="secret")
        client = Client(settings, tiny.installation.ours, lambda feed: "/a/b", lambda *_: None)
        client.deliver(THINGS, batch)
        client.ask(THINGS)
        client.close()
    bodies = [gzip.decompress(body) for _, body in server.requests]
    assert bodies == ['[{"n":1},{"n":"ä"}]'.encode(), b"[]"]
    for (head, packed), body in zip(server.requests, bodies, strict=True):
        digest = bytearray(hashlib.sha1(f"{server.url}/a/b\0".encode() + body).digest()[:16])
        digest[6] = digest[6] & 15 | 80
        digest[8] = digest[8] & 63 | 128
        name = digest.hex()
        uuid = f"{name[:8]}-{name[8:12]}-{name[12:16]}-{name[16:20]}-{name[20:]}"
        assert head.decode().split("\r\n") == [
            "POST /a/b HTTP/1.1",
            f"Host: {server.url.removeprefix('http://')}",
            "Content-Type: application/json",
            "Content-Encoding: gzip",
            f"X-Request-Id: {uuid}",
            "User-Agent: saasexport/0.1.0",
            "X-Api-Key: secret",
            f"Content-Length: {len(packed)}",
        ]
