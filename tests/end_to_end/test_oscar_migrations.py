"""The real migrations of django-oscar, from the package index, over a shop that its own models filled.

Backwards they take columns away and make tables anew, and drop our triggers; forwards
they do it again.  What a preset's file reads may be gone meanwhile: its feed waits.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import TICK, Exporter

PROJECT = Path(__file__).parent / "oscar_shop"

COUNTS = {"products": 5, "prices": 5, "inventoryStockStatus": 5, "categories": 2, "productAttributes": 10}
COUNTS |= {"ratingMetadata": 1, "scopesCustomerGroup": 1, "scopesWebsite": 1}


@pytest.fixture(scope="module")
def oscar(tmp_path_factory):
    """A Python that has the django-oscar that the preset was made for."""
    folder = tmp_path_factory.mktemp("oscar")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "django-oscar == 4.2", "django < 6"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
        if done.returncode:
            pytest.skip(f"django-oscar cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "python"


def run(oscar, shop, *command):
    """Run a program of the shop's."""
    environ = {"SHOP": str(shop), "PYTHONPATH": str(PROJECT), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    environ |= {"DJANGO_SETTINGS_MODULE": "oscar_settings", "PYTHONWARNINGS": "ignore"}
    command = [str(oscar), *map(str, command)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def migrate(oscar, shop, *names):
    """Run migrations up or down to one."""
    run(oscar, shop, "-m", "django", "migrate", "--skip-checks", *names)


@pytest.fixture(scope="module")
def filled(oscar, tmp_path_factory):
    """The shop's file as its own migrations and models made it."""
    shop = tmp_path_factory.mktemp("filled") / "shop.sqlite"
    migrate(oscar, shop)
    run(oscar, shop, PROJECT / "fill.py")
    return shop


@pytest.fixture
def exporter(filled, tmp_path, service):
    """An installation by nothing but init, that has sent everything."""
    shop = tmp_path / "shop.sqlite"
    shop.write_bytes(filled.read_bytes())
    made = Exporter(tmp_path, shop, service)
    made.config.unlink()
    options = ("--service", service.url, "--environment", made.environment)
    said = made.run("saasexport", "init", "--shop", shop, *options, check=True).stdout
    assert "django-oscar 4.2: 11 feeds copied" in said
    made.tick()
    return made


def items(exporter):
    """What the service has, without times."""
    every = {feed: exporter.items(feed) for feed in exporter.service.counts(exporter.environment)}
    return {
        feed: [{**item, "modifiedAt": None, "updatedAt": None} for item in of_feed] for feed, of_feed in every.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("app", "back"),
    [
        ("catalogue", "0031"),
        ("catalogue", "0028"),
        ("catalogue", "0014"),
        ("partner", "0005"),
        ("order", "0014"),
        ("reviews", "0003"),
    ],
)
def test_migrations_back_and_forth_lose_nothing(oscar, exporter, app, back):
    shop = exporter.shop_file
    sent = items(exporter)
    assert exporter.service.counts(exporter.environment) == COUNTS

    migrate(oscar, shop, app, back)
    exporter.change("update catalogue_product set title = 'Novel' where upc = 'B-2'")
    for job in TICK:
        for line in exporter.run(job).stderr.splitlines():
            # A file whose columns are not there yet: its feed waits.
            assert re.search(r"not synced: feeds\.d/\w+\.sql:\d+: (query|watch|entity)", line), line
    assert exporter.service.counts(exporter.environment) == COUNTS

    migrate(oscar, shop, app)
    exporter.change("update partner_stockrecord set price = 7.5 where partner_sku = 'S-4'")
    exporter.tick()

    names = {item["sku"]: item["name"] for item in exporter.items("products")}
    prices = {item["sku"]: item["regular"] for item in exporter.items("prices")}
    assert (names["S-2"], prices["S-4"]) == ("Novel", 7.5)
    exporter.change("update catalogue_product set title = 'Book 2' where upc = 'B-2'")
    exporter.change("update partner_stockrecord set price = 4 where partner_sku = 'S-4'")
    exporter.tick()
    assert items(exporter) == sent
    doctor = exporter.run("saasexport", "doctor").stdout.splitlines()
    assert [line for line in doctor if line.startswith("FAIL") and " cron: " not in line] == []
