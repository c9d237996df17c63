"""What a batch comes to: which item an answer means, and what is sent of the others."""

import itertools
import sqlite3
from contextlib import closing

import pytest

from saasexport.config import parsing
from saasexport.database import db
from saasexport.delivery.client import Client
from saasexport.errors import ConfigError
from saasexport.feeds.categories import FEED as CATEGORIES
from saasexport.feeds.product_attributes import FEED as ATTRIBUTES
from saasexport.feeds.products import FEED as PRODUCTS
from saasexport.service.optimizer import tenant
from saasexport.setup import feed_set
from saasexport.setup.installation import Installation
from saasexport.sync.exporter import service_settings
from tests.delivery.destinations.optimizer.direct import Direct, pending


@pytest.fixture
def ours(tmp_path):
    """Our database."""
    made = db.connect_ours(str(tmp_path / "ours.sqlite"), create=True)
    db.install(made)
    yield made
    made.close()


def category(path, **more):
    """A category of the default store view."""
    return {"urlPath": path, "storeViewCode": "default", "name": path, "isActive": True, "includeInMenu": True, **more}


@pytest.mark.parametrize("order", [*itertools.permutations(("gear/bags/small", "gear/bags", "gear"))])
@pytest.mark.parametrize("bad", ["gear", "gear/bags", "gear/bags/small"])
def test_the_item_that_an_answer_names_is_the_one_that_is_refused(ours, tmp_path, order, bad):
    # A position that is no whole number of 32 bits is found out by the tenant only.
    items = [category(path, position=2**31 if path == bad else 1) for path in order]
    direct = Direct(tmp_path)
    client = direct.client(ours)
    outcomes = client.deliver(CATEGORIES, pending(*items))
    client.close()
    assert {order[each.pending.row_id - 1]: each.status for each in outcomes} == {
        path: 400 if path == bad else 200 for path in order
    }
    assert sorted(slug for slug, _ in direct.held("categories")) == sorted({*order} - {bad})


@pytest.mark.parametrize(
    ("destination", "given", "expected"),
    [
        ("optimizer", "", 2),
        ("optimizer", "requests_per_second = 5", 5),
        ("optimizer", "requests_per_second = 0", 0),
        ("commerce", "", 0),
        ("commerce", "requests_per_second = 3.5", 3.5),
    ],
)
def test_requests_keep_to_the_pace_of_adobes_connector_unless_another_is_given(tmp_path, destination, given, expected):
    secret = tmp_path / "ims.secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    more = f'client_id = "me"\nclient_secret_file = "{secret}"' if destination == "optimizer" else ""
    file = tmp_path / "saasexport.toml"
    file.write_text(
        f'[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://127.0.0.1:9"\nenvironment_id = "T"\n'
        f'destination = "{destination}"\n{more}\n{given}\n'
    )
    config = parsing.load(str(file), feed_set.names_of)
    with closing(sqlite3.connect(":memory:")) as ours:
        made = service_settings(Installation(config, ours))
    assert made.requests_per_second == expected


def attribute(code, view="default", **more):
    """An attribute of a store view."""
    return {"attributeCode": code, "storeViewCode": view, "dataType": "static", "label": code.title(), **more}


STOCK = {
    "code": "aco_ac_attributes",
    "label": "Stock and weight",
    "dataType": "TEXT",
    "visibleIn": ["PRODUCT_DETAIL"],
    "filterable": False,
    "sortable": False,
    "searchable": False,
}


def test_the_attribute_for_stock_and_weight_has_metadata_in_every_locale(ours, tmp_path):
    direct = Direct(tmp_path)
    client = direct.client(ours)
    items = [attribute("color"), attribute("sku"), attribute("sku", "french")]
    outcomes = client.deliver(ATTRIBUTES, pending(*items))
    assert [outcome.status for outcome in outcomes] == [200, 200, 200]
    held = {key: item for key, item in direct.held("metadata").items() if key[0] == "aco_ac_attributes"}
    assert held == {
        ("aco_ac_attributes", view): {**STOCK, "source": {"locale": view}} for view in ("default", "french")
    }
    client.deliver(ATTRIBUTES, pending({**items[2], "deleted": True}))
    client.close()
    assert sorted(direct.held("metadata")) == [
        ("aco_ac_attributes", "default"),
        ("color", "default"),
        ("sku", "default"),
    ]


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_an_attribute_that_is_refused_costs_no_neighbour_and_not_what_goes_along(ours, tmp_path, bad):
    direct = Direct(tmp_path)
    client = direct.client(ours)
    items = [attribute("color"), attribute("sku"), attribute("name")]
    items[bad]["searchWeight"] = "heavy"
    outcomes = client.deliver(ATTRIBUTES, pending(*items))
    client.close()
    assert {each.pending.row_id: each.status for each in outcomes} == {
        row: 400 if row == bad + 1 else 200 for row in (1, 2, 3)
    }
    assert (("aco_ac_attributes", "default") in direct.held("metadata")) is (bad != 1)


