"""Advice by cause: said once for all feeds, with what to do in the shop, leading to the items it is about."""

import pytest

from saasexport.dashboard.causes import CORRECT, MOST_REASONS, REJECTED, RETRIED, Reason
from tests.dashboard.reading import Dashboard
from tests.dashboard.test_status_page import change_ours
from tests.support import Exporter

TABLES = ("cde_product_variants_feed", "cde_product_prices_feed", "catalog_data_exporter_product_reviews")


@pytest.mark.parametrize(
    ("status", "reason", "remedy"),
    [
        (
            1,
            "One or more required EAV attributes (name, status) are not set for product: 28",
            "In the shop's admin open the product under Catalog > Products, set name, status and save.",
        ),
        (
            1,
            "One or more required EAV attributes (is_active) are not set for category: 7",
            "In the shop's admin open the category under Catalog > Categories, set is_active and save.",
        ),
        (
            1,
            "sku 'X', websiteCode 'base' is taken by entity 3",
            "Two of them have the same sku. Change one of the two in the shop's admin.",
        ),
        (1, "websiteCode: website 3 has no code", "In the shop's admin give it a code under Stores > All Stores."),
        (1, "sku: missing", "In the shop's admin open the product under Catalog > Products and give it a SKU."),
        (1, "name: is no text", CORRECT),
        (400, "price must be positive", REJECTED),
        (400, "sku: missing", "In the shop's admin open the product under Catalog > Products and give it a SKU."),
        (2, "sku: missing", RETRIED),
        (2, "answered 503", RETRIED),
    ],
)
def test_a_reason_says_what_to_do(status, reason, remedy):
    assert Reason("products", status, reason, 1).remedy == remedy


@pytest.mark.thorough
def test_what_several_feeds_share_is_said_once(own, own_dashboard):
    for number, table in enumerate(TABLES):
        change_ours(
            own, f"update {table} set status = 400, errors = 'row ' || id || ' is odd' where id <= {number + 2}"
        )
    page = own_dashboard.page("/")
    assert page.text.count("row … is odd") == 1
    for feed, items in (("variants", 2), ("prices", 3), ("reviews", 4)):
        path = page.links[f"{items} items of {feed.capitalize()}"]
        listed = own_dashboard.page(path)
        assert [row[8] for row in listed.rows()] == [f"row {number} is odd" for number in range(items, 0, -1)]
        assert "Only those that failed because of “row … is odd”." in listed.text
        assert ("reason", "row # is odd") in listed.fields


@pytest.mark.sample(1)
@pytest.mark.parametrize("reason", ["100 % of it_", "it's 'quoted' \"twice\"", "<b>bold</b>", "a#b", "\\", ""])
def test_a_reason_with_any_text_leads_to_its_items(own, own_dashboard, reason):
    change_ours(own, "update catalog_data_exporter_product_reviews set status = 400, errors = ? where id = 5", reason)
    change_ours(own, "update catalog_data_exporter_product_reviews set status = 400, errors = 'other' where id = 6")
    page = own_dashboard.page("/")
    paths = [address for tag, attributes in page.tags if tag == "a" for address in [attributes["href"]]]
    lists = [own_dashboard.page(path) for path in paths if path.startswith("/feeds/reviews?reason=")]
    numbers = sorted([row[1] for row in each.rows()] if each.tables else [] for each in lists)
    assert numbers == [["5"], ["6"]]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("http://127.0.0.1:8793: connection refused", "http://…: connection refused"),
        ("http://10.0.0.7/v1: answered 500", "http://…/v…: answered …"),
        ("asked to wait until 2026-01-02 03:04:05 UTC", "asked to wait until … UTC"),
        ("sku 'A-1' is taken by entity 12", "sku '…' is taken by entity …"),
        ("size 10 x 20", "size … x …"),
    ],
)
def test_a_reason_of_many_items_is_readable_without_its_values(own, own_dashboard, reason, shown):
    change_ours(own, "update cde_product_variants_feed set status = 400, errors = ? where id in (2, 3)", reason)
    assert f"2 items of Variants (Needs attention) {shown} " in own_dashboard.page("/").text


def test_a_new_shop_has_one_note_for_all_its_feeds(tmp_path, demo_shop_file):
    exporter = Exporter.on_copy(tmp_path, demo_shop_file)
    with Dashboard(exporter) as dashboard:
        page = dashboard.page("/")
    notes = [attributes for tag, attributes in page.tags if tag == "li" and attributes.get("class")]
    assert [note["class"] for note in notes] == ["warning", "walking"]


def test_reasons_without_end_are_bounded(own, own_dashboard):
    letters = "char(97 + id % 26) || char(97 + id / 26 % 26)"
    change_ours(own, f"update cde_products_feed set status = 400, errors = 'bad ' || {letters}")
    text = own_dashboard.page("/").text
    assert text.count(" bad ") <= MOST_REASONS + 1
    assert "other reasons" in text
