"""Categories and price books that are deleted and made again: the double takes what is below, and brings it back."""

import pytest
from freezegun import freeze_time

from saasexport.delivery.destinations.optimizer.cascades import find_affected
from saasexport.jobs import cleanup_deleted_feed_items
from saasexport.lock import held
from tests.delivery.destinations.optimizer.direct import Installed
from tests.support import flawless_shop_copy


@pytest.fixture(scope="module")
def flawless_small_shop(tmp_path_factory):
    """The example products of the demo shop without what cannot be assembled or has no place; copy it."""
    return flawless_shop_copy(tmp_path_factory.mktemp("small") / "shop.sqlite", products=1)


@pytest.fixture
def exporter(tmp_path, flawless_small_shop):
    """An installation whose tenant has nothing of it yet."""
    return Installed(tmp_path / "shop", flawless_small_shop)


# The category "tea" ("the" in French) with all that is below it.
TEA = (9, 10, 11, 12, 13)

URL_KEY = (
    "attribute_id = (select attribute_id from eav_attribute where attribute_code = 'url_key' and entity_type_id = 3)"
)


def take_out(exporter, ids):
    """Delete categories; gives what puts them back."""
    tables = ["catalog_category_entity", *(f"catalog_category_entity_{kind}" for kind in ("int", "text", "varchar"))]
    marks = ", ".join("?" * len(ids))
    kept = [(table, exporter.ask_shop(f"select * from {table} where entity_id in ({marks})", *ids)) for table in tables]
    exporter.change(f"delete from catalog_category_entity where entity_id in ({marks})", *ids)

    def put_back(those=ids):
        for table, rows in kept:
            place = 0 if table == tables[0] else 3
            for row in rows:
                if row[place] in those:
                    exporter.change(f"insert into {table} values ({', '.join('?' * len(row))})", *row)

    return put_back


@pytest.mark.thorough
@pytest.mark.parametrize(
    "key", ["tea/clearance", "TEA/Clearance", "tea/green-tea/late", "tea/matcha/a/b", "Thé/soldes", "tea/infusions_2"]
)
def test_what_is_left_below_a_deleted_category_is_sent_again(exporter, tmp_path, key):
    exporter.change(f"update catalog_category_entity_varchar set value = ? where entity_id = 33 and {URL_KEY}", key)
    exporter.tick()
    put_back = take_out(exporter, TEA)
    exporter.tick()
    exporter.tick()
    (tmp_path / "deleted").mkdir()
    assert exporter.difference(tmp_path / "deleted") == {}
    # What the deletion took comes back with its top, though the shop has it no more.
    exporter.change("delete from catalog_category_entity where entity_id = 33")
    exporter.tick()
    put_back(TEA[:3])
    exporter.tick()
    exporter.tick()
    exporter.tick()
    (tmp_path / "again").mkdir()
    assert exporter.difference(tmp_path / "again") == {}


BOOK = "wholesale::da4b9237bacccdf19c0760cab7aec4a8359010b0"  # of the group with the id 2
PRICES = "cde_product_prices_feed"

GROUP = "customer_group_id = 2 and website_id = 2 and entity_id = 1"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "meanwhile",
    [
        f"update catalog_product_entity_tier_price set value = 8 where {GROUP}",
        f"delete from catalog_product_entity_tier_price where {GROUP}",
        "delete from catalog_product_entity where entity_id = 1",
        "insert into catalog_product_entity_tier_price"
        " (entity_id, all_groups, customer_group_id, qty, value, website_id) values (2, 0, 2, 1, 3, 2)",
        "update catalog_product_entity_decimal set value = value + 1 where entity_id = 1",
        "update customer_group set customer_group_code = 'Trade' where customer_group_id = 2",
    ],
)
def test_a_price_book_that_is_made_again_has_the_prices_of_the_shop(exporter, tmp_path, meanwhile):
    exporter.tick()
    exporter.tick()
    assert {sku for sku, each in exporter.direct.application.tenant.items["prices"] if each == BOOK}
    exporter.change("insert into customer_group_excluded_website (customer_group_id, website_id) values (2, 2)")
    exporter.tick()
    assert not {sku for sku, each in exporter.direct.application.tenant.items["prices"] if each == BOOK}
    exporter.change(meanwhile)
    exporter.tick()
    exporter.change("delete from customer_group_excluded_website where customer_group_id = 2 and website_id = 2")
    exporter.tick()
    exporter.tick()
    exporter.tick()
    assert exporter.difference(tmp_path) == {}


