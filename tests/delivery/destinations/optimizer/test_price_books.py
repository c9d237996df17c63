"""Price books of the customer groups that have prices of their own, with `price_books = "used"`."""

from hashlib import sha1
from types import SimpleNamespace

import pytest

from saasexport.feeds.price_books import USED
from saasexport.sync import story
from tests.delivery.destinations.optimizer import test_cascades
from tests.delivery.destinations.optimizer.direct import Installed

flawless_small_shop = test_cascades.flawless_small_shop

TIERS = "catalog_product_entity_tier_price"
RULES = "catalogrule_product_price"


NONE = f"delete from {TIERS}; delete from {RULES}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory, flawless_small_shop):
    """An installation whose tenant has everything."""
    made = Installed(tmp_path_factory.mktemp("books") / "shop", flawless_small_shop, 'price_books = "used"')
    made.change(NONE)
    made.tick()
    made.tick()
    return made


@pytest.fixture
def exporter(installed):
    """The same, without any price of a customer group."""
    yield installed
    installed.change(f"{NONE}; delete from customer_group where customer_group_id > 3")
    installed.tick()
    installed.tick()
    installed.direct.application.tenant.dropped.clear()
    installed.sent()
    assert books(installed) == ["base", "wholesale"]


def book(website, group):
    """The id of a customer group's price book."""
    return f"{website}::{sha1(str(group).encode()).hexdigest()}"


def books(exporter):
    """The price books that the tenant has, but for its own."""
    return sorted(key for (key,) in exporter.held()["price-books"] if key != "main")


def tier(exporter, product=1, group=2, website=2, **values):
    """Give a product a price for a customer group."""
    row = {"entity_id": product, "all_groups": 0, "customer_group_id": group, "qty": 1, "value": 3}
    row |= {"website_id": website, **values}
    exporter.change(f"insert into {TIERS} ({', '.join(row)}) values ({', '.join('?' * len(row))})", *row.values())


def rule(exporter, product=1, group=2, website=2, day="+1 day"):
    """Give a product a rule's price for a customer group."""
    exporter.change(
        f"insert into {RULES} (rule_date, customer_group_id, product_id, rule_price, website_id)"
        " values (date('now', ?), ?, ?, 2, ?)",
        day, group, product, website,
    )  # fmt: skip


def test_without_prices_of_groups_there_are_the_books_of_websites_only(exporter):
    assert books(exporter) == ["base", "wholesale"]
    assert {key[1] for key in exporter.held()["prices"]} == {"base", "wholesale"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("give", "expected"),
    [
        (lambda it: tier(it), [("wholesale", 2)]),
        (lambda it: tier(it, group=0, website=1), [("base", 0)]),
        (lambda it: tier(it, group=2, website=0), [("base", 2), ("wholesale", 2)]),
        (lambda it: tier(it, group=1, website=0), [("base", 1)]),  # it is excluded from the other

        (lambda it: tier(it, qty=5, percentage_value=10), [("wholesale", 2)]),
        (lambda it: rule(it), [("wholesale", 2)]),
        (lambda it: rule(it, day="+0 days"), [("wholesale", 2)]),
        (lambda it: rule(it, day="-3 days"), []),
        (lambda it: tier(it, all_groups=1), []),
        (lambda it: tier(it, qty=0.5), []),
        (lambda it: (tier(it, product=1), tier(it, product=2), tier(it, website=1)), [("base", 2), ("wholesale", 2)]),
    ],
)
def test_a_group_has_a_book_where_it_has_prices(exporter, give, expected):
    give(exporter)
    exporter.tick()
    assert books(exporter) == sorted(["base", "wholesale", *(book(*each) for each in expected)])
    # What `status` expects is what there is.
    assert exporter.ask_shop(USED.count) == [(2 + len(expected),)]


