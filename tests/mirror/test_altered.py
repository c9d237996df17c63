"""Tables that the shop alters in the middle of a run: the copy is one state, and the next run is right."""

import pytest

from saasexport.errors import ShopError
from saasexport.mirror.mysql import MySQL
from saasexport.mirror.postgresql import PostgreSQL
from tests.mirror.mirrored import Mirrored, Shop

# Before which call of which method of the server's which table is altered: one that was not read yet, or was already.
# Never one that is being read: that alteration waits for the end of it.
MOMENTS = (
    ("gates", 1, "a"),
    ("begin", 1, "a"),
    ("digests", 1, "a"),
    ("digests", 1, "b"),
    ("rows", 1, "b"),
    ("digests", 2, "a"),
    ("digests", 2, "b"),
    ("rows", 2, "a"),
    ("end", 1, "b"),
)

# What -> how MySQL and MariaDB say it, and PostgreSQL, if in another way.
ALTERATIONS = {
    "a column more": ("alter table T add x int",),
    "a column more with a value": ("alter table T add x int not null default 5",),
    "another type": ("alter table T modify v bigint", "alter table T alter v type bigint"),
    "a text": ("alter table T modify v varchar(20)", "alter table T alter v type varchar(20)"),
    "an index": ("create index v_of_T on T (v)",),
    "no key": ("alter table T drop primary key", "alter table T drop constraint T_pkey"),
    "another key": (
        "alter table T drop primary key, add primary key (w)",
        "alter table T drop constraint T_pkey, add primary key (w)",
    ),
    "emptied and filled": ("truncate table T; insert into T values (7, 2, 7)",),
    "made anew": (
        "drop table T; create table T (id int primary key, v int, w int not null); insert into T values (8, 2, 8)",
    ),
    "exchanged": (
        "create table n (id int primary key, v int, w int); insert into n select id + 10, v, w from T;"
        " rename table T to o, n to T; drop table o",
        "create table n (id int primary key, v int, w int); insert into n select id + 10, v, w from T;"
        " alter table T rename to o; alter table n rename to T; drop table o",
    ),
    "written anew": ("alter table T force", "cluster T using T_pkey"),
    "a column less": ("alter table T drop column w",),
    "a column renamed": ("alter table T change w y int", "alter table T rename w to y"),
    "gone": ("drop table T",),
}

# What a right that was taken away looks like: no run goes well until somebody decides.
LOSSES = ("a column less", "a column renamed", "gone")


def made(server, folder):
    """A shop of two tables whose values are always the same, and its copy."""
    shop = Shop(server, folder)
    for table in ("a", "b"):
        shop.do(f"create table {table} (id int primary key, v int, w int not null)")
        shop.do(f"insert into {table} values (1, 0, 1), (2, 0, 2), (3, 0, 3)")
    shop.run()
    return shop


def change(shop, number):
    """Another state: the tables say the same number."""
    start = "start transaction" if shop.server.kind == "mysql" else "begin"
    shop.do(f"{start}; update a set v = {number}; update b set v = {number}; commit")


def states(shop):
    """The numbers that the copy's tables hold, each of them; an empty table is no state of the shop."""
    a, b = ({int(v) for (v,) in shop.ask(f"select v from {table}")} for table in ("a", "b"))
    return a if a == b else {"a": a, "b": b}


def altering(shop, patch, moment, statements):
    """Have the shop go to its next state, and alter a table, before a call of the server's."""
    method, call, _ = moment
    kind = MySQL if shop.server.kind == "mysql" else PostgreSQL
    usual = getattr(kind, method)
    calls = []

    def altered(self, *arguments):
        calls.append(arguments)
        if len(calls) == call:
            change(shop, 2)
            shop.do(statements)
        return usual(self, *arguments)

    patch.setattr(kind, method, altered)


def fails(shop):
    """Whether a run is refused, in words."""
    try:
        shop.run()
    except ShopError as error:
        return "does not show" in str(error)
    return False


def same_as_a_fresh_mirror(shop, file):
    """Whether the copy has the columns and rows that a fresh one has."""
    fresh = Mirrored(shop.server.address(shop.name), file)
    fresh.run()
    query = "select name, type, pk from pragma_table_info('{}')"
    return all(
        shop.ask(sql.format(table)) == fresh.ask(sql.format(table))
        for table in ("a", "b")
        for sql in (query, "select * from {} order by id")
    )


@pytest.mark.thorough
@pytest.mark.parametrize("moments", [MOMENTS[1::3], pytest.param(MOMENTS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("what", ALTERATIONS)
def test_a_table_that_is_altered_in_a_run_leaves_one_state_and_the_next_run_is_right(
    server, tmp_path, monkeypatch, what, moments
):
    statements = ALTERATIONS[what][-1 if server.kind == "postgresql" else 0]
    for number, moment in enumerate(moments):
        folder = tmp_path / str(number)
        folder.mkdir()
        shop = made(server, folder)
        change(shop, 1)
        with monkeypatch.context() as patch:
            altering(shop, patch, moment, statements.replace("T", moment[2]))
            is_refused = fails(shop)
        # Refused, a run leaves the copy as it was.
        assert states(shop) in ([{0}] if is_refused else [{1}, {2}]), moment
        if what in LOSSES:
            before = shop.ask("select * from a union all select * from b")
            assert fails(shop), moment
            assert shop.ask("select * from a union all select * from b") == before, moment
        else:
            assert not is_refused, moment
            shop.run()
            assert states(shop) == {2}, moment
            assert same_as_a_fresh_mirror(shop, folder / "fresh.sqlite"), moment
