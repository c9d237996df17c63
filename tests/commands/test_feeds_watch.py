"""feeds watch: the lines that a file lacks, on a small shop and on the samples of presets."""

import sqlite3
from contextlib import closing

import pytest

from tests.feed_files import HEAD, ITEMS, OF_IDS, Folder
from tests.support import ROOT, SHARED

MORE = """
create table stand (id integer primary key, shelf_id integer references shelf(id), place text);
insert into stand values (1, 1, 'door'), (2, 2, 'wall');
create table "tag of us" (id text primary key, article_id integer references article(id), word text) without rowid;
insert into "tag of us" values ('x', 1, 'new'), ('y', 3, 'old'), ('z', 3, 'blue');
create table price_list (id integer primary key, codes text);
insert into price_list values (1, 'a,b'), (2, 'c');
create table piece (id integer primary key, code text, title text, whole_id integer references piece(id));
insert into piece values (1, 'a', 'Set', null), (2, 'b', 'Cup', 1), (3, 'c', 'Pot', 1), (4, 'd', 'Box', null);
create table branch (id integer primary key, code text, title text, parent integer);
insert into branch values (1, 'a', 'Root', null), (2, 'b', 'Leaf', 1), (3, 'c', 'Bud', 1), (4, 'd', 'Weed', null);
create table note (id integer primary key, branch_id integer, word text);
insert into note values (1, 1, 'old'), (2, 2, 'green'), (3, 3, 'small'), (4, 4, 'tall');
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """The folder with the small shop, and some tables more."""
    made = Folder(tmp_path, monkeypatch, capsys)
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection:
        connection.executescript(MORE)
    return made


def items(columns, joins=""):
    """The query of the items with columns of other tables."""
    select = f"select article.id as entity, article.code, {columns}\n  from article\n{joins}"
    return f"-- name: items\n{select} where article.id {OF_IDS};\n"


WORDS = f"-- name: words\nselect article_id as entity, word from label where article_id {OF_IDS} order by id;\n"
OF_WORDS = HEAD + "-- field: words json\n" + ITEMS + WORDS
OF_SHELF = HEAD + "-- field: shelf text\n" + items("label as shelf", "  left join shelf on shelf.id = shelf_id\n")
OF_STAND = (
    HEAD
    + "-- field: place text\n"
    + items("place", "  left join shelf s on s.id = article.shelf_id\n  left join stand on stand.shelf_id = s.id\n")
)


def family(table, column):
    """A feed whose items show their parent's title, and how many children there are."""
    return (
        f"-- feed: goods\n-- entity: {table}.id\n-- identity: code\n-- field: family text\n-- field: children integer\n"
        f"-- name: items\nselect one.id as entity, one.code, parent.title as family,\n"
        f"       (select count(*) from {table} as child where child.{column} = one.id) as children\n"
        f"  from {table} as one\n  left join {table} as parent on parent.id = one.{column}\n where one.id {OF_IDS};\n"
    )


