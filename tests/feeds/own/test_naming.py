"""Whom a line names, by which rows."""

import sqlite3

import pytest

from saasexport.feed import Shop
from saasexport.feeds.own import loading
from saasexport.feeds.own.head import Watch
from saasexport.feeds.own.naming import Naming, named_places
from saasexport.feeds.own.trial import Trial
from tests.feed_files import HEAD, ITEMS

ROWS = [((1,), "a"), ((2,), "a"), ((3,), "b"), ((4,), None), ((5,), "c")]


def test_rows_name_the_entities_to_which_their_keys_lead():
    naming = Naming(ROWS, {"a": {7, 8}, "b": {8}})
    assert set(naming.entities) == {7, 8}
    assert [naming.places(each) for each in (7, 8, 9)] == [{(1,), (2,)}, {(1,), (2,), (3,)}, set()]
    assert naming.breadth == 5


@pytest.mark.parametrize(
    ("lost", "entity_id", "named"),
    [
        (set(), 7, {(1,), (2,)}),
        ({(1,)}, 7, {(2,)}),
        ({(1,), (2,), (3,)}, 8, set()),
        ({(3,)}, 8, {(1,), (2,)}),
        ({(5,)}, 9, set()),
    ],
)
def test_a_row_names_only_whom_its_key_leads_to_when_it_is_deleted(lost, entity_id, named):
    leading = {"a": {7, 8}, "b": {8}}
    naming = Naming(ROWS, leading, lambda place, key: () if place in lost else leading[key])
    assert named_places([naming], entity_id) == named
    # Another line by the same rows may name whom this one has lost.
    assert named_places([naming, Naming(ROWS, leading)], entity_id) == Naming(ROWS, leading).places(entity_id)


def test_what_is_not_asked_of_is_not_deleted():
    asked = []
    naming = Naming(ROWS, {"a": {7}, "b": {8}}, lambda place, _: asked.append(place) or {7, 8})
    named_places([naming], 8)
    named_places([naming], 8)
    assert asked == [(3,)]


NUMBERS = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 400) "


@pytest.mark.parametrize(
    ("via", "is_said", "is_any"),
    [
        ("select id from article where :keys is not null", False, False),
        ("select id from article where :keys is not null", True, True),
        ("select id from article where id in (select value from json_each(:keys))", False, True),
        ("select article_id from label where id in (select value from json_each(:keys))", False, True),
        ("select a.id from article a, label b where b.id in (select value from json_each(:keys))", False, False),
    ],
)
def test_a_line_that_is_only_thought_of_is_given_up_where_it_names_too_many(via, is_said, is_any):
    shop = sqlite3.connect(":memory:", isolation_level=None)
    shop.executescript(
        "create table article (id integer primary key, code text, title text);"
        "create table label (id integer primary key, article_id integer, word text);"
        f"insert into article {NUMBERS} select i, 'c' || i, 'x' from n;"
        f"insert into label {NUMBERS} select i, i, 'x' from n;"
    )
    line = Watch(4, "label", "id", "every")
    said = "-- watch: label.id via every\n" if is_said else "-- (none)\n"
    text = f"{HEAD}{said}{ITEMS}-- name: via_every\n{via};\n"
    loaded = loading.load("goods.sql", text, loading.Surroundings(shop, {}))
    assert loaded.lines() == []
    trial = Trial(loaded, Shop(shop), list(range(1, 21)), 600)
    try:
        assert bool(trial.naming(line).entities) == is_any
    finally:
        trial.close()
        shop.close()
