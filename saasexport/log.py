"""The four log files, in Commerce's format (commerce.md 4).

One write per record to a file opened for appending: jobs that run side by side
never mix their lines.  The files are opened anew for each record, so that
logrotate may move them away at any time without a line being lost.
"""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from saasexport.database.hashing import encode
from saasexport.errors import SaasExportError
from saasexport.stdlib import UTC, Any, datetime

COLLECTING = "commerce-data-export"
SENDING = "saas-export"

# Characters of an exception that are shown, and of its traceback that are kept, the innermost calls.
MOST_SHOWN = 200
MOST_TRACED = 20_000


class Log:
    """Where a job writes what it did."""

    def __init__(self, folder: str, caller: str, is_verbose: bool = False) -> None:
        self.folder = folder
        self.caller = caller
        self.is_verbose = is_verbose
        self.has_printed = False
        self.fault = ""  # why it cannot be written: somebody has to know, though the work goes on

    def operation(self, feed: str, operation: str, status: str, started: float | None = None, **more: Any) -> None:
        """A record of a sync: `started` is time.monotonic() at its beginning."""
        since = duration(time.monotonic() - started) if started is not None else "0 ms"
        caller = more.pop("caller", self.caller)
        record = {"feed": feed, "operation": operation, "status": status, "elapsed": since}
        record |= {"pid": str(os.getpid()), "caller": caller, **more}
        self._write(COLLECTING, "INFO", encode(record))
        self.say(f"{feed}: {operation}: {status}" + (f" ({since})" if started is not None else ""))

    def error(self, code: str, message: str, group: str = COLLECTING) -> None:
        """A record of what failed, with its CDE code, in the log and in its -errors sister."""
        text = f"CDE{code} {message}"
        self._write(group, "ERROR", text)
        self._write(group + "-errors", "ERROR", text)
        self.say(message)

    def failure(self, code: str, about: str, error: BaseException) -> str:
        """A record of what stopped a feed, a job or a command; gives the line a person is told.

        What nobody foresaw is a bug: its traceback is in the log, and the line says where.
        """
        if isinstance(error, SaasExportError):
            self.error(code, str(error))
            return str(error)
        message = f"{about}: {type(error).__name__}" + (f": {one_line(str(error))[:MOST_SHOWN]}" if str(error) else "")
        import traceback  # late: seldom needed

        trace = "".join(traceback.format_exception(error))[-MOST_TRACED:]
        self._write(COLLECTING, "ERROR", f"CDE{code} {message}")
        self._write(COLLECTING + "-errors", "ERROR", f"CDE{code} {message}\n{trace}")
        self.say(message)
        return f"{message}; its traceback is in {os.path.join(self.folder, COLLECTING + '-errors.log')}"

    def record_request(self, feed: str, items: int, status: int, request_id: str, payload: bytes) -> None:
        """A record of a request; its payload only with EXPORTER_EXTENDED_LOG=1."""
        record: dict[str, Any] = {"feed": feed, "items": items, "code": status, "requestId": request_id}
        if os.environ.get("EXPORTER_EXTENDED_LOG") == "1":
            record["payload"] = payload.decode("utf-8", "replace")
        self._write(SENDING, "INFO", encode(record))

    def warning(self, code: str, message: str, group: str = COLLECTING) -> None:
        """A record of what an admin should know, with its CDE code."""
        self._write(group, "WARNING", f"CDE{code} {message}")

    def not_sent(self, feed: str, items: Sequence[bytes]) -> None:
        """A record of a batch of a dry run, with EXPORTER_EXTENDED_LOG=1: the payload that would be sent."""
        if os.environ.get("EXPORTER_EXTENDED_LOG") == "1":
            payload = (b"[" + b",".join(items) + b"]").decode("utf-8", "replace")
            record = {"feed": feed, "items": len(items), "dryRun": True, "payload": payload}
            self._write(SENDING, "INFO", encode(record))

    def provider(self, name: str, entities: int, seconds: float) -> None:
        """A record of how long a part of a feed took, and of the memory this process has needed so far."""
        import resource  # late: only with EXPORTER_PROFILER=1

        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        record = {"provider": name, "entities": entities, "ms": round(seconds * 1000, 1), "MB": round(megabytes, 1)}
        self._write(COLLECTING, "INFO", encode(record))

    def say(self, message: str) -> None:
        """Tell a person who asked for it with -v."""
        if self.is_verbose:
            self.has_printed = True
            with suppress(SaasExportError):  # a full disk, for one: that keeps nothing from being sent
                print(message, file=sys.stderr)

    def tell(self, message: str) -> None:
        """Leave a line about what takes a while in the log, and tell a person."""
        self._write("commerce-data-export", "INFO", message)
        if self.is_verbose or sys.stderr.isatty():
            print(message, file=sys.stderr)

    def _write(self, name: str, level: str, text: str) -> None:
        moment = datetime.now(UTC).isoformat(timespec="microseconds")
        line = f"[{moment}] report.{level}: {one_line(text)} [] []\n".encode("utf-8", "backslashreplace")
        path = os.path.join(self.folder, name + ".log")
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            try:
                file = os.open(path, flags, 0o600)
            except FileNotFoundError:
                os.makedirs(self.folder, 0o700, exist_ok=True)
                file = os.open(path, flags, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as problem:
            # A log that cannot be written must not keep the shop's changes from being sent.
            self.fault = f"{path}: {problem.strerror}"
            self.say(self.fault)


def duration(seconds: float) -> str:
    """A duration as Commerce prints it: 383 ms, 00:00:02 625 ms."""
    milliseconds = int(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02} {rest} ms"


def one_line(text: str) -> str:
    """The text without line breaks and other control characters: one record stays one line."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)
