"""One job at a time, without anything that could be left behind."""

import errno
import fcntl
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest

from saasexport import lock
from saasexport.errors import Busy, ConfigError
from tests.support import ROOT


@pytest.fixture
def path(tmp_path):
    """A lock file in a folder that is not there yet."""
    return str(tmp_path / "var" / "lock" / "job.lock")


def test_a_lock_is_held_until_it_is_released(path):
    held = lock.take(path, "full sync(1234)")
    with pytest.raises(Busy, match=r'process locked by "full sync\(1234\)"'):
        lock.take(path, "another(5)")
    assert lock.is_held(path) == "full sync(1234)"
    lock.release(held)
    assert lock.is_held(path) == ""
    lock.release(lock.take(path, "another(5)"))


def test_stepping_aside_is_no_failure():
    assert Busy("x").exit_status == 0


def test_a_block_holds_the_lock_and_lets_go_of_it_when_it_fails(path):
    seen = []

    def fail():
        with lock.held(path, "full sync"):
            seen.append(lock.is_held(path))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [*seen, lock.is_held(path)] == [f"full sync({os.getpid()})", ""]


def test_a_file_that_is_left_behind_is_no_lock(path):
    os.makedirs(os.path.dirname(path))
    with open(path, "w") as file:
        file.write("a long name of an operation(99999)")
    held = lock.take(path, "b(1)")
    with open(path) as file:
        assert file.read() == "b(1)"
    lock.release(held)


def test_the_kernel_lets_go_when_the_process_is_killed(path):
    code = (
        "import signal; from saasexport import lock\n"
        f"lock.take({path!r}, 'other(7)'); print('taken', flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"taken\n"
        assert lock.is_held(path) == "other(7)"
        with pytest.raises(Busy):
            lock.take(path, "mine(1)")
        other.kill()
        other.wait(10)
        lock.release(lock.take(path, "mine(1)"))


def test_a_child_does_not_inherit_the_lock(path):
    held = lock.take(path, "mine(1)")
    code = "print('up', flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], close_fds=False, **pipes) as child:
        assert child.stdout.readline() == b"up\n"
        lock.release(held)
        assert lock.is_held(path) == ""
        child.communicate(b"\n", 10)


def test_a_file_that_is_removed_while_it_is_locked_is_made_anew(path, monkeypatch):
    flock = fcntl.flock
    removed = []

    def removing(descriptor, how):
        if not removed:
            removed.append(os.remove(path))
        return flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", removing)
    held = lock.take(path, "mine(1)")
    monkeypatch.undo()
    assert removed == [None]
    assert lock.is_held(path) == "mine(1)"
    lock.release(held)


def test_files_and_folders_are_private(path):
    before = os.umask(0)
    try:
        lock.release(lock.take(path, "mine(1)"))
    finally:
        os.umask(before)
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700


def test_a_holder_of_any_bytes_can_be_shown(path):
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(b"\xff\xfe")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        assert lock.is_held(path) == "\ufffd\ufffd"
        file.truncate(0)
        assert lock.is_held(path) == "another process"
        with pytest.raises(Busy, match="another process"):
            lock.take(path, "mine(1)")


def test_a_file_system_that_cannot_lock_is_not_taken_for_a_lock(path, monkeypatch):
    def cannot(descriptor, how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", cannot)
    with pytest.raises(ConfigError, match=r"^a\.toml: \[export\] lock_dir: .*job\.lock: cannot be locked: No"):
        lock.take(path, "mine(1)", place="a.toml: [export] lock_dir")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"^\[export\] lock_dir: .*: Not a directory; see its owner and mode"):
        lock.take(str(tmp_path / "file" / "job.lock"), "mine(1)")


def test_what_stands_where_cron_leaves_its_time_is_told(tmp_path):
    (tmp_path / "job.cron").mkdir()
    with pytest.raises(ConfigError, match=r"^a\.toml: \[export\] lock_dir: .*job\.cron: Is a directory; remove it"):
        lock.take_job(str(tmp_path), "job", True, place="a.toml: [export] lock_dir")


LOOKS = """
import sys
from saasexport import lock
print("looking", flush=True)
while True:
    assert lock.is_held(sys.argv[1]) in ("", "mine(1)", "another process")
"""


def test_looking_at_a_lock_does_not_take_it(path):
    lock.release(lock.take(path, "mine(1)"))
    command = [sys.executable, "-c", LOOKS, path]
    lookers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    try:
        for looker in lookers:
            assert looker.stdout.readline() == b"looking\n"
        for _ in range(2_000):
            lock.release(lock.take(path, "mine(1)"))
        assert [looker.poll() for looker in lookers] == [None] * 3
    finally:
        for looker in lookers:
            looker.kill()
            looker.communicate()


def test_those_who_look_at_the_same_time_do_not_see_each_other(path):
    lock.release(lock.take(path, "mine(1)"))
    with open(path) as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert lock.is_held(path) == ""


def test_one_who_looks_and_never_ends_is_stepped_aside_for(path):
    lock.release(lock.take(path, "mine(1)"))
    with open(path) as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        with pytest.raises(Busy):
            lock.take(path, "mine(2)")


def test_who_may_only_read_a_lock_file_may_look_at_it(path):
    held = lock.take(path, "mine(1)")
    os.chmod(path, 0o400)
    assert lock.is_held(path) == "mine(1)"
    lock.release(held)
    assert lock.is_held(path) == ""


def test_a_lock_that_was_never_taken_is_not_held(tmp_path):
    assert lock.is_held(str(tmp_path / "none.lock")) == ""


def test_with_closed_standard_streams_the_lock_does_not_take_their_place(tmp_path):
    path = str(tmp_path / "job.lock")
    code = f"import os\nfrom saasexport import lock\nheld = lock.take({path!r}, 'mine(1)')\nos._exit(held <= 2)"
    command = f'exec "{sys.executable}" -c "$0" <&- >&- 2>&-'
    assert subprocess.run(["/bin/sh", "-c", command, code], cwd=ROOT, timeout=30, check=False).returncode == 0


def test_who_waits_gets_the_lock_when_it_is_let_go(tmp_path):
    path = str(tmp_path / "products.lock")
    first = lock.take(path, "full sync(1)")
    taken = []
    thread = threading.Thread(target=lambda: taken.append(lock.take(path, "full sync(2)", waits=True)))
    thread.start()
    thread.join(0.1)
    assert (thread.is_alive(), taken) == (True, [])
    lock.release(first)
    thread.join(60)
    assert lock.is_held(path) == "full sync(2)"
    lock.release(taken[0])


def test_a_person_at_a_terminal_is_told_that_nothing_is_to_be_done(tmp_path):
    path = str(tmp_path / "products.lock")
    with lock.held(path, "full sync"), pytest.raises(Busy) as raised, lock.held(path, "full sync"):
        pass
    terminal = SimpleNamespace(isatty=lambda: True)
    said = f'process locked by "full sync({os.getpid()})"'
    assert raised.value.told_on(None) == said
    assert raised.value.told_on(terminal) == (
        f"{said}: it is at work, and there is nothing you have to do; --wait waits for it"
    )
    assert raised.value.told_on(None, can_wait=False) == said
    assert raised.value.told_on(terminal, can_wait=False) == (
        f"{said}: it is at work, and there is nothing to mend; run this again when it has ended"
    )
