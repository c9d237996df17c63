"""show: how an item is found, and both sides of it."""

import json

import pytest

from saasexport.commands import for_programs
from saasexport.commands import show as show_command

URN = "KL-ESP-HOUSE"


@pytest.fixture
def show(command):
    """Runs show; gives what it found as objects."""

    def run(*arguments):
        done = command("show", *arguments, "--json")
        assert (done.status, done.err) == (0, "")
        return json.loads(done.out)

    return run


@pytest.fixture
def espresso(exporter, command):
    """An installation whose service has the three items of the first product."""
    command("saas:resync", "--feed", "products", "--by-ids", URN)
    return exporter


def views(items):
    """Entity and store view of each item."""
    return [(item["entity_id"], item["identity"]["storeViewCode"]) for item in items]


ALL = [(1, "default"), (1, "french"), (1, "wholesale")]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("key", "found"),
    [
        ([URN, "french"], [(1, "french")]),
        ([f"{URN} french"], [(1, "french")]),
        ([f"{URN}_french"], [(1, "french")]),
        ([URN], ALL),
        (["1"], ALL),
        ([URN, "--id-type", "sku"], ALL),
        (["1", "--id-type", "productId"], ALL),
    ],
)
def test_a_key_is_an_identity_a_sku_or_an_entity_id(espresso, show, key, found):
    assert views(show("products", *key)) == found


def test_an_item_that_was_never_collected_is_found_by_its_identity(exporter, show):
    (item,) = show("products", f"{URN}_french")
    assert (views([item]), item["sent"], item["shop"]["name"]) == ([(1, "french")], None, "Espresso maison")


@pytest.mark.sample(1)
@pytest.mark.parametrize("key", ["1-x", "1x", "1e0", "1.0", "1 x"])
def test_an_id_is_a_whole_number_or_nothing(espresso, command, key):
    done = command("show", "products", key)
    assert (done.status, done.out) == (1, "")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "words",
    [
        ("products", "kl-esp-house", "default"),
        ("products", "Kl-Esp-House_french"),
        ("prices", "kl-esp-house_0_base"),
        ("productOverrides", "KL-esp-HOUSE base 0"),
        ("inventoryStockStatus", "1", "kl-esp-house"),
    ],
)
def test_an_identity_in_another_letter_case_is_shown_as_near(espresso, command, words):
    done = command("show", *words)
    assert done.status == 1
    assert done.err.endswith("; did you mean KL-ESP-HOUSE?\n")


def test_a_sku_in_another_letter_case_is_shown_as_near(espresso, command):
    done = command("show", "products", "kl-esp-house")
    assert done.err == "saasexport: products: nothing is known of 'kl-esp-house'; did you mean KL-ESP-HOUSE?\n"


def test_a_sku_may_hold_separators(exporter, show):
    exporter.change("update catalog_product_entity set sku = 'A_B C' where entity_id = 1")
    assert views(show("products", "A_B C_french")) == [(1, "french")]
    assert views(show("products", "A_B C")) == ALL


def test_a_sku_that_is_a_number_comes_before_an_entity_id(exporter, show):
    exporter.change("update catalog_product_entity set sku = '2' where entity_id = 1")
    assert views(show("products", "2")) == ALL


def test_a_feed_without_skus_is_asked_by_identity_or_entity(exporter, command, show):
    command("saas:resync", "--feed", "scopesWebsite")
    assert [item["identity"] for item in show("scopesWebsite", "1")] == [{"websiteId": "1"}]
    assert show("orders", "1")[0]["identity"] == {"commerceOrderId": "1"}
    assert show("orders", "100000001")[0]["identity"] == {"commerceOrderId": "1"}


def test_what_was_sent_is_told_with_time_answer_and_request(espresso, show):
    (item,) = show("products", URN, "default")
    sent = item["sent"]
    ((status, modified_at, metadata),) = espresso.ask(
        "select status, modified_at, metadata from cde_products_feed where feed_data like '%default%'"
    )
    assert (sent["status"], sent["modified_at"], sent["code"], sent["tries"]) == (status, modified_at, 200, 0)
    assert sent["request_id"] == json.loads(metadata)["requestId"]
    assert (sent["data"]["sku"], item["is_same"], item["differences"]) == (URN, True, {})


def test_a_change_of_the_shop_is_a_difference(espresso, show, command):
    espresso.change("update catalog_product_entity set sku = 'OTHER' where entity_id = 1")
    espresso.change("update catalog_product_entity set sku = 'KL-ESP-HOUSE' where entity_id = 1")
    espresso.change("update catalog_product_entity_varchar set value = 'New' where entity_id = 1 and store_id = 0")
    assert [item["is_same"] for item in show("products", URN)] == [False, False, False]
    assert "  difference  the shop has changed since; in which fields is not on record " in command(
        "show", "products", URN, "default"
    ).out


