"""Is it live?  The page of an item: the shop, the record, and the service, asked then and there."""

import sqlite3
import uuid
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.dashboard.reading import Dashboard
from tests.dashboard.test_status_page import change_ours
from tests.scripted import answering

KEY = "KL-BLEND"
NAME = (
    "update catalog_product_entity_varchar set value = {} where store_id = 0 and entity_id ="
    f" (select entity_id from catalog_product_entity where sku = '{KEY}') and attribute_id ="
    " (select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id ="
    " (select entity_type_id from eav_entity_type where entity_type_code = 'catalog_product'))"
)


@pytest.fixture
def held(own):
    """Changes what the service holds in the test's own data space."""
    copy = f"own-{uuid.uuid4()}"
    own.service.copy_space(own.environment, copy)
    change_ours(own, "update environment set environment_id = ?", copy)
    change_ours(own, "update installation set environment_id = ?", copy)
    own.environment = copy
    own.write_config()

    def change(sql):
        with closing(sqlite3.connect(own.service.folder / "service.sqlite", timeout=30)) as there:
            mine = "feed_id in (select id from feed where environment = ?)"
            there.execute(f"{sql} and {mine}", (copy,))
            there.commit()

    return change


def look(own, query=f"key={KEY}"):
    """What the page says."""
    with Dashboard(own) as dashboard:
        return dashboard.page(f"/item?{query}")


def test_what_agrees_is_live(own, held):
    page = look(own)
    assert "Lane Blend KL-BLEND All 3 items are live as the shop has them." in page.text
    assert page.text.count("Live: the service has it as the shop says.") == 3
    assert page.tables == []
    assert "saasexport saas:resync --feed products --by-ids KL-BLEND" in page.text
    assert "saasexport show products KL-BLEND" in page.text


def test_what_the_service_lost_is_not_live_whatever_is_on_record(own, held):
    held("delete from item where identity = '[\"KL-BLEND\",\"french\"]'")
    page = look(own)
    said = "The service took it, and has something else now: Resync sends it again."
    assert f"Not live: the service does not have it. {said} 2 of 3 items are at the service." in page.text
    assert page.text.count("Live: the service has it as the shop says.") == 2


def test_fields_that_differ_are_named_with_both_values(own, held):
    held(
        "update item set item = json_set(item, '$.name', 'Other', '$.weight', 7)"
        " where identity = '[\"KL-BLEND\",\"default\"]' and json_extract(item, '$.name') is not null"
    )
    page = look(own)
    assert "Live, but not as the shop has it: 2 fields differ." in page.text
    [rows] = page.tables
    assert rows[0] == ["Field", "In the shop", "At the service"]
    assert [(row[0], row[2]) for row in rows[1:]] == [("name", '"Other"'), ("weight", "7")]
    assert rows[1][1] == '"Lane Blend"'


def test_a_change_that_waits_is_told(own, held):
    own.change(NAME.format("'Renamed'"))
    page = look(own)
    assert "The shop changed it since: the next run of cron sends it." in page.text
    assert ["name", '"Renamed"', '"Lane Blend"'] in page.tables[0]


def unnoticed(own, sql):
    """Change the shop while our triggers are away."""
    with closing(sqlite3.connect(own.shop_file)) as shop:
        kept = shop.execute("select name, sql from sqlite_master where name like 'saasexport%'").fetchall()
        for name, _ in kept:
            shop.execute(f"drop trigger {name}")
        shop.execute(sql)
        for _, text in kept:
            shop.execute(text)
        shop.commit()


GONE = f"delete from catalog_product_entity where sku = '{KEY}'"
SILENT = "no changelog tells of it, and Resync sends it."


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "ours", "said"),
    [
        (NAME.format("'Quiet'"), "", f"1 field differs. The shop changed it since: {SILENT}"),
        (GONE, "", f"still live. The shop changed it since: {SILENT}"),
        (NAME.format("'Quiet'"), "delete from cde_products_feed", f"It was never collected: {SILENT}"),
        (
            NAME.format("'Quiet'"),
            "update indexer_state set status = 'suspended'",
            "The shop changed it since: nothing is sent while the feed is suspended.",
        ),
        (
            NAME.format("'Quiet'"),
            "update indexer_state set status = 'invalid'",
            "The shop changed it since: the next run of cron sends it.",
        ),
        (
            GONE,
            "insert into gone_entity (feed, entity_id, found_by, is_held, found_at) select distinct 'products',"
            f" source_entity_id, 'full', 1, '2026-01-01' from cde_products_feed where feed_data like '%\"{KEY}\"%'",
            "still live. The shop changed it since: its deletion is held back, see:",
        ),
    ],
)  # fmt: skip
def test_nothing_is_promised_that_no_run_of_cron_does(own, held, change, ours, said):
    unnoticed(own, change)
    if ours:
        change_ours(own, ours)
    assert said in look(own).text


