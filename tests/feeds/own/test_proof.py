"""feeds check --prove: what the lines of a file miss, tried on a copy of a small shop."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.feed_files import HEAD, OF_IDS, Folder
from tests.support import ROOT, SHARED

# Seconds in which everything is tried, however busy the machine is.
ENOUGH = "600"

NAMES = f"""
-- name: items
select id as entity, code, title from article where id {OF_IDS};
"""
LABELS = f"""
-- name: words
select article_id as entity, word from label where article_id {OF_IDS} order by id;
"""
SHELF = f"""
-- name: items
select article.id as entity, code, label as shelf
  from article
  left join shelf on shelf.id = shelf_id
 where article.id {OF_IDS};
"""
VIA_SHELF = """
-- name: via_shelf
select id from article where shelf_id in (select value from json_each(:keys));
"""
# A child shows its parent's title, a parent how many children it has.
FAMILY = f"""
-- name: items
select article.id as entity, article.code, parent.title as family,
       (select count(*) from article as child where child.family_id = article.id) as children
  from article
  left join article as parent on parent.id = article.family_id
 where article.id {OF_IDS};
"""
VIA_FAMILY = """
-- name: via_family
select value from json_each(:keys)
union select id from article where family_id in (select value from json_each(:keys))
union select family_id from article where id in (select value from json_each(:keys));
"""
VIA_CHILDREN = """
-- name: via_family
select value from json_each(:keys)
union select id from article where family_id in (select value from json_each(:keys));
"""
JSON_WORDS = "-- field: words json\n"
OF_SHELF = "-- field: shelf text\n"
OF_FAMILY = "-- field: family text\n-- field: children integer\n"
GIFTS = f"""
-- name: gifts
select article_id as entity, name from gift where article_id {OF_IDS};
"""


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """The folder with the small shop."""
    return Folder(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + JSON_WORDS + NAMES + LABELS,
            "feeds.d/goods.sql:9: note: label: no line names it, and when its row 1 has another word, entity 1 changes"
            "; -- watch: label.article_id would name it",
        ),
        (
            HEAD + JSON_WORDS + "-- watch: label.article_id\n" + NAMES + LABELS,
            "feeds.d/goods.sql:5: note: label: proven: its lines cover every change tried",
        ),
        (
            HEAD + JSON_WORDS + "-- unwatched: label, words are seldom new\n" + NAMES + LABELS,
            None,
        ),
        (
            HEAD + JSON_WORDS + "-- everything: label\n" + NAMES + LABELS,
            "feeds.d/goods.sql:5: note: label: proven: its lines cover every change tried",
        ),
        (
            HEAD + OF_SHELF + SHELF + VIA_SHELF,
            "-- watch: shelf.id via shelf would name it",
        ),
        (
            HEAD + OF_FAMILY + FAMILY + VIA_FAMILY,
            "note: article: no line names it, and when its row 2 has another family_id, entity 1 changes",
        ),
        (
            HEAD + "-- field: gifts json\n" + NAMES + GIFTS,
            "feeds.d/goods.sql:9: note: gift: not proven: no row shows what a change of it leads to",
        ),
        (
            HEAD + "-- field: gifts json\n-- watch: gift.article_id\n" + NAMES + GIFTS,
            "feeds.d/goods.sql:5: note: gift: not proven: no row shows what a change of it leads to",
        ),
        (
            HEAD + JSON_WORDS + "-- watch: label.article_id\n-- watch: label.id via label\n" + NAMES + LABELS
            + "-- name: via_label\nselect article_id from label where id in (select value from json_each(:keys));",
            "feeds.d/goods.sql:6: note: -- watch: label.id via label: not needed: another line covers it in this shop",
        ),
    ],
)  # fmt: skip
def test_nothing_is_wrong_with_lines_that_name_all_and_with_tables_without_lines(folder, text, expected):
    done = folder.check(text, "--prove", ENOUGH)

    assert (done.status, done.err) == (0, "")
    if expected is None:
        assert done.lines("label: ") == []
    else:
        assert len(done.lines(expected)) == 1, done.out


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            HEAD + JSON_WORDS + "-- watch: label.id\n" + NAMES + LABELS,
            "label: when its row 2 has another word, entity 1 changes, and no line names it: "
            "-- watch: label.article_id would",
        ),
        (
            HEAD + OF_SHELF + "-- watch: shelf.label\n" + SHELF + VIA_SHELF,
            ", and no line names it: -- watch: shelf.id via shelf would",
        ),
        (
            # Too few: a parent is not named by its children.
            HEAD + OF_FAMILY + "-- watch: article.id via family\n" + FAMILY + VIA_CHILDREN,
            ", and no line names it: -- watch: article.family_id would",
        ),
        (
            # The via finds the parent in the child's row, which is gone.
            HEAD + OF_FAMILY + "-- watch: article.id via family\n" + FAMILY + VIA_FAMILY,
            "is deleted, entity 1 changes, and no line names it: -- watch: article.family_id would",
        ),
        (
            HEAD + OF_SHELF + "-- everything: shelf.label in ('top')\n" + SHELF,
            "shelf: when its row 2 has another label, entity 3 changes, and no line names it"
            "; a via that finds it, or -- everything:, is needed",
        ),
    ],
)
def test_a_line_that_misses_something_is_a_fault(folder, text, expected):
    done = folder.check(text, "--prove", ENOUGH)

    assert (done.status, done.err) == (1, "")
    assert len(done.lines(expected)) == 1, done.out
    assert done.lines(expected)[0].startswith("feeds.d/goods.sql:")
    assert ": note: " not in done.lines(expected)[0]


# The columns of `rack` lead nowhere but by chance: its ids are those of articles, its switch is the id of an article.
RACKS = """
create table rack (id integer primary key, is_open integer, article_id integer references article(id), label text);
insert into rack values (1, 1, 2, 'left'), (2, 1, 3, 'right'), (3, 1, 1, 'middle');
create table lamp (id integer primary key, is_on integer, rack_id integer references rack(id), colour text);
insert into lamp values (1, 1, 1, 'red'), (2, 1, 2, 'green'), (3, 1, 3, 'blue');
create table door (id integer primary key, is_shut integer, colour text);
insert into door values (1, 1, 'brown');
"""
BY_RACK = "-- field: seen text\n"
VIA_RACK = """
-- name: via_rack
select article_id from rack where id in (select value from json_each(:keys));
"""
VIA_LATER = """
-- name: via_later
select id from article where id >= (select min(value) from json_each(:keys));
"""


def seen(source):
    """The items, with a text of another table."""
    return (
        "-- name: items\nselect article.id as entity, code, seen.text as seen from article "
        f"left join ({source}) as seen on seen.id = article.id where article.id {OF_IDS};\n"
    )


OF_RACKS = seen("select article_id as id, label as text from rack")
OF_LAMPS = seen("select article_id as id, colour as text from rack join lamp on rack_id = rack.id")
OF_DOORS = seen("select article.id, colour as text from article, door")


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [
        (OF_RACKS, "rack", "-- watch: rack.article_id would name it"),
        (OF_RACKS + VIA_RACK, "rack", "-- watch: rack.article_id would name it"),
        (OF_LAMPS + VIA_RACK, "lamp", "-- watch: lamp.rack_id via rack would name it"),
        (OF_LAMPS, "lamp", "only -- everything: lamp is known to"),
        (OF_DOORS + VIA_LATER, "door", "only -- everything: door is known to"),
    ],
)
def test_a_line_that_names_by_chance_only_is_not_proposed(folder, text, table, expected):
    with closing(sqlite3.connect(folder.path / "shop.sqlite")) as connection:
        connection.executescript(RACKS)
    done = folder.check(HEAD + BY_RACK + text, "--prove", ENOUGH)

    [line] = done.lines(f"{table}: no line names it, and when")
    assert line.endswith(expected)


def test_a_family_is_watched_by_two_lines(folder):
    lines = "-- watch: article.id via family\n-- watch: article.family_id\n"
    done = folder.check(HEAD + OF_FAMILY + lines + FAMILY + VIA_FAMILY, "--prove", ENOUGH)

    assert done.status == 0, done.out
    assert done.lines("article: proven: its lines cover every change tried")


def test_the_shop_is_not_changed_and_its_triggers_see_nothing(folder):
    with closing(sqlite3.connect("shop.sqlite")) as shop:
        shop.executescript(
            "create table seen (word); create trigger t after update on label begin insert into seen values (1); end;"
            "create trigger d after delete on label begin select raise(abort, 'kept'); end;"
        )
    before = (folder.path / "shop.sqlite").read_bytes()
    done = folder.check(HEAD + JSON_WORDS + NAMES + LABELS, "--prove", ENOUGH)

    assert done.lines("-- watch: label.article_id would name it")
    assert (folder.path / "shop.sqlite").read_bytes() == before


TEXTS = """
create table article (code text primary key, title text) without rowid;
create table label (article text, word text, primary key (article, word)) without rowid;
insert into article values ('007', 'Bond'), ('7', 'Seven'), ('ä', 'Umlaut');
insert into label values ('007', 'spy'), ('7', 'dwarfs'), ('ä', 'a');
"""
BY_CODE = "in (select value from json_each(:ids))"


@pytest.mark.parametrize(("line", "status"), [("-- watch: label.article\n", 0), ("-- watch: label.word\n", 1)])
def test_keys_may_be_texts_and_tables_without_rowid(tmp_path, monkeypatch, capsys, line, status):
    folder = Folder(tmp_path, monkeypatch, capsys, TEXTS)
    done = folder.check(
        "-- feed: goods\n-- entity: article.code\n-- identity: code\n-- field: words json\n" + line
        + f"-- name: items\nselect code as entity, code, title from article where code {BY_CODE};\n"
        + f"-- name: words\nselect article as entity, word from label where article {BY_CODE};\n",
        "--prove", ENOUGH,
    )  # fmt: skip

    assert done.status == status, done.out


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "1e9"])
def test_seconds_that_are_none_are_refused(folder, seconds):
    done = folder.check(HEAD + NAMES, f"--prove={seconds}")

    assert done.status == 2
    assert done.err == f"saasexport: --prove: {seconds} is not above 0 and up to 3600 seconds\n"


def test_the_file_may_stand_behind_prove(folder):
    folder.write(HEAD + JSON_WORDS + NAMES + LABELS)
    done = folder.run("feeds", "check", "--prove", "feeds.d/goods.sql")

    assert done.lines("-- watch: label.article_id would name it")


@pytest.mark.parametrize(
    "title",
    [
        "uuid_of('article', id)",
        "uuid_of('a kind', title) || id",
        "md5(title)",
        "loud(title)",
        "loud(uuid_of('article', LOUD(title)))",
    ],
)
def test_queries_call_our_functions_and_those_of_their_module_on_the_copy_too(folder, title):
    (folder.path / "feeds.d" / "goods.py").write_text('FUNCTIONS = {"loud": (1, str.upper)}\n')
    names = f"-- name: items\nselect id as entity, code, {title} as title from article where id {OF_IDS};\n"
    done = folder.check(HEAD + JSON_WORDS + "-- watch: label.article_id\n" + names + LABELS, "--prove", ENOUGH)

    assert (done.status, done.err) == (0, "")
    assert done.lines("label: proven: its lines cover every change tried")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + JSON_WORDS + NAMES + LABELS,
        HEAD + JSON_WORDS + "-- watch: label.id\n" + NAMES + LABELS,
        HEAD + OF_SHELF + SHELF + VIA_SHELF,
        HEAD + OF_SHELF + "-- watch: shelf.label\n" + SHELF,
        HEAD + OF_FAMILY + FAMILY + VIA_FAMILY,
    ],
)
def test_what_there_was_no_time_to_try_is_not_claimed(folder, text):
    done = folder.check(text, "--prove", "0.000001")

    assert len(done.lines("the time was over when 0 of 3 entities were tried; more: --prove SECONDS")) == 1
    for claim in ("is known to", "is needed", " would", ": proven: ", "no row shows"):
        assert done.lines(claim) == []


SHOPS = {"oscar": "django-oscar-4.2.1.sqlite", "vendure": "vendure-3.7.3.sqlite", "simple": ""}

# A few of the lines that `without_a_line` gives, and what is told without them.
SOME = (
    ("oscar", "products", "-- watch: catalogue_category.id via assigned", ": -- watch: catalogue_category.id via"),
    ("oscar", "orders", "-- watch: auth_user.id via user", "-- watch: auth_user.id via user would name it"),
    ("oscar", "products", "-- watch: catalogue_productrecommendation.primary_id", "no row shows"),
    ("vendure", "categories", "-- watch: collection.parentId", "-- watch: collection.parentId would"),
    ("vendure", "categories", "-- everything: channel", "only -- everything: channel is known to"),
    (
        "vendure",
        "inventory_stock_status",
        "-- watch: stock_level.productVariantId via variant",
        "-- watch: stock_level.productVariantId via variant would name it",
    ),
    (
        "simple",
        "product_attributes",
        "-- watch: product.sku via first",
        "when its rows 1, 2 are inserted or deleted, entity k changes; only -- everything: product is known to",
    ),
    ("vendure", "prices", "-- watch: product.id", "product: proven: -- watch: product.id, which "),
)


def without_a_line():
    """Each line of a preset that watches, with the text of the file without it."""
    for preset in SHOPS:
        for path in sorted((ROOT / "saasexport" / "presets" / preset).glob("*.sql")):
            lines = path.read_text().splitlines(keepends=True)
            for number, line in enumerate(lines):
                if line.startswith(("-- watch:", "-- everything:")):
                    text = "".join(lines[:number] + lines[number + 1 :])
                    yield pytest.param(preset, line.strip(), text, id=f"{preset}/{path.stem}:{number + 1}")


def told_without(folder, line, text):
    """What is told of a line's table when a file is without it, and not only that every item is compared."""
    done = folder.check(text, "--prove", ENOUGH)
    assert done.err == ""
    table = line.split(":")[1].strip().partition(".")[0].strip('"')
    [shown] = [each for each in done.lines(f": {table}: ") if "every item is compared" not in each]
    return shown


