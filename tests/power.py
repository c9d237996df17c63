"""Power cuts, simulated: what may stand on a disk when the current goes in the middle of a program's writes.

A program runs once under strace, which records every write, sync, truncation
and removal of the files of a folder.  Replayed up to any point, what was
synced is there; of what was not, anything may be: all, nothing, some, and of a
page only some sectors.
"""

import re
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
CALLS = ("pwrite64", "ftruncate", "fdatasync", "fsync", "unlink", "openat", "sendto", "write")
STRACE = ("strace", "-f", "-qq", "-y", "-xx", "-s", "10000000", "-e", f"trace={','.join(CALLS)}")

HOW = ("lost", "kept", "some", "torn")  # what happens to writes that were not synced

_LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) = (-?\d+)")
_FILE = re.compile(r"^(\d+|AT_FDCWD)<([^>]*)>")


class Step(NamedTuple):
    """One call that matters."""

    call: str  # write, truncate, sync, remove, create, send or say
    file: str = ""
    offset: int = 0
    data: bytes = b""


def steps(log, folder):
    """The calls that strace recorded, as far as they concern the folder's databases, a request or standard output."""
    found = []
    for line in Path(log).read_text().splitlines():
        matched = _LINE.match(line)
        if matched and int(matched[3]) >= 0:
            step = _step(matched[1], matched[2], str(folder))
            if step is not None:
                found.append(step)
    return found


def _step(call, arguments, folder):
    if call == "unlink":
        path = _text(arguments.split('"')[1])
        return Step("remove", path) if _concerns(path, folder) else None
    if call == "openat":
        path = _text(arguments.split('"')[1])
        return Step("create", path) if "O_CREAT" in arguments and _concerns(path, folder) else None
    opened = _FILE.match(arguments)
    path = _text(opened[2]) if opened else ""
    if call == "sendto":
        return Step("send") if _bytes(arguments)[:5] == b"POST " else None
    if call == "write":
        return Step("say") if opened and opened[1] == "1" else None
    if not _concerns(path, folder):
        return None
    if call == "pwrite64":
        return Step("write", path, int(arguments.rsplit(",", 1)[1]), _bytes(arguments))
    if call == "ftruncate":
        return Step("truncate", path, int(arguments.rsplit(",", 1)[1]))
    return Step("sync", path)


def _concerns(path, folder):
    return path.startswith(folder) and ".sqlite" in path and not path.endswith("-shm")


def _text(escaped):
    return bytes.fromhex(escaped.replace("\\x", "")).decode() if escaped.startswith("\\x") else escaped


def _bytes(arguments):
    return bytes.fromhex(arguments.partition('"')[2].partition('"')[0].replace("\\x", ""))


class Disk:
    """Files as they are for sure, and what was done to them since and not synced."""

    def __init__(self, files):
        self.files = {str(file): Path(file).read_bytes() for file in files}  # no entry: no file
        self.pending = {}

    def take(self, step):
        """One more call."""
        if step.call == "sync":
            self._settle(step.file, self.pending.pop(step.file, []))
        elif step.call in ("write", "truncate", "remove") or (step.call == "create" and not self._is_there(step.file)):
            self.pending.setdefault(step.file, []).append(step)

    def _is_there(self, file):
        """Whether the program sees the file now."""
        calls = [step.call for step in self.pending.get(file, []) if step.call in ("remove", "create")]
        return calls[-1] == "create" if calls else file in self.files

    def after_the_cut(self, how, random):
        """Files and their contents when the current goes now."""
        left = Disk([])
        left.files = dict(self.files)
        for file, todo in self.pending.items():
            survivors = []
            for step in todo:
                left_of_it = _survivors(step, how, random)
                if step.call in ("remove", "create") and not left_of_it:
                    break  # what follows was done to a file of that name that never came to be
                survivors += left_of_it
            left._settle(file, survivors)
        return left.files

    def _settle(self, file, todo):
        for step in todo:
            if step.call == "remove":
                self.files.pop(file, None)
                continue
            content = bytearray(self.files.get(file, b""))
            if step.call == "truncate":
                content = content[: step.offset].ljust(step.offset, b"\0")
            elif step.call == "write":
                if len(content) < step.offset:
                    content.extend(bytes(step.offset - len(content)))
                content[step.offset : step.offset + len(step.data)] = step.data
            self.files[file] = bytes(content)


def _survivors(step, how, random):
    """What is left of a call that was not synced."""
    if how == "kept":
        return [step]
    if how == "lost":
        return []
    if how == "some" or step.call != "write":
        return [step] if random.random() < 0.5 else []
    return [
        step._replace(offset=step.offset + start, data=step.data[start : start + SECTOR])
        for start in range(0, len(step.data), SECTOR)
        if random.random() < 0.5
    ]
