"""The tables of docs/commerce.md for those who know Commerce: each line of them is run, found or served here."""

import json
import re

import pytest

from saasexport import lock
from tests.dashboard.reading import Dashboard
from tests.support import BIN, ROOT, Exporter

SECTION = (ROOT / "docs" / "commerce.md").read_text().partition("\n## 7. Line by line\n")[2].partition("\n## ")[0]
# Bars within a cell are escaped.
TABLES = {
    table.partition(" |")[0].strip("| "): [
        [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in table.splitlines()[2:]
    ]
    for table in re.findall(r"(?:^\|.*\n)+", SECTION, re.M)
}
CODE = re.compile(r"`([^`]+)`")


def code(cell):
    """What stands in a cell as code, first."""
    return CODE.search(cell)[1]


def exit_status(cells):
    """The exit status a row names; 0 if it names none."""
    named = re.search(r"exit status (\d)", " ".join(cells))
    return int(named[1]) if named else 0


COMMANDS = TABLES["Commerce"]
JOBS = TABLES["cron job of Commerce"]
OPERATIONS = TABLES["operation or status in the log"]
PAGES = TABLES["page of Commerce"]
PROGRAMS = TABLES["in programs of Commerce"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory, flawless_shop_file, service):
    """An installation that all lines are tried on, one after the other; its jobs have run."""
    found = Exporter.on_copy(tmp_path_factory.mktemp("commerce"), flawless_shop_file, service)
    found.tick()
    return found


@pytest.mark.sample(1)
@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: code(row[0]).partition("bin/magento ")[2])
def test_a_line_of_commerce_works(row, installed):
    done = installed.magento(code(row[0]))
    wanted = exit_status(row)
    assert (done.returncode, bool(done.stdout)) == (wanted, not wanted), done.stderr
    if not wanted:
        assert [text for text in done.stderr.splitlines() if not text.startswith("saasexport: warning: ")] == []


def test_every_option_of_resync_has_a_line():
    named = {option for row in COMMANDS for option in re.findall(r"--[\w-]+", row[0])}
    assert named == {
        "--feed",
        "--by-ids",
        "--id-type",
        "--cleanup-feed",
        "--continue-resync",
        "--dry-run",
        "--no-reindex",
        "--force",
        "--thread-count",
        "--batch-size",
    }


def test_every_job_has_its_script_and_its_time_in_the_crontab():
    crontab = (ROOT / "crontab.example").read_text()
    for _, script, when in JOBS:
        assert (BIN / code(script)).is_file()
        line = re.search(rf"^(.*) python3 -I -S /srv/saasexport/bin/{code(script)} ", crontab, re.M)
        assert line[1] == code(when)
    assert {code(script) for _, script, _ in JOBS} == {path.name for path in BIN.iterdir()} - {
        "saasexport",
        "commerce_service",
        "mirror_shop",  # Commerce's shop is at home
    }


@pytest.fixture(scope="module")
def log(tmp_path_factory, flawless_shop_file, service):
    """What an installation logs to which everything happened: the records of commerce-data-export.log."""
    exporter = Exporter.on_copy(tmp_path_factory.mktemp("log"), flawless_shop_file, service)
    exporter.tick()
    exporter.change("update catalog_product_entity_varchar set value = value || '!' where entity_id = 1")
    exporter.change("update customer_group set customer_group_code = 'Friends' where customer_group_id = 2")
    exporter.tick()
    exporter.change("update catalog_product_entity_varchar set value = value || '?' where entity_id = 1")
    exporter.config.write_text(exporter.config.read_text().replace(exporter.url, "http://127.0.0.1:9"))
    assert "connection refused" in exporter.tick(check=False)
    exporter.write_config()
    exporter.run("resend_failed", check=True)
    exporter.run("saasexport", "saas:resync", "--feed", "products", "--by-ids", "KL-ESP-HOUSE", check=True)
    with lock.held(exporter.folder / "var" / "lock" / "products.lock", "full sync"):
        exporter.run("saasexport", "saas:resync", "--feed", "products", check=True)
    lines = (exporter.folder / "var" / "log" / "commerce-data-export.log").read_text().splitlines()
    return [json.loads(line.partition(".INFO: ")[2].removesuffix(" [] []")) for line in lines if ".INFO: " in line]


@pytest.mark.sample(1)
@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: code(row[0]))
def test_an_operation_of_commerce_is_found_in_the_log(row, log):
    words = code(row[0])
    assert any(record["operation"] == words or record["status"].startswith(words) for record in log)


def test_every_operation_in_the_log_has_a_line(log):
    named = {code(row[0]) for row in OPERATIONS}
    for record in log:
        assert record["operation"] in named
        assert record["status"].startswith(tuple(named))


def test_the_caller_of_a_retry_is_named_as_in_commerce(log):
    (row,) = (row for row in OPERATIONS if code(row[0]) == "retry failed items")
    caller = re.search(r"caller is `([^`]+)`", row[1])[1]
    assert caller in {record["caller"] for record in log}
    assert caller in {code(row[0]) for row in JOBS}


@pytest.fixture(scope="module")
def dashboard(installed):
    """The pages of that installation."""
    with Dashboard(installed) as found:
        yield found


@pytest.mark.sample(1)
@pytest.mark.parametrize("row", PAGES, ids=lambda row: row[0])
def test_a_page_of_commerce_is_served_with_what_it_shows(row, dashboard):
    text = dashboard.page(code(row[1])).text
    # Statuses hold a comma themselves, and stand between semicolons.
    for words in re.split(r"; " if ";" in row[2] else r", ", row[2]):
        assert words in text, words


@pytest.mark.parametrize("row", PROGRAMS, ids=lambda row: code(row[0]))
def test_what_programs_of_commerce_call_is_a_command_or_a_query(row, installed):
    for words in CODE.findall(row[1]):
        if words.startswith("select "):
            assert installed.ask(words)
        else:
            helped = installed.run("saasexport", words.split()[0], "--help", check=True).stdout
            assert all(option in helped for option in words.split()[1:])


def test_nothing_of_the_tables_is_left_out_here():
    assert set(TABLES) == {
        "Commerce",
        "cron job of Commerce",
        "operation or status in the log",
        "page of Commerce",
        "in programs of Commerce",
    }
    assert all(rows for rows in TABLES.values())
