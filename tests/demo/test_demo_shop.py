"""The demo shop holds an example of everything a feed has a rule for, and the same ones every time."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from saasexport.demo import shop as demo
from saasexport.demo.attributes import CATEGORY_ATTRIBUTES, PRODUCT_ATTRIBUTES
from saasexport.demo.scopes import ROOT_RETAIL, ROOT_WHOLESALE

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "shop.sqlite"
    demo.create_shop(path, today=TODAY)
    return path


@pytest.fixture
def shop(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma foreign_keys = on")
        connection.execute("begin")
        yield connection
        connection.execute("rollback")


def rows(shop: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return shop.execute(sql).fetchall()


def count(shop: sqlite3.Connection, table: str, condition: str = "1") -> int:
    number: int = shop.execute(f"select count(*) from {table} where {condition}").fetchone()[0]
    return number


def values(shop: sqlite3.Connection, sku: str, code: str) -> dict[str, object]:
    """The values of a product's attribute by the code of the store."""
    attribute_id, attribute = PRODUCT_ATTRIBUTES[code]
    return dict(
        shop.execute(
            f"""
            select store.code, held.value
              from catalog_product_entity_{attribute.backend_type} held
              join catalog_product_entity product using (entity_id)
              join store using (store_id)
             where product.sku = ? and held.attribute_id = ?
             order by held.store_id
            """,
            (sku, attribute_id),
        )
    )


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


# Making it


def test_the_same_seed_and_day_make_the_same_shop(path: Path, tmp_path: Path) -> None:
    demo.create_shop(tmp_path / "again.sqlite", today=TODAY)
    assert dump(tmp_path / "again.sqlite") == dump(path)


def test_another_seed_makes_another_shop_with_the_same_examples(path: Path, tmp_path: Path) -> None:
    demo.create_shop(tmp_path / "other.sqlite", seed=2, today=TODAY)
    assert dump(tmp_path / "other.sqlite") != dump(path)
    examples = len(demo.example_products(TODAY))
    assert _skus(tmp_path / "other.sqlite")[:examples] == _skus(path)[:examples]


def test_only_what_must_be_current_depends_on_the_day(path: Path, tmp_path: Path) -> None:
    demo.create_shop(tmp_path / "later.sqlite", today=date(2027, 1, 2))
    changed = {line.split('"')[1] for line in set(dump(tmp_path / "later.sqlite")) ^ set(dump(path))}
    assert {table for table in changed if not table.startswith("sales_")} == {
        "catalog_product_entity_datetime",
        "catalogrule_product_price",
        "catalogrule_product_price_replica",
        "review",
    }


