"""A shop made many times over: python -m tests.bench.large_shop SHOP PATH TIMES

Every product of a shop of Commerce's schema, with all that belongs to it, stands there so many times: ids are shifted,
SKUs, URL keys, request paths and names of files get a number.  What products share (stores, attributes, categories)
stays as it is.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

PRODUCT_TABLES = (
    "catalog_product_entity",
    *(f"catalog_product_entity_{kind}" for kind in ("int", "varchar", "text", "decimal", "datetime")),
    "catalog_product_website",
    "catalog_category_product",
    "catalog_product_entity_media_gallery",
    "catalog_product_entity_media_gallery_value",
    "catalog_product_entity_media_gallery_value_to_entity",
    "catalog_product_entity_media_gallery_value_video",
    "catalog_product_entity_tier_price",
    "catalogrule_product_price",
    "catalog_product_link",
    "catalog_product_relation",
    "catalog_product_super_attribute",
    "catalog_product_super_link",
    "catalog_product_bundle_option",
    "catalog_product_bundle_option_value",
    "catalog_product_bundle_selection",
    "catalog_product_option",
    "catalog_product_option_title",
    "catalog_product_option_type_value",
    "cataloginventory_stock_item",
    "downloadable_link",
    "downloadable_link_title",
    "downloadable_link_price",
    "inventory_source_item",
    "inventory_reservation",
    "url_rewrite",
)

SHIFTED = {"product_id", "parent_id", "child_id", "linked_product_id", "parent_product_id"}
# Keys of rows that belong to products, and of what refers to them; value_id means a file of a gallery only there.
OWNED = {"link_id", "option_id", "selection_id", "option_type_id"}


def create(source, path, times):
    """Make the shop."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as given, closing(sqlite3.connect(path)) as shop:
        given.backup(shop)
        shop.execute("pragma synchronous = off")
        shop.execute("update catalogrule_product_price set rule_date = date('now')")
        present = {row[0] for row in shop.execute("select name from sqlite_master where type = 'table'")}
        for table in PRODUCT_TABLES:
            if table in present:
                _multiply(shop, table, times)
        shop.commit()
        shop.execute("analyze")
        shop.execute("delete from sqlite_stat1")
        shop.commit()


def _multiply(shop, table, times):
    columns = list(shop.execute(f"pragma table_info({table})"))
    keys = [column[1] for column in columns if column[5]]
    names, values = [], []
    for _, name, kind, *_, key in columns:
        if _is_shifted(table, name):
            value = f"{name} + :number * 10000000"
        elif key and len(keys) == 1 and "int" in kind.lower():
            continue  # a number of the row's own
        elif name in ("sku", "request_path") or (name == "value" and table == "catalog_product_entity_media_gallery"):
            value = f"case when {name} is not null then {name} || '-' || :number end"
        elif name == "value" and table == "catalog_product_entity_varchar":
            value = f"case when attribute_id in ({URL_KEY}) then {name} || '-' || :number else {name} end"
        else:
            value = name
        names.append(name)
        values.append(value)
    # From a copy, or the second time would copy what the first one made.
    shop.execute(f"create temp table original as select * from {table}")
    for number in range(1, times):
        shop.execute(
            f"insert into {table} ({', '.join(names)}) select {', '.join(values)} from original", {"number": number}
        )
    shop.execute("drop table original")


URL_KEY = "select attribute_id from eav_attribute where attribute_code = 'url_key'"


def _is_shifted(table, name):
    if name in SHIFTED:
        return True
    if name == "entity_id":
        return table != "catalog_category_product"
    if name == "value_id":
        return "media_gallery" in table
    return name in OWNED and (table.startswith(("catalog_product_", "downloadable_")))


if __name__ == "__main__":
    create(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
