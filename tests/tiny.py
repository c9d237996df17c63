"""A feed and a shop small enough to know by heart, for tests of the engine.

A thing stands on a shelf and has one item per language.  What the shop may
hold that no item can: a name that is binary data, a code that is NULL, two
things with the same code.
"""

import json
import sqlite3
from collections import Counter
from typing import NamedTuple

from saasexport.config import parsing
from saasexport.database import db
from saasexport.database.feed_table import FeedTable
from saasexport.database.items import Encoder
from saasexport.delivery.client import Outcome
from saasexport.errors import InvalidValue
from saasexport.feed import EVERYTHING, EntityItems, FailedItem, Feed, Setting, Subscription
from saasexport.log import Log
from saasexport.setup import feed_set, opening
from saasexport.sync.exporter import Exporter, Options
from saasexport.values import text

SHOP = """
create table thing (
    thing_id integer primary key,
    code     text,
    name     text,
    shelf_id integer references shelf on delete cascade,
    note     text
);
create table shelf (shelf_id integer primary key, label text);
create table language (language_id integer primary key, code text);
create table core_config_data (
    config_id integer primary key,
    scope     text,
    scope_id  integer,
    path      text,
    value     text
);
insert into language (code) values ('en'), ('de');
insert into shelf values (1, 'top'), (2, 'bottom');
insert into thing (thing_id, code, name, shelf_id)
values (1, 'a', 'Apple', 1), (2, 'b', 'Bread', 1), (3, 'c', 'Cup', 2);
"""

ROWS = """
select thing_id, thing.code, name, label
  from thing
  left join shelf using (shelf_id)
 where thing_id in (select value from json_each(:ids))
 order by thing_id
"""


def assemble(shop, ids):
    """One item per language of each thing."""
    languages = [code for (code,) in shop.rows("select code from language order by language_id")]
    for thing_id, code, name, label in shop.rows(ROWS, ids):
        common = {"thingId": thing_id, "code": code, "label": label}
        try:
            common["name"] = text(name, "name")
        except InvalidValue as fault:
            failed = [FailedItem({**common, "language": language}, str(fault)) for language in languages]
            yield EntityItems(thing_id, {}, [], failed)
            continue
        yield EntityItems(thing_id, common, [{"language": language} for language in languages])


THINGS = Feed(
    name="things",
    indexer="thing_data_exporter",
    title="Thing Feed",
    view="cde_things_feed",
    table="cde_things_feed",
    identity=("code", "language"),
    minimal=("thingId", "code"),
    entity=("thing", "thing_id"),
    walk="select thing_id from thing where thing_id > :after order by thing_id limit :limit",
    count="select (select count(*) from thing) * (select count(*) from language)",
    subscriptions=(
        Subscription("thing", "thing_id"),
        Subscription("shelf", "shelf_id", via="shelf"),
        Subscription("language", "language_id", via=EVERYTHING),
    ),
    assemble=assemble,
    vias={"shelf": "select thing_id from thing where shelf_id in (select value from json_each(:keys))"},
    settings=(Setting("core_config_data", "path", ("general/tiny",)),),
)


def tiny_shop(path):
    """The shop, open for writing, as its own program has it."""
    shop = sqlite3.connect(path, isolation_level=None)
    shop.executescript(SHOP)
    shop.execute("pragma foreign_keys = on")
    return shop


def feed_table(ours, feed=THINGS, environment=1, **more):
    """The feed's table in a database of ours, made if it is not there."""
    if not ours.execute("select 1 from sqlite_master where name = ?", (feed.table,)).fetchone():
        script = db.SCHEMA.feed_table.format(feed_table=feed.table, feed=feed.name, identity="", payload="")
        for statement in db.statements(script):
            ours.execute(statement)
    return FeedTable(ours, feed, environment, Encoder(feed, **more))


class Sender:
    """In the place of the service: notes what is sent, and answers as `answer(item)` says."""

    def __init__(self, answer=None):
        self.answer = answer or (lambda item: 200)
        self.stopped_feeds = {}
        self.requests = []
        self.held = {}  # what a service would hold: the last state of each item, by its identity

    def batches(self, pending, size):
        """The items in batches."""
        return (pending[start : start + size] for start in range(0, len(pending), size))

    def deliver_all(self, feed, batches, threads):
        """The outcomes of each batch."""
        return (self.deliver(feed, batch) for batch in batches)

    def deliver(self, feed, batch):
        """An outcome for each item."""
        items = [json.loads(item.body) for item in batch]
        self.requests.append(items)
        outcomes = []
        for pending, item in zip(batch, items, strict=True):
            status = self.answer(item)
            identity = (item["code"], item["language"])
            if status == 200 and item["modifiedAt"] >= self.held.get(identity, item)["modifiedAt"]:
                self.held[identity] = item
            error = "" if status == 200 else f"answered {status}"
            outcomes.append(Outcome(pending, status, error, status, "request-1"))
        return outcomes

    def close(self):
        """Nothing to close."""

    def alive(self):
        """What the service holds, without the times."""
        items = [{**item, "modifiedAt": None} for item in self.held.values() if not item["deleted"]]
        return sorted(items, key=lambda item: (item["code"], item["language"]))

    def taken(self):
        """What was sent since the last call, in short: a1/en for thing 1 with code a, -a1/en for its deletion."""
        found = [short(item) for batch in self.requests for item in batch]
        self.requests.clear()
        return found


def short(item):
    """An item in one word."""
    return f"{'-' if item['deleted'] else ''}{item['code']}{item['thingId']}/{item['language']}"


class Work(NamedTuple):
    """What every way to send begins with."""

    exporter: Exporter
    options: Options

    def lines(self):
        """What went wrong."""
        return self.exporter.lines()


class Tiny:
    """An installation on the tiny shop, in this process."""

    def __init__(self, folder, monkeypatch, *feeds, settings="", before=""):
        self.feeds = {feed.name: feed for feed in feeds or (THINGS,)}
        monkeypatch.setattr(feed_set, "all_feeds", lambda: self.feeds)
        self.folder = folder
        self.shop = tiny_shop(folder / "shop.sqlite")
        self.shop.executescript(before)
        self.config = folder / "saasexport.toml"
        self.environment = "testing-1"
        self.opened = []
        self.options = {}  # of every pass, unless it is given others
        self.write(settings)
        self.installation = self.set_up()

    def write(self, settings=""):
        """Write the configuration file."""
        self.config.write_text(
            f'[shop]\ndatabase = "shop.sqlite"\n[service]\nurl = "http://127.0.0.1:9"\n'
            f'environment_id = "{self.environment}"\n{settings}\n'
        )

    def set_up(self):
        """What init does."""
        content = self.config.read_bytes()
        installation = opening.set_up(parsing.parse(str(self.config), content, tuple(self.feeds)), content)
        self.opened.append(installation)
        return installation

    def open(self):
        """What every job does first."""
        self.installation = opening.open_installation(str(self.config))
        self.opened.append(self.installation)
        return self.installation

    def work(self, sender=None, **options):
        """What a job works with."""
        exporter = Exporter(self.installation, sender or Sender(), Log(str(self.folder / "log"), "a test"))
        return Work(exporter, Options(**{**self.options, **options}))

    def ask(self, query, **values):
        """Rows of our database."""
        return self.installation.ours.execute(query, values).fetchall()

    def statuses(self, table=THINGS.table):
        """How many rows of a feed table have which status."""
        return dict(Counter(status for (status,) in self.ask(f"select status from {table}")))

    def close(self):
        """Close all databases."""
        for found in self.opened:
            found.close()
        self.shop.close()
