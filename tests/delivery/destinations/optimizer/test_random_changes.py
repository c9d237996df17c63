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

# With a configurable product and two parts, a bundle and a grouped product with some of theirs.
PRODUCTS = (1, 2, 5, 39, 42, 44, 89, 90, 91, 96, 98)


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
SLUGS = ("odd", "Odd", "öl", "ol", "tea/odd")  # category 9 is "tea"
CATEGORIES = (9, 11, 33, 5)
END = ("exclude", "tier", "exclude", "same", "delete", "tier", "same", "restore", "exclude", "same")


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
            ("name", "name", "slug", "slug", "move", "delete", "delete", "delete", "restore", "restore", "restore",
             "exclude", "exclude", "exclude", "website", "tier", "tier", "tiers", "metadata", "created", "product",
             "same", "same", "same", "same", "attribute", "attribute", "address", "special", "menu", "code")
        )  # fmt: skip
        self.done.append(kind)
        getattr(self, f"_{kind}")()

    def change_name(self, fault):
        """Change the name, and send it."""
        self._name(("Last", "Late")[fault == "late"])
        self.tick(fault)

    def _name(self, value=""):
        value = value or self.random.choice(("One", "Two", "Three"))
        self.installed.change("update catalog_product_entity_varchar set value = ? where value_id = 1", value)

    def _created(self):
        moment = f"2020-01-{self.random.randint(1, 28):02} 00:00:00"
        self.installed.change("update catalog_product_entity set created_at = ? where entity_id = 1", moment)

    def _slug(self):
        self._put_slug(self.random.choice(CATEGORIES), self.random.choice(SLUGS))

    def _put_slug(self, entity, value):
        self.done.append((entity, value))
        table = "catalog_category_entity_varchar"
        self.installed.change(f"update {table} set value = ? where entity_id = ? and attribute_id = 57", value, entity)

    def _same(self):
        """A category where another may be whose address gives the same slug."""
        entity = self.random.choice((11, 33, 5))
        self._put_slug(entity, self.random.choice(("a_b", "a-b", "A b")))
        self._put_below(entity, 2)

    def _attribute(self):
        """An attribute that has the code of another there, or one that is like it."""
        code = self.random.choice(("shortDescription", "shortDescription", "short_text", "aco_ac_attributes", ""))
        self.installed.change("delete from eav_attribute where attribute_id = 9000")
        if code:
            self.installed.change(
                "insert into eav_attribute (attribute_id, entity_type_id, attribute_code, backend_type, frontend_input,"
                " frontend_label) values (9000, 4, ?, ?, ?, 'Mine')",
                code, self.random.choice(("varchar", "int", "decimal")), self.random.choice(("text", "boolean", None)),
            )  # fmt: skip
            self.installed.change(
                "insert into catalog_eav_attribute (attribute_id, is_searchable) values (9000, ?)",
                self.random.randint(0, 1),
            )

    def _code(self):
        self.installed.change(
            "update eav_attribute set attribute_code = ? where attribute_id = 9000",
            self.random.choice(("shortDescription", "short_text")),
        )

    def _address(self):
        """A product with a URL key or none."""
        self.installed.change("delete from catalog_product_entity_varchar where entity_id = 1 and attribute_id = 95")
        if self.random.random() < 0.4:
            values = "(attribute_id, store_id, entity_id, value) values (95, 0, 1, 'x')"
            with suppress(sqlite3.IntegrityError):  # the product is gone
                self.installed.change(f"insert into catalog_product_entity_varchar {values}")

    def _special(self):
        """A special price: of a bundle what remains to be paid."""
        self.installed.change(
            "update catalog_product_entity_decimal set value = ? where attribute_id = 78 and entity_id = 96",
            self.random.choice((0, 10, 90, 100)),
        )
        self.installed.change(
            "update catalog_product_entity_int set value = ? where entity_id = 96 and attribute_id = 102",
            self.random.randint(0, 1),
        )

    def _menu(self):
        self.installed.change(
            "update catalog_category_entity_int set value = 1 - value where entity_id = ? and attribute_id = ?",
            self.random.choice(CATEGORIES), self.random.choice((46, 56)),
        )  # fmt: skip

    def _move(self):
        self._put_below(self.random.choice((11, 33, 5)), self.random.choice((2, 9)))

    def _put_below(self, entity, parent):
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
        self._take_out("catalog_product_entity", (self.random.choice((1, 44, 42, 90)),))

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
                with suppress(sqlite3.IntegrityError):  # what the row belonged to is gone
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
            "update catalog_product_entity_tier_price set value = ?, percentage_value = ? where website_id in (?, 2)",
            self.random.choice((1, 5, 900)), self.random.choice((None, None, 0, 5, 100)), self.random.choice((0, 1, 2)),
        )  # fmt: skip

    def _tiers(self):
        self._take_out("catalog_product_entity_tier_price", (self.random.choice((1, 42)),))

    def _metadata(self):
        self.installed.change("update eav_attribute_label set value = ?", self.random.choice(("A", "B")))

    def tick(self, fault=None):
        """A tick in which a request meets a fault, one by chance if none is given."""
        fault, at = (self.random.choice(FAULTS), self.random.choice((1, 1, 2, 3))) if fault is None else (fault, 1)
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
        books = 'price_books = "used"' if seed % 2 else ""
        installed = Installed(folder / "shop", shop, books, is_kept=True)
        chance = Chance(seed, installed)
        for _ in range(steps):
            for _ in range(chance.random.randint(2, 5)):
                chance.change()
            chance.tick()
            clock.tick(chance.random.choice((60, 60, 120, 400)))
        for kind in END:  # whatever was before, what needs several steps is there once
            getattr(chance, f"_{kind}")()
            chance.tick()
            clock.tick(60)
        for fault in ("late", ""):  # the older name comes last
            chance.change_name(fault)
            clock.tick(60)
        for _ in range(4):
            clock.tick(660)
            installed.tick(check=False)
        return installed.difference(folder), chance.done


@pytest.mark.sample(1)
@pytest.mark.parametrize("seed", [1, 2])
def test_random_changes_and_faults_end_as_a_full_sync(tmp_path, tiny_shop, seed):
    difference, done = try_out(seed, 5, tmp_path, tiny_shop)
    assert difference == {}, done


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 22))
def test_many_random_changes_and_faults_end_as_a_full_sync(tmp_path, tiny_shop, seed):
    difference, done = try_out(seed, 20, tmp_path, tiny_shop)
    assert difference == {}, done
