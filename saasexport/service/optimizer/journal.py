"""What was accepted, a line for each request, so that a double that is started again holds what it held."""

import json
import os
from collections.abc import Iterator
from typing import Any


class Journal:
    """A file that requests are added to before they are answered, each with the moment of its effect."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self) -> Iterator[tuple[float, str, str, list[dict[str, Any]]]]:
        """What was accepted: when it takes effect, what, of which resource, the items.

        What a kill left of a last line is cut off.
        """
        with open(self._descriptor, "rb", closefd=False) as file:
            end = 0
            for line in file:
                if not line.endswith(b"\n"):
                    break
                end += len(line)
                moment, what, name, items = json.loads(line)
                yield moment, what, name, items
        os.ftruncate(self._descriptor, end)

    def add(self, moment: float, what: str, name: str, items: list[dict[str, Any]]) -> None:
        """Keep a request, whatever happens to the process."""
        os.lseek(self._descriptor, 0, os.SEEK_END)
        os.write(self._descriptor, json.dumps([moment, what, name, items]).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
