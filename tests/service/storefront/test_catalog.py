"""Products and categories by SKU and id: what is answered of them, in which order, and to whom."""

from typing import Any

import pytest

from tests.service.storefront.front import Front


def test_products_come_in_the_order_that_was_asked_for_each_once(front: Front) -> None:
    query = "query ($skus: [String]) { products(skus: $skus) { sku } }"
    skus = ["KL-CUP", "KL-NOBODY", "kl-esp-house", "KL-CUP", "KL-HIDDEN", None, "KL-OFF", ""]
    answer = front.ask(query, {"skus": skus})["products"]
    assert [row["sku"] for row in answer] == ["KL-CUP", "KL-ESP-HOUSE", "KL-HIDDEN"]
    assert front.ask(query, {"skus": []}) == front.ask(query, {"skus": None}) == {"products": []}


def test_a_product_says_what_was_exported(front: Front) -> None:
    fields = "externalId name urlKey url metaTitle visibility inStock lowStock queryType lastModifiedAt"
    assert front.product("KL-ESP-HOUSE", fields) == {
        "externalId": "1",
        "name": "House Espresso",
        "urlKey": "house-espresso",
        "url": "https://shop.example/house-espresso.html",
        "metaTitle": "House Espresso | Kettle Lane",
        "visibility": "Catalog, Search",
        "inStock": True,
        "lowStock": False,
        "queryType": None,
        "lastModifiedAt": "2024-03-04T09:01:00Z",
    }


@pytest.mark.parametrize(
    ("sku", "key"), [("KL-ESP-HOUSE", "house-espresso"), ("KL-NO-KEY", "twine"), ("KL-NO-ADDRESS", "cork-mat")]
)
def test_a_product_without_a_key_gets_one(front: Front, sku: str, key: str) -> None:
    assert front.product(sku, "urlKey")["urlKey"] == key


def test_an_id_is_the_same_in_every_answer_and_another_in_every_store_view(front: Front) -> None:
    ids = [front.product("KL-CUP", "id", view=view)["id"] for view in ("default", "default", "french")]
    assert ids[0] == ids[1] != ids[2]


PDP = ["brand", "roast", "grind", "pack_size", "taste_notes", "brew_methods", "organic", "dishwasher_safe"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('roles: ["visible_in_plp"]', ["news_from_date"]),
        ('roles: ["Visible in PLP"]', ["news_from_date"]),
        ('roles: ["show_on_plp"]', ["news_from_date"]),
        ('roles: ["show_in_plp", "nonsense"]', ["news_from_date"]),
        ('roles: ["nonsense"]', []),
        ('names: ["roast", "brand"]', ["brand", "roast"]),
        ('roles: ["visible_in_pdp"], names: ["brand"]', ["brand"]),
        ('roles: ["visible_in_plp"], names: ["brand"]', []),
    ],
)
def test_attributes_are_those_with_a_role_and_a_name(front: Front, arguments: str, names: list[str]) -> None:
    rows = front.product("KL-ESP-HOUSE", f"attributes({arguments}) {{ name }}")["attributes"]
    assert [row["name"] for row in rows] == names


def test_an_attribute_has_its_label_its_roles_and_one_value_or_several(front: Front) -> None:
    rows = front.product("KL-ESP-HOUSE", "attributes(roles: []) { name label value roles }")["attributes"]
    by_name = {row["name"]: row for row in rows}
    roles = ["visible_in_pdp", "visible_in_compare_list", "visible_in_search"]
    assert by_name["brand"] == {"name": "brand", "label": "Maker", "value": "Old Quay Roasters", "roles": roles}
    assert by_name["taste_notes"]["value"] == ["Chocolate", "Hazelnut"]
    assert (by_name["organic"]["value"], by_name["dishwasher_safe"]["value"]) == ("yes", "no")
    assert set(PDP) <= set(by_name)
    assert by_name["ac_inventory"]["roles"] == []


