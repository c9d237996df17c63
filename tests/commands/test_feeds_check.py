"""saasexport feeds check: on a configuration and a shop, without an installation."""

import json

import pytest

from saasexport.commands import feeds_check
from saasexport.feeds.own import loading
from saasexport.presets import PRESETS
from saasexport.setup import preset
from tests.feed_files import HEAD, ITEMS, OF_IDS, Folder
from tests.presets.assembling import SCRIPTS, shop_of
from tests.support import SHARED


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """The folder with the small shop."""
    return Folder(tmp_path, monkeypatch, capsys)


def test_a_right_file_shows_its_first_item(folder):
    done = folder.check(HEAD + ITEMS)

    assert (done.status, done.err) == (0, "")
    assert done.out == (
        '{\n  "code": "a",\n  "title": "Apple"\n}\n'
        "feeds.d/goods.sql: goods: 3 items of 3 entities were looked at\n"
    )


def test_nothing_is_written(folder):
    before = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    folder.check(HEAD + ITEMS)
    after = {path: path.read_bytes() for path in folder.path.rglob("*") if path.is_file()}
    after.pop(folder.path / "feeds.d" / "goods.sql")

    assert before == after


def items(*columns):
    """A query of items with further columns, each in a line of its own."""
    lines = "".join(f",\n       {column}" for column in columns)
    return f"-- name: items\nselect article.id as entity,\n       code{lines}\n  from article\n where id {OF_IDS};\n"


OF_FIELDS = "-- field: price number\n-- field: changed time\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + OF_FIELDS + items("'yesterday' as changed"),
            ["feeds.d/goods.sql:9: changed: 'yesterday' is not a time  (3 of 3 items, first: entity 1)"],
        ),
        (
            HEAD + OF_FIELDS + items("iif(id = 2, 'dear', price) as price", "title as name"),
            ["feeds.d/goods.sql:9: price: 'dear' is not a number  (1 of 3 items, first: entity 2)"],
        ),
        (
            HEAD + OF_FIELDS + items("title", "title as price", "title || id as changed"),
            [
                "feeds.d/goods.sql:10: price: 'Apple' is not a number  (3 of 3 items, first: entity 1)",
                "feeds.d/goods.sql:11: changed: 'Apple1' is not a time  (3 of 3 items, first: entity 1)",
            ],
        ),
        (
            HEAD + items("iif(id > 1, 'price: ask; we tell', null) as error"),
            ["feeds.d/goods.sql:4: price: ask; we tell  (2 of 3 items, first: entity 2)"],
        ),
        (
            HEAD + f"-- name: items\nselect id as entity, 'x' as code from article where id {OF_IDS};\n",
            ["feeds.d/goods.sql:5: code: 'code x' is an item of entity 1 as well  (2 of 3 items, first: entity 2)"],
        ),
        (
            HEAD + items("row_number() over (order by id) as place"),
            [
                "feeds.d/goods.sql:7: place: is another where an entity is assembled alone: it may depend on the shop"
                " only, never on other ids  (2 of 3 entities, first: entity 2)"
            ],
        ),
        (
            HEAD + items("title") + "-- name: words\nselect article_id as entity,\n"
            f'       word as "item.code", word from label where article_id {OF_IDS};\n',
            ['feeds.d/goods.sql:10: words: rows that find no item by "item.code"  (4 of 4 rows, first: entity 1)'],
        ),
        (HEAD + ITEMS.replace("title", "titel"), ["feeds.d/goods.sql:7: query items: no such column: titel"]),
        (
            "-- feed: categories\n-- entity: shelf.id\n-- name: items\n"
            f"select id as entity, label as categoryId from shelf where id {OF_IDS};",
            ["feeds.d/goods.sql:3: query items: gives no createdAt, which every item of categories has"],
        ),
    ],
)
def test_what_is_wrong_is_told_with_line_field_reason_and_count(folder, text, expected):
    done = folder.check(text)

    assert done.status == 1
    assert done.lines("feeds.d/goods.sql:")[: len(expected)] == expected