def test_nothing_carries_the_time_at_which_the_shop_was_made(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defaults of created_at and updated_at would: here they give a text that stands out."""
    schema = (Path(demo.__file__).parent / "shop.sql").read_text("utf-8")
    (tmp_path / "shop.sql").write_text(schema.replace("default current_timestamp", "default 'now'"))
    monkeypatch.setattr(demo.resources, "files", lambda package: tmp_path)
    demo.create_shop(tmp_path / "shop.sqlite", today=TODAY)
    written = [line for line in dump(tmp_path / "shop.sqlite") if line.startswith("INSERT")]
    assert written == [line for line in dump(path) if line.startswith("INSERT")]
    assert not [line for line in written if "'now'" in line]


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "shop.sqlite").write_text("mine")
    with pytest.raises(FileExistsError):
        demo.create_shop(tmp_path / "shop.sqlite")
    assert (tmp_path / "shop.sqlite").read_text() == "mine"


def test_the_shop_has_as_many_products_as_asked_for(shop: sqlite3.Connection, tmp_path: Path) -> None:
    assert count(shop, "catalog_product_entity") == 300
    demo.create_shop(tmp_path / "large.sqlite", products=2500, today=TODAY)
    assert len(_skus(tmp_path / "large.sqlite")) == 2500
    demo.create_shop(tmp_path / "small.sqlite", products=0, today=TODAY)
    assert len(_skus(tmp_path / "small.sqlite")) == len(demo.example_products(TODAY)) == 99


def _skus(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [
            sku for (sku,) in connection.execute("select sku from catalog_product_entity order by entity_id")
        ]


def test_every_row_finds_what_it_refers_to(shop: sqlite3.Connection) -> None:
    assert rows(shop, "pragma foreign_key_check") == []
    assert rows(shop, "pragma integrity_check") == [("ok",)]


def test_the_shop_is_left_in_rollback_journal_mode(shop: sqlite3.Connection) -> None:
    assert rows(shop, "pragma journal_mode") == [("delete",)]


def test_emails_and_addresses_are_of_nobody(shop: sqlite3.Connection) -> None:
    emails = "select email from customer_entity union select customer_email from sales_order"
    domains = {email.split("@")[1] for (email,) in shop.execute(emails)}
    assert {".".join(domain.split(".")[-2:]) for domain in domains} == {"example.com", "example.org"}
    urls = "select value from core_config_data where path like 'web/%url' and value like 'http%'"
    assert {url.split("/")[2] for (url,) in shop.execute(urls)} == {"shop.example", "wholesale.shop.example"}


# What the story builds on


def test_the_product_to_rename_is_known_in_every_store_view(shop: sqlite3.Connection) -> None:
    assert rows(
        shop, f"select sku from catalog_product_entity where entity_id = {demo.PRODUCT_TO_RENAME}"
    ) == [(demo.SKU_TO_RENAME,)]
    assert values(shop, demo.SKU_TO_RENAME, "name") == {
        "admin": "House Espresso",
        "french": "Espresso maison",
        "wholesale": "House Espresso (trade)",
    }


def test_the_category_to_rename_has_categories_and_products_below_it(shop: sqlite3.Connection) -> None:
    tea = demo.CATEGORY_TO_RENAME
    below = f"select entity_id from catalog_category_entity where path like '1/{ROOT_RETAIL}/{tea}/%'"
    assert count(shop, "catalog_category_entity", f"parent_id = {tea}") == 3
    assert count(shop, "catalog_category_product", f"category_id = {tea}") > 30
    assert count(shop, "catalog_category_product", f"category_id in ({below})") > 40


def test_the_product_to_delete_leaves_nothing_behind(shop: sqlite3.Connection) -> None:
    assert rows(
        shop, f"select sku from catalog_product_entity where entity_id = {demo.PRODUCT_TO_DELETE}"
    ) == [(demo.SKU_TO_DELETE,)]
    shop.execute("delete from catalog_product_entity where entity_id = ?", (demo.PRODUCT_TO_DELETE,))
    assert rows(shop, "pragma foreign_key_check") == []
    assert count(shop, "sales_order_item", f"product_id = {demo.PRODUCT_TO_DELETE}") == 0
    assert count(shop, "review", f"entity_id = 1 and entity_pk_value = {demo.PRODUCT_TO_DELETE}") == 0


# Scopes


def test_there_are_two_websites_with_a_root_category_each(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select store.code, store_website.code, root_category_id, is_active
          from store join store_website using (website_id) join store_group using (group_id)
         where store_id > 0
         order by store_id
        """,
    ) == [
        ("default", "base", ROOT_RETAIL, 1),
        ("french", "base", ROOT_RETAIL, 0),
        ("wholesale", "wholesale", ROOT_WHOLESALE, 1),
    ]
    assert rows(shop, "select entity_id from catalog_category_entity where level = 1") == [
        (ROOT_RETAIL,),
        (ROOT_WHOLESALE,),
    ]


def test_one_store_group_has_no_store_views_and_one_customer_group_no_website(
    shop: sqlite3.Connection,
) -> None:
    assert count(shop, "store_group", "group_id not in (select group_id from store)") == 1
    assert rows(
        shop,
        """
        select customer_group_code, count(website_id)
          from customer_group left join customer_group_excluded_website using (customer_group_id)
         group by customer_group_id
        """,
    ) == [("NOT LOGGED IN", 1), ("General", 1), ("Wholesale", 0), ("Retailer", 2)]


