"""What typing, sqlite3 and datetime give, for modules that every tick loads: to import these three takes as long as
Python takes to start.

To a type checker all is what it is there.  A NamedTuple is made here in a tenth of the time: nothing is
compiled for it.
"""

from operator import itemgetter

__all__ = (
    "TYPE_CHECKING",
    "UTC",
    "Any",
    "NamedTuple",
    "Protocol",
    "TypeVar",
    "datetime",
    "sqlite3",
    "timedelta",
    "tzinfo",
)

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

        @classmethod
        def _fill_in(cls, values, named):
            """The values of the fields behind these, from their names; TypeError if one has none, or has two."""
            rest = cls._fields[len(values) :]
            if not named and 0 < len(rest) <= len(cls._field_defaults):
                return tuple(cls._field_defaults.values())[-len(rest) :]
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
            for place, each in enumerate(made._fields):
                setattr(made, each, field(place, ""))
            return made

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})
