"""What is not sent because it stands there already, and what is sent all the same."""

from types import SimpleNamespace

import pytest

from saasexport.sync import story
from tests.delivery.destinations.optimizer.direct import Installed, Killed
from tests.support import demo_shop_copy


@pytest.fixture(scope="module")
def small_shop(tmp_path_factory):
    """A shop with the example products only."""
    return demo_shop_copy(tmp_path_factory.mktemp("small") / "shop.sqlite", products=1)


@pytest.fixture
def installed(tmp_path, small_shop):
    """An installation whose tenant has everything."""
    made = Installed(tmp_path / "shop", small_shop)
    for _ in range(3):
        made.tick(check=False)
    made.sent()
    return made


CATEGORY = "update catalog_category_entity_varchar set value = '{}' where entity_id = 9 and value = '{}'"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("sql", "feed"),
    [
        ("update catalog_product_entity set created_at = '2020-01-02 03:04:05' where entity_id = 1", "products"),
        ("update eav_attribute set is_required = 1 - is_required where attribute_code = 'color'", "product_attributes"),
        ("update eav_attribute set is_unique = 1 - is_unique where attribute_code = 'color'", "product_attributes"),
        (CATEGORY.format("PAGE", "PRODUCTS"), "categories"),
        (CATEGORY.format("price", "harvested_on"), "categories"),
    ],
)
def test_a_change_of_what_has_no_place_there_is_delivered_without_a_request(installed, sql, feed):
    query = f"select feed_id, feed_hash, metadata from cde_{feed}_feed order by feed_id"
    before = installed.ask(query)
    installed.change(sql)
    installed.tick(check=False)
    after = installed.ask(query)
    assert [row[1] for row in before] != [row[1] for row in after]
    assert [(row[0], row[2]) for row in before] == [(row[0], row[2]) for row in after]
    assert installed.sent() == []
    assert installed.ask(f"select count(*) from cde_{feed}_feed where status not in (200, 1)") == [(0,)]


def rename(installed, name):
    """Give the first product another name in the default store view."""
    installed.change("update catalog_product_entity_varchar set value = ? where value_id = 1", name)


def name_there(installed):
    """The name that the tenant has."""
    return installed.direct.held("products")["KL-ESP-HOUSE", "default"]["name"]


def killing(path, items):
    """End the job."""
    raise Killed


@pytest.mark.sample(1)
@pytest.mark.parametrize("fault", ["lost", "down", 503, 500, 429, 401, 403, "killed"])
def test_the_state_before_is_sent_again_after_a_request_whose_outcome_is_not_known(installed, fault):
    rename(installed, "Other")
    installed.direct.fault = (lambda path, items: fault) if fault != "killed" else killing
    if fault == "killed":
        with pytest.raises(Killed):
            installed.tick()
    else:
        installed.tick(check=False)
    # It may have been taken all the same.
    installed.direct.held("products")["KL-ESP-HOUSE", "default"]["name"] = "Other"
    installed.direct.fault = lambda path, items: ""
    rename(installed, "House Espresso")
    installed.tick(check=False)
    installed.tick(check=False)
    assert name_there(installed) == "House Espresso"


def test_there_and_back_within_a_minute_sends_nothing(installed):
    rename(installed, "Other")
    rename(installed, "House Espresso")
    installed.tick(check=False)
    assert installed.sent() == []


def test_there_and_back_in_two_jobs_sends_both(installed):
    for name in ("Other", "House Espresso", "Other"):
        rename(installed, name)
        installed.tick(check=False)
        assert [item["name"] for _, items in installed.sent() for item in items] == [name]


def test_what_was_refused_is_sent_when_it_is_as_before(installed):
    rename(installed, "")  # no name: no translation
    installed.tick(check=False)
    assert installed.sent() == []
    rename(installed, "House Espresso")
    installed.tick(check=False)
    assert len(installed.sent()) == 1


def test_whoever_forces_it_has_everything_sent(installed):
    def run(exporter, options, arguments):
        feed = exporter.installation.feed("productAttributes")
        story.sync_entities(exporter, options, feed, [93], "resync")

    job = SimpleNamespace(run=run)
    installed.job(job)
    assert installed.sent() == []
    installed.job(job, force=True)
    assert [path for path, _ in installed.sent()] == ["products/metadata"]


def test_a_product_that_is_deleted_and_made_again_is_sent_again(installed):
    tables = dict.fromkeys((f"catalog_product_entity{kind}" for kind in ("", "_varchar", "_int")), "entity_id")
    tables["catalog_product_website"] = "product_id"
    rows = {table: installed.ask_shop(f"select * from {table} where {key} = 44") for table, key in tables.items()}
    installed.change("delete from catalog_product_entity where entity_id = 44")
    installed.tick(check=False)
    assert ("KL-RULE", "default") not in installed.direct.held("products")
    for table, some in rows.items():
        for row in some:
            installed.change(f"insert into {table} values ({', '.join('?' * len(row))})", *row)
    installed.tick(check=False)
    assert ("KL-RULE", "default") in installed.direct.held("products")


@pytest.mark.thorough
def test_what_a_deletion_takes_with_it_is_sent_though_its_translation_is_equal(installed, tmp_path):
    # "tea" loses its address in the job in which what is below it changes in a way that has no place there.
    installed.change(
        "update catalog_category_entity_varchar set value = 'tea/last' where entity_id = 33 and attribute_id = 57"
    )
    installed.tick(check=False)
    installed.change("delete from catalog_category_entity where entity_id in (9, 10, 11, 12, 13)")
    mode = "set value = 'PAGE' where entity_id = 33 and value = 'PRODUCTS'"
    installed.change(f"update catalog_category_entity_varchar {mode}")
    installed.tick(check=False)
    installed.tick(check=False)
    assert installed.difference(tmp_path) == {}
    assert ("tea/last", "default") in installed.direct.held("categories")
