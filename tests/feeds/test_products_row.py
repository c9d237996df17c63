"""A product's row, its attribute values and their formatters (feeds.md 3.1.1 to 3.1.3)."""


import pytest

from saasexport.feed import Shop
from saasexport.feeds.products import FEED, row
from saasexport.feeds.products.assembly import attributes_to_read
from saasexport.feeds.products.batch import load
from tests.feeds.storefront import MADE, Storefront


@pytest.fixture
def shop(tmp_path):
    return Storefront(tmp_path / "shop.sqlite")


def said(shop, product_id=1):
    """The area's fields of a product by store view."""
    found, fields = shop.area(row, product_id)
    assert fields.faults == {}
    return found[product_id]


def test_every_field(shop):
    shop.bare(1, "mug", websites=(1,))
    shop.configure("currency/options/base", "EUR")
    shop.configure("general/locale/weight_unit", "kgs")
    shop.say(
        1,
        name="Mug",
        description="A mug",
        short_description="Short",
        meta_title="Title",
        meta_keyword="Words",
        meta_description="About",
        url_key="mug",
        status=1,
        visibility=4,
        tax_class_id=2,
        weight=1.5,
        weight_type=1,
        price_view=1,
        links_purchased_separately=0,
        image="/m/1.jpg",
        image_label="Front",
        small_image="/m/2.jpg",
        small_image_label="Small",
        thumbnail="/m/3.jpg",
        thumbnail_label="Thumb",
        swatch_image="/m/4.jpg",
    )

    expected = {
        "sku": "mug",
        "productId": 1,
        "type": "simple",
        "createdAt": MADE,
        "updatedAt": MADE,
        "variants": None,
        "name": "Mug",
        "description": "A mug",
        "shortDescription": "Short",
        "metaTitle": "Title",
        "metaKeyword": "Words",
        "metaDescription": "About",
        "urlKey": "mug",
        "status": "Enabled",
        "visibility": "Catalog, Search",
        "displayable": True,
        "taxClassId": "Taxable Goods",
        "currency": "EUR",
        "weight": 1.5,
        "weightUnit": "kgs",
        "weightType": "1",
        "priceView": "as_low_as",
        "linksPurchasedSeparately": False,
        "image": {"url": "http://shop/media/catalog/product/m/1.jpg", "label": "Front"},
        "smallImage": {"url": "http://shop/media/catalog/product/m/2.jpg", "label": "Small"},
        "thumbnail": {"url": "http://shop/media/catalog/product/m/3.jpg", "label": "Thumb"},
        "swatchImage": {"url": "http://shop/media/catalog/product/m/4.jpg", "label": None},
    }
    assert {"default": expected, "french": expected} == said(shop)


def test_what_is_null_is_left_out(shop):
    shop.bare(1, "mug")
    shop.say(1, name="Mug", status=1, description=None)

    assert said(shop)["default"] == {
        "sku": "mug",
        "productId": 1,
        "type": "simple",
        "createdAt": MADE,
        "updatedAt": MADE,
        "variants": None,
        "name": "Mug",
        "status": "Enabled",
        "visibility": "Not Visible Individually",
        "displayable": False,
        "taxClassId": "no",
        "currency": "USD",
        "weightUnit": None,
    }


def test_a_store_views_own_value_counts_also_when_it_is_null(shop):
    shop.bare(1, "mug")
    shop.say(1, name="Mug", status=1, meta_title="Title")
    shop.say(1, store_id=3, name="Tasse", meta_title=None)

    found = said(shop)
    assert (found["default"]["name"], found["default"]["metaTitle"]) == ("Mug", "Title")
    assert found["french"]["name"] == "Tasse"
    assert "metaTitle" not in found["french"]


@pytest.mark.parametrize(
    ("values", "status", "visibility", "is_displayable"),
    [
        ({"status": 1, "visibility": 1}, "Enabled", "Not Visible Individually", False),
        ({"status": 1, "visibility": 2}, "Enabled", "Catalog", True),
        ({"status": 1, "visibility": 3}, "Enabled", "Search", True),
        ({"status": 1, "visibility": 4}, "Enabled", "Catalog, Search", True),
        ({"status": 2, "visibility": 4}, "Disabled", "Catalog, Search", False),
        ({"status": None, "visibility": 4}, "Disabled", "Catalog, Search", False),
        ({"visibility": 4}, "Disabled", "Catalog, Search", False),
        ({"status": 1, "visibility": None}, "Enabled", "Not Visible Individually", False),
        ({"status": 1, "visibility": 7}, "Enabled", None, False),
    ],
)
def test_status_and_visibility_in_words(shop, values, status, visibility, is_displayable):
    shop.bare(1, "mug")
    shop.say(1, **values)

    found = said(shop)["default"]
    assert (status, visibility, is_displayable) == (
        found["status"],
        found.get("visibility"),
        found["displayable"],
    )


@pytest.mark.parametrize(("tax_class_id", "sent"), [(2, "Taxable Goods"), (0, "no"), (None, "no"), (9, "no")])
def test_the_tax_class_by_name(shop, tax_class_id, sent):
    shop.bare(1, "mug")
    shop.say(1, status=1, tax_class_id=tax_class_id)

    assert sent == said(shop)["default"]["taxClassId"]


