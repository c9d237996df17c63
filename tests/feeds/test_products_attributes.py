"""The attributes[] of a product (feeds.md 3.1.4)."""

import pytest

from saasexport.feed import Shop
from saasexport.feeds.products import FEED, attributes
from saasexport.feeds.products.assembly import attributes_to_read
from saasexport.feeds.products.batch import load
from tests.feeds.storefront import Storefront

BOOLEAN = "Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Boolean"


@pytest.fixture
def shop(tmp_path):
    found = Storefront(tmp_path / "shop.sqlite")
    found.run("delete from eav_attribute where attribute_id in (93, 94)")
    found.bare(1, "mug")
    return found


def said(shop, product_id=1):
    """The attributes of a product in each store view, as code -> value; code -> None where there is no value."""
    found, fields = shop.area(attributes, product_id)
    assert fields.faults == {}
    return {
        code: [(entry["attributeCode"], entry.get("value")) for entry in fields_of["attributes"] or ()]
        for code, fields_of in found[product_id].items()
    }


def test_only_what_the_admin_defined_and_the_news_dates_are_listed(shop):
    shop.attribute(201, "motto", "varchar")
    shop.attribute(202, "shape", "static")
    shop.say(1, name="Mug", status=1, motto="Drink!", news_from_date="2026-01-01 00:00:00")

    expected = [("news_from_date", ["2026-01-01 00:00:00"]), ("motto", ["Drink!"])]
    assert {"default": expected, "french": expected} == said(shop)


def test_a_product_without_any_has_null(shop):
    shop.say(1, name="Mug")

    found, _ = shop.area(attributes, 1)
    assert found[1]["default"] == {"attributes": None}


@pytest.mark.parametrize(
    ("backend_type", "raw", "sent"),
    [
        ("decimal", 10, "10.000000"),
        ("decimal", 12.345, "12.345000"),
        ("decimal", -0.5, "-0.500000"),
        ("int", 7, "7"),
        ("varchar", "31,32", "31,32"),
        ("text", '{"a": 1}', '{"a": 1}'),
        ("datetime", "2024-01-01 00:00:00", "2024-01-01 00:00:00"),
    ],
)
def test_a_value_without_options_is_one_raw_string(shop, backend_type, raw, sent):
    shop.attribute(201, "extra", backend_type)
    shop.say(1, extra=raw)

    assert [("extra", [sent])] == said(shop)["default"]


def test_a_decimal_prints_with_the_scale_of_its_column(shop):
    shop.attribute(201, "extra", "decimal")
    shop.run(
        """drop table catalog_product_entity_decimal;
           create table catalog_product_entity_decimal (
               value_id integer primary key, attribute_id integer, store_id integer default 0, entity_id integer,
               value decimal(12, 4))"""
    )
    shop.say(1, extra=10)

    assert said(shop)["default"] == [("extra", ["10.0000"])]


def test_null_is_an_entry_without_a_value(shop):
    shop.attribute(201, "motto", "varchar")
    shop.attribute(202, "hue", "int")
    shop.option(31, 202, "Red")
    shop.say(1, motto=None, hue=None)

    assert said(shop)["default"] == [("motto", None), ("hue", None)]
    found, _ = shop.area(attributes, 1)
    assert found[1]["default"]["attributes"][0] == {"attributeCode": "motto"}


@pytest.mark.parametrize(("raw", "sent"), [(0, "no"), (1, "yes"), (2, "2")])
def test_yes_and_no(shop, raw, sent):
    shop.attribute(201, "organic", "int", source_model=BOOLEAN)
    shop.say(1, organic=raw)

    assert [("organic", [sent])] == said(shop)["default"]


@pytest.mark.parametrize(
    "written", ["32,31,33,99", "32, 31, 33, 99", " 32,31 ,33,99 ", "32 ,\n31,\t33,99", "32,  31,33  ,99\n"]
)
def test_options_are_told_by_label_of_the_store_view_else_admins_else_by_id(shop, written):
    shop.attribute(201, "hue", "text")
    shop.option(31, 201, "Red", store_3="Rouge")
    shop.option(32, 201, "Blue")
    shop.add("eav_attribute_option", option_id=33, attribute_id=201)
    shop.say(1, hue=written)

    assert said(shop) == {
        "default": [("hue", ["Blue", "Red", "33", "99"])],
        "french": [("hue", ["Blue", "Rouge", "33", "99"])],
    }


