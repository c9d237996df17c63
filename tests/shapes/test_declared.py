"""The shape of a feed of one's own, as its file declares it; and the service that takes such a feed."""

import pytest

from saasexport.errors import ConfigError
from saasexport.service.server import CommerceService, read_shape
from saasexport.service.validation import Problem, Validator
from saasexport.shapes import declared
from tests.service.conftest import Caller

HEAD = """-- Warranties, one per article and language.
-- feed: warranties
-- entity: article.id
-- identity: sku, "locale"
-- field: years integer
-- field: price number
-- field: active boolean
-- field: since time
-- field: extras json
-- see https://example.com

-- name: items
-- feed: this is no directive any more
select 1;
"""

ITEM = {"sku": "a", "locale": "de", "deleted": False, "modifiedAt": "2026-11-23 15:04:05"}


def check(**fields):
    """What the service finds wrong with an item of the feed."""
    return Validator(declared.shape_in(HEAD)).check({**ITEM, **fields})


def test_the_head_ends_at_the_first_query():
    assert [(each.line, each.word, each.value) for each in declared.directives(HEAD)] == [
        (2, "feed", "warranties"),
        (3, "entity", "article.id"),
        (4, "identity", 'sku, "locale"'),
        (5, "field", "years integer"),
        (6, "field", "price number"),
        (7, "field", "active boolean"),
        (8, "field", "since time"),
        (9, "field", "extras json"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"years": 3, "price": 1.5, "active": True, "since": "2026-01-02 03:04:05", "extras": {"a": [1, None]}},
        {"years": None, "price": None, "active": None, "since": None, "extras": None},
        {"extras": []},
        {"remark": "not declared", "size": 7},
    ],
)
def test_declared_fields_may_be_left_out_and_others_may_be_there(fields):
    assert not isinstance(check(**fields), list)


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"years": "3"}, Problem("INVALID_VALUE", "years", "expected an integer, found '3'", "3")),
        ({"years": 1.5}, Problem("INVALID_VALUE", "years", "expected an integer, found 1.5", 1.5)),
        ({"price": "dear"}, Problem("INVALID_VALUE", "price", "expected a number, found 'dear'", "dear")),
        ({"active": 1}, Problem("INVALID_VALUE", "active", "expected true or false, found 1", 1)),
        ({"sku": ""}, Problem("INVALID_VALUE", "sku", "expected a string that is not empty, found ''", "")),
        ({"locale": None}, Problem("INVALID_VALUE", "locale", "expected a string that is not empty, found null", None)),
    ],
)
def test_a_declared_field_holds_its_type(fields, problem):
    assert check(**fields) == [problem]


def test_a_feed_of_a_published_name_declares_no_shape(tmp_path):
    (tmp_path / "products.sql").write_text("-- feed: products\n-- entity: article.id\n")
    assert read_shape(str(tmp_path / "products.sql")) is None


@pytest.mark.parametrize("line", ["-- field: years", "-- field: years int", "-- field: integer", "-- field: a b c"])
def test_a_type_that_is_none_is_named_with_its_line(tmp_path, line):
    path = tmp_path / "own.sql"
    path.write_text(f"-- feed: own\n-- identity: sku\n{line}\n")
    with pytest.raises(ConfigError, match=r"--schema .*own\.sql: line 3: expected -- field: NAME TYPE, a type of text"):
        read_shape(str(path))


def test_the_service_takes_a_feed_that_a_file_declares(tmp_path):
    (tmp_path / "warranties.sql").write_text(HEAD)
    shape = read_shape(str(tmp_path / "warranties.sql"))
    with CommerceService(str(tmp_path / "received.sqlite"), shapes=[shape]) as service:
        caller = Caller(service)
        item = {**ITEM, "years": 2, "deleted": False}
        taken = caller.post("warranties", [item])
        assert (taken.status, taken.content) == (200, {"status": "ACCEPTED", "acceptedCount": 1})
        assert caller.post("warranties", [{**item, "years": "two"}]).status == 400
        assert caller.post("guarantees", [item]).status == 404
        one = caller.get("/feeds/warranties/testing/item?sku=a&locale=de")
        assert one.content == item


def test_an_identity_may_be_a_number(tmp_path):
    shape = declared.shape("seats", ("row", "seat"), {"row": "integer", "seat": "integer"})
    with CommerceService(str(tmp_path / "received.sqlite"), shapes=[shape]) as service:
        caller = Caller(service)
        item = {"row": 3, "seat": 14, "deleted": False, "modifiedAt": "2026-11-23 15:04:05"}
        assert caller.post("seats", [item]).status == 200
        assert caller.get("/feeds/seats/testing/item?row=3&seat=14").content == item