def test_the_fields_that_differ_are_told_where_the_item_is_kept(exporter, command, show):
    command("indexer:reindex", "scopes_website_data_exporter")
    exporter.change("update store_website set code = 'elsewhere' where website_id = 1")
    (item,) = show("scopesWebsite", "1")
    assert item["differences"] == {"websiteCode": ["elsewhere", "base"]}
    assert '    websiteCode: "base" -> "elsewhere"\n' in command("show", "scopesWebsite", "1").out


def test_an_item_that_cannot_be_assembled_says_why(exporter, command, show):
    command("saas:resync", "--feed", "products", "--by-ids", "KL-DRAFT-BARE")
    shown = show("products", "KL-DRAFT-BARE", "french")
    reason = "One or more required EAV attributes (status) are not set for product: 28"
    assert [(item["shop"], item["shop_error"], item["sent"]["status"]) for item in shown] == [(None, reason, 1)]
    assert f"  the shop    cannot be assembled: {reason}\n" in command("show", "products", "28").out


def test_an_item_that_is_gone_is_shown_as_it_was_sent(espresso, show, command):
    espresso.change("delete from catalog_product_entity where entity_id = 1")
    (item,) = show("products", URN, "default")
    assert (item["shop"], item["shop_error"], item["sent"]["status"], item["is_same"]) == (None, None, 200, None)
    assert "  the shop    has no such item any more\n" in command("show", "products", URN, "default").out


def test_the_lines_for_people_end_with_the_item(espresso, command):
    done = command("show", "PRODUCTS", URN, "french")
    lines = done.out.splitlines()
    assert lines[0] == "products  KL-ESP-HOUSE french  (entity 1)"
    assert lines[1].startswith("  the shop    has it, with ")
    assert lines[2].startswith("  sent        200 delivered, as of ")
    assert lines[3:5] == ["  difference  none: what was collected last is what the shop says", "  the item"]
    item = json.loads("\n".join(lines[5:]))
    assert (item["sku"], item["storeViewCode"]) == (URN, "french")


def test_a_dropped_item_says_so(exporter, command, change_ours):
    command("saas:resync", "--feed", "categoryPermissions")
    change_ours("update cde_category_permissions_feed set status = 400 where source_entity_id = 3")
    command("failed", "drop", "categoryPermissions")
    assert "  sent        400 dropped by hand on " in command("show", "categoryPermissions", "3").out


def test_what_nobody_knows_is_an_error(espresso, command):
    done = command("show", "products", "nope")
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "saasexport: products: nothing is known of 'nope'; KEY is sku storeViewCode, or an entity's id\n"
    )


# What is large


@pytest.fixture
def printed(capsys):
    """Prints items as show does; gives the lines."""

    def run(items):
        show_command._print(items)
        return capsys.readouterr().out.splitlines()

    return run


def item(number, **fields):
    """An item as show has it."""
    shop = {"sku": f"S{number}", **fields}
    identity = {"sku": f"S{number}"}
    rest = {"shop_error": None, "sent": None, "is_same": None, "differences": {}}
    return {"feed": "products", "entity_id": number, "identity": identity, "shop": shop, **rest}


SIZES = [
    (51, {}, "1 item more"),
    (5_000, {}, "4,950 items more"),
    (2, {"tags": ["x" * 90] * 2_000}, "993 lines and 1 item more"),
    (1, {"tags": list(range(60_000))}, "50,822 lines more"),
    (3, {"tags": ["y" * 1_500] * 100}, "35 lines and 2 items more"),
]


@pytest.mark.parametrize(("number", "fields", "left"), SIZES)
def test_what_does_not_fit_is_left_out_and_said(printed, number, fields, left):
    lines = printed(item(each, **fields) for each in range(number))
    assert lines[-1] == f"{left}: --json has all, and the identity as KEY names one item"
    assert sum(map(len, lines)) < 105_000


@pytest.mark.parametrize("length", [2_001, 10_000, 1_000_000])
def test_a_long_text_is_cut_with_its_length(printed, length):
    line = next(line for line in printed([item(1, name="z" * length)]) if "zzz" in line)
    assert line.endswith(f"z... {length + 15 - 2_000:,} characters more")
    assert len(line) < 2_100


def test_programs_get_every_item_as_it_comes(capsys):
    assert for_programs.show({"number": each, "text": "a\nb"} for each in range(3)) == 0
    out = capsys.readouterr().out
    every = [{"number": each, "text": "a\nb"} for each in range(3)]
    assert out == json.dumps(every, indent=1) + "\n"
    for_programs.show(iter(()))
    assert capsys.readouterr().out == "[]\n"
