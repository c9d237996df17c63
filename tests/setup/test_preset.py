"""A shop's preset is recognised by its tables, and its files are copied once."""

import sqlite3

import pytest

from saasexport.errors import ConfigError
from saasexport.presets import PRESETS
from saasexport.setup import preset
from tests.support import ROOT

SIMPLE = "create table product (sku text, name text, description text, price, quantity, image text, category text)"


def shop_of(*statements):
    """A shop in memory."""
    shop = sqlite3.connect(":memory:", isolation_level=None)
    for statement in statements:
        shop.execute(statement)
    return shop


def tables_of(kind):
    """What makes a shop one of this kind."""
    return [f'create table "{table}" ({", ".join(columns)})' for table, columns in kind.tables.items()]


@pytest.mark.parametrize("kind", PRESETS, ids=lambda kind: kind.name)
def test_a_shop_is_recognised_by_its_tables_and_columns(kind):
    assert preset.of_shop(shop_of(*tables_of(kind))) == kind


@pytest.mark.parametrize(
    ("statements", "lack"),
    [
        ([], "the table product"),
        (["create table product (sku, name, description, price, quantity, image)"], "the column category of product"),
        (["create table products (sku, name, description, price, quantity, image, category)"], "the table product"),
        (["create table catalog_product_entity (entity_id integer primary key, sku text)"], "the table product"),
    ],
)
def test_a_shop_that_lacks_something_is_none_and_what_it_lacks_is_named(statements, lack):
    shop = shop_of(*statements)

    assert preset.of_shop(shop) is None
    assert preset.lacking(preset.find("simple"), shop) == lack


def test_names_are_compared_as_sqlite_compares_them():
    assert preset.of_shop(shop_of(SIMPLE.upper())) == preset.find("simple")


def test_a_preset_that_is_none_is_refused_with_those_there_are():
    with pytest.raises(ConfigError, match="there is no preset 'oskar'") as error:
        preset.find("oskar")
    assert error.value.hint == "presets are: oscar, vendure, simple"


@pytest.mark.parametrize("kind", PRESETS, ids=lambda kind: kind.name)
def test_its_files_are_copied_into_a_folder_that_may_not_be_there(kind, tmp_path):
    folder = tmp_path / "a" / "feeds.d"

    copied = preset.copy(kind, str(folder))

    sources = {path.name: path.read_bytes() for path in (ROOT / "saasexport/presets" / kind.name).glob("*.sql")}
    assert copied.written == sorted(sources)
    assert copied.kept == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == sources


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    (tmp_path / "products.sql").write_text("-- mine")

    copied = preset.copy(preset.find("simple"), str(tmp_path))

    assert copied.kept == ["products.sql"]
    assert "products.sql" not in copied.written
    assert (tmp_path / "products.sql").read_text() == "-- mine"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"file.*: Not a directory"):
        preset.copy(preset.find("simple"), str(tmp_path / "file" / "feeds.d"))
