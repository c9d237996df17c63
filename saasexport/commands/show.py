"""saasexport show: one item, or an entity's items: what the shop says now, what was sent, and how they differ."""

import argparse
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from saasexport import plain
from saasexport.commands import for_programs
from saasexport.commands.colour import paint
from saasexport.commands.failed import MEANING
from saasexport.errors import SaasExportError
from saasexport.setup.opening import open_installation
from saasexport.status.judgement import quantity
from saasexport.sync import lookup
from saasexport.sync.both_sides import compare_items
from saasexport.values import shorten

EXAMPLES = {
    "show": """
saasexport show products 24-MB01
saasexport show products 24-MB01 default
saasexport show prices 24-MB01_base_0
saasexport show orders 15
saasexport show products 15 --id-type productId
"""
}

KEYS = {
    "feed": "the feed's name",
    "entity_id": "the shop's id of the entity",
    "identity": "an object: the fields that identify the item, as far as they are known",
    "shop": "the item as a sync would send it now; null: there is none",
    "shop_error": "why the item cannot be assembled; null: it can, or the shop does not have it",
    "sent": "an object, or null if it was never collected: status, modified_at, is_deleted, error, request_id, code,"
    " tries, dropped (when somebody gave it up), data (what is kept of the item)",
    "is_same": "whether what was last collected for sending is what the shop says; null: one of them is missing",
    "differences": "an object: field -> [in the shop, as kept]; only of fields that are kept",
}

DELIVERED, AWAITING = "delivered", "awaiting submission"

# A difference is for reading: --json has all of it.
LONGEST = 60

# And so is an item, and the items of an entity: a few screens.
LONGEST_LINE = 2_000
MOST_ITEMS = 50
MOST_CHARACTERS = 100_000


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of show."""
    options.add_argument("feed", metavar="FEED", help="the feed, in any letter case")
    options.add_argument(
        "key", metavar="KEY", nargs="+", help="the identity's values, joined by spaces or _; a SKU; an entity id"
    )
    options.add_argument("--id-type", metavar="TYPE", help="read KEY as saas:resync --id-type would")
    for_programs.add_option(options, KEYS, "item")


def run(options: argparse.Namespace, name: str) -> int:
    """Show what is known of an item on both sides."""
    installation = open_installation(options.config, read_only=True)
    try:
        feed = installation.feed(options.feed)
        matches = lookup.matches(installation, feed, options.key, options.id_type)
        items = (item for match in matches for item in compare_items(installation, feed, match))
        first = next(items, None)
        if first is None:
            meant = lookup.near(installation, feed, options.key, options.id_type)
            hint = f"did you mean {meant}?" if meant else f"KEY is {' '.join(feed.identity)}, or an entity's id"
            raise SaasExportError(f"{feed.name}: nothing is known of {' '.join(options.key)!r}", hint)
        every = chain([first], items)
        return for_programs.show(every) if options.json else _print(every)
    finally:
        installation.close()


def _print(items: Iterable[dict[str, Any]]) -> int:
    """Print what a person may read of items, and how much of them is left out; gives the exit status."""
    number = characters = lines_left = items_left = 0
    for item in items:
        if number == MOST_ITEMS or characters > MOST_CHARACTERS:
            items_left += 1
            continue
        for line in ("", *_lines(item))[not number :]:
            if characters > MOST_CHARACTERS:
                lines_left += 1
                continue
            if len(line) > LONGEST_LINE:
                line = f"{line[:LONGEST_LINE]}... {len(line) - LONGEST_LINE:,} characters more"
            print(line)
            characters += len(line)
        number += 1
    left = [quantity(count, noun) for count, noun in ((lines_left, "line"), (items_left, "item")) if count]
    if left:
        print(f"\n{' and '.join(left)} more: --json has all, and the identity as KEY names one item")
    return 0


def _lines(item: dict[str, Any]) -> Iterator[str]:
    identity = " ".join(map(str, item["identity"].values())) or "an item without an identity"
    yield paint(f"{item['feed']}  {identity}", "bold") + f"  (entity {plain.line(str(item['entity_id']))})"
    yield f"  the shop    {_shop_line(item)}"
    yield f"  sent        {plain.line(_sent_line(item['sent']))}"
    if item["sent"] and item["sent"]["error"]:
        yield f"  error       {plain.line(item['sent']['error'])}"
    if item["is_same"] is not None:
        yield f"  difference  {_difference_line(item)}"
    for name, (now, kept) in item["differences"].items():
        yield plain.line(f"    {name}: {_short(kept)} -> {_short(now)}")
    if item["shop"] is not None:
        yield "  the item"
        yield from ("    " + line for line in json.dumps(item["shop"], indent=1, ensure_ascii=False).split("\n"))


def _shop_line(item: dict[str, Any]) -> str:
    if item["shop_error"]:
        return paint(f"cannot be assembled: {item['shop_error']}", "red")
    return "has no such item any more" if item["shop"] is None else f"has it, with {len(item['shop'])} fields"


def _sent_line(sent: dict[str, Any] | None) -> str:
    if sent is None:
        return "never collected"
    meaning = {**MEANING, 200: DELIVERED, 0: AWAITING}[sent["status"]]
    if sent["dropped"]:
        meaning = f"dropped by hand on {sent['dropped']} UTC"
    if sent["is_deleted"]:
        meaning += " as deleted"
    parts = [f"{sent['status']} {meaning}", f"as of {sent['modified_at']} UTC"]
    if sent["request_id"]:
        parts.append(f"answer {sent['code'] or 'none'}, request {sent['request_id']}")
    if sent["tries"]:
        parts.append(f"tried {sent['tries']} times")
    return ", ".join(parts)


def _difference_line(item: dict[str, Any]) -> str:
    if item["is_same"]:
        return "none: what was collected last is what the shop says"
    if item["differences"]:
        return "the shop has changed since:"
    return "the shop has changed since; in which fields is not on record (PERSIST_EXPORTED_FEED=1 keeps whole items)"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else shorten(text, LONGEST)[1:-1]
