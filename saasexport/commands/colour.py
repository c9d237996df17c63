"""Colour, for people only: on a terminal, and not with NO_COLOR (no-color.org)."""

import os
import sys

from saasexport import plain

CODES = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}


def is_wanted() -> bool:
    """Whether stdout is a terminal that shows colours, and whoever sits there wants them."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, colour: str) -> str:
    """A line's text in a colour, or without: into a pipe or with NO_COLOR."""
    text = plain.line(text)
    if not colour or not is_wanted():
        return text
    return f"\x1b[{CODES[colour]}m{text}\x1b[0m"
