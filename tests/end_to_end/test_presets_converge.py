"""Random committed changes of every table that a preset reads, jobs and kills in between: the service follows.

What the service has at the end is what it gets from a fresh installation on the same shop.
"""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import uuid
from contextlib import closing, suppress

import pytest

from saasexport.feeds import all_feeds
from tests.end_to_end.test_overlap import start
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


# How the known shops call a column of ids; the same number becomes the same text wherever it stands.
IDS = re.compile("id|.*_id|.*Id|id_.*")


def with_uuids(make):
    """A shop whose ids are UUIDs, as text."""

    def make_anew(path):
        numbered = path.with_name("numbered.sqlite")
        make(numbered)
        with closing(sqlite3.connect(numbered)) as old, closing(sqlite3.connect(path)) as new:
            new.create_function("uuid_of_number", 1, uuid_of_number, deterministic=True)
            new.execute("attach ? as old", (str(numbered),))
            for (table,) in old.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite%'"
            ).fetchall():
                _copy_with_uuids(old, new, table)
            new.commit()

    return make_anew


def uuid_of_number(number):
    """The UUID that stands for a number."""
    return None if number is None else str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))


def _copy_with_uuids(old, new, table):
    columns = old.execute(f'pragma table_info("{table}")').fetchall()
    ids = {name for _, name, kind, *_ in columns if IDS.fullmatch(name) and "int" in kind.lower()}
    declared = [f'"{name}" {"varchar" if name in ids else kind}' for _, name, kind, *_ in columns]
    key = [f'"{row[1]}"' for row in sorted(columns, key=lambda row: row[5]) if row[5]]
    uniques = [f"primary key ({', '.join(key)})"] if key else []
    for _, index, is_unique, origin, _ in old.execute(f'pragma index_list("{table}")').fetchall():
        if is_unique and origin == "u":
            names = [row[2] for row in old.execute(f'pragma index_info("{index}")')]
            uniques.append("unique (" + ", ".join(f'"{name}"' for name in names) + ")")
    new.execute(f'create table "{table}" ({", ".join([*declared, *uniques])})')
    values = [f'uuid_of_number("{row[1]}")' if row[1] in ids else f'"{row[1]}"' for row in columns]
    new.execute(f'insert into main."{table}" select {", ".join(values)} from old."{table}"')


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
        key = next((row[1] for row in info if row[5] == 1), None)
        is_number = any(row[1] == key and "int" in row[2].lower() for row in info)
        if kind < 0.9 and key and is_number:
            names.remove(key)
        listed = ", ".join(f'"{name}"' for name in names)
        given = listed
        if kind < 0.9 and key == "id" and not is_number:
            given = listed.replace('"id"', f"'{uuid.UUID(int=chance.getrandbits(128))}'", 1)
        verb = "insert or ignore" if kind < 0.9 else "replace"
        statement = f'{verb} into "{table}" ({listed}) select {given} from "{table}" where rowid = {number}'
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


# Of the jobs, so many are killed before they may run to their end, within so many seconds.
KILLED = 0.4
LONGEST = 1.2


def kill(exporter, job, after):
    """Run a job and kill it after some seconds, wherever it is; it may be done before."""
    process = start(exporter, job)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


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
            if chance.random() < KILLED:
                kill(exporter, job, chance.random() * LONGEST)
            exporter.run(job)
    for _ in range(3):
        exporter.tick(check=False)
    other = fresh(exporter, tmp_path / "fresh", SETTINGS)
    for _ in range(2):
        other.tick(check=False)
    without = failed(exporter) | failed(other)
    return held(exporter, without), held(other, without)


@pytest.mark.thorough
@pytest.mark.parametrize(("preset", "make"), CASES, ids=[name for name, _ in CASES])
def test_the_service_follows_random_changes(tmp_path, service, preset, make):
    ours, expected = follows(tmp_path, service, preset, make, 6, 8, 7)

    assert expected == ours


@pytest.mark.thorough
@pytest.mark.parametrize(("preset", "make"), CASES[1:], ids=[name for name, _ in CASES[1:]])
def test_the_service_follows_random_changes_of_a_shop_with_uuids(tmp_path, service, preset, make):
    ours, expected = follows(tmp_path, service, preset, with_uuids(make), 3, 8, 8)

    assert sum(map(len, ours.values())) > 0
    assert expected == ours


@pytest.mark.slow
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="needs the sample shops of ../shared")
@pytest.mark.parametrize("is_with_uuids", [False, True], ids=["numbers", "uuids"])
@pytest.mark.parametrize(
    ("preset", "name"), [("oscar", "django-oscar-4.2.1.sqlite"), ("vendure", "vendure-3.7.3.sqlite")]
)
def test_the_service_follows_500_random_changes_of_a_sample(tmp_path, service, preset, name, is_with_uuids):
    make = with_uuids(sample(name)) if is_with_uuids else sample(name)
    ours, expected = follows(tmp_path, service, preset, make, 25, 20, 3)

    assert sum(map(len, ours.values())) > 0
    assert expected == ours