def test_a_hundred_attributes_and_what_goes_along_fit_into_their_requests(ours, tmp_path):
    direct = Direct(tmp_path)
    client = direct.client(ours)
    outcomes = client.deliver(ATTRIBUTES, pending(*(attribute("sku", f"view{number}") for number in range(100))))
    client.close()
    assert [outcome.status for outcome in outcomes] == [200] * 100
    assert [len(items) for _, items in direct.requests] == [100, 100]


@pytest.mark.parametrize(
    ("most", "sizes"),
    [
        (100, [100, 100]),
        (99, [100, 50, 50, 50, 50]),
        (50, [100, 50, 50, 50, 50]),
        (30, [100, 50, *[25] * 8]),
        (1, [100, 50, 25, 12, 6, 3, *[1] * 200]),
    ],
)
def test_a_limit_of_items_that_is_lower_than_expected_is_found_once_in_a_job(ours, tmp_path, monkeypatch, most, sizes):
    monkeypatch.setitem(tenant.RESOURCES, "categories", tenant.RESOURCES["categories"]._replace(most=most))
    direct = Direct(tmp_path)
    client = direct.client(ours)
    for batch in range(2):
        items = [category(f"c{batch}-{number}") for number in range(100)]
        assert [outcome.status for outcome in client.deliver(CATEGORIES, pending(*items))] == [200] * 100
    client.close()
    assert [len(items) for _, items in direct.requests] == sizes


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        ({}, "default"),
        ({"default": "en-US"}, "en-US"),
        ({"french": "fr-FR"}, "default"),
        ({"default": "English"}, "English"),
        ({"default": "x", "french": "default"}, "x"),
    ],
)
def test_a_store_view_goes_by_the_name_that_it_is_given(ours, tmp_path, locales, expected):
    direct = Direct(tmp_path, locales=locales)
    client = direct.client(ours)
    client.deliver(CATEGORIES, pending(category("gear")))
    client.deliver(ATTRIBUTES, pending(attribute("color")))
    assert [key[1] for name in ("categories", "metadata") for key in direct.held(name)] == [expected] * 2
    client.deliver(CATEGORIES, pending(category("gear", deleted=True)))
    client.close()
    assert direct.held("categories") == {}


def parse_with(locales):
    """The configuration with names of store views."""
    content = (
        '[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://here"\nenvironment_id = "T"\n'
        f'destination = "optimizer"\nclient_id = "me"\nclient_secret_file = "secret"\nlocales = {locales}\n'
    )
    return parsing.parse("/etc/saasexport.toml", content.encode(), ("products",))


@pytest.mark.parametrize(
    "locales", ['{default = "a", french = "a"}', "{default = 5}", '{default = ""}', '{default = {a = "b"}}', "5"]
)
def test_the_names_of_store_views_are_texts_and_each_is_there_once(locales):
    expected = "a table of names by codes of store views, each name once"
    with pytest.raises(ConfigError, match=f"locales: expected {expected}"):
        parse_with(locales)


def test_other_names_of_store_views_are_another_data_space():
    assert parse_with('{french = "fr-FR", default = "en-US"}').data_space == "optimizer:default=en-US,french=fr-FR:T"
    assert parse_with("{}").data_space == "optimizer::T"


@pytest.mark.parametrize(
    ("answers", "is_good", "text"),
    [
        ([], True, "takes our token"),
        ([401], True, "takes our token"),  # it had ended
        ([401, 401], False, "answered 401"),
        ([403], False, "answered 403"),
        ([404], False, "answered 404"),
        ([429], False, "answered 429"),
        ([500], False, "answered 500"),
    ],
)
def test_doctor_renews_a_token_once_as_a_job_does(ours, tmp_path, answers, is_good, text):
    direct = Direct(tmp_path)
    client = direct.client(ours)
    left = iter(answers)
    direct.fault = lambda path, items: next(left, "")
    (check,) = client.destination.check()
    client.close()
    assert (check.is_good, f"http://tenant: tenant TENANT: {text}" in check.text) == (is_good, True)
    assert check.is_good or check.remedy
    assert len(direct.requests) == max(len(answers), 1) + (answers == [401])


def test_a_login_that_is_down_is_told_by_its_own_address(ours, tmp_path):
    direct = Direct(tmp_path)
    client = Client(direct.settings(), ours, lambda feed: "", lambda *_: None)
    outcomes = client.deliver(CATEGORIES, pending(category("gear")))
    client.close()
    assert [outcome.status for outcome in outcomes] == [2]
    assert "http://127.0.0.1:9/ims" in outcomes[0].error
    assert "refused" in outcomes[0].error.lower()


@pytest.mark.parametrize("is_down", [True, False])
def test_what_is_not_sent_for_want_of_a_token_is_not_counted_as_sent_today(ours, tmp_path, is_down):
    direct = Direct(tmp_path)
    client = Client(direct.settings(), ours, lambda feed: "", lambda *_: None)
    if not is_down:
        direct.attach(client)
    product = {"sku": "a", "storeViewCode": "default", "name": "A", "productId": 1, "type": "simple"}
    outcomes = client.deliver(PRODUCTS, pending(product, {**product, "sku": "b"}))
    client.close()
    assert [outcome.status for outcome in outcomes] == [2 if is_down else 200] * 2
    kept = tmp_path / "quota"
    assert (kept.read_text().split()[-1] if kept.read_text() else "0") == ("0" if is_down else "2")
