"""What a check found, and what all checks look at.

A check is a generator of findings about one thing.  It only looks: what is
broken must still be broken afterwards, so that the person who asked sees it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from saasexport.config.settings import Config
from saasexport.feed import Feed
from saasexport.setup.installation import Installation

OK, WARN, FAIL = "OK", "WARN", "FAIL"


class Finding(NamedTuple):
    """One line of doctor: how it stands, what was looked at, what was found, and what to do."""

    status: str
    check: str
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


Findings = Iterator[Finding]


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(OK, check, message)


def warn(check: str, message: str, remedy: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(WARN, check, message, remedy)


def fail(check: str, message: str, remedy: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(FAIL, check, message, remedy)


@dataclass
class Examined:
    """An installation, as far as it could be opened."""

    config: Config
    now: datetime
    ours: sqlite3.Connection | None = None
    shop: sqlite3.Connection | None = None

    @property
    def installation(self) -> Installation:
        """Everything together; only for checks that need both databases."""
        assert self.ours is not None  # noqa: S101  # the checks are called only then
        installation = Installation(self.config, self.ours)
        installation._shop = self.shop
        return installation

    @property
    def init(self) -> str:
        """The command that sets this installation up, from wherever it is called."""
        return f"saasexport --config {self.config.file} init --shop {self.config['shop.database']}"

    def age(self, text: str | None) -> float:
        """The seconds since a moment as our tables have it."""
        if not text:
            return float("inf")
        return (self.now - datetime.fromisoformat(text).replace(tzinfo=UTC)).total_seconds()


Check = Callable[[Examined], Findings]


def names(feeds: Iterable[Feed]) -> str:
    """Feeds, for people."""
    return ", ".join(feed.name for feed in feeds)
