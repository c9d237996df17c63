"""Items of each feed as the Optimizer takes them, worked out by hand."""

import pytest

from saasexport.delivery.destinations.optimizer import categories, metadata, price_books, prices, products
from saasexport.delivery.destinations.optimizer.words import LeftOut, NoTranslation, path, slug

BAG = {
    "sku": "24-MB01",
    "storeViewCode": "default",
    "name": "Joust Duffle Bag",
    "productId": 1995,
    "type": "simple",
    "status": "Enabled",
    "visibility": "Catalog, Search",
    "description": "<p>The sporty Joust Duffle Bag ...</p>",
    "inStock": True,
    "lowStock": False,
    "metaTitle": "Joust Duffle Bag",
    "metaDescription": "A duffle bag for the gym",
    "metaKeyword": "bag, gym\n",
    "attributes": [
        {"attributeCode": "activity", "value": ["Gym", "Travel", "Trail", "Overnight"]},
        {"attributeCode": "material", "value": ["Nylon", "Polyester"]},
        {"attributeCode": "pattern", "value": ["Solid"]},
        {"attributeCode": "ac_attribute_set", "value": ["Bag"]},
        {"attributeCode": "ac_tax_class", "value": ["Taxable Goods"]},
        {"attributeCode": "weight", "value": ["2"]},
    ],
    "images": [
        {"resource": {"url": "http://luma.example/b.jpg", "roles": ["hide_from_pdp"]}, "sortOrder": "10"},
        {"resource": {"url": "http://luma.example/a.jpg", "label": "", "roles": ["image"]}, "sortOrder": "9"},
        {"resource": {"url": None}, "sortOrder": "1"},
    ],
    "categoryData": [
        {"categoryPath": "gear", "productPosition": None},
        {"categoryPath": "gear/bags", "productPosition": 3},
        {"categoryPath": "", "productPosition": 0},
    ],
    "links": [{"type": "crosssell", "sku": "24-UG01"}, {"type": "upsell", "sku": "24-MB02"}],
    "parents": None,
    "optionsV2": None,
}


def test_a_product():
    assert products.translate(BAG, {}) == {
        "sku": "24-MB01",
        "source": {"locale": "default"},
        "name": "Joust Duffle Bag",
        "slug": "joust-duffle-bag-1995",
        "status": "ENABLED",
        "description": "<p>The sporty Joust Duffle Bag ...</p>",
        "shortDescription": "",
        "visibleIn": ["CATALOG", "SEARCH"],
        "externalIds": [{"id": "1995", "origin": "AdobeCommerce"}],
        "metaTags": {
            "title": "Joust Duffle Bag",
            "description": "A duffle bag for the gym",
            "keywords": ["bag", "gym"],
        },
        "attributes": [
            {"code": "aco_ac_attributes", "values": ['{"inStock":"true","lowStock":"false"}']},
            {"code": "activity", "values": ["Gym", "Travel", "Trail", "Overnight"]},
            {"code": "material", "values": ["Nylon", "Polyester"]},
            {"code": "pattern", "values": ["Solid"]},
            {"code": "ac_attribute_set", "values": ["Bag"]},
            {"code": "ac_tax_class", "values": ["Taxable Goods"]},
        ],
        "images": [
            {"url": "http://luma.example/a.jpg", "label": "", "roles": ["BASE"], "customRoles": []},
            {"url": "http://luma.example/b.jpg", "label": "", "roles": [], "customRoles": ["hide_from_pdp"]},
        ],
        "routes": [{"path": "gear", "position": 0}, {"path": "gear/bags", "position": 3}],
        "links": [{"type": "CROSSSELL", "sku": "24-UG01"}, {"type": "UPSELL", "sku": "24-MB02"}],
    }
    assert products.identity(BAG) == {"sku": "24-MB01", "source": {"locale": "default"}}


L, BLACK = "Y29uZmlndXJhYmxlLzQ2LzE1Ng==", "Y29uZmlndXJhYmxlLzMwLzQ2"


