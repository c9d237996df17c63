"""After any changes in the server, one run and one tick leave the service where a full sync of a fresh mirror would."""

import sqlite3
from contextlib import closing
from random import Random

import pytest

from tests.convergence import differences, tick
from tests.mirror import mirrored as copies
from tests.mirror.server_changes import ServerChanger
from tests.mirror.test_mirror_shop import Mirrored
from tests.random_changes import watched_tables
from tests.support import TICK

CHANGES = 8

SETTINGS = """
[export]
deletion_guard = 0    # what vanishes at random here is meant to vanish
[feeds.orders]
look_back_days = 0
"""


def columns_of(shop_file):
    """The columns of each table that a feed watches and that has a key: name, declared type, key or not."""
    with closing(sqlite3.connect(shop_file)) as shop:
        query = "select name, type, pk > 0 from pragma_table_info(?)"
        tables = {table: shop.execute(query, (table,)).fetchall() for table in watched_tables()}
    return {table: columns for table, columns in tables.items() if any(is_key for _, _, is_key in columns)}


def set_up(server, folder, shop_file, service):
    """An installation whose shop was loaded into a server, with everything delivered."""
    mirrored = Mirrored(server, folder, service)
    server.load(mirrored.database, shop_file)
    done = mirrored.init()
    assert (done.returncode, done.stderr) == (0, "")
    mirrored.config.write_text(mirrored.config.read_text() + SETTINGS)
    run(mirrored)
    return mirrored


def run(mirrored):
    """One run of the mirror and one tick of the jobs."""
    tick(mirrored, ("mirror_shop", *TICK[:3]))


def against_a_fresh_mirror(mirrored, file):
    """Where the service is not where a full sync of a fresh mirror, of every table and column, would leave it."""
    copies.Mirrored(mirrored.server.address(mirrored.database), file).run()
    copy, mirrored.shop_file = mirrored.shop_file, file
    try:
        return differences(mirrored)
    finally:
        mirrored.shop_file = copy
        file.unlink()


def converges(mirrored, columns, rounds):
    """Change the shop at random, several times, and compare after each round."""
    changer = ServerChanger(mirrored.server, mirrored.database, columns, Random(rounds))
    fresh = mirrored.folder / "fresh.sqlite"
    assert against_a_fresh_mirror(mirrored, fresh) == []
    for _ in range(rounds):
        made = changer.change(CHANGES)
        with changer.transaction() as late:
            made.append(changer.one(late))
            run(mirrored)
            assert against_a_fresh_mirror(mirrored, fresh) == [], made
        run(mirrored)
        assert against_a_fresh_mirror(mirrored, fresh) == [], made


@pytest.mark.thorough
@pytest.mark.parametrize("rounds", [2, pytest.param(12, marks=pytest.mark.slow)])
def test_the_service_is_where_a_full_sync_of_a_fresh_mirror_would_leave_it(
    mariadb, tmp_path, service, flawless_shop_file, rounds
):
    mirrored = set_up(mariadb, tmp_path, flawless_shop_file, service)
    converges(mirrored, columns_of(flawless_shop_file), rounds)


@pytest.mark.thorough
def test_so_it_is_with_postgresql(postgresql, tmp_path, service, flawless_shop_file):
    mirrored = set_up(postgresql, tmp_path, flawless_shop_file, service)
    converges(mirrored, columns_of(flawless_shop_file), 2)


@pytest.mark.thorough
def test_a_change_of_one_product_sends_that_product_only_and_none_does_not_change_a_byte_of_the_copy(
    server, tmp_path, service, flawless_shop_file
):
    mirrored = set_up(server, tmp_path, flawless_shop_file, service)
    before, sent = mirrored.shop_file.read_bytes(), len(mirrored.sent())
    run(mirrored)
    assert mirrored.shop_file.read_bytes() == before
    assert mirrored.sent()[sent:] == []

    name = "select attribute_id from eav_attribute where attribute_code = 'name' and entity_type_id = 4"
    mirrored.do(
        "update catalog_product_entity_varchar set value = 'Another name'"
        f" where entity_id = 14 and attribute_id = ({name})"
    )
    run(mirrored)
    again = [item["sku"] for item in mirrored.items("products") if item["name"] == "Another name"]
    assert set(again) == {"KL-PAN-OMELET"}
    assert mirrored.sent()[sent:] == [("products", len(again), 200)]
