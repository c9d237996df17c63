"""What is sent once more, and what waits for a later job: items that carry no time, and prices of new books."""

import sqlite3
from contextlib import closing

import pytest
from freezegun import freeze_time

from saasexport.database import questions
from saasexport.jobs import cleanup_deleted_feed_items
from tests.delivery.destinations.optimizer import test_equal
from tests.delivery.destinations.optimizer.direct import Killed
from tests.delivery.destinations.optimizer.test_equal import killing, name_there, rename

pytestmark = pytest.mark.thorough

small_shop, installed = test_equal.small_shop, test_equal.installed

WHOLESALE = "wholesale::da4b9237bacccdf19c0760cab7aec4a8359010b0"  # of the group with the id 2
START = "2131-05-06 07:00:00"


def repeated(installed):
    """What stands on record to be sent once more."""
    return installed.ask("select feed, is_below, is_lost, due_at from repeated order by 1, 2")


def paths_sent(installed):
    """How often what was sent since the last call."""
    return [path for path, _ in installed.sent()]


@pytest.fixture
def quiet(installed):
    """An installation of which nothing is due."""
    with freeze_time("2130-01-01 00:00:00") as clock:
        clock.move_to(START)
        for _ in range(3):
            installed.tick(check=False)
        installed.sent()
        assert repeated(installed) == []
        yield installed, clock


@pytest.mark.thorough
@pytest.mark.parametrize("fault", ["lost", "down", 500, 503, "killed"])
def test_an_item_is_sent_twice_after_a_request_whose_outcome_is_not_known(quiet, fault):
    installed, clock = quiet
    rename(installed, "Other")
    installed.direct.fault = killing if fault == "killed" else lambda path, items: fault
    if fault == "killed":
        with pytest.raises(Killed):
            installed.tick()
    else:
        installed.tick(check=False)
    installed.direct.fault = lambda path, items: ""
    rename(installed, "House Espresso")
    clock.tick(60)
    installed.tick(check=False)
    assert repeated(installed) == [("products", 0, 0, "2131-05-06 07:11:00")]
    # The old request arrives at last.
    installed.direct.held("products")["KL-ESP-HOUSE", "default"]["name"] = "Other"
    installed.sent()
    clock.tick(590)
    installed.tick(check=False)
    assert (installed.sent(), name_there(installed)) == ([], "Other")
    clock.tick(10)
    installed.tick(check=False)
    assert (paths_sent(installed), name_there(installed)) == (["products"], "House Espresso")
    assert repeated(installed) == []
    clock.tick(3600)
    installed.tick(check=False)
    assert installed.sent() == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("fault", [400, 401, 403, 404, 429, ""])
def test_an_answer_that_takes_nothing_makes_no_second_time_necessary(quiet, fault):
    installed, _ = quiet
    rename(installed, "Other")
    installed.direct.fault = lambda path, items: fault
    installed.tick(check=False)
    installed.direct.fault = lambda path, items: ""
    rename(installed, "Another")
    installed.tick(check=False)
    assert (name_there(installed), repeated(installed)) == ("Another", [])


def test_a_deletion_whose_answer_was_lost_is_sent_twice(quiet):
    installed, clock = quiet
    installed.change("delete from catalog_product_entity where entity_id = 44")
    installed.direct.fault = lambda path, items: "lost"
    installed.tick(check=False)
    installed.direct.fault = lambda path, items: ""
    installed.tick(check=False)
    installed.sent()
    clock.tick(601)
    installed.tick(check=False)
    assert paths_sent(installed) == ["products/delete"]


def exclude(installed):
    """Take the book of the wholesale group away."""
    installed.change("insert into customer_group_excluded_website (customer_group_id, website_id) values (2, 2)")


def include(installed):
    """Give the book of the wholesale group back."""
    installed.change("delete from customer_group_excluded_website where customer_group_id = 2 and website_id = 2")


@pytest.mark.thorough
def test_prices_of_a_new_book_come_with_the_next_job_and_once_more_ten_minutes_later(quiet):
    installed, clock = quiet
    held = {key for key in installed.direct.held("prices") if key[1] == WHOLESALE}
    assert held
    exclude(installed)
    for _ in range(3):
        installed.tick(check=False)
    installed.direct.application.tenant._taken.clear()  # a book that comes back empty
    assert not {key for key in installed.direct.held("prices") if key[1] == WHOLESALE}
    installed.sent()
    include(installed)
    installed.tick(check=False)
    assert "products/prices" not in paths_sent(installed)
    installed.tick(check=False)
    assert paths_sent(installed) == ["products/prices"]
    assert {key for key in installed.direct.held("prices") if key[1] == WHOLESALE} == held
    assert repeated(installed) == [("priceBooks", 1, 0, "2131-05-06 07:10:00")]
    clock.tick(601)
    installed.tick(check=False)
    assert set(paths_sent(installed)) == {"products/prices", "products/prices/delete"}  # what has no price is deleted
    clock.tick(3600)
    installed.tick(check=False)
    assert (installed.sent(), repeated(installed)) == ([], [])


def test_a_book_that_is_renamed_has_no_price_sent(quiet):
    installed, _ = quiet
    installed.change("update customer_group set customer_group_code = 'Trade' where customer_group_id = 2")
    installed.tick(check=False)
    installed.tick(check=False)
    assert paths_sent(installed) == ["price-books"]


def test_a_first_sync_sends_no_price_before_its_book_is_an_older_jobs(small_shop, tmp_path):
    made = test_equal.Installed(tmp_path / "first", small_shop)
    made.tick(check=False)
    assert len(made.direct.held("price-books")) > 5
    assert made.direct.held("prices") == {}
    made.tick(check=False)
    assert len(made.direct.held("prices")) > 100


def test_a_clock_that_was_ahead_delays_nothing(quiet):
    installed, clock = quiet
    clock.move_to("2041-01-01 00:00:00")
    rename(installed, "Other")
    installed.direct.fault = lambda path, items: "lost"
    installed.tick(check=False)
    installed.direct.fault = lambda path, items: ""
    installed.tick(check=False)
    clock.move_to(START)
    installed.tick(check=False)
    assert repeated(installed) == []


def test_an_idle_tick_knows_that_something_is_due(quiet):
    installed, _ = quiet
    with closing(sqlite3.connect(installed.folder / "var" / "saasexport.sqlite")) as ours:
        feeds = questions.feeds_of(ours.execute("select usable from installation").fetchone()[0])
        question = questions.due("reindex_all_invalid", feeds, 24)
        for due_at, expected in (("2131-05-06 07:00:01", []), (None, []), ("2131-05-06 07:00:00", [(1,)])):
            ours.execute("delete from repeated")
            ours.execute("insert into repeated values ('products', 1, 0, 0, ?)", (due_at,))
            assert ours.execute(question, {"now": START}).fetchall() == expected


@pytest.mark.sample(1)
@pytest.mark.parametrize(("days", "kept"), [(6, [1, 1]), (8, [0, 1]), (29, [0, 1]), (31, [0, 0])])
def test_deletions_of_what_may_come_back_are_remembered_for_longer(quiet, days, kept):
    installed, clock = quiet
    installed.change("delete from catalog_product_entity where entity_id = 44")
    installed.change("delete from catalog_category_entity where entity_id = 33")
    installed.tick(check=False)
    clock.tick(days * 86_400)
    installed.job(cleanup_deleted_feed_items)
    query = "select count(distinct source_entity_id) from cde_{}_feed where is_deleted = 1"
    assert [installed.ask(query.format(feed))[0][0] for feed in ("products", "categories")] == kept
