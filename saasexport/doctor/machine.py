"""The machine: Python, SQLite, clock, time zones, disks, and whether it is the one we were set up on."""

import os
import sqlite3
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from saasexport import queries
from saasexport.clock import text
from saasexport.database import db
from saasexport.doctor.finding import Examined, Findings, fail, ok, warn
from saasexport.setup.machine import fingerprint

SQL = queries.beside(__file__)

LEAST_PYTHON = (3, 11)
LEAST_SQLITE = (3, 37, 0)

# Below this a job cannot write what a tick produces; the second leaves time to act.
FULL_BYTES = 50_000_000
SCARCE_BYTES = 500_000_000
FULL_INODES = 100
SCARCE_INODES = 5_000

# Rows dated this far ahead were not written a moment ago by another process.
AHEAD_SECONDS = 120

# File systems of other machines, whose locks and shared memory SQLite cannot rely on.
REMOTE = (
    *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "lustre", "beegfs", "vboxsf", "prl_fs"),
    *("glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.vmhgfs-fuse"),
)
VOLATILE = ("tmpfs", "ramfs")


def versions(
    python: tuple[int, ...] = sys.version_info[:3], sqlite: tuple[int, ...] = sqlite3.sqlite_version_info
) -> Findings:
    """Python and its SQLite are new enough."""
    shown = ".".join(map(str, python))
    if python < LEAST_PYTHON:
        yield fail("python", f"Python {shown} is too old", "install Python 3.11 or later")
    else:
        yield ok("python", f"Python {shown}")
    shown = ".".join(map(str, sqlite))
    if sqlite < LEAST_SQLITE:
        yield fail("sqlite", f"SQLite {shown} is too old", "use a Python whose sqlite3 has SQLite 3.37 or later")
    else:
        yield ok("sqlite", f"SQLite {shown}")


class Mount(NamedTuple):
    """A file system and where it is."""

    point: str
    kind: str
    is_read_only: bool


def mounts(text: str) -> list[Mount]:
    """The file systems in /proc/self/mountinfo."""
    mounts = []
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        fields, kind = before.split(" "), after.split(" ")
        if len(fields) > 5 and len(kind) > 2:
            point = fields[4].encode().decode("unicode_escape")  # a space stands there as \040
            options = {*fields[5].split(","), *kind[2].split(",")}
            mounts.append(Mount(point, kind[0], "ro" in options))
    return mounts


def mount_of(path: str, all_mounts: Iterable[Mount]) -> Mount | None:
    """The file system a path is on: the last of the longest that match, as the kernel has it."""
    real = os.path.realpath(path)
    best = None
    for mount in all_mounts:
        within = real == mount.point or real.startswith(mount.point.rstrip("/") + "/")
        if within and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best