def test_a_configurable_and_its_part_name_an_option_alike():
    values = [{"id": L, "label": "L", "colorHex": None, "imageUrl": None, "isDefault": None}]
    black = [{"id": BLACK, "label": "Black", "colorHex": "#000000", "imageUrl": None, "isDefault": True}]
    hoodie = products.translate(
        {
            **BAG,
            "sku": "MH01",
            "urlKey": "chaz",
            "type": "configurable",
            "optionsV2": [
                {"type": "configurable", "id": "size", "label": "Size", "values": values},
                {"type": "configurable", "id": "color", "label": "Color", "swatchType": "color", "values": black},
                {"type": "configurable", "id": "empty", "label": "Empty", "values": []},
                {"type": "custom_option", "id": "7", "label": "Text", "values": None},
            ],
        },
        {},
    )
    assert (hoodie["slug"], hoodie["status"]) == ("chaz", "ENABLED")
    assert hoodie["configurations"] == [
        {
            "attributeCode": "size",
            "label": "Size",
            "type": "CONFIGURABLE",
            "values": [{"variantReferenceId": L, "label": "L"}],
            "defaultVariantReferenceId": None,
        },
        {
            "attributeCode": "color",
            "label": "Color",
            "type": "SWATCH",
            "values": [{"variantReferenceId": BLACK, "label": "Black", "colorHex": "#000000"}],
            "defaultVariantReferenceId": BLACK,
        },
    ]
    part = products.translate(
        {
            **BAG,
            "sku": "MH01-L-Black",
            "visibility": "Not Visible Individually",
            "weight": 1,
            "weightUnit": "lbs",
            "links": None,
            "parents": [{"productType": "configurable", "sku": "MH01"}, {"productType": "grouped", "sku": "G"}],
            "attributes": [{"attributeCode": "color", "value": ["Black"]}, {"attributeCode": "size", "value": ["L"]}],
        },
        {"color": BLACK, "size": L},
    )
    assert part["visibleIn"] == []
    assert part["links"] == [{"type": "VARIANT_OF", "sku": "MH01"}, {"type": "GROUPED", "sku": "G"}]
    assert part["attributes"] == [
        {
            "code": "aco_ac_attributes",
            "values": ['{"inStock":"true","lowStock":"false","weight":1,"weightType":"lbs"}'],
        },
        {"code": "color", "values": ["Black"], "variantReferenceId": BLACK},
        {"code": "size", "values": ["L"], "variantReferenceId": L},
    ]


def bundle(*groups):
    """A bundle whose groups have these SKUs."""
    options = [
        {
            "type": "bundle",
            "label": "Ball",
            "renderType": "checkbox",
            "required": True,
            "values": [{"sku": sku, "qty": 2, "qtyMutability": True, "isDefault": sku == "a"} for sku in skus],
        }
        for skus in groups
    ]
    return {**BAG, "type": "bundle", "optionsV2": options}


def test_a_bundle_has_groups_of_different_names():
    group = {"required": True, "multiSelect": True}
    assert products.translate(bundle(["a"], ["b"], []), {})["bundles"] == [
        {
            "group": "Ball",
            **group,
            "defaultItemSkus": ["a"],
            "items": [{"sku": "a", "qty": 2, "userDefinedQty": True}],
        },
        {"group": "Ball 2", **group, "defaultItemSkus": [], "items": [{"sku": "b", "qty": 2, "userDefinedQty": True}]},
    ]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({**BAG, "name": None}, "name is missing"),
        ({**BAG, "sku": ""}, "sku is missing"),
        (bundle(["a"], ["b", "a"]), "a stands in the bundle twice"),
        ({**BAG, "description": "x" * 200_000}, r"\d+ bytes are more than a product may have, 200000"),
        ({**BAG, "categoryData": [{"categoryPath": "a/###"}]}, "'a/###' cannot be written in a-z, 0-9 and hyphens"),
    ],
)
def test_a_product_that_has_no_translation(item, reason):
    with pytest.raises(NoTranslation, match=f"^{reason}$"):
        products.translate(item, {})


@pytest.mark.parametrize("kind", ["configurable", "bundle"])
def test_what_has_no_options_to_choose_from_is_disabled(kind):
    assert products.translate({**BAG, "type": kind}, {})["status"] == "DISABLED"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gear/bags", "gear/bags"),
        ("Gear_2/Été & Soleil", "gear-2/ete-soleil"),
        ("--a..b--", "a-b"),
        ("größe", "gro-e"),
        ("ﬁn", "fin"),
        ("İstanbul", "istanbul"),
    ],
)
def test_slugs(text, expected):
    assert path(text) == expected
    assert slug("###") == ""


def test_metadata():
    item = {
        "attributeCode": "material",
        "storeViewCode": "default",
        "label": "Material",
        "dataType": "text",
        "frontendInput": "multiselect",
        "visible": True,
        "visibleInListing": False,
        "filterable": True,
        "sortable": False,
        "searchable": True,
        "searchWeight": 1,
    }
    assert metadata.translate(item) == {
        "code": "material",
        "source": {"locale": "default"},
        "label": "Material",
        "dataType": "TEXT",
        "visibleIn": ["PRODUCT_DETAIL"],
        "filterable": True,
        "sortable": False,
        "searchable": True,
        "searchWeight": 1,
        "searchTypes": ["AUTOCOMPLETE"],
    }
    short = {**item, "attributeCode": "short_description", "label": None, "searchable": False}
    made = metadata.translate(short)
    assert (made["code"], made["label"], "searchTypes" in made) == ("shortDescription", "short_description", False)
    assert metadata.identity(short) == {"code": "shortDescription", "source": {"locale": "default"}}


