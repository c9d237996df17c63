"""The service as a process under hardship: descriptors, memory, floods, and a signal in the middle of it."""

import contextlib
import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.service.test_service_process import SCRIPT, Running, post, read, running
from tests.service.valid_items import item

LARGEST = 16_777_216


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_memory(pid: int) -> int:
    """The most memory that a process ever had, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1000


def half_open(stack: contextlib.ExitStack, port: int, number: int) -> socket.socket:
    """A connection that says no more than the beginning of a request."""
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
    connection.sendall(
        b"POST /feeds/prices/testing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n["[: number % 77]
    )
    return connection


def answered(service: Running) -> bool:
    """Whether it stores a batch, and says what it holds."""
    connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
    status = post(connection, [item("prices")])
    connection.close()
    return status == 200 and isinstance(read(service.port, "/feeds"), list)


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="/proc is not here")


@pytest.mark.thorough
@pytest.mark.parametrize("descriptors", [20, 32, 64, 1024])
def test_two_hundred_half_open_connections_hold_up_nobody_however_few_descriptors_there_are(
    tmp_path: Path, descriptors: int
) -> None:
    limited = tmp_path / "limited"
    limited.write_text(f'import os, resource, sys\nresource.setrlimit(resource.RLIMIT_NOFILE, ({descriptors},) * 2)\n'
                       f'os.execv(sys.executable, [sys.executable, {str(SCRIPT)!r}, *sys.argv[1:]])\n')  # fmt: skip
    with running(tmp_path, script=limited) as service, contextlib.ExitStack() as stack:
        for number in range(200):
            half_open(stack, service.port, number)
        assert answered(service)
        assert service.end(signal.SIGTERM) == (0, "", "")


@pytest.mark.thorough
@needs_proc
@pytest.mark.parametrize("descriptors", [3, 5, 8, 10, 12])
def test_without_any_descriptor_left_it_waits_quietly_and_goes_on_later(tmp_path: Path, descriptors: int) -> None:
    with running(tmp_path) as service, contextlib.ExitStack() as stack:
        pid = service.process.pid
        assert answered(service)
        former = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (descriptors, former[1]))
        for number in range(30):
            connection = half_open(stack, service.port, number)
        before = processor_seconds(pid)
        connection.settimeout(1)
        with contextlib.suppress(TimeoutError, ConnectionError):
            connection.recv(1)
        assert processor_seconds(pid) - before < 0.3
        resource.prlimit(pid, resource.RLIMIT_NOFILE, former)
        assert answered(service)
        assert service.end(signal.SIGTERM) == (0, "", "")


def flood(service: Running, body: bytes, number: int) -> Counter[int]:
    """How so many of the same gzip body at once are answered."""
    statuses: Counter[int] = Counter()

    def send() -> None:
        connection = HTTPConnection("127.0.0.1", service.port, timeout=120)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        connection.request("POST", "/feeds/prices/testing", body, headers)
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] += 1
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def valid_batch() -> bytes:
    """Nearly the largest body, all of it valid."""
    items = [item("prices", sku=f"{number:05}" * 260) for number in range(9_000)]
    return json.dumps(items, separators=(",", ":")).encode()


# Each inflates to about 16 MB from some tens of kilobytes.
SMALL_AND_LARGE = {
    "blanks": b"[" + b" " * (LARGEST - 2) + b"]",
    "half surrogates below long names": b"[" + b'{"%s":' % (b"k" * 17_000) * 930 + b'"\\ud800"' + b"}" * 930 + b"]",
    "half surrogates": b"[[" + b'"\\ud800",' * 1_800_000 + b"1]]",
    "lists": b"[[" + b"[]," * 5_500_000 + b"1]]",
    "objects": b"[[" + b'{"a":1},' * 2_000_000 + b"1]]",
    "items that are none": b"[" + b",".join([b'"' + b"\\u00e9" * 270 + b'"'] * 9_999) + b"]",
    "zeros": bytes(100_000_000),
}


@pytest.mark.thorough
@needs_proc
@pytest.mark.parametrize("body", SMALL_AND_LARGE.values(), ids=SMALL_AND_LARGE)
def test_memory_does_not_follow_what_small_bodies_inflate_to(tmp_path: Path, body: bytes) -> None:
    with running(tmp_path) as service:
        statuses = flood(service, gzip.compress(body, 9), 6)
        assert set(statuses) <= {200, 400, 413}
        # The interpreter has 25 of them, the largest body 17, and what one is parsed to the others.
        assert most_memory(service.process.pid) < 300
        assert answered(service)


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("kind", ["valid", "blanks", "half surrogates", "items that are none"])
def test_sixty_four_large_bodies_at_once_take_little_more_memory_than_one(tmp_path: Path, kind: str) -> None:
    body = gzip.compress(valid_batch() if kind == "valid" else SMALL_AND_LARGE[kind], 9)
    with running(tmp_path) as service:
        flood(service, body, 1)
        alone = most_memory(service.process.pid)
        statuses = flood(service, body, 64)
        assert statuses.total() == 64
        assert set(statuses) <= {200, 400}
        assert most_memory(service.process.pid) < alone + 150


def test_a_signal_in_the_middle_of_requests_loses_none_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    enough = threading.Event()

    def send(port: int, sender: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        # Ends when the service does.
        with contextlib.suppress(OSError, HTTPException):
            for number in range(10_000):
                sku = f"{sender}-{number}"
                if post(connection, [item("prices", sku=sku)]) == 200:
                    acknowledged.add(sku)
                if len(acknowledged) > 20:
                    enough.set()
        connection.close()

    with running(tmp_path) as service:
        threads = [threading.Thread(target=send, args=(service.port, sender)) for sender in range(8)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        assert service.end(signal.SIGTERM) == (0, "", "")
        for thread in threads:
            thread.join()
    with running(tmp_path) as service:
        [count] = read(service.port, "/feeds")  # type: ignore[misc]
        assert count["live"] >= len(acknowledged)


def test_services_that_start_at_once_on_one_database_all_run(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        begun = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(SCRIPT), "--port", "0"],
                    cwd=tmp_path,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(5)
        ]
        lines = [process.stdout.readline() for process in begun if process.stdout]
        assert [line.startswith("listening on ") for line in lines] == [True] * 5
        for process in begun:
            process.terminate()
        assert [process.communicate(timeout=30)[1] for process in begun] == [""] * 5
        assert [process.returncode for process in begun] == [0] * 5


@pytest.mark.sample(1)
@pytest.mark.parametrize("descriptors", [6, 8, 9, 10, 11, 12, 13, 14])
def test_a_start_with_too_few_descriptors_is_one_line_or_a_start(tmp_path: Path, descriptors: int) -> None:
    process = subprocess.Popen(
        ["/bin/sh", "-c", f'ulimit -n {descriptors}; exec "{sys.executable}" "{SCRIPT}" --port 0'],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    if process.stdout.readline():
        process.terminate()
    errors = process.communicate(timeout=30)[1]
    assert (process.returncode, errors.count("\n")) in ((0, 0), (1, 1), (2, 1))
    assert "Traceback" not in errors


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is not here")
def test_a_full_disk_below_its_output_is_said_in_one_line(tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "--port", "0"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
            check=False,
        )
    message = (
        "commerce_service: cannot say where it listens:"
        " stdout cannot be written: No space left on device; make room, or send it elsewhere\n"
    )
    assert (done.returncode, done.stderr) == (1, message)


def refused(tmp_path: Path, *options: str) -> str:
    """What is said of options with which it does not start; nothing is made then."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--port", "0", "--database", "held.sqlite", *options],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, (tmp_path / "held.sqlite").exists()) == (2, "", False)
    return done.stderr


