"""saasexport feeds check: tries the files of feeds of one's own on the shop, and writes nothing."""

import argparse
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from saasexport import clock, plain
from saasexport.commands import for_programs
from saasexport.config import parsing, settings
from saasexport.config.settings import Config
from saasexport.database import db
from saasexport.errors import ConfigError, ShopError, TooSlow
from saasexport.feed import Feed, Shop
from saasexport.feeds.own import checking, entities, folder, trial, verdict
from saasexport.feeds.own.checking import Checked, Finding, Judge
from saasexport.feeds.own.loaded import Loaded
from saasexport.service.validation import Validator
from saasexport.setup import feed_set
from saasexport.shapes.words import RFC3339
from saasexport.usage import as_typed
from saasexport.values import leaving_out

EXAMPLES = {
    "feeds check": "saasexport feeds check\n"
    "saasexport feeds check feeds.d/products.sql\n"
    "saasexport feeds check feeds.d/products.sql --entity 17\n"
    "saasexport feeds check feeds.d/products.sql --prove"
}

KEYS = {
    "file": "as it was named",
    "feed": "the feed's name; null: the file does not tell it",
    "entities": "how many were read",
    "items": "how many they gave, those that cannot be sent included",
    "first": "the first item; null: there is none",
    "faults": "what is wrong: line, text, items, of, entity (the first)",
    "notes": "what may be meant as it is: line, text",
}

# Nobody waits longer for a file.
LONGEST = 3600


def configure(options: argparse.ArgumentParser, name: str) -> None:
    """The options of feeds check."""
    options.add_argument("file", metavar="FILE", nargs="?", help="a .sql file, or a feed; all of feeds.d without one")
    options.add_argument("--entity", metavar="KEY", help="assemble this entity only")
    help_of_prove = f"try on a copy whether watch lines name whatever a change concerns ({trial.SECONDS:g} s a file)"
    options.add_argument("--prove", metavar="SECONDS", nargs="?", const=str(trial.SECONDS), help=help_of_prove)
    for_programs.add_option(options, KEYS, "file")


def run(options: argparse.Namespace, name: str) -> int:
    """Check the files, and print what was found; gives the exit status."""
    reported: list[dict[str, Any]] = []
    is_right = True
    seconds = _seconds(options)
    with open_bench(options.config) as bench:
        for loaded in bench.load(options.file):
            checked = _check(bench, loaded, options.entity, seconds)
            is_right = is_right and checked.is_right
            path = plain.line(bench.show_path(loaded.path))
            if options.json:
                reported.append(_object(path, loaded, checked))
            else:
                _print(path, loaded, checked)
    if options.json:
        for_programs.show(reported)
    return 0 if is_right else 1


class Bench(NamedTuple):
    """The configuration and the shop, for trying files: no installation is needed."""

    config: Config
    shop: sqlite3.Connection

    def load(self, named: str | None) -> list[Loaded]:
        """The file or feed of a name, or all files of the folder."""
        around = feed_set.surroundings(self.config, self.shop)

        def require(path: str) -> None:
            feed_set.require_own(path, self.config.file)

        path = self.config["export.feeds_dir"]
        if named is not None and os.path.exists(named):
            return [folder.load_file(named, around, require)]
        every = folder.load(path, around, require)
        of_name = [each for each in every if named in (None, each.name, os.path.basename(each.path))]
        if not of_name and named is None:
            raise ConfigError(f"{path}: there are no files of feeds", as_typed("make one: saasexport feeds new"))
        if not of_name:
            raise ConfigError(f"there is no file {named}, and no feed of this name in {path}")
        return of_name

    def shop_of(self, feed: Feed) -> Shop:
        """The shop as a pass of the feed sees it."""
        of_feed, exclude = self.config.of_feed, self.config.of_feed(feed.name, "exclude")
        shop = Shop(self.shop, None, of_feed(feed.name, "look_back_days"), None, feed.name, exclude)
        now = clock.text(shop.now)
        shop.parameters = {"now": now, "since": shop.since, **feed.parameters}
        shop.seconds, shop.places = feed.seconds, feed.places
        return shop

    def show_path(self, path: str) -> str:
        """A file's name as people would type it here."""
        near = os.path.relpath(path)
        return path if near.startswith("..") else near


