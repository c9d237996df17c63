"""The prices feed: rules 3.4 of feeds.md, and what section 5 puts right."""

from datetime import UTC, datetime

import pytest

from saasexport.feeds.prices import FEED
from saasexport.feeds.prices import due as due_days
from tests.feeds.sales_shop import GENERAL, GUESTS, PRICE_TYPE, WHOLESALE, SalesShop


@pytest.fixture
def shop(tmp_path):
    return SalesShop(tmp_path / "shop.sqlite")


def item(sku, regular, discounts=None, website="base", group="0", product_id=1, kind="SIMPLE", **more):
    return {
        "productId": product_id,
        "sku": sku,
        "type": kind,
        "customerGroupCode": group,
        "websiteCode": website,
        "regular": regular,
        "discounts": discounts,
        **more,
    }


def special(price):
    return [{"code": "special_price", "price": price}]


def test_a_product_has_a_fallback_item_per_website(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10.5)

    expected = {"mug/0/base": item("mug", 10.5), "mug/0/b2b": item("mug", 10.5, website="b2b")}
    assert expected == shop.items(FEED)
    assert shop.count(FEED) == 2


@pytest.mark.parametrize(
    ("type_id", "kind"),
    [
        ("virtual", "SIMPLE"),
        ("downloadable", "DOWNLOADABLE"),
        ("grouped", "GROUPED"),
        ("bundle", "BUNDLE_DYNAMIC"),
        ("subscription", "SIMPLE"),
    ],
)
def test_the_type_is_one_the_service_knows_and_no_price_is_0(shop, type_id, kind):
    shop.product(1, "mug", type_id)
    assert {"mug/0/base": item("mug", 0, kind=kind)} == shop.items(FEED)


def test_configurables_and_gift_cards_have_no_price_item(shop):
    shop.product(1, "shirt", "configurable")
    shop.product(2, "card", "giftcard")
    assert shop.items(FEED) == {}
    assert shop.count(FEED) == 0


def test_a_bundle_is_fixed_by_its_price_type_and_its_special_price_is_a_percentage(shop):
    shop.product(1, "set", "bundle")
    shop.value(1, PRICE_TYPE, 1)
    shop.price(1, 100)
    shop.special(1, 20)
    expected = item("set", 100, [{"code": "special_price", "percentage": 20}], kind="BUNDLE_FIXED")
    assert {"set/0/base": expected} == shop.items(FEED)


