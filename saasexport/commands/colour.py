"""Colour, for people only: on a terminal, and not with NO_COLOR (no-color.org)."""

import os
import sys

CODES = {"red": "31", "green": "32", "yellow": "33", "bold": "1"}


def is_wanted() -> bool:
    """Whether stdout is a terminal that shows colours, and whoever sits there wants them."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painted(text: str, colour: str) -> str:
    """The text in a colour, or as it is: without a colour, into a pipe or with NO_COLOR."""
    if not colour or not is_wanted():
        return text
    return f"\x1b[{CODES[colour]}m{text}\x1b[0m"
