"""What the server sees of a run: reading only, and no lock held for longer than one table's read."""

import re
import threading

import pytest

from saasexport.mirror.connection import connect
from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from tests.mirror.mirrored import Mirrored, Shop

READING = re.compile(
    r"^(select|show|set|start transaction|begin|savepoint|rollback|with recursive \w+ \([\w, ]+\) as \(\s*select)\b",
    re.IGNORECASE,
)


@pytest.fixture
def shop(server, tmp_path):
    """A small shop in each server, and its copy."""
    shop = Shop(server, tmp_path)
    shop.do("create table thing (id int primary key, v int); create table other (id int primary key, v int)")
    shop.do("insert into thing values (1, 1), (2, 2); insert into other values (1, 1)")
    shop.run()
    return shop


def statements(shop):
    """What the reader has sent since the logs were emptied."""
    if shop.server.kind == "mysql":
        query = "select convert(argument using utf8mb4) from mysql.general_log where command_type = 'Query'"
        rows = shop.server.ask(f"{query} and user_host like '%reader%'")
        return [row[0] for row in rows]
    line = r"^reader\|LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)"
    logged = re.findall(line, shop.server.log.read_text(errors="replace"), re.M)
    return [statement.replace("\n\t", "\n") for statement in logged]


@pytest.mark.sample(1)
def test_the_servers_log_shows_reading_only(shop):
    if shop.server.kind == "mysql":
        shop.server.ask("set global log_output = 'TABLE'; set global general_log = 1; truncate mysql.general_log")
    shop.do("update thing set v = 5 where id = 1")
    shop.run()
    shop.run(is_full=True)
    sent = statements(shop)
    if shop.server.kind == "mysql":
        shop.server.ask("set global general_log = 0; truncate mysql.general_log")
    assert len(sent) > 10
    bare = [re.sub(r"^(--[^\n]*\n\s*)+", "", statement) for statement in sent]
    assert [statement for statement in bare if not READING.match(statement)] == []
    assert any(statement.lower().startswith("savepoint") for statement in sent)


@pytest.mark.sample(1)
def test_a_table_that_was_read_can_be_altered_while_the_run_goes_on(shop):
    """Without the savepoint it would wait for the whole run, and the shop's own reads behind it."""
    reader = connect(shop.mirror.access)
    try:
        [thing] = [table for table in reader.tables("") if table.name == "thing"]
        reader.begin()
        with reader.reading():
            assert sum(rows for rows, _ in reader.digests(thing, 256).values()) == 2
        altered = threading.Thread(target=shop.do, args=("alter table thing add w int",), daemon=True)
        altered.start()
        altered.join(10)
        assert not altered.is_alive()
        # The snapshot is still there.
        shop.do("update other set v = 9")
        [other] = [table for table in reader.tables("") if table.name == "other"]
        with reader.reading():
            assert sum(rows for rows, _ in reader.digests(other, 256).values()) == 1
        reader.end()
    finally:
        reader.close()


@pytest.mark.sample(1)
@pytest.mark.parametrize("is_first", [False, True])
def test_a_large_table_can_be_altered_between_its_pieces(shop, monkeypatch, tmp_path, is_first):
    numbers = "seq_3_to_900" if shop.server.kind == "mysql" else "generate_series(3, 900) as seq"
    shop.do(f"insert into thing select seq, seq from {numbers}")
    monkeypatch.setattr("saasexport.mirror.ranges.RANGES_AT_ONCE", 1)
    kind = MySQL if shop.server.kind == "mysql" else PostgreSQL
    usual = kind.rows
    waits = []

    def rows(self, table, batch):
        if table.name == "thing" and waits.append(None) is None and len(waits) == 2:
            altered = threading.Thread(target=shop.do, args=("alter table thing add w int default 7",), daemon=True)
            altered.start()
            altered.join(10)
            assert not altered.is_alive()
        return usual(self, table, batch)

    monkeypatch.setattr(kind, "rows", rows)
    if is_first:
        shop.mirror = Mirrored(shop.server.address(shop.name), tmp_path / "another.sqlite")
    shop.run(is_full=not is_first)
    assert len(waits) > 2
    shop.run()
    assert shop.ask("select count(*), sum(v), sum(w) from thing") == [(900, 405450, 6300)]


@pytest.mark.sample(1)
def test_a_writer_does_not_wait_for_a_run(shop):
    reader = connect(shop.mirror.access)
    try:
        tables = reader.tables("")
        reader.begin()
        for table in tables:
            with reader.reading():
                reader.digests(table, 256)
        writer = threading.Thread(target=shop.do, args=("update thing set v = v + 1",), daemon=True)
        writer.start()
        writer.join(10)
        assert not writer.is_alive()
        reader.end()
    finally:
        reader.close()


@pytest.mark.sample(1)
def test_everything_of_a_run_is_of_one_moment(shop, monkeypatch):
    """What is committed between the reads of two tables is in neither."""
    kind = MySQL if shop.server.kind == "mysql" else PostgreSQL
    usual = kind.digests
    seen = []

    def digests(self, table, width):
        read = usual(self, table, width)
        if not seen:
            seen.append(table.name)
            shop.do("update thing set v = 100; update other set v = 100")
        return read

    monkeypatch.setattr(kind, "digests", digests)
    shop.do("update thing set v = 7; update other set v = 7")
    shop.run()
    values = {row[0] for row in shop.ask("select v from thing union all select v from other")}
    assert values == {7}
    shop.run()
    assert {row[0] for row in shop.ask("select v from thing union all select v from other")} == {100}
