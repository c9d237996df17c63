"""search and recommend: what a storefront would show, printed for people and for programs."""

import json
import time

import pytest

from saasexport.commands import storefront
from tests.support import Exporter, Service


@pytest.fixture(scope="module")
def shown(tmp_path_factory, flawless_shop_file):
    """An installation that has delivered the demo shop to a service of its own."""
    service = Service(tmp_path_factory.mktemp("storefront-service"))
    exporter = Exporter.on_copy(tmp_path_factory.mktemp("storefront"), flawless_shop_file, service)
    exporter.tick()
    yield exporter
    service.stop()


@pytest.fixture
def ask(shown, capsys):
    """Runs a command on that installation; gives exit status, stdout and stderr."""
    from saasexport.commands import main

    def run(*arguments):
        try:
            status = main(["--config", str(shown.config), *arguments])
        except SystemExit as end:
            status = end.code
        return (status, *capsys.readouterr())

    return run


def until(condition):
    """Look again until it holds: the index follows what was received within a moment."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline


def test_a_search_prints_sku_and_name_of_ten_products(ask):
    status, out, err = ask("search", "kettle")
    lines = out.splitlines()
    assert (status, len(lines)) == (0, 10)
    assert lines[0] == "KL-KTL-STOVE   Stove Top Kettle"
    assert err == "saasexport: 10 of 46 products; --limit shows more\n"


def test_a_limit_shows_more_or_fewer(ask):
    assert ask("search", "stove top", "--limit", "1") == (0, "KL-KTL-STOVE  Stove Top Kettle\n", "")
    assert len(ask("search", "", "--limit", "25")[1].splitlines()) == 25


def test_a_search_without_a_hit_says_so_beside_its_output(ask):
    assert ask("search", "zzzz") == (0, "", "saasexport: nothing was found for 'zzzz'\n")


def test_a_corrected_phrase_is_named(ask):
    status, out, err = ask("search", "bouiloire", "--store-view", "french", "--limit", "1")
    assert (status, out.split()[0]) == (0, "KL-KTL-STOVE")
    assert err.startswith("saasexport: nothing was found for 'bouiloire', so 'bouilloire' is shown\n")


def test_a_category_a_filter_and_a_sort_narrow_a_search(ask):
    everything = ask("search", "", "--category", "brewing/kettles", "--sort=-price", "--json", "--limit", "100")[1]
    prices = [item["price"]["final"] for item in json.loads(everything) if item["price"]]
    assert prices == sorted(prices, reverse=True)
    cheap = json.loads(ask("search", "", "--category", "brewing/kettles", "--filter", "price:0..30", "--json")[1])
    assert {item["price"]["final"] < 30 for item in cheap} == {True}
    assert 0 < len(cheap) < len(prices)


def test_prices_are_those_of_the_group(ask):
    def final(*group):
        (item,) = json.loads(ask("search", "KL-RULE", "--limit", "1", "--json", *group)[1])
        return item["price"]["final"]

    assert (final(), final("--group", "1"), final("--group", "2")) == (32.4, 30.6, 36.0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", "tea", "--store-view", "spanish"], "the store views of ENV are default, french, wholesale"),
        (["search", "tea", "--filter", "brand"], "filter: expected ATTRIBUTE:VALUE"),
        (["search", "tea", "--filter", "shoe_size:9"], "shoe_size is not filterable"),
        (["search", "tea", "--sort", "shoe_size"], "shoe_size is not sortable"),
        (["search", "x" * 1001], "the phrase has more than 1000 characters"),
        (["search", "tea", "--limit", "501"], "--limit: expected a number from 1 to 500"),
        (["search"], "PHRASE"),
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(ask, shown, arguments, told):
    status, out, err = ask(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert told.replace("ENV", shown.environment) in err


def test_recommendations_are_printed_by_unit(ask):
    status, out, err = ask("recommend", "KL-ESP-HOUSE", "--type", "more-like-this")
    heading, *lines = out.splitlines()
    assert (status, heading, len(lines), err) == (0, "More like this", 5, "")
    assert all(line.startswith("  KL-") for line in lines)


def test_recommendations_that_only_fill_up_are_marked(ask):
    status, out, _ = ask("recommend", "KL-ESP-HOUSE", "--type", "trending", "--page-type", "CMS")
    assert status == 0
    (unit,) = json.loads(ask("recommend", "KL-ESP-HOUSE", "--type", "trending", "--page-type", "CMS", "--json")[1])
    marked = [line.endswith("  (fills up)") for line in out.splitlines()[1:]]
    assert marked == [item["queryType"] == "backup" for item in unit["items"]]


def test_a_unit_that_lacks_something_says_what(ask):
    assert ask("recommend", "KL-ESP-HOUSE", "--type", "recently-viewed") == (
        0,
        "Recently viewed: recently-viewed needs userViewHistory\n",
        "",
    )


def test_a_product_that_is_not_there_is_named(ask, shown):
    status, out, err = ask("recommend", "KL-NOBODY")
    assert (status, out) == (1, "")
    assert err == f"saasexport: {shown.url}: answered 404: there is no product 'KL-NOBODY'\n"


@pytest.mark.parametrize("name", ["search", "recommend"])
def test_json_has_the_keys_that_the_help_documents(ask, name):
    status, out, err = ask(name, "KL-ESP-HOUSE", "--json")
    objects = json.loads(out)
    assert (status, err) == (0, "")
    assert {frozenset(entry) for entry in objects} == {frozenset(storefront.KEYS[name])}
    told = ask(name, "--help")[1]
    assert [key for key in storefront.KEYS[name] if f"\n  {key} " not in told] == []


def test_a_rename_a_price_and_a_deletion_are_in_the_answers_after_the_next_tick(ask, shown):
    def answer(phrase):
        items = json.loads(ask("search", phrase, "--json")[1])
        return {item["sku"]: (item["name"], (item["price"] or {}).get("final")) for item in items}

    for table, code, value in (("varchar", "name", "'Sundowner'"), ("decimal", "price", "21.5")):
        attribute = f"select attribute_id from eav_attribute where attribute_code = '{code}' and entity_type_id = 4"
        where = f"entity_id = 1 and store_id = 0 and attribute_id = ({attribute})"
        shown.change(f"update catalog_product_entity_{table} set value = {value} where {where}")
    assert "KL-MUG-CHIPPED" in answer("KL-MUG-CHIPPED")
    shown.change("delete from catalog_product_entity where sku = 'KL-MUG-CHIPPED'")
    shown.tick()
    until(lambda: answer("sundowner") == {"KL-ESP-HOUSE": ("Sundowner", 21.5)})
    until(lambda: answer("KL-MUG-CHIPPED") == {})


def test_the_storefront_s_key_is_given_as_a_file(tmp_path, ask, shown):
    key = tmp_path / "front.key"
    key.write_text("open front")
    key.chmod(0o600)
    guarded = Service(tmp_path / "guarded", "--storefront-key-file", str(key))
    url, shown.url = shown.url, guarded.url
    shown.write_config()
    try:
        status, _, err = ask("search", "tea")
        assert (status, "answered 401" in err, "--key-file" in err) == (1, True, True)
        status, _, err = ask("search", "tea", "--key-file", str(key))
        assert "answered 401" not in err
    finally:
        guarded.stop()
        shown.url = url
        shown.write_config()


def test_a_service_without_a_storefront_is_named(ask, shown):
    url, shown.url = shown.url, shown.url + "/elsewhere"
    shown.write_config()
    try:
        status, _, err = ask("search", "tea")
        assert (status, err.count("\n")) == (1, 1)
    finally:
        shown.url = url
        shown.write_config()
