"""failed: what it shows, and what people decide about the items."""

import json

import pytest

from saasexport import lock


@pytest.fixture
def refused(exporter, command):
    """An installation with two categories that cannot be assembled, and a permission that was rejected."""
    command("saas:resync", "--feed", "categories")
    command("saas:resync", "--feed", "categoryPermissions")
    return exporter


@pytest.fixture
def rejected(refused, change_ours):
    """The same, and the service has rejected permission 3."""
    change_ours(
        "update cde_category_permissions_feed"
        " set status = 400, errors = 'grant is not known', metadata = '{\"requestId\":\"r\",\"code\":400}'"
        " where source_entity_id = 3"
    )
    return refused


def rows(exporter, feed="category_permissions"):
    """Entity -> status of the rows that are not plainly delivered."""
    return dict(exporter.ask(f"select source_entity_id, status from cde_{feed}_feed where status <> 200"))


def row_of(exporter, entity):
    """The row of a permission."""
    query = "select id from cde_category_permissions_feed where source_entity_id = ?"
    return exporter.ask(query, entity)[0][0]


def test_every_failed_item_is_a_line_with_its_reason(rejected, command):
    done = command("failed", "--all")
    lines = [line.split() for line in done.out.splitlines()]
    assert [line[0] for line in lines] == ["Feed", "categories", "categories", "categoryPermissions"]
    row = str(row_of(rejected, 3))
    assert lines[3] == ["categoryPermissions", "3", row, "3", "400", "rejected", "grant", "is", "not", "known"]


def test_without_failed_items_it_says_so(command):
    assert command("failed").out == "no failed items\n"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("options", "entities"),
    [
        (["categories"], [25, 25]),
        (["CATEGORIES"], [25, 25]),
        (["--status", "400"], [3]),
        (["--status", "rejected"], [3]),
        (["--status", "Rejected", "--limit", "1"], [3]),
        (["--status", "not-assembled"], [25, 25]),
        (["--status", "cannot be assembled"], [25, 25]),
        (["--status", "to-be-retried"], []),
        (["--status", "held-back"], []),
        (["--status", "attention"], [25, 25, 3]),
        (["--limit", "1"], [25]),
        (["--limit", "2", "--all"], [25, 25]),
        (["categories", "--status", "400"], []),
    ],
)
def test_a_feed_and_a_status_narrow_the_list(rejected, command, options, entities):
    shown = json.loads(command("failed", *options, "--json").out)
    assert [item["source_entity_id"] for item in shown] == entities


def test_json_has_objects_where_the_table_has_json(rejected, command):
    (item,) = json.loads(command("failed", "categoryPermissions", "--json").out)
    assert (item["feed_data"]["id"], item["metadata"], item["errors"]) == (
        "3",
        {"requestId": "r", "code": 400},
        "grant is not known",
    )


def test_retry_sends_a_rejected_item_again(rejected, command):
    done = command("failed", "retry", "categoryPermissions")
    assert (done.status, done.err) == (0, "")
    assert done.out == "categoryPermissions: 1 sent, 0 unchanged, 0 failed, 0 deleted\n"
    assert rows(rejected) == {}


def test_retry_of_what_still_fails_ends_with_1(rejected, command):
    done = command("failed", "retry", "--status", "1")
    # The category that holds their identity is collected with them.
    assert (done.status, done.out) == (1, "categories: 0 sent, 2 unchanged, 2 failed, 0 deleted\n")
    assert rows(rejected) == {3: 400}


def test_retry_by_id_tries_that_item_only(rejected, command, change_ours):
    change_ours("update cde_category_permissions_feed set status = 400 where source_entity_id = 4")
    done = command("failed", "retry", "categoryPermissions", "--id", row_of(rejected, 4))
    assert (done.status, rows(rejected)) == (0, {3: 400})


def test_retry_sends_what_a_legacy_feed_has(exporter, command, change_ours):
    command("saas:resync", "--feed", "scopesWebsite")
    change_ours("update scopes_website_data_exporter set status = 400 where source_entity_id = 1")
    assert command("failed", "retry").out == "scopesWebsite: 1 sent, 0 unchanged, 0 failed, 0 deleted\n"


def test_retry_leaves_a_feed_in_use_alone(rejected, command):
    with lock.held(str(rejected.folder / "var" / "lock" / "categoryPermissions.lock"), "full sync"):
        done = command("failed", "retry", "categoryPermissions")
    assert done.status == 0
    assert done.out.startswith('categoryPermissions: operation skipped - process locked by "full sync(')
    assert rows(rejected) == {3: 400}


def test_a_dropped_item_is_shown_no_more_and_not_sent_until_it_changes(rejected, command):
    done = command("failed", "drop", "categoryPermissions")
    assert (done.status, done.out) == (0, "categoryPermissions: 1 item dropped: not sent until they change\n")
    assert command("failed", "categoryPermissions").out == "no failed items\n"
    assert command("saas:resync", "--feed", "categoryPermissions").out.startswith("categoryPermissions: 0 sent, ")
    rejected.change("update magento_catalogpermissions set grant_checkout_items = -1 where permission_id = 3")
    assert command("saas:resync", "--feed", "categoryPermissions").out.startswith("categoryPermissions: 1 sent, ")


def test_a_dropped_item_counts_neither_as_failed_nor_as_delivered(rejected, command):
    command("failed", "drop", "categoryPermissions")
    (line,) = [line for line in json.loads(command("status", "--json").out) if line["feed"] == "categoryPermissions"]
    assert (line["source_records"], line["delivered"], line["failed"]) == (10, 9, 0)