def test_images_come_in_their_order_and_by_role(front: Front) -> None:
    every = front.product("KL-ESP-HOUSE", "images { url roles }")["images"]
    main = "https://shop.example/media/catalog/product/k/l/kl-esp-house-1.jpg"
    assert every[1] == {"url": main, "roles": ["image", "small_image", "thumbnail"]}
    assert every[0]["roles"] == []
    for roles in ('"thumbnail"', '["thumbnail"]', '["THUMBNAIL", "nonsense"]'):
        assert front.product("KL-ESP-HOUSE", f"images(roles: {roles}) {{ url }}")["images"] == [{"url": main}]
    assert front.product("KL-ESP-HOUSE", "images(roles: []) { url roles }")["images"] == every


def test_links_are_merged_and_lead_to_what_may_be_shown(front: Front) -> None:
    fields = "links { product { sku } linkTypes }"
    rows = front.product("KL-ESP-HOUSE", fields)["links"]
    assert [(row["product"]["sku"], row["linkTypes"]) for row in rows] == [
        ("KL-CUP", ["crosssell"]),
        ("KL-ONLY-BASE", ["crosssell"]),
        ("KL-ESP-NIGHT", ["related"]),
        ("KL-GRD-HAND", ["related"]),
        ("KL-SET-MORNING", ["upsell"]),
    ]
    upsells = front.product("KL-ESP-HOUSE", 'links(linkTypes: ["upsell"]) { product { sku } }')["links"]
    assert upsells == [{"product": {"sku": "KL-SET-MORNING"}}]
    trade = front.product("KL-ESP-HOUSE", fields, view="wholesale", group=2)["links"]
    assert "KL-ONLY-BASE" not in {row["product"]["sku"] for row in trade}


def test_a_product_knows_its_categories_with_those_above(front: Front) -> None:
    rows = front.product("KL-ESP-HOUSE", "categories { slug level parents { slug } }")["categories"]
    assert rows[2] == {
        "slug": "coffee/espresso/dark-roasts",
        "level": 4,
        "parents": [{"slug": ""}, {"slug": "coffee"}, {"slug": "coffee/espresso"}],
    }


def test_what_a_shopper_enters_is_listed(front: Front) -> None:
    fields = "title type required markupAmount suffix fileExtensions range { to } imageSize { width height }"
    rows = {row["title"]: row for row in front.product("KL-BOX-HAMPER", f"inputOptions {{ {fields} }}")["inputOptions"]}
    assert rows["Name on the tag"]["range"] == {"to": 20.0}
    assert rows["A picture for the lid"] == {
        "title": "A picture for the lid",
        "type": "file",
        "required": False,
        "markupAmount": 6.0,
        "suffix": "LID",
        "fileExtensions": "png, jpg",
        "range": {"to": None},
        "imageSize": {"width": 1200, "height": 900},
    }
    assert [row["title"] for row in front.product("KL-CUP", "inputOptions { title }")["inputOptions"]] == ["Wrapped"]


# Who may see and buy


@pytest.mark.parametrize(
    ("sku", "view", "group", "expected"),
    [
        ("KL-ESP-HOUSE", "default", 0, (True, "visible")),
        ("KL-ESP-HOUSE", "wholesale", 0, None),
        ("KL-ESP-HOUSE", "wholesale", 2, (True, "visible")),
        ("KL-WSH-LATTE", "default", 0, (False, "visible")),
        ("KL-WSH-LATTE", "default", 1, (True, "visible")),
        ("KL-WSH-LATTE", "wholesale", 1, None),
        ("KL-BRW-000102", "wholesale", 0, (False, "hidden")),
        ("KL-BRW-000102", "wholesale", 3, (False, "hidden")),
        ("KL-STK-OUT", "default", 1, (False, "visible")),
        ("KL-OFF", "default", 1, None),
        ("KL-ONLY-BASE", "wholesale", 2, None),
    ],
)
def test_permissions_decide_what_a_group_sees_and_buys(
    front: Front, sku: str, view: str, group: int, expected: tuple[bool, str] | None
) -> None:
    fields = "addToCartAllowed ... on SimpleProductView { price { roles } }"
    product = front.product(sku, fields, view=view, group=group)
    assert (product and (product["addToCartAllowed"], product["price"]["roles"][0])) == expected
    if expected is None:
        assert front.skus("", view=view, group=group, filter=[{"attribute": "sku", "eq": sku}]) == []


