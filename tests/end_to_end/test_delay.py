"""How long a change takes, from the shop's write to the service's answer, through the real jobs."""

import json

import pytest

from saasexport.database.delays import round_delay

NAME = (
    "update catalog_product_entity_varchar set value = value || '!' where value_id in"
    " (select value_id from catalog_product_entity_varchar join eav_attribute using (attribute_id)"
    "   join catalog_product_entity using (entity_id)"
    "  where attribute_code = 'name' and sku = '{sku}' and store_id = 0)"
)


def status(exporter, feed="products"):
    """The delays of a feed: newest, median, p95, worst."""
    lines = json.loads(exporter.run("saasexport", "status", "--json").stdout)
    [line] = [line for line in lines if line["feed"] == feed]
    return tuple(line[f"delay_{name}"] for name in ("newest", "median", "p95", "worst"))


def wrote(exporter, sku, seconds, feed="products"):
    """Change a product as the shop did so many seconds ago."""
    [(before,)] = exporter.ask_shop(f"select coalesce(max(version_id), 0) from cde_{feed}_feed_cl")
    exporter.change(NAME.format(sku=sku))
    exporter.change(f"update cde_{feed}_feed_cl set written = written - {seconds} where version_id > {before}")


def within(expected, actual):
    """Whether each is right to the second that the jobs themselves take, or to 10 percent."""
    return all(low * 0.9 <= value <= low * 1.1 + 3 for low, value in zip(expected, actual, strict=True))


@pytest.mark.sample(1)
@pytest.mark.parametrize("seconds", [0, 1, 16, 59, 600, 86_400])
def test_the_newest_change_is_told_to_the_second(installed, seconds):
    assert status(installed) == (None, None, None, None)
    wrote(installed, "KL-BLEND", seconds)
    installed.tick(check=False)
    newest, _, _, worst = status(installed)
    assert seconds <= newest <= seconds + 3
    assert worst == newest


def test_a_change_that_waits_for_the_service_waits_since_it_was_written(installed):
    url = installed.url
    installed.url = "http://127.0.0.1:9"
    installed.write_config()
    wrote(installed, "KL-BLEND", 100)
    installed.tick(check=False)
    assert status(installed) == (None, None, None, None)
    installed.url = url
    installed.write_config()
    installed.tick(check=False)
    assert within((100, 100, 100, 100), status(installed))


def test_the_worst_and_the_newest_are_told_apart(installed):
    wrote(installed, "KL-BLEND", 1000)
    wrote(installed, "KL-BLEND-ESPRESSO-1-KG", 5)
    installed.tick(check=False)
    newest, median, p95, worst = status(installed)
    assert 5 <= newest <= 8
    assert 1000 <= worst <= 1003
    assert p95 == worst
    assert 5 <= median <= worst


def test_the_screen_says_it_in_a_sentence(installed):
    assert "took" not in installed.run("saasexport", "status").stdout
    wrote(installed, "KL-BLEND", 1200)
    installed.tick(check=False)
    said = " ".join(installed.run("saasexport", "status").stdout.split())
    assert (
        "The newest change took 20 minutes from the shop to the service; of those of 24 hours half took at most"
        " 20 minutes, 95 % 20 minutes, the worst 20 minutes"
    ) in said


def test_what_a_full_sync_sends_has_no_delay(installed):
    installed.run("saasexport", "saas:resync", "--feed", "products", "--force")
    assert status(installed) == (None, None, None, None)


def test_the_delay_of_a_legacy_feed_ends_with_the_job_that_sends(installed):
    installed.change("update sales_order set state = 'holded', status = 'holded' where entity_id ="
                     " (select max(entity_id) from sales_order)")
    installed.change("update sales_order_data_exporter_v2_cl set written = written - 50")
    installed.run("reindex_all_invalid")
    assert status(installed, "orders") == (None, None, None, None)
    installed.run("sales_data_exporter")
    assert within((50, 50, 50, 50), status(installed, "orders"))


def test_the_metrics_have_the_delays(installed):
    installed.write_config('[export]\nmetrics_file = "metrics.prom"\n')
    wrote(installed, "KL-BLEND", 30)
    installed.tick(check=False)
    lines = (installed.folder / "metrics.prom").read_text().splitlines()
    [newest] = [line for line in lines if line.startswith('saasexport_delay_seconds{feed="products",of="newest"}')]
    assert 30 <= int(newest.split()[-1]) <= 33


@pytest.mark.parametrize("seconds", [*range(30), 59, 100, 3_600, 86_400, 10**7])
def test_a_length_of_time_is_kept_to_ten_percent(seconds):
    assert abs(round_delay(seconds) - seconds) <= seconds / 10
