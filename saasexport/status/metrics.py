"""The numbers of `status` as a textfile for Prometheus' node exporter ([export] metrics_file).

Written at once, so that nobody reads half a file, and readable by everybody:
it holds counts, and no item.
"""

import errno
import os
from collections.abc import Iterable, Iterator

import saasexport
from saasexport import queries
from saasexport.database import indexer
from saasexport.errors import ConfigError
from saasexport.setup import copied_shop
from saasexport.setup.installation import Installation
from saasexport.status import numbers
from saasexport.stdlib import UTC, Any, NamedTuple, datetime

SQL = queries.beside(__file__)

# Statuses of failed items, as a label says them.
FAILED = {1: "not_assembled", 2: "to_be_retried", 400: "rejected"}


class Metric(NamedTuple):
    """A metric: its name and what it means.  Names stay: dashboards and alerts rely on them."""

    name: str
    meaning: str


# Per feed: the metric, and the column of the view feed_status.
PER_FEED = (
    (Metric("saasexport_source_records", "Items that a full sync would produce."), "source_records"),
    (Metric("saasexport_delivered_items", "Items that the service has."), "delivered"),
    (Metric("saasexport_awaiting_items", "Items collected and not sent yet."), "awaiting"),
    (Metric("saasexport_held_entities", "Entities gone at once, whose deletion is held back."), "held"),
    (Metric("saasexport_backlog_rows", "Changelog rows not read yet."), "backlog"),
    (Metric("saasexport_last_sync_timestamp_seconds", "When items were last delivered."), "synced_at"),
    (Metric("saasexport_counted_timestamp_seconds", "When source records were last counted."), "counted_at"),
    (Metric("saasexport_repaired_items", "Items that the last daily comparison had to repair; 0: all is watched."),
     "repaired"),
)
# Per feed: how long changes took, by the label `of`.
DELAY = Metric("saasexport_delay_seconds", "From the shop's write to the service's answer, of the last 24 hours.")
INFO = Metric("saasexport_info", "The version that wrote this; always 1.")
FAILED_ITEMS = Metric("saasexport_failed_items", "Items that are not delivered, by what failed.")
INDEXER = Metric("saasexport_indexer_status", "1 for the status that the feed's indexer has.")
AVAILABLE = Metric("saasexport_feed_available", "1 if the shop can give the feed and the configuration wants it.")
FULL_SYNCS = Metric("saasexport_full_syncs", "Full syncs that began in the last 24 hours, by reason.")
SERVICE_FAILURES = Metric("saasexport_service_failures", "Requests without a usable answer since the last good one.")
MIRRORED = Metric("saasexport_mirror_timestamp_seconds", "The moment whose state of the shop the copy shows.")
MIRROR_SECONDS = Metric("saasexport_mirror_run_seconds", "How long the last good run of mirror_shop took.")
MIRROR_ROWS = Metric("saasexport_mirror_written_rows", "Rows that the last good run of mirror_shop wrote.")
MIRROR_FAILED = Metric("saasexport_mirror_failed", "1 if the last run of mirror_shop failed.")
PROBLEMS = Metric("saasexport_job_problems", "What went wrong in the last run of each job, as far as cron ran it.")

ALL = (
    INFO,
    *(metric for metric, _ in PER_FEED),
    *(DELAY, FAILED_ITEMS, INDEXER, AVAILABLE, FULL_SYNCS, SERVICE_FAILURES, PROBLEMS),
)

# Only where the shop lives in a server.
OF_MIRROR = (MIRRORED, MIRROR_SECONDS, MIRROR_ROWS, MIRROR_FAILED)


def write(installation: Installation) -> None:
    """Write the file, if one is configured; ConfigError if that is not possible."""
    path = installation.config["export.metrics_file"]
    if path is None:
        return
    text = "".join(f"{line}\n" for line in lines(installation))
    # Nobody can foresee the name and put a link there; a link at `path` itself is replaced, not followed.
    unfinished = f"{path}.{os.urandom(8).hex()}"
    try:
        if os.path.lexists(path) and not os.path.islink(path) and not os.path.isfile(path):
            raise OSError(errno.EINVAL, "is no file")  # nor must a device be replaced
        with open(unfinished, "x", encoding="utf-8") as file:
            file.write(text)
        os.chmod(unfinished, 0o644)  # for the node exporter's user, whatever our umask
        os.replace(unfinished, path)
    except OSError as error:
        if os.path.exists(unfinished):
            os.unlink(unfinished)
        where = f"{installation.config.place('export.metrics_file')}: {path}"
        raise ConfigError(f"{where}: {error.strerror}", "name a file in a folder that can be written") from error


def lines(installation: Installation) -> Iterator[str]:
    """The lines of the file."""
    rows = numbers.rows(installation)
    yield from _metric(INFO, [({"version": saasexport.__version__}, 1)])
    yield from _of_feeds(installation, [row for row in rows if not row["unavailable"]])
    yield from _metric(AVAILABLE, [({"feed": row["feed"]}, int(not row["unavailable"])) for row in rows])
    syncs = numbers.full_syncs_by_reason(installation)
    yield from _metric(FULL_SYNCS, [({"feed": feed, "reason": reason}, n) for (feed, reason), n in syncs.items()])
    url = installation.config["service.url"].rstrip("/")
    failures = installation.ours.execute(SQL.service_failures, {"url": url}).fetchone()[0]
    yield from _metric(SERVICE_FAILURES, [({}, failures)])
    problems = installation.ours.execute(SQL.problems).fetchall()
    yield from _metric(PROBLEMS, [({"job": job}, number) for job, number in problems])
    if copied_shop.is_configured(installation.config):
        state = copied_shop.state(installation.ours)
        yield from _metric(MIRRORED, [({}, _number(state.copied_at))])
        yield from _metric(MIRROR_SECONDS, [({}, round(state.seconds))])
        yield from _metric(MIRROR_ROWS, [({}, state.rows_written)])
        yield from _metric(MIRROR_FAILED, [({}, int(state.failed_since is not None))])


def _of_feeds(installation: Installation, usable: list[dict[str, Any]]) -> Iterator[str]:
    """The lines of the feeds that are exported."""
    for metric, column in PER_FEED:
        yield from _metric(metric, [({"feed": row["feed"]}, _number(row[column])) for row in usable])
    yield from _metric(
        DELAY,
        [
            ({"feed": row["feed"], "of": name}, row[f"delay_{name}"])
            for row in usable
            for name in ("newest", "median", "p95", "worst")
        ],
    )
    failed = numbers.failed_by_status(installation)
    yield from _metric(
        FAILED_ITEMS,
        [
            ({"feed": row["feed"], "status": name}, failed.get(row["feed"], {}).get(code, 0))
            for row in usable
            for code, name in FAILED.items()
        ],
    )
    yield from _metric(
        INDEXER,
        [
            ({"feed": row["feed"], "status": name}, int(row["indexer"] == name))
            for row in usable
            for name in indexer.STATUSES
        ],
    )


def _metric(metric: Metric, samples: Iterable[tuple[dict[str, str], int | None]]) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.meaning}"
    yield f"# TYPE {metric.name} gauge"
    for labels, value in samples:
        if value is not None:
            shown = ",".join(f'{name}="{_escape(text)}"' for name, text in labels.items())
            yield f"{metric.name}{{{shown}}} {value}" if shown else f"{metric.name} {value}"


def _number(value: Any) -> int | None:
    """A count as it is, a moment as seconds since 1970."""
    if isinstance(value, str):
        return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())
    return None if value is None else int(value)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
