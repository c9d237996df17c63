"""A folder of feeds: pairs with functions, and what is wrong with them."""

import os
import sqlite3
from contextlib import closing

import pytest

from saasexport.feed import Shop
from saasexport.feeds import all_feeds
from saasexport.feeds.own import folder
from saasexport.feeds.own.loading import Surroundings

SHOP = "create table item (id integer primary key, code text); insert into item values (1, 'a'), (2, 'b'), (3, 'c');"


def file_of(feed, expression):
    """The file of a feed whose items have one field of an expression."""
    return (
        f"-- feed: {feed}\n-- entity: item.id\n-- identity: code\n\n-- name: items\n"
        f"select id as entity, code, {expression} as word\n"
        "  from item where id in (select value from json_each(:ids));\n"
    )


@pytest.fixture
def shop():
    """A small shop."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(SHOP)
        yield connection


def load(tmp_path, shop, files, by_path=False):
    """What a folder of these files gives, by the name of the feed; or as a list."""
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    loaded = folder.load(str(tmp_path), Surroundings(shop, all_feeds()), lambda path: None)
    return loaded if by_path else {each.name: each for each in loaded}


def words(shop, loaded):
    """The words that a feed's items have, by their codes."""
    entities = loaded.feed.assemble(Shop(shop, feed=loaded.name), [1, 2, 3])
    return {part["code"]: part["word"] for entity in entities for part in entity.parts}


@pytest.mark.parametrize("name", ["bad.sql", "goods.py"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/null", path)])
def test_what_is_no_file_is_not_opened(tmp_path, shop, name, make):
    (tmp_path / "goods.sql").write_text(file_of("goods", "1"))
    (tmp_path / "other.sql").write_text(file_of("other", "2"))
    make(tmp_path / name)

    loaded = {os.path.basename(each.path): each for each in load(tmp_path, shop, {}, by_path=True)}

    assert loaded["bad.sql" if name == "bad.sql" else "goods.sql"].lines()[0].endswith("cannot be read: it is no file")
    assert words(shop, loaded["other.sql"]) == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit(3)", ":1: SystemExit: 3"),
        ("import sys\nsys.exit()", ":2: SystemExit: "),
        ("\n\nraise SystemExit('bye')", ":3: SystemExit: bye"),
        ("def end():\n    raise SystemExit\nend()", ":2: SystemExit: "),
        ("raise ValueError('x')", ":1: ValueError: x"),
        ("assert False", ":1: AssertionError: "),
    ],
)
def test_a_module_that_ends_the_program_costs_its_feed_only(tmp_path, shop, code, reason):
    files = {"goods.sql": file_of("goods", "1"), "goods.py": code, "other.sql": file_of("other", "2")}
    loaded = load(tmp_path, shop, files)

    assert loaded["goods"].feed is None
    assert reason in loaded["goods"].lines()[0]
    assert words(shop, loaded["other"]) == {"a": 2, "b": 2, "c": 2}


@pytest.mark.parametrize(
    "expression", ["hex(x'ff')", "code = x'ff'", "length(x'ff00')", "x'c3' || code", "iif(code = x'80', 1, 2)"]
)
def test_a_query_may_name_bytes_that_are_no_text(tmp_path, shop, expression):
    loaded = load(tmp_path, shop, {"goods.sql": file_of("goods", expression)})
    assert loaded["goods"].lines() == []


