"""What the standard library gives, by those of its halves that are in C: the others are what makes a tick start slowly.

To a type checker all is what it is there.  typing, sqlite3 and datetime together take as long to import as Python takes
to start, and json's other half brings re, which takes half of that.  A NamedTuple is made here in a tenth of the time:
nothing is compiled for it.  What is out of the ordinary, and a Python that lacks such a half, is left to the standard
library's own.
"""

from collections.abc import Callable
from operator import itemgetter

__all__ = (
    "TYPE_CHECKING",
    "UTC",
    "Any",
    "NamedTuple",
    "Protocol",
    "TypeVar",
    "datetime",
    "decode_json",
    "encode_basestring",
    "json_encoder",
    "sqlite3",
    "timedelta",
    "tzinfo",
)

try:
    from _json import encode_basestring as encode_basestring
    from _json import encode_basestring_ascii, make_encoder, make_scanner
except ImportError:
    from json.encoder import encode_basestring, encode_basestring_ascii

    make_encoder = make_scanner = None  # type: ignore[assignment,misc]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from datetime import UTC, datetime, timedelta, tzinfo
    from typing import Any, NamedTuple, Protocol, TypeVar
else:
    # The halves in C, which lack nothing but what turns dates into values of SQLite: times are text here.
    try:
        import _sqlite3 as sqlite3
        from _datetime import UTC, datetime, timedelta, tzinfo
    except ImportError:  # a Python that has them elsewhere
        import sqlite3
        from datetime import UTC, datetime, timedelta, tzinfo

    Any = Protocol = object
    TypeVar = str  # nothing but its name is ever read

    try:
        from _collections import _tuplegetter as field
    except ImportError:  # as the standard library does it then

        def field(place, text):
            """What reads the field at a place."""
            return property(itemgetter(place), doc=text)

    class _Fields(tuple):
        """What all of them have."""

        __slots__ = ()

        def __new__(cls, *values, **named):
            if named or len(values) != cls._count:
                values += cls._fill_in(values, named)
            return tuple.__new__(cls, values)

        _make = classmethod(tuple.__new__)

        @classmethod
        def _fill_in(cls, values, named):
            """The values of the fields behind these, from their names; TypeError if one has none, or has two."""
            if not named and len(values) in cls._tails:
                return cls._tails[len(values)]
            rest = cls._fields[len(values) :]
            given = {**cls._field_defaults, **named}
            if len(values) <= cls._count and named.keys() <= {*rest} <= given.keys():
                return tuple([given[name] for name in rest])
            raise TypeError(f"{cls.__name__}({', '.join(cls._fields)}) cannot be made of {values} and {named}")

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **named):
            return tuple.__new__(type(self), self._fill_in((), {**self._asdict(), **named}))

        def __repr__(self):
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Makes a class of what is declared."""

        def __new__(cls, name, _, declared):
            made = type(name, (_Fields,), {**declared, "__slots__": ()})
            made._fields = made.__match_args__ = tuple(made.__annotations__)
            made._count = len(made._fields)
            made._field_defaults = {field: declared[field] for field in made._fields if field in declared}
            defaults = tuple(made._field_defaults.values())
            # By the number of values that are given: the defaults behind them.
            made._tails = {made._count - number: defaults[-number:] for number in range(1, len(defaults) + 1)}
            for place, each in enumerate(made._fields):
                setattr(made, each, field(place, ""))
            return made

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})


class _Reading:
    """How JSON is read if nothing else is said."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float  # NaN, Infinity, -Infinity


_scan: Any = make_scanner(_Reading) if make_scanner is not None else None  # type: ignore[arg-type]


def decode_json(text: str | bytes) -> Any:
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


def json_encoder(ascii_only: bool = False, sort_keys: bool = False) -> Callable[[Any], str]:
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
