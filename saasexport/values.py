"""How values of the shop become values of an item.

SQLite keeps what was written, whatever the column's type says: a number may
be text, a date may be anything.  Each function here gives the JSON value a
field needs, or raises Unusable with the field's name, so that one bad value
sets aside one item and no more (feeds.md 0.2, casts).
"""

import math
from typing import Any

from saasexport.errors import Unusable


def text(value: Any, field: str) -> str | None:
    """A string, None for NULL; numbers print as Commerce prints them (10, not 10.0)."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        raise Unusable(field, "binary data where text belongs")
    if isinstance(value, float):
        value = number(value, field)
    return str(value)


def number(value: Any, field: str) -> int | float | None:
    """A number, None for NULL; a whole one comes as int, so that 10.0 prints as 10."""
    if value is None:
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = float("" if "_" in value else value)  # 1_000 is a number to Python only
        except ValueError:
            raise Unusable(field, f"{shortened(value)} is not a number") from None
    if not isinstance(value, float):
        raise Unusable(field, "binary data where a number belongs")
    if not math.isfinite(value):
        raise Unusable(field, f"{value} is not a finite number")
    # Beyond 64 bits an integer would be more than a reader of JSON can take.
    return int(value) if value == int(value) and abs(value) < 2**63 else value


def whole(value: Any, field: str) -> int | None:
    """A whole number, None for NULL; fractions are cut off, as PHP's int cast does."""
    found = number(value, field)
    return found if found is None else int(found)


def boolean(value: Any) -> bool | None:
    """True or false, None for NULL; like PHP, an empty text and '0' are false."""
    if value is None:
        return None
    return value not in (0, "", "0")


def shortened(value: str, length: int = 40) -> str:
    """A value as it may stand in a message: quoted, one line, not too long."""
    return repr(value if len(value) <= length else value[:length] + "...")