def test_what_holds_between_fields_is_told_as_the_service_does(folder):
    """A published feed's fields, and a rule of its shape: only a root category has an empty path."""
    done = folder.check(
        "-- feed: categories\n-- entity: shelf.id\n-- name: items\n"
        "select id as entity, id as categoryId, label as storeViewCode, 'main' as storeCode, 'base' as websiteCode"
        ",\n       label as name, label as urlKey,\n       substr(label, 99) as urlPath,\n"
        "       2 as level, '1/2' as path,"
        " '0' as parentId, 0 as position, 1 as isAnchor, 1 as isActive, 1 as includeInMenu,"
        f" '2026-01-01' as createdAt, '2026-01-01' as updatedAt\n  from shelf\n where id {OF_IDS};"
    )

    assert done.status == 1
    assert done.lines("sql:") == [
        "feeds.d/goods.sql:6: urlPath: may be empty only at level 1  (2 of 2 items, first: entity 1)",
        "feeds.d/goods.sql: categories: 2 items of 2 entities were looked at",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + items("(select label from shelf where id = shelf_id) as shelf"),
            ":4: note: shelf: no line names it, so that every item is compared when it changes",
        ),
        (
            HEAD + items("(select count(*) from article as other where other.family_id = article.family_id) as n"),
            ":4: note: article: no line names it, so that every item is compared when it changes",
        ),
        (
            HEAD + items("date('now') as today"),
            ":7: note: query items: date('now': the day changes without a write to the shop: use :now, and say in a"
            " query due when",
        ),
        (
            HEAD + items("title", "current_timestamp > '2030' as late"),
            ":8: note: query items: current_timestamp: the day changes without a write to the shop: use :now, and say"
            " in a query due when",
        ),
        (
            HEAD + items("random ( ) is null as luck"),
            ":7: note: query items: random (: is another at every look, and its items are sent every time",
        ),
        (
            HEAD + items(":now > '2030' as late"),
            ":7: note: query items: :now without a query due: an item that changes with the day is compared once a day"
            " only",
        ),
        (
            HEAD + "-- watch: label.article_id\n"
            + items("(select count(*) from label as a join label as b on a.word = b.word where a.article_id = 1) as n"),
            ":4: note: label is opened more than once by items: a row may concern other entities than this names; see"
            " --prove",
        ),
    ],
)
def test_what_may_be_meant_is_noted_and_no_fault(folder, text, expected):
    done = folder.check(text)

    assert done.status == 0
    assert done.lines(": note: ") == [f"feeds.d/goods.sql{expected}"]


@pytest.mark.parametrize(
    "column", ["'date(''now'')' as text", "title -- date('now') and random()", "date(price, '+1 day') as then"]
)
def test_what_read_only_like_the_clock_is_not_noted(folder, column):
    assert folder.check(HEAD + items(column, "code as other")).lines("note") == []


def test_now_with_due_is_not_noted(folder):
    due = "-- name: due\nselect id as entity, '2030-01-01' as moment from article;\n"

    assert folder.check(HEAD + items(":now > '2030' as late") + due).lines("note") == []


def test_one_entity_may_be_looked_at(folder):
    done = folder.check(HEAD + ITEMS, "--entity", "2")

    assert json.loads(done.out.partition("feeds.d")[0]) == {"code": "b", "title": "Bread"}
    assert folder.check(HEAD + ITEMS, "--entity", "x").err == "saasexport: --entity: 'x' is no key of article.id\n"


def test_all_files_of_the_folder_are_checked_or_one_by_its_feed(folder):
    folder.write(HEAD + ITEMS)
    folder.write("-- feed: wares\n" + ITEMS, "wares")

    done = folder.run("feeds", "check")
    assert done.status == 1
    assert done.lines("feeds.d") == [
        "feeds.d/goods.sql: goods: 3 items of 3 entities were looked at",
        "feeds.d/wares.sql: lacks the line -- entity: table.column",
        "feeds.d/wares.sql: lacks the line -- identity: the fields that identify an item of wares",
    ]
    assert folder.run("feeds", "check", "goods").status == 0
    assert folder.run("feeds", "check", "wares").status == 1
    assert folder.run("feeds", "check", "other").status == 2


