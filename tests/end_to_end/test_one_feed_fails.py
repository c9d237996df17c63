"""Whatever is raised in one feed: it is told in one line, logged with its traceback, and costs no other feed."""

import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from saasexport import jobs
from saasexport.commands import main
from saasexport.database.feed_table import FeedTable
from saasexport.delivery.client import Client
from saasexport.feeds import all_feeds
from saasexport.status import numbers
from saasexport.sync import steps
from tests.support import TICK, Exporter

CULPRIT = "categories"  # others come before and after it


@pytest.fixture
def unsent(tmp_path, small_shop_file, service):
    """An installation that has sent nothing yet."""
    return Exporter.on_copy(tmp_path, small_shop_file, service, settings="[feeds.orders]\nlook_back_days = 0\n")


def raising(monkeypatch, owner, name, is_culprit, error):
    """Have a function raise whenever it is the culprit's turn."""
    before = getattr(owner, name)

    def instead(*arguments, **more):
        if is_culprit(arguments):
            raise error
        return before(*arguments, **more)

    monkeypatch.setattr(owner, name, instead)


def is_table(arguments):
    return arguments[0].feed.name == CULPRIT


def is_second(arguments):
    return arguments[1].name == CULPRIT


SEAMS = {
    "assemble": (steps, "assemble", lambda arguments: arguments[0].name == CULPRIT),
    "stage": (FeedTable, "stage", is_table),
    "judge": (Client, "deliver", is_second),
    "record": (FeedTable, "record_delivered", is_table),
    "count": (numbers, "backlog", is_second),
}
ERRORS = {
    "RuntimeError": RuntimeError("nobody\nforesaw this"),
    "MemoryError": MemoryError(),
    "RecursionError": RecursionError("maximum recursion depth exceeded"),
    "OperationalError": sqlite3.OperationalError("disk I/O error"),
    "UnicodeEncodeError": UnicodeEncodeError("utf-8", "\ud83d", 0, 1, "surrogates not allowed"),
    "AssertionError": AssertionError(),
    "SystemExit": SystemExit(0),
}
CASES = [(seam, name) for seam in SEAMS for name in ("RuntimeError", "MemoryError")]
CASES += [("assemble", name) for name in ERRORS if name not in ("RuntimeError", "MemoryError")]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("seam", "error"), CASES)
def test_what_is_raised_in_one_feed_costs_no_other(unsent, monkeypatch, capsys, seam, error):
    owner, name, is_culprit = SEAMS[seam]
    raising(monkeypatch, owner, name, is_culprit, ERRORS[error])
    statuses = [jobs.main(job, ["--config", str(unsent.config)]) for job in TICK]
    printed = capsys.readouterr().err.splitlines()
    of_job = [line for line in printed if line.startswith("reindex_all_invalid: ")]
    about = [line for line in of_job if "its traceback" in line or "disk I/O" in line]
    assert (statuses[0], len(about)) == (1, 1)
    assert "Traceback" not in "".join(printed)
    delivered = dict(unsent.ask("select feed, delivered from feed_status"))
    counts = Counter(unsent.service.counts(unsent.environment))
    assert [feed for feed in all_feeds() if feed != CULPRIT and not (delivered[feed] and counts[feed])] == []
    if error != "OperationalError":
        log = (unsent.folder / "var" / "log" / "commerce-data-export-errors.log").read_text()
        assert f"{CULPRIT}" in log
        assert "Traceback (most recent call last)" in log
        assert f"reindex_all_invalid: {CULPRIT}" in about[0]
        assert error in about[0]
        assert about[0].endswith(f"its traceback is in {unsent.folder}/var/log/commerce-data-export-errors.log")


def test_a_lock_file_that_cannot_be_opened_costs_its_feed_only(unsent):
    file = unsent.folder / "var" / "lock" / f"{CULPRIT}.lock"
    file.parent.mkdir(mode=0o700)
    file.symlink_to(unsent.folder / "precious")
    done = unsent.run("reindex_all_invalid")
    about = [line for line in done.stderr.splitlines() if "lock" in line]
    assert about == [f"reindex_all_invalid: {unsent.config}: [export] lock_dir: {file}: is a link; remove it"]
    counts = unsent.service.counts(unsent.environment)
    immediate = [feed.name for feed in all_feeds().values() if not feed.legacy]
    assert [name for name in immediate if not counts.get(name)] == [CULPRIT]
    file.unlink()
    unsent.run("reindex_all_invalid")
    assert unsent.service.counts(unsent.environment)[CULPRIT]


@pytest.mark.thorough
def test_a_feed_whose_trouble_is_over_goes_on(unsent, converges, monkeypatch):
    with monkeypatch.context() as patched:
        raising(patched, *SEAMS["record"], ERRORS["MemoryError"])
        assert jobs.main("reindex_all_invalid", ["--config", str(unsent.config)]) == 1
    converges(unsent)


