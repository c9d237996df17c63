"""saasexport failed: the items that are not delivered and why; try them again, or drop them."""

import argparse
import json
import sys
from typing import Any

from saasexport import plain
from saasexport.clock import now_text
from saasexport.commands import for_programs, table
from saasexport.commands.colour import paint
from saasexport.commands.progress import summary
from saasexport.database.db import transaction
from saasexport.errors import Busy, ConfigError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.status.reasons import without_values
from saasexport.sync.exporter import Exporter, Options, exporter_for
from saasexport.sync.story import sync_entities
from saasexport.usage import as_typed

EXAMPLES = {
    "failed": """
saasexport failed
saasexport failed products --status rejected
saasexport failed --all --limit 50
saasexport failed --json
saasexport failed retry products
saasexport failed drop products --id 1234
"""
}

MEANING = {1: "cannot be assembled", 2: "to be retried", 400: "rejected", 200: "held back", 0: "held back"}
COLOURS = {"400 rejected": "red", "1 cannot be assembled": "red", "2 to be retried": "yellow"}

KEYS = {
    "feed": "the feed's name",
    "id": "the row of its feed table; what --id takes",
    "source_entity_id": "the shop's id of the entity",
    "status": "1 cannot be assembled, 2 to be retried, 400 rejected; 0 and 200: its deletion is held back",
    "is_deleted": "1: it is gone in the shop",
    "feed_data": "an object: what identifies the item, and what is kept of it",
    "errors": "why, in words",
    "metadata": "an object: requestId, code and tries of the last request; or null",
    "modified_at": "UTC, when the item's content last changed",
}

RETRY = "retry failed items"

# Names of statuses, as people say them -> the statuses.
NAMES = {
    "rejected": (400,),
    "cannot be assembled": (1,),
    "not assembled": (1,),
    "to be retried": (2,),
    "will retry": (2,),
    "retry": (2,),
    "needs attention": (400, 1, 200, 0),
    "attention": (400, 1, 200, 0),
    "held back": (200, 0),
    "held": (200, 0),
    "awaiting": (0,),
    "delivered": (200,),
}

# So many items of a group are shown as examples.
EXAMPLES_SHOWN = 3


class _Status:
    """A status by its name, or by Commerce's code."""

    def __call__(self, text: str) -> tuple[int, ...]:
        name = " ".join(text.casefold().replace("-", " ").replace("_", " ").split())
        if name in ("0", "1", "2", "200", "400"):
            return (int(name),)
        if name not in NAMES:
            names = ", ".join(each.replace(" ", "-") for each in NAMES)
            raise argparse.ArgumentTypeError(f"there is no status {text!r}: known are {names}")
        return NAMES[name]


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, found {text!r}")
    return int(text)


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of failed."""
    options.add_argument("action", metavar="retry|drop", nargs="?", help="send them again; forget that they failed")
    options.add_argument("feed", metavar="FEED", nargs="?", help="a feed; all without one")
    options.add_argument(
        "--status",
        type=_Status(),
        metavar="NAME",
        help="only these: rejected, not-assembled, to-be-retried, held-back; or attention, retry",
    )
    options.add_argument("--all", action="store_true", help="a line for every item, instead of groups")
    options.add_argument("--limit", type=_limit, metavar="N", help="list no more than N items")
    options.add_argument("--id", type=int, metavar="N", help="only this row of the feed's table")
    for_programs.add_option(options, KEYS, "item")


def run(options: argparse.Namespace, name: str) -> int:
    """Show, retry or drop what the view failed_items says."""
    if options.action not in (None, "retry", "drop"):
        if options.feed:
            raise ConfigError(f"failed: {options.action!r} is neither retry nor drop", "see: saasexport failed --help")
        options.action, options.feed = None, options.action
    if options.id is not None and not options.feed:
        raise ConfigError("failed: --id needs a feed", "each feed counts the rows of its own table")
    installation = open_installation(options.config, read_only=options.action is None)
    try:
        feed = installation.feed(options.feed).name if options.feed else None
        items = _choose_items(installation, feed, options)
        if options.action == "retry":
            return _retry(installation, items)
        if options.action == "drop":
            return _drop(installation, items)
        if options.json:
            return for_programs.show(_decode(items[: options.limit]))
        if options.all or options.limit or options.id is not None:
            return _list(installation, items, options.limit)
        return _show(installation, items)
    finally:
        installation.close()


def _choose_items(installation: Installation, feed: str | None, options: argparse.Namespace) -> list[dict[str, Any]]:
    items = numbers.load_failed(installation, feed)
    if options.status is not None:
        items = [item for item in items if item["status"] in options.status]
    if options.id is not None:
        items = [item for item in items if item["id"] == options.id]
    if options.action:
        # What the guard holds back is for the command deletions to decide.
        items = [item for item in items if item["status"] in (1, 2, 400)]
    return items


def _decode(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**item, "feed_data": json.loads(item["feed_data"]), "metadata": json.loads(item["metadata"] or "null")}
        for item in items
    ]


def _show(installation: Installation, items: list[dict[str, Any]]) -> int:
    """Groups of one feed, status and reason, those first that a person must mend."""
    if not items:
        print("no failed items")
        return 0
    retried = [item for item in items if item["status"] == 2]
    attention = [item for item in items if item["status"] != 2]
    verb = "needs" if len(attention) == 1 else "need"
    print(f"{quantity(len(attention), 'item')} {verb} attention, {len(retried):,} will retry")
    for heading, some in (("Needs attention", attention), ("Will retry, every 5 minutes", retried)):
        if some:
            print(f"\n{heading}")
            for group in _groups(some):
                _show_group(installation, group)
    print(as_typed("\nsaasexport failed --all lists them all"))
    return 0


def _groups(items: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The items by feed, status, the service's code and reason, values in it left out; the largest group first."""
    groups: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for item in items:
        # An answer of 500 is another reason than one of 503; of what was not sent the last answer tells nothing.
        code = json.loads(item["metadata"] or "{}").get("code") if item["status"] in (2, 400) else None
        reason = without_values(item["errors"] or "", "...")
        groups.setdefault((item["feed"], item["status"], code, reason), []).append(item)
    return sorted(groups.values(), key=len, reverse=True)


