"""Values of the server's, as SQLite is given them: it converts more slowly than Python, and Python by columns."""

from collections.abc import Callable, Iterable, Sequence
from math import isfinite
from typing import Any

from saasexport.mirror.tables import Column

# What becomes of the values of a column.
Convert = Callable[[Sequence[Any]], Sequence[Any]]


def rows_of(columns: Iterable[Sequence[Any]], converts: Iterable[Convert | None]) -> list[tuple[Any, ...]]:
    """Rows of what becomes of the values of columns; of those with None they stay as they are."""
    pairs = zip(columns, converts, strict=True)
    return list(zip(*(convert(column) if convert else column for column, convert in pairs), strict=True))


def of_bytes(column: Column) -> Convert | None:
    """What becomes of values that came as bytes; None: they stay as they are."""
    if column.is_binary:
        return None
    if column.declared == "REAL":
        return reals
    # Beyond what SQLite keeps as a whole number, its own conversion from a text is what is wanted.
    return _integers if column.declared == "INTEGER" and column.most is None else texts


def _integers(values: Sequence[Any]) -> Sequence[Any]:
    try:
        return list(map(int, values))
    except TypeError:
        return [None if value is None else int(value) for value in values]


def texts(values: Sequence[Any]) -> Sequence[Any]:
    """Texts of their bytes; what is no UTF-8 stays bytes."""
    try:
        return list(map(bytes.decode, values))
    except (TypeError, UnicodeDecodeError):
        return [None if value is None else _text(value) for value in values]


def _text(value: bytes) -> bytes | str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def reals(values: Sequence[Any]) -> Sequence[Any]:
    """The nearest numbers, which SQLite does not always take."""
    return [None if value is None else _real(value) for value in values]


def _real(value: bytes | str) -> float | str:
    number = float(value)
    return number if isfinite(number) else value.decode() if isinstance(value, bytes) else value