@pytest.mark.sample(1)
@pytest.mark.parametrize("error", [RuntimeError("nobody\nforesaw this"), MemoryError(), KeyError("x")])
def test_a_job_that_fails_outside_of_any_feed_tells_it_in_one_line(unsent, monkeypatch, capsys, error):
    raising(monkeypatch, jobs.reindex_all_invalid, "keep_up", lambda _: True, error)
    assert jobs.main("reindex_all_invalid", ["--config", str(unsent.config)]) == 1
    printed = capsys.readouterr().err
    assert (printed.count("\n"), type(error).__name__ in printed) == (1, True)
    assert "Traceback" in (unsent.folder / "var" / "log" / "commerce-data-export-errors.log").read_text()


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "command",
    [["failed"], ["feeds"], ["saas:resync", "--feed", "categories"], ["indexer:status"], ["deletions"], ["schema"]],
    ids=lambda command: command[0],
)
def test_a_command_tells_it_in_one_line(unsent, monkeypatch, capsys, command):
    from importlib import import_module

    from saasexport.usage import COMMANDS

    module = import_module(f"saasexport.commands.{COMMANDS[command[0]][0]}")
    raising(monkeypatch, module, "run", lambda _: True, RuntimeError("nobody\nforesaw this"))
    assert main(["--config", str(unsent.config), *command]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (
        "",
        "saasexport: it ended early: RuntimeError: nobody\\nforesaw this; its traceback is in"
        f" {unsent.folder}/var/log/commerce-data-export-errors.log\n",
    )
    assert "Traceback" in (unsent.folder / "var" / "log" / "commerce-data-export-errors.log").read_text()


# The shop's trouble


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("change", "feed", "reason"),
    [
        ("alter table catalog_product_entity_datetime rename column value to worth", "prices", "no such column"),
        ("alter table catalog_product_entity rename column type_id to kind_id", "prices", "no such column"),
        ("alter table review_detail rename column title to headline", "reviews", "no such column"),
        ("alter table sales_order_item rename column name to title", "orders", "no such column"),
        ("alter table inventory_source_item rename column quantity to q", "inventoryStockStatus", "no such column"),
        ("alter table core_config_data rename column value to setting", "prices", "no such column"),
    ],
)
def test_the_shops_trouble_is_the_shops_and_never_our_databases(unsent, change, feed, reason):
    unsent.change(change)
    printed = unsent.run("reindex_all_invalid").stderr
    lines = [line for line in printed.splitlines() if line.startswith(f"reindex_all_invalid: {feed}: ")]
    assert len(lines) == 1, printed
    assert reason in lines[0]
    assert [line for line in printed.splitlines() if "saasexport.sqlite" in line] == []
    query = "select delivered + awaiting > 0 from feed_status where feed in (?, ?)"
    assert unsent.ask(query, "scopesCustomerGroup", "variants") == [(1,), (1,)]


def test_status_shows_the_last_known_number_of_a_feed_that_cannot_be_counted(unsent):
    unsent.tick(check=False)
    unsent.run("saasexport", "status")
    known = unsent.ask("select feed, source_records from feed_status")
    unsent.change("alter table catalog_product_entity rename column type_id to kind_id")
    unsent.change("update catalog_product_entity_decimal set value = value + 1")
    done = unsent.run("saasexport", "status")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "saasexport: prices: the shop cannot be read: no such column" in done.stderr
    assert known == unsent.ask("select feed, source_records from feed_status")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("table", "column", "lines"),
    [
        ("review_detail", "nickname", ["reviews: the shop cannot be read: no such column: review_detail.nickname"]),
        ("rating", "rating_code", ["ratingMetadata: the shop cannot be read: no such column: rating.rating_code"]),
        ("downloadable_link", "sort_order", ["products: the shop cannot be read: no such column: sort_order"]),
        (
            "catalog_product_entity_datetime",
            "value",
            [
                "products: the shop cannot be read: no such column: value",
                "prices: the shop cannot be read: no such column: value",
            ],
        ),
        (
            "eav_attribute",
            "frontend_label",
            [
                "productAttributes: the shop cannot be read: no such column: eav_attribute.frontend_label",
                "products: the shop cannot be read: no such column: attribute.frontend_label",
            ],
        ),
    ],
)
def test_a_column_that_the_shop_lost_is_told_though_nothing_that_changed_needs_it(installed, table, column, lines):
    installed.run("reindex_all_invalid", "--cron")
    installed.change(f"alter table {table} rename column {column} to lost")
    done = installed.run("reindex_all_invalid", "--cron")
    assert (done.returncode, done.stderr.splitlines()) == (1, [f"reindex_all_invalid: {line}" for line in lines])
    again = installed.run("reindex_all_invalid", "--cron")
    assert (again.returncode, again.stderr) == (1, "")
    installed.change(f"alter table {table} rename column lost to {column}")
    over = installed.run("reindex_all_invalid", "--cron")
    assert (over.returncode, over.stderr.count("over since")) == (0, len(lines))


def test_a_column_that_the_shop_never_had_is_not_missed(tmp_path, small_shop_file, service):
    shop = tmp_path / "without.sqlite"
    shop.write_bytes(small_shop_file.read_bytes())
    with closing(sqlite3.connect(shop)) as connection:
        connection.execute("alter table review_detail drop column nickname")
        connection.execute("delete from review")
        connection.commit()
    never = Exporter.on_copy(tmp_path / "never", shop, service)
    for change in ("select 1", "create table other (x)"):
        never.change(change)
        assert [line for line in never.tick(check=False).splitlines() if "cannot be read" in line] == []
