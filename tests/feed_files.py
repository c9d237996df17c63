"""A configuration, a shop and a folder of feeds, for the commands that try files of feeds."""

import json
import sqlite3
from contextlib import closing
from typing import NamedTuple

from saasexport.commands import main

SHOP = """
create table article (id integer primary key, code text, title text, price text, shelf_id integer, family_id integer);
create table shelf (id integer primary key, label text);
create table label (id integer primary key, article_id integer references article, language text, word text);
create table gift (id integer primary key, article_id integer, name text);
create table option (name text primary key, value text);
insert into shelf values (1, 'top'), (2, 'bottom');
insert into article values (1, 'a', 'Apple', '1.50', 1, null), (2, 'b', 'Bread', '2', 1, 1), (3, 'c', 'Cup', '3', 2, 1);
insert into label values (1, 1, 'en', 'red'), (2, 1, 'en', 'green'), (3, 2, 'en', 'brown'), (4, 3, 'de', 'blau');
insert into option values ('currency', 'EUR'), ('theme', 'dark');
"""

HEAD = "-- feed: goods\n-- entity: article.id\n-- identity: code\n"
OF_IDS = "in (select value from json_each(:ids))"
ITEMS = f"-- name: items\nselect id as entity,\n       code,\n       title\n  from article\n where id {OF_IDS};\n"


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    def lines(self, containing=""):
        """The lines of the output that contain a text."""
        return [line for line in self.out.splitlines() if containing in line]


class Folder:
    """A folder with saasexport.toml, shop.sqlite and feeds.d."""

    def __init__(self, path, monkeypatch, capsys, shop=SHOP):
        self.path = path
        self.capsys = capsys
        monkeypatch.chdir(path)
        (path / "feeds.d").mkdir()
        (path / "saasexport.toml").write_text(
            '[shop]\ndatabase = "shop.sqlite"\n[export]\nbuilt_in = false\n'
            '[service]\nurl = "http://127.0.0.1:1"\nenvironment_id = "testing-1"\n'
        )
        if isinstance(shop, str):
            with closing(sqlite3.connect(path / "shop.sqlite")) as connection:
                connection.executescript(shop)
        else:
            (path / "shop.sqlite").write_bytes(shop.read_bytes())

    def write(self, text, name="goods"):
        """Put a file into feeds.d."""
        (self.path / "feeds.d" / f"{name}.sql").write_text(text)

    def change(self, statement):
        """Change the shop."""
        with closing(sqlite3.connect(self.path / "shop.sqlite", isolation_level=None)) as connection:
            connection.execute(statement)

    def run(self, *arguments):
        """Run a command."""
        self.capsys.readouterr()
        try:
            status = main([*map(str, arguments)])
        except SystemExit as end:  # argparse
            status = end.code
        return Done(status, *self.capsys.readouterr())

    def check(self, text, *arguments):
        """What `feeds check` says of a file."""
        self.write(text)
        return self.run("feeds", "check", "feeds.d/goods.sql", *arguments)

    def objects(self, *arguments):
        """What a command prints for programs."""
        return json.loads(self.run(*arguments, "--json").out)