@pytest.mark.parametrize(("price_view", "sent"), [(0, "price_range"), (1, "as_low_as"), (5, None), (None, None)])
def test_the_price_view_in_words(shop, price_view, sent):
    shop.bare(1, "mug")
    shop.say(1, status=1, price_view=price_view)

    assert sent == said(shop)["default"].get("priceView")


@pytest.mark.parametrize("code", ["image", "small_image", "thumbnail", "swatch_image"])
@pytest.mark.parametrize("path", ["/m/1.jpg", "m/1.jpg"])
def test_a_path_may_lack_its_slash(shop, code, path):
    shop.bare(1, "mug")
    shop.say(1, status=1, **{code: path})

    field = {"small_image": "smallImage", "swatch_image": "swatchImage"}.get(code, code)
    assert said(shop)["default"][field]["url"] == "http://shop/media/catalog/product/m/1.jpg"


@pytest.mark.parametrize("path", ["no_selection", "", None])
def test_no_selection_is_no_image(shop, path):
    shop.bare(1, "mug")
    shop.say(1, status=1, image=path)

    assert "image" not in said(shop)["default"]


def test_an_image_of_a_store_view_takes_its_label_with_it(shop):
    shop.bare(1, "mug")
    shop.say(1, status=1, image="/1.jpg")
    shop.say(1, store_id=3, image_label="Face")

    found = said(shop)
    assert found["default"]["image"] == {"url": "http://shop/media/catalog/product/1.jpg", "label": None}
    assert found["french"]["image"] == {"url": "http://shop/media/catalog/product/1.jpg", "label": "Face"}


def test_settings_are_those_of_the_store_view(shop):
    shop.configure("currency/options/base", "EUR", "websites", 2)
    shop.configure("general/locale/weight_unit", "kgs", "stores", 3)
    shop.bare(1, "mug", websites=(1, 2))
    shop.say(1, status=1, weight=2, image="/1.jpg", name="Mug")
    shop.say(1, store_id=3, name="Tasse")

    assert {
        code: (found["currency"], found["weightUnit"], found["image"]["url"], found["name"])
        for code, found in said(shop).items()
    } == {
        "default": ("USD", "lbs", "http://shop/media/catalog/product/1.jpg", "Mug"),
        "french": ("USD", "kgs", "http://shop/media/catalog/product/1.jpg", "Tasse"),
        "trade": ("EUR", "lbs", "http://trade/media/catalog/product/1.jpg", "Mug"),
    }


def test_settings_that_differ_leave_all_else_common(shop):
    shop.configure("web/unsecure/base_media_url", "http://media/")
    shop.configure("currency/options/base", "EUR", "websites", 2)
    shop.bare(1, "mug", websites=(1, 2))
    shop.say(1, status=1, name="Mug", image="/1.jpg")

    _, fields = shop.area(row, 1)
    assert fields.by_view == {1: {1: {"currency": "USD"}, 2: {"currency": "EUR"}, 3: {"currency": "USD"}}}


def test_directives_in_descriptions_lead_to_the_store_views_addresses(shop):
    shop.configure("web/unsecure/base_media_url", "http://media/")
    shop.bare(1, "mug", websites=(1, 2))
    shop.say(1, status=1, description='{{media url="a.png"}} {{store url="tea"}}', name="{{store url=''}}")

    assert {code: (found["description"], found["name"]) for code, found in said(shop).items()} == {
        "default": ("http://media/a.png http://shop/tea/", "{{store url=''}}"),
        "french": ("http://media/a.png http://shop/tea/", "{{store url=''}}"),
        "trade": ("http://media/a.png http://trade/tea/", "{{store url=''}}"),
    }


@pytest.mark.parametrize(
    ("type_id", "store_id", "price_type", "sent"),
    [
        ("bundle", 0, 1, "bundle_fixed"),
        ("bundle", 2, 1, "bundle_fixed"),  # in any scope, the product's or not
        ("bundle", 0, 0, "bundle"),
        ("simple", 0, 1, "simple"),
    ],
)
def test_a_bundle_with_a_price_of_its_own_is_bundle_fixed(shop, type_id, store_id, price_type, sent):
    shop.bare(1, "set", type_id=type_id)
    shop.say(1, status=1)
    shop.say(1, store_id, price_type=price_type)

    assert [sent, sent] == [found["type"] for found in said(shop).values()]


@pytest.mark.parametrize("zeros", ["0000-00-00 00:00:00", "0000-00-00", "0000-00-00T00:00:00"])
def test_a_date_of_zeros_is_the_other_one(shop, zeros):
    shop.bare(1, "a", created_at=zeros, updated_at=MADE)
    shop.say(1, status=1)

    common = row.area(Shop(shop.db), load(Shop(shop.db), [1], attributes_to_read(Shop(shop.db)))).common
    assert (common[1]["createdAt"], common[1]["updatedAt"]) == (MADE, MADE)


