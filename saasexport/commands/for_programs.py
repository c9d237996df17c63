"""--json: the same facts for programs.  Keys are documented in the command's help, and stay."""

import argparse
import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any


def add_option(options: argparse.ArgumentParser, keys: Mapping[str, str], per: str) -> None:
    """Add --json, and what its keys mean to the end of the help."""
    options.add_argument("--json", action="store_true", help=f"for programs: a list of objects, one per {per}")
    width = max(map(len, keys)) + 4
    lines = [
        textwrap.fill(meaning, 79, initial_indent=f"  {key}".ljust(width), subsequent_indent=" " * width)
        for key, meaning in keys.items()
    ]
    options.epilog = "\n".join(["the keys of --json:", *lines])


def show(objects: Sequence[Mapping[str, Any]]) -> int:
    """Print the objects; gives the exit status."""
    print(json.dumps(objects, indent=1, ensure_ascii=False))
    return 0
