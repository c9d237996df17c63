"""A shop imported from files: whatever type its columns were given, its items are those of the shop it comes from."""

import sqlite3
from contextlib import closing

import pytest

from saasexport.feeds import all_feeds
from tests.convergence import key_of, tick
from tests.end_to_end.conftest import SETTINGS
from tests.oracle import expected_items, plain
from tests.support import TICK, Exporter


def import_as(path, declared):
    """Have every column of every table hold text, with a type that leaves it that."""
    with closing(sqlite3.connect(path)) as shop:
        query = "select name from sqlite_master where type = 'table' and name not like 'sqlite^_%' escape '^'"
        for (table,) in shop.execute(query).fetchall():
            columns = [row[1] for row in shop.execute(f'pragma table_info("{table}")')]
            shop.execute(f"create table imported ({', '.join(f'{name} {declared}' for name in map(quoted, columns))})")
            values = ", ".join(f"cast({name} as text)" for name in map(quoted, columns))
            shop.execute(f'insert into imported select {values} from "{table}"')
            shop.execute(f'drop table "{table}"')
            shop.execute(f'alter table imported rename to "{table}"')
        shop.commit()


def quoted(name):
    """A name in SQL."""
    return f'"{name}"'


@pytest.mark.thorough
@pytest.mark.parametrize("declared", ["text", "", "blob", "varchar(255)", "text collate nocase"])
def test_a_shop_whose_columns_all_hold_text_is_sent_as_it_was(tmp_path, small_shop_file, service, declared):
    right = Exporter.on_copy(tmp_path / "right", small_shop_file, service, settings=SETTINGS)
    identity = right.ask("select shop_identity from installation")[0][0]
    want, _ = expected_items(right.shop_file, identity, list(all_feeds()))
    (tmp_path / "imported").mkdir()
    shop = tmp_path / "imported" / "shop.sqlite"
    shop.write_bytes(small_shop_file.read_bytes())
    import_as(shop, declared)
    imported = Exporter.on_copy(tmp_path / "copy", shop, service, settings=SETTINGS)
    for _ in range(2):
        tick(imported, TICK)
    for feed in all_feeds().values():
        got = {key_of(feed, item): plain(item) for item in imported.items(feed.name)}
        differing = [key for key in {*got, *want[feed.name]} if got.get(key) != want[feed.name].get(key)]
        assert (feed.name, differing[:3], len(got)) == (feed.name, [], len(want[feed.name]))
        assert got
