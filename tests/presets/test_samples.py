"""The presets on shops that their makers' own programs filled: every item is one that the service takes."""

import sqlite3
from contextlib import closing

import pytest

from tests.presets.assembling import FOLDER, FeedFile, add_functions, assemble, faults
from tests.support import SHARED

SHOPS = SHARED / "data" / "shops"

OSCAR = {
    "categories": 7,
    "inventory_stock_status": 203,
    "orders": 301,
    "prices": 203,
    "product_attributes": 10,
    "products": 209,
    "rating_metadata": 1,
    "reviews": 130,
    "scopes_customer_group": 1,
    "scopes_website": 1,
    "variants": 8,
}

# Three variants of one product share a SKU, so that the engine sets two of three aside.
VENDURE = {
    "categories": 10,
    "inventory_stock_status": 88,
    "orders": 157,
    "prices": 88,
    "product_attributes": 21,
    "products": 101,
    "scopes_customer_group": 0,
    "scopes_website": 1,
    "variants": 47,
}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("preset", "sample", "counts"),
    [("oscar", "django-oscar-4.2.1.sqlite", OSCAR), ("vendure", "vendure-3.7.3.sqlite", VENDURE)],
)
def test_every_item_of_a_sample_is_valid(preset, sample, counts):
    if not (SHOPS / sample).is_file():
        pytest.skip(f"needs the sample {sample}")
    with closing(sqlite3.connect(f"file:{SHOPS / sample}?mode=ro", uri=True)) as connection:
        shop = add_functions(connection)
        numbers = {}
        for name in counts:
            file = FeedFile(FOLDER / preset / f"{name}.sql")
            items = assemble(file, shop, file.entities(shop))
            assert faults(file, items) == set()
            numbers[name] = sum(map(len, items.values()))
    assert counts == numbers
