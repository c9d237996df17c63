"""`optionsV2`: custom, downloadable, grouped, bundle and configurable options (feeds.md 3.1.8, 3.1.10, 5)."""

import sqlite3

import pytest

from saasexport.feed import Shop
from saasexport.feeds.products import FEED, options
from saasexport.feeds.products.option_shape import texts
from tests.feeds.catalogue import COLOUR, LINKS_TITLE, NAME, SIZE, STATUS, Catalogue

# A value says null where it has nothing to say (feeds.md 2.1, ProductOptionValue).
NOTHING = {
    "id": None,
    "label": None,
    "sortOrder": None,
    "isDefault": None,
    "colorHex": None,
    "imageUrl": None,
    "customSwatchValue": None,
    "qtyMutability": None,
    "qty": None,
    "infoUrl": None,
    "sku": None,
    "price": None,
    "priceType": None,
}


@pytest.fixture
def shop(tmp_path):
    return Catalogue(tmp_path / "shop.sqlite")


def said(shop, product_id):
    """The options of a product by store view's code."""
    found, fields = shop.area(options, product_id)
    assert fields.faults == {}
    return {code: own.get("optionsV2") for code, own in found[product_id].items()}


# Custom options


def drop_down(shop, option_id=5, product_id=1, **row):
    shop.add(
        "catalog_product_option",
        option_id=option_id,
        product_id=product_id,
        **{"type": "drop_down", "is_require": 1, "sort_order": 2, **row},
    )
    shop.add("catalog_product_option_title", option_id=option_id, store_id=0, title=f"Option {option_id}")


def choice(shop, value_id, option_id=5, sku=None, price=None, price_type="fixed", **row):
    shop.add("catalog_product_option_type_value", option_type_id=value_id, option_id=option_id, sku=sku, **row)
    shop.add("catalog_product_option_type_title", option_type_id=value_id, store_id=0, title=f"Value {value_id}")
    if price is not None:
        shop.add(
            "catalog_product_option_type_price",
            option_type_id=value_id,
            store_id=0,
            price=price,
            price_type=price_type,
        )


def test_a_custom_option_with_its_values(shop):
    shop.product(1, "mug")
    drop_down(shop)
    choice(shop, 51, sku="V-51", price=2.5, sort_order=1)
    choice(shop, 52, price=10, price_type="percent", sort_order=0)

    option = {
        "id": "5",
        "label": "Option 5",
        "sortOrder": 2,
        "required": True,
        "renderType": "drop_down",
        "type": "custom_option",
        "values": [
            {
                **NOTHING,
                "id": "Y3VzdG9tLW9wdGlvbi81LzUx",
                "label": "Value 51",
                "sortOrder": 1,
                "isDefault": False,
                "sku": "V-51",
                "price": 2.5,
                "priceType": "fixed",
            },
            {
                **NOTHING,
                "id": "Y3VzdG9tLW9wdGlvbi81LzUy",
                "label": "Value 52",
                "sortOrder": 0,
                "isDefault": False,
                "price": 10,
                "priceType": "percent",
            },
        ],
    }
    assert {"default": [option], "french": [option]} == said(shop, 1)


def test_options_the_same_in_all_store_views_are_common(shop):
    shop.product(1, "mug", websites=(1, 2))
    drop_down(shop)
    choice(shop, 51)

    _, fields = shop.area(options, 1)
    assert (list(fields.common), fields.by_view) == ([1], {})


def test_a_product_without_options_is_not_mentioned(shop):
    shop.product(1, "mug")

    assert said(shop, 1) == {"default": None, "french": None}


def test_custom_options_stand_by_sort_order_then_id(shop):
    shop.product(1, "mug")
    for option_id, sort_order in ((5, 2), (6, 1), (7, 2)):
        drop_down(shop, option_id, sort_order=sort_order, type="radio")
        choice(shop, 10 * option_id, option_id)

    assert [option["id"] for option in said(shop, 1)["default"]] == ["6", "5", "7"]


def test_other_types_are_no_options_to_choose_from(shop):
    shop.product(1, "mug")
    for option_id, kind in ((5, "checkbox"), (6, "multiple"), (7, "field"), (8, "date"), (9, "unheard-of")):
        drop_down(shop, option_id, type=kind)
        choice(shop, 10 * option_id, option_id)

    assert [option["renderType"] for option in said(shop, 1)["default"]] == ["checkbox", "multiple"]


