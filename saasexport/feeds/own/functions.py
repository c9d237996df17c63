"""The functions that the queries of one's own feeds may call, beside SQLite's.

All are deterministic, and made of the standard library.  They exist on our
reading connection only: nothing of the shop ever depends on them.
"""

import base64
import hashlib
import json
import sqlite3
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

Functions = dict[str, tuple[int, Callable[..., Any]]]

# The bits of a number that JavaScript, and so JSON's readers, hold exactly are 53; one is left to spare.
NUMBER_BITS = 52


def number_of(key: Any) -> int | None:
    """A number for a key: a whole number as it is, of a text 52 bits of its SHA-1."""
    if key is None or isinstance(key, int):
        return key
    digest = hashlib.sha1(_bytes(key), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - NUMBER_BITS)


def uuid_of(kind: Any, key: Any) -> str | None:
    """A UUID for a key of a kind: the same for the same two, whatever else changes."""
    if key is None:
        return None
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_text(kind)}/{_text(key)}"))


def encoded(value: Any) -> str | None:
    """A text, or bytes, in base64."""
    return None if value is None else base64.b64encode(_bytes(value)).decode()


def md5(value: Any) -> str | None:
    """The MD5 of a text, or of bytes, as hexadecimal digits."""
    return None if value is None else hashlib.md5(_bytes(value), usedforsecurity=False).hexdigest()


def sha1(value: Any) -> str | None:
    """The SHA-1 of a text, or of bytes, as hexadecimal digits."""
    return None if value is None else hashlib.sha1(_bytes(value), usedforsecurity=False).hexdigest()


def unescape(value: Any) -> Any:
    """A text with its HTML entities resolved: `&amp;` is `&`."""
    if not isinstance(value, str) or "&" not in value:
        return value
    import html  # late: its table of entities is large, and most shops have none

    return html.unescape(value)


def plain(value: Any) -> Any:
    """The text of an HTML fragment: without tags, scripts and styles, entities resolved, blanks joined."""
    if not isinstance(value, str):
        return value
    from html.parser import HTMLParser  # late, as above

    class Text(HTMLParser):
        """Collects what stands between tags."""

        def __init__(self) -> None:
            super().__init__(convert_charrefs=True)
            self.parts: list[str] = []
            self.hidden = 0

        def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002  # the parser's signature
            self.hidden += tag in ("script", "style")
            self.parts.append(" " if tag in _BREAKS else "")

        def handle_endtag(self, tag: str) -> None:
            self.hidden = max(0, self.hidden - (tag in ("script", "style")))
            self.parts.append(" " if tag in _BREAKS else "")

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.parts.append(data)

    parser = Text()
    parser.feed(value)
    parser.close()
    return " ".join("".join(parser.parts).split())


# Between these stands a blank, so that words of two paragraphs do not grow together.
_BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)


def php_json(value: Any) -> str | None:
    """What PHP's serialize() wrote, as JSON; NULL for what it did not write."""
    if not isinstance(value, str | bytes):
        return None
    try:
        read, at = _php(_bytes(value), 0)
    except (ValueError, IndexError, RecursionError, UnicodeDecodeError):
        return None
    return json.dumps(read, ensure_ascii=False) if at == len(_bytes(value)) else None


def _php(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at a place, and the place behind it (php.net: serialize)."""
    kind = data[at : at + 1]
    if kind == b"N":
        return None, _behind(data, at + 1, b";")
    at = _behind(data, at + 1, b":")
    if kind in b"bid" and kind:
        end = data.index(b";", at)
        number = data[at:end].decode("ascii")
        if kind == b"d":
            value = float(number)
            return (int(value) if value.is_integer() else value), end + 1
        return (bool(int(number)) if kind == b"b" else int(number)), end + 1
    if kind == b"s":
        text, at = _php_text(data, at)
        return text, _behind(data, at, b";")
    if kind == b"O":
        _, at = _php_text(data, at)
        at = _behind(data, at, b":")
    elif kind != b"a":
        raise ValueError
    return _php_array(data, at, kind == b"O")


def _php_array(data: bytes, at: int, is_object: bool) -> tuple[Any, int]:
    end = data.index(b":", at)
    count = int(data[at:end])
    at = _behind(data, end + 1, b"{")
    pairs: dict[Any, Any] = {}
    for _ in range(count):
        key, at = _php(data, at)
        # Members that are not public carry their class before their name.
        pairs[key.rpartition("\0")[2] if isinstance(key, str) else key], at = _php(data, at)
    at = _behind(data, at, b"}")
    is_list = not is_object and list(pairs) == list(range(len(pairs)))
    return (list(pairs.values()) if is_list else {str(key): value for key, value in pairs.items()}), at


def _php_text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b":", at)
    length = int(data[at:end])
    begin = _behind(data, end + 1, b'"')
    return data[begin : begin + length].decode(), _behind(data, begin + length, b'"')


def _behind(data: bytes, at: int, expected: bytes) -> int:
    if data[at : at + 1] != expected:
        raise ValueError
    return at + 1


def utc(local: Any, zone: Any) -> str | None:
    """A local time of a time zone (`Europe/Berlin`) as UTC, `2026-11-28 09:00:00`; NULL for what is no time."""
    if not isinstance(local, str):
        return None
    from zoneinfo import ZoneInfo  # late: few shops keep local times

    try:
        moment = datetime.fromisoformat(local.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        try:
            moment = moment.replace(tzinfo=ZoneInfo(_text(zone)))
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"utc: no time zone {zone!r}") from error
    try:
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    except OverflowError:
        return None


FUNCTIONS: Functions = {
    "number_of": (1, number_of),
    "uuid_of": (2, uuid_of),
    "base64": (1, encoded),
    "md5": (1, md5),
    "sha1": (1, sha1),
    "unescape": (1, unescape),
    "plain": (1, plain),
    "php_json": (1, php_json),
    "utc": (2, utc),
}


def register(connection: sqlite3.Connection, functions: Functions = FUNCTIONS) -> None:
    """Let the queries of a connection call the functions."""
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, function, deterministic=True)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