def test_a_book_comes_before_its_first_price_and_goes_with_its_last(exporter, tmp_path):
    exporter.change("insert into customer_group values (8, 'Club', 3)")
    exporter.tick()
    assert exporter.sent() == []
    tier(exporter, group=8)
    exporter.tick()
    # The prices of a new book wait for the next job.
    assert [(path, [each["priceBookId"] for each in items]) for path, items in exporter.sent()] == [
        ("price-books", [book("wholesale", 8)])
    ]
    exporter.tick()
    assert [(path, [each["priceBookId"] for each in items]) for path, items in exporter.sent()] == [
        ("products/prices", [book("wholesale", 8)])
    ]
    assert exporter.direct.application.tenant.dropped == []
    exporter.change(f"delete from {TIERS}")
    exporter.tick()
    assert books(exporter) == ["base", "wholesale"]
    exporter.tick()
    # Within a week it brings back what its deletion took.
    tier(exporter, product=2, group=8)
    for _ in range(3):
        exporter.tick()
    assert sorted(key for key in exporter.held()["prices"] if "::" in key[1]) == [
        (exporter.ask_shop("select sku from catalog_product_entity where entity_id = 2")[0][0], book("wholesale", 8))
    ]
    assert exporter.direct.application.tenant.dropped == []
    assert exporter.difference(tmp_path) == {}


def test_a_price_that_is_sent_before_its_book_goes_again_with_it(exporter):
    exporter.change("insert into customer_group values (9, 'Early', 3)")
    tier(exporter, group=9)

    def send_prices_only(work, options, arguments):
        story.sync_entities(work, options, work.installation.feed("prices"), [1], "resync")

    exporter.job(SimpleNamespace(run=send_prices_only))
    assert [each["priceBookId"] for each in exporter.direct.application.tenant.dropped] == [book("wholesale", 9)]
    for _ in range(3):
        exporter.tick()
    assert book("wholesale", 9) in {key[1] for key in exporter.held()["prices"]}


EXCLUDED = "customer_group_excluded_website"
TYPE = "update catalog_product_entity set type_id = '{}' where entity_id = 42"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "undo"),
    [
        (f"delete from {TIERS}", ""),
        (f"update {TIERS} set all_groups = 1, customer_group_id = 0", ""),
        (f"update {TIERS} set customer_group_id = 1", ""),
        (f"update {TIERS} set website_id = 1", ""),
        (f"insert into {EXCLUDED} (customer_group_id, website_id) values (2, 2)",
         f"delete from {EXCLUDED} where customer_group_id = 2"),
        (TYPE.format("configurable"), TYPE.format("simple")),
        ("delete from catalog_product_website where product_id = 42",
         "insert into catalog_product_website (product_id, website_id) values (42, 1), (42, 2)"),
        ("delete from catalog_product_entity where entity_id = 42", ""),
    ],
)  # fmt: skip
def test_whatever_takes_a_groups_last_price_takes_its_book(exporter, change, undo):
    tier(exporter, product=42)
    exporter.tick()
    assert book("wholesale", 2) in books(exporter)
    exporter.change(change)
    exporter.tick(check=False)
    assert book("wholesale", 2) not in books(exporter)
    exporter.change(undo)


def test_a_group_that_is_deleted_loses_its_books(exporter):
    exporter.change("insert into customer_group values (7, 'Trade', 3)")
    tier(exporter, group=7)
    exporter.tick()
    assert book("wholesale", 7) in books(exporter)
    exporter.change("delete from customer_group where customer_group_id = 7")
    exporter.tick()
    assert books(exporter) == ["base", "wholesale"]


def test_another_setting_makes_and_deletes_the_books_of_groups_without_prices(exporter):
    content = exporter.config.read_text()
    for name, number in (("all", 6), ("used", 2)):
        exporter.config.write_text(content.replace('"used"', f'"{name}"'))
        exporter.tick()
        exporter.tick()
        assert len(books(exporter)) == number
        triggers = "select count(*) from sqlite_master where type = 'trigger' and sql like '%price_books%'"
        on_products = f"{triggers} and tbl_name in ('catalog_product_entity', '{TIERS}', '{RULES}')"
        assert (exporter.ask_shop(on_products) == [(0,)]) is (name == "all")
