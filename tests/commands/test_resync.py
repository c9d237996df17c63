"""saas:resync with each of its options and their combinations."""

import json
import os
import pty
import subprocess
import sys

import pytest
from freezegun import freeze_time

from saasexport import lock
from tests.support import BIN

FEEDS = (
    "scopesWebsite, scopesCustomerGroup, productAttributes, categories, products, prices, variants,"
    " inventoryStockStatus, categoryPermissions, orders, productOverrides, ratingMetadata, reviews"
)


@pytest.fixture
def resync(command):
    """Runs saas:resync."""
    return lambda *options: command("saas:resync", *options)


@pytest.fixture
def permissions(exporter, resync):
    """An installation whose service has the ten items of categoryPermissions, the demo's smallest immediate feed."""
    assert resync("--feed", "categoryPermissions").status == 0
    return exporter


def summary(done):
    """The counts of a summary: what -> number."""
    counts = done.out.partition(": ")[2].partition(" (")[0].removeprefix("dry run: ")
    return {what: int(number.replace(",", "")) for number, what in (part.split(" ", 1) for part in counts.split(", "))}


def counts(sent=0, unchanged=0, failed=0, deleted=0):
    """A summary as it should be."""
    return {"sent": sent, "unchanged": unchanged, "failed": failed, "deleted": deleted}


def trial(sent=0, unchanged=0, failed=0, deleted=0):
    """The summary of a dry run as it should be."""
    return {"to be sent": sent, "unchanged": unchanged, "failed": failed, "to be deleted": deleted}


def state(exporter, feed):
    """Status and position of a feed's indexer."""
    return exporter.ask("select status, position from indexer_state where feed = ?", feed)[0]


def log(exporter):
    """The records of the collecting log: (feed, operation, status)."""
    text = (exporter.folder / "var" / "log" / "commerce-data-export.log").read_text()
    records = [json.loads(line.partition("INFO: ")[2][:-6]) for line in text.splitlines() if "INFO: " in line]
    return [(record["feed"], record["operation"], record["status"]) for record in records]


# --feed


def test_a_feed_is_synced_in_full_and_the_summary_counts(resync, exporter):
    done = resync("--feed", "categoryPermissions")
    assert (done.status, done.err, summary(done)) == (0, "", counts(sent=10))
    assert len(exporter.items("categoryPermissions")) == 10
    assert state(exporter, "categoryPermissions") == ("valid", None)
    assert log(exporter) == [
        ("categoryPermissions", "full sync", "Initialize"),
        ("categoryPermissions", "full sync", "Progress 1/1, processed 7, synced 10"),
        ("categoryPermissions", "full sync", "Complete"),
    ]


def test_the_log_names_the_command_that_was_given(resync, exporter):
    resync("--feed", "categoryPermissions", "--force", "--batch-size", "7")
    text = (exporter.folder / "var" / "log" / "commerce-data-export.log").read_text()
    assert '"caller":"bin/saasexport saas:resync --feed=categoryPermissions --force --batch-size=7"' in text


def test_a_feed_may_be_named_in_any_letter_case(resync):
    assert summary(resync("--feed=CATEGORYpermissions")) == counts(sent=10)


def test_a_space_after_the_equals_sign_is_forgiven_as_adobes_page_has_one(resync):
    assert summary(resync("--feed=", "categoryPermissions")) == counts(sent=10)


def test_a_missing_feed_is_an_error_that_lists_the_feeds(resync):
    done = resync()
    assert (done.status, done.err) == (2, f"saasexport: saas:resync: --feed NAME is missing; feeds are: {FEEDS}\n")


def test_an_unknown_feed_is_an_error_that_lists_the_feeds_and_guesses(resync):
    done = resync("--feed", "categorys")
    expected = f"saasexport: there is no feed 'categorys'; did you mean categories? feeds are: {FEEDS}\n"
    assert (done.status, done.err) == (2, expected)


def test_a_feed_that_is_switched_off_is_refused(resync, exporter):
    exporter.write_config("[feeds.reviews]\nenabled = false")
    done = resync("--feed", "reviews")
    assert done.status == 2
    assert done.err.endswith("feed reviews is switched off; set [feeds.reviews] enabled = true\n")


