"""Digests, by which an exporter compares what is held here, worked out by hand."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from saasexport.service import digests
from saasexport.service.server import CommerceService
from saasexport.shapes import SHAPES
from saasexport.shapes.declared import shape_in
from tests.service.conftest import Caller
from tests.service.valid_items import item, tombstone

AT = "2026-11-23T15:04:05+00:00"


def sha256(text: str) -> str:
    """The digest of what is compared of an item, written down as it is compared."""
    return hashlib.sha256(text.encode()).hexdigest()


def price(sku: str, regular: object = 10.0, **more: object) -> dict[str, object]:
    """A price with few fields."""
    return {
        "sku": sku,
        "customerGroupCode": "0",
        "websiteCode": "base",
        "productId": 7,
        "type": "SIMPLE",
        "regular": regular,
        "discounts": None,
        "deleted": False,
        "updatedAt": AT,
        **more,
    }


def compared(sku: str, regular: str = "10") -> str:
    """What is compared of such a price."""
    return (
        f'{{"customerGroupCode":"0","productId":7,"regular":{regular},"sku":"{sku}","type":"SIMPLE",'
        '"websiteCode":"base"}'
    )


def key_of(*values: str) -> str:
    return hashlib.sha1("\0".join(values).encode()).hexdigest()


def test_a_feed_nobody_sent_has_no_ranges(caller: Caller) -> None:
    assert caller.get("/feeds/prices/testing/digests").content == {"items": 0, "ranges": {}}


def test_a_range_has_the_sum_of_the_digests_of_its_items(caller: Caller) -> None:
    caller.post("prices", [price(sku) for sku in ("a", "b", "ü")])
    content = caller.get("/feeds/prices/testing/digests").content
    assert content["items"] == 3
    ranges: dict[str, list[int]] = {}
    for sku in ("a", "b", "ü"):
        ranges.setdefault(key_of(sku, "0", "base")[:2], []).append(int(sha256(compared(sku)), 16))
    assert content["ranges"] == {
        name: [f"{sum(each) % 2**256:064x}", len(each)] for name, each in ranges.items()
    }


def test_a_sum_wraps_around_at_256_bits(caller: Caller) -> None:
    skus = [sku for sku in map(str, range(3000)) if key_of(sku, "0", "base")[:2] == "00"]
    caller.post("prices", [price(sku) for sku in skus])
    total = sum(int(sha256(compared(sku)), 16) for sku in skus)
    assert total >= 2**256
    assert caller.get("/feeds/prices/testing/digests").content["ranges"] == {
        "00": [f"{total % 2**256:064x}", len(skus)]
    }


@pytest.mark.parametrize(
    ("regular", "text"),
    [(10.0, "10"), (10, "10"), (10.5, "10.5"), (-0.0, "0"), (1e16, "1" + 16 * "0"), (1e-07, "1e-07"), (0.1, "0.1")],
)
def test_whole_floats_are_compared_as_integers(caller: Caller, regular: float, text: str) -> None:
    caller.post("prices", [price("a", regular)])
    [entry] = caller.get(f"/feeds/prices/testing/digests?range={key_of('a', '0', 'base')[:2]}").content["items"]
    assert entry["digest"] == sha256(compared("a", text))


def test_an_item_is_named_with_its_identity_and_its_time(caller: Caller) -> None:
    caller.post("prices", [price("a")])
    key = key_of("a", "0", "base")
    assert caller.get(f"/feeds/prices/testing/digests?range={key[:2]}").content == {
        "items": [
            {
                "key": key,
                "identity": {"sku": "a", "customerGroupCode": "0", "websiteCode": "base"},
                "digest": sha256(compared("a")),
                "modifiedAt": AT,
            }
        ],
        "next": None,
    }


def test_null_at_the_top_is_left_out_and_below_it_is_not(caller: Caller) -> None:
    caller.post("prices", [price("a", discounts=[{"code": "group", "price": None}])])
    caller.post("prices", [price("b", discounts=[{"code": "group", "price": 5.0}])])
    page = caller.get(f"/feeds/prices/testing/digests?range={key_of('b', '0', 'base')[:2]}").content
    inner = '{"customerGroupCode":"0","discounts":[{"code":"group","price":5}],"productId":7,'
    assert page["items"][0]["digest"] == sha256(inner + '"regular":10,"sku":"b","type":"SIMPLE","websiteCode":"base"}')


@pytest.mark.parametrize(
    ("feed", "field", "other"),
    [
        ("products", "updatedAt", "2031-01-01 00:00:00"),
        ("categories", "updatedAt", "2031-01-01 00:00:00"),
        ("inventoryStockStatus", "productId", 99),
        ("prices", "updatedAt", "2031-01-01T00:00:00+00:00"),
        ("reviews", "modifiedAt", "2031-01-01 00:00:00"),
    ],
)
def test_what_makes_no_item_new_is_not_compared(feed: str, field: str, other: object) -> None:
    shape = SHAPES[feed]
    first = digests.digest(json.dumps(item(feed)), shape)
    assert digests.digest(json.dumps(item(feed) | {field: other}), shape) == first
    assert digests.digest(json.dumps(item(feed) | {"further": other}), shape) != first


def test_a_feed_of_ones_own_is_compared_without_the_time_of_its_row() -> None:
    shape = shape_in("-- feed: articles\n-- identity: code\n-- field: price number\n")
    assert shape is not None
    text = '{"updatedAt":"2031-01-01 00:00:00","code":"a","deleted":false,"modifiedAt":"2026-01-01 00:00:00",'
    text += '"price":2.0}'
    assert digests.digest(text, shape).hex() == sha256('{"code":"a","price":2}')


def test_deleted_items_are_in_no_range(caller: Caller) -> None:
    caller.post("prices", [price("a"), price("b")])
    assert caller.get("/feeds/prices/testing/digests").content["items"] == 2
    gone = tombstone("prices") | {"sku": "a", "updatedAt": AT[:-7] + "6+00:00"}
    caller.post("prices", [gone | {"customerGroupCode": "0", "websiteCode": "base"}])
    assert list(caller.get("/feeds/prices/testing/digests").content["ranges"]) == [key_of("b", "0", "base")[:2]]


def test_an_item_that_changes_has_another_digest(caller: Caller) -> None:
    name = key_of("a", "0", "base")[:2]
    caller.post("prices", [price("a", 1.0)])
    assert caller.get("/feeds/prices/testing/digests").content["ranges"][name][0] == sha256(compared("a", "1"))
    caller.post("prices", [price("a", 2.0, updatedAt="2026-11-23T15:04:06+00:00")])
    assert caller.get("/feeds/prices/testing/digests").content["ranges"][name][0] == sha256(compared("a", "2"))


def test_a_page_ends_where_it_should_and_the_next_one_goes_on(caller: Caller) -> None:
    keys = sorted(key for sku in map(str, range(2000)) if (key := key_of(sku, "0", "base"))[:2] == "ab")
    caller.post("prices", [price(str(sku)) for sku in range(2000)])
    seen: list[str] = []
    after, pages = "", 0
    while after is not None:
        page = caller.get(f"/feeds/prices/testing/digests?range=ab&limit=3&after={after}").content
        seen += [entry["key"] for entry in page["items"]]
        after, pages = page["next"], pages + 1
    assert (seen, pages) == (keys, -(-len(keys) // 3))


@pytest.mark.parametrize(
    "query",
    ["range=a", "range=AB", "range=abc", "range=ab&after=x", "range=ab&limit=0", "range=ab&limit=1001", "after=ab"],
)
def test_a_query_that_means_nothing_is_refused(caller: Caller, query: str) -> None:
    assert caller.get(f"/feeds/prices/testing/digests?{query}").status == 400


def test_an_unknown_feed_has_no_digests(caller: Caller) -> None:
    assert caller.get("/feeds/nothing/testing/digests").status == 404


def test_digests_that_take_long_are_made_bit_by_bit(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "SECONDS", -1.0)
    caller.post("prices", [price("a")])
    reply = caller.get("/feeds/prices/testing/digests")
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("update item set item = replace(item, '10.0', '11.0')", sha256(compared("a", "11"))),
        ("update item set item = 'broken'", hashlib.sha256(b"broken").hexdigest()),
        ("update item set item = '[]'", hashlib.sha256(b"[]").hexdigest()),
    ],
)
def test_an_item_that_was_changed_in_the_file_has_no_old_digest(tmp_path: Path, change: str, expected: str) -> None:
    path = str(tmp_path / "received.sqlite")
    with CommerceService(path) as service:
        caller = Caller(service)
        caller.post("prices", [price("a")])
        first = caller.get("/feeds/prices/testing/digests").content
        with closing(sqlite3.connect(path)) as db:
            db.execute(change)
            db.commit()
        second = caller.get("/feeds/prices/testing/digests").content
        page = caller.get(f"/feeds/prices/testing/digests?range={key_of('a', '0', 'base')[:2]}").content
    assert first["ranges"] != second["ranges"]
    assert [(entry["identity"]["sku"], entry["digest"]) for entry in page["items"]] == [("a", expected)]


# As version 0.1.0 made it.
FIRST = """
create table feed (id integer primary key, environment text not null, name text not null,
                   last_received_at text not null, unique (environment, name));
create table item (id integer primary key, feed_id integer not null references feed (id), identity text not null,
                   item text not null, is_deleted integer not null, exported_at text not null,
                   received_at text not null, request_id text, unique (feed_id, identity));
create index item_deleted on item (feed_id) where is_deleted = 1;
insert into feed values (1, 'testing', 'prices', '2026-01-01 00:00:00');
pragma user_version = 1;
"""


def test_a_database_of_the_first_version_is_brought_up_with_its_items(tmp_path: Path) -> None:
    path = str(tmp_path / "received.sqlite")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIRST)
        db.execute(
            "insert into item values (1, 1, '[\"a\",\"0\",\"base\"]', ?, 0, '2026-01-01 00:00:00', '', null)",
            (json.dumps(price("a")),),
        )
        db.commit()
    for _ in range(2):
        with CommerceService(path) as service:
            content = Caller(service).get("/feeds/prices/testing/digests").content
        assert content["ranges"] == {key_of("a", "0", "base")[:2]: [sha256(compared("a")), 1]}
