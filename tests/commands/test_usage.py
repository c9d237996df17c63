"""What people type wrong, and what they may ask about what there is to type."""

import json
import os
import shutil
import subprocess
import sys

import pytest

import saasexport
from saasexport import jobs
from saasexport.commands import main
from saasexport.service import server
from saasexport.usage import COMMANDS, as_typed
from tests.support import BIN


def typed(capsys, *arguments):
    """Exit status, stdout and stderr of `saasexport ARGUMENTS`."""
    try:
        status = main(list(arguments))
    except SystemExit as end:
        status = end.code
    return (status, *capsys.readouterr())


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["status", "--jsn"], "status: unrecognized arguments: --jsn; see: saasexport status --help"),
        (["show"], "show: the following arguments are required: FEED, KEY; see: saasexport show --help"),
        (["failed", "--id", "x"], "failed: argument --id: invalid int value: 'x'; see: saasexport failed --help"),
        (
            ["saas:resync", "--feed", "prices", "--feed", "products"],
            "saas:resync: --feed is given twice; see: saasexport saas:resync --help",
        ),
        (["init", "--shop", "a", "--shop=a"], "init: --shop is given twice; see: saasexport init --help"),
        (["failed", "--limit", "1", "--lim", "2"], "failed: --limit is given twice; see: saasexport failed --help"),
        (
            ["saas:resync", "--thread-count", "2", "--threadCount", "1"],
            "saas:resync: --threadCount is given twice; see: saasexport saas:resync --help",
        ),
        (["check", "--config", "a", "--config", "b"], "check: --config is given twice; see: saasexport check --help"),
        (["--config", "a", "status", "--config=b"], "status: --config is given twice; see: saasexport status --help"),
        (["--config=a", "--config", "b", "status"], "--config is given twice; see: saasexport --help"),
        (["list", "nothing"], "list: there are no commands of 'nothing'; see: saasexport list"),
        (["--jsn"], "unrecognized argument '--jsn'; see: saasexport --help"),
        (["--config"], "--config: expected one argument; see: saasexport --help"),
        (["--config=", "status"], "--config names no file; is it a variable that is not set?"),
        (["--config", "", "init", "--shop", "x"], "--config names no file; is it a variable that is not set?"),
        (["indexer:reset", "--config", ""], "--config names no file; is it a variable that is not set?"),
        (["--version", "x"], "version: unrecognized arguments: x; see: saasexport version --help"),
        (
            ["indexer:set-mode"],
            "indexer:set-mode: the following arguments are required: mode; see: saasexport indexer:set-mode --help",
        ),
        (["search", "\udcff"], "search: argument PHRASE: '\\udcff' is not UTF-8; see: saasexport search --help"),
        (["show", "products", "a\udce4"], "show: argument KEY: 'a\\udce4' is not UTF-8; see: saasexport show --help"),
        (["recommend", "\ud800"], "recommend: argument SKU: '\\ud800' is not UTF-8; see: saasexport recommend --help"),
        (
            ["saas:resync", "--feed", "products", "--by-ids", "1,\udc80"],
            "saas:resync: argument --by-ids: '1,\\udc80' is not UTF-8; see: saasexport saas:resync --help",
        ),
        (
            ["search", "x", "--filter", "color:\udcfc"],
            "search: argument --filter: 'color:\\udcfc' is not UTF-8; see: saasexport search --help",
        ),
        (["sttus"], "there is no command 'sttus'; did you mean status?"),
        (["help", "faild"], "there is no command 'faild'; did you mean failed?"),
    ],
)
def test_wrong_usage_is_one_line_and_where_to_look(capsys, arguments, line):
    assert (2, "", f"saasexport: {line}\n") == typed(capsys, *arguments)


@pytest.mark.parametrize("word", ["sync", "start", "feedback", "reindex", "index", "x", "state", "indexer:set"])
def test_what_is_only_a_little_alike_is_not_proposed(capsys, word):
    status, _, said = typed(capsys, word)
    assert (status, "did you mean" in said, said.endswith("; see: saasexport list\n")) == (2, False, True)


@pytest.mark.parametrize("script", ["reindex_all_invalid", "saas_data_exporter", "resend_failed"])
def test_a_job_tells_wrong_usage_in_one_line(script):
    done = subprocess.run(
        [sys.executable, "-I", BIN / script, "--crn"], capture_output=True, text=True, check=False, env={}
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{script}: unrecognized arguments: --crn; see: {BIN / script} --help\n"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("reindex_all_invalid", ["--cron", "--config", "a", "--config", "b"]),
        ("cleanup_deleted_feed_items", ["--config=a", "-v", "--conf", "a"]),
        ("resend_failed", ["products", "--config", "a", "prices", "--config", "b"]),
    ],
)
def test_a_job_takes_no_option_twice(capsys, name, options):
    assert jobs.main(name, options) == 2
    assert f"{name}: --config is given twice; see: {name} --help\n" == capsys.readouterr().err


@pytest.mark.parametrize("option", ["--port", "--host", "--database", "--max-body", "--api-key-file"])
def test_the_service_takes_no_option_twice(capsys, option):
    assert server.main([option, "1", option, "1"]) == 2
    assert f"commerce_service: {option} is given twice; see: commerce_service --help\n" == capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["version"], ["--version"], ["-V"]])
