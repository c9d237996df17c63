"""The check for Nagios: one line, performance data, and an exit status from 0 to 3."""

import os
import re

import pytest

from tests.test_doctor import Installed, healthy, installed  # noqa: F401  # fixtures

FORMAT = re.compile(
    r"SAASEXPORT (OK|WARNING|CRITICAL) - [^|\n]+ \| delivered=\d+;;;0 failed=\d+;0;;0 awaiting=\d+;1000;;0"
    r" backlog=\d+;1000;;0 held=\d+;0;;0\n"
)


@pytest.fixture
def watched(installed):  # noqa: F811
    """An installation to be watched."""
    assert isinstance(installed, Installed)
    return installed


def check(watched):
    """Exit status and line."""
    done = watched.run("saasexport", "check", environ={"PATH": f"{watched.folder}/path:{os.defpath}"})
    assert "" == done.stderr
    return done.returncode, done.stdout


def test_all_well_is_ok(watched):
    delivered = watched.ask("select sum(delivered) from feed_status")[0][0]
    expected = (
        "SAASEXPORT OK - everything is delivered or on its way"
        f" | delivered={delivered};;;0 failed=0;0;;0 awaiting=0;1000;;0 backlog=0;1000;;0 held=0;0;;0\n"
    )
    assert (0, expected) == check(watched)


def test_failed_items_are_a_warning(watched):
    watched.change_ours("update cde_products_feed set status = 400 where id in (select id from cde_products_feed limit 3)")
    status, line = check(watched)
    assert 1 == status
    assert FORMAT.fullmatch(line)
    assert line.startswith("SAASEXPORT WARNING - items: 3 items of products failed; see why: saasexport failed products")
    assert " failed=3;0;;0 " in line


def test_a_missing_trigger_is_critical_and_comes_first(watched):
    watched.change_ours("update cde_products_feed set status = 400 where id in (select id from cde_products_feed limit 3)")
    watched.change("drop trigger saasexport_store_website_insert")
    status, line = check(watched)
    assert 2 == status
    assert FORMAT.fullmatch(line)
    assert line.startswith("SAASEXPORT CRITICAL - triggers: ")
    assert "(and 1 more, see saasexport doctor)" in line


def test_cron_that_is_off_is_critical(watched):
    for job in (watched.folder / "var" / "lock").glob("*.lock"):
        os.utime(job, (0, 1_700_000_000))
    status, line = check(watched)
    assert (2, True) == (status, "last run" in line)


def test_without_a_configuration_nothing_is_known(watched):
    watched.config.unlink()
    status, line = check(watched)
    assert 3 == status
    assert line.startswith(f"SAASEXPORT UNKNOWN - configuration: {watched.config}: No such file or directory; ")
    assert "|" not in line


def test_the_service_is_not_asked(watched):
    """A check every minute must not cost the service a request."""
    watched.url = "http://127.0.0.1:9"
    watched.write_config()
    assert 0 == check(watched)[0]
