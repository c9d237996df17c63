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
from saasexport.delivery import ping
from saasexport.doctor.finding import FAIL, WARN, Finding, Findings, Patient, ago, fail, ok, warn


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
    unknown = [job for job in JOBS if not any(_calls(line, job.name) for line in lines)]
    late = _late(patient, [job for job in JOBS if job not in unknown], is_scheduled=True)
    late += _late(patient, unknown, is_scheduled=False)
    if not unknown:
        yield ok("cron", "every job is scheduled")
    elif len(unknown) < len(JOBS):
        yield warn("cron", f"not scheduled: {', '.join(job.name for job in unknown)}", _INSTALL)
    elif late:
        worst = fail if any(finding.status == FAIL for finding in late) else warn
        yield worst("cron", "no job is in your crontab, /etc/crontab, /etc/cron.d or a systemd timer", _INSTALL)
    else:
        yield ok("cron", "something starts the jobs, though no crontab that can be read here does")
    if late and len(unknown) < len(JOBS) and not _is_daemon_running():
        yield fail("cron", "no cron daemon is running", "start it: systemctl enable --now cron (or crond)")
    yield from late
    if not late:
        yield ok("cron", f"the jobs run: {JOBS[0].name} was seen {ago(_age(patient, JOBS[0].name) or 0)} ago")


_INSTALL = "run, as the user who is to run the jobs: saasexport cron:install"


def _late(patient: Patient, jobs: list[Job], is_scheduled: bool) -> list[Finding]:
    """Jobs that were not seen for too long, those of one kind in one line."""
    since_set_up = _since_set_up(patient)
    kinds: dict[tuple[str, str], list[str]] = {}
    for job in jobs:
        age = _age(patient, job.name)
        if age is not None and age > job.warn_after:
            kinds.setdefault((FAIL if age > job.fail_after else WARN, f"last run {ago(age)} ago"), []).append(job.name)
        elif age is None and not (is_scheduled and since_set_up < job.warn_after):
            status = FAIL if job.fail_after < float("inf") else WARN
            kinds.setdefault((status, "never run"), []).append(job.name)
    return [
        Finding(status, "cron", f"{', '.join(some)}: {what}", "see that cron runs, and read its mail or log")
        for (status, what), some in kinds.items()
    ]


def _since_set_up(patient: Patient) -> float:
    """The seconds since the data space in force was taken into use: a job may have had no time yet to run."""
    if patient.ours is None:
        return float("inf")
    return patient.age(patient.ours.execute("select min(used_at) from environment").fetchone()[0])


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


def watched(patient: Patient) -> Findings:
    """The dead-man's switch hears of the jobs, and the metrics are written."""
    if patient.config["export.ping_url"]:
        path = os.path.join(patient.config["export.lock_dir"], "ping.state")
        try:
            age = patient.now.timestamp() - os.stat(path).st_mtime
        except OSError:
            age = float("inf")
        if age > 4 * ping.EVERY_SECONDS:
            heard = "was never reached" if age == float("inf") else f"was last reached {ago(age)} ago"
            yield warn("ping", f"the ping_url {heard}", "see that cron runs the jobs with --cron, and try it with curl")
        else:
            yield ok("ping", f"the ping_url was reached {ago(age)} ago")
    path = patient.config["export.metrics_file"]
    if path:
        folder = os.path.dirname(path)
        if not os.access(folder, os.W_OK):
            yield warn("metrics", f"{folder}: cannot be written", "see [export] metrics_file")
        else:
            yield ok("metrics", f"{path}: can be written")


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
