"""The guide to feeds of one's own, done word for word."""

import os
import re
import shlex
import sqlite3
import uuid
from contextlib import closing

from saasexport.presets import PRESETS
from tests import forked
from tests.support import BIN, ROOT

GUIDE = (ROOT / "docs" / "any-shop.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written(folder, text):
    """Write the file that a block shows."""
    name, _, content = text.removeprefix("-- file: ").partition("\n")
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)


def done(folder, line, more):
    """Do what a line says, as somebody who has typed it; a service runs already, and cron is left alone."""
    program, *arguments = shlex.split(line)
    if program == "sqlite3":
        with closing(sqlite3.connect(folder / arguments[0])) as shop:
            shop.executescript((folder / arguments[2]).read_text())
        return None
    if program == "commerce_service" or arguments == ["cron:install"]:
        return None
    if program == "mkdir":
        return (folder / arguments[0]).mkdir()
    into = arguments[-1] if arguments[-2:-1] == [">"] else None
    options = more if arguments[:1] == ["init"] else ()
    arguments = arguments[:-2] if into else [*arguments, *options]
    ran = forked.run(BIN / program, arguments, {"PATH": os.defpath}, folder)
    if into:
        (folder / into).write_text(ran.stdout)
    return ran


def test_the_line_that_the_guide_watches_by_is_the_one_that_is_proposed(tmp_path):
    ran = {}
    for language, text in BLOCK.findall(GUIDE):
        if language == "sql" and text.startswith("-- file: "):
            written(tmp_path, text.replace("-- watch: tag.article_id\n", ""))
        for line in re.findall(r"^\$ (.*)", text, re.MULTILINE):
            if line.startswith(("sqlite3", "mkdir", "saasexport init", "saasexport feeds watch")):
                ran[line] = done(tmp_path, line, ("--service", "http://127.0.0.1:9", "--environment", "testing-1"))

    assert ran["saasexport feeds watch feeds.d/products.sql"].stdout == "-- watch: tag.article_id\n"


def test_the_table_of_presets_is_that_of_the_package():
    shown = re.findall(r"^\| `(\w+)` \| (.*?) \|", GUIDE.partition("## Map your shop")[0], re.MULTILINE)
    known = [(preset.name, preset.title) for preset in PRESETS]
    assert [name for name, _ in shown] == [name for name, _ in known]
    assert shown[:2] == known[:2]


def test_an_afternoon_leads_from_a_till_to_items_that_arrive(tmp_path, service):
    environment = f"test-{uuid.uuid4()}"
    ran = {}
    begun = {}
    for language, text in BLOCK.findall(GUIDE):
        if language == "sql" and text.startswith("-- file: "):
            begun = {path.name: path.read_text() for path in tmp_path.glob("feeds.d/*.sql")} | begun
            written(tmp_path, text)
        for line in re.findall(r"^\$ (.*)", text, re.MULTILINE):
            ran[line] = done(tmp_path, line, ("--service", service.url, "--environment", environment))

    assert ", null as sku  -- " in begun["prices.sql"]
    assert ran["saasexport init --shop till.sqlite"].returncode == 0
    assert "built_in = false" in (tmp_path / "saasexport.toml").read_text()
    checked = ran["saasexport feeds check"]
    assert (checked.returncode, "feeds.d/prices.sql: prices: 3 items of 3 entities" in checked.stdout) == (0, True)
    proved = ran["saasexport feeds check --prove"]
    assert proved.returncode == 0
    assert "feeds.d/products.sql:5: note: tag: proven: its lines cover every change tried" in proved.stdout
    watched = ran["saasexport feeds watch feeds.d/products.sql"]
    assert (watched.returncode, watched.stdout) == (0, "feeds.d/products.sql: no line is missing\n")
    assert ran["reindex_all_invalid -v"].returncode == 0
    assert service.counts(environment) == {"prices": 3, "products": 3}
    apples = service.item("products", environment, sku="A-1", storeViewCode="default")
    assert apples["attributes"] == [{"attributeCode": "tags", "value": ["fruit", "organic"]}]
    assert (apples["inStock"], apples["links"]) == (True, None)
    price = service.item("prices", environment, sku="B-1", websiteCode="base", customerGroupCode="0")
    assert price["regular"] == 3.9
    assert "products" in ran["saasexport status"].stdout
    doctor = ran["saasexport doctor"].stdout
    assert [line for line in doctor.splitlines() if line.startswith("FAIL") and " cron: " not in line] == []
