"""Categories whose addresses give one slug: one has it, the others are set aside with a reason."""

import pytest

from tests.delivery.destinations.optimizer import test_cascades

flawless_small_shop, exporter = test_cascades.flawless_small_shop, test_cascades.exporter

URL_KEY, NAME = 57, 45


def give(exporter, entity, key):
    """Give a category below the root another URL key in all store views."""
    table = "catalog_category_entity_varchar"
    exporter.change(f"delete from {table} where entity_id = ? and attribute_id = ?", entity, URL_KEY)
    exporter.change(
        f"insert into {table} (attribute_id, store_id, entity_id, value) values ({URL_KEY}, 0, {entity}, '{key}')"
    )


def of_slug(exporter, slug):
    """The category that the tenant has at a slug: its name."""
    return exporter.direct.held("categories").get((slug, "default"), {}).get("name")


def set_aside(exporter):
    """The numbers of the categories that are set aside in the default store view, and why."""
    query = (
        "select source_entity_id, errors from cde_categories_feed"
        " where status = 400 and is_deleted = 0 and json_extract(feed_data, '$.storeViewCode') = 'default'"
    )
    return exporter.ask(query)


@pytest.fixture
def names(exporter):
    """The names of the two categories without others below them that the tests use, by their number."""
    exporter.tick()
    exporter.tick()
    table = f"catalog_category_entity_varchar where attribute_id = {NAME} and store_id = 0"
    return dict(exporter.ask_shop(f"select entity_id, value from {table} and entity_id in (11, 33)"))


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("first", "second", "slug"),
    [
        ("odd", "Odd", "odd"),
        ("Odd", "odd", "odd"),
        ("été", "ete", "ete"),
        ("a_b", "a-b", "a-b"),
        ("a.b", "A b", "a-b"),
        ("x--y", "x-y", "x-y"),
        ("-z", "z", "z"),
    ],
)
@pytest.mark.parametrize("order", [(11, 33), (33, 11)])
def test_of_two_the_first_has_it_whichever_came_first(exporter, names, tmp_path, first, second, slug, order):
    top = "update catalog_category_entity set parent_id = 2, path = '1/2/' || entity_id, level = 2 where entity_id = 11"
    exporter.change(top)
    keys = {11: first, 33: second}
    for entity in order:
        give(exporter, entity, keys[entity])
        exporter.tick(check=False)
    exporter.tick(check=False)
    exporter.tick(check=False)
    assert of_slug(exporter, slug) == names[11]
    assert set_aside(exporter) == [(33, f"Optimizer: {slug} is the slug of category 11, too: {first}")]
    if (first, order) != ("odd", (33, 11)):
        return
    assert exporter.difference(tmp_path) == {}
    # The first goes: the second comes.
    give(exporter, 11, "elsewhere")
    exporter.tick(check=False)
    exporter.tick(check=False)
    assert (of_slug(exporter, slug), of_slug(exporter, "elsewhere")) == (names[33], names[11])
    assert set_aside(exporter) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("gone", [11, 33])
def test_when_one_is_deleted_the_other_stays_or_comes(exporter, names, gone):
    exporter.change(
        "update catalog_category_entity set parent_id = 2, path = '1/2/' || entity_id, level = 2 where entity_id = 11"
    )
    give(exporter, 11, "odd")
    give(exporter, 33, "Odd")
    exporter.tick(check=False)
    exporter.sent()
    exporter.change("delete from catalog_category_entity where entity_id = ?", gone)
    exporter.tick(check=False)
    if gone == 33:
        assert [path for path, _ in exporter.sent() if path.startswith("categories/")] == []
    exporter.tick(check=False)
    assert (of_slug(exporter, "odd"), set_aside(exporter)) == (names[44 - gone], [])