def test_a_feed_the_shop_cannot_give_is_refused(resync, exporter):
    exporter.change("drop table magento_catalogpermissions")
    done = resync("--feed", "categoryPermissions")
    assert (done.status, done.err) == (
        1,
        "saasexport: categoryPermissions: the shop has no table magento_catalogpermissions\n",
    )


def test_a_second_sync_sends_what_changed_only(resync, permissions):
    permissions.change("update magento_catalogpermissions set grant_checkout_items = -1 where permission_id = 1")
    permissions.change("delete from magento_catalogpermissions where permission_id = 2")
    assert summary(resync("--feed", "categoryPermissions")) == counts(sent=1, unchanged=8, deleted=1)


def test_it_begins_at_the_first_entity_whatever_an_earlier_run_did(resync, exporter, change_ours):
    change_ours("update indexer_state set status = 'working', position = 1 where feed = 'scopesWebsite'")
    assert summary(resync("--feed", "scopesWebsite")) == counts(sent=2)


def test_it_does_not_end_after_run_seconds_and_the_log_tells_how_far_it_is(resync, exporter):
    exporter.write_config("[export]\nrun_seconds = 1", service="timeout = 3600")
    with freeze_time("2026-11-23 12:00:00", auto_tick_seconds=2):  # every look at the clock takes two seconds
        done = resync("--feed", "productAttributes", "--batch-size", "10")
    assert (done.status, summary(done)) == (0, counts(sent=201))
    assert state(exporter, "productAttributes") == ("valid", None)
    progress = [status for _, _, status in log(exporter) if status.startswith("Progress ")]
    assert len(progress) > 2
    assert progress[-1].startswith("Progress 21/21, processed ")
    assert progress[-1].endswith(", synced 201")


def test_a_legacy_feed_is_collected_and_sent(resync, exporter):
    done = resync("--feed", "scopesWebsite")
    assert (done.status, summary(done)) == (0, counts(sent=2))
    assert len(exporter.items("scopesWebsite")) == 2
    assert summary(resync("--feed", "scopesWebsite")) == counts(unchanged=2)


def test_what_a_legacy_feed_has_collected_before_is_sent_too(resync, command, exporter):
    command("indexer:reindex", "scopes_website_data_exporter")
    assert summary(resync("--feed", "scopesWebsite")) == counts(sent=2)


def test_items_that_cannot_be_assembled_make_it_end_with_1_every_time(resync):
    first, second = resync("--feed", "categories"), resync("--feed", "categories")
    assert (first.status, summary(first)) == (1, counts(sent=67, failed=2))
    assert first.err == "saasexport: categories: 2 items cannot be assembled; see: saasexport failed categories\n"
    assert (second.status, summary(second)) == (1, counts(unchanged=67, failed=2))


def test_a_service_that_is_down_makes_it_end_with_1(resync, exporter):
    exporter.config.write_text(exporter.config.read_text().replace(exporter.url, "http://127.0.0.1:9"))
    done = resync("--feed", "categoryPermissions")
    assert (done.status, summary(done)) == (1, counts(failed=10))
    assert done.err == "saasexport: http://127.0.0.1:9: connection refused; 10 items will be sent again\n"


def test_a_feed_in_use_is_skipped_and_logged(resync, exporter):
    with lock.held(str(exporter.folder / "var" / "lock" / "categoryPermissions.lock"), "full sync"):
        done = resync("--feed", "categoryPermissions")
    skipped = f'operation skipped - process locked by "full sync({os.getpid()})"'
    assert (done.status, done.out) == (0, f"categoryPermissions: {skipped}\n")
    assert log(exporter) == [("categoryPermissions", "full sync", skipped)]
    assert state(exporter, "categoryPermissions") == ("invalid", None)


def test_it_takes_the_feeds_lock_only(resync, exporter):
    with lock.held(str(exporter.folder / "var" / "lock" / "reindex_all_invalid.lock"), "reindex_all_invalid"):
        assert summary(resync("--feed", "categoryPermissions")) == counts(sent=10)


# --by-ids, --id-type


