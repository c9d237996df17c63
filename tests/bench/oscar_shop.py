"""A large shop of django-oscar's shape, made at a path: python -m tests.bench.oscar_shop PATH [PRODUCTS]

Of a hundred products ninety stand alone, and two are parents of four children each.  Every number comes from a
product's id, so that a shop of one size is always the same.
"""

import sqlite3
import sys
from pathlib import Path

SCHEMA = Path(__file__).resolve().parent.parent / "presets" / "oscar.sql"

TEXT = "What the back of the box says, in as many words as the front of the box has colours. " * 3


def create(path, products=100_000):
    """Make the shop; it has as many products as asked, parents and children included."""
    shop = sqlite3.connect(path)
    shop.executescript(SCHEMA.read_text())
    shop.execute("insert into django_site values (1, 'shop.example', 'Shop')")
    shop.execute("insert into catalogue_productclass values (1, 'Thing', 'thing', 1)")
    shop.executemany(
        "insert into catalogue_productattribute values (?, ?, ?, ?, 0, 1)",
        [(1, "Size", "size", "option"), (2, "Maker", "maker", "text"), (3, "Pages", "pages", "integer")],
    )
    shop.executemany("insert into catalogue_attributeoption values (?, ?, 1)", enumerate("SMLX", 1))
    _fill_categories(shop)
    _fill_products(shop, products)
    shop.commit()
    shop.close()


def _fill_categories(shop):
    """Ten categories with ten below each."""
    for top in range(10):
        above = f"000{top}"
        shop.execute(
            "insert into catalogue_category (id, path, depth, name, slug) values (?, ?, 1, ?, ?)",
            (top * 11 + 1, above, f"Room {top}", f"room-{top}"),
        )
        for shelf in range(10):
            shop.execute(
                "insert into catalogue_category (id, path, depth, name, slug) values (?, ?, 2, ?, ?)",
                (top * 11 + shelf + 2, f"{above}000{shelf}", f"Shelf {shelf}", f"shelf-{shelf}"),
            )


def _fill_products(shop, products):
    for number in range(1, products + 1):
        place = number % 100
        # Of each hundred, 1 and 6 are parents, and the four after either are its children.
        parent = number - (place - 1) % 5 if 1 <= place <= 10 and place not in (1, 6) else None
        structure = "child" if parent else "parent" if place in (1, 6) else "standalone"
        shop.execute(
            "insert into catalogue_product (id, structure, upc, title, slug, description, product_class_id, parent_id)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                structure,
                f"{number:013}",
                "" if parent else f"Thing {number}",
                f"thing-{number}",
                "" if parent else TEXT,
                None if parent else 1,
                parent,
            ),
        )
        if not parent:
            shop.execute("insert into catalogue_productcategory values (null, ?, ?)", (number % 110 + 1, number))
            shop.execute(
                "insert into catalogue_productimage (original, product_id) values (?, ?)",
                (f"images/{number}.jpg", number),
            )
            shop.execute(
                "insert into catalogue_productattributevalue (product_id, attribute_id, value_text) values (?, 2, ?)",
                (number, f"Maker {number % 50}"),
            )
        else:
            shop.execute(
                "insert into catalogue_productattributevalue (product_id, attribute_id, value_option_id)"
                " values (?, 1, ?)",
                (number, number - parent),
            )
        if structure != "parent":
            shop.execute(
                "insert into partner_stockrecord"
                " (partner_id, product_id, partner_sku, price, num_in_stock, num_allocated) values (1, ?, ?, ?, ?, 0)",
                (number, f"sku-{number}", number % 1000 + 0.99, number % 20),
            )


if __name__ == "__main__":
    create(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
