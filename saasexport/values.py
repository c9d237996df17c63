"""How values of the shop become values of an item.

SQLite keeps what was written, whatever the column's type says: a number may
be text, a date may be anything.  Each function here gives the JSON value a
field needs, or raises InvalidValue with the field's name, so that one bad value
sets aside one item and no more (feeds.md 0.2, casts).  A field that the
configuration leaves out (`exclude`) is None then: nobody misses it.
"""

import math
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from saasexport.errors import InvalidValue
from saasexport.stdlib import UTC, Any, datetime

# The forms in which items have times, as strftime takes them: UTC, to the second.
DATE_TIME = "%Y-%m-%d %H:%M:%S"
RFC_3339 = "%Y-%m-%dT%H:%M:%S+00:00"

try:
    from _sha1 import sha1 as _small_sha1  # type: ignore[import-not-found]
except ImportError:  # a Python that leaves it to OpenSSL
    _small_sha1 = None


class _Sha1:
    """SHA-1, by Python's own code for the first bytes of a process.

    OpenSSL's is four times as fast, and takes 3 ms to load: a twentieth of a tick with one change.
    """

    FEW_BYTES = 400_000

    def __init__(self) -> None:
        self._make: Any = _small_sha1
        self._left = self.FEW_BYTES

    def __call__(self, data: bytes) -> bytes:
        if self._left > 0:
            self._left -= len(data)
            if self._left <= 0 or self._make is None:
                import hashlib

                self._make, self._left = hashlib.sha1, 0
        made: bytes = self._make(data).digest()
        return made


sha1 = _Sha1()

# The fields that are left out of the items being assembled, named as in `exclude`.
_LEFT_OUT: ContextVar[Sequence[str]] = ContextVar("left out", default=())


@contextmanager
def leaving_out(exclude: Sequence[str]) -> Iterator[None]:
    """Assemble items without these fields: a value of theirs that is unusable is no fault."""
    token = _LEFT_OUT.set(exclude)
    try:
        yield
    finally:
        _LEFT_OUT.reset(token)


def is_left_out(field: str) -> bool:
    """Whether a field, or one that it is a part of, is left out."""
    return any(field == name or field.startswith(name + ".") for name in _LEFT_OUT.get())


def refuse(field: str, reason: str, also: Sequence[str] = ()) -> None:
    """Raise InvalidValue, unless the field, and all others made of the same value (`also`), are left out."""
    if not (is_left_out(field) and all(map(is_left_out, also))):
        raise InvalidValue(field, reason)


class Shared(dict[str, Any]):
    """An object that stands in many items, such as the entry of an option: encoded once, and not to be changed."""

    __slots__ = ("encoded",)

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.encoded = ""  # the engine's


# How a text begins that was left unread as no item can hold it; its length follows.
TOO_LONG = "saasexport: a text that is too long: "

# How the reason ends why an item is too large to be sent: trying again does not help until it changes.
TOO_LARGE = "more than [service] max_body"


def no_blob(value: bytes, wanted: str) -> str:
    """Why bytes are no value: what they are, or how long the text is that was left unread."""
    length = value.decode("latin-1").removeprefix(TOO_LONG)
    if len(length) < len(value):
        return f"a text of {length} characters, {TOO_LARGE}"
    return f"binary data where {wanted} belongs"


def text(value: Any, field: str, also: Sequence[str] = ()) -> str | None:
    """A string, None for NULL; numbers print as Commerce prints them (10, not 10.0)."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        refuse(field, no_blob(value, "text"), also)
        return None
    if isinstance(value, float):
        value = number(value, field)
    return str(value)


def number(value: Any, field: str, also: Sequence[str] = ()) -> int | float | None:
    """A number, None for NULL; a whole one comes as int, so that 10.0 prints as 10."""
    if value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = float("" if "_" in value else value)  # 1_000 is a number to Python only
        except ValueError:
            refuse(field, f"{shorten(value)} is not a number", also)
            return None
    if not isinstance(value, float):
        refuse(field, no_blob(value, "a number"), also)
        return None
    if not math.isfinite(value):
        refuse(field, f"{value} is not a finite number", also)
        return None
    # Beyond 64 bits an integer would be more than a reader of JSON can take.
    return int(value) if value == int(value) and abs(value) < 2**63 else value


def whole(value: Any, field: str, also: Sequence[str] = ()) -> int | None:
    """A whole number, None for NULL; fractions are cut off, as PHP's int cast does."""
    found = number(value, field, also)
    return found if found is None else int(found)


def boolean(value: Any) -> bool | None:
    """True or false, None for NULL; like PHP, an empty text and '0' are false."""
    if value is None:
        return None
    return value not in (0, "", "0")


def date_time(value: Any, field: str, kind: str = "time") -> str | None:
    """A moment as Commerce stores it, `2024-05-06 07:08:09` in UTC; None for NULL and for MySQL's zero date.

    A date alone is its midnight; fractions of seconds are cut off, offsets worked in.
    """
    if value is None:
        return None
    written = _date_time(value) if type(value) is str else None
    if written is None:
        refuse(field, f"{shorten(str(value))} is not a {kind}")
    return written or None


@lru_cache(1024)
def _date_time(value: str) -> str | None:
    """The moment as text; empty for a date of zeros, None for what is no moment."""
    if value.startswith("0000-00-00"):
        return ""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # Python also reads 20240506 and 2024-W18-1.
    return moment.strftime(DATE_TIME).rjust(19, "0") if value[4:8:3] == "--" else None


def base64_of(value: str, errors: str = "surrogateescape") -> str:
    """The base64 of a text's bytes, as the service knows ids of things that have none of their own (feeds.md 2.8)."""
    return b2a_base64(value.encode(errors=errors), newline=False).decode()


def split_list(value: str) -> list[str]:
    """The values of a list such as `31,32`; blanks around them do not count."""
    return [each.strip() for each in value.split(",")]


def media_path(value: str) -> str:
    """A path below a folder of media: it begins with a slash, whether it is stored with one or not."""
    return value if value.startswith("/") or not value else "/" + value


def shorten(value: str, length: int = 40) -> str:
    """A value as it may stand in a message: quoted, one line, not too long."""
    return repr(value if len(value) <= length else value[:length] + "...")


def uuid_of(content: bytes) -> str:
    """The version 5 UUID of bytes that begin with a namespace's, or of any others (RFC 9562)."""
    # By hand: `uuid` brings the module platform along, which costs a tick more than all of its UUIDs.
    digest = bytearray(sha1(content)[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    digits = digest.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
