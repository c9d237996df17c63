"""What products are called in a shop whose feeds are its own files: their items say it."""

import json
import sqlite3
from contextlib import closing

import pytest

from saasexport.dashboard import names
from saasexport.dashboard.items import Item
from saasexport.setup.opening import open_installation
from tests.feed_files import OF_IDS, Folder

SHOP = """
create table piece (code text primary key, title text, german text, price text);
insert into piece values ('a', 'Apple', 'Apfel', '1'), ('b', 'Bread', null, '2'), ('c', null, 'Tasse', '3'),
                         ('d', x'ff', 'kaputt', '4'), ('00123', 'Nut', 'Mutter', '5');
"""

FIELDS = (
    "'main' as storeCode, 'base' as websiteCode, number_of(code) as productId, 'Enabled' as status, '0' as taxClassId,"
    " '2026-01-01' as createdAt, '2026-01-01' as updatedAt, 'Catalog' as visibility"
)
PRODUCTS = (
    "-- feed: products\n-- entity: piece.code\n-- name: items\n"
    + "\nunion all\n".join(
        f"select code as entity, 'sku-' || code as sku, '{view}' as storeViewCode, {name} as name, {FIELDS}\n"
        f"  from piece where code {OF_IDS}"
        for view, name in (("en", "title"), ("de", "german"))
    )
    + ";\n"
)
BY_SKU = (
    "-- name: id_sku\nselect code from piece where 'sku-' || code in (select value from json_each(:keys));\n"
)
PRICES = (
    "-- feed: prices\n-- entity: piece.code\n-- name: items\nselect code as entity, 'sku-' || code as sku,"
    " number_of(code) as productId, 'base' as websiteCode, '0' as customerGroupCode, 'SIMPLE' as type,"
    f" price as regular from piece where code {OF_IDS};\n"
)


@pytest.fixture
def installation(request, tmp_path, monkeypatch, capsys):
    """One whose products come from a file, and prices."""
    folder = Folder(tmp_path, monkeypatch, capsys, SHOP)
    folder.write(PRODUCTS + getattr(request, "param", BY_SKU), "products")
    folder.write(PRICES, "prices")
    (tmp_path / "saasexport.toml").unlink()
    assert folder.run("init", "--shop", "shop.sqlite").status == 0
    made = open_installation(str(tmp_path / "saasexport.toml"), read_only=True)
    yield made
    made.close()


def shown(code):
    """A row of a list."""
    return Item(1, code, "", json.dumps({"sku": f"sku-{code}"}), 0, 200, None, None, "")


@pytest.mark.parametrize(
    ("code", "called"),
    [
        ("a", {"sku-a": "Apple"}),
        ("b", {"sku-b": "Bread"}),
        ("c", {"sku-c": "Tasse"}),
        ("d", {"sku-d": "kaputt"}),
        ("00123", {"sku-00123": "Nut"}),
        ("gone", {}),
    ],
)
@pytest.mark.parametrize("feed", ["products", "prices"])
def test_a_list_has_the_names_that_the_items_have(installation, feed, code, called):
    assert names.of_items(installation, installation.all_feeds[feed], [shown(code)]) == called


def test_all_of_a_list_are_named_at_once(installation):
    skus = names.of_items(installation, installation.all_feeds["products"], map(shown, ("b", "a", "gone", "a")))
    assert skus == {"sku-a": "Apple", "sku-b": "Bread"}


@pytest.mark.parametrize("installation", [""], indirect=True)
def test_without_a_query_by_sku_the_lists_of_other_feeds_have_no_names(installation):
    rows = [shown("a"), shown("b")]
    assert names.of_items(installation, installation.all_feeds["prices"], rows) == {}
    assert names.of_items(installation, installation.all_feeds["products"], rows[:1]) == {"sku-a": "Apple"}


@pytest.mark.parametrize("feed", ["products", "prices"])
def test_a_shop_that_cannot_be_read_names_nothing(installation, feed):
    with closing(sqlite3.connect(installation.config["shop.database"])) as shop:
        shop.execute("drop table piece")
    assert names.of_items(installation, installation.all_feeds[feed], [shown("a")]) == {}
