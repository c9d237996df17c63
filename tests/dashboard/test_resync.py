"""Having items and feeds sent again: confirmed first, then with the next run of cron."""

import re
import sqlite3
from contextlib import closing

import pytest

from saasexport import lock

TABLE = "cde_product_variants_feed"


@pytest.fixture
def token(own_dashboard):
    """What a form of that dashboard carries."""
    return own_dashboard.token()


def change_ours(exporter, sql, *values):
    """Change our database behind the program's back."""
    with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite", timeout=30)) as ours:
        ours.execute(sql, values)
        ours.commit()


def statuses(exporter, table=TABLE):
    """Row number -> status."""
    return dict(exporter.ask(f"select id, status from {table}"))


def test_nothing_happens_before_it_is_confirmed(own, own_dashboard, token):
    before = own.ask(f"select * from {TABLE}")
    status, _, text = own_dashboard.post("/feeds/variants/resync", {"token": token, "id": [1, 2]})
    assert status == 200
    assert "Resync 2 items of variants?" in text
    assert "2 items will be collected and sent with the next run of cron." in text
    assert before == own.ask(f"select * from {TABLE}")
    assert re.findall(r'name="id" value="(\d+)"', text) == ["2", "1"]


def test_chosen_items_await_submission_and_the_next_job_sends_them_though_unchanged(own, own_dashboard, token):
    sent_before = len(own.sent())
    fields = {"token": token, "id": [1, 2], "confirmed": "yes"}
    status, headers, _ = own_dashboard.post("/feeds/variants/resync", fields)
    assert (status, headers["Location"]) == (303, "/feeds/variants?scheduled=2")
    assert {row: code for row, code in statuses(own).items() if code != 200} == {1: 0, 2: 0}
    assert "Resync scheduled: 2 items." in own_dashboard.page(headers["Location"]).text
    assert own_dashboard.page("/feeds/variants").links["Awaiting submission 2"] == "/feeds/variants?status=awaiting"
    own.run("reindex_all_invalid")
    assert set(statuses(own).values()) == {200}
    # The items are sent with the entities they belong to; nothing else is.
    assert [feed for feed, _, code in own.sent()[sent_before:] if code == 200] == ["variants"]


def test_a_legacy_feeds_items_are_sent_by_its_exporter(own, own_dashboard, token):
    table = "scopes_website_data_exporter"
    sent_before = len(own.sent())
    own_dashboard.post("/feeds/scopesWebsite/resync", {"token": token, "id": [2], "confirmed": "yes"})
    assert statuses(own, table) == {1: 200, 2: 0}
    own.run("saas_data_exporter", check=True)
    assert statuses(own, table) == {1: 200, 2: 200}
    assert own.sent()[sent_before:] == [("scopesWebsite", 1, 200)]


def test_a_rejected_item_is_sent_again(own, own_dashboard, token):
    change_ours(own, f"update {TABLE} set status = 400, errors = 'wrong' where id = 3")
    own_dashboard.post("/feeds/variants/resync", {"token": token, "id": [3], "confirmed": "yes"})
    own.run("reindex_all_invalid")
    assert own.ask(f"select status, errors from {TABLE} where id = 3") == [(200, None)]


def test_a_deleted_item_is_told_as_deleted_once_more(own, own_dashboard, token):
    entity = own.ask("select source_entity_id from cde_products_feed where status = 200 order by id limit 1")[0][0]
    own.change("delete from catalog_product_entity where entity_id = ?", entity)
    own.run("reindex_all_invalid")
    query = "select id from cde_products_feed where is_deleted = 1 and source_entity_id = ?"
    ids = [row[0] for row in own.ask(query, entity)]
    assert len(ids) == 3
    sent_before = len(own.sent())
    own_dashboard.post("/feeds/products/resync", {"token": token, "id": ids, "confirmed": "yes"})
    own.run("reindex_all_invalid")
    assert own.sent()[sent_before:] == [("products", 3, 200)]
    rows = own.ask("select status, is_deleted, environments from cde_products_feed where source_entity_id = ?", entity)
    assert rows == [(200, 1, 0)] * 3


def test_what_is_retried_or_on_its_way_or_held_back_is_left_as_it_is(own, own_dashboard, token):
    change_ours(own, f"update {TABLE} set status = 2 where id = 1")
    change_ours(own, f"update {TABLE} set status = 0 where id = 2")
    entity = own.ask(f"select source_entity_id from {TABLE} where id = 4")[0][0]
    change_ours(own, "insert into gone_entity values ('variants', ?, 'full', 1, '2026-11-25', null)", entity)
    before = statuses(own)
    fields = {"token": token, "id": [1, 2, 4]}
    _, _, text = own_dashboard.post("/feeds/variants/resync", fields)
    assert "1 item failed before: resend_failed sends them anyway." in text
    assert "1 item awaiting submission already: nothing to do." in text
    _, headers, _ = own_dashboard.post("/feeds/variants/resync", fields | {"confirmed": "yes"})
    assert headers["Location"] == "/feeds/variants?scheduled=0"
    assert before == statuses(own)