def test_titles_and_prices_of_a_store_view_replace_the_defaults(shop):
    shop.product(1, "mug")
    drop_down(shop)
    choice(shop, 51, price=2)
    shop.add("catalog_product_option_title", option_id=5, store_id=3, title="Choix")
    shop.add("catalog_product_option_type_title", option_type_id=51, store_id=3, title="Valeur")
    shop.add("catalog_product_option_type_price", option_type_id=51, store_id=3, price=20, price_type="percent")

    found = said(shop, 1)
    assert (found["default"][0]["label"], found["french"][0]["label"]) == ("Option 5", "Choix")
    (english,), (french,) = found["default"][0]["values"], found["french"][0]["values"]
    assert (english["label"], english["price"], english["priceType"]) == ("Value 51", 2, "fixed")
    assert (french["label"], french["price"], french["priceType"]) == ("Valeur", 20, "percent")


def test_a_price_of_a_store_view_without_a_title_of_it_does_not_count(shop):
    shop.product(1, "mug")
    drop_down(shop)
    choice(shop, 51, price=2)
    shop.add("catalog_product_option_type_price", option_type_id=51, store_id=3, price=20, price_type="percent")

    (value,) = said(shop, 1)["french"][0]["values"]
    assert (value["price"], value["priceType"]) == (2, "fixed")


def test_options_and_values_without_a_default_title_do_not_exist(shop):
    shop.product(1, "mug")
    drop_down(shop)
    choice(shop, 51)
    choice(shop, 52)
    drop_down(shop, 6)
    choice(shop, 61, 6)
    shop.run("delete from catalog_product_option_title where option_id = 6")
    shop.run("delete from catalog_product_option_type_title where option_type_id = 52")

    (option,) = said(shop, 1)["default"]
    assert (option["id"], [value["label"] for value in option["values"]]) == ("5", ["Value 51"])


def test_an_option_without_values_is_set_aside_and_the_product_goes_out(shop):
    shop.product(1, "mug")
    drop_down(shop, 5)
    drop_down(shop, 6)
    choice(shop, 61, 6)

    (entity,) = shop.entities(FEED, 1)
    assert [[option["id"] for option in {**entity.common, **part}["optionsV2"]] for part in entity.parts] == [
        ["6"],
        ["6"],
    ]
    [failed] = entity.failed
    assert (failed.identity, failed.error) == ({"sku": "mug"}, "optionsV2: option 5 has no values")

    choice(shop, 51, 5)
    (entity,) = shop.entities(FEED, 1)
    assert ([option["id"] for option in entity.common["optionsV2"]], list(entity.failed)) == (["5", "6"], [])


def test_a_bad_value_sets_the_item_aside_where_it_shows(shop):
    shop.product(1, "mug")
    shop.product(2, "cup")
    drop_down(shop)
    choice(shop, 51, price=2)
    shop.add("catalog_product_option_type_title", option_type_id=51, store_id=3, title="Valeur")
    shop.add("catalog_product_option_type_price", option_type_id=51, store_id=3, price="cher", price_type="fixed")

    _, fields = shop.area(options, 1, 2)
    assert fields.faults == {(1, 3): "optionsV2.values.price: 'cher' is not a number"}


# Downloadable


def link(shop, link_id, product_id=1, title=None, price=None, **row):
    shop.add("downloadable_link", link_id=link_id, product_id=product_id, **row)
    if title is not None:
        shop.add("downloadable_link_title", link_id=link_id, store_id=0, title=title)
    if price is not None:
        shop.add("downloadable_link_price", link_id=link_id, website_id=0, price=price)


def test_the_links_of_a_downloadable_product(shop):
    shop.product(1, "book", "downloadable")
    shop.value(1, LINKS_TITLE, "Chapters", table="varchar")
    link(shop, 1, title="Bread", price=3.5, sort_order=2, number_of_downloads=5, sample_url="http://x/")
    link(shop, 2, sort_order=1, sample_file="/b.pdf")

    option = {
        "id": "link:1",
        "label": "Chapters",
        "type": "downloadable",
        "values": [
            {
                **NOTHING,
                "id": "ZG93bmxvYWRhYmxlLzI=",
                "sortOrder": 1,
                "infoUrl": "http://shop/downloadable/download/linkSample/link_id/2",
                "price": 0,
            },
            {
                **NOTHING,
                "id": "ZG93bmxvYWRhYmxlLzE=",
                "label": "Bread",
                "sortOrder": 2,
                "qty": 5,
                "infoUrl": "http://shop/downloadable/download/linkSample/link_id/1",
                "price": 3.5,
            },
        ],
    }
    assert {"default": [option], "french": [option]} == said(shop, 1)


