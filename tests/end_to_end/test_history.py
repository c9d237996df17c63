"""The shop was migrated, restored, exchanged: it is noticed, and what was not seen is made good."""

import sqlite3
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.commands import main
from saasexport.demo.shop import PRODUCT_TO_DELETE, PRODUCT_TO_RENAME, create_shop
from tests.convergence import tick
from tests.support import TICK, Exporter

pytestmark = pytest.mark.thorough

RENAME = f"update catalog_product_entity_varchar set value = value || '!' where entity_id = {PRODUCT_TO_RENAME}"


def test_a_dropped_trigger_is_put_back_and_what_it_missed_is_sent(synced, converges):
    name = "saasexport_catalog_product_entity_varchar_update"
    synced.change(f"drop trigger {name}")
    synced.change(RENAME)
    converges(synced)
    assert synced.ask_shop("select count(*) from sqlite_master where name = ?", name) == [(1,)]


def test_a_changed_trigger_is_put_right(synced, converges):
    name = "saasexport_catalog_product_entity_varchar_update"
    text = synced.ask_shop("select sql from sqlite_master where name = ?", name)[0][0]
    synced.change(f"drop trigger {name}")
    first, _, rest = text.partition("begin")
    synced.change(f"{first} when new.store_id = 5 begin {rest}")
    synced.change(RENAME)
    converges(synced)
    assert synced.ask_shop("select sql from sqlite_master where name = ?", name) == [(text,)]


def test_a_table_rebuilt_as_migrations_do_loses_no_change(synced, converges):
    """Copy, drop, rename: what Django's AlterField does, and it takes the triggers with it."""
    with closing(sqlite3.connect(synced.shop_file, isolation_level=None)) as shop:
        shop.execute("pragma foreign_keys = off")
        made = shop.execute("select sql from sqlite_master where name = 'tax_class'").fetchone()[0]
        shop.execute(made.replace("tax_class", "new__tax_class", 1))
        shop.execute("insert into new__tax_class select * from tax_class")
        shop.execute("drop table tax_class")
        shop.execute("alter table new__tax_class rename to tax_class")
        shop.execute("update tax_class set class_name = 'Renamed while nobody looked'")
    converges(synced)
    triggers = synced.ask_shop(
        "select count(*) from sqlite_master where type = 'trigger' and tbl_name = 'tax_class'"
    )
    assert triggers == [(3,)]


def test_a_hole_in_a_changelog_is_noticed(synced, converges):
    synced.change(RENAME)
    synced.change("update catalog_product_entity_varchar set value = value || '!' where entity_id = 20")
    synced.change(RENAME)
    # All that told of product 20, and nothing else.
    tables = "select name from sqlite_master where type = 'table' and substr(name, -3) = '_cl'"
    for (changelog,) in synced.ask_shop(tables):
        synced.change(f"delete from {changelog} where entity_id = 20")
    converges(synced)


LAST = "(select max(version_id) from {0})"


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "loss",
    [
        f"delete from {{0}} where version_id = {LAST}",
        f"delete from {{0}} where version_id > {LAST} - 2",
        "delete from {0} where version_id > 1",
        "delete from {0} where entity_id = 20",
        "delete from {0}",
        # By a program that does not leave the end as it is: more is written afterwards.
        f"delete from {{0}} where version_id = {LAST}; insert into {{0}} (entity_id) values (21)",
    ],
    ids=["the last", "the last two", "all but the first", "of one entity", "all", "others come after it"],
)
def test_rows_that_are_gone_from_the_end_of_a_changelog_are_noticed_by_the_next_job(synced, converges, loss):
    tick(synced, TICK)
    for entity in (19, 21, 20):
        synced.change(f"update catalog_product_entity_varchar set value = value || '!' where entity_id = {entity}")
    tables = "select name from sqlite_master where type = 'table' and substr(name, -3) = '_cl'"
    for (changelog,) in synced.ask_shop(tables):
        synced.change(loss.format(changelog))
    assert synced.run("reindex_all_invalid").returncode == 0
    converges(synced)
    # Once is enough: what is gone is not missed again, and a tick without work is idle.
    requests = len(synced.sent())
    log = synced.folder / "var" / "log" / "commerce-data-export.log"
    size = log.stat().st_size
    assert synced.run("reindex_all_invalid").returncode == 0
    assert (len(synced.sent()), log.stat().st_size) == (requests, size)


def test_an_emptied_changelog_is_noticed(synced, converges):
    synced.change(RENAME)
    tick(synced, TICK)
    synced.change(RENAME)
    synced.change("delete from cde_products_feed_cl")
    converges(synced)


