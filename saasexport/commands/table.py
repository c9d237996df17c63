"""Tables for people: columns as wide as they must be, numbers to the right."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from saasexport import plain
from saasexport.commands.colour import paint

# (column, cell) -> the name of a colour, or an empty text.
ColourOf = Callable[[str, Any], str]


def lines(
    head: Sequence[str], rows: Iterable[Sequence[Any]], colour_of: ColourOf | None = None, gap: str = "  "
) -> list[str]:
    """The lines of a table; None prints as a dash."""
    return [gap.join(cells).rstrip() for cells in _pad(head, rows, colour_of)]


def draw_borders(head: Sequence[str], rows: Iterable[Sequence[Any]], colour_of: ColourOf | None = None) -> list[str]:
    """The lines of a table with borders, as bin/magento prints them; None prints as nothing."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    first, *others = (f"| {' | '.join(cells)} |" for cells in _pad(head, rows, colour_of))
    return [border, first, border, *others, border] if others else [border, first, border]


def _pad(head: Sequence[str], rows: Iterable[Sequence[Any]], colour_of: ColourOf | None) -> list[list[str]]:
    """Every cell as wide as its column, the head first; coloured after it was measured."""
    rows = [list(row) for row in rows]
    printed = [[_cell_text(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(head, *printed, strict=True)]
    to_the_right = [
        any(map(_is_number, column)) and all(cell is None or _is_number(cell) for cell in column)
        for column in (zip(*rows, strict=True) if rows else [()] * len(head))
    ]
    lines = []
    for row, cells in zip([None, *rows], [list(head), *printed], strict=True):
        line = []
        for index, text in enumerate(cells):
            padded = text.rjust(widths[index]) if to_the_right[index] else text.ljust(widths[index])
            colour = colour_of(head[index], row[index]) if colour_of and row is not None else ""
            line.append(paint(padded, colour))
        lines.append(line)
    return lines


def _cell_text(cell: Any) -> str:
    if cell is None:
        return "-"
    return f"{cell:,}" if _is_number(cell) else plain.line(str(cell))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)
