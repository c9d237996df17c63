"""What lines of a file cost and miss, as status, metrics and doctor show it."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.feed_files import HEAD, ITEMS, OF_IDS, SHOP
from tests.support import TICK, Exporter, Service

WORDS = f"-- name: words\nselect article_id as entity, word from label where article_id {OF_IDS} order by id;\n"
SHELF = f"""-- name: items
select article.id as entity, code, label as shelf from article left join shelf on shelf.id = shelf_id
 where article.id {OF_IDS};
"""
FAMILY = f"""-- name: items
select article.id as entity, article.code, parent.title as family
  from article left join article as parent on parent.id = article.family_id where article.id {OF_IDS};
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service that takes goods of every file here."""
    folder = tmp_path_factory.mktemp("goods")
    fields = "".join(f"-- field: {name}\n" for name in ("title text", "words json", "shelf text", "family text"))
    (folder / "goods.sql").write_text(HEAD + fields + ITEMS)
    made = Service(folder / "service", "--schema", str(folder / "goods.sql"))
    yield made
    made.stop()


class Goods:
    """The small shop with the feed goods, sent once to a service that knows it."""

    def __init__(self, folder, service, text):
        shop = folder / "shop.sqlite"
        with closing(sqlite3.connect(shop)) as connection:
            connection.executescript(SHOP)
        settings = "[export]\nbuilt_in = false\nmetrics_file = \"metrics.prom\"\n"
        self.exporter = Exporter(folder, shop, service, settings=settings)
        (folder / "feeds.d").mkdir()
        self.file = folder / "feeds.d" / "goods.sql"
        self.file.write_text(text)
        self.exporter.run("saasexport", "init", "--shop", shop, check=True)
        self.tick()

    def tick(self):
        """A tick."""
        for job in TICK:
            self.exporter.run(job)

    def change(self, statement, times=1):
        """Change the shop, so many times."""
        with closing(sqlite3.connect(self.exporter.shop_file, isolation_level=None)) as connection:
            for _ in range(times):
                connection.execute(statement)

    def night(self):
        """A night passes."""
        self.exporter.change_ours("update view_state set reconciled_at = datetime('now', '-30 hours')")
        self.exporter.run("cleanup_deleted_feed_items", check=True)
        self.tick()

    @property
    def repaired(self):
        """What status says for programs."""
        [line] = json.loads(self.exporter.run("saasexport", "status", "--json", check=True).stdout)
        return line["repaired"]

    def metric(self, name):
        """The samples of a metric: labels -> value."""
        lines = (self.exporter.folder / "metrics.prom").read_text().splitlines()
        return dict(line.removeprefix(name).rsplit(" ", 1) for line in lines if line.startswith(name + "{"))

    def doctor(self, *parts):
        """The lines of doctor that contain all of some texts."""
        said = self.exporter.run("saasexport", "doctor").stdout
        return [line for line in said.splitlines() if all(part in line for part in parts)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("text", "change", "items"),
    [
        (
            HEAD + "-- field: words json\n-- watch: label.id\n" + ITEMS + WORDS,
            "update label set word = 'new' where id = 4",
            1,
        ),
        (
            HEAD + "-- field: words json\n-- watch: label.id\n" + ITEMS + WORDS,
            "insert into label values (9, 1, 'en', 'more')",
            1,
        ),
        (
            HEAD + "-- field: words json\n-- unwatched: label, words change seldom\n" + ITEMS + WORDS,
            "update label set word = 'same'",
            3,
        ),
        (
            HEAD + "-- field: shelf text\n-- everything: shelf.label in ('bottom')\n" + SHELF,
            "update shelf set label = 'first' where id = 1",
            2,
        ),
        (
            HEAD + "-- field: family text\n-- watch: article.id\n" + FAMILY,
            "update article set title = 'Fruit' where id = 1",
            2,
        ),
    ],
)
def test_what_no_line_named_is_counted_when_the_night_repairs_it(tmp_path, service, text, change, items):
    goods = Goods(tmp_path, service, text)
    assert goods.repaired is None
    goods.night()
    assert goods.repaired == 0
    assert goods.doctor("WARN", "had to repair") == []

    goods.change(change)
    goods.tick()
    assert goods.repaired == 0
    goods.night()

    assert goods.repaired == items
    assert goods.metric("saasexport_repaired_items") == {'{feed="goods"}': str(items)}
    said = "1 item" if items == 1 else f"{items} items"
    [line] = goods.doctor("WARN", f"goods: the last daily comparison had to repair {said}: a line names too few")
    assert line.endswith("saasexport feeds check feeds.d/goods.sql --prove")
    shown = " ".join(goods.exporter.run("saasexport", "status", check=True).stdout.split())
    assert f"goods: the last daily comparison had to repair {said} that no change announced" in shown
    goods.night()
    assert goods.repaired == 0
    assert "had nothing to repair" in goods.exporter.run("saasexport", "status", check=True).stdout


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "change",
    [
        "update label set word = 'new' where id = 4",
        "insert into label values (9, 1, 'en', 'more')",
        "delete from label where id = 1",
        "update label set article_id = 3 where id = 1",
        "delete from article where id = 3",
    ],
)
def test_a_change_that_is_announced_is_none_that_the_night_repairs(tmp_path, service, change):
    goods = Goods(tmp_path, service, HEAD + "-- field: words json\n-- watch: label.article_id\n" + ITEMS + WORDS)
    goods.exporter.change_ours("update view_state set reconciled_at = datetime('now', '-30 hours')")
    goods.exporter.run("cleanup_deleted_feed_items", check=True)
    goods.change(change)
    goods.tick()
    assert goods.repaired == 0


def test_full_syncs_are_counted_by_their_reasons(tmp_path, service):
    goods = Goods(tmp_path, service, HEAD + "-- field: words json\n" + ITEMS + WORDS)
    goods.change("update label set word = 'new' where id = 4")
    goods.tick()
    goods.change("update label set word = 'newer' where id = 4")
    goods.tick()
    goods.file.write_text(goods.file.read_text() + "-- The end.\n")
    goods.tick()
    goods.night()
    goods.exporter.run("saasexport", "status")

    assert goods.metric("saasexport_full_syncs") == {
        '{feed="goods",reason="daily reconciliation"}': "1",
        '{feed="goods",reason="its changelog is new"}': "1",
        '{feed="goods",reason="its file was changed"}': "1",
        '{feed="goods",reason="label changed, which concerns every item"}': "2",
    }


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("times", "between", "number"), [(24, False, None), (25, False, "25"), (30, True, "30"), (1200, False, "1,200")]
)
def test_a_table_of_which_every_item_is_compared_is_told_of_when_it_is_written_often(
    tmp_path, service, times, between, number
):
    goods = Goods(tmp_path, service, HEAD + "-- field: words json\n" + ITEMS + WORDS)
    goods.change("update label set word = word || '.' where id = 4", times // 2)
    if between:
        goods.tick()
    goods.change("update label set word = word || '.' where id = 4", times - times // 2)

    lines = goods.doctor("WARN", "label was written")
    if number is None:
        assert lines == []
    else:
        [line] = lines
        assert f"goods: label was written {number} times in a day; each time every item is compared" in line
        assert line.endswith("saasexport feeds watch feeds.d/goods.sql")


@pytest.mark.sample(1)
@pytest.mark.parametrize("line", ["-- watch: label.article_id", "-- everything: label.language in ('fr')"])
def test_a_table_that_a_line_watches_may_be_written_as_often_as_it_likes(tmp_path, service, line):
    goods = Goods(tmp_path, service, HEAD + f"-- field: words json\n{line}\n" + ITEMS + WORDS)
    goods.change("update label set word = word || '.' where id = 4", 40)

    assert goods.doctor("label was written") == []


def test_what_is_not_watched_is_said_with_its_reason(tmp_path, service):
    text = HEAD + "-- field: words json\n-- unwatched: label, words change seldom\n" + ITEMS + WORDS
    goods = Goods(tmp_path, service, text)

    [line] = goods.doctor("label is not watched")
    assert line.endswith("goods: label is not watched: words change seldom")


@pytest.mark.thorough
def test_a_query_that_cannot_be_answered_is_a_failure(tmp_path, service):
    goods = Goods(tmp_path, service, HEAD + ITEMS)
    slow = (
        "with recursive n (i) as (select 1 union all select i + 1 from n where i < 100000000)\n"
        f"select id as entity, code, title from article where id {OF_IDS} and (select max(i) from n) > 0"
    )
    goods.file.write_text(HEAD + f"-- name: items\n{slow};\n")
    goods.tick()

    [line] = goods.doctor("FAIL", "feeds.d/goods.sql")
    assert "goods" in line
    assert line.endswith("saasexport feeds check feeds.d/goods.sql")
