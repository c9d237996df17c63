"""A small shop for tests of what products, stock and variants say; each test adds the rows it is about.

Two websites: `base` with the store views `default` (1) and `french` (3), and `b2b` with `trade` (2).  The default
stock sells on `base`, stock 10 with the sources `eu` and `us` on `b2b`.
"""

import sqlite3
from pathlib import Path

from saasexport.capture import changelog, triggers
from saasexport.database import db
from saasexport.feed import Shop
from saasexport.feeds.products.assembly import attributes_to_read
from saasexport.feeds.products.batch import load
from tests.tiny import feed_table

SCHEMA = Path(__file__).resolve().parents[2] / "saasexport" / "demo" / "shop.sql"

NAME, STATUS, TAX_CLASS, SEPARATELY, LINKS_TITLE, COLOUR, SIZE = 73, 97, 132, 127, 129, 93, 94

BASE = """
insert into store_website (website_id, code, default_group_id) values (0, 'admin', 0), (1, 'base', 1), (2, 'b2b', 2);
insert into store_group (group_id, website_id, code, name, root_category_id, default_store_id) values
    (0, 0, 'default', 'Default', 0, 0), (1, 1, 'main', 'Main', 2, 1), (2, 2, 'wholesale', 'Wholesale', 2, 2);
insert into store (store_id, code, website_id, group_id, name) values
    (0, 'admin', 0, 0, 'Admin'), (1, 'default', 1, 1, 'English'), (2, 'trade', 2, 2, 'Trade'),
    (3, 'french', 1, 1, 'French');
insert into core_config_data (scope, scope_id, path, value) values
    ('default', 0, 'web/unsecure/base_url', 'http://shop/'),
    ('websites', 2, 'web/unsecure/base_url', 'http://trade/');
insert into tax_class (class_id, class_name, class_type) values (2, 'Taxable Goods', 'PRODUCT');
insert into eav_entity_type (entity_type_id, entity_type_code, entity_model) values
    (3, 'catalog_category', ''), (4, 'catalog_product', '');
insert into eav_attribute_set (attribute_set_id, entity_type_id, attribute_set_name) values (4, 4, 'Default');
insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type, frontend_label) values
    (73, 4, 'name', 'varchar', 'Name'), (97, 4, 'status', 'int', 'Status'),
    (132, 4, 'tax_class_id', 'int', 'Tax Class'), (127, 4, 'links_purchased_separately', 'int', null),
    (129, 4, 'links_title', 'varchar', null), (93, 4, 'colour', 'int', 'Colour'), (94, 4, 'size', 'int', 'Size');
insert into catalog_eav_attribute (attribute_id) values (73), (97), (132), (127), (129), (93), (94);
insert into catalog_product_link_type (link_type_id, code) values (1, 'related'), (3, 'super');
insert into catalog_product_link_attribute
    (product_link_attribute_id, link_type_id, product_link_attribute_code, data_type) values
    (1, 1, 'position', 'int'), (2, 3, 'position', 'int'), (3, 3, 'qty', 'decimal');
insert into cataloginventory_stock (stock_id, website_id, stock_name) values (1, 0, 'Default');
insert into inventory_source (source_code, name, enabled, country_id, postcode) values
    ('default', 'Default', 1, 'US', '0'), ('eu', 'Europe', 1, 'FR', '0'), ('us', 'America', 1, 'US', '0');
insert into inventory_stock (stock_id, name) values (1, 'Default'), (10, 'Trade');
insert into inventory_source_stock_link (stock_id, source_code, priority) values
    (1, 'default', 1), (10, 'eu', 1), (10, 'us', 2);
insert into inventory_stock_sales_channel (type, code, stock_id) values
    ('website', 'base', 1), ('website', 'b2b', 10);
"""


