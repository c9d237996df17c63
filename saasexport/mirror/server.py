"""A shop's server, as the mirror asks it: what is the same for every dialect."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from saasexport.config.sources import Source
from saasexport.errors import ConfigError, ShopError
from saasexport.mirror.ranges import Batch, Digests
from saasexport.mirror.tables import Table

# Seconds that a lock of the shop's is waited for: behind us, others would wait as well.
LOCK_SECONDS = 5

# Seconds that one read may take.
STATEMENT_SECONDS = 900

CONNECT_SECONDS = 10

# Rows taken from the network at a time; of large ones so many that they have so many bytes, or so few.
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 1 << 20
LONG_ROWS_AT_ONCE = 20


class Torn(Exception):
    """The shop changed its tables while they were read: the run is to be made again."""


class Access(NamedTuple):
    """Who reads, and how."""

    source: Source
    password: str = ""
    ca_file: str | None = None


class Server(Protocol):
    """A connection to the shop's server; nothing is ever written there."""

    version: str
    epoch: str  # what digests of the last run rely on; of another epoch every row is compared
    is_gate_exact: bool  # an unchanged gate is a proof, however long ago it was

    def tables(self, prefix: str) -> list[Table]:
        """Every table and view that may be read, with every column."""

    def gates(self, tables: Iterable[Table]) -> dict[str, str]:
        """Table -> a text that is another one after a change; none where that cannot be told."""

    def estimate(self, tables: Iterable[Table]) -> int:
        """About how many rows tables have."""

    def begin(self) -> None:
        """Open a consistent snapshot that only reads."""

    def end(self) -> None:
        """Let go of it."""

    def reading(self) -> AbstractContextManager[None]:
        """Read of one table; the locks that come with it are gone afterwards, the snapshot stays."""

    def extent(self, table: Table) -> tuple[int, int, int]:
        """The least and greatest value of the first key column, and the number of rows."""

    def digests(self, table: Table, width: int) -> Digests:
        """The digests of a table's ranges."""

    def rows(self, table: Table, batch: Batch) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of some ranges, some at a time."""

    def warnings(self, tables: Iterable[Table]) -> list[tuple[str, str]]:
        """What somebody should know of the server, each with its remedy."""

    def close(self) -> None:
        """End the connection."""


def missing_library(kind: str, library: str, debian: str) -> ConfigError:
    """That a driver is not installed."""
    return ConfigError(
        f"[mirror] source: {kind}:// needs {library}, which is not installed",
        f"pip install saasexport[{kind}], or apt install {debian};"
        " a crontab line with -S does not see what pip installed",
    )


def of_network(access: Access, is_encrypted: bool) -> list[tuple[str, str]]:
    """What somebody should know of the way to a server, with its remedy."""
    if access.source.is_local:
        return []
    if not is_encrypted:
        return [("the connection to the server is not encrypted", "set up TLS there, and [mirror] ca_file here")]
    return [] if access.ca_file else [("the server's certificate is not checked", "set [mirror] ca_file")]


def failure(access: Access, error: Exception) -> ShopError:
    """What a server said, as our error."""
    text = " ".join(str(part) for part in error.args) if error.args else type(error).__name__
    return ShopError(f"[mirror] {access.source}: {' '.join(text.split())}", "the copy stays as it was")