def test_by_ids_sends_these_entities_only_and_whatever_their_hash(resync, exporter):
    assert summary(resync("--feed", "products", "--by-ids", "KL-ESP-HOUSE, KL-TEA-BREAK")) == counts(sent=6)
    done = resync("--feed", "products", "--by-ids", "KL-ESP-HOUSE,KL-TEA-BREAK,KL-ESP-HOUSE")
    assert (done.status, done.err, summary(done)) == (0, "", counts(sent=6))
    assert {item["sku"] for item in exporter.items("products")} == {"KL-ESP-HOUSE", "KL-TEA-BREAK"}
    assert log(exporter)[-1] == ("products", "partial resync by ids", "Complete")
    assert state(exporter, "products") == ("invalid", None)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("feed", "key", "id_type", "sent"),
    [
        ("products", "1", "productId", 3),
        ("products", "1", "ProductID", 3),
        ("products", "KL-ESP-HOUSE", "sku", 3),
        ("inventoryStockStatus", "KL-ESP-HOUSE", "default", 2),
        ("inventoryStockStatus", "1", "productId", 2),
        ("prices", "KL-ESP-HOUSE", "default", 3),
        ("categoryPermissions", "1", "default", 1),
        ("productAttributes", "sku", "attributeCode", 3),
        ("orders", "1", "default", 1),
        ("orders", "100000001", "commerceOrderNumber", 1),
    ],
)
def test_ids_are_read_as_their_type_says(resync, feed, key, id_type, sent):
    assert summary(resync("--feed", feed, "--by-ids", key, "--id-type", id_type)) == counts(sent=sent)


def test_ids_that_match_nothing_are_named_and_the_others_sent(resync, exporter):
    done = resync("--feed", "products", "--by-ids", "KL-ESP-HOUSE,nope,neither")
    message = "CDE03-10 products: by-ids, some found: nothing has sku nope, neither"
    assert (done.status, done.err, summary(done)) == (0, f"saasexport: {message}\n", counts(sent=3))
    assert f"report.WARNING: {message} [] []\n" in (exporter.folder / "var/log/commerce-data-export.log").read_text()


@pytest.mark.sample(1)
@pytest.mark.parametrize("key", ["1x", "1-KB9999", "1e0", "1.0", "0x1", "one"])
def test_an_id_is_a_whole_number_or_nothing(resync, exporter, key):
    done = resync("--feed", "products", "--by-ids", key, "--id-type", "productId")
    assert done.status == 1
    assert f"by-ids, none found: nothing has productId {key}" in done.err
    assert exporter.items("products") == []


def test_a_sku_in_another_letter_case_is_near_and_blanks_around_it_are_cut(resync, exporter):
    assert resync("--feed", "products", "--by-ids", " KL-ESP-HOUSE ,").status == 0
    done = resync("--feed", "products", "--by-ids", "kl-esp-house")
    assert done.err.endswith("nothing has sku kl-esp-house (did you mean KL-ESP-HOUSE?)\n")