def key_file(tmp_path: Path, name: str) -> str:
    """A file with a key that only its owner may read."""
    (tmp_path / name).write_text("open sesame")
    (tmp_path / name).chmod(0o600)
    return str(tmp_path / name)


@pytest.mark.sample(1)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])  # noqa: S104  # what the refusal is about
@pytest.mark.parametrize("options", [[], ["--storefront-key-file"], ["--allow-host", "proxy.example"]])
def test_it_does_not_start_where_others_reach_it_without_a_key(tmp_path: Path, host: str, options: list[str]) -> None:
    if host == "::" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    if options == ["--storefront-key-file"]:
        options = [*options, key_file(tmp_path, "front.key")]
    assert refused(tmp_path, "--host", host, *options) == (
        f"commerce_service: whoever reaches {host} could read and change what is kept here;"
        " have it ask for a key: --api-key-file FILE\n"
    )


@pytest.mark.sample(1)
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104  # all addresses, with a key
def test_with_a_key_others_may_reach_it(tmp_path: Path, host: str) -> None:
    if host == "::" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with running(tmp_path, "--host", host, "--api-key-file", key_file(tmp_path, "api.key")) as service:
        assert service.end(signal.SIGTERM) == (0, "", "")


def test_what_answers_storefronts_is_loaded_with_the_first_question_only(tmp_path: Path) -> None:
    program = f"""
import sys
from saasexport.service.server import CommerceService
def names():
    return sorted(name for name in sys.modules if name.startswith(("saasexport.service.search", "graphql",
        "saasexport.service.catalog", "saasexport.service.recommend", "saasexport.service.settings")))
with CommerceService({str(tmp_path / "held.sqlite")!r}) as service:
    print(names())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.sample(1)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2", "::1"])
def test_on_this_machine_no_key_is_needed(tmp_path: Path, host: str) -> None:
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    with running(tmp_path, "--host", host) as service:
        assert service.end(signal.SIGTERM) == (0, "", "")


def test_hosts_are_allowed_on_the_command_line(tmp_path: Path) -> None:
    with running(tmp_path, "--allow-host", "a.example", "--allow-host", "B.example") as service:
        statuses = []
        for host in ("a.example", "b.example:443", "c.example"):
            connection = HTTPConnection("127.0.0.1", service.port, timeout=20)
            connection.request("GET", "/feeds", headers={"Host": host})
            statuses.append(connection.getresponse().status)
            connection.close()
    assert statuses == [200, 200, 421]


def has_ipv6() -> bool:
    """Whether this machine has an address of its own in IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True