def test_a_downloadable_product_without_links_has_an_option_without_values(shop):
    shop.product(1, "book", "downloadable")
    shop.product(2, "mug")
    link(shop, 1, product_id=2)

    assert said(shop, 1)["default"] == [{"id": "link:1", "type": "downloadable", "values": None}]
    assert said(shop, 2)["default"] is None


def test_labels_are_the_store_views_and_prices_the_websites(shop):
    shop.product(1, "book", "downloadable", websites=(1, 2))
    shop.value(1, LINKS_TITLE, "Chapters", table="varchar")
    shop.value(1, LINKS_TITLE, "Chapitres", store_id=3, table="varchar")
    link(shop, 1, title="Bread", price=3)
    shop.add("downloadable_link_title", link_id=1, store_id=3, title="Pain")
    shop.add("downloadable_link_price", link_id=1, website_id=2, price=2)

    found = {
        code: (own[0]["label"], own[0]["values"][0]["label"], own[0]["values"][0]["price"])
        for code, own in said(shop, 1).items()
    }
    assert found == {
        "default": ("Chapters", "Bread", 3),
        "trade": ("Chapters", "Bread", 2),
        "french": ("Chapitres", "Pain", 3),
    }


def test_addresses_are_those_of_the_store_view(shop):
    shop.product(1, "book", "downloadable", websites=(1, 2))
    link(shop, 1, sample_url="http://x/")

    found = said(shop, 1)
    assert found["default"][0]["values"][0]["infoUrl"] == "http://shop/downloadable/download/linkSample/link_id/1"
    assert found["trade"][0]["values"][0]["infoUrl"] == "http://trade/downloadable/download/linkSample/link_id/1"


# Grouped


def member(shop, link_id, product_id, qty=None, position=None):
    shop.add("catalog_product_link", link_id=link_id, product_id=9, linked_product_id=product_id, link_type_id=3)
    if qty is not None:
        shop.add("catalog_product_link_attribute_decimal", link_id=link_id, product_link_attribute_id=3, value=qty)
    if position is not None:
        shop.add("catalog_product_link_attribute_int", link_id=link_id, product_link_attribute_id=2, value=position)


def test_the_members_of_a_grouped_product_on_each_website(shop):
    shop.product(9, "set", "grouped", websites=(1, 2))
    shop.product(1, "mug", websites=(1, 2))
    shop.product(2, "cup", websites=(1,))
    member(shop, 1, 2, qty=2.5, position=1)
    member(shop, 2, 1)

    mug = {**NOTHING, "id": "1", "sku": "mug", "qtyMutability": True}
    cup = {**NOTHING, "id": "2", "sku": "cup", "qtyMutability": True, "qty": 2.5, "sortOrder": 1}
    assert {
        "default": [{"id": "9", "type": "grouped", "values": [cup, mug]}],
        "french": [{"id": "9", "type": "grouped", "values": [cup, mug]}],
        "trade": [{"id": "9", "type": "grouped", "values": [mug]}],
    } == said(shop, 9)


def test_a_grouped_product_without_members_on_the_website_has_no_option(shop):
    shop.product(9, "set", "grouped", websites=(1, 2))
    shop.product(2, "cup", websites=(1,))
    member(shop, 1, 2)

    assert said(shop, 9)["trade"] is None


# Bundle


def bundle(shop):
    shop.product(9, "hamper", "bundle", websites=(1, 2))
    shop.product(1, "mug", status=2, websites=())
    shop.product(2, "cup")
    shop.add("catalog_product_bundle_option", option_id=3, parent_id=9, required=1, position=4, type="select")
    shop.add("catalog_product_bundle_option_value", option_id=3, parent_product_id=9, store_id=0, title="Choose")
    for selection_id, product_id, row in (
        (31, 1, {"selection_qty": 2.5, "selection_price_value": 3, "selection_can_change_qty": 1}),
        (32, 2, {"selection_qty": 1, "selection_price_value": 10, "selection_price_type": 1, "is_default": 1}),
    ):
        shop.add(
            "catalog_product_bundle_selection",
            selection_id=selection_id,
            option_id=3,
            parent_product_id=9,
            product_id=product_id,
            position=selection_id - 30,
            **row,
        )


