"""One job at a time, one sync of a feed at a time.

The lock is an flock on a file, not the file's existence: the kernel lets
go of it when the process ends, however it ends, so no stale lock has ever
to be removed by hand.  What stands in the file is only there for people: who
holds it, and, by the file's time, when it was last taken.
"""

import fcntl
import os
import sys

from saasexport.errors import Busy, ConfigError

# Looking takes microseconds; one who was stopped while looking must not keep a job waiting for ever.
LOOKERS = 10_000


# What messages name, where the configuration's file is not at hand.
PLACE = "[export] lock_dir"


def take(path: str, holder: str, waits: bool = False, place: str = PLACE) -> int:
    """Take the lock and give the descriptor that holds it; raise Busy if another process has it, or wait for it.

    `place` is the configuration's file and key, for messages.
    """
    while True:
        try:
            descriptor = _open(path)
        except OSError as error:
            if os.path.islink(path):
                raise ConfigError(f"{place}: {path}: is a link", "remove it") from error
            raise ConfigError(f"{place}: {path}: {error.strerror}", "see its owner and mode") from error
        try:
            _flock(descriptor, waits)
        except BlockingIOError:
            now_held_by = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
            os.close(descriptor)
            raise Busy(f'process locked by "{now_held_by or "another process"}"') from None
        except OSError as error:
            # Some network file systems cannot lock: to take that for a lock would be silence for ever.
            os.close(descriptor)
            raise ConfigError(
                f"{place}: {path}: cannot be locked: {error.strerror}", "name a folder on a local disk"
            ) from error
        if _is_at(descriptor, path):
            break
        # Somebody removed the file between opening and locking: take the new one.
        os.close(descriptor)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, holder.encode(), 0)
    return descriptor


def take_job(folder: str, job: str, by_cron: bool, waits: bool = False, place: str = PLACE) -> int:
    """Take a job's lock; what cron started leaves its time in a file beside, which people's runs do not touch."""
    descriptor = take(os.path.join(folder, job + ".lock"), f"{job}({os.getpid()})", waits, place)
    if by_cron:
        _touch(os.path.join(folder, job + ".cron"), place)
    return descriptor


def _touch(path: str, place: str) -> None:
    try:
        seen = _open(path)
    except OSError as error:
        raise ConfigError(f"{place}: {path}: {error.strerror}", "remove it") from error
    os.utime(seen)
    os.close(seen)


def write_note(path: str, note: bytes) -> None:
    """Leave a note for the next run of a job, who holds its lock; it may be lost."""
    descriptor = _open(path)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, note, 0)
    os.close(descriptor)


def read_note(path: str) -> bytes:
    """The note that a run of the job left; empty if none did."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return b""
    note = os.read(descriptor, 100_000)
    os.close(descriptor)
    return note


def release(descriptor: int) -> None:
    """Let go of a lock."""
    os.close(descriptor)


class held:  # noqa: N801  # reads as a statement: with held(path, "full sync")
    """Hold a lock for a `with` block."""

    def __init__(self, path: str, operation: str, waits: bool = False, place: str = PLACE) -> None:
        self.path, self.waits, self.place = path, waits, place
        self.holder = f"{operation}({os.getpid()})"

    def __enter__(self) -> None:
        self.descriptor = take(self.path, self.holder, self.waits, self.place)

    def __exit__(self, *_: object) -> None:
        release(self.descriptor)


def is_held(path: str) -> str:
    """Who holds the lock, or an empty text if nobody does; nobody who wants it meanwhile is turned away."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        # Those who look share it, for a moment.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "another process"
    finally:
        os.close(descriptor)
    return ""


def _flock(descriptor: int, waits: bool) -> None:
    """Lock it; unless one waits, raise BlockingIOError if somebody holds it, not if somebody only looks at it."""
    if waits:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    for _ in range(LOOKERS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            # It can be shared with those who look, and with nobody who holds it.
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            # They need the processor to be done.
            os.sched_yield()
    raise BlockingIOError


def _open(path: str) -> int:
    # What a link points to may be anybody's, and is emptied here.
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        descriptor = os.open(path, flags, 0o600)
    if descriptor <= 2:
        # Started with closed standard streams: a message must not end up in the lock file.
        moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
        os.close(descriptor)
        return moved
    return descriptor


def _is_at(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def open_standard_streams() -> None:
    """Give a process that was started without standard streams ones that lead nowhere."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stderr = sys.stderr or open(2, "w")  # noqa: SIM115  # for the life of the process
    sys.stdout = sys.stdout or open(1, "w")  # noqa: SIM115
