"""Whether the jobs run: installed in cron, seen lately, and not stuck behind a lock.

Every job touches its lock file when it starts, an idle one too, so the file's
time is when it last ran.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from saasexport import lock
from saasexport.doctor.finding import Findings, Patient, ago, fail, ok, warn


class Job(NamedTuple):
    """A job, and how long it may not be seen before that is worth a word, or a failure."""

    name: str
    warn_after: float
    fail_after: float


JOBS = (
    Job("reindex_all_invalid", 300, 900),
    Job("saas_data_exporter", 600, 1_800),  # every 5 minutes in some schedules of Adobe's
    Job("sales_data_exporter", 600, 1_800),
    Job("resend_failed", 900, 3_600),
    Job("cleanup_deleted_feed_items", 93_600, float("inf")),  # a day and two hours; reindex_all_invalid stands in
)

# Where lines for cron and units for systemd stand, besides the user's own crontab.
CRON_FILES = ("/etc/crontab", "/etc/cron.d", "/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")

# Names of cron's process, as /proc/PID/comm has them.
DAEMONS = frozenset(("cron", "crond", "fcron", "anacron", "busybox", "dcron", "cronie"))

# A lock held longer than a job may run, and some more, is held by something that hangs.
HELD_SECONDS = 600


def cron(patient: Patient, files: Iterable[str] = CRON_FILES) -> Findings:
    """Every job is called by cron and was seen lately."""
    lines = scheduled(files)
    unknown = [job.name for job in JOBS if not any(_calls(line, job.name) for line in lines)]
    late = [finding for job in JOBS for finding in _seen(patient, job, is_scheduled=job.name not in unknown)]
    ages = [age for job in JOBS[:1] if (age := _age(patient, job.name)) is not None]
    if not unknown:
        yield ok("cron", "every job is scheduled")
    elif len(unknown) == len(JOBS) and not late:
        yield ok("cron", "no job is in a crontab that can be read here, but all are seen")
    elif len(unknown) == len(JOBS):
        yield fail("cron", "no job is in the crontab, /etc/crontab, /etc/cron.d or a systemd timer", _INSTALL)
    else:
        yield warn("cron", f"not scheduled: {', '.join(unknown)}", _INSTALL)
    if late and len(unknown) < len(JOBS) and not _is_daemon_running():
        yield fail("cron", "no cron daemon is running", "start it: systemctl enable --now cron (or crond)")
    yield from late
    if not late and ages:
        yield ok("cron", f"jobs run: reindex_all_invalid was seen {ago(ages[0])} ago")


_INSTALL = "run, as the user who is to run the jobs: saasexport cron:install"


def _seen(patient: Patient, job: Job, is_scheduled: bool) -> Findings:
    age = _age(patient, job.name)
    if age is None:
        if job.fail_after == float("inf") and is_scheduled:
            return  # it is daily: its first time may be to come
        yield (fail if job.fail_after < float("inf") else warn)(
            "cron", f"{job.name} was never run", "see that cron runs, and read its mail or log"
        )
    elif age > job.warn_after:
        yield (fail if age > job.fail_after else warn)(
            "cron", f"{job.name} was last run {ago(age)} ago", "see that cron runs, and read its mail or log"
        )


def _age(patient: Patient, job: str) -> float | None:
    """The seconds since a job last started, None if it never did."""
    try:
        modified = os.stat(os.path.join(patient.config["export.lock_dir"], job + ".lock")).st_mtime
    except OSError:
        return None
    return patient.now.timestamp() - modified


def scheduled(files: Iterable[str]) -> list[str]:
    """The lines of every crontab and timer that can be read, comments left out."""
    lines = _own_crontab()
    for path in files:
        folder = [os.path.join(path, name) for name in sorted(os.listdir(path))] if os.path.isdir(path) else [path]
        for file in folder:
            if "systemd" in path and "saasexport" not in os.path.basename(file):
                continue
            try:
                with open(file, encoding="utf-8", errors="replace") as opened:
                    lines += opened.read().splitlines()
            except OSError:
                continue
    return [line for line in lines if not line.lstrip().startswith("#")]


def _own_crontab() -> list[str]:
    try:
        done = subprocess.run(
            ["crontab", "-l"],  # noqa: S607  # wherever this system has it
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def _calls(line: str, job: str) -> bool:
    return re.search(rf"(^|[^\w-]){job}($|[^\w-])", line) is not None


def _is_daemon_running() -> bool:
    """Whether a cron daemon runs; where that cannot be told, one does."""
    try:
        processes = [name for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return True
    for process in processes:
        try:
            with open(f"/proc/{process}/comm") as file:
                if file.read().strip() in DAEMONS:
                    return True
        except OSError:
            continue
    return not processes


def locks(patient: Patient) -> Findings:
    """No lock is held longer than a job may run."""
    folder = patient.config["export.lock_dir"]
    limit = patient.config["export.run_seconds"] + HELD_SECONDS
    try:
        files = sorted(name for name in os.listdir(folder) if name.endswith(".lock") and name != "service.lock")
    except OSError as error:
        if os.path.exists(folder):
            yield fail("locks", f"{folder}: {error.strerror}", "see [export] lock_dir")
        return
    holders = []
    for name in files:
        path = os.path.join(folder, name)
        holder = lock.is_held(path)
        if not holder:
            continue
        since = os.stat(path).st_mtime
        age = patient.now.timestamp() - since
        holders.append(holder)
        if age > limit:
            moment = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S")
            yield warn("locks", f"{name.removesuffix('.lock')}: held by {holder} since {moment} UTC", _end(holder))
            holders.pop()
    yield ok("locks", f"held, as they should be, by {', '.join(holders)}" if holders else "none is held")


def _end(holder: str) -> str:
    found = re.search(r"\((\d+)\)$", holder)
    if not found:
        return "if it hangs, end it: the lock goes with it"
    pid = found[1]
    what = _command(pid)
    if not what:
        return f"process {pid} is gone, one it started has the lock: fuser -v on the file tells which"
    return f"it is {what}; if it hangs, run: kill {pid} (the lock goes with it, nothing is lost)"


def _command(pid: str) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()[:200]
    except OSError:
        return ""


def now() -> datetime:
    """The moment of the examination."""
    return datetime.fromtimestamp(time.time(), UTC)
