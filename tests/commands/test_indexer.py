"""indexer:*, as bin/magento prints it."""

import json

import pytest

from saasexport import lock

WEBSITES = "scopes_website_data_exporter"
CATEGORIES = "catalog_data_exporter_categories"
PRODUCTS = "catalog_data_exporter_products"


@pytest.fixture
def state(exporter):
    """The status of a feed's indexer."""
    return lambda feed: exporter.ask("select status from indexer_state where feed = ?", feed)[0][0]


def held(exporter, feed, operation="full sync"):
    """Be a process that syncs the feed."""
    return lock.held(str(exporter.folder / "var" / "lock" / f"{feed}.lock"), operation)


def cells(done):
    """The cells of a bordered table, line by line, the head left out."""
    lines = [line for line in done.out.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_info_prints_the_id_and_title_of_every_indexer(command):
    done = command("indexer:info")
    assert (done.status, done.err) == (0, "")
    assert [line.split(None, 1) for line in done.out.splitlines()] == [
        ["scopes_website_data_exporter", "Scopes website data feed"],
        ["scopes_customergroup_data_exporter", "Scopes customer groups data feed"],
        ["catalog_data_exporter_product_attributes", "Catalog Attributes Feed"],
        ["catalog_data_exporter_categories", "Category Feed"],
        ["catalog_data_exporter_products", "Product Feed"],
        ["catalog_data_exporter_product_prices", "Product Prices Feed"],
        ["catalog_data_exporter_product_variants", "Product Variant Feed"],
        ["inventory_data_exporter_stock_status", "Inventory Stock Status Feed"],
        ["catalog_data_exporter_category_permissions", "Category Permissions Feed"],
        ["sales_order_data_exporter_v2", "Sales Orders Feed"],
        ["catalog_data_exporter_product_overrides", "Product Overrides Feed"],
        ["catalog_data_exporter_rating_metadata", "Product Rating Metadata Feed"],
        ["catalog_data_exporter_product_reviews", "Product Reviews Feed"],
    ]


def test_status_is_a_table_with_borders(command, change_ours):
    change_ours("update view_state set updated = '2026-11-23 15:04:05'")
    done = command("indexer:status", WEBSITES, CATEGORIES)
    assert done.out.splitlines() == [
        "+----------------------------------+--------------------------+------------------+-----------+"
        "---------------------+---------------------+",
        "| ID                               | Title                    | Status           | Update On |"
        " Schedule Status     | Schedule Updated    |",
        "+----------------------------------+--------------------------+------------------+-----------+"
        "---------------------+---------------------+",
        "| scopes_website_data_exporter     | Scopes website data feed | Reindex required | Schedule  |"
        " idle (0 in backlog) | 2026-11-23 15:04:05 |",
        "| catalog_data_exporter_categories | Category Feed            | Reindex required | Schedule  |"
        " idle (0 in backlog) | 2026-11-23 15:04:05 |",
        "+----------------------------------+--------------------------+------------------+-----------+"
        "---------------------+---------------------+",
    ]


def test_status_counts_what_the_changelog_holds(command, exporter):
    exporter.change("update store_website set name = 'Elsewhere' where website_id in (1, 2)")
    assert cells(command("indexer:status", WEBSITES))[0][4] == "idle (2 in backlog)"


def test_working_is_processing_only_while_somebody_holds_the_feeds_lock(command, exporter, change_ours):
    change_ours("update indexer_state set status = 'working' where feed = 'categories'")
    assert cells(command("indexer:status", CATEGORIES))[0][2] == "Reindex required"
    with held(exporter, "categories"):
        assert cells(command("indexer:status", CATEGORIES))[0][2] == "Processing"


def test_a_feed_that_was_reindexed_is_ready_and_a_suspended_one_is_shown_as_such(command):
    assert command("indexer:reindex", WEBSITES).status == 0
    command("indexer:set-status", "suspended", CATEGORIES)
    assert [row[2] for row in cells(command("indexer:status", WEBSITES, CATEGORIES))] == ["Ready", "Suspended"]


def test_all_are_the_feeds_the_shop_can_give(command, exporter):
    exporter.change("drop table magento_catalogpermissions")
    shown = [row[0] for row in cells(command("indexer:status"))]
    assert (len(shown), "catalog_data_exporter_category_permissions" in shown) == (11, False)


def test_a_feed_the_shop_cannot_give_is_no_success(command, exporter):
    exporter.change("drop table magento_catalogpermissions")
    done = command("indexer:reindex", "catalog_data_exporter_category_permissions")
    assert (done.status, done.out) == (
        1,
        "Category Permissions Feed index exception: categoryPermissions: the shop has no table"
        " magento_catalogpermissions\n",
    )


def test_an_unknown_id_is_an_error_that_lists_the_ids_and_guesses(command):
    done = command("indexer:reset", "catalog_data_exporter_product")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(
        "saasexport: the following requested index types are not supported: 'catalog_data_exporter_product';"
        " did you mean catalog_data_exporter_products? supported types: scopes_website_data_exporter, "
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["prices"], ["catalog_data_exporter_product_prices"]),
        (["PRICES"], ["catalog_data_exporter_product_prices"]),
        (["prices", "catalog_data_exporter_product_prices"], ["catalog_data_exporter_product_prices"]),
        (["scopesWebsite", "categories"], ["scopes_website_data_exporter", "catalog_data_exporter_categories"]),
        (["CATALOG_DATA_EXPORTER_PRODUCTS"], ["catalog_data_exporter_products"]),
    ],
)
def test_the_name_of_a_feed_stands_for_its_indexer(command, names, ids):
    assert ids == [indexer["id"] for indexer in json.loads(command("indexer:info", *names, "--json").out)]


