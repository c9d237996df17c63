"""Random changes of a shop in a server, as its own program might make them, table by table.

What the server's own constraints refuse is not a change.
"""

from contextlib import contextmanager, suppress

from tests.random_changes import SPECIAL

KINDS = ("update", "delete", "insert", "replace", "renumber", "swap")
WEIGHTS = (6, 2, 2, 2, 1, 2)

# A text that no other row has, while two rows exchange theirs.
NOBODYS = "-nobody-"


class ServerChanger:
    """Makes changes in a database of a server's, chosen by a random generator."""

    def __init__(self, server, database, columns, random):
        self.server, self.database, self.random = server, database, random
        self.columns = columns  # table -> (name, declared type, key or not) of each column; tables with a key
        self.quote = "`" if server.kind == "mysql" else '"'

    @contextmanager
    def transaction(self):
        """A cursor whose changes are committed at the end of the block."""
        connection = self.server.connect(self.database)
        try:
            cursor = connection.cursor()
            cursor.execute("start transaction")
            yield cursor
            cursor.execute("commit")
        finally:
            connection.close()

    def change(self, number):
        """Make some changes, each in a transaction; gives their descriptions."""
        made = []
        for _ in range(number):
            with self.transaction() as cursor:
                made.append(self.one(cursor))
        return made

    def one(self, cursor):
        """Make one change in a transaction; gives its description."""
        while True:
            table = self.random.choice(sorted(self.columns))
            row, other = self.row(cursor, table), self.row(cursor, table)
            (kind,) = self.random.choices(KINDS, WEIGHTS)
            cursor.execute("savepoint here")
            with suppress(*self.refusals()):
                if row is not None:
                    getattr(self, kind)(cursor, table, row, other)
                    return kind, table, row, other
            cursor.execute("rollback to savepoint here")

    def refusals(self):
        """What the server's driver raises where the server refuses a statement."""
        if self.server.kind == "mysql":
            import pymysql

            return (pymysql.MySQLError,)
        import psycopg

        return (psycopg.Error,)

    def row(self, cursor, table):
        """A random row, as column -> value; None of an empty table."""
        cursor.execute(f"select count(*) from {self.quoted(table)}")
        count = cursor.fetchone()[0]
        if not count:
            return None
        order = ", ".join(map(self.quoted, self.key(table)))
        at = self.random.randrange(count)
        cursor.execute(f"select * from {self.quoted(table)} order by {order} limit 1 offset {at}")
        return dict(zip([name for name, _, _ in self.columns[table]], cursor.fetchone(), strict=True))

    # Kinds of changes

    def update(self, cursor, table, row, other):
        """Give a column a value that is plausible there."""
        name = self.random.choice(list(row))
        special = name in SPECIAL and self.random.random() < 0.4
        self.set(cursor, table, row, {name: self.random.choice(SPECIAL[name]) if special else other[name]})

    def delete(self, cursor, table, row, _other):
        """Delete a row."""
        condition, values = self.condition(table, row)
        cursor.execute(f"delete from {self.quoted(table)} where {condition}", values)

    def insert(self, cursor, table, row, other):
        """Copy a row under another key."""
        self.put(cursor, table, {**row, **self.other_key(cursor, table, row, other)})

    def replace(self, cursor, table, row, other):
        """Have another row stand under the key of one that is deleted."""
        self.delete(cursor, table, row, other)
        self.put(cursor, table, {**other, **{name: row[name] for name in self.key(table)}})

    def renumber(self, cursor, table, row, other):
        """Give a row another key."""
        self.set(cursor, table, row, self.other_key(cursor, table, row, other))

    def swap(self, cursor, table, row, other):
        """Have two rows exchange a value; a text may be a unique one."""
        name = self.random.choice([name for name in row if name not in self.key(table)] or list(row))
        if isinstance(row[name], str):
            self.set(cursor, table, row, {name: NOBODYS})
        self.set(cursor, table, other, {name: row[name]})
        self.set(cursor, table, row, {name: other[name]})

    # Their parts

    def key(self, table):
        """The columns of a table's key."""
        return [name for name, _, is_key in self.columns[table] if is_key]

    def other_key(self, cursor, table, row, other):
        """A key that no row has, where it is a number; else part of another row's, which may be refused."""
        key = self.key(table)
        name = self.random.choice(key)
        if len(key) > 1 or not isinstance(row[name], int):
            return {name: other[name]}
        cursor.execute(f"select max({self.quoted(name)}) from {self.quoted(table)}")
        return {name: cursor.fetchone()[0] + self.random.choice((1, 2, 300))}

    def set(self, cursor, table, row, values):
        """Give columns of a row other values."""
        condition, key = self.condition(table, row)
        named = ", ".join(f"{self.quoted(name)} = %s" for name in values)
        cursor.execute(f"update {self.quoted(table)} set {named} where {condition}", [*values.values(), *key])

    def put(self, cursor, table, row):
        """Insert a row."""
        names = ", ".join(map(self.quoted, row))
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f"insert into {self.quoted(table)} ({names}) values ({marks})", list(row.values()))

    def condition(self, table, row):
        """The condition that only one row meets, and its values."""
        key = self.key(table)
        return " and ".join(f"{self.quoted(name)} = %s" for name in key), [row[name] for name in key]

    def quoted(self, name):
        """A name as the server's SQL takes it."""
        return f"{self.quote}{name}{self.quote}"
