"""Which calls of the jobs count: those that cron or a timer makes, with the configuration asked about."""

import os

import pytest

from saasexport.doctor.schedule import Call, calls

JOBS = ("reindex_all_invalid", "resend_failed")


@pytest.fixture
def crontab(tmp_path, monkeypatch):
    """Has `crontab -l` print a text, byte for byte."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.defpath}")
    monkeypatch.setenv("HOME", "/home/shop")

    def write(text):
        (tmp_path / "text").write_text(text)
        program = tmp_path / "crontab"
        program.write_text(f"#!/bin/sh\ncat {tmp_path}/text\n")
        program.chmod(0o755)

    return write


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("* * * * * /x/resend_failed --cron --config /a/b.toml\n", "/a/b.toml"),
        ("* * * * * /x/resend_failed --config=/a/b.toml --cron\n", "/a/b.toml"),
        ("* * * * * /x/resend_failed --cron --config '/a b/c.toml'", "/a b/c.toml"),
        ("@daily SAASEXPORT_CONFIG=/a/b.toml python3 -I /x/resend_failed --cron\n", "/a/b.toml"),
        ("SAASEXPORT_CONFIG = '/a/b.toml'\n* * * * * /x/resend_failed --cron\n", "/a/b.toml"),
        ("SAASEXPORT_CONFIG=/a\nSAASEXPORT_CONFIG=/b\n* * * * * /x/resend_failed --cron\n", "/b"),
        ("SAASEXPORT_CONFIG=/a\n* * * * * /x/resend_failed --cron --config /b\n", "/b"),
        ("* * * * * cd /srv && bin/resend_failed --cron --config own.toml >/dev/null\n", "/srv/own.toml"),
        ("* * * * * bin/resend_failed --cron --config own.toml\n", "/home/shop/own.toml"),
        ("* * * * * sh -c 'cd /srv; bin/resend_failed --cron --config own.toml'\n", "/srv/own.toml"),
        ("* * * * * export SAASEXPORT_CONFIG=/a; /x/resend_failed --cron\n", "/a"),
        ("* * * * * /x/resend_failed --cron --config /a/50\\%.toml\n", "/a/50%.toml"),
        ("* * * * * python3 -m saasexport resend_failed --cron --config /a\n", "/a"),
        ("* * * * * /x/resend_failed --cron\n", "/etc/saasexport/saasexport.toml"),
    ],
)
def test_a_line_is_read_as_cron_and_a_shell_read_it(crontab, text, config):
    crontab(text)
    assert [Call("resend_failed", config, True)] == calls(JOBS, ())


@pytest.mark.parametrize(
    "text",
    [
        "# * * * * * /x/resend_failed --cron\n",
        "* * * * * /x/resend_failed.old --cron\n",
        "* * * * * echo % resend_failed\n",
        "* * * * * /x/my_resend_failed --cron\n",
        "",
    ],
)
def test_what_does_not_start_a_job_does_not_count(crontab, text):
    crontab(text)
    assert calls(JOBS, ()) == []


def test_a_line_without_cron_is_told_apart(crontab):
    crontab("* * * * * /x/resend_failed --config /a\n")
    assert [Call("resend_failed", "/a", False)] == calls(JOBS, ())


def test_lines_in_cron_d_and_units_count(crontab, tmp_path):
    crontab("")
    cron_d = tmp_path / "cron.d"
    cron_d.mkdir()
    (cron_d / "saasexport").write_text(
        "#* * * * * root resend_failed\n* * * * * root /x/reindex_all_invalid --cron --config /a"
    )
    units = tmp_path / "systemd"
    units.mkdir()
    (units / "saasexport-resend.service").write_text(
        "[Service]\nExecStart=/x/resend_failed --cron\nEnvironment=SAASEXPORT_CONFIG=/b\n"
    )
    (units / "other.service").write_text("ExecStart=/x/resend_failed\n")
    assert [Call("reindex_all_invalid", "/a", True), Call("resend_failed", "/b", True)] == calls(
        JOBS, [str(cron_d), str(units), str(tmp_path / "nowhere")]
    )
