"""How long a job takes to find a chunk among 300,000 rows that are to be retried.

    python3 -m tests.bench.bench_backlog
"""

import sqlite3
import time

from saasexport.database import db
from tests.tiny import THINGS, feed_table

ROWS = 300_000
CHUNK = 250


def main() -> None:
    """Print the time of one chunk, in the middle of the backlog, as the median of 21."""
    ours = sqlite3.connect(":memory:", isolation_level=None)
    for statement in db.statements(db.SCHEMA.fixed):
        ours.execute(statement)
    table = feed_table(ours)
    with db.transaction(ours):
        ours.executemany(
            f"insert into {THINGS.table} (source_entity_id, feed_id, feed_data, feed_hash, status, modified_at)"
            " values (?, ?, '{}', '', 2, '2026-01-01 00:00:00')",
            ((number, str(number)) for number in range(ROWS)),
        )
    for query in ("entities_to_retry", "entities_awaiting"):
        times = []
        for _ in range(21):
            began = time.perf_counter()
            table.rows(query, after=ROWS // 2, limit=CHUNK)
            times.append(time.perf_counter() - began)
        print(f"{query:20} {sorted(times)[10] * 1000:8.2f} ms a chunk of {CHUNK}, {ROWS:,} rows with status 2")


if __name__ == "__main__":
    main()
