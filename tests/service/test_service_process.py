"""The service as a process: its command line, its ends, and what a kill leaves."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from saasexport.service.server import main
from tests.service.valid_items import item

SCRIPT = Path(__file__).resolve().parents[2] / "bin" / "commerce_service"


class Running:
    """A process of the service, once it is ready."""

    def __init__(self, folder: Path, *options: str, script: Path = SCRIPT) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(script), "--port", "0", *options],
            cwd=folder,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        self.port = int(urlsplit(self.line.split()[-1]).port or 0)

    def end(self, number: int) -> tuple[int, str, str]:
        """Send a signal, and wait for exit status, remaining output and error output."""
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=30)
        return self.process.returncode, output, errors


@contextlib.contextmanager
def running(folder: Path, *options: str, script: Path = SCRIPT) -> Iterator[Running]:
    """A process that is gone at the end, however the test ends."""
    service = Running(folder, *options, script=script)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)


def post(connection: HTTPConnection, items: list[dict[str, object]]) -> int:
    """Send items to the prices feed; the status of the answer."""
    body = json.dumps(items)
    connection.request("POST", "/feeds/prices/testing", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def read(port: int, path: str) -> object:
    """GET a path of a service."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    content = json.loads(connection.getresponse().read())
    connection.close()
    return content


@pytest.mark.sample(1)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_where_it_listens_and_ends_cleanly(tmp_path: Path, number: int) -> None:
    with running(tmp_path) as service:
        assert service.line == f"listening on http://127.0.0.1:{service.port}\n"
        assert read(service.port, "/feeds") == []
        assert service.end(number) == (0, "", "")
    # The write-ahead log was folded into the file, which lies where it was started, for nobody else to read.
    assert os.listdir(tmp_path) == ["commerce-service.sqlite"]
    assert stat.S_IMODE((tmp_path / "commerce-service.sqlite").stat().st_mode) == 0o600


def test_it_runs_through_a_symlink(tmp_path: Path) -> None:
    link = tmp_path / "service"
    link.symlink_to(SCRIPT)
    with running(tmp_path, script=link) as service:
        assert service.end(signal.SIGTERM) == (0, "", "")


def test_it_runs_with_closed_standard_input(tmp_path: Path) -> None:
    command = f'exec "{sys.executable}" "{SCRIPT}" --port 0 <&-'
    process = subprocess.Popen(["/bin/sh", "-c", command], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().rpartition(":")[2])
    assert read(port, "/feeds") == []
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_idle_connections_do_not_hold_up_its_end(tmp_path: Path) -> None:
    with running(tmp_path) as service, contextlib.ExitStack() as stack:
        for sent in (b"", b"GET /", b"GET /feeds HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            connection.sendall(sent)
        read(service.port, "/feeds")
        start = time.monotonic()
        assert service.end(signal.SIGTERM) == (0, "", "")
        assert time.monotonic() - start < 8  # it would wait 10 s for requests at work


def test_a_line_is_printed_per_request_only_when_asked_for(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        read(service.port, "/feeds")
        assert service.end(signal.SIGTERM)[2] == ""
    with running(tmp_path, "--verbose") as service:
        read(service.port, "/feeds?secret=1")
        [line] = service.end(signal.SIGTERM)[2].splitlines()
    assert line.startswith("GET /feeds 200 ")
    assert line.endswith(" ms")


def test_routes_and_key_are_taken_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "api.key").write_text("open sesame\n")
    (tmp_path / "api.key").chmod(0o600)
    options = (
        "--api-key-file",
        "api.key",
        "--route",
        "prices=/v1/{environment_id}/prices",
        "--max-body",
        "1000",
    )
    with running(tmp_path, *options) as service:
        statuses = []
        for path, key, body in (
            ("/v1/testing/prices", "open sesame", b"[]"),
            ("/v1/testing/prices", "open", b"[]"),
            ("/feeds/prices/testing", "open sesame", b"[]"),
            ("/feeds/products/testing", "open sesame", b"[]"),
            ("/v1/testing/prices", "open sesame", b"[" + b" " * 1000 + b"]"),
        ):
            connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
            connection.request("POST", path, body, {"Content-Type": "application/json", "X-Api-Key": key})
            statuses.append(connection.getresponse().status)
            connection.close()
        assert service.end(signal.SIGTERM)[0] == 0
    assert statuses == [200, 401, 405, 200, 413]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o444])
