"""The check for Nagios: one line, performance data, and an exit status from 0 to 3."""

import os
import re

FORMAT = re.compile(
    r"SAASEXPORT (OK|WARNING|CRITICAL) - [^|\n]+ \| delivered=\d+;;;0 failed=\d+;0;;0 awaiting=\d+;1000;;0"
    r" backlog=\d+;1000;;0 held=\d+;0;;0\n"
)


def check(installed):
    """Exit status and line."""
    done = installed.run("saasexport", "check", environ={"PATH": f"{installed.folder}/path:{os.defpath}"})
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_all_well_is_ok(installed):
    delivered = installed.ask("select sum(delivered) from feed_status")[0][0]
    expected = (
        "SAASEXPORT OK - everything is delivered or on its way"
        f" | delivered={delivered};;;0 failed=0;0;;0 awaiting=0;1000;;0 backlog=0;1000;;0 held=0;0;;0\n"
    )
    assert (0, expected) == check(installed)


def test_failed_items_are_a_warning(installed):
    three = "select id from cde_products_feed limit 3"
    installed.change_ours(f"update cde_products_feed set status = 400 where id in ({three})")
    status, line = check(installed)
    assert status == 1
    assert FORMAT.fullmatch(line)
    assert "SAASEXPORT WARNING - items: products: The service rejected 3 items. " in line
    assert " failed=3;0;;0 " in line


def test_a_missing_trigger_is_critical_and_comes_first(installed):
    three = "select id from cde_products_feed limit 3"
    installed.change_ours(f"update cde_products_feed set status = 400 where id in ({three})")
    installed.change("drop trigger saasexport_store_website_insert")
    status, line = check(installed)
    assert status == 2
    assert FORMAT.fullmatch(line)
    assert line.startswith("SAASEXPORT CRITICAL - triggers: ")
    assert re.search(r"\(and 1 more, see \S*saasexport doctor\)", line)


def test_cron_that_is_off_is_critical(installed):
    for job in (installed.folder / "var" / "lock").glob("*.cron"):
        os.utime(job, (0, 1_700_000_000))
    status, line = check(installed)
    assert (status, line.startswith("SAASEXPORT CRITICAL - cron: ")) == (2, True)


def test_without_a_configuration_nothing_is_known(installed):
    installed.config.unlink()
    status, line = check(installed)
    assert status == 3
    assert line.startswith(f"SAASEXPORT UNKNOWN - configuration: {installed.config}: No such file or directory; ")
    assert "|" not in line


def test_the_service_is_not_asked(installed):
    """A check every minute must not cost the service a request."""
    installed.url = "http://127.0.0.1:9"
    installed.write_config()
    assert check(installed)[0] == 0
