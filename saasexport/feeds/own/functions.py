"""The functions that the queries of one's own feeds may call, beside SQLite's.

All are deterministic, and made of the standard library.  They exist on our
reading connection only: nothing of the shop ever depends on them.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable

from saasexport.stdlib import UTC, Any, datetime, sqlite3

Functions = dict[str, tuple[int, Callable[..., Any]]]

# (kind, key) -> the UUID that an entity of this shop has.
UuidOf = Callable[[str, str], str]

# The bits of a number that JavaScript, and so JSON's readers, hold exactly are 53; one is left to spare.
NUMBER_BITS = 52


def number_of(key: Any) -> int | None:
    """A number for a key: a whole number as it is, of a text 52 bits of its SHA-1."""
    if key is None or isinstance(key, int):
        return key
    digest = hashlib.sha1(_bytes(key), usedforsecurity=False).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - NUMBER_BITS)


def encode(value: Any) -> str | None:
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

    # A number of thousands of digits is no character; Python would refuse to read it.
    return html.unescape(_ENDLESS.sub("\ufffd", value))


_ENDLESS = re.compile("&#[0-9]{20,};?")


def plain(value: Any) -> Any:
    """The text of an HTML fragment: without tags, scripts and styles, entities resolved, blanks joined."""
    if not isinstance(value, str):
        return value
    return " ".join(unescape(_NO_TEXT.sub(_between, value)).split())


# Each part ends where the next begins, or at the end, and none is tried twice (what a look ahead has taken, it keeps):
# no text takes long.
_NO_TEXT = re.compile(
    r"""<!--.*?(?:-->|\Z)
      | <(?P<hidden>script|style)\b.*?(?:</(?P=hidden)\b[^<>]*>|\Z)
      | <(?:/?(?P<tag>[a-z][a-z0-9]*)|[!?])(?=(?P<rest>(?:[^<>"']|"[^"<]*"|'[^'<]*'|["'])*))(?P=rest)>""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)

# Between these stands a blank, so that words of two paragraphs do not grow together.
_BREAKS = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
    | {"li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)


def _between(match: re.Match[str]) -> str:
    return " " if (match["tag"] or "").lower() in _BREAKS else ""


def php_json(value: Any) -> str | None:
    """What PHP's serialize() wrote, as JSON; NULL for what it did not write."""
    if not isinstance(value, str | bytes):
        return None
    data = _bytes(value)
    try:
        read, at = _php(data, 0)
        if at == len(data):
            return json.dumps(read, ensure_ascii=False)
    except (ValueError, RecursionError):
        pass
    return None


# What begins a value: nothing, a number, a text or the name of a class, an array (php.net: serialize).
_PHP = re.compile(
    rb"""N; | b:(?P<bool>[01]); | i:(?P<int>[+-]?[0-9]+); | d:(?P<float>[-+.0-9eE]+|-?INF|NAN);
       | (?P<kind>[sO]):(?P<length>[0-9]+):" | a:(?P<count>[0-9]+):\{""",
    re.VERBOSE,
)
_PHP_MEMBERS = re.compile(rb":([0-9]+):\{")


def _php(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at a place, and the place behind it.  ValueError if there is none."""
    match = _PHP.match(data, at)
    if match is None:
        raise ValueError
    at = match.end()
    if match["length"]:
        end = at + int(match["length"])
        text = data[at:end].decode()
        if match["kind"] == b"s":
            return text, _behind(data, end, b'";')
        members = _PHP_MEMBERS.match(data, _behind(data, end, b'"'))
        if members is None:
            raise ValueError
        return _php_members(data, members.end(), int(members[1]), is_object=True)
    if match["count"]:
        return _php_members(data, at, int(match["count"]), is_object=False)
    if match["float"]:
        number = float(match["float"])
        # JSON has neither infinity nor what is no number.
        value = int(number) if number.is_integer() and abs(number) < 2**53 else number
        return (value if math.isfinite(number) else None), at
    if match["int"]:
        return int(match["int"]), at
    return (match["bool"] == b"1" if match["bool"] else None), at


def _php_members(data: bytes, at: int, count: int, is_object: bool) -> tuple[Any, int]:
    members: dict[int | str, Any] = {}
    for _ in range(count):
        key, at = _php(data, at)
        if type(key) is not int and type(key) is not str:
            raise ValueError
        if is_object:
            # Members that are not public carry their class before their name.
            key = str(key).rpartition("\0")[2]
        members[key], at = _php(data, at)
    at = _behind(data, at, b"}")
    is_list = not is_object and list(members) == list(range(len(members)))
    return (list(members.values()) if is_list else {str(key): value for key, value in members.items()}), at


def _behind(data: bytes, at: int, expected: bytes) -> int:
    if not data.startswith(expected, at):
        raise ValueError
    return at + len(expected)


def utc(local: Any, zone: Any) -> Any:
    """A local time of a time zone (`Europe/Berlin`) as UTC, `2026-11-28 09:00:00`.

    What is no time comes back as it is, and of an unknown zone with the zone, so that the item's field says so.
    """
    if not isinstance(local, str):
        return local
    from zoneinfo import ZoneInfo  # late: few shops keep local times

    try:
        moment = datetime.fromisoformat(local.strip())
    except ValueError:
        return local
    if moment.tzinfo is None:
        try:
            moment = moment.replace(tzinfo=ZoneInfo(_text(zone)))
        except (ValueError, KeyError, OSError):
            return f"{local} ({_text(zone)})"
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")
    except OverflowError:
        return local


FUNCTIONS: Functions = {
    "number_of": (1, number_of),
    "base64": (1, encode),
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


def making_uuids(uuid_of: UuidOf) -> Functions:
    """The function that gives a UUID for a key of a kind: the same for the same two of one shop, whatever changes."""

    def of_shop(kind: Any, key: Any) -> str | None:
        return None if key is None else uuid_of(_text(kind), _text(key))

    return {"uuid_of": (2, of_shop)}


class NotFunctions(Exception):
    """What a module declares as its functions cannot be used; the text says why."""


def check(declared: Any) -> Functions:
    """The functions that a module declares."""
    shown = 'expected {"name": (number of arguments, function)}'
    if not isinstance(declared, dict):
        raise NotFunctions(shown)
    for name, entry in declared.items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_]\w{0,99}", name, re.ASCII):
            raise NotFunctions(f"{name!r} is no name of a function: letters, digits and _, no digit first")
        if not isinstance(entry, tuple | list) or len(entry) != 2:
            raise NotFunctions(f"{name}: {shown}")
        arguments, function = entry
        if type(arguments) is not int or not -1 <= arguments <= 100:
            raise NotFunctions(f"{name}: {arguments!r} is no number of arguments from 0 to 100, or -1 for any")
        if not callable(function):
            raise NotFunctions(f"{name}: {function!r} cannot be called")
    if len({name.lower() for name in declared}) < len(declared):
        raise NotFunctions("two names differ in the case of letters only, which SQL does not see")
    return {name: (entry[0], entry[1]) for name, entry in declared.items()}


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