def test_skus_with_commas_and_blanks_are_named_in_a_file(resync, exporter, tmp_path):
    exporter.change("update catalog_product_entity set sku = ' a, b ' where sku = 'KL-ESP-HOUSE'")
    (tmp_path / "skus").write_text(" a, b \n\nKL-ESP-NIGHT\r\n")
    done = resync("--feed", "products", "--by-ids-file", str(tmp_path / "skus"))
    assert (done.status, done.err) == (0, "")
    assert {item["sku"] for item in exporter.items("products")} == {" a, b ", "KL-ESP-NIGHT"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(("content", "reason"), [(None, "No such file or directory"), (b"\xff", "not UTF-8")])
def test_a_file_of_ids_that_cannot_be_read_is_named(resync, exporter, tmp_path, content, reason):
    if content:
        (tmp_path / "skus").write_bytes(content)
    done = resync("--feed", "products", "--by-ids-file", str(tmp_path / "skus"))
    assert (done.status, f"--by-ids-file {tmp_path / 'skus'}: {reason}" in done.err) == (2, True)


def test_it_ends_with_1_when_no_id_matches(resync, exporter):
    done = resync("--feed", "products", "--by-ids", "nope")
    message = "CDE03-10 products: by-ids, none found: nothing has sku nope"
    assert (done.status, done.out, done.err) == (1, "", f"saasexport: {message}\n")
    assert exporter.sent() == []


def test_an_entity_that_is_gone_is_deleted_by_its_sku(resync, exporter):
    resync("--feed", "products", "--by-ids", "KL-ESP-HOUSE")
    exporter.change("delete from catalog_product_entity where entity_id = 1")
    assert summary(resync("--feed", "products", "--by-ids", "KL-ESP-HOUSE")) == counts(deleted=3)
    assert exporter.item("products", sku="KL-ESP-HOUSE", storeViewCode="default")["deleted"] is True


def test_a_feed_without_id_types_refuses_by_ids(resync, exporter):
    done = resync("--feed", "categories", "--by-ids", "3")
    assert (done.status, done.err) == (
        2,
        "saasexport: CDE03-09 categories: by-ids is not supported for this feed; leave it out\n",
    )
    assert "report.ERROR: CDE03-09 " in (exporter.folder / "var/log/commerce-data-export-errors.log").read_text()


def test_an_unknown_id_type_lists_those_there_are(resync):
    done = resync("--feed", "products", "--by-ids", "1", "--id-type", "ean")
    assert (done.status, done.err) == (
        2,
        "saasexport: products: there is no id type 'ean'; id types are: default, sku, productId\n",
    )


# --force, --continue-resync, --no-reindex, --cleanup-feed


def test_force_sends_everything(resync, permissions):
    assert summary(resync("--feed", "categoryPermissions", "--force")) == counts(sent=10)


def test_continue_goes_on_after_the_highest_exported_id(resync, exporter, change_ours):
    resync("--feed", "productAttributes", "--by-ids", "sku")
    highest = exporter.ask("select max(source_entity_id) from cde_product_attributes_feed")[0][0]
    assert resync("--feed", "productAttributes", "--continue-resync").status == 0
    visited = exporter.ask("select distinct source_entity_id from cde_product_attributes_feed order by 1")
    assert visited[0] == (highest,)
    assert len(visited) > 1


def test_a_continued_sync_that_skipped_entities_does_not_make_the_feed_valid(resync, exporter):
    resync("--feed", "productAttributes", "--by-ids", "sku")
    resync("--feed", "productAttributes", "--continue-resync")
    assert state(exporter, "productAttributes") == ("invalid", None)


def test_a_full_sync_that_was_interrupted_is_completed_by_continue(resync, permissions, change_ours):
    change_ours("delete from cde_category_permissions_feed where source_entity_id > 3")
    change_ours("update indexer_state set status = 'working', position = 4 where feed = 'categoryPermissions'")
    done = resync("--feed", "categoryPermissions", "--continue-resync")
    assert summary(done) == counts(sent=3)
    assert state(permissions, "categoryPermissions") == ("valid", None)


def test_continue_with_nothing_exported_is_a_full_sync(resync):
    assert summary(resync("--feed", "categoryPermissions", "--continue-resync")) == counts(sent=10)


def test_no_reindex_sends_the_stored_rows_of_a_legacy_feed_again(resync, exporter):
    resync("--feed", "scopesWebsite")
    exporter.change("update store_website set code = 'elsewhere' where website_id = 1")
    assert summary(resync("--feed", "scopesWebsite", "--no-reindex")) == counts(sent=2)
    assert exporter.item("scopesWebsite", websiteId=1)["websiteCode"] == "base"


def test_no_reindex_is_ignored_for_immediate_feeds(resync, permissions):
    permissions.change("update magento_catalogpermissions set grant_checkout_items = -1 where permission_id = 1")
    assert summary(resync("--feed", "categoryPermissions", "--no-reindex")) == counts(sent=1, unchanged=9)


def test_no_reindex_and_by_ids_send_some_stored_rows(resync, exporter):
    resync("--feed", "orders")
    assert summary(resync("--feed", "orders", "--no-reindex", "--by-ids", "1,2")) == counts(sent=2)


def test_cleanup_forgets_everything_and_sends_it_again(resync, permissions, change_ours):
    change_ours("update cde_category_permissions_feed set feed_hash = 'kept from before'")
    done = resync("--feed", "categoryPermissions", "--cleanup-feed", "--yes")
    assert (done.status, summary(done)) == (0, counts(sent=10))
    assert permissions.ask("select count(*) from cde_category_permissions_feed where feed_hash like 'kept%'") == [(0,)]


def test_cleanup_without_a_terminal_wants_yes(resync, permissions):
    done = resync("--feed", "categoryPermissions", "--cleanup-feed")
    assert (done.status, done.err) == (
        2,
        "saasexport: categoryPermissions: --cleanup-feed empties cde_category_permissions_feed (10 rows): deletions the"
        " service does not know of are lost; if the data space was cleaned, say --yes\n",
    )
    assert permissions.ask("select count(*) from cde_category_permissions_feed") == [(10,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("answer", "status", "said"), [("y", 0, "10 sent"), ("n", 1, "nothing done"), ("", 1, "nothing done")]
)
def test_cleanup_asks_on_a_terminal(permissions, answer, status, said):
    done, shown = on_terminal(permissions, "--feed", "categoryPermissions", "--cleanup-feed", typed=answer + "\n")
    assert (done, said in shown, "Go on? [y/N]" in shown) == (status, True, True)


# --dry-run, --estimate


def test_a_dry_run_sends_nothing_and_saves_nothing(resync, exporter):
    before = exporter.ask("select status, position, updated from indexer_state order by feed")
    done = resync("--feed", "categoryPermissions", "--dry-run")
    assert (done.status, summary(done)) == (0, trial(sent=10))
    assert exporter.ask("select count(*) from cde_category_permissions_feed") == [(0,)]
    assert exporter.ask("select status, position, updated from indexer_state order by feed") == before
    assert exporter.items("categoryPermissions") == []


def test_a_dry_run_covers_what_is_new_and_what_failed_before(resync, permissions, change_ours):
    change_ours("update cde_category_permissions_feed set status = 2 where source_entity_id = 3")
    permissions.change("update magento_catalogpermissions set grant_checkout_items = -1 where permission_id = 1")
    permissions.change("delete from magento_catalogpermissions where permission_id = 2")
    done = resync("--feed", "categoryPermissions", "--dry-run")
    assert summary(done) == trial(sent=2, unchanged=7, deleted=1)


def test_a_dry_run_with_cleanup_covers_everything_and_asks_nothing(resync, permissions):
    assert summary(resync("--feed", "categoryPermissions", "--dry-run", "--cleanup-feed")) == trial(sent=10)
    assert permissions.ask("select count(*) from cde_category_permissions_feed") == [(10,)]


def test_a_dry_run_by_ids_covers_these_whatever_their_hash(resync, permissions):
    assert summary(resync("--feed", "categoryPermissions", "--dry-run", "--by-ids", "1,2")) == trial(sent=2)


def test_a_dry_run_of_a_legacy_feed_covers_what_awaits_submission(resync, command):
    command("indexer:reindex", "scopes_website_data_exporter")
    assert summary(resync("--feed", "scopesWebsite", "--dry-run")) == trial(sent=2)


def test_a_dry_run_without_reindex_counts_the_stored_rows(resync, exporter):
    resync("--feed", "scopesWebsite")
    assert summary(resync("--feed", "scopesWebsite", "--dry-run", "--no-reindex")) == trial(sent=2)
    assert exporter.ask("select distinct status from scopes_website_data_exporter") == [(200,)]


def test_a_dry_run_names_what_cannot_be_assembled(resync):
    done = resync("--feed", "categories", "--dry-run")
    assert (done.status, summary(done)) == (1, trial(sent=67, failed=2))
    assert done.err.splitlines() == [
        f"saasexport: categories: entity 25: urlPath 'market-stall/gifts', storeViewCode '{view}' is taken by entity 24"
        for view in ("default", "french")
    ]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("extended", "logged"), [("1", 1), ("", 0)])
def test_the_payload_of_a_dry_run_is_logged_when_asked_for(resync, exporter, monkeypatch, extended, logged):
    monkeypatch.setenv("EXPORTER_EXTENDED_LOG", extended)
    resync("--feed", "categoryPermissions", "--dry-run", "--by-ids", "1")
    file = exporter.folder / "var" / "log" / "saas-export.log"
    records = [line.partition("INFO: ")[2][:-6] for line in file.read_text().splitlines()] if file.exists() else []
    payloads = [json.loads(json.loads(record)["payload"]) for record in records]
    assert [[item["id"] for item in items] for items in payloads] == [["1"]] * logged


def test_an_estimate_tells_records_requests_and_time(resync, exporter):
    done = resync("--feed", "productAttributes", "--estimate", "--batch-size", "10")
    assert done.out == (
        "productAttributes: 201 records, 21 requests of up to 10 items, 10.5 seconds at 2 requests a second"
        " (what Adobe's service accepts); unchanged records are not sent\n"
    )
    assert exporter.sent() == []


def test_an_estimate_goes_by_the_rate_that_is_configured(resync, exporter):
    exporter.write_config(service="requests_per_second = 0.25")
    assert "3 requests of up to 100 items, 12.0 seconds at 0.25 requests a second ([service] " in resync(
        "--feed", "productAttributes", "--estimate"
    ).out


def test_an_estimate_by_ids_counts_these(resync):
    done = resync("--feed", "products", "--estimate", "--by-ids", "KL-ESP-HOUSE")
    assert done.out.startswith("products: 3 records, 1 request of ")


# --thread-count, --batch-size, and what excludes each other


@pytest.mark.sample(1)
@pytest.mark.parametrize("option", ["--thread-count", "--batch-size", "--threadCount", "--batchSize"])
@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", ""])
def test_numbers_below_1_and_what_is_no_number_are_refused(resync, option, value):
    assert resync("--feed", "products", f"{option}={value}").status == 2


def test_batch_size_and_thread_count_hold_for_this_run(resync, exporter):
    done = resync("--feed", "productAttributes", "--batch-size", "50", "--thread-count", "3")
    assert (done.status, summary(done)) == (0, counts(sent=201))
    # The first sixteen entities have 57 items, the others 144.
    assert sorted(items for _, items, _ in exporter.sent()) == [7, 44, 50, 50, 50]
    assert len(exporter.items("productAttributes")) == 201


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--id-type", "sku"], "--id-type says how to read --by-ids, which is missing"),
        (["--by-ids", " , "], "--by-ids names no id"),
        (["--by-ids", "1", "--continue-resync"], "--by-ids and --continue-resync exclude each other"),
        (["--cleanup-feed", "--continue-resync"], "--cleanup-feed leaves nothing to continue from"),
        (["--cleanup-feed", "--yes", "--by-ids", "1"], "--cleanup-feed would forget what --by-ids does not name"),
        (["--cleanup-feed", "--yes", "--no-reindex"], "--cleanup-feed leaves no stored rows for --no-reindex to send"),
    ],
)
def test_what_contradicts_itself_is_refused(resync, exporter, options, reason):
    done = resync("--feed", "orders", *options)
    assert (done.status, done.err) == (2, f"saasexport: saas:resync: {reason}; see: saasexport saas:resync --help\n")
    assert exporter.sent() == []


