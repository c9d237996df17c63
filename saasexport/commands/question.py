"""A question to the person at the terminal, before something that cannot be taken back."""

import sys


def is_confirmed() -> bool:
    """Whether the person says yes; Ctrl-C ends the command, with nothing done."""
    try:
        print("Go on? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes")
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what is told stands on a line of its own
        raise KeyboardInterrupt("nothing was changed") from None
