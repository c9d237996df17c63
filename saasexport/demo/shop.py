"""Make the demo shop: the same seed makes the same shop, row by row.

A few hundred products are the shop of the one-minute demo; a hundred thousand are the catalogue of the
benchmarks.  The products that stand for a rule come first and once, whatever the number; the rest are
ordinary simple ones.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from random import Random

from saasexport.demo import (
    downloads,
    edges,
    families,
    known,
    links,
    media,
    options,
    orders,
    prices,
    reviews,
    sets,
    stock,
)
from saasexport.demo.attributes import write_attributes
from saasexport.demo.categories import category_id, write_categories
from saasexport.demo.choices import write_choices
from saasexport.demo.ordinary import write_ordinary
from saasexport.demo.product import Product, write_product
from saasexport.demo.rows import Rows
from saasexport.demo.scopes import write_scopes

# What the story changes.  The first is known in every store view; the second has products and categories
# below it; the third is part of nothing else, so that it can go without a trace.
PRODUCT_TO_RENAME, SKU_TO_RENAME = 1, "KL-ESP-HOUSE"
CATEGORY_TO_RENAME = category_id("tea")
PRODUCT_TO_DELETE, SKU_TO_DELETE = 3, "KL-MUG-CHIPPED"


def create_shop(path: Path | str, products: int = 300, seed: int = 1, today: date | None = None) -> None:
    """Make a shop database with at least the example products, filled up with ordinary ones to `products`.

    What depends on the day (special prices, rule prices, orders) is placed around `today`, in UTC.
    Raises FileExistsError rather than touch a file that is there.
    """
    if Path(path).exists():
        raise FileExistsError(f"{path} exists already")
    today = today or datetime.now(UTC).date()
    with closing(sqlite3.connect(path, isolation_level=None)) as shop:
        # Nobody else has the file open, and a crash leaves nothing worth keeping.
        shop.execute("pragma journal_mode = memory")
        shop.execute("pragma synchronous = off")
        shop.execute("begin")
        tables, indexes = _schema()
        for statement in tables:
            shop.execute(statement)
        _fill(shop, products, Random(seed), today)
        # Sorting once is several times faster than keeping each index sorted.
        for statement in indexes:
            shop.execute(statement)
        shop.execute("commit")


def example_products(today: date) -> tuple[Product, ...]:
    """The products that stand for a rule, in the order of their ids."""
    return (
        *known.KNOWN,
        *known.WITHOUT_PARTS,
        *edges.EDGES,
        *edges.on_sale(today),
        *edges.STOCKED,
        *families.family_products(),
        *sets.set_products(),
    )


def _schema() -> tuple[list[str], list[str]]:
    """The statements that make the tables, and those that make their indexes."""
    script = resources.files("saasexport.demo").joinpath("shop.sql").read_text("utf-8")
    statements = list(_statements(script))
    indexes = [statement for statement in statements if "\ncreate index" in f"\n{statement}"]
    return [statement for statement in statements if statement not in indexes], indexes


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if line.endswith(";\n") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _fill(shop: sqlite3.Connection, count: int, rng: Random, today: date) -> None:
    rows = Rows(shop)
    write_scopes(rows)
    write_attributes(rows)
    write_choices(rows)
    write_categories(rows)
    stock.write_sources(rows)
    products = example_products(today)
    ids = {product.sku: product_id for product_id, product in enumerate(products, 1)}
    for product in products:
        write_product(rows, ids[product.sku], product)
    families.write_families(rows, ids)
    sets.write_sets(rows, ids)
    media.write_media_examples(rows, ids)
    options.write_options(rows, ids)
    downloads.write_downloads(rows, ids)
    links.write_links(rows, ids)
    links.write_rewrites(rows, ids)
    prices.write_prices(rows, ids, today)
    reviews.write_reviews(rows, ids, today, rng)
    orders.write_orders(rows, {product.sku: (ids[product.sku], product) for product in products}, today, rng)
    rows.insert()
    write_ordinary(rows, len(products) + 1, count - len(products), rng)
