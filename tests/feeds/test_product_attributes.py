"""The product attributes feed: rules 3.2 and 3.1.5 of feeds.md, and what section 5 puts right."""

import pytest

from saasexport.feed import FailedItem
from saasexport.feeds.product_attributes import FEED
from tests.feeds.catalogue import Catalogue

# What a row says if only its code is given.
PLAIN = {
    "attributeType": "catalog_product",
    "dataType": "varchar",
    "multi": False,
    "required": False,
    "unique": False,
    "global": True,
    "visible": True,
    "searchable": False,
    "filterable": False,
    "visibleInCompareList": False,
    "visibleInListing": False,
    "sortable": False,
    "visibleInSearch": False,
    "filterableInSearch": False,
    "searchWeight": 1,
    "usedForRules": False,
    "boolean": False,
    "systemAttribute": True,
    "numeric": False,
}
DEFAULT = {"storeViewCode": "default", "storeCode": "main", "websiteCode": "base"}


@pytest.fixture
def shop(tmp_path):
    found = Catalogue(tmp_path / "shop.sqlite")
    found.db.execute("delete from eav_attribute")
    return found


def attribute(shop, attribute_id, code, kind="varchar", entity_type_id=4, said=None, **row):
    shop.add(
        "eav_attribute",
        attribute_id=attribute_id,
        entity_type_id=entity_type_id,
        attribute_code=code,
        backend_type=kind,
        **row,
    )
    shop.add("catalog_eav_attribute", attribute_id=attribute_id, **(said or {}))


def test_an_attribute_has_an_item_per_store_view_with_the_store_views_label(shop):
    attribute(shop, 200, "material", frontend_label="Material", frontend_input="text")
    shop.add("eav_attribute_label", attribute_id=200, store_id=3, value="Matière")
    shop.add("eav_attribute_label", attribute_id=200, store_id=2, value=None)

    common = {**PLAIN, "id": "200", "attributeCode": "material", "frontendInput": "text"}
    trade = {"storeViewCode": "trade", "storeCode": "wholesale", "websiteCode": "b2b"}
    french = {"storeViewCode": "french", "storeCode": "main", "websiteCode": "base"}
    expected = {
        "material/default": {**common, **DEFAULT, "label": "Material"},
        "material/trade": {**common, **trade, "label": "Material"},
        "material/french": {**common, **french, "label": "Matière"},
    }
    assert expected == shop.items(FEED, 200)
    # The four system attributes come on top, in three store views each.
    assert 3 + 4 * 3 == shop.count(FEED) == len(shop.items(FEED))


def test_every_flag_comes_from_its_column(shop):
    attribute(
        shop,
        200,
        "material",
        kind="int",
        frontend_input="multiselect",
        is_required=1,
        is_unique=1,
        is_user_defined=1,
        said={
            "is_global": 0,
            "is_visible": 0,
            "is_searchable": 1,
            "is_filterable": 2,
            "is_comparable": 1,
            "used_in_product_listing": 1,
            "used_for_sort_by": 1,
            "is_visible_on_front": 1,
            "is_filterable_in_search": 1,
            "search_weight": 2.5,
            "is_used_for_price_rules": 1,
        },
    )

    expected = {
        "id": "200",
        "attributeCode": "material",
        "attributeType": "catalog_product",
        "dataType": "int",
        "frontendInput": "multiselect",
        "multi": True,
        "required": True,
        "unique": True,
        "global": False,
        "visible": False,
        "searchable": True,
        "filterable": True,
        "visibleInCompareList": True,
        "visibleInListing": True,
        "sortable": True,
        "visibleInSearch": True,
        "filterableInSearch": True,
        "searchWeight": 2.5,
        "usedForRules": True,
        "boolean": False,
        "systemAttribute": False,
        "numeric": False,
        **DEFAULT,
    }
    assert expected == shop.items(FEED, 200)["material/default"]


@pytest.mark.parametrize(("is_global", "expected"), [(0, False), (1, True), (2, False)])
def test_global_is_an_attribute_of_the_default_scope_only(shop, is_global, expected):
    attribute(shop, 200, "material", said={"is_global": is_global})
    assert expected is shop.items(FEED, 200)["material/default"]["global"]