def _show_group(installation: Installation, group: list[dict[str, Any]]) -> None:
    first = group[0]
    meaning = MEANING[first["status"]]
    reasons = {item["errors"] or "no reason" for item in group}
    reason = reasons.pop() if len(reasons) == 1 else without_values(first["errors"], "...")
    what = f"{first['feed']}: {quantity(len(group), 'item')} {meaning}: {reason}"
    print("  " + paint(what, COLOURS.get(f"{first['status']} {meaning}", "")))
    for item in group[:EXAMPLES_SHOWN]:
        identity = _identity(item, installation.all_feeds[item["feed"]].identity)
        print(f"    entity {plain.line(str(item['source_entity_id']))}, id {item['id']}: {plain.line(identity)}")


def _list(installation: Installation, items: list[dict[str, Any]], limit: int | None) -> int:
    if not items:
        print("no failed items")
        return 0
    total = len(items)
    items = items[:limit]
    rows = [
        (
            item["feed"],
            str(item["source_entity_id"]),
            str(item["id"]),
            _identity(item, installation.all_feeds[item["feed"]].identity),
            f"{item['status']} {MEANING[item['status']]}",
            item["errors"],
        )
        for item in items
    ]
    colour_of = lambda _, cell: COLOURS.get(cell, "")  # noqa: E731  # one line where it is used
    print("\n".join(table.lines(("Feed", "Entity", "Id", "Item", "Status", "Why"), rows, colour_of)))
    if len(items) < total:
        print(f"and {total - len(items):,} more")
    return 0


def _identity(item: dict[str, Any], names: tuple[str, ...]) -> str:
    kept = json.loads(item["feed_data"])
    return " ".join(str(kept[name]) for name in names if name in kept)


def _by_feed(installation: Installation, items: list[dict[str, Any]]) -> dict[str, tuple[Feed, list[dict[str, Any]]]]:
    by_feed: dict[str, tuple[Feed, list[dict[str, Any]]]] = {}
    for item in items:
        by_feed.setdefault(item["feed"], (installation.all_feeds[item["feed"]], []))[1].append(item)
    return by_feed


def _retry(installation: Installation, items: list[dict[str, Any]]) -> int:
    """Collect the items' entities again and send what failed, rejected items included."""
    if not items:
        print("no failed items")
        return 0
    exporter = exporter_for(installation, f"saasexport failed {RETRY.split()[0]}")
    try:
        is_failed = [_retry_feed(exporter, feed, of_feed) for feed, of_feed in _by_feed(installation, items).values()]
    finally:
        exporter.close()
    for line in exporter.lines():
        print(as_typed(f"saasexport: {plain.line(line)}"), file=sys.stderr)
    return 1 if any(is_failed) or exporter.lines() else 0


def _retry_feed(exporter: Exporter, feed: Feed, items: list[dict[str, Any]]) -> bool:
    ours = exporter.installation.ours
    try:
        with exporter.installation.lock(feed.name, RETRY):
            with transaction(ours):
                exporter.installation.table(feed).retry(item["id"] for item in items)
            ids = [item["source_entity_id"] for item in items]
            report = sync_entities(exporter, Options(send_legacy=True), feed, ids, RETRY)
    except Busy as busy:
        exporter.log.operation(feed.name, RETRY, f"operation skipped - {busy}")
        print(f"{feed.name}: operation skipped - {busy.told_on(sys.stdout, can_wait=False)}")
        return False
    print(f"{feed.name}: {summary(report)}")
    return report.failures > 0


def _drop(installation: Installation, items: list[dict[str, Any]]) -> int:
    """Forget that the items failed: they are not tried again until they change."""
    if not items:
        print("no failed items")
    for feed, of_feed in _by_feed(installation, items).values():
        with transaction(installation.ours):
            dropped = installation.table(feed).drop((item["id"] for item in of_feed), now_text())
        print(f"{feed.name}: {'1 item' if dropped == 1 else f'{dropped} items'} dropped: not sent until they change")
    return 0
