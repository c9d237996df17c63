"""What a file may say besides its items, and what it meets: moments, walks, look-backs, collected feeds, bad data."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from freezegun import freeze_time

from saasexport import jobs
from tests.dashboard.reading import Dashboard
from tests.feed_files import OF_IDS
from tests.support import BIN, TICK, Exporter, Service

SHOP = """
create table article (id integer primary key, code text, title text, price text, made text, shelf_id integer);
create table shelf (id integer primary key, label text);
create table sale (article_id integer, starts text, price text);
insert into shelf values (1, 'top'), (2, 'bottom');
insert into article values (1, 'a', 'Apple', '1.50', '2026-01-01 00:00:00', 1),
                           (2, 'b', 'Bread', '2', '2026-01-01 00:00:00', 1),
                           (3, 'c', 'Cup', '3', '2026-01-01 00:00:00', 2);
"""

HEAD = "-- feed: goods\n-- entity: article.id\n-- identity: code\n-- field: price number\n"


def items(columns="title", source="article", where=""):
    """The query of the items."""
    return (
        f"-- name: items\nselect article.id as entity, article.code as code, {columns}\n  from {source}\n"
        f" where article.id {OF_IDS}{where};\n"
    )


OTHER = (
    "-- feed: other\n-- entity: shelf.id\n-- identity: label\n-- name: items\n"
    f"select id as entity, label from shelf where id {OF_IDS};\n"
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service that takes goods of every file here."""
    folder = tmp_path_factory.mktemp("goods")
    (folder / "goods.sql").write_text(HEAD + "-- field: title text\n-- field: label text\n" + items())
    (folder / "other.sql").write_text(OTHER)
    schemas = ("--schema", str(folder / "goods.sql"), "--schema", str(folder / "other.sql"))
    made = Service(folder / "service", *schemas)
    yield made
    made.stop()


