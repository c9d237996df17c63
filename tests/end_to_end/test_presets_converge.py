"""Random committed changes of every table that a preset reads, jobs and kills in between: the service follows.

What the service has at the end is what it gets from a fresh installation on the same shop.
"""

import json
import random
import shutil
import sqlite3
from contextlib import closing, suppress

import pytest

from saasexport.feeds import all_feeds
from tests.presets.assembling import FeedFile, add_functions
from tests.support import ROOT, SHARED, TICK, Exporter

PRESETS = ROOT / "saasexport" / "presets"
SAMPLES = SHARED / "data" / "shops"


def small(name):
    """The presets' own small shop."""

    def make(path):
        with closing(sqlite3.connect(path)) as shop:
            for script in (f"{name}.sql", f"{name}_rows.sql"):
                file = ROOT / "tests" / "presets" / script
                if file.exists():
                    shop.executescript(file.read_text())

    return make


def sample(name):
    """A copy of a sample."""

    def make(path):
        shutil.copy(SAMPLES / name, path)
        path.chmod(0o644)

    return make


def tables_of(preset, path):
    """The tables that the files of a preset read, and their columns."""
    tables = {}
    with closing(sqlite3.connect(path)) as shop:
        add_functions(shop)
        for file in sorted((PRESETS / preset).glob("*.sql")):
            for table, columns in FeedFile(file).reads(shop).items():
                tables.setdefault(table, set()).update(columns - {""})
    return {table: sorted(columns) for table, columns in sorted(tables.items())}


def change(shop, tables, chance):
    """One random change: a row updated, copied, deleted or replaced."""
    table = chance.choice(list(tables))
    rows = shop.execute(f'select rowid from "{table}" order by random()').fetchall()
    if not rows:
        return
    (number,) = chance.choice(sorted(rows))
    column = chance.choice(tables[table] or ["rowid"])
    kind = chance.random()
    if kind < 0.6:
        other = chance.choice(sorted(rows))[0]
        value = f'(select "{column}" from "{table}" where rowid = {other})'
        statement = f'update or ignore "{table}" set "{column}" = {value} where rowid = {number}'
    elif kind < 0.75:
        statement = f'delete from "{table}" where rowid = {number}'
    else:
        info = shop.execute(f'pragma table_info("{table}")').fetchall()
        names = [row[1] for row in info]
        key = next((row[1] for row in info if row[5] == 1 and "int" in row[2].lower()), None)
        if kind < 0.9 and key:
            names.remove(key)
        listed = ", ".join(f'"{name}"' for name in names)
        verb = "insert or ignore" if kind < 0.9 else "replace"
        statement = f'{verb} into "{table}" ({listed}) select {listed} from "{table}" where rowid = {number}'
    with suppress(sqlite3.IntegrityError):  # the shop refuses it
        shop.execute(statement)


def held(exporter, without):
    """Everything that the service has of a data space, without what no two runs share, and without some entities."""
    items = {}
    for feed in exporter.service.counts(exporter.environment):
        identity = all_feeds()[feed].identity
        for item in exporter.service.items(feed, exporter.environment):
            kept = {name: value for name, value in item.items() if name not in ("modifiedAt", "updatedAt")}
            if (feed, *map(str, (item[name] for name in identity))) not in without:
                items.setdefault(feed, []).append(repr(sorted(kept.items(), key=str)))
    return {feed: sorted(of_feed) for feed, of_feed in items.items()}


def failed(exporter):
    """What cannot be assembled now: what was delivered of it earlier stays, and a fresh installation never had it."""
    identities = set()
    for feed, entity in exporter.ask("select distinct feed, source_entity_id from failed_items"):
        table, identity = all_feeds()[feed].table, all_feeds()[feed].identity
        for (data,) in exporter.ask(f"select feed_data from {table} where source_entity_id = ?", entity):
            known = json.loads(data)
            identities.add((feed, *(str(known.get(name)) for name in identity)))
    return identities


def fresh(exporter, folder, settings):
    """An installation that has never seen the shop before."""
    folder.mkdir()
    shutil.copy(exporter.shop_file, folder / "shop.sqlite")
    shutil.copytree(exporter.folder / "feeds.d", folder / "feeds.d")
    other = Exporter(folder, folder / "shop.sqlite", exporter.service, settings=settings)
    with closing(sqlite3.connect(other.shop_file)) as shop:
        for kind in ("trigger", "table"):
            names = shop.execute(
                "select name from sqlite_master"
                " where type = ? and (name like 'saasexport%' or name like '%\\_cl' escape '\\')",
                (kind,),
            ).fetchall()
            for (name,) in names:
                shop.execute(f'drop {kind} "{name}"')
    other.run("saasexport", "init", "--shop", other.shop_file, check=True)
    return other


CASES = [
    ("simple", small("simple")),
    ("oscar", small("oscar")),
    ("vendure", small("vendure")),
]

SETTINGS = "[export]\nbuilt_in = false\ndeletion_guard = 0\n[feeds.orders]\nlook_back_days = 0\n"


def follows(tmp_path, service, preset, make, rounds, changes, seed):
    """Whether the service is where a fresh installation leads it, after rounds of random changes."""
    chance = random.Random(seed)  # the same changes every time
    path = tmp_path / "shop.sqlite"
    make(path)
    exporter = Exporter(tmp_path, path, service, settings=SETTINGS)
    exporter.run("saasexport", "init", "--shop", path, "--preset", preset, check=True)
    tables = tables_of(preset, path)
    exporter.tick(check=False)
    for _ in range(rounds):
        for _ in range(changes):
            with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as shop:
                change(shop, tables, chance)
        for job in TICK:
            exporter.run(job)
    for _ in range(2):
        exporter.tick(check=False)
    other = fresh(exporter, tmp_path / "fresh", SETTINGS)
    for _ in range(2):
        other.tick(check=False)
    without = failed(exporter) | failed(other)
    return held(exporter, without), held(other, without)


@pytest.mark.parametrize(("preset", "make"), CASES, ids=[name for name, _ in CASES])
def test_the_service_follows_random_changes(tmp_path, service, preset, make):
    ours, expected = follows(tmp_path, service, preset, make, 6, 8, 7)

    assert expected == ours


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the sample shops of ../shared")
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("preset", "name"), [("oscar", "django-oscar-4.2.1.sqlite"), ("vendure", "vendure-3.7.3.sqlite")]
)
def test_the_service_follows_500_random_changes_of_a_sample(tmp_path, service, preset, name, seed):
    ours, expected = follows(tmp_path, service, preset, sample(name), 25, 20, seed)

    assert expected == ours