def test_a_group_that_nobody_knows_sees_what_the_fallback_allows(front: Front) -> None:
    body = {"Magento_Customer_Group": "f" * 40}
    (product,) = front.ask('{ products(skus: ["KL-ESP-HOUSE"]) { sku } }', **body)["products"]
    assert product == {"sku": "KL-ESP-HOUSE"}


# Categories


def paths(answer: Any) -> list[str]:
    """The url paths of categories."""
    return [row["urlPath"] for row in answer["categories"]]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (0, ["cafe-supplies", "cafe-supplies/crockery"]),
        (2, ["", "by-the-sack", "by-the-chest", "cafe-supplies", "cafe-supplies/crockery"]),
    ],
)
def test_categories_that_a_group_may_not_see_are_left_out(front: Front, group: int, expected: list[str]) -> None:
    assert paths(front.ask("{ categories { urlPath } }", view="wholesale", group=group)) == expected


def test_a_category_is_what_its_items_say_of_each_other(front: Front) -> None:
    fields = "id name level path urlPath roles children parentId position availableSortBy defaultSortBy count title"
    (coffee,) = front.ask(f'{{ categories(ids: ["3"]) {{ {fields} }} }}')["categories"]
    assert coffee == {
        "id": "3",
        "name": "Coffee",
        "level": 2,
        "path": "1/2/3",
        "urlPath": "coffee",
        "roles": ["active", "show_in_menu"],
        "children": ["4", "6", "8"],
        "parentId": "2",
        "position": 0,
        "availableSortBy": ["position", "name", "price"],
        "defaultSortBy": "name",
        "count": 0,
        "title": "coffee",
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('(ids: ["26", "999"])', ["summer-market"]),
        ('(ids: ["26"], roles: ["active"])', []),
        ('(ids: ["29"], roles: ["SHOW_IN_MENU"])', []),
        ('(ids: ["29", "3"], roles: ["Show_In_Menu", "nonsense"])', ["coffee"]),
        ('(ids: ["9"], subtree: {startLevel: 3, depth: 1})', ["tea/black-tea", "tea/green-tea", "tea/infusions"]),
        ('(ids: ["4"], subtree: {startLevel: 3, depth: 2})', ["coffee/espresso", "coffee/espresso/dark-roasts"]),
        ('(ids: ["4"], subtree: {startLevel: 3, depth: 0})', []),
        ("(ids: [])", []),
    ],
)
def test_categories_are_chosen_by_id_role_and_level(front: Front, arguments: str, expected: list[str]) -> None:
    assert paths(front.ask(f"{{ categories{arguments} {{ urlPath }} }}")) == expected


def test_the_menu_is_of_active_categories(front: Front) -> None:
    menu = front.ask('{ navigation(family: "x") { slug name children { slug } } }')["navigation"]
    slugs = [row["slug"] for row in menu]
    assert slugs == ["coffee", "tea", "brewing", "kitchen-tools", "market-stall", "clearance"]
    assert [row["slug"] for row in menu[1]["children"]] == ["tea/black-tea", "tea/green-tea", "tea/infusions"]


def test_categories_are_found_by_a_part_of_their_names(front: Front) -> None:
    query = '{ searchCategory(searchTerm: "TEA", pageSize: 2, currentPage: 3) { totalCount items { name } ...P } }'
    answer = front.ask(query + " fragment P on SearchCategoryResultPage { pageInfo { totalPages } }")["searchCategory"]
    assert (answer["totalCount"], answer["pageInfo"]["totalPages"], len(answer["items"])) == (5, 3, 1)