@pytest.mark.parametrize(
    "declared",
    [
        "5",
        "[('tag', 1)]",
        "{'tag': 1}",
        "{'tag': (1,)}",
        "{'tag': ('1', str)}",
        "{'tag': (1, 'str')}",
        "{'tag': (True, str)}",
        "{'tag': (1000, str)}",
        "{7: (1, str)}",
        "{'a tag': (1, str)}",
        "{'tag': (1, str), 'TAG': (1, str)}",
        "{'tag': (1, str)",
        "1 / 0",
        "__import__('sys').exit()",
    ],
)
def test_functions_that_are_none_cost_their_feed_only(tmp_path, shop, declared):
    module = f"FUNCTIONS = {declared}\n"
    files = {"bad.sql": file_of("bad", "tag(code)"), "bad.py": module, "good.sql": file_of("good", "code")}

    loaded = load(tmp_path, shop, files)

    assert loaded["bad"].feed is None
    (line,) = loaded["bad"].lines()
    assert line.startswith(f"{tmp_path}/bad.py:")
    assert words(shop, loaded["good"]) == {"a": "a", "b": "b", "c": "c"}


def test_each_file_calls_the_functions_of_its_own_module(tmp_path, shop):
    files = {
        "one.sql": file_of("one", "tag(code)"),
        "one.py": "FUNCTIONS = {'tag': (1, lambda text: text + '1')}\n",
        "two.sql": file_of("two", "TAG (code) || ' tag(code)'"),
        "two.py": "FUNCTIONS = {'tag': (1, lambda text: text + '2'), 'upper': (1, lambda text: 'mine')}\n",
        "three.sql": file_of("three", "upper(code)"),
        "four.sql": file_of("four", "tag(code)"),
    }

    loaded = load(tmp_path, shop, files)

    assert words(shop, loaded["one"]) == {"a": "a1", "b": "b1", "c": "c1"}
    assert words(shop, loaded["two"]) == {"a": "a2 tag(code)", "b": "b2 tag(code)", "c": "c2 tag(code)"}
    assert words(shop, loaded["three"]) == {"a": "A", "b": "B", "c": "C"}
    assert loaded["four"].lines() == [f"{tmp_path}/four.sql:6: query items: no such function: tag"]


def test_a_changed_module_makes_its_feed_another(tmp_path, shop):
    files = {"one.sql": file_of("one", "tag(code)"), "one.py": "FUNCTIONS = {'tag': (1, str.upper)}\n"}
    before = load(tmp_path, shop, files)["one"].feed.digest

    after = load(tmp_path, shop, {**files, "one.py": "FUNCTIONS = {'tag': (1, str.lower)}\n"})["one"].feed.digest

    assert after != before


@pytest.mark.parametrize(
    ("code", "expression"),
    [
        ("cast(x'ff' as text)", "plain(code)"),
        ("cast(x'c3' as text)", "sha1(code)"),
        ("cast(x'61ff62' as text)", "number_of(code)"),
        ("cast(x'ed' as text)", "unescape(code)"),
        ("'{'", "iif(code = '{', json_extract(code, '$.a'), code)"),
        ("'x'", "iif(code = 'x', abs(-9223372036854775808), code)"),
    ],
)
def test_what_a_query_cannot_read_costs_its_entity_only(tmp_path, shop, code, expression):
    loaded = load(tmp_path, shop, {"one.sql": file_of("one", expression)})["one"]
    shop.execute(f"update item set code = {code} where id = 2")

    entities = list(loaded.feed.assemble(Shop(shop, feed="one"), [1, 2, 3]))

    assert [(entity.id, len(entity.parts), [each.is_whole for each in entity.failed]) for entity in entities] == [
        (1, 1, []),
        (2, 0, [True]),
        (3, 1, []),
    ]


def test_a_query_that_cannot_run_at_all_is_no_fault_of_entities(tmp_path, shop):
    loaded = load(tmp_path, shop, {"one.sql": file_of("one", "code")})["one"]
    shop.execute("alter table item rename column code to word")

    with pytest.raises(Exception, match="no such column: code"):
        loaded.feed.assemble(Shop(shop, feed="one"), [1, 2, 3])


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_a_text_in_sql_keeps_what_only_unicode_calls_a_line_separator(tmp_path, shop, separator):
    loaded = load(tmp_path, shop, {"one.sql": file_of("one", f"'x{separator}y'")})["one"]

    assert words(shop, loaded)["a"] == f"x{separator}y"