def test_the_websites_differ_in_currency_weight_unit_and_threshold(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        "select scope, scope_id, value from core_config_data where path = 'currency/options/base' order by 1",
    ) == [("default", 0, "USD"), ("websites", 2, "EUR")]
    assert count(shop, "core_config_data", "path = 'general/locale/weight_unit'") == 3
    assert count(shop, "core_config_data", "path = 'cataloginventory/options/stock_threshold_qty'") == 2
    assert (
        count(shop, "core_config_data", "path like 'catalog/magento_catalogpermissions/%' and value = '1'")
        == 4
    )


# Categories


def category_values(shop: sqlite3.Connection, code: str, condition: str) -> int:
    attribute_id, attribute = CATEGORY_ATTRIBUTES[code]
    table = f"catalog_category_entity_{attribute.backend_type}"
    return count(shop, table, f"attribute_id = {attribute_id} and {condition}")


@pytest.mark.parametrize(
    ("code", "condition", "number"),
    [
        ("is_active", "store_id = 0 and value = 0", 1),
        ("is_active", "store_id = 2 and value = 0", 1),
        ("is_active", "store_id = 0", 36),
        ("include_in_menu", "value = 0", 1),
        ("is_anchor", "value = 1", 14),
        ("image", "value like '/media/%'", 2),
        ("image", "value not like '/%'", 1),
        ("image", "value like '/pub/%'", 1),
        ("description", "value like '%{{media url=%' or value like '%{{store url=%'", 2),
        ("available_sort_by", "1", 3),
        ("default_sort_by", "1", 3),
        ("url_key", "store_id = 0", 34),
        ("url_key", "store_id = 2", 3),
        ("name", "store_id = 2", 26),
    ],
)
def test_categories_have_values_of_every_kind(
    shop: sqlite3.Connection, code: str, condition: str, number: int
) -> None:
    assert category_values(shop, code, f"({condition})") == number


def test_the_trees_are_four_levels_deep_and_count_their_children(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select level, count(*) from catalog_category_entity group by level") == [
        (0, 1),
        (1, 2),
        (2, 12),
        (3, 19),
        (4, 4),
    ]
    below = "select count(*) from catalog_category_entity where path like parent.path || '/%'"
    assert count(shop, "catalog_category_entity parent", f"children_count != ({below})") == 0


def test_two_categories_share_a_path_and_one_has_none(shop: sqlite3.Connection) -> None:
    url_key, _ = CATEGORY_ATTRIBUTES["url_key"]
    assert rows(
        shop,
        f"""
        select parent_id, value
          from catalog_category_entity_varchar join catalog_category_entity using (entity_id)
         where attribute_id = {url_key} and store_id = 0
         group by parent_id, value having count(*) > 1
        """,
    ) == [(22, "gifts")]
    named = f"select entity_id from catalog_category_entity_varchar where attribute_id = {url_key}"
    assert count(shop, "catalog_category_entity", f"level = 2 and entity_id not in ({named})") == 1


def test_permissions_are_given_per_website_and_group_and_for_all(shop: sqlite3.Connection) -> None:
    assert count(shop, "magento_catalogpermissions") == 6
    assert count(shop, "magento_catalogpermissions", "website_id is null and customer_group_id is null") == 1
    assert count(shop, "magento_catalogpermissions", "website_id = 2 and customer_group_id is null") == 1


# Attributes


