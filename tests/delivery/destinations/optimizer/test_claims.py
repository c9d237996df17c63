"""Categories of one slug, attributes of one code, store views of one locale: the others are set aside with a reason."""

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


# Attributes

SHORT = "short_description"


def attribute(exporter, number, code):
    """Give the shop an attribute of products, or one that it has another code."""
    if exporter.ask_shop("select 1 from eav_attribute where attribute_id = ?", number):
        exporter.change("update eav_attribute set attribute_code = ? where attribute_id = ?", code, number)
        return
    exporter.change(
        "insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type, frontend_input,"
        " frontend_label) values (?, 4, ?, 'varchar', 'text', ?)",
        number, code, f"Label {number}",
    )  # fmt: skip
    exporter.change("insert into catalog_eav_attribute (attribute_id) values (?)", number)


def labels(exporter, code):
    """The labels that the tenant has of a code, by store view."""
    return {view: item["label"] for (each, view), item in exporter.held()["metadata"].items() if each == code}


def set_aside_attributes(exporter):
    """The attributes that are set aside in the default store view, and why."""
    query = (
        "select json_extract(feed_data, '$.attributeCode'), errors from cde_product_attributes_feed"
        " where status = 400 and is_deleted = 0 and json_extract(feed_data, '$.storeViewCode') = 'default'"
    )
    return exporter.ask(query)


@pytest.fixture(scope="module")
def installed(tmp_path_factory, flawless_small_shop):
    """An installation whose tenant has everything."""
    made = test_cascades.Installed(tmp_path_factory.mktemp("claims") / "shop", flawless_small_shop)
    made.tick()
    made.tick()
    return made


@pytest.mark.sample(1)
@pytest.mark.parametrize("change", [False, True])
@pytest.mark.parametrize("number", [7, 9_000, 10_000])
def test_of_two_attributes_of_one_code_the_first_has_it(installed, number, change):
    exporter = installed
    (short,) = exporter.ask_shop(f"select attribute_id from eav_attribute where attribute_code = '{SHORT}'")[0]
    before = labels(exporter, "shortDescription")
    if change:  # it had another code, and loses it there
        attribute(exporter, number, "another")
        exporter.tick()
        assert set(labels(exporter, "another")) == set(before)
    attribute(exporter, number, "shortDescription")
    exporter.tick(check=False)
    exporter.tick(check=False)
    assert labels(exporter, "another") == {}
    first, other = (number, SHORT) if number < short else (short, "shortDescription")
    own = "shortDescription" if number < short else SHORT
    reason = f"Optimizer: shortDescription is the code of attribute {first}, too: {own}"
    assert set_aside_attributes(exporter) == [(other, reason)]
    mine = dict.fromkeys(before, f"Label {number}")
    assert labels(exporter, "shortDescription") == (mine if number < short else before)
    exporter.change("delete from eav_attribute where attribute_id = ?", number)
    exporter.tick(check=False)
    exporter.tick(check=False)
    assert (labels(exporter, "shortDescription"), set_aside_attributes(exporter)) == (before, [])


@pytest.mark.sample(1)
@pytest.mark.parametrize("code", ["short_description_2", "shortdescription", "Short_description", "short__description"])
def test_codes_that_are_alike_only_are_two(installed, code):
    attribute(installed, 9_001, code)
    installed.tick()
    assert (len(labels(installed, code)), set_aside_attributes(installed)) == (3, [])
    installed.change("delete from eav_attribute where attribute_id = 9001")
    installed.tick()
    assert labels(installed, code) == {}


def test_no_attribute_takes_the_place_of_stock_and_weight(installed):
    before = labels(installed, "aco_ac_attributes")
    attribute(installed, 9_002, "aco_ac_attributes")
    installed.tick(check=False)
    reason = "Optimizer: aco_ac_attributes is the code of stock and weight there"
    assert set_aside_attributes(installed) == [("aco_ac_attributes", reason)]
    installed.change("delete from eav_attribute where attribute_id = 9002")
    installed.tick(check=False)
    assert labels(installed, "aco_ac_attributes") == before


@pytest.mark.sample(1)
@pytest.mark.parametrize("locales", ['{default = "french"}', '{french = "default"}', '{default = "french", x = "y"}'])
def test_of_two_store_views_of_one_locale_one_is_set_aside(tmp_path, flawless_small_shop, locales):
    exporter = test_cascades.Installed(tmp_path / "shop", flawless_small_shop, f"locales = {locales}")
    exporter.tick(check=False)
    renamed, name = ("french", "default") if locales.startswith("{french") else ("default", "french")
    reason = f"Optimizer: {name} is the name of store view {renamed}, too, see [service] locales"
    for feed in ("products", "categories", "product_attributes"):
        query = f"select distinct errors from cde_{feed}_feed where status = 400"
        assert exporter.ask(f"{query} and json_extract(feed_data, '$.storeViewCode') = ?", name) == [(reason,)]
        assert exporter.ask(f"{query} and json_extract(feed_data, '$.storeViewCode') = ?", renamed) == []
    assert {view for _, view in exporter.held()["products"]} == {name, "wholesale"}
