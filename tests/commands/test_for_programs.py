"""--json and colour: what programs and people may rely on."""

import json
import os

import pytest

from saasexport.commands import config, failed, feeds, main, show, status
from saasexport.commands.table import draw_borders, lines
from saasexport.usage import COMMANDS

DOCUMENTED = {"status": status, "failed": failed, "feeds": feeds, "config": config, "show": show}


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "name",
    [
        "check",
        "deletions",
        "doctor",
        "indexer:info",
        "indexer:show-mode",
        "indexer:status",
        "list",
        "schema",
        "version",
    ],
)
def test_every_command_that_prints_facts_prints_them_for_programs(name, command, change_ours):
    change_ours("insert into gone_entity values ('reviews', 1, 'full', 1, '2026-01-01 00:00:00', null)")
    done = command(name, "--json")
    objects = json.loads(done.out)
    keys = {key for found in objects for key in found}
    assert keys
    told = command(name, "--help").out
    assert [key for key in keys if f"\n  {key} " not in told] == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", DOCUMENTED)
def test_json_has_exactly_the_keys_that_the_help_documents(name, command):
    command("saas:resync", "--feed", "categories")
    arguments = ["categories", "25"] if name == "show" else []
    done = command(name, *arguments, "--json")
    objects = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert [set(found) for found in objects] == [set(DOCUMENTED[name].KEYS)] * len(objects)
    assert objects
    told = command(name, "--help").out
    assert [key for key in DOCUMENTED[name].KEYS if f"\n  {key} " not in told] == []


def test_the_help_of_every_command_starts_with_examples_that_name_it(capsys):
    for name in COMMANDS:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        first, second = capsys.readouterr().out.splitlines()[:2]
        assert (first, f"saasexport {name}" in second) == ("examples:", True), name


def test_config_hides_what_only_the_owner_may_know(command, exporter):
    exporter.write_config('[export]\nping_url = "https://hc.example/secret-uuid"')
    told = command("config").out
    assert "https://hc.example/... " in told
    assert "secret-uuid" not in told


def test_a_refused_address_hides_its_password(command, exporter):
    exporter.write_config()
    text = exporter.config.read_text()
    exporter.config.write_text(text.replace(exporter.url, "http://shop:password@service.example/api"))
    refused = command("config")
    assert refused.status == 2
    assert "http://...@service.example/api" in refused.err
    assert "password@" not in refused.err


def test_config_tells_where_a_value_comes_from(command, exporter):
    exporter.write_config("[feeds.products]\nbatch_size = 50\nexclude = ['metaKeyword', 'images.label']")
    found = {line["setting"]: (line["value"], line["from"]) for line in json.loads(command("config", "--json").out)}
    assert found["feeds.products.batch_size"] == (50, "file")
    assert found["feeds.products.exclude"] == (["metaKeyword", "images.label"], "file")
    assert found["feeds.prices.batch_size"] == (500, "default")
    assert found["service.api_key_file"] == (None, "default")


def test_feeds_tells_why_one_cannot_be_used(command, exporter):
    exporter.write_config("[feeds.reviews]\nenabled = false")
    exporter.change("drop table magento_catalogpermissions")
    found = {feed["feed"]: feed["unavailable"] for feed in json.loads(command("feeds", "--json").out)}
    assert found["reviews"] == "switched off in the configuration"
    assert found["productOverrides"] == "the shop has no table magento_catalogpermissions"
    assert found["products"] is None


def test_a_table_aligns_numbers_to_the_right_and_prints_none_as_a_dash():
    assert lines(("Feed", "Sent"), [("products", 12345), ("variants", 7), ("prices", None)]) == [
        "Feed        Sent",
        "products  12,345",
        "variants       7",
        "prices         -",
    ]


def test_a_table_with_borders_may_be_empty():
    assert draw_borders(("ID", "Title"), []) == ["+----+-------+", "| ID | Title |", "+----+-------+"]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("environ", "is_coloured"),
    [({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_is_for_terminals_and_for_those_who_want_it(exporter, environ, is_coloured):
    shown = on_terminal(exporter, environ)
    assert ("\x1b[33minvalid" in shown, "\x1b[" in shown) == (is_coloured, is_coloured)


def test_there_is_no_colour_in_a_pipe(exporter):
    assert "\x1b" not in exporter.run("saasexport", "status", environ={"TERM": "xterm"}, check=True).stdout


def on_terminal(exporter, environ):
    """What `saasexport status` shows on a terminal."""
    import pty
    import subprocess
    import sys

    from tests.support import BIN

    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-I", BIN / "saasexport", "status"],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        env={"SAASEXPORT_CONFIG": str(exporter.config), "PATH": os.defpath, **environ},
    )
    os.close(follower)
    shown = b""
    try:
        while more := os.read(leader, 65_536):
            shown += more
    except OSError:
        pass  # the other side is closed
    os.close(leader)
    assert process.wait(60) == 0
    return shown.decode()