def test_the_shop_has_attributes_of_its_own_of_every_kind(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select backend_type, frontend_input, count(*) from eav_attribute where is_user_defined = 1
         group by 1, 2 order by 1, 2
        """,
    ) == [
        ("datetime", "date", 1),
        ("decimal", "price", 1),
        ("decimal", "text", 1),
        ("int", "boolean", 2),
        ("int", "select", 7),
        ("int", "text", 1),
        ("static", "text", 1),
        ("text", "multiselect", 1),
        ("text", "textarea", 2),
        ("varchar", "multiselect", 1),
        ("varchar", "select", 1),
        ("varchar", "text", 2),
    ]
    assert count(shop, "eav_attribute", "source_model like '%Boolean' and is_user_defined = 1") == 2
    assert count(shop, "catalog_eav_attribute", "additional_data is not null") == 4
    assert count(shop, "eav_attribute_label", "store_id = 2") == 15


def test_options_have_labels_per_store_view_and_swatches_of_every_type(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select store_id, count(*) from eav_attribute_option_value group by 1") == [
        (0, 42),
        (2, 28),
        (3, 2),
    ]
    assert rows(shop, "select type, count(*) from eav_attribute_option_swatch group by 1") == [
        (0, 8),
        (1, 5),
        (2, 3),
        (3, 1),
    ]


# Products


def test_there_are_products_of_every_kind(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select type_id, count(*) from catalog_product_entity group by 1") == [
        ("bundle", 2),
        ("configurable", 4),
        ("downloadable", 2),
        ("giftcard", 1),
        ("grouped", 2),
        ("simple", 287),
        ("virtual", 2),
    ]


def test_products_are_sold_on_both_websites_on_one_or_nowhere(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select websites, count(*) from (
            select group_concat(website_id) websites
              from catalog_product_entity left join catalog_product_website on product_id = entity_id
             group by entity_id
        ) group by 1 order by 1
        """,
    ) == [(None, 1), ("1", 5), ("1,2", 293), ("2", 1)]


@pytest.mark.parametrize(
    ("sku", "code", "expected"),
    [
        ("KL-OFF", "status", {"admin": 2}),
        ("KL-FIL-DAWN", "status", {"admin": 1, "french": 2}),
        ("KL-FIL-TRADE", "status", {"admin": 2, "wholesale": 1}),
        ("KL-DRAFT-BARE", "status", {}),
        ("KL-DRAFT-BARE", "name", {}),
        ("KL-DRAFT-ZERO", "status", {"admin": 0}),
        ("KL-DRAFT-NULL", "status", {}),
        ("KL-HIDDEN", "visibility", {"admin": 1}),
        ("KL-CATALOG", "visibility", {"admin": 2}),
        ("KL-SEARCH", "visibility", {"admin": 3}),
        ("KL-UNSEEN", "visibility", {}),
        ("KL-ONLY-BASE", "tax_class_id", {"admin": 77}),
        ("KL-WSH-ONLINE", "tax_class_id", {"admin": 0}),
        ("KL-NO-SET", "tax_class_id", {}),
        ("KL-NO-IMAGE", "image", {"admin": "no_selection"}),
        ("KL-NO-KEY", "url_key", {}),
        ("KL-ESP-HOUSE", "care_notes", {"admin": "Keep it closed.\nNot in the fridge.", "french": None}),
        ("KL-ESP-HOUSE", "price", {"admin": 14.5, "wholesale": 11.9}),
        ("KL-ESP-HOUSE", "news_to_date", {"admin": None}),
        ("KL-ESP-HOUSE", "origin_country", {"admin": "BR"}),
        ("KL-FIL-MEADOW", "grind", {"admin": 9999}),
        ("KL-FIL-MEADOW", "origin_country", {"admin": None}),
        ("KL-ESP-NIGHT", "meta_title", {"admin": "Night Ferry Espresso | Kettle Lane", "french": None}),
        ("KL-SET-MORNING", "price_type", {"admin": 1}),
        ("KL-SET-MORNING", "price_view", {"admin": 0}),
        ("KL-SET-BREWER", "price_type", {"admin": 0}),
        ("KL-SET-BREWER", "price_view", {"admin": 1}),
        ("KL-DL-RECIPES", "links_title", {"admin": "Chapters", "french": "Chapitres"}),
        ("KL-DL-ALMANAC", "links_purchased_separately", {"admin": 0}),
    ],
)
def test_values_differ_as_a_rule_needs_it(
    shop: sqlite3.Connection, sku: str, code: str, expected: dict[str, object]
) -> None:
    assert values(shop, sku, code) == expected


