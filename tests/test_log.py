"""Log files in Commerce's format: one record a line, private, and never a reason to fail."""

import json
import os
import re
import subprocess
import sys
import time

import pytest
from freezegun import freeze_time

from saasexport.log import Log, duration, one_line
from tests.support import ROOT


@pytest.fixture
def log(tmp_path):
    """A log in a folder that is not there yet."""
    return Log(str(tmp_path / "log"), "bin/saas_data_exporter")


def read(log, name):
    """The lines of a log file."""
    with open(os.path.join(log.folder, name + ".log"), encoding="utf-8") as file:
        return file.read().splitlines()


@freeze_time("2026-03-05 21:00:52.288369")
def test_a_record_has_the_format_of_commerce(log):
    log.operation("prices", "full sync", "Initialize")
    assert read(log, "commerce-data-export") == [
        '[2026-03-05T21:00:52.288369+00:00] report.INFO: {"feed":"prices","operation":"full sync",'
        f'"status":"Initialize","elapsed":"0 ms","pid":"{os.getpid()}","caller":"bin/saas_data_exporter"}} [] []'
    ]


def test_a_record_tells_the_time_since_its_beginning_and_another_caller(log):
    log.operation("prices", "full sync", "Complete", time.monotonic() - 2.5, caller="prices_feed_resend_failed_items")
    (line,) = read(log, "commerce-data-export")
    record = json.loads(line.partition("INFO: ")[2].removesuffix(" [] []"))
    assert re.fullmatch(r"00:00:02 5\d\d ms", record["elapsed"])
    assert record["caller"] == "prices_feed_resend_failed_items"


def test_an_error_has_its_code_and_stands_in_both_files(log):
    log.error("02-05", "products: connection refused", "saas-export")
    (line,) = read(log, "saas-export")
    assert line.partition("] ")[2] == "report.ERROR: CDE02-05 products: connection refused [] []"
    assert read(log, "saas-export-errors")[0].partition("] ")[2] == line.partition("] ")[2]


def test_a_request_is_logged_without_its_payload(log, monkeypatch):
    monkeypatch.delenv("EXPORTER_EXTENDED_LOG", raising=False)
    log.record_request("orders", 3, 200, "id-1", b'[{"customer":"secret"}]')
    (line,) = read(log, "saas-export")
    assert line.partition("INFO: ")[2] == '{"feed":"orders","items":3,"code":200,"requestId":"id-1"} [] []'


def test_a_payload_is_logged_when_it_is_asked_for(log, monkeypatch):
    monkeypatch.setenv("EXPORTER_EXTENDED_LOG", "1")
    log.record_request("orders", 1, 200, "id-1", b'[{"a":1}]')
    record = json.loads(read(log, "saas-export")[0].partition("INFO: ")[2].removesuffix(" [] []"))
    assert record["payload"] == '[{"a":1}]'


def test_files_are_private(log):
    before = os.umask(0)
    try:
        log.error("01-06", "x")
    finally:
        os.umask(before)
    assert os.stat(log.folder).st_mode & 0o777 == 0o700
    assert {os.stat(os.path.join(log.folder, name)).st_mode & 0o777 for name in os.listdir(log.folder)} == {0o600}


def test_a_file_that_was_moved_away_is_begun_anew(log):
    log.operation("a", "full sync", "Initialize")
    path = os.path.join(log.folder, "commerce-data-export.log")
    os.rename(path, path + ".1")
    log.operation("b", "full sync", "Initialize")
    assert '"feed":"b"' in read(log, "commerce-data-export")[0]
    os.rename(path + ".1", path)
    assert '"feed":"a"' in read(log, "commerce-data-export")[0]


def test_a_log_that_cannot_be_written_fails_no_job(tmp_path, capsys):
    (tmp_path / "log").touch()
    Log(str(tmp_path / "log"), "x").error("01-06", "message")
    assert capsys.readouterr().err == ""
    Log(str(tmp_path / "log"), "x", is_verbose=True).error("01-06", "message")
    assert "Not a directory" in capsys.readouterr().err


def test_a_record_stays_one_line_whatever_it_says(log):
    log.error("02-09", 'a\nb\r\x1b[31m\x00\u2028\u202e é \udce9 "q"')
    (line,) = read(log, "commerce-data-export")
    assert line.partition("CDE02-09 ")[2] == r'a\nb\r\x1b[31m\x00\u2028\u202e é \udce9 "q" [] []'


def test_with_v_a_person_is_told(tmp_path, capsys):
    log = Log(str(tmp_path), "x", is_verbose=True)
    log.operation("prices", "full sync", "Complete", time.monotonic())
    assert re.fullmatch(r"prices: full sync: Complete \(\d+ ms\)\n", capsys.readouterr().err)


def test_processes_that_write_at_once_never_mix_their_lines(tmp_path):
    code = (
        "import sys; from saasexport.log import Log; log = Log(sys.argv[1], 'x')\n"
        "for number in range(200): log.error('01-06', sys.argv[2] * 300)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), letter], cwd=ROOT) for letter in ("a", "b", "c")
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = read(Log(str(tmp_path), "x"), "commerce-data-export")
    texts = {line.partition("CDE01-06 ")[2] for line in lines}
    assert (len(lines), texts) == (600, {f"{letter * 300} [] []" for letter in "abc"})


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 ms"),
        (0.383, "383 ms"),
        (0.9999, "999 ms"),
        (1, "00:00:01 0 ms"),
        (2.625, "00:00:02 625 ms"),
        (3661.5, "01:01:01 500 ms"),
        (360_000, "100:00:00 0 ms"),
    ],
)
def test_a_duration_is_printed_as_commerce_does(seconds, expected):
    assert duration(seconds) == expected


def test_text_that_can_be_printed_stays_as_it_is():
    assert one_line("Käse 🧀 'a' \"b\" \\") == "Käse 🧀 'a' \"b\" \\"
