"""saasexport feeds new: what it begins is a file that loads as it is, and with every line of it used."""

import re

import pytest

from saasexport.shapes import SHAPES
from tests.feed_files import Folder


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """The folder with the small shop."""
    return Folder(tmp_path, monkeypatch, capsys)


def fields_of(feed):
    """The fields that a feed's items have, but for what the exporter sets."""
    shape = SHAPES[feed]
    return {name for name in shape.item.fields if name not in ("deleted", shape.exported)}


def used(text):
    """A file all of whose lines are used: the dashes before optional columns and queries are taken away."""
    text = re.sub(r"^( +)-- (, )", r"\1\2", text, flags=re.MULTILINE)
    return re.sub(r"^-- (-- name: |select |       , |  from | where )", r"\1", text, flags=re.MULTILINE)


@pytest.mark.parametrize("feed", SHAPES)
def test_a_published_feed_has_every_field_and_loads_as_it_is_begun(folder, feed):
    done = folder.run("feeds", "new", feed, "--entity", "article.id")

    assert (done.status, done.err) == (0, "")
    assert done.lines("-- feed: ") == [f"-- feed: {feed}"]
    named = re.findall(r'(?: as "?|name: )(\w+)', done.out)
    assert fields_of(feed) - set(named) == set()
    for text in (done.out, used(done.out)):
        checked = folder.check(text)
        # It is loaded: what is said is about items only, or of tables that are compared.
        assert f"feeds.d/goods.sql: {feed}: " in checked.lines()[-1], checked.out
        assert re.findall("no such|is no field|unknown|column .* stands twice", checked.out) == []


def test_required_fields_come_first_then_those_that_may_be_null_then_optional_ones(folder):
    text = folder.run("feeds", "new", "products", "--entity", "article.id").out

    places = [text.index(f" {word}") for word in ("Required", "as sku", "Null where", "as type", "Optional", "as name")]
    assert places == sorted(places)
    assert "       , null as sku  -- a string that is not empty, identifies the item\n" in text
    prices = folder.run("feeds", "new", "prices", "--entity", "article.id").out
    assert "-- Exactly one of price and percentage must have a value.\n-- -- name: tierPrices\n" in prices


@pytest.mark.parametrize(
    ("entity", "identity", "fields"),
    [
        ("article.id", "id", ["id integer", "code text", "title text", "price text", "shelf_id integer"]),
        ("shelf.label", "label", ["id integer", "label text"]),
        ("option.name", "name", ["name text", "value text"]),
        ('"order".key', "key", ["key text", "total number", '"from" time', "paid boolean"]),
        ("ORDER.KEY", "key", ["total number", "deleted_of_order integer", "an_odd_one number"]),
    ],
)
def test_a_feed_of_an_own_name_has_the_columns_of_its_table(folder, entity, identity, fields):
    folder.change(
        'create table "order" ("key" varchar(9) primary key, total decimal(9, 2), "from" datetime, paid bool,'
        ' deleted int, "an odd one" real)'
    )
    folder.change("insert into \"order\" values ('k', 1.5, '2026-01-02 03:04:05', 1, 0, 2.5)")

    done = folder.run("feeds", "new", "things", "--entity", entity)

    assert (done.status, done.err) == (0, "")
    assert identity in done.lines("-- identity: ")[0]
    assert [field for field in fields if f"-- field: {field}" not in done.out] == []
    checked = folder.check(done.out)
    assert (checked.status, checked.lines("fault")) == (0, []), checked.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("things", "--entity", "shelve.id"), "the shop has no table shelve; did you mean shelf?"),
        (("things", "--entity", "shelf.ids"), "shelf has no column ids"),
        (("things", "--entity", "shelf"), "expected table.column"),
        (("Things", "--entity", "shelf.id"), "'Things' is no name of a feed"),
        (("things", "--entity", "shelf.id", "--shop", "none.sqlite"), "none.sqlite: the shop database does not exist"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder, arguments, said):
    done = folder.run("feeds", "new", *arguments)

    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_it_is_written_where_no_file_is_and_nothing_is_overwritten(folder):
    done = folder.run("feeds", "new", "prices", "--entity", "article.id", "--write")
    path = folder.path / "feeds.d" / "prices.sql"
    path.write_text(path.read_text() + "-- mine\n")

    again = folder.run("feeds", "new", "prices", "--entity", "shelf.id", "--write")

    assert (done.status, done.out.partition(";")[0]) == (0, "feeds.d/prices.sql written")
    assert again.status == 2
    assert "is there already, and is never overwritten" in again.err
    assert path.read_text().endswith("-- mine\n")


def test_a_published_feed_needs_neither_a_configuration_nor_a_shop(folder):
    (folder.path / "saasexport.toml").unlink()

    assert "-- entity: goods.id\n" in folder.run("feeds", "new", "products", "--entity", "goods.id").out
    refused = folder.run("feeds", "new", "things", "--entity", "shelf.id")
    assert "name the shop: --shop FILE" in refused.err
    assert "-- identity: id\n" in folder.run(
        "feeds", "new", "things", "--entity", "shelf.id", "--shop", "shop.sqlite"
    ).out