def test_a_description_has_directives_of_the_page_template(shop: sqlite3.Connection) -> None:
    (description,) = values(shop, "KL-ESP-HOUSE", "description").values()
    assert "{{media url=wysiwyg/roaster.jpg}}" in str(description)
    assert "{{store url=espresso.html}}" in str(description)


def test_an_ordinary_product_is_as_rich_as_those_of_the_benchmarks(shop: sqlite3.Connection) -> None:
    assert [
        count(shop, f"catalog_product_entity_{kind}", "entity_id = 299 and store_id = 0")
        for kind in ("datetime", "decimal", "int", "text", "varchar")
    ] == [1, 2, 6, 3, 8]
    assert count(shop, "catalog_product_entity_media_gallery_value_to_entity", "entity_id = 299") == 3
    assert count(shop, "catalog_category_product", "product_id = 299") == 4
    assert count(shop, "url_rewrite", "entity_type = 'product' and entity_id = 299") == 3
    assert count(shop, "catalog_product_website", "product_id = 299") == 2


def test_images_differ_between_store_views_and_some_are_hidden(shop: sqlite3.Connection) -> None:
    gallery = "catalog_product_entity_media_gallery"
    house = "entity_id = 1"
    assert count(shop, f"{gallery}_value_to_entity", house) == 9
    assert count(shop, f"{gallery}_value", f"{house} and store_id = 0 and disabled = 1") == 2
    assert count(shop, f"{gallery}_value", f"{house} and store_id = 3 and disabled = 1") == 1
    assert (
        count(shop, f"{gallery}_value", f"{house} and store_id = 3 and label is null and position is null")
        == 1
    )
    assert (
        count(shop, f"{gallery}_value", f"{house} and store_id = 2 and label = 'Le sachet' and position = 1")
        == 1
    )
    assert count(shop, f"{gallery}_value", f"{house} and store_id = 0 and position = 5") == 2
    assert count(shop, gallery, f"value_id not in (select value_id from {gallery}_value)") == 1


def test_one_video_has_data_in_two_stores_and_one_has_none(shop: sqlite3.Connection) -> None:
    assert count(shop, "catalog_product_entity_media_gallery", "media_type = 'external-video'") == 2
    assert rows(
        shop,
        "select store_id, provider, title from catalog_product_entity_media_gallery_value_video order by 1",
    ) == [(0, "vimeo", "From sack to cup"), (2, None, "Du sac à la tasse")]


def test_custom_options_are_of_every_type(shop: sqlite3.Connection) -> None:
    assert {kind for (kind,) in shop.execute("select type from catalog_product_option")} == {
        *("drop_down", "radio", "checkbox", "multiple"),
        *("field", "area", "file", "date", "date_time", "time"),
    }
    assert count(shop, "catalog_product_option_title", "store_id = 2") == 3
    assert rows(
        shop, "select store_id, price_type, count(*) from catalog_product_option_type_price group by 1, 2"
    ) == [
        (0, "fixed", 8),
        (0, "percent", 1),
        (2, "fixed", 1),
        (3, "fixed", 1),
    ]
    color, _ = PRODUCT_ATTRIBUTES["color"]
    assert count(shop, "catalog_product_option", f"option_id = {color}") == 1


def test_some_options_have_no_values_no_title_or_a_price_that_does_not_count(
    shop: sqlite3.Connection,
) -> None:
    option = "catalog_product_option"
    picked = "type in ('drop_down', 'radio', 'checkbox', 'multiple')"
    assert (
        count(shop, option, f"{picked} and option_id not in (select option_id from {option}_type_value)") == 1
    )
    assert (
        count(shop, option, f"option_id not in (select option_id from {option}_title where store_id = 0)")
        == 1
    )
    titled = f"select option_type_id, store_id from {option}_type_title"
    assert (
        count(shop, f"{option}_type_price", f"store_id > 0 and (option_type_id, store_id) not in ({titled})")
        == 1
    )


