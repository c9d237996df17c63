"""Whether the jobs run: installed in cron, seen lately, and not stuck behind a lock.

Every job touches a file beside its lock when cron starts it, an idle one too,
so the file's time is when it last ran.
"""

import os
import re
import stat
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from saasexport import clock, lock
from saasexport.clock import duration
from saasexport.delivery import ping
from saasexport.doctor import schedule
from saasexport.doctor.finding import FAIL, WARN, Examined, Finding, Findings, fail, ok, warn
from saasexport.status import judgement
from saasexport.status.judgement import JOBS, Job

# Names of cron's process, as /proc/PID/comm has them.
DAEMONS = frozenset(("cron", "crond", "fcron", "anacron", "busybox", "dcron", "cronie"))

# A lock held longer than a job may run, and some more, is held by something that hangs.
HELD_SECONDS = 600


def cron(examined: Examined, files: Iterable[str] = schedule.FILES) -> Findings:
    """Every job is called by cron, for this configuration, and was seen lately."""
    ours = os.path.realpath(examined.config.file)
    jobs = judgement.jobs_of(examined.config)
    names = tuple(job.name for job in jobs)
    calls = [call for call in schedule.calls(names, files) if os.path.realpath(call.config) == ours]
    unknown = [job for job in jobs if job.name not in {call.job for call in calls}]
    loud = [job for job in jobs if job not in unknown and not any(c.by_cron for c in calls if c.job == job.name)]
    late = _late(examined, [job for job in jobs if job not in unknown and job not in loud], _since_set_up(examined))
    late += _late(examined, unknown, float("inf"))
    if loud:
        yield warn("cron", f"called without --cron: {_names(loud)}", "add --cron to these lines; cron:install has it")
    if not unknown:
        yield ok("cron", "every job is scheduled")
    elif late or len(unknown) < len(jobs):
        worst = fail if len(unknown) == len(jobs) and any(finding.status == FAIL for finding in late) else warn
        yield worst("cron", f"not scheduled for this configuration: {_names(unknown)}", _INSTALL)
    else:
        yield ok("cron", "something starts the jobs, though no crontab that can be read here does")
    if late and len(unknown) < len(jobs) and not _is_daemon_running():
        yield fail("cron", "no cron daemon is running", "start it: systemctl enable --now cron (or crond)")
    yield from late
    if not late:
        yield ok("cron", _last_seen(examined))


_INSTALL = "run, as the user who is to run the jobs: saasexport cron:install"


def _names(jobs: list[Job]) -> str:
    return ", ".join(job.name for job in jobs)


def _last_seen(examined: Examined) -> str:
    age = judgement.age(examined.config["export.lock_dir"], JOBS[0].name, examined.now.timestamp())
    if age is None:
        return f"cron has not started {JOBS[0].name} yet: it is due within a minute"
    return f"the jobs run: {JOBS[0].name} was seen {duration(age)} ago"


def _late(examined: Examined, jobs: list[Job], grace: float) -> list[Finding]:
    """Jobs that cron did not start for too long, those of one kind in one line."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for job, age in judgement.late(examined.config["export.lock_dir"], jobs, examined.now.timestamp(), grace):
        what = "never run by cron" if age is None else f"last run by cron {duration(age)} ago"
        status = FAIL if (float("inf") if age is None else age) > job.fail_after else WARN
        kinds.setdefault((status, what), []).append(job.name)
    return [
        Finding(status, "cron", f"{', '.join(some)}: {what}", "see that cron runs, and read its mail or log")
        for (status, what), some in kinds.items()
    ]


def _since_set_up(examined: Examined) -> float:
    """The seconds since the data space in force was taken into use: a job may have had no time yet to run."""
    if examined.ours is None:
        return float("inf")
    return examined.age(examined.ours.execute("select min(used_at) from environment").fetchone()[0])


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


def watchers(examined: Examined) -> Findings:
    """The dead-man's switch hears of the jobs, and the metrics are written."""
    if examined.config["export.ping_url"]:
        path = os.path.join(examined.config["export.lock_dir"], "ping.state")
        try:
            age = examined.now.timestamp() - os.stat(path).st_mtime
        except OSError:
            age = float("inf")
        if age > 4 * ping.EVERY_SECONDS:
            heard = "was never reached" if age == float("inf") else f"was last reached {duration(age)} ago"
            yield warn("ping", f"the ping_url {heard}", "see that cron runs the jobs with --cron, and try it with curl")
        else:
            yield ok("ping", f"the ping_url was reached {duration(age)} ago")
    path = examined.config["export.metrics_file"]
    if path:
        if reason := _why_not_written(path):
            where = examined.config.place("export.metrics_file")
            yield warn("metrics", f"{where}: {reason}", "name a file in a folder that can be written")
        else:
            yield ok("metrics", f"{path}: can be written")


def _why_not_written(path: str) -> str:
    """Why a file cannot be made anew at a path; empty if it can."""
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            return f"{path}: is a folder"
    except FileNotFoundError:
        pass
    except OSError as error:
        return f"{path}: {error.strerror}"
    folder = os.path.dirname(path)
    return "" if os.access(folder, os.W_OK) else f"{folder}: cannot be written"


def locks(examined: Examined) -> Findings:
    """No lock is held longer than a job may run."""
    folder = examined.config["export.lock_dir"]
    limit = examined.config["export.run_seconds"] + HELD_SECONDS
    try:
        files = sorted(name for name in os.listdir(folder) if name.endswith(".lock") and name != "service.lock")
    except OSError as error:
        if os.path.lexists(folder):
            place = examined.config.place("export.lock_dir")
            yield fail("locks", f"{place}: {folder}: {error.strerror}", "name a folder")
        return
    holders = []
    for name in files:
        path = os.path.join(folder, name)
        holder = lock.is_held(path)
        if not holder:
            continue
        since = os.stat(path).st_mtime
        age = examined.now.timestamp() - since
        holders.append(holder)
        if age > limit:
            moment = clock.text(datetime.fromtimestamp(since, UTC))
            yield warn("locks", f"{name.removesuffix('.lock')}: held by {holder} since {moment} UTC", _end(holder))
            holders.pop()
    yield ok("locks", f"held, as they should be, by {', '.join(holders)}" if holders else "none is held")


def _end(holder: str) -> str:
    match = re.search(r"\((\d+)\)$", holder)
    if not match:
        return "if it hangs, end it: the lock goes with it"
    pid = match[1]
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