def on_a_proper_file_system(examined: Examined) -> Findings:
    """The databases are on file systems that SQLite can rely on."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            yield from file_systems(examined, mounts(file.read()))
    except FileNotFoundError:
        return  # no Linux


def file_systems(examined: Examined, known: list[Mount]) -> Findings:
    """The same, with the file systems there are."""
    for what, path, is_ours in (
        ("our database", examined.config["export.database"], True),
        ("the shop", examined.config["shop.database"], False),
    ):
        mount = mount_of(path, known)
        if mount is None:
            continue
        if mount.kind in REMOTE:
            yield fail(
                "file system",
                f"{what} is on {mount.kind}, {mount.point}: SQLite's locks do not hold there",
                "move it to a local disk" + (", see [export] database" if is_ours else ", or run saasexport there"),
            )
        elif mount.is_read_only:
            remedy = f"run: mount -o remount,rw {mount.point}"
            yield fail("file system", f"{what} is on {mount.point}, mounted read-only", remedy)
        elif mount.kind in VOLATILE and is_ours:
            yield warn(
                "file system",
                f"our database is on {mount.kind}, {mount.point}: it is gone with the next restart",
                "move it to a disk, see [export] database",
            )
        else:
            yield ok("file system", f"{what} is on {mount.kind}, {mount.point}")


def disk_space(examined: Examined) -> Findings:
    """There is room where we and the shop write."""
    seen = set()
    for folder in _folders(examined):
        while not os.path.isdir(folder):
            folder = os.path.dirname(folder)
        device = os.stat(folder).st_dev
        if device in seen:
            continue
        seen.add(device)
        space = os.statvfs(folder)
        free = space.f_bavail * space.f_frsize
        shown = f"{free / 1e9:.1f} GB" if free >= 1e9 else f"{free / 1e6:.0f} MB"
        # Some file systems have no fixed number of inodes and say 0 of 0.
        inodes = space.f_favail if space.f_files else SCARCE_INODES
        if free < FULL_BYTES:
            yield fail("disk", f"{folder}: {shown} free", "make room: a job that cannot write stops")
        elif inodes < FULL_INODES:
            yield fail("disk", f"{folder}: {inodes} inodes free", "remove small files: no file can be made soon")
        elif free < SCARCE_BYTES or inodes < SCARCE_INODES:
            yield warn("disk", f"{folder}: {shown} and {inodes} inodes free", "make room soon")
        else:
            yield ok("disk", f"{folder}: {shown} free")


def _folders(examined: Examined) -> list[str]:
    files = (examined.config["export.database"], examined.config["shop.database"])
    return [*map(os.path.dirname, files), examined.config["export.log_dir"], examined.config["export.lock_dir"]]


def clock(examined: Examined) -> Findings:
    """The clock is plausible, and was when our rows were written."""
    if examined.now.year < 2024:
        yield fail(
            "clock",
            f"the clock says {examined.now:%Y-%m-%d %H:%M} UTC, which is past",
            "set it, and have it kept: timedatectl set-ntp true",
        )
    elif examined.ours is None:
        yield ok("clock", f"the clock says {examined.now:%Y-%m-%d %H:%M} UTC")
    else:
        yield from _dated_ahead(examined)


def _dated_ahead(examined: Examined) -> Findings:
    assert examined.ours is not None  # noqa: S101  # asked by clock()
    limit = text(datetime.fromtimestamp(examined.now.timestamp() + AHEAD_SECONDS, UTC))
    rows, latest = 0, ""
    for feed in examined.installation.known_feeds.values():
        query = SQL.dated_ahead.format(feed_table=feed.table)
        count, last = examined.ours.execute(query, {"limit": limit}).fetchone()
        rows, latest = rows + count, max(latest, last or "")
    if rows:
        yield warn(
            "clock",
            f"{rows} items are dated later than now, up to {latest} UTC: the clock was or is wrong",
            "see that the clock is right: date -u; the items go on, each new state a second later than the last",
        )
    else:
        yield ok("clock", f"the clock says {examined.now:%Y-%m-%d %H:%M} UTC, and no item is dated later")


def time_zones(examined: Examined) -> Findings:
    """The time zones that the shop uses are known to this machine."""
    if examined.shop is None:
        return
    try:
        used = [row[0] for row in examined.shop.execute(SQL.time_zones)]
    except sqlite3.OperationalError:
        return  # no such table: the feeds say so
    from zoneinfo import ZoneInfo  # late: only here

    unknown = []
    for name in used:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            unknown.append(name)
    if unknown:
        yield fail(
            "time zone",
            f"the shop uses {', '.join(unknown)}, unknown here: days begin at the wrong hour, taken as UTC",
            "install the time zone data: apt install tzdata, or pip install tzdata",
        )
    else:
        yield ok("time zone", f"the shop uses {', '.join(used) or 'UTC'}")


def clone(examined: Examined) -> Findings:
    """This is the machine, and the place, that the installation was made for."""
    assert examined.ours is not None  # noqa: S101  # called only then
    kept = db.setting(examined.ours, "machine")
    path = examined.config["export.database"]
    if kept is None or kept == fingerprint(path):
        yield ok("machine", "it is the one that was set up")
    else:
        yield warn(
            "machine",
            "our database was set up on another machine or at another path: is this a copy? Two installations that"
            f" send to one data space ({examined.config['service.environment_id']}) undo each other's work",
            "give a copy its own [service] environment_id; if it was moved on purpose, run: " + examined.init,
        )