def test_suspending_everything_is_asked_for_first(command, exporter):
    done = command("indexer:set-status", "suspended")
    assert (done.status, done.out) == (2, "")
    assert "this suspends all 13 feeds" in done.err
    assert "say --yes" in done.err
    assert exporter.ask("select count(*) from indexer_state where status = 'suspended'") == [(0,)]
    assert command("indexer:set-status", "suspended", "--yes").status == 0
    assert exporter.ask("select count(*) from indexer_state where status = 'suspended'") == [(13,)]
    assert command("indexer:set-status", "invalid").status == 0


def test_show_mode_lists_the_feeds_for_grep(command):
    done = command("indexer:show-mode")
    assert len([line for line in done.out.splitlines() if "feed" in line.lower()]) == 13
    assert "Product Feed: Update by Schedule\n" in done.out


def test_set_mode_tells_the_change_and_warns_of_realtime(command):
    done = command("indexer:set-mode", "realtime", PRODUCTS, CATEGORIES)
    assert done.out.splitlines() == [
        "Index mode for Indexer Product Feed was changed from 'Update by Schedule' to 'Update on Save'",
        "Index mode for Indexer Category Feed was changed from 'Update by Schedule' to 'Update on Save'",
    ]
    assert done.err.startswith("saasexport: warning: Update on Save ")
    assert command("indexer:show-mode", PRODUCTS).out == "Product Feed: Update on Save\n"
    assert cells(command("indexer:status", PRODUCTS))[0][3:] == ["Save", "", ""]


def test_set_mode_to_what_it_is_changes_nothing_and_says_so(command):
    done = command("indexer:set-mode", "schedule", PRODUCTS)
    assert (done.status, done.out, done.err) == (0, "Index mode for Indexer Product Feed has not been changed\n", "")


def test_set_mode_again_brings_missing_triggers_back(command, exporter):
    triggers = "select name, sql from sqlite_master where type = 'trigger' order by name"
    before = exporter.ask_shop(triggers)
    exporter.change("drop trigger saasexport_store_website_update")
    command("indexer:set-mode", "schedule", WEBSITES)
    assert exporter.ask_shop(triggers) == before


def test_a_mode_that_does_not_exist_is_wrong_usage(command):
    assert command("indexer:set-mode", "sometimes").status == 2


def test_set_status_tells_the_change(command, state):
    done = command("indexer:set-status", "suspended", CATEGORIES)
    assert done.out == "Index status for Indexer 'Category Feed' was changed from 'invalid' to 'suspended'.\n"
    done = command("indexer:set-status", "suspended", CATEGORIES)
    assert done.out == "Index status for Indexer 'Category Feed' has not been changed.\n"
    command("indexer:set-status", "valid", CATEGORIES)
    assert state("categories") == "valid"


def test_a_suspended_feed_is_passed_over_by_the_job_but_not_by_reindex(command, exporter, state):
    command("indexer:set-status", "valid")
    command("indexer:set-status", "suspended", WEBSITES)
    exporter.run("reindex_all_invalid", check=True)
    assert exporter.ask("select count(*) from scopes_website_data_exporter") == [(0,)]
    command("indexer:reindex", WEBSITES)
    assert exporter.ask("select count(*) from scopes_website_data_exporter") == [(2,)]
    assert state("scopesWebsite") == "valid"


def test_reset_makes_a_feed_invalid_whatever_it_was(command, state):
    command("indexer:set-status", "suspended", CATEGORIES)
    assert command("indexer:reset", CATEGORIES).out == "Category Feed indexer has been invalidated.\n"
    assert state("categories") == "invalid"


def test_reindex_tells_how_long_it_took_and_sends_what_is_immediate(command, exporter):
    done = command("indexer:reindex", "inventory_data_exporter_stock_status")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Inventory Stock Status Feed index has been rebuilt successfully in 00:00:")
    assert exporter.service.counts(exporter.environment).keys() == {"inventoryStockStatus"}


def test_reindex_only_collects_legacy_feeds(command, exporter):
    assert command("indexer:reindex", WEBSITES).status == 0
    assert exporter.ask("select status, count(*) from scopes_website_data_exporter group by 1") == [(0, 2)]
    assert exporter.items("scopesWebsite") == []


def test_reindex_begins_at_the_first_entity(command, exporter, change_ours):
    change_ours("update indexer_state set status = 'working', position = 2 where feed = 'scopesWebsite'")
    command("indexer:reindex", WEBSITES)
    assert exporter.ask("select source_entity_id from scopes_website_data_exporter order by 1") == [(1,), (2,)]


def test_reindex_leaves_a_locked_feed_alone(command, exporter, state):
    with held(exporter, "scopesWebsite"):
        done = command("indexer:reindex", WEBSITES)
    assert done.status == 0
    assert done.out.startswith("Scopes website data feed index is locked by another process: ")
    assert state("scopesWebsite") == "invalid"


def test_reindex_ends_with_1_when_items_fail(command, exporter):
    exporter.write_config(service="timeout = 1")
    exporter.config.write_text(exporter.config.read_text().replace(exporter.url, "http://127.0.0.1:9"))
    done = command("indexer:reindex", "catalog_data_exporter_category_permissions")
    assert done.status == 1
    assert done.err == "saasexport: http://127.0.0.1:9: connection refused; 10 items will be sent again\n"


def test_a_command_may_be_abbreviated_as_in_commerce(command):
    assert command("index:show-mode", PRODUCTS).out == "Product Feed: Update by Schedule\n"