def test_downloads_have_titles_per_store_and_prices_per_website(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select store_id, count(*) from downloadable_link_title group by 1") == [(0, 3), (2, 3)]
    assert rows(shop, "select website_id, count(*) from downloadable_link_price group by 1") == [
        (0, 3),
        (2, 1),
    ]
    assert count(shop, "downloadable_link", "sample_url is not null") == 1
    assert count(shop, "downloadable_link", "sample_file is not null") == 1
    assert count(shop, "downloadable_link", "number_of_downloads is null") == 1
    assert count(shop, "downloadable_sample") == 3


def test_configurable_products_have_children_on_the_edges(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select sku, count(distinct attribute_id), count(distinct link.product_id)
          from catalog_product_entity
          join catalog_product_super_attribute super on super.product_id = entity_id
          join catalog_product_super_link link on link.parent_id = entity_id
         group by entity_id
        """,
    ) == [("KL-CUP", 2, 14), ("KL-BLEND", 2, 9), ("KL-POT", 1, 3), ("KL-JUG", 1, 2)]
    assert values(shop, "KL-CUP-CREAM-ESPRESSO", "status") == {"admin": 2, "default": 1}
    assert values(shop, "KL-JUG-ASH", "status") == values(shop, "KL-JUG-SPECKLED", "status") == {"admin": 2}
    assert values(shop, "KL-BLEND-ESPRESSO-250-G", "status") == {"admin": None}
    assert values(shop, "KL-CUP-MOSS-BREAKFAST", "cup_size") == {}
    assert values(shop, "KL-CUP-CHARCOAL-ESPRESSO", "color") == {}
    assert len(values(shop, "KL-CUP-CREAM-BREAKFAST", "color")) == 2


def test_bundles_and_grouped_products_have_parts(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select type, count(*) from catalog_product_bundle_option group by 1") == [
        ("checkbox", 1),
        ("multi", 1),
        ("radio", 2),
        ("select", 2),
    ]
    assert count(shop, "catalog_product_bundle_option_value", "store_id = 2") == 2
    assert count(shop, "catalog_product_bundle_selection", "selection_price_type = 1") == 1
    assert count(shop, "catalog_product_bundle_selection", "selection_can_change_qty = 1") == 2
    assert count(shop, "catalog_product_bundle_selection_price", "website_id = 2") == 2
    assert count(shop, "catalog_product_link", "link_type_id = 3") == 4
    assert count(shop, "catalog_product_link_attribute_decimal") == 4
    assert count(shop, "catalog_product_relation") == 28 + 8 + 4


def test_products_are_linked_in_every_way(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select link_type_id, count(*) from catalog_product_link group by 1") == [
        (1, 4),
        (3, 4),
        (4, 3),
        (5, 4),
    ]
    assert count(shop, "catalog_product_link_attribute_int") == 15


def test_there_are_redirects_and_addresses_below_categories(shop: sqlite3.Connection) -> None:
    product = "entity_type = 'product'"
    assert rows(shop, f"select redirect_type, count(*) from url_rewrite where {product} group by 1")[1:] == [
        (301, 1)
    ]
    assert count(shop, "url_rewrite", f"{product} and metadata is not null") == 2
    assert count(shop, "url_rewrite", "entity_type = 'category'") == 61
    tea = f"{product} and entity_id = 2 and store_id = 1 and redirect_type = 0 and metadata is null"
    assert count(shop, "url_rewrite", tea) == 2
    without = "entity_id not in (select entity_id from url_rewrite where entity_type = 'product')"
    assert rows(shop, f"select sku from catalog_product_entity where {without} order by entity_id") == [
        ("KL-DRAFT-BARE",),
        ("KL-NOWHERE",),
        ("KL-NO-ADDRESS",),
        ("KL-NO-KEY",),
    ]


# Prices


def test_special_prices_are_current_over_to_come_or_without_dates(shop: sqlite3.Connection) -> None:
    def special(sku: str) -> list[object]:
        return [
            values(shop, sku, code).get("admin")
            for code in ("special_price", "special_from_date", "special_to_date")
        ]

    assert special("KL-SALE-NOW") == [24, "2026-11-20 00:00:00", "2026-11-27 00:00:00"]
    assert special("KL-SALE-OVER") == [12, "2026-10-14 00:00:00", "2026-11-13 00:00:00"]
    assert special("KL-SALE-SOON") == [6, "2026-11-28 00:00:00", "2026-12-05 00:00:00"]
    assert special("KL-SALE-OPEN") == [5.5, None, None]
    assert values(shop, "KL-SALE-NOW", "special_price") == {"admin": 24, "wholesale": 21.5}
    assert values(shop, "KL-SALE-NULL", "special_price") == {"admin": 15, "wholesale": None}
    assert values(shop, "KL-NO-PRICE", "price") == {}


def test_tier_prices_are_for_all_or_one_fixed_or_percent(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select all_groups, website_id, percentage_value is not null, count(*)
          from catalog_product_entity_tier_price group by 1, 2, 3
        """,
    ) == [
        (0, 0, 1, 1),
        (0, 1, 0, 1),
        (0, 1, 1, 1),
        (0, 2, 0, 4),
        (0, 2, 1, 1),
        (1, 0, 0, 3),
        (1, 0, 1, 2),
        (1, 2, 0, 2),
    ]
    assert count(shop, "catalog_product_entity_tier_price", "qty < 1") == 1
    assert count(shop, "catalog_product_entity_tier_price", "qty = 1") == 4


def test_rule_prices_are_of_yesterday_today_and_tomorrow(shop: sqlite3.Connection) -> None:
    assert rows(
        shop, "select rule_date, count(*), min(rule_price) from catalogrule_product_price group by 1"
    ) == [
        ("2026-11-22", 6, 4.15),
        ("2026-11-23", 6, 4.05),
        ("2026-11-24", 6, 3.95),
    ]


# Stock


def test_stock_lies_in_four_sources_of_two_stocks(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select source_code, enabled from inventory_source order by 1") == [
        ("attic", 0),
        ("default", 1),
        ("harbour", 1),
        ("hill", 1),
    ]
    assert rows(shop, "select code, stock_id from inventory_stock_sales_channel order by 1") == [
        ("base", 1),
        ("wholesale", 2),
    ]
    assert count(shop, "inventory_source_item", "status = 0 and quantity > 0") == 2
    assert count(shop, "inventory_source_item", "source_code = 'attic'") == 1
    assert count(shop, "inventory_source_item", "sku not in (select sku from catalog_product_entity)") == 1


def test_stock_items_have_settings_of_their_own(shop: sqlite3.Connection) -> None:
    item = "cataloginventory_stock_item"
    flags = (
        "manage_stock",
        "backorders",
        "min_qty",
        "min_sale_qty",
        "max_sale_qty",
        "qty_increments",
        "enable_qty_inc",
    )
    assert {flag: count(shop, item, f"use_config_{flag} = 0") for flag in flags} == {
        "manage_stock": 5,
        "backorders": 2,
        "min_qty": 3,
        "min_sale_qty": 1,
        "max_sale_qty": 1,
        "qty_increments": 1,
        "enable_qty_inc": 1,
    }
    assert count(shop, item, "website_id = 1") == 1
    assert count(shop, "catalog_product_entity", f"entity_id not in (select product_id from {item})") == 2
    assert count(shop, item, "is_in_stock = 0") > 3


def test_one_product_is_promised_more_often_than_it_is_there(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select sum(quantity) from inventory_reservation where sku = 'KL-STK-OVER'") == [(-4,)]
    assert rows(shop, "select sum(quantity) from inventory_reservation where sku = 'KL-ESP-NIGHT'") == [(0,)]
    assert rows(shop, "select sum(quantity) from inventory_reservation where sku = 'KL-STK-TRADE'") == [(-1,)]


# Reviews


def test_reviews_are_in_every_state_and_on_several_stores(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select status_id, count(*) from review group by 1") == [(1, 39), (2, 2), (3, 1)]
    assert count(shop, "review", "entity_id = 3") == 1
    assert (
        count(shop, "review", "review_id not in (select review_id from review_store where store_id > 0)") == 1
    )
    assert count(shop, "review", "review_id not in (select review_id from rating_option_vote)") == 6
    assert count(shop, "review_detail", "customer_id is not null") == 12


def test_ratings_have_titles_per_store_view_and_one_is_not_active(shop: sqlite3.Connection) -> None:
    assert rows(shop, "select rating_code, is_active from rating") == [
        ("Taste", 1),
        ("Value", 1),
        ("Parcel", 0),
    ]
    assert rows(shop, "select rating_id, store_id, value from rating_title") == [
        (1, 1, "Taste"),
        (1, 2, "Goût"),
        (2, 2, "Rapport qualité-prix"),
    ]


# Orders


def test_there_are_orders_in_every_state(shop: sqlite3.Connection) -> None:
    assert count(shop, "sales_order") == 25
    assert {state for (state,) in shop.execute("select state from sales_order")} == {
        *(
            "new",
            "pending_payment",
            "processing",
            "complete",
            "closed",
            "canceled",
            "holded",
            "payment_review",
        ),
        "RECEIVED",
    }
    assert count(shop, "sales_order", "store_id is null") == 1
    assert count(shop, "sales_order", "is_virtual = 1") == 2
    assert count(shop, "sales_order", "base_currency_code = 'EUR'") > 2


def test_no_order_lies_in_the_future_and_some_are_of_this_week(shop: sqlite3.Connection) -> None:
    for table in ("sales_order", "sales_invoice", "sales_shipment", "sales_creditmemo"):
        assert count(shop, table, "updated_at >= '2026-11-24'") == 0
    assert count(shop, "sales_order", "updated_at > '2026-11-16'") > 12


def test_order_items_come_with_their_parts(shop: sqlite3.Connection) -> None:
    assert rows(
        shop,
        """
        select whole.product_type, count(*)
          from sales_order_item part join sales_order_item whole on whole.item_id = part.parent_item_id
         group by 1
        """,
    ) == [("bundle", 4), ("configurable", 4)]
    assert count(shop, "sales_order_item", "product_options is null") > 0
    assert count(shop, "sales_order_item", "additional_data is not null") == 1
    assert (
        count(shop, "sales_order_item", "product_id not in (select entity_id from catalog_product_entity)")
        == 2
    )


def test_the_sums_of_an_order_add_up(shop: sqlite3.Connection) -> None:
    total = "base_subtotal + base_tax_amount + base_shipping_amount + base_discount_amount"
    items = "select sum(base_row_total) from sales_order_item where order_id = sales_order.entity_id"
    assert count(shop, "sales_order", f"abs(base_grand_total - ({total})) > 0.001") == 0
    assert count(shop, "sales_order", f"abs(base_subtotal - ({items})) > 0.001") == 0


def test_orders_have_what_followed_from_them(shop: sqlite3.Connection) -> None:
    assert count(shop, "sales_invoice", "is_used_for_refund = 1") == 2
    assert rows(shop, "select order_id, count(*) from sales_shipment group by 1 having count(*) > 1") == [
        (11, 2)
    ]
    assert count(shop, "sales_shipment", "entity_id not in (select parent_id from sales_shipment_track)") > 1
    assert rows(
        shop, "select parent_id, count(*) from sales_shipment_track group by 1 having count(*) > 1"
    ) == [(4, 2)]
    assert rows(shop, "select parent_id, count(*) from sales_creditmemo_comment group by 1") == [(1, 2)]
    assert count(shop, "sales_creditmemo") == 2
    assert {kind for (kind,) in shop.execute("select txn_type from sales_payment_transaction")} == {
        *("authorization", "capture", "refund"),
    }
    assert count(shop, "sales_order_payment", "additional_information is null") == 1
    assert count(shop, "sales_order_address", "street like '%' || char(10) || '%'") > 20
    assert count(shop, "sales_order_tax_item", "taxable_item_type = 'shipping' and item_id is null") == 25