@pytest.mark.thorough
def test_a_website_that_is_renamed_and_back_ends_with_its_books_and_prices(exporter, tmp_path):
    exporter.tick()
    for code in ("trade", "wholesale"):
        exporter.change("update store_website set code = ? where website_id = 2", code)
        exporter.tick()
        exporter.tick()
    exporter.tick()
    assert exporter.difference(tmp_path) == {}


@pytest.mark.thorough
def test_books_wait_while_another_process_sends_prices(exporter, tmp_path):
    exporter.tick()
    exporter.change("insert into customer_group_excluded_website (customer_group_id, website_id) values (2, 2)")
    with held(str(exporter.folder / "var" / "lock" / "prices.lock"), "a test"):
        exporter.tick()
        assert (BOOK,) in exporter.direct.application.tenant.items["price-books"]
    exporter.tick()
    assert (BOOK,) not in exporter.direct.application.tenant.items["price-books"]
    exporter.tick()
    assert exporter.difference(tmp_path) == {}


def test_nothing_is_sent_again_for_ever(exporter):
    exporter.tick()
    exporter.change("update store_website set name = 'Another Name' where website_id = 1")
    take_out(exporter, TEA)
    exporter.tick()
    exporter.tick()
    exporter.tick()
    for table in ("cde_categories_feed", "cde_price_books_feed", PRICES):
        assert exporter.ask(f"select count(*) from {table} where status <> 200") == [(0,)]


@pytest.mark.parametrize(
    ("gone", "made", "item", "is_deleted", "goes_again"),
    [
        ("gear", "", "gear/bags", False, True),
        ("gear", "", "gear/bags/small", False, True),
        ("Gear", "", "gear", False, True),  # one slug: the deletion of the one took the other
        ("gear", "", "gearbox", False, False),
        ("gear/bags", "", "gear", False, False),
        ("gear", "", "gear/bags", True, False),
        ("", "gear", "gear/bags", True, True),
        ("", "gear", "gear", True, False),
        ("", "gear", "gear/bags", False, False),
        ("", "gear/bags", "gear/shoes", True, False),
        ("gear", "", "", False, False),
    ],
)
def test_which_categories_go_again(gone, made, item, is_deleted, goes_again):
    def items(path):
        return [{"urlPath": path, "storeViewCode": "default"}] if path else []

    decide = find_affected("categories", items(gone), items(made))["categories"]
    assert decide({"urlPath": item, "storeViewCode": "default"}, is_deleted) is goes_again
    assert decide({"urlPath": item, "storeViewCode": "french"}, is_deleted) is False


@pytest.mark.parametrize(
    ("gone", "made", "group", "is_deleted", "goes_again"),
    [
        ("base", "", "0", False, True),
        ("base", "", "g", False, True),
        ("base::g", "", "g", False, True),
        ("base::g", "", "0", False, False),
        ("other", "", "g", False, False),
        ("", "base::g", "g", False, True),
        ("", "base", "g", False, False),
        ("", "base", "0", False, True),
        ("", "base", "g", True, True),
        ("", "base::g", "0", True, False),
    ],
)
def test_which_prices_go_again(gone, made, group, is_deleted, goes_again):
    def books(name):
        return [{"priceBookId": name}] if name else []

    decide = find_affected("priceBooks", books(gone), books(made))["prices"]
    assert decide({"sku": "a", "websiteCode": "base", "customerGroupCode": group}, is_deleted) is goes_again


@pytest.mark.thorough
@pytest.mark.parametrize("days", [1, 6, *(pytest.param(days, marks=pytest.mark.slow) for days in (8, 31))])
def test_what_is_made_again_after_days_of_cleaning_up_has_what_the_shop_has(tmp_path, flawless_small_shop, days):
    with freeze_time("2131-05-06 07:00:00") as clock:
        exporter = Installed(tmp_path / "shop", flawless_small_shop)
        exporter.tick()
        exporter.tick()
        put_back = take_out(exporter, TEA)
        exporter.change("insert into customer_group_excluded_website (customer_group_id, website_id) values (2, 2)")
        exporter.tick()
        exporter.change("delete from catalog_product_entity where entity_id = 2")
        exporter.change(f"update catalog_product_entity_tier_price set value = 8 where {GROUP}")
        exporter.tick()
        for _ in range(days):
            clock.tick(86_400)
            exporter.job(cleanup_deleted_feed_items)
            exporter.tick()
        put_back(TEA[:3])  # what was below it is not made again
        exporter.change("delete from customer_group_excluded_website where customer_group_id = 2 and website_id = 2")
        for _ in range(3):
            exporter.tick()
            clock.tick(660)
        assert exporter.difference(tmp_path) == {}
        assert (BOOK,) in exporter.direct.held("price-books")
