"""The items that may be sent in a day, counted over all processes in a file."""

import fcntl
import os
from collections.abc import Mapping

from saasexport.stdlib import Any


def describe_limits(feed: str, items: int, options: Mapping[str, Any]) -> str:
    """What the limits mean for so many items of a feed, as an estimate goes on."""
    if feed != "products":
        return ""
    days = -(-items // options["items_per_day"])
    minutes = f"{items / options['items_per_minute']:.1f} minutes"
    return f"; at [service] items_per_minute {minutes}" + (f", over {days} days at items_per_day" if days > 1 else "")


class Quota:
    """How many were sent today; another day begins at 0."""

    def __init__(self, file: str, most: int) -> None:
        self.file = file
        self.most = most

    def has_room(self, items: int, day: str) -> bool:
        """Whether so many more may be sent."""
        return self.remaining(day) >= items

    def remaining(self, day: str) -> int:
        """How many more may be sent today."""
        return max(self.most - self._add(0, day), 0)

    def use(self, items: int, day: str) -> None:
        """Count what is sent, whatever becomes of it."""
        self._add(items, day)

    def _add(self, items: int, day: str) -> int:
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            kept_day, _, number = os.pread(descriptor, 100, 0).decode("ascii", "replace").partition(" ")
            count = (int(number) if kept_day == day and number.isdecimal() else 0) + items
            if items:
                content = f"{day} {count}".encode()
                os.pwrite(descriptor, content, 0)
                os.ftruncate(descriptor, len(content))
            return count
        finally:
            os.close(descriptor)