def test_the_version_is_told(capsys, arguments):
    assert (0, f"saasexport {saasexport.__version__}\n", "") == typed(capsys, *arguments)


@pytest.mark.parametrize("arguments", [["list"], ["help"], ["-h"], ["--help"], []])
def test_the_commands_are_listed(capsys, arguments):
    status, out, _ = typed(capsys, *arguments)
    assert status == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in out] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_what_its_option_prints(capsys, name):
    assert typed(capsys, "help", name)[1] == typed(capsys, name, "-h")[1] == typed(capsys, name, "--help")[1]


def test_a_group_of_commands_is_listed(capsys):
    _, out, _ = typed(capsys, "list", "cron")
    assert [line.split()[0] for line in out.splitlines()] == ["cron:install", "cron:remove"]
    assert [line["command"] for line in json.loads(typed(capsys, "list", "saas", "--json")[1])] == ["saas:resync"]


@pytest.mark.parametrize(
    ("called", "text", "shown"),
    [
        ("bin/saasexport", "run: saasexport init --shop x", "run: bin/saasexport init --shop x"),
        ("./saasexport", "see: saasexport saas:resync --help", "see: ./saasexport saas:resync --help"),
        ("bin/saasexport", "see: saasexport --help", "see: bin/saasexport --help"),
        ("/a b/saasexport", "run: saasexport failed", "run: '/a b/saasexport' failed"),
        ("bin/saasexport", "sudo -u saasexport saasexport check", "sudo -u saasexport bin/saasexport check"),
        ("bin/saasexport", "/etc/saasexport init", "/etc/saasexport init"),
        ("saasexport", "run: saasexport init", "run: saasexport init"),
        ("pytest", "run: saasexport init", "run: saasexport init"),
    ],
)
def test_a_message_names_the_command_as_it_was_typed(monkeypatch, called, text, shown):
    monkeypatch.setattr(sys, "argv", [called])
    assert shown == as_typed(text)


@pytest.mark.parametrize("job", ["reindex_all_invalid", "resend_failed", "saas_data_exporter", "commerce_service"])
@pytest.mark.parametrize("has_command", [True, False])
def test_a_job_names_the_command_beside_it(monkeypatch, tmp_path, job, has_command):
    if has_command:
        (tmp_path / "saasexport").touch()
    monkeypatch.setattr(sys, "argv", [str(tmp_path / job), "--cron"])
    command = tmp_path / "saasexport" if has_command else "saasexport"
    assert as_typed("see: saasexport failed products") == f"see: {command} failed products"
    assert as_typed(f"see: {job} --help") == f"see: {tmp_path / job if has_command else job} --help"


@pytest.mark.parametrize(
    ("whole", "argv", "shown"),
    [
        (["python3", "bin/saasexport.pyz", "status"], ["bin/saasexport.pyz", "status"], "python3 bin/saasexport.pyz"),
        (["python3", "-I", "a b.pyz", "status"], ["a b.pyz", "status"], "python3 -I 'a b.pyz'"),
        (["python3", "x.pyz", "resend_failed", "-v"], ["resend_failed", "-v"], "python3 x.pyz"),
        (["python3", "-m", "saasexport", "status"], ["/x/saasexport/__main__.py", "status"], "python3 -m saasexport"),
        (["python3", "-m", "saasexport", "resend_failed"], ["resend_failed"], "python3 -m saasexport"),
        (["python3", "/x/resend_failed"], ["resend_failed"], "saasexport"),
    ],
)
def test_a_message_of_the_single_file_and_of_the_module_names_them(monkeypatch, whole, argv, shown):
    monkeypatch.setattr(sys, "orig_argv", whole)
    monkeypatch.setattr(sys, "argv", argv)
    assert as_typed("run: saasexport init") == f"run: {shown} init"
    of_job = "resend_failed" if shown == "saasexport" else f"{shown} resend_failed"
    assert as_typed("see: resend_failed --help") == f"see: {of_job} --help"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["sta"], {"status"}),
        (["saas:"], {"saas:resync"}),
        (["indexer:re"], {"indexer:reindex", "indexer:reset"}),
        (["saas:resync", "--feed", "scopes"], {"scopesWebsite", "scopesCustomerGroup"}),
        (["saas:resync", "--est"], {"--estimate"}),
        (["indexer:set-mode", "s"], {"schedule"}),
        (["failed", "vari"], {"variants"}),
        (["help", "doc"], {"doctor"}),
    ],
)
def test_bash_completes_commands_options_and_feeds(capsys, words, wanted):
    script = typed(capsys, "completion")[1]
    line = " ".join(["saasexport", *words])
    asks = (
        f"\nCOMP_WORDS=(saasexport {' '.join(words)}) COMP_CWORD={len(words)} COMP_LINE='{line}'\n"
        '_saasexport; printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        [shutil.which("bash"), "-c", script + asks],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.defpath},
    )
    assert wanted <= set(done.stdout.split())
    assert done.stderr == ""


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "line",
    [
        "failed retry --status rejected reviews",
        "failed drop --status not-assembled reviews",
        "indexer:set-status invalid --yes reviews",
        "show --json products 1 --id-type productId",
        "show products --json 1",
    ],
)
def test_options_may_stand_between_names(exporter, line):
    exporter.run("saas_data_exporter")
    done = exporter.run("saasexport", *line.split())
    assert (done.returncode, done.stderr) == (0, "")