class Shop:
    """A shop with feeds of its own."""

    def __init__(self, folder, service):
        self.folder = folder
        self.service = service
        with closing(sqlite3.connect(folder / "shop.sqlite")) as connection:
            connection.executescript(SHOP)
        self.feeds = folder / "feeds.d"
        self.feeds.mkdir()

    def start(self, *settings, **files):
        """Set up with these files, and send once."""
        for name, text in files.items():
            self.write(text, name)
        text = "\n".join(("[export]\nbuilt_in = false", *settings))
        self.exporter = Exporter(self.folder, self.folder / "shop.sqlite", self.service, settings=text)
        self.exporter.run("saasexport", "init", "--shop", self.exporter.shop_file, check=True)
        return self.tick()

    def write(self, text, name="goods"):
        """Put a file into the folder."""
        (self.feeds / f"{name}.sql").write_text(text)

    def change(self, *statements):
        """Change the shop."""
        with closing(sqlite3.connect(self.folder / "shop.sqlite", isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def tick(self):
        """What a tick prints, and the exit status of its first job."""
        done = [self.exporter.run(job) for job in TICK]
        return done[0].returncode, "".join(one.stderr for one in done)

    def goods(self, name="price"):
        """What the service has, by code."""
        return {item["code"]: item.get(name) for item in self.service.items("goods", self.exporter.environment)}


@pytest.fixture
def shop(tmp_path, service):
    """A shop that is not set up yet."""
    return Shop(tmp_path, service)


QUIET = (0, "")

SALES = (
    "coalesce((select sale.price from sale where sale.article_id = article.id and sale.starts <= :now),"
    " article.price) as price"
)


def test_a_moment_of_due_changes_items_without_a_write(shop):
    due = "-- name: due\nselect article_id as entity, starts as moment from sale;\n"
    shop.start(goods=HEAD + "-- watch: sale.article_id\n" + items(SALES) + due)
    shop.change("insert into sale values (2, '2031-05-02 00:00:00', '1'), (3, '2031-05-03 00:00:00', '9')")

    prices = []
    for moment in ("2031-05-01 23:59:59", "2031-05-02 00:00:00", "2031-05-03 00:00:10"):
        with freeze_time(moment):
            assert jobs.main("reindex_all_invalid", ["--config", str(shop.exporter.config)]) == 0
        prices.append(shop.goods())

    assert prices == [{"a": 1.5, "b": 2, "c": 3}, {"a": 1.5, "b": 1, "c": 3}, {"a": 1.5, "b": 1, "c": 9}]


def test_a_walk_and_a_count_of_ones_own_are_used(shop):
    walk = "-- name: walk\nselect id from article where id > :after and shelf_id = 1 order by id limit :limit;\n"
    count = "-- name: count\nselect 41 + 1 where :after < :upto;\n"

    assert shop.start(goods=HEAD + items() + walk + count) == QUIET

    assert shop.goods("title") == {"a": "Apple", "b": "Bread"}
    # Counted by the query; what is on record differs, which is said.
    shop.exporter.run("saasexport", "status", "--json")
    assert shop.exporter.ask("select source_records from view_state") == [(42,)]
    assert shop.tick() == QUIET


def test_a_look_back_hides_what_is_older_and_deletes_nothing(shop):
    files = {"goods": HEAD + items("title", where=" and (:since = '' or made >= :since)")}
    today = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    shop.change(f"update article set made = '{today}' where id = 3")

    assert shop.start("[feeds.goods]\nlook_back_days = 30", **files) == QUIET
    assert shop.goods("title") == {"c": "Cup"}

    shop.change("update article set title = 'Old' where id = 1", "update article set title = 'New' where id = 3")
    shop.tick()
    assert shop.goods("title") == {"c": "New"}


def test_a_feed_that_collects_first_is_sent_by_the_job_for_it(shop):
    shop.start(goods=HEAD + "-- mode: legacy\n-- batch_size: 2\n" + items())
    shop.change("update article set title = 'Pear' where id = 1", "delete from article where id = 2")

    shop.exporter.run("reindex_all_invalid", check=True)
    assert shop.goods("title") == {"a": "Apple", "b": "Bread", "c": "Cup"}
    assert shop.exporter.ask("select awaiting from feed_status") == [(2,)]
    shop.exporter.run("saas_data_exporter", check=True)

    assert shop.goods("title") == {"a": "Pear", "c": "Cup"}
    assert max(number for feed, number, _ in shop.exporter.sent() if feed == "goods") == 2


def test_what_is_not_watched_waits_for_the_night(shop):
    text = HEAD + "-- unwatched: shelf, labels change seldom\n"
    shop.start(goods=text + items("label", "article left join shelf on shelf.id = shelf_id"))
    shop.change("update shelf set label = 'first' where id = 1")
    shop.tick()
    assert shop.goods("label") == {"a": "top", "b": "top", "c": "bottom"}

    shop.exporter.change_ours("update view_state set reconciled_at = datetime('now', '-30 hours')")
    shop.exporter.run("cleanup_deleted_feed_items", check=True)
    shop.tick()

    assert shop.goods("label") == {"a": "first", "b": "first", "c": "bottom"}




def test_names_in_the_shop_may_be_anything(shop):
    table = '"Ärtikel: 5"" & more"'
    shop.change(
        f'create table {table} ("Nr. ä" text primary key collate nocase, "select" text) without rowid',
        f"""insert into {table} values ('Ä''1', 'x'), ('00123', 'y'), ('c "d"', 'z')""",
    )
    query = f'select "Nr. ä" as entity, "Nr. ä" as code, "select" as title from {table} where "Nr. ä" {OF_IDS};\n'
    head = f'-- feed: goods\n-- entity: {table}."Nr. ä"\n-- identity: code\n-- name: items\n'

    assert shop.start(goods=head + query) == QUIET
    assert shop.goods("title") == {"Ä'1": "x", "00123": "y", 'c "d"': "z"}

    shop.change(
        f"""update {table} set "select" = 'new' where "Nr. ä" = '00123'""",
        f"""delete from {table} where "select" = 'x'""",
        f"""update {table} set "Nr. ä" = 'C' where "select" = 'z'""",
    )
    assert shop.tick() == QUIET
    assert shop.goods("title") == {"00123": "new", "C": "z"}
    shop.exporter.run("saasexport", "uninstall", check=True)
    assert shop.exporter.ask_shop("select count(*) from sqlite_master where name like 'saasexport%'") == [(0,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "back", "reason"),
    [
        (
            "alter table article drop column price",
            "alter table article add column price text",
            "query items: no such column: price",
        ),
        (
            "alter table article rename column title to name",
            "alter table article rename column name to title",
            "query items: no such column: title",
        ),
        (
            "drop table sale",
            "create table sale (article_id integer, starts text, price text)",
            "query items: no such table: sale",
        ),
        (
            "alter table article rename to product",
            "alter table product rename to article",
            "entity: no table article",
        ),
        (
            "alter table sale rename column article_id to product_id",
            "alter table sale rename column product_id to article_id",
            "query items: no such column: sale.article_id",
        ),
    ],
)
def test_a_migration_that_takes_what_a_file_reads_costs_its_feed_and_deletes_nothing(shop, change, back, reason):
    columns = "title, price, (select count(*) from sale where sale.article_id = article.id) as sales"
    shop.start(goods=HEAD + "-- watch: sale.article_id\n" + items(columns), other=OTHER)
    before = shop.goods("title")
    shop.change("pragma legacy_alter_table = on", *_dropping_ours(shop), change)
    shop.change("update shelf set label = 'first' where id = 1")

    status, said = shop.tick()

    assert status == 1
    assert "goods: not synced: feeds.d/goods.sql:" in said
    assert reason in said
    assert shop.goods("title") == before
    shop.change(back)
    shop.change("update article set title = 'Pear' where id = 1")
    assert shop.tick() == QUIET
    assert shop.goods("title") == {**before, "a": "Pear"}


def _dropping_ours(shop):
    """A migration of the shop that rebuilds tables drops their triggers."""
    names = shop.exporter.ask_shop("select name from sqlite_master where type = 'trigger'")
    return [f"drop trigger {name}" for (name,) in names]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("text", "reason", "left"),
    [
        (HEAD + items("'dear' as price"), "3 items cannot be assembled", set()),
        (
            HEAD + items("price", "article, (select 1 union all select 2)", " and article.id < 3"),
            "2 items cannot be assembled",
            set(),
        ),
        (HEAD + items("price", where=" and 0"), "", set()),
        (HEAD + items("price, iif(article.id = 2, 'price: not for sale', null) as error"), "1 item cannot", {"a", "c"}),
        (HEAD + items("iif(article.id = 2, 'x', price) as price"), "1 item cannot be assembled", {"a", "c"}),
    ],
)
def test_what_is_wrong_in_the_items_sets_aside_and_the_other_feeds_go_on(shop, text, reason, left):
    status, said = shop.start(goods=text, other=OTHER)

    assert (status, reason in said) == (1 if reason else 0, True)
    assert set(shop.goods()) == left
    assert len(shop.service.items("other", shop.exporter.environment)) == 2


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", ["/", "/data", "/feeds/goods", "/feeds/products", "/data?search=a"])
def test_the_dashboard_needs_no_feed_of_products(shop, path):
    shop.start(goods=HEAD + items())
    with Dashboard(shop.exporter) as dashboard:
        status, _, text = dashboard.ask("GET", path)
    assert (status, dashboard.said) == (404 if path == "/feeds/products" else 200, "")
    assert (path == "/feeds/products", path.startswith("/data")) == (
        "goods" not in text,
        "There is no feed of products" in text,
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", [[], ["--all"], ["--json"], ["--limit", "1"], ["--status", "attention"]])
def test_what_failed_of_a_file_that_was_taken_away_breaks_no_list(shop, options):
    shop.start(goods=HEAD + items("iif(article.id = 2, 'x', price) as price"), other=OTHER)
    (shop.feeds / "goods.sql").unlink()
    done = shop.exporter.run("saasexport", "failed", *options)
    assert (done.returncode, done.stderr, done.stdout.strip() in ("no failed items", "[]")) == (0, "", True)


def test_an_empty_result_is_held_back(shop):
    shop.start(goods=HEAD + items("price"))
    shop.write(HEAD + items("price", where=" and 0"))

    status, said = shop.tick()

    assert status == 1
    assert "goods: its file was changed, and of 3 entities items are gone: their deletion is held back" in said
    assert set(shop.goods()) == {"a", "b", "c"}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("statements", "text", "reason"),
    [
        (
            ["create view one as select id from article"],
            HEAD.replace("article.id", "one.id") + items(),
            "feeds.d/goods.sql:2: entity: one is a view, which cannot be watched",
        ),
        (
            [
                "create view one as select id from article",
                "create view two as select id from one",
                "drop view one",
                "create view one as select id from two",
            ],
            HEAD + items("title", "article join one using (id)"),
            "view one is circularly defined",
        ),
        ([], HEAD + "-- name: items\nattach 'x.sqlite' as x;\n", ":5: query items: is not a select"),
        ([], HEAD + "-- name: items\nselect load_extension('x') as entity;\n", "query items: "),
        ([], HEAD + "-- name: items\npragma user_version = 7;\n", ":5: query items: is not a select"),
        ([], HEAD + "-- name: items\nselect 1 as entity; delete from article;\n", "is not a single select"),
        (
            [],
            HEAD + "-- name: items\nwith x as (select 1) insert into article (id) select * from x;\n",
            "query items: ",
        ),
    ],
)
def test_a_file_that_cannot_be_used_has_its_line_and_the_other_feeds_go_on(shop, statements, text, reason):
    shop.change(*statements)
    shop.write(OTHER, "other")

    status, said = shop.start(goods=text)

    assert status == 1
    assert "goods: not synced: feeds.d/goods.sql:" in said
    assert reason in said
    assert shop.exporter.ask("select indexer from feed_status where feed = 'other'") == [("valid",)]
    assert shop.exporter.ask_shop("select count(*) from article") == [(3,)]


@pytest.mark.sample(1)
@pytest.mark.parametrize("was_right", [False, True])
def test_doctor_names_a_file_that_cannot_be_used_and_what_tries_it(shop, was_right):
    shop.start(goods=HEAD + (items() if was_right else "-- name: items\n"), other=OTHER)
    shop.write(HEAD + items("titel"))
    assert shop.tick()[0] == 1

    lines = shop.exporter.run("saasexport", "doctor").stdout.replace(f"{BIN}/", "").splitlines()
    assert [line for line in lines if line.startswith("WARN") and "goods" in line] == [
        "WARN  feeds: goods: It is unavailable: feeds.d/goods.sql:6: query items: no such column: titel."
        " Run: saasexport feeds check goods, or switch the feed off: [feeds.goods] enabled = false"
    ]


@pytest.mark.sample(1)
@pytest.mark.parametrize("suffix", [".sql", ".py"])
@pytest.mark.parametrize("mode", [0o666, 0o646])
def test_a_file_that_others_may_write_is_not_read(shop, suffix, mode):
    shop.write(HEAD + items())
    (shop.feeds / "goods.py").write_text("FUNCTIONS = {}\n")
    (shop.feeds / f"goods{suffix}").chmod(mode)

    status, said = shop.start(other=OTHER)

    assert status == 1
    assert f"goods{suffix}: may be written by others; run: chmod go-w" in said
    assert shop.exporter.ask("select indexer from feed_status where feed = 'other'") == [("valid",)]