def test_the_options_of_a_bundle(shop):
    bundle(shop)

    option = {
        "id": "3",
        "label": "Choose",
        "sortOrder": 4,
        "required": True,
        "renderType": "select",
        "type": "bundle",
        "values": [
            {
                **NOTHING,
                "id": "YnVuZGxlLzMvMzEvMg==",
                "label": "Product mug",
                "sortOrder": 1,
                "isDefault": False,
                "qtyMutability": True,
                "qty": 2.5,
                "sku": "mug",
                "price": 3,
                "priceType": "fixed",
            },
            {
                **NOTHING,
                "id": "YnVuZGxlLzMvMzIvMQ==",
                "label": "Product cup",
                "sortOrder": 2,
                "isDefault": True,
                "qtyMutability": False,
                "qty": 1,
                "sku": "cup",
                "price": 10,
                "priceType": "percent",
            },
        ],
    }
    assert {"default": [option], "french": [option], "trade": [option]} == said(shop, 9)


def test_a_website_has_its_own_amount_and_a_store_view_its_own_words(shop):
    bundle(shop)
    shop.add(
        "catalog_product_bundle_selection_price",
        selection_id=31,
        parent_product_id=9,
        website_id=2,
        selection_price_type=1,
        selection_price_value=7,
    )
    shop.add("catalog_product_bundle_option_value", option_id=3, parent_product_id=9, store_id=3, title="Au choix")
    shop.value(1, NAME, "Tasse", store_id=3, table="varchar")

    found = {
        code: (own[0]["label"], *(own[0]["values"][0][name] for name in ("label", "price", "priceType")))
        for code, own in said(shop, 9).items()
    }
    # Of a website's price the kind is not read (feeds.md 3.1.8).
    assert found == {
        "default": ("Choose", "Product mug", 3, "fixed"),
        "trade": ("Choose", "Product mug", 7, "fixed"),
        "french": ("Au choix", "Tasse", 3, "fixed"),
    }


def test_a_bundle_option_without_selections_has_null(shop):
    shop.product(9, "hamper", "bundle")
    shop.add("catalog_product_bundle_option", option_id=3, parent_id=9, required=0, position=0, type="radio")

    option = {
        "id": "3",
        "sortOrder": 0,
        "required": False,
        "renderType": "radio",
        "type": "bundle",
        "values": None,
    }
    assert [option] == said(shop, 9)["default"]


# Configurable


@pytest.fixture
def shirt(shop):
    """Product 9 by colour and size: 1 is red and large, 2 is blue and large."""
    shop.product(9, "shirt", "configurable")
    for product_id, sku, colour in ((1, "shirt-red", 11), (2, "shirt-blue", 12)):
        shop.product(product_id, sku, websites=())
        shop.value(product_id, COLOUR, colour)
        shop.value(product_id, SIZE, 21)
        shop.add("catalog_product_super_link", product_id=product_id, parent_id=9)
    for option_id, attribute_id, label, order in (
        (11, COLOUR, "Red", 2),
        (12, COLOUR, "Blue", 1),
        (13, COLOUR, "Green", 3),
        (21, SIZE, "L", 1),
    ):
        shop.add("eav_attribute_option", option_id=option_id, attribute_id=attribute_id, sort_order=order)
        shop.add("eav_attribute_option_value", option_id=option_id, store_id=0, value=label)
    shop.add("catalog_product_super_attribute", product_id=9, attribute_id=COLOUR, position=2)
    shop.add("catalog_product_super_attribute", product_id=9, attribute_id=SIZE, position=1)
    return shop


