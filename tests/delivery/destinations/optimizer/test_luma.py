"""Every item of a shop with three store views is accepted, and comes out as worked out by hand (excerpts)."""

import os
from unittest import mock

import pytest

from tests.delivery.destinations.optimizer import oracle
from tests.delivery.destinations.optimizer.direct import Installed
from tests.support import SHARED

LUMA = SHARED / "data" / "luma-multistore.sqlite"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LUMA.exists(), reason="the Luma shop is not here")]

DEFAULT = {"locale": "default"}
RETAILER = "base::77de68daecd823babbb58edb1c8e14d7106e83bb"
SIZE_L, BLACK = "Y29uZmlndXJhYmxlLzQ2LzE1Ng==", "Y29uZmlndXJhYmxlLzMwLzQ2"

METADATA = {
    "source": DEFAULT,
    "dataType": "TEXT",
    "visibleIn": ["PRODUCT_DETAIL"],
    "sortable": False,
    "searchWeight": 1,
}

EXAMPLES = [
    (
        "metadata",
        ("material", "default"),
        {
            **METADATA,
            "code": "material",
            "label": "Material",
            "filterable": True,
            "searchable": True,
            "searchTypes": ["AUTOCOMPLETE"],
        },
    ),
    (
        "metadata",
        ("shortDescription", "default"),
        {
            **METADATA,
            "code": "shortDescription",
            "label": "Short Description",
            "filterable": False,
            "searchable": False,
        },
    ),
    (
        "categories",
        ("gear", "default"),
        {"slug": "gear", "source": DEFAULT, "name": "Gear", "families": ["top_menu"], "position": 4},
    ),
    (
        "categories",
        ("gear/bags", "default"),
        {
            "slug": "gear/bags",
            "source": DEFAULT,
            "name": "Bags",
            "families": ["top_menu"],
            "position": 1,
            "images": [],
        },
    ),
    (
        "products",
        ("24-MB01", "default"),
        {
            "sku": "24-MB01",
            "source": DEFAULT,
            "name": "Joust Duffle Bag",
            "slug": "joust-duffle-bag-1995",
            "status": "ENABLED",
            "shortDescription": "",
            "visibleIn": ["CATALOG", "SEARCH"],
            "externalIds": [{"id": "1995", "origin": "AdobeCommerce"}],
            "attributes": [
                {"code": "aco_ac_attributes", "values": ['{"inStock":"true","lowStock":"false"}']},
                {"code": "activity", "values": ["Gym", "Travel", "Trail", "Overnight"]},
                {"code": "material", "values": ["Nylon", "Polyester"]},
                {"code": "pattern", "values": ["Solid"]},
                {"code": "ac_attribute_set", "values": ["Bag"]},
                {"code": "ac_tax_class", "values": ["Taxable Goods"]},
            ],
            "images": [
                {
                    "url": "http://luma.example/media/catalog/product/m/b/mb01-blue-0.jpg",
                    "label": "",
                    "roles": ["BASE"],
                    "customRoles": [],
                }
            ],
            "routes": [{"path": "gear", "position": 0}, {"path": "gear/bags", "position": 0}],
            "links": [{"type": "CROSSSELL", "sku": "24-UG01"}, {"type": "UPSELL", "sku": "24-MB02"}],
        },
    ),
    (
        "products",
        ("MH01", "default"),
        {
            "sku": "MH01",
            "source": DEFAULT,
            "name": "Chaz Kangeroo Hoodie",
            "slug": "chaz-kangeroo-hoodie-16",
            "status": "ENABLED",
            "visibleIn": ["CATALOG", "SEARCH"],
            "configurations": [
                {
                    "attributeCode": "size",
                    "label": "Size",
                    "type": "CONFIGURABLE",
                    "defaultVariantReferenceId": None,
                    "values": [
                        {"variantReferenceId": SIZE_L, "label": "L"},
                        {"variantReferenceId": "Y29uZmlndXJhYmxlLzQ2LzE1Nw==", "label": "XL"},
                    ],
                },
                {
                    "attributeCode": "color",
                    "label": "Color",
                    "type": "CONFIGURABLE",
                    "values": [{"variantReferenceId": BLACK, "label": "Black"}],
                },
            ],
        },
    ),
    (
        "products",
        ("MH01-L-Black", "default"),
        {
            "sku": "MH01-L-Black",
            "source": DEFAULT,
            "name": "Chaz Kangeroo Hoodie-L-Black",
            "slug": "chaz-kangeroo-hoodie-l-black",
            "status": "ENABLED",
            "visibleIn": [],
            "attributes": [
                {"code": "color", "values": ["Black"], "variantReferenceId": BLACK},
                {"code": "size", "values": ["L"], "variantReferenceId": SIZE_L},
            ],
            "links": [{"type": "VARIANT_OF", "sku": "MH01"}],
        },
    ),
    ("price-books", ("base",), {"priceBookId": "base", "name": "Main Website", "currency": "USD"}),
    (
        "price-books",
        (RETAILER,),
        {"priceBookId": RETAILER, "parentId": "base", "name": "Retailer (Main Website)"},
    ),
    (
        "prices",
        ("24-MB01", "base"),
        {
            "sku": "24-MB01",
            "priceBookId": "base",
            "regular": 34,
            "discounts": [],
            "tierPrices": [{"qty": 5, "percentage": 5}],
        },
    ),
    (
        "prices",
        ("24-MB01", RETAILER),
        {
            "sku": "24-MB01",
            "priceBookId": RETAILER,
            "regular": 34,
            "discounts": [],
            "tierPrices": [{"qty": 5, "percentage": 5}, {"qty": 10, "percentage": 20}],
        },
    ),
    (
        "prices",
        ("24-MB04", "base"),
        {
            "sku": "24-MB04",
            "priceBookId": "base",
            "regular": 32,
            "discounts": [{"code": "special_price", "price": 28.8}],
            "tierPrices": [],
        },
    ),
]