def test_all_of_a_page_can_be_chosen_at_once(own_dashboard, token):
    page = own_dashboard.page("/feeds/variants?search=default&status=submitted")
    assert page.tables == []
    text = own_dashboard.get("/feeds/variants")
    everything = re.search(r'name="page" value="([^"]+)"', text).group(1)
    assert everything.split(",") == [row[1] for row in own_dashboard.page("/feeds/variants").rows()]
    _, _, text = own_dashboard.post("/feeds/variants/resync", {"token": token, "page": everything})
    assert "Resync 27 items of variants?" in text


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({}, 891),
        ({"status": "submitted"}, 884),
        ({"status": "retry"}, 7),
        ({"search": "french", "match": "contains"}, 298),
        ({"search": "KL-COF-000300"}, 3),
        ({"reason": "One or more required EAV attributes (status) are not set for product: #"}, 6),
    ],
)
def test_all_that_match_are_sent_again_at_once(own, own_dashboard, token, filters, number):
    fields = {"token": token, "all": "yes", **filters}
    _, _, text = own_dashboard.post("/feeds/products/resync", fields)
    assert f"Resync {number} items of products?" in text
    carried = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', text))
    assert carried == {"token": token, "confirmed": "yes", "all": "yes", **filters}
    status, headers, _ = own_dashboard.post("/feeds/products/resync", carried)
    retried = {"status": "retry", "reason": "One"}
    # Those that failed are retried anyway.
    expected = 0 if retried.keys() & filters.keys() and filters.get("status") != "submitted" else None
    assert status == 303
    scheduled = int(headers["Location"].rpartition("=")[2])
    assert scheduled == len([1 for code in statuses(own, "cde_products_feed").values() if code == 0])
    assert expected is None or scheduled == expected


def test_a_feed_that_is_being_synced_is_left_alone_and_can_be_tried_again(own, own_dashboard, token):
    fields = {"token": token, "id": [1], "confirmed": "yes"}
    with lock.held(str(own.folder / "var" / "lock" / "variants.lock"), "full sync"):
        status, _, text = own_dashboard.post("/feeds/variants/resync", fields)
    assert status == 409
    assert "process locked by &quot;full sync(" in text
    assert "Nothing was changed." in text
    assert set(statuses(own).values()) == {200}
    assert re.findall(r'name="(token|confirmed|id)" value="([^"]+)"', text) == [
        ("token", token),
        ("confirmed", "yes"),
        ("id", "1"),
    ]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({}, 400, "Nothing chosen"),
        ({"id": ["x", "-1", "1; drop table setting"]}, 400, "Nothing chosen"),
        ({"id": [*range(501)]}, 400, "At most 500 at once"),
        ({"id": [999_999], "confirmed": "yes"}, 303, ""),
    ],
)
def test_a_form_made_by_hand_breaks_nothing(own, own_dashboard, token, fields, status, said):
    before = own.ask(f"select * from {TABLE}")
    found, _, text = own_dashboard.post("/feeds/variants/resync", {"token": token, **fields})
    assert found == status
    assert said in text
    assert before == own.ask(f"select * from {TABLE}")


def test_a_feed_is_invalidated_only_after_it_was_confirmed(own, own_dashboard, token):
    query = "select status, reason from indexer_state where feed = 'variants'"
    status, _, text = own_dashboard.post("/data/resync", {"token": token, "feed": "variants"})
    assert (status, "Resync variants?" in text, "Its 27 records are compared" in text) == (200, True, True)
    assert own.ask(query) == [("valid", None)]
    fields = {"token": token, "feed": "variants", "confirmed": "yes"}
    status, headers, _ = own_dashboard.post("/data/resync", fields)
    assert (status, headers["Location"]) == (303, "/data?scheduled=variants")
    assert own.ask(query) == [("invalid", "asked for in the dashboard")]
    assert "Resync of variants scheduled" in own_dashboard.page(headers["Location"]).text
    own.run("reindex_all_invalid")
    assert own.ask(query) == [("valid", None)]


def test_a_suspended_feed_stays_suspended_and_the_page_says_so(own, own_dashboard, token):
    change_ours(own, "update indexer_state set status = 'suspended' where feed = 'variants'")
    _, _, text = own_dashboard.post("/data/resync", {"token": token, "feed": "variants"})
    assert "It is suspended now" in text
    own_dashboard.post("/data/resync", {"token": token, "feed": "variants", "confirmed": "yes"})
    assert own.ask("select status from indexer_state where feed = 'variants'") == [("suspended",)]


def test_a_feed_switched_off_cannot_be_resynced(own, own_dashboard, token):
    own.write_config("[feeds.variants]\nenabled = false")
    for path, fields in (("/feeds/variants/resync", {"id": [1]}), ("/data/resync", {"feed": "variants"})):
        status, _, text = own_dashboard.post(path, {"token": token, "confirmed": "yes", **fields})
        assert (status, "switched off in the configuration" in text) == (409, True)
    assert 'value="variants"' not in own_dashboard.get("/data")
    assert own_dashboard.post("/data/resync", {"token": token, "feed": "nothing"})[0] == 400
