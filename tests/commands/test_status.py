"""status: one screen of 80 columns, and why numbers do not add up."""

import re

import pytest

from saasexport.commands.status import _compact, _fitting, _short_time


def footnote(command, feed):
    """What is said below the table about a feed."""
    text = re.sub(r"\n  ", " ", command("status").out)
    return [line for line in text.splitlines() if line.startswith(f"{feed}: ")]


@pytest.mark.parametrize(
    "numbers",
    [
        (0, 0, 0, 0, 0),
        (12, 12, 1, 0, 3),
        (98_765, 98_765, 1_234, 50, 7),
        (999_999, 999_999, 999_999, 999_999, 999_999),
        (123_456_789, 123_456_789, 4_567, 8_000, 1_000_000),
        (None, 5, 0, 0, None),
    ],
)
@pytest.mark.parametrize("indexer", ["valid", "suspended"])
def test_every_line_fits_80_columns(numbers, indexer):
    rows = [("inventoryStockStatus", *map(_compact, numbers), indexer, "14:50")]
    lines = _fitting(rows)
    assert max(map(len, lines)) <= 80
    assert "inventoryStockStatus" in lines[1]


def test_the_screen_of_a_real_shop_fits(command):
    lines = command("status").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert lines[0].split() == ["Feed", "Source", "Delivered", "Failed", "Awaiting", "Backlog", "Indexer", "Synced"]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2027-05-05 14:50:31", "14:50"),
        ("2027-05-04 14:50:31", "05-04"),
        ("2027-01-01 00:00:00", "01-01"),
        ("2026-12-31 23:59:59", "2026-12-31"),
        (None, None),
    ],
)
def test_the_last_sync_is_a_time_of_today_or_a_day(moment, shown):
    assert shown == _short_time(moment, "2027-05-05 15:00:00")


def test_orders_older_than_the_look_back_are_counted(exporter, command, change_ours):
    exporter.change("update sales_order set created_at = '2020-01-01 00:00:00', updated_at = '2020-01-01 00:00:00'")
    command("saas:resync", "--feed", "orders")
    change_ours(
        "insert into sales_data_exporter_orders_v2 (source_entity_id, feed_id, feed_data, feed_hash, status,"
        " modified_at) values (999, 'x', '{}', '', 200, '2020-01-01 00:00:00')"
    )
    number = exporter.ask_shop("select count(*) from sales_order")[0][0]
    (line,) = footnote(command, "orders")
    assert f"{number} records older than look_back_days (7), not among the source records" in line


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "update cde_category_permissions_feed set status = 400, dropped_at = '2026-01-01' where id = 1",
            "1 item dropped by saasexport failed drop",
        ),
        (
            "update indexer_state set status = 'invalid' where feed = 'categoryPermissions'",
            "it is to be synced in full",
        ),
        ("update indexer_state set status = 'suspended' where feed = 'categoryPermissions'", "it is suspended"),
        (
            "insert into cde_category_permissions_feed (source_entity_id, feed_id, feed_data, feed_hash, status,"
            " is_deleted, modified_at) values (999, 'x', '{}', '', 2, 1, '2020-01-01 00:00:00')",
            "1 item gone from the shop, to be deleted",
        ),
        ("select 1", "the shop was last compared with it before "),
    ],
)
def test_numbers_that_do_not_add_up_have_a_footnote(exporter, command, change_ours, sql, said):
    command("saas:resync", "--feed", "categoryPermissions")
    assert footnote(command, "categoryPermissions") == []
    change_ours(sql)
    if not sql.startswith(("insert", "update cde")):
        change_ours("delete from cde_category_permissions_feed where id = 2")
    (line,) = footnote(command, "categoryPermissions")
    assert line.startswith("categoryPermissions: sent, failed and awaiting are not the source records: ")
    assert said in line
