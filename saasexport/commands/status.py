"""saasexport status: the state of every feed on one screen."""

import argparse
import re
import sys
import textwrap
from typing import Any

from saasexport.clock import duration, now_text
from saasexport.commands import for_programs, table
from saasexport.database.delays import Delays
from saasexport.errors import ConfigError
from saasexport.log import Log
from saasexport.setup import copied_shop
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import judgement, metrics, numbers
from saasexport.usage import as_typed

EXAMPLES = {"status": "saasexport status\nsaasexport status --json"}

HEAD = ("Feed", "Source", "Delivered", "Failed", "Awaiting", "Backlog", "Indexer", "Synced")

# A screen: wider lines break, and nobody reads a table with broken lines.
WIDTH = 80

KEYS = {
    "feed": "its name",
    "source_records": "the items that a full sync would produce",
    "delivered": "items the service has",
    "failed": "items that are not delivered because something failed",
    "awaiting": "items collected and not sent yet",
    "deleted": "items delivered as deleted, and still on record",
    "held": "entities whose deletion is held back: see saasexport deletions",
    "backlog": "changelog rows not read yet",
    "indexer": "valid, invalid, working or suspended",
    "mode": "schedule, or realtime: Update on Save",
    "synced_at": "UTC, when items were last delivered",
    "counted_at": "UTC, when source records and backlog were counted",
    "delay_newest": "seconds from the shop's write of the newest delivered change to the service's answer",
    "delay_median": "what half of the changes that were delivered in the last 24 hours did not exceed, to 10 percent",
    "delay_p95": "the same of 95 in 100 changes",
    "delay_worst": "the longest of them, to the second",
    "repaired": "items that the last daily comparison had to repair, as no change was announced; null: none was made",
    "unavailable": "why the feed cannot be used; null: it can",
    "copied_at": "UTC, the moment whose state of the shop a copy of a server shows; null: the shop is no copy",
}

COLOURS = {"valid": "green", "invalid": "yellow", "working": "yellow", "suspended": "yellow"}


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of status."""
    for_programs.add_option(options, KEYS, "feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Count, then show what the view feed_status says."""
    installation = open_installation(options.config, read_only=True, counts=True)
    try:
        uncounted = numbers.count(installation)
        log = Log(installation.config["export.log_dir"], "saasexport status")
        problems = [log.failure("02-01", f"{feed} cannot be counted", error) for feed, error in uncounted.items()]
        copied_at = copied_shop.state(installation.ours).copied_at
        lines = [{**line, "copied_at": copied_at} for line in numbers.rows(installation)]
        footnotes = [] if options.json else _footnotes(installation, lines)
        _publish(installation)
    finally:
        installation.close()
    for problem in problems:
        print(as_typed(f"saasexport: {problem}; shown as last counted"), file=sys.stderr)
    if options.json:
        for_programs.show([{key: line[key] for key in KEYS} for line in lines])
        return 1 if problems else 0
    usable = [line for line in lines if not line["unavailable"]]
    rows = [
        (
            _short(line["feed"]),
            *(_compact(line[name]) for name in ("source_records", "delivered", "failed", "awaiting", "backlog")),
            line["indexer"],
            _short_time(line["synced_at"], now_text()),
        )
        for line in usable
    ]
    print("\n".join(_fitting(rows)))
    for footnote in footnotes:
        print(textwrap.fill(footnote, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))
    return 1 if problems else 0


def _footnotes(installation: Installation, lines: list[dict[str, Any]]) -> list[str]:
    """What the table cannot say."""
    notes = [*_of_delay(numbers.delay(installation)), *judgement.of_copy(installation)]
    for line in lines:
        if line["unavailable"]:
            notes.append(f"{line['feed']}: unavailable: {line['unavailable']}")
            continue
        if line["held"]:
            notes.append(f"{line['feed']}: {line['held']} entities are gone at once: see saasexport deletions")
        notes += judgement.footnotes(installation, [line])
        if line["repaired"]:
            items = judgement.quantity(line["repaired"], "item")
            notes.append(f"{line['feed']}: the last daily comparison had to repair {items} that no change announced")
    if any(line["repaired"] == 0 for line in lines) and not any(line["repaired"] for line in lines):
        notes.append("The last daily comparisons had nothing to repair")
    if any(line["failed"] for line in lines if not line["unavailable"]):
        notes.append("saasexport failed tells which items failed, and why")
    return [as_typed(note) for note in notes]


def _of_delay(delay: Delays) -> list[str]:
    if delay.newest is None:
        return []
    text = f"The newest change took {duration(delay.newest)} from the shop to the service"
    if delay.median is not None and delay.p95 is not None and delay.worst is not None:
        text += f"; of those of 24 hours half took at most {duration(delay.median)}, 95 % {duration(delay.p95)}"
        text += f", the worst {duration(delay.worst)}"
    return [text]


def _fitting(rows: list[tuple[Any, ...]]) -> list[str]:
    """The lines of the table, closer together where they would be too long."""
    heads = [HEAD, ("Feed", "Source", "Sent", "Failed", "Waiting", "Backlog", "Indexer", "Synced")]
    for head, gap in ((heads[0], "  "), (heads[0], " "), (heads[1], " ")):
        lines = table.lines(head, rows, _colour_of, gap)
        if max(len(re.sub(r"\x1b\[\d+m", "", line)) for line in lines) <= WIDTH:
            break
    return lines


def _short(feed: str) -> str:
    return feed if len(feed) <= LONGEST else feed[: LONGEST - 3] + "..."


# Of a feed's name, so that the rest has room.
LONGEST = 20


def _compact(number: int | None) -> int | str | None:
    """A number as it is, up to a million."""
    return number if number is None or number < 1_000_000 else f"{number / 1e6:.2f}M"


def _short_time(moment: str | None, now: str) -> str | None:
    """The time, of today; the day, of an earlier one.  Both are UTC."""
    if moment is None:
        return None
    return moment[11:16] if moment[:10] == now[:10] else moment[:10] if moment[:4] != now[:4] else moment[5:10]


def _publish(installation: Installation) -> None:
    """Write the metrics file, too; who only looks may lack the right to."""
    try:
        metrics.write(installation)
    except ConfigError as error:
        print(f"saasexport: {error}", file=sys.stderr)


def _colour_of(column: str, cell: Any) -> str:
    if column == "Failed":
        return "red" if cell else ""
    return COLOURS.get(cell, "") if column == "Indexer" else ""
