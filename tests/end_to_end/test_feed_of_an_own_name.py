"""A feed of a name of one's own: declared in a file, taken by the service that is given it."""

import json
import os
import sqlite3
from contextlib import closing

import pytest

from tests.support import BIN, TICK, Exporter, Service

SHOP = """
create table goods (code text primary key, title text, cents integer);
create table word (code text, lang text, word text);
create table conf (name text, value text);
insert into goods values ('00123', 'Bolt', 150), ('123', 'Nut', 20), ('ü-1', 'Öse', 5);
insert into word values ('00123', 'de', 'rot'), ('00123', 'en', 'red'), ('123', 'en', 'blue');
insert into conf values ('currency', 'EUR'), ('noise', '1');
"""

GOODS = """-- Goods, one item a language.
-- feed: goods
-- entity: goods.code
-- identity: sku, lang
-- kept: title
-- field: price number
-- field: words json
-- watch: word.code
-- everything: conf.name in ('currency')

-- name: items
select goods.code as entity,
       goods.code as sku,
       lang.value as lang,
       title,
       cents / 100.0 as price,
       :base_url || goods.code as url,
       (select value from conf where name = 'currency') as currency
  from goods, json_each('["de", "en"]') as lang
 where goods.code in (select value from json_each(:ids));

-- name: words
select code as entity, lang as "item.lang", word
  from word
 where code in (select value from json_each(:ids))
 order by word;

-- name: id_sku
select value from json_each(:keys);
"""

# Files that cost their own feed and nothing else: text -> what is said of it.
BAD = {
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- wach: word.code\n-- name: items\nselect 1\n": (
        "bad: not synced: feeds.d/bad.sql:4: unknown directive wach; did you mean watch?"
    ),
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- name: items\nattach 'x' as y\n": (
        "bad: not synced: feeds.d/bad.sql:4: query items: is not a select"
    ),
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- name: items\ndelete from goods\n": (
        "bad: not synced: feeds.d/bad.sql:4: query items: is not a select"
    ),
    "-- feed: bad\n-- entity: good.code\n-- identity: a\n-- name: items\nselect 1\n": (
        "bad: not synced: feeds.d/bad.sql:2: entity: no table good; did you mean goods?"
    ),
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- watch: word.cod\n-- name: items\n"
    "select code as entity, code as a from goods where code in (select value from json_each(:ids))\n": (
        "bad: not synced: feeds.d/bad.sql:4: watch: word has no column cod; did you mean code?"
    ),
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- name: items\n"
    "with recursive n (v) as (select 1 union all select v + 1 from n where v < 1000000000)\n"
    "select code as entity, code as a, (select count(*) from n) as n from goods\n"
    " where code in (select value from json_each(:ids))\n": (
        "bad: feeds.d/bad.sql:4: query items takes longer than 5 s for one chunk of entities"
    ),
    "-- feed: bad\n-- entity: goods.code\n-- identity: a\n-- name: items\n"
    "select code as entity, code as a from goods, json_each('[1, 2]')\n"
    " where code in (select value from json_each(:ids))\n": (
        "bad: 3 items cannot be assembled; see: saasexport failed bad"
    ),
}


class Goods:
    """A shop with that feed, and the service."""

    def __init__(self, folder):
        self.file = folder / "feeds.d" / "goods.sql"
        self.file.parent.mkdir()
        self.file.write_text(GOODS)
        with closing(sqlite3.connect(folder / "shop.sqlite")) as shop:
            shop.executescript(SHOP)
        self.service = Service(folder / "service", "--schema", str(self.file))
        settings = '[shop.parameters]\nbase_url = "https://x/"\n[export]\nbuilt_in = false\n'
        self.exporter = Exporter(folder, folder / "shop.sqlite", self.service, settings=settings)
        self.exporter.run("saasexport", "init", "--shop", self.exporter.shop_file, check=True)

    def tick(self):
        """The lines that a tick prints, and whether each job ended well."""
        done = [self.exporter.run(job) for job in TICK]
        lines = [line.partition(": ")[2] for one in done for line in one.stderr.replace(f"{BIN}/", "").splitlines()]
        return lines, [one.returncode for one in done]

    def items(self):
        """What the service has, in short."""
        items = self.service.items("goods", self.exporter.environment)
        return sorted((item["sku"], item["lang"], item["title"], item["price"], item.get("words")) for item in items)

    def held_back(self):
        """What `failed` shows as held back since the file was changed."""
        items = json.loads(self.exporter.run("saasexport", "failed", "--status", "held", "--json", check=True).stdout)
        why = "gone since the file of the feed was changed: its deletion is held back until saasexport deletions goods"
        assert {item["errors"] for item in items} == {f"{why} --confirm"}
        return {f"{item['feed_data']['sku']} {item['feed_data']['lang']}" for item in items}


@pytest.fixture
def goods(tmp_path):
    """The feed, sent once."""
    made = Goods(tmp_path)
    assert made.tick() == ([], [0, 0, 0, 0])
    yield made
    made.service.stop()


ALL = [
    ("00123", "de", "Bolt", 1.5, ["rot"]),
    ("00123", "en", "Bolt", 1.5, ["red"]),
    ("123", "de", "Nut", 0.2, None),
    ("123", "en", "Nut", 0.2, ["blue"]),
    ("ü-1", "de", "Öse", 0.05, None),
    ("ü-1", "en", "Öse", 0.05, None),
]

QUIET = ([], [0, 0, 0, 0])


def test_it_is_sent_whole_with_its_parameters_and_a_second_round_sends_nothing(goods):
    assert goods.items() == ALL
    one = goods.service.item("goods", goods.exporter.environment, sku="00123", lang="de")
    assert (one["url"], one["currency"]) == ("https://x/00123", "EUR")
    sent = len(goods.exporter.sent())
    assert goods.tick() == QUIET
    assert len(goods.exporter.sent()) == sent