@pytest.mark.parametrize(
    ("code", "kind", "row", "boolean", "numeric"),
    [
        ("a", "int", {"frontend_input": "boolean"}, True, False),
        ("a", "varchar", {"frontend_input": "boolean"}, False, False),
        ("has_options", "static", {}, True, False),
        ("allow_message", "int", {"frontend_input": "text"}, True, False),
        ("a", "decimal", {"frontend_input": "price"}, False, True),
        ("a", "int", {"frontend_input": "text"}, False, True),
        ("a", "decimal", {"frontend_input": "weight"}, False, True),
        ("a", "int", {"frontend_input": "select"}, False, False),
        ("a", "varchar", {"frontend_class": "validate-digits"}, False, True),
        ("required_options", "static", {}, False, True),
    ],
)
def test_boolean_and_numeric_are_worked_out(shop, code, kind, row, boolean, numeric):
    attribute(shop, 200, code, kind, **row)
    item = shop.items(FEED, 200)[f"{code}/default"]
    assert (boolean, numeric) == (item["boolean"], item["numeric"])


def test_attributes_of_categories_are_not_in_this_feed(shop):
    attribute(shop, 200, "url_key", entity_type_id=3)
    assert shop.items(FEED, 200) == {}


def test_system_attributes_without_a_row_are_the_items_of_entity_0(shop):
    created = {
        **PLAIN,
        "global": False,
        "frontendInput": "textarea",
        "dataType": "OBJECT",
        **DEFAULT,
    }
    items = shop.items(FEED, 0)

    assert len(items) == 12
    assert {
        **created,
        "id": "ac_inventory",
        "attributeCode": "ac_inventory",
        "label": "AC Inventory Data",
    } == items["ac_inventory/default"]
    kinds = {code: items[f"{code}/default"]["dataType"] for code in ("ac_downloadable", "ac_tax_class")}
    assert kinds == {"ac_downloadable": "OBJECT", "ac_tax_class": "text"}
    assert items["ac_attribute_set/trade"]["dataType"] == "static"


def test_a_system_attribute_with_a_row_is_that_row_with_what_the_exporter_declares(shop):
    attribute(shop, 200, "ac_tax_class", "static", frontend_label="x", said={"is_visible": 0, "is_global": 0})

    item = shop.items(FEED, 200)["ac_tax_class/default"]
    assert tuple(item[name] for name in ("id", "label", "dataType", "visible")) == ("200", "AC Tax Class", "text", True)
    assert "ac_tax_class/default" not in shop.items(FEED, 0)
    assert 4 * 3 == shop.count(FEED) == len(shop.items(FEED))


def test_a_weight_that_is_no_number_sets_the_attribute_aside(shop):
    attribute(shop, 200, "material", said={"search_weight": "heavy"})
    [entity] = shop.entities(FEED, 200)
    assert entity.parts == []
    assert entity.failed[0] == FailedItem(
        {"attributeCode": "material", "storeViewCode": "default"},
        "searchWeight: 'heavy' is not a number",
    )


def test_every_table_leads_to_its_attribute(shop):
    attribute(shop, 200, "material")
    attribute(shop, 201, "colour")
    shop.add("eav_attribute_label", attribute_id=200, store_id=3, value="Matière")

    assert {0, 200} == shop.touched(FEED, "update eav_attribute set is_required = 1 where attribute_id = 200")
    assert {201} == shop.touched(FEED, "update catalog_eav_attribute set is_visible = 0 where attribute_id = 201")
    assert {200} == shop.touched(FEED, "update eav_attribute_label set value = 'M'")
    assert {200} == shop.touched(FEED, "delete from eav_attribute_label")
    assert shop.touched(FEED, "update store set code = 'fr' where store_id = 3") == "everything"


def test_attributes_can_be_named_by_their_codes(shop):
    attribute(shop, 200, "material")
    rows = shop.db.execute(FEED.id_types["default"], {"keys": '["material", "ac_inventory"]'})
    assert rows.fetchall() == [(0,), (200,)]
