"""The samples of real shops, set up by nothing but `init --shop`; skipped where they are not."""

import shutil

import pytest

from tests.support import SHARED, TICK, Exporter

SHOPS = SHARED / "data" / "shops"

# What each sample holds, counted in it with the sqlite3 shell, and what is wrong in it.
OSCAR = {
    "scopesWebsite": 1,
    "scopesCustomerGroup": 1,
    "productAttributes": 10,
    "categories": 7,
    "products": 209,
    "prices": 203,
    "variants": 8,
    "inventoryStockStatus": 203,
    "orders": 301,
    "ratingMetadata": 1,
    "reviews": 130,
}
VENDURE = {
    "scopesWebsite": 1,
    "productAttributes": 21,
    "categories": 10,
    "products": 98,
    "prices": 85,
    "variants": 44,
    "inventoryStockStatus": 85,
    "orders": 157,
}


@pytest.mark.thorough
@pytest.mark.skipif(not SHOPS.is_dir(), reason="needs the sample shops of ../shared")
@pytest.mark.parametrize(
    ("sample", "kind", "expected", "failed"),
    [
        ("django-oscar-4.2.1.sqlite", "django-oscar 4.2: 11 feeds", OSCAR, []),
        # Three variants of one product have one SKU.
        (
            "vendure-3.7.3.sqlite",
            "Vendure 3.7: 9 feeds",
            VENDURE,
            ["inventoryStockStatus", "prices", "products", "variants"],
        ),
    ],
)
def test_init_alone_makes_a_known_shop_one_that_is_sent(tmp_path, service, sample, kind, expected, failed):
    shop = tmp_path / "shop.sqlite"
    shutil.copy(SHOPS / sample, shop)
    shop.chmod(0o644)
    exporter = Exporter(tmp_path, shop, service)
    exporter.config.unlink()
    options = ("--service", service.url, "--environment", exporter.environment)

    said = exporter.run("saasexport", "init", "--shop", shop, *options, check=True).stdout
    jobs = [exporter.run(job) for job in TICK]

    assert f"preset         {kind} copied to {tmp_path}/feeds.d" in said
    assert "built_in = false" in exporter.config.read_text()
    assert [job.returncode for job in jobs] == [1 if failed else 0, 0, 0, 0]
    assert exporter.service.counts(exporter.environment) == expected
    errors = exporter.ask("select feed, errors from failed_items order by feed")
    assert [feed for feed, _ in errors] == failed
    assert all("3 items with one identity (" in error and "404.038.96" in error for _, error in errors)

    before = exporter.ask("select sum(sent) from sent_history")
    exporter.tick(check=not failed)
    assert exporter.ask("select sum(sent) from sent_history") == before
    doctor = exporter.run("saasexport", "doctor").stdout
    fails = [line for line in doctor.splitlines() if line.startswith("FAIL") and " cron: " not in line]
    assert fails == []
