"""`shopperInputOptions` (feeds.md 3.1.9)."""

import pytest

from saasexport.feeds.products import FEED, shopper_input
from tests.feeds.catalogue import Catalogue


@pytest.fixture
def shop(tmp_path):
    found = Catalogue(tmp_path / "shop.sqlite")
    found.product(1, "mug")
    return found


def option(shop, option_id, kind, title="Text", price=None, **row):
    shop.add("catalog_product_option", option_id=option_id, product_id=1, **{"type": kind, "is_require": 1, **row})
    shop.add("catalog_product_option_title", option_id=option_id, store_id=0, title=title)
    if price is not None:
        shop.add("catalog_product_option_price", option_id=option_id, store_id=0, price=price)


def said(shop):
    found, fields = shop.area(shopper_input, 1)
    assert fields.faults == {}
    return {code: own.get("shopperInputOptions") for code, own in found[1].items()}


def test_an_option_to_fill_in(shop):
    option(
        shop,
        7,
        "file",
        title="A picture",
        price=2.5,
        is_require=0,
        sku="PIC",
        file_extension="png, jpg",
        image_size_x=640,
        image_size_y=480,
        sort_order=3,
    )
    option(shop, 8, "field", title="Name", max_characters=20, sort_order=1)

    expected = [
        {
            "id": "Y3VzdG9tLW9wdGlvbi84",
            "label": "Name",
            "sortOrder": 1,
            "required": True,
            "renderType": "field",
            "range": {"from": None, "to": 20},
        },
        {
            "id": "Y3VzdG9tLW9wdGlvbi83",
            "label": "A picture",
            "sortOrder": 3,
            "required": False,
            "renderType": "file",
            "price": 2.5,
            "fileExtension": "png, jpg",
            "sku": "PIC",
            "range": {"from": None, "to": None},
            "imageSizeX": 640,
            "imageSizeY": 480,
        },
    ]
    assert {"default": expected, "french": expected} == said(shop)


def test_six_types_are_filled_in(shop):
    for option_id, kind in enumerate(
        ("field", "area", "file", "date", "time", "date_time", "drop_down", "radio", "checkbox", "multiple"), 1
    ):
        option(shop, option_id, kind)

    kinds = [each["renderType"] for each in said(shop)["default"]]
    assert kinds == ["field", "area", "file", "date", "time", "date_time"]


def test_a_store_view_has_its_own_title_and_price(shop):
    option(shop, 7, "field", title="Name", price=1)
    shop.add("catalog_product_option_title", option_id=7, store_id=3, title="Nom")
    shop.add("catalog_product_option_price", option_id=7, store_id=3, price=2)

    found = {code: (own[0]["label"], own[0]["price"]) for code, own in said(shop).items()}
    assert found == {"default": ("Name", 1), "french": ("Nom", 2)}


def test_its_price_alone_does_not_count(shop):
    option(shop, 7, "field", price=1)
    shop.add("catalog_product_option_price", option_id=7, store_id=3, price=2)

    assert {code: own[0]["price"] for code, own in said(shop).items()} == {"default": 1, "french": 1}


def test_a_product_without_such_options_is_not_mentioned(shop):
    assert said(shop) == {"default": None, "french": None}


def test_a_bad_number_sets_the_item_aside(shop):
    option(shop, 7, "field", max_characters="twenty")

    _, fields = shop.area(shopper_input, 1)
    error = "shopperInputOptions.range.to: 'twenty' is not a number"
    assert {(1, 1): error, (1, 3): error} == fields.faults


def test_a_change_of_a_price_leads_to_the_product(shop):
    option(shop, 7, "field", price=1)

    assert {1} == shop.touched(FEED, "update catalog_product_option_price set price = 2")
