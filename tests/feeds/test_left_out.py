"""A field that the configuration leaves out cannot set its item aside (feeds.md 0.2), whatever stands in its column."""

import pytest

from saasexport.feed import Shop
from saasexport.feeds.categories import FEED as CATEGORIES
from saasexport.feeds.orders import FEED as ORDERS
from saasexport.feeds.products import FEED as PRODUCTS
from saasexport.sync.steps import assemble
from tests.feeds.sales_shop import SalesShop
from tests.feeds.storefront import Storefront


@pytest.fixture
def storefront(tmp_path):
    """One product in one website, one category below the root."""
    shop = Storefront(tmp_path / "shop.sqlite")
    shop.bare(1, "mug")
    shop.say(1, status=1, name="Mug")
    shop.category(3, "1/2/3")
    return shop


def faults(shop, feed, entity_id, exclude):
    """Why items of an entity cannot be assembled without these fields; and how many can."""
    uuid_of = lambda kind, number: f"{kind}-{number}"  # noqa: E731  # as short as it is plain
    (entity,) = assemble(feed, Shop(shop.db, uuid_of=uuid_of, exclude=exclude), [entity_id])
    return {fault.error.partition(":")[0] for fault in entity.failed}, len(entity.parts)


VALUE = "insert into catalog_product_entity_{} (attribute_id, entity_id, store_id, value) values ({}, 1, 0, {})"
OPTION = """
insert into catalog_product_option (option_id, product_id, type, max_characters) values (1, 1, 'field', 'many');
insert into catalog_product_option_title (option_id, store_id, title) values (1, 0, 'Text')
"""


@pytest.mark.parametrize(
    ("change", "field", "exclude"),
    [
        (VALUE.format("decimal", 82, "'heavy'"), "weight", "weight"),
        (VALUE.format("decimal", 82, "9e999"), "weight", "weight"),
        (VALUE.format("varchar", 84, "x'ff'"), "metaTitle", "metaTitle"),
        ("update catalog_product_entity set created_at = 'yesterday'", "createdAt", "createdAt"),
        (OPTION, "shopperInputOptions.range.to", "shopperInputOptions"),
    ],
)
def test_of_a_product(storefront, change, field, exclude):
    storefront.db.executescript(change)
    before, none = faults(storefront, PRODUCTS, 1, ())
    assert (before, none) == ({field}, 0)
    after, items = faults(storefront, PRODUCTS, 1, (exclude,))
    assert after == set()
    assert items == len(storefront.entities(PRODUCTS, 1)[0].failed)


@pytest.mark.parametrize(("column", "field"), [("position", "position"), ("created_at", "createdAt")])
def test_of_a_category(storefront, column, field):
    storefront.db.execute(f"update catalog_category_entity set {column} = 'first' where entity_id = 3")
    assert faults(storefront, CATEGORIES, 3, ())[0] == {field}
    assert faults(storefront, CATEGORIES, 3, (field,))[0] == set()


@pytest.fixture
def sales(tmp_path):
    """One order with its payment."""
    shop = SalesShop(tmp_path / "shop.sqlite")
    shop.add("sales_order", entity_id=1, increment_id="1", created_at="2026-11-01", updated_at="2026-11-01")
    shop.add("sales_order_payment", entity_id=1, parent_id=1, method="check")
    return shop


def test_a_value_that_two_fields_are_made_of_counts_until_both_are_left_out(sales):
    sales.db.execute("update sales_order_payment set additional_information = 'a:1:{}'")
    assert faults(sales, ORDERS, 1, ())[0] == {"additionalInformation"}
    assert faults(sales, ORDERS, 1, ("additionalInformation",))[0] == {"additionalInformation"}
    assert faults(sales, ORDERS, 1, ("additionalInformation", "payment.paymentMethodName")) == (set(), 1)
    assert faults(sales, ORDERS, 1, ("additionalInformation", "payment")) == (set(), 1)


def test_another_field_that_begins_alike_still_counts(storefront):
    storefront.db.execute("update catalog_product_entity set created_at = 'yesterday'")
    assert faults(storefront, PRODUCTS, 1, ("created", "createdAt2"))[0] == {"createdAt"}