def test_the_attributes_of_a_configurable_product_with_the_values_its_parts_have(shirt):
    shirt.run(f"""update catalog_eav_attribute set additional_data = '{{"a":"1"}}' where attribute_id = {COLOUR}""")

    size = {
        "id": "size",
        "label": "Size",
        "sortOrder": 1,
        "type": "configurable",
        "values": [{**NOTHING, "id": "Y29uZmlndXJhYmxlLzk0LzIx", "label": "L", "sortOrder": 1}],
    }
    colour = {
        "id": "colour",
        "label": "Colour",
        "sortOrder": 2,
        "type": "configurable",
        "swatchType": '{"a":"1"}',
        # In the order of the ids, not of sort_order; green is no part's.
        "values": [
            {**NOTHING, "id": "Y29uZmlndXJhYmxlLzkzLzEx", "label": "Red", "sortOrder": 2},
            {**NOTHING, "id": "Y29uZmlndXJhYmxlLzkzLzEy", "label": "Blue", "sortOrder": 1},
        ],
    }
    assert {"default": [size, colour], "french": [size, colour]} == said(shirt, 9)


def values(shop, code="colour"):
    """The values' labels of an attribute by store view's code."""
    return {
        view: next(
            [value["label"] for value in option["values"]] if option["values"] else None
            for option in own
            if option["id"] == code
        )
        for view, own in said(shop, 9).items()
    }


def test_the_value_of_a_disabled_part_is_not_there(shirt):
    shirt.run(f"update catalog_product_entity_int set value = 2 where attribute_id = {STATUS} and entity_id = 1")

    assert values(shirt) == {"default": ["Blue"], "french": ["Blue"]}
    assert values(shirt, "size") == {"default": ["L"], "french": ["L"]}


def test_a_part_may_be_disabled_in_one_store_view_or_enabled_in_one(shirt):
    shirt.value(1, STATUS, 2, store_id=3)
    assert values(shirt) == {"default": ["Red", "Blue"], "french": ["Blue"]}

    shirt.run(f"update catalog_product_entity_int set value = 3 - value where attribute_id = {STATUS}")
    # Now 1 is disabled but in French, 2 is disabled.
    assert values(shirt) == {"default": None, "french": ["Red"]}


def test_a_part_without_a_status_does_not_count(shirt):
    shirt.run(f"delete from catalog_product_entity_int where attribute_id = {STATUS} and entity_id = 1")
    shirt.value(2, STATUS, None, store_id=3)

    assert values(shirt) == {"default": ["Blue"], "french": None}


def test_labels_are_the_store_views_where_it_has_some(shirt):
    shirt.add("eav_attribute_label", attribute_id=COLOUR, store_id=3, value="Couleur")
    shirt.add("eav_attribute_option_value", option_id=11, store_id=3, value="Rouge")

    found = said(shirt, 9)
    assert (found["default"][1]["label"], found["french"][1]["label"]) == ("Colour", "Couleur")
    assert values(shirt) == {"default": ["Red", "Blue"], "french": ["Rouge", "Blue"]}


@pytest.mark.parametrize(
    ("kind", "swatch", "expected"),
    [
        (0, "R", {}),
        (1, "#ff0000", {"colorHex": "#ff0000"}),
        (2, "/r/e/red.png", {"imageUrl": "http://shop/media/attribute/swatch/r/e/red.png"}),
        (2, "r/e/red.png", {"imageUrl": "http://shop/media/attribute/swatch/r/e/red.png"}),
        (3, "", {"customSwatchValue": ""}),
    ],
)
def test_a_swatch_is_told_by_its_kind(shirt, kind, swatch, expected):
    shirt.add("eav_attribute_option_swatch", option_id=11, store_id=0, type=kind, value=swatch)

    red = said(shirt, 9)["default"][1]["values"][0]
    told = {name: red[name] for name in ("colorHex", "imageUrl", "customSwatchValue") if red[name] is not None}
    assert expected == told


def test_the_swatch_of_a_store_view_counts_if_it_has_a_value(shirt):
    shirt.add("eav_attribute_option_swatch", option_id=11, store_id=0, type=1, value="#f00")
    shirt.add("eav_attribute_option_swatch", option_id=11, store_id=3, type=1, value="#e00")
    shirt.add("eav_attribute_option_swatch", option_id=12, store_id=0, type=1, value="#00f")
    shirt.add("eav_attribute_option_swatch", option_id=12, store_id=3, type=1, value=None)

    found = {code: [value["colorHex"] for value in own[1]["values"]] for code, own in said(shirt, 9).items()}
    assert found == {"default": ["#f00", "#00f"], "french": ["#e00", "#00f"]}