def test_a_key_file_of_ours_that_others_may_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: int
) -> None:
    key = tmp_path / "api.key"
    key.write_text("open sesame")
    key.chmod(mode)
    assert main(["--port", "0", "--database", str(tmp_path / "x"), "--api-key-file", str(key)]) == 2
    shown = stat.filemode(stat.S_IFREG | mode)
    assert capsys.readouterr().err == (
        f"commerce_service: --api-key-file: {key}: may be read by others ({shown}); run: chmod 600 {key}\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory; name the file that holds the key"),
        (b" \n", "holds no key; put the key on its only line"),
        (b"\xef\xbb\xbf\n", "holds no key; put the key on its only line"),
        ("open sesame".encode("utf-16"), "is no UTF-8 text; save it as UTF-8"),
        (b"open\nsesame\n", "holds no key of printable ASCII characters on one line; put the key on its only line"),
        (b"k" * 70_000, "longer than any key; name the file that holds the key"),
    ],
)
def test_what_is_no_key_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, reason: str
) -> None:
    key = tmp_path / "api.key"
    if content is not None:
        key.write_bytes(content)
        key.chmod(0o600)
    assert main(["--port", "0", "--database", str(tmp_path / "x"), "--api-key-file", str(key)]) == 2
    assert capsys.readouterr().err == f"commerce_service: --api-key-file: {key}: {reason}\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.sample(1)
@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which only root may")
@pytest.mark.parametrize("mode", [0o444, 0o440, 0o644])
@pytest.mark.parametrize("content", [b"open sesame\n", b"\xef\xbb\xbfopen sesame\r\n"])
def test_the_secret_of_a_container_is_the_key(tmp_path: Path, mode: int, content: bytes) -> None:
    key = tmp_path / "api.key"
    key.write_bytes(content)
    key.chmod(mode)
    os.chown(key, 65534, -1)
    with running(tmp_path, "--api-key-file", "api.key") as service:
        statuses = []
        for given in ("open sesame", "open"):
            connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
            connection.request("GET", "/feeds", headers={"X-Api-Key": given})
            statuses.append(connection.getresponse().status)
            connection.close()
        assert service.end(signal.SIGTERM)[0] == 0
    assert statuses == [200, 401]


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("nothing=/x/{environment_id}", "--route nothing=/x/{environment_id}: no such feed"),
        ("prices=/x", "--route prices=/x: the path has to begin with / and to hold {environment_id}"),
        ("prices=x/{environment_id}", "--route prices=x/{environment_id}: the path has to begin with /"),
    ],
)
def test_a_route_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], route: str, message: str
) -> None:
    assert main(["--port", "0", "--database", str(tmp_path / "x"), "--route", route]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"commerce_service: {message}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--max-body", "0"],
        ["--route", "prices"],
        ["--nothing"],
        ["--allow-host", ""],
        ["--allow-host", "http://a.example"],
        ["--allow-host", "a.example:80"],
        ["--allow-host", "*.example"],
        ["--allow-origin", ""],
        ["--allow-origin", "*"],
        ["--allow-origin", "null"],
        ["--allow-origin", "shop.example"],
        ["--allow-origin", "https://shop.example/page"],
    ],
)
def test_wrong_usage_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    [line] = output.err.splitlines()
    assert line.startswith("commerce_service: ")
    assert line.endswith("; see: commerce_service --help")


def test_a_port_that_is_taken_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["--port", str(port), "--database", str(tmp_path / "x")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"commerce_service: cannot listen on 127.0.0.1:{port}: ")


def test_a_database_in_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nowhere" / "x"
    assert main(["--port", "0", "--database", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"commerce_service: cannot use the database {path}: unable to open database file\n"
    )


def test_help_starts_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith("examples:\n  commerce_service\n")
    assert "commerce-service.sqlite in the working directory" in " ".join(text.split())


@pytest.mark.sample(1)
@pytest.mark.parametrize("kill_after", [1, 3, 10, 40])
def test_a_kill_loses_nothing_acknowledged_and_leaves_no_half_batch(tmp_path: Path, kill_after: int) -> None:
    """Three senders post batches of 20 without a pause; kill -9 comes in the middle of it."""
    size = 20
    acknowledged: set[str] = set()
    sent: set[str] = set()
    enough = threading.Event()

    def send(port: int, sender: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        # Ends when the service is gone.
        with contextlib.suppress(OSError, HTTPException):
            for number in range(100_000):
                batch = f"{sender}-{number}"
                sent.add(batch)
                if post(connection, [item("prices", sku=f"{batch}-{n}") for n in range(size)]) == 200:
                    acknowledged.add(batch)
                if len(acknowledged) >= kill_after:
                    enough.set()
        connection.close()

    with running(tmp_path) as service:
        threads = [threading.Thread(target=send, args=(service.port, sender)) for sender in range(3)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        service.end(signal.SIGKILL)
        for thread in threads:
            thread.join()

    held: dict[str, int] = {}
    with running(tmp_path) as service:
        after: str | None = ""
        while after is not None:
            connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
            connection.request("GET", f"/feeds/prices/testing?limit=1000&after={after.replace(' ', '')}")
            page = json.loads(connection.getresponse().read())
            connection.close()
            for it in page["items"]:
                batch = it["sku"].rpartition("-")[0]
                held[batch] = held.get(batch, 0) + 1
            after = page["next"]
        assert service.end(signal.SIGTERM)[0] == 0
    assert acknowledged <= set(held) <= sent
    assert set(held.values()) == {size}
