"""JSON by that half of the standard library's which is in C: the other half brings re, and that costs half a start.

What is out of the ordinary, and a Python that has no such half, is left to the standard library's own.
"""

from collections.abc import Callable

from saasexport.hints import Any

try:
    from _json import encode_basestring as encode_basestring
    from _json import encode_basestring_ascii, make_encoder, make_scanner
except ImportError:
    from json.encoder import encode_basestring, encode_basestring_ascii

    make_encoder = make_scanner = None  # type: ignore[assignment,misc]


class _Reading:
    """How JSON is read if nothing else is said."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float  # NaN, Infinity, -Infinity


_scan: Any = make_scanner(_Reading) if make_scanner is not None else None  # type: ignore[arg-type]


def decode(text: str | bytes) -> Any:
    """The value that JSON has; ValueError if it is none."""
    try:
        written = (text if isinstance(text, str) else text.decode()).strip(" \t\r\n")
        value, end = _scan(written, 0)
        if end == len(written):
            return value
    except (StopIteration, ValueError, TypeError):
        pass
    import json  # late: what is no JSON, not UTF-8, or begins with a mark of the byte order

    return json.loads(text)


def encoder(ascii_only: bool = False, sort_keys: bool = False) -> Callable[[Any], str]:
    """What writes a value as JSON without blanks; TypeError or ValueError where JSON has no word for it."""
    quote = encode_basestring_ascii if ascii_only else encode_basestring
    try:
        # Made once: made anew for every value, it costs as much as encoding a small one.
        pieces_of = make_encoder(None, _refuse, quote, None, ":", ",", sort_keys, False, False)
    except TypeError:  # there is none, or it wants to be told something else
        import json

        return json.JSONEncoder(
            ensure_ascii=ascii_only, check_circular=False, allow_nan=False, sort_keys=sort_keys, separators=(",", ":")
        ).encode
    return lambda value: "".join(pieces_of(value, 0))


def _refuse(value: Any) -> Any:
    raise TypeError(f"JSON has no word for {type(value).__name__}")
