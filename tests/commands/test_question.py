"""Ctrl-C, at a question and in a request: one line, and nothing is lost."""

import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import BIN, Exporter


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "command",
    [
        ["saas:resync", "--feed", "products", "--cleanup-feed"],
        ["saas:resync", "--feed", "orders", "--cleanup-feed", "--force"],
        ["saas:resync", "--feed", "prices", "--cleanup-feed", "--batch-size", "5"],
        ["indexer:set-status", "suspended"],
    ],
)
def test_ctrl_c_at_a_question_changes_nothing_and_says_so(tmp_path, demo_shop_file, command):
    exporter = Exporter.on_copy(tmp_path / "exporter", demo_shop_file)
    exporter.run("saasexport", "indexer:info", check=True)
    before = rows(exporter)
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, BIN / "saasexport", *command, "--config", exporter.config],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    shown = read_until(leader, b"[y/N] ")
    wait_until_asleep(process)
    process.send_signal(signal.SIGINT)
    shown += read_until(leader, None)
    assert process.wait(30) == 130
    os.close(leader)
    assert shown.decode().splitlines()[-1] == "saasexport: interrupted; nothing was changed"
    assert "Traceback" not in shown.decode()
    assert rows(exporter) == before


@pytest.mark.sample(1)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_signal_in_the_middle_of_a_request_loses_nothing(tmp_path, demo_shop_file, number, status):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        exporter = Exporter.on_copy(tmp_path / "exporter", demo_shop_file)
        text = exporter.config.read_text()
        [line] = [line for line in text.splitlines() if line.startswith("url")]
        address = f'url = "http://127.0.0.1:{silent.getsockname()[1]}"'
        exporter.config.write_text(text.replace(line, address))
        process = subprocess.Popen(
            [sys.executable, BIN / "reindex_all_invalid", "--config", exporter.config],
            stderr=subprocess.PIPE,
            text=True,
        )
        silent.settimeout(60)
        asked, _ = silent.accept()
        with asked:
            assert asked.recv(100).startswith(b"POST /feeds/")
            wait_until_asleep(process)
            process.send_signal(number)
            _, errors = process.communicate(timeout=30)
    assert process.returncode == status
    assert errors.splitlines() == (["reindex_all_invalid: interrupted; the next run goes on from here"] * (status > 0))
    with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite")) as ours:
        assert ours.execute("pragma integrity_check").fetchone() == ("ok",)
        assert ours.execute("select sum(awaiting) from feed_status").fetchone()[0] > 0
    exporter.config.write_text(text)
    done = exporter.run("reindex_all_invalid", "-v")
    assert "process locked" not in done.stderr


def wait_until_asleep(process):
    """Return once it waits for something: Python does not see a signal that comes just before a read begins."""
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        os.sched_yield()


def read_until(leader, mark):
    """What a terminal shows up to a mark, or to its end."""
    shown = b""
    while mark is None or mark not in shown:
        try:
            piece = os.read(leader, 1000)
        except OSError:
            break  # nobody has it open any more
        if not piece:
            break
        shown += piece
    return shown


def rows(exporter):
    """The feeds' rows and indexers."""
    with closing(sqlite3.connect(exporter.folder / "var" / "saasexport.sqlite")) as ours:
        tables = ("cde_products_feed", "cde_product_prices_feed", "sales_data_exporter_orders_v2", "indexer_state")
        return [ours.execute(f"select * from {table}").fetchall() for table in tables]
