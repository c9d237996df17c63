"""Real migrations of a real ORM: Django, from the package index, in a virtual environment of its own.

What they do to triggers was the reason for comparing them at every tick:
Django makes a table anew to change a column, and says nothing of triggers.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from saasexport.demo.shop import SKU_TO_DELETE
from tests.convergence import differences, tick
from tests.support import TICK

PROJECT = Path(__file__).parent / "django_shop"


@pytest.fixture(scope="module")
def django(tmp_path_factory):
    """A Python that has Django."""
    folder = tmp_path_factory.mktemp("django")
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "django >= 4.2, < 6"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip(f"Django cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    return folder / "bin" / "python"


def migrate(django, exporter, name, *options):
    """Run the shop's migrations up to one."""
    environ = {"SHOP": str(exporter.shop_file), "PYTHONPATH": str(PROJECT), "PATH": os.defpath}
    environ["DJANGO_SETTINGS_MODULE"] = "shop_settings"
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [str(django), "-m", "django", "migrate", "catalog", name, *options]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def triggers(exporter, table):
    """Our triggers on a table."""
    query = "select sql from sqlite_master where type = 'trigger' and tbl_name = ? order by name"
    return [row[0] for row in exporter.ask_shop(query, table)]


@pytest.mark.slow
def test_django_drops_the_triggers_and_they_are_put_back_and_what_they_missed_is_sent(django, synced):
    migrate(django, synced, "0001_initial", "--fake")
    for name, table in (
        ("0002_sku", "catalog_product_entity"),
        ("0003_data", "catalog_product_entity"),
        ("0004_column", "catalog_product_entity"),
        ("0005_group", "customer_group"),
        ("0006_options", "catalog_product_entity"),
    ):
        before = triggers(synced, table)
        assert len(before) == 3
        migrate(django, synced, name)
        if name != "0006_options":  # newer ones drop a column without making the table anew
            assert triggers(synced, table) == []
        tick(synced, TICK)
        assert triggers(synced, table) == before
        assert differences(synced) == [], name
        synced.change("update catalog_product_entity_varchar set value = value || '.' where entity_id = 5")
        tick(synced, TICK)
        assert differences(synced) == [], name
    assert synced.item("products", sku=SKU_TO_DELETE, storeViewCode="default")["deleted"] is True
    assert synced.item("products", sku="KL-MIGRATED", storeViewCode="default")["deleted"] is False


@pytest.mark.slow
def test_without_us_a_migration_finds_what_it_expects(django, synced):
    """After uninstall, too: nothing of ours is in the way."""
    migrate(django, synced, "0001_initial", "--fake")
    synced.run("saasexport", "uninstall", check=False)
    assert triggers(synced, "catalog_product_entity") == []
    migrate(django, synced, "0006_options")
