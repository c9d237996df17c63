"""Random changes of a shop, as its own program might make them, table by table.

A change takes a row of any table that a feed watches and deletes it, copies it,
or gives one of its columns a value that another row has there.  What the shop's
own constraints refuse is not a change.
"""

import sqlite3
from contextlib import closing

from saasexport.feeds import all_feeds

# Values that mean something, besides those other rows have.
SPECIAL = {
    "value": (None, 0, 1, 2, "", "2000-01-01 00:00:00", "2999-01-01 00:00:00"),
    "quantity": (0, -1, 100),
    "status": (0, 1),
    "label": (None,),
    "position": (0, 7),
}


def watched_tables():
    """Every table that some feed watches."""
    return sorted({entry.table for feed in all_feeds().values() for entry in feed.all_subscriptions()})


class Changer:
    """Makes changes in a shop, chosen by a random generator; remembers them as text."""

    def __init__(self, shop_file, random, tables=None):
        self.shop_file = shop_file
        self.random = random
        with closing(sqlite3.connect(shop_file)) as shop:
            present = {row[0] for row in shop.execute("select name from sqlite_master where type = 'table'")}
            self.columns = {
                table: [row[1:6] for row in shop.execute(f"pragma table_info({table})")]
                for table in tables or watched_tables()
                if table in present
            }

    def change(self, number):
        """Make some changes in one transaction each; gives their descriptions."""
        done = []
        with closing(sqlite3.connect(self.shop_file, isolation_level=None)) as shop:
            shop.execute("pragma foreign_keys = on")
            while len(done) < number:
                table = self.random.choice(sorted(self.columns))
                kind = self.random.choices(("update", "delete", "copy"), (6, 2, 2))[0]
                try:
                    made = getattr(self, kind)(shop, table)
                except sqlite3.IntegrityError:
                    continue
                if made:
                    done.append(made)
        return done

    def row(self, shop, table):
        """The rowid of a random row, or None."""
        count = shop.execute(f"select count(*) from {table}").fetchone()[0]
        if not count:
            return None
        query = f"select rowid from {table} order by rowid limit 1 offset ?"
        return shop.execute(query, (self.random.randrange(count),)).fetchone()[0]

    def update(self, shop, table):
        """Give a column a value that is plausible there."""
        rowid, other = self.row(shop, table), self.row(shop, table)
        if rowid is None:
            return None
        name = self.random.choice(self.columns[table])[0]
        if name in SPECIAL and self.random.random() < 0.4:
            value = self.random.choice(SPECIAL[name])
        else:
            value = shop.execute(f"select {name} from {table} where rowid = ?", (other,)).fetchone()[0]
        before = shop.execute(f"select * from {table} where rowid = ?", (rowid,)).fetchone()
        shop.execute(f"update {table} set {name} = ? where rowid = ?", (value, rowid))
        return f"update {table} set {name} = {value!r} where rowid = {rowid} -- was {before}"

    def delete(self, shop, table):
        """Delete a row."""
        rowid = self.row(shop, table)
        if rowid is None:
            return None
        before = shop.execute(f"select * from {table} where rowid = ?", (rowid,)).fetchone()
        shop.execute(f"delete from {table} where rowid = ?", (rowid,))
        return f"delete from {table} where rowid = {rowid} -- was {before}"

    def copy(self, shop, table):
        """Copy a row under a new key, with one column changed."""
        rowid, other = self.row(shop, table), self.row(shop, table)
        if rowid is None:
            return None
        names = [
            name
            for name, kind, _, _, key in self.columns[table]
            if not (key and kind.upper() == "INTEGER" and self.is_single_key(table))
        ]
        if not names:
            return None
        row = shop.execute(f"select {', '.join(names)} from {table} where rowid = ?", (rowid,)).fetchone()
        values = dict(zip(names, row, strict=True))
        name = self.random.choice(names)
        values[name] = shop.execute(f"select {name} from {table} where rowid = ?", (other,)).fetchone()[0]
        if name in ("sku", "code", "increment_id", "attribute_code", "request_path") and self.random.random() < 0.7:
            values[name] = f"{values[name]}-{self.random.randrange(10**6)}"
        marks = ", ".join("?" * len(values))
        shop.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))
        return f"insert into {table} {values}"

    def is_single_key(self, table):
        """Whether the primary key is one column."""
        return sum(1 for column in self.columns[table] if column[4]) == 1