def test_a_store_views_row_wins_also_when_it_is_null_and_a_row_there_alone_is_enough(shop):
    shop.attribute(201, "motto", "varchar")
    shop.attribute(202, "hue", "int")
    shop.attribute(203, "depth", "decimal")
    shop.option(31, 202, "Red")
    shop.option(32, 202, "Blue")
    shop.say(1, depth=2, motto="Drink!", hue=31)
    shop.say(1, store_id=3, motto=None, hue=32)
    shop.bare(2, "cup")
    shop.say(2, store_id=3, motto="Buvez !")

    assert said(shop) == {
        "default": [("motto", ["Drink!"]), ("hue", ["Red"]), ("depth", ["2.000000"])],
        "french": [("motto", None), ("hue", ["Blue"]), ("depth", ["2.000000"])],
    }
    assert said(shop, 2) == {"default": [], "french": [("motto", ["Buvez !"])]}


def test_lists_that_are_the_same_everywhere_are_common(shop):
    shop.attribute(201, "hue", "int")
    shop.option(31, 201, "Red", store_3="Rouge")
    shop.option(32, 201, "Blue")
    shop.say(1, hue=32)
    shop.bare(2, "cup", websites=(2,))
    shop.say(2, hue=31)  # the label of a store view it is not in

    _, fields = shop.area(attributes, 1, 2)
    assert fields.by_view == {}
    assert [fields.common[product]["attributes"][0]["value"] for product in (1, 2)] == [["Blue"], ["Red"]]


def test_a_bad_value_sets_aside_the_store_views_that_have_it(shop):
    shop.attribute(201, "depth", "decimal")
    shop.say(1, depth="deep")
    shop.say(1, store_id=3, depth=2)
    shop.bare(2, "cup")
    shop.say(2, depth=1)

    _, fields = shop.area(attributes, 1, 2)
    assert fields.faults == {(1, 1): "attributes.depth: 'deep' is not a number"}


def test_more_values_than_are_kept_come_out_right(shop, monkeypatch):
    monkeypatch.setattr(attributes, "KNOWN", 2)
    shop.attribute(201, "hue", "int")
    for option_id in (31, 32, 33, 34):
        shop.option(option_id, 201, f"Label {option_id}")
        shop.bare(option_id, f"sku-{option_id}")
        shop.say(option_id, hue=option_id)

    seen = Shop(shop.db)
    common = attributes.area(seen, load(seen, [31, 32, 33, 34], attributes_to_read(seen))).common
    assert [[f"Label {option}"] for option in (31, 32, 33, 34)] == [
        common[option]["attributes"][0]["value"] for option in (31, 32, 33, 34)
    ]


@pytest.fixture
def colours(shop):
    """1 is red, 2 is red and blue by a list, 3 is blue in French only, 4 has none."""
    shop.attribute(201, "hue", "int")
    shop.attribute(202, "hues", "text")
    for attribute_id, first in ((201, 31), (202, 41)):
        shop.option(first, attribute_id, "Red")
        shop.option(first + 1, attribute_id, "Blue")
    for product_id in (2, 3, 4):
        shop.bare(product_id, f"sku-{product_id}")
    shop.say(1, hue=31)
    shop.say(2, hues="41, 42")
    shop.say(3, store_id=3, hue=32)
    return shop


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("update eav_attribute_option_value set value = 'x' where option_id = 31", {1}),
        ("update eav_attribute_option_value set value = 'x' where option_id = 42", {2}),
        ("insert into eav_attribute_option_value (option_id, store_id, value) values (32, 3, 'Bleu')", {3}),
        ("delete from eav_attribute_option where option_id = 41", {2}),
        ("update eav_attribute set source_model = 'x' where attribute_id = 201", {1, 3}),
        ("update eav_attribute set is_user_defined = 0 where attribute_id = 202", {2}),
        ("delete from eav_attribute where attribute_id = 201", {1, 3}),
    ],
)
def test_a_change_of_a_label_or_attribute_leads_to_the_products_that_have_it(colours, change, touched):
    assert touched == colours.touched(FEED, change)
