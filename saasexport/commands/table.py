"""Tables for people: columns as wide as they must be, numbers to the right."""

from collections.abc import Iterable, Sequence
from typing import Any


def lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The lines of a table; None prints as a dash."""
    rows = [list(row) for row in rows]
    printed = [[_printed(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *printed, strict=True)]
    to_the_right = [
        bool(rows) and all(cell is None or _is_number(cell) for cell in column)
        for column in (zip(*rows, strict=True) if rows else [()] * len(head))
    ]
    found = []
    for row in (list(head), *printed):
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_the_right, strict=True)
        ]
        found.append("  ".join(cells).rstrip())
    return found


def _printed(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:,}" if _is_number(cell) else str(cell)


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)