def test_an_item_that_cannot_be_assembled_stays_dropped_until_it_fails_for_another_reason(refused, command):
    command("failed", "drop", "categories", "--status", "1")
    command("saas:resync", "--feed", "categories")
    assert command("failed").out == "no failed items\n"
    refused.change("update catalog_category_entity_varchar set value = cast('x' as blob) where entity_id = 25")
    command("saas:resync", "--feed", "categories")
    assert {item["source_entity_id"] for item in json.loads(command("failed", "--json").out)} == {25}


def test_an_item_that_can_be_assembled_again_is_no_longer_dropped(refused, command):
    command("failed", "drop", "categories")
    refused.change("delete from catalog_category_entity where entity_id = 24")
    command("saas:resync", "--feed", "categories")
    assert rows(refused, "categories") == {}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--id", "1"], "--id needs a feed"),
        (["again", "products"], "'again' is neither retry nor drop"),
        (["--status", "rejcted"], "there is no status 'rejcted': known are rejected, "),
        (["--limit", "0"], "expected a number from 1 on, found '0'"),
        (["prducts"], "there is no feed 'prducts'; did you mean products? "),
    ],
)
def test_wrong_usage_is_told(command, arguments, reason):
    done = command("failed", *arguments)
    assert (done.status, reason in done.err) == (2, True)


def failing(change_ours, number, status, errors, feed="cde_category_permissions_feed"):
    """Has some permissions fail."""
    change_ours(
        f"update {feed} set status = ?, errors = ? || id where id in"
        f" (select id from {feed} where status = 200 order by id limit ?)",
        status,
        errors,
        number,
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("groups", "shown"),
    [
        ([(4, 2, "connection refused ")], ["0 items need attention, 4 will retry"]),
        ([(1, 400, "no grant ")], ["1 item needs attention, 0 will retry"]),
        ([(2, 400, "no grant "), (3, 2, "timeout ")], ["2 items need attention, 3 will retry"]),
        ([(2, 1, "a field "), (2, 400, "another ")], ["4 items need attention, 0 will retry"]),
        ([(5, 2, "refused "), (4, 2, "timeout ")], ["0 items need attention, 9 will retry"]),
    ],
)
def test_failed_items_are_grouped_by_reason_with_three_examples(exporter, command, change_ours, groups, shown):
    command("saas:resync", "--feed", "categoryPermissions")
    for number, status, errors in groups:
        failing(change_ours, number, status, errors)
    lines = command("failed").out.splitlines()
    assert lines[:1] == shown
    heads = [line for line in lines if line.startswith("  categoryPermissions: ")]
    sizes = sorted((int(line.split()[1]) for line in heads), reverse=True)
    assert sizes == sorted((number for number, _, _ in groups), reverse=True)
    assert sum(line.startswith("    entity ") for line in lines) == sum(min(number, 3) for number, _, _ in groups)
    assert ("\nNeeds attention" in "\n".join(lines)) == any(status != 2 for _, status, _ in groups)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("reasons", "head"),
    [
        ("price: 'a' is not a number|price: 'b' is not a number", "price: '...' is not a number"),
        ("set for product: 13|set for product: 14", "set for product: ..."),
        ("is taken by entity 24|is taken by entity 24", "is taken by entity 24"),
        (
            "answered 400 (request 6ba7b810-9dad-11d1-80b4-00c04fd430c8)"
            "|answered 400 (request 6BA7B811-9DAD-11D1-80B4-00C04FD430C8)",
            "answered ... (request ...)",
        ),
        ('no unit "kg" for "A-1"|no unit "lb" for "B"', 'no unit "..." for "..."'),
        ("digest deadbeefdeadbeefff|digest abcdefabcdefabcdefab", "digest ..."),
    ],
)
def test_what_differs_in_its_values_only_is_one_group(exporter, command, change_ours, reasons, head):
    command("saas:resync", "--feed", "categoryPermissions")
    table = "cde_category_permissions_feed"
    for number, reason in enumerate(reasons.split("|")):
        one = f"select id from {table} order by id limit 1 offset {number}"
        change_ours(f"update {table} set status = 400, errors = ? where id = ({one})", reason)
    heads = [line for line in command("failed").out.splitlines() if line.startswith("  categoryPermissions: ")]
    assert heads == [f"  categoryPermissions: 2 items rejected: {head}"]


def test_each_code_of_the_service_is_a_group(exporter, command, change_ours):
    command("saas:resync", "--feed", "categoryPermissions")
    table = "cde_category_permissions_feed"
    for number, code in enumerate((500, 503, 503, 502)):
        one = f"select id from {table} order by id limit 1 offset {number}"
        values = (f"http://x: answered {code}", f'{{"code":{code}}}')
        change_ours(f"update {table} set status = 2, errors = ?, metadata = ? where id = ({one})", *values)
    heads = [line for line in command("failed").out.splitlines() if line.startswith("  categoryPermissions: ")]
    assert heads == [
        "  categoryPermissions: 2 items to be retried: http://x: answered 503",
        "  categoryPermissions: 1 item to be retried: http://x: answered 500",
        "  categoryPermissions: 1 item to be retried: http://x: answered 502",
    ]


def test_a_list_that_is_cut_says_how_many_more_there_are(exporter, command, change_ours):
    command("saas:resync", "--feed", "categoryPermissions")
    failing(change_ours, 5, 2, "refused ")
    lines = command("failed", "--limit", "2").out.splitlines()
    assert (len(lines), lines[-1]) == (4, "and 3 more")
    assert len(command("failed", "--all").out.splitlines()) == 6
