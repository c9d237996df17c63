"""Feeds of files: whether they can be assembled, and what their lines cost or miss."""

import os
from collections.abc import Iterator

from saasexport import queries
from saasexport.doctor.finding import Examined, Findings, fail, ok, warn
from saasexport.errors import ShopError, TooSlow
from saasexport.feed import EVERYTHING, Feed
from saasexport.feeds.own import entities
from saasexport.feeds.own.loaded import Loaded
from saasexport.status import numbers
from saasexport.status.judgement import quantity
from saasexport.values import leaving_out

SQL = queries.beside(__file__)

# How often a table of which every item is compared may be written in a day.
OFTEN = 24
DAY = 86_400


def _files(examined: Examined) -> Iterator[tuple[Feed, Loaded, str]]:
    """The feeds of files that are in use, with their files as people would type them."""
    installation = examined.installation
    folder = os.path.dirname(installation.config.file)
    in_use = {feed.name for feed in installation.feeds()}
    for name, loaded in installation.feed_set.loaded.items():
        if loaded.feed is not None and name in in_use:
            yield loaded.feed, loaded, os.path.relpath(loaded.path, folder)


def whole_tables(examined: Examined) -> Findings:
    """Tables that have every item compared are written seldom; what is not watched is said."""
    assert examined.shop is not None  # noqa: S101  # called only then
    since = int(examined.now.timestamp()) - DAY
    for feed, loaded, file in _files(examined):
        query = SQL.written_whole.format(changelog=feed.changelog)
        for via, times in examined.shop.execute(query, {"everything": EVERYTHING, "since": since}).fetchall():
            table = via.partition(" ")[2]
            if table and times > OFTEN:
                message = f"{feed.name}: {table} was written {times:,} times in a day; each time every item is compared"
                yield warn("feeds", message, f"name what its rows concern: saasexport feeds watch {file}")
        for table, reason in loaded.head.unwatched.items():
            yield ok("feeds", f"{feed.name}: {table} is not watched: {reason}")


def trial(examined: Examined) -> Findings:
    """The first entities of each file can be assembled, in the time that a query has."""
    installation = examined.installation
    for feed, loaded, file in _files(examined):
        if not loaded.queries:
            continue
        shop = installation.shop_now(lambda kind, key: f"{kind} {key}", feed)
        try:
            with leaving_out(shop.exclude):
                entities.assemble(feed, shop, entities.entity_ids(feed, shop, entities.CHUNK))
        except TooSlow as error:
            place = f"{file}:{error.line}"
            yield fail("feeds", f"{feed.name}: {place}: {error.reason}", f"see: saasexport feeds check {file}")
        except ShopError as error:
            reason = str(error).removeprefix(f"{feed.name}: ")
            yield fail("feeds", f"{feed.name}: {file}: {reason}", f"see: saasexport feeds check {file}")


def repairs(examined: Examined) -> Findings:
    """The daily comparison found nothing that no change had announced."""
    lines = {line["feed"]: line["repaired"] for line in numbers.rows(examined.installation)}
    for feed, _, file in _files(examined):
        if items := lines.get(feed.name):
            message = f"{feed.name}: the last daily comparison had to repair {quantity(items, 'item')}"
            yield warn("feeds", f"{message}: a line names too few", f"run: saasexport feeds check {file} --prove")
