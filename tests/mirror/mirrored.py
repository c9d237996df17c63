"""A copy of a database, kept by the mirror itself, without an installation around it."""

import itertools
import sqlite3
from contextlib import closing

from saasexport.config import sources
from saasexport.mirror import plan, run
from saasexport.mirror.connection import connect
from saasexport.mirror.copy import Copy
from saasexport.mirror.server import Access

NAMES = (f"shop{number}" for number in itertools.count())


def everything(empty):
    """Every table and column."""
    tables = empty.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {name: [row[1] for row in empty.execute(f'pragma table_info("{name}")')] for (name,) in tables}


class Mirrored:
    """A copy that is brought up to date by `run`."""

    def __init__(self, address, file, prefix="", needs=everything):
        self.access = Access(sources.parse(address), "secret")
        self.file = str(file)
        self.gates = {}
        self.more = ()
        self.basis = "basis"
        self.prefix = prefix
        self.needs = needs
        self.is_first = True

    def run(self, is_full=False):
        """One run; gives what it has done."""
        wanted = plan.Wanted(self.prefix, self.more, self.basis, "1", self.needs)
        how = run.How(wanted, "here", is_full, self.is_first, self.gates)
        with closing(connect(self.access)) as server, closing(Copy(self.file)) as copy:
            outcome = run.mirror(server, copy, how)
        self.is_first = False
        self.gates = outcome.gates
        return outcome

    def ask(self, sql):
        """Rows of a query of the copy."""
        with closing(sqlite3.connect(self.file)) as copy:
            return copy.execute(sql).fetchall()

    def count(self):
        """The rows written since this was called first: every table tells of its changes."""
        tables = self.ask("select name from sqlite_master where type = 'table' and name not like 'saasexport_mirror%'")
        with closing(sqlite3.connect(self.file)) as copy:
            copy.execute("create table if not exists written (name, operation)")
            for (name,) in tables:
                for operation in ("insert", "update", "delete"):
                    copy.execute(
                        f'create trigger if not exists "{name}_{operation}" after {operation} on "{name}"'
                        f" begin insert into written values ('{name}', '{operation}'); end"
                    )
            copy.commit()

    def written(self):
        """What was written since the last look, in order of table and operation."""
        with closing(sqlite3.connect(self.file)) as copy:
            rows = copy.execute("select name, operation, count(*) from written group by 1, 2 order by 1, 2").fetchall()
            copy.execute("delete from written")
            copy.commit()
        return rows


class Shop:
    """A database of a server's, and its copy."""

    def __init__(self, server, folder):
        self.server = server
        self.name = server.make(next(NAMES))
        self.mirror = Mirrored(server.address(self.name), folder / "copy.sqlite")

    def do(self, sql):
        """Have the shop's own program do something."""
        return self.server.ask(sql, self.name)

    def run(self, **more):
        """One run of the mirror."""
        return self.mirror.run(**more)

    def ask(self, sql):
        """Rows of a query of the copy."""
        return self.mirror.ask(sql)