@contextmanager
def open_bench(file: str | None) -> Iterator[Bench]:
    """What a configuration names, for trying files."""
    path = settings.find(file)
    config = parsing.parse(path, settings.read(path), feed_set.names_of)
    shop = db.connect_shop(config["shop.database"], read_only=True, place=config.place("shop.database"))
    try:
        yield Bench(config, shop)
    finally:
        shop.close()


def _seconds(options: argparse.Namespace) -> float:
    """How long the lines are tried, 0: not at all.  What follows --prove may be the file."""
    if options.prove is None:
        return 0
    try:
        seconds = float(options.prove)
    except ValueError:
        if options.file is not None:
            raise ConfigError(f"--prove: {options.prove!r} is no number of seconds") from None
        options.file, seconds = options.prove, trial.SECONDS
    return require_seconds("--prove", options.prove, seconds)


def require_seconds(option: str, given: str, seconds: float) -> float:
    """Refuse a time that nobody waits."""
    if not 0 < seconds <= LONGEST:
        raise ConfigError(f"{option}: {given} is not above 0 and up to {LONGEST} seconds")
    return seconds


def _check(bench: Bench, loaded: Loaded, entity: str | None, seconds: float) -> Checked:
    """What is to be told of a file."""
    if loaded.feed is None:
        return Checked([Finding(fault.line, fault.reason) for fault in sorted(loaded.faults)])
    feed = loaded.feed
    only = [] if entity is None else [feed.key.whole(entity)]
    if only == [None]:
        raise ConfigError(f"--entity: {entity!r} is no key of {'.'.join(feed.entity)}")
    try:
        with leaving_out(bench.config.of_feed(feed.name, "exclude")):
            shop = bench.shop_of(feed)
            checked = checking.check(loaded, shop, _judge(loaded), only)
            if seconds:
                ids = only or entities.entity_ids(feed, shop, checking.MOST)
                checked.findings += verdict.findings(loaded, shop, ids, seconds)
                checked.findings.sort(key=lambda finding: (not finding.is_fault, finding.line))
            return checked
    except TooSlow as error:
        return Checked([Finding(error.line, error.reason)])
    except ShopError as error:
        return Checked([Finding(0, str(error).removeprefix(f"{feed.name}: "))])


def _judge(loaded: Loaded) -> Judge:
    """What the service says against an item; of a feed that it has no shape of, nothing."""
    if not loaded.head.is_published and not loaded.head.identity:
        return lambda _: ()
    shape = loaded.head.shape()
    validator = Validator(shape)
    moment = "2000-01-01T00:00:00+00:00" if shape.item.fields[shape.exported].type == RFC3339 else "2000-01-01 00:00:00"

    def judge(item: dict[str, Any]) -> Iterable[tuple[str, str]]:
        answer = validator.check({**item, "deleted": False, shape.exported: moment})
        return [(each.path, each.text) for each in answer] if isinstance(answer, list) else ()

    return judge


def _print(path: str, loaded: Loaded, checked: Checked) -> None:
    """The first item, and what was found, for people."""
    if checked.first is not None:
        print(json.dumps(checked.first, indent=2, ensure_ascii=False))
    for finding in checked.findings:
        print(finding.in_words(path))
    if loaded.feed is not None:
        print(f"{path}: {loaded.name}: {checked.items} items of {checked.entities} entities were looked at")


def _object(path: str, loaded: Loaded, checked: Checked) -> dict[str, Any]:
    keys = ("line", "text", "items", "of", "entity")
    return {
        "file": path,
        "feed": loaded.name or None,
        "entities": checked.entities,
        "items": checked.items,
        "first": checked.first,
        "faults": [{key: getattr(each, key) for key in keys} for each in checked.findings if each.is_fault],
        "notes": [{"line": each.line, "text": each.text} for each in checked.findings if not each.is_fault],
    }
