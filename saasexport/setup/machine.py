"""Which machine this is, so that a copy of an installation is noticed."""

import hashlib
import os

ID_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def fingerprint(path: str, id_files: tuple[str, ...] = ID_FILES) -> str:
    """What tells this machine, and the place of our database on it, from others.

    A machine's id is not for others to see, so only its hash is kept.  A
    machine without one is known by the place alone.
    """
    return hashlib.sha256(f"saasexport {_machine_id(id_files)} {os.path.realpath(path)}".encode()).hexdigest()


def _machine_id(id_files: tuple[str, ...]) -> str:
    for file in id_files:
        try:
            with open(file, encoding="ascii") as opened:
                identity = opened.read().strip()
        except (OSError, UnicodeDecodeError):
            continue
        if identity:
            return identity
    return ""
