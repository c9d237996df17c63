"""--json: the same facts for programs.  Keys are documented in the command's help, and stay."""

import argparse
import json
import textwrap
from collections.abc import Iterable, Mapping
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


def show(objects: Iterable[Mapping[str, Any]]) -> int:
    """Print the objects, each as it comes; gives the exit status."""
    before = "["
    for one in objects:
        print(f"{before}\n " + json.dumps(one, indent=1, ensure_ascii=False).replace("\n", "\n "), end="")
        before = ","
    print("[]" if before == "[" else "\n]")
    return 0