@pytest.mark.parametrize(
    ("kind", "frontend", "expected"),
    [
        ("int", "boolean", "BOOLEAN"),
        ("int", "select", "TEXT"),
        ("int", "text", "TEXT"),
        ("int", None, "INTEGER"),
        ("int", "hidden", "INTEGER"),
        ("decimal", "price", "DECIMAL"),
        ("varchar", "text", "TEXT"),
        ("static", "boolean", "TEXT"),
        ("datetime", "date", "TEXT"),
        ("OBJECT", "textarea", "TEXT"),
    ],
)
def test_data_types(kind, frontend, expected):
    item = {"attributeCode": "a", "storeViewCode": "default", "dataType": kind, "frontendInput": frontend}
    assert metadata.translate(item)["dataType"] == expected


GEAR = {
    "urlPath": "gear",
    "storeViewCode": "default",
    "name": "Gear",
    "isActive": 1,
    "includeInMenu": 1,
    "position": 4,
    "image": "http://luma.example/gear.jpg",
}


def test_a_category():
    assert categories.translate(GEAR) == {
        "slug": "gear",
        "source": {"locale": "default"},
        "name": "Gear",
        "families": ["top_menu"],
        "position": 4,
        "images": [{"url": "http://luma.example/gear.jpg", "roles": ["BASE"]}],
    }
    hidden = categories.translate({**GEAR, "isActive": 0, "image": None, "metaKeywords": "a,b"})
    assert (hidden["families"], hidden["images"], hidden["metaTags"]) == ([], [], {"keywords": ["a", "b"]})
    assert categories.identity(GEAR) == {"slug": "gear", "source": {"locale": "default"}}
    with pytest.raises(LeftOut):
        categories.translate({**GEAR, "urlPath": None})
    with pytest.raises(NoTranslation, match="name has 129 characters, 128 are allowed"):
        categories.translate({**GEAR, "name": "x" * 129})


RETAILER = "77de68daecd823babbb58edb1c8e14d7106e83bb"  # sha1 of 3


def price(**more):
    """A price of the bag on the main website."""
    usual = {"sku": "24-MB01", "websiteCode": "base", "customerGroupCode": "0", "regular": 34, "type": "SIMPLE"}
    return {**usual, "discounts": None, "tierPrices": None, **more}


def test_prices_go_into_the_book_of_their_website_and_group():
    tiers = [{"qty": 5, "percentage": 5}, {"qty": 10, "percentage": 20}]
    assert prices.translate(price(customerGroupCode=RETAILER, tierPrices=tiers)) == {
        "sku": "24-MB01",
        "priceBookId": f"base::{RETAILER}",
        "regular": 34,
        "discounts": [],
        "tierPrices": tiers,
    }
    assert prices.identity(price()) == {"sku": "24-MB01", "priceBookId": "base"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"code": "special_price", "price": 28.8}, [{"code": "special_price", "price": 28.8}]),
        ({"code": "special_price", "percentage": 80}, [{"code": "special_price", "percentage": 20}]),
        ({"code": "special_price", "percentage": 33.3}, [{"code": "special_price", "percentage": 66.7}]),
        ({"code": "group", "percentage": 80}, [{"code": "group", "percentage": 80}]),
        ({"code": "special_price", "percentage": 100}, []),
        ({"code": "group", "percentage": 100}, []),
        ({"code": "group", "percentage": 0}, []),
    ],
)
def test_discounts(given, expected):
    assert prices.translate(price(discounts=[given]))["discounts"] == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"qty": 2, "price": 30}, [{"qty": 2, "price": 30}]),
        ({"qty": 2, "price": 35}, []),
        ({"qty": 1, "price": 30}, []),
        ({"qty": 2, "percentage": 0}, []),
        ({"qty": 2.5, "percentage": 10}, [{"qty": 2.5, "percentage": 10}]),
    ],
)
def test_tier_prices(given, expected):
    assert prices.translate(price(tierPrices=[given]))["tierPrices"] == expected


def test_prices_without_a_place():
    for kind in ("GROUPED", "BUNDLE_DYNAMIC"):
        with pytest.raises(LeftOut):
            prices.translate(price(type=kind))
    with pytest.raises(NoTranslation, match=r"the website code w{23} is too long"):
        prices.translate(price(websiteCode="w" * 23, customerGroupCode=RETAILER))
    with pytest.raises(NoTranslation, match="regular is missing"):
        prices.translate(price(regular=None))


def test_price_books():
    base = {"priceBookId": "base", "name": "Main Website", "currency": "USD", "parentId": None}
    child = {"priceBookId": f"base::{RETAILER}", "name": "Retailer (Main Website)", "parentId": "base"}
    assert price_books.translate(base) == {"priceBookId": "base", "name": "Main Website", "currency": "USD"}
    assert price_books.translate(child) == {
        "priceBookId": f"base::{RETAILER}",
        "name": "Retailer (Main Website)",
        "parentId": "base",
    }
    assert price_books.identity(child) == {"priceBookId": f"base::{RETAILER}"}
    with pytest.raises(NoTranslation, match="the id of a price book may have 64 characters"):
        price_books.translate({**child, "priceBookId": "w" * 65})
