"""Reading a file that holds a key or password: only its owner may read it, where that is ours to decide."""

import os
import stat

from saasexport.config.ownership import is_read_only
from saasexport.errors import ConfigError

# Marks that some editors put before a text.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# No key is longer; a device or another file that was named by mistake is not read whole.
MOST_BYTES = 65_536


def read_secret(path: str, place: str) -> bytes:
    """The content without a byte order mark and outer blanks; `place` is the configuration's file and key."""
    try:
        if not os.path.isdir(path) and not stat.S_ISREG(os.stat(path).st_mode):  # a pipe may wait for ever
            raise ConfigError(f"{place}: {path}: is no file", "name the file that holds the key")
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"{place}: {path}: {reason}", "name the file that holds the key") from error
    if status.st_mode & 0o077 and not is_given(path, status):
        raise ConfigError(
            f"{place}: {path}: may be read by others ({stat.filemode(status.st_mode)})", f"run: chmod 600 {path}"
        )
    if len(content) > MOST_BYTES:
        raise ConfigError(f"{place}: {path}: longer than any key", "name the file that holds the key")
    return content.removeprefix(BYTE_ORDER_MARK).strip()


def is_given(path: str, status: os.stat_result) -> bool:
    """Whether others may read the file, none may write it, and its mode is not ours to change: a container's secret."""
    if status.st_mode & 0o022 and not is_read_only(path):
        return False
    return status.st_uid != os.geteuid() or is_read_only(path)


def read_key(path: str, place: str) -> str:
    """The key in a file: one line of printable ASCII."""
    content = read_secret(path, place)
    if content.startswith(UTF_16_MARKS) or b"\0" in content:
        raise ConfigError(f"{place}: {path}: is no UTF-8 text", "save it as UTF-8")
    if not content:
        raise ConfigError(f"{place}: {path}: holds no key", "put the key on its only line")
    # What stands in a header.
    if not content.isascii() or not content.decode().isprintable():
        raise ConfigError(
            f"{place}: {path}: holds no key of printable ASCII characters on one line", "put the key on its only line"
        )
    return content.decode()