def test_a_later_state_than_resync_can_send_is_told(own, held):
    held(
        "update item set item = json_set(item, '$.name', 'Later', '$.modifiedAt', '9000-01-01 00:00:00')"
        " where identity = '[\"KL-BLEND\",\"default\"]'"
    )
    said = "It has a later state than any that is sent, which Resync cannot outdo:"
    page = look(own)
    assert f"1 field differs. {said} " in page.text
    assert "saasexport verify products --repair" in page.text


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (0, "It is collected, and the next run of cron sends it."),
        (2, "It is tried again every 5 minutes: too bad."),
        (400, "The service rejected it: too bad."),
    ],
)
def test_why_it_is_not_live_is_on_record(own, held, status, said):
    held("delete from item where identity = '[\"KL-BLEND\",\"default\"]'")
    change_ours(
        own,
        f"update cde_products_feed set status = {status}, errors = 'too bad'"
        " where feed_data like '%\"KL-BLEND\"%' and feed_data like '%default%'",
    )
    assert f"Not live: the service does not have it. {said}" in look(own).text


def test_what_cannot_be_assembled_says_what_to_do(own, held):
    page = look(own, "key=KL-DRAFT-ZERO")
    assert "It cannot be assembled. The service does not have it. 0 of 3 items are at the service." in page.text
    assert "In the shop's admin open the product under Catalog > Products, set status and save." in page.text


def test_what_is_gone_from_the_shop_and_still_there_is_told(own, held):
    own.change(f"delete from catalog_product_entity where sku = '{KEY}'")
    assert "Gone from the shop, and still live." in look(own).text
    own.run("reindex_all_invalid")
    assert "Gone: neither the shop nor the service has it." in look(own).text


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("key=lane blend", KEY),
        ("key=LANE", KEY),
        ("key=Sidamo Sun Dried Blend", "KL-COF-000280"),
        ("key=COF-00030", "KL-COF-000300"),
    ],
)
def test_a_name_or_a_part_of_a_sku_leads_to_the_products_that_have_it(dashboard, query, first):
    page = dashboard.page(f"/item?{quote(query, safe='=')}")
    assert "Which one?" in page.text
    assert page.links[first] == f"/item?feed=products&key={first}"
    assert "are live as the shop has them." in dashboard.page(page.links[first]).text


@pytest.mark.parametrize("key", ["nothing", "%", "' or 1=1 --", "<b>", "x" * 5_000, "\U0001f600", "a\0b", "9" * 30])
def test_a_key_that_means_nothing_is_told(dashboard, key):
    page = dashboard.page(f"/item?key={quote(key)}")
    assert "Nothing is known of" in page.text
    assert [tag for tag, _ in page.tags if tag == "b"] == []


def test_an_empty_key_asks_for_one(dashboard):
    for query in ("", "?key=", "?key=%20", "?feed=prices"):
        assert "Is it live?" in dashboard.page(f"/item{query}").text
    assert dashboard.ask("GET", "/item?feed=nothing")[0] == 404


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("feed", "key"), [("prices", "KL-BLEND-ESPRESSO-1-KG"), ("orders", "1"), ("categories", "3"), ("reviews", "1")]
)
def test_any_feeds_items_have_a_page(own, held, feed, key):
    text = look(own, f"feed={feed}&key={key}").text
    assert "items are live as the shop has them." in text or "Live: the service has it as the shop says." in text


def test_a_service_that_cannot_be_asked_leaves_the_record(own):
    own.url = "http://127.0.0.1:9"
    own.write_config()
    page = look(own)
    assert "Delivered as the shop says." in page.text
    assert "Not known: it could not be asked: http://127.0.0.1:9" in page.text


def test_a_service_that_does_not_tell_what_it_holds_is_no_proof_against_it(own):
    with answering(lambda _: (404, {}, {"message": "no route"})) as listener:
        own.url = listener.url
        own.write_config()
        page = look(own)
    assert "Delivered as the shop says." in page.text
    assert "Not known: this service does not tell what it holds." in page.text


def test_resync_begins_here(own, held):
    with Dashboard(own) as dashboard:
        page = dashboard.page(f"/item?key={KEY}")
        ids = [value for name, value in page.fields if name == "id"]
        fields = {"token": dashboard.token(), "id": ids}
        _, _, text = dashboard.post("/feeds/products/resync", fields)
        assert "Resync 3 items of products?" in text