OF_FAMILY = family("piece", "whole_id")
OF_PARENTS = family("branch", "parent")
OF_TAGS = (
    HEAD
    + "-- field: tags json\n"
    + ITEMS
    + f'-- name: tags\nselect article_id as entity, word from "tag of us" where article_id {OF_IDS} order by id;\n'
)
OF_LISTS = HEAD + "-- field: lists integer\n" + items(
    "(select count(*) from price_list where ',' || codes || ',' like '%,' || code || ',%') as lists"
)
OF_GIFTS = (
    HEAD
    + "-- field: gifts json\n"
    + ITEMS
    + f"-- name: gifts\nselect article_id as entity, name from gift where article_id {OF_IDS};\n"
)
VIA_SHELF = """
-- name: via_shelf
select article.id
  from article
 where article.shelf_id in (select value from json_each(:keys));
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OF_WORDS, "-- watch: label.article_id\n"),
        (OF_SHELF, "-- watch: shelf.id via shelf\n" + VIA_SHELF),
        (OF_SHELF + VIA_SHELF, "-- watch: shelf.id via shelf\n"),
        (OF_TAGS, '-- watch: "tag of us".article_id\n'),
        (
            OF_FAMILY,
            "-- watch: piece.id via piece\n-- watch: piece.whole_id\n\n"
            "-- name: via_piece\nselect piece.id\n  from piece\n"
            " where piece.whole_id in (select value from json_each(:keys));\n",
        ),
        (
            OF_PARENTS,
            "-- watch: branch.id via branch\n-- watch: branch.parent\n\n-- name: via_branch\nselect branch.id\n"
            "  from branch\n where branch.parent in (select value from json_each(:keys));\n",
        ),
        (
            OF_STAND,
            "-- watch: stand.shelf_id via shelf\n-- watch: shelf.id via shelf\n" + VIA_SHELF,
        ),
        (
            HEAD + "-- field: words json\n-- watch: label.article_id\n" + ITEMS + WORDS,
            "feeds.d/goods.sql: no line is missing\n",
        ),
        (HEAD + "-- field: words json\n-- watch: label.id\n" + ITEMS + WORDS, "-- watch: label.article_id\n"),
        (
            OF_GIFTS,
            "feeds.d/goods.sql: gift: no row shows what a change of it leads to"
            ": every item is compared when it changes\n",
        ),
    ],
)  # fmt: skip
def test_the_lines_that_are_missing_are_proposed(folder, text, expected):
    folder.write(text)
    done = folder.run("feeds", "watch", "feeds.d/goods.sql")

    assert (done.status, done.err, done.out) == (0, "", expected)
    assert (folder.path / "feeds.d" / "goods.sql").read_text() == text


def test_a_column_is_known_by_its_name_where_the_numbers_of_rows_would_do(folder):
    # A leaf has the notes of the branch above, too, and each note happens to have its branch's number.
    notes = (
        "-- name: words\nselect branch.id as entity, word from branch join note on branch_id in (branch.id, parent)\n"
        f" where branch.id {OF_IDS} order by note.id;\n"
        "-- name: via_kin\nselect id from branch where id in (select value from json_each(:keys))\n"
        "union select id from branch where parent in (select value from json_each(:keys));\n"
    )
    head = "-- feed: goods\n-- entity: branch.id\n-- identity: code\n-- field: words json\n"
    folder.write(head + f"-- name: items\nselect id as entity, code from branch where id {OF_IDS};\n" + notes)

    done = folder.run("feeds", "watch", "goods")

    assert "-- watch: note.branch_id via kin\n" in done.out
    assert "note.id" not in done.out


TWIN = "select title from article b where b.id = a.id"
OPENED_TWICE = {
    "by a view": "select id as entity, code, title from shown where id",
    "by a query in it": f"select id as entity, code, ({TWIN}) as title from article a where id",
    "by a join": "select a.id as entity, a.code, b.title from article a join article b using (id) where a.id",
    "by expressions": "with v as (select * from article), w as (select * from v)\n"
    "select a.id as entity, a.code, w.title from v a join w on w.id = a.id where a.id",
    "by a count": f"select id as entity, code, (select count(*) from ({TWIN})) as title from article a where id",
}


@pytest.mark.parametrize("query", OPENED_TWICE.values(), ids=OPENED_TWICE)
def test_the_line_of_the_entities_own_table_is_proposed_where_every_item_is_compared(folder, query):
    folder.change("create view shown as select a.* from article a join article b on b.id = a.id")
    folder.write(f"{HEAD}-- name: items\n{query} {OF_IDS};\n")
    checked = folder.run("feeds", "check", "goods", "--prove", "600")
    assert checked.lines("no line names it, so that every item is compared") != []
    assert checked.lines("article: proven: -- watch: article.id, which is to be said, covers every change tried") != []

    assert folder.run("feeds", "watch", "goods", "--write").out == "feeds.d/goods.sql: 1 line written\n"

    checked = folder.run("feeds", "check", "goods", "--prove", "600")
    assert checked.lines("every item is compared") == []
    assert checked.lines("article: proven: its lines cover every change tried") != []
    assert folder.run("feeds", "watch", "goods").out == "feeds.d/goods.sql: no line is missing\n"


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "4000"])
def test_seconds_that_are_none_are_refused(folder, seconds):
    folder.write(OF_WORDS)
    done = folder.run("feeds", "watch", "goods", f"--seconds={seconds}")

    assert done.status == 2
    assert done.err == f"saasexport: --seconds: {seconds} is not above 0 and up to 3600 seconds\n"


def test_where_there_was_no_time_more_is_asked_for(folder):
    folder.write(OF_WORDS)
    done = folder.run("feeds", "watch", "goods", "--seconds", "0.000001")

    assert done.lines("the time was over before all was tried; give it more: --seconds 2e-06") != []


def test_where_no_line_is_enough_that_is_said(folder):
    folder.write(OF_LISTS)
    done = folder.run("feeds", "watch", "goods")

    assert done.status == 1
    assert done.out == (
        "feeds.d/goods.sql: price_list: no line is enough; a via that finds it, or -- everything: price_list\n"
    )


@pytest.mark.sample(3)
@pytest.mark.parametrize("text", [OF_WORDS, OF_SHELF, OF_TAGS, OF_FAMILY, OF_PARENTS, OF_STAND])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_is_written_is_proven_and_lacks_nothing(folder, text, ending):
    path = folder.path / "feeds.d" / "goods.sql"
    path.write_bytes(text.replace("\n", ending).encode())
    path.chmod(0o640)
    done = folder.run("feeds", "watch", "goods", "--write")

    assert done.lines(" written")[0] in ("feeds.d/goods.sql: 1 line written", "feeds.d/goods.sql: 2 lines written")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in path.parent.iterdir()] == ["goods.sql"]
    assert path.read_bytes().count(b"\r\n") == (path.read_bytes().count(b"\n") if ending == "\r\n" else 0)
    proved = folder.run("feeds", "check", "goods", "--prove")
    assert (proved.status, proved.lines("would name it"), proved.lines("and no line names it")) == (0, [], [])
    again = folder.run("feeds", "watch", "goods", "--write")
    assert again.lines(" written") == []


def test_a_query_that_ends_without_a_semicolon_stays_one(folder):
    folder.write(OF_SHELF.rstrip().rstrip(";") + "  -- of the shop")
    folder.run("feeds", "watch", "goods", "--write")

    assert folder.run("feeds", "check", "goods").status == 0


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (OF_WORDS.replace("word from", "wort from"), "feeds.d/goods.sql:12: query words: no such column: wort"),
        (OF_WORDS.replace("-- entity: article.id\n", ""), "feeds.d/goods.sql: lacks the line -- entity: table.column"),
    ],
)
def test_a_file_with_faults_is_told_of_and_not_written(folder, text, line):
    folder.write(text)
    done = folder.run("feeds", "watch", "goods", "--write")

    assert (done.status, done.lines(line)) == (1, [line])
    assert (folder.path / "feeds.d" / "goods.sql").read_text() == text


def test_a_file_that_is_not_there_is_told_of(folder):
    done = folder.run("feeds", "watch", "feeds.d/none.sql")

    assert done.status == 2
    assert done.err.startswith("saasexport: there is no file feeds.d/none.sql, and no feed of this name in ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "sample", "feed"),
    [
        ("oscar", "django-oscar-4.2.1.sqlite", "products"),
        ("oscar", "django-oscar-4.2.1.sqlite", "prices"),
        ("oscar", "django-oscar-4.2.1.sqlite", "variants"),
        ("vendure", "vendure-3.7.3.sqlite", "products"),
        ("vendure", "vendure-3.7.3.sqlite", "orders"),
        ("vendure", "vendure-3.7.3.sqlite", "categories"),
    ],
)
def test_a_preset_without_any_line_gets_enough_of_them(tmp_path, monkeypatch, capsys, preset, sample, feed):
    shop = SHARED / "data" / "shops" / sample
    if not shop.exists():
        pytest.skip("needs the sample shops of ../shared")
    folder = Folder(tmp_path, monkeypatch, capsys, shop)
    text = (ROOT / "saasexport" / "presets" / preset / f"{feed}.sql").read_text()
    folder.write("".join(line for line in text.splitlines(keepends=True) if not line.startswith("-- watch:")), feed)

    done = folder.run("feeds", "watch", feed, "--seconds", "600", "--write")
    assert (done.status, len(done.lines(" lines written")), done.lines("enough")) == (0, 1, [])
    proved = folder.run("feeds", "check", feed, "--prove", "600")
    assert (proved.lines("would name it"), proved.lines("and no line names it")) == ([], [])
