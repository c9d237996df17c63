"""Who may write what we rely on.

Whoever writes the configuration or our database decides which files are read,
and where they are sent.  So both, and their folders, belong to the user who runs
us or to root, and nobody else may write them; nor the folders of locks and logs.
"""

import os
import stat

from saasexport.errors import ConfigError


def require(path: str, place: str) -> None:
    """Refuse a file of ours that others may exchange; `place` says in the message what names it."""
    target = os.path.realpath(path)
    for one in dict.fromkeys((os.path.dirname(path), os.path.dirname(target), target)):
        require_one(one, place)


def require_one(path: str, place: str) -> None:
    """Refuse a file or folder that a stranger owns, or that others may write."""
    try:
        status = os.stat(path)
    except OSError:
        return  # whoever opens it has words for it
    owner = status.st_uid
    if owner not in (0, os.geteuid()):
        raise ConfigError(
            f"{place}{path}: belongs to {name_of(owner)}, not to {name_of(os.geteuid())} who runs this",
            f"run: sudo -u {name_of(owner)} ..., or: chown {name_of(os.geteuid())} {path}",
        )
    if is_writable_by_others(path, status):
        mode = stat.filemode(status.st_mode)
        writers = "go" if status.st_mode & 0o002 else "g"
        raise ConfigError(
            f"{place}{path}: belongs to {name_of(owner)} and may be written by others ({mode})",
            f"run: chmod {writers}-w {path}",
        )


def require_folder(path: str, place: str) -> None:
    """Refuse what has the place of a folder and is none, or cannot be looked into; one that is missing can be made."""
    try:
        reason = "" if stat.S_ISDIR(os.stat(path).st_mode) else "is no folder"
        if not reason and not os.access(path, os.R_OK | os.X_OK):
            reason = f"cannot be read by {name_of(os.geteuid())}"
    except FileNotFoundError:
        reason = "is a link that leads nowhere" if os.path.islink(path) else ""
    except OSError as error:
        reason = str(error.strerror)
    if reason:
        raise ConfigError(f"{place}: {path}: {reason}", "name a folder")


def is_writable_by_others(path: str, status: os.stat_result) -> bool:
    """Whether another user than owner and root may write; a group that is the owner's own is no other."""
    others = status.st_mode & 0o002
    group = status.st_mode & 0o020 and not _is_own_group(status.st_uid, status.st_gid)
    return bool(others or group) and not is_read_only(path)


def is_read_only(path: str) -> bool:
    """Whether nobody may write there, whatever the mode says: a volume that a container was given."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _is_own_group(user: int, group: int) -> bool:
    import grp  # late: seldom needed
    import pwd

    try:
        owner, shared = pwd.getpwuid(user), grp.getgrgid(group)
    except KeyError:
        return False
    return owner.pw_gid == group and shared.gr_name == owner.pw_name and set(shared.gr_mem) <= {owner.pw_name}


def name_of(user: int) -> str:
    """A user's name, for people."""
    import pwd

    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"#{user}"  # as sudo -u takes it
