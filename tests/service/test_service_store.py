"""What is kept: the newest state of each item, whole batches, and nothing else."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from saasexport.errors import ConfigError
from saasexport.service.server import CommerceService
from saasexport.service.store import Store, StoreError
from saasexport.service.validation import Row
from tests.service.conftest import Caller
from tests.service.valid_items import GROUP, item, tombstone

EARLY = "2026-11-23T15:04:05+00:00"
LATE = "2026-11-23T15:04:06+00:00"


def priced(regular: float, updated: str, **more: object) -> dict[str, object]:
    """A state of the price of 24-MB01."""
    return item("prices", regular=regular, updatedAt=updated, **more)


def test_an_item_is_kept_exactly_as_it_was_sent(caller: Caller) -> None:
    text = b'{"modifiedAt":"2026-11-23 15:04:05", "deleted" : false,\n"name":"\\u00e9\\/","ratingId":"MQ==",'
    text += b'"values":null,"storeViewCode":"default"}'
    assert caller.ask(
        "POST", "/feeds/ratingMetadata/testing", b"[" + text + b"]", {"Content-Type": "application/json"}
    ).content == {"status": "ACCEPTED", "acceptedCount": 1}
    answer = caller.raw(b"GET /feeds/ratingMetadata/testing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.partition(b"\r\n\r\n")[2] == b'{"items":[' + text + b'],"next":null}'


def test_a_newer_state_replaces_an_older_one(caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)])
    caller.post("prices", [priced(2, LATE)])
    assert caller.held("prices") == [priced(2, LATE)]


def test_an_older_state_is_accepted_and_ignored(caller: Caller) -> None:
    caller.post("prices", [priced(2, LATE)])
    assert caller.post("prices", [priced(1, EARLY)]).content == {"status": "ACCEPTED", "acceptedCount": 1}
    assert caller.held("prices") == [priced(2, LATE)]


def test_of_two_states_of_the_same_time_the_later_sent_counts(caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)])
    caller.post("prices", [priced(2, EARLY)])
    assert caller.held("prices") == [priced(2, EARLY)]


def test_of_two_states_in_one_batch_the_newer_counts(caller: Caller) -> None:
    reply = caller.post("prices", [priced(2, LATE), priced(1, EARLY)])
    assert reply.content == {"status": "ACCEPTED", "acceptedCount": 2}
    assert caller.held("prices") == [priced(2, LATE)]


def test_times_are_compared_across_time_zones(caller: Caller) -> None:
    # 15:04:06 in UTC, though as text it is the smaller one.
    newer = "2026-11-23T10:04:06-05:00"
    caller.post("prices", [priced(2, newer)])
    caller.post("prices", [priced(1, EARLY)])
    assert caller.held("prices") == [priced(2, newer)]


def test_times_are_compared_to_a_fraction_of_a_second(caller: Caller) -> None:
    caller.post("prices", [priced(2, "2026-11-23T15:04:05.5Z")])
    caller.post("prices", [priced(1, EARLY)])
    caller.post("prices", [priced(3, "2026-11-23T15:04:05.250Z")])
    assert caller.held("prices") == [priced(2, "2026-11-23T15:04:05.5Z")]


def test_a_deleted_item_is_kept_as_a_tombstone(caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)])
    caller.post("prices", [tombstone("prices") | {"updatedAt": LATE}])
    assert caller.get("/feeds/prices/testing").content == {"items": [], "next": None}
    assert caller.held("prices") == [tombstone("prices") | {"updatedAt": LATE}]


def test_an_older_state_does_not_bring_a_deleted_item_back(caller: Caller) -> None:
    caller.post("prices", [tombstone("prices") | {"updatedAt": LATE}])
    caller.post("prices", [priced(1, EARLY)])
    assert caller.get("/feeds/prices/testing").content == {"items": [], "next": None}


def test_a_newer_state_brings_a_deleted_item_back(caller: Caller) -> None:
    caller.post("prices", [tombstone("prices")])
    caller.post("prices", [priced(1, LATE)])
    assert caller.get("/feeds/prices/testing").content == {"items": [priced(1, LATE)], "next": None}


def test_a_batch_sent_twice_changes_nothing(service: CommerceService, caller: Caller) -> None:
    batch = [priced(1, EARLY), priced(2, EARLY, websiteCode="b2b"), tombstone("prices") | {"sku": "gone"}]
    rows = "select * from item order by id"
    replies = []
    states = []
    for request_id in ("one", "one", "two"):
        replies.append(caller.post("prices", batch, headers={"X-Request-Id": request_id}).content)
        with sqlite3.connect(f"file:{_path(service)}?mode=ro", uri=True) as db:
            states.append(db.execute(rows).fetchall())
        db.close()
    assert replies == [{"status": "ACCEPTED", "acceptedCount": 3}] * 3
    assert len(states[0]) == 3
    assert states[0] == states[1] == states[2]


def _path(service: CommerceService) -> str:
    [(_, _, path)] = service.store._reader.execute("pragma database_list").fetchall()
    return str(path)


def test_environments_and_feeds_do_not_mix(caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)], environment="one")
    caller.post("prices", [priced(2, LATE)], environment="two")
    caller.post("productOverrides", [item("productOverrides")], environment="one")
    assert caller.held("prices", "one") == [priced(1, EARLY)]
    assert caller.held("prices", "two") == [priced(2, LATE)]
    assert caller.held("productOverrides", "one") == [item("productOverrides")]
    assert caller.held("productOverrides", "two") == []


def test_identities_that_look_alike_when_joined_are_two(caller: Caller) -> None:
    alike = [
        ("a", "b,c"),
        ("a,b", "c"),
        ('a","b', "c"),
        ("a", 'b","c'),
        ("a\x00b", "c"),
        ("a", "b\x00c"),
        ("a b", "c"),
        ("A", "b,c"),
        ("é", "c"),
        ("e\u0301", "c"),
    ]
    items = [item("products", sku=sku, storeViewCode=view) for sku, view in alike]
    assert caller.post("products", items).status == 200
    assert len(caller.held("products")) == 10


def test_the_request_that_brought_an_item_is_on_record(service: CommerceService, caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)], headers={"X-Request-Id": "0b6f"})
    found = service.store._reader.execute("select identity, is_deleted, exported_at, request_id from item").fetchall()
    assert found == [('["24-MB01","0","base"]', 0, "2026-11-23 15:04:05", "0b6f")]


def test_a_full_disk_is_answered_503_and_nothing_is_half_stored(service: CommerceService, caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)])
    [(pages,)] = service.store._writer.execute("pragma page_count").fetchall()
    service.store._writer.execute(f"pragma max_page_count = {pages + 1}")
    batch = [item("prices", sku=f"sku-{number:04}" + "x" * 100) for number in range(500)]
    refused = caller.post("prices", batch)
    assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    assert refused.content == {
        "status": "FAILED",
        "message": "the database cannot do it now, nothing was stored: database or disk is full",
    }
    assert caller.held("prices") == [priced(1, EARLY)]
    # With room again all is as before.
    service.store._writer.execute("pragma max_page_count = 1000000")
    assert caller.post("prices", batch).status == 200
    assert len(caller.held("prices")) == 501


def test_a_locked_database_is_answered_503_and_can_still_be_read(service: CommerceService, caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY)])
    service.store._writer.execute("pragma busy_timeout = 50")
    other = sqlite3.connect(_path(service), isolation_level=None)
    other.execute("begin immediate")
    assert caller.post("prices", [priced(2, LATE)]).status == 503
    assert caller.held("prices") == [priced(1, EARLY)]
    other.execute("rollback")
    other.close()
    assert caller.post("prices", [priced(2, LATE)]).status == 200
    assert caller.held("prices") == [priced(2, LATE)]


def test_a_damaged_store_is_an_error_of_the_store(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "received.sqlite"))
    store._writer.execute("drop table item")
    with pytest.raises(StoreError, match="no such table: item"):
        store.save("testing", "prices", [row("[]")], "")
    assert store._writer.in_transaction is False
    assert store._reader.execute("select count(*) from feed").fetchall() == [(0,)]
    store.close()


def test_what_was_stored_is_there_when_the_service_starts_again(tmp_path: Path) -> None:
    path = str(tmp_path / "received.sqlite")
    with CommerceService(path) as service:
        Caller(service).post("prices", [priced(1, EARLY)])
    with CommerceService(path) as service:
        assert Caller(service).held("prices") == [priced(1, EARLY)]


def test_the_database_keeps_its_promises_on_disk(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "received.sqlite"))
    asked = {
        name: store._writer.execute(f"pragma {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "user_version")
    }
    store.close()
    assert asked == {"journal_mode": "wal", "synchronous": 2, "user_version": 2}


def test_every_table_and_column_of_the_store_explains_itself(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "received.sqlite"))
    tables = store._writer.execute("select name, sql from sqlite_master where type = 'table'").fetchall()
    store.close()
    assert sorted(name for name, _ in tables) == ["feed", "item"]
    for _, sql in tables:
        first, second, *others = sql.splitlines()
        assert first.lower().startswith("create table")
        assert second.strip().startswith("-- ")
        plain = [line for line in others if "--" not in line and line.strip() != ")"]
        assert [line.split()[0] for line in plain if line.split()[0] not in ("id", "feed_id")] == ["unique"]


@pytest.mark.parametrize(
    "statement", ["create table catalog_product_entity (entity_id integer)", "pragma user_version = 3"]
)
def test_a_database_that_is_somebody_elses_is_refused_and_not_touched(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "shop.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("create table other (id integer)")
    db.execute(statement)
    db.close()
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="not a database of this version of the Commerce Service"):
        Store(str(path))
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, by far long enough to be looked at as one" * 100)
    with pytest.raises(ConfigError, match="file is not a database"):
        Store(str(path))


def test_customer_groups_have_prices_of_their_own(caller: Caller) -> None:
    caller.post("prices", [priced(1, EARLY), priced(2, EARLY, customerGroupCode=GROUP)])
    assert [it["regular"] for it in caller.held("prices")] == [1, 2]


def test_a_data_space_too_many_is_refused_and_the_others_go_on(tmp_path: Path) -> None:
    path = str(tmp_path / "received.sqlite")
    store = Store(path)
    spaces = [(f"space-{number}",) for number in range(999)]
    # As batches of theirs would have left them.
    store._writer.executemany("insert into feed (environment, name, last_received_at) values (?, 'prices', '')", spaces)
    store.close()
    with CommerceService(path) as service:
        caller = Caller(service)
        assert caller.post("prices", [priced(1, EARLY)], "the-last").status == 200
        for feed in ("prices", "ratingMetadata"):
            reply = caller.post(feed, [item(feed)], "one-too-many")
            assert (reply.status, reply.content["status"]) == (507, "FAILED")
            assert reply.content["message"] == (
                "nothing was stored: 1000 data spaces are kept here already, and this is another one"
            )
        assert caller.post("prices", [priced(2, LATE)], "the-last").status == 200
        assert caller.post("ratingMetadata", [item("ratingMetadata")], "space-0").status == 200
        # Who sends nothing and who only looks makes none.
        assert caller.post("prices", [], "one-too-many").status == 200
        assert caller.get("/feeds/prices/one-too-many").status == 200
        environments = {count["environment"] for count in caller.get("/feeds").content}
    assert len(environments) == 1000
    assert "one-too-many" not in environments


@pytest.mark.sample(1)
@pytest.mark.parametrize("is_there", [False, True])
def test_two_services_may_begin_on_one_database_at_once(tmp_path: Path, is_there: bool) -> None:
    for number in range(10):
        path = str(tmp_path / f"{number}.sqlite")
        if is_there:
            Store(path).close()
        with ThreadPoolExecutor(6) as pool:
            begin = threading.Barrier(6)
            stores = list(pool.map(lambda _: begin.wait() >= 0 and Store(path), range(6)))  # noqa: B023  # used at once
        for count, store in enumerate(stores):
            assert isinstance(store, Store)
            store.save("testing", "prices", [row(f"[{count}]")], "")
        assert [(it.environment, it.live) for it in stores[0].counts()] == [("testing", 6)]  # type: ignore[union-attr]
        for store in stores:
            store.close()  # type: ignore[union-attr]


def row(identity: str) -> Row:
    """An item as the store takes it."""
    return Row(identity, "{}", False, EARLY)
