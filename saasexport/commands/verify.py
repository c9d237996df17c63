"""saasexport verify: whether the service holds what the shop says, item by item; --repair has it hold that."""

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from saasexport import plain
from saasexport.commands import for_programs
from saasexport.commands.progress import Progress
from saasexport.errors import ConfigError, SaasExportError
from saasexport.feed import Feed
from saasexport.setup.installation import Installation
from saasexport.setup.opening import open_installation
from saasexport.status.judgement import quantity
from saasexport.sync.comparison import LOOK_BACK, REJECTED, SET_ASIDE, WAITING
from saasexport.sync.exporter import Options, exporter_for
from saasexport.sync.verify import Verdict, Verification
from saasexport.usage import as_typed

EXAMPLES = {
    "verify": """
saasexport verify
saasexport verify products prices
saasexport verify --repair
saasexport verify --json
"""
}

KEYS = {
    "feed": "its name",
    "items": "the items that the shop has",
    "held": "the items that the service held",
    "missing": "items that the service does not have",
    "extra": "items that it has, and the shop has not",
    "different": "items that it has in another state",
    "newer": "the same, with a later time of export than anything that was sent of them",
    "set_aside": "items on which the two do not agree, and that cannot be assembled; no differences, as the next three",
    "rejected": "such items that the service refuses",
    "waiting": "such items whose change waits in a changelog, to be sent, to be retried, or to be confirmed",
    "beyond_look_back": "such items that are older than the look-back of a full sync",
    "repaired": "items that --repair brought in line",
    "differences": "a list of objects, the first 1,000 of the four kinds: kind, entity_id, identity, fields"
    " (field -> [in the shop, at the service]), modified_at (UTC, the time of export there)",
}

_APART = {
    "set_aside": SET_ASIDE,
    "rejected": REJECTED,
    "waiting": WAITING,
    "beyond_look_back": LOOK_BACK,
}

# Of a value, so that a difference is one line.
LONGEST = 40

# Differences that people are shown of a feed; --json has more.
MOST_SHOWN = 50


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of verify."""
    options.add_argument("feeds", metavar="FEED", nargs="*", default=[], help="feeds; all without any")
    options.add_argument("--repair", action="store_true", help="send what differs, and delete what is too much")
    for_programs.add_option(options, KEYS, "feed")


def run(options: argparse.Namespace, name: str) -> int:
    """Compare feed by feed; exit status 1 if anything differs, or still does after a repair."""
    installation = open_installation(options.config, read_only=not options.repair)
    try:
        feeds = [installation.feed(each) for each in options.feeds] or installation.feeds()
        return _verify(installation, feeds, options)
    finally:
        installation.close()


def _verify(installation: Installation, feeds: list[Feed], options: argparse.Namespace) -> int:
    exporter = exporter_for(installation, "saasexport verify")
    progress = Progress(0)
    verification = Verification(exporter, Options(progress=progress), options.repair)
    verdicts: list[Verdict] = []
    unequal: list[SaasExportError] = []
    try:
        for feed in feeds:
            try:
                verdicts.append(verification.verify(feed))
            except ConfigError as error:
                unequal.append(error)
                continue
            finally:
                progress.close()
            if not options.json:
                print("\n".join(_lines(verdicts[-1])), flush=True)
    finally:
        verification.close()
        exporter.close()
    if unequal and not verdicts:
        raise unequal[0]
    if options.json:
        for_programs.show([_for_programs(verdict) for verdict in verdicts])
    for line in [*map(str, unequal), *exporter.lines()]:
        print(as_typed(f"saasexport: {plain.line(line)}"), file=sys.stderr)
    return 1 if unequal or any(verdict.left for verdict in verdicts) else 0


def _for_programs(verdict: Verdict) -> dict[str, Any]:
    return {
        "feed": verdict.feed,
        "items": verdict.items,
        "held": verdict.held,
        **verdict.kinds,
        **{name: verdict.apart.get(reason, 0) for name, reason in _APART.items()},
        "repaired": verdict.repaired,
        "differences": verdict.differences,
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    repaired = f"; {verdict.repaired:,} repaired" if verdict.repaired else ""
    apart = ", ".join(f"{number:,} {reason}" for reason, number in verdict.apart.items())
    result = verdict.text or "equal"
    apart = f" (apart: {apart})" if apart else ""
    yield f"{verdict.feed}: {quantity(verdict.items, 'item')}, {result}{repaired}{apart}"
    for difference in verdict.differences[:MOST_SHOWN]:
        yield plain.line(f"  {_line(difference)}")
    if verdict.number > MOST_SHOWN:
        yield f"  and {verdict.number - MOST_SHOWN:,} more"


def _line(difference: dict[str, Any]) -> str:
    identity = " ".join(map(str, difference["identity"].values()))
    entity = f" (entity {difference['entity_id']})" if difference["entity_id"] is not None else ""
    fields = "; ".join(
        f"{field}: {_short(shop)} in the shop, {_short(held)} there"
        for field, (shop, held) in difference["fields"].items()
    )
    return f"{difference['kind']:<9}  {identity}{entity}" + (f"  {fields}" if fields else "")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