def backup(source, target):
    """A copy of a database that may be in use."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def test_a_shop_restored_from_an_older_copy_is_where_the_service_is(synced, converges, tmp_path):
    synced.change(RENAME)
    tick(synced, TICK)
    backup(synced.shop_file, tmp_path / "older.sqlite")
    synced.change(RENAME)
    synced.change(f"delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE}")
    tick(synced, TICK)
    backup(tmp_path / "older.sqlite", synced.shop_file)
    converges(synced)


def test_a_restored_shop_that_has_gone_on_since_is_noticed(synced, converges, tmp_path):
    """The changelog has grown past the cursor again, with other content."""
    backup(synced.shop_file, tmp_path / "older.sqlite")
    synced.change(RENAME)
    synced.change(f"delete from catalog_product_entity where entity_id = {PRODUCT_TO_DELETE}")
    tick(synced, TICK)
    backup(tmp_path / "older.sqlite", synced.shop_file)
    for entity in range(20, 60):
        synced.change("update catalog_product_entity set updated_at = datetime('now') where entity_id = ?", entity)
    converges(synced)


def test_another_shops_file_is_refused(synced, tmp_path, capsys):
    other = tmp_path / "other.sqlite"
    create_shop(other, products=100, seed=2)
    with closing(sqlite3.connect(other)) as shop:
        shop.execute("update catalog_product_entity set sku = 'OTHER-' || sku")
        shop.execute("update catalog_category_entity_varchar set value = value || '-other'")
        shop.execute("update eav_attribute set attribute_code = 'other_' || attribute_code where is_user_defined = 1")
        shop.commit()
    synced.shop_file.unlink()
    other.rename(synced.shop_file)
    assert jobs.main("reindex_all_invalid", ["--config", str(synced.config)]) == 1
    assert "is another shop" in capsys.readouterr().err


@pytest.mark.thorough
def test_the_same_shop_without_our_triggers_is_reconciled(synced, converges):
    for (name,) in synced.ask_shop("select name from sqlite_master where type = 'trigger'"):
        synced.change(f"drop trigger {name}")
    synced.change(RENAME)
    converges(synced)


def test_a_shop_of_another_installation_is_refused(synced, tmp_path, service, capsys):
    folder = tmp_path / "second"
    folder.mkdir()
    second = Exporter(folder, synced.shop_file, service)
    assert main(["--config", str(second.config), "init", "--shop", str(synced.shop_file)]) == 1
    assert "belongs to another installation" in capsys.readouterr().err


def test_a_feed_whose_table_changed_shape_stops_alone(synced, converges, capsys):
    synced.change("alter table review_detail rename column nickname to nick")
    synced.change("update review set entity_id = entity_id")
    synced.change(RENAME)
    capsys.readouterr()
    assert jobs.main("reindex_all_invalid", ["--config", str(synced.config)]) == 1
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert "reviews" in printed[0]
    assert "nickname" in printed[0]
    synced.change("alter table review_detail rename column nick to nickname")
    converges(synced)


def test_a_table_that_goes_makes_its_feeds_unavailable_and_no_other(synced, converges):
    synced.change("drop table rating_option_vote")
    converges(synced)
    reasons = dict(synced.ask("select feed, unavailable from view_state where unavailable is not null"))
    assert reasons == {"reviews": "the shop has no table rating_option_vote"}


@pytest.mark.parametrize("rows", [1500])
def test_a_changelog_past_its_limit_is_dropped_and_the_feed_reconciled(synced, converges, rows):
    synced.write_config("[export]\nchangelog_limit = 1000\n[feeds.orders]\nlook_back_days = 0\n")
    synced.change(RENAME)
    synced.change(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)"
        " insert into cde_products_feed_cl (entity_id) select 1 from n",
        rows,
    )
    converges(synced)
    assert synced.ask_shop("select count(*) from cde_products_feed_cl")[0][0] < 10


@pytest.mark.thorough
@pytest.mark.parametrize(
    "tampering",
    [
        "delete from sqlite_sequence where name = 'cde_products_feed_cl'",
        "delete from sqlite_sequence",
        "update sqlite_sequence set seq = null",
        "update sqlite_sequence set seq = 'x'",
        "update sqlite_sequence set seq = x'00'",
        "update sqlite_sequence set seq = 1.5",
        "insert into sqlite_sequence values ('cde_products_feed_cl', 1)",
    ],
)
def test_rows_that_are_gone_from_the_end_are_noticed_without_their_sequence(synced, converges, tampering):
    name = "select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4"
    rename = f"update catalog_product_entity_varchar set value = ? where entity_id = ? and attribute_id = ({name})"
    synced.change(rename, "First", 4)
    converges(synced)
    synced.change(rename, "Second", 5)
    changelog = "cde_products_feed_cl"
    synced.change(f"delete from {changelog} where version_id = (select max(version_id) from {changelog})")
    synced.change(tampering)
    converges(synced)
    synced.change(rename, "Third", 5)
    converges(synced)
