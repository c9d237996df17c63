"""A shop that is the copy of one in a server: whether it is there, and what is on record of its last update.

The shop's file is there when the first copy is complete, and not before: so nobody reads half of a shop.
"""

import os

from saasexport import queries
from saasexport.clock import duration
from saasexport.config.settings import Config
from saasexport.errors import ShopError
from saasexport.stdlib import NamedTuple, decode_json, sqlite3

SQL = queries.beside(__file__)


class State(NamedTuple):
    """What is on record of the mirror, as the columns of mirror_state have it."""

    basis: str | None = None
    copied_at: str | None = None
    seconds: float = 0
    tables: int = 0
    rows_read: int = 0
    rows_written: int = 0
    due_at: str | None = None
    failed_since: str | None = None
    error: str | None = None
    gates: str = "{}"
    notes: str = "{}"

    def values(self) -> list[str]:
        """What somebody should know of values that SQLite does not keep as they are."""
        return list(decode_json(self.notes).get("values", []))

    def of_server(self) -> list[tuple[str, str]]:
        """What somebody should know of the server, each with its remedy."""
        return [(what, remedy) for what, remedy in decode_json(self.notes).get("server", [])]


def state(ours: sqlite3.Connection) -> State:
    """What is on record of the last run; of none, what is true before the first."""
    cursor = ours.execute(SQL.state)
    row = cursor.fetchone()
    return State(**dict(zip([column[0] for column in cursor.description], row, strict=True))) if row else State()


def sentence(state: State, age: float) -> str:
    """How old the copy is, in words: it adds to the delays that are told."""
    took = f"{state.seconds:.1f} s and wrote {state.rows_written:,} rows"
    return f"the copy shows the shop as it was {duration(age)} ago; the last run took {took}"


def is_configured(config: Config) -> bool:
    """Whether the shop is a copy of one that lives in a server."""
    return config["mirror.source"] is not None


def is_awaited(config: Config) -> bool:
    """Whether the first copy is not complete yet."""
    return is_configured(config) and not os.path.exists(config["shop.database"])


def require_copy(config: Config) -> None:
    """Say of a shop that is not there yet that it will be."""
    if is_awaited(config):
        path = config["shop.database"]
        raise ShopError(f"{path}: the first copy of the shop is not complete", "mirror_shop makes it")