@pytest.mark.parametrize(
    ("created", "updated", "error"),
    [
        ("0000-00-00 00:00:00", "0000-00-00 00:00:00", "createdAt: is missing"),
        ("", MADE, "createdAt: '' is not a time"),
        ("yesterday", MADE, "createdAt: 'yesterday' is not a time"),
        (MADE, "2026-02-30 00:00:00", "updatedAt: '2026-02-30 00:00:00' is not a time"),
        (MADE, "2026-01-10 25:00:00", "updatedAt: '2026-01-10 25:00:00' is not a time"),
        (20260110, MADE, "createdAt: '20260110' is not a time"),
    ],
)
def test_a_date_that_is_none_sets_the_product_aside(shop, created, updated, error):
    shop.bare(1, "a", created_at=created, updated_at=updated)
    shop.say(1, status=1)

    assert {error} == set(failed(shop)[0].values())


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("2026-01-10 09:00:00", "2026-01-10 09:00:00"),
        ("2026-01-10", "2026-01-10 00:00:00"),
        ("2026-01-10T09:00:00Z", "2026-01-10 09:00:00"),
        ("2026-01-10 09:00:00+02:00", "2026-01-10 07:00:00"),
        ("2026-01-10 09:00:00.123456", "2026-01-10 09:00:00"),
    ],
)
def test_a_date_written_in_another_way_is_the_same_moment(shop, stored, sent):
    shop.bare(1, "a", created_at=stored)
    shop.say(1, status=1)

    common = row.area(Shop(shop.db), load(Shop(shop.db), [1], attributes_to_read(Shop(shop.db)))).common
    assert common[1]["createdAt"] == sent


def failed(shop, product_id=1):
    (entity,) = shop.entities(FEED, product_id)
    return {fault.identity["storeViewCode"]: fault.error for fault in entity.failed}, [
        part["storeViewCode"] for part in entity.parts
    ]


def test_a_product_without_any_value_fails_for_want_of_a_status(shop):
    shop.bare(1, "mug")
    shop.say(1, price=5)  # no value that the row asks for
    error = "One or more required EAV attributes (status) are not set for product: 1"

    assert ({"default": error, "french": error}, []) == failed(shop)


def test_a_status_that_is_none_fails_in_its_store_view_only(shop):
    shop.bare(1, "mug")
    shop.say(1, status=1, name="Mug")
    shop.say(1, store_id=3, status=7)
    error = "One or more required EAV attributes (status) are not set for product: 1"

    assert ({"french": error}, ["default"]) == failed(shop)


def test_a_store_views_value_makes_up_for_none_at_all(shop):
    shop.bare(1, "mug")
    shop.say(1, store_id=3, name="Tasse")

    errors, sent = failed(shop)
    assert (list(errors), sent) == (["default"], ["french"])
    assert shop.items(FEED, 1)["mug/french"]["status"] == "Disabled"


def test_text_where_a_number_belongs_sets_the_item_aside_with_field_and_reason(shop):
    shop.bare(1, "mug")
    shop.say(1, status=1, weight="heavy")
    shop.say(1, store_id=3, weight=2)
    shop.bare(2, "good")
    shop.say(2, status=1)

    assert failed(shop) == ({"default": "weight: 'heavy' is not a number"}, ["french"])
    assert failed(shop, 2) == ({}, ["default", "french"])


def test_binary_data_in_a_store_views_name_sets_that_item_aside(shop):
    shop.bare(1, "mug")
    shop.say(1, status=1, name="Mug")
    shop.say(1, store_id=3, name=b"\x00\xff")

    assert failed(shop) == ({"french": "name: binary data where text belongs"}, ["default"])


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "touched"),
    [
        ("update catalog_product_entity set updated_at = '2026-02-02' where entity_id = 1", {1}),
        ("update catalog_product_entity_varchar set value = 'x' where entity_id = 2", {2}),
        ("insert into catalog_product_entity_text (attribute_id, entity_id, value) values (75, 3, 'x')", {3}),
        ("update tax_class set class_name = 'Goods' where class_id = 2", {1, 3}),
        ("delete from catalog_product_website where product_id = 2", {2}),
        ("delete from catalog_product_entity where entity_id = 2", {2}),
        ("update core_config_data set value = 'http://x/' where path = 'web/unsecure/base_url'", "everything"),
        ("insert into core_config_data (path, value) values ('currency/options/base', 'CHF')", "everything"),
        ("insert into core_config_data (path, value) values ('general/locale/code', 'fr_FR')", set()),
        ("insert into store (code, website_id, group_id, name) values ('new', 1, 1, 'New')", "everything"),
        ("update store_website set code = 'x' where website_id = 1", "everything"),
    ],
)
def test_a_change_leads_to_the_products_concerned(shop, change, touched):
    for product_id in (1, 2, 3):
        shop.bare(product_id, f"sku-{product_id}")
        shop.say(product_id, status=1, name="x")
    shop.say(1, tax_class_id=2)
    shop.say(3, store_id=3, tax_class_id=2)

    assert touched == shop.touched(FEED, change)