def test_a_file_that_others_may_write_is_refused(folder):
    folder.write(HEAD + ITEMS)
    (folder.path / "feeds.d" / "goods.sql").chmod(0o666)

    done = folder.run("feeds", "check", "feeds.d/goods.sql")
    assert done.status == 1
    assert "may be written by others" in done.out


def test_for_programs(folder):
    folder.write(HEAD + OF_FIELDS + items("'yesterday' as changed", "date('now') as today"))

    (found,) = folder.objects("feeds", "check")

    assert set(found) == set(feeds_check.KEYS)
    assert found["faults"] == [
        {"line": 9, "text": "changed: 'yesterday' is not a time", "items": 3, "of": 3, "entity": 1}
    ]
    assert [note["line"] for note in found["notes"]] == [10]
    assert (found["file"], found["feed"], found["entities"], found["items"], found["first"]) == (
        "feeds.d/goods.sql",
        "goods",
        3,
        3,
        None,
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", [each.name for each in PRESETS])
def test_the_presets_are_right(name, tmp_path, monkeypatch, capsys):
    shop = "\n".join(shop_of(*SCRIPTS[name]).iterdump())
    folder = Folder(tmp_path, monkeypatch, capsys, shop)
    preset.copy(preset.find(name), str(tmp_path / "feeds.d"))

    told = {fault["text"] for each in folder.objects("feeds", "check") for fault in each["faults"]}

    assert told == {"regular: the stock record has no price"} & told


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("name", "sample", "expected"),
    [("oscar", "django-oscar-4.2.1", set()), ("vendure", "vendure-3.7.3", {"3 items with one identity"})],
)
def test_of_a_sample_only_what_is_wrong_in_it_is_told(name, sample, expected, tmp_path, monkeypatch, capsys):
    path = SHARED / "data" / "shops" / f"{sample}.sqlite"
    if not path.is_file():
        pytest.skip(f"needs the sample {sample}")
    folder = Folder(tmp_path, monkeypatch, capsys, path)
    preset.copy(preset.find(name), str(tmp_path / "feeds.d"))

    faults = {fault["text"].partition(" (")[0] for each in folder.objects("feeds", "check") for fault in each["faults"]}

    assert faults == expected


SLOW = "(with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n)"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + ITEMS.replace("title\n", f"{SLOW} as title\n"), "feeds.d/goods.sql:4: query items takes longer"),
        (
            HEAD + "-- field: words json\n" + ITEMS + "-- name: words\n"
            f"select value as entity, {SLOW} as word from json_each(:ids);\n",
            "feeds.d/goods.sql:11: query words takes longer",
        ),
        (
            HEAD + ITEMS + f"-- name: walk\nselect id from article where id > :after and {SLOW} > 0 limit :limit;\n",
            "feeds.d/goods.sql:10: query walk takes longer",
        ),
    ],
)
def test_a_query_that_takes_long_has_its_line(folder, monkeypatch, text, line):
    monkeypatch.setattr(loading, "SECONDS", 0.01)
    done = folder.check(text)
    assert done.status == 1
    assert done.lines(line) == [f"{line} than 0.01 s for one chunk of entities"]


@pytest.mark.parametrize(
    ("walk", "is_right"),
    [
        ("select id from article where id > :after order by id limit :limit", True),
        ("select id from article where id > :after and shelf_id = 1 order by id limit :limit", True),
        ("select id from article where id > :after order by id desc limit :limit", False),
        ("select id from article where :after is not null order by id limit :limit", False),
        ("select id from article where id >= :after order by id limit :limit", False),
        ("select id from article where id > :after order by title desc limit :limit", False),
        ("select 2 where :after < :limit", False),
    ],
)
def test_a_walk_of_ones_own_is_tried(folder, walk, is_right):
    done = folder.check(f"{HEAD}{ITEMS}-- name: walk\n{walk};\n")
    wrong = "feeds.d/goods.sql:10: query walk: gives keys that do not ascend from :after on; order by them"
    assert (done.status, done.lines("query walk")) == ((0, []) if is_right else (1, [wrong]))