def is_within(excerpt, whole):
    """Whether all of an excerpt stands in the whole; the entries of a list in their order."""
    if isinstance(excerpt, dict):
        return isinstance(whole, dict) and all(
            name in whole and is_within(value, whole[name]) for name, value in excerpt.items()
        )
    if isinstance(excerpt, list) and excerpt:
        rest = iter(whole)
        return all(any(is_within(each, other) for other in rest) for each in excerpt)
    return excerpt == whole


@pytest.fixture(scope="module")
def luma(tmp_path_factory):
    """An installation that has sent everything to a tenant that keeps to every rule."""
    made = Installed(tmp_path_factory.mktemp("luma") / "shop", LUMA)
    made.direct.application.is_strict = True
    with mock.patch.dict(os.environ, PERSIST_EXPORTED_FEED="1"):  # the items stay whole on record
        made.tick()
        made.tick()
    return made


def test_every_item_is_accepted(luma):
    assert {name: len(items) for name, items in luma.held().items()} == {
        "metadata": 186,  # of 183 items, and one of stock and weight for each store view
        "category-metadata": 0,
        "categories": 117,  # of 120 items, 3 are roots
        "products": 5_933,
        "layers": 0,
        "price-books": 10,  # with the one that every tenant has
        "prices": 4_460,  # of 4,464 items, 4 are of grouped products
    }
    assert luma.direct.application.tenant.dropped == []
    for table in ("product_attributes", "categories", "products", "price_books", "product_prices"):
        assert luma.ask(f"select distinct status from cde_{table}_feed") == [(200,)]


@pytest.mark.parametrize(("resource", "key", "excerpt"), EXAMPLES, ids=[" ".join(key) for _, key, _ in EXAMPLES])
def test_an_example_comes_out_as_worked_out_by_hand(luma, resource, key, excerpt):
    assert is_within(excerpt, luma.held()[resource][key])


def test_every_item_is_as_the_rules_say(luma):
    assert oracle.unlike(luma.held(), luma.whole_items()) == []


def test_every_route_leads_to_a_category_and_every_part_to_an_option_of_its_parent(luma):
    held = luma.held()
    options = {}
    for key, product in held["products"].items():
        for each in product.get("configurations", ()):
            options.setdefault(key, set()).update(value["variantReferenceId"] for value in each["values"])
    missing = []
    for (sku, locale), product in held["products"].items():
        missing += [(sku, r["path"]) for r in product["routes"] if (r["path"], locale) not in held["categories"]]
        ids = {each.get("variantReferenceId") for each in product["attributes"]} - {None}
        parents = [link["sku"] for link in product["links"] if link["type"] == "VARIANT_OF"]
        if product["status"] == "ENABLED":
            missing += [(sku, parent) for parent in parents if not ids <= options.get((parent, locale), set())]
    assert missing == []
