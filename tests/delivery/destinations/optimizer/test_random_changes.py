"""Whatever is changed, lost, late, killed or started again: the tenant ends with what a full sync would send."""

import random
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest
from freezegun import freeze_time

from tests.delivery.destinations.optimizer import test_cascades
from tests.delivery.destinations.optimizer.direct import Installed, Killed

flawless_small_shop = test_cascades.flawless_small_shop

PRODUCTS = (1, 2, 42, 44)


@pytest.fixture(scope="module")
def tiny_shop(flawless_small_shop, tmp_path_factory):
    """The shop with a few products only."""
    path = tmp_path_factory.mktemp("tiny") / "shop.sqlite"
    shutil.copy(flawless_small_shop, path)
    with closing(sqlite3.connect(path)) as shop:
        shop.execute("pragma foreign_keys = on")
        shop.execute(f"delete from catalog_product_entity where entity_id not in {PRODUCTS}")
        shop.commit()
    return path

FAULTS = ("", "", "", "lost", "late", "late", "down", "killed", 503, 429, 401)
SLUGS = ("odd", "Odd", "öl", "ol")


class Chance:
    """Random changes of a shop; what was deleted may be put back."""

    def __init__(self, seed, installed):
        self.random = random.Random(seed)
        self.installed = installed
        self.deleted = []
        self.done = []

    def change(self):
        """Change something."""
        kind = self.random.choice(
            ("name", "name", "slug", "slug", "move", "delete", "delete", "restore", "restore", "exclude", "exclude",
             "website", "tier", "metadata", "created", "product")
        )  # fmt: skip
        self.done.append(kind)
        getattr(self, f"_{kind}")()

    def _name(self):
        value = self.random.choice(("One", "Two", "Three"))
        self.installed.change("update catalog_product_entity_varchar set value = ? where value_id = 1", value)

    def _created(self):
        moment = f"2020-01-{self.random.randint(1, 28):02} 00:00:00"
        self.installed.change("update catalog_product_entity set created_at = ? where entity_id = 1", moment)

    def _slug(self):
        entity, value = self.random.choice((9, 11, 33, 5)), self.random.choice(SLUGS)
        self.done.append((entity, value))
        table = "catalog_category_entity_varchar"
        self.installed.change(f"update {table} set value = ? where entity_id = ? and attribute_id = 57", value, entity)

    def _move(self):
        entity, parent = self.random.choice((11, 33, 5)), self.random.choice((2, 9))
        self.installed.change(
            "update catalog_category_entity set parent_id = ?1, level = 2 + (?1 = 9), path ="
            " (select path from catalog_category_entity where entity_id = ?1) || '/' || entity_id"
            " where entity_id = ?2 and exists (select 1 from catalog_category_entity where entity_id = ?1)",
            parent,
            entity,
        )

    def _delete(self):
        self._take_out("catalog_category_entity", self.random.choice(((9, 10, 11, 12, 13), (11,), (33,), (5,))))

    def _product(self):
        self._take_out("catalog_product_entity", (self.random.choice((1, 44, 42)),))

    def _take_out(self, table, ids):
        tables = [table, *(f"{table}_{kind}" for kind in ("int", "text", "varchar", "decimal"))]
        if table == "catalog_product_entity":
            tables += ["catalog_product_website", f"{table}_tier_price"]
        marks = ", ".join("?" * len(ids))
        kept = []
        for each in tables:
            key = "product_id" if each == "catalog_product_website" else "entity_id"
            with suppress(sqlite3.OperationalError):
                query = f"select * from {each} where {key} in ({marks})"
                kept += [(each, row) for row in self.installed.ask_shop(query, *ids)]
        if kept:
            self.done.append(ids)
            self.deleted.append(kept)
            self.installed.change(f"delete from {table} where entity_id in ({marks})", *ids)

    def _restore(self):
        if self.deleted:
            for table, row in self.deleted.pop(self.random.randrange(len(self.deleted))):
                marks = ", ".join("?" * len(row))
                self.installed.change(f"insert or ignore into {table} values ({marks})", *row)

    def _exclude(self):
        group = self.random.choice((1, 2))
        if self.installed.ask_shop(
            "select 1 from customer_group_excluded_website where customer_group_id = ? and website_id = 2", group
        ):
            self.installed.change(
                "delete from customer_group_excluded_website where customer_group_id = ? and website_id = 2", group
            )
        else:
            self.installed.change(
                "insert into customer_group_excluded_website (customer_group_id, website_id) values (?, 2)", group
            )

    def _website(self):
        self.installed.change(
            "update store_website set code = ? where website_id = 2", self.random.choice(("wholesale", "trade"))
        )

    def _tier(self):
        self.installed.change(
            "update catalog_product_entity_tier_price set value = ? where website_id = 2", self.random.randint(1, 9)
        )

    def _metadata(self):
        self.installed.change("update eav_attribute_label set value = ?", self.random.choice(("A", "B")))

    def tick(self):
        """A tick in which each request may meet a fault."""
        fault = self.random.choice(FAULTS)
        at = self.random.choice((1, 1, 2, 3))
        count = iter(range(1, 1_000))
        self.done.append(("tick", fault, at))
        self.installed.direct.fault = lambda path, items: fault if next(count) == at else ""
        with suppress(Killed):
            self.installed.tick(check=False)
        self.installed.direct.fault = lambda path, items: ""
        if self.random.random() < 0.2:
            self.installed.direct.restart()


def try_out(seed, steps, folder, shop):
    """Change, tick and let time pass; gives what differs at the end, and what was done."""
    with freeze_time("2131-05-06 07:00:00") as clock:
        installed = Installed(folder / "shop", shop, is_kept=True)
        chance = Chance(seed, installed)
        for _ in range(steps):
            for _ in range(chance.random.randint(1, 4)):
                chance.change()
            chance.tick()
            clock.tick(chance.random.choice((60, 60, 120, 400)))
        for _ in range(4):
            clock.tick(660)
            installed.tick(check=False)
        return installed.difference(folder), chance.done


@pytest.mark.parametrize("seed", [1])
def test_random_changes_and_faults_end_as_a_full_sync(tmp_path, tiny_shop, seed):
    difference, done = try_out(seed, 6, tmp_path, tiny_shop)
    assert difference == {}, done


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 22))
def test_many_random_changes_and_faults_end_as_a_full_sync(tmp_path, tiny_shop, seed):
    difference, done = try_out(seed, 20, tmp_path, tiny_shop)
    assert difference == {}, done