def test_options_of_several_kinds_stand_together_and_an_equal_id_takes_nothing_away(shirt):
    """Commerce drops the configurable option whose attribute id is a custom option's id (feeds.md 5)."""
    drop_down(shirt, option_id=COLOUR, product_id=9)
    choice(shirt, 1, option_id=COLOUR)

    assert [("custom_option", str(COLOUR)), ("configurable", "size"), ("configurable", "colour")] == [
        (option["type"], option["id"]) for option in said(shirt, 9)["default"]
    ]


# What changes lead to


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update catalog_product_option set sort_order = 9", {1}),
        ("update catalog_product_option_title set title = 'x'", {1}),
        ("insert into catalog_product_option_price (option_id, store_id, price) values (5, 0, 1)", {1}),
        ("delete from catalog_product_option_type_value", {1}),
        ("update catalog_product_option_type_title set title = 'x'", {1}),
        ("insert into catalog_product_option_type_price (option_type_id, store_id, price) values (51, 0, 1)", {1}),
        ("delete from catalog_product_option", {1}),
        # 9 has the attributes; 1 and 2 are red and blue.
        ("update eav_attribute_label set value = 'x' where attribute_id = 93", {9}),
        ("update catalog_product_super_attribute set position = 7 where attribute_id = 93", {9}),
        ("delete from catalog_product_super_link where product_id = 1", {9}),
        ("insert into eav_attribute_option_swatch (option_id, store_id, type, value) values (11, 0, 1, '#f00')", {9}),
        ("insert into eav_attribute_option_swatch (option_id, store_id, type, value) values (13, 0, 1, '#f00')", set()),
    ],
)
def test_a_change_leads_to_the_product_with_the_option(shirt, sql, expected):
    drop_down(shirt)
    choice(shirt, 51)
    shirt.add("eav_attribute_label", attribute_id=COLOUR, store_id=3, value="Couleur")

    assert expected == shirt.touched(FEED, sql)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        # The part has the label in its own attributes, the whole among its options.
        ("update eav_attribute_option_value set value = 'x' where option_id = 11", {1, 9}),
        ("update catalog_product_entity_int set value = 2 where entity_id = 1 and attribute_id = 97", {1, 9}),
    ],
)
def test_a_change_of_a_part_leads_to_the_whole(shirt, sql, expected):
    assert expected <= set(shirt.touched(FEED, sql))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update catalog_product_bundle_option set position = 8", {9}),
        ("update catalog_product_bundle_option_value set title = 'x'", {9}),
        ("update catalog_product_bundle_selection set is_default = 0", {9}),
        (
            "insert into catalog_product_bundle_selection_price"
            " (selection_id, parent_product_id, website_id, selection_price_value) values (31, 9, 1, 5)",
            {9},
        ),
        ("update catalog_product_entity_varchar set value = 'x' where entity_id = 1", {1, 9}),
        ("update catalog_product_entity set sku = 'x' where entity_id = 2", {2, 9}),
    ],
)
def test_a_change_leads_to_the_bundle(shop, sql, expected):
    bundle(shop)

    assert expected == shop.touched(FEED, sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("update catalog_product_link_attribute_decimal set value = 3", {9}),
        ("update catalog_product_link_attribute_int set value = 3", {9}),
        ("delete from catalog_product_link", {9}),
        ("delete from catalog_product_website where product_id = 2", {2, 9}),
        ("update catalog_product_entity set sku = 'x' where entity_id = 2", {2, 9}),
    ],
)
def test_a_change_leads_to_the_grouped_product(shop, sql, expected):
    shop.product(9, "set", "grouped")
    shop.product(2, "cup")
    member(shop, 1, 2, qty=1, position=1)

    assert expected == shop.touched(FEED, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "update downloadable_link set sort_order = 4",
        "update downloadable_link_title set title = 'x'",
        "update downloadable_link_price set price = 4",
        "delete from downloadable_link",
    ],
)
def test_a_change_leads_to_the_downloadable_product(shop, sql):
    shop.product(1, "book", "downloadable")
    link(shop, 1, title="Bread", price=1)

    assert {1} == shop.touched(FEED, sql)


@pytest.mark.parametrize("key", [b"\xff", float("inf"), "24x", 7, 1.5])
def test_what_has_an_id_that_no_row_can_name_has_no_text_and_hides_no_other(key):
    shop = sqlite3.connect(":memory:")
    query = "select value, 0, 'text' from json_each(:ids) where value = 1"
    assert texts(Shop(shop), query, [1, key]) == {1: {0: "text"}, key: {}}
    shop.close()
