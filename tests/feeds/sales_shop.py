"""The small shop of catalogue.py with prices, customer groups, categories, reviews and orders, and a clock that stands.

Time zones: `base` is in UTC, `b2b` in Auckland, thirteen hours ahead in November.
"""

from datetime import UTC, datetime

from saasexport.feed import Shop
from tests.feeds.catalogue import Catalogue

PRICE, SPECIAL_PRICE, SPECIAL_FROM, SPECIAL_TO, PRICE_TYPE, IS_ACTIVE, IN_MENU = 77, 78, 79, 80, 122, 46, 69

# What feeds call customer groups: sha1 of their ids.
GUESTS = "b6589fc6ab0dc82cf12099d1c2d40ab994e8410c"
GENERAL = "356a192b7913b04c54574d18c28d46e6395428ab"
WHOLESALE = "da4b9237bacccdf19c0760cab7aec4a8359010b0"

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

MORE = """
insert into core_config_data (scope, scope_id, path, value) values
    ('default', 0, 'catalog/price/scope', '1'),
    ('websites', 2, 'general/locale/timezone', 'Pacific/Auckland');
insert into customer_group (customer_group_id, customer_group_code) values
    (0, 'NOT LOGGED IN'), (1, 'General'), (2, 'Wholesale');
insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type) values
    (77, 4, 'price', 'decimal'), (78, 4, 'special_price', 'decimal'),
    (79, 4, 'special_from_date', 'datetime'), (80, 4, 'special_to_date', 'datetime'),
    (122, 4, 'price_type', 'int'), (46, 3, 'is_active', 'int'), (69, 3, 'include_in_menu', 'int'),
    (117, 3, 'url_key', 'varchar');
insert into review_entity (entity_id, entity_code) values (1, 'product'), (2, 'customer');
insert into review_status (status_id, status_code) values (1, 'Approved'), (2, 'Pending'), (3, 'Not Approved');
insert into rating_entity (entity_id, entity_code) values (1, 'product');
"""


class SalesShop(Catalogue):
    """A shop whose clock stands still and whose UUIDs say what they stand for."""

    def __init__(self, path):
        super().__init__(path)
        self.run(MORE)
        self.now = NOON
        self.look_back_days = 7

    def shop(self):
        """The shop as a pass sees it now."""
        return Shop(self.db, self.now, self.look_back_days, lambda kind, entity_id: f"{kind}-{entity_id}")

    def entities(self, feed, *ids):
        shop = self.shop()
        if not ids:
            ids = [row[0] for row in shop.rows(feed.walk, after=-1, limit=1000, since="")]
        return list(feed.assemble(shop, ids))

    def price(self, product_id, value, store_id=0, attribute_id=PRICE):
        """A price of a product, in all stores or one."""
        self.value(product_id, attribute_id, value, store_id, table="decimal")

    def special(self, product_id, value, first=None, last=None, store_id=0):
        """A special price with its first and last day."""
        self.price(product_id, value, store_id, SPECIAL_PRICE)
        for attribute_id, day in ((SPECIAL_FROM, first), (SPECIAL_TO, last)):
            if day is not None:
                self.value(product_id, attribute_id, day, store_id, table="datetime")

    def tier(self, product_id, qty, value=0, percentage=None, group=None, website=0):
        """A tier price, or a group price for quantity 1."""
        self.add(
            "catalog_product_entity_tier_price",
            entity_id=product_id,
            all_groups=int(group is None),
            customer_group_id=group or 0,
            qty=qty,
            value=value,
            percentage_value=percentage,
            website_id=website,
        )

    def rule(self, product_id, day, price, group=0, website=1):
        """A catalog rule's price of one day."""
        self.add(
            "catalogrule_product_price",
            rule_date=day,
            customer_group_id=group,
            product_id=product_id,
            rule_price=price,
            website_id=website,
        )

    def category(self, category_id, path, active=1):
        """A category; its path ends with its id."""
        self.add(
            "catalog_category_entity",
            entity_id=category_id,
            path=path,
            parent_id=int(f"0/{path}".split("/")[-2]),
            level=path.count("/"),
            position=0,
            children_count=0,
        )
        if active is not None:
            self.add(
                "catalog_category_entity_int",
                entity_id=category_id,
                attribute_id=IS_ACTIVE,
                store_id=0,
                value=active,
            )

    def failed(self, feed, *ids):
        """Identity and reason of the items that cannot be assembled."""
        return [(failed.identity, failed.error) for entity in self.entities(feed, *ids) for failed in entity.failed]
