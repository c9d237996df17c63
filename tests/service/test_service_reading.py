"""What can be read: counts, pages of items, and one item."""

from urllib.parse import quote, urlencode

import pytest

from tests.service.conftest import Caller
from tests.service.valid_items import FEEDS, IDENTITIES, item, tombstone


def test_the_service_says_what_it_is(caller: Caller) -> None:
    reply = caller.get("/")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.content["service"] == "saasexport embedded Commerce Service"
    assert reply.content["feeds"] == sorted(FEEDS)


def test_a_new_service_holds_nothing(caller: Caller) -> None:
    assert caller.get("/feeds").content == []
    assert caller.get("/feeds/prices/testing").content == {"items": [], "next": None}


def test_feeds_are_counted_by_environment(caller: Caller) -> None:
    caller.post("prices", [item("prices", sku=sku) for sku in "abc"], environment="one")
    caller.post("prices", [tombstone("prices") | {"sku": "c"}], environment="one")
    caller.post("products", [item("products")], environment="one")
    caller.post("prices", [item("prices")], environment="two")
    counted = caller.get("/feeds").content
    assert [{**count, "lastReceived": len(count["lastReceived"])} for count in counted] == [
        {"feed": "prices", "environment": "one", "live": 2, "deleted": 1, "lastReceived": 19},
        {"feed": "products", "environment": "one", "live": 1, "deleted": 0, "lastReceived": 19},
        {"feed": "prices", "environment": "two", "live": 1, "deleted": 0, "lastReceived": 19},
    ]


def test_pages_follow_each_other_until_the_end(caller: Caller) -> None:
    caller.post("prices", [item("prices", sku=sku) for sku in "edcba"])
    seen = []
    after = ""
    pages = 0
    while after is not None:
        page = caller.get(f"/feeds/prices/testing?limit=2&after={quote(after)}").content
        seen += [it["sku"] for it in page["items"]]
        after = page["next"]
        pages += 1
    assert (seen, pages) == (["a", "b", "c", "d", "e"], 3)


def test_a_page_that_just_holds_the_rest_is_the_last(caller: Caller) -> None:
    caller.post("prices", [item("prices", sku=sku) for sku in "ab"])
    assert caller.get("/feeds/prices/testing?limit=2").content["next"] is None
    assert caller.get("/feeds/prices/testing?limit=1").content["next"] == '["a","0","base"]'


def test_a_page_has_a_hundred_items_unless_asked_otherwise(caller: Caller) -> None:
    caller.post("prices", [item("prices", sku=f"{number:03}") for number in range(150)])
    page = caller.get("/feeds/prices/testing").content
    assert (len(page["items"]), page["next"]) == (100, '["099","0","base"]')


def test_a_page_of_large_items_ends_before_its_limit(caller: Caller) -> None:
    batch = [item("products", sku=str(number), name="x" * 1_500_000) for number in range(5)]
    caller.post("products", batch)
    page = caller.get("/feeds/products/testing?limit=5").content
    assert [it["sku"] for it in page["items"]] == ["0", "1", "2"]
    assert page["next"] == '["2","default"]'


def test_deleted_items_are_shown_on_request(caller: Caller) -> None:
    caller.post("prices", [item("prices", sku="a"), tombstone("prices") | {"sku": "b"}])
    assert [it["sku"] for it in caller.get("/feeds/prices/testing").content["items"]] == ["a"]
    page = caller.get("/feeds/prices/testing?deleted=1").content
    assert [(it["sku"], it["deleted"]) for it in page["items"]] == [("a", False), ("b", True)]
    assert len(caller.get("/feeds/prices/testing?deleted=0").content["items"]) == 1


@pytest.mark.parametrize("feed", FEEDS)
def test_an_item_is_found_by_its_identity(caller: Caller, feed: str) -> None:
    caller.post(feed, [item(feed)])
    asked = {name: item(feed)[name] for name in IDENTITIES[feed]}
    reply = caller.get(f"/feeds/{feed}/testing/item?{urlencode(asked)}")
    assert (reply.status, reply.content) == (200, item(feed))


def test_the_fields_of_an_identity_may_come_in_any_order_and_hold_anything(caller: Caller) -> None:
    it = item("products", sku='a b&c=d+e/"é"\U0001f600')
    caller.post("products", [it])
    asked = urlencode({"storeViewCode": "default", "sku": it["sku"]})
    assert caller.get(f"/feeds/products/testing/item?{asked}").content == it


def test_a_root_category_is_found_by_its_empty_path(caller: Caller) -> None:
    it = item("categories", urlPath="", level=1)
    caller.post("categories", [it])
    assert caller.get("/feeds/categories/testing/item?urlPath=&storeViewCode=default").content == it


def test_a_deleted_item_is_found_as_a_tombstone(caller: Caller) -> None:
    caller.post("reviews", [tombstone("reviews")])
    reply = caller.get("/feeds/reviews/testing/item?reviewId=1")
    assert (reply.status, reply.content) == (200, tombstone("reviews"))


def test_an_item_that_was_never_received_is_not_found(caller: Caller) -> None:
    caller.post("reviews", [item("reviews")])
    for path in ("/feeds/reviews/testing/item?reviewId=2", "/feeds/reviews/other/item?reviewId=1"):
        reply = caller.get(path)
        assert (reply.status, reply.content) == (
            404,
            {"status": "FAILED", "message": "no such item was ever received"},
        )


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/feeds/prices/t?limit=0", "limit: expected a number from 1 to 1000"),
        ("/feeds/prices/t?limit=1001", "limit: expected a number from 1 to 1000"),
        ("/feeds/prices/t?limit=-1", "limit: expected a number from 1 to 1000"),
        ("/feeds/prices/t?limit=ten", "limit: expected a number from 1 to 1000"),
        ("/feeds/prices/t?deleted=yes", "deleted: expected 0 or 1"),
        ("/feeds/prices/t?offset=1", "offset: not known here, which takes after, limit, deleted"),
        ("/feeds/prices/t?limit=1&limit=2", "a parameter is given twice"),
        ("/feeds/prices/t?limit", "the query is malformed"),
        ("/feeds/prices/t?after=%ff", "the query is malformed"),
        ("/feeds/products/t/item", "the identity of products needs sku, storeViewCode"),
        ("/feeds/products/t/item?sku=a", "the identity of products needs storeViewCode"),
        (
            "/feeds/products/t/item?sku=a&storeViewCode=b&name=c",
            "name: not known here, which takes sku, storeViewCode",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(caller: Caller, path: str, message: str) -> None:
    reply = caller.get(path)
    assert (reply.status, reply.content) == (400, {"status": "FAILED", "message": message})
