"""What doctor says of a shop that is more than a tenant of the Optimizer takes."""

import json
from collections import defaultdict
from types import SimpleNamespace

import pytest

from saasexport.doctor import network
from tests.delivery.destinations.optimizer import test_destination

double, exporter = test_destination.double, test_destination.exporter


def about(exporter):
    findings = json.loads(exporter.run("saasexport", "doctor", "--json").stdout)
    return [(one["status"], one["message"]) for one in findings if one["check"] == "optimizer"]


@pytest.mark.thorough
def test_doctor_names_what_is_too_long_too_many_or_too_large(exporter):
    exporter.tick()
    assert about(exporter) == [("OK", "6 of 100 price books; no website's code and no product is too long")]
    exporter.change("update store_website set code = 'twenty_two_characters_' where website_id = 1")
    assert [level for level, _ in about(exporter)] == ["OK"]
    exporter.change("update store_website set code = 'twenty_three_characters' where website_id = 1")
    reason = "Optimizer: 200001 bytes are more than a product may have, 200000"
    exporter.change_ours("update cde_products_feed set status = 400, errors = ? where id in (3, 4)", reason)
    other = "Optimizer: name is missing"
    exporter.change_ours("update cde_products_feed set status = 400, errors = ? where id = 5", other)
    for number in range(95):
        exporter.change_ours(
            "insert into cde_price_books_feed (source_entity_id, feed_id, feed_data, feed_hash, status, modified_at)"
            " values (1, ?, '{}', '', 200, '2026-01-01 00:00:00')",
            str(number),
        )
    assert about(exporter) == [
        (
            "FAIL",
            "the code of website twenty_three_characters has 23 characters, 22 are allowed:"
            " price books and prices of its customer groups are not sent",
        ),
        ("WARN", "101 price books, and a tenant has room for 100, counted once for each catalogue view"),
        ("WARN", "2 products are larger than the 200,000 bytes allowed"),
    ]
    exporter.change_ours(
        "update cde_product_attributes_feed set status = 400"
        " where json_extract(feed_data, '$.storeViewCode') = 'default'"
        " and json_extract(feed_data, '$.attributeCode') in ('price', 'short_description', 'color')"
    )
    missing = "no metadata of short_description, price: its products are stored there and not shown"
    assert ("FAIL", f"store view default has {missing}") in about(exporter)


def test_doctor_says_nothing_of_it_with_another_destination(installed):
    assert about(installed) == []


def test_doctor_knows_that_a_destination_just_named_has_its_feeds_made_by_the_next_job(installed, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    optimizer = f'destination = "optimizer"\nclient_id = "me"\nclient_secret_file = "{secret}"'
    config = installed.config.read_text()
    config = config.replace("http:", "https:").replace("[service]\n", f"[service]\n{optimizer}\n")
    installed.config.write_text(config)
    findings = json.loads(installed.run("saasexport", "doctor", "--json").stdout)
    said = [one["message"] for one in findings if one["check"] in ("optimizer", "triggers")]
    assert said[-1] == "0 of 100 price books; no website's code and no product is too long"
    assert not [one for one in said if "every write of the shop" in one or "cannot be checked" in one]


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("http://tenant.example", "WARN"),
        ("https://tenant.example", ""),
        ("http://127.0.0.1:8765", ""),
        ("http://localhost", ""),
        ("http://10.0.0.7", "WARN"),
    ],
)
def test_doctor_warns_of_a_token_that_goes_over_the_network_in_clear(url, level):
    config = defaultdict(lambda: None, {"service.url": url, "service.client_secret_file": "/secret"})
    findings = list(network._secrecy(SimpleNamespace(config=config)))
    assert [finding.status for finding in findings] == [level] * bool(level)