def test_a_key_changes_as_text(goods):
    goods.exporter.change("update goods set code = '0123' where code = '00123'")
    assert goods.tick() == QUIET
    assert [item[:2] for item in goods.items()] == [
        ("0123", "de"),
        ("0123", "en"),
        ("123", "de"),
        ("123", "en"),
        ("ü-1", "de"),
        ("ü-1", "en"),
    ]
    again = goods.exporter.run("saasexport", "saas:resync", "--feed", "goods", "--by-ids", "0123", check=True)
    assert again.stdout.startswith("goods: 2 sent")


def test_only_the_settings_that_the_file_names_concern_every_item(goods):
    sent = len(goods.exporter.sent())
    goods.exporter.change("update conf set value = '2' where name = 'noise'")
    assert goods.tick() == QUIET
    assert len(goods.exporter.sent()) == sent
    goods.exporter.change("update conf set value = 'USD' where name = 'currency'")
    assert goods.tick() == QUIET
    items = goods.service.items("goods", goods.exporter.environment)
    assert {item["currency"] for item in items} == {"USD"}


EVERY = {"00123 de", "00123 en", "123 de", "123 en", "ü-1 de", "ü-1 en"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("old", "new", "entities", "kept_back"),
    [
        ('["de", "en"]', '["en"]', "3 entities", {"00123 de", "123 de", "ü-1 de"}),  # of every entity an item
        (
            "(:ids));\n\n-- name: words",
            "(:ids)) and goods.code <> '123';\n\n-- name: words",
            "1 entity",
            {"123 de", "123 en"},
        ),
        ("lang.value as lang", "'all-' || lang.value as lang", "3 entities", EVERY),  # another identity
        (
            "(:ids));\n\n-- name: words",
            "(:ids)) and (lang.value = 'de' or title <> 'Nut');\n\n-- name: words",
            "1 entity",
            {"123 en"},
        ),
        ("(:ids));\n\n-- name: words", "(:ids)) and 0;\n\n-- name: words", "3 entities", EVERY),
    ],
    ids=["a language", "an entity", "an identity", "an item", "everything"],
)
def test_a_changed_file_deletes_nothing_above_the_guard_until_it_is_confirmed(goods, old, new, entities, kept_back):
    text = GOODS.replace(old, new)
    assert text != GOODS
    goods.file.write_text(text)

    lines, statuses = goods.tick()

    assert statuses == [1, 0, 0, 0]
    assert lines == [
        f"goods: its file was changed, and of {entities} items are gone: their deletion is held back;"
        " if it is right: saasexport deletions goods --confirm"
    ]
    held = {item[:2] for item in ALL}
    assert held <= {item[:2] for item in goods.items()}
    assert goods.held_back() == kept_back
    # Nor does a change of such an entity let them go.
    goods.exporter.change("update goods set cents = cents + 1")
    goods.tick()
    assert held <= {item[:2] for item in goods.items()}
    assert goods.held_back() == kept_back

    goods.exporter.run("saasexport", "deletions", "goods", "--confirm", check=True)

    assert not held <= {item[:2] for item in goods.items()}
    assert goods.tick() == QUIET


def test_a_file_put_right_again_deletes_nothing(goods):
    goods.file.write_text(GOODS.replace('["de", "en"]', '["en"]'))
    goods.tick()
    goods.file.write_text(GOODS)
    assert goods.tick() == QUIET
    assert goods.items() == ALL
    assert "no deletions are held back" in goods.exporter.run("saasexport", "deletions", check=True).stdout


@pytest.mark.sample(1)
@pytest.mark.parametrize("text", BAD, ids=["directive", "attach", "write", "entity", "watch", "slow", "doubled"])
def test_a_bad_file_costs_its_own_feed_only(goods, text):
    (goods.file.parent / "bad.sql").write_text(text)
    goods.exporter.change("update goods set title = 'Still going' where code = '123'")

    lines, statuses = goods.tick()

    assert statuses[0] == 1
    assert [line[: len(BAD[text])] for line in lines] == [BAD[text]]
    assert ("123", "en", "Still going", 0.2, ["blue"]) in goods.items()


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["_draft.sql", ".goods.sql.swp", ".hidden.sql", "notes.txt", "goods.sql~"])
def test_other_files_are_left_alone(goods, name):
    (goods.file.parent / name).write_text("-- feed: goods\nnothing that SQLite knows")
    goods.exporter.change("update goods set title = 'Still going' where code = '123'")
    assert goods.tick() == QUIET


def test_when_the_last_file_is_taken_away_jobs_and_commands_go_on(goods):
    os.remove(goods.file)
    # Before any job has seen it, too.
    assert goods.exporter.run("saasexport", "status").returncode == 0
    assert goods.tick() == QUIET
    assert goods.exporter.ask_shop("select name from sqlite_master where name like 'saasexport%'") == []
    for command in ("status", "feeds", "failed", "deletions", "indexer:status"):
        done = goods.exporter.run("saasexport", command)
        assert (command, done.returncode, done.stderr) == (command, 0, "")
    assert "feeds: none is in use" in goods.exporter.run("saasexport", "doctor").stdout

    goods.file.write_text(GOODS)
    assert goods.tick() == QUIET
    assert goods.items() == ALL


def test_a_file_that_others_may_write_is_refused_though_it_is_the_only_one(goods):
    goods.file.write_text(GOODS.replace("Goods,", "Articles,"))
    goods.file.chmod(0o666)
    lines, statuses = goods.tick()
    assert statuses == [1, 0, 0, 0]
    assert "goods.sql: may be written by others; run: chmod go-w" in lines[0]
    assert goods.items() == ALL