def test_parents_are_those_of_the_same_website(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.product(5, "set", "bundle")
    shop.product(6, "shirt", "configurable", websites=(1, 2))
    for parent_id in (6, 5):
        shop.add("catalog_product_relation", parent_id=parent_id, child_id=1)

    bundle, configurable = {"type": "BUNDLE", "sku": "set"}, {"type": "CONFIGURABLE", "sku": "shirt"}
    expected = {
        "mug/0/base": item("mug", 0, parents=[bundle, configurable]),
        "mug/0/b2b": item("mug", 0, website="b2b", parents=[configurable]),
    }
    assert expected == shop.items(FEED, 1)


def test_products_on_the_same_websites_have_parents_of_their_own(shop):
    for product_id, sku in ((1, "mug"), (2, "cup"), (3, "jug"), (4, "pot")):
        shop.product(product_id, sku, websites=(1, 2))
    shop.product(5, "set", "bundle")
    shop.product(6, "shirt", "configurable", websites=(2, 1))
    for parent_id, child_id in ((5, 1), (6, 2), (5, 3), (6, 3)):
        shop.add("catalog_product_relation", parent_id=parent_id, child_id=child_id)

    found = shop.items(FEED, 1, 2, 3, 4)
    parents = {key: [each["sku"] for each in one.get("parents", ())] for key, one in found.items()}
    assert parents == {
        "mug/0/base": ["set"],
        "mug/0/b2b": [],
        "cup/0/base": ["shirt"],
        "cup/0/b2b": ["shirt"],
        "jug/0/base": ["set", "shirt"],
        "jug/0/b2b": ["shirt"],
        "pot/0/base": [],
        "pot/0/b2b": [],
    }


def test_a_website_that_is_no_number_sells_nothing(shop):
    shop.run("pragma foreign_keys = off")
    shop.product(1, "mug")
    shop.add("catalog_product_website", product_id=1, website_id=b"2")
    shop.add("catalog_product_website", product_id=1, website_id="b2b")
    assert list(shop.items(FEED)) == ["mug/0/base"]


def test_a_website_overrides_prices_and_null_means_the_default(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.special(1, 8)
    shop.price(1, None, store_id=1)
    shop.special(1, 7.5, store_id=1)
    shop.price(1, 12, store_id=2)
    shop.special(1, None, store_id=2)

    expected = {
        "mug/0/base": item("mug", 10, special(7.5)),
        "mug/0/b2b": item("mug", 12, special(8), website="b2b"),
    }
    assert expected == shop.items(FEED)


def test_a_special_price_of_one_website_only_is_no_discount_elsewhere(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.special(1, 7.5, store_id=2)
    expected = {"mug/0/base": item("mug", 10), "mug/0/b2b": item("mug", 10, special(7.5), website="b2b")}
    assert expected == shop.items(FEED)


def test_with_global_prices_rows_of_store_views_are_left_over_and_do_not_count(shop):
    shop.configure("catalog/price/scope", "0")
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.price(1, 12, store_id=2)
    assert [found["regular"] for found in shop.items(FEED).values()] == [10, 10]


# The clock stands at noon UTC of 23 November; in Auckland the 24th has begun an hour ago.
@pytest.mark.parametrize(
    ("first", "last", "on_base", "on_b2b"),
    [
        (None, None, True, True),
        ("2026-11-23 00:00:00", "2026-11-23 00:00:00", True, False),
        ("2026-11-24 00:00:00", None, False, True),
        ("2026-11-25 00:00:00", None, False, False),
        (None, "2026-11-22 00:00:00", False, False),
        (None, "2026-11-24", True, True),
        ("0000-00-00 00:00:00", "", True, True),
    ],
)
def test_a_special_price_holds_on_its_days_by_the_websites_clock(shop, first, last, on_base, on_b2b):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.special(1, 8, first, last)

    found = shop.items(FEED)
    assert (special(8) if on_base else None) == found["mug/0/base"]["discounts"]
    assert (special(8) if on_b2b else None) == found["mug/0/b2b"]["discounts"]


def test_a_website_has_its_own_days(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.special(1, 8, first="2027-01-01")
    shop.value(1, 79, "2026-01-01", store_id=1, table="datetime")

    found = shop.items(FEED)
    assert special(8) == found["mug/0/base"]["discounts"]
    assert found["mug/0/b2b"]["discounts"] is None


def test_group_and_tier_prices_for_all_groups_are_in_the_fallback_item(shop):
    shop.product(1, "mug")
    shop.price(1, 10)
    shop.special(1, 9)
    shop.tier(1, 1, percentage=5)
    shop.tier(1, 2, value=8)
    shop.tier(1, 5.5, percentage=25)
    shop.tier(1, 0.5, value=1)

    expected = item(
        "mug",
        10,
        [{"code": "special_price", "price": 9}, {"code": "group", "percentage": 5}],
        tierPrices=[{"qty": 2, "price": 8}, {"qty": 5.5, "percentage": 25}],
    )
    assert {"mug/0/base": expected} == shop.items(FEED)


def test_a_group_with_a_price_of_its_own_has_an_item_that_starts_as_the_fallback(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.tier(1, 1, value=9)
    shop.tier(1, 3, value=8)
    shop.tier(1, 3, percentage=30, group=2, website=2)
    shop.tier(1, 10, value=5, group=2)

    group = [{"code": "group", "price": 9}]
    three, ten = {"qty": 3, "price": 8}, {"qty": 10, "price": 5}
    expected = {
        "mug/0/base": item("mug", 10, group, tierPrices=[three]),
        "mug/0/b2b": item("mug", 10, group, website="b2b", tierPrices=[three]),
        f"mug/{WHOLESALE}/base": item("mug", 10, group, group=WHOLESALE, tierPrices=[three, ten]),
        f"mug/{WHOLESALE}/b2b": item(
            "mug", 10, group, website="b2b", group=WHOLESALE, tierPrices=[{"qty": 3, "percentage": 30}, ten]
        ),
    }
    assert expected == shop.items(FEED)
    assert shop.count(FEED) == 4


def test_a_row_of_one_website_counts_before_that_of_all_whatever_was_written_first(shop):
    shop.product(1, "mug")
    shop.tier(1, 1, value=7, website=1)
    shop.tier(1, 1, value=9)
    assert shop.items(FEED)["mug/0/base"]["discounts"] == [{"code": "group", "price": 7}]


def test_a_quantity_below_1_makes_no_item_for_its_group(shop):
    shop.product(1, "mug")
    shop.tier(1, 0.5, value=7, group=1)
    assert list(shop.items(FEED)) == ["mug/0/base"]
    assert shop.count(FEED) == 1


def test_a_rule_price_counts_on_its_day_in_the_item_of_its_group_only(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.special(1, 9)
    shop.tier(1, 1, value=8.5, group=1)
    for day, price in (("2026-11-22", 5), ("2026-11-23", 6), ("2026-11-24", 7)):
        shop.rule(1, day, price, group=0, website=1)
        shop.rule(1, day, price, group=1, website=2)

    nine = {"code": "special_price", "price": 9}
    group = {"code": "group", "price": 8.5}
    expected = {
        "mug/0/base": item("mug", 10, [nine]),
        f"mug/{GUESTS}/base": item("mug", 10, [nine, {"code": "catalog_rule", "price": 6}], group=GUESTS),
        f"mug/{GENERAL}/base": item("mug", 10, [nine, group], group=GENERAL),
        "mug/0/b2b": item("mug", 10, [nine], website="b2b"),
        # In Auckland it is the 24th.
        f"mug/{GENERAL}/b2b": item(
            "mug", 10, [nine, group, {"code": "catalog_rule", "price": 7}], website="b2b", group=GENERAL
        ),
    }
    assert expected == shop.items(FEED)


def test_rules_of_a_website_the_product_is_not_on_do_not_count(shop):
    shop.product(1, "mug")
    shop.rule(1, "2026-11-24", 7, website=2)
    assert list(shop.items(FEED)) == ["mug/0/base"]


def test_an_unusable_price_sets_aside_the_items_it_belongs_to(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.price(1, 10)
    shop.price(1, "cheap", store_id=2)
    shop.tier(1, 3, value=8, group=1)
    shop.tier(1, 4, value="dear", group=2, website=1)
    shop.product(2, "cup")
    shop.price(2, "free")
    shop.product(3, "jug")

    assert ["mug/0/base", f"mug/{GENERAL}/base", "jug/0/base"] == list(shop.items(FEED))
    cheap = "regular: 'cheap' is not a number"
    expected = [
        (
            {"sku": "mug", "customerGroupCode": WHOLESALE, "websiteCode": "base"},
            "tierPrices.price: 'dear' is not a number",
        ),
        ({"sku": "mug", "customerGroupCode": "0", "websiteCode": "b2b"}, cheap),
        ({"sku": "mug", "customerGroupCode": GENERAL, "websiteCode": "b2b"}, cheap),
        ({"sku": "cup", "customerGroupCode": "0", "websiteCode": "base"}, "regular: 'free' is not a number"),
    ]
    assert expected == shop.failed(FEED)


@pytest.mark.parametrize("sku", [b"mug", b"\xff\x00", b""])
@pytest.mark.parametrize("setting", ["plain", "special", "tier"])
def test_a_sku_that_is_binary_data_sets_aside_its_product_alone(shop, sku, setting):
    shop.product(1, sku)
    shop.product(2, "cup")
    for product_id in (1, 2):
        shop.price(product_id, 10)
        if setting == "special":
            shop.special(product_id, 9)
        if setting == "tier":
            shop.tier(product_id, 3, value=8)
    assert list(shop.items(FEED)) == ["cup/0/base"]
    [(identity, error)] = shop.failed(FEED)
    assert identity == {"sku": sku, "customerGroupCode": "0", "websiteCode": "base"}
    assert error == "sku: binary data where text belongs"


def test_an_unusable_day_sets_the_item_aside(shop):
    shop.product(1, "mug")
    shop.special(1, 9, first="soon")
    [(_, error)] = shop.failed(FEED)
    assert error == "special_from_date: 'soon' is not a date"


def next_due(shop):
    return FEED.due.next(shop.shop())


def utc(*moment):
    return datetime(*moment, tzinfo=UTC)


def test_nothing_is_due_in_a_shop_without_dates(shop):
    shop.product(1, "mug")
    shop.price(1, 10)
    shop.special(1, 9, first="2026-01-01", last="2026-11-20")
    shop.rule(1, "2026-11-22", 7)
    assert next_due(shop) is None


def test_the_next_moment_is_the_first_midnight_of_any_website(shop):
    shop.product(1, "mug", websites=(1, 2))
    shop.special(1, 9, first="2026-12-01", last="2026-12-24")
    # Midnight in Auckland is 11:00 UTC of the day before.
    assert utc(2026, 11, 30, 11) == next_due(shop)
    shop.now = utc(2026, 11, 30, 11)
    assert utc(2026, 12, 1) == next_due(shop)
    shop.now = utc(2026, 12, 1)
    # The last day is over at the next midnight.
    assert utc(2026, 12, 24, 11) == next_due(shop)
    shop.now = utc(2026, 12, 25)
    assert next_due(shop) is None


def test_rule_prices_are_due_at_the_midnight_of_their_website(shop):
    shop.product(1, "mug")
    shop.rule(1, "2026-11-23", 7, website=1)
    assert utc(2026, 11, 24) == next_due(shop)


def test_a_value_that_is_no_date_is_never_due(shop):
    shop.product(1, "mug")
    shop.special(1, 9, first="soon", last="9999-12-31")
    assert next_due(shop) is None


def due(shop, since):
    return set(FEED.due.ids(shop.shop(), since))


def test_the_products_due_are_those_whose_days_came_or_went(shop):
    for product_id, first, last in (
        (1, "2026-11-23", None),
        (2, "2026-11-25", None),
        (3, None, "2026-11-22"),
        (4, None, "2026-11-23"),
        (5, "2026-11-22", None),
    ):
        shop.product(product_id, f"p{product_id}", websites=(1,))
        shop.special(product_id, 9, first, last)
    shop.db.execute("delete from core_config_data where path = 'general/locale/timezone'")

    # From noon of the 22nd to noon of the 23rd one midnight has passed.
    assert {1, 3} == due(shop, utc(2026, 11, 22, 12))
    assert set() == due(shop, utc(2026, 11, 23))


@pytest.mark.parametrize("number", ["24x", "", b"\x00", 2**62, 1e300, -7, float("inf")])
def test_days_are_found_whatever_the_rows_of_their_table_are_numbered_by(shop, monkeypatch, number):
    monkeypatch.setattr(due_days, "SLICE", 2)
    for product_id in range(1, 6):
        shop.product(product_id, f"p{product_id}", websites=(1,))
        shop.special(product_id, 9, "2026-11-23", "2026-12-01")
    shop.db.executescript("""
        create table kept as select * from catalog_product_entity_datetime;
        drop table catalog_product_entity_datetime;
        create table catalog_product_entity_datetime (value_id, attribute_id, store_id, entity_id, value);
        insert into catalog_product_entity_datetime select value_id, attribute_id, store_id, entity_id, value from kept;
    """)
    shop.db.execute("update catalog_product_entity_datetime set value_id = ? where entity_id = 5", (number,))
    assert utc(2026, 12, 1, 11) == next_due(shop)
    assert {1, 2, 3, 4, 5} == due(shop, utc(2026, 11, 22, 12))


def test_products_with_rule_prices_are_due_when_the_day_changes(shop):
    for product_id in range(1, 8):
        shop.product(product_id, f"p{product_id}")
    shop.rule(1, "2026-11-22", 7)
    shop.rule(2, "2026-11-23", 7)
    shop.rule(3, "2026-11-24", 7)
    shop.rule(4, "2026-11-21", 7)
    shop.rule(5, "2026-11-23", 7, website=2)
    # In Auckland the day changed to the 24th an hour ago.
    assert {1, 2} == due(shop, utc(2026, 11, 22, 12)) - {5}
    assert {5} == due(shop, utc(2026, 11, 23, 10, 59))


def test_a_price_changes_by_itself_when_its_day_comes(shop):
    shop.product(1, "mug")
    shop.price(1, 10)
    shop.special(1, 9, first="2026-11-24")
    assert shop.items(FEED)["mug/0/base"]["discounts"] is None
    shop.now = utc(2026, 11, 24)
    assert special(9) == shop.items(FEED)["mug/0/base"]["discounts"]


def test_every_table_leads_to_the_products_it_concerns(shop):
    for product_id, sku in ((1, "mug"), (2, "cup")):
        shop.product(product_id, sku)
        shop.price(product_id, 10)
    shop.product(5, "shirt", "configurable")
    shop.add("catalog_product_relation", parent_id=5, child_id=2)
    shop.special(1, 9, first="2026-12-01")
    shop.tier(1, 3, value=8)
    shop.rule(2, "2026-11-23", 7)

    touched = lambda sql: shop.touched(FEED, sql)  # noqa: E731  # twelve lines that read as a table
    assert {1} == touched("update catalog_product_entity_decimal set value = 11 where entity_id = 1 and store_id = 0")
    assert {1} == touched("update catalog_product_entity_datetime set value = '2026-12-02'")
    assert {1} == touched("update catalog_product_entity_tier_price set value = 7")
    assert {2} == touched("delete from catalogrule_product_price")
    assert {2} == touched("update catalog_product_entity set sku = 'big cup' where entity_id = 2")
    # A parent stands in the items of its children.
    assert {2, 5} == touched("update catalog_product_entity set sku = 'long shirt' where entity_id = 5")
    assert {2, 5} == touched("insert into catalog_product_website values (5, 2)")
    assert {2} == touched("delete from catalog_product_relation")
    assert set() == touched("update eav_attribute set note = 'x' where attribute_id = 73")
    assert {1, 2, 5} == touched("update eav_attribute set backend_type = 'decimal' where attribute_id = 78")
    assert touched("update core_config_data set value = '0' where path = 'catalog/price/scope'") == "everything"
    assert touched("update store_website set code = 'trade' where website_id = 2") == "everything"


def test_products_can_be_named_by_sku_and_by_id(shop):
    shop.product(7, "mug")
    assert shop.db.execute(FEED.id_types["default"], {"keys": '["mug"]'}).fetchall() == [(7,)]
    assert FEED.id_types["productId"] == ""