# On a terminal


def on_terminal(exporter, *options, typed=""):
    """Run it with a terminal for everything; gives the exit status and what was shown."""
    leader, follower = pty.openpty()
    environ = {"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-I", BIN / "saasexport", "saas:resync", *options],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        env=environ,
    )
    os.close(follower)
    os.write(leader, typed.encode())
    shown = b""
    try:
        while more := os.read(leader, 65_536):
            shown += more
    except OSError:
        pass  # the other side is closed
    os.close(leader)
    return process.wait(60), shown.decode()


def test_a_terminal_shows_a_bar_and_a_pipe_does_not(exporter):
    _, shown = on_terminal(exporter, "--feed", "categoryPermissions")
    assert "\rcategoryPermissions [" in shown
    done = exporter.run("saasexport", "saas:resync", "--feed", "categoryPermissions", "--force", check=True)
    assert done.stdout.startswith("categoryPermissions: 10 sent, ")


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", [["--force"], ["--by-ids", "KL-ESP-HOUSE"], ["--force", "--continue-resync"]])
def test_an_estimate_of_what_is_sent_in_any_case_speaks_of_no_unchanged_records(resync, options):
    resync("--feed", "products")
    done = resync("--feed", "products", "--estimate", *options)
    assert (done.status, "unchanged" in done.out) == (0, False)
    if options == ["--by-ids", "KL-ESP-HOUSE"]:
        assert done.out.startswith("products: 3 records, 1 request of ")


def test_no_reindex_of_an_immediate_feed_is_said_to_be_without_effect(resync):
    done = resync("--feed", "categoryPermissions", "--no-reindex")
    assert done.status == 0
    assert done.err == (
        "saasexport: saas:resync: --no-reindex is without effect: categoryPermissions is an immediate feed,"
        " which is collected as it is sent\n"
    )
    assert resync("--feed", "scopesWebsite", "--no-reindex").err == ""