def sample(preset):
    """The sample shop of a preset; as SQL, that of one table."""
    if not SHOPS[preset]:
        return (ROOT / "tests" / "presets" / f"{preset}.sql").read_text()
    path = SHARED / "data" / "shops" / SHOPS[preset]
    if not path.exists():
        pytest.skip("needs the sample shops of ../shared")
    return path


@pytest.mark.sample(1)
@pytest.mark.parametrize(("preset", "feed", "line", "expected"), SOME)
def test_some_lines_of_presets_are_named_when_they_are_not_there(
    tmp_path, monkeypatch, capsys, preset, feed, line, expected
):
    folder = Folder(tmp_path, monkeypatch, capsys, sample(preset))
    text = (ROOT / "saasexport" / "presets" / preset / f"{feed}.sql").read_text()
    assert f"{line}\n" in text

    assert expected in told_without(folder, line, text.replace(f"{line}\n", "", 1))


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "line", "text"), list(without_a_line()))
def test_a_preset_without_one_of_its_lines_is_told_of(tmp_path, monkeypatch, capsys, preset, line, text):
    shown = told_without(Folder(tmp_path, monkeypatch, capsys, sample(preset)), line, text)

    assert line in shown or any(
        part in shown for part in ("no line names it", "no row shows", "covers every change", "cover every change")
    )


@pytest.mark.parametrize("preset", SHOPS)
@pytest.mark.slow
def test_no_line_of_a_preset_misses_anything_in_its_sample(tmp_path, monkeypatch, capsys, preset):
    folder = Folder(tmp_path, monkeypatch, capsys, sample(preset))
    for path in sorted((ROOT / "saasexport" / "presets" / preset).glob("*.sql")):
        folder.write(path.read_text(), path.stem)
    told = folder.objects("feeds", "check", "--prove", ENOUGH)

    faults = [fault["text"] for each in told for fault in each["faults"]]
    assert [text for text in faults if "3 items with one identity" not in text] == []
    assert [note["text"] for each in told for note in each["notes"] if "no line names it" in note["text"]] == []


def test_json_has_the_faults(folder):
    folder.write(HEAD + JSON_WORDS + "-- watch: label.id\n" + NAMES + LABELS)
    done = folder.run("feeds", "check", "goods", "--prove", ENOUGH, "--json")

    assert [fault["line"] for fault in json.loads(done.out)[0]["faults"]] == [5]
