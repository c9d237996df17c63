"""What holds for the files of every preset, on shops of our own."""

import re
from fnmatch import fnmatch
from functools import cache

import pytest

from saasexport import presets
from tests.presets.assembling import FILES, SCRIPTS, FeedFile, assemble, faults, shop_of
from tests.presets.changes import change_by_change
from tests.support import ROOT

PRESETS = {preset.name: preset for preset in presets.PRESETS}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")


def open_file(path):
    """A file of a preset, and a shop of its kind."""
    return FeedFile(path), shop_of(*SCRIPTS[path.parent.name])


def test_every_folder_is_a_preset_which_has_each_feed_once():
    feeds = [(path.parent.name, FeedFile(path).feed) for path in FILES]
    assert len(feeds) == len(set(feeds))
    assert {name for name, _ in feeds} == {*PRESETS}


@pytest.mark.parametrize("shop", SCRIPTS)
@pytest.mark.parametrize("preset", PRESETS)
def test_a_shop_is_known_by_its_tables_and_no_other_is(preset, shop):
    tables = PRESETS[preset].tables
    connection = shop_of(*SCRIPTS[shop])
    columns = {table: {row[1] for row in connection.execute(f'pragma table_info("{table}")')} for table in tables}
    assert all(set(tables[table]) <= columns[table] for table in tables) == (preset == shop)


@each_file
def test_a_file_says_which_version_it_was_made_for(path):
    preset = PRESETS[path.parent.name]
    made_for = preset.title if preset.version else "a homemade shop"
    assert re.search(rf"^-- Made for {re.escape(made_for)}[.;,]", FeedFile(path).head, re.M)


@each_file
def test_a_head_has_no_unknown_word(path):
    words = {word for word, _ in FeedFile(path).directives}
    assert words <= {"feed", "entity", "watch", "everything", "unwatched"}


@each_file
def test_every_table_that_is_read_is_watched_and_no_other(path):
    file, shop = open_file(path)
    watched = {table for table, _, _ in file.watches} | file.everything
    assert set(file.reads(shop)) | {file.table} == watched | {file.table}
    for table, column, via in file.watches:
        assert column in {row[1] for row in shop.execute(f'pragma table_info("{table}")')}
        assert via is None or f"via_{via}" in file.queries
    assert {name[4:] for name in file.queries if name.startswith("via_")} == {via for _, _, via in file.watches} - {
        None
    }


@each_file
def test_the_service_takes_every_item(path):
    file, shop = open_file(path)
    items = assemble(file, shop, file.entities(shop))
    assert items
    assert faults(file, items) == set()


@each_file
def test_what_an_entity_gives_depends_on_the_shop_only(path):
    file, shop = open_file(path)
    ids = file.entities(shop)
    together = assemble(file, shop, ids)
    alone = {}
    for key in ids:
        alone |= assemble(file, shop, [key])
    assert together == alone


@pytest.mark.sample(1)
@each_file
def test_a_watch_names_every_entity_whose_items_a_change_changes(path):
    missed = [(change, differ) for change, differ, lines in trials(path) if not differ <= set().union(*lines.values())]
    assert missed == []


@pytest.mark.sample(1)
@each_file
def test_without_any_one_watch_a_change_is_missed(path):
    needed = set()
    for _, differ, lines in trials(path):
        needed |= {
            line
            for line in lines
            if not differ <= set().union(*(named for other, named in lines.items() if other != line))
        }
    # The line of the entity's own row says that no other row of its table is meant.
    file = FeedFile(path)
    assert {line for line in file.watches if line != (file.table, file.column, None)} <= needed


@cache
def trials(path):
    """The changes of a file's small shop, one by one."""
    return list(change_by_change(*open_file(path)))


OUTSIDE = [
    path
    for pattern in ("*.py", "*.sql")
    for path in sorted((ROOT / "saasexport").rglob(pattern))
    if not fnmatch(str(path), "*/presets/*")
]


COMMERCES = ("customer_group", "shipping_method")


def test_no_line_of_the_engine_or_the_service_is_about_a_shop_of_a_preset():
    tables = set()
    for path in FILES:
        file, shop = open_file(path)
        tables |= set(file.reads(shop)) | set(PRESETS[path.parent.name].tables)
    # A table whose name is a plain word can be told from the word only where SQL names it as a table;
    # two are names of Commerce, too.
    word = "|".join(sorted(table for table in tables if "_" in table and table not in COMMERCES))
    plain = "|".join(sorted(table for table in tables if "_" not in table))
    about = re.compile(rf'\b(?:{word})\b|\b(?:from|join|into|update) "?(?:{plain})"?(?=\s*$| as | where | join )', re.M)
    assert [(str(path.relative_to(ROOT)), hit[0]) for path in OUTSIDE if (hit := about.search(path.read_text()))] == []


def test_a_preset_that_was_made_for_no_version_names_none():
    titles = [preset.title for preset in PRESETS.values()]
    assert titles == ["django-oscar 4.2", "Vendure 3.7", "a shop of one table"]