class Catalogue:
    """A shop in a file, its rows added in few words."""

    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("pragma foreign_keys = on")
        self.db.execute("pragma synchronous = off")  # a test's shop need not outlive a power cut
        self.run(f"begin;\n{SCHEMA.read_text()}\n{BASE}\ncommit;")

    def run(self, sql):
        self.db.executescript(sql)

    def add(self, table, **row):
        """Insert a row."""
        names, marks = ", ".join(row), ", ".join("?" for _ in row)
        self.db.execute(f"insert into {table} ({names}) values ({marks})", tuple(row.values()))

    def product(self, product_id, sku, type_id="simple", websites=(1,), status=1):
        """A product of some websites with a name and a status."""
        self.add("catalog_product_entity", entity_id=product_id, sku=sku, type_id=type_id, attribute_set_id=4)
        for website_id in websites:
            self.add("catalog_product_website", product_id=product_id, website_id=website_id)
        self.value(product_id, NAME, f"Product {sku}", table="varchar")
        if status is not None:
            self.value(product_id, STATUS, status)

    def value(self, product_id, attribute_id, value, store_id=0, table="int"):
        """A value of an attribute."""
        self.add(
            f"catalog_product_entity_{table}",
            entity_id=product_id,
            attribute_id=attribute_id,
            store_id=store_id,
            value=value,
        )

    def stock_item(self, product_id, qty=100, is_in_stock=1, **settings):
        """The product's stock item; a setting given is the item's own."""
        row = {"manage_stock": 1}
        for name, value in settings.items():
            row[name] = value
            row[f"use_config_{name}"] = 0
        self.add(
            "cataloginventory_stock_item",
            product_id=product_id,
            stock_id=1,
            qty=qty,
            is_in_stock=is_in_stock,
            **row,
        )

    def source_item(self, source_code, sku, quantity, status=1):
        """What lies in a source."""
        self.add("inventory_source_item", source_code=source_code, sku=sku, quantity=quantity, status=status)

    def configure(self, path, value, scope="default", scope_id=0):
        """A value of the configuration."""
        self.db.execute(
            "insert or replace into core_config_data (scope, scope_id, path, value) values (?, ?, ?, ?)",
            (scope, scope_id, path, value),
        )

    def entities(self, feed, *ids):
        """What a feed assembles for these entities, or for all that it walks."""
        shop = Shop(self.db)
        if not ids:
            ids = [row[0] for row in shop.rows(feed.walk, after=-1, limit=1000)]
        return list(feed.assemble(shop, ids))

    def items(self, feed, *ids):
        """The items of a feed by their identity, joined with a stroke."""
        found = {}
        for entity in self.entities(feed, *ids):
            for part in entity.parts:
                assert not part.keys() & entity.common.keys()
                item = {**entity.common, **part}
                found["/".join(item[name] for name in feed.identity)] = item
        return found

    def area(self, module, *ids):
        """What an area of the products feed says: product -> store view's code -> fields; and the raw answer."""
        shop = Shop(self.db)
        batch = load(shop, ids, attributes_to_read(shop))
        fields = module.area(shop, batch)
        found = {}
        for product_id, views in batch.views.items():
            for view in views:
                common = fields.common.get(product_id, {})
                own = fields.by_view.get(product_id, {}).get(view.id, {})
                assert not common.keys() & own.keys()
                found.setdefault(product_id, {})[view.code] = {**common, **own}
        return found, fields

    def count(self, feed):
        """What the feed says a full sync would produce."""
        return self.db.execute(feed.count, {"since": "", "after": -1, "upto": 10**9}).fetchone()[0]

    def shop(self):
        """The shop as a pass sees it now."""
        return Shop(self.db)

    def touched(self, feed, sql, on_record=()):
        """The entities that a change of the shop leads to; "everything" if the feed is walked anew."""
        triggers.install(self.db, [feed], "test")
        cursor = changelog.head(self.db, feed)[0]
        self.run(sql)
        ours = sqlite3.connect(":memory:", isolation_level=None)
        db.install(ours)
        feed_table(ours, feed)
        for entity_id in on_record:
            row = (entity_id, str(entity_id), "{}", "x", "2026-11-23 12:00:00")
            ours.execute(
                f"insert into {feed.table} (source_entity_id, feed_id, feed_data, feed_hash, modified_at)"
                " values (?, ?, ?, ?, ?)",
                row,
            )
        upto = changelog.head(self.db, feed)[0]
        found = changelog.open_pass(self.shop(), ours, feed, changelog.Span(cursor, upto))
        if found.everything:
            return "everything"
        return {entity_id for batch in changelog.batches(ours, feed, None, 1000) for entity_id in batch}
